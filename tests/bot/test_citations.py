"""Buttons under an answer: files, further passages, votes with reasons, copying; old ones and forged ones."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from bot.citations import REASONS
from bot.memory import Vote
from bot.messages import Say, say
from bot.render import copied, further, inline, telegram, view
from bot.store import Store
from retrieval.types import Script
from tests.bot.test_render import answers
from tests.fakes import GROUP, OTHER, USER, FakeEngine, Harness, answered, check_text, make_article, units


def data_of(bench: Harness, label: str) -> str:
    return next(button["callback_data"] for button in bench.telegram.buttons() if button["text"] == label)


def said(what: Say) -> str:
    return say(what, Script.SIMPLIFIED)


def without_page() -> FakeEngine:
    return FakeEngine(lambda text, history: answered(text, article=make_article(url=None)))


async def test_article_without_a_page_comes_as_a_file_also_when_it_is_gone(tmp_path):
    async with Harness(without_page(), store=Store(tmp_path / "bot.sqlite")) as bench:
        await bench.say("村卫生室怎么办")
        await bench.press(data_of(bench, "[2] 出处"))
        data = data_of(bench, "看全文")
    engine = FakeEngine()
    engine.corpus.held = engine.corpus.parts = ()
    async with Harness(engine, store=Store(tmp_path / "bot.sqlite")) as bench:
        await bench.press(data)
        ((name, body),) = bench.telegram.files
        assert name == "青禾县今年的卫生工作.txt" and "六十五岁以上的老人每年免费体检一次。" in body.decode()


async def test_text_of_an_article_is_kept_once_and_not_for_ever():
    now = [0.0]
    async with Harness(without_page(), store=Store(":memory:", lambda: now[0])) as bench:
        for _ in range(3):
            await bench.say("村卫生室怎么办")
        assert bench.services.store.execute("SELECT count(*) FROM texts") == [(1,)]
        await bench.press(data_of(bench, "[1] 出处"))
        data = data_of(bench, "看全文")
        now[0] = 179 * 24 * 3600.0
        bench.services.memory.keep_text("别的")
        await bench.press(data)
        assert len(bench.telegram.files) == 1
        now[0] += 2 * 24 * 3600.0
        bench.services.memory.keep_text("再别的")
        await bench.press(data)
        assert len(bench.telegram.files) == 1
        assert bench.telegram.of("answerCallbackQuery")[-1]["text"] == said(Say.GONE)


async def test_more_shows_the_next_best_passages_with_buttons_of_their_own():
    engine = FakeEngine()
    engine.more = answered(quotes=["六十五岁以上的老人每年免费体检一次。"]).citations
    async with Harness(engine) as bench:
        await bench.say("村卫生室怎么办")
        await bench.press(data_of(bench, "更多"))
        assert bench.telegram.texts()[-1].startswith(
            f"{said(Say.MORE_TITLE)}\n• 六十五岁以上的老人每年免费体检一次。 [1]"
        )
        await bench.press(data_of(bench, "[1] 出处"))
        assert "<b>六十五岁以上的老人每年免费体检一次。</b>" in bench.telegram.of("sendMessage")[-1]["text"]


async def test_more_where_there_is_no_more():
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        await bench.press(data_of(bench, "更多"))
        assert bench.telegram.of("answerCallbackQuery")[-1]["text"] == said(Say.NO_MORE)
        assert len(bench.telegram.texts()) == 1


def pressed_message(bench: Harness) -> dict[str, object]:
    """The answer as Telegram shows it to the bot when one of its buttons is pressed."""
    call = bench.telegram.of("sendMessage")[0]
    chat = {"id": USER, "type": "private", "first_name": "x"}
    return {"message_id": 100, "date": 1, "chat": chat, "text": "x", "reply_markup": call["reply_markup"]}


async def test_bad_vote_asks_why_under_the_answer_and_takes_a_reason():
    async with Harness() as bench:
        votes: list[tuple[Vote, str]] = []
        bench.services.listeners.voted.append(lambda vote, question: votes.append((vote, question)))
        await bench.say("村卫生室怎么办")
        rows = bench.telegram.of("sendMessage")[0]["reply_markup"]["inline_keyboard"]
        await bench.press(data_of(bench, "👎"), message=pressed_message(bench))
        asked = bench.telegram.of("editMessageReplyMarkup")[-1]["reply_markup"]["inline_keyboard"]
        shown = [button["text"] for row in asked[2:4] for button in row]
        assert asked[:2] + asked[4:] == rows and shown == [said(what) for what in REASONS.values()]
        again = {**pressed_message(bench), "reply_markup": {"inline_keyboard": asked}}
        await bench.press(asked[2][1]["callback_data"], message=again)
        assert bench.telegram.of("editMessageReplyMarkup")[-1]["reply_markup"]["inline_keyboard"] == rows
        assert [(vote.good, vote.why, question) for vote, question in votes] == [
            (False, "", "村卫生室怎么办"),
            (False, "source", "村卫生室怎么办"),
        ]
        assert bench.telegram.of("answerCallbackQuery")[-1]["text"] == said(Say.THANKS)


async def test_reason_in_own_words_is_a_reply_and_no_question():
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        key = data_of(bench, "👎").split(":")[1]
        await bench.press(f"w1:{key}:write")
        prompt = bench.telegram.of("sendMessage")[-1]
        assert prompt["reply_markup"]["force_reply"] and prompt["reply_markup"]["selective"]
        number = 100 + len(bench.telegram.of("sendMessage")) - 1
        replied = {"message_id": number, "date": 1, "chat": {"id": USER, "type": "private", "first_name": "x"}}
        await bench.say("说的是<b>去年</b>", reply_to_message=replied)
        assert bench.services.memory.votes() == [Vote(key, USER, False, "", "说的是<b>去年</b>")]
        assert len(bench.engine.asked) == 1 and bench.telegram.texts()[-1] == said(Say.THANKS)
        await bench.say("别人的话", user=OTHER, reply_to_message=replied)
        assert len(bench.engine.asked) == 2, "a reply to somebody else's prompt is a question"


async def test_votes_count_each_person_once_and_the_last_word_counts():
    async with Harness() as bench:
        await bench.say("@xianwen_bot 村卫生室怎么办", chat=GROUP)
        key = data_of(bench, "👍").split(":")[1]
        for user, word in ((USER, "u"), (OTHER, "d"), (USER, "d"), (USER, "u"), (OTHER, "d")):
            await bench.press(f"f1:{key}:{word}", user=user, chat=GROUP)
        votes = {vote.user: vote.good for vote in bench.services.memory.votes()}
        assert votes == {USER: True, OTHER: False}
        assert not bench.telegram.of("editMessageReplyMarkup"), "in a group nobody's keyboard changes"
        assert len(bench.telegram.texts()) == 1


@pytest.mark.parametrize(
    "data", ["f1:AAAAAAAA:u", "m1:AAAAAAAA", "d1:AAAAAAAA:1", "w1:AAAAAAAA:off", "w1:AAAAAAAA:evil"]
)
async def test_forged_buttons_are_answered_and_do_nothing(data):
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        await bench.press(data)
        assert bench.telegram.of("answerCallbackQuery")[-1]["text"] == said(Say.STALE_BUTTON)
        assert not bench.services.memory.votes() and len(bench.telegram.texts()) == 1


async def test_keyboard_that_cannot_be_changed_costs_nothing():
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        bench.telegram.faults.append(("editMessageReplyMarkup", (400, "Bad Request: message is not modified", None)))
        await bench.press(data_of(bench, "👎"), message=pressed_message(bench))
        assert [vote.good for vote in bench.services.memory.votes()] == [False]


async def test_related_questions_stand_under_the_answer_and_are_asked_in_its_script():
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        data = data_of(bench, "› 青禾县：照顾老人")
        await bench.press(data)
        assert bench.engine.asked[-1][0] == "青禾县：照顾老人"


async def test_while_others_wait_only_questions_tried_before_are_offered():
    async with Harness() as bench:
        bench.services.order.waiting += 100
        await bench.say("村卫生室怎么办")
        assert not any("照顾老人" in button["text"] for button in bench.telegram.buttons())
        bench.services.order.waiting -= 100
        await bench.say("村卫生室怎么办")
        assert data_of(bench, "› 青禾县：照顾老人")
        bench.services.order.waiting += 100
        await bench.say("村卫生室怎么办")
        assert data_of(bench, "› 青禾县：照顾老人")


def test_copy_takes_whole_claims_and_names_the_source():
    text = copied(answered())
    assert text == (
        "每个行政村都要有一间卫生室，村医每周下村两次。\n今年先修好十二间。\n——《青禾县今年的卫生工作》青禾县卫健局2025-03-04"
    )
    long = "一" * 200 + "。\n" + "二" * 90 + "。"
    answer = answered(quotes=long.split("\n"), article=make_article(long))
    assert copied(answer).startswith("一" * 200 + "。\n——《") and "二" not in copied(answer)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(answers())
def test_whatever_the_answer_it_can_be_copied_shared_and_read_on(answer):
    assert 1 <= units(copied(answer)) <= 256
    shared = check_text(inline(answer).text_html, "HTML")
    numbers = {int(number) for number in re.findall(r"\[(\d+)\]", shared)}
    assert numbers and numbers <= {citation.number for citation in answer.citations}
    for message in further(answer.citations, answer.question.script, "abcdefgh"):
        check_text(message.text_html, "HTML")
    messages = telegram(answer, "abcdefgh", [answer.question.asked, "字" * 200])
    for message in messages:
        assert sum(len(row) for row in message.buttons) <= 100
    asks = [button for row in messages[-1].buttons for button in row if button.data.startswith("q1:")]
    assert [button.data for button in asks] == ["q1:abcdefgh:0", "q1:abcdefgh:1"]
    for citation in answer.citations:
        view(replace(citation, number=1), "g1")
