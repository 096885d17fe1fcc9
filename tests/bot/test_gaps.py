"""From a refusal to an answer: kept without its asker, worked on by an admin, and whoever asked to be told is."""

import pytest

from bot import admin_messages as words
from bot import wants
from bot.admin_messages import wording
from bot.gapbook import New
from bot.ledger import Ledger
from bot.store import Store
from retrieval.lexicon import Lexicon
from retrieval.types import Reason, Script
from tests.fakes import ADMIN, COUNTY, GROUP, OTHER, USER, FakeEngine, Harness, answered, refused


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XIANWEN_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(wants, "PACE_S", 0.0)
    return tmp_path / "data"


def said(what, **values):
    return wording(what, Script.SIMPLIFIED, **values)


def engine(*known: str) -> FakeEngine:
    """Knows these questions, and no others."""

    def answer(text, history):
        if text in known:
            return answered(text)
        return refused(text, Reason.NOT_IN_CORPUS, counties=(COUNTY,))

    return FakeEngine(answer)


def want_button(bench: Harness) -> str:
    return next(
        one["callback_data"] for one in bench.telegram.buttons() if one.get("callback_data", "").startswith("tell:")
    )


async def press_labelled(bench: Harness, label: str) -> None:
    """Press the admin's newest button whose label begins so."""
    data = next(one["callback_data"] for one in bench.telegram.buttons() if one["text"].startswith(label))
    await bench.press(data, ADMIN)


def shown(bench: Harness) -> str:
    """What the admin saw last, sent or edited."""
    return bench.telegram.of("sendMessage", "editMessageText")[-1]["text"]


async def test_refused_question_is_kept_without_its_asker():
    async with Harness(engine()) as bench:
        await bench.say("村医工资多少")
        assert wording(words.WANT_BUTTON, Script.SIMPLIFIED) in [one["text"] for one in bench.telegram.buttons()]
        (gap,) = bench.services.ledger.gaps.open()
        assert (gap.question, gap.counties, gap.reason) == ("村医工资多少", (COUNTY.short,), "not_in_corpus")
        assert gap.at % 3600 == 0
        columns = [row[1] for row in bench.services.store.execute("PRAGMA table_info(gaps)")]
        rows = bench.services.store.execute("SELECT * FROM gaps")
        assert "user" not in columns and "chat" not in columns and str(USER) not in repr(rows)
        assert not bench.services.ledger.gaps.waiting()


@pytest.mark.parametrize("reason", [Reason.MEDICAL_ADVICE, Reason.SMALLTALK, Reason.WHICH_COUNTY, Reason.NONSENSE])
async def test_what_no_article_could_answer_is_no_gap(reason):
    async with Harness(FakeEngine(lambda text, history: refused(text, reason))) as bench:
        await bench.say("随便说说")
        assert not bench.services.ledger.gaps.open()
        assert not any("tell:" in str(call) for call in bench.telegram.of("sendMessage"))


async def test_who_wants_to_know_is_told_once_after_the_gap_is_closed():
    async with Harness(engine()) as bench:
        for user in (USER, OTHER):
            await bench.say("村医工资多少", user)
            for _ in range(2):
                await bench.press(want_button(bench), user)
            assert bench.telegram.of("answerCallbackQuery")[-1]["text"] == said(words.WANT_NOTED)
        bench.engine.answer = lambda text, history: answered(text)
        await bench.say("/gaps", ADMIN)
        assert "村医工资多少" in shown(bench) and "2人" in shown(bench) and str(USER) not in shown(bench)
        await press_labelled(bench, "1")
        await press_labelled(bench, said(words.GAP_TELL, count=2))
        for user in (USER, OTHER):
            told = [
                text for text in bench.telegram.texts(user) if text == said(words.WANT_TOLD, question="村医工资多少")
            ]
            assert len(told) == 1
        assert not bench.services.ledger.gaps.open() and not bench.services.ledger.gaps.waiting()
        last = next(call for call in bench.telegram.of("sendMessage")[::-1] if int(call["chat_id"]) == USER)
        (data,) = [one["callback_data"] for row in last["reply_markup"]["inline_keyboard"] for one in row]
        await bench.press(data, USER)
        assert "[1]" in bench.telegram.texts(USER)[-1]
        await bench.press(want_button_of(bench), OTHER)
        assert bench.telegram.of("answerCallbackQuery")[-1]["text"] == said(words.WANT_GONE)


def want_button_of(bench: Harness) -> str:
    found = [
        one["callback_data"]
        for call in bench.telegram.of("sendMessage")
        for row in (call.get("reply_markup") or {}).get("inline_keyboard", [])
        for one in row
        if one.get("callback_data", "").startswith("tell:")
    ]
    return found[-1]


async def test_nobody_is_told_who_does_not_want_to_or_cannot_be():
    async with Harness(engine()) as bench:
        for user in (2001, 2002, 2003, 2004):
            await bench.say("村医工资多少", user)
            if user != 2004:
                await bench.press(want_button(bench), user)
        bench.services.ledger.forget(2001)
        bench.services.ledger.ban(2002, ADMIN, "")
        bench.services.store.set_inactive(2003)
        await bench.say("/gaps", ADMIN)
        await press_labelled(bench, "1")
        sent = len(bench.telegram.of("sendMessage"))
        await press_labelled(bench, said(words.GAP_TELL, count=2))
        assert len(bench.telegram.of("sendMessage")) == sent and not bench.services.ledger.gaps.waiting()


async def test_group_where_somebody_pressed_is_told_there():
    async with Harness(engine()) as bench:
        await bench.say("/ask 村医工资多少", USER, GROUP)
        await bench.press(want_button(bench), USER, GROUP)
        gaps = bench.services.ledger.gaps
        gaps.move_chat(GROUP, GROUP - 1)
        gaps.close([gap.id for gap in gaps.open()], tell=True)
        assert await wants.tell_all(bench.bot, bench.services) == 1
        assert bench.telegram.of("sendMessage")[-1]["chat_id"] == GROUP - 1


async def test_telling_goes_on_after_a_restart_and_tells_nobody_twice(tmp_path):
    store = Store(tmp_path / "bot.sqlite")
    gaps = Ledger(store).gaps
    token = gaps.keep(New("村医工资多少", "", (), "not_in_corpus", "", "token-one"))
    for user in range(3001, 3006):
        assert gaps.want(token, user, user, Script.SIMPLIFIED)
    assert gaps.close([gap.id for gap in gaps.open()], tell=True) == 5
    assert gaps.next_to_tell() is not None  # and then the process was killed
    async with Harness(engine(), store) as bench:
        from bot.administration import resume

        resume(bench.application)
        await bench.idle()
        assert [int(call["chat_id"]) for call in bench.telegram.of("sendMessage")] == list(range(3002, 3006))


async def test_closing_without_telling_forgets_who_waited():
    async with Harness(engine()) as bench:
        await bench.say("村医工资多少")
        await bench.press(want_button(bench))
        await bench.say("/gaps", ADMIN)
        await press_labelled(bench, "1")
        await press_labelled(bench, said(words.GAP_CLOSE))
        assert not bench.services.ledger.gaps.waiting() and not bench.services.ledger.gaps.open()
        assert len(bench.telegram.texts(USER)) == 1
        await press_labelled(bench, said(words.GAP_ASK))
        assert bench.telegram.texts(ADMIN)[-1] == said(words.OLD_BUTTON)


async def test_bad_answer_becomes_a_gap_and_a_second_thought_takes_it_back():
    async with Harness() as bench:
        await bench.say("村卫生室怎么办")
        down = next(
            one["callback_data"] for one in bench.telegram.buttons() if one.get("callback_data", "").endswith(":d")
        )
        await bench.press(down)
        (gap,) = bench.services.ledger.gaps.open()
        assert gap.reason == "disliked" and gap.question == "村卫生室怎么办" and str(USER) not in repr(gap)
        await bench.press(down.replace("f1:", "w1:")[:-1] + "old")
        (gap,) = bench.services.ledger.gaps.open()
        assert gap.why == "old"
        await bench.press(down[:-1] + "u")
        assert not bench.services.ledger.gaps.open()


async def test_admin_asks_again_links_an_article_and_adds_a_word(data):
    async with Harness(engine()) as bench:
        await bench.say("瞧大夫去哪")
        await bench.say("/gaps", ADMIN)
        await press_labelled(bench, "1")
        await press_labelled(bench, said(words.GAP_LINK))
        await press_labelled(bench, "青禾县今年的卫生工作")
        assert bench.services.ledger.gaps.open()[0].article == "qinghe.txt"
        assert "qinghe.txt" in shown(bench)
        await press_labelled(bench, said(words.GAP_WORD))
        assert shown(bench) == said(words.WORD_USAGE)
        await bench.say("/word 瞧大夫＝就医 | 诊疗", ADMIN)
        assert shown(bench) == said(words.WORD_ADDED, everyday="瞧大夫", official="就医|诊疗")
        assert Lexicon.load(data / "lexicon.tsv").expand("瞧大夫")[0].official == ("就医", "诊疗")
        bench.engine.answer = lambda text, history: answered(text)
        await bench.say("/gaps", ADMIN)
        await press_labelled(bench, "1")
        await press_labelled(bench, said(words.GAP_ASK))
        assert said(words.ASKED_AGAIN, question="瞧大夫去哪") in bench.telegram.texts(ADMIN)
        assert "[1]" in shown(bench)
        assert len(bench.services.ledger.gaps.open()) == 1, "an admin who asks again fills no inbox"


async def test_pages_of_the_inbox():
    async with Harness() as bench:
        for number in range(20):
            bench.services.ledger.gaps.keep(New("问", "", (f"第{number}县",), "not_in_corpus", "", f"token{number}"))
        await bench.say("/gaps", ADMIN)
        await press_labelled(bench, said(words.LATER))
        assert "9. " in shown(bench) and "17. " not in shown(bench)
        await press_labelled(bench, said(words.LATER))
        assert "20. " in shown(bench)


async def test_own_words_can_be_listed_and_deleted_and_bad_ones_are_refused(data):
    async with Harness() as bench:
        for text in (
            "/word 甲",
            "/word =乙",
            "/word 甲\t乙=丙",
            "/word #甲=乙",
            "/word 。=乙",
            f"/word {'长' * 50}=乙",
        ):
            await bench.say(text, ADMIN)
        assert not (data / "lexicon.tsv").exists() or not Lexicon.load(data / "lexicon.tsv").expand("甲")
        await bench.say("/word 甲啊=乙", ADMIN)
        await bench.say("/word 甲啊=丙", ADMIN)
        await bench.say("/word", ADMIN)
        assert "甲啊 = 丙" in shown(bench) and "甲啊 = 乙" not in shown(bench)
        await bench.say("/word 甲啊=", ADMIN)
        assert shown(bench) == said(words.WORD_GONE, everyday="甲啊")
        await bench.say("/word 甲啊=", ADMIN)
        assert shown(bench) == said(words.WORD_UNKNOWN, everyday="甲啊")


async def test_hand_written_lexicon_keeps_its_lines(data):
    data.mkdir(parents=True)
    file = data / "lexicon.tsv"
    file.write_text("# 我的\n瞧病\t就医\t0.7\tzh\n", encoding="utf-8")
    async with Harness() as bench:
        await bench.say("/word 甲啊=乙", ADMIN)
        assert file.read_text(encoding="utf-8").startswith("# 我的\n瞧病\t就医\t0.7\tzh\n甲啊\t乙\t")
        file.write_text("坏行\n", encoding="utf-8")
        await bench.say("/word 甲啊=乙", ADMIN)
        assert "lexicon row" in shown(bench) and file.read_text(encoding="utf-8") == "坏行\n"


def test_old_and_surplus_gaps_go(monkeypatch):
    now = [1_000_000_000.0]
    store = Store(":memory:", clock=lambda: now[0])
    gaps = Ledger(store).gaps
    monkeypatch.setattr("bot.gapbook._MOST", 3)
    for number in range(6):
        gaps.keep(New(f"问{number}", "", (), "not_in_corpus", "", f"token{number}"))
    assert [gap.question for gap in gaps.open()] == ["问3", "问4", "问5"]
    gaps.want("token5", 1, 1, Script.SIMPLIFIED)
    now[0] += 200 * 24 * 3600
    gaps.keep(New("新", "", (), "not_in_corpus", "", "new"))
    assert [gap.question for gap in gaps.open()] == ["新"] and gaps.waiting() == 0
