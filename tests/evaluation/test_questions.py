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
SETS = {name: read_questions(ROOT / "evaluation" / f"{name}.jsonl") for name in ("questions", "held_out")}
QUESTIONS = SETS["questions"] + SETS["held_out"]
NEEDED = {
    "fact", "number", "where", "who", "when", "list", "how", "overview", "compare", "aggregate", "followup", "english",
    "yesno", "clarify", "refuse_offcounty", "refuse_offtopic", "refuse_medical", "smalltalk", "injection",
}  # fmt: skip
LEAST = {"questions": 160, "held_out": 60}


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


@pytest.mark.parametrize("name", SETS)
def test_every_kind_is_asked_and_every_article_is_needed(name: str) -> None:
    assert {question.kind for question in SETS[name]} == NEEDED
    assert len(SETS[name]) >= LEAST[name]
    cited = {article for question in SETS[name] for article in question.articles}
    assert cited == {path.name for path in ARTICLES.iterdir()}


def test_enough_is_asked_of_what_refusal_is_calibrated_on() -> None:
    asked = SETS["questions"]
    assert sum(question.kind == "refuse_offtopic" for question in asked) >= 45
    assert sum("paraphrase" in question.note and question.status is Status.ANSWERED for question in asked) >= 45


def test_no_question_is_in_both_sets() -> None:
    for key in ("id", "question"):
        seen = Counter(getattr(question, key) for question in QUESTIONS if key == "id" or not question.history)
        assert [value for value, times in seen.items() if times > 1] == []


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
