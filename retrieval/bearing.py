"""Whose doing a sentence tells: the county's own, or that of the nation, the province or a neighbour.

An article on a county also says what the nation demands and how the county lies; one on several says at its top
what holds for all. Such sentences have the right words and are not what the county has set out to do.
"""

import re
from collections.abc import Iterable

from retrieval.compose import without_ordinal
from retrieval.sentences import Sentence, squeezed
from retrieval.text import fold, to_simplified
from retrieval.types import Division
from retrieval.wording import found, pattern

FLOURISH = 0.3  # the share of such words from which a sentence says nothing
APART = 6  # characters between two counties that are not named side by side
_SUFFIX = re.compile("(?:省|市|自治区|特别行政区|[^省市]{0,6}族自治州|地区)$")


def names(text: str, county: Division) -> bool:
    """Whether a text names the county, in either script; two characters are as much as anybody's short name has."""
    return county.short[:2] in to_simplified(text)


def after_another(text: str, county: Division, beside: Iterable[str]) -> bool:
    """Whether the county is named well after another one (of these short names), whose doing it then is."""
    told = to_simplified(text)
    own = told.find(county.short[:2])
    if own <= APART:
        return False
    return any(0 <= told.find(name) < own - len(name) - APART for name in beside if name != county.short)


def situates(text: str) -> bool:
    """Whether all it says is where a place lies."""
    return found("situates", fold(text).strip())


def tells(text: str) -> bool:
    """Whether it says something: not about the article itself, where a place lies, or mostly to lift the voice."""
    told = squeezed(text)
    lifted = sum(len(match.group()) for match in pattern("flourish").finditer(told))
    return not found("about_itself", fold(text).strip()) and not situates(text) and lifted < FLOURISH * len(told)


def of_others(sentence: Sentence, county: Division) -> bool:
    """Whether a sentence tells what others do: the nation, the province or city of the county, a county beside it."""
    if names(sentence.text, county):
        return False
    passage = sentence.hit.passage
    if len(passage.counties) > 1:
        return True
    told = fold(without_ordinal(sentence.text)).strip()
    if pattern("from_above").search(told):
        return True
    if passage.heading and found("heading_above", fold(passage.heading[-1])) and not names(passage.heading[-1], county):
        return True
    over = {_SUFFIX.sub("", place) for place in (county.province, county.city) if place}
    subject = pattern("when_said").sub("", told, count=1).lstrip(",")
    return any(subject.startswith(place) for place in over if len(place) > 1)
