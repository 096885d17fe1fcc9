"""What a Word file says about its paragraphs elsewhere: styles, and the numbers of lists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_DIGITS = "零一二三四五六七八九"
_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|标题|標題", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录|目錄)\s*(?:\d|heading|标题)", re.IGNORECASE)
_DEEPEST = 20  # styles that build on each other; some files build them in a circle
_LEVELS = 9


def local(element: Any) -> str:
    """An element's name without its name space; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(element: Any, name: str) -> Any:
    """The first child of that name, or None, also where there is no element."""
    return None if element is None else next((node for node in element if local(node) == name), None)


def attribute(element: Any, name: str) -> str:
    """The value of an attribute of whichever name space; empty without one."""
    if element is None:
        return ""
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def is_on(element: Any) -> bool:
    """Whether a switch is there and not switched off."""
    return element is not None and attribute(element, "val").lower() not in ("0", "false", "off", "none")


@dataclass(frozen=True, slots=True)
class Style:
    """What counts of a paragraph's style: its level (-1 is the title, 0 is text), and the list it belongs to."""

    level: int = 0
    contents: bool = False
    number: tuple[str, int] | None = None


class Styles:
    """The styles of a document."""

    def __init__(self, root: Any) -> None:
        elements = [] if root is None else [node for node in root if local(node) == "style"]
        self._elements = {attribute(node, "styleId"): node for node in elements}
        self._usual = next((attribute(e, "styleId") for e in elements if _is_usual(e)), "")

    def of(self, properties: Any) -> Style:
        """The style of a paragraph with these properties; what it says itself goes before what its style says."""
        chain = list(self._chain(attribute(child(properties, "pStyle"), "val") or self._usual))
        names = [attribute(child(style, "name"), "val") for style in chain]
        sources = [properties, *(child(style, "pPr") for style in chain)]
        number = next((listed for source in sources if (listed := _number(source)) is not None), None)
        if any(_CONTENTS.match(name) for name in names[:1]):
            return Style(contents=True)
        outline = next((found for s in sources if (found := attribute(child(s, "outlineLvl"), "val"))), "")
        if outline.isdigit():
            level = int(outline) + 1 if int(outline) < _LEVELS else 0
        else:
            level = next((int(match[1]) for name in names if (match := _HEADING.fullmatch(name))), 0)
        if names and _TITLE.fullmatch(names[0]):
            level = -1
        return Style(level, number=number)

    def _chain(self, name: str) -> Iterator[Any]:
        for _ in range(_DEEPEST):
            style = self._elements.get(name)
            if style is None:
                return
            yield style
            name = attribute(child(style, "basedOn"), "val")


def _is_usual(style: Any) -> bool:
    return attribute(style, "type") == "paragraph" and attribute(style, "default") in ("1", "true", "on")


def _number(properties: Any) -> tuple[str, int] | None:
    """(list, level) that properties give to a paragraph; list 0 takes it out of any."""
    found = child(properties, "numPr")
    if found is None:
        return None
    level = attribute(child(found, "ilvl"), "val")
    return attribute(child(found, "numId"), "val"), int(level) if level.isdigit() and int(level) < _LEVELS else 0


@dataclass(frozen=True, slots=True)
class _Level:
    form: str = "decimal"
    text: str = ""
    start: int = 1


class Numbering:
    """Counts the lists of a document as Word does: paragraph after paragraph."""

    def __init__(self, root: Any) -> None:
        elements = [] if root is None else list(root)
        self._lists = {
            attribute(node, "abstractNumId"): {_depth(level): _level(level) for level in node if local(level) == "lvl"}
            for node in elements
            if local(node) == "abstractNum"
        }
        self._numbers = {attribute(node, "numId"): node for node in elements if local(node) == "num"}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[str] = set()

    def label(self, properties: Any, style: Style) -> str:
        """What stands before the paragraph's text, with its blank; empty for none and for bullets."""
        number, depth = _number(properties) or style.number or ("", 0)
        element = self._numbers.get(number)
        if element is None:
            return ""
        name = attribute(child(element, "abstractNumId"), "val")
        levels = dict(self._lists.get(name, {}))
        starts = dict(_overrides(element, levels))
        counts = self._counts.setdefault(name, [None] * _LEVELS)
        if number not in self._begun:
            self._begun.add(number)
            for at in starts:
                counts[at:] = [None] * (_LEVELS - at)
        level = levels.get(depth, _Level())
        before = counts[depth]
        counts[depth] = starts.get(depth, level.start) if before is None else before + 1
        counts[depth + 1 :] = [None] * (_LEVELS - depth - 1)
        if level.form in ("bullet", "none"):
            return ""
        return _spaced(re.sub(r"%([1-9])", lambda match: _counted(int(match[1]) - 1, counts, levels), level.text))


def _depth(level: Any) -> int:
    value = attribute(level, "ilvl")
    return int(value) if value.isdigit() and int(value) < _LEVELS else 0


def _level(element: Any) -> _Level:
    start = attribute(child(element, "start"), "val")
    return _Level(
        attribute(child(element, "numFmt"), "val") or "decimal",
        attribute(child(element, "lvlText"), "val"),
        int(start) if start.isdigit() and len(start) < 6 else 1,
    )


def _overrides(element: Any, levels: dict[int, _Level]) -> Iterator[tuple[int, int]]:
    """Where a list begins anew, by level; its own forms of levels are put into ``levels``."""
    for override in element:
        if local(override) != "lvlOverride":
            continue
        depth = _depth(override)
        if (own := child(override, "lvl")) is not None:
            levels[depth] = _level(own)
        start = attribute(child(override, "startOverride"), "val")
        if start.isdigit() and len(start) < 6:
            yield depth, int(start)


def _counted(depth: int, counts: list[int | None], levels: dict[int, _Level]) -> str:
    level = levels.get(depth, _Level())
    count = counts[depth]
    return in_form(level.start if count is None else count, level.form)


def _spaced(label: str) -> str:
    return f"{label} " if label and label[-1] not in "、，。．：；）】》" else label


def in_form(count: int, form: str) -> str:
    """A list's number in one of Word's forms; those that are not known are printed as digits."""
    if form in ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCountingThousand"):
        return _chinese(count)
    if form in ("upperLetter", "lowerLetter") and count > 0:
        letters = chr(ord("A") + (count - 1) % 26) * min(9, 1 + (count - 1) // 26)
        return letters if form == "upperLetter" else letters.lower()
    if form in ("upperRoman", "lowerRoman") and 0 < count < 4000:
        return _roman(count) if form == "upperRoman" else _roman(count).lower()
    if form.startswith("decimalEnclosedCircle") and 0 < count <= 20:
        return chr(ord("①") + count - 1)
    if form == "ideographTraditional" and 0 < count <= 10:
        return "甲乙丙丁戊己庚辛壬癸"[count - 1]
    return f"{count:02d}" if form == "decimalZero" else str(count)


def _chinese(count: int) -> str:
    if not 0 < count < 1000:
        return str(count)
    hundreds, rest = divmod(count, 100)
    tens, ones = divmod(rest, 10)
    said = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        said += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        said += "零"
    return said + (_DIGITS[ones] if ones else "")


def _roman(count: int) -> str:
    said = ""
    for value, letters in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        times, count = divmod(count, value)
        said += letters * times
    return said
