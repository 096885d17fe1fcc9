"""The paired bootstrap, against cases whose interval can be told by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.bootstrap import paired


def test_no_difference_is_no_difference() -> None:
    values = {"a": 0.2, "b": 0.9}
    found = paired(values, values)
    assert (found.mean, found.low, found.high, found.sure) == (0.0, 0.0, 0.0, False)


def test_a_constant_difference_is_sure() -> None:
    found = paired({"a": 0.75, "b": 0.5, "c": 1.0}, {"a": 0.5, "b": 0.25, "c": 0.75})
    assert (found.mean, found.low, found.high) == (0.25, 0.25, 0.25)
    assert found.sure


def test_three_queries_have_the_percentiles_of_all_27_resamples() -> None:
    """The resampled means are 0 with 8/27, 1/3 with 12/27, 2/3 with 6/27, 1 with 1/27: 2.5 and 97.5 % are 0 and 1."""
    found = paired({"a": 1.0, "b": 0.5, "c": 0.5}, {"a": 0.0, "b": 0.5, "c": 0.5})
    means = sorted(sum(drawn) / 3 for drawn in itertools.product((1.0, 0.0, 0.0), repeat=3))
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(means, [2.5, 97.5], method="inverted_cdf")))
    assert found.mean == pytest.approx(1 / 3)
    assert not found.sure


def test_wide_samples_come_near_the_normal_interval() -> None:
    source = np.random.default_rng(7)
    differences = source.normal(0.1, 0.5, 400)
    found = paired(
        {str(at): float(value) for at, value in enumerate(differences)}, dict.fromkeys(map(str, range(400)), 0.0)
    )
    error = float(differences.std()) / 20
    assert (found.low, found.high) == pytest.approx((found.mean - 1.96 * error, found.mean + 1.96 * error), abs=0.005)


@given(st.dictionaries(st.text(max_size=3), st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8))
def test_turned_round_it_is_mirrored_and_the_order_does_not_matter(values: dict[str, tuple[float, float]]) -> None:
    ours = {query: pair[0] for query, pair in values.items()}
    theirs = {query: pair[1] for query, pair in reversed(values.items())}
    found, mirrored = paired(ours, theirs, 200), paired(theirs, ours, 200)
    assert found == paired(ours, theirs, 200)
    assert (found.mean, found.low, found.high) == pytest.approx((-mirrored.mean, -mirrored.high, -mirrored.low))
    assert found.low <= found.high


@pytest.mark.parametrize(("ours", "theirs"), [({}, {}), ({"a": 1.0}, {"b": 1.0}), ({"a": 1.0}, {})])
def test_other_queries_are_no_pair(ours: dict[str, float], theirs: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="same queries"):
        paired(ours, theirs)
