"""Questions that name a town and no county."""

import pytest

from retrieval.engine import Engine
from retrieval.towns import counties_of_town
from tests.small import engine_over

ARTICLES = {
    "a.txt": "湄潭县卫生健康工作要点\n\n湄潭县在石塘镇卫生院设两张康复床位，每周三开诊。\n\n清溪村卫生室也要改造。\n",
    "b.txt": "余庆县卫生健康工作要点\n\n余庆县在黄泥乡建成中医馆，清溪村卫生室已经改造。\n",
    "c.txt": "播州区卫生健康工作要点\n\n播州区改造各镇卫生院，每个村都有村医。\n",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    made = engine_over(tmp_path_factory.mktemp("towns"), ARTICLES)
    made.load()
    return made


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("石塘镇卫生院有几张康复床位", ["湄潭县"]),
        ("请问石塘鎮衛生院有幾張康復床位", ["湄潭县"]),
        ("我们黄泥乡的中医馆建好没有", ["余庆县"]),
        ("石塘镇和黄泥乡哪个有中医馆", []),  # of two counties
        ("清溪村卫生室改造了吗", []),  # both have one
        ("白沙镇有医院吗", []),
        ("各镇卫生院改造了吗", []),
        ("每个村都有村医吗", []),
        ("有几个社区", []),
    ],
)
def test_a_town_of_one_county_alone_names_it(engine: Engine, asked: str, expected: list[str]) -> None:
    assert [county.short for county in counties_of_town(asked, engine.current())] == expected


def test_its_question_is_answered_from_that_county(engine: Engine) -> None:
    answer = engine.ask("石塘镇卫生院有几张康复床位")
    assert [citation.counties for citation in answer.citations] == [("湄潭县",)]
    assert "两张康复床位" in answer.citations[0].quote
