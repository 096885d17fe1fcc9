import json
import math
import resource
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from retrieval.errors import IndexCorrupt
from retrieval.lexical import LexicalIndex
from retrieval.text import grams

Row = tuple[int, str, str, tuple[str, ...]]

# The one-byte table of lengths that tantivy took from Lucene: exact up to 40, then in growing steps.
NORMS = list(range(41))
while len(NORMS) < 256:
    NORMS.append(NORMS[-1] + (2 << ((len(NORMS) - 41) // 8)))


def stepped(value: float) -> int:
    """The nearest power of 1.02."""
    return round(1.02 ** round(math.log(value) / math.log(1.02))) if value >= 1 else round(value)


def oracle(rows: list[Row], query: str, k: int, counties=None) -> list[tuple[int, float]]:
    """BM25 by its formula with k1 0.6 and b 0.4, over all documents, in float64.

    Only the lengths are tantivy's: those of doubled and padded documents, quantised.
    """
    counts = {row: Counter(grams(f"{context}\n{text}")) for row, context, text, _ in rows}
    lengths = {row: sum(count.values()) for row, count in counts.items()}
    average = sum(lengths.values()) / len(rows)
    padding = stepped(0.875 * 2 * average)
    scores: Counter[int] = Counter()
    for term in set(grams(query)):
        having = [row for row in counts if term in counts[row]]
        idf = math.log(1 + (len(rows) - len(having) + 0.5) / (len(having) + 0.5))
        for row in having:
            tf = counts[row][term]
            quantised = max(norm for norm in NORMS if norm <= 2 * lengths[row] + padding)
            b = 0.75 * 2 * average / (2 * average + padding)  # 0.4, but for the padding being a whole number
            relative = (quantised - padding) / 2 / average
            scores[row] += idf * tf * 1.6 / (tf + 0.6 * (1 - b + b * relative))
    kept = {row for row, _, _, codes in rows if counties is None or set(codes) & set(counties)}
    return sorted(((r, s) for r, s in scores.items() if r in kept), key=lambda item: (-round(item[1], 4), item[0]))[:k]


TEXT = st.text(alphabet="乡镇卫生院医共体家庭医生签约服务2023年 abc。,", max_size=80)
CODES = st.lists(st.sampled_from(["110101", "220202", "330303"]), max_size=2, unique=True).map(tuple)
ROWS = st.lists(st.tuples(TEXT, TEXT, CODES), min_size=1, max_size=15).map(
    lambda items: [(row, *item) for row, item in enumerate(items)]
)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, query=TEXT, k=st.integers(1, 20), counties=st.none() | CODES)
def test_equals_the_formula(tmp_path_factory, rows, query, k, counties):
    index = LexicalIndex.build(tmp_path_factory.mktemp("l") / "lexical", rows)
    found = index.search(query, k, counties)
    every = dict(oracle(rows, query, len(rows), counties))
    expected = oracle(rows, query, k, counties)
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-3)
    assert [every[row] for row, _ in found] == pytest.approx([score for _, score in found], abs=1e-3)
    assert found == sorted(found, key=lambda item: (-item[1], item[0]))


@pytest.fixture
def three(tmp_path) -> LexicalIndex:
    LexicalIndex.build(
        tmp_path / "lexical",
        [
            (0, "青石县卫生要点", "建设县域医共体,下派医师到村。", ("900001",)),
            (1, "白河县卫生要点", "每个乡镇建一所标准化卫生院。", ("900002",)),
            (2, "两县合作", "设立 CT 影像中心,共享检查结果。", ("900001", "900002")),
        ],
    )
    return LexicalIndex.open(tmp_path / "lexical")


def test_context_is_searched_and_counties_filter(three):
    assert {row for row, _ in three.search("要点", 5)} == {0, 1}
    assert [row for row, _ in three.search("卫生要点", 5, ["900002"])] == [1]
    assert [row for row, _ in three.search("影像", 5, ["900002"])] == [2]
    assert three.search("影像", 5, ["900003"]) == three.search("影像", 5, []) == []


def test_filter_leaves_the_scores_alone(three):
    plain = dict(three.search("医共体 卫生院 ct", 5))
    assert dict(three.search("医共体 卫生院 ct", 5, ["900001", "900002"])) == plain
    assert len(plain) == 3


def test_script_width_and_case_do_not_matter(three):
    assert three.search("醫共體", 5) == three.search("医共体", 5)
    assert three.search("CT", 5) == three.search("ct", 5)
    assert [row for row, _ in three.search("ct", 5)] == [2]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "。,!?",
        '"',
        "' OR 1=1; DROP TABLE passages; --",
        "body:* AND (row:[0 TO 9]",
        "\\+-&&||!(){}[]^~*?:",
        "\x00\ufffd\u202e",
        "医共体" * 1200,
        "".join(chr(0x4E00 + at) for at in range(3400)),
        "x" * 200_000,
    ],
)
def test_any_text_is_only_text(three, query):
    found = three.search(query, 5)
    assert {row for row, _ in found} <= {0, 1, 2}
    assert bool(found) == bool(set(grams(query)) & ({"医", "共", "体", "ct"} | set("建设县域下派医师到村每个乡镇")))


def test_ties_come_in_row_order_even_at_the_cut(tmp_path):
    rows = [(row, "", "家庭医生签约", ("900001",)) for row in range(200)]
    index = LexicalIndex.build(tmp_path / "lexical", rows)
    assert [row for row, _ in index.search("签约", 7)] == list(range(7))


def test_overlong_runs_do_not_break_building(tmp_path):
    index = LexicalIndex.build(tmp_path / "lexical", [(0, "", "a" * 100_000 + " 卫生院", ())])
    assert [row for row, _ in index.search("卫生院", 3)] == [0]


def test_empty_index_finds_nothing(tmp_path):
    LexicalIndex.build(tmp_path / "lexical", [])
    index = LexicalIndex.open(tmp_path / "lexical")
    assert (len(index), index.search("卫生", 3)) == (0, [])


def test_missing_and_broken_folders_are_told_apart(tmp_path):
    with pytest.raises(FileNotFoundError):
        LexicalIndex.open(tmp_path / "none")
    LexicalIndex.build(tmp_path / "lexical", [(0, "", "卫生", ())])
    (tmp_path / "lexical" / "meta.json").write_text("{}")
    with pytest.raises(IndexCorrupt, match="lexical"):
        LexicalIndex.open(tmp_path / "lexical")


def test_opening_writes_nothing_and_survives_deletion(tmp_path):
    folder = tmp_path / "lexical"
    LexicalIndex.build(folder, [(0, "", "卫生院", ())])
    before = sorted((file.name, file.read_bytes()) for file in folder.rglob("*") if file.is_file())
    index = LexicalIndex.open(folder)
    assert index.search("卫生院", 3) == LexicalIndex.open(folder).search("卫生院", 3)
    assert sorted((file.name, file.read_bytes()) for file in folder.rglob("*") if file.is_file()) == before
    assert not [name for name, _ in before if "lock" in name]
    shutil.rmtree(folder)
    assert [row for row, _ in index.search("卫生院", 3)] == [0]


@pytest.mark.parametrize("size", [10, 300, 3000])
def test_a_full_disk_is_an_os_error(tmp_path, size):
    rows = [(row, "", chr(0x4E00 + row) * 5, ()) for row in range(2000)]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        with pytest.raises(OSError, match="tantivy"):
            LexicalIndex.build(tmp_path / "lexical", rows)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_threads_see_the_same_results(three):
    queries = ["医共体", "卫生院", "卫生要点", "ct 影像"] * 10
    expected = [three.search(query, 5) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda query: three.search(query, 5), queries)) == expected


def test_rarity_follows_the_documents_that_have_a_word(tmp_path):
    texts = ["卫生院", "卫生院 急救车", "卫生室", "ct 急救"]
    index = LexicalIndex.build(tmp_path / "lexical", [(row, "", text, ()) for row, text in enumerate(texts)])
    for word, having in {"卫生": 3, "卫生院": 2, "急救车": 1, "ct": 1, "影像": 0}.items():
        expected = math.log(1 + (4 - having + 0.5) / (having + 0.5)) / math.log(1 + 4.5 / 0.5)
        assert index.rarity(word) == pytest.approx(expected)
    assert index.rarity("影像") == index.rarity("。") == 1.0


@pytest.fixture
def few(monkeypatch):
    """Also few passages are extended; a token more or less shows in their average."""
    monkeypatch.setattr("retrieval.lexical_parts.FEWEST", 1)


def scores(found):
    return {row: score for row, score in found}


@pytest.fixture
def much(monkeypatch):
    """However much of it is gone or new."""
    monkeypatch.setattr("retrieval.lexical_parts._MOST_GONE", 1.0)
    monkeypatch.setattr("retrieval.lexical_parts._MOST_ADDED", 9.0)


@pytest.mark.usefixtures("few", "much")
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    st.lists(st.tuples(TEXT, TEXT, CODES), min_size=6, max_size=20),
    st.lists(st.tuples(TEXT, TEXT, CODES), max_size=3),
    st.lists(st.tuples(TEXT, TEXT, CODES), max_size=3),
    st.randoms(use_true_random=False),
    TEXT,
)
def test_extending_step_by_step_gives_the_scores_of_building(tmp_path_factory, first, second, third, source, query):
    folder = tmp_path_factory.mktemp("l")
    rows = [(at, *entry) for at, entry in enumerate(first)]
    LexicalIndex.build(folder / "0", rows)
    for step, more in enumerate((second, third), start=1):
        lost = set(source.sample(range(len(rows)), source.randint(0, min(2, len(rows)))))
        kept = [(row, None) for row in range(len(rows)) if row not in lost]
        order = [*kept, *((None, entry) for entry in more)]
        source.shuffle(order)
        moved = np.full(len(rows), -1, dtype=np.int64)
        now = []
        for new, (old, entry) in enumerate(order):
            if old is not None:
                moved[old] = new
            now.append((new, *(entry if old is None else rows[old][1:])))
        former, there = folder / str(step - 1), folder / str(step)
        before = sorted((file.name, file.read_bytes()) for file in former.rglob("*") if file.is_file())
        index = LexicalIndex.extend(there, former, moved, len(now), among(now), among(rows))
        assert before == sorted((file.name, file.read_bytes()) for file in former.rglob("*") if file.is_file())
        if index is None:  # too much has changed, or the padding
            assert not there.exists()
            index = LexicalIndex.build(there, now)
        rows = now
        whole = LexicalIndex.build(folder / f"whole-{step}", now)
        assert len(index) == len(whole) == len(rows)
        for codes in (None, ["110101"]):
            found, expected = (one.search(query, len(rows) + 5, codes) for one in (index, whole))
            assert scores(found) == pytest.approx(scores(expected), rel=2e-3, abs=2e-5)
        assert index.attainable(query) == pytest.approx(whole.attainable(query))
        assert index.rarity("卫生院") == pytest.approx(whole.rarity("卫生院"))


def many(count: int) -> list[Row]:
    return [(row, "", f"第{row}家乡镇卫生院{'签约' * (row % 3)}", ()) for row in range(count)]


def among(rows):
    """Gives some of them by their numbers."""
    return lambda numbers: [rows[number] for number in numbers]


def replaced(former, there, rows, at: list[int]):
    """The index after the passages ``at`` were written anew."""
    moved = np.array([-1 if row in at else row for row in range(len(rows))], dtype=np.int64)
    return LexicalIndex.extend(there, former, moved, len(rows), among(rows), among(rows))


@pytest.mark.usefixtures("few")
def test_an_index_is_extended_until_it_is_better_built_anew(tmp_path):
    rows = many(200)
    LexicalIndex.build(tmp_path / "0", rows)
    expected = LexicalIndex.open(tmp_path / "0").search("签约 卫生院", 200)
    for step in range(1, 11):
        index = replaced(tmp_path / str(step - 1), tmp_path / str(step), rows, [step, 50 + step])
        assert index is not None
        assert scores(index.search("签约 卫生院", 200)) == pytest.approx(scores(expected), rel=1e-4, abs=2e-5)
    assert replaced(tmp_path / "10", tmp_path / "11", rows, [1, 51, 2]) is not None, "these were new before"
    assert replaced(tmp_path / "10", tmp_path / "12", rows, [11]) is None, "too many are new"
    assert replaced(tmp_path / "0", tmp_path / "13", rows, list(range(21))) is None
    assert replaced(tmp_path / "0", tmp_path / "14", rows, list(range(20))) is not None
    for gone, extended in ((40, True), (41, False)):
        moved = np.arange(len(rows)) - gone
        index = LexicalIndex.extend(
            tmp_path / f"without-{gone}", tmp_path / "0", np.maximum(moved, -1), 200 - gone, among(rows), among(rows)
        )
        assert (index is not None) == extended, "too many are gone" if index else "they may go"


@pytest.mark.usefixtures("few")
def test_what_came_later_is_one_part_however_often_it_changed(tmp_path):
    rows = many(100)
    LexicalIndex.build(tmp_path / "0", rows)
    for step in range(1, 6):
        assert replaced(tmp_path / str(step - 1), tmp_path / str(step), rows, [step]) is not None
    segments = [json.loads((tmp_path / at / "meta.json").read_text())["segments"] for at in ("0", "5")]
    assert [len(some) for some in segments] == [1, 2]


@pytest.mark.usefixtures("few")
def test_other_code_does_not_extend_what_this_made(tmp_path, monkeypatch):
    rows = many(50)
    LexicalIndex.build(tmp_path / "0", rows)
    monkeypatch.setattr("retrieval.lexical.code", lambda: "other")
    assert replaced(tmp_path / "0", tmp_path / "1", rows, [1]) is None


def test_few_passages_are_built_anew(tmp_path):
    rows = many(50)
    LexicalIndex.build(tmp_path / "0", rows)
    assert replaced(tmp_path / "0", tmp_path / "1", rows, [1]) is None


@pytest.mark.usefixtures("few")
def test_an_index_in_which_tantivy_joined_parts_is_built_anew(tmp_path, monkeypatch):
    """Joining drops what is gone, so that it would be taken off twice."""
    rows = many(100)
    LexicalIndex.build(tmp_path / "0", rows)
    monkeypatch.setattr("retrieval.lexical.segments_of", lambda _: (101, 0))
    assert replaced(tmp_path / "0", tmp_path / "1", rows, [1]) is None
    assert not (tmp_path / "1").exists()
