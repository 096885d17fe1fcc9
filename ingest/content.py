"""Which blocks of a page are its article: found by where its sentences stand, not by any site's names alone.

A *voice* is a block that speaks in sentences, or a row of a data table. The home of the article is the
innermost element around nearly all voices that do not stand in a region set apart (navigation, comments,
sidebars). Elements are lxml's, handed in by ``html.py``; this module only walks up and compares.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.furniture import Place, furniture, is_cut_off
from ingest.matching import matching
from ingest.regions import MOST, MOST_SURE, set_apart
from ingest.tables import BAR
from retrieval.text import squeeze

OUTSIDE, LIST_PAGE = "outside-main-content", "list-page"
_SENTENCE = re.compile(r"[。！？；!?]|[，,][^，,]+[，,]")
_SHARE = 0.55  # of an element's voices must stand in one child for the child to be the home
_DENSE = 0.5  # of a neighbour's text must be voices for it to be more of the article
_PURE = 0.9  # of one that stands right beside it, whatever sort of element it is
_MIDDLE = Place(50, 100)
_FEW_LINKS, _LONG_LINK = 5, 8
_LONG_HEADING = 24
_HEADINGS: Mapping[str | None, float] = {"comments": MOST_SURE, "related": MOST}
_WORDS = re.compile(r"[^\W\d_]")


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
    heard = _sums(voices.items())
    apart = set_apart(root, heard) | _headed(open_pieces, heard)
    inner = {piece: weight for piece, weight in voices.items() if not _stands_in(piece, apart)} or voices
    weights = _Weights(
        _sums((piece, len(piece.text)) for piece in open_pieces),
        _sums(inner.items()),
        _sums((piece, piece.linked) for piece in open_pieces),
    )
    home = _home(root, inner, weights)
    lists = _link_lists(home, weights)
    title = squeeze(meta.get("title", ""))
    lead = _lead(open_pieces, inner, home, title)
    for piece in open_pieces:
        within = _stands_in(piece, {home}) and not _stands_in(piece, apart) and not _stands_in(piece, lists)
        menu = piece.linked > 0.8 * len(piece.text) and not piece.level and len(piece.text) < 60
        is_title = piece.level in (1, 2) and _is_title(piece, title)
        if not is_title and piece not in lead and (not within or menu):
            piece.verdict = OUTSIDE


def _is_title(piece: Piece, title: str) -> bool:
    return len(piece.text) >= 6 and squeeze(piece.text) in title


def _lead(pieces: Sequence[Piece], inner: Collection[Piece], home: Any, title: str) -> set[Piece]:
    """What is said between the title and the home of the article: many pages set a summary there."""
    start = next((at for at, piece in enumerate(pieces) if _stands_in(piece, {home})), 0)
    above = next((at for at in range(start - 1, -1, -1) if _is_title(pieces[at], title)), start)
    return {piece for piece in pieces[above:start] if piece in inner}


def _voice(piece: Piece) -> int:
    """How much a piece says for being the article: its length if it speaks in sentences of its own."""
    if _is_link(piece) or is_cut_off(piece.text):
        return 0
    said = len(piece.text) >= 10 and bool(_SENTENCE.search(piece.text))
    if not said and not (piece.row and BAR in piece.text):
        return 0
    return len(piece.text) if furniture(matching(piece.text), _MIDDLE) is None else 0


def _is_list(pieces: Sequence[Piece], voices: Mapping[Piece, int]) -> bool:
    """A channel's page: names of other pages, and nothing is said."""
    return not voices and sum(piece.linked >= _LONG_LINK for piece in pieces if _is_link(piece)) >= _FEW_LINKS


def _is_link(piece: Piece) -> bool:
    """Whether most words of a piece lead elsewhere; dates and numbers beside them do not count."""
    return piece.linked * 2 >= len(_WORDS.findall(piece.text)) and piece.linked > 0


def _headed(pieces: Sequence[Piece], heard: Mapping[Any, int]) -> set[Any]:
    """Elements that begin with a heading such as 网友评论 or 相关阅读 and are more than that heading."""
    first: dict[Any, Piece] = {}
    for piece in pieces:
        for element in (piece.element, *piece.element.iterancestors()):
            first.setdefault(element, piece)
    found: set[Any] = set()
    total = heard[_top(pieces[0].element)]
    for piece in pieces:
        rule = furniture(matching(piece.text), _MIDDLE) if len(piece.text) <= _LONG_HEADING else None
        if rule not in _HEADINGS:
            continue
        region = piece.element
        while (outer := region.getparent()) is not None and first.get(outer) is piece:
            if heard.get(outer, 0) > _HEADINGS[rule] * total:
                break
            region = outer
        if region is not piece.element:
            found.add(region)
    return found


def _top(element: Any) -> Any:
    return next(iter(reversed([element, *element.iterancestors()])))


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
    if said >= _PURE * weights.text[child] and child in (best.getnext(), best.getprevious()):
        return True
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
