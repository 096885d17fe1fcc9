"""Values of several parts in one column of the corpus, as JSON; and rows to articles and passages."""

import functools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from retrieval.provenance import Relation, Replaced, Reprint
from retrieval.types import Article, Level, Passage

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_EMPTY, _EMPTY_MAP = "[]", "{}"


def dump(values: Sequence[Any] | Mapping[str, str]) -> str:
    """As JSON without blanks."""
    return _encode(values) if values else _EMPTY_MAP if isinstance(values, Mapping) else _EMPTY


def article_of(row: Sequence[Any]) -> Article:
    """The article of a row of ``corpus``: id, source, title, text, and what stands behind the text."""
    years, counties, level, region, doc_number, issuer, period, effective, expires, replaces, by, also, facts = row[9:]
    span = json.loads(period)
    values = (
        *row[:9],
        tuple(json.loads(years)),
        tuple(json.loads(counties)),
        Level(level) if level else None,
        region,
        doc_number,
        issuer,
        (span[0], span[1]) if span else None,
        effective,
        expires,
        tuple(Replaced(Relation(kind), *names) for kind, *names in json.loads(replaces)),
        by,
        tuple(Reprint(*one) for one in json.loads(also)),
        json.loads(facts),
    )
    return Article(*values)


def passage_of(row: Sequence[Any]) -> Passage:
    """The passage of a row: article, start, end, text, position, heading, counties, years, damaged."""
    article, start, end, text, order = row[:5]
    heading, counties, years, damaged = map(_loaded, row[5:])
    return Passage(article, start, end, text, order, heading, counties, years, tuple((a, b) for a, b in damaged))


@functools.lru_cache(maxsize=4096)
def _loaded(value: str) -> tuple[Any, ...]:
    return tuple(json.loads(value))
