"""Inline mode: answers to share in any chat, with their sources in the text."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot import cards, markup, render
from bot.context import Context, Services, services_of
from bot.limits import Verdict
from bot.messages import Say, say
from retrieval.errors import XianwenError
from retrieval.types import Answer, Claim, Script

logger = logging.getLogger(__name__)
PAUSE_S = 0.6  # a query comes with each key; only one that stands so long is looked up
LEAST_CHARS = 3
MOST_CLAIMS = 5
CACHE_S = 120
_MOST_REMEMBERED = 500
_TITLE_CHARS, _DESCRIPTION_CHARS = 60, 120
_DEADLINE_S = 8.0  # Telegram drops what comes much later


@dataclass(frozen=True, slots=True)
class Result:
    """One answer to share."""

    title: str
    description: str
    text_html: str


Cache = OrderedDict[tuple[str, str, str], tuple[Result, ...]]


async def inline_query(update: Update, context: Context) -> None:
    """Answer what somebody types after the bot's name, once they pause."""
    query = update.inline_query
    if query is None:
        return
    services = services_of(context)
    text = " ".join(markup.clean(query.query).split())
    services.inline_latest[query.from_user.id] = query.id
    if text:
        await asyncio.sleep(PAUSE_S)
    if services.inline_latest.get(query.from_user.id) != query.id:
        return  # they typed on
    del services.inline_latest[query.from_user.id]
    script = services.script_of(update)
    _, chosen = services.memory.script(query.from_user.id)
    found: Sequence[Result] = ()
    if services.presses.judge(query.from_user.id) is Verdict.ALLOWED:
        try:
            work = services.off_loop(lambda: _results(services, text, script if chosen else None))
            found = await asyncio.wait_for(work, _DEADLINE_S)
        except (XianwenError, TimeoutError) as error:
            logger.info("an inline query was not answered: %s", type(error).__name__)
    label = Say.INLINE_ASK if found else Say.INLINE_NONE if len(text) >= LEAST_CHARS else Say.INLINE_SHORT
    await _reply(query, found, say(label, script), personal=chosen)


async def _reply(query: InlineQuery, found: Sequence[Result], label: str, personal: bool) -> None:
    results = [
        InlineQueryResultArticle(
            str(at),
            result.title,
            InputTextMessageContent(result.text_html, parse_mode=ParseMode.HTML),
            description=result.description,
        )
        for at, result in enumerate(found)
    ]
    button = InlineQueryResultsButton(label, start_parameter="ask")
    try:
        await query.answer(results, cache_time=CACHE_S if found else 5, is_personal=personal, button=button)
    except TelegramError as error:
        logger.info("an inline query could not be answered: %s", type(error).__name__)


def _results(services: Services, text: str, script: Script | None) -> tuple[Result, ...]:
    """Blocking: what to offer; without enough words, the examples. Remembered for one generation."""
    if not text:
        return tuple(one for question in services.guide.examples() for one in _results(services, question, script)[:1])
    if len(text) < LEAST_CHARS:
        return ()
    cache: Cache = services.inline_known
    key = (services.engine.current().id, script.value if script else "", text)
    known = cache.get(key)
    if known is not None:
        return known
    answer = services.engine.look_up(text)
    if script is not None:
        answer = replace(answer, question=replace(answer.question, script=script))
    found = results_of(answer)
    cache[key] = found
    while len(cache) > _MOST_REMEMBERED:
        cache.popitem(last=False)
    return found


def results_of(answer: Answer) -> tuple[Result, ...]:
    """The whole answer, and each of several claims alone; nothing for a refusal."""
    if not answer.claims:
        return ()
    found = [_result(answer, cards.one_line(answer.question.asked))]
    if len(answer.claims) > 1:
        found += [_result(_only(answer, claim), claim.label) for claim in answer.claims[:MOST_CLAIMS]]
    return tuple(found)


def _result(answer: Answer, title: str) -> Result:
    said = render.plain(answer)
    name = title or cards.one_line(answer.citations[0].article.title)
    return Result(
        markup.shorten(name, _TITLE_CHARS) or "…",
        markup.shorten(cards.one_line(said), _DESCRIPTION_CHARS),
        render.inline(answer).text_html,
    )


def _only(answer: Answer, claim: Claim) -> Answer:
    """The answer with this claim and its citations alone."""
    cited = tuple(citation for citation in answer.citations if citation.number in claim.numbers)
    return replace(answer, claims=(claim,), citations=cited, searched=0, silent=())
