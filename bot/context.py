"""What the handlers share: the engine, the store, the limits, and how to get at them."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from telegram import Update
from telegram.ext import Application, ContextTypes

from bot.guide import Guide
from bot.journal import Journal
from bot.ledger import Ledger
from bot.limits import ChatOrder, RateLimit
from bot.memory import Memory, Vote
from bot.ports import Asked as Asked
from bot.ports import Corpus as Corpus
from bot.store import Store
from retrieval.config import Config
from retrieval.types import Answer, Script

Result = TypeVar("Result")
Context = ContextTypes.DEFAULT_TYPE
AnyApplication = Application[Any, Any, Any, Any, Any, Any]
_KEY = "services"
PRESSES_PER_MINUTE = 40


@dataclass(slots=True)
class Figures:
    """What the bot counts about itself."""

    started: float = field(default_factory=time.monotonic)
    questions: int = 0
    last_reload: str = "-"
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """One answered question, for whoever counts them. ``key`` names it in votes, ``took_ms`` is the search's time."""

    update: Update
    key: str
    answer: Answer
    took_ms: float


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told: of each answer that was sent, of each vote with its question, and of each person to forget."""

    answered: list[Callable[[Heard], None]] = field(default_factory=list)
    voted: list[Callable[[Vote, str], None]] = field(default_factory=list)
    forgotten: list[Callable[[int], None]] = field(default_factory=list)


@dataclass(slots=True)
class Services:
    """Everything that the handlers need; one per process."""

    config: Config
    engine: Asked
    store: Store
    pool: Executor
    limit: RateLimit
    figures: Figures = field(default_factory=Figures)
    journal: Journal = field(default_factory=Journal)
    order: ChatOrder = field(init=False)
    ledger: Ledger = field(init=False)
    memory: Memory = field(init=False)
    guide: Guide = field(init=False)
    presses: RateLimit = field(default_factory=lambda: RateLimit(PRESSES_PER_MINUTE))
    listeners: Listeners = field(default_factory=Listeners)
    away: dict[int, list[str]] = field(default_factory=dict)  # by chat: questions from while the bot was away
    reload: asyncio.Task[None] | None = None
    jobs: set[asyncio.Task[None]] = field(default_factory=set)

    opened: dict[tuple[int, str], float] = field(default_factory=dict)  # in groups: when what was last shown
    inline_latest: dict[int, str] = field(default_factory=dict)  # by user: the query that they type at
    inline_known: OrderedDict[tuple[str, str, str], Any] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.store)
        self.memory = Memory(self.store)
        self.guide = Guide(self.engine)

    @property
    def is_busy(self) -> bool:
        """Whether somebody may be waiting for a thread: then nobody is shown that the bot types."""
        return self.order.waiting > self.config.telegram.concurrent_questions

    @property
    def others_wait(self) -> bool:
        """Whether more than one person waits for an answer: then nothing is looked up that nobody asked for."""
        return self.order.waiting > 1

    async def off_loop(self, work: Callable[[], Result]) -> Result:
        """Run blocking work in the bounded pool."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, work)

    def is_admin(self, update: Update) -> bool:
        """Whether a configured admin speaks, in private."""
        user, chat = update.effective_user, update.effective_chat
        private = chat is not None and chat.type == chat.PRIVATE
        return private and user is not None and user.id in self.config.telegram.admins

    def title_of(self, article: str) -> str:
        """The title of an article named by its id; what is no id is a title already."""
        try:
            return self.engine.current().article(article).title
        except KeyError:
            return article

    def vote(self, vote: Vote) -> None:
        """Tell whoever listens what somebody thinks of an answer."""
        question, _ = self.memory.question(vote.key) or ("", ())
        for listener in self.listeners.voted:
            listener(vote, question)

    def script_of(self, update: Update) -> Script:
        """How to speak to this person: as they chose, else as they wrote last, else by their Telegram's language."""
        user = update.effective_user
        if user is None:
            return Script.SIMPLIFIED
        known, _ = self.memory.script(user.id)
        return known or script_of_language(user.language_code)


def script_of_language(code: str | None) -> Script:
    """The script for an IETF language tag; simplified when there is none."""
    tag = (code or "zh").lower()
    if not tag.startswith("zh"):
        return Script.ENGLISH
    return Script.TRADITIONAL if any(part in tag for part in ("hant", "tw", "hk", "mo")) else Script.SIMPLIFIED


def install(application: AnyApplication, services: Services) -> None:
    """Make the services known to the handlers."""
    application.bot_data[_KEY] = services


def services_of(holder: Context | AnyApplication) -> Services:
    """The services of this application."""
    services = holder.bot_data[_KEY]
    assert isinstance(services, Services)
    return services
