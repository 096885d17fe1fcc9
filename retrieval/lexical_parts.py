"""What an index of words is made of beside tantivy's own files: which slot holds which row, and sums over all slots.

A slot is a passage as it was put in; it stays where it is when rows move, and when its passage is gone.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

Slots = npt.NDArray[np.int32]

GONE = "gone"
_SUMS, _ROWS = "parts.json", "rows.npy"
FEWEST = 2000  # passages; fewer are put in anew within a second, and a token more or less shows in their average
_MOST_CHANGES = 6  # small parts beside the first: tantivy joins eight, and then counts otherwise than we do
_MOST_GONE = 0.2  # of all passages; more make searching slow


@dataclass(frozen=True)
class Parts:
    """``padding`` tokens stand in every passage; ``made_by`` is the digest of the code that made the terms.

    ``rows`` has the row in each slot, -1 where it is gone. ``terms`` counts those of the passages that are not gone.
    ``documents`` and ``tokens`` are all that tantivy counts, ``deleted`` those of them that are marked; ``changes``
    counts the parts beside the first; ``balance`` are the lengths of what was added last to keep the average.
    """

    padding: int
    made_by: str
    rows: Slots = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    terms: int = 0
    documents: int = 0
    tokens: int = 0
    deleted: int = 0
    changes: int = 0
    balance: tuple[int, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Self:
        """What stands in a folder. Raises FileNotFoundError, ValueError, KeyError or TypeError."""
        values = json.loads((path / _SUMS).read_text(encoding="utf-8"))
        return cls(rows=np.load(path / _ROWS), **values)

    def write(self, path: Path) -> None:
        """Keep it in a folder."""
        values = asdict(replace(self, rows=self.rows[:0], balance=()))
        del values["rows"], values["balance"]
        (path / _SUMS).write_text(json.dumps(values) + "\n", encoding="utf-8")
        np.save(path / _ROWS, self.rows)

    @cached_property
    def passages(self) -> int:
        """How many are not gone."""
        return int(np.count_nonzero(self.rows >= 0))

    @property
    def segments(self) -> tuple[int, int]:
        """What ``segments_of`` must tell."""
        return self.documents, self.deleted

    def bears(self, lost: int) -> bool:
        """Whether so many more may go without making everything anew."""
        gone = len(self.rows) - self.passages + lost
        return self.passages >= FEWEST and self.changes < _MOST_CHANGES and gone <= _MOST_GONE * len(self.rows)

    def without(self, moved: npt.NDArray[np.int64], terms: int) -> Self:
        """With every row ``moved`` to its new one, or to -1; those that go have so many ``terms``."""
        rows = np.where(self.rows >= 0, moved[np.maximum(self.rows, 0)], -1).astype(np.int32)
        gone = int(np.count_nonzero((self.rows >= 0) & (rows < 0)))
        return replace(self, rows=rows, terms=self.terms - terms, deleted=self.deleted + gone, changes=self.changes + 1)

    def with_rows(self, added: Sequence[int], terms: int, repeats: int) -> Self:
        """With more passages behind, of so many terms in all, each in the index ``repeats`` times; and balanced."""
        rows = np.concatenate([self.rows, np.array(added, dtype=np.int32)])
        documents = self.documents + len(added)
        tokens = self.tokens + repeats * terms + self.padding * len(added)
        balance: tuple[int, ...] = ()
        if self.changes:
            live = int(np.count_nonzero(rows >= 0))
            average = (repeats * (self.terms + terms) + self.padding * live) / max(1, live) or 1.0
            count = max(1, math.ceil(tokens / average - documents))
            missing = round(average * (documents + count) - tokens)
            balance = tuple(missing // count + (at < missing % count) for at in range(count))
        return replace(
            self,
            rows=rows,
            terms=self.terms + terms,
            documents=documents + len(balance),
            tokens=tokens + sum(balance),
            balance=balance,
        )


def segments_of(path: Path) -> tuple[int, int]:
    """How many documents tantivy counts in a folder, and how many of them are marked as deleted."""
    found = json.loads((path / "meta.json").read_text(encoding="utf-8"))["segments"]
    marked = sum(one["deletes"]["num_deleted_docs"] for one in found if one["deletes"])
    return sum(one["max_doc"] for one in found), marked
