"""A small Bot API on loopback that keeps to Telegram's rules of delivery; fast enough for load and for kill tests.

An update is given out again and again until its successor is asked for, or its webhook answered 200. Calls are
recorded with their times. Nothing here checks what is sent: ``check`` in ``tests/fakes.py`` does, afterwards.
"""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

SENDING = ("sendMessage", "editMessageText", "sendDocument")


class Loopback:
    """Telegram for one bot. ``hold`` may delay or break off a call: it gets method and values."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, str, dict[str, Any]]] = []
        self.pending: dict[int, dict[str, Any]] = {}
        self.hold: Callable[[str, dict[str, Any]], Any] | None = None
        self.port = 0
        self._came = asyncio.Event()
        self._numbers = itertools.count(100)
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        """Listen; the address for ``api_base_url``."""
        self._server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{self.port}/bot"

    async def close(self) -> None:
        """Hang up."""
        assert self._server is not None
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def put(self, update: dict[str, Any]) -> None:
        """An update for whoever polls."""
        self.pending[update["update_id"]] = update
        self._came.set()

    def sent(self, chat: int | None = None) -> list[dict[str, Any]]:
        """The messages sent, in order."""
        found = [values for _, name, values in self.calls if name == "sendMessage"]
        return [values for values in found if chat is None or int(values["chat_id"]) == chat]

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        try:
            while request := await reader.readline():
                length = 0
                while (header := await reader.readline()).strip():
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                body = await reader.readexactly(length)
                method = request.split()[1].decode().rsplit("/", 1)[-1]
                values = {name: _value(name, value) for name, value in parse_qsl(body.decode("utf-8", "replace"))}
                answer = json.dumps({"ok": True, "result": await self._answer(method, values)}).encode()
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
                writer.write(head.encode() + answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the bot hung up or was killed, or we hang up
        finally:
            self._lines.discard(task)
            writer.close()

    async def _answer(self, method: str, values: dict[str, Any]) -> Any:
        self.calls.append((time.monotonic(), method, values))
        if self.hold is not None:
            await self.hold(method, values)
        if method == "getMe":
            return {"id": 99, "is_bot": True, "first_name": "县问", "username": "xianwen_bot"}
        if method == "getUpdates":
            return await self._updates(int(values.get("offset") or 0), float(values.get("timeout") or 0), values)
        if method in SENDING:
            number = values.get("message_id") or next(self._numbers)
            chat = {"id": int(values["chat_id"]), "type": "private", "first_name": "x"}
            return {"message_id": number, "date": int(time.time()), "chat": chat, "text": values.get("text", "")}
        return True

    async def _updates(self, offset: int, wait_s: float, values: dict[str, Any]) -> list[dict[str, Any]]:
        for number in [number for number in self.pending if number < offset]:
            del self.pending[number]
        if not self.pending:
            self._came.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), max(wait_s, 0.01))
        return [self.pending[number] for number in sorted(self.pending)][: int(values.get("limit") or 100)]


def _value(name: str, text: str) -> Any:
    if name in ("text", "caption"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
