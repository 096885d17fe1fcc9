"""The conversation: questions, follow-ups, buttons and the commands that everybody may use."""

import asyncio
import logging
import re
import secrets
from collections.abc import Callable

from telegram import Message, MessageEntity, Update

from bot import catalogue, markup, render
from bot.context import Context, Corpus, Services, services_of
from bot.delivery import Place, acknowledge, deliver, edit, place_of, typing
from bot.limits import Verdict
from bot.messages import Say, of_error, say
from bot.render import Button, OutgoingMessage
from bot.store import Answered
from retrieval.errors import XianwenError
from retrieval.types import Answer, Script

logger = logging.getLogger(__name__)


async def private_question(update: Update, context: Context) -> None:
    """Any text in a private chat is a question."""
    message = update.effective_message
    if message is not None and message.text:
        await _asked(update, context, message.text)


async def group_question(update: Update, context: Context) -> None:
    """In a group only what is addressed to the bot is a question; its name is no part of it."""
    message = update.effective_message
    if message is not None and message.text:
        name = re.compile(re.escape(f"@{context.bot.username}"), re.IGNORECASE)
        await _asked(update, context, name.sub(" ", message.text).strip())


async def ask(update: Update, context: Context) -> None:
    """``/ask`` and a question."""
    text = " ".join(context.args or ())
    if text:
        await _asked(update, context, text)
    else:
        await tell(update, context, Say.ASK_USAGE)


async def start(update: Update, context: Context) -> None:
    """Forget the conversation, introduce the bot, and offer questions that it can answer."""
    services, chat, user = services_of(context), update.effective_chat, update.effective_user
    if chat is None or user is None:
        return
    services.store.forget(chat.id, user.id)
    script = services.script_of(update)

    def look() -> tuple[Corpus, list[str]]:
        corpus = services.engine.current()
        return corpus, catalogue.examples(corpus)

    try:
        corpus, questions = await services.off_loop(look)
    except XianwenError as error:
        logger.warning("nothing to introduce: %s", error)
        await tell(update, context, Say.START_EMPTY)
        return
    counts = {"articles": corpus.manifest.articles, "counties": len(catalogue.counties_of(corpus))}
    key = secrets.token_urlsafe(6)
    services.store.keep(key, Answered(chat.id, user.id, script, asks=tuple(questions)))
    buttons = tuple((Button(question, f"q1:{key}:{at}"),) for at, question in enumerate(questions))
    messages = render.telegram_text(say(Say.START, script, **counts, span=""), buttons)
    await deliver(context.bot, services.store, place_of(update), messages)


async def help_(update: Update, context: Context) -> None:
    """How to use the bot; admins see their commands, too."""
    from bot.administration import help_text  # which falls back on this module

    services = services_of(context)
    script = services.script_of(update)
    text = say(Say.HELP, script, examples="", follow="", compared="")
    if services.is_admin(update):
        text += "\n\n" + help_text(script)
    await deliver(context.bot, services.store, place_of(update), render.telegram_text(text))


async def counties(update: Update, context: Context) -> None:
    """Which counties there are."""
    await _show_page(update, context, "counties", 0)


async def sources(update: Update, context: Context) -> None:
    """Which articles there are."""
    await _show_page(update, context, "sources", 0)


async def unknown_command(update: Update, context: Context) -> None:
    """A command that nobody defined, or that is not for this user."""
    chat = update.effective_chat
    if chat is not None and chat.type == chat.PRIVATE:
        await tell(update, context, Say.UNKNOWN_COMMAND)


async def not_text(update: Update, context: Context) -> None:
    """Photos, voices, stickers and the like."""
    await tell(update, context, Say.TEXT_ONLY)


async def press_citation(update: Update, context: Context) -> None:
    """Show the paragraph that a citation came from, as it was when the answer was given."""
    kept = await _kept(update, context)
    if kept is None:
        return
    stored, number = kept
    shown = next((view for view in stored.citations if view.number == number), None)
    assert update.callback_query is not None
    if shown is None:
        await _alert(update, context, Say.STALE_BUTTON)
        return
    await acknowledge(update.callback_query)
    messages = render.telegram_citation(shown, stored.script)
    await deliver(context.bot, services_of(context).store, place_of(update), messages)


async def press_question(update: Update, context: Context) -> None:
    """Ask the question behind a button."""
    kept = await _kept(update, context)
    query, chat = update.callback_query, update.effective_chat
    if kept is None or query is None or chat is None:
        return
    stored, at = kept
    services = services_of(context)
    if at >= len(stored.asks):
        await _alert(update, context, Say.STALE_BUTTON)
    elif services.order.is_full(chat.id):
        await _alert(update, context, Say.BUSY)
    else:
        await acknowledge(query)
        async with services.order.turn(chat.id):
            await _asked(update, context, stored.asks[at])


async def press_page(update: Update, context: Context) -> None:
    """Turn the page of a list."""
    query = update.callback_query
    assert query is not None and query.data is not None
    _, what, page = query.data.split(":")
    await acknowledge(query)
    await _show_page(update, context, what, int(page), query.message if isinstance(query.message, Message) else None)


async def press_stale(update: Update, context: Context) -> None:
    """A button of another time, or no button of ours."""
    await _alert(update, context, Say.STALE_BUTTON)


async def tell(update: Update, context: Context, what: Say, **values: object) -> None:
    """Say one sentence where the update came from."""
    services = services_of(context)
    text = say(what, services.script_of(update), **values)
    await deliver(context.bot, services.store, place_of(update), render.telegram_text(text))


async def _asked(update: Update, context: Context, text: str) -> None:
    services, chat, user = services_of(context), update.effective_chat, update.effective_user
    if chat is None or user is None:
        return
    verdict = Verdict.ALLOWED if services.is_admin(update) else services.limit.judge(user.id)
    if verdict is Verdict.REFUSED:
        await tell(update, context, Say.TOO_MANY)
    if verdict is not Verdict.ALLOWED:
        return
    place = place_of(update)
    try:
        async with typing(context.bot, place):
            key, answer, messages = await _answer(services, chat.id, user.id, markup.clean(text))
    except TimeoutError:
        logger.warning("a question took longer than %s s", services.config.telegram.answer_deadline_s)
        await tell(update, context, Say.TOO_SLOW)
    except XianwenError as error:
        what = of_error(error)
        if what is Say.FAILED:
            raise
        logger.info("a question was not answered: %s", type(error).__name__)
        await tell(update, context, what)
    else:
        await _reply(context, place, user.id, key, answer, messages)


async def _answer(services: Services, chat: int, user: int, text: str) -> tuple[str, Answer, list[OutgoingMessage]]:
    """Search and render in the pool, within the deadline. Raises TimeoutError and what the engine raises."""
    history = services.store.history(chat, user)
    key = secrets.token_urlsafe(6)

    def work() -> tuple[Answer, list[OutgoingMessage]]:
        answer = services.engine.ask(text, history)
        return answer, render.telegram(answer, key)

    answer, messages = await asyncio.wait_for(services.off_loop(work), services.config.telegram.answer_deadline_s)
    return key, answer, messages


async def _reply(
    context: Context, place: Place, user: int, key: str, answer: Answer, messages: list[OutgoingMessage]
) -> None:
    services, question = services_of(context), answer.question
    services.figures.questions += 1
    services.store.set_script(place.chat, question.script)
    services.store.remember(place.chat, user, question.asked)
    views = tuple(render.view(citation, answer.generation) for citation in answer.citations)
    asks = render.asks(answer)
    if views or asks:
        services.store.keep(key, Answered(place.chat, user, question.script, views, asks))
    await deliver(context.bot, services.store, place, messages)
    logger.info("a question: %s, %d citations", answer.status.value, len(views))


async def _kept(update: Update, context: Context) -> tuple[Answered, int] | None:
    """What the pressed button belongs to, and its number; None once the user was told why not."""
    query, chat = update.callback_query, update.effective_chat
    assert query is not None and query.data is not None
    _, key, number = query.data.split(":")
    stored = services_of(context).store.answered(key)
    if stored is None or chat is None:
        await _alert(update, context, Say.STALE_BUTTON)
    elif stored.chat != chat.id or stored.user != query.from_user.id:
        await _alert(update, context, Say.FOREIGN_BUTTON)
    else:
        return stored, int(number)
    return None


async def _alert(update: Update, context: Context, what: Say) -> None:
    if update.callback_query is not None:
        await acknowledge(update.callback_query, say(what, services_of(context).script_of(update)))


async def _show_page(update: Update, context: Context, what: str, page: int, message: Message | None = None) -> None:
    services = services_of(context)
    script = services.script_of(update)
    build: Callable[[Corpus, int, Script], OutgoingMessage] = (
        catalogue.counties_page if what == "counties" else catalogue.sources_page
    )
    try:
        shown = await services.off_loop(lambda: build(services.engine.current(), page, script))
    except XianwenError as error:
        logger.warning("nothing to list: %s", error)
        await tell(update, context, Say.NOTHING_YET)
        return
    if message is None or not await edit(context.bot, services.store, message, shown):
        await deliver(context.bot, services.store, place_of(update), [shown])


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
