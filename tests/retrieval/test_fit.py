"""Kinds of sentences."""

import pytest

from retrieval.fit import Wanted, fit, wanted
from retrieval.types import Kind, Question, Scope, Script


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
    assert 0.0 <= fit(Wanted(kind), no) < fit(Wanted(kind), yes) <= 1.0


def test_longer_enumerations_fit_a_list_better() -> None:
    assert (
        fit(Wanted(Kind.LIST), "甲、乙、丙、丁。") > fit(Wanted(Kind.LIST), "甲、乙。") > fit(Wanted(Kind.LIST), "甲。")
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_measure(kind: Kind) -> None:
    assert 0.0 <= fit(Wanted(kind), "") <= 1.0


def _asked(text: str) -> Question:
    return Question(text, text, Kind.NUMBER, Scope.CORPUS, Script.SIMPLIFIED)


@pytest.mark.parametrize(
    ("question", "terms", "yes", "no"),
    [
        ("有几辆救护车", ["救护车"], "中心配备救护车12辆。", "救护车驻点8处。"),
        ("有多少名村医", ["村医"], "全县在岗村医310人。", "2016年,村医参加培训。"),
        ("住院报销百分之多少", ["报销", "住院"], "住院报销比例为70%。", "住院报销窗口有3个。"),
        ("新院区投资多少钱", ["新院区"], "新院区总投资2.3亿元。", "新院区设床位500张。"),
        ("总医院有多少职工", ["总医院", "职工"], "总医院有职工800人。", "揭牌仪式有100余人参加。"),
        ("设了多少个托位", ["托位"], "可提供托位1208个。", "托位陆续开放。"),
        ("第几批试点", ["试点"], "列入第二批试点,共有20个。", "列入试点。"),
    ],
)
def test_a_number_must_be_of_the_thing_asked_for(question: str, terms: list[str], yes: str, no: str) -> None:
    what = wanted(_asked(question), terms)
    assert fit(what, yes) > fit(what, no)


def test_dates_and_ordinals_are_no_counts() -> None:
    what = wanted(_asked("有多少个中医馆"), ["中医馆"])
    assert fit(what, "2023年5月6日第一个中医馆挂牌。") < fit(what, "建成中医馆19个。") == 1.0


def test_the_number_of_a_hotline_counts_nothing() -> None:
    asked = wanted(_asked("转运一趟收多少钱"), ["转运"])
    assert fit(asked, "120救护车留给急重症患者。") < 0.3
    assert fit(asked, "转运一趟收费120元。") == 1.0
    assert fit(wanted(_asked("有多少辆救护车"), ["救护车"]), "全县有救护车120辆。") == 1.0


def test_a_bare_number_may_be_of_the_measure_but_is_less_sure() -> None:
    asked = wanted(_asked("投了多少钱"), ["投"])
    assert 0.3 <= fit(asked, "投入 | 82.5 | 79") < 1.0
