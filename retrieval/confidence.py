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


@dataclass(frozen=True, slots=True)
class Calibration:
    """Trees as arrays of shape (trees, nodes). A leaf points to itself, so that all walks may be equally long.

    At a node a row goes ``left`` if its measure ``feature`` is at most ``threshold``, else ``right``; the
    sum of the ``value`` at the ends and ``constant`` is the log-odds. ``depth`` is the longest walk.
    """

    feature: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float32]
    left: npt.NDArray[np.int16]
    right: npt.NDArray[np.int16]
    value: npt.NDArray[np.float32]
    constant: float
    depth: int

    def probabilities(self, evidence: Matrix) -> npt.NDArray[np.float64]:
        """Probability (0..1) that each answers: shape (n,) for evidence of shape (n, len(MEASURES))."""
        trees = np.arange(len(self.feature))
        at = np.zeros((len(evidence), len(trees)), dtype=np.int16)
        rows = np.arange(len(evidence))[:, None]
        for _ in range(self.depth):
            goes_left = evidence[rows, self.feature[trees, at]] <= self.threshold[trees, at]
            at = np.where(goes_left, self.left[trees, at], self.right[trees, at])
        odds = self.constant + self.value[trees, at].astype(np.float64).sum(axis=1)
        sure: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
        return sure


@functools.cache
def calibration() -> Calibration:
    """The one that ships."""
    facts = json.loads(_FACTS.read_text(encoding="utf-8"))
    if tuple(facts["measures"]) != MEASURES:
        raise RuntimeError(f"{_FACTS} was fitted to other measures than retrieval/evidence.py has: fit it again")
    with np.load(_TREES, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in ("feature", "threshold", "left", "right", "value")}
    return Calibration(**arrays, constant=facts["constant"], depth=facts["depth"])
