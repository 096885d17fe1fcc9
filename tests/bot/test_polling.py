"""Fetching updates: poison, floods of errors, silence, a second instance."""

import asyncio
import contextlib
import itertools
import logging

import pytest
from telegram.error import NetworkError, TimedOut
from telegram.request import HTTPXRequest

from bot.app import build_bot
from bot.polling import ALLOWED_UPDATES, Poller, parse_update
from retrieval.config import TelegramConfig
from retrieval.errors import ServiceError
from tests.fakes import TOKEN, Harness, until
from tests.loopback import Loopback

POISON = {"update_id": 4999, "message": {"message_id": 1, "text": "我得了什么病", "chat": {"id": 5}}}


@contextlib.asynccontextmanager
async def polling(bench: Harness, **settings):
    settings = {"wait_s": 1.0, "pause_s": 0.01, **settings}
    poller = Poller(bench.bot, bench.intake.take, **settings)
    task = asyncio.create_task(poller.run())
    try:
        yield poller, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_good_update_behind_a_poisoned_one_is_answered(caplog):
    async with Harness() as bench, polling(bench):
        with caplog.at_level(logging.DEBUG, "bot"):
            bench.telegram.rows.put_nowait(POISON)
            bench.telegram.rows.put_nowait({"no": "number"})
            bench.telegram.rows.put_nowait(bench.row("村卫生室怎么办"))
            await until(bench.telegram.texts)
        assert "4999" in caplog.text and "我得了什么病" not in caplog.text


async def test_poisoned_update_alone_is_not_fetched_again():
    async with Harness() as bench, polling(bench) as (poller, _):
        bench.telegram.rows.put_nowait(POISON)
        await until(lambda: len(bench.telegram.of("getUpdates")) >= 2)
        assert int(bench.telegram.of("getUpdates")[1]["offset"]) == 5000 and bench.services.journal.open == 0
        await poller.confirm()
        last = bench.telegram.of("getUpdates")[-1]
        assert (last["offset"], last["timeout"], last["allowed_updates"]) == (5000, 0, ALLOWED_UPDATES)


@pytest.mark.parametrize("fault", [TimedOut("pool"), NetworkError("httpx.ReadError"), (502, "Bad Gateway", None)])
async def test_errors_without_end_are_repeated_ever_more_slowly_and_told(fault, caplog):
    async with Harness() as bench:
        now = [0.0]
        bench.telegram.faults += [("getUpdates", fault)] * 6
        with caplog.at_level(logging.WARNING, "bot"):
            async with polling(bench, clock=lambda: now[0]) as (poller, _):
                await until(lambda: len(bench.telegram.faults) == 1)
                now[0] = 100.0
                assert poller.last_success == 0.0 and "cannot be reached" in poller.problem
                bench.telegram.rows.put_nowait(bench.row("村卫生室怎么办"))
                await until(bench.telegram.texts)
                assert poller.last_success == 100.0 and poller.problem == ""
        times = [at for at, name, _ in bench.telegram.calls if name == "getUpdates"]
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert gaps[4] >= 0.3 and gaps[3] >= 0.15
        assert caplog.text.count("cannot be reached") == 1


@contextlib.asynccontextmanager
async def over_http(read_s: float):
    """A bot that reaches its Telegram through sockets; a reply may take ``read_s`` and what it was asked to wait."""
    telegram = Loopback()
    config = TelegramConfig(api_base_url=await telegram.start())
    bot = build_bot(config, TOKEN, fetching=HTTPXRequest(1, read_timeout=read_s))
    try:
        await bot.initialize()
        yield telegram, bot
    finally:
        await bot.shutdown()
        await telegram.close()


async def test_t08_line_that_is_held_open_is_given_up_and_the_next_is_heard():
    held, taken = [], []

    async def hold(method, _):
        if method == "getUpdates" and not held:
            held.append(method)
            await asyncio.Event().wait()

    async def take(rows):
        taken.extend(rows)

    async with over_http(0.3) as (telegram, bot):
        telegram.hold = hold
        telegram.put({"update_id": 1})
        poller = Poller(bot, take, wait_s=0.0, pause_s=0.01)
        task = asyncio.create_task(poller.run())
        try:
            await until(lambda: held and taken)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_t08_line_is_not_given_up_while_telegram_may_hold_it():
    async with over_http(0.3) as (_, bot):
        assert await bot.fetch(0, 1.0) == []


async def test_server_that_does_not_hold_the_line_is_not_hammered():
    async with Harness() as bench:
        async with polling(bench, wait_s=0.0, pause_s=60.0):
            await asyncio.sleep(0.5)
        assert len(bench.telegram.of("getUpdates")) == 1


async def test_second_instance_ends_this_one_with_one_clear_line(caplog):
    conflict = (409, "Conflict: terminated by other getUpdates request", None)
    async with Harness() as bench:
        bench.telegram.faults += [("getUpdates", conflict)] * 1000
        with caplog.at_level(logging.INFO, "bot"):
            async with polling(bench, conflict_s=0.2) as (_, task):
                with pytest.raises(ServiceError, match="another process polls with the same token"):
                    await task
        assert caplog.text.count("another process") == 1


async def test_second_instance_that_goes_away_is_survived():
    conflict = (409, "Conflict: terminated by other getUpdates request", None)
    async with Harness() as bench:
        bench.telegram.faults += [("getUpdates", conflict)] * 2
        async with polling(bench, conflict_s=0.5):
            bench.telegram.rows.put_nowait(bench.row("村卫生室怎么办"))
            await until(bench.telegram.texts)


async def test_refused_token_ends_at_once():
    async with Harness() as bench:
        bench.telegram.faults.append(("getUpdates", (401, "Unauthorized", None)))
        async with polling(bench) as (_, task):
            with pytest.raises(ServiceError, match="refuses the token"):
                await task


@pytest.mark.parametrize("row", [None, [], 5, "x", {}, {"update_id": "x"}, {"update_id": 1, "message": []}])
async def test_nothing_that_arrives_raises(row):
    async with Harness() as bench:
        update = parse_update(row, bench.bot)
        assert update is None or update.update_id is not None
