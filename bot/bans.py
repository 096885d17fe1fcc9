"""Shutting people out: one notice, then silence."""

import time

from telegram import Update
from telegram.ext import ApplicationHandlerStop

from bot import admin_messages as words
from bot import render
from bot.context import Context, services_of
from bot.delivery import deliver, place_of
from bot.desk import Desk

_MOST_DIGITS = 15
_SHOWN = 50


async def gate(update: Update, context: Context) -> None:
    """Stands before all other handlers and lets no banned user through. Raises ApplicationHandlerStop."""
    services, user = services_of(context), update.effective_user
    if user is None or user.id in services.config.telegram.admins or not services.ledger.is_banned(user.id):
        return
    chat = update.effective_chat
    if chat is not None and chat.type == chat.PRIVATE and services.ledger.first_word(user.id):
        text = words.wording(words.YOU_ARE_BANNED, services.script_of(update))
        await deliver(context.bot, services.store, place_of(update), render.telegram_text(text))
    raise ApplicationHandlerStop


async def order_ban(desk: Desk, rest: str) -> None:
    """``/ban ID reason``; without an id the list."""
    number, _, why = rest.partition(" ")
    if not rest:
        await _list(desk)
        return
    user = _id(number)
    if user is None:
        await desk.tell(words.BAN_USAGE)
    elif user in desk.services.config.telegram.admins:
        await desk.tell(words.BAN_ADMIN)
    else:
        desk.services.ledger.ban(user, desk.admin, why.strip()[:200])
        desk.note("ban", str(user))
        await desk.tell(words.BANNED, user=user)


async def order_unban(desk: Desk, rest: str) -> None:
    """``/unban ID``."""
    user = _id(rest)
    if user is None:
        await desk.tell(words.UNBAN_USAGE)
    elif desk.services.ledger.unban(user):
        desk.note("unban", str(user))
        await desk.tell(words.UNBANNED, user=user)
    else:
        await desk.tell(words.NOT_BANNED, user=user)


async def _list(desk: Desk) -> None:
    bans = desk.services.ledger.bans()
    lines = [desk.word(words.BANS_TITLE)]
    for ban in bans[:_SHOWN]:
        lines.append(desk.word(words.BAN_LINE, user=ban.user, at=day_of(ban.at), why=ban.why or "-"))
    if not bans:
        lines.append(desk.word(words.NOTHING))
    await desk.say("\n".join([*lines, "", desk.word(words.BAN_USAGE)]))


def _id(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if plain else None


def day_of(at: float) -> str:
    """A moment as people in the service's time zone write it."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
