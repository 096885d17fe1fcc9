"""Bar charts as PNG, drawn with numpy alone: rectangles, and digits from a small font of our own.

A font with Chinese would weigh megabytes, and a bare machine has none: names stand in the text beside the picture,
under the numbers that the bars carry.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Canvas = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

WHITE, INK, GRID = (255, 255, 255), (74, 85, 96), (223, 227, 232)
DARK, LIGHT = (43, 108, 176), (217, 119, 43)
WIDTH, DAYS_HEIGHT, ROW = 960, 360, 34
_MARGIN, _SCALE = 70, 3
_GLYPHS = {
    "0": "111 101 101 101 111",
    "1": "010 110 010 010 111",
    "2": "111 001 111 100 111",
    "3": "111 001 111 001 111",
    "4": "101 101 111 001 001",
    "5": "111 100 111 001 111",
    "6": "111 100 111 101 111",
    "7": "111 001 001 001 001",
    "8": "111 101 111 101 111",
    "9": "111 101 111 001 111",
    "-": "000 000 111 000 000",
    ".": "000 000 000 000 010",
}
_ADVANCE, _TALL = 4 * _SCALE, 5 * _SCALE


@dataclass(frozen=True, slots=True)
class Day:
    """A bar of the upper chart: its label (digits and ``-``), and how many were answered and refused."""

    label: str
    answered: int
    refused: int


def chart(days: Sequence[Day], counts: Sequence[int]) -> bytes:
    """A PNG: above, a bar a day (dark answered, light refused); below, a numbered bar for each count.

    At least one day; counts are not negative. Labels may hold digits, ``-`` and ``.`` only.
    """
    height = DAYS_HEIGHT + _MARGIN // 2 + ROW * len(counts)
    canvas: Canvas = np.full((height, WIDTH, 3), WHITE, dtype=np.uint8)
    _days(canvas, days)
    _ranks(canvas, counts)
    return png(canvas)


def _days(canvas: Canvas, days: Sequence[Day]) -> None:
    most = max(1, *(day.answered + day.refused for day in days))
    top, bottom = 30, DAYS_HEIGHT - 40
    for share in (0.0, 0.5, 1.0):
        y = round(bottom - (bottom - top) * share)
        fill(canvas, _MARGIN, y, WIDTH - 20, y + 1, GRID)
        write(canvas, 10, y - _TALL // 2, _short(most * share))
    step = (WIDTH - 20 - _MARGIN) / len(days)
    every = -(-len(days) * 6 * _ADVANCE // (WIDTH - 20 - _MARGIN))  # labels that would touch are left out
    for at, day in enumerate(days):
        left, right = round(_MARGIN + step * (at + 0.15)), round(_MARGIN + step * (at + 0.85))
        middle = bottom - round((bottom - top) * day.answered / most)
        upper = bottom - round((bottom - top) * (day.answered + day.refused) / most)
        fill(canvas, left, middle, max(right, left + 1), bottom, DARK)
        fill(canvas, left, upper, max(right, left + 1), middle, LIGHT)
        if at % max(1, every) == 0:
            write(canvas, max(_MARGIN, (left + right - len(day.label) * _ADVANCE) // 2), bottom + 10, day.label)


def _ranks(canvas: Canvas, counts: Sequence[int]) -> None:
    most = max(1, *counts, 0)
    for at, count in enumerate(counts):
        top = DAYS_HEIGHT + ROW * at
        write(canvas, 10, top + 6, str(at + 1))
        right = _MARGIN + round((WIDTH - 160 - _MARGIN) * count / most)
        fill(canvas, _MARGIN, top + 2, max(right, _MARGIN + 1), top + ROW - 8, DARK)
        write(canvas, max(right, _MARGIN + 1) + 8, top + 6, str(count))


def fill(canvas: Canvas, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
    """A rectangle; ends exclusive, and what lies outside the canvas is left out."""
    canvas[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = colour


def write(canvas: Canvas, left: int, top: int, text: str) -> None:
    """Digits from the upper left corner. Raises KeyError for a character that the font lacks."""
    for at, char in enumerate(text):
        for row, bits in enumerate(_GLYPHS[char].split()):
            for column, bit in enumerate(bits):
                if bit == "1":
                    x, y = left + at * _ADVANCE + column * _SCALE, top + row * _SCALE
                    fill(canvas, x, y, x + _SCALE, y + _SCALE, INK)


def png(canvas: Canvas) -> bytes:
    """The canvas ``(height, width, 3)`` as a PNG file."""
    height, width, _ = canvas.shape
    lines = np.zeros((height, 1 + width * 3), dtype=np.uint8)  # each begins with its filter, which is none
    lines[:, 1:] = canvas.reshape(height, width * 3)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
