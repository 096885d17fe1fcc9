"""Which blocks of a page are its article: found by where its sentences stand, not by any site's names alone.

A *voice* is a block that speaks in sentences, or a row of a data table. The home of the article is the
innermost element around nearly all voices that do not stand in a region set apart (navigation, comments,
sidebars). Elements are lxml's, handed in by ``html.py``; this module only walks up and compares.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.furniture import Place, furniture
from ingest.matching import matching
from ingest.regions import set_apart
from retrieval.text import squeeze

OUTSIDE, LIST_PAGE = "outside-main-content", "list-page"
_SENTENCE = re.compile(r"[。！？；!?]|[，,][^，,]+[，,]")
_CUT_OFF = re.compile(
    r"(?:…|\.{3})\s*(?:[\[【(（]?(?:详细|详情|全文|更多|查看全文|阅读全文)[\]】)）]?)?$|[\[【](?:详细|详情|全文)[\]】]$"
)
_SHARE = 0.55  # of an element's voices must stand in one child for the child to be the home
_DENSE = 0.5  # of a neighbour's text must be voices for it to be more of the article
_MIDDLE = Place(50, 100)
_FEW_LINKS = 5
_LITTLE = 60  # characters of sentences that a list of links may hold and stay one


@dataclass(slots=True, eq=False)
class Piece:
    """A block on its way: its element, how much of it is link text, and what it turned out to be."""

    text: str
    element: Any
    level: int = 0
    linked: int = 0
    row: bool = False
    verdict: str = ""


@dataclass(slots=True)
class _Weights:
    """For every element the characters of all text, of voices and of links inside it."""

    text: Counter[Any] = field(default_factory=Counter)
    voice: Counter[Any] = field(default_factory=Counter)
    linked: Counter[Any] = field(default_factory=Counter)


def judge(root: Any, pieces: Sequence[Piece], meta: Mapping[str, str]) -> None:
    """Give a verdict to every piece outside the article; none where the article cannot be told."""
    open_pieces = [piece for piece in pieces if not piece.verdict]
    voices = {piece: weight for piece in open_pieces if (weight := _voice(piece))}
    if _is_list(open_pieces, voices):
        for piece in open_pieces:
            piece.verdict = LIST_PAGE
        return
    if not voices:
        return
    apart = set_apart(root, _sums(voices.items()))
    inner = {piece: weight for piece, weight in voices.items() if not _stands_in(piece, apart)} or voices
    weights = _Weights(
        _sums((piece, len(piece.text)) for piece in open_pieces),
        _sums(inner.items()),
        _sums((piece, piece.linked) for piece in open_pieces),
    )
    home = _home(root, inner, weights)
    lists = _link_lists(home, weights)
    title = squeeze(meta.get("title", ""))
    for piece in open_pieces:
        within = _stands_in(piece, {home}) and not _stands_in(piece, apart) and not _stands_in(piece, lists)
        menu = piece.linked > 0.8 * len(piece.text) and not piece.level and len(piece.text) < 60
        is_title = piece.level in (1, 2) and len(piece.text) >= 6 and squeeze(piece.text) in title
        if not is_title and (not within or menu):
            piece.verdict = OUTSIDE


def _voice(piece: Piece) -> int:
    """How much a piece says for being the article: its length if it speaks in sentences of its own."""
    if piece.linked * 2 >= len(piece.text) or _CUT_OFF.search(piece.text):
        return 0
    said = len(piece.text) >= 10 and bool(_SENTENCE.search(piece.text))
    return len(piece.text) if (said or piece.row) and furniture(matching(piece.text), _MIDDLE) is None else 0


def _is_list(pieces: Sequence[Piece], voices: Mapping[Piece, int]) -> bool:
    """A channel's page: most of it is links, and hardly anything is said."""
    links = [piece for piece in pieces if piece.linked >= 8 and piece.linked * 2 >= len(piece.text)]
    said = sum(weight for piece, weight in voices.items() if not piece.row)
    return len(links) >= _FEW_LINKS and said < _LITTLE and said * 4 < sum(piece.linked for piece in links)


def _stands_in(piece: Piece, elements: set[Any]) -> bool:
    return bool(elements) and (
        piece.element in elements or any(above in elements for above in piece.element.iterancestors())
    )


def _sums(weighed: Iterable[tuple[Piece, int]]) -> Counter[Any]:
    """For every element the weight of the pieces inside."""
    sums: Counter[Any] = Counter()
    for piece, weight in weighed:
        sums[piece.element] += weight
        for element in piece.element.iterancestors():
            sums[element] += weight
    return sums


def _home(root: Any, inner: Mapping[Piece, int], weights: _Weights) -> Any:
    """The innermost element around most of what is said, and around all neighbours that say it alike."""
    leaves = Counter(piece.element for piece in inner)
    home = root
    while True:
        best = max(home, key=lambda child: weights.voice.get(child, 0), default=None)
        if best is None or weights.voice.get(best, 0) < _SHARE * weights.voice[home]:
            return home
        if best not in leaves and not any(child in weights.voice for child in best):
            return home
        if all(piece.row for piece in inner if _stands_in(piece, {best})):
            return home  # nor is a table
        if leaves[best] == 1 and weights.voice[best] == len(_only(inner, best)):
            return home  # a paragraph by itself is no home
        if any(_is_more(child, best, inner, weights) for child in home if child is not best):
            return home
        home = best


def _only(inner: Mapping[Piece, int], element: Any) -> str:
    return next(piece.text for piece in inner if piece.element is element)


def _is_more(child: Any, best: Any, inner: Mapping[Piece, int], weights: _Weights) -> bool:
    """Whether a neighbour of the best child goes on with the article: mostly sentences, in the same sort of element."""
    said = weights.voice.get(child, 0)
    if not said or said < _DENSE * weights.text[child]:
        return False
    sorts = {_sort(piece) for piece in inner if _stands_in(piece, {best})}
    return any(piece.row or _sort(piece) in sorts for piece in inner if _stands_in(piece, {child}))


def _sort(piece: Piece) -> tuple[str, str]:
    return piece.element.tag, piece.element.get("class", "")


def _link_lists(home: Any, weights: _Weights) -> set[Any]:
    """Elements inside the home that hold several links and hardly anything else."""
    return {
        element
        for element in home.iterdescendants()
        if weights.linked.get(element, 0) > 0.7 * weights.text.get(element, 0)
        and not weights.voice.get(element, 0)
        and sum(1 for _ in element.iter("a")) >= 3
    }
