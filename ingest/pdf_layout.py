"""Where characters stand on a page, and in which order they are read. Points, counted from the bottom left.

Characters become runs, runs without a gap between them; a page with columns is cut at its gutters; what
is left are lines from top to bottom.
"""

import itertools
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from retrieval.text import HAN

_GAP = 1.5  # of the type size: a wider gap ends a run
_WORD_GAP, _TYPED_GAP = 0.2, 0.15
_LEAST_LINES = 5  # on either side of a gutter
_LEAST_WIDTH = 8  # of a column, in type sizes
_MOST_RUNS = 3000  # on a page that people can read
_MOST_CELLS = 40
_FLUSH = 0.4  # share of lines that reach a column's edge
_WIDE_HAN = re.compile(f"[{HAN}，。、；：？！“”‘’（）《》]")


class Glyph(NamedTuple):
    """A character in its box; ``spaced`` tells that a blank was written before it."""

    char: str
    x0: float
    y0: float
    x1: float
    y1: float
    spaced: bool = False


class Rule(NamedTuple):
    """A straight line that is drawn, from its lower left end to its upper right one."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its characters that stand upright, those that do not, its rules, and whether it is only a picture."""

    number: int
    height: float
    glyphs: tuple[Glyph, ...]
    askew: tuple[Glyph, ...] = ()
    rules: tuple[Rule, ...] = ()
    pictured: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Text without a wide gap; ``y`` is the middle of its line, ``size`` that of its type; ``row`` a table's row."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    row: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Runs side by side; ``row`` tells that they are cells of a table."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    row: bool = False


@dataclass(slots=True)
class Region:
    """Lines of one column, top to bottom. ``columns`` tells that it stands beside others."""

    lines: list[Line] = field(default_factory=list)
    columns: bool = False


def runs(glyphs: Sequence[Glyph]) -> list[Run]:
    """The runs of a page, top to bottom and left to right."""
    found: list[Run] = []
    for row in _rows(glyphs):
        row.sort(key=lambda glyph: glyph.x0)
        open_run = [row[0]]
        for glyph in row[1:]:
            if glyph.x0 - open_run[-1].x1 > _GAP * (glyph.y1 - glyph.y0):
                found.append(_run(open_run))
                open_run = []
            open_run.append(glyph)
        found.append(_run(open_run))
    return found


def _rows(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    row: list[Glyph] = []
    middle = 0.0
    for glyph in sorted(glyphs, key=lambda glyph: -(glyph.y0 + glyph.y1)):
        y = (glyph.y0 + glyph.y1) / 2
        if row and middle - y > 0.45 * (row[0].y1 - row[0].y0):
            yield row
            row = []
        if not row:
            middle = y
        row.append(glyph)
    if row:
        yield row


def _run(glyphs: Sequence[Glyph]) -> Run:
    parts = [glyphs[0].char]
    for before, glyph in itertools.pairwise(glyphs):
        size, gap = glyph.y1 - glyph.y0, glyph.x0 - before.x1
        chinese = _WIDE_HAN.match(before.char) or _WIDE_HAN.match(glyph.char)
        if gap > (0.9 if chinese else _WORD_GAP) * size or (glyph.spaced and gap > _TYPED_GAP * size):
            parts.append(" ")
        parts.append(glyph.char)
    middle = statistics.median((glyph.y0 + glyph.y1) / 2 for glyph in glyphs)
    size = statistics.median(glyph.y1 - glyph.y0 for glyph in glyphs)
    return Run("".join(parts), glyphs[0].x0, glyphs[-1].x1, middle, size)


def regions(found: Sequence[Run]) -> list[Region]:
    """The runs of a page as columns in reading order."""
    gutter = _gutter(found)
    if gutter is None:
        return [Region(_lines(found))] if found else []
    out: list[Region] = []
    band: list[Run] = []
    for run in [*sorted(found, key=lambda run: -run.y), None]:
        if run is not None and not run.x0 < gutter < run.x1:
            band.append(run)
            continue
        for side in ([r for r in band if r.x1 <= gutter], [r for r in band if r.x0 >= gutter]):
            for region in regions(side):
                region.columns = True
                out.append(region)
        band = []
        if run is not None:
            if not out or out[-1].columns:
                out.append(Region())
            out[-1].lines = _lines([run]) if not out[-1].lines else [*out[-1].lines, *_lines([run])]
    return out


def _gutter(found: Sequence[Run]) -> float | None:
    """Where a column ends and the next begins: a white stripe with lines of text on both sides that fill them."""
    if not 2 * _LEAST_LINES <= len(found) <= _MOST_RUNS:
        return None
    left, right = min(run.x0 for run in found), max(run.x1 for run in found)
    size = statistics.median(run.size for run in found)
    best, where = 0, None
    for edge in sorted({run.x1 for run in found if left + _LEAST_WIDTH * size < run.x1 < right - _LEAST_WIDTH * size}):
        at = edge + 0.3 * size
        count = _columned(found, at, size)
        if count > best:
            best, where = count, at
    return where


def _columned(found: Sequence[Run], at: float, size: float) -> int:
    """How many runs stand in columns beside this place, where no run crosses it; 0 when these are no columns."""
    total = 0
    band: list[Run] = []
    for run in [*sorted(found, key=lambda run: -run.y), None]:
        if run is not None and not run.x0 < at < run.x1:
            band.append(run)
            continue
        sides = [r for r in band if r.x1 <= at], [r for r in band if r.x0 >= at]
        if all(_is_column(side, size) for side in sides):
            gap = min(r.x0 for r in sides[1]) - max(r.x1 for r in sides[0])
            total += len(band) if gap >= 0.8 * size else 0
        band = []
    return total


def _is_column(side: Sequence[Run], size: float) -> bool:
    if len(side) < _LEAST_LINES:
        return False
    left, right = min(run.x0 for run in side), max(run.x1 for run in side)
    flush = sum(run.x1 > right - 1.2 * size for run in side)
    return right - left >= _LEAST_WIDTH * size and flush >= _FLUSH * len(side)


def _lines(found: Sequence[Run]) -> list[Line]:
    """Runs at one height become a line; several such lines with cells below each other are a table's rows."""
    rows: list[list[Run]] = []
    for run in sorted(found, key=lambda run: -run.y):
        if rows and rows[-1][0].y - run.y <= 0.45 * rows[-1][0].size and not run.row and not rows[-1][0].row:
            rows[-1].append(run)
        else:
            rows.append([run])
    for row in rows:
        row.sort(key=lambda run: run.x0)
    lines = []
    for at, row in enumerate(rows):
        table = row[0].row or (
            len(row) > 1 and any(_aligned(row, other) for other in rows[max(0, at - 1) : at + 2] if other is not row)
        )
        text = (" | " if table else " ").join(run.text for run in row)
        lines.append(Line(text, row[0].x0, row[-1].x1, row[0].y, max(run.size for run in row), table))
    return lines


def _aligned(row: Sequence[Run], other: Sequence[Run]) -> bool:
    """Whether at least two cells stand below each other, at their left edges or their middles."""
    if not 1 < len(other) <= _MOST_CELLS or len(row) > _MOST_CELLS:
        return False
    return sum(any(_below(run, cell) for cell in other) for run in row) >= 2


def _below(run: Run, cell: Run) -> bool:
    slack = 0.6 * run.size
    return abs(run.x0 - cell.x0) < slack or abs(run.x0 + run.x1 - cell.x0 - cell.x1) < 2 * slack


def glue(left: str, right: str) -> str:
    """Two lines as one: Chinese without a blank, words with one, and a word that a hyphen parted whole again."""
    right = right.strip()
    if re.search("[a-z]-$", left) and re.match("[a-z]", right):
        return left[:-1] + right
    if left[-1:].isdigit() and right[:1].isdigit() and re.search(f"[{HAN}]", left):
        return left + right  # Chinese is broken anywhere, inside numbers too
    both = re.search(r"[!-~]$", left) and re.match("[!-~]", right)
    return f"{left} {right}" if both else left + right
