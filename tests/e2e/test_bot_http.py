"""The real bot as a process, over HTTP, against an emulator of Telegram: ask, press, reload, roll back, stop."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes import ADMIN, TOKEN, USER, check, check_text

ROOT = Path(__file__).resolve().parents[2]
WORDS = {
    "xiji.txt": (
        "西吉县今年怎样办好村卫生室\n\n西吉县卫生健康局 2025年3月4日\n\n一、把村卫生室办到家门口\n"
        "西吉县今年要改造二十八间村卫生室，每间都配上心电图机和远程会诊的屏幕。\n"
        "二、照顾好老人\n西吉县六十五岁以上的老人每年免费体检一次，行动不便的由医生上门。\n"
    ),
    "luodian.txt": (
        "罗甸县疾病预防控制工作打算\n\n罗甸县卫生健康局 2025年4月8日\n\n一、守住水源\n"
        "罗甸县每个月检测一次乡镇水厂的水质，结果贴在镇政府门口。\n"
        "二、孩子打疫苗\n罗甸县在每个乡镇卫生院每周三和周六开放疫苗接种门诊。\n"
    ),
}
QUESTION = "西吉县今年要改造多少间村卫生室"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The first true value of a condition; fails loudly when there is none for a long time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            if found := condition():
                return found
        time.sleep(0.05)
    raise AssertionError("what was waited for did not happen")


class World:
    """An emulator, a bot, and the folder they live in."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.folder, self.mode = folder, mode
        self.emulator_port, self.webhook_port, self.health_port = free_port(), free_port(), free_port()
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.told.bind(str(folder / "notify"))
        self.told.settimeout(60)
        self.log = (folder / "log").open("w")
        self.env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XIANWEN_DATA": str(folder / "data"),
            "XIANWEN_TELEGRAM_TOKEN": TOKEN,
            "XIANWEN_WEBHOOK_SECRET": "s3cret",
            "NOTIFY_SOCKET": str(folder / "notify"),
            "WATCHDOG_USEC": "1000000",
        }
        self.bot: subprocess.Popen[bytes] | None = None
        self.emulator: subprocess.Popen[bytes] | None = None
        headers = {"Authorization": "Bearer k"}
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.emulator_port}", headers=headers, timeout=30)

    def prepare(self) -> None:
        """Articles, configuration, index."""
        (self.folder / "articles").mkdir()
        for name, words in WORDS.items():
            (self.folder / "articles" / name).write_text(words, encoding="utf-8")
        base = f"http://127.0.0.1:{self.emulator_port}/bot"
        (self.folder / "config.toml").write_text(
            f'[telegram]\nadmins = [{ADMIN}]\napi_base_url = "{base}"\nfile_base_url = "{base}"\nmode = "{self.mode}"\n'
            f'webhook_url = "https://bot.example.org/telegram"\nwebhook_port = {self.webhook_port}\n'
            f"[service]\nhealth_port = {self.health_port}\n",
            encoding="utf-8",
        )
        self.command("ingest", "articles")

    def command(self, *words: str) -> str:
        line = [sys.executable, "-m", "bot", *words]
        done = subprocess.run(line, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """The bot, and the Telegram that it has to wait for; returns when systemd would call it ready."""
        line = [sys.executable, "-m", "bot", "run"]
        self.bot = subprocess.Popen(line, cwd=self.folder, env=self.env, stdout=self.log, stderr=self.log)
        until(lambda: "cannot be reached" in (self.folder / "log").read_text(encoding="utf-8"))
        assert self.health()[0] == 503
        hook = f"http://127.0.0.1:{self.webhook_port}/telegram"
        emulator = [sys.executable, str(ROOT / "tests" / "emulator.py"), str(self.emulator_port), hook]
        self.emulator = subprocess.Popen(emulator, env={**os.environ, "AUTH_KEYS": "k"})
        assert self.notified().startswith("READY=1")

    def notified(self) -> str:
        return self.told.recv(4096).decode()

    def drain(self) -> None:
        """Read what systemd was told so far: a socket that is full takes no more."""
        self.told.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self.told.recv(4096)
        self.told.settimeout(60)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self.bot is not None
        self.bot.send_signal(signal.SIGTERM)
        return self.bot.wait(60)

    def close(self) -> None:
        for process in (self.bot, self.emulator):
            if process is not None and process.poll() is None:
                process.kill()
            if process is not None:
                process.wait()
        self.told.close()
        self.log.close()
        self.client.close()

    def calls(self, *names: str) -> list[dict[str, Any]]:
        """Values of the calls of these methods; every call is checked as Telegram would check it."""
        found = []
        for call in self.client.get("/__calls").json():
            check(call["method"], call["values"])
            if call["method"] in names:
                found.append(call["values"])
        return found

    def texts(self) -> list[str]:
        return [check_text(call["text"], call.get("parse_mode")) for call in self.calls("sendMessage")]

    def edits(self) -> list[dict[str, Any]]:
        return self.calls("editMessageText")

    def update(self, user: int, **values: object) -> None:
        body = {"chat_id": user, **values}
        reply = self.client.post("/api/v1/test/send_update", params={"bot_token": TOKEN}, json=body)
        assert reply.status_code == 200, reply.text

    def ask(self, text: str, user: int = USER) -> str:
        """Send a message; the next message of the bot."""
        before = len(self.texts())
        self.update(user, text=text)
        return str(until(lambda: self.texts()[before:])[0])

    def press(self, data: str, user: int = USER) -> str:
        before = len(self.texts())
        self.update(user, callback_data=data)
        return str(until(lambda: self.texts()[before:])[0])

    def buttons(self) -> list[dict[str, str]]:
        keyboards = [call["reply_markup"] for call in self.calls("sendMessage") if call.get("reply_markup")]
        return [button for row in keyboards[-1]["inline_keyboard"] for button in row]

    def health(self) -> tuple[int, dict[str, Any]]:
        reply = httpx.get(f"http://127.0.0.1:{self.health_port}/healthz")
        return reply.status_code, reply.json()


@pytest.fixture
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    made = World(tmp_path, request.param)
    try:
        made.prepare()
        made.start()
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("world", ["polling"], indirect=True)
def test_a_day_in_the_life_by_polling(world: World) -> None:
    status, health = world.health()
    assert status == 200 and health["status"] == "ok" and health["generation"] in world.command("generations")
    assert "deleteWebhook" in [call["method"] for call in world.client.get("/__calls").json()]

    answer = world.ask(QUESTION)
    assert "二十八间村卫生室" in answer and "[1]" in answer and "《西吉县今年怎样办好村卫生室》" in answer
    data = world.buttons()[0]["callback_data"]
    shown = world.press(data)
    assert "西吉县今年要改造二十八间村卫生室" in shown and "西吉县" in shown and "2025-03-04" in shown
    assert world.calls("answerCallbackQuery")

    (world.folder / "articles" / "xiji.txt").unlink()
    assert world.ask("/reload", USER).startswith("没有这个命令")
    world.ask("/reload", ADMIN)
    until(lambda: [call for call in world.edits() if "不再有1篇" in call["text"]])
    gone = world.ask(QUESTION)
    assert "二十八间" not in gone and "西吉县今年怎样办好村卫生室" not in gone
    assert "每周三和周六" in world.ask("罗甸县什么时候可以给孩子打疫苗")
    assert "西吉县今年要改造二十八间村卫生室" in world.press(data)

    world.ask("/rollback", ADMIN)
    confirm = until(lambda: [call for call in world.edits() if "要换成" in call["text"]])[0]
    assert health["generation"] in confirm["text"] and "多出1篇：xiji.txt" in confirm["text"]
    assert "变成答得出1" in confirm["text"] and confirm["text"].count(QUESTION) == 1  # as a gap, never as somebody's
    world.update(ADMIN, callback_data=confirm["reply_markup"]["inline_keyboard"][0][0]["callback_data"])
    until(lambda: [call for call in world.edits() if "已换好" in call["text"] and health["generation"] in call["text"]])
    assert "二十八间村卫生室" in world.ask(QUESTION)
    assert health["generation"] in world.ask("/status", ADMIN)

    assert world.notified() == "WATCHDOG=1"
    fetched, sent = len(world.calls("getUpdates")), len(world.calls("sendMessage"))
    world.update(USER, text=QUESTION)
    until(lambda: len(world.calls("getUpdates")) > fetched)  # so that it is kept
    world.drain()
    assert world.stop() == 0
    assert len(world.calls("sendMessage")) == sent + 1
    until(lambda: world.notified() == "STOPPING=1")
    log = (world.folder / "log").read_text(encoding="utf-8")
    assert "ready as @" in log and "stopped" in log and "Traceback" not in log
    assert TOKEN not in log and TOKEN.split(":")[1] not in log and "卫生室" not in log and "疫苗" not in log


@pytest.mark.parametrize("world", ["webhook"], indirect=True)
def test_webhook_with_its_secret(world: World) -> None:
    (registered,) = world.calls("setWebhook")
    assert registered["secret_token"] == "s3cret"
    assert "二十八间村卫生室" in world.ask(QUESTION)
    forged = httpx.post(f"http://127.0.0.1:{world.webhook_port}/telegram", json={"update_id": 1})
    assert forged.status_code == 403
    assert world.health()[0] == 200
    assert world.stop() == 0
    assert len(world.calls("setWebhook")) == 1 and not world.calls("deleteWebhook")
    log = (world.folder / "log").read_text(encoding="utf-8")
    assert "Traceback" not in log and "s3cret" not in log and "卫生室" not in log


def test_without_a_token_there_is_one_line(tmp_path: Path) -> None:
    env = {key: value for key, value in os.environ.items() if not key.startswith("XIANWEN")}
    env |= {"PYTHONPATH": str(ROOT), "XIANWEN_DATA": str(tmp_path)}
    line = [sys.executable, "-m", "bot", "run"]
    done = subprocess.run(line, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("error: no Telegram token, XIANWEN_TELEGRAM_TOKEN")
    assert json.dumps(done.stdout) == '""'
