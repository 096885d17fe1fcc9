"""How people word questions: the patterns of ``data/wording.txt`` by section, compiled when first used."""

import functools
import re
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "wording.txt"
_SECTION = re.compile(r"\[([a-z_]+)\]")
_MACRO = re.compile(r"@([a-z_]+)@")


@functools.cache
def _sections() -> dict[str, str]:
    lines: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        heading = _SECTION.fullmatch(line)
        if heading:
            current = lines[heading.group(1)] = []
        elif line and not line.startswith("# "):
            current.append(line)
    return {name: "|".join(parts) for name, parts in lines.items()}


def alternatives(section: str) -> str:
    """The section as one group of alternatives, ready to stand inside a pattern. KeyError if there is none."""
    return f"(?:{_MACRO.sub(lambda match: alternatives(match.group(1)), _sections()[section])})"


@functools.cache
def pattern(section: str) -> re.Pattern[str]:
    """The section compiled."""
    return re.compile(alternatives(section))


@functools.cache
def whole(section: str) -> re.Pattern[str]:
    """A pattern for one or more of the section's alternatives as whole English words."""
    return re.compile(rf"\b{alternatives(section)}\b")


def found(section: str, text: str) -> bool:
    """Whether a pattern of the section occurs in the text."""
    return pattern(section).search(text) is not None


@functools.cache
def word_set(section: str) -> frozenset[str]:
    """A section of plain words as a set."""
    return frozenset(_sections()[section].split("|"))
