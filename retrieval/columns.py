"""Values of several parts in one column of the corpus; and rows to articles and passages."""

import codecs
import functools
import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.provenance import Relation, Replaced, Reprint
from retrieval.types import Article, Level, Passage

Rows = npt.NDArray[np.int64]
Slots = npt.NDArray[np.int64]
Keys = npt.NDArray[np.void]
Document = tuple[int, str, str, tuple[str, ...], bytes]

SLOT, KEY = np.dtype("<i4"), np.dtype("V16")  # how slots and keys of embedded texts are stored
CHUNK = 500  # values in one IN (...); SQLite takes at least 999
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_DECODED = {2: codecs.utf_16_le_decode, 4: codecs.utf_32_le_decode}  # by the bytes of each character
_PASSAGES = (
    "SELECT passages.slot, width, substr(text, 1 + start * width, (end - start) * width), headings, heading, "
    "ifnull(passages.counties, articles.counties), {} FROM passages "
    "CROSS JOIN articles ON articles.slot = passages.slot - position WHERE passages.slot IN"
)
PASSAGES = _PASSAGES.format("id, start, end, position, passages.years, damaged")
_DOCUMENTS = _PASSAGES.format("title, region")


def dump(values: Sequence[Any] | Mapping[str, Any]) -> str:
    """As JSON without blanks; empty where there are none."""
    return _encode(values) if values else ""


def pack(values: Sequence[Any]) -> bytes:
    """As compressed JSON, for what is long, alike, and seldom read."""
    return zlib.compress(dump(values).encode())


def unpack(packed: bytes) -> list[Any]:
    """What ``pack`` was given."""
    text = zlib.decompress(packed)
    return list(json.loads(text)) if text else []


def widen(text: str) -> tuple[int, bytes]:
    """The bytes of each character, and a text in such: a span can be cut out unread. Two but for rare characters."""
    encoded = text.encode("utf-16-le")
    return (2, encoded) if len(encoded) == 2 * len(text) else (4, text.encode("utf-32-le"))


def narrow(width: int, encoded: bytes) -> str:
    """The text that ``widen`` made this of. Raises ValueError when it made no such thing."""
    if width not in _DECODED:
        raise ValueError(f"no character has {width} bytes")
    return _DECODED[width](encoded, "strict", True)[0]


def context_of(title: str, heading: Sequence[str]) -> str:
    """What stands above a passage, outermost first, one a line: searched with it, and embedded before it."""
    return "\n".join(part for part in (title, *heading) if part)


def embedded_text(context: str, text: str) -> str:
    """What is embedded for a passage: title and headings first, for they say what it is about."""
    return f"{context}\n{text}"


def embedded_key(context: str, text: str) -> bytes:
    """Names the text that a passage's vector is made of: equal keys, equal vectors."""
    return hashlib.sha256(embedded_text(context, text).encode()).digest()[:16]


def columns_of(article: Article) -> tuple[object, ...]:
    """An article's columns between ``slot`` and ``headings``."""
    return (
        *(article.id, article.source, article.title, bytes.fromhex(article.digest)),
        *(article.publisher, article.published, article.author, article.url),
        *(dump(article.years), dump(article.counties), article.level, article.region),
        *(article.doc_number, article.issuer, dump(article.period or ())),
        *(article.effective, article.expires, dump([astuple(one) for one in article.replaces])),
        dump(dict(article.facts)),
    )


def article_of(row: Sequence[Any]) -> Article:
    """The article of a row of ``corpus``: id, source, title, width, text, digest, and what stands behind them."""
    years, counties, level, region, doc_number, issuer, period, effective, expires, replaces, by, also, facts = row[10:]
    span = loaded(period)
    values = (
        *row[:3],
        narrow(*row[3:5]),
        row[5].hex(),
        *row[6:10],
        loaded(years),
        loaded(counties),
        Level(level) if level else None,
        region,
        doc_number,
        issuer,
        (span[0], span[1]) if span else None,
        effective,
        expires,
        tuple(Replaced(Relation(kind), *names) for kind, *names in loaded(replaces)),
        by,
        tuple(Reprint(*one) for one in loaded(also)),
        json.loads(facts) if facts else {},
    )
    return Article(*values)


def passage_of(row: Sequence[Any]) -> Passage:
    """The passage of a row of ``PASSAGES``, behind its slot."""
    width, text, headings, at, counties, article, start, end, order, years, damaged = row
    lists = (heading_of(headings, at), loaded(counties), loaded(years), tuple((a, b) for a, b in loaded(damaged)))
    return Passage(article, start, end, narrow(width, text), order, *lists)


def heading_of(headings: str, at: int) -> tuple[str, ...]:
    """One of the paths of headings of an article. Raises ValueError when it has not so many."""
    paths = loaded(headings)
    if not 0 <= at < len(paths):
        raise ValueError(f"there is no heading {at}")
    return tuple(paths[at])


@functools.lru_cache(maxsize=4096)
def loaded(value: str) -> tuple[Any, ...]:
    """What ``dump`` was given, of a list."""
    return tuple(json.loads(value)) if value else ()


def slots_of(firsts: npt.NDArray[np.integer[Any]], counts: npt.NDArray[np.integer[Any]]) -> Slots:
    """The slot of every row, where articles with these first slots and numbers of passages follow each other."""
    before = np.cumsum(counts, dtype=np.int64) - counts
    slots: Slots = np.arange(counts.sum(dtype=np.int64)) + np.repeat(firsts - before, counts)
    return slots


def rows_in(spans: Iterable[tuple[int, int]]) -> Rows:
    """The rows of spans, end exclusive, one after the other."""
    rows: Rows = np.concatenate([np.arange(0), *(np.arange(*span) for span in spans)])
    return rows


def documents(connection: sqlite3.Connection, rows: Rows, slots: Slots, keys: Keys) -> Iterator[Document]:
    """(row, context, text, codes, key of the embedded text) of the passages in ``slots``, which are ``rows``.

    The codes are the passage's counties; where it is about none, the city or province that speaks. ``keys`` are
    those of the rows.
    """
    for start in range(0, len(rows), CHUNK):
        chunk = slots[start : start + CHUNK].tolist()
        asked = f"{_DOCUMENTS} ({','.join('?' * len(chunk))})"
        found = {slot: rest for slot, *rest in connection.execute(asked, chunk)}
        for at, slot in enumerate(chunk, start):
            width, text, headings, heading, codes, title, region = found[slot]
            context = context_of(title, heading_of(headings, heading))
            about = loaded(codes) or ((region,) if region else ())
            yield int(rows[at]), context, narrow(width, text), about, keys[at].tobytes()
