"""Tables that are ruled: lines on the page make cells, and each row of cells becomes one run.

A cell that spans several rows says what it says in each of them, so that every row can be read by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.pdf_layout import Glyph, Rule, Run, glue, runs

_STRAIGHT = 1.5  # points that a rule may be off
_TOUCH = 3.0
_SHORTEST = 6.0
_MOST_RULES = 1500  # more are a drawing
_MOST_CELLS = 5000
_LONG_ROW, _LONG_CELL = 600, 240


@dataclass(frozen=True, slots=True)
class _Grid:
    """Rules that touch each other: ``across`` as (y, x0, x1), ``down`` as (x, y0, y1)."""

    across: tuple[tuple[float, float, float], ...]
    down: tuple[tuple[float, float, float], ...]


def tables(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> tuple[list[Glyph], list[Run]]:
    """The glyphs outside of tables, and a run for each row inside."""
    rest, rows = list(glyphs), list[Run]()
    for grid in _grids(rules):
        xs, ys = _edges(line[0] for line in grid.down), _edges(line[0] for line in grid.across)[::-1]
        cells = (len(xs) - 1) * (len(ys) - 1)
        if len(xs) < 2 or len(ys) < 2 or not 2 <= cells <= _MOST_CELLS:
            continue
        inside = [glyph for glyph in rest if xs[0] <= _x(glyph) <= xs[-1] and ys[-1] <= _y(glyph) <= ys[0]]
        if inside:
            taken = set(map(id, inside))
            rest = [glyph for glyph in rest if id(glyph) not in taken]
            rows += _rows(inside, grid, xs, ys)
    return rest, rows


def _x(glyph: Glyph) -> float:
    return (glyph.x0 + glyph.x1) / 2


def _y(glyph: Glyph) -> float:
    return (glyph.y0 + glyph.y1) / 2


def _edges(values: Iterator[float]) -> list[float]:
    """The distinct values, ascending; those that nearly touch are one."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _TOUCH:
            found.append(value)
    return found


def _grids(rules: Sequence[Rule]) -> Iterator[_Grid]:
    across = sorted({(y0, x0, x1) for x0, y0, x1, y1 in rules if y1 - y0 < _STRAIGHT and x1 - x0 > _SHORTEST})
    down = sorted({(x0, y0, y1) for x0, y0, x1, y1 in rules if x1 - x0 < _STRAIGHT and y1 - y0 > _SHORTEST})
    if len(across) + len(down) > _MOST_RULES:
        return
    find, join = _union(len(across) + len(down))
    for at, (y, x0, x1) in enumerate(across):
        for other, (x, y0, y1) in enumerate(down, len(across)):
            if x0 - _TOUCH <= x <= x1 + _TOUCH and y0 - _TOUCH <= y <= y1 + _TOUCH:
                join(at, other)
    groups: dict[int, list[int]] = defaultdict(list)
    for at in range(len(across) + len(down)):
        groups[find(at)].append(at)
    for group in groups.values():
        yield _Grid(
            tuple(across[at] for at in group if at < len(across)),
            tuple(down[at - len(across)] for at in group if at >= len(across)),
        )


def _union(count: int) -> tuple[Callable[[int], int], Callable[[int, int], None]]:
    """Sets that can be joined: a function that finds a member's set, and one that joins two."""
    above = list(range(count))

    def find(at: int) -> int:
        while above[at] != at:
            above[at] = above[above[at]]
            at = above[at]
        return at

    def join(one: int, other: int) -> None:
        above[max(find(one), find(other))] = min(find(one), find(other))

    return find, join


def _rows(glyphs: Sequence[Glyph], grid: _Grid, xs: Sequence[float], ys: Sequence[float]) -> Iterator[Run]:
    columns, bands = list(pairwise(xs)), list(pairwise(ys))
    find, join = _union(len(columns) * len(bands))
    for band, (top, bottom) in enumerate(bands):
        for column, (left, right) in enumerate(columns):
            at = band * len(columns) + column
            if column + 1 < len(columns) and not _ruled(grid.down, right, (top + bottom) / 2):
                join(at, at + 1)
            if band + 1 < len(bands) and not _ruled(grid.across, bottom, (left + right) / 2):
                join(at, at + len(columns))
    said: dict[int, list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        column = next((n for n, (left, right) in enumerate(columns) if left <= _x(glyph) <= right), 0)
        band = next((n for n, (top, bottom) in enumerate(bands) if bottom <= _y(glyph) <= top), 0)
        said[find(band * len(columns) + column)].append(glyph)
    texts = {cell: _text(inside) for cell, inside in said.items()}
    size = sorted(glyph.y1 - glyph.y0 for glyph in glyphs)[len(glyphs) // 2]
    for band, (top, bottom) in enumerate(bands):
        cells = dict.fromkeys(find(band * len(columns) + column) for column in range(len(columns)))
        filled = [text for cell in cells if (text := texts.get(cell, ""))]
        if not filled:
            continue
        if max(map(len, filled)) <= _LONG_CELL and sum(map(len, filled)) <= _LONG_ROW:
            filled = [" | ".join(filled)]
        for part, text in enumerate(filled):  # a frame around prose is no table
            yield Run(text, xs[0], xs[-1], (top + bottom) / 2 - part / 100, size, row=True)


def _ruled(lines: Sequence[tuple[float, float, float]], place: float, at: float) -> bool:
    """Whether one of the rules at this place reaches over that point."""
    return any(abs(where - place) <= _TOUCH and low <= at <= high for where, low, high in lines)


def _text(glyphs: Sequence[Glyph]) -> str:
    """A cell's words: its lines, joined again."""
    text, height = "", 0.0
    for run in runs(glyphs):
        text = f"{text} {run.text}" if text and abs(run.y - height) < 1 else glue(text, run.text)
        height = run.y
    return text.strip()
