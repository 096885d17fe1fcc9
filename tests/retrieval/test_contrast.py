"""What speaks against a sentence: another word of the same set, another year, a figure that it lacks."""

import pytest

from retrieval.contrast import against, contrasts


def _against(asked: str, told: str, years: tuple[int, ...] = (), heading: str = "") -> tuple[float, ...]:
    return against(contrasts(asked, years), told, heading, told)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("药师有多少", "注册护士1345人"),
        ("三甲医院有几家", "二甲医院5家"),
        ("婴儿死亡率是多少", "孕产妇死亡率9.7"),
        ("局长叫什么", "副局长王强到场"),
        ("第二批有几个县", "首批涉及25个县"),
        ("高中的近视率", "初中近视率68%"),
        ("一天接诊多少人", "每月接诊2000人"),
    ],
)
def test_another_word_of_the_set_speaks_against(asked: str, told: str) -> None:
    other, missed, *_ = _against(asked, told)
    assert other >= 1.0
    assert missed >= other


@pytest.mark.parametrize(
    ("asked", "told"),
    [("护士有多少", "医师385人、护士445人"), ("女生有多少", "女孩20人"), ("有多少个托位", "提供托位120个")],
)
def test_the_word_asked_for_or_one_for_the_same_does_not(asked: str, told: str) -> None:
    assert _against(asked, told)[0] == 0.0


def test_the_heading_may_have_the_word_asked_for() -> None:
    assert _against("县中医院有几个中心", "县医院设五个中心", heading="县中医院医共体")[:2] == (0.0, 0.0)


@pytest.mark.parametrize(
    ("years", "told", "off"),
    [
        ((2023,), "2020年有12家", 1.0),
        ((2020,), "2020年有12家", 0.0),
        ((2023,), "有12家", 0.5),
        ((), "2020年", 0.0),
        ((2023,), "近5年建12家", 1.0),
    ],
)
def test_another_year_speaks_against(years: tuple[int, ...], told: str, off: float) -> None:
    assert _against("有几家", told, years)[2] == off


def test_a_plan_of_five_years_is_no_other_year() -> None:
    assert _against("到2030年有几家", "十四五期间建12家", (2030,))[2] == 0.5


def test_a_figure_that_is_supposed_is_looked_for() -> None:
    assert _against("50个专科都建了吗", "力争建成2个专科")[3] == 1.0
    assert _against("2个专科都建了吗", "力争建成2个专科")[3] == 0.0
