"""Sending: each kind of refusal by Telegram has its answer, and nothing is sent twice.

Retried: floods (429), connections that were never made, and 5xx. Not retried: a timeout while sending,
since the message may have arrived.
"""

import asyncio
import contextlib
import html
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from telegram import (
    Bot,
    CallbackQuery,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReplyParameters,
    Update,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.outgoing import Button, OutgoingFile, OutgoingMessage, Rows
from bot.store import Store

logger = logging.getLogger(__name__)
Result = TypeVar("Result")
_TRIES = 5
_LONGEST_WAIT_S = 120.0
_TYPING_EVERY_S = 4.0
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes. ``thread`` only for topics, ``reply_to`` only in groups."""

    chat: int
    thread: int | None = None
    reply_to: int | None = None
    parse_mode: str | None = ParseMode.HTML


def place_of(update: Update) -> Place:
    """Where to answer an update."""
    message, chat = update.effective_message, update.effective_chat
    assert chat is not None
    if message is None or chat.type == chat.PRIVATE:
        return Place(chat.id)
    asked = message.message_id if update.message is not None else None
    thread = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
    return Place(chat.id, thread, asked)


async def deliver(bot: Bot, store: Store, place: Place, messages: Sequence[OutgoingMessage]) -> Message | None:
    """Send messages in order; the last one sent, or None when the chat cannot be reached."""
    sent = await deliver_all(bot, store, place, messages)
    return sent[-1] if len(sent) == len(messages) and sent else None


async def deliver_all(bot: Bot, store: Store, place: Place, messages: Sequence[OutgoingMessage]) -> list[Message]:
    """Send messages in order; those that were sent, fewer when the chat cannot be reached."""
    all_sent: list[Message] = []
    for message in messages:

        async def send(to: Place, message: OutgoingMessage = message) -> Message:
            reply = ReplyParameters(to.reply_to, allow_sending_without_reply=True) if to.reply_to else None
            return await bot.send_message(
                to.chat,
                _text(message, to),
                parse_mode=to.parse_mode,
                message_thread_id=to.thread,
                reply_parameters=reply,
                reply_markup=keyboard(message.buttons),
            )

        sent, place = await _persist(send, place, store)
        if sent is None:
            break
        all_sent.append(sent)
        place = replace(place, reply_to=None, parse_mode=ParseMode.HTML)
    return all_sent


async def deliver_file(bot: Bot, store: Store, place: Place, file: OutgoingFile) -> Message | None:
    """Send a text file; None when the chat cannot be reached."""

    async def send(to: Place) -> Message:
        reply = ReplyParameters(to.reply_to, allow_sending_without_reply=True) if to.reply_to else None
        return await bot.send_document(
            to.chat,
            file.text.encode(),
            filename=file.name,
            caption=html.escape(file.caption) or None,
            parse_mode=ParseMode.HTML,
            message_thread_id=to.thread,
            reply_parameters=reply,
        )

    sent, _ = await _persist(send, place, store)
    return sent


async def edit(bot: Bot, store: Store, message: Message, new: OutgoingMessage) -> bool:
    """Change a message of ours; False when that was not possible."""

    async def change(to: Place) -> Message | bool:
        try:
            return await bot.edit_message_text(
                _text(new, to),
                chat_id=to.chat,
                message_id=message.message_id,
                parse_mode=to.parse_mode,
                reply_markup=keyboard(new.buttons),
            )
        except BadRequest as error:
            if "not modified" in str(error).lower():
                return True  # it says already what it is to say
            raise

    done, _ = await _persist(change, Place(message.chat_id), store)
    return done is not None


async def acknowledge(query: CallbackQuery, text: str | None = None) -> None:
    """Stop the button's spinning; a press that has grown too old is no error."""
    try:
        await query.answer(text, show_alert=text is not None)
    except TelegramError as error:
        logger.info("a press could not be acknowledged: %s", type(error).__name__)


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    """Rows of buttons as Telegram wants them."""
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows]) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    copy = CopyTextButton(button.copy) if button.copy else None
    return InlineKeyboardButton(button.label, url=button.url or None, callback_data=button.data or None, copy_text=copy)


@contextlib.asynccontextmanager
async def typing(bot: Bot, place: Place) -> AsyncIterator[None]:
    """Show that an answer is on its way, until it is."""

    async def keep_typing() -> None:
        while True:
            try:
                await bot.send_chat_action(place.chat, ChatAction.TYPING, message_thread_id=place.thread)
            except TelegramError as error:
                logger.debug("typing was not shown: %s", type(error).__name__)
            await asyncio.sleep(_TYPING_EVERY_S)

    task = asyncio.create_task(keep_typing())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _text(message: OutgoingMessage, to: Place) -> str:
    if to.parse_mode is not None:
        return message.text_html
    return html.unescape(_TAG.sub("", message.text_html))


async def _persist(
    call: Callable[[Place], Awaitable[Result]], place: Place, store: Store
) -> tuple[Result | None, Place]:
    """Call until it succeeds or there is no point; the place may have changed on the way."""
    waited = 0.0
    for attempt in range(_TRIES):
        try:
            return await call(place), place
        except RetryAfter as error:
            wait = _seconds(error) + 0.1
        except ChatMigrated as error:
            store.move_chat(place.chat, error.new_chat_id)
            place, wait = replace(place, chat=error.new_chat_id), 0.0
        except Forbidden:
            logger.info("chat %s cannot be reached any more", place.chat)
            store.set_inactive(place.chat)
            return None, place
        except BadRequest as error:
            adapted = _adapt(place, str(error).lower())
            if adapted is None:
                logger.warning("Telegram refused a message: %s", error)
                return None, place
            place, wait = adapted, 0.0
        except TimedOut:
            logger.warning("sending to chat %s timed out; not repeated, it may have arrived", place.chat)
            return None, place
        except NetworkError as error:
            if not _never_arrived(error):
                logger.warning("the connection broke while sending to chat %s; not repeated", place.chat)
                return None, place
            wait = min(0.5 * 2**attempt, 8.0)
        waited += wait
        if waited > _LONGEST_WAIT_S:
            break
        await asyncio.sleep(wait)
    logger.error("gave up sending to chat %s", place.chat)
    return None, place


def _adapt(place: Place, problem: str) -> Place | None:
    """The place to try after a BadRequest; None when nothing can be changed."""
    if "parse entities" in problem and place.parse_mode is not None:
        logger.error("Telegram could not parse our HTML; sending plain text instead")
        return replace(place, parse_mode=None)
    if "thread not found" in problem and place.thread is not None:
        return replace(place, thread=None)
    if "repl" in problem and "not found" in problem and place.reply_to is not None:
        return replace(place, reply_to=None)
    return None


def _never_arrived(error: NetworkError) -> bool:
    text = str(error)
    return "ConnectError" in text or "Bad Gateway" in text or re.search(r"\(50[0234]\)", text) is not None


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()
