"""“Tell me when there is an answer”: the button under a refusal, and the message once a gap is closed.

This is the only place where a chat is kept beside a question, and only for those who pressed.
"""

import asyncio
import hashlib
import logging
import secrets
from dataclasses import replace

from telegram import Bot, Update
from telegram.ext import CallbackQueryHandler

from bot import admin_messages as words
from bot import outgoing
from bot.admin_messages import wording
from bot.context import Context, Heard, Services, services_of
from bot.delivery import Place, acknowledge, deliver
from bot.memory import Vote
from bot.outgoing import Button, OutgoingMessage
from bot.store import Answered
from retrieval.question import understand
from retrieval.types import Answer

logger = logging.getLogger(__name__)
PATTERN = r"^tell:[A-Za-z0-9_-]{6,20}$"
PACE_S = 1 / 15  # half of what Telegram allows in all: answers go before


def listen(services: Services) -> None:
    """Count answers, keep the questions of bad ones, and forget whom everybody forgets."""
    ledger, salt = services.ledger, secrets.token_bytes(16)

    def answered(heard: Heard) -> None:
        user = heard.update.effective_user
        if user is not None:
            ledger.tally.count(heard.answer, user.id, heard.took_ms)

    def voted(vote: Vote, question: str) -> None:
        token = hashlib.sha256(salt + f"{vote.key} {vote.user}".encode()).hexdigest()[:16]
        if vote.good or not question:
            ledger.gaps.drop(token)
        else:
            history = (services.memory.question(vote.key) or ("", ()))[1]
            counties, limit = services.engine.current().counties, services.config.search.max_question_chars
            asked = understand(question, history, counties, limit)
            ledger.gaps.disliked(asked, token, " ".join(filter(None, (vote.why, vote.note))))

    services.listeners.answered.append(answered)
    services.listeners.voted.append(voted)
    services.listeners.forgotten.append(ledger.forget)


def offered(services: Services, answer: Answer, messages: list[OutgoingMessage]) -> list[OutgoingMessage]:
    """The messages of an answer; where no article answers, with the button under the last.

    The question is kept then, its asker is not.
    """
    token = services.ledger.gaps.refused(answer)
    if token is None or not messages:
        return messages
    row = (Button(wording(words.WANT_BUTTON, answer.question.script), f"tell:{token}"),)
    return [*messages[:-1], replace(messages[-1], buttons=(*messages[-1].buttons, row))]


def handler() -> CallbackQueryHandler[Context, None]:
    """Takes the presses of everybody on the button."""
    return CallbackQueryHandler(press, PATTERN)


async def press(update: Update, context: Context) -> None:
    """Note who wants to know, and say so."""
    services, query, chat = services_of(context), update.callback_query, update.effective_chat
    assert query is not None and query.data is not None
    script = services.script_of(update)
    noted = chat is not None and services.ledger.gaps.want(
        query.data.removeprefix("tell:"), chat.id, query.from_user.id, script
    )
    await acknowledge(query, wording(words.WANT_NOTED if noted else words.WANT_GONE, script))


async def resume(bot: Bot, services: Services) -> None:
    """Tell those whom a restart kept from being told."""
    await tell_all(bot, services)


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
