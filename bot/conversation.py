"""Questions: asked, followed up, edited, pressed as buttons, or left waiting while the bot was away."""

import asyncio
import re
import secrets
import time

from telegram import Message, MessageEntity, Update

from bot import markup
from bot.answering import alert, asked, tell
from bot.context import Context, services_of
from bot.delivery import acknowledge, deliver, place_of
from bot.limits import Verdict
from bot.messages import Say, say
from bot.outgoing import asking, rows, telegram_text
from bot.store import Answered

AWAY_S = 3600.0  # older questions are not answered one by one: their askers have long gone on
_AWAY_OFFERED = 3
_AWAY_PAUSE_S = 1.0
_FORWARDED_CHARS = 100


async def private_question(update: Update, context: Context) -> None:
    """Any text in a private chat is a question, or a word on an answer if it replies to our wish for one."""
    message = update.effective_message
    if message is None or not message.text or await _is_note(update, context, message):
        return
    if time.time() - message.date.timestamp() > AWAY_S:
        _put_off(update, context, message.text)
    else:
        await asked(update, context, message.text)


async def group_question(update: Update, context: Context) -> None:
    """In a group only what is addressed to the bot is a question; its name is no part of it."""
    message = update.effective_message
    if message is None or not message.text or await _is_note(update, context, message):
        return
    if time.time() - message.date.timestamp() <= AWAY_S:
        await asked(update, context, _unnamed(message.text, context.bot.username))


async def ask(update: Update, context: Context) -> None:
    """``/ask`` and a question."""
    text = " ".join(context.args or ())
    if text:
        await asked(update, context, text)
    else:
        await tell(update, context, Say.ASK_USAGE)


async def edited(update: Update, context: Context) -> None:
    """A question that was put differently is answered again, in the place of the first answer."""
    message, user = update.edited_message, update.effective_user
    if message is None or user is None or not message.text:
        return
    services = services_of(context)
    before = services.memory.reply(message.chat_id, message.message_id)
    text = _unnamed(re.sub(r"^/ask(@\w+)?\s*", "", message.text), context.bot.username)
    if before is None or before.user != user.id or before.question == markup.clean(text) or not text:
        return
    async with services.order.turn(message.chat_id):
        await asked(update, context, text, before=before)


async def forwarded(update: Update, context: Context) -> None:
    """Somebody else's words are looked up only if the asker says so."""
    message = update.effective_message
    text = markup.clean((message.text if message else "") or "")
    if not text.strip() or len(text) > _FORWARDED_CHARS:
        await tell(update, context, Say.FORWARDED_LONG)
    else:
        await offer(update, context, Say.FORWARDED, [text])


async def unknown_command(update: Update, context: Context) -> None:
    """A command that nobody defined, or that is not for this user."""
    chat = update.effective_chat
    if chat is not None and chat.type == chat.PRIVATE:
        await tell(update, context, Say.UNKNOWN_COMMAND)


async def press_question(update: Update, context: Context) -> None:
    """Ask the question behind a button, for whoever presses it."""
    kept = await pressed(update, context)
    query, chat = update.callback_query, update.effective_chat
    if kept is None or query is None or chat is None:
        return
    stored, at = kept
    services = services_of(context)
    if at >= len(stored.asks):
        await alert(update, context, Say.STALE_BUTTON)
    elif services.order.is_full(chat.id):
        await alert(update, context, Say.BUSY)
    else:
        await acknowledge(query)
        async with services.order.turn(chat.id):
            await asked(update, context, stored.asks[at], script=stored.script)


async def press_stale(update: Update, context: Context) -> None:
    """A button of another time, or no button of ours."""
    await alert(update, context, Say.STALE_BUTTON)


async def offer(update: Update, context: Context, what: Say, questions: list[str]) -> None:
    """Say one sentence with a button for each question under it."""
    services, chat, user = services_of(context), update.effective_chat, update.effective_user
    if chat is None or user is None:
        return
    script, key = services.script_of(update), secrets.token_urlsafe(6)
    services.store.keep(key, Answered(chat.id, user.id, script, asks=tuple(questions)))
    messages = telegram_text(say(what, script), rows(asking(key, questions), 1))
    await deliver(context.bot, services.store, place_of(update), messages)


async def pressed(update: Update, context: Context) -> tuple[Answered, int] | None:
    """What the pressed button belongs to, and its number; None once the user was told why not.

    In a group anybody may press: a citation is for all to read, and a question is asked as their own.
    """
    query, chat, services = update.callback_query, update.effective_chat, services_of(context)
    assert query is not None and query.data is not None
    _, key, *number = query.data.split(":")
    stored = services.store.answered(key)
    if stored is None or chat is None:
        await alert(update, context, Say.STALE_BUTTON)
    elif stored.chat not in (0, chat.id):
        await alert(update, context, Say.FOREIGN_BUTTON)
    elif services.presses.judge(query.from_user.id) is not Verdict.ALLOWED:
        await alert(update, context, Say.TOO_HASTY)
    else:
        return stored, int(number[0]) if number and number[0].isdigit() else 0
    return None


async def _is_note(update: Update, context: Context, message: Message) -> bool:
    """Whether the message says what was wrong with an answer; then it is kept as that."""
    replied, user, services = message.reply_to_message, update.effective_user, services_of(context)
    key = services.memory.prompted(message.chat_id, replied.message_id, user.id) if replied and user else ""
    if not key or user is None:
        return False
    services.vote(services.memory.explain(key, user.id, note=markup.clean(message.text or "")))
    await tell(update, context, Say.THANKS)
    return True


def _put_off(update: Update, context: Context, text: str) -> None:
    """Remember a question from while the bot was away; one message offers the last of them when all have come."""
    chat = update.effective_chat
    assert chat is not None
    services = services_of(context)
    waiting = services.away.setdefault(chat.id, [])
    waiting.append(markup.clean(text)[: services.config.search.max_question_chars])
    if len(waiting) == 1:
        context.application.create_task(_offer_missed(update, context, chat.id), update=update)


async def _offer_missed(update: Update, context: Context, chat: int) -> None:
    services, count = services_of(context), 0
    while count != len(services.away[chat]):
        count = len(services.away[chat])
        await asyncio.sleep(_AWAY_PAUSE_S)
    missed = [text for text in dict.fromkeys(services.away.pop(chat)) if text.strip()]
    await offer(update, context, Say.AWAY, missed[-_AWAY_OFFERED:])


def _unnamed(text: str, username: str) -> str:
    return re.sub(re.escape(f"@{username}"), " ", text, flags=re.IGNORECASE).strip()


def is_addressed(message: Message, username: str, bot_id: int) -> bool:
    """Whether a group's message mentions the bot or replies to it."""
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.id == bot_id:
        return True
    mentions = message.parse_entities([MessageEntity.MENTION]).values()
    if any(mention.lower() == f"@{username}".lower() for mention in mentions):
        return True
    entities = message.entities
    return any(entity.user is not None and entity.user.id == bot_id for entity in entities)
