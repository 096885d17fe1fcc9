"""Demands on a bot that can be relied on: where each is proven (``PROOFS``), and the proofs that live nowhere else."""

import asyncio
import logging
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import NetworkError, TimedOut

from bot import app, delivery
from bot.delivery import Place, deliver_all
from bot.handling import NotingLimiter
from bot.logs import set_up_logging
from bot.messages import Say, say
from bot.outgoing import OutgoingMessage
from bot.polling import Poller
from bot.store import Store
from retrieval.types import Script
from tests.fakes import GROUP, TOKEN, USER, FakeEngine, FakeTelegram, Harness, answered, until

TESTS = Path(__file__).resolve().parents[1]
APOLOGY = say(Say.INTERRUPTED, Script.SIMPLIFIED)

# what can go wrong, by common numbers (T) and PTB's known weaknesses (P): file and test that prove it does not
PROOFS = {
    "T1 flood on the answer: once, not too early": (
        "test_delivery: test_flood_is_waited_for_and_the_answer_sent_once",
        "test_delivery: test_flood_is_waited_for_however_long_it_takes",
        "test_reliability: test_t01_whatever_telegram_does_each_message_arrives_once_and_in_order",
    ),
    "T2 blocked: no retry, next user answered": (
        "test_delivery: test_blocked_chat_is_marked_and_the_next_user_answered",
    ),
    "T3 group that moved": ("test_delivery: test_group_that_moved_gets_the_answer_and_keeps_its_memory",),
    "T4 HTML refused": ("test_delivery: test_html_that_telegram_cannot_parse_arrives_as_plain_text",),
    "T5 not modified, too old, reply or topic gone": (
        "test_delivery: test_page_that_is_shown_already_is_no_error",
        "test_reliability: test_t05_what_the_answer_hangs_on_may_be_gone",
        "test_reliability: test_t05_press_that_is_too_old_is_answered_all_the_same",
    ),
    "T6 502, timeouts, broken connections": (
        "test_delivery: test_what_never_arrived_is_sent_again",
        "test_delivery: test_what_may_have_arrived_is_not_sent_twice",
        "test_reliability: test_t06_no_free_connection_costs_no_answer",
        "test_reliability: test_t06_change_of_a_message_is_repeated",
        "test_bot_kill: test_t06_connections_that_break_off_are_survived",
    ),
    "T7 getUpdates fails for long": (
        "test_polling: test_errors_without_end_are_repeated_ever_more_slowly_and_told",
        "test_service: test_deaf_bot_is_unhealthy_and_starves_the_watchdog_until_it_hears_again",
    ),
    "T8 getUpdates held open": ("test_service: test_line_that_is_held_open_for_ever_turns_health_red",),
    "T9 poison before a good update": (
        "test_polling: test_good_update_behind_a_poisoned_one_is_answered",
        "test_polling: test_poisoned_update_alone_is_not_fetched_again",
    ),
    "T10 second poller": (
        "test_polling: test_second_instance_ends_this_one_with_one_clear_line",
        "test_service: test_second_instance_ends_the_process",
    ),
    "T11 no network at start": (
        "test_service: test_ready_only_after_the_index_and_telegram",
        "test_bot_http: test_a_day_in_the_life_by_polling",
    ),
    "T12 same update twice, across a restart, across two processes": (
        "test_delivery: test_duplicate_update_is_answered_once_even_across_a_restart",
        "test_journal: test_living_process_keeps_its_updates_and_a_dead_one_leaves_them",
        "test_bot_kill: test_t12_t23_two_processes_over_a_webhook_answer_each_update_once_even_if_one_dies",
    ),
    "T13 backlog after downtime": (
        "test_reliability: test_t13_backlog_is_fetched_as_there_is_room_and_nobody_is_put_off",
    ),
    "T14 webhook's table of answers": (
        "test_webhook: test_table_of_the_webhooks_answers",
        "test_webhook: test_full_queue_makes_telegram_bring_it_again",
    ),
    "T15 SIGTERM and SIGKILL": (
        "test_service: test_answers_in_flight_are_delivered_before_the_end",
        "test_bot_kill: test_t15_killed_again_and_again_it_answers_each_question_once",
        "test_bot_kill: test_t15_stopped_with_answers_in_flight_it_delivers_them",
        "test_bot_kill: test_t15_search_that_hangs_does_not_keep_the_process_alive_and_is_told",
    ),
    "T16 one slow user": (
        "test_order: test_one_slow_chat_keeps_its_order_and_does_not_hold_up_the_others",
        "test_order: test_one_chat_cannot_fill_the_queue",
        "test_order: test_full_queue_is_told_once_and_nothing_is_lost_that_was_taken",
    ),
    "T17 hostile texts": ("test_render: test_whatever_the_articles_say_telegram_accepts_it_and_nothing_is_lost",),
    "T18 old, forged, foreign buttons": (
        "test_conversation: test_stale_and_forged_buttons_get_a_friendly_alert",
        "test_conversation: test_button_on_an_inaccessible_message",
    ),
    "T19 every kind of update": ("test_updates: test_updates_that_want_no_answer_get_none",),
    "T20 quota": ("test_order: test_quota_is_told_once_and_costs_no_search_and_admins_have_none",),
    "T21 logs without tokens and questions": (
        "test_logs: test_tokens_are_taken_out_of_messages_and_tracebacks",
        "test_logs: test_nothing_that_people_ask_is_logged_at_info",
        "test_reliability: test_t21_no_question_and_no_token_is_logged_even_for_debugging",
    ),
    "T22 menus equal handlers, admins only": ("test_updates: test_menus_name_the_commands_that_are_handled",),
    "T23 two processes, 200 updates": (
        "test_bot_kill: test_t12_t23_two_processes_over_a_webhook_answer_each_update_once_even_if_one_dies",
    ),
    "T24 soak": ("test_reliability: test_t24_two_thousand_messages_lose_none_and_keep_no_memory",),
    "P9 stop without limit": ("test_service: test_answer_that_never_comes_does_not_hold_up_the_end",),
}
AS = {
    "P1 a poisoned update makes PTB deaf": "T9",
    "P2 polling dies in silence": "T7 T8",
    "P3 duplicates are answered twice": "T12",
    "P4 tokens and questions in logs": "T21",
    "P5 no network at the start": "T11",
    "P6 a conflict for ever": "T10",
    "P7 accepted by the webhook, and lost": "T15",
    "P8 headers of the webhook": "T14",
    "P10 the first flood loses the answer": "T1",
}


class Unlimited(NotingLimiter):
    """Without Telegram's pace, which is the same for every test."""

    def __init__(self) -> None:
        super(NotingLimiter, self).__init__(overall_max_rate=0, group_max_rate=0, max_retries=0)


def test_every_proof_exists():
    written = {
        file.stem: set(re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8")))
        for file in TESTS.rglob("test_*.py")
    }
    for proof in [proof for proofs in PROOFS.values() for proof in proofs]:
        place, name = proof.split(": ")
        assert name in written[place], proof
    proven = {what.split()[0] for what in PROOFS}
    assert {*proven, *(what.split()[0] for what in AS)} == {
        *(f"T{number}" for number in range(1, 25)),
        *(f"P{number}" for number in range(1, 11)),
    }
    assert {number for numbers in AS.values() for number in numbers.split()} <= proven


REFUSED = [
    (429, "Too Many Requests: retry after 3", {"retry_after": 3}),
    (502, "Bad Gateway", None),
    NetworkError("httpx.ConnectError: refused"),
    TimedOut("Pool timeout: All connections in the connection pool are occupied."),
    (400, "Bad Request: can't parse entities: nonsense", None),
    (400, "Bad Request: message to be replied not found", None),
    (400, "Bad Request: message thread not found", None),
    (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -555}),
]
DOUBTFUL = [TimedOut("Timed out"), NetworkError("httpx.ReadError")]


@settings(max_examples=500, deadline=None)
@given(
    faults=st.lists(st.sampled_from(range(len(REFUSED))), max_size=6),
    doubt=st.none() | st.tuples(st.integers(0, 6), st.sampled_from(DOUBTFUL)),
    count=st.integers(1, 4),
)
def test_t01_whatever_telegram_does_each_message_arrives_once_and_in_order(faults, doubt, count):
    """Whatever refusals come before whichever message; after a doubtful one nothing is sent again."""

    async def run():
        telegram, store = FakeTelegram(), Store(":memory:")
        telegram.checked = False
        bot = app.build_bot(Harness(FakeEngine()).services.config.telegram, TOKEN, telegram, telegram)
        planned = [REFUSED[at] for at in faults]
        if doubt is not None and doubt[0] <= len(planned):
            planned.insert(doubt[0], doubt[1])
        telegram.faults += [("sendMessage", fault) for fault in planned]
        messages = [OutgoingMessage(f"<b>{number}</b>") for number in range(count)]
        await deliver_all(bot, store, Place(GROUP, thread=5, reply_to=7), messages)
        arrived = [re.sub("<.*?>", "", values["text"]) for name, values in telegram.accepted if name == "sendMessage"]
        store.close()
        return arrived, any(fault in DOUBTFUL for fault in planned)

    with pytest.MonkeyPatch.context() as patch:
        real = asyncio.sleep
        patch.setattr(delivery.asyncio, "sleep", lambda seconds: real(0))
        patch.setattr(app, "NotingLimiter", Unlimited)
        arrived, doubted = asyncio.run(run())
    expected = [str(number) for number in range(count)]
    if doubted:
        assert arrived == expected[: len(arrived)]
    else:
        refusals = [REFUSED[at] for at in faults]
        once = all(refusals.count(refusal) <= 1 for refusal in REFUSED[4:7])  # twice the same: nothing left to change
        assert arrived == expected or (not once and arrived == expected[: len(arrived)])


@pytest.mark.parametrize("problem", ["message to be replied not found", "message thread not found"])
async def test_t05_what_the_answer_hangs_on_may_be_gone(problem):
    async with Harness() as bench:
        bench.telegram.faults.append(("sendMessage", (400, f"Bad Request: {problem}", None)))
        await bench.say("@xianwen_bot 村卫生室怎么办", chat=GROUP, message_thread_id=9, is_topic_message=True)
        assert len(bench.telegram.delivered(GROUP)) == 1


async def test_t05_press_that_is_too_old_is_answered_all_the_same():
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        old = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid", None)
        bench.telegram.faults.append(("answerCallbackQuery", old))
        await bench.press(bench.telegram.buttons()[0]["callback_data"])
        _, paragraph = bench.telegram.delivered(USER)
        assert "一、办好村卫生室" in paragraph


async def test_t06_no_free_connection_costs_no_answer():
    async with Harness() as bench:
        full = TimedOut("Pool timeout: All connections in the connection pool are occupied.")
        bench.telegram.faults.append(("sendMessage", full))
        await bench.say("村卫生室怎么办")
        assert len(bench.telegram.delivered(USER)) == 1 and APOLOGY not in bench.telegram.delivered(USER)


@pytest.mark.parametrize("fault", DOUBTFUL)
async def test_t06_change_of_a_message_is_repeated(fault):
    async with Harness() as bench:
        bench.telegram.faults.append(("editMessageText", fault))
        await bench.press("p1:sources:0")
        assert [name for name, _ in bench.telegram.accepted].count("editMessageText") == 1


async def test_t13_backlog_is_fetched_as_there_is_room_and_nobody_is_put_off():
    async with Harness(queue_limit=8) as bench:
        for user in range(2000, 2060):
            bench.telegram.rows.put_nowait(bench.row("问", user))
        poller = Poller(bench.bot, bench.intake.take, room=lambda: bench.intake.room, wait_s=1.0)
        polling = asyncio.create_task(poller.run())
        await until(lambda: len(bench.telegram.of("sendMessage")) >= 60)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await bench.idle()
        assert all(len(bench.telegram.delivered(user)) == 1 for user in range(2000, 2060))
        assert all("村医" in text for text in bench.telegram.texts())
        assert max(int(values["limit"]) for values in bench.telegram.of("getUpdates")) <= 8


async def test_t21_no_question_and_no_token_is_logged_even_for_debugging(capsys):
    before = logging.getLogger().handlers[:], logging.getLogger().level

    def breaks(text, history):
        if "坏" in text:
            raise ValueError(f"could not read {text} with {TOKEN}")
        return answered(text)

    try:
        set_up_logging("DEBUG")
        async with Harness(FakeEngine(breaks)) as bench:
            bench.telegram.faults.append(("sendMessage", TimedOut(f"{TOKEN} timed out")))
            for text in ("我的私事一", "我的私事坏了", "我的私事二"):
                await bench.say(text)
        told = capsys.readouterr().err
    finally:
        logging.getLogger().handlers[:] = before[0]
        logging.getLogger().setLevel(before[1])
    assert "incident" in told and "私事" not in told and TOKEN not in told


async def test_t24_two_thousand_messages_lose_none_and_keep_no_memory(monkeypatch):
    monkeypatch.setattr(app, "NotingLimiter", Unlimited)

    def memory_mb() -> float:
        return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * 4096 / 2**20

    arrived, grown = 0, []
    async with Harness() as bench:
        for batch in range(20):
            for user in range(100):
                await bench.feed(bench.row("村卫生室怎么办", 20_000 + batch * 100 + user))
            await bench.idle()
            arrived += sum(name == "sendMessage" for name, _ in bench.telegram.accepted)
            bench.telegram.calls.clear()
            bench.telegram.accepted.clear()
            grown.append(memory_mb())
        order = bench.services.order
        assert bench.services.journal.open == 0 and order.waiting == 0 and not order._turns
    assert arrived == 2000
    assert grown[-1] - grown[5] < 40, grown
