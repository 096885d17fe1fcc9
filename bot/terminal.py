"""The bot's conversation in the terminal: the very same handlers, with a terminal where Telegram would be."""

import asyncio
import contextlib
import html
import itertools
import json
import re
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TextIO

from telegram import Update
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData

from bot.app import build_application, build_bot
from bot.context import Asked, Services
from bot.limits import RateLimit
from bot.logs import set_up_logging
from bot.store import Store
from retrieval.config import Config

USER = 1
_TOKEN = "1:terminal"  # noqa: S105 - nobody is asked whether it is one
_BOLD = re.compile(r"<(/?)[bu]>")
_TAG = re.compile(r"<[^>]+>")


class Screen(BaseRequest):
    """Telegram's side of the conversation: messages are printed, buttons become numbered choices."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._numbers = itertools.count(1)
        self.choices: list[tuple[str, dict[str, Any]]] = []
        self.reply_to: dict[str, Any] | None = None

    @property
    def read_timeout(self) -> float | None:
        """Nothing is waited for."""
        return None

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to let go of."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Carry out one call of the Bot API."""
        values = request_data.parameters if request_data is not None else {}
        files = (request_data.multipart_data or {}).values() if request_data is not None else ()
        result = self.carry_out(
            url.rsplit("/", 1)[-1], values, [(name, body) for name, body, _ in files if isinstance(body, bytes)]
        )
        return 200, json.dumps({"ok": True, "result": result}).encode()

    def carry_out(self, name: str, values: dict[str, Any], files: list[tuple[str, bytes]]) -> Any:
        """One call of the Bot API: its result, and what it shows."""
        if name == "getMe":
            return _BOT
        if name == "answerCallbackQuery" and values.get("text"):
            self._print(f"! {values['text']}")
        if name not in ("sendMessage", "editMessageText", "editMessageReplyMarkup", "sendDocument"):
            return True
        number, markup = values.get("message_id") or next(self._numbers), values.get("reply_markup") or {}
        message = {"message_id": number, "date": int(time.time()), "chat": _CHAT, "text": values.get("text", "")}
        if "text" in values:
            self._print(self._readable(values["text"]))
        for file, body in files:
            self._print(f"--- {file}\n{body.decode()}---")
        self._offer({**message, "from": _BOT}, markup.get("inline_keyboard", ()))
        if markup.get("force_reply"):
            self.reply_to = {**message, "from": _BOT}
        return message

    def _offer(self, message: dict[str, Any], rows: Sequence[Sequence[dict[str, Any]]]) -> None:
        """Number the buttons that can be pressed, and show where the others lead; copying is the terminal's own."""
        buttons = [button for row in rows for button in row]
        pressed = [button for button in buttons if "callback_data" in button]
        if pressed:
            message = {**message, "reply_markup": {"inline_keyboard": rows}}
            self.choices = [(button["callback_data"], message) for button in pressed]
            self._print("  ".join(f"({at}) {button['text']}" for at, button in enumerate(pressed, start=1)))
        for button in buttons:
            if "url" in button:
                self._print(f"{button['text']}: {button['url']}")

    def _readable(self, text: str) -> str:
        if self._out.isatty():
            text = _BOLD.sub(lambda match: "\033[0m" if match[1] else "\033[1m", text)
        return html.unescape(_TAG.sub("", text))

    def _print(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()


_BOT = {"id": 2, "is_bot": True, "first_name": "县问", "username": "xianwen_bot"}
_CHAT = {"id": USER, "type": "private", "first_name": "terminal"}
_PERSON = {"id": USER, "is_bot": False, "first_name": "terminal", "language_code": "zh"}


def chat(config: Config, lines: TextIO = sys.stdin, out: TextIO = sys.stdout) -> int:
    """Talk until the end of input. Raises what loading the index raises."""
    from retrieval.engine import Engine

    set_up_logging("WARNING")
    engine = Engine(config)
    engine.load()
    return asyncio.run(converse(config, engine, lines, out))


async def converse(config: Config, engine: Asked, lines: TextIO, out: TextIO) -> int:
    """The conversation itself: whoever sits at the terminal is an admin."""
    screen = Screen(out)
    async with opened(config, engine, screen) as (process, bot, services):
        await _talk(process, bot, screen, services, lines)
    return 0


@contextlib.asynccontextmanager
async def opened(
    config: Config, engine: Asked, screen: BaseRequest
) -> AsyncIterator[tuple[Callable[[object], Any], ExtBot[Any], Services]]:
    """The application with ``screen`` where Telegram would be: what takes an update, the bot, and the services."""
    telegram = config.telegram.model_copy(update={"admins": [USER], "questions_per_minute": 10_000})
    with ThreadPoolExecutor(4, "question") as pool:
        services = Services(
            config=config.model_copy(update={"telegram": telegram}),
            engine=engine,
            store=Store(":memory:"),
            pool=pool,
            limit=RateLimit(telegram.questions_per_minute),
        )
        bot = build_bot(telegram, _TOKEN, screen, screen)
        application = build_application(bot, services)
        await application.initialize()
        await application.start()
        try:
            yield application.process_update, bot, services
        finally:
            await application.stop()
            await application.shutdown()
            services.store.close()


async def _talk(
    process: Callable[[object], Any], bot: ExtBot[Any], screen: Screen, services: Services, lines: TextIO
) -> None:
    await process(Update.de_json(typed(0, "/start"), bot))
    for number in itertools.count(1):
        if sys.stdin is lines and lines.isatty():
            sys.stdout.write("> ")
            sys.stdout.flush()
        line = await asyncio.get_running_loop().run_in_executor(None, lines.readline)
        if not line:
            return
        text = line.strip()
        if not text:
            continue
        at = int(text) - 1 if text.isascii() and text.isdigit() else -1
        if 0 <= at < len(screen.choices):
            row = pressed(number, *screen.choices[at])
        else:
            row = typed(number, text, screen.reply_to)
            screen.reply_to = None
            screen.choices = []  # the numbers on the screen belong to what was asked before
        await process(Update.de_json(row, bot))
        while services.jobs:
            await asyncio.gather(*services.jobs, return_exceptions=True)


def typed(number: int, text: str, reply_to: dict[str, Any] | None = None) -> dict[str, Any]:
    """The update for a text from the terminal."""
    command = re.match(r"/\w+", text)
    entities = [{"type": "bot_command", "offset": 0, "length": len(command.group())}] if command else []
    message = {"message_id": -number, "date": int(time.time()), "chat": _CHAT, "from": _PERSON, "text": text}
    replied = {"reply_to_message": reply_to} if reply_to else {}
    return {"update_id": number, "message": {**message, "entities": entities, **replied}}


def pressed(number: int, data: str, message: dict[str, Any]) -> dict[str, Any]:
    """The update for a press on a button of ``message``."""
    query = {"id": str(number), "from": _PERSON, "chat_instance": "terminal", "data": data, "message": message}
    return {"update_id": number, "callback_query": query}
