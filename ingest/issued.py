"""The marks of an official document: its number, the body that issued it, the day and the signature below it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.bodies import bodies_on, body_of_letterhead, body_of_title, is_body
from ingest.dates import first_date, in_digits
from ingest.document import Cleaned
from ingest.numbers import NUMBER, normalised, number_alone, number_of_label
from ingest.record import HEAD_LINES, Said, Value
from retrieval.names import simplified
from retrieval.text import squeeze

_YEAR = re.compile(r"20\d\d|二[〇零○]")
_LONGEST_SIGNATURE = 80
_SIGNED = re.compile(r"^([^\d]{3,60}?)??\s*20\d{2}[年/.-]\s?\d{1,2}[月/.-]\s?\d{1,2}日?[^\d印]{0,2}$")
_PRINTED = re.compile(r"(20\d{2}年\d{1,2}月\d{1,2}日)\s?印发")
_IN_BRACKETS = re.compile(rf"[（(]\s*({NUMBER.pattern})\s*[)）]\s*$")
_LETTERHEAD_LINES = 4
# a body and a date may stand beside the title, too
_SIGNED_BELOW = 2


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
    """Who signs (落款) and when: the first one below the head, since what is attached or forwarded comes after it."""
    head = [line.number for line in lines if not line.rule][:_SIGNED_BELOW]
    below = [at for at, line in enumerate(lines) if head and line.number > head[-1]]
    return next((found for at in below if (found := _signed_at(lines, at)) is not None), ("", None))


def _signed_at(lines: Sequence[Said], at: int) -> tuple[str, str] | None:
    """Bodies directly above a line that is a date, the first of them, or before it on the same line."""
    text = lines[at].text.strip()
    if len(text) > _LONGEST_SIGNATURE or not _YEAR.search(text):
        return None
    plain = in_digits(simplified(text))
    match = _SIGNED.match(plain)
    if match is None or (day := first_date(plain)) is None:
        return None
    if match[1]:
        own = bodies_on(text[: len(match[1])])
        return (own[0], day) if own else None
    start = at
    while start and bodies_on(lines[start - 1].text):
        start -= 1
    return (bodies_on(lines[start].text)[0], day) if start < at else None


def _printed(lines: Sequence[Said]) -> str | None:
    """The day on the imprint: …办公室 2024年2月20日印发."""
    for line in lines:
        if line.rule and (match := _PRINTED.search(line.plain)) is not None:
            return first_date(match[1])
    return None
