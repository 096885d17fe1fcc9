"""Bars as SVG text: pure functions of numbers. Every text is escaped, nothing is loaded, no script is in it."""

from collections.abc import Sequence
from html import escape

_WIDTH, _LEFT, _RIGHT, _ROW = 460, 150, 56, 22
_BLUE, _INK, _GREY = "#2b6cb0", "#3a4652", "#dfe3e8"
_HEIGHT, _BOTTOM, _TOP = 190, 24, 18
_MOST_LABELS = 12


def rows(counts: Sequence[tuple[str, int]]) -> str:
    """Horizontal bars, one a name, in the order given."""
    most = max((count for _, count in counts), default=1)
    height = _ROW * len(counts) + 6
    parts = []
    for at, (name, count) in enumerate(counts):
        y = 4 + at * _ROW
        wide = (_WIDTH - _LEFT - _RIGHT) * count / most
        parts.append(_text(_LEFT - 8, y + 14, _short(name), "end"))
        parts.append(f'<rect x="{_LEFT}" y="{y + 3}" width="{max(wide, 1):.1f}" height="14" rx="2" fill="{_BLUE}"/>')
        parts.append(_text(_LEFT + wide + 6, y + 14, f"{count:,}"))
    return _svg(parts, height)


def columns(counts: Sequence[tuple[str, int]]) -> str:
    """Vertical bars, one a name, from left to right; of many only some are labelled."""
    most = max((count for _, count in counts), default=1)
    step = (_WIDTH - 20) / max(1, len(counts))
    every = -(-len(counts) // _MOST_LABELS)
    base = _HEIGHT - _BOTTOM
    parts = [f'<line x1="10" y1="{base}" x2="{_WIDTH - 10}" y2="{base}" stroke="{_GREY}"/>']
    for at, (name, count) in enumerate(counts):
        x, tall = 10 + at * step, (base - _TOP) * count / most
        wide = max(1.0, min(step - 2, 40))
        left = x + (step - wide) / 2
        parts.append(
            f'<rect x="{left:.1f}" y="{base - tall:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{_BLUE}">'
            f"<title>{escape(name)}: {count:,}</title></rect>"
        )
        if at % every == 0:
            parts.append(_text(x + step / 2, _HEIGHT - 8, name, "middle"))
        if count and step > 16:
            parts.append(_text(x + step / 2, base - tall - 4, f"{count:,}", "middle"))
    return _svg(parts, _HEIGHT)


def _short(name: str) -> str:
    return name if len(name) <= 11 else name[:10] + "…"


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    shown = escape("".join(filter(str.isprintable, words)))
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="11" fill="{_INK}">{shown}</text>'


def _svg(parts: Sequence[str], height: float) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height:g}" role="img">{"".join(parts)}</svg>'
