"""The bot as a process over HTTP: killed at any moment, stopped, doubled; every question is answered once.

The engine is a double that takes a while, so that kills fall into searching and sending; all else is the real thing.
"""

import asyncio
import collections
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import httpx
import pytest

from bot.messages import Say, say
from retrieval.types import Script
from tests.fakes import TOKEN, check, check_text
from tests.loopback import Loopback

ROOT = Path(__file__).resolve().parents[2]
SECRET = "s3cret"
APOLOGY = say(Say.INTERRUPTED, Script.SIMPLIFIED)
BOT = """
import asyncio, sys, time
from bot.app import build_bot
from bot.logs import set_up_logging
from bot import service
from retrieval.config import Config, ServiceConfig, TelegramConfig
from tests.fakes import FakeEngine, TOKEN, answered
base, mode, port, takes = sys.argv[1:]
def answer(text, history):
    time.sleep(60 if text == "hangs" else float(takes))
    return answered(text)
set_up_logging("INFO")
telegram = TelegramConfig(api_base_url=base, mode=mode, webhook_url="https://example.org/t",
                          webhook_port=int(port) or 1, answer_deadline_s=3, concurrent_questions=4)
config = Config(telegram=telegram, service=ServiceConfig(health_port=0))
service._GRACE_S = 3.0
status = asyncio.run(service.Service(config, FakeEngine(answer), TOKEN, "s3cret").serve())
service._leave_behind_what_hangs(status)
sys.exit(status)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def message(number: int, text: str = "村卫生室怎么办") -> dict[str, object]:
    """A question of a person of its own."""
    user = 10_000 + number
    person = {"id": user, "is_bot": False, "first_name": "x", "language_code": "zh-hans"}
    chat = {"id": user, "type": "private", "first_name": "x"}
    values = {"message_id": 1, "date": int(time.time()), "chat": chat, "from": person, "text": text}
    return {"update_id": number, "message": values}


class World:
    """A Telegram, and bots over one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.telegram = Loopback()
        self.bots: list[asyncio.subprocess.Process] = []
        self.client = httpx.AsyncClient(timeout=20)
        self.log = (folder / "log").open("w")

    async def __aenter__(self) -> "World":
        self.base = await self.telegram.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for bot in self.bots:
            if bot.returncode is None:
                bot.kill()
            await bot.wait()
        await self.telegram.close()
        await self.client.aclose()
        self.log.close()

    async def start(self, mode: str = "polling", port: int = 0, takes: float = 0.05) -> asyncio.subprocess.Process:
        """One more bot, once it listens."""
        ready = len([1 for _, name, _ in self.telegram.calls if name in ("deleteWebhook", "setWebhook")])
        env = {**os.environ, "PYTHONPATH": str(ROOT), "XIANWEN_DATA": str(self.folder)}
        env["WATCHDOG_USEC"] = "400000"  # how often it also looks for what another process left behind, doubled
        line = [sys.executable, "-c", BOT, self.base, mode, str(port), str(takes)]
        bot = await asyncio.create_subprocess_exec(*line, cwd=ROOT, env=env, stderr=self.log)
        self.bots.append(bot)
        names = ("deleteWebhook", "setWebhook")
        await self.until(lambda: len([1 for _, name, _ in self.telegram.calls if name in names]) > ready)
        return bot

    async def until(self, condition) -> None:
        async with asyncio.timeout(150):
            while not condition():
                assert any(bot.returncode is None for bot in self.bots), "no bot is left that could do it"
                await asyncio.sleep(0.02)

    async def post(self, port: int, update: dict[str, object]) -> None:
        """As Telegram does: until it is taken."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        async with asyncio.timeout(150):
            while True:
                try:
                    reply = await self.client.post(f"http://127.0.0.1:{port}/telegram", json=update, headers=headers)
                    if reply.status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.05)

    def heard(self) -> set[int]:
        """Who was sent something."""
        return {int(sent["chat_id"]) - 10_000 for sent in self.telegram.sent()}

    def confirmed(self) -> int:
        """The last offset that was asked for."""
        offsets = [int(values["offset"]) for _, name, values in self.telegram.calls if name == "getUpdates"]
        return max(offsets, default=0)

    def told(self, number: int) -> list[str]:
        """What a person was sent."""
        return [check_text(sent["text"], sent.get("parse_mode")) for sent in self.telegram.sent(10_000 + number)]

    def outcomes(self, numbers: Iterable[int]) -> collections.Counter[str]:
        """How many were answered once, only told that an answer may be lost, or both; fails at anything else.

        An apology that is cut short is made again: that harms nobody.
        """
        for _, method, values in self.telegram.calls:
            check(method, values)
        found: collections.Counter[str] = collections.Counter()
        for number in numbers:
            told = self.told(number)
            answers = [text for text in told if "村医每周下村两次" in text]
            apologies = [text for text in told if text == APOLOGY]
            assert len(answers) <= 1 and len(told) == len(answers) + len(apologies), told
            assert told, f"question {number} was lost"
            found["answer" if not apologies else "both" if answers else "apology"] += 1
        return found

    def clean_log(self) -> str:
        self.log.flush()
        log = (self.folder / "log").read_text(encoding="utf-8")
        assert "Traceback" not in log and TOKEN not in log and "卫生室" not in log, log
        return log


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_t15_killed_again_and_again_it_answers_each_question_once(tmp_path, mode):
    count, chance, port = 60, random.Random(20260101), free_port()
    async with World(tmp_path) as world:

        async def slow_line(method, _):
            if method == "sendMessage":
                await asyncio.sleep(0.03)

        async def bring():
            for number in range(1, count + 1):
                if mode == "polling":
                    world.telegram.put(message(number))
                else:
                    await world.post(port, message(number))
                await asyncio.sleep(0.02)

        world.telegram.hold = slow_line
        bringing = asyncio.create_task(bring())
        for _ in range(4):
            bot = await world.start(mode, port)
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            bot.kill()
            await bot.wait()
        bot = await world.start(mode, port)
        await bringing
        await world.until(lambda: world.heard() >= set(range(1, 1 + count)))
        await asyncio.sleep(0.3)
        bot.send_signal(signal.SIGTERM)
        assert await bot.wait() == 0
        assert world.outcomes(range(1, count + 1)).total() == count
        world.clean_log()


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_t15_killed_while_it_searches_it_answers_after_the_restart(tmp_path, mode):
    port = free_port()
    async with World(tmp_path) as world:
        bot = await world.start(mode, port, takes=60)
        for number in range(1, 6):
            if mode == "webhook":
                await world.post(port, message(number))  # from now on it is ours
            else:
                world.telegram.put(message(number))
        await world.until(lambda: mode == "webhook" or world.confirmed() == 6)
        bot.kill()
        await bot.wait()
        assert not world.heard() and (mode == "webhook" or not world.telegram.pending)
        bot = await world.start(mode, port, takes=0.01)
        await world.until(lambda: len(world.heard()) == 5)
        bot.send_signal(signal.SIGTERM)
        assert await bot.wait() == 0
        assert world.outcomes(range(1, 6)) == {"answer": 5}
        assert "was left behind" in world.clean_log()


async def test_t15_killed_while_it_sends_it_repeats_nothing_and_says_so(tmp_path):
    async def silent(method, _):
        if method == "sendMessage":
            await asyncio.Event().wait()

    async with World(tmp_path) as world:
        bot = await world.start()
        world.telegram.hold = silent
        world.telegram.put(message(1))
        await world.until(world.heard)
        bot.kill()
        await bot.wait()
        world.telegram.hold = None
        bot = await world.start()
        await world.until(lambda: len(world.told(1)) == 2)
        bot.send_signal(signal.SIGTERM)
        assert await bot.wait() == 0
        assert world.outcomes((1,)) == {"both": 1}


async def test_t15_stopped_with_answers_in_flight_it_delivers_them(tmp_path):
    async with World(tmp_path) as world:
        bot = await world.start(takes=0.4)
        for number in range(1, 6):
            world.telegram.put(message(number))
        await world.until(lambda: world.confirmed() == 6)
        bot.send_signal(signal.SIGTERM)
        assert await bot.wait() == 0
        assert world.outcomes(range(1, 6)) == {"answer": 5}
        world.clean_log()


async def test_t15_search_that_hangs_does_not_keep_the_process_alive_and_is_told(tmp_path):
    async with World(tmp_path) as world:
        bot = await world.start(takes=0.01)
        world.telegram.put(message(1, "hangs"))
        await world.until(lambda: world.confirmed() == 2)
        bot.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await bot.wait() == 0
        assert world.told(1) == [say(Say.TOO_SLOW, Script.SIMPLIFIED)]
        assert "a search hangs" in world.clean_log()


async def test_t06_connections_that_break_off_are_survived(tmp_path):
    broken = collections.Counter({"getUpdates": 3, "sendMessage": 1})

    async def breaking(method, _):
        if broken[method]:
            broken[method] -= 1
            raise ConnectionAbortedError

    async with World(tmp_path) as world:
        bot = await world.start()
        world.telegram.hold = breaking
        world.telegram.put(message(1))
        await world.until(lambda: APOLOGY in world.told(1))
        world.telegram.put(message(2))
        await world.until(lambda: world.told(2))
        bot.send_signal(signal.SIGTERM)
        assert await bot.wait() == 0
        assert world.outcomes((1, 2)) == {"both": 1, "answer": 1}
        world.clean_log()


async def test_t09_what_cannot_be_read_stops_neither_the_next_nor_the_end(tmp_path):
    async with World(tmp_path) as world:
        bot = await world.start()
        world.telegram.put({"update_id": 1, "message": {"message_id": 1, "text": "我得了什么病", "chat": {"id": 5}}})
        world.telegram.put(message(2))
        await world.until(lambda: world.told(2) or bot.returncode is not None)
        bot.send_signal(signal.SIGTERM)
        assert await bot.wait() == 0
        assert world.outcomes((2,)) == {"answer": 1} and not world.telegram.pending
        assert "什么病" not in world.clean_log()


async def test_t12_t23_two_processes_over_a_webhook_answer_each_update_once_even_if_one_dies(tmp_path):
    count = 200
    async with World(tmp_path) as world:
        ports = [free_port(), free_port()]
        first, second = [await world.start("webhook", port, takes=0.01) for port in ports]
        brought = [world.post(port, message(number)) for number in range(1, count + 1) for port in ports]
        await asyncio.gather(*brought)
        await world.until(lambda: len(world.heard()) == count)
        assert world.outcomes(range(1, count + 1)) == {"answer": count}

        for number in range(count + 1, count + 9):
            await world.post(ports[0], message(number, "hangs" if number == count + 1 else "村卫生室怎么办"))
        first.kill()
        await first.wait()
        await world.until(lambda: all(world.told(number) for number in range(count + 2, count + 9)))
        second.send_signal(signal.SIGTERM)
        assert await second.wait() == 0
        world.outcomes(range(count + 2, count + 9))
        world.clean_log()
