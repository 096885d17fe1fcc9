"""Precision and recall of an extracted text, by runs of three characters.

Both texts are folded to letters and digits (NFKC, lower case), so that marks, blanks and the bars that
tools put between cells count for nothing. What counts is the multiset of all runs of three neighbouring
characters: precision is the share of the output's runs that the article has, recall the share of the
article's runs that the output has. A run said twice must be in the article twice. Titles, captions and
signatures are taken out of the output first: they are neither asked for nor held against anybody.
"""

import functools
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.cleaning.pages import Page

_RUN = 3


@dataclass(frozen=True, slots=True)
class Score:
    """Shares from 0 to 1; ``left`` counts the folded characters of the output."""

    precision: float
    recall: float
    left: int

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score(page: Page, output: str) -> Score:
    """How well ``output`` is the article of ``page``. An empty output has no precision to lose, and no recall."""
    kept = "".join(map(folded, page.keep))
    wanted = _runs(kept)
    said = folded(output)
    for text in sorted(map(folded, page.either), key=len, reverse=True):
        said = said.replace(text, "") if len(text) > 1 and text not in kept else said
    runs = _runs(said)
    hit = sum((wanted & runs).values())
    return Score(hit / max(1, sum(runs.values())) if runs else 1.0, hit / max(1, sum(wanted.values())), len(said))


def mean(scores: Sequence[Score]) -> Score:
    """The plain average over pages: a long page counts no more than a short one."""
    count = max(1, len(scores))
    return Score(
        sum(one.precision for one in scores) / count,
        sum(one.recall for one in scores) / count,
        sum(one.left for one in scores) // count,
    )


@functools.lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Letters and digits only."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if char.isalnum())


def _runs(text: str) -> Counter[str]:
    return Counter(text[at : at + _RUN] for at in range(len(text) - _RUN + 1))
