"""Fits the table of vectors: in-batch contrast in both directions, Adam, on the CPU, in plain torch.

The bags are sparse count matrices and the gradient of the table is one sparse product: a third of a second a step on
two free cores.
"""

from __future__ import annotations

import itertools
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp  # type: ignore[import-untyped]
import torch

from training.pairs import Item

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the data."""

    dim: int = 256
    batch: int = 2048
    steps: int = 300
    rate: float = 0.0035
    warmup: float = 0.05
    scale: float = 40.0
    dropout: float = 0.2  # features left out of a bag, in training
    seed: int = 20261122


def counts(bags: list[npt.NDArray[np.int32]], width: int) -> sp.csr_matrix:
    """Bags as rows of sqrt(count), float32 ``(len(bags), width)``."""
    ends = np.cumsum([0, *(len(bag) for bag in bags)])
    columns = np.concatenate(bags)
    matrix = sp.csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(bags), width))
    matrix.sum_duplicates()
    np.sqrt(matrix.data, out=matrix.data)
    return matrix


def batches(groups: Iterator[list[Item]], size: int) -> Iterator[list[Item]]:
    """Whole groups packed into batches of ``size`` or a few more; the last, short one is dropped."""
    batch: list[Item] = []
    for group in groups:
        batch.extend(item for item in group if len(item.query) and len(item.passage))
        if len(batch) >= size:
            yield batch
            batch = []


def false_negatives(batch: list[Item]) -> torch.Tensor:
    """Where a query's row and another's passage must not be pushed apart; bool ``(n, n)``, diagonal False."""
    passage, query = (np.array([getattr(item, name) for item in batch]) for name in ("passage_key", "query_key"))
    topic, article = (np.array([getattr(item, name) for item in batch]) for name in ("topic", "article"))
    mask = passage[:, None] == passage[None, :]
    mask |= (query[:, None] == query[None, :]) & (query[:, None] < -1)
    mask |= topic[:, None] == article[None, :]
    np.fill_diagonal(mask, False)
    return torch.from_numpy(mask)


def torch_csr(matrix: sp.csr_matrix) -> torch.Tensor:
    """The same matrix for torch."""
    return torch.sparse_csr_tensor(
        torch.from_numpy(matrix.indptr.astype(np.int32)), torch.from_numpy(matrix.indices.astype(np.int32)),
        torch.from_numpy(matrix.data), size=matrix.shape, check_invariants=False,
    )  # fmt: skip


def rate_at(step: int, steps: int, recipe: Recipe) -> float:
    """Linear warm-up, then cosine decay to a fiftieth."""
    rise = max(1, int(recipe.warmup * steps))
    if step < rise:
        return recipe.rate * (step + 1) / rise
    return recipe.rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise))))


def loss_of(vectors: torch.Tensor, mask: torch.Tensor, scale: float) -> torch.Tensor:
    """Cross entropy of the right passage among the batch's, and of the right query."""
    unit = torch.nn.functional.normalize(vectors, dim=1)
    size = len(mask)
    scores = (unit[:size] @ unit[size:].T) * scale
    scores = scores.masked_fill(mask, -1e4)
    target = torch.arange(size)
    return 0.5 * (
        torch.nn.functional.cross_entropy(scores, target) + torch.nn.functional.cross_entropy(scores.T, target)
    )


def fit(
    start: npt.NDArray[np.float32],
    epoch: Callable[[np.random.Generator], Iterator[list[Item]]],
    recipe: Recipe,
    watch: Callable[[npt.NDArray[np.float32]], str],
) -> npt.NDArray[np.float32]:
    """Trains the table from ``start`` (float32 ``(features, dim)``); every 100 steps ``watch`` says how it does."""
    rng = np.random.default_rng(recipe.seed)
    table = torch.from_numpy(start.copy())
    table.grad = torch.zeros_like(table)
    optimizer = torch.optim.Adam([table], lr=recipe.rate, betas=(0.9, 0.99), fused=True)
    began = time.monotonic()
    endless = itertools.chain.from_iterable(epoch(rng) for _ in itertools.count())
    for step, batch in enumerate(itertools.islice(batches(endless, recipe.batch), recipe.steps), 1):
        matrix = counts([item.query for item in batch] + [item.passage for item in batch], len(start))
        matrix.data *= (rng.random(len(matrix.data)) >= recipe.dropout).astype(np.float32)
        vectors = (torch_csr(matrix) @ table).requires_grad_()
        loss = loss_of(vectors, false_negatives(batch), recipe.scale)
        loss.backward()  # type: ignore[no-untyped-call]
        assert vectors.grad is not None
        table.grad = torch_csr(matrix.T.tocsr()) @ vectors.grad
        optimizer.param_groups[0]["lr"] = rate_at(step - 1, recipe.steps, recipe)
        optimizer.step()
        if step % 20 == 0:
            log.info("step %d of %d, loss %.3f, %.0f s", step, recipe.steps, loss.item(), time.monotonic() - began)
        if step % 100 == 0 or step == recipe.steps:
            log.info("step %d: %s", step, watch(table.numpy()))
    return np.array(table.numpy())
