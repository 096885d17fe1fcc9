"""A question answered: searched in the pool within the deadline, sent or put in an earlier answer's place, kept."""

import asyncio
import logging
import secrets
import time
from dataclasses import dataclass, replace

from telegram import Update
from telegram.error import TelegramError

from bot import markup, render, wants
from bot.context import Context, Heard, Services, services_of
from bot.delivery import Place, acknowledge, deliver, deliver_all, edit_at, place_of, typing
from bot.limits import Verdict
from bot.memory import Reply
from bot.messages import Say, of_error, say
from bot.outgoing import OutgoingMessage, telegram_text
from bot.store import Answered
from retrieval.errors import XianwenError
from retrieval.types import Answer, Reason, Script

logger = logging.getLogger(__name__)


async def tell(update: Update, context: Context, what: Say, **values: object) -> None:
    """Say one sentence where the update came from."""
    services = services_of(context)
    text = say(what, services.script_of(update), **values)
    await deliver(context.bot, services.store, place_of(update), telegram_text(text))


async def alert(update: Update, context: Context, what: Say) -> None:
    """Answer a press with a word in a window of its own."""
    if update.callback_query is not None:
        await acknowledge(update.callback_query, say(what, services_of(context).script_of(update)))


@dataclass(frozen=True, slots=True)
class _Prepared:
    messages: list[OutgoingMessage]
    key: str = ""
    answer: Answer | None = None
    took_ms: float = 0.0


async def asked(
    update: Update, context: Context, text: str, script: Script | None = None, before: Reply | None = None
) -> None:
    """Answer a question where it came from, within what a person may ask.

    ``script`` is that of the button that was pressed. ``before`` is what was answered to the same message
    before it was edited, and is replaced.
    """
    services, chat, user = services_of(context), update.effective_chat, update.effective_user
    if chat is None or user is None:
        return
    verdict = Verdict.ALLOWED if services.is_admin(update) else services.limit.judge(user.id)
    if verdict is Verdict.REFUSED:
        await tell(update, context, Say.TOO_MANY)
    if verdict is not Verdict.ALLOWED:
        return
    place, question = place_of(update), markup.clean(text)
    async with typing(context.bot, place, lambda: not services.is_busy):
        prepared = await _prepare(update, services, chat.id, user.id, question, script)
    if prepared.answer is not None:
        _remember(services, place, user.id, prepared, pressed=script is not None)
    sent = await _send(context, place, prepared.messages, before)
    message = update.message or update.edited_message
    if message is not None:
        reply = Reply(user.id, question, tuple(sent))
        services.memory.answered(chat.id, message.message_id, reply)
    if prepared.answer is not None:
        for listener in services.listeners.answered:
            listener(Heard(update, prepared.key, prepared.answer, prepared.took_ms))


async def _prepare(
    update: Update, services: Services, chat: int, user: int, text: str, script: Script | None
) -> _Prepared:
    """Search and render in the pool, within the deadline; a polite line where that does not succeed."""
    history = services.store.history(chat, user)
    known, chosen = services.memory.script(user)
    wanted = known if chosen else script
    try:
        work = services.off_loop(lambda: _answer(services, chat, user, text, history, wanted))
        return await asyncio.wait_for(work, services.config.telegram.answer_deadline_s)
    except TimeoutError:
        logger.warning("a question took longer than %s s", services.config.telegram.answer_deadline_s)
        what = Say.TOO_SLOW
    except XianwenError as error:
        what = of_error(error)
        if what is Say.FAILED:
            raise
        logger.info("a question was not answered: %s", type(error).__name__)
    return _Prepared(telegram_text(say(what, services.script_of(update))))


def _answer(
    services: Services, chat: int, user: int, text: str, history: tuple[str, ...], script: Script | None
) -> _Prepared:
    """Blocking: the answer as messages, with what their buttons need kept under its key."""
    began, key = time.perf_counter(), secrets.token_urlsafe(6)
    answer = services.engine.ask(text, history)
    took_ms = (time.perf_counter() - began) * 1000
    if script is not None:
        answer = replace(answer, question=replace(answer.question, script=script))
    if answer.reason is Reason.NOT_IN_CORPUS:
        answer = _offering(services, answer)
    if answer.reason is Reason.MEDICAL_ADVICE:
        related = services.guide.where_to_turn(answer)
    else:
        related = services.guide.related(answer, lambda: services.others_wait)
    title_of = services.title_of
    views = tuple(
        render.view(citation, answer.generation, services.memory.keep_text(citation.article.text), title_of)
        for citation in answer.citations
    )
    offers = (*render.asks(answer), *related)
    if views or offers:
        services.store.keep(key, Answered(chat, user, answer.question.script, views, offers))
        services.memory.keep_question(key, user, text, history)
    messages = wants.offered(services, answer, render.telegram(answer, key, related, title_of))
    return _Prepared(messages, key, answer, took_ms)


def _offering(services: Services, answer: Answer) -> Answer:
    """The refusal with those of its suggestions that are answered; while others wait none is tried anew."""
    guide = services.guide
    offers = zip(answer.suggestions, render.asks(answer), strict=True)
    answered = (name for name, question in offers if guide.answered(question, hasty=services.others_wait))
    return replace(answer, suggestions=tuple(answered))


def _remember(services: Services, place: Place, user: int, prepared: _Prepared, pressed: bool) -> None:
    answer = prepared.answer
    assert answer is not None
    services.figures.questions += 1
    services.store.set_script(place.chat, answer.question.script)
    services.store.remember(place.chat, user, answer.question.asked)
    if not pressed:
        services.memory.wrote(user, answer.question.script)
    logger.info("a question: %s, %d citations", answer.status.value, len(answer.citations))


async def _send(context: Context, place: Place, messages: list[OutgoingMessage], before: Reply | None) -> list[int]:
    """The numbers of the messages that now stand there: those of ``before`` changed as far as they go."""
    store, old = services_of(context).store, list(before.sent if before else ())
    kept: list[int] = []
    for number, message in zip(old, messages, strict=False):
        if not await edit_at(context.bot, store, place.chat, number, message):
            break
        kept.append(number)
    for number in old[len(messages) :]:
        try:
            await context.bot.delete_message(place.chat, number)
        except TelegramError as error:
            logger.info("an answer's rest could not be deleted: %s", type(error).__name__)
    sent = await deliver_all(context.bot, store, place, messages[len(kept) :])
    return kept + [message.message_id for message in sent]
