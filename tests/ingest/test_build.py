import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from ingest import build as building
from ingest import cli, work
from ingest.build import Progress, build
from ingest.report import State
from retrieval.columns import context_of, embedded_text
from retrieval.config import Config, PathsConfig
from retrieval.errors import EmbeddingError, SourceError
from retrieval.index import CurrentIndex, Generation, rollback, verify
from retrieval.text import grams


class HashEmbedder:
    """Deterministic vectors of characters, and a record of what was embedded."""

    def __init__(self, fingerprint: str = "hash", dim: int = 32) -> None:
        self.fingerprint, self.dim = fingerprint, dim
        self.embedded: list[str] = []

    def embed_passages(self, texts):
        self.embedded += texts
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dim)

    def embed_query(self, text):
        return self._vector(text).reshape(1, -1)

    def _vector(self, text):
        vector = np.zeros(self.dim, dtype=np.float32)
        for gram in grams(text):
            vector[hashlib.blake2b(gram.encode(), digest_size=1).digest()[0] % self.dim] += 1
        return vector / max(np.linalg.norm(vector), 1e-9)


DEQING = """德清县2024年卫生健康工作计划
发布时间:2024-02-18 来源:德清县卫生健康局

今年德清县将为每个乡镇补足两名全科医生,并把夜间门诊开到集镇。

一、健全基层网络
县人民医院与六家卫生院组成一个共同体,药品由中心药房统一送到村卫生室。

二、守护老人与儿童
六十五岁以上老人每年免费体检一次,入园儿童视力筛查由妇幼保健院上门完成。
"""
TONGLU = """桐庐县卫生健康局部署下半年重点任务

桐庐县下半年要建成县域影像会诊中心,让乡镇卫生院拍片、县级医院出具报告。

桐庐县还将培训一百二十名村级急救员,急救设备放进每个客运站。
"""


@pytest.fixture
def config(tmp_path) -> Config:
    return Config(paths=PathsConfig(data=str(tmp_path / "data")))


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "articles"
    (folder / "浙江").mkdir(parents=True)
    (folder / "浙江" / "德清.txt").write_text(DEQING, encoding="utf-8")
    (folder / "tonglu.txt").write_bytes(TONGLU.encode("gb18030"))
    return folder


def current(config: Config) -> Generation:
    return CurrentIndex(config.index_dir, None).get()


def test_articles_become_a_generation(config, folder):
    embedder = HashEmbedder()
    signs: list[Progress] = []
    report = build([str(folder)], config, embedder, signs.append)
    assert report.published
    assert report.sources(State.ADDED) == ["tonglu.txt", "浙江/德清.txt"]
    assert (report.rejected, report.gone, report.articles) == ((), (), 2)
    assert report.counties == ("桐庐县", "德清县")
    assert (report.embedded, report.reused) == (report.passages, 0)
    assert verify(config.index_dir) == report.generation == current(config).id
    assert {sign.stage for sign in signs} == {"read", "clean", "embed", "index", "publish"}
    assert (signs[-1].done, signs[-1].total) == (1, 1)


def test_every_file_is_described_and_every_passage_stands_in_its_article(config, folder):
    build([str(folder)], config, HashEmbedder())
    generation = current(config)
    for article in generation.articles():
        whole = generation.article(article.id)
        passages = generation.passages(generation.rows_of_article(article.id))
        assert [passage.order for passage in passages] == list(range(len(passages)))
        for passage in passages:
            assert whole.text[passage.start : passage.end] == passage.text
    deqing = next(article for article in generation.articles() if article.source == "浙江/德清.txt")
    assert (deqing.title, deqing.published) == ("德清县2024年卫生健康工作计划", "2024-02-18")
    assert deqing.digest == hashlib.sha256(DEQING.encode()).hexdigest()
    codes = {division.short: division.code for division in generation.counties}
    texts = "".join(passage.text for passage in generation.passages(generation.rows_of_counties([codes["桐庐县"]])))
    assert "影像会诊中心" in texts
    assert "中心药房" not in texts


def test_words_and_vectors_find_the_passage_with_its_title_before_it(config, folder):
    embedder = HashEmbedder()
    build([str(folder)], config, embedder)
    generation = current(config)
    for row, passage in enumerate(generation.passages(range(generation.manifest.passages))):
        context = context_of(generation.article(passage.article_id).title, passage.heading)
        assert embedded_text(context, passage.text) in embedder.embedded
        query = embedder.embed_query(embedded_text(context, passage.text))
        assert generation.vectors.search(query, 1)[0][0] == row
        assert generation.lexical.search(f"{context}\n{passage.text}", 1)[0][0] == row


def test_again_with_nothing_changed_embeds_and_publishes_nothing(config, folder):
    first = build([str(folder)], config, HashEmbedder())
    again = HashEmbedder()
    second = build([str(folder)], config, again)
    assert (second.published, second.generation, again.embedded) == (False, first.generation, [])
    assert second.sources(State.UNCHANGED) == ["tonglu.txt", "浙江/德清.txt"]
    assert (second.embedded, second.reused, second.passages) == (0, 0, first.passages)
    assert [path.name for path in config.index_dir.glob(".building-*")] == []


def test_only_what_changed_is_embedded(config, folder):
    first = build([str(folder)], config, HashEmbedder())
    kept = {article.source: article.id for article in current(config).articles()}
    (folder / "浙江" / "德清.txt").write_text(DEQING.replace("两名全科医生", "三名全科医生"), encoding="utf-8")
    (folder / "tonglu.txt").rename(folder / "renamed.txt")
    embedder = HashEmbedder()
    second = build([str(folder)], config, embedder)
    assert second.published
    assert second.sources(State.CHANGED) == ["浙江/德清.txt"]
    assert second.sources(State.ADDED) == ["renamed.txt"]
    assert second.gone == ("tonglu.txt",)
    assert len(embedder.embedded) == second.embedded == 1
    assert "三名全科医生" in embedder.embedded[0]
    assert second.reused == first.passages - 1
    generation = current(config)
    assert generation.id != first.generation
    assert {article.id for article in generation.articles()}.isdisjoint(kept.values())
    fresh = HashEmbedder()
    for row, (context, text) in enumerate(_embedded(generation)):
        expected = fresh.embed_passages([embedded_text(context, text)])
        assert np.allclose(generation.vectors.vectors(np.array([row])), expected)


def _embedded(generation: Generation):
    for passage in generation.passages(range(generation.manifest.passages)):
        yield context_of(generation.article(passage.article_id).title, passage.heading), passage.text


def test_an_article_keeps_its_id_while_its_text_stays(config, folder):
    build([str(folder)], config, HashEmbedder())
    before = {article.source: article.id for article in current(config).articles()}
    (folder / "tonglu.txt").write_text("\n\n" + TONGLU + "\n", encoding="utf-8")  # other bytes, same words
    (folder / "new.txt").write_text(DEQING.replace("德清", "桐庐"), encoding="utf-8")
    report = build([str(folder)], config, HashEmbedder())
    after = {article.source: article.id for article in current(config).articles()}
    assert {source: after[source] for source in before} == before
    assert report.sources(State.CHANGED) == ["tonglu.txt"]


@pytest.mark.parametrize("other", [HashEmbedder("other"), HashEmbedder("hash", 48)], ids=["model", "dimension"])
def test_another_embedder_embeds_everything(config, folder, other):
    if other.dim != 32:
        other.fingerprint = "hash-48"
    build([str(folder)], config, HashEmbedder())
    report = build([str(folder)], config, other)
    assert (report.published, report.reused) == (True, 0)
    assert len(other.embedded) == report.passages
    assert current(config).vectors.dim == other.dim


def test_another_cutting_or_cleaning_publishes_again(config, folder, monkeypatch):
    build([str(folder)], config, HashEmbedder())
    shorter = config.model_copy(update={"ingest": config.ingest.model_copy(update={"max_passage_chars": 100})})
    assert build([str(folder)], shorter, HashEmbedder()).published
    assert not build([str(folder)], shorter, HashEmbedder()).published
    monkeypatch.setattr(building, "CLEANING_VERSION", building.CLEANING_VERSION + 1)
    report = build([str(folder)], shorter, HashEmbedder())
    assert (report.published, report.embedded) == (True, 0)


def test_the_same_article_in_two_files_is_stored_once(config, folder):
    (folder / "copy.txt").write_text(TONGLU, encoding="utf-8")
    report = build([str(folder)], config, HashEmbedder())
    assert (report.articles, len(report.files)) == (2, 3)
    assert [(file.source, file.same_as) for file in report.files] == [
        ("copy.txt", None),
        ("tonglu.txt", "copy.txt"),
        ("浙江/德清.txt", None),
    ]
    sources = {record.source: record.article for record in current(config).sources()}
    assert sources["copy.txt"] == sources["tonglu.txt"] != sources["浙江/德清.txt"]
    again = build([str(folder)], config, HashEmbedder())
    assert again.sources(State.UNCHANGED) == ["copy.txt", "tonglu.txt", "浙江/德清.txt"]


def test_a_bad_file_never_stops_the_others(config, folder, monkeypatch, caplog):
    (folder / "empty.txt").write_bytes(b"")
    (folder / "photo.txt").write_bytes(bytes(range(256)) * 20)
    (folder / "letter.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    (folder / "poison.txt").write_text(TONGLU.replace("桐庐", "有毒"), encoding="utf-8")
    prepare = work.prepare

    def poisoned(raw, *rest):
        if "有毒" in raw.text:
            raise RuntimeError("a fault of ours")
        return prepare(raw, *rest)

    monkeypatch.setattr(work, "prepare", poisoned)
    report = build([str(folder), str(folder / "missing.txt")], config, HashEmbedder())
    assert report.sources(State.ADDED) == ["tonglu.txt", "浙江/德清.txt"]
    reasons = {rejected.source: rejected.why for rejected in report.rejected}
    assert set(reasons) == {"empty.txt", "photo.txt", "letter.doc", "poison.txt", "missing.txt"}
    assert reasons["poison.txt"] == "internal error (RuntimeError: a fault of ours)"
    assert "Traceback" in caplog.text
    assert all(rejected.what_to_do for rejected in report.rejected)


def test_a_file_that_goes_bad_is_gone_from_the_next_generation(config, folder):
    build([str(folder)], config, HashEmbedder())
    (folder / "tonglu.txt").write_bytes(b"")
    report = build([str(folder)], config, HashEmbedder())
    assert (report.gone, [rejected.source for rejected in report.rejected]) == (("tonglu.txt",), ["tonglu.txt"])
    assert current(config).articles()[0].source == "浙江/德清.txt"


@pytest.mark.parametrize("content", [None, b"", b"\r\n \r\n"])
def test_when_nothing_can_be_used_the_old_generation_stays(config, folder, tmp_path, content):
    first = build([str(folder)], config, HashEmbedder())
    other = tmp_path / "other"
    other.mkdir()
    if content is not None:
        (other / "a.txt").write_bytes(content)
    with pytest.raises(SourceError, match="other"):
        build([str(other)], config, HashEmbedder())
    assert current(config).id == first.generation


def test_a_failing_model_changes_nothing(config, folder):
    first = build([str(folder)], config, HashEmbedder())

    class Broken(HashEmbedder):
        def embed_passages(self, texts):
            return np.full((len(texts), self.dim), np.nan, dtype=np.float32)

    with pytest.raises(EmbeddingError, match="not finite"):
        build([str(folder)], config, Broken("broken"))
    assert current(config).id == first.generation
    assert not list(config.index_dir.glob(".building-*"))


def test_a_corrupt_generation_before_is_no_obstacle(config, folder, caplog):
    first = build([str(folder)], config, HashEmbedder())
    vectors = config.index_dir / first.generation / "vectors.faiss"
    content = bytearray(vectors.read_bytes())
    content[-1] ^= 1
    vectors.write_bytes(content)
    embedder = HashEmbedder()
    second = build([str(folder)], config, embedder)
    assert (second.published, second.reused) == (True, 0)
    assert "vectors.faiss" in caplog.text
    assert verify(config.index_dir) == second.generation


def test_after_a_rollback_the_next_ingest_compares_with_what_is_served(config, folder):
    first = build([str(folder)], config, HashEmbedder())
    (folder / "tonglu.txt").unlink()
    build([str(folder)], config, HashEmbedder())
    assert rollback(config.index_dir) == first.generation
    report = build([str(folder)], config, HashEmbedder())
    assert (report.published, report.gone, report.embedded) == (True, ("tonglu.txt",), 0)


def test_what_was_removed_can_be_read_from_the_index(config, folder):
    report = build([str(folder)], config, HashEmbedder(), explain=True)
    generation = current(config)
    for file in report.files:
        explained = report.explained[file.source]
        removals = [(removal.rule, removal.number, removal.text) for removal in explained]
        assert generation.removals(file.source) == removals
        assert sum(file.facts.removed.values()) == len(removals)
    assert any(file.facts.removed for file in report.files)


@pytest.fixture
def command(config, folder, monkeypatch, capsys):
    """Runs the command line with the small embedder; its exit status, stdout and stderr."""
    monkeypatch.setenv("XIANWEN_DATA", config.paths.data)
    monkeypatch.setattr("retrieval.embed.load_embedder", lambda _: HashEmbedder())
    monkeypatch.setattr("retrieval.text.set_cache_dir", lambda _: None)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(arguments)
        return (status, *capsys.readouterr())

    return run


def test_command_prints_a_report(command, folder, config):
    status, out, err = command(str(folder), "--explain")
    assert (status, err) == (0, "")
    assert "added      浙江/德清.txt  《德清县2024年卫生健康工作计划》" in out
    assert "2 added, 0 changed, 0 unchanged, 0 gone, 0 rejected" in out
    assert f"published {current(config).id}" in out
    assert "- line 2 [" in out


def test_command_speaks_json(command, folder, config):
    status, out, err = command(str(folder), "--json", "--progress-json")
    report = json.loads(out)
    assert (status, report["generation"], report["added"]) == (0, current(config).id, ["tonglu.txt", "浙江/德清.txt"])
    lines = [json.loads(line) for line in err.splitlines()]
    assert lines[0] == {"stage": "read", "done": 1, "total": 1, "source": "tonglu.txt"}
    assert lines[-1] == {"stage": "publish", "done": 1, "total": 1, "source": ""}


def test_command_tells_a_domain_error_in_one_line(command, tmp_path):
    status, out, err = command(str(tmp_path / "nowhere"))
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("error: no file can be used")


def test_command_refuses_wrong_usage(command, capsys):
    with pytest.raises(SystemExit) as caught:
        command("--nonsense")
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err
