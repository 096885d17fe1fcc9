"""Which counties say it: nobody left out who says it, nobody named who does not, each in its own words."""

from pathlib import Path

import pytest

from retrieval.across import _says, alternatives, plain
from retrieval.lexicon import Lexicon
from retrieval.text import fold
from retrieval.topic import chinese_topic
from retrieval.types import Answer, Status
from tests.small import engine_over


def _county(name: str, body: str) -> str:
    return f"{name}卫生健康工作要点\n\n发布时间：2024-01-02 来源：{name}卫生健康局\n\n{body}\n"


def _told(answer: Answer) -> dict[str, str]:
    return {claim.label: claim.text for claim in answer.claims}


def test_a_county_is_quoted_for_what_it_does_and_not_for_what_the_nation_demands(tmp_path: Path) -> None:
    nation = "2020年，国家卫生健康委要求各地加快血液透析中心建设。\n\n"
    engine = engine_over(
        tmp_path,
        {
            "a.txt": _county("荣县", nation + "荣县在县人民医院建成血液透析中心，设床位30张。"),
            "b.txt": _county("湄潭县", nation + "湄潭县为65岁以上老年人免费体检。"),
        },
    )
    told = _told(engine.ask("哪些县建了血液透析中心"))
    assert list(told) == ["荣县"]
    assert "30张" in told["荣县"]


def test_the_preamble_on_several_counties_speaks_for_none_of_them(tmp_path: Path) -> None:
    text = """两县的血液透析中心：荣县、湄潭县

荣县和湄潭县都在西南。2020年，血液透析中心建设成为全省任务，各地经验被拿来介绍。

一、荣县

荣县在县人民医院建成血液透析中心，设床位30张。

二、湄潭县

湄潭县把血液透析中心设在县中医院，免收挂号费。
"""
    told = _told(engine_over(tmp_path, {"a.txt": text}).ask("哪些县建了血液透析中心"))
    assert "30张" in told["荣县"]
    assert "县中医院" in told["湄潭县"]


def test_an_enumeration_names_the_counties_and_is_quoted_whole(tmp_path: Path) -> None:
    text = """健康县名单公布

2022年3月，四川省公布了健康县建设先进单位的复核结果，共有两个县通过复核。名单如下：

1．自贡市荣县
2．资阳市安岳县
"""
    answer = engine_over(tmp_path, {"a.txt": text}).ask("四川哪些县通过了健康县先进单位复核")
    assert "荣县" in answer.claims[0].label
    assert "安岳县" in answer.claims[0].label
    assert "资阳市安岳县" in answer.citations[0].quote


def test_a_number_is_no_part_of_a_longer_one(tmp_path: Path) -> None:
    articles = {
        "a.txt": _county("荣县", "荣县新建120急救站9个，配齐救护车。"),
        "b.txt": _county("湄潭县", "湄潭县提供托位1208个，方便双职工家庭。"),
    }
    assert list(_told(engine_over(tmp_path, articles).ask("哪些县提到了120急救"))) == ["荣县"]


def test_either_of_two_things_is_enough(tmp_path: Path) -> None:
    articles = {
        "a.txt": _county("荣县", "荣县在县人民医院建成血液透析中心，设床位30张。"),
        "b.txt": _county("湄潭县", "湄潭县为适龄女生免费接种宫颈癌疫苗。"),
        "c.txt": _county("安岳县", "安岳县改造农村厕所300座。"),
    }
    told = _told(engine_over(tmp_path, articles).ask("哪些县有血液透析中心或者接种宫颈癌疫苗"))
    assert set(told) == {"荣县", "湄潭县"}


BOTH = {
    "a.txt": _county("荣县", "荣县在县人民医院建成血液透析中心，设床位30张。"),
    "b.txt": _county("湄潭县", "湄潭县把血液透析中心设在县中医院。"),
    "c.txt": _county("安岳县", "安岳县的胸痛中心从去年开始收治病人。"),
}


def test_a_county_that_is_known_already_is_left_out(tmp_path: Path) -> None:
    told = _told(engine_over(tmp_path, BOTH).ask("除了荣县还有哪些县建了血液透析中心"))
    assert list(told) == ["湄潭县"]


@pytest.mark.parametrize("words", ["没有血液透析中心", "的文章没提到血液透析", "还未建血液透析中心"])
def test_who_does_not_is_nothing_that_could_be_cited(tmp_path: Path, words: str) -> None:
    assert engine_over(tmp_path, BOTH).ask(f"哪些县{words}").status is not Status.ANSWERED


def test_more_counties_are_asked_for_of_the_same_thing(tmp_path: Path) -> None:
    told = _told(engine_over(tmp_path, BOTH).ask("还有别的县吗", ["哪些县建了血液透析中心"]))
    assert set(told) == {"荣县", "湄潭县"}


def test_everywhere_is_all_counties(tmp_path: Path) -> None:
    assert set(_told(engine_over(tmp_path, BOTH).ask("各地血液透析怎么搞的"))) == {"荣县", "湄潭县"}


def test_what_the_counties_of_a_province_do_is_told_of_each(tmp_path: Path) -> None:
    extra = "一、健康管理\n\n高血压患者规范管理率在65%以上。"
    articles = {
        "a.txt": _county("荣县", "荣县在县人民医院建成血液透析中心，设床位30张。\n\n" + extra),
        "b.txt": _county("安岳县", "安岳县的胸痛中心从去年开始收治病人。\n\n" + extra),
    }
    told = _told(engine_over(tmp_path, articles).ask("四川各县卫生健康情况"))
    assert "30张" in told["荣县"]
    assert "胸痛" in told["安岳县"]


@pytest.mark.parametrize(
    ("carried", "best", "sure", "says"),
    [(0.0, 0.0, 0.8, True), (0.0, 0.0, 0.6, False), (0.25, 0.5, 0.9, False), (0.4, 0.5, 0.9, True)],
)
def test_of_those_that_mean_it_the_nearest_in_words_are_named(
    carried: float, best: float, sure: float, says: bool
) -> None:
    assert _says(carried, best, sure, mentioned=False) is says


@pytest.mark.parametrize("text", ["底下的县市托育", "下面几个县都有 托育", "托育这两个县都", "除了 托育", "各地托育"])
def test_words_for_the_counties_are_no_topic(text: str) -> None:
    assert chinese_topic(fold(text), Lexicon.load()) == "托育"


@pytest.mark.parametrize(
    ("topic", "left"),
    [
        ("建成了血透中心", "血透中心"),
        ("搞托育", "托育"),
        ("设有胸痛中心", "胸痛中心"),
        ("有效随访", "有效随访"),
        ("推行 家庭医生", "推行 家庭医生"),
        ("搞了", "搞了"),
    ],
)
def test_verbs_of_having_are_no_topic(topic: str, left: str) -> None:
    assert plain(topic) == left


@pytest.mark.parametrize(
    ("topic", "each"),
    [
        ("托育", ("托育",)),
        ("疫苗接种或者血液透析", ("疫苗接种或者血液透析", "疫苗接种", "血液透析")),
        ("中医药产业或人才", ("中医药产业或人才", "中医药产业", "中医药人才")),
        ("或者", ("或者",)),
    ],
)
def test_one_or_other_is_asked_each_by_itself(topic: str, each: tuple[str, ...]) -> None:
    assert alternatives(topic) == each


def test_a_title_that_is_asked_for_is_asked_for_by_itself(tmp_path: Path) -> None:
    engine = engine_over(
        tmp_path,
        {
            "a.txt": _county("荣县", "荣县启动健康养生县创建工作，成立专班。"),
            "b.txt": _county("湄潭县", "湄潭县全面推行健康养生行动，人人参与。"),
        },
    )
    assert list(_told(engine.ask("哪些县在创建健康养生县"))) == ["荣县"]
