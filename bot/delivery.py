"""Sending: each kind of refusal by Telegram has its answer, and nothing is sent twice.

| what happened | what is done |
|---|---|
| a flood (429), no connection | wait and send, however long it takes: nothing arrived |
| 5xx | the same, for a minute |
| a timeout, a connection that broke | not sent again, for it may have arrived; ``bot/handling.py`` sees to the asker |
| the same, while changing a message | change it again: twice is once |
| our HTML, the topic or the message replied to is refused | send without |
| the group has moved | send to where it is, and remember |
| blocked, thrown out | remember |
"""

import asyncio
import contextlib
import html
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from telegram import (
    Bot,
    CallbackQuery,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReplyParameters,
    Update,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.handling import never_arrived
from bot.outgoing import Button, OutgoingFile, OutgoingMessage, Rows
from bot.store import Store

logger = logging.getLogger(__name__)
Result = TypeVar("Result")
_PATIENCE_S = 60.0
_LONGEST_PAUSE_S = 15.0
_TYPING_AFTER_S = 0.3  # most answers are there by then, and typing spends what Telegram allows for answers
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
    thread = message.message_thread_id if message.is_topic_message else None
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
                reply_markup=ForceReply(selective=True) if message.wants_reply else keyboard(message.buttons),
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


async def deliver_picture(bot: Bot, store: Store, place: Place, picture: bytes, caption: str) -> Message | None:
    """Send a PNG; None when the chat cannot be reached. ``caption`` is plain text of at most 1,024 characters."""

    async def send(to: Place) -> Message:
        return await bot.send_photo(to.chat, picture, caption=html.escape(caption), parse_mode=ParseMode.HTML)

    sent, _ = await _persist(send, place, store)
    return sent


async def edit(bot: Bot, store: Store, message: Message, new: OutgoingMessage) -> bool:
    """Change a message of ours; False when that was not possible."""
    return await edit_at(bot, store, message.chat_id, message.message_id, new)


async def edit_at(bot: Bot, store: Store, chat: int, number: int, new: OutgoingMessage) -> bool:
    """Change the message of ours that has this number; False when that was not possible."""

    async def change(to: Place) -> Message | bool:
        try:
            return await bot.edit_message_text(
                _text(new, to),
                chat_id=to.chat,
                message_id=number,
                parse_mode=to.parse_mode,
                reply_markup=keyboard(new.buttons),
            )
        except BadRequest as error:
            if "not modified" in str(error).lower():
                return True  # it says already what it is to say
            raise

    done, _ = await _persist(change, Place(chat), store, repeatable=True)
    return done is not None


async def acknowledge(query: CallbackQuery, text: str | None = None, alert: bool = True) -> None:
    """Stop the button's spinning, with a word to read if there is one; a press that has grown too old is no error."""
    try:
        await query.answer(text, show_alert=alert and text is not None)
    except TelegramError as error:
        logger.info("a press could not be acknowledged: %s", type(error).__name__)


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    """Rows of buttons as Telegram wants them."""
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows]) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    copy = CopyTextButton(button.copy) if button.copy else None
    return InlineKeyboardButton(button.label, url=button.url or None, callback_data=button.data or None, copy_text=copy)


@contextlib.asynccontextmanager
async def typing(bot: Bot, place: Place, wanted: Callable[[], bool] = lambda: True) -> AsyncIterator[None]:
    """Show that an answer is on its way, until it is; at times that are not ``wanted`` nothing is spent on it."""

    async def keep_typing() -> None:
        await asyncio.sleep(_TYPING_AFTER_S)
        while True:
            try:
                if wanted():
                    await bot.send_chat_action(place.chat, ChatAction.TYPING, message_thread_id=place.thread)
            except TelegramError as error:
                logger.debug("typing was not shown: %s", type(error).__name__)
            await asyncio.sleep(_TYPING_EVERY_S)

    task = asyncio.create_task(keep_typing())
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
    call: Callable[[Place], Awaitable[Result]], place: Place, store: Store, repeatable: bool = False
) -> tuple[Result | None, Place]:
    """Call until it succeeds or there is no point; the place may have changed on the way."""
    began, pause = time.monotonic(), 0.25
    while True:
        try:
            return await call(place), place
        except RetryAfter as error:
            wait = _seconds(error) + 0.1
            logger.debug("chat %s is flooded; sending in %.0f s", place.chat, wait)
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
        except NetworkError as error:
            if not never_arrived(error) and not repeatable:
                logger.warning("sending to chat %s broke off; not repeated, it may have arrived", place.chat)
                return None, place
            if not _is_unconnected(error) and time.monotonic() - began > _PATIENCE_S:
                logger.error("gave up sending to chat %s", place.chat)
                return None, place
            wait = pause = min(pause * 2, _LONGEST_PAUSE_S)
        await asyncio.sleep(wait)


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


def _is_unconnected(error: NetworkError) -> bool:
    """Whether Telegram was not even reached: then it is not this message that it cannot take."""
    return "ConnectError" in str(error) or type(error.__cause__).__name__ == "ConnectTimeout"


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()
