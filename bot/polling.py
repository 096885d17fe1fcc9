"""Fetching updates, by our own loop: one bad update, one broken line or a second instance must not make the bot deaf.

PTB's loop parses a batch as a whole, repeats timeouts without a pause, and puts up with 409 for ever.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.ext import ExtBot

from retrieval.errors import ServiceError

logger = logging.getLogger(__name__)
ALLOWED_UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY]
_LONGEST_PAUSE_S = 15.0
_HASTY_S = 0.2


class FetchingBot(ExtBot[Any]):
    """PTB's bot, and updates as they came."""

    async def fetch(self, offset: int, wait_s: float) -> list[dict[str, Any]]:
        """Raw updates from ``offset`` on; waits up to ``wait_s`` for the first. Raises TelegramError."""
        data = {"offset": offset, "timeout": int(wait_s), "allowed_updates": ALLOWED_UPDATES}
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
    """Long polling. ``last_success`` is when (monotonic seconds) Telegram last answered."""

    def __init__(
        self,
        bot: FetchingBot,
        queue: "asyncio.Queue[object]",
        *,
        wait_s: float = 25.0,
        pause_s: float = 0.5,
        conflict_s: float = 45.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = bot
        self._queue = queue
        self._wait_s = wait_s
        self._pause_s = pause_s
        self._conflict_s = conflict_s
        self._clock = clock
        self._offset = 0
        self.last_success = clock()
        self.problem = ""

    async def run(self) -> None:
        """Fetch until cancelled. Raises ServiceError when going on makes no sense."""
        failures, conflict_since = 0, None
        while True:
            try:
                began = self._clock()
                rows = await self._bot.fetch(self._offset, self._wait_s)
            except InvalidToken as error:
                raise ServiceError("Telegram refuses the token, getUpdates, ask @BotFather for a new one") from error
            except Conflict:
                conflict_since = conflict_since or self._clock()
                self._note("another process polls with the same token")
                if self._clock() - conflict_since >= self._conflict_s:
                    raise ServiceError(
                        "another process polls with the same token, getUpdates, stop it or use another token"
                    ) from None
                pause = min(self._conflict_s / 8, 5.0)
            except TelegramError as error:
                failures += 1
                self._note(f"Telegram cannot be reached ({type(error).__name__})")
                pause = min(self._pause_s * 2 ** min(failures, 10), _LONGEST_PAUSE_S)
                if isinstance(error, RetryAfter):
                    pause = max(pause, _seconds(error))
            else:
                failures, conflict_since = 0, None
                hasty = not rows and self._clock() - began < _HASTY_S
                pause = self._pause_s if hasty else 0.0  # a server that does not hold the line is not hammered
                self._succeeded(rows)
            await asyncio.sleep(pause)

    async def confirm(self) -> None:
        """Tell Telegram that what was fetched need not come again."""
        if not self._offset:
            return
        try:
            await self._bot.fetch(self._offset, 0)
        except TelegramError as error:
            logger.info("the last updates could not be confirmed: %s", type(error).__name__)

    def _succeeded(self, rows: list[dict[str, Any]]) -> None:
        self.last_success = self._clock()
        if self.problem:
            logger.info("Telegram answers again")
            self.problem = ""
        for row in rows:
            number = row.get("update_id")
            if isinstance(number, int):
                self._offset = max(self._offset, number + 1)
            update = parse_update(row, self._bot)
            if update is not None:
                self._queue.put_nowait(update)

    def _note(self, problem: str) -> None:
        if problem != self.problem:
            logger.warning("%s; trying again", problem)
        self.problem = problem


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()
