"""What must be impossible to build."""

import dataclasses
import inspect

import pytest

from retrieval import errors
from retrieval.provenance import Relation, Replaced
from retrieval.types import (
    STATUS_OF,
    Answer,
    Article,
    Citation,
    Claim,
    Kind,
    Passage,
    Question,
    Reason,
    Scope,
    Script,
    Status,
)

TEXT = "甲县建成三个中心。\n乙镇新添两名医生。"
ARTICLE = Article("a1", "a.txt", "题目", TEXT, "00")
PASSAGE = Passage("a1", 0, 9, TEXT[0:9], 0)
QUESTION = Question("问", "问", Kind.FACT, Scope.CORPUS, Script.SIMPLIFIED)


def test_quote_is_computed_from_the_span() -> None:
    citation = Citation(1, ARTICLE, PASSAGE, 0, 4)
    assert citation.quote == "甲县建成"
    with pytest.raises(dataclasses.FrozenInstanceError):
        citation.start = 2  # type: ignore[misc]


@pytest.mark.parametrize(("start", "end"), [(0, 10), (-1, 3), (4, 4), (5, 3)])
def test_citation_cannot_leave_its_passage(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="outside its passage"):
        Citation(1, ARTICLE, PASSAGE, start, end)


def test_citation_cannot_join_strangers() -> None:
    with pytest.raises(ValueError, match="another article"):
        Citation(1, Article("a2", "b.txt", "t", TEXT, "00"), PASSAGE, 0, 3)
    with pytest.raises(ValueError, match="does not stand"):
        Citation(1, dataclasses.replace(ARTICLE, text="另" + TEXT), PASSAGE, 0, 3)


def test_damage_is_noticed_only_inside_the_quote() -> None:
    passage = Passage("a1", 0, 9, TEXT[0:9], 0, damaged=((4, 6),))
    assert Citation(1, ARTICLE, passage, 0, 5).damaged
    assert not Citation(1, ARTICLE, passage, 0, 4).damaged
    assert not Citation(1, ARTICLE, passage, 6, 9).damaged


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"period": (2025, 2021)}, "no period"),
        ({"period": (21, 25)}, "no period"),
        ({"effective": "2024-5-1"}, "2024-5-1"),
        ({"effective": "20240501"}, "not written"),
        ({"expires": "2024-02-30"}, "day is out of range"),
        ({"effective": "2024-05-01", "expires": "2024-04-30"}, "before it begins"),
    ],
)
def test_an_article_has_possible_dates(change, complaint) -> None:
    with pytest.raises(ValueError, match=complaint):
        dataclasses.replace(ARTICLE, **change)
    dataclasses.replace(ARTICLE, period=(2024, 2024), effective="2024-05-01", expires="2024-05-01")


def test_a_replaced_document_has_a_name() -> None:
    with pytest.raises(ValueError, match="a title or a number"):
        Replaced(Relation.REPEALS)


@pytest.mark.parametrize("span", [(0, 8), (1, 9)])
def test_passage_must_fit_its_text(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Passage("a1", *span, TEXT[0:9], 0)


def test_answer_needs_claims_or_a_reason() -> None:
    citation = Citation(1, ARTICLE, PASSAGE, 0, 4)
    with pytest.raises(ValueError, match="claims, or a reason"):
        Answer(QUESTION, "g")
    with pytest.raises(ValueError, match="claims, or a reason"):
        Answer(QUESTION, "g", (Claim("甲县建成", 1),), (citation,), Reason.NOT_IN_CORPUS)
    with pytest.raises(ValueError, match="its citation"):
        Answer(QUESTION, "g", (Claim("甲县建成", 2),), (citation,))
    with pytest.raises(ValueError, match="its citation"):
        Answer(QUESTION, "g", (Claim("甲县建成", 1),), (citation, citation))
    assert Answer(QUESTION, "g", (Claim("甲县建成", 1),), (citation,)).status is Status.ANSWERED


def test_every_reason_has_a_status() -> None:
    assert set(STATUS_OF) == set(Reason)
    assert Status.ANSWERED not in STATUS_OF.values()


def test_error_tree_is_drawn_completely() -> None:
    drawn = errors.__doc__ or ""
    named = [cls for _, cls in inspect.getmembers(errors, inspect.isclass)]
    assert len(named) > 10
    assert [cls.__name__ for cls in named if cls.__name__ not in drawn] == []
    assert all(issubclass(cls, errors.XianwenError) for cls in named)
