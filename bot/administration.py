"""What admins can do, in one list; to anybody else, and in groups, none of it exists.

A handler gets a Desk, and only ``_as_order`` and ``_as_press`` make one: there is no other way in.
"""

import time
from collections.abc import Callable, Collection, Coroutine
from datetime import timedelta
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, MessageHandler, TypeHandler, filters

from bot import admin_messages as words
from bot import (
    bans,
    broadcast,
    corpus_admin,
    exports,
    gap_inbox,
    generations_admin,
    golden_set,
    own_words,
    reloading,
    statistics_admin,
    uploads,
    wants,
)
from bot.admin_messages import Words, wording
from bot.bans import day_of
from bot.context import AnyApplication, Context, Services, services_of
from bot.conversation import press_stale, unknown_command
from bot.delivery import acknowledge
from bot.desk import Desk, OldButton, Order, Press
from retrieval.errors import XianwenError
from retrieval.types import Script

Handle = Callable[[Update, Context], Coroutine[Any, Any, None]]
AnyHandler = BaseHandler[Any, Any, Any]
_AUDIT_SHOWN = 30


async def status(desk: Desk, _: str) -> None:
    """``/status``: what is served, and how the bot is."""
    services, figures = desk.services, desk.services.figures
    try:
        corpus, problem = await services.off_loop(lambda: (services.engine.current(), services.engine.problem))
    except XianwenError as error:
        await desk.tell(words.PROBLEM, problem=error)
        return
    manifest = corpus.manifest
    text = desk.word(
        words.STATUS,
        generation=corpus.id,
        created=manifest.created,
        articles=manifest.articles,
        passages=manifest.passages,
        counties=manifest.counties,
        model=manifest.embedder_fingerprint,
        uptime=timedelta(seconds=int(time.monotonic() - figures.started)),
        questions=figures.questions,
        queue=services.order.waiting,
        gaps=len(services.ledger.gaps.open()),
        waiting=services.ledger.gaps.waiting(),
        reload=figures.last_reload,
    )
    for what in filter(None, (problem, figures.problem)):
        text += "\n" + desk.word(words.PROBLEM, problem=what)
    await desk.say(text)


async def audit(desk: Desk, _: str) -> None:
    """``/audit``: the last acts of all admins."""
    lines = [desk.word(words.AUDIT_TITLE)]
    for act in desk.services.ledger.acts(_AUDIT_SHOWN):
        lines.append(desk.word(words.AUDIT_LINE, at=day_of(act.at), admin=act.admin, act=act.act, about=act.about))
    await desk.say("\n".join(lines if len(lines) > 1 else [desk.word(words.NOTHING)]))


COMMANDS: dict[str, tuple[Order, Words]] = {
    "reload": (reloading.order_reload, words.MENU_RELOAD),
    "status": (status, words.MENU_STATUS),
    "generations": (generations_admin.order_generations, words.MENU_GENERATIONS),
    "rollback": (generations_admin.order_rollback, words.MENU_ROLLBACK),
    "corpus": (corpus_admin.order_corpus, words.MENU_CORPUS),
    "gaps": (gap_inbox.order_gaps, words.MENU_GAPS),
    "word": (own_words.order_word, words.MENU_WORD),
    "golden": (golden_set.order_golden, words.MENU_GOLDEN),
    "stats": (statistics_admin.order_stats, words.MENU_STATS),
    "export": (exports.order_export, words.MENU_EXPORT),
    "broadcast": (broadcast.order_broadcast, words.MENU_BROADCAST),
    "ban": (bans.order_ban, words.MENU_BAN),
    "unban": (bans.order_unban, words.MENU_UNBAN),
    "audit": (audit, words.MENU_AUDIT),
}
ACTIONS: dict[str, Press] = {
    **generations_admin.ACTIONS,
    **corpus_admin.ACTIONS,
    **gap_inbox.ACTIONS,
    **golden_set.ACTIONS,
    **broadcast.ACTIONS,
    **uploads.ACTIONS,
}


def handlers(admins: Collection[int] = ()) -> list[AnyHandler]:
    """Everything of admins; stands before the handlers of everybody. What others send does not stop here."""
    sent = filters.UpdateType.MESSAGE
    theirs = sent & filters.ChatType.PRIVATE & filters.User(admins, allow_empty=True)
    return [
        *(CommandHandler(name, _as_order(order), filters=sent) for name, (order, _) in COMMANDS.items()),
        MessageHandler(theirs & filters.Document.ALL, _as_file),
        MessageHandler(theirs & filters.Regex(rf"^{uploads.ADDRESSES.pattern}$"), _as_addresses),
        CallbackQueryHandler(_as_press, r"^a:"),
        wants.handler(),
    ]


def gate() -> AnyHandler:
    """What stands before all handlers and turns banned users away."""
    return TypeHandler(Update, bans.gate)


def resume(application: AnyApplication) -> None:
    """Go on with what a restart interrupted: mailings, and people who are to be told. Needs a running application."""
    services, bot = services_of(application), application.bot
    work = [broadcast.run(bot, services, mailing) for mailing in services.ledger.mailings.running()]
    for job in (*work, wants.resume(bot, services), _sweep(services)):
        task = application.create_task(job, name="resumed")
        services.jobs.add(task)
        task.add_done_callback(services.jobs.discard)


async def _sweep(services: Services) -> None:
    await services.off_loop(lambda: uploads.sweep(services))


def menu(script: Script) -> dict[str, str]:
    """Command and description, for the menu in an admin's chat."""
    return {name: wording(what, script) for name, (_, what) in COMMANDS.items()}


def help_text(script: Script) -> str:
    """What ``/help`` tells admins besides."""
    return "\n".join([wording(words.HELP, script), *(f"/{name} {what}" for name, what in menu(script).items())])


def _as_order(order: Order) -> Handle:
    async def handle(update: Update, context: Context) -> None:
        desk = Desk.of(update, context)
        if desk is None:
            await unknown_command(update, context)
            return
        message = update.effective_message
        _, *rest = ((message.text if message else "") or "").split(maxsplit=1)
        try:
            await order(desk, rest[0].strip() if rest else "")
        except XianwenError as error:
            await desk.tell(words.FAILED, problem=error)

    return handle


async def _as_file(update: Update, context: Context) -> None:
    desk, message = Desk.of(update, context), update.effective_message
    if desk is not None and message is not None and message.document is not None:
        await uploads.take_file(desk, message.document, message.media_group_id)


async def _as_addresses(update: Update, context: Context) -> None:
    desk, message = Desk.of(update, context), update.effective_message
    if desk is not None and message is not None:
        await uploads.take_addresses(desk, message.text or "")


async def _as_press(update: Update, context: Context) -> None:
    desk, query = Desk.of(update, context), update.callback_query
    assert query is not None and query.data is not None
    _, action, *values = query.data.split(":")
    press = ACTIONS.get(action)
    if desk is None or press is None:
        await press_stale(update, context)
        return
    await acknowledge(query)
    try:
        await press(desk, values)
    except OldButton:
        await desk.tell(words.OLD_BUTTON)
    except XianwenError as error:
        await desk.tell(words.FAILED, problem=error)
