"""Answers as text for a terminal, and as messages for Telegram: pure functions.

A claim and its ``[n]`` are one line, and a line stays whole; the numbers in the text are exactly the
numbers of the citations, since bracketed numbers of the source are written full-width.
"""

import re
from dataclasses import dataclass

from bot import markup
from bot.markup import Line, Span
from bot.messages import Say, join, refusal, say
from retrieval.text import to_simplified, to_traditional
from retrieval.types import Answer, Citation, Claim, Reason, Script

_BRACKETED = re.compile(r"\[(\s*\d+\s*)\]")
_ORDINAL = re.compile(r"\s*[（(]?(?:第?[一二三四五六七八九十百]+|\d+)[、.．)）是]")
_BUTTONS_A_ROW, _SMALL_BUTTONS_A_ROW = 3, 7
_FEW_BUTTONS = 6
_LABEL_CHARS = 40


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; ``data`` is at most 64 bytes."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message that Telegram accepts: HTML and rows of buttons."""

    text_html: str
    buttons: tuple[tuple[Button, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class CitationView:
    """All that a press on a citation's button shows, as it was when the answer was given.

    ``start`` and ``end`` are the quote's span in ``passage``, end exclusive.
    """

    number: int
    passage: str
    start: int
    end: int
    heading: tuple[str, ...]
    title: str
    publisher: str | None
    published: str | None
    url: str | None
    counties: tuple[str, ...]
    source: str
    damaged: bool
    generation: str


def plain(answer: Answer) -> str:
    """The answer as text: one claim a line, each closed by its ``[n]``."""
    return "\n".join(line.text for line in _lines(answer))


def sources_block(answer: Answer) -> str:
    """The sources as text, one article a line with its numbers; empty for a refusal."""
    return "\n".join(
        line.text + (f" {group[0].article.url}" if group[0].article.url else "") for line, group in _sources(answer)
    )


def telegram(answer: Answer, key: str) -> list[OutgoingMessage]:
    """The messages of an answer, in order. ``key`` names the stored answer in the buttons' data."""
    lines = _lines(answer)
    if answer.citations:
        title = Line((Span(say(Say.SOURCES, answer.question.script), "b"),), quoted=True)
        lines += [title, *(line for line, _ in _sources(answer))]
    messages = [
        OutgoingMessage(markup.to_html(part), _citation_buttons(part, answer, key)) for part in markup.pack(lines)
    ]
    asks = _ask_buttons(answer, key)
    if asks:
        messages[-1] = OutgoingMessage(messages[-1].text_html, messages[-1].buttons + asks)
    return messages


def telegram_text(text: str, buttons: tuple[tuple[Button, ...], ...] = ()) -> list[OutgoingMessage]:
    """Plain text as messages, the buttons under the last one."""
    lines = [Line((Span(line),)) for line in markup.clean(text).split("\n")]
    parts = markup.pack(lines)
    return [
        OutgoingMessage(markup.to_html(part), buttons if at == len(parts) - 1 else ()) for at, part in enumerate(parts)
    ]


def view(citation: Citation, generation: str) -> CitationView:
    """What the citation's button will show."""
    article, passage = citation.article, citation.passage
    return CitationView(
        number=citation.number,
        passage=markup.whole(passage.text),
        start=citation.start - passage.start,
        end=citation.end - passage.start,
        heading=tuple(markup.whole(part) for part in passage.heading),
        title=markup.whole(article.title),
        publisher=article.publisher and markup.whole(article.publisher),
        published=article.published,
        url=article.url,
        counties=tuple(markup.whole(name) for name in citation.counties),
        source=article.source,
        damaged=citation.damaged,
        generation=generation,
    )


def telegram_citation(shown: CitationView, script: Script) -> list[OutgoingMessage]:
    """The paragraph with its quote in bold, under its headings, followed by its source."""
    lines: list[Line] = []
    if shown.heading:
        path = " › ".join(markup.clean(part) for part in shown.heading)
        lines.append(Line((Span(f"[{shown.number}] "), Span(path, "i"))))
    before, quote, after = (
        shown.passage[: shown.start],
        shown.passage[shown.start : shown.end],
        shown.passage[shown.end :],
    )
    spans = [Span(markup.clean(before)), Span(markup.clean(quote), "b"), Span(markup.clean(after))]
    if shown.damaged:
        spans.append(Span(say(Say.DAMAGED, script)))
    lines.append(Line(tuple(span for span in spans if span.text)))
    lines.append(_source_line((shown.number,), shown.title, shown.publisher, shown.published, shown.url, script))
    if shown.counties:
        lines.append(
            Line((Span(markup.clean(say(Say.ABOUT, script, places=join(shown.counties, script)))),), quoted=True)
        )
    return [OutgoingMessage(markup.to_html(part)) for part in markup.pack(lines)]


def asks(answer: Answer) -> tuple[str, ...]:
    """The questions behind the buttons of a refusal, one for each name offered."""
    return tuple(_ask(answer, name) for name in _offered(answer))


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


def _lines(answer: Answer) -> list[Line]:
    if not answer.claims:
        return [Line((Span(_worded(line, answer.question.script)),)) for line in refusal(answer).split("\n")]
    question, script = answer.question, answer.question.script
    intro = [say(Say.ORIGINAL_CHINESE, script)] if script is Script.ENGLISH else []
    if answer.searched:
        intro.append(say(Say.SEARCHED, script, count=answer.searched))
    if question.carried and question.counties:
        names = [division.short for division in question.counties]
        intro.append(say(Say.CARRIED, script, places=join(names, script)))
    lines = [Line((Span(_inline(text)),)) for text in intro]
    lines += _claim_lines(answer)
    for name in answer.silent:
        heading = Span(_worded(name, script) + (": " if script is Script.ENGLISH else "："), "b")
        lines.append(Line((heading, Span(say(Say.SILENT, script)))))
    if question.elsewhere:
        text = say(Say.ALSO_UNKNOWN, script, places=join(question.elsewhere, script))
        lines.append(Line((Span(_inline(text)),)))
    return lines


def _claim_lines(answer: Answer) -> list[Line]:
    """Claims grouped by label, groups in the order of their first claim; a lone claim shares its label's line."""
    script = answer.question.script
    groups: dict[str, list[Claim]] = {}
    for claim in answer.claims:
        groups.setdefault(claim.label, []).append(claim)
    lines: list[Line] = []
    for label, claims in groups.items():
        heading = Span(_worded(label, script) + (": " if script is Script.ENGLISH else "："), "b")
        alone = len(claims) == 1
        if label and not alone:
            lines.append(Line((heading,)))
        lines += [_claim_line(answer, claim, (heading,) if label and alone else ()) for claim in claims]
    return lines


def _claim_line(answer: Answer, claim: Claim, before: tuple[Span, ...]) -> Line:
    script = answer.question.script
    cited = [citation for citation in answer.citations if citation.number in claim.numbers]
    spans = [*before]
    if claim.item and not before and not _ORDINAL.match(claim.text):
        spans.append(Span("• "))
    spans.append(Span(_worded(claim.text, script)))
    if any(citation.damaged for citation in cited):
        spans.append(Span(say(Say.DAMAGED, script)))
    marks = "".join(f"[{number}]" for number in claim.numbers)
    return Line(tuple(spans), tail=f" {marks}", numbers=claim.numbers)


def _worded(text: str, script: Script) -> str:
    """A claim in the script of the question; in English it stays as it is."""
    text = _inline(text)
    if script is Script.TRADITIONAL:
        return to_traditional(text)
    if script is Script.SIMPLIFIED:
        return to_simplified(text)
    return text


def _inline(text: str) -> str:
    return _BRACKETED.sub(r"［\1］", " ".join(markup.clean(text).split("\n"))).strip()


def _sources(answer: Answer) -> list[tuple[Line, list[Citation]]]:
    groups: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        groups.setdefault(citation.article.id, []).append(citation)
    found: list[tuple[Line, list[Citation]]] = []
    for group in groups.values():
        article, numbers = group[0].article, tuple(citation.number for citation in group)
        line = _source_line(
            numbers, article.title, article.publisher, article.published, article.url, answer.question.script
        )
        found.append((line, group))
    return found


def _source_line(
    numbers: tuple[int, ...],
    title: str,
    publisher: str | None,
    published: str | None,
    url: str | None,
    script: Script,
) -> Line:
    marks = " ".join(f"[{number}]" for number in numbers)
    name = f"《{markup.shorten(_inline(title), 160)}》"
    facts = [markup.shorten(_inline(publisher), 60)] if publisher else []
    facts.append(published or say(Say.NO_DATE, script))
    spans = (Span(marks + " "), Span(name, href=markup.safe_link(url)), Span(" " + " ".join(facts)))
    return Line(spans, quoted=True)


def _citation_buttons(part: tuple[Line, ...], answer: Answer, key: str) -> tuple[tuple[Button, ...], ...]:
    numbers = sorted({number for line in part for number in line.numbers})
    script, few = answer.question.script, len(numbers) <= _FEW_BUTTONS
    buttons = [
        Button(say(Say.SOURCE_BUTTON, script, number=number) if few else f"[{number}]", f"c1:{key}:{number}")
        for number in numbers
    ]
    return _rows(buttons, _BUTTONS_A_ROW if few else _SMALL_BUTTONS_A_ROW)


def _ask_buttons(answer: Answer, key: str) -> tuple[tuple[Button, ...], ...]:
    buttons = [
        Button(markup.shorten(_worded(name, answer.question.script), _LABEL_CHARS) or "…", f"q1:{key}:{at}")
        for at, name in enumerate(_offered(answer))
    ]
    long = any(len(button.label) > 10 for button in buttons)
    return _rows(buttons[:60], 1 if long else _BUTTONS_A_ROW)


def _rows(buttons: list[Button], width: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))
