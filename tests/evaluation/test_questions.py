"""The golden questions of the demo corpus hold together: every expectation stands in the articles themselves."""

from collections import Counter
from pathlib import Path

import pytest

from evaluation.golden import GoldenQuestion, read_questions
from evaluation.normalise import normalise, raw_text
from retrieval.gazetteer import Gazetteer
from retrieval.types import Level, Status

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = ROOT / "examples" / "articles"
QUESTIONS = read_questions(ROOT / "evaluation" / "questions.jsonl")
NEEDED = {
    "fact", "number", "where", "who", "when", "list", "how", "overview", "compare", "aggregate", "followup", "english",
    "refuse_offcounty", "refuse_offtopic", "refuse_medical", "smalltalk", "injection",
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_evidence_stands_in_the_named_articles(question: GoldenQuestion) -> None:
    texts = [normalise(raw_text(ARTICLES / name)) for name in question.articles]
    for group in question.evidence:
        for alternative in group:
            assert any(alternative in text for text in texts), f"{alternative} stands in none of {question.articles}"


def test_expectations_are_in_the_comparison_form() -> None:
    for question in QUESTIONS:
        for group in question.evidence + question.answer:
            assert list(group) == [normalise(alternative) for alternative in group], question.id


def test_counties_are_real_and_only_named_where_an_answer_is_due() -> None:
    gazetteer = Gazetteer.load()
    for question in QUESTIONS:
        assert bool(question.counties) == (question.status is Status.ANSWERED), question.id
        for county in question.counties:
            assert any(division.level is Level.COUNTY for division in gazetteer.resolve(county)), county


def test_every_kind_is_asked_and_every_article_is_needed() -> None:
    kinds = Counter(question.kind for question in QUESTIONS)
    assert set(kinds) == NEEDED
    assert len(QUESTIONS) >= 60
    cited = {name for question in QUESTIONS for name in question.articles}
    assert cited == {path.name for path in ARTICLES.iterdir()}


def test_follow_ups_have_something_to_follow() -> None:
    for question in QUESTIONS:
        assert (question.kind == "followup") == bool(question.history), question.id


def test_demo_articles_keep_their_kinds_of_mess() -> None:
    """What the demo shows would vanish unseen if an editor saved a file in another encoding."""
    with pytest.raises(UnicodeDecodeError):
        (ARTICLES / "yangzhong-gaoyou.txt").read_bytes().decode("utf-8")
    assert "高邮市" in raw_text(ARTICLES / "yangzhong-gaoyou.txt")
    assert b"\r\n" in (ARTICLES / "yangzhong-gaoyou.txt").read_bytes()
    assert "衛(wèi)" in raw_text(ARTICLES / "yuzhong-tcm.txt")
    assert "console.log" not in raw_text(ARTICLES / "ninghai-early-childhood.html")
