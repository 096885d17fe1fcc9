"""The day on which an article was published, from the strongest of what the page says."""

import re
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urlsplit

from ingest.bylines import source_of
from ingest.dates import first_date, in_digits
from ingest.document import Cleaned, RawDocument
from ingest.record import Said, Value
from retrieval.names import simplified

_PUBLISHED = re.compile(
    r"((?:信息)?(?:发布|发表|公开|刊发|推送|上网)(?:时间|日期|于)|(?:发布|发表)(?:于|在)|(?<![一-龥])(?:时间|日期))"
    r"[\s:：|丨]*(?=[12二])"
)
_WRITTEN = re.compile(
    r"((?:成文|发文|印发|生成|制发|签发|录入|更新|编辑|公布)(?:时间|日期|于))\s*[:：|丨]?\s*(?=[12二])"
)
# days of other kinds, which a date on the same line must not be taken from
_OTHER = re.compile(
    r"(?:成文|发文|印发|生成|制发|签发|录入|更新|编辑|生效|失效|废止|施行|实施|有效期)\S{0,4}[\s:：|丨]*20\d{2}\S{2,14}"
)
_DATED_HEAD = re.compile(r"(?:\D{0,8}|[^，。\d]{0,20}\s)20\d{2}[年/.-]\d{1,2}[月/.-]\d{1,2}日?(?:\s|$)")
_SIGNED = re.compile(r"\D{0,24}20\d{2}[年/.-]\s?\d{1,2}[月/.-]\s?\d{1,2}日?\D{0,2}$")
_URL_DATE = re.compile(r"/(20\d{2})[-/_]?(\d{2})[-/_]?(\d{2})(?:[/_-]|(?=\D|$))")


def published_of(
    raw: RawDocument, cleaned: Cleaned, lines: Sequence[Said], record: Mapping[str, Value], signed: str | None
) -> Value | None:
    """The day of publication, ISO 8601; ``signed`` is the day of issue where the document bears one.

    Labelled as such, told by the file, beside the title; else the document's own day by label, at the top
    or in the signature.
    """
    others = {first_date(record[key].text) for key in ("written", "effective", "expires") if key in record}
    body = [line.number for line in cleaned.lines]
    top = body[min(2, len(body) - 1)] if body else 0
    removed = [line for line in lines if line.rule]
    near = [line for line in removed if line.rule == "meta-line" or line.number <= top]
    rows = [line for line in lines if not line.rule and line.number <= top and len(line.text) <= 120]
    everywhere = [*near, *removed, *rows]
    if (found := _recorded(record, "published") or _labelled(_PUBLISHED, everywhere)) is not None:
        return found
    if (day := first_date(raw.meta.get("date", ""))) is not None:
        return Value(day, f"{source_of(raw)} date")
    beside = _bare([line for line in near if line.number <= top], others, "date beside the title")
    written = _recorded(record, "written") or _labelled(_WRITTEN, everywhere)
    below = _bare([line for line in near if line.number > top], set(), "date below the text")
    issued = Value(signed, "signature") if signed else None
    return beside or written or below or _at_the_edges(cleaned) or issued


def _bare(lines: Sequence[Said], others: Collection[str | None], rule: str) -> Value | None:
    """The first day without a label that is not one of the ``others``."""
    for line in lines:
        if (day := first_date(_OTHER.sub(" ", line.plain))) is not None and day not in others:
            return Value(day, rule)
    return None


def _recorded(record: Mapping[str, Value], key: str) -> Value | None:
    day = first_date(record[key].text) if key in record else None
    return Value(day, record[key].rule) if day is not None else None


def _labelled(pattern: re.Pattern[str], lines: Sequence[Said]) -> Value | None:
    for line in lines:
        for match in pattern.finditer(line.plain):
            if (day := first_date(line.plain[match.end() : match.end() + 24])) is not None:
                return Value(day, f"label {match[1]}")
    return None


def _at_the_edges(cleaned: Cleaned) -> Value | None:
    heads = [line.text for line in cleaned.lines[:4] if len(line.text) <= 60]
    signed = [line.text for line in cleaned.lines[-3:] if len(line.text) <= 40]
    for pattern, texts, rule in ((_DATED_HEAD, heads, "date at the top"), (_SIGNED, signed[::-1], "signature")):
        for text in texts:
            plain = in_digits(simplified(text))
            if pattern.match(plain) and (day := first_date(plain)) is not None:
                return Value(day, rule)
    return None


def published_by_address(url: str | None) -> Value | None:
    """The day in a web address: weak evidence, for where nothing else says anything."""
    dated = _URL_DATE.search(urlsplit(url).path) if url else None
    day = first_date("-".join(dated.groups())) if dated else None
    return Value(day, "address") if day else None
