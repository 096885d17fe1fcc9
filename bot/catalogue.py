"""What there is to ask about: counties, articles, examples. Pure functions over a generation."""

import re
from collections.abc import Sequence
from typing import TypeVar

from bot import markup
from bot.context import Corpus
from bot.markup import Line, Span
from bot.messages import Say, say
from bot.render import Button, OutgoingMessage
from retrieval.types import Division, Level, Script

Item = TypeVar("Item")
_LINES_A_PAGE = 15
_ORDINAL = re.compile(r"^(?:第?[一二三四五六七八九十百\d]+[、.．章节条]|[（(][一二三四五六七八九十\d]+[)）])\s*")
_LOOKED_AT = 60
_EXAMPLE_CHARS = range(4, 21)


def counties_of(corpus: Corpus) -> list[Division]:
    """The counties among the divisions, or all divisions where there is no county."""
    counties = [division for division in corpus.counties if division.level is Level.COUNTY]
    return counties or list(corpus.counties)


def counties_page(corpus: Corpus, page: int, script: Script) -> OutgoingMessage:
    """Counties by province and city."""
    groups: dict[str, list[str]] = {}
    for division in counties_of(corpus):
        where = " ".join(part for part in (division.province, division.city) if part)
        groups.setdefault(where, []).append(division.short)
    lines = [
        Line((Span(markup.clean(f"{where}：") if where else "", "b"), Span(markup.clean("、".join(names)))))
        for where, names in groups.items()
    ]
    title = say(Say.COUNTIES, script, count=len(counties_of(corpus)))
    return _page(title, lines, page, "counties", script)


def sources_page(corpus: Corpus, page: int, script: Script) -> OutgoingMessage:
    """Articles with publisher, date and number of passages."""
    articles = sorted(corpus.articles(), key=lambda article: (article.title, article.id))
    pages = _paged(articles, page)
    lines = []
    for article in pages:
        facts = [article.publisher or "", article.published or say(Say.NO_DATE, script)]
        facts.append(say(Say.SOURCE_LINE, script, count=len(corpus.rows_of_article(article.id))))
        text = " · ".join(markup.shorten(markup.clean(fact), 60) for fact in facts if fact)
        title = "《" + markup.shorten(markup.clean(article.title).replace("\n", " "), 100) + "》"
        lines.append(Line((Span(title, href=markup.safe_link(article.url)), Span(" " + text))))
    title = say(Say.SOURCES_TITLE, script, count=len(articles))
    return _message(title, lines, _buttons(len(articles), page, "sources", script), script)


def examples(corpus: Corpus, wanted: int = 3) -> list[str]:
    """Questions that the corpus can answer: a county and a heading of its own, spread over the counties."""
    counties = counties_of(corpus)[:_LOOKED_AT]
    step = max(1, len(counties) // wanted)
    found: list[str] = []
    for county in [county for first in range(step) for county in counties[first::step]]:
        heading = _heading_of(corpus, county)
        if heading:
            found.append(heading if county.short in heading else f"{county.short}：{heading}")
        if len(found) == wanted:
            break
    return found


def _heading_of(corpus: Corpus, county: Division) -> str:
    rows = corpus.rows_of_counties([county.code])[:40]
    for passage in corpus.passages(rows):
        if tuple(passage.counties) != (county.code,):
            continue
        for heading in reversed(passage.heading):
            name = _ORDINAL.sub("", markup.clean(heading)).strip("：: 。")
            if len(name) in _EXAMPLE_CHARS and "\n" not in name:
                return name
    return ""


def _page(title: str, lines: Sequence[Line], page: int, what: str, script: Script) -> OutgoingMessage:
    return _message(title, _paged(lines, page), _buttons(len(lines), page, what, script), script)


def _paged(items: Sequence[Item], page: int) -> Sequence[Item]:
    return items[page * _LINES_A_PAGE : (page + 1) * _LINES_A_PAGE]


def _buttons(count: int, page: int, what: str, script: Script) -> tuple[tuple[Button, ...], ...]:
    row = []
    if page > 0:
        row.append(Button(say(Say.PREVIOUS, script), f"p1:{what}:{page - 1}"))
    if (page + 1) * _LINES_A_PAGE < count:
        row.append(Button(say(Say.NEXT, script), f"p1:{what}:{page + 1}"))
    return (tuple(row),) if row else ()


def _message(
    title: str, lines: Sequence[Line], buttons: tuple[tuple[Button, ...], ...], script: Script
) -> OutgoingMessage:
    if not lines:
        return OutgoingMessage(say(Say.NOTHING_YET, script))
    first, *_ = markup.pack([Line((Span(title),)), *lines])
    return OutgoingMessage(markup.to_html(first), buttons)
