"""Repairs must be exact where the text proves them, and must not touch anything else."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypinyin import Style, pinyin

from ingest.damage import clause, damage, merged, proven
from ingest.matching import matching
from ingest.repair import repair, writes_readings


@pytest.mark.parametrize(
    ("broken", "sound"),
    [
        ("雲嶺縣(xiàn)醫(yī)院", "雲嶺縣醫院"),
        ("雲嶺縣（xiàn）醫（yī）院", "雲嶺縣醫院"),
        ("縣(ｘｉàｎ)裡", "縣裡"),
        ("縣(xia\u0300n)裡", "縣裡"),  # the tone mark as a character of its own
        ("縣(xiàn)(xiàn)裡", "縣裡"),
        ("縣 (xiàn)裡", "縣裡"),
        ("微(wéi)創", "微創"),  # Taiwan's tone
        ("醫(YĪ)院", "醫院"),
    ],
)
def test_readings_go(broken: str, sound: str) -> None:
    assert repair(broken).text == sound
    assert repair(broken).rewritten == ()


@pytest.mark.parametrize(
    "text",
    [
        "他的(de)書",
        "標準(WHO)",
        "第(一)期",
        "柳溪(中心)衛生院",
        "縣(mā)裡",
        "衛生(wèi shēng)",
        "A(ā)B",
        "縣(xian)裡",
        "(xiàn)縣",
    ],
)
def test_other_brackets_stay(text: str) -> None:
    assert repair(text).text == text


def test_toneless_readings_go_only_where_readings_are_the_habit() -> None:
    habit = "縣(xiàn)裡為(wèi)我們(men)辦實(shí)事"
    assert writes_readings(habit)
    assert not writes_readings("縣(xiàn)裡為我們(men)辦事")
    repaired = repair(habit, neutral_readings=True)
    assert repaired.text == "縣裡為我們辦實事"
    assert [repaired.text[start:end] for start, end in repaired.rewritten] == ["們"]
    assert repair(habit).text == "縣裡為我們(men)辦實事"


_TRADITIONAL = st.text(alphabet="縣衛醫國質動區設聯術業務應機構學經濟發藥層診療", min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(_TRADITIONAL)
def test_annotating_is_undone_exactly(text: str) -> None:
    annotated = "".join(f"{char}({pinyin(char, style=Style.TONE)[0][0]})" for char in text)
    repaired = repair(annotated)
    assert repaired.text == text
    assert repaired.made["pinyin"] == len(text)


def shifted(before: str, run: str, after: str) -> str:
    """What a page shows after A3 BF was lost from the GBK bytes of ``run`` and its last character annotated."""
    reading = pinyin(run[-1], style=Style.TONE)[0][0]
    data = run.encode("gbk")
    assert data[1:3] == b"\xa3\xbf"
    shown = b"??" + data[3:]
    ascii_tail = data[-1] < 0x80
    tail = f"({reading})" if ascii_tail else f"?{reading})"
    text = shown.decode("gbk") if ascii_tail else shown[:-1].decode("gbk")
    return f"{before}{text}{tail}{after}"


@pytest.mark.parametrize(("before", "run", "after"), [("發展", "專科建設", "工作"), ("組建", "專科聯", "盟體系")])
def test_byte_shifts_are_undone(before: str, run: str, after: str) -> None:
    broken = shifted(before, run, after)
    assert "??" in broken
    repaired = repair(broken)
    assert repaired.text == before + run + after
    assert [repaired.text[start:end] for start, end in repaired.rewritten] == [run]
    assert repaired.made["byte_shift"] == 1


@pytest.mark.parametrize("text", ["真的??不會吧", "特色??平ㄔO備", "為什麼??(xiàn)", "??平(píng)"])
def test_what_is_not_proven_is_left(text: str) -> None:
    assert "??" in repair(text).text


@pytest.mark.parametrize(
    ("broken", "sound"),
    [
        ("&nbsp;甲&amp;乙&#x4e59;&mdash;", "甲&乙乙—"),
        ("AT&T&copy 丙", "AT&T&copy 丙"),
        ("&amp;nbsp;甲&amp;lt;", "甲<"),
        ("２０２４年１２．５％，ＨＰＶ", "2024年12.5%，HPV"),
        ("甲\u200b乙\ufeff丙\u00ad丁\x07", "甲乙丙丁"),
        ("甲\u3000\u00a0\t 乙", "甲 乙"),
        ("\ue004 电话", "电话"),
        ("⼈⺠医院", "人民医院"),
        ("完成。。开始，，结束、、", "完成。开始，结束、"),
        ("省略……——，好！！", "省略……——，好！！"),
        ("王\ue863医生", "王\ue863医生"),
    ],
)
def test_debris_goes_and_punctuation_stays(broken: str, sound: str) -> None:
    assert repair(broken).text == sound


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="县醫院(xiàn)（）。，。 \u3000\u200b&nbsp;??１Ａ年ㄔO\ufffd", max_size=40))
def test_repair_is_idempotent_and_spans_fit(text: str) -> None:
    once = repair(text)
    assert all(0 <= start < end <= len(once.text) for start, end in once.rewritten)
    assert repair(once.text).text == once.text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_the_matching_form_keeps_every_place(text: str) -> None:
    assert len(matching(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("年，全县将建成三所卫生院。", ["年"]),
        ("局长谈年重点工作，谋篇布局。", ["局长谈年重点工作"]),
        ("合理布局，年拟引进医生十人。", ["年"]),
        ("按照“”思路，推进改革。", ["按照“”思路"]),
        ("依据《》规定执行，从严管理。", ["依据《》规定执行"]),
        ("推进医院、医院医院，加强管理。", ["医院医院"]),
        ("依托，医院、医院为龙头，带动乡镇。", ["医院、医院为龙头"]),
        ("全县\ufffd生院改造，成效明显。", ["全县\ufffd生院改造"]),
        ("推动??坡建设，成效明显。", ["推动??坡建设"]),
        ("特色平ㄔO備，成效明显。", ["特色平ㄔO備"]),
        ("卫(wèi生院改造，成效明显。", ["卫(wèi生院改造"]),
        ("卫生健康系医院党建，成效明显。", ["卫生健康系医院党建"]),
        ("王\ue863医生坐诊，每周一次。", ["王\ue863医生坐诊"]),
    ],
)
def test_lost_words_are_found(text: str, lost: list[str]) -> None:
    assert [text[start:end] for start, end in proven(text)] == lost


@pytest.mark.parametrize(
    "text",
    [
        "年底前完成改造，每年11月检查一次，次年3月通报。",
        "今年重点工作有三项，全年工作要点另行印发，年均增长百分之五。",
        "医院、学校、养老院等场所要落实责任，医院要带头。",
        "真的吗??大家都问，为什么?因为药价降了。",
        "二级以上医院医院感染管理达标，卫生健康系统上下同心。",
        "学者（Chóliz）认为，《基本法》和“三医”联动很重要。",
        "关系医院发展，联系医院三家，增加医院床位。",
    ],
)
def test_sound_sentences_are_not_flagged(text: str) -> None:
    assert proven(text) == []


def test_suspicion_needs_a_document_that_lost_words() -> None:
    suspicious = "加强管理。医院改革，提升能力。"
    assert damage([suspicious]) == [()]
    broken = ["年，甲县开工。", "年，乙县开工。", "年，丙县开工。"]
    (start, end), *more = damage([*broken, suspicious])[-1]
    assert suspicious[start:end] == "医院改革"
    assert more == []


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8))
def test_merged_spans_cover_the_same(spans: list[tuple[int, int]]) -> None:
    joined = merged(spans)
    assert {at for span in joined for at in range(*span)} == {at for span in spans for at in range(*span)}
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(joined))


@given(st.text(alphabet="甲乙，。、 ", min_size=1, max_size=30), st.data())
def test_a_clause_ends_at_marks(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    if re.match("[甲乙]", text[at]):
        start, end = clause(text, at, at + 1)
        assert start <= at < end
        assert not re.search("[，。、]", text[start:end])
