"""Writing to everybody: after a look at it, to those who may get it, each once, also over a restart."""

import asyncio

import pytest

from bot import admin_messages, broadcast
from bot import office_messages as words
from bot.admin_messages import wording
from bot.administration import resume
from bot.store import Store
from retrieval.types import Script
from tests.fakes import ADMIN, GROUP, Harness, until

TEXT = "各位：\n下周一<停机>半小时 & 请谅解"


@pytest.fixture(autouse=True)
def pace(monkeypatch, tmp_path):
    monkeypatch.setenv("XIANWEN_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(broadcast, "PACE_S", 0.0)
    monkeypatch.setattr(broadcast, "SHOW_EVERY_S", 0.0)


def said(what, **values):
    return wording(what, Script.SIMPLIFIED, **values)


def known(store: Store, *chats: int) -> None:
    for chat in chats:
        store.set_script(chat, Script.SIMPLIFIED)


async def order(bench: Harness) -> str:
    """Write it; the data of the button that sends it."""
    await bench.say(f"/broadcast {TEXT}", ADMIN)
    return bench.telegram.buttons()[0]["callback_data"]


def got(bench: Harness) -> list[int]:
    calls = bench.telegram.of("sendMessage")
    return [int(call["chat_id"]) for call in calls if "停机" in call["text"] and int(call["chat_id"]) != ADMIN]


async def test_it_is_shown_first_and_goes_to_those_who_may_get_it():
    async with Harness() as bench:
        known(bench.services.store, 1, 2, 3, 4, GROUP)
        bench.services.store.set_inactive(2)
        bench.services.ledger.ban(3, ADMIN, "")
        send = await order(bench)
        assert bench.telegram.texts(ADMIN)[-2:] == [TEXT, said(words.BROADCAST_CONFIRM, count=2)]
        assert not got(bench)
        await bench.press(send, ADMIN)
        assert got(bench) == [1, 4]
        assert [act.act for act in bench.services.ledger.acts(9)] == ["broadcast"]
        await bench.press(send, ADMIN)
        assert bench.telegram.texts(ADMIN)[-1] == said(admin_messages.OLD_BUTTON)
        assert got(bench) == [1, 4]


async def test_blocked_people_are_counted_and_left_alone():
    async with Harness() as bench:
        known(bench.services.store, 1, 2)
        identity = bench.services.ledger.mailings.begin(ADMIN, TEXT)
        bench.telegram.faults.append(("sendMessage", (403, "Forbidden: bot was blocked by the user", None)))
        await broadcast.run(bench.bot, bench.services, identity)
        assert bench.services.ledger.mailings.counts(identity) == {"waiting": 0, "sending": 0, "sent": 1, "lost": 1}
        assert not bench.services.store.is_active(1) and bench.services.ledger.mailings.recipients() == 1


async def test_dropped_text_goes_nowhere():
    async with Harness() as bench:
        known(bench.services.store, 1)
        send = await order(bench)
        await bench.press(bench.telegram.buttons()[1]["callback_data"], ADMIN)
        await bench.press(send, ADMIN)
        assert not got(bench) and bench.telegram.texts(ADMIN)[-1] == said(admin_messages.OLD_BUTTON)


@pytest.mark.parametrize("text", ["/broadcast", "/broadcast   ", f"/broadcast {'长' * 3001}"])
async def test_nothing_and_too_much_are_not_sent(text):
    async with Harness() as bench:
        await bench.say(text, ADMIN)
        assert bench.telegram.texts() == [said(words.BROADCAST_USAGE, limit=3000)]


async def test_it_can_be_stopped_and_says_how_far_it_came(monkeypatch):
    monkeypatch.setattr(broadcast, "PACE_S", 0.05)
    async with Harness() as bench:
        known(bench.services.store, *range(1, 201))
        send = await order(bench)
        pressing = asyncio.create_task(bench.press(send, ADMIN))
        await until(lambda: len(got(bench)) >= 2)
        stop = bench.telegram.buttons()[0]["callback_data"]
        await bench.press(stop, ADMIN)
        await pressing
        count = len(got(bench))
        assert 2 <= count < 200
        last = bench.telegram.of("editMessageText")[-1]
        assert last["text"] == said(words.BROADCAST_STOPPED, sent=count, lost=0, left=200 - count, unsure=0)
        assert not last.get("reply_markup")
        await bench.press(stop, ADMIN)
        assert bench.telegram.texts(ADMIN)[-1] == said(admin_messages.OLD_BUTTON)


async def test_restart_goes_on_where_it_was_and_sends_nobody_twice(tmp_path, monkeypatch):
    file = tmp_path / "bot.sqlite"
    monkeypatch.setattr(broadcast, "PACE_S", 0.02)
    async with Harness(store=Store(file)) as bench:
        known(bench.services.store, *range(101, 131))
        await bench.feed(bench.row("/broadcast " + TEXT, ADMIN))
        await until(lambda: bench.telegram.of("sendMessage")[1:])
        pressing = asyncio.create_task(bench.press(bench.telegram.buttons()[0]["callback_data"], ADMIN))
        await until(lambda: len(got(bench)) >= 3)
        for job in tuple(bench.services.jobs):
            job.cancel()
        await pressing
        before = got(bench)
    monkeypatch.setattr(broadcast, "PACE_S", 0.0)
    async with Harness(store=Store(file)) as bench:
        (identity,) = bench.services.ledger.mailings.running()
        resume(bench.application)
        await bench.idle()
        after = got(bench)
        counts = bench.services.ledger.mailings.counts(identity)
        assert not set(before) & set(after) and counts["waiting"] == 0
        assert len(before) + len(after) + counts["sending"] >= 30 and counts["sending"] <= 1
        assert "发完了" in bench.telegram.of("editMessageText")[-1]["text"]
        resume(bench.application)
        await bench.idle()
        assert got(bench) == after


async def test_forgotten_people_are_in_no_list():
    async with Harness() as bench:
        known(bench.services.store, 1, 2)
        identity = bench.services.ledger.mailings.begin(ADMIN, TEXT)
        await bench.say("/forget", 1)
        assert bench.services.ledger.mailings.recipients() == 1
        await broadcast.run(bench.bot, bench.services, identity)
        assert got(bench) == [2]
