"""Is a difference between two systems more than luck? The paired bootstrap over the queries that both answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

SEED = 20261122
RESAMPLES = 10_000
_CHUNK = 1_000  # resamples drawn at once, so that memory stays small for thousands of queries


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of one system minus that of the other, and the interval that holds 95 % of the resampled ones."""

    mean: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def paired(
    ours: Mapping[str, float], theirs: Mapping[str, float], resamples: int = RESAMPLES, seed: int = SEED
) -> Difference:
    """The difference ``ours - theirs`` per query, resampled with replacement (Efron's percentile interval).

    Raises:
        ValueError: there are no queries, or the two were not asked the same ones.
    """
    if not ours or ours.keys() != theirs.keys():
        raise ValueError("both systems need values for the same queries, and for one at least")
    differences = np.array([ours[query] - theirs[query] for query in sorted(ours)])
    source = np.random.default_rng(seed)
    means = []
    for start in range(0, resamples, _CHUNK):
        many = min(_CHUNK, resamples - start)
        drawn = source.integers(0, len(differences), (many, len(differences)))
        means.append(differences[drawn].mean(axis=1))
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return Difference(float(differences.mean()), float(low), float(high))
