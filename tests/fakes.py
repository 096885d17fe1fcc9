"""Doubles for the bot's tests: Telegram at PTB's own seam, an oracle for every call, an engine with fixed answers."""

import asyncio
import itertools
import json
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, ClassVar

from telegram.request import BaseRequest, RequestData

from bot.app import build_application, build_bot
from bot.context import Services
from bot.intake import Intake
from bot.journal import Journal
from bot.limits import RateLimit
from bot.store import Store
from retrieval.config import Config, TelegramConfig
from retrieval.corpus import SourceRecord
from retrieval.types import (
    Answer,
    Article,
    Citation,
    Claim,
    Division,
    Kind,
    Level,
    Passage,
    Question,
    Reason,
    Scope,
    Script,
)

TOKEN = "123456789:TEST-token-of-nobody-0123456789abcd"
ADMIN, USER, OTHER = 7, 1001, 1002
GROUP = -100200300
_UPDATES = itertools.count(5000)
_SENDING = {"sendMessage", "editMessageText"}


@cache
def parser() -> Callable[[bytes], bytes]:
    """Telegram's own code; loaded when first needed, for it takes a while."""
    import tdjson

    tdjson.td_execute(b'{"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}')
    return tdjson.td_execute


def parsed(text: str, parse_mode: str | None) -> dict[str, Any]:
    """What Telegram's own parser makes of a text: ``text`` and ``entities``, or an error."""
    if parse_mode is None:
        return {"@type": "formattedText", "text": text, "entities": []}
    query = {"@type": "parseTextEntities", "text": text, "parse_mode": {"@type": "textParseModeHTML"}}
    return dict(json.loads(parser()(json.dumps(query).encode())))


def check(name: str, values: dict[str, Any]) -> None:
    """Fail when Telegram would refuse this call, or silently lose something in it."""
    import aiogram.methods  # takes a while

    method = getattr(aiogram.methods, name[0].upper() + name[1:]).model_validate(values)
    assert not method.model_extra, f"{name} has unknown fields {method.model_extra}"
    if name in _SENDING:
        check_text(values["text"], values.get("parse_mode"))
    if name in ("sendDocument", "sendPhoto"):
        assert units(parsed(values.get("caption", ""), values.get("parse_mode"))["text"]) <= 1024
    if name == "answerInlineQuery":
        for result in values["results"]:
            content = result["input_message_content"]
            check_text(content["message_text"], content.get("parse_mode"))
        assert len(values["results"]) <= 50 and len({result["id"] for result in values["results"]}) == len(
            values["results"]
        )
    if name == "setMyCommands":
        assert len(values["commands"]) <= 100
        for command in values["commands"]:
            assert re.fullmatch("[a-z0-9_]{1,32}", command["command"]) and 1 <= len(command["description"]) <= 256
    if name == "setMyShortDescription":
        assert len(values.get("short_description", "")) <= 120
    if name == "answerCallbackQuery":
        assert len(values.get("text") or "") <= 200
    keyboard = values.get("reply_markup") or {}
    buttons = [button for row in keyboard.get("inline_keyboard", []) for button in row]
    assert len(buttons) <= 100
    for button in buttons:
        assert sum(kind in button for kind in ("callback_data", "url", "copy_text")) == 1
        assert 1 <= len(button.get("callback_data", "x").encode()) <= 64
        assert 1 <= units(button.get("copy_text", {}).get("text", "x")) <= 256
        assert button.get("url", "https://").startswith(("https://", "http://"))
        assert button["text"].strip()


def units(text: str) -> int:
    """The length that Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def check_text(text: str, parse_mode: str | None) -> str:
    """The text as read; fails when it is one that Telegram refuses."""
    result = parsed(text, parse_mode)
    assert result["@type"] == "formattedText", f"{result} for {text[:500]!r}"
    assert result["text"].strip()
    assert units(result["text"]) <= 4096
    assert len(text.encode()) <= 32768
    assert len(result["entities"]) <= 100
    links = [entity for entity in result["entities"] if entity["type"]["@type"] == "textEntityTypeTextUrl"]
    assert text.count("<a ") == len(links), "a link was lost"
    return str(result["text"])


class FakeTelegram(BaseRequest):
    """The Bot API in memory. ``faults`` are scheduled per method: an exception, or (code, description, parameters).

    Every call of every test is checked as Telegram would check it; ``violations`` fail the test even where the code
    under test has survived the refusal (see ``tests/bot/conftest.py``).
    """

    violations: ClassVar[list[str]] = []

    def __init__(self) -> None:
        self.calls: list[tuple[float, str, dict[str, Any]]] = []
        self.accepted: list[tuple[str, dict[str, Any]]] = []
        self.faults: list[tuple[str, Exception | tuple[int, str, dict[str, Any] | None]]] = []
        self.rows: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.held: dict[str, bytes] = {}  # what users have sent, by file id
        self._numbers = itertools.count(100)
        self.checked = True
        self.files: list[tuple[str, bytes]] = []

    @property
    def read_timeout(self) -> float:
        return 5.0

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        name = url.rsplit("/", 1)[-1]
        values = dict(request_data.parameters) if request_data else {}
        if "/file/" in url:
            return 200, self.held[name]
        for field in (request_data.multipart_data if request_data else None) or {}:
            values.setdefault(field, f"attach://{field}")
        self.calls.append((time.monotonic(), name, values))
        if self.checked:
            self._check(name, values)
        self.files += (
            [(file, body) for file, body, _ in (request_data.multipart_data or {}).values()] if request_data else []
        )
        for at, (faulty, fault) in enumerate(self.faults):
            if faulty == name:
                del self.faults[at]
                return self._fault(fault)
        self.accepted.append((name, values))
        result = await self._result(name, values)
        return 200, json.dumps({"ok": True, "result": result}).encode()

    def _check(self, name: str, values: dict[str, Any]) -> None:
        try:
            check(name, values)
        except Exception as error:
            self.violations.append(f"{name}: {error}")
            raise

    def _fault(self, fault: Exception | tuple[int, str, dict[str, Any] | None]) -> tuple[int, bytes]:
        if isinstance(fault, Exception):
            raise fault
        code, text, more = fault
        told = {"ok": False, "error_code": code, "description": text, "parameters": more or {}}
        return code, json.dumps(told).encode()

    async def _result(self, name: str, values: dict[str, Any]) -> Any:
        if name == "getMe":
            return {"id": 99, "is_bot": True, "first_name": "县问", "username": "xianwen_bot"}
        if name == "getUpdates":
            return await self._waiting(float(values.get("timeout") or 0), int(values.get("limit") or 100))
        if name == "getFile":
            identity = str(values["file_id"])
            return {"file_id": identity, "file_unique_id": identity, "file_path": identity}
        if name in {*_SENDING, "sendDocument", "sendPhoto"}:
            chat = int(values["chat_id"])
            kind = {"type": "private", "first_name": "x"} if chat > 0 else {"type": "supergroup", "title": "x"}
            number = values.get("message_id") or next(self._numbers)
            return {"message_id": number, "date": 1, "chat": {"id": chat, **kind}, "text": values.get("text", "")}
        return True

    async def _waiting(self, wait_s: float, most: int) -> list[dict[str, Any]]:
        try:
            found = [await asyncio.wait_for(self.rows.get(), max(wait_s, 0.01))]
        except TimeoutError:
            return []
        while not self.rows.empty() and len(found) < most:
            found.append(self.rows.get_nowait())
        return found

    def of(self, *names: str) -> list[dict[str, Any]]:
        """The values of all calls of these methods, in order."""
        return [values for _, name, values in self.calls if name in names]

    def texts(self, chat: int | None = None) -> list[str]:
        """What was sent (not edited), as read."""
        return [
            check_text(values["text"], values.get("parse_mode"))
            for values in self.of("sendMessage")
            if chat is None or int(values["chat_id"]) == chat
        ]

    def delivered(self, chat: int) -> list[str]:
        """What arrived in a chat, as read."""
        return [
            check_text(values["text"], values.get("parse_mode"))
            for name, values in self.accepted
            if name == "sendMessage" and int(values["chat_id"]) == chat
        ]

    def buttons(self) -> list[dict[str, str]]:
        """The buttons of the last message that has some."""
        keyboards = [values["reply_markup"] for values in self.of(*_SENDING) if values.get("reply_markup")]
        return [button for row in keyboards[-1]["inline_keyboard"] for button in row]


@dataclass
class FakeCorpus:
    """A generation made by hand."""

    id: str
    counties: tuple[Division, ...]
    held: tuple[Article, ...]
    parts: tuple[Passage, ...]

    def articles(self) -> Sequence[Article]:
        return self.held

    def article(self, article_id: str) -> Article:
        return {article.id: article for article in self.held}[article_id]

    def sources(self) -> list[SourceRecord]:
        return [SourceRecord(article.source, article.id, article.digest) for article in self.held]

    def removals(self, source: str) -> list[tuple[str, int, str]]:
        return [("breadcrumb", 1, "首页 > 新闻")]

    def rows_of_article(self, article_id: str) -> list[int]:
        return [row for row, part in enumerate(self.parts) if part.article_id == article_id]

    def rows_of_counties(self, codes: Sequence[str]) -> list[int]:
        return [row for row, part in enumerate(self.parts) if set(part.counties) & set(codes)]

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        return [self.parts[row] for row in rows]

    @property
    def manifest(self) -> Any:
        return SimpleNamespace(
            created="2026-01-02T03:04:05Z",
            articles=len(self.held),
            passages=len(self.parts),
            counties=len(self.counties),
            embedder_fingerprint="fake",
        )


class FakeEngine:
    """Answers by a function; remembers what it was asked."""

    def __init__(self, answer: Callable[[str, Sequence[str]], Answer] | None = None) -> None:
        self.answer = answer or (lambda text, history: answered(text, quotes=_fitting(text)))
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.corpus = corpus()
        self.problem: str | None = None
        self.more: tuple[Citation, ...] = ()

    def load(self) -> FakeCorpus:
        return self.corpus

    def warm(self) -> None:
        pass

    def current(self) -> FakeCorpus:
        return self.corpus

    def look_up(self, text: str, history: Sequence[str] = ()) -> Answer:
        return self.answer(text, history)

    def further(self, answer: Answer, most: int) -> tuple[Citation, ...]:
        return self.more[:most]

    def ask(self, text: str, history: Sequence[str] = ()) -> Answer:
        self.asked.append((text, tuple(history)))
        return self.answer(text, history)


COUNTY = Division("990101", Level.COUNTY, "青禾县", "青禾县", "南川省", "云山市")
SECOND = Division("990102", Level.COUNTY, "白石县", "白石县", "南川省", "云山市")
TEXT = (
    "一、办好村卫生室\n每个行政村都要有一间卫生室，村医每周下村两次。今年先修好十二间。\n"
    "二、照顾老人\n六十五岁以上的老人每年免费体检一次。"
)


def make_article(text: str = TEXT, title: str = "青禾县今年的卫生工作", **more: Any) -> Article:
    """An article of one paragraph after another."""
    values = {"publisher": "青禾县卫健局", "published": "2025-03-04", "url": "https://example.org/a?b=1&c=2", **more}
    return Article("a1", "qinghe.txt", title, text, "0" * 64, **values)


def make_question(text: str = "村卫生室怎么办", script: Script = Script.SIMPLIFIED, **more: Any) -> Question:
    """A question about the corpus."""
    return Question(text, text, Kind.FACT, Scope.CORPUS, script, **more)


def answered(
    text: str = "村卫生室怎么办",
    quotes: Sequence[str] = ("每个行政村都要有一间卫生室，村医每周下村两次。", "今年先修好十二间。"),
    article: Article | None = None,
    **more: Any,
) -> Answer:
    """An answer whose claims are these quotes of the article."""
    article = article or make_article()
    citations, claims = [], []
    for number, quote in enumerate(quotes, start=1):
        start = article.text.index(quote)
        left = article.text.rfind("\n", 0, start) + 1
        right = article.text.find("\n", start + len(quote))
        right = right if right >= 0 else len(article.text)
        heading = "二、照顾老人" if "老人" in quote else "一、办好村卫生室"
        passage = Passage(article.id, left, right, article.text[left:right], number, (heading,), (COUNTY.code,))
        citations.append(Citation(number, article, passage, start, start + len(quote), (COUNTY.short,)))
        claims.append(Claim(quote, number))
    return Answer(make_question(text, **more), "g1", tuple(claims), tuple(citations))


def _fitting(text: str) -> Sequence[str]:
    """The sentences of the one article that answer a question."""
    old = "六十五岁以上的老人每年免费体检一次。"
    return (old,) if "老人" in text else ("每个行政村都要有一间卫生室，村医每周下村两次。", "今年先修好十二间。")


def refused(text: str, reason: Reason, suggestions: Sequence[str] = (), **more: Any) -> Answer:
    """A refusal."""
    return Answer(make_question(text, **more), "g1", reason=reason, suggestions=tuple(suggestions))


def corpus() -> FakeCorpus:
    """Two counties and one article."""
    article = make_article()
    parts, at = [], 0
    for order, line in enumerate(article.text.split("\n")):
        heading = ("一、办好村卫生室",) if order < 2 else ("二、照顾老人",)
        parts.append(Passage(article.id, at, at + len(line), line, order, heading, (COUNTY.code,)))
        at += len(line) + 1
    return FakeCorpus("g1", (COUNTY, SECOND), (article,), tuple(parts))


def person(user: int = USER, language: str = "zh-hans") -> dict[str, Any]:
    """A Telegram user."""
    return {"id": user, "is_bot": False, "first_name": "问", "language_code": language}


def place(chat: int) -> dict[str, Any]:
    """A Telegram chat."""
    return (
        {"id": chat, "type": "private", "first_name": "问"}
        if chat > 0
        else {"id": chat, "type": "supergroup", "title": "群", "is_forum": True}
    )


class Harness:
    """The real application between a fake Telegram and a fake engine."""

    def __init__(
        self,
        engine: FakeEngine | None = None,
        store: Store | None = None,
        journal: Journal | None = None,
        **telegram: Any,
    ) -> None:
        self.telegram = FakeTelegram()
        self.engine = engine or FakeEngine()
        settings = TelegramConfig(admins=[ADMIN], **telegram)
        self.services = Services(
            config=Config(telegram=settings),
            engine=self.engine,
            store=store or Store(":memory:"),
            pool=ThreadPoolExecutor(8),
            limit=RateLimit(settings.questions_per_minute),
            journal=journal or Journal(),
        )
        self.bot = build_bot(settings, TOKEN, self.telegram, self.telegram)
        self.application = build_application(self.bot, self.services)
        self.intake = Intake(self.bot, self.services, self.application.update_queue)
        self._updates = _UPDATES

    async def __aenter__(self) -> "Harness":
        await self.application.initialize()
        await self.application.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.application.stop()
        await self.application.shutdown()
        self.services.pool.shutdown()
        self.services.journal.close()
        self.services.store.close()

    def row(self, text: str, user: int = USER, chat: int | None = None, **more: Any) -> dict[str, Any]:
        """A message as Telegram sends it."""
        number = next(self._updates)
        entities = []
        if text.startswith("/"):
            entities.append({"type": "bot_command", "offset": 0, "length": len(text.split()[0])})
        at = text.find("@xianwen_bot")
        if at >= 0 and not text.startswith("/"):
            entities.append({"type": "mention", "offset": at, "length": len("@xianwen_bot")})
        language = more.pop("language", "zh-hans")
        message = {"message_id": number, "date": int(time.time()), "chat": place(chat or user)}
        message["from"] = person(user, language)
        return {"update_id": number, "message": {**message, "text": text, "entities": entities, **more}}

    async def feed(self, row: dict[str, Any]) -> None:
        """Queue an update and do not wait."""
        await self.intake.take([row])

    async def say(self, text: str, user: int = USER, chat: int | None = None, **more: Any) -> None:
        """Send a message to the bot and wait until everything is done."""
        await self.feed(self.row(text, user, chat, **more))
        await self.idle()

    async def send_file(self, name: str, content: bytes, user: int = ADMIN, **more: Any) -> None:
        """Send a file to the bot and do not wait."""
        row = self.row("x", user, **more)
        del row["message"]["text"], row["message"]["entities"]
        identity = f"file{row['update_id']}"
        self.telegram.held[identity] = content
        document = {"file_id": identity, "file_unique_id": identity, "file_name": name, "file_size": len(content)}
        row["message"]["document"] = document
        await self.feed(row)

    async def press(self, data: str, user: int = USER, chat: int | None = None, **more: Any) -> None:
        """Press a button and wait."""
        number = next(self._updates)
        message = {"message_id": 5, "date": 1, "chat": place(chat or user), "text": "x"}
        query = {
            "id": str(number),
            "from": person(user),
            "chat_instance": "c",
            "data": data,
            "message": message,
            **more,
        }
        await self.feed({"update_id": number, "callback_query": query})
        await self.idle()

    async def idle(self) -> None:
        """Until all updates and tasks are through."""
        await self.application.update_queue.join()
        while self.services.jobs:
            await asyncio.gather(*self.services.jobs, return_exceptions=True)


async def until(condition: Callable[[], Any]) -> None:
    """Wait for a condition; the test's own timeout is the only bound."""
    while not condition():  # noqa: ASYNC110 - what is waited for happens in code that knows no events
        await asyncio.sleep(0.01)
