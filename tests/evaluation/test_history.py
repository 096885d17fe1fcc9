"""Wins and losses against a stored run."""

from pathlib import Path

import pytest

from evaluation.history import Changes, Outcome, compare, outcomes, read_run, write_run
from evaluation.score import Verdict
from retrieval.errors import XianwenError
from retrieval.types import Status


def outcome(name: str, perfect: bool, status: str = "answered") -> Outcome:
    return Outcome(name, perfect, True, status)


def test_what_changed_is_named_once_in_the_order_of_the_run() -> None:
    before = {
        one.id: one
        for one in (
            outcome("won", False, "no_answer"),
            outcome("lost", True),
            outcome("moved", False, "clarify"),
            outcome("same", True),
            outcome("gone", True),
        )
    }
    now = [
        outcome("new", True),
        outcome("same", True),
        outcome("moved", False, "no_answer"),
        outcome("lost", False, "no_answer"),
        outcome("won", True),
    ]
    changes = compare(before, now)
    assert changes == Changes(("won",), ("lost",), ("moved",), ("new",), ("gone",))
    assert changes.summary() == "1 won, 1 lost, 1 moved, 1 new, 1 gone"


def test_a_run_against_itself_has_not_changed() -> None:
    run = [outcome("a", True), outcome("b", False)]
    assert compare({one.id: one for one in run}, run) == Changes()


def test_a_run_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    assert read_run(path) == {}
    verdict = Verdict("甲-1", "fact", Status.ANSWERED, "no_answer", 12, first_hit=True)
    run = outcomes([verdict])
    write_run(run, path)
    assert read_run(path) == {"甲-1": Outcome("甲-1", False, True, "no_answer")}
    assert list(tmp_path.iterdir()) == [path]


def test_a_line_that_is_no_outcome_is_told(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").write_text('{"id": "a", "perfect": true}\n', encoding="utf-8")
    with pytest.raises(XianwenError, match=r"not an outcome .*run\.jsonl:1"):
        read_run(tmp_path / "run.jsonl")
