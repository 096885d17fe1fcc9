"""The scorer on answers made by hand, whose every figure can be told beforehand."""

import json
from pathlib import Path
from typing import Any

import pytest

from evaluation.golden import GoldenQuestion, read_questions
from evaluation.score import by_kind, evaluate, judge, summarise
from retrieval.errors import XianwenError
from retrieval.types import Status

SOURCE = "甲县今年新建村卫生室三十所，选址在东山镇。乙县的家庭医生团队有12个。"


def question(**changes: Any) -> GoldenQuestion:
    values: dict[str, Any] = {
        "id": "q1",
        "question": "甲县新建多少所村卫生室",
        "kind": "number",
        "status": Status.ANSWERED,
        "counties": ("甲县",),
        "articles": ("a.txt",),
        "evidence": (("新建村卫生室三十所", "建三十所"),),
        "answer": (("三十", "30"),),
    }
    return GoldenQuestion(**(values | changes))


def citation(**changes: Any) -> dict[str, Any]:
    return {
        "number": 1,
        "source": "a.txt",
        "counties": ["甲县"],
        "quote": "甲县今年新建村卫生室三十所",
        "passage": SOURCE[:21],
    } | changes


def reply(**changes: Any) -> dict[str, Any]:
    return {
        "id": "q1",
        "status": "answered",
        "answer": "甲县：新建村卫生室三十所 [1]",
        "citations": [citation()],
    } | changes


def texts(name: str) -> str:
    return {"a.txt": "甲县今年新建村卫生室三十所选址在东山镇乙县的家庭医生团队有12个"}.get(name, "")


def test_a_right_answer_is_perfect() -> None:
    verdict = judge(question(), reply(), texts)
    assert verdict.perfect
    assert verdict.first_hit
    assert verdict.valid_markers
    assert (verdict.evidence_quote, verdict.answer_groups, verdict.wrong_county) == ((True,), (True,), (False,))


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"status": "no_answer", "citations": [], "answer": "没有"}, "got", "no_answer"),
        ({"answer": "甲县：新建村卫生室 [1]"}, "answer_groups", (False,)),
        ({"answer": "甲县：新建村卫生室三十所"}, "valid_markers", False),
        ({"answer": "新建三十所 [1][2]"}, "valid_markers", False),
        ({"answer": "三十 [1]" + "很长" * 500}, "chars", 1006),
        ({"citations": [citation(quote="乙县的家庭医生团队有12个")]}, "evidence_quote", (False,)),
        ({"citations": [citation(quote="甲县新建三十所")]}, "valid_quotes", (False,)),
        ({"citations": [citation(quote="。")]}, "valid_quotes", (False,)),
        ({"citations": [citation(source="b.txt")]}, "valid_quotes", (False,)),
        ({"citations": [citation(counties=["乙县"])]}, "wrong_county", (True,)),
        ({"citations": [citation(counties=[])]}, "wrong_county", (True,)),
        ({"citations": [citation() for _ in range(7)]}, "evidence_quote", (True,)),
    ],
)
def test_each_fault_is_seen_and_spoils_the_answer(changes: dict[str, Any], field: str, value: object) -> None:
    verdict = judge(question(), reply(**changes), texts)
    assert getattr(verdict, field) == value
    assert not verdict.perfect


def test_official_and_short_names_are_one_county() -> None:
    asked = question(counties=("天祝县",))
    assert judge(asked, reply(citations=[citation(counties=["天祝藏族自治县"])]), texts).wrong_county == (False,)


def test_evidence_in_the_passage_only_counts_for_the_passage_only() -> None:
    verdict = judge(question(), reply(citations=[citation(quote="选址在东山镇", passage=SOURCE)]), texts)
    assert (verdict.evidence_quote, verdict.evidence_passage, verdict.first_hit) == ((False,), (True,), True)


def test_a_refusal_is_perfect_without_citations_only() -> None:
    asked = question(status=Status.NO_ANSWER, counties=(), evidence=(), answer=(), kind="refuse_offtopic")
    silent = {"id": "q1", "status": "no_answer", "answer": "文章里没有"}
    assert judge(asked, silent, texts).perfect
    assert not judge(asked, silent | {"citations": [citation()]}, texts).perfect
    assert not judge(asked, reply(), texts).perfect
    assert judge(asked, {}, texts).got == "missing"


def test_figures_of_a_run() -> None:
    asked, refused = question(), question(id="q2", kind="smalltalk", status=Status.SMALLTALK, evidence=(), answer=())
    scores = summarise(
        [
            judge(asked, reply(), texts),
            judge(asked, reply(status="clarify", citations=[], answer="哪个县？"), texts),
            judge(refused, reply(citations=[citation(quote="不在文中的话")]), texts),
            judge(refused, {"status": "smalltalk", "answer": "你好"}, texts),
        ]
    )
    assert (scores.questions, scores.perfect, scores.status) == (4, 0.5, 0.5)
    assert (scores.false_answer, scores.false_refusal) == (0.5, 0.5)
    assert (scores.evidence_quote, scores.evidence_passage, scores.answer_groups, scores.first_hit) == (0.5,) * 4
    assert (scores.wrong_county, scores.valid_quotes, scores.valid_markers) == (0.0, 0.5, 1.0)
    assert scores.answer_chars == (16, 16)
    assert scores.perfect_by_kind == {"number": 0.5, "smalltalk": 0.5}
    assert scores.rows()["perfect: smalltalk"] == 0.5
    assert "perfect_by_kind" not in scores.rows()


def test_by_kind_tells_recall_only_where_evidence_is_expected() -> None:
    refused = question(id="q2", kind="smalltalk", status=Status.SMALLTALK, evidence=(), answer=())
    half = question(evidence=(("新建村卫生室三十所",), ("不在文中",)))
    verdicts = [judge(question(), reply(), texts), judge(half, reply(), texts), judge(refused, {}, texts)]
    assert by_kind(verdicts) == {"number": (0.5, 0.6667, 2), "smalltalk": (0.0, None, 1)}


def test_nothing_measured_is_none() -> None:
    scores = summarise([])
    assert scores.perfect is None
    assert scores.answer_chars is None


@pytest.fixture
def ground(tmp_path: Path) -> tuple[Path, Path]:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "secret.txt").write_text(SOURCE, encoding="utf-8")
    rows = [
        {
            "id": "q1",
            "question": "问",
            "kind": "fact",
            "status": "answered",
            "evidence": [["建三十所", "卫生室三十所"]],
        },
        {"id": "q2", "question": "问", "kind": "smalltalk", "status": "smalltalk"},
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    return questions, folder


def test_a_run_over_files(ground: tuple[Path, Path]) -> None:
    scores = evaluate(ground[0], [reply(), {"id": "q2", "status": "smalltalk", "answer": "你好"}], ground[1])
    assert (scores.perfect, scores.valid_quotes) == (1.0, 1.0)


@pytest.mark.parametrize("source", ["", "../secret.txt", "missing.txt", "/etc/hostname"])
def test_a_quote_is_only_looked_for_below_the_folder(ground: tuple[Path, Path], source: str) -> None:
    scores = evaluate(ground[0], [reply(citations=[citation(source=source)])], ground[1])
    assert scores.valid_quotes == 0.0


def test_a_missing_folder_is_told(ground: tuple[Path, Path]) -> None:
    with pytest.raises(XianwenError, match="no such folder"):
        evaluate(ground[0], [], ground[1] / "nowhere")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"not JSON .*:1,"),
        ("[]", "not a JSON object"),
        ('{"id": "a"}', "not a golden question"),
        ('{"id": "a", "question": "问", "kind": "fact", "status": "perhaps"}', "not a golden question"),
        ('{"id": "a", "question": "问", "kind": "fact", "status": "answered"}', "has evidence"),
        ('{"id": "a", "question": "问", "kind": "fact", "status": "answered", "evidence": [[]]}', "no alternative"),
        (
            '{"id": "a", "question": "问", "kind": "fact", "status": "answered", "evidence": [[""]]}',
            "empty alternative",
        ),
        ('{"id": "a", "question": "问", "kind": "f", "status": "no_answer", "counties": "甲县"}', "not a list"),
        ("", "no questions"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(XianwenError, match=message):
        read_questions(path)


def test_an_id_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    row = '{"id": "a", "question": "问", "kind": "smalltalk", "status": "smalltalk"}\n'
    path.write_text(row + row, encoding="utf-8")
    with pytest.raises(XianwenError, match=r"stands twice, .*:2"):
        read_questions(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(XianwenError, match="cannot be read"):
        read_questions(tmp_path / "none.jsonl")
