"""What is asked for: read off the question words, in an order that lets the stronger sign win.

The words stand in ``data/wording.txt``, for folded text (see ``retrieval.text.fold``), so traditional
characters and full-width marks need none of their own. Cantonese, south-western and English are included.
"""

import re

from retrieval.types import Kind
from retrieval.wording import found, pattern, whole

_WORD = re.compile(r"[^\W_]")
# A "which four aspects" comes before all; then the first kind whose words occur.
_ORDER = (
    ("counted_list", Kind.LIST),
    ("source", Kind.HOW),
    ("how_many", Kind.NUMBER),
    ("where", Kind.WHERE),
    ("when", Kind.WHEN),
    ("who", Kind.WHO),
    ("list", Kind.LIST),
    ("how", Kind.HOW),
    ("doing_what", Kind.FACT),
    ("yes_no", Kind.YESNO),
)


def kind_of(folded: str, counties: int, region: bool) -> Kind:
    """The kind of a folded question whose place names, years and self-introduction have been cut out.

    ``counties`` is how many counties it names (known or not), ``region`` whether a province or city bounds it.
    """
    text = pattern("polite").sub(" ", folded).strip()
    if counties >= 2:
        return Kind.COMPARE
    if _is_aggregate(text, counties):
        return Kind.AGGREGATE
    if found("compare", text) and not found("with_past", text):
        return Kind.COMPARE
    if is_general(text) and not found("counted_list", text):
        return Kind.OVERVIEW
    if region and not counties:
        return Kind.AGGREGATE
    return worded_kind(text)


def kind_of_each(folded: str, kind: Kind) -> Kind:
    """What a question of that kind asks of each county: "which has more?" a number, "how do they differ?" what is
    left when the comparing words are gone. The kind itself where nothing is compared or looked through."""
    if kind is Kind.AGGREGATE:
        return Kind.FACT
    if kind is not Kind.COMPARE:
        return kind
    if found("how_much_more", folded):
        return Kind.NUMBER
    if found("how_much_sooner", folded):
        return Kind.WHEN
    rest = without_comparing(folded)
    return Kind.OVERVIEW if is_general(rest) else worded_kind(rest)


def without_comparing(folded: str) -> str:
    """The question without the words that only say that something is compared."""
    return pattern("comparing").sub(" ", folded)


def worded_kind(folded: str) -> Kind:
    """The kind by the question word alone; FACT where there is none."""
    return next((kind for section, kind in _ORDER if found(section, folded)), Kind.FACT)


def is_general(folded: str) -> bool:
    """Whether nothing particular is asked: the health work as a whole, or nothing but a place."""
    rest = whole("general_english").sub(" ", folded)
    for section in ("general", "general_verb", "contentless"):
        rest = pattern(section).sub(" ", rest)
    return not _WORD.search(rest)


def is_overview(folded: str) -> bool:
    """Whether the health work as a whole is asked for in so many words (unlike "and Rong County?")."""
    says = found("general", folded) or found("doing_what", folded) or whole("general_english").search(folded)
    return bool(says) and is_general(folded)


def _is_aggregate(text: str, counties: int) -> bool:
    which = pattern("aggregate").search(text)
    if not which:
        return False
    return counties == 0 or (found("many", which.group()) and found("except", text))
