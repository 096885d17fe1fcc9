"""What an article says about itself: title, dates, publisher, number, issuer, level, term, and what it replaces.

Nothing is guessed: what the page does not say is None, and ``facts`` names the rule behind whatever it does.
Text of either script is judged in its simplified form and returned in its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.bodies import Voice, voice_of_article
from ingest.bylines import author_of, publisher_of, source_of
from ingest.dates import first_date, years_of
from ingest.document import Cleaned, RawDocument
from ingest.issued import marks_of
from ingest.published import published_of
from ingest.record import Said, Value, page_lines, read_record
from ingest.relations import replaced_in
from ingest.titles import title_of
from ingest.validity import period_of, term_of
from retrieval.gazetteer import Gazetteer
from retrieval.names import simplified
from retrieval.provenance import Replaced
from retrieval.types import Level

_NAMED_URL = re.compile(
    r"(?:转载请注明(?:地址|出处|来源|原文)?|原文(?:链接|地址|网址)|本文(?:链接|地址|网址)|链接地址)\s*[:：]?\s*(https?://[^\s，。；）)”\"<>]+)"
)


@dataclass(frozen=True, slots=True)
class Description:
    """The article's own words about itself, as in ``Article``. ``years`` ascend.

    ``voice`` is the body that speaks, as far as issuer, title and publisher tell; the attribution of
    counties may tell it where they do not.
    """

    title: str
    publisher: str | None = None
    published: str | None = None
    author: str | None = None
    url: str | None = None
    years: tuple[int, ...] = ()
    voice: Voice | None = None
    doc_number: str | None = None
    issuer: str | None = None
    period: tuple[int, int] | None = None
    effective: str | None = None
    expires: str | None = None
    replaces: tuple[Replaced, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


def describe(raw: RawDocument, cleaned: Cleaned) -> Description:
    """Read the description off a document's markup, its removed lines and its body."""
    lines = page_lines(cleaned)
    record = read_record(lines)
    title = title_of(raw, cleaned, lines, record.get("title"))
    url = _url(raw, lines)
    publisher = publisher_of(raw, cleaned, lines)
    published = published_of(raw, cleaned, lines, _text(url))
    marks = marks_of(record, title.text, cleaned, lines)
    body = "\n".join(line.text for line in cleaned.lines)
    effective, expires = _term(record, body, marks.day)
    author = author_of(raw, cleaned, lines)
    voice, voice_rule = voice_of_article(_text(marks.issuer), title.text, _text(publisher))
    replaces, replaces_rule = replaced_in(title.text, [line.text for line in cleaned.lines])
    period = period_of(simplified(title.text))
    told = {"title": title, "publisher": publisher, "published": published, "author": author, "url": url}
    told |= {"doc_number": marks.number, "issuer": marks.issuer, "effective": effective, "expires": expires}
    facts = {name: value.rule for name, value in told.items() if value is not None}
    facts |= {"level": voice_rule} if voice else {}
    facts |= {"region": voice_rule} if voice and voice.division else {}
    facts |= {"period": "title"} if period else {}
    facts |= {"replaces": replaces_rule} if replaces else {}
    return Description(
        title=title.text,
        publisher=_text(publisher),
        published=_text(published),
        author=_text(author),
        url=_text(url),
        years=years_of(f"{title.text}\n{body}", _text(published), title.text),
        voice=voice,
        doc_number=_text(marks.number),
        issuer=_text(marks.issuer),
        period=period,
        effective=_text(effective),
        expires=_text(expires),
        replaces=replaces,
        facts=facts,
    )


def speaker(description: Description, counties: Sequence[str]) -> tuple[Voice | None, dict[str, str]]:
    """Who speaks, and the facts that this adds: where the article does not tell, its one county does."""
    voice = description.voice
    if len(counties) != 1 or (voice and (voice.division or voice.level is not Level.COUNTY)):
        return voice, {}
    county = Gazetteer.load().by_code(counties[0])
    return Voice(county.level, county), {"region": "counties"} | ({} if voice else {"level": "counties"})


def _text(value: Value | None) -> str | None:
    return value.text if value is not None else None


def _url(raw: RawDocument, lines: Sequence[Said]) -> Value | None:
    if raw.url and raw.url != raw.meta.get("url"):
        return Value(raw.url, "address fetched")
    if meta := raw.url or raw.meta.get("url"):
        return Value(meta, f"{source_of(raw)} url")
    for line in lines:
        if line.rule and (match := _NAMED_URL.search(line.plain)) is not None:
            return Value(line.text[match.start(1) : match.end(1)], "note of the address")
    return None


def _term(record: Mapping[str, Value], body: str, issued: str | None) -> tuple[Value | None, Value | None]:
    """First and last day in force: as the record has them, else as the text does; neither where they contradict."""
    effective, expires = term_of(simplified(body), issued)
    effective = _day(record.get("effective")) or effective
    expires = _day(record.get("expires")) or expires
    if effective is not None and expires is not None and expires.text < effective.text:
        return None, None
    return effective, expires


def _day(cell: Value | None) -> Value | None:
    day = first_date(cell.text) if cell is not None else None
    return Value(day, cell.rule) if cell is not None and day is not None else None
