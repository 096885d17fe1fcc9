"""Every kind of update, and the menus."""

import time

import pytest
from telegram import Update

from bot import app
from bot.messages import Say, say
from bot.polling import ALLOWED_UPDATES
from retrieval.types import Script
from tests.fakes import ADMIN, GROUP, USER, Harness, person, place

NOW = int(time.time())  # what is older gets another treatment
MESSAGE = {"message_id": 4, "date": NOW, "chat": place(USER), "from": person(), "text": "改过的"}
CHANNEL = {"message_id": 4, "date": NOW, "chat": {"id": -100777, "type": "channel", "title": "频道"}, "text": "公告"}
MEMBER = {"status": "member", "user": person()}
JOIN = {"chat": place(GROUP), "from": person(), "date": 1, "old_chat_member": MEMBER, "new_chat_member": MEMBER}
POLL = {
    "id": "1", "question": "？", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
    "type": "regular", "allows_multiple_answers": False, "allows_revoting": False, "members_only": False,
}  # fmt: skip
SILENT = {
    "edited_message": {**MESSAGE, "edit_date": 2},
    "channel_post": CHANNEL,
    "edited_channel_post": {**CHANNEL, "edit_date": 2},
    "my_chat_member": JOIN,
    "chat_member": JOIN,
    "poll": POLL,
    "poll_answer": {"poll_id": "1", "option_ids": [0], "option_persistent_ids": ["a"], "user": person()},
    "chosen_inline_result": {"result_id": "1", "from": person(), "query": "问"},
    "message_reaction": {
        "chat": place(USER), "message_id": 1, "date": 1, "user": person(), "old_reaction": [], "new_reaction": [],
    },
    "chat_join_request": {"chat": place(GROUP), "from": person(), "user_chat_id": USER, "date": 1},
    "shipping_query": {
        "id": "1", "from": person(), "invoice_payload": "x",
        "shipping_address": {
            "country_code": "CN", "state": "", "city": "", "street_line1": "", "street_line2": "", "post_code": "",
        },
    },
    "business_message": {**MESSAGE, "business_connection_id": "b"},
    "edited_business_message": {**MESSAGE, "business_connection_id": "b"},
    "unheard_of": {"id": 1},
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SILENT))
async def test_updates_that_want_no_answer_get_none(kind, caplog):
    async with Harness() as bench:
        await bench.feed({"update_id": 1, kind: SILENT[kind]})
        await bench.idle()
        assert not bench.telegram.of("sendMessage", "sendChatAction", "answerCallbackQuery")
        assert not bench.engine.asked and not caplog.text
        await bench.say("村卫生室怎么办")
        assert len(bench.telegram.texts()) == 1


def test_silent_kinds_and_those_fetched_are_kinds_that_exist():
    assert set(SILENT) - {"unheard_of"} <= set(Update.ALL_TYPES)
    assert set(ALLOWED_UPDATES) <= set(Update.ALL_TYPES) - (set(SILENT) - {"edited_message"})


async def test_service_messages_and_forwarded_channel_posts_get_none():
    async with Harness() as bench:
        row = bench.row("x")
        del row["message"]["text"]
        row["message"]["pinned_message"] = MESSAGE
        await bench.feed(row)
        post = bench.row("@xianwen_bot 问", chat=GROUP, is_automatic_forward=True)
        await bench.feed(post)
        await bench.idle()
        assert not bench.telegram.of("sendMessage")


async def test_menus_name_the_commands_that_are_handled():
    async with Harness() as bench:
        await app.publish_menus(bench.bot, [ADMIN])
        handled = {command for handler in app.handlers() for command in getattr(handler, "commands", ())}
        calls = bench.telegram.of("setMyCommands")
        scopes = {call.get("scope", {}).get("type", "default") for call in calls}
        assert scopes == {"default", "all_private_chats", "all_group_chats", "chat"}
        offered = set()
        for call in calls:
            names = {entry["command"] for entry in call["commands"]}
            kind = call.get("scope", {}).get("type", "default")
            assert ("reload" in names) == (kind == "chat") and ("ask" in names) == (kind == "all_group_chats")
            offered |= names
        assert offered == handled
        english = next(call for call in calls if call.get("language_code") == "en")
        assert english["commands"][0]["description"] == say(Say.MENU_START, Script.ENGLISH)


async def test_menus_that_telegram_refuses_do_not_stop_the_bot():
    async with Harness() as bench:
        bench.telegram.faults += [("setMyCommands", (404, "Not Found", None))] * 99
        await app.publish_menus(bench.bot, [ADMIN])
        await bench.say("村卫生室怎么办")
        assert len(bench.telegram.texts()) == 1
