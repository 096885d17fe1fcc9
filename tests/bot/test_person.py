"""Start, help, languages, privacy, forgetting; edited, forwarded and missed questions; kinds that are no text."""

import time

import pytest

from bot import conversation, gapbook, store
from bot.kinds import KINDS
from bot.memory import TEXTS_DAYS
from bot.messages import Say, say
from retrieval.types import Reason, Script
from tests.fakes import ADMIN, COUNTY, GROUP, OTHER, USER, FakeEngine, Harness, answered, make_article, refused, until


def said(what: Say, script: Script = Script.SIMPLIFIED, **values: object) -> str:
    return say(what, script, **values)


def labels(bench: Harness) -> list[str]:
    return [button["text"] for button in bench.telegram.buttons()]


async def test_start_says_in_two_lines_what_there_is_and_offers_four_questions():
    async with Harness() as bench:
        await bench.say("/start")
        (text,) = bench.telegram.texts()
        assert text.split("\n")[0] == "县问读过1篇文章，讲2个县的卫生健康工作打算做什么，截至2025-03-04。"
        assert len(text.split("\n")) == 2 and len(labels(bench)) == 4 and len(set(labels(bench))) == 4


async def test_start_offers_only_what_is_answered():
    def answer(text, history):
        return answered(text) if "卫生室" in text else refused(text, Reason.NOT_IN_CORPUS)

    async with Harness(FakeEngine(answer)) as bench:
        await bench.say("/start")
        assert labels(bench) and all("卫生室" in label for label in labels(bench))


async def test_help_shows_real_questions_and_admins_see_their_commands():
    async with Harness() as bench:
        await bench.say("/help")
        assert "• 青禾县：办好村卫生室" in bench.telegram.texts()[-1] and "/reload" not in bench.telegram.texts()[-1]
        await bench.say("/help", user=ADMIN)
        assert "/reload" in bench.telegram.texts()[-1]


async def test_language_is_chosen_each_for_themselves_and_stays():
    async with Harness() as bench:
        await bench.say("/language", chat=GROUP)
        await bench.press("l1:zh-Hant", user=OTHER, chat=GROUP)
        assert not bench.telegram.of("editMessageText"), "in a group nobody's message changes"
        await bench.say("村卫生室怎么办", user=OTHER)
        assert "每個行政村都要有一間衛生室" in bench.telegram.texts()[-1]
        await bench.say("村卫生室怎么办")
        assert "每个行政村都要有一间卫生室" in bench.telegram.texts()[-1]
        await bench.press("l1:auto", user=OTHER)
        assert bench.telegram.of("answerCallbackQuery")[-1]["text"] == "好的，以后用：跟着我写的"
        await bench.say("村卫生室怎么办", user=OTHER)
        assert "每个行政村都要有一间卫生室" in bench.telegram.texts()[-1]


async def test_language_that_was_pressed_in_private_shows_in_the_message():
    async with Harness() as bench:
        await bench.say("/language")
        await bench.press("l1:en")
        assert bench.telegram.of("editMessageText")[-1]["text"].startswith(
            "Which language shall I answer in? Now: English"
        )
        await bench.say("/nonsense")
        assert bench.telegram.texts()[-1] == said(Say.UNKNOWN_COMMAND, Script.ENGLISH)


async def test_forget_deletes_everything_of_one_person_and_says_what():
    async with Harness() as bench:
        forgotten: list[int] = []
        bench.services.listeners.forgotten.append(forgotten.append)
        for user in (USER, OTHER):
            await bench.say("村卫生室怎么办", user=user)
            await bench.press("l1:zh-Hans", user=user)
            key = bench.telegram.of("sendMessage")[-1]["reply_markup"]["inline_keyboard"][0][0]["callback_data"].split(
                ":"
            )[1]
            await bench.press(f"f1:{key}:d", user=user)
            await bench.press(f"w1:{key}:write", user=user)
        before = everything_of(bench, USER)
        assert all(
            before[table] for table in ("history", "answers", "votes", "persons", "replies", "questions", "prompts")
        )
        await bench.say("/forget")
        assert bench.telegram.texts()[-1] == said(Say.FORGOTTEN, questions=1, answers=1, votes=1, languages=1)
        assert not any(everything_of(bench, USER).values()) and forgotten == [USER]
        assert all(everything_of(bench, OTHER)[table] == count for table, count in before.items())
        await bench.say("/forget")
        assert bench.telegram.texts()[-1] == said(Say.FORGOTTEN_NOTHING)


def everything_of(bench: Harness, user: int) -> dict[str, int]:
    """How many rows of a person each table of this conversation has that knows persons."""
    tables = ("history", "answers", "votes", "persons", "replies", "questions", "prompts")
    return {
        table: bench.services.store.execute(f"SELECT count(*) FROM {table} WHERE user = ?", user)[0][0]
        for table in tables
    }


async def test_privacy_names_what_is_kept():
    async with Harness() as bench:
        await bench.say("/privacy")
        assert all(word in bench.telegram.texts()[-1] for word in ("6小时", "180天", "365天", "/forget"))
    assert TEXTS_DAYS * 24 * 3600 == store._ANSWERS_S == gapbook._KEPT_S, "one number speaks for all of them"


def edit_of(bench: Harness, row: dict[str, dict[str, object]], text: str) -> dict[str, object]:
    message = {**row["message"], "text": text, "edit_date": int(time.time()), "entities": []}
    return {"update_id": bench.row("x")["update_id"], "edited_message": message}


async def test_an_edited_question_is_answered_again_in_place():
    async with Harness() as bench:
        row = bench.row("村卫生室怎么办")
        await bench.feed(row)
        await bench.idle()
        await bench.feed(edit_of(bench, row, "老人体检几次"))
        await bench.idle()
        assert bench.engine.asked[-1][0] == "老人体检几次" and len(bench.telegram.texts()) == 1
        (edited,) = bench.telegram.of("editMessageText")
        assert int(edited["message_id"]) == 100 and "[1]" in edited["text"]
        await bench.feed(edit_of(bench, row, "老人体检几次"))
        await bench.idle()
        assert len(bench.engine.asked) == 2, "an edit that changes no word asks nothing"


async def test_an_edit_shortens_and_lengthens_the_answer_and_survives_a_deleted_one():
    long = "\n".join(f"第{at}件事：" + "要办好的事情，" * 150 + "。" for at in range(8))

    def answer(text, history):
        if "长" in text:
            return answered(text, quotes=long.split("\n"), article=make_article(long))
        return answered(text)

    async with Harness(FakeEngine(answer)) as bench:
        row = bench.row("长")
        await bench.feed(row)
        await bench.idle()
        pieces = len(bench.telegram.texts())
        assert pieces > 1
        await bench.feed(edit_of(bench, row, "村卫生室怎么办"))
        await bench.idle()
        assert len(bench.telegram.of("editMessageText")) == 1
        gone = [int(call["message_id"]) for call in bench.telegram.of("deleteMessage")]
        assert gone == list(range(101, 100 + pieces))
        bench.telegram.faults.append(("editMessageText", (400, "Bad Request: message to edit not found", None)))
        await bench.feed(edit_of(bench, row, "又是长的"))
        await bench.idle()
        assert len(bench.telegram.texts()) == 2 * pieces, "what cannot be changed is sent"


async def test_edits_that_are_not_of_a_question_get_nothing():
    async with Harness() as bench:
        row = bench.row("大家好", chat=GROUP)
        await bench.feed(row)
        await bench.feed(edit_of(bench, row, "@xianwen_bot 村卫生室怎么办"))
        asked = bench.row("/ask 村卫生室怎么办", chat=GROUP)
        await bench.feed(asked)
        await bench.idle()
        assert len(bench.engine.asked) == 1
        await bench.feed(edit_of(bench, asked, "/ask 老人体检几次"))
        await bench.idle()
        assert bench.engine.asked[-1][0] == "老人体检几次" and len(bench.telegram.of("editMessageText")) == 1


FILE = {"file_id": "f", "file_unique_id": "u"}
SIZED = {**FILE, "width": 1, "height": 1}
TALK = {"id": "1", "question": "？", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True}
SENT = {
    "voice": {**FILE, "duration": 1},
    "audio": {**FILE, "duration": 1},
    "photo": [SIZED],
    "sticker": {**SIZED, "type": "regular", "is_animated": False, "is_video": False},
    "animation": {**SIZED, "duration": 1},
    "dice": {"emoji": "🎲", "value": 1},
    "video": {**SIZED, "duration": 1},
    "video_note": {**FILE, "length": 1, "duration": 1},
    "story": {"chat": {"id": USER, "type": "private", "first_name": "x"}, "id": 1},
    "document": FILE,
    "location": {"longitude": 1.0, "latitude": 1.0},
    "venue": {"location": {"longitude": 1.0, "latitude": 1.0}, "title": "x", "address": "x"},
    "contact": {"phone_number": "1", "first_name": "x"},
    "poll": {
        **TALK, "type": "regular", "allows_multiple_answers": False, "allows_revoting": False, "members_only": False,
    },
    "checklist": {"title": "x", "tasks": [{"id": 1, "text": "x"}]},
}  # fmt: skip


def bare(bench: Harness, **more: object) -> dict[str, dict[str, object]]:
    row = bench.row("x", chat=int(str(more.pop("chat", USER))))
    del row["message"]["text"], row["message"]["entities"]
    row["message"].update(more)
    return row


@pytest.mark.parametrize(("kind", "what"), KINDS)
async def test_every_kind_has_its_word_in_private_and_none_in_groups(kind, what):
    async with Harness() as bench:
        await bench.feed(bare(bench, **{kind: SENT[kind]}, chat=GROUP))
        await bench.idle()
        assert not bench.telegram.texts()
        await bench.feed(bare(bench, **{kind: SENT[kind]}))
        await bench.idle()
        assert bench.telegram.texts() == [said(what)]


async def test_words_under_a_picture_are_a_question():
    async with Harness() as bench:
        await bench.feed(bare(bench, photo=[SIZED], caption="村卫生室怎么办"))
        await bench.idle()
        assert bench.engine.asked == [("村卫生室怎么办", ())]


async def test_forwarded_words_are_looked_up_when_the_asker_says_so():
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "某某"}
    async with Harness() as bench:
        await bench.say("村卫生室怎么办", forward_origin=origin)
        assert not bench.engine.asked and bench.telegram.texts() == [said(Say.FORWARDED)]
        await bench.press(bench.telegram.buttons()[0]["callback_data"])
        assert bench.engine.asked[-1][0] == "村卫生室怎么办"
        await bench.say("长文" * 100, forward_origin=origin)
        assert bench.telegram.texts()[-1] == said(Say.FORWARDED_LONG)


async def test_messages_of_bots_and_through_bots_get_nothing():
    bot = {"id": 77, "is_bot": True, "first_name": "b", "username": "b"}
    async with Harness() as bench:
        await bench.say("村卫生室怎么办", via_bot=bot)
        await bench.say("@xianwen_bot 村卫生室怎么办", chat=GROUP, **{"from": bot})
        await bench.say("/help", chat=GROUP, **{"from": bot})
        assert not bench.telegram.of("sendMessage", "sendChatAction")
        anonymous = {**bot, "id": 1087968824, "username": "GroupAnonymousBot"}
        await bench.say("@xianwen_bot 村卫生室怎么办", chat=GROUP, **{"from": anonymous})
        assert len(bench.telegram.texts()) == 1


async def test_backlog_old_questions_are_offered_once_and_fresh_ones_answered():
    """500 messages after a night: 300 old ones of 30 people, who get one message each, and 200 fresh ones."""
    old = int(time.time() - conversation.AWAY_S) - 5
    async with Harness(queue_limit=600, questions_per_minute=1000) as bench:
        for at in range(10):
            for person in range(30):
                await bench.feed(bench.row(f"老人体检第{at}问", 5000 + person, date=old))
        await bench.feed(bench.row("@xianwen_bot 老人体检", chat=GROUP, date=old))
        for person in range(200):
            await bench.feed(bench.row("村卫生室怎么办", 7000 + person))
        await until(lambda: len(bench.telegram.of("sendMessage")) >= 230)
        await bench.idle()
        assert len(bench.telegram.of("sendMessage")) == 230 and len(bench.engine.asked) == 200
        for person in range(30):
            assert bench.telegram.texts(5000 + person) == [said(Say.AWAY)]
        (call,) = [call for call in bench.telegram.of("sendMessage") if int(call["chat_id"]) == 5003]
        offered = [row[0] for row in call["reply_markup"]["inline_keyboard"]]
        assert [button["text"] for button in offered] == ["老人体检第7问", "老人体检第8问", "老人体检第9问"]
        await bench.press(offered[2]["callback_data"], user=5003)
        assert bench.engine.asked[-1][0] == "老人体检第9问"


async def test_medical_questions_get_a_plain_word_and_where_to_turn():
    def answer(text, history):
        if "药" in text:
            return refused(text, Reason.MEDICAL_ADVICE, counties=(COUNTY,))
        return answered(text) if "家庭医生" in text else refused(text, Reason.NOT_IN_CORPUS)

    async with Harness(FakeEngine(answer)) as bench:
        await bench.say("青禾县的人头疼吃什么药")
        assert "我不是医生" in bench.telegram.texts()[-1] and "120" in bench.telegram.texts()[-1]
        assert bench.telegram.texts()[-1].endswith(said(Say.WHERE_TO_TURN))
        assert labels(bench) == ["› 青禾县 家庭医生"]
        await bench.press(bench.telegram.buttons()[0]["callback_data"])
        assert bench.engine.asked[-1][0] == "青禾县 家庭医生"
