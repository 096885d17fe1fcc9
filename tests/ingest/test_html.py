"""Pages as they come: what readers see of the article is kept with its structure, the rest is set aside by name."""

import pytest

from ingest.clean import clean
from ingest.document import RawDocument
from ingest.html import parse
from ingest.parsing import parse as read

BODY = (
    "<p>青禾县今年新建卫生院两所，改造村卫生室三十个，培训村医一百二十名，总投入两千万元。</p>"
    "<p>县卫生健康局表示，工程年底前全部完工，设备采购由县里统一组织，接受群众监督。</p>"
    "<p>各乡镇要落实责任。</p>"
)
LINES = [text.removeprefix("<p>") for text in BODY.split("</p>")][:3]
MENU = (
    "<ul>" + "".join(f"<li><a href='/{n}'>{n}</a></li>" for n in ("首页", "机构概况", "通知公告", "专题专栏")) + "</ul>"
)
LINKS = "".join(
    f"<li><a href='/{n}.html'>{n}</a></li>" for n in ("县医院举行义诊活动", "全县流感疫苗接种启动", "村医培训班开班")
)


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>"


def kept(text: str) -> list[str]:
    return [block.text for block in parse(text).blocks if not block.verdict]


def aside(text: str) -> dict[str, str]:
    return {block.text: block.verdict for block in parse(text).blocks if block.verdict}


def document(text: str) -> RawDocument:
    return read(text.encode("utf-8"), "page.html", "html")


def test_a_portal_page_leaves_its_article() -> None:
    text = page(
        f"<div class='top'>{MENU}</div><div class='pos'>当前位置：<a href='/'>首页</a> &gt; <a href='/n'>要闻</a></div>"
        "<h1>青禾县改善基层医疗条件</h1><div class='info'>发布时间：2024-04-18 来源：县卫健局</div>"
        f"<div id='zoom'>{BODY}</div><div class='more'><h3>相关阅读</h3><ul>{LINKS}</ul></div>"
        "<div class='foot'>主办：青禾县人民政府 某ICP备12345678号</div>",
        "<title>青禾县改善基层医疗条件_青禾县人民政府</title>",
    )
    assert kept(text) == ["青禾县改善基层医疗条件", *LINES]
    assert set(aside(text).values()) == {"outside-main-content"}
    cleaned = clean(document(text))
    assert [line.text for line in cleaned.lines] == ["青禾县改善基层医疗条件", *LINES]
    assert ("meta-line", "发布时间：2024-04-18 来源：县卫健局") in [(r.rule, r.text) for r in cleaned.removals]


@pytest.mark.parametrize(
    "hiding",
    [
        "<div style='display:none'>{}</div>",
        "<div style='position:absolute;left:-9999px'>{}</div>",
        "<span hidden>{}</span>",
        "<style>.zz{{position:absolute;top:-2000px}}</style><div class='b zz'>{}</div>",
        "<div id='q1'>{}</div><script>document.getElementById('q1').style.display = 'none';</script>",
        "<marquee height='1' style='height:1px;width:1px'>{}</marquee>",
        "<noscript>{}</noscript>",
        "<div style='font-size:0px;'>{}</div>",
    ],
)
def test_hidden_text_is_set_aside(hiding: str) -> None:
    spam = "某某娱乐城官方网站，注册就送，天天有奖。"
    text = page(f"<h1>标题在此</h1><div>{BODY}</div>" + hiding.format(f"<a href='http://x'>{spam}</a>"))
    assert kept(text)[-3:] == LINES
    assert aside(text)[spam] == "hidden"


def test_an_article_that_waits_for_a_script_is_not_hidden() -> None:
    text = page(
        f"<h1>标题在此</h1><div id='js_content' style='visibility: hidden; opacity: 0;'>{BODY}</div><p>阅读原文</p>"
    )
    assert [line for line in LINES if line not in kept(text)] == []


def test_short_sentences_beside_the_long_ones_belong_to_the_article() -> None:
    inner = f"<section>{BODY}</section>"
    more = "<section><b>01</b><p>待遇留人</p></section><p>每人每年培训不少于两周，优秀者优先入编。</p>"
    text = page(f"<div id='js_content'>{inner}{more}</div><div><a href='/a'>县医院举行义诊。</a></div>")
    assert kept(text) == [*LINES, "01", "待遇留人", "每人每年培训不少于两周，优秀者优先入编。"]


def test_headings_keep_their_level() -> None:
    text = page(f"<div><h1>总题</h1><h2>一、建设</h2>{BODY}<h3>（一）资金</h3>{BODY}</div>")
    assert [(b.level, b.text) for b in parse(text).blocks if b.level] == [
        (1, "总题"),
        (2, "一、建设"),
        (3, "（一）资金"),
    ]


def test_lists_keep_their_numbers() -> None:
    items = (
        "<ol><li>建医院</li><li>招医生</li></ol><ol start='3'><li>办实事</li></ol>"
        "<ol><li>（一）已有序号</li></ol><ul><li>无序项</li></ul>"
    )
    assert kept(page(f"<div>{BODY}{items}</div>"))[3:] == [
        "1. 建医院",
        "2. 招医生",
        "3. 办实事",
        "（一）已有序号",
        "无序项",
    ]


def test_data_tables_become_rows_and_layout_tables_do_not() -> None:
    data = "<table><tr><th>任务</th><th>时限</th></tr><tr><td><p>开工</p></td><td><p>3月</p></td></tr></table>"
    layout = f"<table><tr><td>{MENU}</td><td id='c'>{BODY}{data}</td></tr></table>"
    assert kept(page(layout)) == [*LINES, "任务 | 时限", "开工 | 3月"]


def test_line_breaks_cut_and_inline_marks_do_not() -> None:
    text = page(
        "<div>全县今年要办<b>三件</b><font color=red>实事</font>，一是建医院，二是招医生，三是送药下乡。<br><br/>"
        "　　资金由县财政统一安排，专款专用，年底公布账目，接受全县群众的监督。<span>完</span></div>"
    )
    assert kept(text) == [
        "全县今年要办三件实事，一是建医院，二是招医生，三是送药下乡。",
        "资金由县财政统一安排，专款专用，年底公布账目，接受全县群众的监督。完",
    ]


def test_a_short_notice_survives() -> None:
    text = page(
        f"<div>{MENU}</div><div><h2>停诊通知</h2><p>因停电，县医院门诊4月3日上午停诊。</p></div><div>版权所有</div>"
    )
    assert "因停电，县医院门诊4月3日上午停诊。" in [line.text for line in clean(document(text)).lines]


def test_a_link_inside_a_sentence_stays() -> None:
    link = "<a href='/a'>《全县医疗卫生服务体系规划》</a>"
    text = page(f"<div>{BODY}<p>详见{link}全文，各单位要组织学习，抓好落实，年底报告。</p></div>")
    assert kept(text)[-1] == "详见《全县医疗卫生服务体系规划》全文，各单位要组织学习，抓好落实，年底报告。"


def test_meta_data() -> None:
    head = (
        "<title>长题_某网</title><meta name='ArticleTitle' content='文章题'>"
        "<meta name='PubDate' content='2024-04-18 10:00'>"
        "<meta name='ContentSource' content='县卫健局'><meta name='Author' content='何青'>"
        "<link rel='canonical' href='http://example.org/a.html'>"
    )
    assert parse(page(BODY, head)).meta == {
        "title": "文章题",
        "date": "2024-04-18 10:00",
        "publisher": "县卫健局",
        "author": "何青",
        "url": "http://example.org/a.html",
    }
    assert document(page(BODY, head)).url == "http://example.org/a.html"


def test_dates_in_scripts() -> None:
    wechat = "<meta property='og:title' content='题'><script>var ct = \"1699266600\";</script>"
    linked = (
        '<title>题</title><script type="application/ld+json">{"datePublished": "2024-04-18T08:00:00+08:00"}</script>'
    )
    assert parse(page(BODY, wechat)).meta == {"title": "题", "date": "2023-11-06"}
    assert parse(page(BODY, linked)).meta == {"title": "题", "date": "2024-04-18"}


@pytest.mark.parametrize("text", ["", "<html></html>", "<p>", "<?xml version='1.0' encoding='gb2312'?>", "<!-- x -->"])
def test_empty_pages_have_no_blocks(text: str) -> None:
    assert parse(text).blocks == ()


def test_broken_pages_still_give_their_text() -> None:
    assert kept("<div><p>未闭合的段落<div>又一段</b></table>完") == ["未闭合的段落", "又一段完"]
    assert kept("没有标签的文字") == ["没有标签的文字"]
    assert kept("<font><div>" * 2000 + f"{BODY}") == LINES


def test_blocks_are_numbered_in_reading_order() -> None:
    blocks = parse(page(f"<div>{MENU}{BODY}</div>")).blocks
    assert [block.number for block in blocks] == list(range(1, len(blocks) + 1))


@pytest.mark.parametrize(
    ("encoding", "charset"), [("gb18030", "gb2312"), ("big5", "big5"), ("utf-8", "utf-8"), ("gb18030", "utf-8")]
)
def test_pages_in_any_encoding(encoding: str, charset: str) -> None:
    text = page("<p>" + "縣醫院今年建成新樓，床位增加三百張，設備全部更新。" * 2 + "</p>").replace("utf-8", charset)
    found = read(text.encode(encoding), "a.html", "html")
    assert [block.text for block in found.blocks] == ["縣醫院今年建成新樓，床位增加三百張，設備全部更新。" * 2]
    assert found.replaced == 0
