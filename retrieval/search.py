"""Question in, passages out: words and vectors, filtered by county, fused by score.

Lexical search is strong where the question uses the articles' own words, and vectors save the
paraphrase. So the vector's share grows as the best passage's words cover less of the question, and an
exact hit on a rare word survives any vector rank: its score is added, never averaged away.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.embed import StaticEmbedder
from retrieval.index import Generation
from retrieval.lexical import Weigh
from retrieval.text import grams
from retrieval.types import Hit
from retrieval.vectors import Vectors

# The vector's share of a perfect lexical score, and the covered shares of the question between which it falls.
SHARE_OF_PARAPHRASE, SHARE_OF_WORDS = 1.0, 0.1
PARAPHRASE, WORDS = 0.15, 0.4
STANDING_IN = 0.3  # of a term that only stands for one of the asker's
LEAST_WEIGHT = 0.05  # of a term that the model does not know

Scored = list[tuple[int, float]]


def vector_share(covered: float) -> float:
    """The weight of a cosine beside a lexical score of 1, by how much of the question words cover (0..1)."""
    falling = min(1.0, max(0.0, (WORDS - covered) / (WORDS - PARAPHRASE)))
    return SHARE_OF_WORDS + (SHARE_OF_PARAPHRASE - SHARE_OF_WORDS) * falling


def fuse(words: Scored, vectors: Scored, attainable: float) -> Scored:
    """One list of both: ``score = words / best words + share * cosine``, by descending score, then row.

    Both lists are (row, score), best first; ``attainable`` is the lexical score of a passage with every
    word of the question. A row that one list lacks counts as 0 there. No min-max: the cosine stays
    absolute, and the lexical score is relative to the best hit only.
    """
    best = words[0][1] if words else 0.0
    share = vector_share(best / attainable if attainable > 0 else 0.0)
    scores: dict[int, float] = {row: score / best for row, score in words if best > 0}
    for row, cosine in vectors:
        scores[row] = scores.get(row, 0.0) + share * max(cosine, 0.0)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def search_weight(bundled: StaticEmbedder) -> Weigh:
    """A term's importance in the full text: the fourth root of what the bundled model learned."""

    @functools.lru_cache(maxsize=20_000)
    def weigh(term: str) -> float:
        return float(max(LEAST_WEIGHT, bundled.weight(term)) ** 0.25)

    return weigh


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched: the asker's ``words`` and, of less weight, words that may ``stand`` for them in the full text,
    and a vector of shape (1, dim)."""

    words: str
    stand: str
    meaning: Vectors


def find(generation: Generation, query: Query, counties: Sequence[str], k: int, weigh: Weigh) -> list[Hit]:
    """The ``k`` best passages, best first; only those about one of ``counties`` (codes) unless it is empty.

    The code of a city or province stands for what it says itself, about no county.
    ``weigh`` is the importance of a word of the question in the full-text search.
    """
    rows = None
    if counties:
        rows = np.union1d(generation.rows_of_counties(counties), generation.rows_of_regions(counties))
    if rows is not None and not len(rows):
        return []
    own = set(grams(query.words))
    every = f"{query.words} {query.stand}"
    words = generation.lexical.search(
        every, k, counties or None, lambda term: weigh(term) * (1.0 if term in own else STANDING_IN)
    )
    vectors = generation.vectors.search(query.meaning, k, rows)
    fused = fuse(words, vectors, generation.lexical.attainable(query.words, weigh))[:k]
    passages = generation.passages([row for row, _ in fused])
    return [Hit(row, passage, score) for (row, score), passage in zip(fused, passages, strict=True)]
