"""The marks of an official document: its number, the body that issued it, the day and the signature below it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.bodies import body_of_letterhead, body_of_title, is_body
from ingest.dates import first_date, in_digits
from ingest.document import Cleaned
from ingest.numbers import NUMBER, normalised, number_alone, number_of_label
from ingest.record import HEAD_LINES, TAIL_LINES, Said, Value
from retrieval.names import simplified
from retrieval.text import squeeze

_SIGNED = re.compile(r"^([^\d\s]{3,30}?)??\s*20\d{2}[年/.-]\s?\d{1,2}[月/.-]\s?\d{1,2}日?\D{0,2}$")
_PRINTED = re.compile(r"(20\d{2}年\d{1,2}月\d{1,2}日)\s?印发")
_IN_BRACKETS = re.compile(rf"[（(]\s*({NUMBER.pattern})\s*[)）]\s*$")
_LETTERHEAD_LINES = 4


@dataclass(frozen=True, slots=True)
class Marks:
    """``day`` is that of issue (成文, 印发), ISO 8601; what the document does not bear is None."""

    number: Value | None = None
    issuer: Value | None = None
    day: str | None = None


def marks_of(record: Mapping[str, Value], title: str, cleaned: Cleaned, lines: Sequence[Said]) -> Marks:
    """The marks of a document, from its record, its head and its foot."""
    body, signed = _signature(lines)
    written = first_date(record["written"].text) if "written" in record else None
    return Marks(
        _number(record, title, cleaned), _issuer(record, title, cleaned, body), written or signed or _printed(lines)
    )


def _number(record: Mapping[str, Value], title: str, cleaned: Cleaned) -> Value | None:
    """The article's own number; numbers in running text are those of other documents."""
    if (cell := record.get("number")) is not None and (number := number_of_label(simplified(cell.text))) is not None:
        return Value(number, cell.rule)
    own, below = squeeze(title), False
    for line in cleaned.lines[:HEAD_LINES]:
        below = below or squeeze(line.text) == own
        if (number := number_alone(simplified(line.text))) is not None:
            return Value(number, "line below title" if below else "line above title")
    match = _IN_BRACKETS.search(simplified(title))
    return Value(normalised(match[1]), "title") if match else None


def _issuer(record: Mapping[str, Value], title: str, cleaned: Cleaned, signed: str) -> Value | None:
    """The record's 发文机关, the signature, the title's first words, the letterhead, the record's 发布机构."""
    if (cell := record.get("issuer")) is not None and cell.text:
        return cell
    if signed:
        return Value(signed, "signature")
    if (body := body_of_title(title)) is not None:
        return Value(body, "title")
    for line in cleaned.lines[:_LETTERHEAD_LINES]:
        if (body := body_of_letterhead(line.text)) is not None:
            return Value(body, "letterhead")
    cell = record.get("released_by")
    return cell if cell is not None and is_body(cell.text) else None


def _signature(lines: Sequence[Said]) -> tuple[str, str | None]:
    """Who signs at the end (落款) and when: bodies directly above the last date, the first of them, or before it."""
    kept = [line for line in lines if not line.rule]
    first = kept[-min(TAIL_LINES, len(kept))].number if kept else 0
    tail = [line for line in lines if line.number >= first]
    for at in range(len(tail) - 1, -1, -1):
        text = tail[at].text.strip()
        plain = in_digits(simplified(text))
        match = _SIGNED.match(plain)
        if match is None or (day := first_date(plain)) is None:
            continue
        if match[1] and is_body(match[1]):
            return text[: len(match[1])], day
        start = at
        while not match[1] and start and is_body(tail[start - 1].text):
            start -= 1
        if start < at:
            return tail[start].text.strip(), day
    return "", None


def _printed(lines: Sequence[Said]) -> str | None:
    """The day on the imprint: …办公室 2024年2月20日印发."""
    for line in lines:
        if line.rule and (match := _PRINTED.search(line.plain)) is not None:
            return first_date(match[1])
    return None
