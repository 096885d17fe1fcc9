"""Overviews, surveys, lists and comparisons: all main points, the county's own, the most telling one first."""

from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.answer import Answerer
from retrieval.kinds import without_comparing, worded_kind
from retrieval.outlook import _shared_list
from retrieval.reader import Reader
from retrieval.sentences import Judged, sentences_of
from retrieval.types import Answer, Hit, Kind, Passage
from tests.small import engine_over


def _article(title: str, body: str) -> str:
    return f"{title}\n\n发布时间：2024-01-02 来源：荣县卫生健康局\n\n{body}\n"


def _texts(answer: Answer) -> list[str]:
    return [claim.text for claim in answer.claims]


DIALYSIS = _article(
    "荣县：让透析病人少跑路",
    """荣县属四川省自贡市。荣县在县人民医院建成血液透析中心，设床位30张。

血液透析中心每天排三班，方便上班的病人。

荣县接送偏远乡镇的血液透析病人，车费由县里承担。

2020年，国家有关部门提出，各地要加快血液透析中心建设。""",
)


@pytest.mark.parametrize("words", ["概括一下", "情况怎么样", "都折腾了点啥", "忙活了些什么", "现状", "的总体情况"])
def test_all_that_is_told_of_a_matter_is_its_whole_article(tmp_path: Path, words: str) -> None:
    texts = _texts(engine_over(tmp_path, {"a.txt": DIALYSIS}).ask(f"荣县血液透析{words}"))
    told = "".join(texts)
    assert all(point in told for point in ("30张", "三班", "车费"))
    assert "国家" not in told
    assert not any(text == "荣县属四川省自贡市。" for text in texts)


@pytest.mark.parametrize("words", ["介绍一下{}", "{}做了些什么", "{}怎么样"])
def test_what_another_county_says_of_a_matter_is_not_what_the_county_does(tmp_path: Path, words: str) -> None:
    beside = _article(
        "湄潭县与荣县的血液透析",
        """2021年湄潭县筹建血液透析中心之前，曾派人到荣县血液透析中心学习。

荣县血液透析中心接送病人的办法，另文介绍。""",
    )
    asked = words.format("荣县血液透析中心")
    told = "".join(_texts(engine_over(tmp_path, {"a.txt": DIALYSIS, "b.txt": beside}).ask(asked)))
    assert all(point in told for point in ("30张", "三班", "车费"))
    assert not any(point in told for point in ("湄潭", "另文"))


def test_a_matter_with_a_section_of_its_own_is_told_from_there(tmp_path: Path) -> None:
    text = """荣县的血液透析与托育

一、血液透析

荣县在县人民医院建成血液透析中心，设床位30张。

血液透析中心每天排三班，方便上班的病人。

二、托育

荣县办托育园5家，提供托位320个。

荣县为托育园的保育员免费培训。
"""
    told = "".join(_texts(engine_over(tmp_path, {"a.txt": text}).ask("荣县血液透析的情况介绍一下")))
    assert "30张" in told
    assert "托" not in told


def test_a_heading_that_is_the_very_thing_wins_over_a_wider_one(tmp_path: Path) -> None:
    text = """荣县卫生健康规划

一、人口与信息化

（一）托育

1、城乡社区托育服务覆盖率达到100%。
2、培训保育员80名。

（二）信息化

1、升级全民健康信息平台。
2、检查结果在全县互认。
"""
    told = "".join(_texts(engine_over(tmp_path, {"a.txt": text}).ask("荣县在信息化方面打算做什么")))
    assert "平台" in told
    assert "互认" in told
    assert "托育" not in told


def test_which_things_are_done_asks_for_all_of_it(tmp_path: Path) -> None:
    told = "".join(_texts(engine_over(tmp_path, {"a.txt": DIALYSIS}).ask("荣县在血液透析上下了哪些功夫")))
    assert all(point in told for point in ("30张", "三班", "车费"))


def _judged(hit: Hit, at: int) -> Judged:
    return Judged(sentences_of(hit)[at], 1.0, 1.0, 0.0, 1.0, 1.0, probability=0.9)


def test_a_list_is_the_answer_where_most_of_it_is_sure_even_if_something_else_is_surer() -> None:
    lead = Hit(0, Passage("a", 0, 14, "县里把资源集中起来共享使用。", 0), 0.0)
    text = "1、检验中心；\n2、影像中心；\n3、心电中心；"
    entries = Hit(1, Passage("a", 20, 20 + len(text), text, 1), 0.0)
    both = [_judged(lead, 0), _judged(entries, 1), _judged(entries, 2)]
    assert [item.text for item in _shared_list(both)] == text.split("\n")
    assert _shared_list(both[:2]) == []


def test_one_entry_that_is_the_list_is_told_without_its_neighbours(tmp_path: Path) -> None:
    text = _article(
        "荣县的健康步道",
        """一、健康步道

1、时间：2021年被评为全省健康县。
2、做法：先后在双石镇、长山镇、旭阳镇、望佳镇和东兴镇建成健康步道。
3、评价：受到群众欢迎。""",
    )
    texts = _texts(engine_over(tmp_path, {"a.txt": text}).ask("荣县先后在哪些镇建成健康步道"))
    assert "双石镇" in texts[0]
    assert not any("欢迎" in one for one in texts)


TWO = {
    "a.txt": DIALYSIS,
    "b.txt": _article(
        "湄潭县：透析不出县",
        """湄潭县把血液透析中心设在县中医院，免收挂号费。

血液透析中心有护士12名。

作为参照，全国每百万人口有血液透析中心5家。""",
    ),
}


def test_a_comparison_tells_what_each_county_does_and_not_the_nation(tmp_path: Path) -> None:
    answer = engine_over(tmp_path, TWO).ask("荣县和湄潭县的血液透析中心比较")
    assert {claim.label for claim in answer.claims} == {"荣县", "湄潭县"}
    told = "".join(_texts(answer))
    assert "30张" in told
    assert "县中医院" in told
    assert "国家" not in told
    assert "全国" not in told


@pytest.mark.parametrize(("topic", "silent"), [("血液透析中心", ()), ("血液透析病人的接送车费", ("湄潭县",))])
def test_beside_a_sure_county_another_is_told_if_it_says_about_as_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, topic: str, silent: tuple[str, ...]
) -> None:
    read = Answerer._read

    def doubting(self: Answerer, county: str) -> tuple[Reader, list[Judged]]:
        reader, weighed = read(self, county)
        unsure = reader.names[county] == "湄潭县"
        return reader, [replace(one, probability=0.06) for one in weighed] if unsure else weighed

    monkeypatch.setattr(Answerer, "_read", doubting)
    assert engine_over(tmp_path, TWO).ask(f"荣县和湄潭县的{topic}由谁来管").silent == silent


def test_what_the_county_does_comes_before_what_the_nation_demands(tmp_path: Path) -> None:
    texts = _texts(engine_over(tmp_path, {"a.txt": DIALYSIS}).ask("荣县血液透析中心建设"))
    assert "国家" not in texts[0]


def test_two_counties_busy_with_anything_are_told_side_by_side(tmp_path: Path) -> None:
    answer = engine_over(tmp_path, TWO).ask("荣县和湄潭县两县都在忙啥")
    assert {claim.label for claim in answer.claims} == {"荣县", "湄潭县"}


def test_a_follow_up_wants_as_much_as_the_question_before(tmp_path: Path) -> None:
    told = "".join(_texts(engine_over(tmp_path, TWO).ask("那荣县呢", ["概括一下湄潭县的血液透析中心"])))
    assert all(point in told for point in ("30张", "三班", "车费"))
    assert "国家" not in told


@pytest.mark.parametrize("text", ["在育儿方面做过啲咩", "都忙活了些什么", "折腾了点啥"])
def test_doing_what_is_no_yes_or_no(text: str) -> None:
    assert worded_kind(text) is Kind.FACT


@pytest.mark.parametrize(
    ("text", "topic"), [("托育工作比较", "托育工作"), ("医共体作比较", "医共体"), ("两地合作", "两地合作")]
)
def test_words_of_comparing_are_cut_and_work_is_none(text: str, topic: str) -> None:
    assert without_comparing(text).strip() == topic


NEXT = _article(
    "荣县的透析",
    """荣县在县人民医院建成血液透析中心，设床位30张。

下一步，荣县提出两条路子：一是培训护士，二是添置机器。""",
)


@pytest.mark.parametrize(
    ("text", "history"),
    [
        ("荣县接下来有什么打算", []),
        ("荣县往后要走什么路", []),
        ("后头还想怎么弄", ["荣县血液透析中心有多少床位"]),
    ],
)
def test_what_comes_next_is_what_is_told_so(tmp_path: Path, text: str, history: list[str]) -> None:
    assert "添置机器" in _texts(engine_over(tmp_path, {"a.txt": NEXT}).ask(text, history))[0]


def test_what_comes_next_of_something_else_is_not(tmp_path: Path) -> None:
    engine = engine_over(tmp_path, {"a.txt": NEXT})
    assert "添置机器" not in "".join(_texts(engine.ask("荣县接下来打算在哪里修停车场")))
