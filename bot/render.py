"""Answers as text for a terminal, and as messages for Telegram: pure functions.

A claim and its ``[n]`` are one line, and a line stays whole; the numbers in the text are exactly the
numbers of the citations, since bracketed numbers of the source are written full-width.
"""

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot import markup
from bot.cards import CitationView as CitationView
from bot.cards import one_line, same, source_line, standing
from bot.cards import telegram_citation as telegram_citation
from bot.cards import view as view
from bot.markup import Line, Span
from bot.messages import Say, join, refusal, say
from bot.outgoing import COPIED_UNITS, Button, OutgoingMessage, Rows, asking, rows
from bot.outgoing import telegram_text as telegram_text
from retrieval.text import to_simplified, to_traditional
from retrieval.types import Answer, Citation, Claim, Reason, Script

_ORDINAL = re.compile(r"\s*[（(]?(?:第?[一二三四五六七八九十百]+|\d+)[、.．)）是]")
_BUTTONS_A_ROW, _SMALL_BUTTONS_A_ROW = 3, 7
_FEW_BUTTONS = 6
_LONG_LABEL = 10
_SHARED_CHARS = 1200  # of a claim that would fill a message alone


def plain(answer: Answer) -> str:
    """The answer as text: one claim a line, each closed by its ``[n]``."""
    return "\n".join(line.text for line in _lines(answer))


def sources_block(answer: Answer, today: datetime.date | None = None) -> str:
    """The sources as text, one article a line with its numbers; empty for a refusal."""
    said = []
    for line, group in _sources(answer.citations, answer.question.script):
        article = group[0].article
        marks = standing(article.expires, article.replaced_by, answer.question.script, today or _today())
        said.append(" ".join(part for part in (line.text, article.url, *marks) if part))
    return "\n".join(said)


def telegram(
    answer: Answer,
    key: str,
    related: Sequence[str] = (),
    title_of: Callable[[str], str] = same,
    today: datetime.date | None = None,
) -> list[OutgoingMessage]:
    """The messages of an answer, in order. ``key`` names the stored answer in the buttons' data.

    ``related`` are questions that are offered under an answer; under a refusal it offers its own, and
    ``related`` after them. ``title_of`` turns the id of an article into its title.
    """
    lines = _lines(answer, boxed=len(answer.question.counties) > 1, listed=False)
    if answer.reason is Reason.MEDICAL_ADVICE and related:
        lines.append(Line((Span(say(Say.WHERE_TO_TURN, answer.question.script)),)))
    if answer.citations:
        lines += _warnings(answer, title_of, today or _today())
        title = Line((Span(_sources_title(answer), "b"),), quoted=True)
        lines += [title, *(line for line, _ in _sources(answer.citations, answer.question.script))]
    messages = [
        OutgoingMessage(markup.to_html(part), _citation_buttons(part, answer.question.script, key))
        for part in markup.pack(lines)
    ]
    below = _tools(answer, key) + _ask_buttons(answer, key, related)
    messages[-1] = OutgoingMessage(messages[-1].text_html, messages[-1].buttons + below)
    return messages


def inline(answer: Answer, today: datetime.date | None = None) -> OutgoingMessage:
    """One message to share anywhere: the claims that fit, with their sources in the text, and no buttons."""
    for count in range(len(answer.claims), 0, -1):
        message, *others = _shared(_first_claims(answer, count), today or _today())
        if not others:
            return message
    claim = answer.claims[0]
    short = replace(claim, text=markup.shorten(claim.text, _SHARED_CHARS))
    return _shared(replace(_first_claims(answer, 1), claims=(short,)), today or _today())[0]


def _shared(answer: Answer, today: datetime.date) -> list[OutgoingMessage]:
    sources = [line for line, _ in _sources(answer.citations, answer.question.script)]
    parts = markup.pack([*_lines(answer), *_warnings(answer, same, today), *sources])
    return [OutgoingMessage(markup.to_html(part)) for part in parts]


def _first_claims(answer: Answer, count: int) -> Answer:
    claims = answer.claims[:count]
    numbers = {number for claim in claims for number in claim.numbers}
    cited = tuple(citation for citation in answer.citations if citation.number in numbers)
    return replace(answer, claims=claims, citations=cited)


def further(citations: Sequence[Citation], script: Script, key: str) -> list[OutgoingMessage]:
    """Passages to read on, each with its number, source and button."""
    lines = [Line((Span(say(Say.MORE_TITLE, script), "b"),))]
    for one in citations:
        lines.append(Line((Span("• " + _worded(one.quote, script)),), tail=f" [{one.number}]", numbers=(one.number,)))
    lines += [line for line, _ in _sources(citations, script)]
    return [OutgoingMessage(markup.to_html(part), _citation_buttons(part, script, key)) for part in markup.pack(lines)]


def copied(answer: Answer) -> str:
    """What the copy button copies: the claims that fit and their first source, at most 256 UTF-16 units."""
    script, article = answer.question.script, answer.citations[0].article
    facts = [one_line(article.publisher)] if article.publisher else []
    tail = markup.shorten(f"——《{one_line(article.title)}》" + "".join(facts) + (article.published or ""), 80)
    room = COPIED_UNITS - markup.units(tail) - 2
    said = ""
    for claim in answer.claims:
        text = _worded(claim.text, script)
        if said and markup.units(said) + markup.units(text) + 1 > room:
            break
        said += ("\n" if said else "") + text
    while markup.units(said) > room:
        said = said[: min(len(said) - 2, room)] + "…"
    return f"{said}\n{tail}"


def asks(answer: Answer) -> tuple[str, ...]:
    """The questions behind the buttons of a refusal, one for each name offered."""
    return tuple(_ask(answer, name) for name in _offered(answer))


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def _offered(answer: Answer) -> tuple[str, ...]:
    if answer.reason in (None, Reason.MEDICAL_ADVICE):
        return ()
    if answer.reason is Reason.WHICH_COUNTY and not answer.suggestions:
        return tuple(division.short for division in answer.question.counties)
    return answer.suggestions


def _ask(answer: Answer, name: str) -> str:
    question = answer.question
    if answer.reason is Reason.UNKNOWN_COUNTY:
        stranger = next((place for place in question.elsewhere if place in question.asked), "")
        return question.asked.replace(stranger, name, 1) if stranger else f"{name} {question.topic}".strip()
    if answer.reason is Reason.WHICH_COUNTY:
        return f"{name} {question.asked}"
    known = [division.short for division in question.counties]
    return f"{known[0]} {name}" if len(known) == 1 and known[0] not in name else name


def _lines(answer: Answer, boxed: bool = False, listed: bool = True) -> list[Line]:
    """``listed`` names what a refusal offers.

    ``boxed`` puts each county of a comparison into a box of its own, which a phone shows better than columns.
    """
    if not answer.claims:
        return [Line((Span(_worded(line, answer.question.script)),)) for line in refusal(answer, listed).split("\n")]
    question, script = answer.question, answer.question.script
    intro = [say(Say.ORIGINAL_CHINESE, script)] if script is Script.ENGLISH else []
    if answer.searched:
        intro.append(say(Say.SEARCHED, script, count=answer.searched))
    if question.carried and question.counties:
        names = [division.short for division in question.counties]
        intro.append(say(Say.CARRIED, script, places=join(names, script)))
    if answer.above:
        told = {"places": join(question.elsewhere, script), "above": _worded(answer.above.short, script)}
        intro.append(say(Say.ABOVE, script, **told))
    if answer.differing:
        intro.append(say(Say.DIFFERING, script))
    lines = [Line((Span(one_line(text)),)) for text in intro]
    lines += _claim_lines(answer, boxed)
    for name in answer.silent:
        heading = Span(_worded(name, script) + _colon(script), "b")
        lines.append(Line((heading, Span(say(Say.SILENT, script))), box=f"-{name}" if boxed else ""))
    if question.elsewhere and not answer.above:
        text = say(Say.ALSO_UNKNOWN, script, places=join(question.elsewhere, script))
        lines.append(Line((Span(one_line(text)),)))
    return lines


def _claim_lines(answer: Answer, boxed: bool) -> list[Line]:
    """Claims grouped by label, groups in the order of their first claim; a lone claim shares its label's line,
    except in a box."""
    script = answer.question.script
    groups: dict[str, list[Claim]] = {}
    for claim in answer.claims:
        groups.setdefault(claim.label, []).append(claim)
    lines: list[Line] = []
    for label, claims in groups.items():
        heading, box = Span(_worded(label, script) + _colon(script), "b"), f"+{label}" if boxed and label else ""
        alone = len(claims) == 1 and not box
        if label and not alone:
            lines.append(Line((heading,), box=box))
        lines += [_claim_line(answer, claim, (heading,) if label and alone else (), box) for claim in claims]
    return lines


def _claim_line(answer: Answer, claim: Claim, before: tuple[Span, ...], box: str) -> Line:
    script = answer.question.script
    cited = [citation for citation in answer.citations if citation.number in claim.numbers]
    spans = [*before]
    if claim.item and not before and not _ORDINAL.match(claim.text):
        spans.append(Span("• "))
    spans.append(Span(_worded(claim.text, script)))
    if any(citation.damaged for citation in cited):
        spans.append(Span(say(Say.DAMAGED, script)))
    marks = "".join(f"[{number}]" for number in claim.numbers)
    return Line(tuple(spans), tail=f" {marks}", numbers=claim.numbers, box=box)


def _colon(script: Script) -> str:
    return ": " if script is Script.ENGLISH else "："


def _worded(text: str, script: Script) -> str:
    """A claim in the script of the question; in English it stays as it is."""
    text = one_line(text)
    if script is Script.TRADITIONAL:
        return to_traditional(text)
    if script is Script.SIMPLIFIED:
        return to_simplified(text)
    return text


def _warnings(answer: Answer, title_of: Callable[[str], str], today: datetime.date) -> list[Line]:
    """A line for each cited article that may no longer hold."""
    lines = []
    for _, group in _sources(answer.citations, answer.question.script):
        article, numbers = group[0].article, tuple(one.number for one in group)
        replaced_by = article.replaced_by and title_of(article.replaced_by)
        for words in standing(article.expires, replaced_by, answer.question.script, today):
            marks = "".join(f"[{number}]" for number in numbers)
            lines.append(Line((Span(one_line(words)),), tail=f" {marks}", numbers=numbers))
    return lines


def _sources_title(answer: Answer) -> str:
    script = answer.question.script
    days = [citation.article.published for citation in answer.citations if citation.article.published]
    title = say(Say.SOURCES, script)
    return f"{title} · {say(Say.AS_OF, script, day=max(days))}" if days else title


def _sources(citations: Sequence[Citation], script: Script) -> list[tuple[Line, list[Citation]]]:
    groups: dict[str, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.article.id, []).append(citation)
    return [
        (source_line(" ".join(f"[{one.number}]" for one in group) + " ", group[0].article, script), group)
        for group in groups.values()
    ]


def _citation_buttons(part: tuple[Line, ...], script: Script, key: str) -> Rows:
    numbers = sorted({number for line in part for number in line.numbers})
    few = len(numbers) <= _FEW_BUTTONS
    buttons = [
        Button(say(Say.SOURCE_BUTTON, script, number=number) if few else f"[{number}]", f"c1:{key}:{number}")
        for number in numbers
    ]
    return rows(buttons, _BUTTONS_A_ROW if few else _SMALL_BUTTONS_A_ROW)


def _tools(answer: Answer, key: str) -> Rows:
    """More, copy, and what one thinks of it; under answers only."""
    if not answer.claims:
        return ()
    script = answer.question.script
    more, copy = Button(say(Say.MORE, script), f"m1:{key}"), Button(say(Say.COPY, script), copy=copied(answer))
    return ((more, copy, Button("👍", f"f1:{key}:u"), Button("👎", f"f1:{key}:d")),)


def _ask_buttons(answer: Answer, key: str, related: Sequence[str]) -> Rows:
    script = answer.question.script
    offered = asking(key, [_worded(name, script) for name in _offered(answer)])
    after = asking(key, [_worded(name, script) for name in related], len(offered), "› ")
    long = any(len(button.label) > _LONG_LABEL for button in offered)
    return rows(offered[:60], 1 if long else _BUTTONS_A_ROW) + rows(after, 1)
