"""Buttons under an answer: a citation opened, the article as a file, further passages, and what one thinks of it."""

import asyncio
import logging
import secrets
import time
from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.error import TelegramError

from bot import cards, render
from bot.answering import alert
from bot.context import Context, Services, services_of
from bot.conversation import pressed
from bot.delivery import Place, acknowledge, deliver, deliver_file, place_of
from bot.messages import Say, say
from bot.outgoing import OutgoingMessage, telegram_text
from bot.store import Answered
from retrieval.errors import XianwenError
from retrieval.types import Citation, Script

logger = logging.getLogger(__name__)
FURTHER = 5
AGAIN_S = 20.0  # in a group the same citation is not opened again within this time
REASONS = {
    "off": Say.WHY_OFF,
    "source": Say.WHY_SOURCE,
    "partial": Say.WHY_PARTIAL,
    "old": Say.WHY_OLD,
    "write": Say.WHY_WRITE,
}
_MOST_RECENT = 2000
_NO_TEXT = {"parse_mode": None}  # PTB adds its default to a call that has no such parameter


async def press_citation(update: Update, context: Context) -> None:
    """Show the paragraph that a citation came from, as it was when the answer was given."""
    kept = await pressed(update, context)
    if kept is None:
        return
    stored, number = kept
    services, query = services_of(context), update.callback_query
    shown = next((view for view in stored.citations if view.number == number), None)
    assert query is not None and query.data is not None
    if shown is None:
        await alert(update, context, Say.STALE_BUTTON)
        return
    await acknowledge(query)
    place = place_of(update)
    if _just_opened(services, place.chat, query.data):
        return
    key = query.data.split(":")[1]
    await deliver(context.bot, services.store, place, cards.telegram_citation(shown, stored.script, key))


async def press_file(update: Update, context: Context) -> None:
    """Send the whole article that a citation came from, as it was when the answer was given."""
    kept = await pressed(update, context)
    if kept is None:
        return
    stored, number = kept
    services, query = services_of(context), update.callback_query
    shown = next((view for view in stored.citations if view.number == number), None)
    text = services.memory.text(shown.full) if shown else None
    assert query is not None and query.data is not None
    if shown is None or text is None:
        await alert(update, context, Say.GONE)
        return
    await acknowledge(query)
    place = place_of(update)
    if not _just_opened(services, place.chat, query.data):
        await deliver_file(context.bot, services.store, place, cards.article_file(shown, text, stored.script))


async def press_more(update: Update, context: Context) -> None:
    """Show the next best passages for the question of an answer, as the articles are now."""
    kept = await pressed(update, context)
    query, chat, user = update.callback_query, update.effective_chat, update.effective_user
    if kept is None or query is None or query.data is None or chat is None or user is None:
        return
    services, script = services_of(context), kept[0].script
    found = await _further(services, query.data.split(":")[1])
    if not found:
        await alert(update, context, Say.NO_MORE)
        return
    await acknowledge(query)
    place = place_of(update)
    if _just_opened(services, place.chat, query.data):
        return
    key = secrets.token_urlsafe(6)
    views = tuple(cards.view(one, "", services.memory.keep_text(one.article.text), services.title_of) for one in found)
    services.store.keep(key, Answered(chat.id, user.id, script, views))
    await deliver(context.bot, services.store, place, render.further(found, script, key))


async def press_vote(update: Update, context: Context) -> None:
    """Keep what somebody thinks of an answer; in private, ask what was wrong with a bad one."""
    kept = await pressed(update, context)
    query, user = update.callback_query, update.effective_user
    if kept is None or query is None or query.data is None or user is None:
        return
    services = services_of(context)
    _, key, word = query.data.split(":")
    services.vote(services.memory.vote(key, user.id, word == "u"))
    script, chat = services.script_of(update), update.effective_chat
    asks = word == "d" and chat is not None and chat.type == chat.PRIVATE
    await acknowledge(query, say(Say.WHY if asks else Say.THANKS, script), alert=False)
    if asks:
        await _show_reasons(query.message, key, script)


async def press_why(update: Update, context: Context) -> None:
    """Keep the reason for a bad word; or ask for it in the asker's own words."""
    kept = await pressed(update, context)
    query, user = update.callback_query, update.effective_user
    if kept is None or query is None or query.data is None or user is None:
        return
    services = services_of(context)
    _, key, why = query.data.split(":")
    script, place = services.script_of(update), place_of(update)
    if why == "write":
        await acknowledge(query)
        await _ask_why(services, context, place, user.id, key, script)
        return
    services.vote(services.memory.explain(key, user.id, why=why))
    await acknowledge(query, say(Say.THANKS, script), alert=False)
    await _show_reasons(query.message, key, None)


async def _ask_why(services: Services, context: Context, place: Place, user: int, key: str, script: Script) -> None:
    (message,) = telegram_text(say(Say.WRITE_WHY, script))
    sent = await deliver(context.bot, services.store, place, [OutgoingMessage(message.text_html, wants_reply=True)])
    if sent is not None:
        services.memory.prompt(place.chat, sent.message_id, user, key)


async def _show_reasons(message: object, key: str, script: Script | None) -> None:
    """Put the reasons under the answer's own buttons, or take them away again where ``script`` is None."""
    if not isinstance(message, Message) or message.reply_markup is None:
        return
    old = [list(row) for row in message.reply_markup.inline_keyboard]
    new = [row for row in old if not any(_data(button).startswith(f"w1:{key}:") for button in row)]
    if script is not None:
        buttons = [
            InlineKeyboardButton(say(what, script), callback_data=f"w1:{key}:{why}") for why, what in REASONS.items()
        ]
        at = next((at for at, row in enumerate(new, 1) if any(_data(one) == f"f1:{key}:d" for one in row)), len(new))
        new[at:at] = [buttons[:3], buttons[3:]]
    if new == old:
        return
    try:
        await message.edit_reply_markup(InlineKeyboardMarkup(new), api_kwargs=_NO_TEXT)
    except TelegramError as error:
        logger.info("the reasons could not be shown: %s", type(error).__name__)


def _data(button: InlineKeyboardButton) -> str:
    return str(button.callback_data or "")


async def _further(services: Services, key: str) -> Sequence[Citation]:
    asked = services.memory.question(key)
    if asked is None:
        return ()
    question, history = asked
    work = services.off_loop(lambda: services.engine.further(services.engine.look_up(question, history), FURTHER))
    try:
        return await asyncio.wait_for(work, services.config.telegram.answer_deadline_s)
    except (XianwenError, TimeoutError) as error:
        logger.warning("no further passages: %s", type(error).__name__)
        return ()


def _just_opened(services: Services, chat: int, data: str) -> bool:
    """Whether this was opened in this group a moment ago, by anybody; from now on it was."""
    now, opened = time.monotonic(), services.opened
    if chat > 0:
        return False
    if len(opened) > _MOST_RECENT:
        opened.clear()
    before = opened.get((chat, data), float("-inf"))
    opened[chat, data] = now
    return now - before < AGAIN_S
