"""A form to match rules against that keeps every character in its place.

Simplified, half-width and lower-case, one character for one: a span found in it is a span of the text.
"""

import functools
import unicodedata

from retrieval.text import to_simplified

_KEPT = "，。；：！？（）“”‘’"  # their width tells Chinese text from debris


@functools.lru_cache(maxsize=4096)
def matching(text: str) -> str:
    """The matching form; as long as ``text``."""
    simplified = to_simplified(text)
    if len(simplified) != len(text):
        simplified = "".join(map(_simplified, text))
    return simplified.translate(_NARROW)


@functools.lru_cache(maxsize=8192)
def _simplified(char: str) -> str:
    simple = to_simplified(char)
    return simple if len(simple) == 1 else char


class _Narrow(dict[int, str]):
    """A table for ``str.translate``; it learns as it is asked."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        narrow = unicodedata.normalize("NFKC", char).lower()
        self[code] = narrow if len(narrow) == 1 and char not in _KEPT else char
        return self[code]


_NARROW = _Narrow()
