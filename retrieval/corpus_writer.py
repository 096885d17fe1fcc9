"""Writing the file of ``corpus``: from nothing, or a copy of an older one in which what changed is changed.

A passage keeps the slot that it was given for as long as its article says the same, so that a copy costs no look at
what stays; ``layout`` tells in which order articles are read. What an article is to others stands apart from what it
says: in ``relations``, which are small and written anew. ``said`` is a digest by which the same is known.
"""

import json
import shutil
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.columns import (
    KEY,
    SLOT,
    Document,
    Keys,
    Rows,
    Slots,
    columns_of,
    documents,
    dump,
    pack,
    rows_in,
    slots_of,
    widen,
)
from retrieval.corpus import Entry, SourceEntry, SourceRecord
from retrieval.corpus_schema import ARTICLES, DIVISIONS, PASSAGES, SCHEMA, SOURCES, WRITTEN_ANEW
from retrieval.errors import IndexCorrupt
from retrieval.provenance import Reprint
from retrieval.types import Article, Division, Passage


@dataclass(frozen=True, slots=True)
class Former:
    """An older file, with what it has of articles and sources by their names."""

    path: Path
    entries: Mapping[str, Entry]
    sources: Mapping[str, SourceEntry]


@dataclass(slots=True)
class _Here:
    """An article of the new file, and whether it is ``taken`` over."""

    said: str
    taken: bool
    also: Sequence[Reprint]
    replaced_by: str | None = None


class CorpusWriter:
    """Writes the file; nothing is durable before ``finish``. ``added`` are the spans of rows that are new."""

    def __init__(self, path: Path, former: Former | None = None) -> None:
        """Begin at ``path``. Articles and sources may be taken over from ``former``."""
        self._path = path
        self._former = former
        self._apart = path.with_name(f"{path.name}-added") if former else path
        self._connection = _opened(self._apart)
        self._connection.executescript(SCHEMA)
        self._here: dict[str, _Here] = {}
        self._places = array("q")  # of each, as ``_columns`` tells
        self._sources: dict[str, tuple[int, str]] = {}  # taken over
        self._end = 0  # of the slots of what is added
        self._about: dict[tuple[str, bool], list[int]] = defaultdict(list)  # which of the passages that are added
        self._keys = bytearray()  # of those
        self._former_about: dict[tuple[str, bool], Slots] = {}
        self._former_keys: Keys = np.empty(0, dtype=KEY)
        self._merged = former is None
        self.passages = 0
        self.added: list[tuple[int, int]] = []

    @property
    def articles(self) -> int:
        """How many there are so far."""
        return len(self._here)

    def add_article(
        self, article: Article, passages: Sequence[Passage], embedded: Sequence[bytes], said: str = ""
    ) -> None:
        """Add an article with its passages, in order; ``embedded`` has the key of each one's embedded text.

        Raises IndexCorrupt when a passage does not stand in the article as it says.
        """
        for at, passage in enumerate(passages):
            here = (article.id, at, article.text[passage.start : passage.end])
            if here != (passage.article_id, passage.order, passage.text):
                raise IndexCorrupt(f"passage {passage.id} does not stand in its article, {article.source}")
        row, slot = len(self._keys) // KEY.itemsize, self._end
        headings = {heading: at for at, heading in enumerate(dict.fromkeys(one.heading for one in passages))}
        columns = (slot, *columns_of(article), dump([*headings]), *widen(article.text))
        self._connection.execute(ARTICLES, columns)
        self._connection.executemany(
            PASSAGES,
            [
                (
                    *(slot + at, at, passage.start, passage.end, headings[passage.heading]),
                    None if passage.counties == article.counties else dump(passage.counties),
                    *(dump(passage.years), dump(passage.damaged)),
                )
                for at, passage in enumerate(passages)
            ],
        )
        for number, passage in enumerate(passages, row):
            for code in set(passage.counties) or filter(None, [article.region]):
                self._about[code, not passage.counties].append(number)
        self._keys += b"".join(embedded)
        self._end += _room(len(passages))
        self._here[article.id] = _Here(said, False, article.also, article.replaced_by)
        self._places.extend((row, slot, len(passages), False))
        self.added.append((self.passages, self.passages + len(passages)))
        self.passages += len(passages)

    def take_article(self, article_id: str, there: Entry, also: Sequence[Reprint]) -> None:
        """Take over an article that the former file has ``there``."""
        self._here[article_id] = _Here(there.said, True, also)
        self._places.extend((there.row, there.slot, there.passages, True))
        self.passages += there.passages

    def mark_replaced(self, article_id: str, by: str) -> None:
        """Tell that another article says it replaces this one."""
        self._here[article_id].replaced_by = by

    def add_source(self, position: int, record: SourceRecord, said: str = "") -> None:
        """Add what was done to one file; ``position`` is where it came in reading."""
        columns = (
            *(record.source, position, record.article, bytes.fromhex(record.digest)),
            *(record.format, record.encoding, record.replaced, json.dumps(dict(record.repairs), ensure_ascii=False)),
            *(bytes.fromhex(record.sidecar), bytes.fromhex(said), pack(record.removals)),
        )
        self._connection.execute(SOURCES, columns)

    def take_source(self, position: int, source: str, article: str) -> None:
        """Take over what was done to a file whose text now stands in ``article``."""
        self._sources[source] = position, article

    def add_division(self, division: Division) -> None:
        """Add a division that passages are about; again is the same as once."""
        columns = (division.code, division.level, division.name, division.short, division.province, division.city)
        self._connection.execute(DIVISIONS, columns)

    def documents(self, rows: Rows | None = None) -> Iterator[Document]:
        """As ``columns.documents``: those that were added, or ``rows``, of which some may be taken over."""
        if rows is None:
            rows = rows_in(self.added)
            if not self._merged:
                keys = np.frombuffer(bytes(self._keys), dtype=KEY)
                return documents(self._connection, rows, self._slots(taken=False), keys)
        self._merge()
        return documents(self._connection, rows, self._slots()[rows], self._all_keys()[rows])

    def finish(self) -> None:
        """Write everything and close; nothing can be added any more."""
        self._merge()
        _, slots, passages, _ = self._columns()
        self._connection.executemany(
            "INSERT INTO entries VALUES (?, ?, ?, ?)",
            sorted(
                (name, slot, count, bytes.fromhex(one.said))
                for (name, one), slot, count in zip(self._here.items(), slots.tolist(), passages.tolist(), strict=True)
                if not one.taken
            ),
        )
        self._connection.executemany(
            "INSERT INTO relations VALUES (?, ?, ?)",
            sorted(
                (name, one.replaced_by, dump([astuple(reprint) for reprint in one.also]))
                for name, one in self._here.items()
                if one.replaced_by or one.also
            ),
        )
        columns = (slots.astype(SLOT), passages.astype(SLOT), self._all_keys())
        self._connection.execute("INSERT INTO layout VALUES (?, ?, ?)", [column.tobytes() for column in columns])
        self._connection.executemany("INSERT INTO about VALUES (?, ?, ?)", self._abouts())
        self._connection.commit()
        self._connection.close()

    def discard(self) -> None:
        """Close without finishing; nothing happens when it is finished already."""
        self._connection.close()

    def _columns(self) -> npt.NDArray[np.int64]:
        """First rows and slots of articles (of the former file, or of what is added), passages, taken; shape (4, n)."""
        return np.array(self._places, dtype=np.int64).reshape(-1, 4).T

    def _slots(self, *, taken: bool | None = None) -> Slots:
        """The slot of every row, or of those only that are taken over or added."""
        _, slots, passages, here = self._columns()
        chosen = np.ones(len(here), dtype=bool) if taken is None else here == taken
        return slots_of(slots[chosen], passages[chosen])

    def _all_keys(self) -> Keys:
        """The key of every row."""
        rows, _, passages, taken = self._columns()
        known = np.concatenate([self._former_keys, np.frombuffer(bytes(self._keys), dtype=KEY)])
        return known[slots_of(np.where(taken, rows, rows + len(self._former_keys)), passages)]

    def _abouts(self) -> Iterator[tuple[str, bool, bytes]]:
        """For every division, and whether only the article speaks for it, the slots of the passages about it."""
        added, kept = self._slots(taken=False), self._slots(taken=True)
        taken = np.zeros(1 + max((int(slots[-1]) for slots in self._former_about.values()), default=0), dtype=bool)
        taken[kept[kept < len(taken)]] = True
        nothing = np.empty(0, dtype=SLOT)
        for place in sorted({*self._former_about, *self._about}):
            before = self._former_about.get(place, nothing)
            slots = np.concatenate([before[taken[before]], added[self._about.get(place, [])].astype(SLOT)])
            if len(slots):
                yield *place, np.sort(slots).tobytes()

    def _merge(self) -> None:
        """Make the new file out of the former one and what was added apart from it."""
        if self._merged or self._former is None:
            return
        self._merged = True
        self._connection.commit()
        shutil.copyfile(self._former.path, self._path)
        added, self._connection = self._connection, _opened(self._path)
        self._let_go(self._former)
        moves = self._place()
        self._connection.executemany(ARTICLES, _moved(added, "SELECT * FROM articles", moves))
        self._connection.executemany(PASSAGES, _moved(added, "SELECT * FROM passages", moves))
        self._connection.executemany(SOURCES, added.execute("SELECT * FROM sources ORDER BY source"))
        self._connection.executemany(DIVISIONS, added.execute("SELECT * FROM divisions"))
        added.close()
        self._apart.unlink()

    def _let_go(self, former: Former) -> None:
        """Take out what the former file has and this one has not, or has otherwise."""
        taken = {name for name, one in self._here.items() if one.taken}
        gone = former.entries.keys() - taken
        self._connection.executemany("DELETE FROM entries WHERE article = ?", zip(sorted(gone)))
        spans = sorted((one.slot, one.slot + _room(one.passages) - 1) for one in map(former.entries.__getitem__, gone))
        self._connection.executemany("DELETE FROM articles WHERE slot BETWEEN ? AND ?", spans)
        self._connection.executemany("DELETE FROM passages WHERE slot BETWEEN ? AND ?", spans)
        sources = sorted(former.sources.keys() - self._sources.keys())
        self._connection.executemany("DELETE FROM sources WHERE source = ?", zip(sources))
        moved = [
            (position, article, source)
            for source, (position, article) in self._sources.items()
            if (position, article) != (former.sources[source].position, former.sources[source].article)
        ]
        self._connection.executemany("UPDATE sources SET position = ?, article = ? WHERE source = ?", moved)
        (keys,) = self._connection.execute("SELECT embedded FROM layout").fetchone()
        self._former_keys = np.frombuffer(keys, dtype=KEY)
        self._former_about = {
            (code, bool(regional)): np.frombuffer(slots, dtype=SLOT)
            for code, regional, slots in self._connection.execute("SELECT code, regional, slots FROM about")
        }
        self._connection.executescript(WRITTEN_ANEW)

    def _place(self) -> list[tuple[int, int, int]]:
        """Give what was added slots that are free: those of as many passages that went, or behind all others.

        Returns (slot there, first and last slot where it was added) of each article, ascending.
        """
        _, slots, passages, taken = self._columns()
        kept = np.flatnonzero(taken)[np.argsort(slots[taken == 1])]
        starts, ends = slots[kept], np.concatenate([[0], slots[kept] + np.maximum(passages[kept], 1)])
        holes: defaultdict[int, list[int]] = defaultdict(list)
        for at in np.flatnonzero(ends[:-1] < starts):
            holes[int(starts[at] - ends[at])].append(int(ends[at]))
        end = int(ends[-1])
        moves = []
        for number in np.flatnonzero(taken == 0).tolist():
            room, first = _room(int(passages[number])), int(slots[number])
            to = holes[room].pop() if holes[room] else end
            end = max(end, to + room)
            moves.append((to, first, first + room - 1))
            self._places[4 * number + 1] = to
        return sorted(moves)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    # Nobody else sees the file yet, and it is thrown away if this process dies.
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY")
    return connection


def _moved(added: sqlite3.Connection, asked: str, moves: Iterable[tuple[int, int, int]]) -> Iterator[tuple[Any, ...]]:
    """What is asked for, which begins with its slot, in slots as ``_place`` tells."""
    for slot, first, last in moves:
        for own, *rest in added.execute(f"{asked} WHERE slot BETWEEN ? AND ?", (first, last)):
            yield own - first + slot, *rest


def _room(passages: int) -> int:
    """How many slots an article takes: each has one of its own, even without passages."""
    return max(passages, 1)
