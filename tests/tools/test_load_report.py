"""What the load run counts as lost, doubled and of a wrong generation, and its table."""

import pytest

from bot.messages import Say, say
from retrieval.types import Script
from tools.load_report import FIRST_USER, Run, Second, figures, is_bad, table

OLD, NEW = "甲县（甲版）", "甲县（乙版）"


def run_of(*answers: tuple[float, float, str], asked: int = 0) -> Run:
    """Each person asked at the first time and was told the text at the second; then so many who were told nothing."""
    run = Run(began=0.0, ended=10.0, began_publishing=3.0, published=5.0, exit_status=0)
    for user, (at, told_at, text) in enumerate(answers, start=FIRST_USER):
        run.asked[user] = at
        run.calls.append((told_at, "sendMessage", {"chat_id": str(user), "text": text}))
    run.asked |= {FIRST_USER + len(answers) + number: 9.0 for number in range(asked)}
    run.seconds = [Second(0.0, 0, 0, 0.0), Second(2.0, 5, 2, 1.0)]
    return run


def told(run: Run) -> dict[str, float]:
    return figures(run, lambda user: f"question {user % 2}")


def test_a_good_run_is_counted():
    run = run_of((1.0, 1.5, OLD), (4.0, 4.5, NEW), (4.2, 4.6, OLD), (9.0, 11.0, "没有"))
    run.processor_s, run.own_s = 0.4, 0.08
    found = told(run)
    assert not is_bad(found)
    assert (found["questions"], found["of them different"]) == (4, 2)
    assert (found["citing the old generation"], found["citing the new generation"]) == (2, 1)
    assert found["median s"] == pytest.approx(0.5) and found["longest s"] == pytest.approx(2.0)
    assert found["answers a second"] == pytest.approx(4 / 11) and found["… while questions came"] == pytest.approx(0.3)
    assert found["processor ms each"] == pytest.approx(100) and found["… of asking and of Telegram"] == pytest.approx(
        20
    )


def test_whoever_was_told_nothing_is_lost():
    found = told(run_of((1.0, 1.5, OLD), asked=2))
    assert found["lost"] == 2 and is_bad(found)


def test_the_same_text_twice_is_doubled_and_two_parts_are_not():
    run = run_of((1.0, 1.5, OLD), (1.0, 1.5, OLD))
    first, second = run.calls
    run.calls += [first, (1.6, "sendMessage", {**second[2], "text": "第二部分"})]
    assert told(run)["doubled"] == 1


@pytest.mark.parametrize(
    "answer",
    [
        (4.6, 4.9, OLD),  # asked when somebody had been told the new one
        (2.0, 2.9, NEW),  # told before there was a new one
        (4.2, 4.8, OLD + NEW),
    ],
)
def test_an_answer_of_a_wrong_generation_is_seen(answer):
    assert told(run_of((4.0, 4.5, NEW), (1.0, 1.5, OLD)))["of a wrong generation"] == 0
    found = told(run_of((4.0, 4.5, NEW), (1.0, 1.5, OLD), answer))
    assert found["of a wrong generation"] > 0 and is_bad(found)


def test_excuses_and_refused_updates_are_told():
    run = run_of((1.0, 1.5, say(Say.BUSY, Script.SIMPLIFIED)), (1.0, 1.5, OLD))
    run.refused = 3
    assert (told(run)["put off"], told(run)["not taken at once"]) == (1, 3)


def test_the_table_shows_who_waits_in_each_second():
    head, line = table(run_of((1.0, 1.5, OLD)))
    assert head.split() == ["second", "asked", "answered", "waiting", "processor"]
    assert line.split() == ["2", "5", "2", "3", "50%", "###"]
