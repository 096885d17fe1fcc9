"""Tests of the answers that are remembered."""

from retrieval.remembered import Remembered
from retrieval.types import Answer, Kind, Question, Reason, Scope, Script


def answer_to(asked: str) -> Answer:
    question = Question(asked, asked, next(iter(Kind)), next(iter(Scope)), Script.SIMPLIFIED)
    return Answer(question, "g", reason=Reason.NOT_IN_CORPUS)


def test_an_answer_is_told_again_on_its_own_basis_only():
    remembered, old, new = Remembered(), (object(), object()), (object(), object())
    remembered.get(old, "a")
    remembered.put(old, "a", answer_to("a"))
    assert remembered.get(old, "a") == answer_to("a")
    assert remembered.get((old[0], new[1]), "a") is None
    assert remembered.get(old, "a") is None


def test_a_late_answer_of_an_old_basis_is_not_remembered():
    remembered, old, new = Remembered(), (object(),), (object(),)
    remembered.get(old, "a")
    remembered.get(new, "a")
    remembered.put(old, "a", answer_to("a"))
    assert remembered.get(new, "a") is None


def test_the_least_recent_answer_is_forgotten():
    remembered, basis = Remembered(most=2), (object(),)
    remembered.get(basis, "a")
    for asked in "ab":
        remembered.put(basis, asked, answer_to(asked))
    remembered.get(basis, "a")
    remembered.put(basis, "c", answer_to("c"))
    assert [remembered.get(basis, asked) is not None for asked in "abc"] == [True, False, True]
