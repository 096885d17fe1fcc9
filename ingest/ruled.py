"""What the rules alone make of a raw document: its lines in order, each kept or taken by a rule."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from ingest.document import Block, RawDocument, Removal
from ingest.furniture import Place, furniture, is_menu
from ingest.layout import (
    Item,
    drop_after_end,
    drop_contents,
    drop_record_values,
    drop_repeated,
    ends_like_speech,
    kept,
)
from ingest.matching import matching
from ingest.parts import cuts
from ingest.repair import repair, writes_readings
from ingest.wrapped import unwrapped

_FEWEST_ENTRIES = 3
_TAB = re.compile(r"(?<=\S) *\t[ \t]*(?=\S)")


@dataclass(slots=True)
class Ruled:
    """``items`` are the lines in order; ``removals`` what is no line any more; ``made`` counts repairs."""

    items: list[Item]
    removals: list[Removal]
    made: Counter[str]


def by_rules(raw: RawDocument) -> Ruled:
    """Repair a document's lines and judge each; items of which nothing is left have no text."""
    made: Counter[str] = Counter()
    blocks = raw.blocks or _lines(raw.text, made)
    removals = [_set_aside(block) for block in blocks if block.verdict]
    items = _repaired([block for block in blocks if not block.verdict], writes_readings(raw.text), made)
    removals += _trimmed(items)
    _judge(items)
    drop_record_values(items)
    drop_contents(items)
    drop_repeated(items, raw.meta)
    drop_after_end(items)
    return Ruled(items, removals, made)


def _set_aside(block: Block) -> Removal:
    """What the parser left out; dates and sources outside the article keep the name of their own rule."""
    text = repair(block.text).text
    outside = block.verdict == "outside-main-content"
    rule = furniture(matching(text), Place(0, 1)) if outside else None
    return Removal(rule if rule in ("meta-line", "breadcrumb") else block.verdict, text, block.number)


def _lines(text: str, made: Counter[str]) -> tuple[Block, ...]:
    """The blocks of plain text: its lines, or the paragraphs that were wrapped into lines."""
    lines = [Block(_cells(line), number) for number, line in enumerate(text.split("\n"), 1)]
    blocks, joined = unwrapped(lines)
    made.update({"joined_line": joined} if joined else {})
    return blocks


def _cells(line: str) -> str:
    """A row of a table that was pasted as text: tabs between words set its cells apart."""
    row, tabs = _TAB.subn(" | ", line)
    return row if tabs >= 2 else line


def _repaired(blocks: Sequence[Block], neutral_readings: bool, made: Counter[str]) -> list[Item]:
    items: list[Item] = []
    for block in blocks:
        repaired = repair(block.text, neutral_readings)
        made.update(repaired.made)
        if repaired.text:
            form = matching(repaired.text)
            items.append(Item(repaired.text, form, block.number, block.level, repaired.rewritten))
    return items


def _trimmed(items: Sequence[Item]) -> list[Removal]:
    """Cut parts off lines; a line of which nothing is left takes the rule of its first cut."""
    taken: list[Removal] = []
    for item in items:
        spans = cuts(item.form)
        whole = item.text
        for start, end, rule in reversed(spans):
            item.text = item.text[:start] + item.text[end:]
            item.rewritten = tuple((a, b) for a, b in item.rewritten if b <= start)
            taken.append(Removal(rule, whole[start:end], item.number))
        if spans:
            item.text = item.text.strip()
            item.form = matching(item.text)
            item.rule = "" if item.text else spans[0][2]
    return [removal for removal in taken if removal.text.strip()]


def _judge(items: Sequence[Item]) -> None:
    lines = kept(items)
    for at, item in enumerate(lines):
        item.rule = furniture(item.form, Place(at, len(lines))) or ""
    for item, below in pairwise(lines):
        if item.rule == "related" and item.level and not below.rule and ends_like_speech(below.form):
            item.rule = ""  # a section of the article that is called so
    _drop_menus(lines)


def _drop_menus(lines: Sequence[Item]) -> None:
    """Menus whose entries stand on lines of their own: neighbours of which one at least is surely no heading."""
    for menu, run in groupby(lines, lambda item: not item.level and is_menu(item.form)):
        entries = list(run)
        if menu and len(entries) >= _FEWEST_ENTRIES and any(item.rule == "navigation" for item in entries):
            for item in kept(entries):
                item.rule = "navigation"
