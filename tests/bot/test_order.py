"""Order within a chat, none between chats; limits; deadlines; errors."""

import asyncio
import logging
import threading

from bot.limits import RateLimit, Verdict
from bot.messages import Say, say
from retrieval.errors import IndexMissing, QuestionTooLong, XianwenError
from retrieval.types import Script
from tests.fakes import ADMIN, OTHER, USER, FakeEngine, Harness, answered, until


def said(what, **values):
    return say(what, Script.SIMPLIFIED, **values)


def slow_until(gate):
    """An engine's answer that holds 慢 until the gate opens, and nothing else."""

    def answer(text, history):
        if text == "慢":
            gate.wait(20)
        return answered(text)

    return answer


async def test_one_slow_chat_keeps_its_order_and_does_not_hold_up_the_others():
    gate = threading.Event()
    async with Harness(FakeEngine(slow_until(gate))) as bench:
        await bench.feed(bench.row("慢"))
        await bench.feed(bench.row("快"))
        for user in range(2000, 2020):
            await bench.feed(bench.row("快", user))
        await until(lambda: len({int(call["chat_id"]) for call in bench.telegram.of("sendMessage")}) >= 20)
        assert not bench.telegram.texts(USER)
        gate.set()
        await bench.idle()
        mine = [text for text, _ in bench.engine.asked if text == "慢"], bench.engine.asked[-1]
        assert len(bench.telegram.texts(USER)) == 2 and mine == (["慢"], ("快", ("慢",)))


async def test_a_press_does_not_wait_behind_a_slow_question():
    gate = threading.Event()
    async with Harness(FakeEngine(slow_until(gate))) as bench:
        await bench.say("快")
        data = bench.telegram.buttons()[0]["callback_data"]
        await bench.feed(bench.row("慢"))
        pressing = asyncio.create_task(bench.press(data))
        await until(lambda: len(bench.telegram.texts()) == 2)
        assert "一、办好村卫生室" in bench.telegram.texts()[-1]
        gate.set()
        await pressing


async def test_full_queue_is_told_once_and_nothing_is_lost_that_was_taken():
    gate = threading.Event()
    engine = FakeEngine(lambda text, history: answered(text) if gate.wait(20) else None)
    async with Harness(engine, queue_limit=3, questions_per_minute=1000) as bench:
        for user in range(2000, 2003):
            await bench.feed(bench.row("问", user))
        await asyncio.sleep(0.05)
        for _ in range(5):
            await bench.feed(bench.row("再问", OTHER))
        await until(lambda: bench.telegram.texts(OTHER))
        gate.set()
        await bench.idle()
        assert bench.telegram.texts(OTHER) == [said(Say.BUSY)]
        assert all(len(bench.telegram.texts(user)) == 1 for user in range(2000, 2003))


async def test_one_chat_cannot_fill_the_queue():
    gate = threading.Event()
    engine = FakeEngine(lambda text, history: answered(text) if gate.wait(20) else None)
    async with Harness(engine, questions_per_minute=1000) as bench:
        for _ in range(30):
            await bench.feed(bench.row("问"))
        await bench.feed(bench.row("/help", OTHER))
        await until(lambda: bench.telegram.texts(OTHER))
        gate.set()
        await bench.idle()
        texts = bench.telegram.texts(USER)
        assert texts.count(said(Say.BUSY)) == 1 and len(texts) == 9


async def test_deadline_ends_in_a_polite_line():
    gate = threading.Event()
    engine = FakeEngine(lambda text, history: answered(text) if gate.wait(20) else None)
    async with Harness(engine, answer_deadline_s=0.05) as bench:
        await bench.say("慢")
        gate.set()
        assert bench.telegram.texts() == [said(Say.TOO_SLOW)]


async def test_quota_is_told_once_and_costs_no_search_and_admins_have_none():
    async with Harness(questions_per_minute=2) as bench:
        for _ in range(5):
            await bench.say("问")
        assert len(bench.engine.asked) == 2 and bench.telegram.texts().count(said(Say.TOO_MANY)) == 1
        assert len(bench.telegram.texts()) == 3
        for _ in range(5):
            await bench.say("问", ADMIN)
        assert len(bench.engine.asked) == 7


def test_quota_comes_back_with_time():
    now = [0.0]
    limit = RateLimit(1, lambda: now[0])
    assert [limit.judge(1), limit.judge(1), limit.judge(1), limit.judge(2)] == [
        Verdict.ALLOWED,
        Verdict.REFUSED,
        Verdict.REFUSED_SILENTLY,
        Verdict.ALLOWED,
    ]
    now[0] = 61.0
    assert [limit.judge(1), limit.judge(1)] == [Verdict.ALLOWED, Verdict.REFUSED]


async def test_foreseen_errors_have_their_words():
    errors = {"长": QuestionTooLong("too long"), "没": IndexMissing("no index")}

    def answer(text, history):
        raise errors[text]

    async with Harness(FakeEngine(answer)) as bench:
        await bench.say("长")
        await bench.say("没")
        assert bench.telegram.texts() == [said(Say.TOO_LONG), said(Say.NOT_READY)]


async def test_unforeseen_errors_give_a_number_and_no_secrets(caplog):
    def answer(text, history):
        raise (ValueError if "值" in text else XianwenError)(f"secret about {text}")

    with caplog.at_level(logging.INFO):
        async with Harness(FakeEngine(answer)) as bench:
            await bench.say("我的值")
            await bench.say("我的病")
    for text in bench.telegram.texts():
        incident = text.split("编号 ")[1].rstrip("）")
        assert text == said(Say.FAILED, incident=incident) and f"incident {incident}" in caplog.text
    assert "我的" not in caplog.text and len(bench.telegram.texts()) == 2


async def test_stopping_waits_for_answers_in_flight():
    gate = threading.Event()
    engine = FakeEngine(lambda text, history: answered(text) if gate.wait(20) else None)
    async with Harness(engine) as bench:
        for user in range(2000, 2005):
            await bench.feed(bench.row("问", user))
        await asyncio.sleep(0.05)
        threading.Timer(0.2, gate.set).start()
    assert len(bench.telegram.of("sendMessage")) == 5
