"""JSON of many small things. The only file that imports orjson."""

from collections.abc import Iterable
from typing import Any

import orjson

read = orjson.loads


def told(value: Any) -> str:
    """A value as JSON, not escaped, without blanks. Raises TypeError for what has no such form, as lone surrogates."""
    return orjson.dumps(value, default=tuple).decode()


def joined(*objects: str) -> str:
    """The JSON of objects that have different keys, and at least one each, as one object."""
    return f"{{{','.join(one[1:-1] for one in objects)}}}"


def listed(name: str, items: Iterable[str]) -> str:
    """The JSON of an object with a list under ``name``, whose ``items`` are JSON already."""
    return f"{{{told(name)}:[{','.join(items)}]}}"
