"""Charts: well-formed whatever they are told, and standing where the numbers say."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.plots import BLUE, ORANGE, WIDTH, Axes, Bar, Dot, Series, bars, bins, curves, histogram, reliability

HOSTILE = "</svg><script>alert('1')</script>\"&\x00\x1b\ud800"
shares = st.floats(0, 1)
words = st.text(max_size=20) | st.just(HOSTILE)


def parsed(svg: str) -> ElementTree.Element:
    root = ElementTree.fromstring(svg)
    assert root.tag == "svg"
    assert {element.tag for element in root.iter()} <= {"svg", "text", "rect", "circle", "polyline", "title"}
    return root


@given(st.lists(st.builds(Dot, shares, shares, st.integers(1, 10_000)), max_size=6), words)
def test_reliability_is_well_formed(dots: list[Dot], label: str) -> None:
    root = parsed(reliability(dots, label, label))
    assert len(root.findall("circle")) == len(dots)


@given(st.lists(st.tuples(shares, shares), max_size=6), st.none() | shares, words)
def test_curves_are_well_formed(points: list[tuple[float, float]], mark: float | None, label: str) -> None:
    parsed(curves([Series(label, points, BLUE), Series(label, points, ORANGE)], mark, label, label))


@given(st.lists(st.floats(0, 1e6), max_size=20), st.lists(st.tuples(words, st.floats(0, 1e5)), max_size=2), words)
def test_histogram_is_well_formed(values: list[float], marks: list[tuple[str, float]], label: str) -> None:
    parsed(histogram(values, marks, label, label))


@given(st.lists(st.builds(Bar, words, st.tuples(st.none() | shares), st.integers(0, 99)), max_size=5), words)
def test_bars_are_well_formed(rows: list[Bar], name: str) -> None:
    parsed(bars(rows, [(name, BLUE)]))


def test_bars_are_as_long_as_their_share() -> None:
    root = parsed(bars([Bar("甲", (0.5, None), 2), Bar("乙", (1.0, 0.25), 4)], [("一", BLUE), ("二", ORANGE)]))
    wide = [float(rect.attrib["width"]) for rect in root.findall("rect")][2:]  # the first two are the legend's
    assert [width / wide[2] for width in wide] == pytest.approx([0.5, 0, 1, 0.25])
    assert [text.text for text in root.findall("text") if "(" in str(text.text)] == ["甲 (2)", "乙 (4)"]


def test_axes_turn_values_into_places() -> None:
    axes = Axes(200, 10)
    assert axes.x(200) < WIDTH
    assert axes.x(100) == pytest.approx((axes.x(0) + axes.x(200)) / 2)
    assert axes.y(10) < axes.y(5) < axes.y(0)


@given(st.lists(st.floats(0, 50), max_size=50))
def test_every_value_is_in_one_bin(values: list[float]) -> None:
    counts = bins(values, 10, 5)
    assert sum(counts) == len(values)
    assert counts[0] == sum(value < 2 for value in values)
    assert counts[-1] == sum(value >= 8 for value in values)
