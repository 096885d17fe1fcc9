"""One update while it is handled: its journal entry follows every message that leaves for it.

Which update that is, the code that sends need not know: it is the one of the task that sends.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import AIORateLimiter

from bot.journal import Journal, State

logger = logging.getLogger(__name__)
_CREATING = frozenset(
    {"sendMessage", "sendDocument", "sendPhoto", "sendMediaGroup", "forwardMessage", "copyMessage", "sendRichMessage"}
)
_REFUSALS = (RetryAfter, ChatMigrated, Forbidden, BadRequest)


def never_arrived(error: TelegramError) -> bool:
    """Whether a call that failed so cannot have had an effect."""
    if isinstance(error, TimedOut):
        return "Pool timeout" in str(error) or type(error.__cause__).__name__ == "ConnectTimeout"
    text = str(error)
    return (
        isinstance(error, _REFUSALS)
        or "ConnectError" in text
        or "Bad Gateway" in text
        or re.search(r"\(50[0234]\)", text) is not None
    )


class Handling:
    """An update being handled. ``unsure`` is whether some message of it may have been lost on the way.

    ``doubtful`` is whether an earlier process broke off while it sent the answer: that is never forgotten.
    """

    def __init__(self, journal: Journal, number: int, doubtful: bool = False) -> None:
        self._journal = journal
        self._number = number
        self._out = 0
        self._over = doubtful
        self.unsure = False

    async def sending(self) -> None:
        """A message is about to leave."""
        self._out += 1
        if self._out == 1 and not self._over:
            await self._journal.mark(self._number, State.SENDING)

    async def failed(self, error: TelegramError) -> None:
        """It did not leave, or nobody knows."""
        if not never_arrived(error):
            self.unsure = isinstance(error, NetworkError) or self.unsure
            return
        self._out -= 1
        if self._out == 0 and not self._over:
            await self._journal.mark(self._number, State.BEGUN)

    async def run(self, work: Awaitable[None], apologise: Callable[[], Awaitable[None]] | None) -> None:
        """Have the update handled. ``apologise`` is called if an answer may have been lost.

        If this is cancelled the update stays in the journal, and the next start goes on with it.
        """
        token = _CURRENT.set(self)
        try:
            await self._journal.begin(self._number)
            await work
            if self.unsure and apologise is not None:
                await apologise()
        except asyncio.CancelledError:
            raise
        except Exception:  # handlers have their own error handler; an update that breaks that one must not come back
            await self._finish()
            raise
        else:
            await self._finish()
        finally:
            _CURRENT.reset(token)

    async def _finish(self) -> None:
        self._over = True
        await self._journal.mark(self._number, State.DONE)


_CURRENT: ContextVar[Handling | None] = ContextVar("handling", default=None)


class NotingLimiter(AIORateLimiter):
    """PTB's rate limiter, which notes each new message when its turn has come, right before it leaves."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)  # a flood concerns one chat: delivery waits for it, and all others go on

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Call Telegram when it is this call's turn."""
        handling = _CURRENT.get()
        if handling is not None and endpoint in _CREATING:
            callback = _noted(handling, callback)
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)


def _noted(handling: Handling, callback: Callable[..., Coroutine[Any, Any, Any]]) -> Any:
    async def call(*args: Any, **kwargs: Any) -> Any:
        await handling.sending()
        try:
            return await callback(*args, **kwargs)
        except TelegramError as error:
            await handling.failed(error)
            raise

    return call
