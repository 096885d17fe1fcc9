"""Demands on a bot that can be relied on, each with its defences (``tools/without.toml``); tests of no other place."""

import ast
import asyncio
import logging
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import NetworkError, TimedOut

from bot import app, delivery
from bot.delivery import Place, deliver_all
from bot.handling import NotingLimiter
from bot.logs import set_up_logging
from bot.messages import Say, say
from bot.outgoing import OutgoingMessage
from bot.polling import Poller
from bot.store import Store
from retrieval.types import Script
from tests.fakes import GROUP, OTHER, TOKEN, USER, FakeEngine, FakeTelegram, Harness, answered, until
from tools.without import ROOT, function, known, table

TESTS = ROOT / "tests"
APOLOGY = say(Say.INTERRUPTED, Script.SIMPLIFIED)

DEMANDS, DEFENCES = known()


class Unlimited(NotingLimiter):
    """Without Telegram's pace, which is the same for every test."""

    def __init__(self) -> None:
        super(NotingLimiter, self).__init__(overall_max_rate=0, group_max_rate=0, max_retries=0)


def test_every_demand_has_defences_and_tests_that_miss_them():
    """That they do is shown by ``python -m tools.without``; here only that its table is about this code."""
    written = {file: file.read_text(encoding="utf-8") for file in TESTS.rglob("test_*.py")}
    for defence in DEFENCES:
        ast.parse(defence.switched_off((ROOT / defence.file).read_text(encoding="utf-8")))
        for test in defence.tests:
            text = written[ROOT / test.partition("::")[0]]
            assert re.search(rf"^(async )?def {function(test)}\(", text, re.MULTILINE), test
    numbers = {*(f"T{number}" for number in range(1, 25)), *(f"P{number}" for number in range(1, 11))}
    assert set(DEMANDS) == {number for defence in DEFENCES for number in defence.proves.split()} == numbers
    named = {name for text in written.values() for name in re.findall(r"def (test_[tp]\d\d_\w+)", text)}
    assert named <= {function(test) for defence in DEFENCES for test in defence.tests}


def test_table_in_the_documentation_is_that_of_the_defences():
    assert table(DEMANDS, DEFENCES) in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


REFUSED = [
    (429, "Too Many Requests: retry after 3", {"retry_after": 3}),
    (502, "Bad Gateway", None),
    NetworkError("httpx.ConnectError: refused"),
    TimedOut("Pool timeout: All connections in the connection pool are occupied."),
    (400, "Bad Request: can't parse entities: nonsense", None),
    (400, "Bad Request: message to be replied not found", None),
    (400, "Bad Request: message thread not found", None),
    (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -555}),
]
DOUBTFUL = [TimedOut("Timed out"), NetworkError("httpx.ReadError")]


@settings(max_examples=500, deadline=None)
@given(
    faults=st.lists(st.sampled_from(range(len(REFUSED))), max_size=6),
    doubt=st.none() | st.tuples(st.integers(0, 6), st.sampled_from(DOUBTFUL)),
    count=st.integers(1, 4),
)
def test_t01_whatever_telegram_does_each_message_arrives_once_and_in_order(faults, doubt, count):
    """Whatever refusals come before whichever message; after a doubtful one nothing is sent again."""

    async def run():
        telegram, store = FakeTelegram(), Store(":memory:")
        telegram.checked = False
        bot = app.build_bot(Harness(FakeEngine()).services.config.telegram, TOKEN, telegram, telegram)
        planned = [REFUSED[at] for at in faults]
        if doubt is not None and doubt[0] <= len(planned):
            planned.insert(doubt[0], doubt[1])
        telegram.faults += [("sendMessage", fault) for fault in planned]
        messages = [OutgoingMessage(f"<b>{number}</b>") for number in range(count)]
        await deliver_all(bot, store, Place(GROUP, thread=5, reply_to=7), messages)
        arrived = [re.sub("<.*?>", "", values["text"]) for name, values in telegram.accepted if name == "sendMessage"]
        store.close()
        return arrived, any(fault in DOUBTFUL for fault in planned)

    with pytest.MonkeyPatch.context() as patch:
        real = asyncio.sleep
        patch.setattr(delivery.asyncio, "sleep", lambda seconds: real(0))
        patch.setattr(app, "NotingLimiter", Unlimited)
        arrived, doubted = asyncio.run(run())
    expected = [str(number) for number in range(count)]
    if doubted:
        assert arrived == expected[: len(arrived)]
    else:
        refusals = [REFUSED[at] for at in faults]
        once = all(refusals.count(refusal) <= 1 for refusal in REFUSED[4:7])  # twice the same: nothing left to change
        assert arrived == expected or (not once and arrived == expected[: len(arrived)])


async def test_p10_flood_of_one_chat_holds_up_no_other():
    async with Harness() as bench:
        flood = (429, "Too Many Requests: retry after 2", {"retry_after": 2})
        bench.telegram.faults.append(("sendMessage", flood))
        await bench.feed(bench.row("村卫生室怎么办"))
        await until(lambda: not bench.telegram.faults)
        await bench.feed(bench.row("村卫生室怎么办", OTHER))
        await bench.idle()
        sent = [int(values["chat_id"]) for name, values in bench.telegram.accepted if name == "sendMessage"]
        assert sent == [OTHER, USER]


@pytest.mark.parametrize("problem", ["message to be replied not found", "message thread not found"])
async def test_t05_what_the_answer_hangs_on_may_be_gone(problem):
    async with Harness() as bench:
        bench.telegram.faults.append(("sendMessage", (400, f"Bad Request: {problem}", None)))
        await bench.say("@xianwen_bot 村卫生室怎么办", chat=GROUP, message_thread_id=9, is_topic_message=True)
        assert len(bench.telegram.delivered(GROUP)) == 1


async def test_t05_press_that_is_too_old_is_answered_all_the_same():
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        old = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid", None)
        bench.telegram.faults.append(("answerCallbackQuery", old))
        await bench.press(bench.telegram.buttons()[0]["callback_data"])
        _, paragraph = bench.telegram.delivered(USER)
        assert "一、办好村卫生室" in paragraph


async def test_t06_no_free_connection_costs_no_answer():
    async with Harness() as bench:
        full = TimedOut("Pool timeout: All connections in the connection pool are occupied.")
        bench.telegram.faults.append(("sendMessage", full))
        await bench.say("村卫生室怎么办")
        assert len(bench.telegram.delivered(USER)) == 1 and APOLOGY not in bench.telegram.delivered(USER)


@pytest.mark.parametrize("fault", DOUBTFUL)
async def test_t06_change_of_a_message_is_repeated(fault):
    async with Harness() as bench:
        bench.telegram.faults.append(("editMessageText", fault))
        await bench.press("p1:sources:0")
        assert [name for name, _ in bench.telegram.accepted].count("editMessageText") == 1


async def test_t13_backlog_is_fetched_as_there_is_room_and_nobody_is_put_off():
    async with Harness(queue_limit=8) as bench:
        for user in range(2000, 2060):
            bench.telegram.rows.put_nowait(bench.row("问", user))
        poller = Poller(bench.bot, bench.intake.take, room=lambda: bench.intake.room, wait_s=1.0)
        polling = asyncio.create_task(poller.run())
        await until(lambda: len(bench.telegram.of("sendMessage")) >= 60)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await bench.idle()
        assert all(len(bench.telegram.delivered(user)) == 1 for user in range(2000, 2060))
        assert all("村医" in text for text in bench.telegram.texts())
        assert max(int(values["limit"]) for values in bench.telegram.of("getUpdates")) <= 8


async def test_t21_no_question_and_no_token_is_logged_even_for_debugging(capsys):
    before = logging.getLogger().handlers[:], logging.getLogger().level

    def breaks(text, history):
        if "坏" in text:
            raise ValueError(f"could not read {text} with {TOKEN}")
        return answered(text)

    try:
        set_up_logging("DEBUG")
        async with Harness(FakeEngine(breaks)) as bench:
            bench.telegram.faults.append(("sendMessage", TimedOut(f"{TOKEN} timed out")))
            for text in ("我的私事一", "我的私事坏了", "我的私事二"):
                await bench.say(text)
        told = capsys.readouterr().err
    finally:
        logging.getLogger().handlers[:] = before[0]
        logging.getLogger().setLevel(before[1])
    assert "incident" in told and "私事" not in told and TOKEN not in told


async def test_t24_two_thousand_messages_lose_none_and_keep_no_memory(monkeypatch):
    monkeypatch.setattr(app, "NotingLimiter", Unlimited)

    def memory_mb() -> float:
        return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * 4096 / 2**20

    arrived, grown = 0, []
    async with Harness() as bench:
        for batch in range(20):
            for user in range(100):
                await bench.feed(bench.row("村卫生室怎么办", 20_000 + batch * 100 + user))
            await bench.idle()
            arrived += sum(name == "sendMessage" for name, _ in bench.telegram.accepted)
            bench.telegram.calls.clear()
            bench.telegram.accepted.clear()
            grown.append(memory_mb())
        order = bench.services.order
        assert bench.services.journal.open == 0 and order.waiting == 0 and not order._turns
    assert arrived == 2000
    assert grown[-1] - grown[5] < 40, grown
