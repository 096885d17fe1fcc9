"""Digests by which texts, articles and records are known to be the same as before."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from retrieval.corpus import SourceRecord
from retrieval.types import Article, Division, Passage


def said_in(article: Article, passages: Sequence[Passage], divisions: Sequence[Division]) -> str:
    """Digest (hex) of an article with its passages and divisions, but for what depends on other articles."""
    alone = {**_plain(article), "also": (), "replaced_by": None}
    return hashlib.sha256(canonical([alone, passages, divisions])).hexdigest()


def said_of(record: SourceRecord) -> str:
    """Digest (hex) of what was done to a file, but for the article that holds its text."""
    return hashlib.sha256(canonical({**_plain(record), "article": ""})).hexdigest()


def canonical(value: object) -> bytes:
    """A line of JSON that is the same for values that say the same; dataclasses are objects of their fields."""
    return _encode(value).encode() + b"\n"


def _plain(value: Any) -> dict[str, object]:
    """The fields of a dataclass, or a mapping; unlike ``asdict`` it copies nothing, which took half of the time."""
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return dict(value)


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=_plain).encode
