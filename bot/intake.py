"""The way in of every update, fetched or posted: kept first, then handled; and what becomes of those left behind."""

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence

from telegram import Update

from bot import markup
from bot.context import Services
from bot.delivery import deliver, place_of
from bot.journal import Row, State
from bot.limits import Interrupted
from bot.messages import Say, say
from bot.outgoing import Rows, asking, rows, telegram_text
from bot.polling import FetchingBot, parse_update
from bot.store import Answered

logger = logging.getLogger(__name__)
_COMMAND = re.compile(r"^/ask(@\w+)?\s*")


class Intake:
    """Keeps updates and passes them on, each once."""

    def __init__(self, bot: FetchingBot, services: Services, queue: "asyncio.Queue[object]") -> None:
        self._bot = bot
        self._journal = services.journal
        self._limit = services.config.telegram.queue_limit
        self._queue = queue

    @property
    def room(self) -> int:
        """How many more updates can be taken."""
        return max(0, self._limit - self._journal.open)

    async def take(self, rows: Sequence[Row]) -> None:
        """Keep updates and have them handled. Raises ServiceError when they cannot be kept."""
        for row in await self._journal.accept(rows):
            await self._pass_on(row)

    async def adopt(self) -> None:
        """Go on with what an earlier process, or one that died beside this one, was asked."""
        for left in await self._journal.adopt():
            logger.info("update %s was left behind; %s", left.row["update_id"], "begun" if left.repeat else "unsure")
            await self._pass_on(left.row, left.repeat)

    async def _pass_on(self, row: Row, repeat: bool = True) -> None:
        update = parse_update(row, self._bot)
        if update is None:
            await self._journal.mark(row["update_id"], State.DONE)
        else:
            self._queue.put_nowait(update if repeat else Interrupted(update))


def apologising(bot: FetchingBot, services: Services) -> Callable[[Update], Awaitable[None]]:
    """What says that an answer may have been lost, with the question on a button: asking again is up to the asker."""

    async def apologise(update: Update) -> None:
        chat, user = update.effective_chat, update.effective_user
        if chat is None or user is None:
            return
        question, script = _question(update, services, bot.username), services.script_of(update)
        buttons: Rows = ()
        if question:
            key = secrets.token_urlsafe(6)
            services.store.keep(key, Answered(chat.id, user.id, script, asks=(question,)))
            buttons = rows(asking(key, [question]), 1)
        messages = telegram_text(say(Say.INTERRUPTED, script), buttons)
        await deliver(bot, services.store, place_of(update), messages)

    return apologise


def _question(update: Update, services: Services, username: str) -> str:
    """What was asked, by words or by a button; empty when it was something else."""
    query, message = update.callback_query, update.message or update.edited_message
    if query is not None:
        kind, _, rest = (query.data or "").partition(":")
        key, _, at = rest.partition(":")
        stored = services.store.answered(key) if kind == "q1" else None
        return stored.asks[int(at)] if stored is not None and at.isdigit() and int(at) < len(stored.asks) else ""
    text = _COMMAND.sub("", (message.text if message else "") or "")
    text = re.sub(re.escape(f"@{username}"), " ", text, flags=re.IGNORECASE)
    return "" if text.startswith("/") else " ".join(markup.clean(text).split())
