"""Reload and status: for admins in private, one reload at a time; a failure costs nothing."""

import asyncio
import json
import os
import sys

import pytest

from bot import admin_messages as words
from bot import reloading
from bot.admin_messages import wording
from bot.child import NICE, run_child
from retrieval.config import Config, PathsConfig, TelegramConfig, load_config
from retrieval.types import Script
from tests.fakes import ADMIN, FakeEngine, Harness, corpus, until


def said(what, **values):
    return wording(what, Script.SIMPLIFIED, **values)


REPORT = {"generation": "g2", "added": ["新.txt"], "changed": [], "gone": ["旧.txt", "旧二.txt"], "rejected": []}
REJECTED = [{"source": f"<坏>{number}.pdf", "why": "not text & no words"} for number in range(12)]


def child(monkeypatch, *lines: str) -> None:
    monkeypatch.setattr(reloading, "command", lambda config: [sys.executable, "-c", "\n".join(lines)])


def reporting(report: dict[str, object]) -> str:
    return f"import json, sys; print({json.dumps(report)!r})"


async def test_reload_shows_progress_and_ends_with_its_report(monkeypatch):
    monkeypatch.setattr(reloading, "EDIT_EVERY_S", 0.0)
    progress = [json.dumps({"stage": "embed", "done": done, "total": 3, "source": "x"}) for done in (1, 2)]
    lines = [f"print({line!r}, file=__import__('sys').stderr, flush=True)" for line in progress]
    child(monkeypatch, *lines, reporting({**REPORT, "rejected": REJECTED}))
    engine = FakeEngine()
    engine.corpus = corpus()
    async with Harness(engine) as bench:
        await bench.feed(bench.row("/reload", ADMIN))
        await until(lambda: bench.telegram.of("editMessageText"))
        engine.corpus.id = "g2"
        await bench.idle()
        assert bench.telegram.texts() == [said(words.RELOAD_STARTED)]
        shown = [call["text"] for call in bench.telegram.of("editMessageText")]
        assert "正在收录：计算向量 1/3" in shown
        assert "新增1篇，改动0篇，不再有2篇，未收12篇" in shown[-1] and "g2" in shown[-1]
        assert shown[-1].count("not text &amp; no words") == 10
        await bench.say("/status", ADMIN)
        assert "版本 g2" in bench.telegram.texts()[-1] and "✓" in bench.telegram.texts()[-1]


async def test_answers_go_before_reading_articles():
    code = "import os, time; time.sleep(0.5); print(os.nice(0))"
    assert await run_child([sys.executable, "-c", code]) == os.nice(0) + NICE


async def test_progress_is_not_shown_more_often_than_telegram_likes(monkeypatch):
    line = 'print(\'{"stage": "read", "done": 1, "total": 2}\', file=sys.stderr, flush=True)'
    child(monkeypatch, "import sys", *[line] * 200, reporting(REPORT))
    engine = FakeEngine()
    engine.corpus.id = "g2"
    async with Harness(engine) as bench:
        await bench.say("/reload", ADMIN)
        assert len(bench.telegram.of("editMessageText")) < 10


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["import sys", "print('error: no articles, x, name', file=sys.stderr)", "sys.exit(1)"], "no articles, x"),
        (["raise SystemExit(9)"], "status 9"),
        (["print('{broken')"], "no JSON"),
        (["import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"], "status -9"),
    ],
)  # fmt: skip
async def test_failed_reload_is_told_and_costs_nothing(lines, problem, monkeypatch):
    child(monkeypatch, *lines)
    async with Harness() as bench:
        await bench.say("/reload", ADMIN)
        told = bench.telegram.of("editMessageText")[-1]["text"]
        assert problem in told and told.startswith(said(words.RELOAD_FAILED, problem=""))
        await bench.say("村卫生室怎么办")
        assert "[1]" in bench.telegram.texts()[-1]
        await bench.say("/status", ADMIN)
        assert "✗" in bench.telegram.texts()[-1]


async def test_generation_that_this_process_cannot_open_is_a_failure(monkeypatch):
    child(monkeypatch, reporting(REPORT))
    async with Harness() as bench:
        bench.engine.problem = "the index was built with another model"
        await bench.say("/reload", ADMIN)
        told = bench.telegram.of("editMessageText")[-1]["text"]
        assert told == said(words.RELOAD_FAILED, problem=bench.engine.problem)


async def test_one_reload_at_a_time_while_questions_are_answered(monkeypatch, tmp_path):
    pid = tmp_path / "pid"
    child(monkeypatch, "import os, time", f"open({str(pid)!r}, 'w').write(str(os.getpid()))", "time.sleep(60)")
    async with Harness() as bench:
        await bench.feed(bench.row("/reload", ADMIN))
        await until(lambda: bench.services.reload)
        await bench.feed(bench.row("/reload", ADMIN))
        await bench.feed(bench.row("村卫生室怎么办"))
        await until(lambda: len(bench.telegram.texts()) == 3)
        assert sorted(text[:4] for text in bench.telegram.texts()) == sorted(
            [said(words.RELOAD_STARTED)[:4], said(words.RELOAD_RUNNING)[:4], "每个行政"]
        )
        await until(lambda: pid.exists() and pid.read_text())
        bench.services.reload.cancel()
        await asyncio.gather(bench.services.reload, return_exceptions=True)
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)


async def test_problem_of_the_index_is_shown_in_the_status():
    async with Harness() as bench:
        bench.engine.problem = "a checksum does not hold, vectors.faiss, run: xianwen rollback"
        await bench.say("/status", ADMIN)
        assert "问题：a checksum does not hold" in bench.telegram.texts()[-1]


def test_child_gets_the_configuration_of_its_parent(tmp_path, monkeypatch):
    monkeypatch.setenv("XIANWEN_DATA", str(tmp_path))
    config = Config(
        paths=PathsConfig(articles=['甲 "乙"', "-x", "c\\d"]),
        telegram=TelegramConfig(admins=[1, 2], answer_deadline_s=1.5, webhook_url="https://例.中国/"),
    )
    line = reloading.command(config)
    assert line[-4:] == ["--", '甲 "乙"', "-x", "c\\d"]
    assert load_config(line[line.index("--config") + 1]) == config
