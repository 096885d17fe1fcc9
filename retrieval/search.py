"""Question in, passages out: words and vectors, filtered by county, fused by score; the first ones are read.

Lexical search is strong where the question uses the articles' own words, and meaning saves the
paraphrase. So the share of the vectors, and that of reading, grow as the best passage's words cover less of the
question, and an exact hit on a rare word survives any other rank: its score is added, never averaged away.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from retrieval.embed import StaticEmbedder
from retrieval.index import Generation
from retrieval.lexical import Weigh
from retrieval.sentences import Embed, sentences_of
from retrieval.text import grams
from retrieval.types import Hit
from retrieval.vectors import Vectors

# The vector's share of a perfect lexical score, and the covered shares of the question between which it falls.
SHARE_OF_PARAPHRASE, SHARE_OF_WORDS = 1.0, 0.1
PARAPHRASE, WORDS = 0.15, 0.4
READ_OF_PARAPHRASE, READ_OF_WORDS = 2.0, 0.2  # the same for what the best sentence says, in the first passages
READ = 10  # passages that are read
STANDING_IN = 0.3  # of a term that only stands for one of the asker's
LEAST_WEIGHT = 0.05  # of a term that the model does not know

Scored = list[tuple[int, float]]


def vector_share(covered: float) -> float:
    """The weight of a cosine beside a lexical score of 1, by how much of the question words cover (0..1)."""
    return _between(SHARE_OF_WORDS, SHARE_OF_PARAPHRASE, covered)


def reading_share(covered: float) -> float:
    """The same for the cosine of a passage's best sentence."""
    return _between(READ_OF_WORDS, READ_OF_PARAPHRASE, covered)


def _between(of_words: float, of_paraphrase: float, covered: float) -> float:
    falling = min(1.0, max(0.0, (WORDS - covered) / (WORDS - PARAPHRASE)))
    return of_words + (of_paraphrase - of_words) * falling


def covered(words: Scored, attainable: float) -> float:
    """The share of the question that the best passage's words cover; ``attainable`` as in ``fuse``."""
    return words[0][1] / attainable if words and attainable > 0 else 0.0


def fuse(words: Scored, vectors: Scored, attainable: float) -> Scored:
    """One list of both: ``score = words / best words + share * cosine``, by descending score, then row.

    Both lists are (row, score), best first; ``attainable`` is the lexical score of a passage with every
    word of the question. A row that one list lacks counts as 0 there. No min-max: the cosine stays
    absolute, and the lexical score is relative to the best hit only.
    """
    best = words[0][1] if words else 0.0
    share = vector_share(covered(words, attainable))
    scores: dict[int, float] = {row: score / best for row, score in words if best > 0}
    for row, cosine in vectors:
        scores[row] = scores.get(row, 0.0) + share * max(cosine, 0.0)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def reread(hits: Sequence[Hit], share: float, asked: Vectors, embed: Embed) -> list[Hit]:
    """The hits with the first ``READ`` of them by what their sentences say: ``score + share * cosine`` of the best one.

    ``asked`` is the question's vector of the reading model, shape (1, dim), and ``embed`` gives those of sentences.
    Ties stay in their order.
    """
    told = [[sentence.under_heading for sentence in sentences_of(hit)] for hit in hits[:READ]]
    vectors = embed([text for texts in told for text in texts]) if any(told) else np.zeros((0, asked.size))
    cosines = iter(np.clip(np.einsum("ij,j->i", vectors, asked.reshape(-1)), 0.0, 1.0).tolist())
    best = [max((next(cosines) for _ in texts), default=0.0) for texts in told]
    first = [replace(hit, score=hit.score + share * cosine) for hit, cosine in zip(hits, best, strict=False)]
    return [*sorted(first, key=lambda hit: -hit.score), *hits[READ:]]


def search_weight(bundled: StaticEmbedder) -> Weigh:
    """A term's importance in the full text: the fourth root of what the bundled model learned."""

    @functools.lru_cache(maxsize=20_000)
    def weigh(term: str) -> float:
        return float(max(LEAST_WEIGHT, bundled.weight(term)) ** 0.25)

    return weigh


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched: the asker's ``words`` and, of less weight, words that may ``stand`` for them in the full text,
    a vector of the index's model and one of the reading model, each of shape (1, dim)."""

    words: str
    stand: str
    meaning: Vectors
    asked: Vectors


def find(
    generation: Generation, query: Query, counties: Sequence[str], k: int, weigh: Weigh, embed: Embed
) -> list[Hit]:
    """The ``k`` best passages, best first; only those about one of ``counties`` (codes) unless it is empty.

    The code of a city or province stands for what it says itself, about no county.
    ``weigh`` is the importance of a word of the question in the full-text search, ``embed`` the reading model.
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
    attainable = generation.lexical.attainable(query.words, weigh)
    fused = fuse(words, vectors, attainable)[:k]
    passages = generation.passages([row for row, _ in fused])
    hits = [Hit(row, passage, score) for (row, score), passage in zip(fused, passages, strict=True)]
    return reread(hits, reading_share(covered(words, attainable)), query.asked, embed)
