"""Pages of every kind that we could think of, in our own words: each line says what must become of it.

A fixture's lines are: the rule that must take the line, or ``keep``; the raw line; and, where repairs
or cuts change it, the line that must be left.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.clean import clean
from ingest.document import Block, Cleaned, RawDocument
from ingest.furniture import Place, furniture
from ingest.matching import matching

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.tsv"))


def rows(file: Path) -> list[list[str]]:
    return [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]


def page(file: Path) -> RawDocument:
    return raw("\n".join(row[1] for row in rows(file)))


def raw(text: str, **more: object) -> RawDocument:
    return RawDocument("page.txt", text, "0" * 64, **more)


def kept(cleaned: Cleaned) -> list[str]:
    return [line.text for line in cleaned.lines]


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_every_line_meets_its_fate(file: Path) -> None:
    cleaned = clean(page(file))
    fate = {line.number: ("keep", line.text) for line in cleaned.lines}
    fate = {removal.number: (removal.rule, removal.text) for removal in cleaned.removals} | fate
    wanted = {number: (row[0], row[-1]) for number, row in enumerate(rows(file), 1)}
    said = {number: (rule, text if rule == "keep" else wanted[number][1]) for number, (rule, text) in fate.items()}
    assert said == wanted


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_cleaning_twice_removes_nothing_more(file: Path) -> None:
    once = clean(page(file))
    twice = clean(raw("\n".join(kept(once))))
    assert kept(twice) == kept(once)
    assert twice.removals == ()
    assert not twice.repairs


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_nothing_vanishes_unrecorded(file: Path) -> None:
    """Every Han character of the page is in a kept line or in a removal."""
    document = page(file)
    cleaned = clean(document)
    left = "".join(kept(cleaned)) + "".join(removal.text for removal in cleaned.removals)
    assert {char for char in document.text if "\u4e00" <= char <= "\u9fff"} <= set(left)


_WHOLE = [
    "县里新建卫生院两所",
    "完成县医院搬迁，新增床位三百张，年内通过评审。",
    "一、工作目标",
    "首页 > 新闻",
    "来源：某报",
]
_SCRAPS = [
    "医院",
    "年，",
    "上一篇：",
    "版权所有",
    "。",
    "2024-01-02",
    "(xiàn)",
    "縣",
    "“”",
    "目录",
    "1、",
    "\n",
    "\n",
    " ",
    "??",
]
_PHRASES = st.sampled_from([*_WHOLE, *_SCRAPS])


@settings(max_examples=150, deadline=None)
@given(st.lists(_PHRASES, max_size=25).map("".join))
def test_any_text_gives_sound_lines(text: str) -> None:
    cleaned = clean(raw(text))
    assert [line.number for line in cleaned.lines] == sorted(line.number for line in cleaned.lines)
    for line in cleaned.lines:
        assert line.text and line.text == line.text.strip() and "\n" not in line.text
    again = clean(raw("\n".join(kept(cleaned))))
    assert not again.repairs
    assert set(kept(again)) <= set(kept(cleaned))


def test_damage_is_marked_by_clause() -> None:
    lines = clean(page(next(file for file in FIXTURES if file.stem == "damaged"))).lines
    lost = [[line.text[start:end] for start, end in line.damaged] for line in lines]
    assert lost[0] == ["三县卫健局局长谈年重点工作"]
    assert lost[1] == ["年", "医院医院创建", "医院、医院为龙头"]
    assert lost[2] == ["年", "云岭县将按照“”工作思路", "年"]
    assert lost[3] == ["年", "柳溪县卫生健康系医院党建"]


def test_sound_text_has_no_damage() -> None:
    for file in FIXTURES:
        if file.stem != "damaged":
            assert [line.text for line in clean(page(file)).lines if line.damaged] == []


def test_titles_come_back_only_once() -> None:
    title = "云岭县卫生工作要点"
    text = f"{title}\n{title}\n今年全县要做好三件事，建医院，招医生，办实事，年底见成效。\n{title}"
    cleaned = clean(raw(text))
    assert kept(cleaned).count(title) == 1
    assert [removal.rule for removal in cleaned.removals] == ["repeated-title"] * 2


def test_the_meta_title_without_its_site_is_a_title() -> None:
    prose = "今年全县要做好三件事，建医院，招医生，办实事，年底见成效，明年再加力。"
    text = f"导语\n云岭县卫生工作要点\n{prose}\n云岭县卫生工作要点\n{prose[3:]}"
    cleaned = clean(raw(text, meta={"title": "云岭县卫生工作要点_云岭县人民政府网"}))
    assert kept(cleaned).count("云岭县卫生工作要点") == 1


def test_a_table_of_contents_without_headings_stays() -> None:
    text = "目录\n1、甲方案\n2、乙方案\n这两份方案今年都要落地，资金已经安排，人员已经到位，年底考核。"
    assert kept(clean(raw(text)))[:3] == ["目录", "1、甲方案", "2、乙方案"]


def test_what_the_parser_set_aside_is_removed_under_its_name() -> None:
    blocks = (
        Block("某某娱乐", 1, verdict="hidden"),
        Block("发布时间：2024-01-02 来源：县卫健局", 2, verdict="outside-main-content"),
        Block("县里今年新建卫生院两所，改造村卫生室三十个，全部按标准配齐设备。", 3, level=2),
    )
    cleaned = clean(raw("", format="html", blocks=blocks))
    assert [(removal.rule, removal.number) for removal in cleaned.removals] == [("hidden", 1), ("meta-line", 2)]
    assert [(line.level, line.number) for line in cleaned.lines] == [(2, 3)]


@pytest.mark.parametrize(
    "sentence",
    [
        "全县今年要办好十件实事，其中第一件是改造乡镇卫生院，第二件是培训村医。",
        "群众在网站上留言评论，相关部门三日内答复，责任到人，编辑成册。",
        "来源于基层的经验最管用，县里把它写进制度，版权归群众。",
    ],
)
def test_prose_is_out_of_reach(sentence: str) -> None:
    assert furniture(matching(sentence), Place(3, 20)) is None


WRAPPED = """青禾县卫生健康局公布全年工作要点，今年将重点推进紧密型县域医共体建
设，力争基层就诊率达到百分之六十五以上，住院费用县域内支出占比达到百
分之七十。县里表示，要让老百姓在家门口看得上病、看得好病，也看得起病
，不再为小病跑远路。
全县还将招聘大学生村医五十名，落实编制和待遇。
（一）加强培训，每年轮训一次，不合格的不得上岗，三年不合格的清退出队
（二）落实待遇，工资按月发放。
"""


def test_wrapped_lines_become_paragraphs() -> None:
    cleaned = clean(raw(WRAPPED))
    assert [(line.number, line.text[:3], line.text[-3:]) for line in cleaned.lines] == [
        (1, "青禾县", "远路。"),
        (5, "全县还", "待遇。"),
        (6, "（一）", "退出队"),
        (7, "（二）", "发放。"),
    ]
    assert cleaned.repairs["joined_line"] == 3
    assert WRAPPED.replace("\n", "") == "".join(kept(cleaned))


def test_lines_of_different_widths_are_left_alone() -> None:
    text = "云岭县工作要点\n建设县医院住院楼\n改造八所乡镇卫生院并且配齐设备\n招聘村医"
    assert kept(clean(raw(text))) == text.split("\n")


def test_pasted_table_rows_keep_their_cells_apart() -> None:
    rows = ["指标 | 2020年 | 2025年", "床位（张） | 320 | 600"]
    assert kept(clean(raw("\n".join(rows).replace(" | ", "\t")))) == rows


def test_a_title_that_only_the_record_has_stays() -> None:
    text = (
        "文号：\n青卫〔2024〕1号\n名称：\n青禾县卫生要点\n今年要建医院两所，招医生十名，改造村卫生室三十个，年底见效。"
    )
    assert kept(clean(raw(text)))[0] == "青禾县卫生要点"


def test_a_menu_with_every_entry_on_its_own_line_is_removed() -> None:
    story = ["全县建成村卫生室一百二十家，村民看病不出村。", "今年再建十家，明年起都配上冷链冰箱。"]
    menu = ["政务公开", "解读回应", "繁体版", "互动交流"]
    assert kept(clean(raw("\n".join([*menu, *story])))) == story


def test_words_of_menus_between_paragraphs_are_headings() -> None:
    lines = [
        "通知公告",
        "政策解读",
        "全县建成村卫生室一百二十家，村民看病不出村。",
        "健康教育",
        "今年再建十家，明年起都配上冷链冰箱。",
    ]
    assert kept(clean(raw("\n".join(lines)))) == lines
    surely = [*lines[:2], "打印", *lines[2:]]  # two lines are no run without it, three are a menu
    assert kept(clean(raw("\n".join(surely)))) == lines[2:]
