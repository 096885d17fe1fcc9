"""The operator's commands do not lose what admins sent in the chat without a word."""

import pytest

from bot.cli import main
from bot.operate import left_out
from retrieval.config import Config, PathsConfig


@pytest.fixture
def config(tmp_path):
    (tmp_path / "data" / "uploads").mkdir(parents=True)
    return Config(paths=PathsConfig(data=str(tmp_path / "data")))


def test_articles_from_the_chat_are_missed_unless_their_folder_is_named(config, tmp_path, monkeypatch):
    assert left_out(config, ["articles"]) == ""
    (tmp_path / "data" / "uploads" / ".part-x").write_text("half", encoding="utf-8")
    assert left_out(config, ["articles"]) == ""
    (tmp_path / "data" / "uploads" / "a.txt").write_text("x", encoding="utf-8")
    assert left_out(config, ["articles", "https://example.org/"]).startswith("note: 1 articles sent in the chat")
    assert left_out(config, ["articles", str(tmp_path / "data" / "uploads")]) == ""
    assert left_out(config, [str(tmp_path)]) == ""
    monkeypatch.chdir(tmp_path)
    assert left_out(config, ["data/uploads/"]) == ""


def test_ingest_says_so_and_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XIANWEN_DATA", str(tmp_path / "data"))
    (tmp_path / "data" / "uploads").mkdir(parents=True)
    (tmp_path / "data" / "uploads" / "a.txt").write_text("x", encoding="utf-8")
    (tmp_path / "b.txt").write_text("宝应县的安排\n宝应县今年要改造二十间村卫生室。\n", encoding="utf-8")
    assert main(["ingest", str(tmp_path / "b.txt")]) == 0
    told = capsys.readouterr()
    assert "left out" in told.err and "b.txt" in told.out
