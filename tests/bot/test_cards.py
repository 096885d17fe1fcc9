"""A citation opened: the way to its sentence, the article as a file, and what may no longer hold."""

import datetime
from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import markup
from bot.cards import article_file, landing, standing, telegram_citation, view
from retrieval.provenance import Reprint
from retrieval.types import Script
from tests.fakes import answered, check_text, make_article

TODAY = datetime.date(2025, 6, 1)
PAGE = "https://example.org/a?b=1&c=2"


def opened(key="abcdefgh", **more):
    (citation, *_) = answered(article=make_article(**more)).citations
    shown = view(citation, "g1", full="f" * 32)
    return telegram_citation(shown, Script.SIMPLIFIED, key, TODAY)[0]


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        ("村医每周下村两次。", "村医每周下村两次"),
        ("一是建房，二是请村医来，三要每年体检一次。", "一是建房,三要每年体检一次"),
        ("每个村都要有\n村医每周下村两次", "每个村都要有,村医每周下村两次"),
        ("比例-达到九成,见 a&b 表二三四", "比例%2D达到九成,表二三四"),
    ],
)
def test_link_lands_on_the_words_of_the_quote(quote, said):
    link = landing(PAGE, quote)
    address, _, words = link.partition("#:~:text=")
    assert address == PAGE and [unquote(part) for part in words.split(",")] == [
        unquote(part) for part in said.split(",")
    ]
    assert "-" not in words and words.count(",") <= 1 and markup.safe_link(link) == link


def test_an_anchor_stays_where_it_is_and_bad_addresses_lead_nowhere():
    assert landing("https://example.org/a#b", "村医每周下村两次").startswith("https://example.org/a#b:~:text=%E6")
    assert landing("http://localhost/a", "村医每周下村两次") == landing(None, "村医每周下村两次") == ""
    assert landing(PAGE, "，。") == PAGE and landing(PAGE, "字" * 200) == PAGE, "no clause is fit: the page itself"


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=300), st.sampled_from([PAGE, "https://example.org/a#b", "https://卫健委.中国/通知"]))
def test_whatever_the_quote_the_link_is_one_that_telegram_keeps(quote, page):
    link = landing(page, quote)
    assert link.startswith(page) and markup.safe_link(link) == link and len(link) <= 1000
    _, _, words = link.partition(":~:text=")
    read = markup.clean(quote)
    assert all(unquote(part, errors="strict") in read for part in words.split(",") if part)


def test_a_web_page_has_a_link_and_a_file_has_its_text():
    ((button,),) = opened().buttons
    assert button.url.startswith(PAGE + "#:~:text=") and button.label == "看原网页"
    ((button,),) = opened(url=None).buttons
    assert button.data == "d1:abcdefgh:1" and button.label == "看全文"
    assert opened(url=None, key="").buttons == ()


def test_what_expired_or_was_replaced_says_so_and_what_holds_does_not():
    text = check_text(opened(expires="2024-12-31", replaced_by="《新规》办法").text_html, "HTML")
    assert "⚠️ 已过期（有效期到2024-12-31）" in text and "⚠️ 已被取代：《《新规》办法》" in text
    text = check_text(
        opened(expires="2026-12-31", also=(Reprint("b.txt", "青禾日报"), Reprint("c.txt"))).text_html, "HTML"
    )
    assert "⚠️" not in text and "有效期到2026-12-31" in text and "也见于：青禾日报、c.txt" in text
    assert standing("2025-06-01", None, Script.SIMPLIFIED, TODAY) == [], "its last day is a day in force"


def test_title_of_what_replaced_it_is_looked_up():
    (citation, *_) = answered(article=make_article(replaced_by="b7")).citations
    assert view(citation, "g1", title_of=lambda article: f"标题{article}").replaced_by == "标题b7"


def test_file_is_the_whole_article_with_its_head():
    article = make_article()
    file = article_file(article, article.text, Script.SIMPLIFIED)
    head, facts, empty, *rest = file.text.split("\n")
    assert head == article.title and "青禾县卫健局" in facts and article.url in facts and empty == ""
    assert "\n".join(rest) == article.text + "\n" and file.name == "青禾县今年的卫生工作.txt"
    marked = article_file(replace(article, source="a/b.MD", title="../../etc/x"), "字", Script.SIMPLIFIED)
    assert marked.name == "etc-x.md" and marked.text.startswith("# ../../etc/x\n")


@settings(max_examples=500, deadline=None)
@given(st.text(min_size=1, max_size=300), st.text(max_size=300))
def test_whatever_the_title_the_file_has_a_name_and_a_caption(title, text):
    file = article_file(make_article(text="字", title=title), text, Script.ENGLISH)
    assert 5 <= len(file.name) <= 44 and "/" not in file.name and "\x00" not in file.name and ".." not in file.name
    assert 1 <= len(file.caption) <= 200
    file.text.encode()
