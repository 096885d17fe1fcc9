from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import EmbeddingError, IndexCorrupt, IndexMismatch
from retrieval.vectors import VectorIndex


def unit(count: int, dim: int, seed: int) -> np.ndarray:
    """Random unit rows, a third of them copies of others so that ties occur."""
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((count, dim)).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    for row in range(2, count, 3):
        vectors[row] = vectors[row // 2]
    return vectors


def brute_force(vectors: np.ndarray, query: np.ndarray, k: int, rows=None) -> list[tuple[int, float]]:
    scores = vectors.astype(np.float64) @ query.astype(np.float64).reshape(-1)
    allowed = range(len(vectors)) if rows is None else sorted(set(rows.tolist()))
    return sorted(((row, float(scores[row])) for row in allowed), key=lambda item: (-round(item[1], 6), item[0]))[:k]


def check_against(expected, found, precision) -> None:
    """Same length and scores; same rows wherever the scores are not within rounding of each other."""
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=precision)
    for (row, score), (other, other_score) in zip(found, expected, strict=True):
        if row != other:
            near = [r for r, s in expected if abs(s - score) <= precision]
            assert row in near or abs(other_score - expected[-1][1]) <= precision


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 90), dim=st.integers(1, 33), k=st.integers(1, 100), seed=st.integers(0, 999))
def test_equals_brute_force(tmp_path_factory, count, dim, k, seed):
    vectors = unit(count, dim, seed)
    path = tmp_path_factory.mktemp("v") / "vectors.faiss"
    VectorIndex.build(path, vectors)
    query = unit(1, dim, seed + 1)
    check_against(brute_force(vectors, query, k), VectorIndex.open(path).search(query, k), 2e-6)


@settings(max_examples=25, deadline=None)
@given(count=st.integers(1, 60), k=st.integers(1, 70), seed=st.integers(0, 999), share=st.floats(0, 1))
def test_row_filter_equals_brute_force(tmp_path_factory, count, k, seed, share):
    vectors = unit(count, 16, seed)
    rows = np.flatnonzero(np.random.default_rng(seed).random(count) < share).astype(np.int64)
    index = VectorIndex.build(tmp_path_factory.mktemp("v") / "vectors.faiss", vectors)
    query = unit(1, 16, seed + 1)
    found = index.search(query, k, rows)
    assert {row for row, _ in found} <= set(rows.tolist())
    check_against(brute_force(vectors, query, k, rows), found, 2e-6)


def test_half_precision_equals_brute_force_over_rounded_vectors(tmp_path):
    vectors = unit(500, 32, 7)
    VectorIndex.build(tmp_path / "v.faiss", vectors, flat_up_to=100)
    index = VectorIndex.open(tmp_path / "v.faiss")
    rounded = vectors.astype(np.float16).astype(np.float32)
    assert np.array_equal(index.vectors(np.arange(500)), rounded)
    for seed in range(10):
        query = unit(1, 32, seed)
        check_against(brute_force(rounded, query, 20), index.search(query, 20), 1e-5)


@pytest.mark.parametrize("flat_up_to", [0, 1000])
def test_ties_come_in_row_order_even_at_the_cut(tmp_path, flat_up_to):
    vectors = np.tile(np.array([[0.6, 0.8]], dtype=np.float32), (300, 1))
    index = VectorIndex.build(tmp_path / "v.faiss", vectors, flat_up_to=flat_up_to)
    assert [row for row, _ in index.search([0.6, 0.8], 5)] == [0, 1, 2, 3, 4]
    assert [row for row, _ in index.search([0.6, 0.8], 3, np.array([250, 17, 90, 200]))] == [17, 90, 200]


def test_nothing_more_is_dropped(tmp_path):
    index = VectorIndex.build(tmp_path / "v.faiss", np.eye(3, dtype=np.float32))
    assert index.search([1, 0, 0], 50) == [(0, 1.0), (1, 0.0), (2, 0.0)]
    assert index.search([1, 0, 0], 50, np.array([2, 2, 77])) == [(2, 0.0)]
    assert index.search([1, 0, 0], 50, np.array([], dtype=np.int64)) == []
    assert index.search([1, 0, 0], 0) == []


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_refuses_values_that_are_not_finite(tmp_path, bad):
    vectors = np.eye(4, dtype=np.float32)
    index = VectorIndex.build(tmp_path / "v.faiss", vectors)
    with pytest.raises(EmbeddingError, match="not finite"):
        index.search([bad, 0, 0, 0], 2)
    vectors[2, 1] = bad
    with pytest.raises(EmbeddingError, match="not finite"):
        VectorIndex.build(tmp_path / "w.faiss", vectors)


@pytest.mark.parametrize("query", [np.ones(3), np.ones((2, 4)), np.ones((1, 5)), np.float32(1)])
def test_refuses_another_dimension(tmp_path, query):
    index = VectorIndex.build(tmp_path / "v.faiss", np.eye(4, dtype=np.float32))
    with pytest.raises(IndexMismatch, match="4 dimensions"):
        index.search(query, 2)


@pytest.mark.parametrize("shape", [(4,), (2, 2, 2), (3, 0)])
def test_refuses_arrays_of_another_shape(tmp_path, shape):
    with pytest.raises(EmbeddingError, match="instead of"):
        VectorIndex.build(tmp_path / "v.faiss", np.zeros(shape, dtype=np.float32))


def test_empty_index_finds_nothing(tmp_path):
    VectorIndex.build(tmp_path / "v.faiss", np.empty((0, 8), dtype=np.float32))
    index = VectorIndex.open(tmp_path / "v.faiss")
    assert (len(index), index.dim, index.search(np.ones(8), 3)) == (0, 8, [])
    assert index.vectors(np.array([], dtype=np.int64)).shape == (0, 8)


def test_zero_query_finds_nothing(tmp_path):
    index = VectorIndex.build(tmp_path / "v.faiss", np.eye(4, dtype=np.float32))
    assert index.search(np.zeros(4), 3) == []


def test_stored_vectors_come_back_in_the_asked_order(tmp_path):
    vectors = unit(20, 8, 1)
    VectorIndex.build(tmp_path / "v.faiss", vectors)
    rows = np.array([19, 3, 3, 0])
    assert np.array_equal(VectorIndex.open(tmp_path / "v.faiss").vectors(rows), vectors[rows])


def test_missing_and_truncated_files_are_told_apart(tmp_path):
    with pytest.raises(FileNotFoundError):
        VectorIndex.open(tmp_path / "none.faiss")
    path = tmp_path / "v.faiss"
    VectorIndex.build(path, unit(50, 8, 1))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(IndexCorrupt, match=r"v\.faiss"):
        VectorIndex.open(path)


def test_threads_see_the_same_results(tmp_path):
    vectors = unit(400, 16, 3)
    index = VectorIndex.build(tmp_path / "v.faiss", vectors)
    expected = [index.search(vector, 10) for vector in vectors[:50]]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda vector: index.search(vector, 10), vectors[:50])) == expected


@pytest.mark.parametrize("flat_up_to", [0, 1000])
def test_what_is_stored_is_what_was_given_rounded_once(tmp_path, flat_up_to):
    vectors = np.random.default_rng(3).normal(size=(40, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    VectorIndex.build(tmp_path / "v.faiss", vectors, flat_up_to=flat_up_to)
    index = VectorIndex.open(tmp_path / "v.faiss")
    kept = vectors if flat_up_to else vectors.astype(np.float16)
    assert np.array_equal(index.stored(), kept)
    assert np.array_equal(index.vectors(np.arange(40)), kept.astype(np.float32))


@pytest.mark.parametrize("flat_up_to", [0, 1000])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_refused_in_both_forms(tmp_path, flat_up_to, value):
    vectors = np.full((5, 8), 0.35, dtype=np.float32)
    vectors[3, 2] = value
    with pytest.raises(EmbeddingError, match="not finite"):
        VectorIndex.build(tmp_path / "v.faiss", vectors, flat_up_to=flat_up_to)


@pytest.mark.parametrize("former_as", [0, 1000])
@pytest.mark.parametrize("flat_up_to", [0, 1000])
@settings(max_examples=25, deadline=None)
@given(count=st.integers(0, 30), more=st.integers(0, 5), seed=st.integers(0, 999), stay=st.floats(0, 1))
def test_what_is_taken_over_and_what_is_put_stands_in_its_rows(former_as, flat_up_to, count, more, seed, stay):
    random = np.random.default_rng(seed)
    given = random.normal(size=(count + more, 8)).astype(np.float32)
    former = VectorIndex.blank(count, 8, flat_up_to=former_as)
    former.put(range(count), given[:count])
    moved = np.sort(random.permutation(count + more)[:count])
    for _ in range(3):  # mostly in order, as rows are, but not only
        at = random.integers(0, max(1, count), 2)
        moved[at[at < count]] = moved[at[at < count]][::-1]
    moved[random.random(count) > stay] = -1
    index = VectorIndex.blank(count + more, 8, flat_up_to=flat_up_to)
    index.take(former, moved)
    expected = np.zeros((count + more, 8), dtype=index.stored().dtype)
    for row, to in enumerate(moved):
        if to >= 0:
            expected[to] = former.stored()[row]
    assert np.array_equal(index.stored(), expected)
    rest = [row for row in range(count + more) if row not in set(moved.tolist())][::-1]
    index.put(rest, given[: len(rest)])
    for row, vector in zip(rest, given, strict=False):
        expected[row] = vector
    assert np.array_equal(index.stored(), expected)


@pytest.mark.parametrize("shape", [(2, 3), (3, 4), (3,)])
def test_vectors_of_another_shape_are_not_put(shape):
    index = VectorIndex.blank(5, 3)
    with pytest.raises(EmbeddingError, match="shape"):
        index.put([0, 2, 4], np.ones(shape, dtype=np.float32))
    assert not index.stored().any()
