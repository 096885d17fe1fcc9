"""The application: the one visible list of handlers, in order, and how it is put together."""

import asyncio
import logging
import os
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable, Collection
from itertools import starmap
from typing import Any

from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.constants import ChatID, ParseMode
from telegram.error import TelegramError
from telegram.ext import (
    ApplicationBuilder,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    Defaults,
    InlineQueryHandler,
    MessageHandler,
    filters,
)
from telegram.request import BaseRequest, HTTPXRequest

from bot import administration, browse, citations, conversation, inline, kinds, person, render, wants
from bot.context import AnyApplication, Context, Services, install, services_of
from bot.delivery import deliver, place_of
from bot.handling import NotingLimiter
from bot.intake import apologising
from bot.limits import ChatOrder
from bot.messages import Say, say
from bot.polling import FetchingBot
from retrieval.config import TelegramConfig
from retrieval.types import Script

logger = logging.getLogger(__name__)
os.environ.setdefault("PTB_TIMEDELTA", "1")  # PTB: time spans as timedelta, which will be its default
_BUSY_EVERY_S = 30.0
_CONNECTIONS = 12  # enough for 30 messages a second at 0.4 s each; every call looks at all that are open
_KEY = "[A-Za-z0-9_-]{6,12}"

EVERYBODY = {
    "start": (person.start, Say.MENU_START),
    "counties": (browse.counties, Say.MENU_COUNTIES),
    "compare": (browse.compare, Say.MENU_COMPARE),
    "sources": (browse.sources, Say.MENU_SOURCES),
    "language": (person.language, Say.MENU_LANGUAGE),
    "help": (person.help_, Say.MENU_HELP),
    "privacy": (person.privacy, Say.MENU_PRIVACY),
    "forget": (person.forget, Say.MENU_FORGET),
}
GROUPS = {"ask": (conversation.ask, Say.MENU_ASK)}
# data of buttons: a kind with its version, then what it needs; a message keeps its buttons for years
PRESSES = (
    (rf"^c1:{_KEY}:[0-9]{{1,3}}$", citations.press_citation),
    (rf"^d1:{_KEY}:[0-9]{{1,3}}$", citations.press_file),
    (rf"^m1:{_KEY}$", citations.press_more),
    (rf"^f1:{_KEY}:[ud]$", citations.press_vote),
    (rf"^w1:{_KEY}:(?:{'|'.join(citations.REASONS)})$", citations.press_why),
    (rf"^q1:{_KEY}:[0-9]{{1,3}}$", conversation.press_question),
    (r"^b1:(?:-|[0-9A-Za-z]{2,12}):[0-9]{1,4}$", browse.press_place),
    (r"^p1:(?:counties|sources):[0-9]{1,4}$", browse.press_page),
    (r"^s1:[0-9A-Za-z_-]{1,40}$", browse.press_source),
    (r"^t1:[0-9A-Za-z_-]{1,40}$", browse.press_source_file),
    (rf"^l1:(?:{'|'.join(Script)}|auto)$", person.press_language),
)
_LANGUAGES = {None: Script.SIMPLIFIED, "zh": Script.SIMPLIFIED, "en": Script.ENGLISH}


class Addressed(filters.MessageFilter):
    """Group messages that mention the bot or reply to it."""

    def filter(self, message: Message) -> bool:
        """Whether the message is for us."""
        bot = message.get_bot()
        return conversation.is_addressed(message, bot.username, bot.id)


class Machine(filters.MessageFilter):
    """Messages of other bots; people who speak as their group look like one, and are none."""

    def filter(self, message: Message) -> bool:
        """Whether a bot sent it."""
        sender = message.from_user
        return sender is not None and sender.is_bot and sender.id != ChatID.ANONYMOUS_ADMIN


def handlers(admins: Collection[int] = ()) -> list[BaseHandler[Any, Any, Any]]:
    """All handlers; the first that fits takes the update, and what none takes stays without a reply."""
    # what was sent through a bot, or by one, is nobody's question: ours would answer itself
    sent = filters.UpdateType.MESSAGE & ~filters.VIA_BOT & ~Machine()
    private, groups = sent & filters.ChatType.PRIVATE, sent & filters.ChatType.GROUPS & ~filters.IS_AUTOMATIC_FORWARD
    changed = filters.UpdateType.EDITED_MESSAGE & (filters.ChatType.PRIVATE | filters.ChatType.GROUPS)
    words = filters.TEXT & ~filters.COMMAND
    commands = {**EVERYBODY, **GROUPS}
    return [
        *administration.handlers(admins),
        *(CommandHandler(name, handle, filters=sent) for name, (handle, _) in commands.items()),
        MessageHandler(private & filters.COMMAND, conversation.unknown_command),
        MessageHandler(private & words & filters.FORWARDED, conversation.forwarded),
        MessageHandler(private & words, conversation.private_question),
        MessageHandler(groups & words & Addressed(), conversation.group_question),
        MessageHandler(changed & filters.TEXT & ~filters.VIA_BOT & ~Machine(), conversation.edited),
        MessageHandler(private & ~filters.TEXT & ~filters.StatusUpdate.ALL, kinds.not_text),
        InlineQueryHandler(inline.inline_query),
        *(CallbackQueryHandler(press, pattern) for pattern, press in PRESSES),
        CallbackQueryHandler(conversation.press_stale),
    ]


def build_bot(
    config: TelegramConfig,
    token: str,
    request: BaseRequest | None = None,
    fetching: BaseRequest | None = None,
) -> FetchingBot:
    """The bot with its connections; ``request`` and ``fetching`` replace HTTP where there is none."""
    pool = max(_CONNECTIONS, config.concurrent_questions * 2)
    return FetchingBot(
        token,
        base_url=config.api_base_url,
        base_file_url=config.file_base_url,
        request=request or HTTPXRequest(pool, read_timeout=15, write_timeout=15, connect_timeout=10, pool_timeout=20),
        get_updates_request=fetching or HTTPXRequest(4, read_timeout=10, connect_timeout=10, pool_timeout=5),
        defaults=Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)),
        rate_limiter=NotingLimiter(),
    )


def build_application(bot: FetchingBot, services: Services) -> AnyApplication:
    """The application around the bot; updates come from our own poller or webhook."""
    limit = services.config.telegram.queue_limit
    order = ChatOrder(limit, services.journal, _refusing(bot, services), apologising(bot, services))
    services.order = order
    application = ApplicationBuilder().bot(bot).updater(None).concurrent_updates(order).job_queue(None).build()
    install(application, services)
    wants.listen(services)
    application.add_handler(administration.gate(), group=-1)
    application.add_handlers(handlers(services.config.telegram.admins))
    application.add_error_handler(on_error)
    return application


def _refusing(bot: FetchingBot, services: Services) -> Callable[[Update], Awaitable[None]]:
    told: dict[int, float] = {}

    async def refuse(update: Update) -> None:
        chat, now = update.effective_chat, time.monotonic()
        if chat is None or chat.type != chat.PRIVATE or now - told.get(chat.id, -_BUSY_EVERY_S) < _BUSY_EVERY_S:
            return
        for old in [known for known, at in told.items() if now - at > _BUSY_EVERY_S]:
            del told[old]
        told[chat.id] = now
        text = say(Say.BUSY, services.script_of(update))
        await deliver(bot, services.store, place_of(update), render.telegram_text(text))

    return refuse


async def on_error(update: object, context: Context) -> None:
    """Log where it broke, never what was asked; the user gets one line with a number to quote."""
    incident, error = secrets.token_hex(3), context.error
    where = "".join(traceback.format_tb(error.__traceback__)) if error is not None else ""
    logger.error("incident %s: %s\n%s", incident, type(error).__name__, where)
    if isinstance(error, asyncio.CancelledError) or not isinstance(update, Update) or update.effective_chat is None:
        return
    if update.message is None and update.callback_query is None:
        return
    services = services_of(context)
    text = say(Say.FAILED, services.script_of(update), incident=incident)
    await deliver(context.bot, services.store, place_of(update), render.telegram_text(text))


async def publish_menus(bot: FetchingBot, admins: list[int]) -> None:
    """Set the command menus and descriptions; the bot works without them, so a refusal is only logged."""
    for language, script in _LANGUAGES.items():
        everybody = _menu(EVERYBODY, script)
        calls: list[Awaitable[bool]] = [
            bot.set_my_commands(everybody, language_code=language),
            bot.set_my_commands(everybody, BotCommandScopeAllPrivateChats(), language_code=language),
            bot.set_my_commands(
                [*everybody, *_menu(GROUPS, script)], BotCommandScopeAllGroupChats(), language_code=language
            ),
            bot.set_my_short_description(say(Say.ABOUT_BOT, script), language_code=language),
        ]
        calls += [
            bot.set_my_commands(
                [*everybody, *starmap(BotCommand, administration.menu(script).items())],
                BotCommandScopeChat(admin),
                language_code=language,
            )
            for admin in admins
        ]
        for result in await asyncio.gather(*calls, return_exceptions=True):
            if isinstance(result, TelegramError):
                logger.warning("a menu could not be set: %s", result)
            elif isinstance(result, BaseException):
                raise result


def _menu(commands: dict[str, Any], script: Script) -> list[BotCommand]:
    return [BotCommand(name, say(what, script)) for name, (_, what) in commands.items()]
