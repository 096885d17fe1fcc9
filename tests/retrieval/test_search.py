"""Fusion of words, vectors and reading, against sums made by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.search import READ, covered, fuse, reading_share, reread, vector_share
from retrieval.sentences import sentences_of
from retrieval.types import Hit, Passage

rows = st.lists(
    st.tuples(st.integers(0, 30), st.floats(0.0625, 5, width=32)), max_size=12, unique_by=lambda one: one[0]
)


def best_first(scored):
    return sorted(scored, key=lambda one: (-one[1], one[0]))


@given(rows, rows, st.floats(0, 20))
def test_scores_are_added_as_told(words, vectors, attainable):
    words, vectors = best_first(words), best_first([(row, score / 5) for row, score in vectors])
    best = max((score for _, score in words), default=0.0)
    share = vector_share(best / attainable if attainable > 0 else 0.0)
    by_words, by_vectors = dict(words), dict(vectors)
    expected = {
        row: by_words.get(row, 0.0) / (best or 1.0) + share * by_vectors.get(row, 0.0)
        for row in by_words.keys() | by_vectors.keys()
    }
    found = fuse(words, vectors, attainable)
    assert dict(found) == pytest.approx(expected)
    assert found == best_first(found)


@pytest.mark.parametrize("share", [vector_share, reading_share])
def test_the_less_words_cover_the_more_meaning_counts(share):
    shares = [share(at / 20) for at in range(21)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 5 * shares[-1] > 0


def test_what_words_cover_is_a_share_of_what_they_could():
    assert covered([(3, 2.0), (1, 1.0)], 8.0) == 0.25
    assert covered([], 8.0) == covered([(3, 2.0)], 0.0) == 0.0


VECTORS = {
    "甲": (1.0, 0.0),
    "乙": (0.6, 0.8),
    "丙": (0.0, 1.0),
    "丁": (-1.0, 0.0),
}


def embed(texts):
    return np.array([VECTORS[text[-2]] for text in texts], dtype=np.float32).reshape(-1, 2)


def hit(row, text, score, heading=()):
    return Hit(row, Passage("a", 0, len(text), text, 0, heading), score)


@given(
    st.lists(st.tuples(st.text("甲乙丙丁", min_size=1, max_size=4), st.floats(0, 2, width=16)), max_size=14),
    st.floats(0, 2),
)
def test_the_first_passages_come_by_their_best_sentence(passages, share):
    hits = [
        hit(row, "".join(f"这里说{name}。" for name in names), score)
        for row, (names, score) in enumerate(sorted(passages, key=lambda one: -one[1]))
    ]
    asked = np.array([[1.0, 0.0]], dtype=np.float32)
    found = reread(hits, share, asked, embed)
    best = {
        one.row: one.score + share * max(max(0.0, VECTORS[sentence.text[-2]][0]) for sentence in sentences_of(one))
        for one in hits[:READ]
    }
    assert [one.row for one in found[:READ]] == sorted(best, key=lambda row: (-best[row], row))
    assert [one.score for one in found[:READ]] == pytest.approx(sorted(best.values(), reverse=True))
    assert found[READ:] == hits[READ:]


def test_a_sentence_is_read_under_its_heading():
    asked = np.array([[1.0, 0.0]], dtype=np.float32)
    seen = []

    def noting(texts):
        seen.extend(texts)
        return embed(texts)

    reread([hit(0, "说甲。", 1.0, ("县里", "怎么办"))], 1.0, asked, noting)
    assert seen == ["怎么办。说甲。"]
    assert reread([], 1.0, asked, embed) == []
