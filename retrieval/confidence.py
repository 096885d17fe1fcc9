"""How sure one is that a sentence answers: a calibrated probability from absolute evidence.

Logistic regression over a few measures, fitted by ``training/fit_confidence.py`` on development
questions and checked by cross-validation. The coefficients, the rates measured with them and the
fingerprint of the model they were fitted with are in ``data/confidence.json``.
"""

import functools
import json
import math
from dataclasses import astuple, dataclass
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "confidence.json"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a sentence, each in 0..1.

    ``coverage`` is the share of the question's weight that it accounts for, ``literal`` the part of it
    that stands there in so many words, ``gap`` the weight of the heaviest term as far as it is not
    covered, ``similarity`` the cosine of sentence and question. ``no_number`` is how far the number
    asked for is missing, ``no_person`` and ``no_list`` the same for a name and an enumeration.
    ``elsewhere`` is the weight of the terms that the corpus has, but not about this county: another
    county's right answer.
    """

    coverage: float
    literal: float
    gap: float
    similarity: float
    no_number: float
    no_person: float
    no_list: float
    elsewhere: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted coefficients, in the order of Evidence's fields, and the constant."""

    weights: tuple[float, ...]
    constant: float

    def probability(self, evidence: Evidence) -> float:
        """Probability (0..1) that the sentence answers."""
        measured = astuple(evidence)
        logit = self.constant + sum(w * x for w, x in zip(self.weights, measured, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@functools.cache
def calibration() -> Calibration:
    """The one that ships."""
    stored = json.loads(_FILE.read_text(encoding="utf-8"))
    return Calibration(tuple(stored["weights"]), stored["constant"])
