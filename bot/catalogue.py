"""What there is, page by page: provinces, cities, counties with their priorities, articles. Blocking; sends nothing."""

import base64
import datetime
import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot import cards, markup
from bot.guide import Guide, Point, counties_of, overview_of
from bot.markup import Line, Span
from bot.messages import Say, join, say
from bot.outgoing import Button, OutgoingMessage, Rows, asking, label, rows, telegram_lines
from bot.ports import Corpus
from retrieval.text import to_simplified, to_traditional
from retrieval.types import Article, Division, Script

Item = TypeVar("Item")
DIRECT = 12  # so few counties are shown without asking for the province first
_COUNTIES_A_PAGE, _POINTS_A_PAGE, _ARTICLES_A_PAGE = 24, 8, 8
_HEADINGS_SHOWN = 12
_PASSAGES_LOOKED_AT = 200
_QUESTIONS_OF_ARTICLE = 3
_PROVINCE, _CITY = 2, 4  # so many digits of a division's code name its province, its city


def key_of(*parts: str) -> str:
    """The key under which the questions of a page are kept: the same page has the same one."""
    digest = hashlib.blake2s("\n".join(parts).encode("utf-8", "replace"), digest_size=6).digest()
    return base64.urlsafe_b64encode(digest).decode()


def places_page(corpus: Corpus, prefix: str, page: int, script: Script) -> OutgoingMessage:
    """The provinces, or what is in one; ``prefix`` are the first digits of the divisions' codes.

    A level on which there is nothing to choose is left out, and a few counties are shown at once.
    """
    every = counties_of(corpus)
    counties = [county for county in every if county.code.startswith(prefix)]
    if not counties:
        return OutgoingMessage(say(Say.NOTHING_YET if not prefix else Say.COUNTY_GONE, script))
    digits, groups = len(prefix), {prefix: counties}
    while len(groups) == 1 and digits < _CITY:
        digits = _PROVINCE if digits < _PROVINCE else _CITY
        groups = _grouped(counties, digits)
    if len(counties) <= DIRECT or len(groups) == 1:
        return _counties(counties, prefix, page, script, _up(every, prefix, script))
    buttons = [
        Button(label(f"{_spoken(_name(group, digits), script)} {len(group)}"), f"b1:{start}:0")
        for start, group in groups.items()
    ]
    turning = _turning(len(buttons), page, _COUNTIES_A_PAGE, f"b1:{prefix or '-'}", script)
    shown = rows(_paged(buttons, page, _COUNTIES_A_PAGE), 2)
    return OutgoingMessage(_title(counties, prefix, script), shown + turning + _up(every, prefix, script))


def _counties(counties: Sequence[Division], prefix: str, page: int, script: Script, back: Rows) -> OutgoingMessage:
    shown = _paged(counties, page, _COUNTIES_A_PAGE)
    lines = [Line((Span(markup.clean(_title(counties, prefix, script))),))]
    places: dict[str, list[str]] = {}
    for county in shown:
        places.setdefault(_where(county), []).append(county.short)
    for where, names in places.items():
        spans = (Span(_spoken(f"{where}：", script), "b"), Span(_spoken("、".join(names), script)))
        lines.append(Line(tuple(span for span in spans if span.text != "：")))
    buttons = [Button(label(_spoken(county.short, script)), f"b1:{county.code}:0") for county in shown]
    turning = _turning(len(counties), page, _COUNTIES_A_PAGE, f"b1:{prefix or '-'}", script)
    return _first(telegram_lines(lines), rows(buttons, 3) + turning + back)


def county_page(
    corpus: Corpus, guide: Guide, county: Division, page: int, script: Script
) -> tuple[OutgoingMessage, str, tuple[str, ...]]:
    """The priorities of a county as an outline, each point a button; with the key and all questions behind them."""
    points = guide.points(county)
    questions = tuple(point.question for point in points)
    overview = guide.answered(overview_of(county.short))
    if overview:
        questions += (overview_of(county.short),)
    key = key_of(corpus.id, county.code, script.value)
    place = _spoken(_where(county), script)
    title = say(Say.COUNTY, script, county=_spoken(county.name, script), place=place) if place else county.name
    lines = [Line((Span(markup.clean(title), "b"),))]
    articles = [corpus.article(name) for name in _articles_of(corpus, county.code)]
    facts = say(Say.COUNTY_FACTS, script, articles=len(articles), span=_as_of(articles, script))
    lines.append(Line((Span(facts if questions else say(Say.COUNTY_EMPTY, script)),)))
    shown = _paged(points, page, _POINTS_A_PAGE)
    lines += _outline(corpus, shown, script)
    first = page * _POINTS_A_PAGE
    labels = [f"{first + at}. {_spoken(point.heading, script)}" for at, point in enumerate(shown, 1)]
    buttons = rows(asking(key, labels, first), 1)
    if overview:
        buttons = (*buttons, tuple(asking(key, [_spoken(questions[-1], script)], len(questions) - 1)))
    buttons += _turning(len(points), page, _POINTS_A_PAGE, f"b1:{county.code}", script)
    return _first(telegram_lines(lines), buttons + _up(counties_of(corpus), county.code, script)), key, questions


def _outline(corpus: Corpus, points: Sequence[Point], script: Script) -> list[Line]:
    """The articles that the points are from, each with how it stands."""
    today = datetime.datetime.now(datetime.UTC).date()
    lines = []
    for name in dict.fromkeys(point.article for point in points):
        article = corpus.article(name)
        lines.append(cards.source_line("", article, script))
        lines += [Line((Span(words),), quoted=True) for words in cards.standing(article.expires, None, script, today)]
    return lines


def sources_page(corpus: Corpus, guide: Guide, page: int, script: Script) -> OutgoingMessage:
    """Articles with publisher and date, the newest first, each with a button that opens its details."""
    ids = guide.newest()
    shown = [corpus.article(name) for name in _paged(ids, page, _ARTICLES_A_PAGE)]
    if not shown:
        return OutgoingMessage(say(Say.NOTHING_YET, script))
    first = page * _ARTICLES_A_PAGE
    lines = [Line((Span(say(Say.SOURCES_TITLE, script, count=len(ids))),))]
    lines += [
        cards.source_line(f"{first + at}. ", article, script, quoted=False) for at, article in enumerate(shown, 1)
    ]
    buttons = [Button(str(first + at), f"s1:{article.id}") for at, article in enumerate(shown, 1)]
    turning = _turning(len(ids), page, _ARTICLES_A_PAGE, "p1:sources", script)
    return _first(telegram_lines(lines), rows(buttons, 4) + turning)


def source_page(
    corpus: Corpus, guide: Guide, article: Article, script: Script
) -> tuple[OutgoingMessage, str, tuple[str, ...]]:
    """One article: what is known of it and what it speaks of; with the key and the questions behind its buttons."""
    counties = {division.code: division for division in corpus.counties}
    about = [counties[code] for code in article.counties if code in counties]
    today = datetime.datetime.now(datetime.UTC).date()
    replaced_by = article.replaced_by and _title_of(corpus, article.replaced_by)
    lines = [cards.source_line("", article, script, quoted=False)]
    lines += [Line((Span(words, "b"),)) for words in cards.standing(article.expires, replaced_by, script, today)]
    facts: list[tuple[Say, dict[str, str | None]]] = [
        (Say.ISSUER, {"name": article.issuer}),
        (Say.DOC_NUMBER, {"number": article.doc_number}),
        (Say.EXPIRES, {"day": article.expires if (article.expires or "") >= today.isoformat() else ""}),
        (Say.ALSO_PUBLISHED, {"places": cards.reprints(article)}),
        (Say.ABOUT, {"places": join([_spoken(county.short, script) for county in about], script)}),
        (Say.SOURCE_OUTLINE, {"headings": "；".join(_headings(corpus, article))}),
    ]
    for what, values in facts:
        if all(values.values()):
            lines.append(Line((Span(markup.clean(say(what, script, **values))),), quoted=True))
    found = (point for county in about[:3] for point in guide.points(county) if point.article == article.id)
    questions = tuple(dict.fromkeys(point.question for point in found))[:_QUESTIONS_OF_ARTICLE]
    key = key_of(corpus.id, article.id, script.value)
    buttons = rows(asking(key, [_spoken(question, script) for question in questions]), 1)
    link = markup.safe_link(article.url)
    way = [Button(say(Say.OPEN_PAGE, script), url=link)] if link else []
    way.append(Button(say(Say.FULL_TEXT, script), f"t1:{article.id}"))
    ids = guide.newest()
    page = ids.index(article.id) // _ARTICLES_A_PAGE if article.id in ids else 0
    back = ((Button(say(Say.UP, script), f"p1:sources:{page}"),),)
    return _first(telegram_lines(lines), (*buttons, tuple(way), *back)), key, questions


def _articles_of(corpus: Corpus, county: str) -> list[str]:
    """Ids of the articles with passages about a county, in the order of their rows."""
    passages = corpus.passages(corpus.rows_of_counties([county])[:_PASSAGES_LOOKED_AT])
    return list(dict.fromkeys(passage.article_id for passage in passages))


def _headings(corpus: Corpus, article: Article) -> list[str]:
    passages = corpus.passages(list(corpus.rows_of_article(article.id))[:_PASSAGES_LOOKED_AT])
    headings = dict.fromkeys(markup.clean(passage.heading[0]) for passage in passages if passage.heading)
    return [markup.shorten(" ".join(heading.split()), 40) for heading in list(headings)[:_HEADINGS_SHOWN]]


def _title_of(corpus: Corpus, article: str) -> str:
    try:
        return corpus.article(article).title
    except KeyError:
        return article


def _as_of(articles: Sequence[Article], script: Script) -> str:
    days = [article.published for article in articles if article.published]
    return say(Say.AS_OF, script, day=max(days)) if days else say(Say.NO_DATE, script)


def span_of(times: Sequence[str], script: Script) -> str:
    """From when to when the articles are; empty where that is not known."""
    if not times:
        return ""
    alone = say(Say.SPAN_ALONE, script, day=times[0])
    return say(Say.SPAN, script, since=times[0], until=times[-1]) if times[0] != times[-1] else alone


def _grouped(counties: Sequence[Division], digits: int) -> dict[str, list[Division]]:
    groups: dict[str, list[Division]] = {}
    for county in counties:
        groups.setdefault(county.code[:digits], []).append(county)
    return groups


def _name(group: Sequence[Division], digits: int) -> str:
    """What a group of counties has in common."""
    first = group[0]
    return (first.province if digits == _PROVINCE else first.city or first.province) or first.short


def _where(county: Division) -> str:
    return " ".join(dict.fromkeys(part for part in (county.province, county.city) if part))


def _title(counties: Sequence[Division], prefix: str, script: Script) -> str:
    if not prefix:
        return say(Say.COUNTIES, script, count=len(counties))
    place = _spoken(_name(counties, len(prefix)), script)
    return markup.clean(say(Say.COUNTIES_OF, script, place=place, count=len(counties)))


def _spoken(text: str, script: Script) -> str:
    text = markup.clean(text)
    scripts: dict[Script, Callable[[str], str]] = {
        Script.TRADITIONAL: to_traditional,
        Script.SIMPLIFIED: to_simplified,
    }
    return scripts[script](text) if script in scripts else text


def _up(every: Sequence[Division], prefix: str, script: Script) -> Rows:
    """The way back: to the widest place that is shown at once, else to the next that holds more than this one."""
    if not prefix:
        return ()
    held = {
        digits: sum(county.code.startswith(prefix[:digits]) for county in every) for digits in (0, _PROVINCE, _CITY)
    }
    wider = {digits: count for digits, count in held.items() if digits < len(prefix)}
    own = sum(county.code.startswith(prefix) for county in every)
    direct = [digits for digits, count in wider.items() if own < count <= DIRECT]
    nearest = [digits for digits, count in reversed(wider.items()) if count > own]
    if not (direct or nearest):
        return ()
    return ((Button(say(Say.UP, script), f"b1:{prefix[: (direct or nearest)[0]] or '-'}:0"),),)


def _paged(items: Sequence[Item], page: int, size: int) -> Sequence[Item]:
    return items[page * size : (page + 1) * size]


def _turning(count: int, page: int, size: int, data: str, script: Script) -> Rows:
    row = []
    if page > 0:
        row.append(Button(say(Say.PREVIOUS, script), f"{data}:{page - 1}"))
    if (page + 1) * size < count:
        row.append(Button(say(Say.NEXT, script), f"{data}:{page + 1}"))
    return (tuple(row),) if row else ()


def _first(messages: Sequence[OutgoingMessage], buttons: Rows) -> OutgoingMessage:
    return OutgoingMessage(messages[0].text_html, buttons)
