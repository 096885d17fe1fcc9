"""Commands about the bot and about the person: start, help, language, privacy, forget."""

import asyncio
import logging
import re
import secrets

from telegram import Message, Update

from bot import administration, catalogue
from bot.answering import tell
from bot.browse import show_county
from bot.context import Context, Services, services_of
from bot.delivery import acknowledge, deliver, edit, place_of
from bot.guide import counties_of
from bot.memory import TEXTS_DAYS, VOTES_DAYS
from bot.messages import Say, say
from bot.outgoing import Button, OutgoingMessage, asking, rows, telegram_text
from bot.store import HISTORY_HOURS, Answered
from retrieval.errors import XianwenError
from retrieval.types import Script

logger = logging.getLogger(__name__)
NAMES = {Script.SIMPLIFIED: "简体中文", Script.TRADITIONAL: "繁體中文", Script.ENGLISH: "English"}
_COUNTY_LINK = re.compile(r"c_([0-9A-Za-z]{2,12})")
_SHOWN_IN_HELP = 3
_HELP_WAITS_S = 1.0  # for its examples; it must come when nothing else does


async def start(update: Update, context: Context) -> None:
    """Forget the conversation, say what the bot knows, and offer questions that it can answer.

    A link ``?start=c_CODE`` opens a county instead; any other payload is no payload.
    """
    services, chat, user = services_of(context), update.effective_chat, update.effective_user
    if chat is None or user is None:
        return
    services.store.forget(chat.id, user.id)
    linked = _COUNTY_LINK.fullmatch(" ".join(context.args or ()))
    if linked and await _has_county(services, linked[1]):
        await show_county(update, context, linked[1])
        return
    script = services.script_of(update)
    try:
        text, questions = await services.off_loop(lambda: _introduction(services, script))
    except XianwenError as error:
        logger.warning("nothing to introduce: %s", error)
        await tell(update, context, Say.START_EMPTY)
        return
    key = secrets.token_urlsafe(6)
    services.store.keep(key, Answered(chat.id, user.id, script, asks=questions))
    messages = telegram_text(text, rows(asking(key, questions), 1))
    await deliver(context.bot, services.store, place_of(update), messages)


async def help_(update: Update, context: Context) -> None:
    """How to ask, by questions of these very articles; admins see their commands, too."""
    services, chat, user = services_of(context), update.effective_chat, update.effective_user
    if chat is None or user is None:
        return
    script = services.script_of(update)
    try:
        work = services.off_loop(lambda: (services.guide.examples(), services.guide.comparison()))
        examples, compared = await asyncio.wait_for(work, _HELP_WAITS_S)
    except (XianwenError, TimeoutError) as error:
        logger.warning("no examples for help: %s", type(error).__name__)
        examples, compared = (), ""
    shown = examples[:_SHOWN_IN_HELP]
    lines = "\n".join(f"• {question}" for question in shown)
    text = say(Say.HELP, script, examples=lines, follow=say(Say.FOLLOW, script), compared=compared)
    if services.is_admin(update):
        text += "\n\n" + administration.help_text(script)
    await deliver(context.bot, services.store, place_of(update), telegram_text(text))


async def language(update: Update, context: Context) -> None:
    """``/language``: which one it is, and the others as buttons."""
    services = services_of(context)
    await deliver(context.bot, services.store, place_of(update), [_languages(services, update)])


async def press_language(update: Update, context: Context) -> None:
    """Choose a language, each for themselves."""
    query = update.callback_query
    assert query is not None and query.data is not None
    services, code = services_of(context), query.data.split(":")[1]
    services.memory.choose(query.from_user.id, None if code == "auto" else Script(code))
    script = services.script_of(update)
    name = say(Say.LANGUAGE_AS_WRITTEN, script) if code == "auto" else NAMES[script]
    await acknowledge(query, say(Say.LANGUAGE_SET, script, language=name), alert=False)
    chat = update.effective_chat
    if isinstance(query.message, Message) and chat is not None and chat.type == chat.PRIVATE:
        await edit(context.bot, services.store, query.message, _languages(services, update))


async def privacy(update: Update, context: Context) -> None:
    """``/privacy``: what is kept, and for how long."""
    await tell(update, context, Say.PRIVACY, history=HISTORY_HOURS, answers=TEXTS_DAYS, votes=VOTES_DAYS)


async def forget(update: Update, context: Context) -> None:
    """``/forget``: delete what is kept of the person, here and wherever else they asked, and say what it was."""
    services, user = services_of(context), update.effective_user
    if user is None:
        return
    script = services.script_of(update)
    counts = services.memory.forget(user.id)
    for listener in services.listeners.forgotten:
        listener(user.id)
    text = say(Say.FORGOTTEN, script, **counts) if any(counts.values()) else say(Say.FORGOTTEN_NOTHING, script)
    await deliver(context.bot, services.store, place_of(update), telegram_text(text))


def _introduction(services: Services, script: Script) -> tuple[str, tuple[str, ...]]:
    corpus = services.engine.current()
    span = catalogue.span_of(services.guide.times(), script)
    counties = len(counties_of(corpus))
    text = say(Say.START, script, articles=corpus.manifest.articles, counties=counties, span=span)
    return text, services.guide.examples()


async def _has_county(services: Services, code: str) -> bool:
    try:
        corpus = await services.off_loop(services.engine.current)
    except XianwenError:
        return False
    return any(county.code == code for county in counties_of(corpus))


def _languages(services: Services, update: Update) -> OutgoingMessage:
    user, script = update.effective_user, services.script_of(update)
    _, chosen = services.memory.script(user.id) if user else (None, False)
    as_written = say(Say.LANGUAGE_AS_WRITTEN, script)
    (message,) = telegram_text(say(Say.LANGUAGE, script, language=NAMES[script] if chosen else as_written))
    buttons = [Button(name, f"l1:{code.value}") for code, name in NAMES.items()]
    return OutgoingMessage(message.text_html, (tuple(buttons), (Button(as_written, "l1:auto"),)))
