"""Fits the reading model: rows of the bundled table, moved until questions lie near the sentences that answer them.

    python -m training.reading --out retrieval/data/reading.safetensors

The bundled model serves the search and stays as it is; this one only compares a question with sentences that were
found. It learns from ``training/asked``: for every question the sentence behind it, against other sentences
(in-batch contrast, one direction); and for every sentence its question before a near miss that it does not answer
(pairwise logistic loss, as in RankNet, Burges et al. 2005). Only rows of features that occur there move.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
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
NEAR_MISS = 1.0  # weight of the near misses; at 2 more of them are told apart, but fewer sentences found
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


@dataclass(frozen=True, slots=True)
class Texts:
    """What is learnt from: ``owner`` is the row of every question, ``near`` the near misses of every row."""

    said: Bags
    asked: Bags
    missed: Bags
    owner: npt.NDArray[np.int64]
    near: Sequence[npt.NDArray[np.int64]]


def fit(rows: Sequence[Row], base: StaticModel) -> Patch:
    """The rows that differ from the bundled model's. One thread more or less changes the last bits, no more."""
    torch.manual_seed(SEED)
    source = np.random.default_rng(SEED)
    said = [base.bag(_told(row)) for row in rows]
    asked, owner = _bags([[text for text in row.asked if len(text) >= LEAST_CHARS] for row in rows], base)
    missed, of = _bags([row.unanswered for row in rows], base)
    ids = np.unique(np.concatenate([bag[0] for bag in (*said, *asked, *missed)]))
    numbers = np.zeros(len(base.rows), np.int64)
    numbers[ids] = np.arange(len(ids))
    start = base.rows[ids].astype(np.float32) * base.scales[ids, None]
    table = torch.nn.Parameter(torch.from_numpy(start.copy()))
    near = [np.flatnonzero(of == at) for at in range(len(rows))]
    told, put, wrong = (Bags(some).renumbered(numbers) for some in (said, asked, missed))
    _descend(table, Texts(told, put, wrong, owner, near), source)
    return Patch(ids.astype(np.int32), *quantise(table.detach().numpy()))


def _told(row: Row) -> str:
    """The sentence as it is compared: below its heading."""
    return f"{row.heading}。{row.said}" if row.heading else row.said


def _bags(texts: Sequence[Sequence[str]], base: StaticModel) -> tuple[list[Bag], npt.NDArray[np.int64]]:
    """The bags of every row's texts that have features, and the row of each."""
    found = [(at, base.bag(text)) for at, row in enumerate(texts) for text in row]
    kept = [(at, bag) for at, bag in found if len(bag[0])]
    return [bag for _, bag in kept], np.array([at for at, _ in kept], dtype=np.int64)


def _descend(table: torch.nn.Parameter, texts: Texts, source: np.random.Generator) -> None:
    owner = texts.owner
    optimizer = torch.optim.Adam([table], lr=RATE)
    steps = EPOCHS * -(-len(owner) // BATCH)
    step = 0
    for _ in range(EPOCHS):
        order = source.permutation(len(owner))
        for batch in (order[at : at + BATCH] for at in range(0, len(order), BATCH)):
            step += 1
            optimizer.param_groups[0]["lr"] = RATE * min(1.0, step / 20) * (1.0 - step / (steps + 1))
            loss = _loss(table, texts, batch, source)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()


def _loss(
    table: torch.nn.Parameter, texts: Texts, batch: npt.NDArray[np.int64], source: np.random.Generator
) -> torch.Tensor:
    owner = texts.owner
    others = np.unique(np.concatenate([owner[batch], source.integers(0, owner.max() + 1, OTHERS)]))
    asked, said = texts.asked.sums(table, batch, source), texts.said.sums(table, others, source)
    right = torch.from_numpy(np.searchsorted(others, owner[batch]))
    loss = torch.nn.functional.cross_entropy(asked @ said.T * SCALE, right)
    has = [at for at, question in enumerate(batch) if len(texts.near[owner[question]])]
    if not has:
        return loss
    drawn = np.array([source.choice(texts.near[owner[batch[at]]]) for at in has])
    own, missed = said[right[has]], texts.missed.sums(table, drawn, source)
    lead = ((asked[has] - missed) * own).sum(dim=1)
    return loss + NEAR_MISS * torch.nn.functional.softplus(-lead * SCALE / 2).mean()


def first_rate(model: StaticModel, rows: Sequence[Row]) -> float:
    """The share of the questions whose own sentence is nearest among those of all rows."""
    said = model.encode([_told(row) for row in rows])
    pairs = [(at, text) for at, row in enumerate(rows) for text in row.asked if len(text) >= LEAST_CHARS]
    nearest = (model.encode([text for _, text in pairs]) @ said.T).argmax(axis=1)
    return float(np.mean(nearest == [at for at, _ in pairs]))


def told_apart(model: StaticModel, rows: Sequence[Row]) -> float:
    """The share of pairs of a question and a near miss of one sentence of which the question is nearer to it."""
    shares = []
    for row in rows:
        if row.unanswered:
            said = model.encode([_told(row)])[0]
            asked, missed = model.encode(list(row.asked)) @ said, model.encode(list(row.unanswered)) @ said
            shares.append(float(np.mean(asked[:, None] > missed[None])))
    return float(np.mean(shares))


def main() -> None:
    """Say what it is worth on rows left out, then fit all and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=READING_FILE)
    options = parser.parse_args()
    base, rows = StaticModel.load(BUNDLED_FOLDER), read_rows(sorted(FOLDER.glob("*.jsonl")))
    left_out = np.random.default_rng(SEED).integers(0, 5, len(rows)) == 0
    test = [row for row, out in zip(rows, left_out, strict=True) if out]
    patch = fit([row for row, out in zip(rows, left_out, strict=True) if not out], base)
    for name, model in (("before", base), ("after", base.patched(patch))):
        first, apart = first_rate(model, test), told_apart(model, test)
        print(f"{name}, {len(test)} rows left out: first {first:.3f}, near misses told apart {apart:.3f}")
    fit(rows, base).save(options.out)


if __name__ == "__main__":
    main()
