"""Articles, passages and their sources in one SQLite file: written once (``writing``), then only read.

Row ``n`` of the passages is row ``n`` of the vectors and of the full text.
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

from retrieval.columns import article_of, passage_of
from retrieval.types import Article, Division, Level, Passage

Rows = npt.NDArray[np.int64]

_CHUNK = 500  # values in one IN (...); SQLite takes at least 999
_BEHIND_TEXT = (
    "digest, publisher, published, author, url, years, counties, level, region, doc_number, issuer, period, "
    "effective, expires, replaces, replaced_by, also, facts FROM articles"
)
_ONE_ARTICLE = f"SELECT id, source, title, text, {_BEHIND_TEXT} WHERE id = ?"
_ALL_ARTICLES = f"SELECT id, source, title, '', {_BEHIND_TEXT} ORDER BY position"
_REGIONAL = (
    "SELECT row FROM passages JOIN articles ON articles.id = article WHERE passages.counties = '[]' AND region IN"
)
_DOCUMENTS = (
    "SELECT row, title, heading, passages.text, passages.counties, region, embedded "
    "FROM passages JOIN articles ON articles.id = article WHERE row BETWEEN ? AND ? ORDER BY row"
)
_SPANS = (
    "SELECT article, min(row), count(*), said FROM passages JOIN articles ON articles.id = article GROUP BY article"
)
# what SQLite finds quickly; it counts characters as we do, but for those behind a NUL
_DOUBTFUL = (
    "SELECT row FROM passages LEFT JOIN articles ON articles.id = article WHERE articles.id IS NULL "
    "OR length(passages.text) <> end - start OR substr(articles.text, start + 1, end - start) <> passages.text"
)
_PASSAGES = (
    "SELECT row, article, start, end, text, position, heading, counties, years, damaged FROM passages WHERE row IN"
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


def documents(
    connection: sqlite3.Connection, spans: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, str, str, tuple[str, ...], bytes]]:
    """(row, context, text, codes, key of the embedded text) of the passages in spans of rows, end exclusive.

    The codes are the passage's counties; where it is about none, the city or province that speaks.
    """
    for start, end in spans:
        for row, title, heading, text, codes, region, key in connection.execute(_DOCUMENTS, (start, end - 1)):
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
        self._select("SELECT count(*) FROM sqlite_master")

    def article(self, article_id: str) -> Article:
        """The article. Raises KeyError when there is none."""
        return self._article(article_id)

    def articles(self) -> list[Article]:
        """Every article in the order of reading, each with an empty ``text``, which ``article`` has."""
        return [article_of(row) for row in self._select(_ALL_ARTICLES)]

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        """The passages of ``rows``, in the same order. Raises KeyError for a row that there is none of."""
        wanted = [int(row) for row in rows]
        found = {row[0]: passage_of(row[1:]) for row in self._select_in(_PASSAGES, sorted(set(wanted)))}
        return [found[row] for row in wanted]

    def rows_of_counties(self, codes: Sequence[str]) -> Rows:
        """Rows of passages about at least one of the divisions, ascending, each once."""
        rows = self._select_in("SELECT row FROM passage_counties WHERE code IN", sorted(set(codes)))
        return np.unique(np.fromiter((row[0] for row in rows), dtype=np.int64))

    def rows_of_regions(self, codes: Sequence[str]) -> Rows:
        """Rows of passages about no county, in articles of one of these provinces or cities, ascending."""
        rows = self._select_in(_REGIONAL, sorted(set(codes)))
        return np.sort(np.fromiter((row[0] for row in rows), dtype=np.int64))

    def rows_of_article(self, article_id: str) -> Rows:
        """Rows of the article's passages, ascending."""
        rows = self._select("SELECT row FROM passages WHERE article = ? ORDER BY row", (article_id,))
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def rows_embedded(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """For each key of an embedded text that is known, a row that has its vector."""
        return dict(self._select_in("SELECT embedded, row FROM passages WHERE embedded IN", sorted(set(keys))))

    def documents(self, spans: Iterable[tuple[int, int]]) -> list[tuple[int, str, str, tuple[str, ...], bytes]]:
        """As ``documents`` tells them."""
        with self._lock:
            return list(documents(self._connection, spans))

    def spans(self) -> dict[str, tuple[int, int, str]]:
        """Of every article with passages its first row, how many it has, and the digest of what it says."""
        return {article: (first, count, said) for article, first, count, said in self._select(_SPANS)}

    def said_by_sources(self) -> dict[str, str]:
        """The digest of every source's record."""
        return dict(self._select("SELECT source, said FROM sources"))

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

        ``spans`` of rows are looked at closely, by default all.
        """
        if (problem := self._select("PRAGMA integrity_check(1)")[0][0]) != "ok":
            raise ValueError(problem)
        articles, passages = self._select("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)")[0]
        try:
            self.articles()
        except (ValueError, TypeError) as error:
            raise ValueError(f"an article's description does not hold: {error}") from error
        for start, end in [(0, passages)] if spans is None else spans:
            for at in range(start, end, _CHUNK):
                self._check_rows(range(at, min(at + _CHUNK, end)))
        self._check_rows([row for (row,) in self._select(_DOUBTFUL)])
        if self._select("SELECT count(*) FROM passages WHERE row >= ?", (passages,)) != [(0,)]:
            raise ValueError("the rows are not numbered from 0 on")
        orphans = "SELECT row FROM passage_counties WHERE code NOT IN (SELECT code FROM divisions) LIMIT 1"
        if found := self._select(orphans):
            raise ValueError(f"passage {found[0][0]} is about an unknown division")
        return articles, passages, len(self.divisions())

    def _check_rows(self, rows: Iterable[int]) -> None:
        try:
            for passage in self.passages(rows):
                if self.article(passage.article_id).text[passage.start : passage.end] != passage.text:
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


def _read_article(connection: sqlite3.Connection, lock: threading.Lock, article_id: str) -> Article:
    with lock:
        row = connection.execute(_ONE_ARTICLE, (article_id,)).fetchone()
    if row is None:
        raise KeyError(article_id)
    return article_of(row)
