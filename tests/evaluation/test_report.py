"""The page and the text of an evaluation, over verdicts made by hand."""

import html
import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.gate import Baseline
from evaluation.golden import GoldenQuestion
from evaluation.history import Changes
from evaluation.probe import Point, Retrieval
from evaluation.report import Report, Run, calibration_error, dots, percentile, rates, render
from evaluation.score import judge, summarise
from evaluation.summary import as_object, as_text
from retrieval.types import Status

HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(2)>&\"'"
VOID = {"meta", "col"}


class Balanced(HTMLParser):
    """Fails on a tag that closes another, and gathers what a page could load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def run(text: str = "甲县有几所卫生室", kind: str = "number") -> Run:
    questions = [
        GoldenQuestion("q1", text, kind, Status.ANSWERED, ("甲县",), ("a.txt",), (("三十所",),), (("三十",),)),
        GoldenQuestion("q2", "乙县的价钱", "refuse_offtopic", Status.NO_ANSWER),
    ]
    citation = {"number": 1, "source": "a.txt", "counties": ["甲县"], "quote": text, "passage": text}
    replies: list[dict[str, Any]] = [
        {"id": "q1", "status": "answered", "answer": text, "citations": [citation], "took_ms": 4.0},
        {"id": "q2", "status": "no_answer", "answer": "没有", "citations": [], "took_ms": 90.0},
    ]
    verdicts = [judge(q, r, lambda _: "") for q, r in zip(questions, replies, strict=True)]
    return Run(questions, replies, verdicts, summarise(verdicts))


def report(shown: Run, **changes: Any) -> Report:
    rows = [
        Retrieval("words", "all", "county", 1, 0.5, 1.0),
        Retrieval("fused", "paraphrase", "everything", 1, 1.0, 1.0),
    ]
    points = [Point("q1", 0.75, True), Point("q2", 0.25, False), Point("q3", 0.95, False), Point("q4", 1.0, True)]
    return Report(**{"title": "评测", "run": shown, "retrieval": rows, "points": points, "threshold": 0.5} | changes)


def full(shown: Run) -> Report:
    scores = shown.scores
    baseline = Baseline(2, "", "", {"perfect": 0.4, "status": 1.0}, {"false_answer": 0.0})
    assert scores.perfect == 0.5
    return report(
        shown,
        held_out=run("留出的问题谁也不该看"),
        baselines={"questions": baseline, "held_out": baseline},
        changes=Changes(won=("q1",), lost=("held-7",), moved=("q2",)),
    )


@pytest.mark.parametrize("shown", [report(run()), full(run()), report(run(), points=(), retrieval=())])
def test_the_page_is_whole_and_loads_nothing(shown: Report) -> None:
    page = render(shown)
    checked = Balanced()
    checked.feed(page)
    assert checked.open == []
    assert not checked.tags & {"script", "link", "img", "iframe", "object"}
    assert not checked.attributes & {"src", "href", "onerror", "onclick"}
    assert "default-src 'none'" in page
    assert "全对" in page
    assert "false_refusal" in page


@given(st.text() | st.just(HOSTILE))
def test_what_was_asked_and_said_is_only_text(text: str) -> None:
    checked = Balanced()
    checked.feed(render(report(run(text + "?", kind=text + "?"))))
    assert checked.open == []
    assert not checked.tags & {"script", "img"}
    assert not checked.attributes & {"onerror", "src"}


def test_a_miss_shows_question_expectation_answer_and_quote() -> None:
    page = html.unescape(re.sub(r"<[^>]*>", " ", render(report(run("甲县有几所")))))
    for part in ("q1", "甲县有几所", "✗ 三十所", "not said: 三十", "[1] 甲县: 甲县有几所"):
        assert part in page
    assert "乙县的价钱" not in page  # nothing to complain of


def test_questions_held_out_are_sums_only() -> None:
    shown = full(run())
    assert "留出的问题谁也不该看" not in render(shown)
    assert "held-7" not in as_text(shown)
    assert "1 lost" in as_text(shown)


def test_the_text_has_every_figure_and_the_changes() -> None:
    lines = as_text(full(run())).splitlines()
    assert next(line for line in lines if line.startswith("perfect ")).split() == ["perfect", *["0.5000", "0.4000"] * 2]
    assert "  + q1  甲县有几所卫生室" in lines
    assert "  ~ q2  乙县的价钱" in lines
    assert any(line.startswith("paraphrase, everything (1)") for line in lines)


def test_the_object_is_json_with_the_scores_on_top() -> None:
    found = json.loads(json.dumps(as_object(full(run()))))
    assert found["perfect"] == found["held_out"]["perfect"] == 0.5
    assert found["changes"]["won"] == ["q1"]
    assert found["retrieval"][0]["mode"] == "words"
    assert "changes" not in as_object(report(run()))


def test_reliability_by_hand() -> None:
    points = [Point("a", 0.02, False), Point("b", 0.08, True), Point("c", 1.0, True)]
    assert [(round(dot.predicted, 3), dot.observed, dot.count) for dot in dots(points)] == [
        (0.05, 0.5, 2),
        (1.0, 1.0, 1),
    ]
    assert calibration_error(points) == pytest.approx(2 / 3 * 0.45)
    assert calibration_error([]) == 0.0


points_of_any_kind = st.lists(st.builds(Point, st.just("q"), st.floats(0, 1), st.booleans()), max_size=20)


@given(points_of_any_kind, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_answers_less(points: list[Point], one: float, other: float) -> None:
    low, high = (rates(points, value) for value in sorted((one, other)))
    assert low[0] >= high[0]
    assert low[1] <= high[1]
    assert all(0 <= share <= 1 for share in low + high)
    assert sum(dot.count for dot in dots(points)) == len(points)


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=30).map(sorted), st.floats(0.01, 1))
def test_percentile_is_the_smallest_that_covers_the_share(ordered: Sequence[float], share: float) -> None:
    found = percentile(ordered, share)
    assert sum(value <= found for value in ordered) >= share * len(ordered)
    assert sum(value < found for value in ordered) < share * len(ordered)
