"""Whose doing a sentence tells."""

import pytest

from retrieval.bearing import after_another, of_others, situates, tells
from retrieval.sentences import Sentence
from retrieval.types import Division, Hit, Level, Passage

COUNTY = Division("510321", Level.COUNTY, "荣县", "荣县", "四川省", "自贡市")


def _sentence(text: str, counties: tuple[str, ...] = ("510321",), heading: tuple[str, ...] = ()) -> Sentence:
    passage = Passage("a", 0, len(text), text, 0, heading, counties)
    return Sentence(Hit(0, passage, 0.0), 0, len(text), text)


@pytest.mark.parametrize(
    "text",
    [
        "国家有关部门2020年提出，到2025年县域就诊率达到90%。",
        "2019年，国家卫生健康委把这项建设列为任务。",
        "同年10月，國務院印發實施意見。",
        "作为参照，全国平均为每千人4.5个。",
        "自贡市2023年工作要点提出，每月评选优秀单位。",
        "2024年，四川省印发了评价办法。",
        "全国层面，覆盖率要达到75%。",
    ],
)
def test_what_others_do_is_told_as_theirs(text: str) -> None:
    assert of_others(_sentence(text), COUNTY)


@pytest.mark.parametrize(
    "text",
    [
        "四川省自贡市荣县被列为试点。",
        "荣縣落实国家规划，新建急救站9个。",
        "县里新建急救站9个。",
        "国家级专家每周到县医院坐诊。",
        "全国先进单位的称号由县医院获得。",
        "2023年，全县新建急救站9个。",
    ],
)
def test_what_the_county_does_is_its_own(text: str) -> None:
    assert not of_others(_sentence(text), COUNTY)


def test_a_passage_on_several_counties_is_a_county_s_where_it_names_it() -> None:
    assert of_others(_sentence("两地各有办法。", ("510321", "520328")), COUNTY)
    assert not of_others(_sentence("荣县和湄潭县各有办法。", ("510321", "520328")), COUNTY)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("湄潭县筹建中心之前，曾派人到荣县学习。", True),
        ("荣县派人到湄潭县学习。", False),
        ("湄潭县、荣县都设了急救站。", False),
        ("县里设了急救站。", False),
    ],
)
def test_who_is_named_first_does_it(text: str, other: bool) -> None:
    assert after_another(text, COUNTY, ["荣县", "湄潭县"]) is other


def test_what_stands_under_a_heading_on_the_nation_is_the_nation_s() -> None:
    assert of_others(_sentence("会议要求三级整体推进。", heading=("放到全国看",)), COUNTY)
    assert not of_others(_sentence("会议要求三级整体推进。", heading=("试点怎么做",)), COUNTY)


@pytest.mark.parametrize(
    "text",
    [
        "荣县属四川省自贡市。",
        "荣县位于四川盆地南部。",
        "湄潭縣是貴州省遵義市下轄的縣。",
        "贵州省遵义市下辖湄潭、凤冈等县。",
    ],
)
def test_where_a_place_lies_says_nothing(text: str) -> None:
    assert situates(text)
    assert not tells(text)


@pytest.mark.parametrize(
    "text",
    [
        "荣县是全国健康促进县。",
        "急救中心位于县人民医院东区。",
        "荣县属四川省自贡市，是首批试点县。",
        "荣县是国家级示范县。",
    ],
)
def test_what_it_is_besides_does(text: str) -> None:
    assert tells(text)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-06 09:20 · 荣县融媒体中心",
        "您是第 00012345 位访客",
        "声明：本页内容仅供参考。",
        "相关附件：无",
        "（本页为转载，以原单位发布为准）",
    ],
)
def test_furniture_says_nothing(text: str) -> None:
    assert not tells(text)
