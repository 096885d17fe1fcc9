"""Answers as text and as messages: Telegram's own parser is the judge, hostile articles are the input."""

import datetime
import json
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import markup
from bot.render import asks, plain, sources_block, telegram, telegram_citation, telegram_text, view
from retrieval.question import script_of
from retrieval.text import to_traditional
from retrieval.types import Answer, Article, Citation, Claim, Passage, Reason, Script
from tests.fakes import COUNTY, SECOND, answered, check_text, make_article, make_question, parsed, refused

NUMBER = re.compile(r"\[(\d+)\]")
HOSTILE = [
    "<b>", "</b>", "</blockquote>", "<blockquote expandable>", "&", "&amp;", "&#x0;", '"', "'", "<", ">", "[1]",
    "[ 2 ]", "[99]", "\u202e", "\u200f", "\x00", "\x1b[2J", "\ud800", "\udfff", "\ufffe", "\n", "\r\n", "\t",
    "\u2028", "👩\u200d👩\u200d👧\u200d👧", "🇨🇳", "é", "e\u0301", "😀", "中文。", "老人、", "javascript:alert(1)",
    "@everybody", "#x", "/start", "https://x.y", "* _ ` ~ |", "\u00a0", "\u3000", " ", "𠮷",
]  # fmt: skip
hostile = (
    st.lists(st.sampled_from(HOSTILE) | st.text(max_size=20), min_size=1, max_size=30)
    .map("".join)
    .map(lambda text: text or "字")
)
long_texts = st.tuples(hostile, st.integers(1, 5000)).map(lambda pair: (pair[0] * (pair[1] // len(pair[0]) + 1))[:9000])
urls = st.none() | st.sampled_from(
    [
        "https://example.org/a?b=1&c=2", "http://localhost:8/x", "/rel", "#a", "file:///etc/passwd", "ftp://x.y/z",
        "javascript:alert(1)", "https://a b.org/", "mailto:a@b.cn", "https://卫健委.中国/通知", "https://x.org:99999/",
        "https://u:p@x.org/", "http://1.2.3.4/x", "https://example.org/路径?q=“x”", "https://[::1]/", "https://",
        "https://exa_mple.org/", "https://x.org/" + "a" * 2000, "https://x.org/'\"<>", "HTTPS://X.ORG/", "https://-x.org/",
        "https://x..org/", "https://x.org./a", "https://例子.测试/", "https://x.o", "http://x.local/",
    ]
)  # fmt: skip


@st.composite
def answers(draw) -> Answer:
    parts = draw(st.lists(hostile | long_texts, min_size=1, max_size=3))
    parts = [part if part.strip() else "字" for part in parts]
    text = "\n".join(parts)
    article = Article(
        "a1", "x.txt", draw(hostile), text, "0" * 64, draw(st.none() | hostile),
        draw(st.none() | st.just("2025-01-02")), url=draw(urls),
    )  # fmt: skip
    citations, claims, at = [], [], 0
    for number, part in enumerate(parts, start=1):
        damaged = ((at, at + 1),) if draw(st.booleans()) else ()
        heading = tuple(draw(st.lists(hostile, max_size=3)))
        passage = Passage("a1", at, at + len(part), part, number, heading, (), (), damaged)
        citations.append(
            Citation(number, article, passage, at, at + len(part), tuple(draw(st.lists(hostile, max_size=2))))
        )
        also = tuple(later for later in range(number + 1, len(parts) + 1) if draw(st.booleans()))
        claims.append(
            Claim(part, number, draw(st.sampled_from(["", "", "青禾县", "<b>[7]"])), draw(st.booleans()), also)
        )
        at += len(part) + 1
    question = make_question(
        draw(hostile), draw(st.sampled_from(Script)), elsewhere=tuple(draw(st.lists(hostile, max_size=1)))
    )
    return Answer(question, "g1", tuple(claims), tuple(citations), searched=draw(st.sampled_from([0, 3])))


def without_numbers(text: str) -> str:
    return re.sub(r"\s+", "", NUMBER.sub("", text))


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(answers())
def test_whatever_the_articles_say_telegram_accepts_it_and_nothing_is_lost(answer):
    text = plain(answer)
    numbers = {citation.number for citation in answer.citations}
    assert {int(number) for number in NUMBER.findall(text)} == numbers
    messages = telegram(answer, "abcdefgh")
    said = []
    for message in messages:
        check_text(message.text_html, "HTML")
        body = re.sub(r"<blockquote expandable>.*?</blockquote>", "", message.text_html, flags=re.DOTALL)
        said.append(check_text(body, "HTML") if body.strip() else "")
        offered = {int(one.data.split(":")[2]) for row in message.buttons for one in row if one.data.startswith("c1:")}
        assert offered == {int(number) for number in NUMBER.findall(said[-1])}
    assert without_numbers("".join(said)) == without_numbers(text)
    for citation in answer.citations:
        for message in telegram_citation(view(citation, "g1"), answer.question.script):
            check_text(message.text_html, "HTML")
    for message in telegram_text(answer.question.asked + "字"):
        check_text(message.text_html, "HTML")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(answers())
def test_what_is_kept_for_the_buttons_survives_the_store(answer):
    from bot.store import Answered, Store

    store = Store(":memory:")
    views = tuple(view(citation, "g1") for citation in answer.citations)
    store.keep("k", Answered(1, 2, Script.ENGLISH, views, ("问",)))
    kept = store.answered("k")
    assert kept == Answered(1, 2, Script.ENGLISH, views, ("问",))
    for shown, citation in zip(kept.citations, answer.citations, strict=True):
        assert shown.passage[shown.start : shown.end] == markup.whole(citation.quote)
    store.close()


def pieces_of(answer: Answer) -> list[str]:
    return [check_text(message.text_html, "HTML") for message in telegram(answer, "abcdefgh")]


@pytest.mark.parametrize("char", ["字", "&", "😀", "<", "👩‍👩‍👧‍👧", "é"])
def test_claim_longer_than_a_message_has_its_number_on_every_piece(char):
    text = char * 12_000
    answer = answered(quotes=[text], article=make_article(text))
    pieces = pieces_of(answer)
    assert len(pieces) > 2 and all("[1]" in piece for piece in pieces)
    assert without_numbers("".join(pieces).split("出处")[0]) == text


@pytest.mark.parametrize("shift", range(1, 11))
def test_cut_does_not_break_an_emoji_of_several_parts(shift):
    family = "👩\u200d👩\u200d👧\u200d👧"
    text = "字" * shift + family * 1500
    pieces = pieces_of(answered(quotes=[text], article=make_article(text)))
    for piece in pieces[:-1]:
        assert piece.removesuffix(" [1]").endswith(family)
        assert piece.startswith(("字", family))


def many(count: int, label: str, url: str) -> Answer:
    """An answer of many short claims, each from an article of its own."""
    citations, claims = [], []
    for number in range(1, count + 1):
        article = Article(f"a{number}", "x.txt", f"第{number}篇", "办好。", "0" * 64, url=url)
        passage = Passage(article.id, 0, 3, "办好。", 0)
        citations.append(Citation(number, article, passage, 0, 3))
        claims.append(Claim("办好。", number, label.format(number)))
    return Answer(make_question(), "g1", tuple(claims), tuple(citations))


def test_messages_stay_within_the_bytes_that_telegram_takes():
    for message in telegram(many(60, "", "https://example.org/?" + "&" * 900), "abcdefgh"):
        check_text(message.text_html, "HTML")


def test_messages_stay_within_the_entities_that_telegram_keeps():
    pieces = telegram(many(150, "第{}县", "https://example.org/"), "abcdefgh")
    for message in pieces:
        check_text(message.text_html, "HTML")
    assert len(pieces) > 2


def test_claims_are_cut_between_not_inside():
    quotes = [f"第{number}条：" + "要办好。" * 300 for number in range(8)]
    article = make_article("\n".join(quotes))
    pieces = pieces_of(answered(quotes=quotes, article=article))
    assert len(pieces) == 3
    assert sum(piece.count("条：") for piece in pieces) == 8
    for piece in pieces:
        assert piece.count("条：") == len(NUMBER.findall(piece.split("出处")[0]))


def test_lines_labels_and_items():
    base = answered(
        quotes=[
            "每个行政村都要有一间卫生室，村医每周下村两次。",
            "今年先修好十二间。",
            "六十五岁以上的老人每年免费体检一次。",
        ]
    )
    claims = [
        Claim(base.claims[0].text, 1, "青禾县", item=True),
        Claim(base.claims[1].text, 2, "白石县"),
        Claim(base.claims[2].text, 3, "青禾县", item=True),
    ]
    answer = Answer(make_question(), "g1", tuple(claims), base.citations, searched=2)
    assert plain(answer).split("\n") == [
        "查了2个县的文章，找到这些：",
        "青禾县：",
        "• 每个行政村都要有一间卫生室，村医每周下村两次。 [1]",
        "• 六十五岁以上的老人每年免费体检一次。 [3]",
        "白石县：今年先修好十二间。 [2]",
    ]


def test_a_comparison_has_a_box_for_each_county_and_tells_which_are_silent():
    base = answered(quotes=["今年先修好十二间。", "六十五岁以上的老人每年免费体检一次。"])
    claims = tuple(replace(claim, label=name) for claim, name in zip(base.claims, ("青禾县", "白石县"), strict=True))
    question = make_question(counties=(COUNTY, SECOND))
    answer = Answer(question, "g1", claims, base.citations, silent=("黑水县",))
    (message,) = telegram(answer, "abcdefgh")
    boxes = re.findall(r"<blockquote>(.*?)</blockquote>", message.text_html, re.DOTALL)
    assert [check_text(box, "HTML") for box in boxes] == [
        "青禾县：\n今年先修好十二间。 [1]",
        "白石县：\n六十五岁以上的老人每年免费体检一次。 [2]",
        "黑水县：未提及",
    ]
    assert plain(answer).split("\n")[-1] == "黑水县：未提及", "a terminal has no boxes"


def test_what_may_no_longer_hold_is_told_above_the_sources():
    article = make_article(expires="2024-12-31", replaced_by="b7")
    today = datetime.date(2025, 1, 1)
    (message,) = telegram(answered(article=article), "abcdefgh", title_of=lambda name: f"标题{name}", today=today)
    text = check_text(message.text_html, "HTML")
    assert "⚠️ 已被取代：《标题b7》 [1][2]\n⚠️ 已过期（有效期到2024-12-31） [1][2]\n出处 · 截至2025-03-04" in text
    assert "⚠️ 已过期" in sources_block(answered(article=article), today)
    fresh = telegram(
        answered(article=make_article(expires="2024-12-31")), "abcdefgh", today=datetime.date(2024, 12, 31)
    )
    assert "⚠️" not in fresh[0].text_html


def test_script_of_the_answer_and_of_the_quote():
    answer = answered(script=Script.TRADITIONAL)
    assert plain(answer).startswith("每個行政村都要有一間衛生室")
    shown = telegram_citation(view(answer.citations[0], "g1"), Script.TRADITIONAL)[0].text_html
    assert "每个行政村都要有一间卫生室" in shown
    assert plain(answered(script=Script.ENGLISH)).startswith("From the articles (original Chinese):\n每个行政村")


def test_claims_of_a_traditional_article_follow_a_simplified_question():
    text = "衛生室要開到每個村。"
    answer = answered(quotes=[text], article=make_article(text))
    assert plain(answer) == "卫生室要开到每个村。 [1]" and answer.citations[0].quote == text
    rare = "请代表们登楼瞭望，看看新建的卫生院和门诊楼。"  # 瞭 is also a traditional form of 了
    assert plain(answered(quotes=[rare], article=make_article(rare))) == rare + " [1]"


def test_offers_are_written_in_the_askers_script():
    answer = refused("做什么", Reason.NOT_IN_CORPUS, ["中醫藥與養老"])
    assert "可以问：中医药与养老" in plain(answer)
    assert telegram(answer, "abcdefgh")[0].buttons[0][0].label == "中医药与养老"


def test_items_that_are_numbered_get_no_bullet_as_well():
    text = "1、建好卫生室。\n（二）请来医生。\n三是体检。\n其他。"
    answer = answered(quotes=text.split("\n"), article=make_article(text))
    items = tuple(Claim(claim.text, claim.citation, item=True) for claim in answer.claims)
    lines = plain(Answer(answer.question, "g1", items, answer.citations)).split("\n")
    assert [line[:2] for line in lines] == ["1、", "（二", "三是", "• "]


def test_many_citations_have_small_buttons():
    quotes = [f"第{number}件事要办好。" for number in range(9)]
    (message,) = telegram(answered(quotes=quotes, article=make_article("\n".join(quotes))), "abcdefgh")
    assert [len(row) for row in message.buttons] == [7, 2, 4] and message.buttons[0][0].label == "[1]"


def test_damage_and_carried_county_and_unknown_places_are_told():
    article = make_article()
    start = article.text.index("今年先修好")
    passage = Passage("a1", start, start + 9, article.text[start : start + 9], 0, damaged=((start + 2, start + 3),))
    citation = Citation(1, article, passage, start, start + 9)
    question = make_question(counties=(COUNTY,), carried=True, elsewhere=("黑水县",))
    answer = Answer(question, "g1", (Claim(citation.quote, 1),), (citation,))
    assert plain(answer) == "接着说青禾县：\n今年先修好十二间。（原文有缺字） [1]\n没有收录关于黑水县的文章。"
    assert "原文有缺字" in telegram_citation(view(citation, "g1"), Script.SIMPLIFIED)[0].text_html


def test_bracketed_numbers_of_the_source_are_no_citations():
    text = "要达到[3]和[ 12 ]的标准。"
    answer = answered(quotes=[text], article=make_article(text))
    assert plain(answer) == "要达到［3］和［ 12 ］的标准。 [1]"


def test_sources_are_grouped_by_article_and_linked_only_where_the_link_would_live():
    assert sources_block(answered()) == (
        "[1] [2] 《青禾县今年的卫生工作》 青禾县卫健局 2025-03-04 https://example.org/a?b=1&c=2"
    )
    dead = answered(article=make_article(url="http://localhost/x", published=None))
    assert "<a" not in telegram(dead, "abcdefgh")[0].text_html and "日期不详" in sources_block(dead)


def test_t17_link_leads_where_the_article_says_to_the_letter():
    url = "https://example.org/a?b=1&amp;c=2&lt=3&#38;d"
    (message,) = telegram(answered(article=make_article(url=url)), "abcdefgh")
    entities = parsed(message.text_html, "HTML")["entities"]
    assert [entity["type"]["url"] for entity in entities if "url" in entity["type"]] == [url]


def test_t17_controls_and_turns_of_the_writing_direction_are_left_out():
    unseen = "\x00\x1b\u202e\u200f\u2066\ufeff"
    text = unseen.join("要办好卫生室。")
    answer = answered(quotes=[text], article=make_article(text, title=text, publisher=text))
    shown = telegram_citation(view(answer.citations[0], "g1"), Script.SIMPLIFIED)
    said = [message.text_html for message in (*telegram(answer, "abcdefgh"), *shown)]
    for words in (*said, plain(answer), sources_block(answer)):
        assert "要办好卫生室。" in words and not set(unseen) & set(words)


def test_links_that_are_good_are_kept():
    for url in ("https://example.org/a?b=1&c=2", "https://卫健委.中国/通知", "http://x.gov.cn:8080/a/b.html#c"):
        assert markup.safe_link(url) == url


OFFERS = [
    (Reason.WHICH_COUNTY, {}, ["青禾县 老人体检"]),
    (Reason.UNKNOWN_COUNTY, {"elsewhere": ("黑水县",)}, ["青禾县 黑水县 老人体检"]),
    (Reason.NOT_IN_CORPUS, {"counties": (SECOND,)}, ["白石县 青禾县"]),
    (Reason.SMALLTALK, {}, ["青禾县"]),
    (Reason.NONSENSE, {}, ["青禾县"]),
    (Reason.MEDICAL_ADVICE, {}, []),
]


@pytest.mark.parametrize(("reason", "more", "expected"), OFFERS)
def test_every_offer_of_a_refusal_is_a_question(reason: Reason, more: dict[str, object], expected: Sequence[str]):
    asked = "黑水县 老人体检" if reason is Reason.UNKNOWN_COUNTY else "老人体检"
    answer = refused(asked, reason, ["青禾县"], **more)
    expected = ["青禾县 老人体检"] if reason is Reason.UNKNOWN_COUNTY else expected
    assert list(asks(answer)) == expected
    (message,) = telegram(answer, "abcdefgh")
    assert [button.data for row in message.buttons for button in row] == ["q1:abcdefgh:0"] * len(expected)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("谢谢你，讲得真清楚", "不客气"),
        ("唔該晒", "不客氣"),
        ("再见", "再见"),
        ("拜拜啦，谢谢", "再见"),
        ("Thank you!", "welcome"),
        ("bye", "Goodbye"),
        ("你好呀", "我是县问"),
    ],
)
def test_thanks_and_farewells_are_answered_as_such(asked: str, answered: str):
    assert answered in plain(refused(asked, Reason.SMALLTALK, script=script_of(asked)))


@pytest.mark.parametrize("script", Script)
@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_is_text_without_citations(reason, script):
    answer = refused("黑水县<b>怎么样", reason, ["青禾县"], script=script, elsewhere=("黑水县",))
    text = plain(answer)
    assert text and not NUMBER.search(text) and sources_block(answer) == ""
    shown = check_text(telegram(answer, "abcdefgh")[0].text_html, "HTML")
    offered = [button for row in telegram(answer, "abcdefgh")[0].buttons for button in row]
    assert text.startswith(shown) and "青禾" not in shown, "what buttons say is not said twice"
    assert bool(offered) == (reason is not Reason.MEDICAL_ADVICE)
    if script is Script.TRADITIONAL:
        assert text == to_traditional(text)


def test_oracle_itself_refuses_what_telegram_refuses():
    for bad in ("<b>x", "a < b", "<p>x</p>", "", " ", "字" * 4097, '<a href="http://localhost/">x</a>'):
        with pytest.raises(AssertionError):
            check_text(bad, "HTML")
    assert json.dumps(check_text("&lt;b&gt;", "HTML")) == '"<b>"'
