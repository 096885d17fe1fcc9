"""What reading and cleaning made of every file, kept between two ingests, so that only what changed is done again.

One SQLite file of the cache: it may be deleted at any time, and is thrown away where it does not hold. An entry is
used only where everything that shaped it is as it was: the file's bytes, the code and data that clean, the settings,
the corrections, and what was learned about its site.
"""

import functools
import hashlib
import json
import logging
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

from ingest import likeness
from ingest.gist import Gist
from ingest.kept import Kept, Row, There
from ingest.likeness import Spot, Verdict, What
from ingest.official import Standing
from ingest.reprints import Text
from retrieval.config import IngestConfig

_FORMAT = 4
_BATCH = 600  # changes between two commits: as much is done again after a crash
_GIST = ", ".join(Gist._fields)
_SCHEMA = f"""
CREATE TABLE pages (source TEXT PRIMARY KEY, digest TEXT NOT NULL, site TEXT NOT NULL, mark BLOB NOT NULL,
    page BLOB NOT NULL);
CREATE INDEX pages_known ON pages (source, digest, site, mark);
CREATE TABLE articles (source TEXT PRIMARY KEY, digest TEXT NOT NULL, sidecar TEXT NOT NULL, shaped TEXT NOT NULL,
    there INTEGER NOT NULL, mark BLOB, facts TEXT, {_GIST});
CREATE INDEX articles_known ON articles (source, shaped, there);
CREATE TABLE texts (source TEXT PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL, sketch BLOB NOT NULL,
    counties TEXT NOT NULL, standing INTEGER NOT NULL, published TEXT, url TEXT, canonical TEXT NOT NULL);
CREATE TABLE bodies (source TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE files (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, source TEXT NOT NULL, digest TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE sites (site TEXT PRIMARY KEY, pages TEXT NOT NULL, learned TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE verdicts (one TEXT NOT NULL, other TEXT NOT NULL, verdict TEXT NOT NULL, PRIMARY KEY (one, other))
    WITHOUT ROWID;
CREATE TABLE clusters (texts TEXT NOT NULL, found TEXT NOT NULL);
CREATE TABLE shape (value TEXT NOT NULL);
"""
_PRAGMAS = "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL"  # rows are long
_TABLES = ("pages", "articles", "texts", "bodies", "files", "sites", "verdicts", "clusters", "shape")
_FORGETTING = (
    "DELETE FROM articles WHERE source = ?",
    "DELETE FROM texts WHERE source = ?",
    "DELETE FROM bodies WHERE source = ?",
)
_TOLD = f"facts, {_GIST} FROM articles"
_ONE = f"SELECT digest, sidecar, shaped, body, {_TOLD} JOIN bodies USING (source) WHERE source = ?"
_ROWS = f"SELECT source, digest, sidecar, mark, {_TOLD} WHERE there"
_PUT = f"INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?, ?, ?{', ?' * len(Gist._fields)})"  # noqa: S608 - ours
_TEXTS = "SELECT source, digest, size, sketch, counties, standing, published, url, canonical FROM texts"
_log = logging.getLogger(__name__)


@functools.cache
def code_digest() -> str:
    """SHA-256 (hex) of the code and the data that read and clean: any change of them may change their results."""
    here = Path(__file__).resolve().parent
    files = [*here.glob("*.py"), *here.parent.joinpath("retrieval").glob("*.py")]
    files += [file for file in here.parent.joinpath("retrieval", "data").rglob("*") if file.is_file()]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def shape_of(settings: IngestConfig, version: int) -> str:
    """Digest of all that shapes every article alike; ``version`` is the cleaning's."""
    return _digest([_FORMAT, likeness.VERSION, version, code_digest(), settings.model_dump(exclude={"processes"})])


def shaped_by(digest: str, sidecar: str, site: str, furniture: str) -> str:
    """Digest of all that shapes one article besides: its bytes, corrections, site and what was learned of that."""
    return hashlib.sha256("\0".join((digest, sidecar, site, furniture)).encode()).hexdigest()


def _digest(values: object) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


class Store:
    """The file, for one writer; use it in ``with``, which keeps what was done even when the block fails."""

    def __init__(self, path: Path, shape: str) -> None:
        """Open or begin the file; what another ``shape`` made in it is forgotten."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._changes = 0
        self._asked: set[tuple[str, str]] = set()  # pairs of texts
        try:
            self._open(path, shape)
        except sqlite3.DatabaseError as error:
            _log.warning("all files are read again, for %s cannot be used (%s)", path, error)
            self._connection.close()
            for file in path.parent.glob(f"{path.name}*"):
                file.unlink()
            self._open(path, shape)

    def _open(self, path: Path, shape: str) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.executescript(_PRAGMAS)
        if self._value("SELECT count(*) FROM sqlite_master") and self._value("SELECT value FROM shape") != shape:
            for table in _TABLES:
                self._connection.execute(f"DROP TABLE IF EXISTS {table}")
        if not self._value("SELECT count(*) FROM sqlite_master"):
            self._connection.executescript(_SCHEMA)
            self._connection.execute("INSERT INTO shape VALUES (?)", (shape,))
            self._connection.commit()

    def _value(self, sql: str, *values: object) -> Any:
        row = self._connection.execute(sql, values).fetchone()
        return row[0] if row else None

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.commit()
        self._connection.close()

    def knows(self, source: str, digest: str) -> bool:
        """Whether the page of a source with these bytes was looked at."""
        page = self._pages.get(source)
        return page is not None and page[0] == digest

    def page(self, source: str) -> tuple[str, bytes]:
        """A page's site and lines, as ``site.looked_at`` told them. Raises KeyError."""
        row = self._connection.execute("SELECT site, page FROM pages WHERE source = ?", (source,)).fetchone()
        if row is None:
            raise KeyError(source)
        return row[0], row[1]

    def put_page(self, source: str, digest: str, site: str, page: bytes) -> None:
        """Remember a page in place of what was known of its source."""
        mark = hashlib.blake2b(page, digest_size=16).digest()
        self._pages[source] = digest, site, mark
        self._change("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?)", source, digest, site, mark, page)

    def mark(self, source: str) -> tuple[str, bytes]:
        """A page's site, and the digest of its lines. Raises KeyError."""
        _, site, mark = self._pages[source]
        return site, mark

    def learned(self, site: str, pages: str) -> str | None:
        """What was learned of a site from pages of that digest."""
        row = self._connection.execute("SELECT pages, learned FROM sites WHERE site = ?", (site,)).fetchone()
        return row[1] if row and row[0] == pages else None

    def put_learned(self, site: str, pages: str, learned: str) -> None:
        """Remember what was learned of a site."""
        self._change("INSERT OR REPLACE INTO sites VALUES (?, ?, ?)", site, pages, learned)

    def stamped(self, path: str, stamp: str, source: str) -> str | None:
        """The digest of the bytes of a file that was read as ``source`` when it had this ``stamp``."""
        row = self._files.get(path)
        return row[2] if row and row[:2] == (stamp, source) else None

    def put_stamp(self, path: str, stamp: str, source: str, digest: str) -> None:
        """Remember a file's ``stamp``."""
        self._files[path] = stamp, source, digest
        self._change("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", path, stamp, source, digest)

    def shaped(self, source: str) -> str:
        """What shaped the entry of a source; empty where there is none."""
        return self._shapes.get(source, ("", False))[0]

    def is_article(self, source: str) -> bool:
        """Whether the entry of a source is an article, not the news that none was left."""
        return self._shapes.get(source, ("", False))[1]

    # Asked of every file, one by one: all of each are read at once, which takes a tenth of the time.

    @functools.cached_property
    def _pages(self) -> dict[str, tuple[str, str, bytes]]:
        rows = self._connection.execute("SELECT source, digest, site, mark FROM pages")
        return {source: (digest, site, mark) for source, digest, site, mark in rows}

    @functools.cached_property
    def _files(self) -> dict[str, tuple[str, str, str]]:
        rows = self._connection.execute("SELECT path, stamp, source, digest FROM files")
        return {path: (stamp, source, digest) for path, stamp, source, digest in rows}

    @functools.cached_property
    def _shapes(self) -> dict[str, tuple[str, bool]]:
        rows = self._connection.execute("SELECT source, shaped, there FROM articles")
        return {source: (shaped, bool(there)) for source, shaped, there in rows}

    def rows(self) -> list[Row]:
        """Every article there is, by source."""
        found = self._connection.execute(_ROWS)
        rows = (Row._make([*row[:5], Gist._make(row[5:])]) for row in found)
        return sorted(rows)  # faster than by an index: they are long

    def forget(self, source: str) -> None:
        """Drop the entry of a source, which is about to be made anew."""
        self._shapes.pop(source, None)
        for deletion in _FORGETTING:
            self._change(deletion, source)

    def get(self, source: str) -> Kept | None:
        """The entry of a source."""
        row = self._connection.execute(_ONE, (source,)).fetchone()
        if row is None:
            return None
        digest, sidecar, shaped, body, facts, *gist = row
        text = next(map(_text, self._connection.execute(f"{_TEXTS} WHERE source = ?", (source,))), None)
        return Kept(source, digest, sidecar, shaped, body, There(text, facts, Gist._make(gist)) if text else None)

    def put(self, kept: Kept) -> None:
        """Remember an entry in place of the one of its source."""
        there = kept.there
        told: list[str | bytes | None]
        self._shapes[kept.source] = kept.shaped, there is not None
        if there:
            text = there.text
            values = (
                *(text.source, text.digest, text.size, text.sketch.tobytes(), " ".join(text.counties)),
                *(int(text.standing), text.published, text.url, text.canonical),
            )
            told = [hashlib.blake2b(repr(values).encode(), digest_size=16).digest(), there.facts, *there.gist]
            self._change("INSERT OR REPLACE INTO texts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", *values)
        else:
            told = [None] * (2 + len(Gist._fields))
            self._change("DELETE FROM texts WHERE source = ?", kept.source)
        known = (kept.source, kept.digest, kept.sidecar, kept.shaped, there is not None)
        self._change(_PUT, *known, *told)
        self._change("INSERT OR REPLACE INTO bodies VALUES (?, ?)", kept.source, kept.body)

    def texts(self) -> Iterator[Text]:
        """What reprints are found by, of every article there is."""
        yield from map(_text, self._connection.execute(_TEXTS))

    def verdict(self, one: str, other: str) -> Verdict | None:
        """What was found of two texts, by their digests."""
        known = self._verdicts.get((one, other))
        if known is None:
            return None
        self._asked.add((one, other))
        share, covered, spots = json.loads(known)
        return Verdict(share, covered, tuple(Spot(What(what), here, there) for what, here, there in spots))

    def put_verdict(self, one: str, other: str, verdict: Verdict) -> None:
        """Remember what was found of two texts."""
        value = json.dumps(astuple(verdict), ensure_ascii=False)
        self._verdicts[one, other] = value
        self._asked.add((one, other))
        self._change("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)", one, other, value)

    @functools.cached_property
    def _verdicts(self) -> dict[tuple[str, str], str]:
        rows = self._connection.execute("SELECT one, other, verdict FROM verdicts")
        return {(one, other): verdict for one, other, verdict in rows}

    def clusters(self, texts: str) -> str | None:
        """What was found of texts that digest to this, if these were the last ones."""
        found = self._value("SELECT found FROM clusters WHERE texts = ?", texts)
        return None if found is None else str(found)

    def put_clusters(self, texts: str, found: str) -> None:
        """Remember what was found of texts, and forget what nobody asked for of two of them meanwhile."""
        self._connection.execute("DELETE FROM clusters")
        self._change("INSERT INTO clusters VALUES (?, ?)", texts, found)
        gone = self._verdicts.keys() - self._asked
        self._connection.executemany("DELETE FROM verdicts WHERE one = ? AND other = ?", gone)
        for pair in gone:
            del self._verdicts[pair]

    def keep_only(self, sources: Collection[str]) -> None:
        """Forget all sources but these."""
        wanted = set(sources)
        for source in [source for source in self._shapes if source not in wanted]:
            self.forget(source)
        for source in [source for source in self._pages if source not in wanted]:
            self._change("DELETE FROM pages WHERE source = ?", source)
            del self._pages[source]
        for path in [path for path, (_, source, _) in self._files.items() if source not in wanted]:
            self._change("DELETE FROM files WHERE path = ?", path)
            del self._files[path]
        sites = {site for _, site, _ in self._pages.values()}
        gone = [(site,) for (site,) in self._connection.execute("SELECT site FROM sites") if site not in sites]
        self._connection.executemany("DELETE FROM sites WHERE site = ?", gone)
        self._connection.commit()

    def _change(self, sql: str, *values: object) -> None:
        self._connection.execute(sql, values)
        self._changes += 1
        if self._changes % _BATCH == 0:
            self._connection.commit()


def _text(row: tuple[Any, ...]) -> Text:
    source, digest, size, sketch, counties, standing, *rest = row
    grams = np.frombuffer(sketch, dtype=np.uint32)
    return Text(source, digest, size, grams, tuple(counties.split()), Standing(standing), *rest)
