"""Going back: what would change is told first, over real generations; a comparison that breaks down hinders nobody."""

import dataclasses
import sys

import pytest

from bot import admin_messages as words
from bot import generations_admin
from bot.admin_messages import wording
from bot.comparison import articles, compare
from bot.gapbook import New
from bot.golden_set import append, golden_file
from ingest.build import build
from retrieval.config import Config, PathsConfig
from retrieval.embed import load_embedder
from retrieval.engine import Engine
from retrieval.errors import XianwenError
from retrieval.generations import current_id
from retrieval.types import Script
from tests.fakes import ADMIN, FakeEngine, Harness

FIRST = "宝应县今年的基层卫生安排\n宝应县还要改造二十间村卫生室，年底前全部开门。\n"
OTHER = "洪泽区的体检安排\n洪泽区今年给老人免费体检一次，在各镇卫生院做。\n"
ROOMS, CHECKS = "宝应县要改造多少间村卫生室", "洪泽区老人体检几次"


def said(what, **values):
    return wording(what, Script.SIMPLIFIED, **values)


def shown(bench: Harness) -> str:
    return bench.telegram.of("sendMessage", "editMessageText")[-1]["text"]


async def press_labelled(bench: Harness, label: str) -> None:
    data = next(one["callback_data"] for one in bench.telegram.buttons() if one["text"].startswith(label))
    await bench.press(data, ADMIN)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Two generations: the first with one article, the second with a changed one and another."""
    place = tmp_path_factory.mktemp("generations")
    folder = place / "articles"
    folder.mkdir()
    config = Config(paths=PathsConfig(data=str(place / "data"), articles=[str(folder)]))
    embedder = load_embedder(config.embedding)
    (folder / "a.txt").write_text(FIRST, encoding="utf-8")
    (folder / "gone.txt").write_text(OTHER.replace("洪泽区", "金湖县"), encoding="utf-8")
    first = build([str(folder)], config, embedder).generation
    (folder / "gone.txt").unlink()
    (folder / "a.txt").write_text(FIRST.replace("二十间", "三十间"), encoding="utf-8")
    (folder / "b.txt").write_text(OTHER, encoding="utf-8")
    second = build([str(folder)], config, embedder).generation
    return config, first, second


def test_comparison_tells_articles_and_answers(built):
    config, first, second = built
    groups = {
        "gaps": [{"question": ROOMS}, {"question": CHECKS}, {"question": "金湖县老人体检几次"}, {"question": "  "}]
    }
    found = compare(config, first, groups, 60.0)
    assert (found["current"], found["other"]) == (second, first)
    assert found["articles"] == {"added": ["gone.txt"], "changed": ["a.txt"], "gone": ["b.txt"]}
    counts = found["answers"]["gaps"]
    assert {name: counts[name] for name in ("asked", "given", "changed", "lost", "won")} == {
        "asked": 4, "given": 4, "changed": 1, "lost": 1, "won": 1,
    }  # fmt: skip
    kinds = {example["question"]: example["kind"] for example in counts["examples"]}
    assert kinds == {ROOMS: "changed", CHECKS: "lost", "金湖县老人体检几次": "won"}
    assert current_id(config.index_dir) == second


def test_comparison_is_articles_by_hand(built):
    config, first, second = built
    by_hand = {}
    for name, identity in (("before", second), ("after", first)):
        from retrieval.index import Generation

        generation = Generation.open(config.index_dir / identity)
        by_hand[name] = {record.source: generation.article(record.article).text for record in generation.sources()}
    before, after = by_hand["before"], by_hand["after"]
    assert articles(*(Generation.open(config.index_dir / one) for one in (second, first))) == {
        "added": [source for source in sorted(after) if source not in before],
        "changed": [source for source in sorted(after) if source in before and before[source] != after[source]],
        "gone": [source for source in sorted(before) if source not in after],
    }


def test_comparison_stops_when_its_time_is_up(built):
    config, first, _ = built
    found = compare(config, first, {"recent": [{"question": ROOMS}] * 50}, 0.0)
    assert found["answers"]["recent"]["asked"] == 0 and found["answers"]["recent"]["given"] == 50


def test_unknown_generation_is_named(built):
    with pytest.raises(XianwenError, match="no generation"):
        compare(built[0], "20200101T000000Z-00000000", {}, 1.0)


async def test_going_back_in_the_chat_tells_first_and_follows(built, tmp_path):
    config, first, second = built
    async with Harness(Engine(config)) as bench:
        bench.services.config = bench.services.config.model_copy(update={"paths": config.paths})
        row = {"id": "x", "question": CHECKS, "kind": "fact", "status": "answered", "evidence": [["体检一次"]]}
        append(golden_file(config), row)
        bench.services.ledger.gaps.keep(New(ROOMS, "", ("宝应县",), "disliked", "", "token-one"))
        await bench.say(ROOMS)
        await bench.say("/generations", ADMIN)
        assert f"● {second}" in shown(bench) and f"○ {first}" in shown(bench)
        await press_labelled(bench, said(words.GENERATION_BUTTON, id=first))
        told = shown(bench)
        assert said(words.ROLLBACK_CONFIRM, current=second, target=first) in told
        assert "多出1篇：gone.txt" in told and "不同1篇：a.txt" in told and "少掉1篇：b.txt" in told
        assert f"{said(words.DIFF_LOST)} {CHECKS}" in told and f"{said(words.DIFF_CHANGED)} {ROOMS}" in told
        recent = next(line for line in told.splitlines() if line.startswith(said(words.DIFF_RECENT)))
        assert "1/1" in recent and told.count(ROOMS) == 1, "what people asked lately is counted and not shown"
        assert current_id(config.index_dir) == second
        await press_labelled(bench, said(words.CANCEL))
        assert current_id(config.index_dir) == second
        await bench.say("/rollback", ADMIN)
        await press_labelled(bench, said(words.ROLLBACK_BUTTON))
        assert shown(bench) == said(words.ROLLBACK_DONE, generation=first)
        assert bench.services.ledger.acts(1)[0] == dataclasses.replace(
            bench.services.ledger.acts(1)[0], act="rollback", about=first
        )
        await bench.say(ROOMS)
        assert "二十间" in bench.telegram.texts(1001)[-1]
        await bench.say(f"/rollback {second}", ADMIN)
        await press_labelled(bench, said(words.ROLLBACK_BUTTON))
        assert current_id(config.index_dir) == second


@pytest.mark.parametrize("script", ["raise SystemExit(7)", "print('[')", "import time; time.sleep(60)"])
async def test_comparison_that_breaks_down_hinders_nobody(built, monkeypatch, script):
    config, first, _ = built
    monkeypatch.setattr(generations_admin, "LIMIT_S", 1.0)
    monkeypatch.setattr(generations_admin, "module", lambda *_: [sys.executable, "-c", script])
    async with Harness(FakeEngine()) as bench:
        bench.services.config = bench.services.config.model_copy(update={"paths": config.paths})
        await bench.say(f"/rollback {first}", ADMIN)
        assert said(words.DIFF_FAILED, problem="") in shown(bench)
        assert [one["text"] for one in bench.telegram.buttons()] == [said(words.ROLLBACK_BUTTON), said(words.CANCEL)]


@pytest.mark.parametrize("rest", ["", " 20200101T000000Z-00000000", " ../../etc"])
async def test_rollback_to_nowhere_says_so(rest, tmp_path, monkeypatch):
    monkeypatch.setenv("XIANWEN_DATA", str(tmp_path))
    async with Harness() as bench:
        await bench.say(f"/rollback{rest}", ADMIN)
        assert bench.telegram.texts()[-1].startswith(said(words.ROLLBACK_FAILED, problem=""))
        await bench.press(f"a:back:{rest.strip() or 'x'}", ADMIN)
        assert bench.telegram.texts()[-1].startswith(said(words.ROLLBACK_FAILED, problem=""))
        await bench.say("/generations", ADMIN)
        assert bench.telegram.texts()[-1].startswith(said(words.FAILED, problem=""))
