"""Writing to everybody: shown first, sent slowly, stopped at a press, gone on with after a restart."""

import asyncio
import logging
import time
from collections.abc import Sequence

from telegram import Bot

from bot import admin_messages, outgoing
from bot import office_messages as words
from bot.admin_messages import wording
from bot.context import Services
from bot.delivery import Place, deliver, edit_at
from bot.desk import Desk, OldButton, Press, number_in, text_in
from bot.mailing import DONE, LOST, SENDING, SENT, STOPPED, WAITING, Mailing
from bot.outgoing import Button
from retrieval.types import Script

logger = logging.getLogger(__name__)
PACE_S = 1 / 15  # half of what Telegram allows in all: answers go before
SHOW_EVERY_S = 5.0
_BROADCAST = "broadcast"  # the kind of draft that holds what would be sent
_LONGEST = 3000
_OVER = {DONE: words.BROADCAST_DONE, STOPPED: words.BROADCAST_STOPPED}


async def order_broadcast(desk: Desk, rest: str) -> None:
    """``/broadcast text``: how it would look, and a button."""
    if not rest or len(rest) > _LONGEST:
        await desk.tell(words.BROADCAST_USAGE, limit=_LONGEST)
        return
    key = desk.services.ledger.draft(_BROADCAST, desk.admin, rest)
    await desk.say(rest)
    count = desk.services.ledger.mailings.recipients()
    row = (desk.button(words.BROADCAST_SEND, "bcsend", key), desk.button(admin_messages.CANCEL, "bcdrop", key))
    await desk.say(desk.word(words.BROADCAST_CONFIRM, count=count), (row,))


async def press_send(desk: Desk, values: Sequence[str]) -> None:
    """Send it."""
    text = desk.services.ledger.take_draft(_BROADCAST, text_in(values, 0))
    if text is None:
        raise OldButton
    identity = desk.services.ledger.mailings.begin(desk.admin, text)
    desk.note("broadcast", f"#{identity}")
    message = await desk.tell(words.BROADCAST_BEGINS)
    if message is not None:
        desk.services.ledger.mailings.show_in(identity, message.message_id)
    desk.start(run(desk.context.bot, desk.services, identity), _BROADCAST)


async def press_drop(desk: Desk, values: Sequence[str]) -> None:
    """Do not send it."""
    if desk.services.ledger.take_draft(_BROADCAST, text_in(values, 0)) is None:
        raise OldButton
    await desk.turn(desk.word(admin_messages.CANCELLED))


async def press_stop(desk: Desk, values: Sequence[str]) -> None:
    """Stop; what is sent is sent."""
    identity = number_in(values, 0)
    if not desk.services.ledger.mailings.end(identity, STOPPED):
        raise OldButton
    desk.note("broadcast stopped", f"#{identity}")


ACTIONS: dict[str, Press] = {"bcsend": press_send, "bcdrop": press_drop, "bcstop": press_stop}


async def run(bot: Bot, services: Services, identity: int) -> None:
    """Send a mailing to whom it has not gone yet, and show how far it is; a restart calls this again."""
    mailings, shown = services.ledger.mailings, 0.0
    while (chat := mailings.next_chat(identity)) is not None:
        mailing = mailings.find(identity)
        assert mailing is not None
        if not services.ledger.is_banned(chat) and services.store.is_active(chat):
            sent = await deliver(bot, services.store, Place(chat), outgoing.telegram_text(mailing.text))
            mailings.went(identity, chat, sent is not None)
        else:
            mailings.went(identity, chat, arrived=False)
        if time.monotonic() - shown >= SHOW_EVERY_S:
            shown = time.monotonic()
            await _show(bot, services, mailing)
        await asyncio.sleep(PACE_S)
    mailings.end(identity, DONE)
    mailing = mailings.find(identity)
    if mailing is not None:
        logger.info("broadcast %d: %s", identity, mailings.counts(identity))
        await _show(bot, services, mailing)


async def _show(bot: Bot, services: Services, mailing: Mailing) -> None:
    """How far it is, in the admin's message; nothing when that message is not known."""
    counts, now = services.ledger.mailings.counts(mailing.id), services.ledger.mailings.find(mailing.id)
    if mailing.message is None or now is None:
        return
    over, script = now.state in _OVER, services.memory.script(mailing.admin)[0] or Script.SIMPLIFIED
    values = {"sent": counts[SENT], "lost": counts[LOST], "left": counts[WAITING]}
    text = wording(_OVER.get(now.state, words.BROADCAST_GOING), script, unsure=counts[SENDING], **values)
    stop = Button(wording(words.BROADCAST_STOP, script), f"a:bcstop:{mailing.id}")
    message = outgoing.telegram_text(text, () if over else ((stop,),))[0]
    await edit_at(bot, services.store, mailing.admin, mailing.message, message)
