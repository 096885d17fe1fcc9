"""Quotes, duplicates, numbering."""

import pytest

from retrieval.compose import Chosen, apart, build, choose, distinct, sayable, without_ordinal
from retrieval.sentences import Sentence, sentences_of
from retrieval.types import Article, Hit, Kind, Passage, Question, Scope, Script

TEXT = "年,甲县改革继续,引进医生8人,医院医院大楼。第二句说别的。"
DAMAGED = ((0, 2), (16, 22))
ARTICLE = Article("a1", "a.txt", "题目", TEXT, "00", counties=("110101",))
PASSAGE = Passage("a1", 0, len(TEXT), TEXT, 0, counties=("110101",), damaged=DAMAGED)
QUESTION = Question("问", "问", Kind.FACT, Scope.CORPUS, Script.SIMPLIFIED)


def _first() -> Sentence:
    return sentences_of(Hit(0, PASSAGE, 1.0))[0]


def test_a_damaged_sentence_is_quoted_by_its_whole_clauses() -> None:
    chosen = choose(_first(), lambda text: float("引进医生" in text))
    assert chosen.text == "甲县改革继续,引进医生8人"
    assert TEXT[chosen.start : chosen.end] == chosen.text


def test_what_is_only_in_the_damage_is_quoted_with_it() -> None:
    chosen = choose(_first(), lambda text: float("大楼" in text))
    assert chosen.text == _first().text


def test_answer_numbers_follow_the_order_and_damage_shows() -> None:
    first, second = sentences_of(Hit(0, PASSAGE, 1.0))
    chosen = [Chosen(second, second.start, second.end), Chosen(first, first.start, first.end)]
    answer = build(QUESTION, "g", chosen, lambda _: ARTICLE, lambda code: f"<{code}>")
    assert [citation.number for citation in answer.citations] == [1, 2]
    assert [claim.text for claim in answer.claims] == [citation.quote for citation in answer.citations]
    assert [citation.damaged for citation in answer.citations] == [False, True]
    assert answer.citations[0].counties == ("<110101>",)


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (["全面推进家庭医生签约服务。", "全面推进家庭医生签约服务"], 1),
        (["全面推进家庭医生签约服务。", "全面推进妇幼健康服务体系建设。"], 2),
        (["推进签约服务。", "推进签约服务,并且在全县范围内把慢性病管理、中医药、急救和信息化都建设起来。"], 2),
    ],
)
def test_what_says_the_same_is_said_once(texts: list[str], left: int) -> None:
    sentences = []
    for number, text in enumerate(texts):
        passage = Passage(f"a{number}", 0, len(text), text, 0)
        sentences += sentences_of(Hit(number, passage, 1.0))
    assert len(distinct(sentences, len(sentences))) == left
    assert distinct(sentences, 1) == sentences[:1]


def test_ordinals_alone_are_no_claims() -> None:
    text = "一、\n(1)\n推进医共体。"
    passage = Passage("a1", 0, len(text), text, 0)
    assert [s.text for s in sentences_of(Hit(0, passage, 1.0)) if sayable(s)] == ["推进医共体。"]


def test_a_lead_is_quoted_with_its_list_and_its_items_not_again() -> None:
    text = "明年做两件事：\n1、扩建病房；\n2、培训村医。"
    lead, first, second = sentences_of(Hit(0, Passage("a1", 0, len(text), text, 0), 1.0))
    chosen = [choose(sentence, lambda _: 1.0) for sentence in (lead, first, second)]
    assert [choice.text for choice in chosen] == [text, "扩建病房", "培训村医。"]
    assert apart(chosen) == chosen[:1]


@pytest.mark.parametrize(
    ("heading", "bare"),
    [
        ("一、总体目标", "总体目标"),
        ("（二）人才", "人才"),
        ("3.5%以内", "3.5%以内"),
        ("12、65岁以上", "65岁以上"),
        ("目标", "目标"),
        ("——居民健康素养水平", "居民健康素养水平"),
        ("• 推进医共体", "推进医共体"),
    ],
)
def test_ordinals_are_the_page_s_and_not_ours(heading: str, bare: str) -> None:
    assert without_ordinal(heading) == bare
