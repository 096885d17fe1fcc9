"""Lines to an article's text and the passages in it, each with the path of headings above it.

The text is the lines joined by line feeds, without the title. Every character of a line that is no heading
stands in exactly one passage; a passage never crosses a heading.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.document import Line
from ingest.headings import PLAIN_RANK, SECTION_CHARS, SPEAKER, Shape, headings, lead_clause, shape_of
from retrieval.names import simplified
from retrieval.text import sentence_spans, squeeze

# a heading this long says something by itself, such as who the director is
CITABLE_HEADING_CHARS = 8
# a longer item of a list is a passage of its own
_ITEM_CHARS = 120
# the title stands among the first lines, below a breadcrumb or a date that was kept
_TITLE_WITHIN = 6
_LEADS_IN = re.compile(r"(?:[:：]|以下(?:几个)?方面|如下|下列|以下(?:工作|措施|内容|任务))[。.]?$")
_COMMA = re.compile(r"[，,、：:]")
_ROW = re.compile(r"\S\s*[|\t]\s*\S")


@dataclass(frozen=True, slots=True)
class Draft:
    """A passage to be: a span of the article's text, its headings outermost first, where words were lost.

    ``kind`` is ``paragraph``, ``list`` or ``heading``.
    """

    start: int
    end: int
    heading: tuple[str, ...] = ()
    damaged: tuple[tuple[int, int], ...] = ()
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Outlined:
    """An article's text and its passages in order."""

    text: str
    passages: tuple[Draft, ...]


def outline(lines: Sequence[Line], title: str, max_passage_chars: int) -> Outlined:
    """Cut kept lines into passages of at most ``max_passage_chars`` characters."""
    kept = _without_title(lines, title)
    starts = [0]
    for line in kept:
        starts.append(starts[-1] + len(line.text) + 1)
    text = "\n".join(line.text for line in kept)
    damaged = tuple(
        (starts[at] + left, starts[at] + right) for at, line in enumerate(kept) for left, right in line.damaged
    )
    passages: list[Draft] = []
    for block in _blocks(kept):
        start, end = starts[block.first], starts[block.last] + len(kept[block.last].text)
        for left, right in _cut(text, start, end, max_passage_chars):
            lost = tuple((max(a, left), min(b, right)) for a, b in damaged if a < right and b > left)
            passages.append(Draft(left, right, block.heading, lost, block.kind))
    return Outlined(text, tuple(_bounded(passages)))


def _bounded(passages: Sequence[Draft]) -> Iterator[Draft]:
    return (draft for draft in passages if draft.end > draft.start)


def _without_title(lines: Sequence[Line], title: str) -> list[Line]:
    said = squeeze(title)
    first = next((at for at, line in enumerate(lines[:_TITLE_WITHIN]) if said and squeeze(line.text) == said), None)
    return [line for at, line in enumerate(lines) if at != first]


@dataclass(slots=True)
class _Block:
    """Lines that become one passage, or several where they are too long."""

    first: int
    last: int
    heading: tuple[str, ...]
    kind: str
    chars: int = 0


@dataclass(slots=True)
class _Path:
    """The headings above the current line, with their ranks."""

    entries: list[tuple[float, str]] = field(default_factory=list)
    plain_rank: float | None = None

    def enter(self, shape: Shape, text: str, after_heading: bool) -> tuple[str, ...]:
        """Step below a heading; returns the path above it."""
        rank = shape.rank
        if rank is None:
            if self.plain_rank is None:
                self.plain_rank = self.entries[-1][0] + 0.05 if after_heading and self.entries else PLAIN_RANK
            rank = self.plain_rank
        self.leave(rank)
        above = self.names
        self.entries.append((rank, text))
        return above

    def leave(self, rank: float) -> None:
        """Step out of everything at this rank or deeper."""
        while self.entries and self.entries[-1][0] >= rank:
            self.entries.pop()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.entries)


def _blocks(lines: Sequence[Line]) -> list[_Block]:
    shapes = [shape_of(line) for line in lines]
    above = headings(lines, shapes)
    path, blocks = _Path(), list[_Block]()
    list_open, question = False, ""
    for at, (line, shape) in enumerate(zip(lines, shapes, strict=True)):
        if above[at]:
            outer = path.enter(shape, _bare(line.text), at > 0 and above[at - 1])
            alone = at + 1 == len(lines) or (above[at + 1] and not _is_deeper(shapes[at + 1], shape))
            if alone or len(squeeze(line.text)) >= CITABLE_HEADING_CHARS:
                blocks.append(_Block(at, at, outer, "heading"))
            list_open, question = False, ""
            continue
        item = shape.rank is not None or bool(_ROW.search(line.text))
        section = shape.run_in > 0 and len(line.text) >= SECTION_CHARS
        if section and shape.rank is not None:
            path.enter(shape, line.text[: shape.run_in], False)
        asked = _asked(line.text)
        answers = bool(question) and not asked and blocks[-1].last == at - 1 and _asked(lines[at - 1].text) != ""
        if answers or (item and not section and list_open and _joins(blocks[-1], line, at)):
            blocks[-1].last, blocks[-1].kind = at, "paragraph" if answers else "list"
            blocks[-1].chars += len(line.text) + 1
        else:
            question = asked or question
            clause = question or ("" if item else lead_clause(line.text, _neighbours(lines, above, at)))
            heading = (*path.names, clause) if clause else path.names
            blocks.append(_Block(at, at, heading, "list" if item and not section else "paragraph", len(line.text)))
        list_open = item or bool(_LEADS_IN.search(simplified(line.text)))
    return blocks


def _asked(text: str) -> str:
    """What is asked in a line such as 记者：…？, or empty."""
    match = SPEAKER.match(simplified(text))
    return text[match.end() :] if match is not None and match.group(1) else ""


def _joins(block: _Block, line: Line, at: int) -> bool:
    return (
        block.last == at - 1
        and block.kind != "heading"
        and len(line.text) < _ITEM_CHARS
        and block.chars < 2 * _ITEM_CHARS + 240
    )


def _is_deeper(below: Shape, shape: Shape) -> bool:
    inner = below.rank if below.rank is not None else PLAIN_RANK
    return inner > (shape.rank if shape.rank is not None else PLAIN_RANK)


def _neighbours(lines: Sequence[Line], above: Sequence[bool], at: int) -> list[str]:
    """The paragraphs before and after in the same section."""
    found = []
    for step in (-1, 1):
        other = at + step
        if 0 <= other < len(lines) and not above[other] and shape_of(lines[other]).rank is None:
            found.append(lines[other].text)
    return found


def _bare(text: str) -> str:
    return text.rstrip("。；;：: ")


def _cut(text: str, start: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """Adjoining spans of at most ``most`` characters, of nearly equal length, cut after sentences where possible."""
    length = end - start
    ends = [start + right for _, right in sentence_spans(text[start:end])][:-1]
    fewest = -(-length // most)
    for parts in range(fewest, 2 * fewest + 2):
        goal = length / parts
        stops = [min(ends, key=lambda stop: abs(stop - start - goal * at)) for at in range(1, parts)] if ends else []
        bounds = [start, *dict.fromkeys(stops), end]
        if all(0 < right - left <= most for left, right in pairwise(bounds)):
            yield from pairwise(bounds)
            return
    yield from _cut_greedily(text, start, end, most, ends)


def _cut_greedily(text: str, start: int, end: int, most: int, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """For sentences that are too long themselves: as much as fits, cut after a comma, or anywhere at worst."""
    while end - start > most:
        inside = [stop for stop in ends if start < stop <= start + most]
        inside = inside or [start + mark.end() for mark in _COMMA.finditer(text[start : start + most])]
        stop = inside[-1] if inside else start + most
        yield start, stop
        start = stop
    yield start, end
