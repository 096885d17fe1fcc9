"""“Tell me when there is an answer”: the button under a refusal, and the message once a gap is closed.

This is the only place where a chat is kept beside a question, and only for those who pressed.
"""

import asyncio
import logging
import secrets

from telegram import Bot, Update
from telegram.ext import CallbackQueryHandler

from bot import admin_messages as words
from bot import outgoing
from bot.admin_messages import wording
from bot.context import Context, Services, services_of
from bot.delivery import Place, acknowledge, deliver
from bot.outgoing import Button, Rows
from bot.store import Answered
from retrieval.types import Answer

logger = logging.getLogger(__name__)
PATTERN = r"^w1:[A-Za-z0-9_-]{6,20}$"
PACE_S = 1 / 15  # half of what Telegram allows in all: answers go before


def heard(services: Services, answer: Answer, user: int, took_ms: float) -> Rows:
    """Count a question that was just answered; for one that no article answers, the row with the button.

    The question is kept, its asker is not.
    """
    services.ledger.tally.count(answer, user, took_ms)
    token = services.ledger.gaps.refused(answer)
    if token is None:
        return ()
    return ((Button(wording(words.WANT_BUTTON, answer.question.script), f"w1:{token}"),),)


def handler() -> CallbackQueryHandler[Context, None]:
    """Takes the presses of everybody on the button."""
    return CallbackQueryHandler(press, PATTERN)


async def press(update: Update, context: Context) -> None:
    """Note who wants to know, and say so."""
    services, query, chat = services_of(context), update.callback_query, update.effective_chat
    assert query is not None and query.data is not None
    script = services.script_of(update)
    noted = chat is not None and services.ledger.gaps.want(
        query.data.removeprefix("w1:"), chat.id, query.from_user.id, script
    )
    await acknowledge(query, wording(words.WANT_NOTED if noted else words.WANT_GONE, script))


async def tell_all(bot: Bot, services: Services) -> int:
    """Tell those whose gaps are closed, slowly; how many messages went out. Also what a restart interrupted.

    Who is banned, or cannot be reached any more, is skipped.
    """
    told = 0
    while (want := services.ledger.gaps.next_to_tell()) is not None:
        if services.ledger.is_banned(want.user) or not services.store.is_active(want.chat):
            continue
        key = secrets.token_urlsafe(6)
        services.store.keep(key, Answered(want.chat, want.user, want.script, asks=(want.question,)))
        rows = outgoing.rows(outgoing.asking(key, [want.question]), 1)
        text = wording(words.WANT_TOLD, want.script, question=want.question)
        sent = await deliver(bot, services.store, Place(want.chat), outgoing.telegram_text(text, rows))
        told += sent is not None
        await asyncio.sleep(PACE_S)
    if told:
        logger.info("told %d that their question has an answer now", told)
    return told
