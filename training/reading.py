"""Fits the reading model: rows of the bundled table, moved until questions lie near the sentences that answer them.

    python -m training.reading --out retrieval/data/reading.safetensors

The bundled model serves the search and stays as it is; this one only compares a question with sentences that were
found. It learns from ``training/asked``: for every question the sentence behind it, against other sentences
(in-batch contrast, one direction). Only rows of features that occur there move.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from retrieval.embed import BUNDLED_FOLDER
from retrieval.static import READING_FILE, Patch, StaticModel, quantise
from training.arena import FOLDER, Row, read_rows

EPOCHS = 8
BATCH = 256
OTHERS = 1000  # sentences that every question is told apart from
RATE = 0.005
SCALE = 20.0
DROPOUT = 0.3
LEAST_CHARS = 7  # shorter questions hang on what was said before them
SEED = 20261122

Bag = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]


class Bags:
    """Bags of features, one after another."""

    def __init__(self, bags: Sequence[Bag]) -> None:
        self._ends = np.cumsum([0, *(len(ids) for ids, _ in bags)])
        self._ids = np.concatenate([ids for ids, _ in bags]).astype(np.int64)
        self._weights = np.concatenate([weights for _, weights in bags])

    def renumbered(self, numbers: npt.NDArray[np.int64]) -> "Bags":
        """The same with other feature numbers."""
        self._ids = numbers[self._ids]
        return self

    def sums(self, table: torch.Tensor, which: npt.NDArray[np.int64], source: np.random.Generator) -> torch.Tensor:
        """Unit vectors of some bags, with features left out at random: float32 ``(len(which), dim)``."""
        runs = [np.arange(self._ends[at], self._ends[at + 1]) for at in which]
        taken = np.concatenate(runs)
        kept = self._weights[taken] * (source.random(len(taken)) > DROPOUT)
        starts = np.cumsum([0, *map(len, runs)])[:-1]
        sums = torch.nn.functional.embedding_bag(
            torch.from_numpy(self._ids[taken]), table, torch.from_numpy(starts), mode="sum",
            per_sample_weights=torch.from_numpy(kept.astype(np.float32)),
        )  # fmt: skip
        return torch.nn.functional.normalize(sums, dim=1)


def fit(rows: Sequence[Row], base: StaticModel) -> Patch:
    """The rows that differ from the bundled model's. One thread more or less changes the last bits, no more."""
    torch.manual_seed(SEED)
    source = np.random.default_rng(SEED)
    said = [base.bag(f"{row.heading}。{row.said}" if row.heading else row.said) for row in rows]
    asked, owner = [], []
    for at, row in enumerate(rows):
        for bag in (base.bag(text) for text in row.asked if len(text) >= LEAST_CHARS):
            if len(bag[0]):
                asked.append(bag)
                owner.append(at)
    ids = np.unique(np.concatenate([bag[0] for bag in (*said, *asked)]))
    numbers = np.zeros(len(base.rows), np.int64)
    numbers[ids] = np.arange(len(ids))
    start = base.rows[ids].astype(np.float32) * base.scales[ids, None]
    table = torch.nn.Parameter(torch.from_numpy(start.copy()))
    _descend(table, Bags(said).renumbered(numbers), Bags(asked).renumbered(numbers), np.array(owner), source)
    return Patch(ids.astype(np.int32), *quantise(table.detach().numpy()))


def _descend(
    table: torch.nn.Parameter, said: Bags, asked: Bags, owner: npt.NDArray[np.int64], source: np.random.Generator
) -> None:
    optimizer = torch.optim.Adam([table], lr=RATE)
    steps = EPOCHS * -(-len(owner) // BATCH)
    step = 0
    for _ in range(EPOCHS):
        order = source.permutation(len(owner))
        for batch in (order[at : at + BATCH] for at in range(0, len(order), BATCH)):
            step += 1
            optimizer.param_groups[0]["lr"] = RATE * min(1.0, step / 20) * (1.0 - step / (steps + 1))
            others = np.unique(np.concatenate([owner[batch], source.integers(0, owner.max() + 1, OTHERS)]))
            scores = asked.sums(table, batch, source) @ said.sums(table, others, source).T
            right = torch.from_numpy(np.searchsorted(others, owner[batch]))
            loss = torch.nn.functional.cross_entropy(scores * SCALE, right)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()


def first_rate(model: StaticModel, rows: Sequence[Row]) -> float:
    """The share of the questions whose own sentence is nearest among those of all rows."""
    said = model.encode([f"{row.heading}。{row.said}" if row.heading else row.said for row in rows])
    pairs = [(at, text) for at, row in enumerate(rows) for text in row.asked if len(text) >= LEAST_CHARS]
    nearest = (model.encode([text for _, text in pairs]) @ said.T).argmax(axis=1)
    return float(np.mean(nearest == [at for at, _ in pairs]))


def main() -> None:
    """Say what it is worth on rows left out, then fit all and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=READING_FILE)
    options = parser.parse_args()
    base, rows = StaticModel.load(BUNDLED_FOLDER), read_rows(sorted(FOLDER.glob("*.jsonl")))
    left_out = np.random.default_rng(SEED).integers(0, 5, len(rows)) == 0
    test = [row for row, out in zip(rows, left_out, strict=True) if out]
    patch = fit([row for row, out in zip(rows, left_out, strict=True) if not out], base)
    print(f"left out {len(test)} rows: first {first_rate(base, test):.3f} before, "
          f"{first_rate(base.patched(patch), test):.3f} after")  # fmt: skip
    fit(rows, base).save(options.out)


if __name__ == "__main__":
    main()
