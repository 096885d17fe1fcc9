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

FIRST, GONE = "first", "gone"
_SUMS, _ROWS = "parts.json", "rows.npy"
FEWEST = 2000  # passages; fewer are put in anew within a second, and a token more or less shows in their average
_MOST_GONE = 0.2  # of the first part; more make searching slow
_MOST_ADDED = 0.1  # of as many as the first part has; they are put in again each time


@dataclass(frozen=True)
class Parts:
    """The first part is what was built from nothing, and stays as it is but for passages that are marked as gone. The
    second has all that came later; it is written anew each time.

    ``padding`` tokens stand in every passage; ``made_by`` is the digest of the code that made the terms.
    ``rows`` has the row in each slot, -1 where it is gone; the ``first`` slots are those of the first part. ``terms``
    counts those of the passages that are not gone. ``documents`` and ``tokens`` are all that tantivy counts,
    ``deleted`` those of them that are marked; ``balance`` are the lengths of what was added last to keep the average.
    """

    padding: int
    made_by: str
    rows: Slots = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    first: int = 0
    first_terms: int = 0
    first_tokens: int = 0
    terms: int = 0
    documents: int = 0
    tokens: int = 0
    deleted: int = 0
    extended: bool = False
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

    def bears(self, added: int) -> bool:
        """Whether a first part of which so much is gone, and a second with so many passages, are no worse than one."""
        most = (_MOST_GONE * self.first, _MOST_ADDED * self.first)
        return self.passages + added >= FEWEST and self.deleted <= most[0] and added <= most[1]

    def first_part(self, moved: npt.NDArray[np.int64]) -> Self:
        """Without the second part, every row ``moved`` to its new one, or to -1; terms are still those of before."""
        rows = self.rows[: self.first]
        rows = np.where(rows >= 0, moved[np.maximum(rows, 0)], -1).astype(np.int32)
        return replace(
            self,
            rows=rows,
            terms=self.first_terms,
            documents=self.first,
            tokens=self.first_tokens,
            deleted=int(np.count_nonzero(rows < 0)),
            extended=True,
        )

    def without(self, terms: int) -> Self:
        """A first part of which passages with so many ``terms`` have gone."""
        return replace(self, terms=self.terms - terms, first_terms=self.first_terms - terms)

    def with_rows(self, added: Sequence[int], terms: int, repeats: int) -> Self:
        """With more passages behind, of so many terms in all, each in the index ``repeats`` times; and balanced."""
        rows = np.concatenate([self.rows, np.array(added, dtype=np.int32)])
        documents = self.documents + len(added)
        tokens = self.tokens + repeats * terms + self.padding * len(added)
        if not self.extended:
            begun = replace(self, rows=rows, terms=terms, documents=documents, tokens=tokens)
            return replace(begun, first=documents, first_terms=terms, first_tokens=tokens)
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
