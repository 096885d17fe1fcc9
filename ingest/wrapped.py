"""Plain text that was broken into lines of one width: its paragraphs are put together again."""

import re
import unicodedata
from collections.abc import Sequence

from ingest.document import Block

_ENDS = re.compile(r"[。！？!?：:；;…”』」）)】]\s*$")
_STARTS = re.compile(
    r"^(?:[\s\u3000]|[一二三四五六七八九十\d]{1,3}[、.．)）]|[(（][一二三四五六七八九十\d]{1,3}[)）]|[•·●◆■▪*#|-]|第[一二三四五六七八九十\d]+[章节条])"
)
_NARROWEST = 40  # columns; a Han character takes two
_SLACK = 3  # a mark that may not begin a line, or a latin word, leaves a line this much shorter
_HABIT = 3


def unwrapped(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], int]:
    """The blocks with wrapped lines joined to the line they continue, and how many were.

    Lines count as wrapped where at least three of them stop short of a sentence's end at the same
    width, which is the widest of the text, and nothing sets the next line off.
    """
    widths = [_width(block.text.rstrip()) for block in blocks]
    widest = max(widths, default=0)
    broken = [
        widest - _SLACK <= width and widest >= _NARROWEST and not _ENDS.search(block.text)
        for width, block in zip(widths, blocks, strict=True)
    ]
    if sum(broken) < _HABIT or widest > 160:
        return tuple(blocks), 0
    joined: list[Block] = []
    count = 0
    for at, block in enumerate(blocks):
        if at and broken[at - 1] and block.text.strip() and not _STARTS.match(block.text):
            before = joined[-1]
            joined[-1] = Block(_glue(before.text.rstrip(), block.text.strip()), before.number)
            count += 1
        else:
            joined.append(block)
    return tuple(joined), count


def _glue(left: str, right: str) -> str:
    both_latin = left[-1:].isascii() and left[-1:].isalnum() and right[:1].isascii() and right[:1].isalnum()
    return f"{left} {right}" if both_latin else left + right


class _Columns(dict[str, int]):
    """How many columns a character takes; it learns as it is asked."""

    def __missing__(self, char: str) -> int:
        self[char] = columns = 2 if unicodedata.east_asian_width(char) in "WFA" else 1
        return columns


_COLUMNS = _Columns()


def _width(text: str) -> int:
    return sum(map(_COLUMNS.__getitem__, text))
