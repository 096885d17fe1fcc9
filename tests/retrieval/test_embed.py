"""Embedders: what they promise of their vectors, their prompts, their fingerprints and their errors."""

import json
import shutil

import numpy as np
import pytest

from retrieval.config import EmbeddingConfig
from retrieval.embed import BUNDLED_FOLDER, SentenceTransformerEmbedder, StaticEmbedder, load_embedder
from retrieval.errors import EmbeddingError

TEXTS = ["医 院", "医 生", "卫 生 院"]


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)  # read once, where it is imported


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny ordinary sentence-transformers model with prompts of its own."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    words = ["[UNK]", "医", "院", "生", "卫", "问:", "文:"]
    tokenizer = Tokenizer(WordLevel({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    weights = np.random.default_rng(5).standard_normal((len(words), 16)).astype(np.float32)
    weights[0] = 0
    module = StaticEmbedding(tokenizer, embedding_weights=weights)
    path = tmp_path_factory.mktemp("tiny")
    SentenceTransformer(modules=[module], prompts={"query": "问: ", "document": "文: "}, device="cpu").save(str(path))
    return path


def test_bundled_is_the_default_and_keeps_the_promises():
    embedder = load_embedder(EmbeddingConfig())
    assert isinstance(embedder, StaticEmbedder)
    passages = embedder.embed_passages(["县医院", "😀"])
    assert passages.shape == (2, embedder.dim)
    assert passages.dtype == np.float32
    assert np.linalg.norm(passages[0]) == pytest.approx(1, abs=1e-5)
    assert not passages[1].any()
    assert embedder.embed_query("县医院").shape == (1, embedder.dim)
    np.testing.assert_array_equal(embedder.embed_query("县医院")[0], passages[0])
    assert embedder.embed_passages([]).shape == (0, embedder.dim)


def test_bundled_fingerprint_follows_files_and_prompts(tmp_path):
    original = StaticEmbedder()
    assert original.fingerprint == StaticEmbedder().fingerprint
    assert original.fingerprint != StaticEmbedder(query_prompt="问：").fingerprint
    copy = tmp_path / "model"
    shutil.copytree(BUNDLED_FOLDER, copy)
    assert StaticEmbedder(copy).fingerprint == original.fingerprint
    config = copy / "static_config.json"
    config.write_text(config.read_text(encoding="utf-8").replace('"sha256"', '"other"'), encoding="utf-8")
    assert StaticEmbedder(copy).fingerprint != original.fingerprint


def test_ordinary_model_loads_offline_and_keeps_the_promises(folder):
    embedder = load_embedder(EmbeddingConfig(model=str(folder), batch_size=2))
    assert isinstance(embedder, SentenceTransformerEmbedder)
    vectors = embedder.embed_passages(TEXTS)
    assert vectors.shape == (3, 16)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embedder.embed_passages([]).shape == (0, 16)
    np.testing.assert_array_equal(vectors, embedder.embed_passages(TEXTS))


def test_prompts_of_the_model_are_used_unless_given(folder):
    shipped = SentenceTransformerEmbedder(str(folder))
    given = SentenceTransformerEmbedder(str(folder), query_prompt="文: ", passage_prompt="问: ")
    np.testing.assert_allclose(shipped.embed_query("医"), given.embed_passages(["医"]), atol=1e-6)
    np.testing.assert_allclose(shipped.embed_passages(["医"]), given.embed_query("医"), atol=1e-6)
    assert not np.allclose(shipped.embed_query("医"), shipped.embed_passages(["医"]))
    assert shipped.fingerprint != given.fingerprint


def test_query_prompt_of_bge_is_known_by_name(folder, tmp_path):
    named = tmp_path / "bge-small-zh-v1.5"
    shutil.copytree(folder, named)
    settings = named / "config_sentence_transformers.json"
    content = json.loads(settings.read_text(encoding="utf-8"))
    content["prompts"]["query"] = ""
    settings.write_text(json.dumps(content), encoding="utf-8")
    plain = tmp_path / "other"
    shutil.copytree(named, plain)
    assert SentenceTransformerEmbedder(str(named)).fingerprint != SentenceTransformerEmbedder(str(plain)).fingerprint


def test_fingerprint_follows_the_files_not_the_place(folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    first = SentenceTransformerEmbedder(str(folder)).fingerprint
    assert SentenceTransformerEmbedder(str(copy)).fingerprint == first
    weights = next(copy.rglob("*.safetensors"))
    changed = bytearray(weights.read_bytes())
    changed[-1] ^= 1
    weights.write_bytes(bytes(changed))
    assert SentenceTransformerEmbedder(str(copy)).fingerprint != first


def test_bundled_folder_missing_is_told(tmp_path):
    with pytest.raises(EmbeddingError, match="install xianwen again"):
        StaticEmbedder(tmp_path / "nothing")


@pytest.mark.parametrize("name", ["/no/such/model", "./no-such-model", "~/no/such/model"])
def test_missing_folder_is_told(name):
    with pytest.raises(EmbeddingError, match="no model folder"):
        load_embedder(EmbeddingConfig(model=name))


def test_folder_that_is_no_model_is_told(tmp_path):
    with pytest.raises(EmbeddingError, match="cannot load the embedding model"):
        load_embedder(EmbeddingConfig(model=str(tmp_path)))


def test_name_that_cannot_be_had_is_told_in_one_line():
    with pytest.raises(EmbeddingError, match="cannot load the embedding model") as told:
        load_embedder(EmbeddingConfig(model="nobody/no-such-model"))
    assert "\n" not in str(told.value)


def test_unusable_vectors_are_refused(folder, monkeypatch):
    embedder = SentenceTransformerEmbedder(str(folder))
    monkeypatch.setattr(embedder._model, "encode", lambda texts, **_: np.full((len(texts), 16), np.nan))
    with pytest.raises(EmbeddingError, match="unusable vectors"):
        embedder.embed_query("医")


def test_a_folder_of_our_own_recipe_is_served_without_torch() -> None:
    by_folder = load_embedder(EmbeddingConfig(model=str(BUNDLED_FOLDER)))
    assert isinstance(by_folder, StaticEmbedder)
    assert by_folder.fingerprint == load_embedder(EmbeddingConfig()).fingerprint
