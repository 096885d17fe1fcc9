"""The gate lets figures rise and stops them sinking."""

from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.gate import (
    BASELINE,
    CEILINGS,
    FLOORS,
    SETS,
    SLACK,
    Baseline,
    check,
    complaints,
    digest_of_folder,
    measure,
    read_baseline,
    regressions,
    update,
)
from evaluation.golden import read_questions
from evaluation.history import read_run
from evaluation.score import Scores, summarise
from retrieval.errors import XianwenError

ROOT = Path(__file__).resolve().parents[2]
BASE = Baseline(3, "q", "s", {"perfect": 0.8, "status": 0.9}, {"false_answer": 0.1})


def test_the_same_figures_pass() -> None:
    assert complaints(BASE, BASE) == ()
    assert complaints(replace(BASE, floors={"perfect": 1.0, "status": 0.9}, ceilings={"false_answer": 0.0}), BASE) == ()


@pytest.mark.parametrize(
    ("worse", "name"),
    [
        (replace(BASE, floors={"perfect": 0.79, "status": 0.9}), "perfect fell to 0.7900"),
        (replace(BASE, floors={"perfect": 0.8}), "status fell to nothing measured"),
        (replace(BASE, ceilings={"false_answer": 0.2}), "false_answer rose to 0.2000"),
        (replace(BASE, ceilings={}), "false_answer rose to nothing measured"),
    ],
)
def test_a_worse_figure_is_named_and_never_becomes_the_baseline(worse: Baseline, name: str, tmp_path: Path) -> None:
    assert [line for line in regressions(worse, BASE) if line.startswith(name)]
    path = tmp_path / "baseline.json"
    update({"set": BASE}, path)
    before = path.read_bytes()
    with pytest.raises(XianwenError, match="allow-regression"):
        update({"set": worse}, path)
    assert path.read_bytes() == before
    update({"set": worse}, path, allow_regression=True)
    assert read_baseline(path) == {"set": worse}
    assert list(tmp_path.iterdir()) == [path]


def test_other_ground_is_a_complaint_but_no_regression() -> None:
    moved = replace(BASE, questions=4, questions_sha256="other", sources_sha256="other")
    assert len(complaints(moved, BASE)) == 2
    assert regressions(moved, BASE) == ()


def test_every_figure_of_a_run_is_a_floor_a_ceiling_or_told_only(tmp_path: Path) -> None:
    """A new figure must be placed on purpose."""
    told_only = {"questions", "answer_chars", "perfect_by_kind"}
    assert set(Scores.__dataclass_fields__) == {*FLOORS, *CEILINGS, *told_only}
    (tmp_path / "questions.jsonl").write_text("{}", encoding="utf-8")
    assert measure(summarise([]), tmp_path / "questions.jsonl", tmp_path).floors == {}


def test_the_digest_sees_names_contents_and_removals(tmp_path: Path) -> None:
    seen = {digest_of_folder(tmp_path)}
    (tmp_path / "a.txt").write_text("甲", encoding="utf-8")
    seen.add(digest_of_folder(tmp_path))
    (tmp_path / "a.txt").rename(tmp_path / "b.txt")
    seen.add(digest_of_folder(tmp_path))
    (tmp_path / "b.txt").write_text("乙", encoding="utf-8")
    seen.add(digest_of_folder(tmp_path))
    assert len(seen) == 4


def test_every_set_must_be_asked_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    update({"questions": BASE, "held_out": BASE}, path)
    worse = replace(BASE, floors={"perfect": 0.7, "status": 0.9})
    assert check({"questions": BASE, "held_out": BASE}, path) == ()
    assert check({"questions": worse, "held_out": BASE}, path) == ("questions: perfect fell to 0.7000, floor 0.8000",)
    assert check({"questions": BASE}, path) == ("held_out: was not asked",)
    with pytest.raises(XianwenError, match="held_out: is gone"):
        update({"questions": BASE}, path)


def test_only_the_held_out_set_has_slack_and_none_when_a_baseline_is_made(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    update({"questions": BASE, "held_out": BASE}, path)
    assert set(SLACK) == set(SETS)
    slightly = replace(BASE, floors={"perfect": 0.79, "status": 0.9}, ceilings={"false_answer": 0.11})
    assert check({"questions": BASE, "held_out": slightly}, path) == ()
    assert len(check({"questions": slightly, "held_out": BASE}, path)) == 2
    with pytest.raises(XianwenError, match=r"held_out: perfect fell to 0\.7900"):
        update({"questions": BASE, "held_out": slightly}, path)


def test_an_unusable_baseline_is_told(tmp_path: Path) -> None:
    with pytest.raises(XianwenError, match="no baseline"):
        read_baseline(tmp_path / "none.json")
    for content in ("{", "[]", '{"questions": 1}', '{"questions": {"floor": 1}}'):
        (tmp_path / "bad.json").write_text(content, encoding="utf-8")
        with pytest.raises(XianwenError, match="not a baseline"):
            read_baseline(tmp_path / "bad.json")


@pytest.mark.parametrize("name", SETS)
def test_the_baseline_of_the_repository_is_of_its_questions_and_articles(name: str) -> None:
    baseline = read_baseline(BASELINE)[name]
    now = measure(summarise([]), ROOT / "evaluation" / f"{name}.jsonl", ROOT / "examples" / "articles")
    assert (baseline.questions_sha256, baseline.sources_sha256) == (now.questions_sha256, now.sources_sha256)
    assert {*baseline.floors} == {*FLOORS}
    assert {*baseline.ceilings} == {*CEILINGS}


def test_the_stored_run_is_of_the_questions_that_ship() -> None:
    asked = [question.id for path in SETS.values() for question in read_questions(path)]
    assert list(read_run()) == asked
