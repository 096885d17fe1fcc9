"""What happens when Telegram refuses, floods, moves, or does not answer."""

import httpx
import pytest
from telegram.error import NetworkError, TimedOut

from bot import delivery
from bot.journal import Journal
from bot.messages import Say, say
from retrieval.types import Script
from tests.fakes import GROUP, OTHER, USER, Harness


@pytest.fixture
def quick(monkeypatch):
    """Waiting takes no time, but is recorded."""
    waited: list[float] = []
    real = delivery.asyncio.sleep

    async def sleep(seconds):
        waited.append(seconds)
        await real(0)

    monkeypatch.setattr(delivery.asyncio, "sleep", sleep)
    return waited


async def test_flood_is_waited_for_and_the_answer_sent_once(quick):
    async with Harness() as bench:
        bench.telegram.faults.append(("sendMessage", (429, "Too Many Requests: retry after 1", {"retry_after": 1})))
        await bench.say("村卫生室怎么办")
        assert len(bench.telegram.of("sendMessage")) == 2 and len(bench.telegram.delivered(USER)) == 1
        assert quick.count(1.1) == 1, "a little longer than Telegram asked for"


async def test_flood_is_waited_for_however_long_it_takes(quick):
    async with Harness() as bench:
        flood = (429, "Too Many Requests: retry after 1000", {"retry_after": 1000})
        bench.telegram.faults += [("sendMessage", flood)] * 9
        await bench.say("村卫生室怎么办")
        assert len(bench.telegram.delivered(USER)) == 1 and quick.count(1000.1) == 9


async def test_blocked_chat_is_marked_and_the_next_user_answered():
    async with Harness() as bench:
        bench.telegram.faults.append(("sendMessage", (403, "Forbidden: bot was blocked by the user", None)))
        await bench.say("村卫生室怎么办")
        assert len(bench.telegram.of("sendMessage")) == 1 and not bench.services.store.is_active(USER)
        await bench.say("村卫生室怎么办", user=OTHER)
        assert len(bench.telegram.texts(OTHER)) == 1
        await bench.say("村卫生室怎么办")
        assert bench.services.store.is_active(USER)


async def test_group_that_moved_gets_the_answer_and_keeps_its_memory():
    async with Harness() as bench:
        await bench.say("/ask 村卫生室怎么办", chat=GROUP)
        data = bench.telegram.buttons()[0]["callback_data"]
        moved = (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -555})
        bench.telegram.faults.append(("sendMessage", moved))
        await bench.say("/ask 老人呢", chat=GROUP)
        assert int(bench.telegram.of("sendMessage")[-1]["chat_id"]) == -555
        assert bench.services.store.history(-555, USER) == ("村卫生室怎么办", "老人呢")
        await bench.press(data, chat=-555)
        assert len(bench.telegram.texts(-555)) == 2


async def test_html_that_telegram_cannot_parse_arrives_as_plain_text():
    async with Harness() as bench:
        refusal = (400, "Bad Request: can't parse entities: Unsupported start tag", None)
        bench.telegram.faults.append(("sendMessage", refusal))
        await bench.say("村卫生室怎么办")
        sent = bench.telegram.of("sendMessage")[-1]
        assert "parse_mode" not in sent and "<" not in sent["text"] and "村医每周下村两次。 [1]" in sent["text"]


@pytest.mark.parametrize(
    "problem", ["Bad Request: message to be replied not found", "Bad Request: message thread not found"]
)
async def test_answer_arrives_although_the_question_or_its_topic_is_gone(problem):
    async with Harness() as bench:
        bench.telegram.faults.append(("sendMessage", (400, problem, None)))
        await bench.say("/ask 村卫生室怎么办", chat=GROUP, message_thread_id=31, is_topic_message=True)
        assert "村医每周下村两次" in bench.telegram.texts()[-1]
        assert len(bench.telegram.of("sendMessage")) == 2


async def test_press_that_is_too_old_still_shows_the_paragraph():
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        data = bench.telegram.buttons()[0]["callback_data"]
        bench.telegram.faults.append(("answerCallbackQuery", (400, "Bad Request: query is too old", None)))
        await bench.press(data)
        assert len(bench.telegram.texts()) == 2


async def test_page_that_is_shown_already_is_no_error():
    async with Harness() as bench:
        await bench.say("/counties")
        same = (400, "Bad Request: message is not modified: specified new message content", None)
        bench.telegram.faults.append(("editMessageText", same))
        await bench.press("p1:counties:0")
        assert len(bench.telegram.of("sendMessage")) == 1


UNCONNECTED = TimedOut("Timed out")
UNCONNECTED.__cause__ = httpx.ConnectTimeout("no route")
REFUSED = NetworkError("httpx.ConnectError: refused")
UNWELL = [(502, "Bad Gateway", None), (503, "", None)]  # Telegram's own words, and those of a proxy before it


@pytest.mark.parametrize("fault", [*UNWELL, REFUSED, UNCONNECTED])
async def test_what_never_arrived_is_sent_again(fault, quick):
    async with Harness() as bench:
        bench.telegram.faults += [("sendMessage", fault)] * 2
        await bench.say("村卫生室怎么办")
        assert len(bench.telegram.of("sendMessage")) == 3 and 0.5 in quick and 1.0 in quick


@pytest.mark.parametrize(("fault", "arrives"), [*((one, 0) for one in UNWELL), (REFUSED, 1), (UNCONNECTED, 1)])
async def test_only_a_message_that_telegram_itself_cannot_take_is_given_up(fault, arrives, quick, monkeypatch):
    monkeypatch.setattr(delivery, "_PATIENCE_S", -1.0)
    async with Harness() as bench:
        bench.telegram.faults.append(("sendMessage", fault))
        await bench.say("村卫生室怎么办")
        assert len(bench.telegram.delivered(USER)) == arrives


@pytest.mark.parametrize("fault", [TimedOut("read"), NetworkError("httpx.RemoteProtocolError: half an answer")])
async def test_what_may_have_arrived_is_not_sent_twice(fault):
    async with Harness() as bench:
        bench.telegram.faults.append(("sendMessage", fault))
        await bench.say("村卫生室怎么办")
        first, second = bench.telegram.texts()
        assert "村医每周下村两次" in first and second == say(Say.INTERRUPTED, Script.SIMPLIFIED)
        assert len(bench.engine.asked) == 1
        await bench.press(bench.telegram.buttons()[0]["callback_data"])
        assert bench.engine.asked[1][0] == "村卫生室怎么办" and len(bench.telegram.texts()) == 3


async def test_typing_is_shown_only_for_answers_that_take_a_while(monkeypatch):
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        assert not bench.telegram.of("sendChatAction")
        monkeypatch.setattr(delivery, "_TYPING_AFTER_S", 0.0)
        await bench.say("村卫生室怎么办")
        assert [values["action"] for values in bench.telegram.of("sendChatAction")] == ["typing"]


async def test_typing_spends_nothing_while_others_wait(monkeypatch):
    monkeypatch.setattr(delivery, "_TYPING_AFTER_S", 0.0)
    async with Harness() as bench:
        bench.services.order.waiting += 100
        await bench.say("村卫生室怎么办")
        assert len(bench.telegram.texts()) == 1 and not bench.telegram.of("sendChatAction")


async def test_failing_typing_does_not_cost_the_answer(monkeypatch):
    monkeypatch.setattr(delivery, "_TYPING_AFTER_S", 0.0)
    async with Harness() as bench:
        bench.telegram.faults.append(("sendChatAction", (400, "Bad Request: chat not found", None)))
        await bench.say("村卫生室怎么办")
        assert len(bench.telegram.texts()) == 1 and bench.telegram.of("sendChatAction")


async def test_duplicate_update_is_answered_once_even_across_a_restart(tmp_path):
    async with Harness(journal=Journal(tmp_path / "updates.sqlite")) as bench:
        row = bench.row("村卫生室怎么办")
        await bench.feed(row)
        await bench.feed(row)
        await bench.idle()
        assert len(bench.telegram.texts()) == 1
    async with Harness(journal=Journal(tmp_path / "updates.sqlite")) as bench:
        await bench.feed(row)
        await bench.intake.adopt()
        await bench.idle()
        assert not bench.telegram.texts()
