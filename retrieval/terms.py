"""The words of a question: which count, how much each counts, and what else may stand for them."""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.lexicon import Expansion, Lexicon
from retrieval.text import words

# Words that say how something is asked, or that stand in every such article: they carry no topic.
_EMPTY_FILE = Path(__file__).parent / "data" / "stopwords.txt"
_GENERIC_FILE = _EMPTY_FILE.with_name("generic.txt")  # what every such article is about
_LATIN = re.compile("[a-z]+")
_SINGLE = 0.35  # a lone character says little
_PAIR = 0.5  # two words side by side, as one, beside their own weights
_DIGITS = 6.0  # a number in a question (100家, 39度) is a claim of its own: as heavy as a rare name


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question. ``weight`` is its share of the question's meaning (all terms sum to 1).

    ``variants`` are words that may stand for it in an article, with how sure that is (0 to 1).
    """

    text: str
    weight: float
    variants: tuple[tuple[str, float], ...] = ()


def terms_of(topic: str, lexicon: Lexicon, weigh: Callable[[str], float], allowed: str = "") -> tuple[Term, ...]:
    """The terms of a folded topic, in order, each word once. ``weigh`` gives a word's bare importance (> 0).

    Of Latin words outside the lexicon only those count that ``allowed`` has: what is left of an English
    question when its grammar is gone.
    """
    expansions = lexicon.expand(topic)
    found: dict[str, tuple[float, tuple[tuple[str, float], ...]]] = {}
    at = 0
    for expansion in sorted(expansions, key=lambda item: item.start):
        if expansion.start < at:
            continue
        _add_words(found, _kept(topic[at : expansion.start], allowed), weigh)
        found[expansion.everyday] = (_weight_of(expansion, weigh), _variants(expansion))
        at = expansion.end
    _add_words(found, _kept(topic[at:], allowed), weigh)
    total = sum(weight for weight, _ in found.values())
    return tuple(Term(text, weight / total, variants) for text, (weight, variants) in found.items()) if total else ()


def _kept(piece: str, allowed: str) -> str:
    known = set(_LATIN.findall(allowed))
    return _LATIN.sub(lambda word: word.group() if word.group() in known else " ", piece)


def only_generic(terms: Sequence[Term]) -> bool:
    """Whether nothing in particular is asked: every term fits any article of the kind."""
    return all(term.text in _generic() or len(term.text) == 1 or _made_of_generic(term.text) for term in terms)


def _made_of_generic(pair: str) -> bool:
    return any(pair[:at] in _generic() and pair[at:] in _generic() for at in range(1, len(pair)))


def _variants(expansion: Expansion) -> tuple[tuple[str, float], ...]:
    return tuple((word, expansion.weight) for word in expansion.official)


def _weight_of(expansion: Expansion, weigh: Callable[[str], float]) -> float:
    """An everyday phrase weighs as much as the heaviest thing it may mean."""
    return max(weigh(word) for word in (expansion.everyday, *expansion.official))


def _add_words(
    found: dict[str, tuple[float, tuple[tuple[str, float], ...]]], piece: str, weigh: Callable[[str], float]
) -> None:
    """The words of a piece, and every two that stand side by side as one: 健康 and 促进 apart are no 健康促进."""
    before = ""
    for word in words(piece):
        telling = word not in _empty() and any(char.isalnum() for char in word)
        if telling and word not in found:
            bare = _DIGITS if word[0].isdecimal() else weigh(word)
            found[word] = (bare * (_SINGLE if len(word) == 1 else 1.0), ())
        pair = before + word
        if telling and before and pair not in found and len(pair) > 2:
            found[pair] = (_PAIR * (found[before][0] + found[word][0]), ())
        before = word if telling else ""


@functools.cache
def _empty() -> frozenset[str]:
    return frozenset(_EMPTY_FILE.read_text(encoding="utf-8").split())


@functools.cache
def _generic() -> frozenset[str]:
    return frozenset(_GENERIC_FILE.read_text(encoding="utf-8").split())
