"""BEIR folders: read strictly, measured in the three modes."""

import json

import numpy as np
import pytest

from evaluation.beir import compare, evaluate, read_benchmark
from retrieval.errors import SourceError

CORPUS = [
    {"_id": "p1", "title": "某县卫生工作总结", "text": "全县新建村卫生室四十所，配备乡村医生六十名。"},
    {"_id": "p2", "title": "某县卫生工作总结", "text": "为六十五岁以上老年人免费体检两万人次。"},
    {"_id": "p3", "title": "", "text": "县人民医院开通胸痛急救绿色通道。"},
    {"_id": "p4", "title": "水利", "text": "维修水库三座，新增灌溉面积八千亩。"},
]
QUERIES = [
    {"_id": "q1", "text": "新建了多少村卫生室"},
    {"_id": "q2", "text": "胸痛急救"},
    {"_id": "q3", "text": "无人问"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\tp1\t1\nq2\tp3\t1\nq3\tp4\t0\n"
KEYS = ["ndcg@10", "mrr@10", "recall@1", "recall@5", "recall@10", "recall@100", "ms_per_query"]


class LetterEmbedder:
    """Counts characters: enough to tell these passages apart."""

    dim = 64
    fingerprint = "letters"

    def embed_passages(self, texts):
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            np.add.at(row, [ord(char) % self.dim for char in text], 1)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def embed_query(self, text):
        return self.embed_passages([text])


@pytest.fixture
def folder(tmp_path):
    for name, rows in (("corpus", CORPUS), ("queries", QUERIES)):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text(QRELS, encoding="utf-8")
    return tmp_path


def test_folder_is_read_with_titles_before_texts(folder):
    benchmark = read_benchmark(folder)
    assert [entry.name for entry in benchmark.entries] == ["p1", "p2", "p3", "p4"]
    assert benchmark.entries[0].whole == "某县卫生工作总结。全县新建村卫生室四十所，配备乡村医生六十名。"
    assert benchmark.entries[2].whole == CORPUS[2]["text"]
    assert benchmark.qrels == {"q1": {"p1": 1}, "q2": {"p3": 1}}


def test_qrels_need_no_column_names(folder):
    (folder / "qrels.tsv").write_text("q1\tp1\t2\n", encoding="utf-8")
    assert read_benchmark(folder).qrels == {"q1": {"p1": 2}}


@pytest.mark.parametrize("mode", ["words", "vectors", "fused"])
def test_every_mode_measures(folder, mode):
    found = evaluate(folder, mode, LetterEmbedder())
    assert list(found) == KEYS
    assert found["recall@100"] == 1.0
    assert found["mrr@10"] >= 0.5
    assert found["ms_per_query"] > 0


def test_two_modes_side_by_side(folder):
    found = compare(folder, "fused", "words", LetterEmbedder())
    assert list(found.ours) == list(found.theirs) == KEYS
    for name in ("ndcg@10", "recall@10"):
        difference = found.differences[name]
        assert difference.mean == pytest.approx(found.ours[name] - found.theirs[name])
        assert difference.low <= difference.mean <= difference.high
    alone = evaluate(folder, "words", LetterEmbedder())
    assert {**alone, "ms_per_query": 0} == {**found.theirs, "ms_per_query": 0}


def test_unknown_mode_is_refused(folder):
    with pytest.raises(ValueError, match="words, vectors, fused"):
        evaluate(folder, "both", LetterEmbedder())


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("corpus.jsonl", '{"_id": "p1", "text": "x"}\n{oops\n', r"not JSON, .*corpus\.jsonl, line 2"),
        ("corpus.jsonl", '["p1"]\n', r"not an object, .*corpus\.jsonl, line 1"),
        ("corpus.jsonl", '{"_id": "p1"}\n', r'"text" is missing.*corpus\.jsonl, line 1'),
        ("corpus.jsonl", '{"_id": 7, "text": "x"}\n', r'"_id" is missing.*corpus\.jsonl, line 1'),
        ("corpus.jsonl", '{"_id": "p", "text": "x"}\n' * 2, r"appears twice in .*corpus\.jsonl"),
        ("queries.jsonl", '{"_id": "q1", "text": "x"}\n' * 2, r"appears twice, .*queries\.jsonl, line 2"),
        ("qrels.tsv", "q1\tp1\t1\nq1 p1 1\n", r"between tabs, .*qrels\.tsv, line 2"),
        ("qrels.tsv", "q1\tp1\tyes\n", r"a whole number.*qrels\.tsv, line 1"),
        ("qrels.tsv", "q1\tp9\t1\n", r"in no other file, .*qrels\.tsv, line 1"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\tp1\t0\n", r"nothing to measure"),
    ],
)
def test_broken_line_is_told_with_file_and_line(folder, name, content, told):
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=told):
        read_benchmark(folder)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_missing_or_foreign_file_is_told(folder, name):
    (folder / name).write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(SourceError, match="UTF-8"):
        read_benchmark(folder)
    (folder / name).unlink()
    with pytest.raises(SourceError, match="cannot read"):
        read_benchmark(folder)
