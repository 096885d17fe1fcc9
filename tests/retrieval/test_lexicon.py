"""The lexicon: its file, its matching, and what an administrator may add."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import retrieval.lexicon
from retrieval.errors import ConfigError
from retrieval.lexicon import Lexicon, LexiconFile, stem
from retrieval.text import fold

TABLE = Path(retrieval.lexicon.__file__).parent / "data" / "lexicon.tsv"
ROWS = [
    line.split("\t")
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


def test_the_table_is_clean() -> None:
    everyday = [row[0] for row in ROWS]
    assert len(everyday) == len(set(everyday))
    assert all(len(row) == 4 for row in ROWS)
    assert {row[3] for row in ROWS} == {"zh", "sc", "xiang", "yue", "en"}
    assert [word for word in everyday if fold(word) != word] == []
    assert all(0 < float(row[2]) <= 1 for row in ROWS)


def test_the_table_is_large_enough_to_help() -> None:
    assert sum(row[3] != "en" for row in ROWS) >= 350
    assert sum(row[3] == "en" for row in ROWS) >= 150


def test_no_row_points_at_words_that_every_article_has() -> None:
    broad = {"卫生", "健康", "卫生健康", "工作", "服务", "医疗", "医院", "管理", "全县", "群众", "建设", "发展"}
    assert [row[0] for row in ROWS if row[3] != "en" and set(row[1].split("|")) <= broad] == []


@pytest.mark.parametrize(
    ("topic", "everyday", "official"),
    [
        ("县里的救护车够不够", "救护车", "院前急救"),
        ("没人带孩子", "没人带孩子", "托育"),
        ("防疫站修新楼", "防疫站", "疾控中心"),
        ("公家医院的药价", "药价", "药品集中采购"),
        ("老人家睇病", "老人家睇病", "医养结合"),
        ("茅厕改得咋样", "茅厕", "厕所革命"),
        ("细伢子近视", "细伢子", "儿童"),
        ("b超机器", "b超", "超声"),
        ("plans for family doctors", "family doctors", "家庭医生"),
        ("nursing homes", "nursing homes", "养老机构"),
        ("high-level talent", "high-level talent", "高层次人才"),
        ("covid-19 vaccinations", "vaccinations", "疫苗接种"),
        ("grassroots facilities", "facilities", "基础设施"),
    ],
)
def test_everyday_words_lead_to_official_ones(topic: str, everyday: str, official: str) -> None:
    found = {one.everyday: one for one in Lexicon.load().expand(topic)}
    assert official in found[everyday].official
    assert topic[found[everyday].start : found[everyday].end] == everyday


@pytest.mark.parametrize(
    ("topic", "not_there"), [("政务公开工作", "开工"), ("其中医院有三家", "中医"), ("采取经济手段", "取经")]
)
def test_short_entries_fill_whole_words(topic: str, not_there: str) -> None:
    assert Lexicon.load().expand(not_there)
    assert not_there not in [one.everyday for one in Lexicon.load().expand(topic)]


def test_the_longest_entry_wins() -> None:
    assert [one.everyday for one in Lexicon.load().expand("家庭医生")] == ["家庭医生"]
    assert [one.everyday for one in Lexicon.load().expand("traditional chinese medicine")] == [
        "traditional chinese medicine"
    ]


def test_latin_entries_match_whole_words_only() -> None:
    assert Lexicon.load().expand("bedrock childish") == []


def test_words_apart_by_a_stop_are_no_phrase() -> None:
    assert [one.everyday for one in Lexicon.load().expand("family. doctor")] == ["doctor"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("facilities", "facility"),
        ("vaccinated", "vaccinate"),
        ("planning", "plan"),
        ("nurses", "nurse"),
        ("clinics", "clinic"),
        ("branches", "branch"),
        ("screening", "screen"),
    ],
)
def test_stem_brings_forms_together(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_short_words_keep_their_end() -> None:
    assert stem("aids") != stem("aid") or stem("gas") == "gas"
    assert stem("virus") == "virus"


@given(st.text(alphabet="看病贵钱娃村医院 childrens-doctor120,.", max_size=60))
def test_expansions_are_ordered_spans_of_the_text(topic: str) -> None:
    found = Lexicon.load().expand(topic)
    assert all(topic[one.start : one.end] == one.everyday for one in found)
    assert all(left.end <= right.start for left, right in itertools.pairwise(found))
    assert all(one.official and 0 < one.weight <= 1 for one in found)


def test_an_extra_file_adds_and_wins(tmp_path: Path) -> None:
    extra = tmp_path / "lexicon.tsv"
    extra.write_text("# ours\n衛生驛站\t村卫生室\n村医\t驻村医生\t0.5\n\n", encoding="utf-8")
    lexicon = Lexicon.load(extra)
    assert lexicon.expand("卫生驿站")[0].official == ("村卫生室",)
    assert lexicon.expand("村医")[0].official == ("驻村医生",)
    assert lexicon.expand("村医")[0].weight == 0.5
    assert len(lexicon) == len(Lexicon.load()) + 1


@pytest.mark.parametrize(
    "line", ["村医", "村医\t", "\t乡村医生", "村医\t乡村医生\t2", "村医\t乡村医生\tmuch", "村医\t|\t1"]
)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    extra = tmp_path / "mine.tsv"
    extra.write_text(f"# head\n卫生站\t卫生室\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.tsv line 3"):
        Lexicon.load(extra)


def test_a_missing_or_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="none"):
        Lexicon.load(tmp_path / "none.tsv")
    (tmp_path / "gbk.tsv").write_bytes("村医\t乡村医生".encode("gbk"))
    with pytest.raises(ConfigError, match=r"gbk\.tsv"):
        Lexicon.load(tmp_path / "gbk.tsv")


def test_a_file_is_read_again_when_it_changes_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    own = tmp_path / "lexicon.tsv"
    live = LexiconFile(own)
    assert live.get() is Lexicon.load()
    own.write_text("卫生驿站\t村卫生室\n", encoding="utf-8")
    assert live.get().expand("卫生驿站")[0].official == ("村卫生室",)
    assert live.get() is live.get()
    own.write_text("卫生驿站\n", encoding="utf-8")
    assert live.get().expand("卫生驿站")[0].official == ("村卫生室",)
    assert live.problem is not None
    assert "lexicon.tsv line 1" in live.problem
    own.unlink()
    assert live.get().expand("卫生驿站") == []
    assert live.problem is None


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="none"):
        LexiconFile(tmp_path / "none.tsv", required=True)


@pytest.mark.parametrize(
    ("said", "official"),
    [
        ("an 87-year-old patient", "岁"),
        ("registered nurses", "注册护士"),
        ("emergency sub-stations", "分站"),
        ("under-five mortality", "5岁以下儿童死亡率"),
        ("childcare places", "托位"),
        ("non-emergency transfers", "非急救转运"),
        ("deputy county chief", "副县长"),
        ("each month", "每月"),
    ],
)
def test_english_words_for_what_counties_count(said: str, official: str) -> None:
    assert any(official in one.official for one in Lexicon.load().expand(said))
