"""What an administrator says of an article, against what the page says: values read from TOML and checked."""

import datetime
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.dates import first_date
from ingest.numbers import normalised
from retrieval.gazetteer import Gazetteer
from retrieval.names import simplified
from retrieval.provenance import Relation, Replaced
from retrieval.types import Level

KEYS = (
    "title", "publisher", "published", "url", "doc_number", "issuer", "level", "period", "effective", "expires",
    "counties", "replaces", "canonical", "skip",
)  # fmt: skip
_ASCII_KINDS = {"repeals": Relation.REPEALS, "amends": Relation.AMENDS, "supersedes": Relation.SUPERSEDES}
_KINDS = {kind.value: kind for kind in Relation} | _ASCII_KINDS
_LEVELS = ", ".join(level.value for level in Level)


class Wrong(ValueError):
    """A value that cannot be: what is wrong, and what to do."""

    def __init__(self, why: str, what_to_do: str) -> None:
        super().__init__(f"{why}; {what_to_do}")
        self.why, self.what_to_do = why, what_to_do


@dataclass(frozen=True, slots=True)
class Correction:
    """Values that go before those of the page; ``values`` has only the keys that were given, as in ``Article``.

    ``counties`` are division codes, ``replaces`` are ``Replaced``. ``canonical`` is the source or address
    of which this text is a reprint; ``skip`` leaves the article out. ``digest`` is the SHA-256 (hex) of
    what was given: the same values, however written, have the same one.
    """

    values: Mapping[str, Any]
    digest: str
    canonical: str = ""
    skip: bool = False

    @property
    def counties(self) -> tuple[str, ...] | None:
        """Codes of the counties that the article is about, or None where nothing is said of them."""
        return self.values.get("counties")


def correction_of(table: Mapping[str, Any]) -> Correction:
    """A checked correction. Raises Wrong, whose text begins with the key."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in KEYS:
            raise Wrong(f"{key!r} is no key", f"use one of {', '.join(KEYS)}")
        try:
            values[key] = _CHECKS[key](value)
        except Wrong as error:
            raise Wrong(f"{key} = {_shown(value)}: {error.why}", error.what_to_do) from None
    _agree(values)
    given = json.dumps(table, ensure_ascii=False, sort_keys=True, default=str)
    return Correction(
        {key: value for key, value in values.items() if key not in ("canonical", "skip")},
        hashlib.sha256(given.encode()).hexdigest(),
        values.get("canonical", ""),
        values.get("skip", False),
    )


def _agree(values: Mapping[str, Any]) -> None:
    effective, expires = values.get("effective"), values.get("expires")
    if effective and expires and expires < effective:
        raise Wrong(f"expires = {expires} is before effective = {effective}", "put the later day into expires")


def _shown(value: object) -> str:
    return repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "..."


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or "\n" in value.strip():
        raise Wrong("this is no text of one line", 'write it in quotes, such as "荣县卫生健康局"')
    return value.strip()


def _address(value: object) -> str:
    text = _text(value)
    if not re.fullmatch(r"https?://[^\s/]+\S*", text):
        raise Wrong("this is no web address", "begin with http:// or https://")
    return text


def _day(value: object) -> str:
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if (day := first_date(text := _text(value))) != text:
        raise Wrong("this is no day", "write year, month and day, such as 2024-03-05")
    return day


def _number(value: object) -> str:
    return normalised(_text(value))


def _level(value: object) -> Level:
    try:
        return Level(_text(value))
    except ValueError:
        raise Wrong("there is no such level", f"use one of {_LEVELS}") from None


def _period(value: object) -> tuple[int, int]:
    years = [value, value] if isinstance(value, int) else value
    if isinstance(years, str) and (match := re.fullmatch(r"\s*(\d{4})\s*(?:[-–—至到]\s*(\d{4}))?\s*", years)):
        years = [int(match[1]), int(match[2] or match[1])]
    if isinstance(years, list) and len(years) == 2 and all(type(year) is int for year in years):
        first, last = years
        if 1900 <= first <= last <= 2100:
            return first, last
    raise Wrong("this is no period", "write the first and the last year, such as [2021, 2025]")


def _counties(value: object) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list):
        raise Wrong("this is no list of counties", 'write names or codes, such as ["荣县", "510321"]')
    return tuple(dict.fromkeys(_county(_text(name)) for name in names))


def _county(name: str) -> str:
    gazetteer = Gazetteer.load()
    if re.fullmatch(r"\d{4}[0-9A-Z]{2}", name):
        try:
            division = gazetteer.by_code(name)
        except KeyError:
            raise Wrong(f"there is no division {name}", "look the code up, or write the county's name") from None
    else:
        found = gazetteer.resolve(name) or list(gazetteer.named(simplified(name)))
        inner = [one for one in found if one.level is Level.COUNTY] or found
        if len(inner) > 1:
            known = ", ".join(f"{one.code} {one.province}{one.city}{one.name}" for one in inner[:6])
            raise Wrong(f"{name} may be any of {known}", "write the code, or the city before the name")
        if not inner:
            raise Wrong(f"no county is called {name}", "write its official name or its code")
        division = inner[0]
    if division.level is not Level.COUNTY:
        raise Wrong(f"{division.name} is a {division.level.value}", "name counties; for a city use counties = []")
    return division.code


def _replaces(value: object) -> tuple[Replaced, ...]:
    entries = value if isinstance(value, list) else [value]
    return tuple(_replaced(entry) for entry in entries)


def _replaced(entry: object) -> Replaced:
    if isinstance(entry, str):
        text = _text(entry)
        number = normalised(text)
        numbered = number.endswith("号") and "〔" in number
        return Replaced(Relation.REPEALS, "" if numbered else text.strip("《》"), number if numbered else "")
    wanted = 'write "标题", or { kind = "废止", title = "…", doc_number = "…" }'
    if not isinstance(entry, dict) or not entry or set(entry) - {"kind", "title", "doc_number"}:
        raise Wrong("this is no document", wanted)
    kind = _KINDS.get(str(entry.get("kind", "废止")))
    if kind is None:
        raise Wrong(f"kind {entry['kind']!r} is unknown", f"use one of {', '.join(_KINDS)}")
    title, number = str(entry.get("title", "")).strip("《》 "), str(entry.get("doc_number", ""))
    if not (title or number):
        raise Wrong("it has neither title nor doc_number", wanted)
    return Replaced(kind, title, normalised(number) if number else "")


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong("this is neither true nor false", "write skip = true, without quotes")
    return value


_CHECKS: dict[str, Callable[[object], Any]] = {
    "title": _text, "publisher": _text, "published": _day, "url": _address, "doc_number": _number, "issuer": _text,
    "level": _level, "period": _period, "effective": _day, "expires": _day, "counties": _counties,
    "replaces": _replaces, "canonical": _text, "skip": _flag,
}  # fmt: skip
