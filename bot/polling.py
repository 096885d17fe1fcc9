"""Fetching updates, by our own loop: one bad update, one broken line or a second instance must not make the bot deaf.

PTB's loop parses a batch as a whole, repeats timeouts without a pause, and puts up with 409 for ever.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.ext import ExtBot

from retrieval.errors import ServiceError

logger = logging.getLogger(__name__)
ALLOWED_UPDATES = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY]
MOST_FETCHED = 100
_LONGEST_PAUSE_S = 15.0
_HASTY_S = 0.2
_NO_ROOM_S = 0.05
_EVERY_S = 0.1  # where updates come thick and fast they are fetched, and kept, several at a time


class FetchingBot(ExtBot[Any]):
    """PTB's bot, and updates as they came."""

    async def fetch(self, offset: int, wait_s: float, most: int = MOST_FETCHED) -> list[dict[str, Any]]:
        """Up to ``most`` raw updates from ``offset`` on; waits up to ``wait_s`` for the first. Raises TelegramError."""
        data = {"offset": offset, "limit": most, "timeout": int(wait_s), "allowed_updates": ALLOWED_UPDATES}
        patience = (self._request[0].read_timeout or 5.0) + wait_s
        result = await self._post("getUpdates", data, read_timeout=patience)
        return [row for row in result if isinstance(row, dict)] if isinstance(result, list) else []


def parse_update(row: Any, bot: ExtBot[Any]) -> Update | None:
    """The update, or None if it makes no sense; only its number is logged, never what it says."""
    try:
        return Update.de_json(row, bot)
    except Exception as error:  # noqa: BLE001 - PTB raises whatever the missing field leads to
        number = row.get("update_id") if isinstance(row, dict) else "?"
        logger.error("update %s cannot be read (%s); skipped", number, type(error).__name__)
        return None


class Poller:
    """Long polling. ``last_success`` is when (monotonic seconds) Telegram last answered.

    ``take`` keeps updates for good, or raises ServiceError; only then is Telegram told that they need not come again.
    ``room`` is how many more may come now: what finds none stays with Telegram.
    """

    def __init__(
        self,
        bot: FetchingBot,
        take: Callable[[Sequence[dict[str, Any]]], Awaitable[None]],
        *,
        room: Callable[[], int] = lambda: MOST_FETCHED,
        wait_s: float = 25.0,
        pause_s: float = 0.5,
        conflict_s: float = 45.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = bot
        self._take = take
        self._room = room
        self._wait_s = wait_s
        self._pause_s = pause_s
        self._conflict_s = conflict_s
        self._clock = clock
        self._offset = 0
        self._failures = 0
        self._conflict_since: float | None = None
        self.last_success = clock()
        self.problem = ""

    async def run(self) -> None:
        """Fetch until cancelled. Raises ServiceError when going on makes no sense."""
        while True:
            try:
                pause = await self._fetch()
            except InvalidToken as error:
                raise ServiceError("Telegram refuses the token, getUpdates, ask @BotFather for a new one") from error
            except Conflict:
                self._conflict_since = self._conflict_since or self._clock()
                self._note("another process polls with the same token")
                if self._clock() - self._conflict_since >= self._conflict_s:
                    raise ServiceError(
                        "another process polls with the same token, getUpdates, stop it or use another token"
                    ) from None
                pause = min(self._conflict_s / 8, 5.0)
            except TelegramError as error:
                self._note(f"Telegram cannot be reached ({type(error).__name__})")
                pause = self._longer()
                if isinstance(error, RetryAfter):
                    pause = max(pause, _seconds(error))
            except ServiceError as error:
                self._note(str(error))
                pause = self._longer()
            await asyncio.sleep(pause)

    async def _fetch(self) -> float:
        """Fetch once and keep what came; how long to pause then."""
        most = min(self._room(), MOST_FETCHED)
        if most <= 0:
            return _NO_ROOM_S
        began = self._clock()
        rows = await self._bot.fetch(self._offset, self._wait_s, most)
        await self._take(rows)
        numbers = [row["update_id"] for row in rows if isinstance(row.get("update_id"), int)]
        self._offset = max([self._offset, *(number + 1 for number in numbers)])
        self.last_success = self._clock()
        self._failures, self._conflict_since = 0, None
        if self.problem:
            logger.info("Telegram answers again")
            self.problem = ""
        took = self._clock() - began
        if not rows and took < _HASTY_S:
            return self._pause_s  # a server that does not hold the line is not hammered
        return max(0.0, _EVERY_S - took)

    def _longer(self) -> float:
        self._failures += 1
        return min(self._pause_s * 2.0 ** min(self._failures, 10), _LONGEST_PAUSE_S)

    async def confirm(self) -> None:
        """Tell Telegram that what was fetched need not come again."""
        if not self._offset:
            return
        try:
            await self._bot.fetch(self._offset, 0)
        except TelegramError as error:
            logger.info("the last updates could not be confirmed: %s", type(error).__name__)

    def _note(self, problem: str) -> None:
        if problem != self.problem:
            logger.warning("%s; trying again", problem)
        self.problem = problem


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()
