"""The conversation through the real handlers; every outgoing call passes Telegram's own parser and aiogram's models."""

from dataclasses import replace

import pytest

from bot.messages import Say, say
from retrieval.types import Reason, Script
from tests.fakes import COUNTY, GROUP, OTHER, USER, FakeEngine, Harness, answered, make_article, place, refused


async def test_question_is_answered_with_citations_and_buttons():
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        (text,) = bench.telegram.texts()
        assert "村医每周下村两次。 [1]" in text and "今年先修好十二间。 [2]" in text
        assert "[1] [2] 《青禾县今年的卫生工作》 青禾县卫健局 2025-03-04" in text
        assert [button["text"] for button in bench.telegram.buttons()][:2] == ["[1] 出处", "[2] 出处"]


async def test_button_shows_paragraph_headings_and_source():
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        await bench.press(bench.telegram.buttons()[1]["callback_data"])
        assert len(bench.telegram.of("answerCallbackQuery")) == 1
        shown = bench.telegram.of("sendMessage")[-1]["text"]
        assert "<b>今年先修好十二间。</b>" in shown and "每个行政村都要有一间卫生室" in shown
        text = bench.telegram.texts()[-1]
        assert "一、办好村卫生室" in text and "青禾县卫健局 2025-03-04" in text and COUNTY.short in text
        names = [name for _, name, _ in bench.telegram.calls]
        assert names.index("answerCallbackQuery") < len(names) - 1 - names[::-1].index("sendMessage")


async def test_button_works_after_a_restart_and_a_change_of_the_corpus(tmp_path):
    from bot.store import Store

    async with Harness(store=Store(tmp_path / "bot.sqlite")) as bench:
        await bench.say("村卫生室怎么办")
        data = bench.telegram.buttons()[0]["callback_data"]
    engine = FakeEngine(lambda text, history: refused(text, Reason.NOT_IN_CORPUS))
    async with Harness(engine, store=Store(tmp_path / "bot.sqlite")) as bench:
        await bench.press(data)
        assert "村医每周下村两次" in bench.telegram.texts()[-1]


@pytest.mark.parametrize("data", ["c1:AAAAAAAA:1", "c0:old", "x" * 64, "c1:AAAAAAAA:999999", "c1:../../x:1", "r1:g0"])
async def test_stale_and_forged_buttons_get_a_friendly_alert(data):
    async with Harness() as bench:
        await bench.press(data)
        (call,) = bench.telegram.of("answerCallbackQuery")
        assert call["text"] == say(Say.STALE_BUTTON, Script.SIMPLIFIED) and call["show_alert"]
        assert not bench.telegram.of("sendMessage")


async def test_number_that_the_answer_does_not_have():
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        key = bench.telegram.buttons()[0]["callback_data"].rsplit(":", 1)[0]
        for data in (f"{key}:77", f"q1:{key.split(':')[1]}:5"):
            await bench.press(data)
            assert bench.telegram.of("answerCallbackQuery")[-1]["text"] == say(Say.STALE_BUTTON, Script.SIMPLIFIED)


async def test_in_a_group_anybody_may_open_a_citation_once_and_elsewhere_nobody():
    async with Harness() as bench:
        await bench.say("/ask 村卫生室怎么办", chat=GROUP)
        data = bench.telegram.buttons()[0]["callback_data"]
        for user in (OTHER, USER):
            await bench.press(data, user=user, chat=GROUP)
            assert "text" not in bench.telegram.of("answerCallbackQuery")[-1]
        assert len(bench.telegram.texts(GROUP)) == 2, "opened twice in a row, it is shown once"
        await bench.press(data, user=OTHER)
        assert bench.telegram.of("answerCallbackQuery")[-1]["text"] == say(Say.FOREIGN_BUTTON, Script.SIMPLIFIED)


@pytest.mark.parametrize("chat", [USER, GROUP])
async def test_button_on_an_inaccessible_message(chat, caplog):
    """One that Telegram no longer shows the bot: it has neither text nor buttons, and nothing can hang on it."""
    old = {"message_id": 5, "date": 0, "chat": place(chat)}
    async with Harness() as bench:
        await bench.say("/ask 村卫生室怎么办", chat=chat)
        key = bench.telegram.buttons()[0]["callback_data"].split(":")[1]
        await bench.press(f"c1:{key}:1", chat=chat, message=old)
        _, paragraph = bench.telegram.texts()
        assert "一、办好村卫生室" in paragraph
        await bench.press(f"f1:{key}:d", chat=chat, message=old)
        bench.telegram.faults.append(("editMessageText", (400, "Bad Request: message can't be edited", None)))
        await bench.press("p1:counties:0", chat=chat, message=old)
        assert "2个县" in bench.telegram.texts()[-1] and len(bench.telegram.texts()) == 3
        assert len(bench.telegram.of("answerCallbackQuery")) == 3 and "incident" not in caplog.text
        assert all("reply_parameters" not in sent for sent in bench.telegram.of("sendMessage")[1:])


async def test_follow_up_sees_the_earlier_questions_and_start_forgets_them():
    async with Harness() as bench:
        for text in ("一", "二", "三"):
            await bench.say(text)
        assert bench.engine.asked[-1] == ("三", ("一", "二"))
        await bench.say("另一个人", user=OTHER)
        assert bench.engine.asked[-1] == ("另一个人", ())
        await bench.say("/start")
        await bench.say("四")
        assert bench.engine.asked[-1] == ("四", ())


async def test_history_keeps_six():
    async with Harness() as bench:
        for number in range(9):
            await bench.say(f"问{number}")
        assert bench.engine.asked[-1][1] == tuple(f"问{number}" for number in range(2, 8))


async def test_start_offers_questions_and_a_press_asks_them():
    async with Harness() as bench:
        await bench.say("/start")
        assert "1篇文章" in bench.telegram.texts()[-1] and "2个县" in bench.telegram.texts()[-1]
        button = bench.telegram.buttons()[0]
        assert button["text"] == "青禾县：办好村卫生室"
        await bench.press(button["callback_data"])
        assert bench.engine.asked[-1][0] == "青禾县：办好村卫生室"


async def test_example_that_names_its_county_does_not_name_it_twice():
    engine = FakeEngine()
    engine.corpus.parts = tuple(replace(part, heading=("青禾县怎样照顾老人",)) for part in engine.corpus.parts)
    async with Harness(engine) as bench:
        await bench.say("/start")
        assert bench.telegram.buttons()[0]["text"] == "青禾县怎样照顾老人"


async def test_which_county_is_asked_with_buttons():
    engine = FakeEngine(
        lambda text, history: (
            answered(text) if "青禾" in text else refused(text, Reason.WHICH_COUNTY, ["青禾县", "白石县"])
        )
    )
    async with Harness(engine) as bench:
        await bench.say("老人体检几次")
        assert [button["text"] for button in bench.telegram.buttons()] == ["青禾县", "白石县"]
        await bench.press(bench.telegram.buttons()[0]["callback_data"])
        assert bench.engine.asked[-1][0] == "青禾县 老人体检几次"
        assert "[1]" in bench.telegram.texts()[-1]


async def test_unknown_county_offers_the_nearest():
    engine = FakeEngine(lambda text, history: refused(text, Reason.UNKNOWN_COUNTY, ["青禾县"], elsewhere=("黑水县",)))
    async with Harness(engine) as bench:
        await bench.say("黑水县老人体检几次")
        text = bench.telegram.texts()[-1]
        assert "黑水县" in text and bench.telegram.buttons()[0]["text"] == "青禾县"
        await bench.press(bench.telegram.buttons()[0]["callback_data"])
        assert bench.engine.asked[-1][0] == "青禾县老人体检几次"


async def test_counties_and_sources():
    async with Harness() as bench:
        await bench.say("/counties")
        assert "2个县" in bench.telegram.texts()[-1] and "南川省 云山市：青禾县、白石县" in bench.telegram.texts()[-1]
        await bench.say("/sources")
        assert "1. 《青禾县今年的卫生工作》 青禾县卫健局 2025-03-04" in bench.telegram.texts()[-1]


async def test_long_lists_have_pages():
    engine = FakeEngine()
    engine.corpus.held = tuple(
        replace(make_article(title=f"第{number:02}篇"), id=f"a{number:02}") for number in range(40)
    )
    async with Harness(engine) as bench:
        await bench.say("/sources")
        assert "8. 《第07篇》" in bench.telegram.texts()[-1] and "第08篇" not in bench.telegram.texts()[-1]
        await bench.press(bench.telegram.buttons()[-1]["callback_data"])
        (edited,) = bench.telegram.of("editMessageText")
        assert "《第08篇》" in edited["text"] and "第07篇" not in edited["text"]
        assert [button["text"] for button in bench.telegram.buttons()][-2:] == ["‹ 上一页", "下一页 ›"]


async def test_group_answers_only_what_is_addressed_to_it():
    async with Harness() as bench:
        await bench.say("大家好", chat=GROUP)
        await bench.say("/nonsense", chat=GROUP)
        await bench.say("/status", chat=GROUP, user=7)
        assert not bench.telegram.of("sendMessage", "sendChatAction")
        await bench.say("@xianwen_bot 村卫生室怎么办", chat=GROUP, message_thread_id=31, is_topic_message=True)
        assert bench.engine.asked[-1][0] == "村卫生室怎么办"
        sent = bench.telegram.of("sendMessage")[-1]
        assert sent["message_thread_id"] == 31 and sent["reply_parameters"]["message_id"] > 0
        bot = {"id": 99, "is_bot": True, "first_name": "县问", "username": "xianwen_bot"}
        replied = {"message_id": 3, "date": 1, "chat": {"id": GROUP, "type": "supergroup", "title": "群"}, "from": bot}
        await bench.say("那老人呢", chat=GROUP, reply_to_message=replied, message_thread_id=31)
        assert bench.engine.asked[-1] == ("那老人呢", ("村卫生室怎么办",))
        assert "message_thread_id" not in bench.telegram.of("sendMessage")[-1]


async def test_ask_without_a_question():
    async with Harness() as bench:
        await bench.say("/ask", chat=GROUP)
        assert bench.telegram.texts()[-1] == say(Say.ASK_USAGE, Script.SIMPLIFIED)


async def test_photos_get_a_kind_line_and_unknown_commands_a_hint():
    async with Harness() as bench:
        row = bench.row("x")
        del row["message"]["text"]
        row["message"]["sticker"] = {
            "file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1,
            "is_animated": False, "is_video": False,
        }  # fmt: skip
        await bench.feed(row)
        await bench.idle()
        assert bench.telegram.texts()[-1] == say(Say.STICKER, Script.SIMPLIFIED)
        await bench.say("/nonsense")
        assert bench.telegram.texts()[-1] == say(Say.UNKNOWN_COMMAND, Script.SIMPLIFIED)


async def test_script_follows_the_user_and_then_the_question():
    def answer(text, history):
        return answered(text, script=Script.TRADITIONAL) if "辦" in text else answered(text, script=Script.ENGLISH)

    async with Harness(FakeEngine(answer)) as bench:
        await bench.say("/help", language="en")
        assert bench.telegram.texts()[-1].startswith("Ask like this:\n• 青禾县：办好村卫生室")
        await bench.say("/help", language="zh-hant")
        assert bench.telegram.texts()[-1].startswith("這樣問：\n• 青禾縣：辦好村衛生室")
        await bench.say("怎麼辦", language="en")
        assert "每個行政村都要有一間衛生室" in bench.telegram.texts()[-1]
        await bench.say("/help", language="en")
        assert bench.telegram.texts()[-1].startswith("這樣問：\n• 青禾縣：辦好村衛生室")
        await bench.say("what?")
        assert bench.telegram.texts()[-1].startswith("From the articles (original Chinese):\n每个行政村")


async def test_hostile_question_is_asked_clean():
    async with Harness() as bench:
        await bench.say("\x00<b>\ud800\u202e老人</b>&")
        assert bench.engine.asked[-1][0] == "<b>\ufffd老人</b>&" and len(bench.telegram.texts()) == 1
