"""Inline mode: answers to share, debounced, remembered, with their sources in the text."""

import asyncio
import itertools

from bot import inline
from bot.messages import Say, say
from retrieval.types import Reason, Script
from tests.fakes import OTHER, USER, FakeEngine, Harness, answered, check_text, person, refused

NUMBERS = itertools.count(90_000)


def typed(query: str, user: int = USER, language: str = "zh-hans") -> dict[str, object]:
    number = next(NUMBERS)
    return {
        "update_id": number,
        "inline_query": {"id": str(number), "from": person(user, language), "query": query, "offset": ""},
    }


async def ask(bench: Harness, *queries: str, user: int = USER) -> list[dict[str, object]]:
    for query in queries:
        await bench.feed(typed(query, user))
    await bench.idle()
    return bench.telegram.of("answerInlineQuery")


def counting(seen: list[str]) -> FakeEngine:
    engine = FakeEngine()
    engine.look_up = lambda text, history=(): (seen.append(text), answered(text))[1]  # type: ignore[method-assign]
    return engine


async def test_an_answer_is_shared_whole_or_claim_by_claim_with_its_sources(monkeypatch):
    monkeypatch.setattr(inline, "PAUSE_S", 0.0)
    async with Harness() as bench:
        (call,) = await ask(bench, "村卫生室怎么办")
        whole, first, second = call["results"]
        text = check_text(whole["input_message_content"]["message_text"], "HTML")
        assert "村医每周下村两次。 [1]" in text and "[1] [2] 《青禾县今年的卫生工作》 青禾县卫健局 2025-03-04" in text
        assert whole["title"] == "村卫生室怎么办" and "reply_markup" not in whole
        alone = check_text(second["input_message_content"]["message_text"], "HTML")
        assert "今年先修好十二间。 [2]" in alone and "[2] 《青禾县今年的卫生工作》" in alone and "[1]" not in alone
        assert call["button"] == {"text": say(Say.INLINE_ASK, Script.SIMPLIFIED), "start_parameter": "ask"}
        assert call["cache_time"] == inline.CACHE_S and not call["is_personal"] and first["id"] != second["id"]
        assert not bench.engine.asked, "what is typed is not part of a conversation"


async def test_only_what_was_typed_last_is_looked_up(monkeypatch):
    monkeypatch.setattr(inline, "PAUSE_S", 0.05)
    seen: list[str] = []
    async with Harness(counting(seen)) as bench:
        letters = ["村卫生", "村卫生室", "村卫生室怎么办"]
        tasks = [asyncio.create_task(ask(bench, letters[-1], user=OTHER)), asyncio.create_task(ask(bench, *letters))]
        await asyncio.gather(*tasks)
        assert len(bench.telegram.of("answerInlineQuery")) == 2, "one for each of the two people"
        assert set(seen) == {"村卫生室怎么办"}


async def test_the_same_words_are_looked_up_once_for_a_generation(monkeypatch):
    monkeypatch.setattr(inline, "PAUSE_S", 0.0)
    seen: list[str] = []
    engine = counting(seen)
    async with Harness(engine) as bench:
        await ask(bench, "村卫生室怎么办")
        await ask(bench, " 村卫生室怎么办 ", user=OTHER)
        assert seen == ["村卫生室怎么办"]
        engine.corpus.id = "g2"
        await ask(bench, "村卫生室怎么办")
        assert len(seen) == 2


async def test_nothing_typed_offers_examples_and_too_little_nothing(monkeypatch):
    monkeypatch.setattr(inline, "PAUSE_S", 0.0)
    async with Harness() as bench:
        (call,) = await ask(bench, "")
        assert call["results"][0]["title"] == "青禾县：办好村卫生室" and len(call["results"]) == 4
        (*_, call) = await ask(bench, "村")
        assert call["results"] == [] and call["button"]["text"] == say(Say.INLINE_SHORT, Script.SIMPLIFIED)


async def test_what_is_not_known_offers_the_private_chat(monkeypatch):
    monkeypatch.setattr(inline, "PAUSE_S", 0.0)
    engine = FakeEngine(lambda text, history: refused(text, Reason.NOT_IN_CORPUS))
    async with Harness(engine) as bench:
        (call,) = await ask(bench, "机场在哪里")
        assert call["results"] == [] and call["button"]["text"] == say(Say.INLINE_NONE, Script.SIMPLIFIED)
        assert call["cache_time"] < 30


async def test_who_types_without_end_is_not_looked_up_without_end(monkeypatch):
    monkeypatch.setattr(inline, "PAUSE_S", 0.0)
    seen: list[str] = []
    async with Harness(counting(seen)) as bench:
        for at in range(60):
            await ask(bench, f"村卫生室怎么办{at}")
        assert len(seen) == 40 and len(bench.telegram.of("answerInlineQuery")) == 60


async def test_a_query_that_has_grown_too_old_is_no_error(monkeypatch, caplog):
    monkeypatch.setattr(inline, "PAUSE_S", 0.0)
    async with Harness() as bench:
        bench.telegram.faults.append(("answerInlineQuery", (400, "Bad Request: query is too old", None)))
        await ask(bench, "村卫生室怎么办")
        assert "incident" not in caplog.text
        await bench.say("村卫生室怎么办")
        assert len(bench.telegram.texts()) == 1


async def test_chosen_language_makes_the_answer_personal(monkeypatch):
    monkeypatch.setattr(inline, "PAUSE_S", 0.0)
    async with Harness() as bench:
        await bench.press("l1:zh-Hant")
        (call,) = await ask(bench, "村卫生室怎么办")
        assert call["is_personal"] and "村醫每週下村兩次" in call["results"][0]["input_message_content"]["message_text"]
