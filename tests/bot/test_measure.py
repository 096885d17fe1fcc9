"""``xianwen evaluate`` from the command line, with the real engine over two small articles."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import main
from bot.measure import _engine
from evaluation.golden import read_questions
from evaluation.probe import points, retrieval
from retrieval.config import load_config
from retrieval.engine import Engine
from retrieval.index import list_generations

ARTICLES = {
    "guzhen.txt": ("固镇县村卫生室进展", "固镇县今年新建村卫生室三十所，配齐冷藏箱。", "固镇县还办了四期培训班。"),
    "sihong.txt": ("泗洪县老年健康服务", "泗洪县为老人安装了五千个一键呼叫器。", "泗洪县的老年食堂由乡镇出面办。"),
}
QUESTIONS = [
    {
        "id": "q1", "question": "固镇县新建了多少所村卫生室", "kind": "number", "status": "answered",
        "counties": ["固镇县"], "article": ["guzhen.txt"], "evidence": [["新建村卫生室三十所"]], "answer": [["三十"]],
    },
    {
        "id": "q2", "question": "泗洪县给老人装了多少个一键呼叫器", "kind": "number", "status": "answered",
        "counties": ["泗洪县"], "article": ["sihong.txt"], "evidence": [["五千个一键呼叫器"]],
        "note": "tags: paraphrase",
    },
    {"id": "q3", "question": "固镇县的直升机停机坪在哪里", "kind": "refuse_offtopic", "status": "no_answer"},
    {"id": "q4", "question": "你好", "kind": "smalltalk", "status": "smalltalk"},
]  # fmt: skip


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with articles, questions and an index of them, which the environment names."""
    place = tmp_path_factory.mktemp("ground")
    (place / "articles").mkdir()
    for name, lines in ARTICLES.items():
        (place / "articles" / name).write_text("\n\n".join(lines), encoding="utf-8")
    rows = [json.dumps(row, ensure_ascii=False) for row in QUESTIONS]
    (place / "mine.jsonl").write_text("\n".join(rows), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("XIANWEN_DATA", str(place / "data"))
        assert main(["ingest", "articles"]) == 0
        yield place


def test_own_questions_give_figures_and_a_page_but_no_gate(ground: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "mine.jsonl", "--sources", "articles", "--report", "page.html"]) == 0
    told = capsys.readouterr()
    assert "perfect: number" in told.out
    assert "paraphrase, county (1)" in told.out
    assert "stored run" not in told.out
    assert "below its floor" not in told.err
    assert (ground / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_json_has_the_scores_on_top(ground: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "mine.jsonl", "--sources", "articles", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["questions"] == len(QUESTIONS)
    assert found["perfect_by_kind"]["number"] == 1.0
    assert {row["mode"] for row in found["retrieval"]} == {"words", "vectors", "fused", "read"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["mine.jsonl", "--sources", "nowhere"], "no questions or no articles, nowhere"),
        (["none.jsonl", "--sources", "articles"], "no questions or no articles, none.jsonl"),
        (["mine.jsonl", "--sources", "articles", "--pin"], "--pin, leave QUESTIONS out"),
        (["mine.jsonl", "--sources", "articles", "--report", "no/such/page.html"], "cannot write the report"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    ground: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert main(["evaluate", *arguments]) == 1
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--compare", "words"], ["--beir", ".", "--pin"], ["--beir", ".", "--report", "page.html"]]
)
def test_flags_that_do_not_go_together_are_wrong_usage(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["evaluate", *arguments]) == 2
    assert "usage" in capsys.readouterr().err


def test_passages_are_found_where_the_evidence_stands(ground: Path) -> None:
    engine = Engine(load_config(None))
    generation, tools, asked = engine.load(), engine.tools(), read_questions(ground / "mine.jsonl")
    table = retrieval(asked, generation, tools)
    assert {(row.mode, row.among, row.within) for row in table} == {
        (mode, among, within)
        for mode in ("words", "vectors", "fused", "read")
        for among in ("all", "paraphrase")
        for within in ("county", "everything")
    }
    assert {(row.among, row.questions) for row in table} == {("all", 2), ("paraphrase", 1)}
    assert all(row.recall == 1.0 for row in table if row.mode != "vectors")
    seen = {point.id: point for point in points(asked, generation, tools)}
    assert set(seen) == {"q1", "q2", "q3"}
    assert [seen[name].answerable for name in ("q1", "q2", "q3")] == [True, True, False]
    assert seen["q1"].probability > seen["q3"].probability


def test_evaluating_the_shipped_questions_leaves_the_index_alone(ground: Path, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("五河县2024年要点\n\n五河县要建六个托育点。", encoding="utf-8")
    served = Engine(load_config(None)).load().id
    with _engine(load_config(None), tmp_path, own_index=True) as engine:
        assert engine.load().manifest.articles == 1
    assert [entry.id for entry in list_generations(ground / "data" / "index")] == [served]


def test_two_modes_are_compared_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = {
        "corpus": [{"_id": "p1", "title": "", "text": "新建村卫生室"}, {"_id": "p2", "title": "", "text": "老年食堂"}],
        "queries": [{"_id": "q1", "text": "卫生室"}],
    }
    for name, objects in rows.items():
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, objects)), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("q1\tp1\t1\n", encoding="utf-8")
    asked = ["evaluate", "--beir", str(tmp_path), "--mode", "fused", "--compare", "words"]
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ndcg@10"] == found["words"]["ndcg@10"] == 1.0
    assert found["differences"]["recall@10"] == {"mean": 0.0, "low": 0.0, "high": 0.0}
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "may be luck" in told
    assert main(["evaluate", "--beir", str(tmp_path), "--mode", "words"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split() == ["ndcg@10", "1.0000"]
