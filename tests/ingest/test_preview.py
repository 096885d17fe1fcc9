"""What an article would become, told before: the same that an ingest makes of it, and what the corpus has like it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.build import build
from ingest.prepare import prepare
from ingest.preview import main, preview
from ingest.sources import read_sources
from retrieval.config import Config, PathsConfig
from retrieval.embed import load_embedder

TEXT = (
    "首页 > 新闻中心\n宝应县今年的基层卫生安排\n"
    "宝应县今年要给每个行政村配齐一名村医，村医每周下村两次。\n"
    "宝应县还要改造二十间村卫生室，年底前全部开门，由县里出钱。\n"
)
ELSE = "洪泽区的体检安排\n洪泽区今年给老人免费体检一次，在各镇卫生院做。\n"


@pytest.fixture
def config(tmp_path):
    return Config(paths=PathsConfig(data=str(tmp_path / "data")))


def publish(config: Config, folder: Path, **files: str) -> None:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    build([str(folder)], config, load_embedder(config.embedding))


def told(config: Config, file: Path, text: str) -> dict:
    file.write_text(text, encoding="utf-8")
    (found,) = preview([str(file)], config, file.parent)["files"]
    (document,) = found["documents"]
    return document


def test_preview_tells_what_an_ingest_makes_of_it(config, tmp_path):
    document = told(config, tmp_path / "a.txt", TEXT)
    (raw,) = read_sources([str(tmp_path / "a.txt")], config)
    prepared = prepare(raw, config.ingest.max_passage_chars)
    assert document["title"] == prepared.article.title and document["passages"] == len(prepared.passages)
    assert document["counties"] == ["宝应县"] and document["removed"] == {"breadcrumb": 1}
    assert document["examples"] == {"breadcrumb": "首页 > 新闻中心"}
    assert [warning["matter"] for warning in document["warnings"]] == ["no-date"]
    assert not any(document[key] for key in ("same_file", "same_text", "same_title", "near"))
    assert not (tmp_path / "data" / "index").exists(), "nothing is published"


def test_preview_tells_what_the_corpus_has_like_it(config, tmp_path):
    publish(config, tmp_path / "articles", old=TEXT, other=ELSE)
    assert told(config, tmp_path / "a.txt", TEXT)["same_file"] == ["old.txt"]
    spaced = told(config, tmp_path / "a.txt", TEXT.replace("今年要给", "今年 要给"))
    assert (spaced["same_file"], spaced["same_text"], spaced["near"]) == ([], ["old.txt"], [])
    changed = told(config, tmp_path / "a.txt", TEXT.replace("二十间", "三十间"))
    (near,) = changed["near"]
    assert near["source"] == "old.txt" and 0.5 <= near["share"] < 1
    assert any("三十" in here and "二十" in there for here, there in near["spots"])
    assert changed["same_title"] == ["old.txt"]
    part = told(config, tmp_path / "a.txt", "村医消息\n" + TEXT.split("\n")[2])
    assert [one["source"] for one in part["near"]] == ["old.txt"] and part["same_title"] == []
    assert not told(config, tmp_path / "a.txt", ELSE.replace("老人免费体检一次", "孩子查视力两回"))["near"]


def test_what_cannot_be_read_has_its_reason(config, tmp_path):
    (tmp_path / "a.exe").write_bytes(b"MZ\x90\0" + bytes(9))
    (tmp_path / "b.txt").write_bytes(b"")
    found = preview([str(tmp_path / "a.exe"), str(tmp_path / "b.txt"), str(tmp_path / "c.txt")], config, tmp_path)
    for file in found["files"]:
        assert file["documents"][0]["why"] and file["documents"][0]["what_to_do"]


def test_fault_of_ours_hides_no_other_file(config, tmp_path, monkeypatch):
    def broken(raw, *_):
        if raw.source == "a.txt":
            raise KeyError("x")
        return prepare(raw, 600)

    monkeypatch.setattr("ingest.preview.prepare", broken)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    first, second = preview([str(tmp_path / "a.txt"), str(tmp_path / "b.txt")], config, tmp_path)["files"]
    assert "internal error (KeyError)" in first["documents"][0]["why"] and second["documents"][0]["title"]


def test_command_prints_one_object_and_one_line_for_an_error(tmp_path, capsys):
    file = tmp_path / "config.toml"
    file.write_text(f'[paths]\ndata = "{tmp_path / "data"}"\n', encoding="utf-8")
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    line = ["--config", str(file), "--save", str(tmp_path / "save"), "--", str(tmp_path / "a.txt")]
    done = subprocess.run([sys.executable, "-m", "ingest.preview", *line], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["files"][0]["name"] == "a.txt"
    assert main(["--config", str(tmp_path / "none.toml"), *line[2:]]) == 1
    assert capsys.readouterr().err.startswith("error: no configuration file")
