"""Copies of pages from the web, below the data folder, and how far the crawl has come: all that survives being killed.

The bytes lie in files named by their SHA-256, written beside and moved into place; SQLite holds the rest. Deleting the
folder costs nothing but fetching everything again.
"""

import hashlib
import json
import logging
import os
import sqlite3
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (url TEXT PRIMARY KEY, final TEXT NOT NULL, kind TEXT NOT NULL, charset TEXT,
    headers TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, fetched REAL NOT NULL, checked REAL NOT NULL,
    run INTEGER NOT NULL, misses INTEGER NOT NULL, modified TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS members (root TEXT NOT NULL, url TEXT NOT NULL, PRIMARY KEY (root, url)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY, started REAL NOT NULL, finished REAL);
CREATE TABLE IF NOT EXISTS robots (origin TEXT PRIMARY KEY, body BLOB, checked REAL NOT NULL);
"""
_RESUMED_WITHIN_S = 24 * 3600.0  # an older run is begun anew: what it saw may have changed
KEPT_HEADERS = ("etag", "last-modified", "content-type", "content-disposition", "date", "server")
_COLUMNS = "url, final, kind, charset, headers, digest, size, fetched, checked, run, misses, modified"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Copy:
    """What is kept of an address; ``digest`` (SHA-256, hex) is empty where no bytes are.

    ``final`` is where its redirects ended. ``fetched`` is when these bytes came and ``checked`` when the server last
    had its say, both in seconds of the epoch, in the run ``run``. ``misses`` counts runs in a row in which it was
    missing; ``modified`` is what a sitemap or feed said of its last change.
    """

    url: str
    final: str
    kind: str
    charset: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    size: int = 0
    fetched: float = 0.0
    checked: float = 0.0
    run: int = 0
    misses: int = 0
    modified: str = ""


def read_object(folder: Path, digest: str) -> bytes | None:
    """Bytes by their SHA-256 (hex); None where they are lost. Those that are no longer what they were go."""
    file = _object(folder, digest)
    try:
        data = file.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() == digest:
        return data
    _log.warning("the copy %s was damaged, it is fetched anew in the next run", file)
    file.unlink(missing_ok=True)
    return None


def _object(folder: Path, digest: str) -> Path:
    return folder / "objects" / digest[:2] / digest


class WebCache:
    """The folder, for one writer. Use it in ``with``."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError and sqlite3.Error where the folder cannot be used."""
        self._folder = folder
        self._objects = folder / "objects"
        self._objects.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(folder / "crawl.sqlite", timeout=30, isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)

    def __enter__(self) -> "WebCache":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def begin(self) -> int:
        """The run to go on with: the last one if it was broken off not long ago, else a new one."""
        row = self._connection.execute("SELECT id, started, finished FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        now = time.time()
        if row is not None and row[2] is None and now - row[1] < _RESUMED_WITHIN_S:
            return int(row[0])
        self._connection.execute("DELETE FROM runs WHERE id < ?", ((row[0] if row else 0) - 100,))
        return int(self._connection.execute("INSERT INTO runs (started) VALUES (?) RETURNING id", (now,)).fetchone()[0])

    def finish(self, run: int) -> None:
        """The run came to its end; the next one asks again."""
        self._connection.execute("UPDATE runs SET finished = ? WHERE id = ?", (time.time(), run))

    def get(self, url: str) -> Copy | None:
        """What is kept of an address."""
        row = self._connection.execute(f"SELECT {_COLUMNS} FROM pages WHERE url = ?", (url,)).fetchone()  # noqa: S608
        if row is None:
            return None
        values = list(row)
        values[4] = json.loads(values[4])
        return Copy(*values)

    def put(self, copy: Copy) -> None:
        """Keep what is known of an address in place of what was."""
        values = (copy.url, copy.final, copy.kind, copy.charset, json.dumps(dict(copy.headers)), copy.digest, copy.size)
        rest = (copy.fetched, copy.checked, copy.run, copy.misses, copy.modified)
        marks = ", ".join("?" * 12)
        self._connection.execute(f"INSERT OR REPLACE INTO pages VALUES ({marks})", (*values, *rest))  # noqa: S608

    def keep(self, data: bytes) -> str:
        """Write bytes, whole or not at all; their SHA-256 (hex). Raises OSError."""
        digest = hashlib.sha256(data).hexdigest()
        place = self._place(digest)
        if place.is_file() and place.stat().st_size == len(data):
            return digest
        place.parent.mkdir(exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=place.parent, prefix=".")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            Path(beside).replace(place)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        return digest

    def has(self, digest: str) -> bool:
        """Whether bytes are there, unread."""
        return self._place(digest).is_file()

    def read(self, digest: str) -> bytes | None:
        """As ``read_object``."""
        return read_object(self._folder, digest)

    def _place(self, digest: str) -> Path:
        return _object(self._folder, digest)

    def members(self, root: str) -> Iterator[str]:
        """Addresses that were found through a list, by the address of the list."""
        for (url,) in self._connection.execute(
            "SELECT url FROM members WHERE root = ? ORDER BY url", (root,)
        ).fetchall():
            yield url

    def add_member(self, root: str, url: str) -> None:
        """Remember that an address belongs to a list, also when it is no longer on it."""
        self._connection.execute("INSERT OR IGNORE INTO members VALUES (?, ?)", (root, url))

    def drop_member(self, url: str) -> None:
        """The page is gone for good."""
        self._connection.execute("DELETE FROM members WHERE url = ?", (url,))

    def robots(self, origin: str, within_s: float) -> tuple[bool, bytes | None]:
        """Whether robots.txt of an origin is known and no older than this, and its bytes; None where it has none."""
        row = self._connection.execute("SELECT body, checked FROM robots WHERE origin = ?", (origin,)).fetchone()
        fresh = row is not None and time.time() - row[1] < within_s
        return fresh, row[0] if fresh else None

    def put_robots(self, origin: str, body: bytes | None) -> None:
        """Remember a robots.txt, or that there is none."""
        self._connection.execute("INSERT OR REPLACE INTO robots VALUES (?, ?, ?)", (origin, body, time.time()))

    def prune(self, used: Collection[str], most_bytes: int) -> None:
        """Delete bytes of which nothing is known, then copies that this run did not use while there are too many."""
        total = int(self._connection.execute("SELECT coalesce(sum(size), 0) FROM pages").fetchone()[0])
        if total > most_bytes:
            rows = self._connection.execute("SELECT url, size FROM pages ORDER BY checked").fetchall()
            for url, size in rows:
                if url not in used and total > most_bytes:
                    self._connection.execute("DELETE FROM pages WHERE url = ?", (url,))
                    self.drop_member(url)
                    total -= size
        if total > most_bytes:
            _log.warning("the copies of this run alone take %d MiB, raise [web] cache_mb", total >> 20)
        known = {digest for (digest,) in self._connection.execute("SELECT DISTINCT digest FROM pages")}
        for file in self._objects.glob("*/*"):
            if file.name not in known:
                file.unlink(missing_ok=True)
