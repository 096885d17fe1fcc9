"""Browsing places and articles, comparing, and links into the bot."""

import dataclasses

import pytest

from bot import catalogue
from bot.context import PRESSES_PER_MINUTE
from bot.guide import Guide
from bot.messages import Say, say
from bot.outgoing import OutgoingMessage
from retrieval.types import Division, Level, Passage, Reason, Script
from tests.fakes import COUNTY, GROUP, OTHER, SECOND, FakeEngine, Harness, answered, check_text, make_article, refused


def division(code: str, province: str, city: str = "") -> Division:
    return Division(code, Level.COUNTY, f"第{code}县", f"第{code}县", province, city)


MANY = tuple(
    [division(f"1101{at:02}", "京城市") for at in range(26)]
    + [division(f"51{city:02}{at:02}", "蜀中省", f"{city}号市") for city in range(1, 4) for at in range(1, 6)]
    + [division("659001", "西域区")]
)


def engine_with(counties: tuple[Division, ...]) -> FakeEngine:
    engine = FakeEngine()
    engine.corpus.counties = counties
    return engine


def labels(bench: Harness) -> list[str]:
    return [button["text"] for button in bench.telegram.buttons()]


def data_of(bench: Harness, label: str) -> str:
    return next(button["callback_data"] for button in bench.telegram.buttons() if button["text"].startswith(label))


async def test_provinces_then_cities_then_counties_and_back():
    async with Harness(engine_with(MANY)) as bench:
        await bench.say("/counties")
        assert "42个县" in bench.telegram.texts()[-1]
        assert labels(bench) == ["京城市 26", "蜀中省 15", "西域区 1"]
        await bench.press(data_of(bench, "蜀中省"))
        assert labels(bench) == ["1号市 5", "2号市 5", "3号市 5", "‹ 返回"]
        await bench.press(data_of(bench, "2号市"))
        text = check_text(bench.telegram.of("editMessageText")[-1]["text"], "HTML")
        assert "2号市（5个县）" in text and "第510205县" in text and "第510105县" not in text
        assert labels(bench)[:5] == [f"第5102{at:02}县" for at in range(1, 6)]
        await bench.press(data_of(bench, "‹ 返回"))
        assert labels(bench) == ["1号市 5", "2号市 5", "3号市 5", "‹ 返回"]
        await bench.press(data_of(bench, "‹ 返回"))
        assert labels(bench)[0] == "京城市 26"


async def test_every_county_can_be_reached_and_left_by_buttons_alone():
    async with Harness(engine_with(MANY)) as bench:
        await bench.say("/counties")
        waiting, seen = [button["callback_data"] for button in bench.telegram.buttons()], set()
        while waiting:
            data = waiting.pop()
            if data not in seen and data.startswith("b1:"):
                seen.add(data)
                bench.services.presses._asked.clear()
                await bench.press(data)
                waiting += [button["callback_data"] for button in bench.telegram.buttons()]
                assert data == "b1:-:0" or data.startswith("b1:-") or "‹ 返回" in labels(bench), data
        shown = " ".join(call["text"] for call in bench.telegram.of("editMessageText"))
        assert all(f"<b>{county.short}（" in shown for county in MANY)


async def test_many_counties_of_one_place_have_pages():
    async with Harness(engine_with(MANY)) as bench:
        await bench.press("b1:1101:0")
        assert "第110123县" in labels(bench) and "第110124县" not in labels(bench) and "下一页 ›" in labels(bench)
        await bench.press(data_of(bench, "下一页"))
        assert labels(bench) == [*(f"第1101{at}县" for at in range(24, 26)), "‹ 上一页", "‹ 返回"]


async def test_a_county_shows_its_priorities_and_each_point_is_answered():
    async with Harness() as bench:
        await bench.say("/counties")
        await bench.press(data_of(bench, "青禾县"))
        text = check_text(bench.telegram.of("editMessageText")[-1]["text"], "HTML")
        assert text.startswith("青禾县（南川省 云山市）\n1篇文章，截至2025-03-04。")
        assert labels(bench) == ["1. 办好村卫生室", "2. 照顾老人", "青禾县的重点工作是什么？", "‹ 返回"]
        await bench.press(data_of(bench, "2. 照顾老人"))
        assert bench.engine.asked[-1][0] == "青禾县：照顾老人"
        await bench.press(data_of(bench, "[1] 出处"))
        assert "六十五岁以上的老人" in bench.telegram.texts()[-1]


async def test_points_that_are_not_answered_are_not_offered():
    engine = FakeEngine(
        lambda text, history: (
            refused(text, Reason.NOT_IN_CORPUS) if "老人" in text or "重点" in text else answered(text)
        )
    )
    async with Harness(engine) as bench:
        await bench.press(f"b1:{COUNTY.code}:0")
        assert labels(bench) == ["1. 办好村卫生室", "‹ 返回"]
        await bench.press(f"b1:{SECOND.code}:0")
        assert say(Say.COUNTY_EMPTY, Script.SIMPLIFIED) in bench.telegram.of("editMessageText")[-1]["text"]


async def test_points_of_an_old_message_can_be_pressed_after_a_reload_and_a_restart(tmp_path):
    from bot.store import Store

    async with Harness(store=Store(tmp_path / "bot.sqlite")) as bench:
        await bench.press(f"b1:{COUNTY.code}:0")
        data = data_of(bench, "2. 照顾老人")
    engine = FakeEngine()
    engine.corpus = dataclasses.replace(engine.corpus, id="g2", counties=(), held=(), parts=())
    async with Harness(engine, store=Store(tmp_path / "bot.sqlite")) as bench:
        await bench.press(data, user=OTHER)
        assert bench.engine.asked[-1][0] == "青禾县：照顾老人"
        await bench.press(f"b1:{COUNTY.code}:0")
        assert bench.telegram.of("editMessageText")[-1]["text"] == say(Say.COUNTY_GONE, Script.SIMPLIFIED)
        await bench.press("s1:a1")
        assert bench.telegram.texts()[-1] == say(Say.GONE, Script.SIMPLIFIED)


async def test_an_article_opens_with_its_facts_its_questions_and_its_file():
    engine = FakeEngine()
    (article,) = engine.corpus.held
    engine.corpus.held = (
        dataclasses.replace(
            article,
            counties=(COUNTY.code,),
            doc_number="青卫发〔2025〕3号",
            issuer="青禾县卫健局",
            expires="2020-01-01",
        ),
    )
    async with Harness(engine) as bench:
        await bench.say("/sources")
        await bench.press(data_of(bench, "1"))
        text = check_text(bench.telegram.of("editMessageText")[-1]["text"], "HTML")
        assert "文号：青卫发〔2025〕3号" in text and "⚠️ 已过期（有效期到2020-01-01）" in text
        assert "里面说到：一、办好村卫生室；二、照顾老人" in text and "说的是：青禾县" in text
        assert labels(bench) == ["青禾县：办好村卫生室", "青禾县：照顾老人", "看原网页", "看全文", "‹ 返回"]
        await bench.press(data_of(bench, "看全文"))
        (file,) = bench.telegram.files
        assert file[0] == "青禾县今年的卫生工作.txt" and article.text in file[1].decode()
        await bench.press(data_of(bench, "‹ 返回"))
        assert "已收录1篇文章" in bench.telegram.of("editMessageText")[-1]["text"]


async def test_compare_asks_both_and_without_counties_shows_how():
    def answer(text, history):
        if "甲" in text:
            return refused(text, Reason.NOT_IN_CORPUS)
        return answered(text, counties=(COUNTY, SECOND))

    async with Harness(FakeEngine(answer)) as bench:
        await bench.say("/compare 青禾 白石 村卫生室")
        assert bench.engine.asked[-1][0] == "青禾 白石 村卫生室"
        for words in ("", " 青禾", " 甲 乙 丙"):
            await bench.say("/compare" + words)
            assert bench.telegram.texts()[-1].startswith("这样写：/compare 青禾县 白石县 ")
        assert len(bench.engine.asked) == 1


async def test_a_link_opens_a_county_and_any_other_payload_is_a_plain_start():
    async with Harness() as bench:
        await bench.say(f"/start c_{COUNTY.code}")
        assert bench.telegram.texts()[-1].startswith("青禾县（南川省 云山市）")
        for payload in ("c_999999", "ask", "'; DROP TABLE", "c_../../x"):
            await bench.say(f"/start {payload}")
            assert bench.telegram.texts()[-1].startswith("县问读过1篇文章")


async def test_anybody_in_a_group_may_browse():
    async with Harness() as bench:
        await bench.say("/counties@xianwen_bot", chat=GROUP)
        await bench.press(f"b1:{COUNTY.code}:0", user=OTHER, chat=GROUP)
        assert labels(bench)[0] == "1. 办好村卫生室"


async def test_presses_have_a_limit_of_their_own():
    async with Harness() as bench:
        for _ in range(PRESSES_PER_MINUTE + 3):
            await bench.press(f"b1:{COUNTY.code}:0")
        assert bench.telegram.of("answerCallbackQuery")[-1]["text"] == say(Say.TOO_HASTY, Script.SIMPLIFIED)
        assert len(bench.telegram.of("editMessageText")) == PRESSES_PER_MINUTE


@pytest.mark.parametrize("script", Script)
def test_every_page_of_hostile_names_is_one_that_telegram_takes(script):
    bad = "<b>&\u202e\ud800" + "名" * 300
    county = Division("990101", Level.COUNTY, bad, bad, bad, bad)
    engine = engine_with((county, SECOND))
    parts = [
        Passage("a1", at, at + 1, "字", at, (f"{bad}{at}", f"第{at}件大事情要办好"), (county.code,)) for at in range(60)
    ]
    article = make_article("字" * 60, title=bad, publisher=bad, counties=(county.code,), issuer=bad, doc_number=bad)
    engine.corpus.held, engine.corpus.parts = (article,), tuple(parts)
    guide = Guide(engine)
    pages: list[OutgoingMessage] = [
        catalogue.places_page(engine.corpus, "", 0, script),
        catalogue.sources_page(engine.corpus, guide, 0, script),
        catalogue.source_page(engine.corpus, guide, article, script)[0],
        *(catalogue.county_page(engine.corpus, guide, county, page, script)[0] for page in range(6)),
    ]
    for page in pages:
        check_text(page.text_html, "HTML")
        for row in page.buttons:
            for button in row:
                assert button.label.strip() and len(button.label) <= 44
