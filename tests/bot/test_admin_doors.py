"""Nobody but an admin in private gets at administration, by whatever way; who is banned gets one word."""

import asyncio
import re

import pytest

from bot import admin_messages, administration, article_messages, office_messages, wants
from bot.admin_messages import Words, wording
from bot.messages import Say, say
from retrieval.text import is_traditional
from retrieval.types import Script
from tests.fakes import ADMIN, GROUP, OTHER, USER, Harness

MODULES = (admin_messages, article_messages, office_messages)
SENTENCES = {
    f"{module.__name__}.{name}": words
    for module in MODULES
    for name, found in vars(module).items()
    for words in (found.values() if isinstance(found, dict) and name.isupper() else [found])
    if isinstance(words, Words)
}
REFUSED = say(Say.UNKNOWN_COMMAND, Script.SIMPLIFIED)
STALE = say(Say.STALE_BUTTON, Script.SIMPLIFIED)


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XIANWEN_DATA", str(tmp_path / "data"))


def places(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("words", SENTENCES.values(), ids=SENTENCES)
def test_sentences_of_admins_agree_in_both_languages(words):
    assert places(words.chinese) == places(words.english) and not is_traditional(words.chinese)
    for script in Script:
        assert wording(words, script, **dict.fromkeys(places(words.chinese), "X")).strip()


def test_menu_fits_telegrams_limits_and_help_names_every_command():
    for script in Script:
        menu = administration.menu(script)
        assert set(menu) == set(administration.COMMANDS) and all(1 <= len(text) <= 256 for text in menu.values())
        assert all(f"/{name} " in administration.help_text(script) for name in menu)
        assert all(re.fullmatch("[a-z]{1,32}", name) for name in menu)


@pytest.mark.parametrize("name", administration.COMMANDS)
async def test_commands_of_admins_do_not_exist_for_others(name):
    async with Harness() as bench:
        before = bench.services.store.execute("SELECT count(*) FROM audit")
        await bench.say(f"/{name} 1001 x")
        assert bench.telegram.texts() == [REFUSED]
        await bench.say(f"/{name} 1001 x", ADMIN, GROUP)
        await bench.say(f"/{name}", USER, GROUP)
        assert len(bench.telegram.texts()) == 1 and not bench.services.jobs and bench.services.reload is None
        assert bench.services.store.execute("SELECT count(*) FROM audit") == before
        await bench.say("/help")
        assert f"/{name} " not in bench.telegram.texts()[-1]


@pytest.mark.parametrize("action", administration.ACTIONS)
async def test_buttons_of_admins_do_nothing_for_others(action):
    async with Harness() as bench:
        key = bench.services.ledger.draft("upload", ADMIN, {"files": [], "gap": None})
        for values in ("", f":{key}", "0", ":1:1"):
            await bench.press(f"a:{action}{values}")
            await bench.press(f"a:{action}{values}", ADMIN, GROUP)
        assert [call["text"] for call in bench.telegram.of("answerCallbackQuery")] == [STALE] * 8
        assert not bench.telegram.of("sendMessage", "editMessageText", "sendDocument", "sendPhoto")
        assert bench.services.ledger.drafted("upload", key) and not bench.services.ledger.acts(1)


@pytest.mark.parametrize("action", [*administration.ACTIONS, "nonsense", ""])
async def test_forged_and_old_buttons_of_admins_break_nothing(action, caplog):
    forged = ["", ":", ":x", ":1:x", ":999999999999999999999", ":-1:0", ":../..:0", ":1:1:1"]
    async with Harness() as bench:
        for values in forged:
            await bench.press(f"a:{action}{values}", ADMIN)
        assert "incident" not in caplog.text
        assert len(bench.telegram.of("answerCallbackQuery")) == len(forged)


async def test_files_and_addresses_of_others_are_not_read(tmp_path):
    async with Harness() as bench:
        await bench.send_file("a.txt", "青禾县".encode(), USER)
        await bench.send_file("a.txt", "青禾县".encode(), ADMIN, chat=GROUP)
        await bench.idle()
        assert not bench.telegram.of("getFile")
        await bench.say("https://example.org/a")
        await bench.idle()
        assert len(bench.engine.asked) == 1, "an address is a question like any other text"
        assert not (tmp_path / "data").exists()


async def test_banned_user_gets_one_word_and_then_silence():
    async with Harness() as bench:
        await bench.say(f"/ban {USER} 刷屏", ADMIN)
        await bench.say("村卫生室怎么办", USER, GROUP)
        await bench.say("/ask 村卫生室怎么办", USER, GROUP)
        assert len(bench.telegram.texts()) == 1
        await asyncio.gather(*(bench.feed(bench.row(text)) for text in ("村卫生室怎么办", "/start", "/help")))
        await bench.idle()
        await bench.press("q1:abcdef:0")
        assert bench.telegram.texts()[1:] == [wording(admin_messages.YOU_ARE_BANNED, Script.SIMPLIFIED)]
        assert not bench.engine.asked
        await bench.say("村卫生室怎么办", OTHER)
        assert "[1]" in bench.telegram.texts()[-1]
        await bench.say("/ban", ADMIN)
        assert f"{USER} ·" in bench.telegram.texts()[-1] and "刷屏" in bench.telegram.texts()[-1]
        await bench.say(f"/unban {USER}", ADMIN)
        await bench.say("村卫生室怎么办")
        assert "[1]" in bench.telegram.texts()[-1]
        acts = [act.act for act in bench.services.ledger.acts(9)]
        assert acts == ["unban", "ban"]


@pytest.mark.parametrize(
    "text", ["/ban x", "/ban -5", "/ban 99999999999999999999", f"/ban {ADMIN}", "/unban", "/unban 5"]
)
async def test_ban_takes_only_ids_of_people(text):
    async with Harness() as bench:
        await bench.say(text, ADMIN)
        assert len(bench.telegram.texts()) == 1 and not bench.services.ledger.bans()


async def test_audit_shows_who_did_what_and_when():
    async with Harness() as bench:
        await bench.say("/audit", ADMIN)
        assert bench.telegram.texts() == [wording(admin_messages.NOTHING, Script.SIMPLIFIED)]
        await bench.say("/ban 55 某事", ADMIN)
        await bench.say("/audit", ADMIN)
        line = bench.telegram.texts()[-1].splitlines()[1]
        assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d · {ADMIN} · ban 55", line)


async def test_log_line_of_an_act_has_no_content(caplog):
    caplog.set_level("INFO")
    async with Harness() as bench:
        await bench.say("/word 瞧大夫=就医", ADMIN)
        assert bench.services.ledger.acts(1)[0].about == "瞧大夫"
    assert f"admin {ADMIN}: word" in caplog.text and "瞧大夫" not in caplog.text


def test_prefixes_of_buttons_do_not_overlap():
    patterns = [re.compile(pattern) for pattern in (r"^a:", wants.PATTERN)]
    assert sum(bool(pattern.match("a:gap:1")) for pattern in patterns) == 1
    assert sum(bool(pattern.match("tell:abcdefgh")) for pattern in patterns) == 1
