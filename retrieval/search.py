"""Question in, passages out: words and vectors, filtered by county, fused by score.

Lexical search is strong where the question uses the articles' own words, and vectors save the
paraphrase. So the vector's share grows as the words cover less of the question, and an exact hit on a
rare word survives any vector rank: its score is added, never averaged away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.embed import Embedder
from retrieval.index import Generation
from retrieval.types import Hit

VECTOR_SHARE = 0.35  # of a perfect lexical score; see docs/evaluation.md for what was tried

Scored = list[tuple[int, float]]


def fuse(words: Scored, vectors: Scored) -> Scored:
    """One list of both: ``score = words / best words + VECTOR_SHARE * cosine``, by descending score, then row.

    Both lists are (row, score), best first. A row that one list lacks counts as 0 there. No min-max:
    the cosine stays absolute, and the lexical score is relative to the best hit only.
    """
    best = words[0][1] if words else 1.0
    scores: dict[int, float] = {row: score / best for row, score in words if best > 0}
    for row, cosine in vectors:
        scores[row] = scores.get(row, 0.0) + VECTOR_SHARE * max(cosine, 0.0)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched: ``words`` for the full text (with its expansions), ``meaning`` for the vectors."""

    words: str
    meaning: str


def find(generation: Generation, embedder: Embedder, query: Query, counties: Sequence[str], k: int) -> list[Hit]:
    """The ``k`` best passages, best first; only those about one of ``counties`` (codes) unless it is empty.

    Raises EmbeddingError when the model fails.
    """
    rows = generation.rows_of_counties(counties) if counties else None
    if rows is not None and not len(rows):
        return []
    words = generation.lexical.search(query.words, k, counties or None)
    vector = embedder.embed_query(query.meaning)
    vectors = generation.vectors.search(np.asarray(vector).reshape(-1), k, rows)
    fused = fuse(words, vectors)[:k]
    passages = generation.passages([row for row, _ in fused])
    return [Hit(row, passage, score) for (row, score), passage in zip(fused, passages, strict=True)]
