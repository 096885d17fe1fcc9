"""Metrics against cases worked out by hand."""

import math

import pytest

from evaluation.metrics import mrr_at_k, ndcg_at_k, recall_at_k

QRELS = {"q1": {"a": 1, "b": 1}, "q2": {"c": 1, "x": 0}}


def test_perfect_run_scores_one():
    run = {"q1": ["b", "a", "z"], "q2": ["c"]}
    assert ndcg_at_k(run, QRELS, 10) == pytest.approx(1.0)
    assert mrr_at_k(run, QRELS, 10) == pytest.approx(1.0)
    assert recall_at_k(run, QRELS, 10) == pytest.approx(1.0)


def test_hand_computed_ndcg():
    # q1: relevant at ranks 1 and 3: (1 + 1/2) / (1 + 1/log2 3); q2: relevant at rank 2: 1/log2 3.
    run = {"q1": ["a", "z", "b"], "q2": ["x", "c"]}
    expected = ((1 + 1 / 2) / (1 + 1 / math.log2(3)) + 1 / math.log2(3)) / 2
    assert ndcg_at_k(run, QRELS, 10) == pytest.approx(expected)


def test_graded_gain_is_linear():
    # Relevance 3 at rank 2 and 1 at rank 1: (1 + 3/log2 3) / (3 + 1/log2 3).
    value = ndcg_at_k({"q": ["one", "three"]}, {"q": {"three": 3, "one": 1}}, 10)
    assert value == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))


def test_ideal_is_cut_at_k():
    assert ndcg_at_k({"q": ["a"]}, {"q": {"a": 1, "b": 1, "c": 1}}, 1) == pytest.approx(1.0)


def test_hand_computed_mrr_and_recall():
    run = {"q1": ["z", "y", "b", "a"], "q2": ["x", "c"]}
    assert mrr_at_k(run, QRELS, 10) == pytest.approx((1 / 3 + 1 / 2) / 2)
    assert recall_at_k(run, QRELS, 3) == pytest.approx((1 / 2 + 1) / 2)
    assert recall_at_k(run, QRELS, 1) == 0.0
    assert mrr_at_k(run, QRELS, 2) == pytest.approx((0 + 1 / 2) / 2)


def test_missing_query_counts_zero_and_unjudged_query_is_left_out():
    qrels = {**QRELS, "nothing relevant": {"a": 0}}
    run = {"q1": ["a", "b"], "not judged": ["a"]}
    assert recall_at_k(run, qrels, 10) == pytest.approx(0.5)


def test_found_but_judged_irrelevant_or_negative_gains_nothing():
    assert ndcg_at_k({"q": ["bad", "good"]}, {"q": {"bad": -1, "good": 1}}, 10) == pytest.approx(1 / math.log2(3))


@pytest.mark.parametrize(
    ("run", "qrels", "k"),
    [
        ({}, {}, 10),
        ({}, {"q": {"a": 0}}, 10),
        ({"q": ["a"]}, {"q": {"a": 1}}, 0),
        ({"q": ["a", "a"]}, {"q": {"a": 1}}, 10),
    ],
)
def test_meaningless_input_is_refused(run, qrels, k):
    with pytest.raises(ValueError, match=r"at least|twice"):
        ndcg_at_k(run, qrels, k)
