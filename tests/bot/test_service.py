"""The life of the process: when it is ready, when it is ill, and how it ends."""

import asyncio
import contextlib
import functools
import os
import signal
import socket
import threading
import time

import httpx
import pytest
from telegram.error import NetworkError

from bot import service
from bot.app import build_bot
from bot.journal import Journal, State
from bot.polling import Poller
from bot.service import Service, read_token, run, secret_of
from retrieval.config import Config, ServiceConfig, TelegramConfig
from retrieval.errors import IndexMissing, ServiceError
from tests.fakes import TOKEN, FakeEngine, FakeTelegram, answered, person, place, until

CONFLICT = (409, "Conflict: terminated by other getUpdates request", None)


@pytest.fixture
def notified(tmp_path, monkeypatch):
    """What systemd is told."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "40000")

        def read() -> list[str]:
            told = []
            with contextlib.suppress(BlockingIOError):
                while True:
                    told.append(channel.recv(4096).decode())
            return told

        yield read


@pytest.fixture
def world(tmp_path, monkeypatch, unused_port, notified):
    """A service between a fake engine and a fake Telegram, not yet started."""
    monkeypatch.setenv("XIANWEN_DATA", str(tmp_path))
    monkeypatch.setattr(service, "_POLL_WAIT_S", 0.5)
    monkeypatch.setattr(service, "Poller", functools.partial(Poller, pause_s=0.02, conflict_s=0.1))

    class World:
        engine, telegram, port, told = FakeEngine(), FakeTelegram(), unused_port, staticmethod(notified)
        stall_after_s = 0.3

        def make(self, **telegram):
            settings = TelegramConfig(answer_deadline_s=5.0, **telegram)
            living = ServiceConfig(health_port=unused_port, stall_after_s=self.stall_after_s)
            config = Config(telegram=settings, service=living)
            self.service = Service(
                config, self.engine, TOKEN, bot=build_bot(settings, TOKEN, self.telegram, self.telegram)
            )
            return self.service

        async def health(self):
            async with httpx.AsyncClient() as client:
                reply = await client.get(f"http://127.0.0.1:{self.port}/healthz")
            return reply.status_code, reply.json()

        def row(self, number, user=2000, text="问"):
            message = {
                "message_id": 1,
                "date": int(time.time()),
                "chat": place(user),
                "from": person(user),
                "text": text,
            }
            return {"update_id": number, "message": message}

        def ask(self, number, user=2000):
            self.telegram.rows.put_nowait(self.row(number, user))

    return World()


@contextlib.asynccontextmanager
async def running(world, **telegram):
    task = asyncio.create_task(world.make(**telegram).serve())
    try:
        yield task
        if not task.done():
            os.kill(os.getpid(), signal.SIGTERM)
        assert await task == 0
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_ready_only_after_the_index_and_telegram(world):
    gate = threading.Event()
    load = world.engine.load
    world.engine.load = lambda: load() if gate.wait(20) else None
    world.telegram.faults.append(("getMe", NetworkError("httpx.ConnectError: no network")))
    async with running(world) as task:
        await asyncio.sleep(0.05)
        assert (await world.health())[1]["status"] == "starting" and world.told() == []
        gate.set()
        await until(lambda: world.telegram.of("getUpdates") or task.done())
        assert len(world.telegram.of("getMe")) >= 2
        status, told = await world.health()
        assert (status, told["status"], told["generation"], told["problem"]) == (200, "ok", "g1", "")
        assert world.told()[0].startswith("READY=1")
    assert world.told()[-1] == "STOPPING=1"


async def test_deaf_bot_is_unhealthy_and_starves_the_watchdog_until_it_hears_again(world):
    async with running(world):
        await until(lambda: "WATCHDOG=1" in world.told())
        world.telegram.faults += [("getUpdates", NetworkError("httpx.ReadError"))] * 7
        await until(lambda: world.service.health()["status"] == "unhealthy")
        status, told = await world.health()
        assert status == 503 and "cannot be reached" in told["problem"]
        await asyncio.sleep(0.05)
        world.told()
        await asyncio.sleep(0.1)
        assert world.service.health()["status"] != "unhealthy" or "WATCHDOG=1" not in world.told()
        await until(lambda: world.service.health()["status"] == "ok")
        await until(lambda: "WATCHDOG=1" in world.told())


async def test_t07_errors_turn_health_red_before_silence_does(world):
    world.stall_after_s = 3600.0
    async with running(world):
        await until(lambda: world.service.health()["status"] == "ok")
        world.telegram.faults += [("getUpdates", NetworkError("httpx.ReadError"))] * 9
        await until(lambda: world.service.health()["status"] == "unhealthy")
        assert "cannot be reached" in world.service.health()["problem"]


async def test_line_that_is_held_open_for_ever_turns_health_red(world):
    async def held(*_):
        await asyncio.Event().wait()

    async with running(world):
        await until(lambda: world.service.health()["status"] == "ok")
        world.telegram._waiting = held
        await until(lambda: world.service.health()["status"] == "unhealthy")
        assert "too long" in world.service.health()["problem"]


async def test_second_instance_ends_the_process(world):
    world.telegram.faults += [("getUpdates", CONFLICT)] * 1000
    task = asyncio.create_task(world.make().serve())
    with pytest.raises(ServiceError, match="another process polls"):
        await task
    assert world.told()[-1] == "STOPPING=1"


async def test_t14_webhook_refuses_what_has_no_room_and_what_cannot_be_kept(world):
    service = world.make(queue_limit=1)
    journal = service._services.journal
    try:
        assert await service._take(world.row(1)) and not await service._take(world.row(2))
        await journal.mark(1, State.DONE)
        assert await service._take(world.row(2))
        await journal.mark(2, State.DONE)
        journal.close()
        assert not await service._take(world.row(3))
    finally:
        service._services.store.close()
        service._services.pool.shutdown()


async def test_answers_in_flight_are_delivered_before_the_end(world):
    gate = threading.Event()
    world.engine.answer = lambda text, history: answered(text) if gate.wait(20) else None
    confirmed = []
    async with running(world, concurrent_questions=5):
        confirm = world.service._poller.confirm
        world.service._poller.confirm = lambda: confirmed.append(len(world.telegram.texts())) or confirm()
        for user in range(2000, 2005):
            world.ask(user, user)
        await until(lambda: len(world.engine.asked) == 5)
        threading.Timer(0.3, gate.set).start()
    assert len(world.telegram.texts()) == 5 and confirmed == [5]
    assert int(world.telegram.of("getUpdates")[-1]["offset"]) == 2005


async def test_t15_what_was_left_behind_is_answered_before_what_comes(world, tmp_path, monkeypatch):
    monkeypatch.delenv("WATCHDOG_USEC")  # else it is looked for again in a moment
    died = Journal(tmp_path / "updates.sqlite")
    await died.accept([world.row(1, text="先问")])
    died.close()
    world.telegram.rows.put_nowait(world.row(2, text="后问"))
    async with running(world):
        await until(lambda: world.engine.asked)
    assert world.engine.asked[0][0] == "先问"


async def test_answer_that_never_comes_does_not_hold_up_the_end(world, monkeypatch):
    """Neither found nor delivered: the deadline of a search says nothing about a message that Telegram never takes."""
    result = world.telegram._result

    async def never_sent(name, values):
        return await (asyncio.Event().wait() if name == "sendMessage" else result(name, values))

    monkeypatch.setattr(service, "_GRACE_S", 0.2)
    monkeypatch.setattr(world.telegram, "_result", never_sent)
    async with asyncio.timeout(None) as limit, running(world):
        world.service._config.telegram.__dict__["answer_deadline_s"] = 0.2
        world.ask(1)
        await until(lambda: world.telegram.of("sendMessage"))
        limit.reschedule(asyncio.get_running_loop().time() + 10)
    assert not limit.expired()


async def test_problem_of_the_index_is_told_but_the_old_one_serves(world):
    async with running(world):
        await until(lambda: world.service.health()["status"] == "ok")
        world.engine.problem = "a checksum does not hold"
        await until(lambda: world.service.health()["problem"] == "a checksum does not hold")
        assert (await world.health())[0] == 200
        world.engine.problem = None
        world.engine.corpus.id = "g2"
        await until(lambda: world.service.health()["generation"] == "g2")


async def test_missing_index_and_taken_port_end_at_once_in_one_error(world):
    def load():
        raise IndexMissing("no index yet, data/index, run: xianwen ingest PATH")

    world.engine.load = load
    with pytest.raises(IndexMissing):
        await world.make().serve()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", world.port))
        taken.listen()
        with pytest.raises(ServiceError, match="choose another health_port"):
            await world.make().serve()


async def test_other_paths_and_nonsense_on_the_health_port(world):
    async with running(world):
        await until(lambda: world.service.health()["status"] == "ok")
        for sent, expected in ((b"GET /secret HTTP/1.1\r\n\r\n", b"404"), (b"\x00\xff\r\n", b"404")):
            reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
            writer.write(sent)
            assert expected in await reader.readline()
            writer.close()


def test_secrets_come_from_the_environment_or_from_systemd(tmp_path, monkeypatch):
    monkeypatch.delenv("XIANWEN_TELEGRAM_TOKEN", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(ServiceError, match="no Telegram token"):
        read_token()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert secret_of("XIANWEN_TELEGRAM_TOKEN", "telegram-token") == ""
    (tmp_path / "telegram-token").write_text(" 1:abc\n")
    assert read_token() == "1:abc"
    monkeypatch.setenv("XIANWEN_TELEGRAM_TOKEN", "2:def")
    assert read_token() == "2:def"


def test_webhook_without_a_secret_is_refused(monkeypatch):
    monkeypatch.setenv("XIANWEN_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.delenv("XIANWEN_WEBHOOK_SECRET", raising=False)
    monkeypatch.setattr(service, "set_up_logging", lambda level: None)
    with pytest.raises(ServiceError, match="XIANWEN_WEBHOOK_SECRET"):
        run(Config(telegram=TelegramConfig(mode="webhook", webhook_url="https://example.org/t")))
