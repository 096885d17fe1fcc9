"""Tables of data to lines, ``cell | cell``: every row has as many places as the table has columns.

The words of a row stand in it in the page's order, so that a row can be quoted. A cell that reaches over
several columns or rows is said in each of them, as a reader sees it; an empty cell keeps its place. Tables
that only lay out a page are none of data.
"""

from collections.abc import Callable
from typing import Any

BAR = " | "
_LONG_ROW, _LONG_CELL = 600, 240  # characters; beyond them cells are read as paragraphs of their own
_LONG_FILL = 40  # a longer cell is not said again in the rows that it reaches down to
_MOST_SPAN = 50
_MOST_BLOCKS = 4
_CONTROLS = ("input", "select", "textarea", "form", "table")


def data_rows(table: Any, words: Callable[[Any], str]) -> dict[Any, str]:
    """The text of each row that is a row of data; empty for a table of layout. ``words`` reads a cell."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    if len(rows) < 2 or any(table.find(f".//{tag}") is not None for tag in _CONTROLS):
        return {}
    grid = _grid(rows, words)
    lines = {row: _line(cells) for row, cells in zip(rows, grid, strict=True) if _is_data(row, cells)}
    several = [row for row, cells in zip(rows, grid, strict=True) if row in lines and len(set(cells) - {""}) > 1]
    return lines if len(several) >= 2 and 2 * len(lines) > len(rows) else {}


def _line(cells: list[str]) -> str:
    return BAR.join(cells).replace("|  |", "| |").replace("|  |", "| |").rstrip(" |")


def _is_data(row: Any, cells: list[str]) -> bool:
    """Short cells; one that says the same all along is a line above the others."""
    if not any(cells) or max(map(len, cells)) > _LONG_CELL or sum(map(len, cells)) > _LONG_ROW:
        return False
    return all(len(cell.findall(".//p")) + len(cell.findall(".//br")) <= _MOST_BLOCKS for cell in row)


def _grid(rows: list[Any], words: Callable[[Any], str]) -> list[list[str]]:
    """The cells' texts by row and column, spans filled in; rows that are one cell wide hold it once."""
    grid: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}  # column -> rows still to fill, text
    for row in rows:
        line: list[str] = []
        wide = 0
        for cell in (cell for cell in row if cell.tag in ("td", "th")):
            _fill(line, hanging)
            text = words(cell)
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            for _ in range(across):
                if down > 1:
                    hanging[len(line)] = (down - 1, text if len(text) <= _LONG_FILL else "")
                line.append(text)
            wide += 1
        _fill(line, hanging)
        grid.append(line[:1] if wide == 1 and len(set(line)) == 1 else line)
    return grid


def _fill(line: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    """Cells that reach down from the rows above."""
    while (at := len(line)) in hanging:
        left, text = hanging.pop(at)
        line.append(text)
        if left > 1:
            hanging[at] = (left - 1, text)


def _span(cell: Any, name: str) -> int:
    said = cell.get(name, "1").strip()
    return min(_MOST_SPAN, max(1, int(said))) if said.isascii() and said.isdigit() else 1
