"""What an article says about itself: title, dates, publisher, number, issuer, level, term, and what it replaces.

Nothing is guessed: what the page does not say is None, and ``facts`` names the rule behind whatever it does.
Text of either script is judged in its simplified form and returned in its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.bodies import Voice, voice_of_article
from ingest.bylines import author_of, publisher_of, source_of
from ingest.dates import first_date, years_of
from ingest.document import Cleaned, RawDocument
from ingest.issued import marks_of
from ingest.published import published_by_address, published_of
from ingest.record import Said, Value, below_title, page_lines, read_record
from ingest.relations import replaced_in
from ingest.titles import title_of
from ingest.validity import period_of, term_of
from retrieval.gazetteer import Gazetteer
from retrieval.names import simplified
from retrieval.provenance import Replaced
from retrieval.types import Level

BY_HAND = "sidecar"
_NAMED_URL = re.compile(
    r"(?:转载请注明(?:地址|出处|来源|原文)?|原文(?:链接|地址|网址)|本文(?:链接|地址|网址)|链接地址)\s*[:：]?\s*(https?://[^\s，。；）)”\"<>]+)"
)


@dataclass(frozen=True, slots=True)
class Description:
    """The article's own words about itself, as in ``Article``. ``years`` ascend.

    ``voice`` is the body that speaks, as far as issuer, title and publisher tell; the attribution of
    counties may tell it where they do not. ``page_title`` is the title as it stands on the page.
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
    page_title: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def describe(raw: RawDocument, cleaned: Cleaned) -> Description:
    """Read the description off a document's markup, its removed lines and its body; corrections go before them."""
    given = raw.correction.values if raw.correction is not None else {}
    told, page_title = _told(raw, cleaned, given)
    facts = {name: value.rule for name, value in told.items() if value is not None}
    text = {name: value.text for name, value in told.items() if value is not None}
    title = text["title"]
    voice, rule = voice_of_article(text.get("issuer"), title, text.get("publisher"))
    if "level" in given:
        voice, rule = (
            Voice(given["level"], voice.division if voice and voice.level is given["level"] else None),
            BY_HAND,
        )
    facts |= {"level": rule} if voice else {}
    facts |= {"region": rule} if voice and voice.division else {}
    replaces, rule = replaced_in(title, [line.text for line in cleaned.lines])
    period = given.get("period", period_of(simplified(title)))
    facts |= {"period": "title"} if period else {}
    facts |= {"replaces": rule} if replaces else {}
    facts |= dict.fromkeys(given, BY_HAND)
    body = "\n".join(line.text for line in cleaned.lines)
    return Description(
        title=title,
        publisher=text.get("publisher"),
        published=text.get("published"),
        author=text.get("author"),
        url=text.get("url"),
        years=years_of(f"{title}\n{body}", text.get("published"), title),
        voice=voice,
        doc_number=text.get("doc_number"),
        issuer=text.get("issuer"),
        period=period,
        effective=text.get("effective"),
        expires=text.get("expires"),
        replaces=given.get("replaces", replaces),
        page_title=page_title,
        facts=facts,
    )


def _told(raw: RawDocument, cleaned: Cleaned, given: Mapping[str, Any]) -> tuple[dict[str, Value | None], str]:
    """What is text, by the names of ``Article``: given by hand, else found; and the title as the page has it."""
    lines = page_lines(cleaned)
    record = read_record(lines)
    title = title_of(raw, cleaned, lines, record.get("title"))
    lines = sorted([*lines, *below_title(cleaned, title.text)], key=lambda line: line.number)
    url = _url(raw, lines)
    marks = marks_of(record, given.get("title", title.text), cleaned, lines)
    effective, expires = _term(record, "\n".join(line.text for line in cleaned.lines), marks.day)
    found: dict[str, Value | None] = {
        "title": title,
        "publisher": publisher_of(raw, cleaned, lines),
        "published": published_of(raw, cleaned, lines, record, marks.day)
        or published_by_address(url.text if url else None),
        "author": author_of(raw, cleaned, lines),
        "url": url,
        "doc_number": marks.number,
        "issuer": marks.issuer,
        "effective": effective,
        "expires": expires,
    }
    found |= {name: Value(given[name], BY_HAND) for name in found if name in given}
    begins, ends = found["effective"], found["expires"]
    if begins and ends and ends.text < begins.text:  # the page contradicts itself, or the administrator
        found |= {name: None for name in ("effective", "expires") if name not in given}
    return found, title.text


def speaker(
    description: Description, counties: Sequence[str], per_passage: Sequence[Sequence[str]]
) -> tuple[Voice | None, dict[str, str]]:
    """Who speaks, and the facts that this adds.

    Where the article does not tell, its one county does, if most passages are about it.
    """
    voice = description.voice
    most = 2 * sum(bool(codes) for codes in per_passage) > len(per_passage)
    if len(counties) != 1 or not most or (voice and (voice.division or voice.level is not Level.COUNTY)):
        return voice, {}
    county = Gazetteer.load().by_code(counties[0])
    return Voice(county.level, county), {"region": "counties"} | ({} if voice else {"level": "counties"})


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
    """First and last day in force: as the record has them, else as the text does."""
    effective, expires = term_of(simplified(body), issued)
    return _day(record.get("effective")) or effective, _day(record.get("expires")) or expires


def _day(cell: Value | None) -> Value | None:
    day = first_date(cell.text) if cell is not None else None
    return Value(day, cell.rule) if cell is not None and day is not None else None
