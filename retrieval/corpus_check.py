"""Whether what a corpus has in several places agrees: passages, their articles, keys, slots and divisions."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from retrieval.columns import CHUNK, context_of, embedded_key
from retrieval.types import Article, Passage

if TYPE_CHECKING:
    from retrieval.corpus import Corpus


def check_rows(
    corpus: "Corpus", names: Sequence[str], counts: npt.NDArray[np.int32], spans: Iterable[tuple[int, int]] | None
) -> None:
    """Look at the passages in spans of rows, end exclusive (None: all). Raises ValueError naming what does not hold.

    ``names`` are the ids of the articles in the order of rows, ``counts`` the numbers of their passages.
    """
    first = np.cumsum(counts, dtype=np.int64) - counts
    owner = np.repeat(np.arange(len(names)), counts)
    about: defaultdict[tuple[str, bool], list[int]] = defaultdict(list)
    article = None
    try:
        for row, passage in _passages(corpus, [(0, len(owner))] if spans is None else spans):
            if article is None or article.id != passage.article_id:
                article = _described(corpus, passage.article_id)
            if (names[owner[row]], row - first[owner[row]]) != (article.id, passage.order):
                raise ValueError(f"passage {passage.id} does not stand in its slot")
            if embedded_key(context_of(article.title, passage.heading), passage.text) != corpus.keys[row].tobytes():
                raise ValueError(f"passage {passage.id} does not stand in its article")
            for code in set(passage.counties) or filter(None, [article.region]):
                about[code, not passage.counties].append(row)
        for name in itertools.compress(names, counts == 0):
            _described(corpus, name)
    except KeyError as error:
        raise ValueError(f"row or article {error} is missing") from error
    except TypeError as error:
        raise ValueError(f"a passage cannot be read: {error}") from error
    _check_about(corpus, about, len(owner), whole=spans is None)


def _passages(corpus: "Corpus", spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, Passage]]:
    for start, end in spans:
        for at in range(start, end, CHUNK):
            rows = range(at, min(at + CHUNK, end))
            yield from zip(rows, corpus.passages(rows), strict=True)


def _described(corpus: "Corpus", article_id: str) -> Article:
    try:
        return corpus.article(article_id)
    except (ValueError, TypeError) as error:
        raise ValueError(f"an article's description does not hold: {error}") from error


def _check_about(corpus: "Corpus", found: Mapping[tuple[str, bool], list[int]], passages: int, *, whole: bool) -> None:
    stored = corpus.about()
    if strangers := {code for code, regional in stored if not regional} - {one.code for one in corpus.divisions()}:
        raise ValueError(f"passages are about an unknown division, {min(strangers)}")
    numbers = {place: number for number, place in enumerate({*stored, *found})}
    here, there = (_flat(places, numbers, passages) for places in (found, stored))
    known = np.searchsorted(there, here, "right") > np.searchsorted(there, here)
    if not known.all() or (whole and len(here) != len(there)):
        raise ValueError("passages are not found by the divisions that they are about")


def _flat(
    places: Mapping[tuple[str, bool], npt.ArrayLike], numbers: Mapping[tuple[str, bool], int], passages: int
) -> npt.NDArray[np.int64]:
    """The rows in every place as numbers that tell the place too, ascending."""
    each = (numbers[place] * passages + np.asarray(rows) for place, rows in places.items())
    return np.sort(np.concatenate([np.arange(0), *each]))
