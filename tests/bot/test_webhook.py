"""The webhook: every answer of its table, its registration, its port."""

import asyncio
import contextlib
import hmac
import json

import pytest
from telegram.error import NetworkError

from bot import webhook
from bot.polling import ALLOWED_UPDATES
from bot.webhook import Webhook
from retrieval.config import TelegramConfig
from retrieval.errors import ServiceError
from tests.fakes import Harness

POISON = {"update_id": 4999, "message": {"message_id": 1, "text": "我得了什么病", "chat": {"id": 5}}}


@contextlib.asynccontextmanager
async def hook(bench: Harness, port: int, room: bool = True):
    taken = []

    async def take(row):
        taken.append(row)
        return room

    config = TelegramConfig(mode="webhook", webhook_url="https://example.org/t", webhook_port=port)
    listener = Webhook(bench.bot, config, "s3cret", take)
    listener.listen()
    try:
        yield listener, taken
    finally:
        await listener.close()


async def post(port: int, body: bytes, method: str = "POST", path: str = "/telegram", **headers: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    names = {"content_type": "Content-Type", "secret": "X-Telegram-Bot-Api-Secret-Token"}
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{names[name]}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        writer.write(body)
        await writer.drain()
    status = b""
    with contextlib.suppress(ConnectionError):
        status = await reader.readline()
    writer.close()
    return int(status.split()[1]) if status else 0


GOOD = {"content_type": "application/json", "secret": "s3cret"}


async def test_table_of_the_webhooks_answers(unused_port, caplog):
    async with Harness() as bench, hook(bench, unused_port) as (_, taken):
        good = json.dumps(bench.row("村卫生室怎么办")).encode()
        table = [
            (200, good, {}, GOOD),
            (200, good, {}, {**GOOD, "content_type": "application/json; charset=utf-8"}),
            (200, json.dumps(POISON).encode(), {}, GOOD),
            (200, b'{"update_id": 1, "unheard_of": {}}', {}, GOOD),
            (403, good, {}, {"content_type": "application/json"}),
            (403, good, {}, {**GOOD, "secret": "s3cre"}),
            (403, good, {}, {**GOOD, "secret": "ü"}),
            (415, good, {}, {**GOOD, "content_type": "text/plain"}),
            (400, b"{broken", {}, GOOD),
            (400, b"\xff\xfe", {}, GOOD),
            (400, b"[]", {}, GOOD),
            (400, b"[" * 200_000, {}, GOOD),
            (400, b"", {}, GOOD),
            (405, b"", {"method": "GET"}, GOOD),
            (404, good, {"path": "/other"}, GOOD),
        ]
        for status, body, where, headers in table:
            assert await post(unused_port, body, **where, **headers) == status, (status, body[:20], headers)
        assert len(taken) == 4
        assert await post(unused_port, good + b" " * (5 * 1024 * 1024), **GOOD) in (400, 0)
        assert await post(unused_port, good, **GOOD) == 200
    assert "Traceback" not in caplog.text and "村卫生室" not in caplog.text and "什么病" not in caplog.text


async def test_p08_secret_is_compared_in_constant_time(unused_port, monkeypatch):
    compared = []
    real = hmac.compare_digest
    monkeypatch.setattr(webhook.hmac, "compare_digest", lambda *secrets: compared.append(secrets) or real(*secrets))
    async with Harness() as bench, hook(bench, unused_port):
        assert await post(unused_port, b"{}", **{**GOOD, "secret": "s3cre"}) == 403
    assert compared == [(b"s3cre", b"s3cret")]


async def test_full_queue_makes_telegram_bring_it_again(unused_port):
    async with Harness() as bench, hook(bench, unused_port, room=False):
        assert await post(unused_port, json.dumps(bench.row("问")).encode(), **GOOD) == 503


async def test_webhook_is_registered_with_its_secret_and_a_taken_port_is_told(unused_port):
    async with Harness() as bench, hook(bench, unused_port) as (listener, _):
        flood = (429, "Too Many Requests", {"retry_after": 1})
        bench.telegram.faults += [("setWebhook", flood), ("setWebhook", NetworkError("httpx.ConnectError"))]
        await listener.register()
        registered = bench.telegram.of("setWebhook")[-1]
        assert registered == {
            "url": "https://example.org/t", "secret_token": "s3cret", "allowed_updates": ALLOWED_UPDATES,
        }  # fmt: skip
        with pytest.raises(ServiceError, match="choose another webhook_port"):
            async with hook(bench, unused_port):
                pass
