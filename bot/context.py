"""What the handlers share: the engine, the store, the limits, and how to get at them."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from telegram import Update
from telegram.ext import Application, ContextTypes

from bot.ledger import Ledger
from bot.limits import ChatOrder, RateLimit
from bot.store import Store
from retrieval.config import Config
from retrieval.types import Answer, Article, Division, Passage, Script

Result = TypeVar("Result")
Context = ContextTypes.DEFAULT_TYPE
AnyApplication = Application[Any, Any, Any, Any, Any, Any]
_KEY = "services"


class Corpus(Protocol):
    """What the bot reads from a generation."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def counties(self) -> tuple[Division, ...]:
        """Divisions that some passage is about, by code."""

    def articles(self) -> Sequence[Article]:
        """All articles."""

    def rows_of_article(self, article_id: str) -> Any:
        """Rows of an article's passages, ascending."""

    def rows_of_counties(self, codes: Sequence[str]) -> Any:
        """Rows of the passages about any of the counties, ascending."""

    def passages(self, rows: Any) -> Sequence[Passage]:
        """The passages of these rows."""

    @property
    def manifest(self) -> Any:
        """Counts, model and date."""


class Asked(Protocol):
    """What answers; ``retrieval.engine.Engine`` is the real one. All calls may block."""

    def load(self) -> Corpus:
        """Get ready, and say what is served."""

    def current(self) -> Corpus:
        """What the next question will see."""

    def ask(self, text: str, history: Sequence[str] = ()) -> Answer:
        """The answer to a question after its predecessors."""

    @property
    def problem(self) -> str | None:
        """Why a newer generation could not be opened."""


@dataclass(slots=True)
class Figures:
    """What the bot counts about itself."""

    started: float = field(default_factory=time.monotonic)
    questions: int = 0
    last_reload: str = "-"
    problem: str = ""


@dataclass(slots=True)
class Services:
    """Everything that the handlers need; one per process."""

    config: Config
    engine: Asked
    store: Store
    pool: Executor
    limit: RateLimit
    figures: Figures = field(default_factory=Figures)
    order: ChatOrder = field(init=False)
    ledger: Ledger = field(init=False)
    reload: asyncio.Task[None] | None = None
    jobs: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.store)

    async def off_loop(self, work: Callable[[], Result]) -> Result:
        """Run blocking work in the bounded pool."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, work)

    def is_admin(self, update: Update) -> bool:
        """Whether a configured admin speaks, in private."""
        user, chat = update.effective_user, update.effective_chat
        private = chat is not None and chat.type == chat.PRIVATE
        return private and user is not None and user.id in self.config.telegram.admins

    def script_of(self, update: Update) -> Script:
        """How to speak to this chat: as it asked last, else by the language of the user's Telegram."""
        chat, user = update.effective_chat, update.effective_user
        known = self.store.script(chat.id) if chat is not None else None
        return known or script_of_language(user.language_code if user is not None else None)


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
