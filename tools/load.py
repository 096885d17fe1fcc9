"""``python -m tools.load``: questions at a steady rate, by polling or webhook, while a new generation is published.

The real bot runs as it does in production, rate limiter included, against a Bot API on loopback in this process. Every
question comes from another person, so that each message sent belongs to one question. An answer shows its generation
in the titles that it cites. Afterwards every call is checked as Telegram would check it.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.messages import Say, say
from retrieval.config import Config, EmbeddingConfig, PathsConfig
from retrieval.embed import load_embedder
from retrieval.types import Script
from tests.loopback import Loopback
from tools.synthetic import publish

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "123456789:TEST-token-of-nobody-0123456789abcd"
SECRET = "load"
EDITIONS = ("（甲版）", "（乙版）")
MOST_QUESTIONS = 10_000
DRAIN_S = 60.0
_EDITION = re.compile("（([甲乙])版）")
_FIRST_USER = 10_000
_STRIDE = 97  # the questions are sorted by kind


@dataclass(slots=True)
class Run:
    """What happened: when each person asked, when the new generation could first and last not be served."""

    asked: dict[int, float] = field(default_factory=dict)
    began_publishing: float = float("inf")
    served_new: float = float("inf")
    memory_mb: float = 0.0
    processor_s: float = 0.0
    exit_status: int = -1


def main() -> None:
    """Run, then print; 1 when anything was lost, doubled or of a wrong generation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", choices=("polling", "webhook"), default="polling")
    parser.add_argument("--rate", type=float, default=30.0, help="questions a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--publish", nargs=2, metavar=("DATA", "EDITION"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.publish:
        publish_edition(Path(options.publish[0]), options.publish[1], options.passages)
        return
    if options.rate * options.seconds > MOST_QUESTIONS:
        parser.error(f"at most {MOST_QUESTIONS} questions")
    with tempfile.TemporaryDirectory() as place:
        figures = asyncio.run(Load(Path(place), options.mode, options.rate, options.seconds, options.passages).run())
    if options.json:
        sys.stdout.write(json.dumps(figures, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{name:34} {value:>10,.6g}\n" for name, value in figures.items())
    sys.exit(bool(figures["lost"] or figures["doubled"] or figures["of a wrong generation"] or figures["exit status"]))


def publish_edition(data: Path, edition: str, passages: int) -> None:
    """Publish a made-up generation, and write its questions beside it."""
    config = Config(paths=PathsConfig(data=str(data)))
    config.index_dir.mkdir(parents=True, exist_ok=True)
    made = publish(config.index_dir, load_embedder(EmbeddingConfig()), passages, edition)
    questions = [question for group in made.questions.values() for question in group]
    (data / "questions.json").write_text(json.dumps(questions), encoding="utf-8")


class Load:
    """One measurement, in a folder of its own."""

    def __init__(self, place: Path, mode: str, rate: float, seconds: float, passages: int) -> None:
        self._place, self._mode = place, mode
        self._rate, self._seconds, self._passages = rate, seconds, passages
        self._telegram = Loopback()
        self._client = httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=50))
        self._hook, self._health = free_port(), free_port()
        self._happened = Run()
        self._questions: list[str] = []

    async def run(self) -> dict[str, float]:
        """Measure; the figures by name."""
        await self._publish(EDITIONS[0])
        self._questions = json.loads((self._place / "data" / "questions.json").read_text(encoding="utf-8"))
        base = await self._telegram.start()
        (self._place / "config.toml").write_text(
            f'[telegram]\napi_base_url = "{base}"\nfile_base_url = "{base}"\nmode = "{self._mode}"\n'
            f'webhook_url = "https://bot.example.org/telegram"\nwebhook_port = {self._hook}\n'
            f"[service]\nhealth_port = {self._health}\n",
            encoding="utf-8",
        )
        more = {"XIANWEN_TELEGRAM_TOKEN": TOKEN, "XIANWEN_WEBHOOK_SECRET": SECRET, "PYTHONPATH": str(ROOT)}
        log = (self._place / "log").open("w")
        line = [sys.executable, "-m", "bot", "run"]
        environment = {**os.environ, **more}
        bot = await asyncio.create_subprocess_exec(*line, cwd=self._place, env=environment, stdout=log, stderr=log)
        try:
            await self._until(lambda: self._generation(bot), 120)
            await self._ask_all(bot)
            bot.send_signal(signal.SIGTERM)
            self._happened.exit_status = await asyncio.wait_for(bot.wait(), 60)
        finally:
            if bot.returncode is None:
                bot.kill()
                await bot.wait()
            log.close()
            await self._telegram.close()
            await self._client.aclose()
        return self._figures()

    async def _ask_all(self, bot: Process) -> None:
        for number in range(20):  # the first answers read dictionaries
            await self._ask(number)
            await asyncio.sleep(0.2)
        watching = asyncio.create_task(self._watch(bot))
        reload = asyncio.create_task(self._reload())
        began = time.monotonic()
        asking = set()
        for number in range(MOST_QUESTIONS):
            if self._is_enough(time.monotonic(), began):
                break
            await asyncio.sleep(max(0.0, began + number / self._rate - time.monotonic()))
            asking.add(asyncio.create_task(self._ask(_FIRST_USER + number)))
        await asyncio.gather(*asking)
        await reload
        with contextlib.suppress(TimeoutError):
            await self._until(lambda: self._all_answered(), DRAIN_S)
        watching.cancel()

    def _is_enough(self, now: float, began: float) -> bool:
        """The time is over, and the new generation has been served for a third of it."""
        return now - began >= self._seconds and now - self._happened.served_new >= self._seconds / 3

    async def _ask(self, user: int) -> None:
        person = {"id": user, "is_bot": False, "first_name": "x", "language_code": "zh-hans"}
        chat = {"id": user, "type": "private", "first_name": "x"}
        text = self._question(user)
        message = {"message_id": 1, "date": int(time.time()), "chat": chat, "from": person, "text": text}
        update = {"update_id": user, "message": message}
        self._happened.asked[user] = time.monotonic()
        if self._mode == "polling":
            self._telegram.put(update)
            return
        url, headers = f"http://127.0.0.1:{self._hook}/telegram", {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        for _ in range(100):
            with contextlib.suppress(httpx.TransportError):
                if (await self._client.post(url, json=update, headers=headers)).status_code == httpx.codes.OK:
                    return
            await asyncio.sleep(0.5)

    def _question(self, user: int) -> str:
        return self._questions[user * _STRIDE % len(self._questions)]

    async def _reload(self) -> None:
        await asyncio.sleep(self._seconds / 3)
        self._happened.began_publishing = time.monotonic()
        before = await self._generation()
        await self._publish(EDITIONS[1])
        await self._until(lambda: self._changed(before), 120)
        self._happened.served_new = time.monotonic()

    async def _changed(self, before: str) -> bool:
        return await self._generation() != before

    async def _generation(self, bot: Process | None = None) -> str:
        if bot is not None and bot.returncode is not None:
            sys.exit((self._place / "log").read_text(encoding="utf-8"))
        try:
            told = (await self._client.get(f"http://127.0.0.1:{self._health}/healthz")).json()
        except httpx.TransportError:
            return ""
        return str(told["generation"]) if told["status"] == "ok" else ""

    async def _publish(self, edition: str) -> None:
        line = [sys.executable, "-m", "tools.load", "--passages", str(self._passages)]
        line += ["--publish", str(self._place / "data"), edition]
        done = await asyncio.create_subprocess_exec(*line, cwd=ROOT)
        if await done.wait():
            sys.exit("error: publishing failed")

    async def _watch(self, bot: Process) -> None:
        idle = processor_s(bot.pid)
        while True:
            self._happened.memory_mb = peak_mb(bot.pid)
            self._happened.processor_s = processor_s(bot.pid) - idle
            await asyncio.sleep(0.5)

    async def _all_answered(self) -> bool:
        answered = {int(values["chat_id"]) for values in self._telegram.sent()}
        return answered >= set(self._happened.asked)

    async def _until(self, condition: Any, seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110 - what is waited for happens in another process
                await asyncio.sleep(0.1)

    def _figures(self) -> dict[str, float]:
        from tests.fakes import check

        for _, method, values in self._telegram.calls:
            check(method, values)
        sent: dict[int, list[tuple[float, str]]] = defaultdict(list)
        for at, method, values in self._telegram.calls:
            if method == "sendMessage":
                sent[int(values["chat_id"])].append((at, values["text"]))
        measured = {user: at for user, at in self._happened.asked.items() if user >= _FIRST_USER}
        took = [sent[user][-1][0] - at for user, at in measured.items() if user in sent]
        editions: Counter[str] = Counter()
        wrong = doubled = put_off = 0
        excuses = {say(what, Script.SIMPLIFIED) for what in (Say.TOO_SLOW, Say.BUSY)}
        for user, at in measured.items():
            texts = [text for _, text in sent.get(user, ())]
            put_off += any(text in excuses for text in texts)
            doubled += len(texts) != len(set(texts))
            shown = {edition for text in texts for edition in _EDITION.findall(text)}
            editions.update(shown)
            wrong += len(shown) > 1 or any(not self._was_current(one, at, sent[user][-1][0]) for one in shown)
        cuts = statistics.quantiles(took, n=100) if len(took) > 1 else took * 99
        return {
            "questions": len(measured),
            "of them different": len({self._question(user) for user in measured}),
            "messages for each": sum(len(sent[user]) for user in measured if user in sent) / len(measured),
            "lost": sum(user not in sent for user in measured),
            "doubled": doubled,
            "of a wrong generation": wrong,
            "put off": put_off,
            "citing the old generation": editions["甲"],
            "citing the new generation": editions["乙"],
            "median s": statistics.median(took),
            "95th percentile s": cuts[94],
            "99th percentile s": cuts[98],
            "longest s": max(took),
            "answers a second": len(took) / (max(at for at in (sent[u][-1][0] for u in sent)) - min(measured.values())),
            "processor ms each": self._happened.processor_s / len(measured) * 1000,
            "peak memory MB": self._happened.memory_mb,
            "exit status": self._happened.exit_status,
        }

    def _was_current(self, edition: str, asked: float, answered: float) -> bool:
        """Whether it was current at some time between question and answer."""
        if edition == "甲":
            return asked <= self._happened.served_new
        return answered >= self._happened.began_publishing


def peak_mb(process: int) -> float:
    """The most memory that a process has held; 0 where the system does not tell."""
    try:
        peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text(encoding="utf-8"))
    except OSError:
        return 0.0
    return int(peak[1]) / 1024 if peak else 0.0


def processor_s(process: int) -> float:
    """Processor time that a process has used; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
