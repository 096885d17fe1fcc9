"""The optional cross-encoder: a real one, tiny and with weights set by hand, in the reader and by itself."""

import dataclasses

import numpy as np
import pytest

from ingest.build import build
from retrieval.config import Config, PathsConfig, RerankConfig
from retrieval.embed import load_embedder
from retrieval.engine import Engine
from retrieval.errors import EmbeddingError
from retrieval.question import understand
from retrieval.reader import Reader
from retrieval.rerank import CrossEncoderReranker, load_reranker

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"荣县医院建设床位张村药房"]


def _tiny(folder, labels):
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(3)
    plain = folder / "plain"
    plain.mkdir(parents=True)
    (plain / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    BertTokenizerFast(str(plain / "vocab.txt")).save_pretrained(str(plain))
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        num_labels=labels,
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    torch.nn.init.normal_(model.classifier.weight, std=3.0)
    model.save_pretrained(str(plain))
    made = folder / "made"
    CrossEncoder(str(plain), device="cpu").save_pretrained(str(made))
    return made


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return _tiny(tmp_path_factory.mktemp("one"), 1)


def test_scores_are_relevances_in_the_order_given(model):
    reranker = load_reranker(RerankConfig(model=str(model), candidates=2))
    texts = ["荣县医院建设", "床位", "村药房"]
    scores = reranker.scores("荣县", texts)
    assert scores.shape == (3,)
    assert ((scores > 0) & (scores < 1)).all()
    assert len(set(scores.round(6))) == 3
    np.testing.assert_allclose(reranker.scores("荣县", texts[::-1]), scores[::-1], atol=1e-5)
    assert reranker.scores("荣县", []).shape == (0,)


def test_none_is_the_default():
    assert load_reranker(RerankConfig()) is None


def test_a_missing_folder_and_a_model_with_several_outputs_are_told(tmp_path):
    with pytest.raises(EmbeddingError, match=r"no model folder .*none"):
        CrossEncoderReranker(str(tmp_path / "none"), 20)
    with pytest.raises(EmbeddingError, match="has 3 outputs"):
        CrossEncoderReranker(str(_tiny(tmp_path, 3)), 20)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(EmbeddingError, match="cannot load the cross-encoder"):
        CrossEncoderReranker(str(empty), 20)


class Backwards:
    """Says the opposite of what words and vectors say."""

    candidates = 3

    def __init__(self):
        self.seen = []

    def scores(self, question, texts):
        self.seen.append((question, list(texts)))
        return np.linspace(0.1, 0.9, len(texts))


def test_the_reader_orders_by_it(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text(
        "荣县卫生健康工作\n\n荣县人民医院新增床位200张。\n\n荣县村卫生室新增药房30个。\n\n荣县医院建设投入1亿元。\n\n"
        "荣县新增救护车5辆。\n\n荣县培训村医80人。\n",
        encoding="utf-8",
    )
    config = Config(paths=PathsConfig(data=str(tmp_path / "data")))
    build([str(tmp_path / "a.txt")], config, load_embedder(config.embedding), lambda _: None)
    engine = Engine(config)
    generation, plain = engine.load(), engine.tools()
    question = understand("荣县医院新增多少床位", (), generation.counties, 1000)
    before = Reader(question, generation, plain)
    hits = before.said(before.find([question.counties[0].code]))
    usual = [one.sentence.text for one in before.judged(hits)]
    assert len(usual) >= 4
    backwards = Backwards()
    after = Reader(question, generation, dataclasses.replace(plain, reranker=backwards)).judged(hits)
    assert [one.sentence.text for one in after] == usual[2::-1]
    assert [one.score for one in after] == pytest.approx([0.9, 0.5, 0.1])
    assert backwards.seen[0][0] == "荣县医院新增多少床位"
