"""Articles, passages and their sources in one SQLite file: written once (``writing``), then only read.

Row ``n`` of the passages is row ``n`` of the vectors and of the full text. In the file a passage stands in a slot,
which it keeps when rows move.
"""

import functools
import json
import sqlite3
import threading
import urllib.parse
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.columns import (
    CHUNK,
    KEY,
    PASSAGES,
    SLOT,
    Document,
    Keys,
    Rows,
    Slots,
    article_of,
    documents,
    passage_of,
    slots_of,
    unpack,
)
from retrieval.corpus_check import check_rows
from retrieval.types import Article, Division, Level, Passage

_ARTICLES = (
    "SELECT slot, id, source, title, width, {}, digest, publisher, published, author, url, years, counties, level, "
    "region, doc_number, issuer, period, effective, expires, replaces, replaced_by, also, facts "
    "FROM articles LEFT JOIN relations ON article = id {}"
)
_ONE_ARTICLE = _ARTICLES.format("text", "WHERE slot = (SELECT slot FROM entries WHERE article = ?1) AND id = ?1")
_ALL_ARTICLES = _ARTICLES.format("x''", "")


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One file that was read: what it became, and what was done to it.

    ``article`` is the id of the article that holds its text, which is another source's when the two
    say the same. ``removals`` are (rule, line number, text), in the file's order. ``sidecar`` is the SHA-256
    (hex) of the corrections that were made by hand, empty where there are none.
    """

    source: str
    article: str
    digest: str
    format: str = "txt"
    encoding: str = "utf-8"
    replaced: int = 0
    repairs: Mapping[str, int] = field(default_factory=dict)
    removals: tuple[tuple[str, int, str], ...] = ()
    sidecar: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an article stands: its first ``row`` and ``slot``, how many ``passages`` follow, and what it ``said``."""

    row: int
    slot: int
    passages: int
    said: str


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """What is known of a file without its record: ``said`` digests that, but for the article."""

    position: int
    article: str
    digest: str
    sidecar: str
    said: str


class Corpus:
    """Reads the file from any thread. It stays open, and readable even when deleted, until nobody holds it."""

    def __init__(self, path: Path) -> None:
        """Open ``path``. Raises FileNotFoundError, and sqlite3.DatabaseError when it is no such file."""
        if not path.exists():
            raise FileNotFoundError(path)
        uri = f"file:{urllib.parse.quote(str(path.absolute()))}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        self._connection = connection
        connection.execute(f"PRAGMA mmap_size = {1 << 40}")  # as much as there may be: large pages are not copied
        weakref.finalize(self, connection.close)
        self._article = functools.lru_cache(maxsize=1024)(functools.partial(_read_article, connection, self._lock))
        told = self._select("SELECT slots, passages FROM layout")[0]
        self._firsts, self._counts = (np.frombuffer(column, dtype=SLOT) for column in told)
        slots = slots_of(self._firsts, self._counts)
        in_order = np.array_equal(slots, np.arange(len(slots)))
        self._slots = None if in_order else slots.astype(SLOT)  # None: each row is its slot

    def article(self, article_id: str) -> Article:
        """The article. Raises KeyError when there is none."""
        return self._article(article_id)

    def articles(self) -> list[Article]:
        """Every article in the order of reading, each with an empty ``text``, which ``article`` has."""
        found = {slot: article_of(row) for slot, *row in self._select(_ALL_ARTICLES)}
        return [found[slot] for slot in self._firsts.tolist()]

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        """The passages of ``rows``, in the same order. Raises KeyError for a row that there is none of."""
        wanted = self._slots_of(np.fromiter(rows, dtype=np.int64)).tolist()
        found = {row[0]: passage_of(row[1:]) for row in self._select_in(PASSAGES, sorted(set(wanted)))}
        return [found[slot] for slot in wanted]

    def rows_of_counties(self, codes: Sequence[str]) -> Rows:
        """Rows of passages about at least one of the divisions, ascending, each once."""
        return self._rows_about("SELECT slots FROM about WHERE NOT regional AND code IN", codes)

    def rows_of_regions(self, codes: Sequence[str]) -> Rows:
        """Rows of passages about no county, in articles of one of these provinces or cities, ascending."""
        return self._rows_about("SELECT slots FROM about WHERE regional AND code IN", codes)

    def rows_of_article(self, article_id: str) -> Rows:
        """Rows of the article's passages, ascending."""
        found = self._select("SELECT slot, passages FROM entries WHERE article = ?", (article_id,))
        slot, passages = found[0] if found else (0, 0)
        return self._rows_in(np.arange(slot, slot + passages))

    def rows_embedded(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """For each key (16 bytes) of an embedded text that is known, a row that has its vector."""
        halves, order = self._by_half
        if not len(order):
            return {}
        found = order[np.searchsorted(halves[:-1], _first_halves(np.frombuffer(b"".join(keys), dtype=KEY)))]
        return {key: row for key, row in zip(keys, found.tolist(), strict=True) if self.keys[row].tobytes() == key}

    def documents(self, rows: Rows) -> list[Document]:
        """As ``columns.documents`` tells them."""
        slots, keys = self._slots_of(rows), self.keys[rows]
        with self._lock:
            return list(documents(self._connection, rows, slots, keys))

    def entries(self) -> dict[str, Entry]:
        """Where every article stands, in the order of reading."""
        told = {entry[1]: entry for entry in self._select("SELECT article, slot, passages, said FROM entries")}
        found: dict[str, Entry] = {}
        row = 0
        for slot in self._firsts.tolist():
            name, _, passages, said = told[slot]
            found[name] = Entry(row, slot, passages, said.hex())
            row += passages
        return found

    def source_entries(self) -> dict[str, SourceEntry]:
        """What is known of every file without its record, in the order of reading."""
        asked = "SELECT source, position, article, digest, sidecar, said FROM sources ORDER BY position"
        return {
            source: SourceEntry(position, article, digest.hex(), sidecar.hex(), said.hex())
            for source, position, article, digest, sidecar, said in self._select(asked)
        }

    def _slots_of(self, rows: Rows) -> Slots:
        """Raises KeyError for a row that there is none of."""
        if self._slots is None:
            return rows
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(self._slots):
            raise KeyError(int(rows.max()))
        return self._slots[rows].astype(np.int64)

    def _rows_in(self, slots: Slots) -> Rows:
        """The rows of slots."""
        return slots if self._slots is None else self._rows[slots].astype(np.int64)

    @functools.cached_property
    def _rows(self) -> npt.NDArray[np.int32]:
        """The row of every slot; -1 where it is empty."""
        slots = np.arange(0, dtype=np.int32) if self._slots is None else self._slots
        rows = np.full(int(slots.max(initial=-1)) + 1, -1, dtype=np.int32)
        rows[slots] = np.arange(len(slots))
        return rows

    def _rows_about(self, asked: str, codes: Sequence[str]) -> Rows:
        found = [np.frombuffer(slots, dtype=SLOT) for (slots,) in self._select_in(asked, sorted(set(codes)))]
        rows = np.sort(self._rows_in(np.concatenate([np.arange(0), *found])))
        return rows[np.diff(rows, prepend=-1) > 0]

    @functools.cached_property
    def keys(self) -> Keys:
        """The key of the embedded text of every row; shape (passages,)."""
        return np.frombuffer(self._select("SELECT embedded FROM layout")[0][0], dtype=KEY)

    @functools.cached_property
    def _by_half(self) -> tuple[npt.NDArray[np.uint64], Rows]:
        """First halves of the keys, ascending, and their rows: no two texts will ever share one."""
        halves = _first_halves(self.keys)
        order = np.argsort(halves)
        return halves[order], order

    def divisions(self) -> tuple[Division, ...]:
        """Divisions that some passage is about, by code."""
        rows = self._select("SELECT code, level, name, short, province, city FROM divisions ORDER BY code")
        return tuple(Division(row[0], Level(row[1]), *row[2:]) for row in rows)

    def sources(self) -> list[SourceRecord]:
        """Every file that was read, in that order, without its removals."""
        rows = self._select(
            "SELECT source, article, digest, format, encoding, replaced, repairs, sidecar "
            "FROM sources ORDER BY position"
        )
        return [
            SourceRecord(source, article, digest.hex(), kind, encoding, lost, json.loads(repairs), (), sidecar.hex())
            for source, article, digest, kind, encoding, lost, repairs, sidecar in rows
        ]

    def removals(self, source: str) -> list[tuple[str, int, str]]:
        """What was taken out of a file: (rule, line number, text)."""
        found = self._select("SELECT removals FROM sources WHERE source = ?", (source,))
        return [(rule, number, text) for rule, number, text in (unpack(found[0][0]) if found else ())]

    def about(self) -> dict[tuple[str, bool], Rows]:
        """Rows of the passages about every division, by its code and whether only the article speaks for it."""
        found = self._select("SELECT code, regional, slots FROM about")
        return {(code, bool(one)): self._rows_in(np.frombuffer(slots, dtype=SLOT)) for code, one, slots in found}

    def check(self, spans: Iterable[tuple[int, int]] | None = None) -> tuple[int, int, int]:
        """Numbers of articles, passages and counties. Raises ValueError naming the first thing that does not hold.

        With ``spans`` only these rows are looked at, and what they hang together with: the others are those of a
        file that was checked before.
        """
        if spans is None and (problem := self._select("PRAGMA integrity_check(1)")[0][0]) != "ok":
            raise ValueError(problem)
        stored = self._select("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)")[0]
        entries = {
            slot: (name, count) for slot, name, count in self._select("SELECT slot, article, passages FROM entries")
        }
        layout = list(zip(self._firsts.tolist(), self._counts.tolist(), strict=True))
        names = [entries[slot][0] for slot, count in layout if slot in entries and entries[slot][1] == count]
        if (
            not len(names) == len(entries) == len(layout) == stored[0]
            or not self._counts.sum() == len(self.keys) == stored[1]
        ):
            raise ValueError("the articles do not stand where they should")
        check_rows(self, names, self._counts, spans)
        return (*stored, len(self.divisions()))

    def _select(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def _select_in(self, sql: str, values: Sequence[Any]) -> Iterator[Any]:
        for start in range(0, len(values), CHUNK):
            chunk = values[start : start + CHUNK]
            yield from self._select(f"{sql} ({','.join('?' * len(chunk))})", chunk)


def _read_article(connection: sqlite3.Connection, lock: threading.Lock, article_id: str) -> Article:
    with lock:
        row = connection.execute(_ONE_ARTICLE, (article_id,)).fetchone()
    if row is None:
        raise KeyError(article_id)
    return article_of(row[1:])


def _first_halves(keys: Keys) -> npt.NDArray[np.uint64]:
    return keys.view("<u8")[::2]
