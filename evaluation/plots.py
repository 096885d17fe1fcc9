"""Charts as SVG text: pure functions of numbers, each a complete ``<svg>`` element that stands inside a page.

Every text is escaped; nothing is loaded, and no script is in it. Shares are 0..1, lengths are pixels of the view box.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

WIDTH, HEIGHT = 460, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 28, 46
BLUE, ORANGE, GREY, INK = "#2b6cb0", "#d9772b", "#dfe3e8", "#4a5560"
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart: its name and (x, y), ascending in x."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A bin of a reliability diagram: mean prediction, share that came true, and how many are in it."""

    predicted: float
    observed: float
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a bar chart: shares (None: nothing measured) in the order of the series, and how many it stands for."""

    label: str
    values: tuple[float | None, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Axes:
    """The ends of both axes, and where their values stand in the picture."""

    x_to: float = 1.0
    y_to: float = 1.0

    def x(self, value: float) -> float:
        """Pixels from the left."""
        return LEFT + (WIDTH - LEFT - RIGHT) * value / self.x_to

    def y(self, value: float) -> float:
        """Pixels from the top."""
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.y_to


def reliability(dots: Sequence[Dot], x_label: str, y_label: str) -> str:
    """Predicted probability against what came true; on the diagonal the prediction is honest. Area shows the count."""
    axes = Axes()
    parts = [_grid(axes, SHARES, SHARES, x_label, y_label)]
    parts.append(_line([(axes.x(0), axes.y(0)), (axes.x(1), axes.y(1))], INK, dash="4 4"))
    parts.append(_line([(axes.x(dot.predicted), axes.y(dot.observed)) for dot in dots], BLUE))
    most = max((dot.count for dot in dots), default=1)
    for dot in dots:
        x, y = axes.x(dot.predicted), axes.y(dot.observed)
        radius = 3 + 9 * math.sqrt(dot.count / most)
        tip = f"{dot.predicted:.2f} → {dot.observed:.2f}, n = {dot.count}"
        parts.append(
            _tag("circle", _tag("title", _words(tip)), cx=x, cy=y, r=radius, fill=BLUE, fill_opacity=0.55, stroke=BLUE)
        )
        below = y - radius < TOP + 10
        parts.append(_text(x, y + radius + 11 if below else y - radius - 3, str(dot.count), anchor="middle"))
    return _svg(parts, f"{x_label}: {y_label}")


def curves(series: Sequence[Series], mark: float | None, x_label: str, y_label: str) -> str:
    """Shares over thresholds 0..1, with a vertical line at the one in use."""
    axes = Axes()
    parts = [_grid(axes, SHARES, SHARES, x_label, y_label)]
    if mark is not None:
        parts.append(_line([(axes.x(mark), axes.y(0)), (axes.x(mark), axes.y(1))], INK, dash="3 3"))
        parts.append(_text(axes.x(mark) + 4, TOP + 10, f"{mark:.2f}"))
    for entry in series:
        parts.append(_line([(axes.x(x), axes.y(y)) for x, y in entry.points], entry.colour))
    legend = _legend([(entry.name, entry.colour) for entry in series], LEFT, 14)
    return _svg([*parts, legend], f"{x_label}: {y_label}")


def histogram(values: Sequence[float], marks: Sequence[tuple[str, float]], x_label: str, y_label: str) -> str:
    """How often which value comes; ``marks`` are named vertical lines. Values above the axis are in its last bin."""
    top = _round_up(max([1.0, *(value for _, value in marks)]) * 1.5)
    counts = bins(values, top, 24)
    axes = Axes(top, _round_up(max([1, *counts])))
    ticks = tuple(axes.y_to * share for share in SHARES if axes.y_to >= 4 or share in (0.0, 1.0))
    parts = [_grid(axes, tuple(top * share for share in SHARES), ticks, x_label, y_label)]
    wide = axes.x(top / len(counts)) - axes.x(0)
    for at, count in enumerate(counts):
        left, upper = axes.x(at * top / len(counts)), axes.y(count)
        parts.append(
            _tag("rect", x=left + 0.5, y=upper, width=wide - 1, height=axes.y(0) - upper, fill=BLUE, fill_opacity=0.75)
        )
    for at, (name, value) in enumerate(marks):
        parts.append(_line([(axes.x(value), axes.y(0)), (axes.x(value), TOP)], ORANGE, dash="3 3"))
        parts.append(_text(axes.x(value) + 4, TOP + 10 + 14 * at, f"{name} {value:.1f}"))
    return _svg(parts, f"{x_label}: {y_label}")


def bars(rows: Sequence[Bar], names: Sequence[tuple[str, str]]) -> str:
    """Shares by kind, one group of horizontal bars a row; ``names`` are the series' names and colours."""
    thick, gap, left = 9, 9, 150
    step = thick * len(names) + gap
    height = 34 + step * len(rows)
    full = WIDTH - left - 54
    parts = [_legend(names, left, 14)]
    for share in SHARES:
        x = left + full * share
        parts.append(_line([(x, 22), (x, height - 6)], GREY))
    for at, row in enumerate(rows):
        y = 28 + at * step
        parts.append(_text(left - 8, y + step / 2, f"{row.label} ({row.count})", anchor="end"))
        for order, (value, (_, colour)) in enumerate(zip(row.values, names, strict=True)):
            upper = y + order * thick
            parts.append(_tag("rect", x=left, y=upper, width=full * (value or 0.0), height=thick - 1, fill=colour))
            shown = "–" if value is None else f"{value:.0%}"
            parts.append(_text(left + full * (value or 0.0) + 4, upper + thick - 1, shown, size=8))
    return _svg(parts, " / ".join(name for name, _ in names), height)


def bins(values: Sequence[float], top: float, many: int) -> list[int]:
    """Counts in ``many`` equal bins over 0..top; what lies above is counted in the last, below in the first."""
    counts = [0] * many
    for value in values:
        counts[max(0, min(many - 1, int(value / top * many)))] += 1
    return counts


def _round_up(value: float) -> float:
    """The next 1, 2, 4, 6 or 8 times a power of ten, at least 1."""
    power = 10 ** math.floor(math.log10(max(value, 1.0)))
    return float(next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value - 1e-9))


def _grid(axes: Axes, across: Sequence[float], up: Sequence[float], x_label: str, y_label: str) -> str:
    parts = []
    for value in across:
        parts.append(_line([(axes.x(value), axes.y(0)), (axes.x(value), TOP)], GREY))
        parts.append(_text(axes.x(value), HEIGHT - BOTTOM + 14, f"{value:g}", anchor="middle"))
    for value in up:
        parts.append(_line([(axes.x(0), axes.y(value)), (axes.x(axes.x_to), axes.y(value))], GREY))
        parts.append(_text(LEFT - 6, axes.y(value) + 3, f"{value:g}", anchor="end"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_label, anchor="middle", size=11))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(_text(12, middle, y_label, anchor="middle", size=11, transform=f"rotate(-90 12 {middle:g})"))
    return "".join(parts)


def _legend(names: Sequence[tuple[str, str]], x: float, y: float) -> str:
    parts = []
    for at, (name, colour) in enumerate(names):
        parts.append(_tag("rect", x=x + at * 170, y=y - 8, width=9, height=9, fill=colour))
        parts.append(_text(x + at * 170 + 13, y, name))
    return "".join(parts)


def _line(points: Sequence[tuple[float, float]], colour: str, dash: str = "none") -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    width = 1 if colour in (GREY, INK) else 2
    return _tag("polyline", points=path, fill="none", stroke=colour, stroke_width=width, stroke_dasharray=dash)


def _text(
    x: float, y: float, content: str, *, anchor: str = "start", size: int = 10, transform: str = "rotate(0)"
) -> str:
    return _tag("text", _words(content), x=x, y=y, text_anchor=anchor, font_size=size, fill=INK, transform=transform)


def _svg(parts: Sequence[str], label: str, height: float = HEIGHT) -> str:
    return _tag(
        "svg",
        "".join(parts),
        viewBox=f"0 0 {WIDTH} {height:g}",
        role="img",
        aria_label="".join(filter(str.isprintable, label)),
    )


def _words(content: str) -> str:
    """Text as XML can hold it: escaped, without control characters, which no escape makes lawful."""
    return escape("".join(char for char in content if char.isprintable()))


def _tag(name: str, content: str = "", **attributes: object) -> str:
    """An element; ``content`` is markup. Underscores in attribute names become hyphens, floats are rounded."""
    written = "".join(
        f" {key.replace('_', '-')}={quoteattr(f'{value:.2f}' if isinstance(value, float) else str(value))}"
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>"
