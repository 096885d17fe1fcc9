"""A prepared article as bytes and back: JSON, which cannot do anything, and packed."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from ingest.document import Cleaned, Line, Removal
from ingest.prepare import Nothing, Prepared
from retrieval.corpus import SourceRecord
from retrieval.gazetteer import Gazetteer
from retrieval.provenance import Relation, Replaced
from retrieval.types import Article, Level, Passage

_FASTEST = 1
_ARTICLE = tuple(field.name for field in fields(Article))
_PASSAGE = ("start", "end", "order", "heading", "counties", "years", "damaged")


def pack(one: Prepared | Nothing) -> bytes:
    """The bytes; equal articles have equal ones. Raises UnicodeEncodeError for lone surrogates."""
    values: dict[str, Any] = {"cleaned": _cleaned_values(one.cleaned)}
    if isinstance(one, Prepared):
        values["article"] = {name: getattr(one.article, name) for name in _ARTICLE}
        values["passages"] = [[getattr(passage, name) for name in _PASSAGE] for passage in one.passages]
        values["divisions"] = [division.code for division in one.divisions]
        record = one.record
        values["record"] = [record.format, record.encoding, record.replaced, record.sidecar]
    return zlib.compress(_ENCODER.encode(values).encode(), _FASTEST)


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else dict(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def unpack(data: bytes) -> Prepared | Nothing:
    """What was packed. Raises ValueError, KeyError, TypeError or zlib.error where the bytes are damaged."""
    values = json.loads(zlib.decompress(data))
    cleaned = _cleaned(values["cleaned"])
    if "article" not in values:
        return Nothing(cleaned)
    article = _article(values["article"])
    gazetteer = Gazetteer.load()
    divisions = tuple(gazetteer.by_code(code) for code in values["divisions"])
    passages = tuple(_passage(article, row) for row in values["passages"])
    removals = tuple((removal.rule, removal.number, removal.text) for removal in cleaned.removals)
    form, encoding, replaced, sidecar = values["record"]
    record = SourceRecord(
        *(article.source, article.id, article.digest, form, encoding, replaced), cleaned.repairs, removals, sidecar
    )
    return Prepared(article, passages, divisions, cleaned, record)


def text_of(data: bytes) -> str:
    """The article's text alone; empty for nothing."""
    values = json.loads(zlib.decompress(data))
    return str(values["article"]["text"]) if "article" in values else ""


def _cleaned_values(cleaned: Cleaned) -> list[Any]:
    lines = [(line.text, line.damaged, line.number, line.level) for line in cleaned.lines]
    removals = [(removal.rule, removal.text, removal.number) for removal in cleaned.removals]
    return [lines, removals, dict(cleaned.repairs)]


def _cleaned(values: Sequence[Any]) -> Cleaned:
    lines, removals, repairs = values
    kept = tuple(Line(text, _spans(damaged), number, level) for text, damaged, number, level in lines)
    return Cleaned(kept, tuple(Removal(*removal) for removal in removals), repairs)


def _article(values: dict[str, Any]) -> Article:
    level, period = values["level"], values["period"]
    told = {
        "years": tuple(values["years"]),
        "counties": tuple(values["counties"]),
        "level": Level(level) if level else None,
        "period": (period[0], period[1]) if period else None,
        "replaces": tuple(
            Replaced(Relation(one["kind"]), one["title"], one["doc_number"]) for one in values["replaces"]
        ),
        "also": (),
    }
    return Article(**(values | told))


def _passage(article: Article, values: Sequence[Any]) -> Passage:
    start, end, order, heading, counties, years, damaged = values
    lists = (tuple(heading), tuple(counties), tuple(years), _spans(damaged))
    return Passage(article.id, start, end, article.text[start:end], order, *lists)


def _spans(values: Iterable[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in values)
