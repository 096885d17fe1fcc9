"""Writing the file of ``corpus``: from nothing, or a copy of an older one in which what changed is changed.

A passage keeps the slot that it was given for as long as its article says the same, so that a copy costs no look at
what stays; ``layout`` tells in which order slots are read. What an article is to others, and where it comes in reading,
stands apart from what it says: in ``entries``, which are small and written anew. ``said`` is a digest by which the same
is known.
"""

import json
import shutil
import sqlite3
import urllib.parse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np

from retrieval.columns import dump
from retrieval.corpus import Entry, Slots, SourceEntry, SourceRecord, documents, rows_in, slots_of
from retrieval.provenance import Reprint
from retrieval.types import Article, Division, Passage

_SCHEMA = """
CREATE TABLE articles (id TEXT PRIMARY KEY, source TEXT NOT NULL, title TEXT NOT NULL, digest TEXT NOT NULL,
    publisher TEXT, published TEXT, author TEXT, url TEXT, years TEXT NOT NULL, counties TEXT NOT NULL, level TEXT,
    region TEXT NOT NULL, doc_number TEXT, issuer TEXT, period TEXT NOT NULL, effective TEXT, expires TEXT,
    replaces TEXT NOT NULL, facts TEXT NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (article TEXT PRIMARY KEY, position INTEGER NOT NULL, slot INTEGER NOT NULL,
    passages INTEGER NOT NULL, said TEXT NOT NULL, replaced_by TEXT, also TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE layout (slots BLOB NOT NULL);
CREATE TABLE passages (slot INTEGER PRIMARY KEY, article TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    text TEXT NOT NULL, position INTEGER NOT NULL, heading TEXT NOT NULL, counties TEXT NOT NULL,
    years TEXT NOT NULL, damaged TEXT NOT NULL, embedded BLOB NOT NULL);
CREATE TABLE passage_counties (code TEXT NOT NULL, slot INTEGER NOT NULL, PRIMARY KEY (code, slot)) WITHOUT ROWID;
CREATE TABLE divisions (code TEXT PRIMARY KEY, level TEXT NOT NULL, name TEXT NOT NULL, short TEXT NOT NULL,
    province TEXT NOT NULL, city TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (source TEXT PRIMARY KEY, position INTEGER NOT NULL, article TEXT NOT NULL, digest TEXT NOT NULL,
    format TEXT NOT NULL, encoding TEXT NOT NULL, replaced INTEGER NOT NULL, repairs TEXT NOT NULL,
    sidecar TEXT NOT NULL, said TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE removals (source TEXT NOT NULL, rule TEXT NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL);
"""
_INDEXES = """
CREATE INDEX articles_region ON articles (region);
CREATE INDEX passages_embedded ON passages (embedded);
CREATE INDEX removals_source ON removals (source);
"""
_COUNTIES = "SELECT DISTINCT value, slot FROM passages, json_each(passages.counties)"
_ALL_COUNTIES = f"INSERT INTO passage_counties {_COUNTIES} ORDER BY value, slot"
_PASSAGES_GO = (
    """DELETE FROM passage_counties WHERE (code, slot) IN
    (SELECT value, slot FROM passages, json_each(passages.counties) WHERE slot BETWEEN ? AND ?)""",
    "DELETE FROM passages WHERE slot BETWEEN ? AND ?",
)
_SOURCES_GO = ("DELETE FROM removals WHERE source = ?", "DELETE FROM sources WHERE source = ?")
_PASSAGES_COME = (
    """INSERT INTO passages SELECT slot + ?1, article, start, end, text, position, heading, counties, years, damaged,
    embedded FROM added.passages WHERE slot BETWEEN ?2 AND ?3""",
    f"INSERT INTO passage_counties {_COUNTIES} WHERE slot BETWEEN ?1 + ?2 AND ?1 + ?3",
)
_REST_COMES = """
INSERT INTO articles SELECT * FROM added.articles ORDER BY id;
INSERT INTO sources SELECT * FROM added.sources ORDER BY source;
INSERT INTO removals SELECT * FROM added.removals ORDER BY rowid;
DELETE FROM divisions;
INSERT INTO divisions SELECT * FROM added.divisions;
DELETE FROM entries;
DELETE FROM layout;
"""


@dataclass(frozen=True, slots=True)
class Former:
    """An older file, with what it has of articles and sources by their names."""

    path: Path
    entries: Mapping[str, Entry]
    sources: Mapping[str, SourceEntry]


@dataclass(slots=True)
class _Here:
    """An article of the new file; ``slot`` is one of the former file if it is ``taken``, else of what is added."""

    entry: Entry
    taken: bool
    also: str
    replaced_by: str | None = None


class CorpusWriter:
    """Writes the file; nothing is durable before ``finish``. ``added`` are the spans of rows that are new."""

    def __init__(self, path: Path, former: Former | None = None) -> None:
        """Begin at ``path``. Articles and sources may be taken over from ``former``."""
        self._path = path
        self._former = former
        self._apart = path.with_name(f"{path.name}-added") if former else path
        self._connection = _opened(self._apart)
        self._connection.executescript(_SCHEMA)
        self._here: dict[str, _Here] = {}
        self._sources: dict[str, tuple[int, str]] = {}  # taken over
        self._merged = former is None
        self._fresh = 0
        self.passages = 0
        self.added: list[tuple[int, int]] = []

    @property
    def articles(self) -> int:
        """How many there are so far."""
        return len(self._here)

    def add_article(
        self, article: Article, passages: Sequence[Passage], embedded: Sequence[bytes], said: str = ""
    ) -> None:
        """Add an article with its passages, in order; ``embedded`` has the key of each one's embedded text."""
        self._insert(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(article.id, article.source, article.title, article.digest),
            *(article.publisher, article.published, article.author, article.url),
            *(dump(article.years), dump(article.counties), article.level, article.region),
            *(article.doc_number, article.issuer, dump(article.period or ())),
            *(article.effective, article.expires, dump([astuple(one) for one in article.replaces])),
            *(dump(dict(article.facts)), article.text),
        )
        self._connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(self._fresh + at, article.id, passage.start, passage.end, passage.text, passage.order),
                    *(dump(passage.heading), dump(passage.counties), dump(passage.years), dump(passage.damaged), key),
                )
                for at, (passage, key) in enumerate(zip(passages, embedded, strict=True))
            ],
        )
        entry = Entry(self.passages, self._fresh, len(passages), said)
        self._here[article.id] = _Here(entry, False, _also(article.also), article.replaced_by)
        self.added.append((self.passages, self.passages + len(passages)))
        self._fresh += len(passages)
        self.passages += len(passages)

    def take_article(self, article_id: str, there: Entry, also: Sequence[Reprint]) -> None:
        """Take over an article that the former file has ``there``."""
        self._here[article_id] = _Here(replace(there, row=self.passages), True, _also(also))
        self.passages += there.passages

    def mark_replaced(self, article_id: str, by: str) -> None:
        """Tell that another article says it replaces this one."""
        self._here[article_id].replaced_by = by

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
        self._sources[source] = position, article

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
        if spans is None and not self._merged:
            return documents(self._connection, rows_in(self.added), np.arange(self._fresh))
        self._merge()
        rows = rows_in(self.added if spans is None else spans)
        return documents(self._connection, rows, self._layout()[rows])

    def finish(self) -> None:
        """Write everything and close; nothing can be added any more."""
        self._merge()
        if self._former is None:
            self._connection.execute(_ALL_COUNTIES)
            self._connection.executescript(_INDEXES)
        self._connection.executemany(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (name, at, one.entry.slot, one.entry.passages, one.entry.said, one.replaced_by, one.also)
                for at, (name, one) in enumerate(self._here.items())
            ],
        )
        layout = self._layout()
        in_order = np.array_equal(layout, np.arange(self.passages))
        self._insert("INSERT INTO layout VALUES (?)", b"" if in_order else layout.astype("<i4").tobytes())
        self._connection.commit()
        self._connection.close()

    def discard(self) -> None:
        """Close without finishing; nothing happens when it is finished already."""
        self._connection.close()

    def _layout(self) -> Slots:
        """The slot of every row."""
        return slots_of((one.entry.slot, one.entry.passages) for one in self._here.values())

    def _merge(self) -> None:
        """Make the new file out of the former one and what was added apart from it."""
        if self._merged or self._former is None:
            return
        self._merged = True
        self._connection.commit()
        self._connection.close()
        shutil.copyfile(self._former.path, self._path)
        self._connection = _opened(self._path)
        self._connection.execute("ATTACH DATABASE ? AS added", (_address(self._apart),))
        self._let_go(self._former)
        self._place()
        self._connection.executescript(_REST_COMES)
        moved = [
            (position, article, source)
            for source, (position, article) in self._sources.items()
            if (position, article) != (self._former.sources[source].position, self._former.sources[source].article)
        ]
        self._connection.executemany("UPDATE sources SET position = ?, article = ? WHERE source = ?", moved)
        self._connection.commit()
        self._connection.execute("DETACH DATABASE added")
        self._apart.unlink()

    def _let_go(self, former: Former) -> None:
        """Take out what the former file has and this one has not, or has otherwise."""
        gone = [name for name in former.entries if name not in self._here or not self._here[name].taken]
        self._connection.executemany("DELETE FROM articles WHERE id = ?", [(name,) for name in gone])
        spans = [(one.slot, one.slot + one.passages - 1) for one in map(former.entries.__getitem__, gone)]
        for deletion in _PASSAGES_GO:
            self._connection.executemany(deletion, spans)
        sources = [(source,) for source in former.sources if source not in self._sources]
        for deletion in _SOURCES_GO:
            self._connection.executemany(deletion, sources)

    def _place(self) -> None:
        """Give what was added slots that are free: those of as many passages that went, or behind all others."""
        kept = sorted((one.entry.slot, one.entry.passages) for one in self._here.values() if one.taken)
        holes: defaultdict[int, list[int]] = defaultdict(list)
        end = 0
        for slot, passages in kept:
            if slot > end:
                holes[slot - end].append(end)
            end = max(end, slot + passages)
        for one in self._here.values():
            if one.taken:
                continue
            fitting = holes[one.entry.passages]
            slot = fitting.pop() if fitting else end
            end = max(end, slot + one.entry.passages)
            first = one.entry.slot
            for insertion in _PASSAGES_COME:
                self._connection.execute(insertion, (slot - first, first, first + one.entry.passages - 1))
            one.entry = replace(one.entry, slot=slot)

    def _insert(self, sql: str, *values: object) -> None:
        self._connection.execute(sql, values)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(_address(path), uri=True)
    # Nobody else sees the file yet, and it is thrown away if this process dies.
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY")
    return connection


def _address(path: Path) -> str:
    return f"file:{urllib.parse.quote(str(path.absolute()))}"


def _also(reprints: Sequence[Reprint]) -> str:
    return dump([astuple(one) for one in reprints])
