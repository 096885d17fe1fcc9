"""Kinds of sentences."""

import pytest

from retrieval.fit import fit
from retrieval.types import Kind


@pytest.mark.parametrize(
    ("kind", "yes", "no"),
    [
        (Kind.NUMBER, "全年培训村医120人。", "持续培训村医。"),
        (Kind.NUMBER, "新建三家卫生院。", "新建卫生院。"),
        (Kind.NUMBER, "签约率达到75%。", "签约率稳步提高。"),
        (Kind.WHERE, "分院设在青山镇。", "分院已经开诊。"),
        (Kind.WHO, "卫生健康局局长张三出席。", "卫生健康局出席。"),
        (Kind.WHEN, "新院区2024年6月启用。", "新院区启用。"),
        (Kind.HOW, "通过对口帮扶提升能力。", "能力得到提升。"),
    ],
)
def test_fit_prefers_the_kind_that_was_asked_for(kind: Kind, yes: str, no: str) -> None:
    assert fit(kind, yes) > fit(kind, no)
    assert 0.0 <= fit(kind, no) <= fit(kind, yes) <= 1.0


def test_longer_enumerations_fit_a_list_better() -> None:
    assert fit(Kind.LIST, "甲、乙、丙、丁。") > fit(Kind.LIST, "甲、乙。") > fit(Kind.LIST, "甲。")


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_measure(kind: Kind) -> None:
    assert 0.0 <= fit(kind, "") <= 1.0
