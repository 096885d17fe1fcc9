"""The inbox of questions without a good answer: grouped, opened, linked, asked again, closed, and the askers told."""

from collections.abc import Sequence

from bot import admin_messages as words
from bot import outgoing, wants
from bot.bans import day_of
from bot.context import Corpus
from bot.desk import Desk, OldButton, Press, number_in, text_in
from bot.gapbook import DISLIKED
from bot.grouping import Group, groups_of
from bot.outgoing import Button
from bot.reasking import ask_again
from retrieval.types import Article, Reason

_PAGE = 8
_QUESTIONS = 10
_WHYS = 5
_ARTICLES = 8
REASONS = {
    Reason.NOT_IN_CORPUS.value: words.REASON_NOT_IN_CORPUS,
    Reason.UNKNOWN_COUNTY.value: words.REASON_UNKNOWN_COUNTY,
    DISLIKED: words.REASON_DISLIKED,
}
AWAITED = "awaited"  # the kind of draft that says: the next file of this admin belongs to a gap


async def order_gaps(desk: Desk, _: str) -> None:
    """``/gaps``."""
    await _list(desk, 0)


async def press_gaps(desk: Desk, values: Sequence[str]) -> None:
    """A page of the inbox."""
    await _list(desk, number_in(values, 0))


async def press_gap(desk: Desk, values: Sequence[str]) -> None:
    """One group, with what can be done about it."""
    await _show(desk, await group_at(desk, number_in(values, 0)))


async def press_ask(desk: Desk, values: Sequence[str]) -> None:
    """Ask its most frequent question again, here."""
    group = await group_at(desk, number_in(values, 0))
    await ask_again(desk, group.questions[0][0])


async def press_upload(desk: Desk, values: Sequence[str]) -> None:
    """The next file of this admin belongs to the group."""
    group = await group_at(desk, number_in(values, 0))
    desk.services.ledger.draft(AWAITED, desk.admin, {"gap": group.key}, awaited_key(desk.admin))
    await desk.tell(words.GAP_SEND_NOW)


async def press_link(desk: Desk, values: Sequence[str]) -> None:
    """Choose among the articles: those of the county first."""
    group, page = await group_at(desk, number_in(values, 0)), number_in(values, 1)
    articles = await desk.services.off_loop(lambda: _candidates(desk.services.engine.current(), group))
    shown = articles[page * _ARTICLES : (page + 1) * _ARTICLES]
    rows: list[tuple[Button, ...]] = [
        (Button(outgoing.label(article.title), f"a:gaplinked:{group.key}:{article.id}"),) for article in shown
    ]
    rows.append(_turns(desk, ("gaplink", group.key), page, len(articles), _ARTICLES))
    rows.append((desk.button(words.BACK, "gap", group.key),))
    await desk.turn(desk.word(words.GAP_WHICH), tuple(row for row in rows if row))


async def press_linked(desk: Desk, values: Sequence[str]) -> None:
    """This article tells it."""
    group, wanted = await group_at(desk, number_in(values, 0)), text_in(values, 1)
    articles = await desk.services.off_loop(lambda: desk.services.engine.current().articles())
    article = next((article for article in articles if article.id == wanted), None)
    if article is None:
        raise OldButton
    desk.services.ledger.gaps.link([gap.id for gap in group.gaps], article.source)
    desk.note("gap linked", f"#{group.key}")
    await desk.tell(words.GAP_LINKED, title=article.title)
    await _show(desk, await group_at(desk, group.key))


async def press_word(desk: Desk, _: Sequence[str]) -> None:
    """How to add a word."""
    await desk.tell(words.WORD_USAGE)


async def press_close(desk: Desk, values: Sequence[str]) -> None:
    """Close the group; ``1`` tells those who wait."""
    group, tell = await group_at(desk, number_in(values, 0)), number_in(values, 1) == 1
    count = desk.services.ledger.gaps.close([gap.id for gap in group.gaps], tell)
    desk.note("gap closed", f"#{group.key}")
    await desk.turn(desk.word(words.GAP_CLOSED, count=count if tell else 0))
    if tell and count:
        desk.start(tell_waiting(desk), "tell")


async def tell_waiting(desk: Desk) -> None:
    """Tell those whose gaps are closed."""
    await wants.tell_all(desk.context.bot, desk.services)


ACTIONS: dict[str, Press] = {
    "gaps": press_gaps,
    "gap": press_gap,
    "gapask": press_ask,
    "gapup": press_upload,
    "gaplink": press_link,
    "gaplinked": press_linked,
    "gapword": press_word,
    "gapclose": press_close,
}


def awaited_key(admin: int) -> str:
    """The draft that says for which gap an admin's next file is."""
    return f"awaited-{admin}"


async def group_at(desk: Desk, key: int) -> Group:
    """The open group whose first question has this id. Raises OldButton when it is closed."""
    group = next((group for group in await groups(desk) if group.key == key), None)
    if group is None:
        raise OldButton
    return group


async def groups(desk: Desk) -> list[Group]:
    """The open groups, most frequent first."""
    services = desk.services
    return await services.off_loop(lambda: groups_of(services.ledger.gaps.open(), services.config))


async def _list(desk: Desk, page: int) -> None:
    found = await groups(desk)
    if not found:
        await desk.turn(desk.word(words.NOTHING))
        return
    gaps = sum(len(group.gaps) for group in found)
    waiting = desk.services.ledger.gaps.waiting()
    lines = [desk.word(words.GAPS_TITLE, groups=len(found), gaps=gaps, waiting=waiting)]
    buttons = []
    for number, group in enumerate(found[page * _PAGE : (page + 1) * _PAGE], start=page * _PAGE + 1):
        values = {"counties": _about(desk, group), "question": group.questions[0][0], "count": len(group.gaps)}
        last = day_of(group.last)
        lines.append(desk.word(words.GAPS_LINE, number=number, disliked=group.disliked, last=last, **values))
        buttons.append(Button(str(number), f"a:gap:{group.key}"))
    rows = (*outgoing.rows(buttons, _PAGE), _turns(desk, ("gaps",), page, len(found), _PAGE))
    await desk.turn("\n".join(lines), tuple(row for row in rows if row))


async def _show(desk: Desk, group: Group) -> None:
    waiting = len({(want.chat, want.user) for gap in group.gaps for want in desk.services.ledger.gaps.wants(gap.id)})
    values = {"counties": _about(desk, group), "count": len(group.gaps), "last": day_of(group.last)}
    lines = [desk.word(words.GAP_TITLE, waiting=waiting, **values)]
    for question, count in group.questions[:_QUESTIONS]:
        lines.append(desk.word(words.GAP_QUESTION, question=question, count=count))
    reasons = {gap.reason for gap in group.gaps}
    told = "、".join(desk.word(what) for name, what in REASONS.items() if name in reasons)
    lines.append(desk.word(words.GAP_REASONS, reasons=told))
    lines += [desk.word(words.GAP_WHY, why=gap.why) for gap in group.gaps if gap.why][:_WHYS]
    lines += [desk.word(words.GAP_ARTICLE, article=name) for name in sorted({gap.article for gap in group.gaps} - {""})]
    rows = [
        (desk.button(words.GAP_ASK, "gapask", group.key), desk.button(words.GAP_UPLOAD, "gapup", group.key)),
        (desk.button(words.GAP_LINK, "gaplink", group.key, 0), desk.button(words.GAP_WORD, "gapword")),
        (desk.button(words.GAP_CLOSE, "gapclose", group.key, 0),),
    ]
    if waiting:
        rows.append((desk.button(words.GAP_TELL, "gapclose", group.key, 1, count=waiting),))
    rows.append((desk.button(words.BACK, "gaps", 0),))
    await desk.turn("\n".join(lines), tuple(rows))


def _about(desk: Desk, group: Group) -> str:
    return "、".join(group.counties) or desk.word(words.NO_COUNTY)


def _turns(desk: Desk, action: tuple[object, ...], page: int, count: int, each: int) -> tuple[Button, ...]:
    row = []
    if page > 0:
        row.append(desk.button(words.EARLIER, *action, page - 1))
    if (page + 1) * each < count:
        row.append(desk.button(words.LATER, *action, page + 1))
    return tuple(row)


def _candidates(corpus: Corpus, group: Group) -> list[Article]:
    """Articles about the group's counties, then all others; each by title."""
    codes = {division.code for division in corpus.counties if division.short in group.counties}
    named = {passage.article_id for passage in corpus.passages(corpus.rows_of_counties(sorted(codes)))}
    return sorted(corpus.articles(), key=lambda article: (article.id not in named, article.title, article.id))
