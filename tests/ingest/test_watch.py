import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.watch import ended_by_signals, look, watch
from retrieval.errors import SourceError

TEXT = "德清县建急救站\n\n德清县今年在三个乡镇建急救站，年底前投入使用。\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "articles" / "甲").mkdir(parents=True)
    (tmp_path / "articles" / "甲" / "a.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path / "articles"


def changed(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(1, 1))  # clocks of file systems may be too coarse to tell the two writings apart


@pytest.mark.parametrize("kind", ["new", "gone", "changed", "renamed", "sidecar", "touched"])
def test_a_look_tells_every_change(folder, kind):
    file = folder / "甲" / "a.txt"
    before = look([str(folder)])
    assert look([str(folder)]) == before
    if kind == "new":
        (folder / "b.txt").write_text(TEXT, encoding="utf-8")
    elif kind == "gone":
        file.unlink()
    elif kind == "changed":
        changed(file, TEXT.replace("三", "四"))
    elif kind == "renamed":
        file.rename(folder / "甲" / "b.txt")
    elif kind == "sidecar":
        (folder / "甲" / "a.txt.xianwen.toml").write_text('title = "a"', encoding="utf-8")
    else:
        os.utime(file, ns=(5, 5))
    assert look([str(folder)]) != before


def test_hidden_files_and_addresses_do_not_count(folder):
    before = look([str(folder), "https://a.example/1"])
    (folder / ".cache").mkdir()
    (folder / ".cache" / "x").touch()
    (folder / ".hidden").touch()
    assert look([str(folder), "https://a.example/1"]) == before
    assert look([str(folder / "nowhere")]) == look([str(folder / "nowhere")])


def test_only_a_change_makes_it_ingest_again(folder):
    done = []
    steps = iter([lambda: None, lambda: (folder / "b.txt").touch(), lambda: None])
    watch([str(folder)], 7, lambda: done.append(1), lambda seconds: next(steps)(), looks=4)
    assert len(done) == 2


def test_what_fails_is_tried_again_and_does_not_end_it(folder, caplog):
    outcomes = iter([SourceError("no file can be used"), RuntimeError("a fault of ours"), None, None])

    def ingest():
        if (outcome := next(outcomes)) is not None:
            raise outcome

    watch([str(folder)], 7, ingest, lambda _: None, looks=6)
    assert len(list(outcomes)) == 1
    assert "no file can be used; trying again in 7 s" in caplog.text
    assert "a fault of ours" in caplog.text


def test_addresses_are_fetched_at_every_look():
    done = []
    watch(["https://a.example/1"], 7, lambda: done.append(1), lambda _: None, looks=3)
    assert len(done) == 3


def test_a_signal_ends_it(folder):
    with pytest.raises(SystemExit) as ended, ended_by_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    assert ended.value.code == 0
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_the_command_watches_until_it_is_told_to_end(folder, tmp_path):
    command = [sys.executable, "-m", "ingest", "--watch", "0.2", str(folder)]
    environment = {**os.environ, "XIANWEN_DATA": str(tmp_path / "data"), "XIANWEN_CONFIG": ""}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = iter(child.stdout.readline, "")
        assert any(line.startswith("published") for line in lines)
        (folder / "b.txt").write_text(TEXT.replace("急救", "体检"), encoding="utf-8")
        assert any("b.txt" in line for line in lines)
        assert any(line.startswith("published") for line in lines)
        child.terminate()
        assert child.wait(timeout=30) == 0
