"""How sure one is that a sentence answers: a calibrated probability from its evidence.

Boosted trees (Friedman 2001, "Greedy function approximation") over the measures of ``evidence.py``, fitted
by ``training/fit_confidence.py`` and checked by cross-validation; here they are only looked up.
``data/confidence.npz`` holds the trees, ``data/confidence.json`` the measures' names, the fingerprint of the
embedding model they were fitted with, and the rates of false answers and false refusals by threshold.
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.evidence import MEASURES, Matrix

_TREES = Path(__file__).parent / "data" / "confidence.npz"
_FACTS = _TREES.with_suffix(".json")


@dataclass(frozen=True)
class Calibration:
    """Trees as arrays of shape (trees, nodes). A leaf points to itself, which ends a walk.

    At a node a row goes ``left`` if its measure ``feature`` is at most ``threshold``, else ``right``; the
    sum of the ``value`` at the ends and ``constant`` is the log-odds.
    """

    feature: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float32]
    left: npt.NDArray[np.int16]
    right: npt.NDArray[np.int16]
    value: npt.NDArray[np.float32]
    constant: float

    def probabilities(self, evidence: Matrix) -> npt.NDArray[np.float64]:
        """Probability (0..1) that each answers: shape (n,) for evidence of shape (n, len(MEASURES))."""
        rows, trees = len(evidence), len(self.feature)
        feature, threshold, children = self._nodes
        flat, measures = evidence.reshape(-1), np.repeat(np.arange(rows) * evidence.shape[1], trees)
        at = np.tile(np.arange(trees) * self.feature.shape[1], rows)
        walking = np.arange(len(at))
        while len(walking):
            here = at.take(walking)
            goes_left = flat.take(measures.take(walking) + feature.take(here)) <= threshold.take(here)
            there = children.take(2 * here + goes_left)
            at[walking] = there
            walking = walking[there != here]  # half of them end within five steps
        odds = self.constant + self.value.reshape(-1).take(at).reshape(rows, trees).astype(np.float64).sum(axis=1)
        sure: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
        return sure

    @functools.cached_property
    def _nodes(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Of all nodes, tree after tree: measure and threshold, and right and left by turns, counted through."""
        first = np.arange(len(self.feature), dtype=np.int64)[:, None] * self.feature.shape[1]
        children = np.stack([self.right + first, self.left + first], axis=-1)
        return self.feature.reshape(-1).astype(np.int64), self.threshold.reshape(-1), children.reshape(-1)


@functools.cache
def calibration() -> Calibration:
    """The one that ships."""
    facts = json.loads(_FACTS.read_text(encoding="utf-8"))
    if tuple(facts["measures"]) != MEASURES:
        raise RuntimeError(f"{_FACTS} was fitted to other measures than retrieval/evidence.py has: fit it again")
    with np.load(_TREES, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in ("feature", "threshold", "left", "right", "value")}
    return Calibration(**arrays, constant=facts["constant"])
