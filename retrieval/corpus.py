"""Articles, passages and their sources in one SQLite file: written once (``writing``), then only read.

Row ``n`` of the passages is row ``n`` of the vectors and of the full text. In the file a passage stands in a slot,
which it keeps when rows move.
"""

import contextlib
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

from retrieval.columns import article_of, passage_of
from retrieval.types import Article, Division, Level, Passage

Rows = npt.NDArray[np.int64]
Slots = npt.NDArray[np.int64]

_CHUNK = 500  # values in one IN (...); SQLite takes at least 999
_BEHIND_TEXT = (
    "digest, publisher, published, author, url, years, counties, level, region, doc_number, issuer, period, "
    "effective, expires, replaces, replaced_by, also, facts FROM articles JOIN entries ON article = id"
)
_ONE_ARTICLE = f"SELECT id, source, title, text, {_BEHIND_TEXT} WHERE id = ?"
_ALL_ARTICLES = f"SELECT id, source, title, '', {_BEHIND_TEXT} ORDER BY entries.position"
_REGIONAL = (
    "SELECT passages.slot FROM articles CROSS JOIN entries ON entries.article = id CROSS JOIN passages "
    "ON passages.slot BETWEEN entries.slot AND entries.slot + entries.passages - 1 "
    "WHERE passages.counties = '[]' AND region IN"
)
_DOCUMENTS = (
    "SELECT slot, title, heading, passages.text, passages.counties, region, embedded "
    "FROM passages JOIN articles ON articles.id = article WHERE slot"
)
# entries whose passages do not all stand in their slots
_ASTRAY = (
    "SELECT article FROM entries WHERE passages <> (SELECT count(*) FROM passages WHERE passages.slot "
    "BETWEEN entries.slot AND entries.slot + entries.passages - 1 AND passages.article = entries.article) LIMIT 1"
)
# what SQLite finds quickly; it counts characters as we do, but for those behind a NUL
_DOUBTFUL = (
    "SELECT slot FROM passages LEFT JOIN articles ON articles.id = article WHERE articles.id IS NULL "
    "OR length(passages.text) <> end - start OR substr(articles.text, start + 1, end - start) <> passages.text"
)
_PASSAGES = (
    "SELECT slot, article, start, end, text, position, heading, counties, years, damaged FROM passages WHERE slot IN"
)


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


def slots_of(spans: Iterable[tuple[int, int]]) -> Slots:
    """The slot of every row, where articles with (first slot, number of passages) follow each other."""
    firsts, counts = np.array([*spans], dtype=np.int64).reshape(-1, 2).T
    before = np.cumsum(counts) - counts
    slots: Slots = np.arange(counts.sum()) + np.repeat(firsts - before, counts)
    return slots


def rows_in(spans: Iterable[tuple[int, int]]) -> Rows:
    """The rows of spans, end exclusive, one after the other."""
    rows: Rows = np.concatenate([np.arange(0), *(np.arange(*span) for span in spans)])
    return rows


def documents(
    connection: sqlite3.Connection, rows: Rows, slots: Slots
) -> Iterator[tuple[int, str, str, tuple[str, ...], bytes]]:
    """(row, context, text, codes, key of the embedded text) of the passages in ``slots``, which are ``rows``.

    The codes are the passage's counties; where it is about none, the city or province that speaks.
    """
    for start in range(0, len(rows), _CHUNK):
        chunk = slots[start : start + _CHUNK].tolist()
        asked = f"{_DOCUMENTS} IN ({','.join('?' * len(chunk))})"
        found = {slot: rest for slot, *rest in connection.execute(asked, chunk)}
        for row, slot in zip(rows[start : start + _CHUNK].tolist(), chunk, strict=True):
            title, heading, text, codes, region, key = found[slot]
            about = json.loads(codes) or ([region] if region else [])
            yield row, context_of(title, json.loads(heading)), text, tuple(about), key


def context_of(title: str, heading: Sequence[str]) -> str:
    """What stands above a passage, outermost first, one a line: searched with it, and embedded before it."""
    return "\n".join(part for part in (title, *heading) if part)


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
        weakref.finalize(self, connection.close)
        self._article = functools.lru_cache(maxsize=1024)(functools.partial(_read_article, connection, self._lock))
        told = self._select("SELECT slots FROM layout")[0][0]
        self._slots = np.frombuffer(told, dtype="<i4") if told else None  # None: each row is its slot

    def article(self, article_id: str) -> Article:
        """The article. Raises KeyError when there is none."""
        return self._article(article_id)

    def articles(self) -> list[Article]:
        """Every article in the order of reading, each with an empty ``text``, which ``article`` has."""
        return [article_of(row) for row in self._select(_ALL_ARTICLES)]

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        """The passages of ``rows``, in the same order. Raises KeyError for a row that there is none of."""
        wanted = self._slots_of(np.fromiter(rows, dtype=np.int64)).tolist()
        found = {row[0]: passage_of(row[1:]) for row in self._select_in(_PASSAGES, sorted(set(wanted)))}
        return [found[slot] for slot in wanted]

    def rows_of_counties(self, codes: Sequence[str]) -> Rows:
        """Rows of passages about at least one of the divisions, ascending, each once."""
        return self._rows_of("SELECT slot FROM passage_counties WHERE code IN", codes)

    def rows_of_regions(self, codes: Sequence[str]) -> Rows:
        """Rows of passages about no county, in articles of one of these provinces or cities, ascending."""
        return self._rows_of(_REGIONAL, codes)

    def rows_of_article(self, article_id: str) -> Rows:
        """Rows of the article's passages, ascending."""
        found = self._select("SELECT slot, passages FROM entries WHERE article = ?", (article_id,))
        slot, passages = found[0] if found else (0, 0)
        return self._rows_in(np.arange(slot, slot + passages))

    def rows_embedded(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """For each key of an embedded text that is known, a row that has its vector."""
        found = dict(self._select_in("SELECT embedded, slot FROM passages WHERE embedded IN", sorted(set(keys))))
        rows = self._rows_in(np.fromiter(found.values(), dtype=np.int64))
        return dict(zip(found, rows.tolist(), strict=True))

    def documents(self, spans: Iterable[tuple[int, int]]) -> list[tuple[int, str, str, tuple[str, ...], bytes]]:
        """As ``documents`` tells them, of spans of rows, end exclusive."""
        rows = rows_in(spans)
        with self._lock:
            return list(documents(self._connection, rows, self._slots_of(rows)))

    def entries(self) -> dict[str, Entry]:
        """Where every article stands, in the order of reading."""
        found: dict[str, Entry] = {}
        row = 0
        for name, slot, passages, said in self._select(
            "SELECT article, slot, passages, said FROM entries ORDER BY position"
        ):
            found[name] = Entry(row, slot, passages, said)
            row += passages
        return found

    def source_entries(self) -> dict[str, SourceEntry]:
        """What is known of every file without its record, in the order of reading."""
        asked = "SELECT source, position, article, digest, sidecar, said FROM sources ORDER BY position"
        return {source: SourceEntry(*rest) for source, *rest in self._select(asked)}

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

    def _rows_of(self, sql: str, values: Sequence[str]) -> Rows:
        """The rows of the slots that are found, ascending, each once."""
        slots = np.fromiter((one[0] for one in self._select_in(sql, sorted(set(values)))), dtype=np.int64)
        return np.unique(self._rows_in(slots))

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
        return [SourceRecord(*(*row[:6], json.loads(row[6]), (), row[7])) for row in rows]

    def removals(self, source: str) -> list[tuple[str, int, str]]:
        """What was taken out of a file: (rule, line number, text)."""
        return self._select("SELECT rule, number, text FROM removals WHERE source = ? ORDER BY rowid", (source,))

    def check(self, spans: Iterable[tuple[int, int]] | None = None) -> tuple[int, int, int]:
        """Numbers of articles, passages and counties. Raises ValueError naming the first thing that does not hold.

        With ``spans`` only these rows are looked at, and what they hang together with: the others are those of a
        file that was checked before.
        """
        counted = self._select(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM entries), (SELECT count(*) FROM passages)"
        )
        articles, entries, passages = counted[0]
        layout = slots_of((one.slot, one.passages) for one in self.entries().values())
        slots = np.arange(passages) if self._slots is None else self._slots
        if articles != entries or not np.array_equal(layout, slots):
            raise ValueError("the articles do not stand where they should")
        if spans is None:
            self._check_all(passages)
        for start, end in [(0, passages)] if spans is None else spans:
            for at in range(start, end, _CHUNK):
                self._check_rows(range(at, min(at + _CHUNK, end)))
        orphans = "SELECT slot FROM passage_counties WHERE code NOT IN (SELECT code FROM divisions) LIMIT 1"
        if found := self._select(orphans):
            raise ValueError(f"the passage in slot {found[0][0]} is about an unknown division")
        return articles, passages, len(self.divisions())

    def _check_all(self, passages: int) -> None:
        if (problem := self._select("PRAGMA integrity_check(1)")[0][0]) != "ok":
            raise ValueError(problem)
        if found := self._select(_ASTRAY):
            raise ValueError(f"the passages of article {found[0][0]} do not stand in its slots")
        with _describing():
            self.articles()
        self._check_rows(self._rows_in(np.array([slot for (slot,) in self._select(_DOUBTFUL)], dtype=np.int64)))

    def _check_rows(self, rows: Iterable[int]) -> None:
        try:
            for passage in self.passages(rows):
                with _describing():
                    text = self.article(passage.article_id).text
                if text[passage.start : passage.end] != passage.text:
                    raise ValueError(f"passage {passage.id} does not stand in its article")
        except KeyError as error:
            raise ValueError(f"row or article {error} is missing") from error

    def _select(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def _select_in(self, sql: str, values: Sequence[Any]) -> Iterator[Any]:
        for start in range(0, len(values), _CHUNK):
            chunk = values[start : start + _CHUNK]
            yield from self._select(f"{sql} ({','.join('?' * len(chunk))})", chunk)


@contextlib.contextmanager
def _describing() -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError) as error:
        raise ValueError(f"an article's description does not hold: {error}") from error


def _read_article(connection: sqlite3.Connection, lock: threading.Lock, article_id: str) -> Article:
    with lock:
        row = connection.execute(_ONE_ARTICLE, (article_id,)).fetchone()
    if row is None:
        raise KeyError(article_id)
    return article_of(row)
