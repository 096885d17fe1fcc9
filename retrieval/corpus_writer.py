"""Writing the file of ``corpus``: what is new is put in, what an older file has already is copied from there.

Copying is left to SQLite, which takes a microsecond for a row. ``said`` is a digest by which the same is known.
"""

import json
import sqlite3
import urllib.parse
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path

from retrieval.columns import dump
from retrieval.corpus import SourceRecord, documents
from retrieval.provenance import Reprint
from retrieval.types import Article, Division, Passage

_SCHEMA = """
CREATE TABLE articles (id TEXT PRIMARY KEY, position INTEGER NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL,
    text TEXT NOT NULL, digest TEXT NOT NULL, publisher TEXT, published TEXT, author TEXT, url TEXT,
    years TEXT NOT NULL, counties TEXT NOT NULL, level TEXT, region TEXT NOT NULL, doc_number TEXT, issuer TEXT,
    period TEXT NOT NULL, effective TEXT, expires TEXT, replaces TEXT NOT NULL, replaced_by TEXT, also TEXT NOT NULL,
    facts TEXT NOT NULL, said TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE passages (row INTEGER PRIMARY KEY, article TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    text TEXT NOT NULL, position INTEGER NOT NULL, heading TEXT NOT NULL, counties TEXT NOT NULL,
    years TEXT NOT NULL, damaged TEXT NOT NULL, embedded BLOB NOT NULL);
CREATE TABLE passage_counties (code TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (code, row)) WITHOUT ROWID;
CREATE TABLE divisions (code TEXT PRIMARY KEY, level TEXT NOT NULL, name TEXT NOT NULL, short TEXT NOT NULL,
    province TEXT NOT NULL, city TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (source TEXT PRIMARY KEY, position INTEGER NOT NULL, article TEXT NOT NULL, digest TEXT NOT NULL,
    format TEXT NOT NULL, encoding TEXT NOT NULL, replaced INTEGER NOT NULL, repairs TEXT NOT NULL,
    sidecar TEXT NOT NULL, said TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE removals (source TEXT NOT NULL, rule TEXT NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL);
"""
_INDEXES = """
CREATE INDEX articles_region ON articles (region);
CREATE INDEX passages_article ON passages (article);
CREATE INDEX passages_embedded ON passages (embedded);
CREATE INDEX removals_source ON removals (source);
"""
_TAKEN = """
CREATE TEMP TABLE taken (id TEXT PRIMARY KEY, position INTEGER, replaced_by TEXT, also TEXT) WITHOUT ROWID;
CREATE TEMP TABLE taken_sources (source TEXT PRIMARY KEY, position INTEGER, article TEXT) WITHOUT ROWID;
"""
_COPY = """
INSERT INTO articles SELECT id, taken.position, source, title, text, digest, publisher, published, author, url, years,
    counties, level, region, doc_number, issuer, period, effective, expires, replaces, taken.replaced_by, taken.also,
    facts, said FROM temp.taken JOIN former.articles USING (id) ORDER BY id;
INSERT INTO sources SELECT source, taken_sources.position, taken_sources.article, digest, format, encoding, replaced,
    repairs, sidecar, said FROM temp.taken_sources JOIN former.sources USING (source) ORDER BY source;
INSERT INTO removals SELECT * FROM former.removals WHERE source IN (SELECT source FROM temp.taken_sources)
    ORDER BY rowid;
"""
_COPY_PASSAGES = """INSERT INTO passages SELECT row + ?, article, start, end, text, position, heading, counties, years,
    damaged, embedded FROM former.passages WHERE row BETWEEN ? AND ? ORDER BY row"""
_COUNTIES = """INSERT INTO passage_counties SELECT DISTINCT value, row FROM passages, json_each(passages.counties)
    ORDER BY value, row"""


class CorpusWriter:
    """Writes the file; nothing is durable before ``finish``. ``added`` are the spans of rows that are new."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"file:{urllib.parse.quote(str(path.absolute()))}", uri=True)
        # Nobody else sees the file yet, and it is thrown away if this process dies.
        self._connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_SCHEMA}")
        self.articles = 0
        self.passages = 0
        self.added: list[tuple[int, int]] = []
        self.taken: list[tuple[int, int, int]] = []
        self._replaced: list[tuple[str, str]] = []
        self._left_to_copy = False

    def build_on(self, former: Path) -> None:
        """Let articles and sources be taken over from an older file of the same kind; before anything is added."""
        uri = f"file:{urllib.parse.quote(str(former.absolute()))}?mode=ro&immutable=1"
        self._connection.execute("ATTACH DATABASE ? AS former", (uri,))
        self._connection.executescript(f"PRAGMA temp_store = MEMORY; {_TAKEN}")
        self._left_to_copy = True

    def add_article(
        self, article: Article, passages: Sequence[Passage], embedded: Sequence[bytes], said: str = ""
    ) -> None:
        """Add an article with its passages, in order; ``embedded`` has the key of each one's embedded text."""
        self._insert(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(article.id, self.articles, article.source, article.title, article.text, article.digest),
            *(article.publisher, article.published, article.author, article.url),
            *(dump(article.years), dump(article.counties), article.level, article.region),
            *(article.doc_number, article.issuer, dump(article.period or ())),
            *(article.effective, article.expires, dump([astuple(one) for one in article.replaces])),
            *(article.replaced_by, _also(article.also), dump(dict(article.facts)), said),
        )
        self._connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(self.passages + at, article.id, passage.start, passage.end, passage.text, passage.order),
                    *(dump(passage.heading), dump(passage.counties), dump(passage.years), dump(passage.damaged), key),
                )
                for at, (passage, key) in enumerate(zip(passages, embedded, strict=True))
            ],
        )
        self.added.append((self.passages, self.passages + len(passages)))
        self.passages += len(passages)
        self.articles += 1

    def take_article(self, article_id: str, first: int, count: int, also: Sequence[Reprint]) -> None:
        """Take over an article whose ``count`` passages begin at row ``first`` of the older file."""
        self._insert("INSERT INTO temp.taken VALUES (?, ?, NULL, ?)", article_id, self.articles, _also(also))
        if self.taken and sum(self.taken[-1][:2]) == first and self.taken[-1][2] + self.taken[-1][1] == self.passages:
            before = self.taken.pop()
            self.taken.append((before[0], before[1] + count, before[2]))
        else:
            self.taken.append((first, count, self.passages))
        self.passages += count
        self.articles += 1

    def mark_replaced(self, article_id: str, by: str) -> None:
        """Tell that another article says it replaces this one."""
        self._replaced.append((by, article_id))

    def add_source(self, position: int, record: SourceRecord, said: str = "") -> None:
        """Add what was done to one file; ``position`` is where it came in reading."""
        repairs = json.dumps(dict(record.repairs), ensure_ascii=False)
        self._insert(
            "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(record.source, position, record.article, record.digest),
            *(record.format, record.encoding, record.replaced, repairs, record.sidecar, said),
        )
        self._connection.executemany(
            "INSERT INTO removals VALUES (?, ?, ?, ?)", [(record.source, *removal) for removal in record.removals]
        )

    def take_source(self, position: int, source: str, article: str) -> None:
        """Take over what was done to a file whose text now stands in ``article``."""
        self._insert("INSERT INTO temp.taken_sources VALUES (?, ?, ?)", source, position, article)

    def add_division(self, division: Division) -> None:
        """Add a division that passages are about; again is the same as once."""
        self._insert(
            "INSERT OR REPLACE INTO divisions VALUES (?, ?, ?, ?, ?, ?)",
            *(division.code, division.level.value, division.name, division.short, division.province, division.city),
        )

    def documents(
        self, spans: Sequence[tuple[int, int]] | None = None
    ) -> Iterator[tuple[int, str, str, tuple[str, ...], bytes]]:
        """As ``corpus.documents``: those that were added, or ``spans`` of rows, of which some may be taken over."""
        if spans is not None:
            self._settle()
        return documents(self._connection, self.added if spans is None else spans)

    def _settle(self) -> None:
        """Copy what is taken over."""
        if not self._left_to_copy:
            return
        self._left_to_copy = False
        self._connection.executescript(_COPY)
        for first, count, to in self.taken:
            self._connection.execute(_COPY_PASSAGES, (to - first, first, first + count - 1))

    def finish(self) -> None:
        """Write everything and close; nothing can be added any more."""
        self._settle()
        self._connection.executemany("UPDATE articles SET replaced_by = ? WHERE id = ?", self._replaced)
        self._connection.execute(_COUNTIES)
        self._connection.executescript(_INDEXES)
        self._connection.commit()
        self._connection.close()

    def discard(self) -> None:
        """Close without finishing; nothing happens when it is finished already."""
        self._connection.close()

    def _insert(self, sql: str, *values: object) -> None:
        self._connection.execute(sql, values)


def _also(reprints: Sequence[Reprint]) -> str:
    return dump([astuple(one) for one in reprints])
