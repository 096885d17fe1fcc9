"""Questions grouped by meaning: against a slow plain way of doing the same, and on everyday wordings."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.gapbook import Gap
from bot.grouping import NEAR, grouped, groups_of
from retrieval.config import Config, PathsConfig

COUNTIES = [(), ("甲县",), ("乙县",)]


def gap(number: int, counties: tuple[str, ...] = (), question: str = "?", at: float = 0.0, reason: str = "x") -> Gap:
    return Gap(number, at, question, "", counties, reason, "", "")


def slowly(gaps: list[Gap], vectors: np.ndarray, near: float) -> list[list[int]]:
    """By the definition: each joins the nearest group of its county by the group's first member, else opens one."""
    groups: list[list[int]] = []
    for at in range(len(gaps)):
        best, likeness = None, -math.inf
        for group in groups:
            if gaps[group[0]].counties == gaps[at].counties:
                found = float(np.dot(vectors[group[0]], vectors[at]))
                if found > likeness:
                    best, likeness = group, found
        if best is not None and likeness >= near:
            best.append(at)
        else:
            groups.append([at])
    return groups


@st.composite
def cases(draw):
    count = draw(st.integers(0, 30))
    # few directions with whole numbers, so that ties and exact thresholds do occur
    corners = [np.array([x, y], np.float32) / np.hypot(x, y) for x, y in ((1, 0), (0, 1), (3, 4), (4, 3), (-1, 0))]
    rows = [draw(st.sampled_from([*corners, np.zeros(2, np.float32)])) for _ in range(count)]
    gaps = [gap(number, draw(st.sampled_from(COUNTIES))) for number in range(count)]
    return gaps, np.array(rows, np.float32).reshape(count, 2)


@given(cases(), st.sampled_from([0.3, 0.6, 0.8, 1.0]))
@settings(max_examples=300, deadline=None)
def test_groups_are_those_of_the_definition(case, near):
    gaps, vectors = case
    found = grouped(gaps, vectors, near)
    assert found == slowly(gaps, vectors, near)
    assert sorted(at for group in found for at in group) == list(range(len(gaps)))


@given(cases())
@settings(max_examples=100, deadline=None)
def test_later_questions_change_no_earlier_group(case):
    gaps, vectors = case
    whole = grouped(gaps, vectors)
    for count in range(len(gaps)):
        before = [[at for at in group if at < count] for group in whole]
        assert grouped(gaps[:count], vectors[:count]) == [group for group in before if group]


def test_everyday_wordings_of_the_same_come_together_and_counties_stay_apart(tmp_path):
    same = [["村医工资多少", "乡村医生待遇怎么样", "村医补助"], ["打疫苗去哪里", "预防接种点在哪", "小孩打预防针在哪"]]
    gaps = []
    for county in ("甲县", "乙县"):
        for wordings in same:
            gaps += [gap(len(gaps) + at, (county,), text) for at, text in enumerate(wordings)]
    groups = groups_of(gaps, Config(paths=PathsConfig(data=str(tmp_path))))
    told = {(group.counties, frozenset(found.question for found in group.gaps)) for group in groups}
    assert told == {((county,), frozenset(wordings)) for county in ("甲县", "乙县") for wordings in same}
    assert NEAR > 0.4


def test_groups_come_by_frequency_then_by_time(tmp_path):
    gaps = [
        gap(1, question="村医工资多少", at=1),
        gap(2, question="几点开门", at=2),
        gap(3, question="打疫苗去哪里", at=3),
    ]
    gaps += [gap(4, question="村医工资多少", at=0)]
    groups = groups_of(gaps, Config(paths=PathsConfig(data=str(tmp_path))))
    assert [group.key for group in groups] == [1, 3, 2]
    assert groups[0].last == 1 and groups[0].questions == [("村医工资多少", 2)]


def test_own_words_help_grouping_and_a_broken_file_does_not_hinder(tmp_path, caplog):
    config = Config(paths=PathsConfig(data=str(tmp_path)))
    gaps = [gap(1, question="嘎嘣嘣在哪"), gap(2, question="接种疫苗地点")]
    assert len(groups_of(gaps, config)) == 2
    config.lexicon_file.write_text("嘎嘣嘣\t接种疫苗\t0.8\tzh\n", encoding="utf-8")
    assert len(groups_of(gaps, config)) == 1
    config.lexicon_file.write_text("broken\n", encoding="utf-8")
    assert len(groups_of(gaps, config)) == 2 and "own lexicon" in caplog.text
