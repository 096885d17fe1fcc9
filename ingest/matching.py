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
    return "".join(map(_narrow, simplified))


@functools.lru_cache(maxsize=8192)
def _simplified(char: str) -> str:
    simple = to_simplified(char)
    return simple if len(simple) == 1 else char


@functools.lru_cache(maxsize=8192)
def _narrow(char: str) -> str:
    if char in _KEPT:
        return char
    narrow = unicodedata.normalize("NFKC", char).lower()
    return narrow if len(narrow) == 1 else char
