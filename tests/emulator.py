"""Telegram's Bot API over HTTP on loopback: telemelya, with what it lacks (polling, secrets, a record of all calls).

``python emulator.py PORT WEBHOOK`` listens on PORT; whatever address a bot registers, updates go to WEBHOOK.
"""

import asyncio
import contextlib
import itertools
import json
import sys
from urllib.parse import parse_qsl

import aiohttp
import fakeredis
import redis.asyncio
import uvicorn
from fastapi import APIRouter, Request

redis.asyncio.from_url = lambda *_, **__: fakeredis.aioredis.FakeRedis(decode_responses=True)

from telemelya.server import app as server  # noqa: E402 - its state connects to what from_url is by then
from telemelya.server import control_api  # noqa: E402


class NoMedia:
    """Telemelya keeps media in S3; there are none here."""

    async def connect(self) -> None: ...

    async def close(self) -> None: ...

    async def ping(self) -> bool:
        return True


WEBHOOK = sys.argv[2]
server.media_manager = control_api.media_manager = NoMedia()
calls: list[dict[str, object]] = []
waiting: asyncio.Queue[dict[str, object]] = asyncio.Queue()
numbers = itertools.count(1)
secret: dict[str, str] = {}
more = APIRouter()


async def deliver(_: str, update: dict[str, object]) -> dict[str, object]:
    """To the webhook once one is set, else into the queue that getUpdates empties."""
    update["update_id"] = next(numbers)
    if "token" not in secret:
        await waiting.put(update)
        return {"delivered": True}
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret["token"]}
    async with aiohttp.ClientSession() as session, session.post(WEBHOOK, json=update, headers=headers) as reply:
        return {"delivered": True, "status_code": reply.status}


control_api.deliver_update = deliver


@more.post("/bot{token}/getUpdates")
async def get_updates(token: str, request: Request) -> dict[str, object]:
    """Long polling."""
    wait_s = float((await request.form()).get("timeout") or 0)
    found = []
    with contextlib.suppress(TimeoutError):
        found.append(await asyncio.wait_for(waiting.get(), max(wait_s, 0.01)))
    return {"ok": True, "result": found}


@more.post("/bot{token}/{method}")
async def anything_else(token: str, method: str) -> dict[str, object]:
    """Menus and the like."""
    return {"ok": True, "result": True}


@more.get("/__calls")
async def recorded() -> list[dict[str, object]]:
    """Every call of the Bot API so far."""
    return calls


class Record:
    """Notes method and values of each call of the Bot API."""

    def __init__(self, inner) -> None:
        self.inner = inner

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/bot"):
            await self.inner(scope, receive, send)
            return
        body, rest = b"", True
        while rest:
            part = await receive()
            body, rest = body + part.get("body", b""), part.get("more_body", False)
        values = {name: value if name == "text" else _value(value) for name, value in parse_qsl(body.decode())}
        calls.append({"method": scope["path"].rsplit("/", 1)[-1], "values": values})
        if "secret_token" in values:
            secret["token"] = values["secret_token"]
        replay = iter([{"type": "http.request", "body": body, "more_body": False}])
        await self.inner(scope, lambda: _next(replay, receive), send)


async def _next(replay, receive):
    return next(replay, None) or await receive()


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    server.app.include_router(more)
    uvicorn.run(Record(server.app), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", lifespan="on")
