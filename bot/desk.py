"""An admin at work. A Desk exists only for an admin in private, so that no handler behind it has to ask who it is."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telegram import Message, Update

from bot import admin_messages as words
from bot import render
from bot.admin_messages import Words, wording
from bot.context import Context, Services, services_of
from bot.delivery import deliver, edit, place_of
from bot.outgoing import Button, OutgoingMessage
from retrieval.errors import XianwenError
from retrieval.types import Script

logger = logging.getLogger(__name__)
Rows = tuple[tuple[Button, ...], ...]


class OldButton(Exception):
    """A button whose matter is settled, too old, or of another version."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What an admin said or pressed, and how to answer."""

    update: Update
    context: Context
    services: Services
    script: Script
    admin: int

    @staticmethod
    def of(update: Update, context: Context) -> "Desk | None":
        """The desk, or None for everybody else and in groups."""
        services, user = services_of(context), update.effective_user
        if user is None or not services.is_admin(update):
            return None
        return Desk(update, context, services, services.script_of(update), user.id)

    @property
    def data(self) -> Path:
        """The folder of the service's data."""
        return self.services.config.data_dir

    def word(self, words: Words, **values: object) -> str:
        """A sentence in the admin's script."""
        return wording(words, self.script, **values)

    def button(self, words: Words, *data: object, **values: object) -> Button:
        """A button; its data are an action and what it needs."""
        return Button(self.word(words, **values), ":".join(("a", *map(str, data))))

    async def tell(self, words: Words, **values: object) -> Message | None:
        """One sentence as a message."""
        return await self.say(self.word(words, **values))

    async def say(self, text: str, rows: Rows = ()) -> Message | None:
        """A text as a message, or as several; the last one."""
        return await self.send(render.telegram_text(text, rows))

    async def send(self, messages: Sequence[OutgoingMessage]) -> Message | None:
        """Messages as they are; the last one."""
        return await deliver(self.context.bot, self.services.store, place_of(self.update), messages)

    async def turn(self, text: str, rows: Rows = ()) -> None:
        """Put a text in the place of the message whose button was pressed, else send it."""
        query = self.update.callback_query
        message = query.message if query is not None and isinstance(query.message, Message) else None
        await self.rewrite(message, text, rows)

    async def rewrite(self, message: Message | None, text: str, rows: Rows = ()) -> None:
        """Put a text in the place of a message of ours; what does not fit there follows as messages."""
        messages = render.telegram_text(text, rows)
        if message is None or not await edit(self.context.bot, self.services.store, message, messages[0]):
            await self.send(messages)
        elif len(messages) > 1:
            await self.send(messages[1:])

    def note(self, act: str, about: str = "") -> None:
        """Write an act down; the log line says who and what kind, never about what."""
        self.services.ledger.note(self.admin, act, about)
        logger.info("admin %d: %s", self.admin, act)

    def start(self, work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        """Work in the background; the service ends it when it stops. An XianwenError in it is told."""

        async def told() -> None:
            try:
                await work
            except XianwenError as error:
                await self.tell(words.FAILED, problem=error)

        task = self.context.application.create_task(told(), update=self.update, name=name)
        self.services.jobs.add(task)
        task.add_done_callback(self.services.jobs.discard)
        return task


Order = Callable[[Desk, str], Awaitable[None]]  # a command and what stands after it
Press = Callable[[Desk, Sequence[str]], Awaitable[None]]  # a button and what its data say after the action


def number_in(values: Sequence[str], at: int) -> int:
    """A number in a button's data. Raises OldButton when there is none."""
    text = text_in(values, at)
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise OldButton
    return int(text)


def text_in(values: Sequence[str], at: int) -> str:
    """A part of a button's data. Raises OldButton when there is none."""
    if at >= len(values) or not values[at]:
        raise OldButton
    return values[at]
