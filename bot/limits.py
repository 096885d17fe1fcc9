"""Who may ask how often, and whose turn it is."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.handling import Handling
from bot.journal import Journal

_UNBOUNDED = 1_000_000  # PTB's own bound would let one chat's queue block the others
WAITING_PER_CHAT = 8


class Verdict(Enum):
    """What becomes of a question."""

    ALLOWED = auto()
    REFUSED = auto()
    REFUSED_SILENTLY = auto()


class RateLimit:
    """At most ``per_minute`` questions a user; the first refusal is worth a word, the following are not."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._asked: dict[int, deque[float]] = {}
        self._told: dict[int, float] = {}

    def judge(self, user: int) -> Verdict:
        """Count a question of the user, or refuse it."""
        now = self._clock()
        if len(self._asked) > 10_000:
            self._asked = {who: times for who, times in self._asked.items() if times and now - times[-1] < 60}
            self._told = {who: at for who, at in self._told.items() if now - at < 60}
        times = self._asked.setdefault(user, deque())
        while times and now - times[0] >= 60:
            times.popleft()
        if len(times) < self._per_minute:
            times.append(now)
            return Verdict.ALLOWED
        if now - self._told.get(user, float("-inf")) < 60:
            return Verdict.REFUSED_SILENTLY
        self._told[user] = now
        return Verdict.REFUSED


@dataclass(frozen=True, slots=True)
class Interrupted:
    """An update whose handling broke off while its answer was being sent: it may not be handled again."""

    update: Update


class ChatOrder(BaseUpdateProcessor):
    """Updates of one chat one after the other, those of different chats side by side.

    Each is noted in the journal while it is handled. When more than ``queue_limit`` wait in all, or too many
    of one chat, ``refuse`` is called instead of the handlers; ``apologise`` when an answer may have been lost.
    Presses on buttons do not wait: a button that spins behind a slow question helps nobody.
    """

    def __init__(
        self,
        queue_limit: int,
        journal: Journal,
        refuse: Callable[[Update], Awaitable[None]],
        apologise: Callable[[Update], Awaitable[None]],
    ) -> None:
        super().__init__(_UNBOUNDED)
        self._queue_limit = queue_limit
        self._journal = journal
        self._refuse = refuse
        self._apologise = apologise
        self._turns: dict[int, tuple[asyncio.Lock, int]] = {}
        self.waiting = 0

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to let go of."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Run the handlers of an update in its chat's turn."""
        if isinstance(update, Interrupted):
            _drop(coroutine)
            await self._in_turn(update.update, self._apologise(update.update), doubtful=True)
        elif isinstance(update, Update):
            await self._in_turn(update, coroutine)
        else:
            await coroutine

    async def _in_turn(self, update: Update, coroutine: Awaitable[Any], doubtful: bool = False) -> None:
        chat = update.effective_chat
        if chat is None or update.message is None:
            await self._handle(update, coroutine, doubtful)
        elif self.is_full(chat.id):
            _drop(coroutine)
            await self._handle(update, self._refuse(update), doubtful)
        else:
            async with self.turn(chat.id):
                await self._handle(update, coroutine, doubtful)

    async def _handle(self, update: Update, work: Awaitable[Any], doubtful: bool) -> None:
        handling = Handling(self._journal, update.update_id, doubtful)
        await handling.run(work, None if doubtful else lambda: self._apologise(update))

    def is_full(self, chat: int) -> bool:
        """Whether one more would be too many."""
        return self.waiting >= self._queue_limit or self._turns.get(chat, (None, 0))[1] >= WAITING_PER_CHAT

    @contextlib.asynccontextmanager
    async def turn(self, chat: int) -> AsyncIterator[None]:
        """Wait for the chat's turn and hold it."""
        lock, count = self._turns.get(chat, (asyncio.Lock(), 0))
        self._turns[chat] = (lock, count + 1)
        self.waiting += 1
        try:
            async with lock:
                yield
        finally:
            self.waiting -= 1
            lock, count = self._turns[chat]
            if count == 1:
                del self._turns[chat]
            else:
                self._turns[chat] = (lock, count - 1)


def _drop(coroutine: Awaitable[Any]) -> None:
    close = getattr(coroutine, "close", None)
    if close is not None:
        close()
