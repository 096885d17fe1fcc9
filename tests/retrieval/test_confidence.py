"""Evidence and the trees over it, each against a slow, plain reading of its definition."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.confidence import Calibration, calibration
from retrieval.evidence import ASKS, MEASURES, TELLS, evidence
from retrieval.sentences import Judged, Sentence
from retrieval.terms import Term
from retrieval.types import Hit, Kind, Passage, Question, Scope, Script
from retrieval.wording import pattern


def walked(trees: Calibration, row: np.ndarray) -> float:
    """The probability, by walking every tree until a node points to itself."""
    odds = trees.constant
    for tree in range(len(trees.feature)):
        at = 0
        while trees.left[tree, at] != at:
            left = row[trees.feature[tree, at]] <= trees.threshold[tree, at]
            at = trees.left[tree, at] if left else trees.right[tree, at]
        odds += float(trees.value[tree, at])
    return 1 / (1 + math.exp(-odds))


@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_the_trees_that_ship_are_walked_to_their_leaves(seed: int, count: int) -> None:
    source = np.random.default_rng(seed)
    rows = source.normal(0.3, 1.0, (count, len(MEASURES))).astype(np.float32)
    found = calibration().probabilities(rows)
    assert found.shape == (count,)
    assert found == pytest.approx([walked(calibration(), row) for row in rows], abs=1e-6)


def test_no_sentence_has_no_probability() -> None:
    assert calibration().probabilities(np.zeros((0, len(MEASURES)), np.float32)).shape == (0,)


def test_every_pattern_is_there() -> None:
    for name in (*(f"asks_{name}" for name in ASKS), *(f"tells_{name}" for name in TELLS)):
        assert pattern(name).search("") is None, f"{name} fits everything"


def _judged(text: str, coverage: float, similarity: float) -> Judged:
    passage = Passage("a", 0, len(text), text, 0)
    return Judged(Sentence(Hit(0, passage, 0.5), 0, len(text), text), coverage, coverage / 2, 0.1, similarity, 1.0)


def _question(asked: str, kind: Kind) -> Question:
    return Question(asked, asked, kind, Scope.CORPUS, Script.SIMPLIFIED)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8), st.integers(1, 10))
def test_leads_are_over_the_best_of_the_others(pairs: list[tuple[float, float]], most: int) -> None:
    judged = [_judged(f"建成卫生室{at}个。", *pair) for at, pair in enumerate(pairs)]
    judged.sort(key=lambda one: -one.score)
    found = evidence(_question("建了多少卫生室", Kind.NUMBER), [Term("卫生室", 1.0)], judged, 0.0, set(), most)
    assert found.shape == (min(most, len(judged)), len(MEASURES))
    for at, row in enumerate(found):
        others = [one for other, one in enumerate(judged) if other != at]
        for name, value in (("lead", lambda one: one.score), ("lead_coverage", lambda one: one.coverage)):
            expected = value(judged[at]) - max(map(value, others)) if others else 0.0
            assert row[MEASURES.index(name)] == pytest.approx(expected, abs=1e-6)


def test_what_is_asked_stands_beside_what_is_told() -> None:
    judged = [_judged("投入120万元新建发热门诊。", 0.9, 0.5), _judged("由县疾控中心负责。", 0.4, 0.3)]
    found = evidence(_question("花了多少钱", Kind.NUMBER), [Term("钱", 1.0)], judged, 0.2, {"由县疾控中心负责。"}, 5)
    told = [dict(zip(MEASURES, row, strict=True)) for row in found]
    assert told[0]["asks_money"] == 1
    assert (told[0]["tells_sum"], told[1]["tells_sum"]) == (1, 0)
    assert (told[0]["tells_body"], told[1]["tells_body"]) == (0, 1)
    assert (told[0]["heading"], told[1]["heading"]) == (0, 1)
    assert told[0]["kind_number"] == 1
    assert told[0]["elsewhere"] == pytest.approx(0.2)
