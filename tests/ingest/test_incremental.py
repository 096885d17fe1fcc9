"""Only what changed is worked on, and nobody can tell from the outcome: it is that of a build from nothing."""

import hashlib
import os
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import assembly, sources, work, workshop
from ingest.build import build
from ingest.report import State
from ingest.warnings import Matter
from retrieval.config import Config, PathsConfig
from retrieval.index import CurrentIndex, Generation, verify
from retrieval.text import to_traditional

COUNTIES = ("德清县", "桐庐县", "安吉县", "宁海县", "象山县")
THINGS = ("村卫生室", "夜间门诊", "家庭医生", "影像会诊中心", "急救站", "中药房", "儿童保健门诊", "康复床位")
DEEDS = ("年底前全部建成", "由县财政出资改造", "每周开放三次", "配备专职人员", "纳入考核", "免费向老人开放")
MENU = "首页 | 机构 | 动态 | 服务"


class Embedder:
    """Vectors that depend on the text alone."""

    fingerprint, dim = "test", 8

    def __init__(self) -> None:
        self.embedded = 0

    def embed_passages(self, texts):
        self.embedded += len(texts)
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") for text in texts]
        vectors = np.array([np.random.default_rng(seed).normal(size=8) for seed in seeds], dtype=np.float32)
        return vectors.reshape(-1, 8) / np.linalg.norm(vectors.reshape(-1, 8), axis=1, keepdims=True)

    def embed_query(self, text):
        return self.embed_passages([text])


def article(source: random.Random) -> str:
    county = source.choice(COUNTIES)
    lines = [
        f"{county}卫生健康工作要点",
        "发布时间:2024-02-18 来源:" + source.choice(["某某日报", f"{county}卫生健康局"]),
    ]
    for _ in range(source.randint(3, 6)):
        lines.append(f"{county}{source.choice(THINGS)}{source.randint(2, 99)}处{source.choice(DEEDS)}，" + said(source))
    return "\n".join([*lines, *source.choice([[], ["掌上平安 便民零距离", "责任编辑：某某"]])]) + "\n"


def said(source: random.Random) -> str:
    return "".join(source.choice(THINGS) + source.choice(DEEDS) + "，" for _ in range(4)) + "这是第一步。"


def fresh(tmp_path: Path, name: str) -> Config:
    return Config(paths=PathsConfig(data=str(tmp_path / name)))


def current(config: Config) -> Generation:
    return CurrentIndex(config.index_dir, None).get()


def everything(generation: Generation) -> object:
    """All that a generation says, in order."""
    rows = range(generation.manifest.passages)
    articles = [generation.article(article.id) for article in generation.articles()]
    removals = {record.source: generation.removals(record.source) for record in generation.sources()}
    vectors = generation.vectors.vectors(np.arange(generation.manifest.passages)).round(5).tolist()
    return articles, generation.passages(rows), generation.sources(), removals, generation.counties, vectors


def edit(folder: Path, source: random.Random) -> None:
    """Some change that people make to a folder of articles."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    kind = source.choice(["add", "add", "copy", "doctor", "change", "delete", "sidecar", "rename", "touch"])
    file = source.choice(files) if files else None
    texts = [one for one in files if one.suffix == ".txt"]
    new = folder / source.choice(["", "甲", "乙"]) / f"{source.randrange(10**6)}.txt"
    new.parent.mkdir(exist_ok=True)
    if kind == "add" or not texts or file is None:
        new.write_text(article(source), encoding="utf-8")
        return
    text = source.choice(texts)
    content = text.read_text(encoding="utf-8")
    if kind == "copy":
        new.write_text(
            source.choice([str, to_traditional])(content) + source.choice(["", "编辑整理"]), encoding="utf-8"
        )
    elif kind == "doctor":
        new.write_text(content.replace("处", "0处", 1), encoding="utf-8")
    elif kind == "change":
        text.write_text(
            content + f"{source.choice(COUNTIES)}另有{source.randint(2, 9)}项安排，" + said(source), "utf-8"
        )
    elif kind == "sidecar":
        level = source.choice(['title = "另一个标题"', 'published = "2023-05-06"', "skip = true"])
        text.with_name(text.name + ".xianwen.toml").write_text(level, encoding="utf-8")
    elif kind == "rename":
        text.rename(new)
    elif kind == "delete":
        file.unlink()
    else:
        text.touch()


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_step_by_step_comes_to_the_same_as_from_nothing(tmp_path_factory, monkeypatch, seed):
    monkeypatch.setattr("retrieval.lexical_parts.FEWEST", 1)  # also so few passages are extended
    monkeypatch.setattr("retrieval.lexical_parts._MOST_ADDED", 9.0)
    source = random.Random(seed)
    place = tmp_path_factory.mktemp("steps")
    folder = place / "articles"
    folder.mkdir()
    for _ in range(5):
        (folder / f"{source.randrange(10**6)}.txt").write_text(article(source), encoding="utf-8")
    steps = fresh(place, "steps")
    build([str(folder)], steps, Embedder())
    for _ in range(2):
        for _ in range(source.randint(1, 3)):
            edit(folder, source)
        report = build([str(folder)], steps, Embedder())
        whole = fresh(place, f"whole-{source.randrange(10**9)}")
        once = build([str(folder)], whole, Embedder())
        assert current(steps).manifest.content == current(whole).manifest.content
        assert everything(current(steps)) == everything(current(whole))
        assert (report.articles, report.passages, report.rejected) == (once.articles, once.passages, once.rejected)
        assert [(file.source, file.same_as, file.warnings) for file in report.files] == [
            (file.source, file.same_as, file.warnings) for file in once.files
        ]


def test_step_by_step_finds_the_same_as_from_nothing(tmp_path, monkeypatch):
    """The full text of the one is made of older ones, in two parts and with passages marked as gone."""
    monkeypatch.setattr("retrieval.lexical_parts.FEWEST", 1)
    monkeypatch.setattr("retrieval.lexical_parts._MOST_ADDED", 9.0)
    source = random.Random(11)
    folder, steps = filled(tmp_path / "articles", count=40), fresh(tmp_path, "steps")
    build([str(folder)], steps, Embedder())
    extended = 0
    for step in range(6):
        (folder / f"{step:02}.txt").write_text(article(source), encoding="utf-8")
        (folder / f"{39 - step}.txt").unlink()
        (folder / f"{step}a.txt").write_text(article(source), encoding="utf-8")
        build([str(folder)], steps, Embedder())
        whole = fresh(tmp_path, f"whole-{step}")
        build([str(folder)], whole, Embedder())
        one, other = current(steps), current(whole)
        extended += (one.folder / "lexical" / "gone").exists()
        for query in ("影像会诊中心每周开放三次", "急救站", "纳入考核 康复床位", "安吉县 2024"):
            for codes in (None, [one.counties[0].code]):
                found, expected = (each.lexical.search(query, 200, codes) for each in (one, other))
                assert dict(found) == pytest.approx(dict(expected), rel=2e-3, abs=2e-5)
    assert extended >= 3


def filled(folder: Path, seed: int = 1, count: int = 12) -> Path:
    source = random.Random(seed)
    folder.mkdir(parents=True)
    for at in range(count):
        (folder / f"{at:02}.txt").write_text(article(source), encoding="utf-8")
    (folder / "copy.txt").write_text(to_traditional((folder / "03.txt").read_text(encoding="utf-8")), encoding="utf-8")
    return folder


def test_folder_order_and_time_do_not_matter(tmp_path, monkeypatch):
    here = filled(tmp_path / "here" / "articles")
    there = tmp_path / "there" / "else"
    there.mkdir(parents=True)
    for file in sorted(here.iterdir(), reverse=True):
        shutil.copy(file, there / file.name)
    one, other, third = (fresh(tmp_path, name) for name in ("one", "other", "third"))
    build([str(here)], one, Embedder())
    build([str(there)], other, Embedder())
    build([str(file) for file in sorted(there.iterdir(), reverse=True)], third, Embedder())
    assert current(one).manifest.content == current(other).manifest.content == current(third).manifest.content
    assert everything(current(one)) == everything(current(other)) == everything(current(third))


def test_only_what_changed_is_cleaned_and_embedded(tmp_path):
    folder, config = filled(tmp_path / "articles"), fresh(tmp_path, "data")
    assert build([str(folder)], config, Embedder()).cleaned == 13
    assert build([str(folder)], config, Embedder()).cleaned == 0
    (folder / "05.txt").write_text(article(random.Random(99)), encoding="utf-8")
    (folder / "06.txt").unlink()
    embedder = Embedder()
    report = build([str(folder)], config, embedder)
    assert (report.cleaned, report.sources(State.CHANGED), report.gone) == (1, ["05.txt"], ("06.txt",))
    assert 0 < report.embedded == embedder.embedded <= 8
    assert verify(config.index_dir) == report.generation


def test_pages_are_cleaned_again_when_their_site_looks_different(tmp_path):
    """Two pages do not show what is furniture; the third shows it of all, and only this site's are cleaned again."""
    folder, config = tmp_path / "articles", fresh(tmp_path, "data")
    for site in ("甲", "乙"):
        (folder / site).mkdir(parents=True)
    source = random.Random(4)
    pages = [article(source).partition("掌上平安")[0] + "责任编辑：某某\n青禾融媒矩阵\n" for _ in range(3)]
    for name in ("甲/1", "甲/2", "乙/1"):
        (folder / f"{name}.txt").write_text(pages[int(name[-1]) - 1], encoding="utf-8")
    build([str(folder)], config, Embedder())
    assert any("青禾融媒矩阵" in current(config).article(one.id).text for one in current(config).articles())
    (folder / "甲" / "3.txt").write_text(pages[2], encoding="utf-8")
    report = build([str(folder)], config, Embedder())
    assert report.cleaned == 3
    texts = {one.source: current(config).article(one.id).text for one in current(config).articles()}
    assert [source for source, text in sorted(texts.items()) if "青禾融媒矩阵" in text] == ["乙/1.txt"]


def test_a_sidecar_alone_makes_its_article_anew(tmp_path):
    folder, config = filled(tmp_path / "articles"), fresh(tmp_path, "data")
    build([str(folder)], config, Embedder())
    (folder / "02.txt.xianwen.toml").write_text('title = "换过的标题"', encoding="utf-8")
    report = build([str(folder)], config, Embedder())
    assert (report.cleaned, report.sources(State.CHANGED)) == (1, ["02.txt"])
    (folder / "02.txt.xianwen.toml").unlink()
    assert build([str(folder)], config, Embedder()).cleaned == 1


def test_untouched_files_are_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.stamps._TICK_NS", 0)
    folder, config = filled(tmp_path / "articles"), fresh(tmp_path, "data")
    build([str(folder)], config, Embedder())
    opened = []
    read = sources._content
    monkeypatch.setattr(sources, "_content", lambda file, most: opened.append(file.name) or read(file, most))
    assert (build([str(folder)], config, Embedder()).cleaned, opened) == (0, [])
    text = (folder / "05.txt").read_text(encoding="utf-8")
    before = (folder / "05.txt").stat()
    (folder / "05.txt").write_text(text.replace("县", "区", 1), encoding="utf-8")
    os.utime(folder / "05.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    (folder / "06.txt").touch()
    report = build([str(folder)], config, Embedder())
    assert (report.cleaned, opened) == (1, ["05.txt", "06.txt"]), "the same size and time, but written since"
    opened.clear()
    (folder / "07.txt").rename(folder / "08x.txt")
    assert (build([str(folder)], config, Embedder()).cleaned, opened) == (1, ["08x.txt"])


def test_files_just_written_are_read_again(tmp_path, monkeypatch):
    """Within a tick of its file system's clock a file can be written twice without a trace."""
    folder, config = filled(tmp_path / "articles", count=4), fresh(tmp_path, "data")
    monkeypatch.setattr("ingest.stamps._TICK_NS", 10**15)
    build([str(folder)], config, Embedder())
    opened = []
    read = sources._content
    monkeypatch.setattr(sources, "_content", lambda file, most: opened.append(file.name) or read(file, most))
    build([str(folder)], config, Embedder())
    assert opened == sorted(file.name for file in folder.iterdir())


def test_texts_are_compared_again_only_when_one_is_another(tmp_path, monkeypatch):
    folder, config = filled(tmp_path / "articles"), fresh(tmp_path, "data")
    first = build([str(folder)], config, Embedder())
    compared = []
    cluster = assembly.cluster
    monkeypatch.setattr(assembly, "cluster", lambda *given: compared.append(1) or cluster(*given))
    again = build([str(folder)], config, Embedder())
    assert (compared, [file.same_as for file in again.files]) == ([], [file.same_as for file in first.files])
    (folder / "05.txt").write_text(article(random.Random(99)), encoding="utf-8")
    build([str(folder)], config, Embedder())
    assert compared == [1]


def test_what_was_remembered_may_be_lost_or_broken(tmp_path, caplog):
    folder, config = filled(tmp_path / "articles"), fresh(tmp_path, "data")
    first = build([str(folder)], config, Embedder())
    (store,) = config.data_dir.joinpath("cache").glob("articles.sqlite")
    store.write_bytes(b"no database, but long enough to be looked at" * 100)
    again = build([str(folder)], config, Embedder())
    assert (again.published, again.generation, again.cleaned) == (False, first.generation, 13)
    assert "cannot be used" in caplog.text
    store.unlink()
    assert build([str(folder)], config, Embedder()).cleaned == 13


def test_a_damaged_generation_is_not_built_on(tmp_path, monkeypatch, caplog):
    folder, config = filled(tmp_path / "articles"), fresh(tmp_path, "data")
    build([str(folder)], config, Embedder())
    vectors = config.index_dir / current(config).id / "vectors.faiss"
    content = bytearray(vectors.read_bytes())
    content[-3] ^= 0x10
    vectors.write_bytes(content)
    monkeypatch.setattr("retrieval.index._hashed", set())  # as in another process
    (folder / "05.txt").write_text(article(random.Random(99)), encoding="utf-8")
    report = build([str(folder)], config, Embedder())
    whole = fresh(tmp_path, "whole")
    build([str(folder)], whole, Embedder())
    assert "building without what was there" in caplog.text
    assert (report.cleaned, report.reused) == (1, 0)
    assert everything(current(config)) == everything(current(whole))
    assert verify(config.index_dir) == report.generation


def test_a_failure_beside_the_look_at_the_articles_is_told(tmp_path, monkeypatch):
    folder, config = filled(tmp_path / "articles"), fresh(tmp_path, "data")
    first = build([str(folder)], config, Embedder()).generation

    def fail(*_):
        raise MemoryError("no room to open it")

    (folder / "05.txt").unlink()
    with monkeypatch.context() as broken, pytest.raises(MemoryError, match="no room"):
        broken.setattr("ingest.build._previous", fail)
        build([str(folder)], config, Embedder())
    assert current(config).id == first
    assert build([str(folder)], config, Embedder()).published


def test_other_code_cleans_everything_again(tmp_path, monkeypatch):
    folder, config = filled(tmp_path / "articles"), fresh(tmp_path, "data")
    build([str(folder)], config, Embedder())
    monkeypatch.setattr("ingest.store.code_digest", lambda: "other")
    assert build([str(folder)], config, Embedder()).cleaned == 13


def test_several_processes_come_to_the_same(tmp_path, monkeypatch):
    folder = filled(tmp_path / "articles", count=24)
    alone, together = fresh(tmp_path, "alone"), fresh(tmp_path, "together")
    build([str(folder)], alone, Embedder())
    monkeypatch.setattr(workshop, "HERE", 3)
    monkeypatch.setattr(workshop, "processors", lambda: 2)
    started = []
    pool = workshop.ProcessPoolExecutor
    monkeypatch.setattr(workshop, "ProcessPoolExecutor", lambda *a, **k: started.append(1) or pool(*a, **k))
    build([str(folder)], together, Embedder())
    assert started == [1]
    assert everything(current(alone)) == everything(current(together))


def test_a_process_that_dies_does_not_stop_the_others(tmp_path, monkeypatch, caplog):
    folder, config = filled(tmp_path / "articles", count=24), fresh(tmp_path, "data")
    monkeypatch.setattr(workshop, "HERE", 3)
    monkeypatch.setattr(workshop, "processors", lambda: 2)
    monkeypatch.setattr(workshop, "_begin", die)
    assert build([str(folder)], config, Embedder()).articles == 24
    assert "goes on alone" in caplog.text


def die() -> None:
    import os

    os._exit(1)


def test_without_semaphores_one_process_does_it(tmp_path, monkeypatch, caplog):
    folder, config = filled(tmp_path / "articles", count=8), fresh(tmp_path, "data")
    monkeypatch.setattr(workshop, "HERE", 3)
    monkeypatch.setattr(workshop, "processors", lambda: 2)

    def refuse(*_, **__):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(workshop, "ProcessPoolExecutor", refuse)
    assert build([str(folder)], config, Embedder()).cleaned == 9
    assert "cleaning in one process" in caplog.text


def test_reprints_are_stored_once_and_cited_from_the_most_official(tmp_path):
    folder, config = tmp_path / "articles", fresh(tmp_path, "data")
    folder.mkdir()
    text = article(random.Random(7))
    head, _, body = text.split("\n", 2)
    (folder / "a-blog.txt").write_text(f"{head}\n来源:搜狐 发布时间:2024-02-18\n{body}", encoding="utf-8")
    (folder / "b-paper.txt").write_text(to_traditional(f"{head}\n来源:某某日报 发布时间:2024-02-20\n{body}"), "utf-8")
    county = head[:3]
    (folder / "c-own.txt").write_text(f"{head}\n来源:{county}卫生健康局 发布时间:2024-02-21\n{body}", encoding="utf-8")
    (folder / "d-false.txt").write_text(f"{head}\n来源:某某论坛\n{body.replace('处', '0处', 1)}", encoding="utf-8")
    report = build([str(folder)], config, Embedder())
    assert {file.source: file.same_as for file in report.files} == {
        "a-blog.txt": "c-own.txt", "b-paper.txt": "c-own.txt", "c-own.txt": None, "d-false.txt": None,
    }  # fmt: skip
    own = next(one for one in current(config).articles() if one.source == "c-own.txt")
    assert [(one.source, one.published) for one in own.also] == [
        ("a-blog.txt", "2024-02-18"), ("b-paper.txt", "2024-02-20"),
    ]  # fmt: skip
    (warned,) = [one for file in report.files for one in file.warnings if one.matter is Matter.CONTRADICTS]
    assert warned.detail == "c-own.txt"
    assert [what for what, _, _ in warned.spots] == ["number"]
    records = {record.source: record.article for record in current(config).sources()}
    assert records["a-blog.txt"] == records["b-paper.txt"] == own.id
    (folder / "c-own.txt").unlink()
    again = build([str(folder)], config, Embedder())
    assert (again.cleaned, {file.source: file.same_as for file in again.files}["a-blog.txt"]) == (0, "b-paper.txt")


@pytest.mark.parametrize("name", ["b.txt", "https://b.example/1"])
def test_a_sidecar_names_the_original(tmp_path, name):
    folder, config = tmp_path / "articles", fresh(tmp_path, "data")
    folder.mkdir()
    text = article(random.Random(7))
    (folder / "a.txt").write_text(text, encoding="utf-8")
    (folder / "b.txt").write_text(text + "原文链接：https://b.example/1\n", encoding="utf-8")
    (folder / "a.txt.xianwen.toml").write_text(f'canonical = "{name}"', encoding="utf-8")
    report = build([str(folder)], config, Embedder())
    assert {file.source: file.same_as for file in report.files} == {"a.txt": "b.txt", "b.txt": None}


def test_work_tells_its_own_faults(monkeypatch):
    task = work.Prepare(work.pickle.dumps(work.RawDocument("a.txt", "text", "0")), "", work.SiteFurniture(), 600)
    monkeypatch.setattr(work, "prepare", lambda *_: 1 / 0)
    failure = work.do(task)
    assert isinstance(failure, work.Failure)
    assert failure.told == "ZeroDivisionError: division by zero"
    assert "Traceback" in failure.trace
