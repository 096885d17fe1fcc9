"""Who may ask how often, and whose turn it is."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from enum import Enum, auto
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

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


class ChatOrder(BaseUpdateProcessor):
    """Updates of one chat one after the other, those of different chats side by side.

    Each update is processed once, however often it arrives. When more than ``queue_limit`` wait in all,
    or too many of one chat, ``refuse`` is called instead of the handlers. Presses on buttons
    do not wait: a button that spins behind a slow question helps nobody.
    """

    def __init__(
        self,
        queue_limit: int,
        first_sight: Callable[[int], bool],
        refuse: Callable[[Update], Awaitable[None]],
    ) -> None:
        super().__init__(_UNBOUNDED)
        self._queue_limit = queue_limit
        self._first_sight = first_sight
        self._refuse = refuse
        self._turns: dict[int, tuple[asyncio.Lock, int]] = {}
        self.waiting = 0

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to let go of."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Run the handlers of an update in its chat's turn."""
        if not isinstance(update, Update):
            await coroutine
            return
        chat = update.effective_chat
        if not self._first_sight(update.update_id):
            _drop(coroutine)
        elif chat is None or update.message is None:
            await coroutine
        elif self.is_full(chat.id):
            _drop(coroutine)
            await self._refuse(update)
        else:
            async with self.turn(chat.id):
                await coroutine

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
