"""Whether a sentence tells of another thing than the one asked for: nurses where doctors are meant, the infants' rate
for the mothers', the first hospital for the second, the year before, another figure than the one supposed.

A word vector puts doctor and nurse side by side, since they stand in the same sentences; what sets them apart is
written down in ``data/contrasts.txt``.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from retrieval.topic import years_in

_FILE = Path(__file__).parent / "data" / "contrasts.txt"
_DIGITS = re.compile(r"(?<![0-9a-z.])[0-9]+(?:\.[0-9]+)?(?![0-9.]|[a-z])")
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_SEVERAL_YEARS = re.compile(
    "近(?:[0-9]+|[几两三四五六七八九十]+)年|[两三四五六七八九十0-9]年(?:间|来)"
)  # no single one
_PLAN = re.compile("十[一二三四五六]五")

_Set = tuple[re.Pattern[str], ...]


@functools.cache
def _sets() -> tuple[_Set, ...]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return tuple(
        tuple(re.compile(words) for words in line.split()) for line in lines if line and not line.startswith("# ")
    )


@dataclass(frozen=True, slots=True)
class Contrasts:
    """What a question names: which words of which sets, years, and figures."""

    asked: tuple[tuple[_Set, frozenset[int]], ...]
    years: frozenset[int]
    digits: frozenset[str]


class Against(NamedTuple):
    """What speaks against a sentence, each 0 or more.

    Of the sets asked about, of how many it tells an``other`` word, while neither it nor its heading has the one asked;
    of how many the one asked is ``missed`` in both; whether it, or else its passage, tells ``other_years`` only (0.5
    where it tells none); and the share of the question's ``figures`` that it lacks.
    """

    other: float
    missed: float
    other_years: float
    figures: float


MEASURES = Against._fields


@functools.lru_cache(maxsize=1024)
def contrasts(asked: str, years: tuple[int, ...]) -> Contrasts:
    """Of a folded question and the years that it names."""
    named = tuple((words, frozenset(_named(words, asked))) for words in _sets())
    plain = _YEAR.sub(" ", asked)
    return Contrasts(tuple(pair for pair in named if pair[1]), frozenset(years), frozenset(_DIGITS.findall(plain)))


def _named(words: _Set, text: str) -> set[int]:
    """Which words of a set a text has; a longer one hides what stands in it."""
    spans = [(match.span(), at) for at, word in enumerate(words) for match in word.finditer(text)]
    return {
        at
        for (start, end), at in spans
        if not any(left <= start and end <= right and right - left > end - start for (left, right), _ in spans)
    }


def against(what: Contrasts, told: str, heading: str, passage: str) -> Against:
    """What speaks against a folded sentence under a folded heading, in a folded passage."""
    other = missed = 0.0
    for words, asked in what.asked:
        here = _named(words, told)
        if asked & here or asked & _named(words, heading):
            continue
        other += bool(here)
        missed += 1
    return Against(other, missed, _other_years(what.years, (told, passage, heading)), _lacking(what.digits, told))


def _other_years(asked: frozenset[int], texts: Sequence[str]) -> float:
    """1 where another year is told and not the one asked, 0.5 where none is told, 0 where it is told or none asked."""
    if not asked:
        return 0.0
    for text in texts:
        years = frozenset(years_in(_PLAN.sub(" ", text)))
        if years or _SEVERAL_YEARS.search(text):
            return 0.0 if asked & years else 1.0
    return 0.5


def _lacking(asked: frozenset[str], told: str) -> float:
    if not asked:
        return 0.0
    return sum(one not in told for one in asked) / len(asked)
