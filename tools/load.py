"""``python -m tools.load``: questions at a steady rate, by polling or webhook, while a new generation is published.

The real bot runs as it does in production, rate limiter included, against a Bot API on loopback in this process. Every
question comes from another person, so that each message sent belongs to one question. An answer shows its generation
in the titles that it cites. Afterwards every call is checked as Telegram would check it. What the bot, publishing and
this process themselves cost is told apart.
"""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import signal
import socket
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.child import NICE
from retrieval.config import Config, EmbeddingConfig, PathsConfig
from retrieval.embed import load_embedder
from tests.loopback import Loopback
from tools.load_report import FIRST_USER, Run, Second, figures, is_bad, table
from tools.synthetic import publish

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "123456789:TEST-token-of-nobody-0123456789abcd"
SECRET = "load"
EDITIONS = ("（甲版）", "（乙版）")
MOST_QUESTIONS = 10_000
DRAIN_S = 60.0
_STRIDE = 97  # the questions are sorted by kind
_WARM_UP = 20
_WEIGHED_EVERY = 5  # seconds


def main() -> None:
    """Run, then print; 1 when anything was lost, doubled or of a wrong generation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", choices=("polling", "webhook"), default="polling")
    parser.add_argument("--rate", type=float, default=30.0, help="questions a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--different", action="store_true", help="never ask a question twice")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--publish", nargs=2, metavar=("DATA", "EDITION"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    wanted = int(options.rate * options.seconds) * 2 if options.different else 0
    if options.publish:
        publish_edition(Path(options.publish[0]), options.publish[1], options.passages, wanted)
        return
    if options.rate * options.seconds > MOST_QUESTIONS:
        parser.error(f"at most {MOST_QUESTIONS} questions")
    with tempfile.TemporaryDirectory() as place:
        load = Load(Path(place), options)
        asyncio.run(load.run())
        told = figures(load.happened, load.question)
    if options.json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(table(load.happened))
        sys.stdout.writelines(f"{name:34} {value:>10,.6g}\n" for name, value in told.items())
    sys.exit(is_bad(told))


def publish_edition(data: Path, edition: str, passages: int, different: int = 0) -> None:
    """Publish a made-up generation, and write its questions beside it, at least so many ``different`` ones."""
    config = Config(paths=PathsConfig(data=str(data)))
    config.index_dir.mkdir(parents=True, exist_ok=True)
    made = publish(config.index_dir, load_embedder(EmbeddingConfig()), passages, edition, different)
    questions = [question for group in made.questions.values() for question in group]
    (data / "questions.json").write_text(json.dumps(questions), encoding="utf-8")


class Load:
    """One measurement, in a folder of its own."""

    def __init__(self, place: Path, options: argparse.Namespace) -> None:
        self._place, self._options = place, options
        self._telegram = Loopback()
        self._lines: list[Line] = []
        self._hook, self._health = free_port(), free_port()
        self._questions: list[str] = []
        self.happened = Run()

    async def run(self) -> None:
        """Measure; ``happened`` tells what came of it."""
        await self._publish(EDITIONS[0])
        self._questions = json.loads((self._place / "data" / "questions.json").read_text(encoding="utf-8"))
        base = await self._telegram.start()
        (self._place / "config.toml").write_text(
            f'[telegram]\napi_base_url = "{base}"\nfile_base_url = "{base}"\nmode = "{self._options.mode}"\n'
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
            await _until(lambda: self._is_ready(bot), 120)
            await self._ask_all(bot)
            bot.send_signal(signal.SIGTERM)
            self.happened.exit_status = await asyncio.wait_for(bot.wait(), 60)
        finally:
            if bot.returncode is None:
                bot.kill()
                await bot.wait()
            log.close()
            for one in self._lines:
                one.close()
            await self._telegram.close()
        self.happened.calls = self._telegram.calls

    def question(self, user: int) -> str:
        """What this person asks."""
        return self._questions[user * _STRIDE % len(self._questions)]

    async def _ask_all(self, bot: Process) -> None:
        for number in range(_WARM_UP):  # the first answers read dictionaries
            await self._ask(number)
            await asyncio.sleep(0.2)
        happened, rate = self.happened, self._options.rate
        began = happened.began = time.monotonic()
        own = time.process_time()
        watching = asyncio.create_task(self._watch(bot))
        reload = asyncio.create_task(self._reload())
        asking = set()
        for number in range(MOST_QUESTIONS):
            if self._is_enough(time.monotonic()):
                break
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            asking.add(asyncio.create_task(self._ask(FIRST_USER + number)))
        happened.ended = time.monotonic()
        await asyncio.gather(*asking)
        await reload
        with contextlib.suppress(TimeoutError):
            await _until(self._all_answered, DRAIN_S)
        happened.own_s = time.process_time() - own
        watching.cancel()

    def _is_enough(self, now: float) -> bool:
        """The time is over, and the new generation has been published for a third of it."""
        seconds = self._options.seconds
        return now - self.happened.began >= seconds and now - self.happened.published >= seconds / 3

    async def _ask(self, user: int) -> None:
        person = {"id": user, "is_bot": False, "first_name": "x", "language_code": "zh-hans"}
        chat = {"id": user, "type": "private", "first_name": "x"}
        text = self.question(user)
        message = {"message_id": 1, "date": int(time.time()), "chat": chat, "from": person, "text": text}
        update = {"update_id": user, "message": message}
        self.happened.asked[user] = time.monotonic()
        if self._options.mode == "polling":
            self._telegram.put(update)
            return
        for _ in range(100):  # as Telegram does it: again, until it is taken
            line = self._lines.pop() if self._lines else Line(self._hook)
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                status = await line.post("/telegram", update)
                self._lines.append(line)
                if status == 200:
                    return
            self.happened.refused += 1
            await asyncio.sleep(0.5)

    async def _reload(self) -> None:
        await asyncio.sleep(self._options.seconds / 3)
        self.happened.began_publishing = time.monotonic()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        await self._publish(EDITIONS[1], NICE)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.happened.publisher_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.happened.published = time.monotonic()

    async def _is_ready(self, bot: Process) -> bool:
        if bot.returncode is not None:
            sys.exit((self._place / "log").read_text(encoding="utf-8"))
        try:
            status: int = await Line(self._health).get("/healthz")
            return status == 200
        except (OSError, asyncio.IncompleteReadError):
            return False

    async def _publish(self, edition: str, nice: int = 0) -> None:
        options = self._options
        line = [sys.executable, "-m", "tools.load", "--passages", str(options.passages)]
        line += ["--rate", str(options.rate), "--seconds", str(options.seconds)]
        line += ["--different"] if options.different else []
        line += ["--publish", str(self._place / "data"), edition]
        process = await asyncio.create_subprocess_exec(*line, cwd=ROOT)
        os.setpriority(os.PRIO_PROCESS, process.pid, os.getpriority(os.PRIO_PROCESS, 0) + nice)
        if await process.wait():
            sys.exit("error: publishing failed")

    async def _watch(self, bot: Process) -> None:
        happened, family = self.happened, family_of(bot.pid)
        idle, sent, seen = sum(map(processor_s, family)), 0, 0
        while True:
            if len(happened.seconds) % _WEIGHED_EVERY == 0:  # the kernel walks through all of it
                family = family_of(bot.pid)
                happened.memory_mb = max(happened.memory_mb, sum(map(memory_mb, family)))
            happened.processor_s = sum(map(processor_s, family)) - idle
            new, seen = self._telegram.calls[seen:], len(self._telegram.calls)
            sent += sum(name == "sendMessage" and int(values["chat_id"]) >= FIRST_USER for _, name, values in new)
            asked = len(happened.asked) - _WARM_UP
            happened.seconds.append(Second(time.monotonic(), asked, sent, happened.processor_s))
            await asyncio.sleep(1.0)

    async def _all_answered(self) -> bool:
        answered = {int(values["chat_id"]) for values in self._telegram.sent()}
        return answered >= set(self.happened.asked)


class Line:
    """A connection that stays open, for one request at a time; every step costs this process as little as can be."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, update: dict[str, object]) -> int:
        """The status that an update was answered with. Raises OSError or IncompleteReadError."""
        body = json.dumps(update).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n"
        return await self._ask(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n", body)

    async def get(self, path: str) -> int:
        """The status of a page."""
        status = await self._ask(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n", b"")
        self.close()
        return status

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, head: str, body: bytes) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(head.encode() + body)
        told = (await reader.readuntil(b"\r\n\r\n")).lower()
        _, _, length = told.partition(b"content-length:")
        await reader.readexactly(int(length.split(b"\r\n", 1)[0] or 0))
        return int(told.split(b" ", 2)[1])


async def _until(condition: Callable[[], Awaitable[bool]], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.1)


def family_of(process: int) -> list[int]:
    """A process and those that it started, which is whom it searches with."""
    mothers = {int(entry.name): _fields(int(entry.name)) for entry in Path("/proc").glob("[0-9]*")}
    return [process, *(child for child, fields in mothers.items() if fields and int(fields[1]) == process)]


def memory_mb(process: int) -> float:
    """What a process holds now, its share of what it has in common with others; 0 where the system does not tell."""
    for line in _told(process, "smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def processor_s(process: int) -> float:
    """Processor time that a process has used, and those that it outlived; 0 where the system does not tell."""
    return sum(map(int, _fields(process)[11:15])) / os.sysconf("SC_CLK_TCK")


def _fields(process: int) -> list[str]:
    """The fields of a process's state from the third on: ``man proc_pid_stat``."""
    return _told(process, "stat").rpartition(")")[2].split()


def _told(process: int, name: str) -> str:
    try:
        return Path(f"/proc/{process}/{name}").read_text(encoding="utf-8")
    except OSError:
        return ""


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
