"""Browsing: provinces, cities, counties with their priorities; articles with their details; comparing."""

import logging
from collections.abc import Callable

from telegram import Message, Update

from bot import cards, catalogue
from bot.answering import alert, asked, tell
from bot.context import Context, Corpus, Services, services_of
from bot.delivery import acknowledge, deliver, deliver_file, edit, place_of
from bot.guide import counties_of
from bot.limits import Verdict
from bot.messages import Say
from bot.outgoing import OutgoingMessage
from bot.store import Answered
from retrieval.errors import QuestionError, XianwenError
from retrieval.types import Script

logger = logging.getLogger(__name__)
Built = tuple[OutgoingMessage, str, tuple[str, ...]]  # a page, and the questions behind its buttons under their key
Build = Callable[[Services, Corpus, Script], Built]
_WORDS_TO_COMPARE = 2


async def counties(update: Update, context: Context) -> None:
    """``/counties``: which counties there are."""
    await _show(update, context, _places("", 0))


async def sources(update: Update, context: Context) -> None:
    """``/sources``: which articles there are."""
    await _show(update, context, _sources(0))


async def show_county(update: Update, context: Context, code: str) -> None:
    """The priorities of one county, in a new message."""
    await _show(update, context, _places(code, 0))


async def compare(update: Update, context: Context) -> None:
    """``/compare`` and counties and a topic, in any order; what two counties it takes is for the question to tell."""
    services, words = services_of(context), list(context.args or ())
    text = " ".join(words)
    if len(words) < _WORDS_TO_COMPARE:
        await _how_to_compare(update, context)
        return

    def understood() -> int:
        question = services.engine.look_up(text).question
        return len(question.counties) + len(question.elsewhere)

    try:
        enough = await services.off_loop(understood) >= _WORDS_TO_COMPARE
    except QuestionError:
        enough = False
    except XianwenError:
        enough = True  # whatever it is, the question itself will say so
    if enough:
        await asked(update, context, text)
    else:
        await _how_to_compare(update, context)


async def press_place(update: Update, context: Context) -> None:
    """Go to a province, a city or a county, or turn its page."""
    await _press(update, context, lambda prefix, page: _places("" if prefix == "-" else prefix, int(page)))


async def press_page(update: Update, context: Context) -> None:
    """Turn the page of a list."""
    await _press(
        update, context, lambda what, page: _places("", int(page)) if what == "counties" else _sources(int(page))
    )


async def press_source(update: Update, context: Context) -> None:
    """Show the details of an article."""
    await _press(update, context, _source)


async def press_source_file(update: Update, context: Context) -> None:
    """Send an article as a file, as it is now."""
    query, services = update.callback_query, services_of(context)
    assert query is not None and query.data is not None
    if services.presses.judge(query.from_user.id) is not Verdict.ALLOWED:
        await alert(update, context, Say.TOO_HASTY)
        return
    name = query.data.split(":")[1]
    try:
        article = await services.off_loop(lambda: services.engine.current().article(name))
    except (KeyError, XianwenError):
        await alert(update, context, Say.GONE)
        return
    await acknowledge(query)
    file = cards.article_file(article, article.text, services.script_of(update))
    await deliver_file(context.bot, services.store, place_of(update), file)


def _places(prefix: str, page: int) -> Build:
    def build(services: Services, corpus: Corpus, script: Script) -> Built:
        inside = [county for county in counties_of(corpus) if county.code.startswith(prefix)]
        if len(inside) == 1:
            return catalogue.county_page(corpus, services.guide, inside[0], page, script)
        return catalogue.places_page(corpus, prefix, page, script), "", ()

    return build


def _sources(page: int) -> Build:
    return lambda services, corpus, script: (catalogue.sources_page(corpus, services.guide, page, script), "", ())


def _source(name: str) -> Build:
    return lambda services, corpus, script: catalogue.source_page(corpus, services.guide, corpus.article(name), script)


async def _press(update: Update, context: Context, build: Callable[..., Build]) -> None:
    """Change the message with the button into the page that it names: data are a kind and what ``build`` takes."""
    query = update.callback_query
    assert query is not None and query.data is not None
    if services_of(context).presses.judge(query.from_user.id) is not Verdict.ALLOWED:
        await alert(update, context, Say.TOO_HASTY)
        return
    await acknowledge(query)
    message = query.message if isinstance(query.message, Message) else None
    await _show(update, context, build(*query.data.split(":")[1:]), message)


async def _show(update: Update, context: Context, build: Build, message: Message | None = None) -> None:
    """Send a page, or turn ``message`` into it."""
    services = services_of(context)
    script = services.script_of(update)

    def work() -> OutgoingMessage:
        page, key, questions = build(services, services.engine.current(), script)
        if questions:
            services.store.keep(key, Answered(0, 0, script, asks=questions))  # of nobody, for anybody
        return page

    try:
        shown = await services.off_loop(work)
    except KeyError:
        await tell(update, context, Say.GONE)
        return
    except XianwenError as error:
        logger.warning("nothing to list: %s", error)
        await tell(update, context, Say.NOTHING_YET)
        return
    if message is None or not await edit(context.bot, services.store, message, shown):
        await deliver(context.bot, services.store, place_of(update), [shown])


async def _how_to_compare(update: Update, context: Context) -> None:
    services = services_of(context)
    try:
        example = await services.off_loop(services.guide.comparison)
    except XianwenError:
        example = ""
    await tell(update, context, Say.COMPARE_USAGE, example=example or "甲县 乙县 家庭医生")
