"""Where a page's article is, and where it only seems to be."""

import pytest

from ingest.html import parse

TEXT = (
    "青禾县给每个行政村配了一台血压计，村民走几步路就能量。",
    "数据自动传到卫生院，连续三次偏高，医生会打电话过来。",
    "半年下来，新发现高血压患者六百多人，全部建了档案。",
)
BODY = "".join(f"<p>{line}</p>" for line in TEXT)
LINKS = "".join(f"<a href='{n}'>青禾县第{n}批便民措施公布了</a>" for n in "一二三四五六")
LONG = "楼上的各位说得都对，我再补充一点自己的看法，希望管事的人能够看到，也希望大家理性讨论，不要吵架。"


def kept(body: str, head: str = "") -> list[str]:
    page = parse(f"<html><head>{head}</head><body>{body}</body></html>")
    return [block.text for block in page.blocks if not block.verdict]


@pytest.mark.parametrize(
    "beside",
    [
        f"<div class='sidebar'><p>{LONG}</p></div>",
        f"<aside><p>{LONG}</p></aside>",
        f"<footer><p>{LONG}</p></footer>",
        f"<div id='hotNews'><p>{LONG}</p></div>",
        f"<div class='user-comments'><p>{LONG}</p><p>{LONG}</p></div>",
        f"<div><h3>网友评论</h3><p>{LONG}</p></div>",
        f"<div><div>相关阅读</div><p>{LONG}</p></div>",
        f"<div class='x9'><div>{LONG}</div><ul>{LINKS}</ul></div>",
        f"<ul>{LINKS}</ul>",
        "<p>青禾县的旧闻一大堆，点开看看才知道……[详细]</p>",
    ],
)
def test_what_stands_beside_an_article_is_left_out(beside: str) -> None:
    assert kept(f"<div><div>{BODY}</div>{beside}</div>") == list(TEXT)
    assert kept(f"<div>{beside}<div>{BODY}</div></div>") == list(TEXT)


@pytest.mark.parametrize("name", ["comment", "share-box", "ad", "main-nav", "related"])
def test_a_name_alone_does_not_condemn_the_article(name: str) -> None:
    assert kept(f"<div><div class='{name}'>{BODY}</div><div>青禾县</div></div>") == list(TEXT)


def test_an_advertisement_inside_is_left_out() -> None:
    parts = [f"<p>{line}</p>" for line in TEXT]
    advertisement = f"<div class='ad-box'><p>{LONG}</p></div>"
    assert kept("<div>" + advertisement.join(parts) + "</div>") == list(TEXT)


def test_a_summary_between_title_and_text_belongs_to_the_article() -> None:
    summary = "一台小小的血压计，让青禾县的慢性病管理有了抓手。"
    between = "<div class='d'>某网 2024年3月</div>"
    body = f"<h1>小小血压计进村</h1><div class='s'>{summary}</div>{between}<div class='t'>{BODY}</div>"
    assert kept(body, "<title>小小血压计进村_青禾网</title>")[-4:] == [summary, *TEXT]


def test_an_ending_in_another_element_belongs_to_the_article() -> None:
    last = "下一步，青禾县还要给每个村配血糖仪，让更多的人早知道、早治疗。"
    assert kept(f"<div><div class='a'>{BODY}</div><div class='b'><span>{last}</span></div></div>") == [*TEXT, last]


def test_a_table_beside_the_paragraphs_belongs_to_the_article() -> None:
    rows = "<tr><td>村</td><td>台数</td></tr><tr><td>东坪</td><td>2</td></tr><tr><td>西坪</td><td>1</td></tr>"
    found = kept(f"<div><div class='c'>{BODY}</div><table>{rows}</table><div class='nav'><a>首页</a></div></div>")
    assert found == [*TEXT, "村 | 台数", "东坪 | 2", "西坪 | 1"]


@pytest.mark.parametrize(
    "items",
    [
        "".join(
            f"<li><a href='{n}'>青禾县第{n}次卫生工作例会召开</a><span>2024-03-0{n}</span></li>" for n in range(1, 8)
        ),
        "".join(
            f"<div><h3><a href='{n}'>青禾县第{n}次卫生工作例会</a></h3><p>会议听取了汇报，研究了经费，……</p></div>"
            for n in range(1, 8)
        ),
        "<table>"
        + "".join(
            f"<tr><td>{n}</td><td><a>青禾县第{n}号卫生公告</a></td><td>2024-03-0{n}</td></tr>" for n in range(1, 8)
        )
        + "</table>",
    ],
)
def test_a_list_of_pages_has_no_article(items: str) -> None:
    page = parse(f"<html><body><div><a>首页</a></div><div>{items}</div><div>第1页 共9页</div></body></html>")
    assert {block.verdict for block in page.blocks} == {"list-page"}


def test_a_short_notice_among_many_links_is_an_article() -> None:
    notice = "因检修设备，三月九日上午停诊半天。"
    assert notice in kept(f"<div>{LINKS}</div><div><h2>通知</h2><p>{notice}</p></div>")


def test_preformatted_text_keeps_its_lines() -> None:
    assert kept(f"<div><a>目录</a></div><pre>{chr(10).join(TEXT)}</pre>") == list(TEXT)


def test_readings_above_characters_are_no_text() -> None:
    ruby = "<p><ruby>溆<rp>(</rp><rt>xù</rt><rp>)</rp></ruby>水边的卫生院今年换了新楼，床位多了一倍，看病方便多了。</p>"
    assert kept(f"<div>{BODY}{ruby}</div>")[-1].startswith("溆水边的卫生院")
