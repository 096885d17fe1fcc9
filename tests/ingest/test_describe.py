"""What articles say about themselves. All pages here are invented."""

import pytest

from ingest.dates import first_date, years_of
from ingest.describe import describe
from ingest.document import Cleaned, Line, RawDocument, Removal
from ingest.titles import clean_title

BODY = "全县卫生工作会议昨天在县礼堂召开，会上讲了三件事，分别由三位副局长负责落实。"


def described(*lines, removed=(), source="a.txt", url=None, levels=None, **meta):
    raw = RawDocument(source=source, text="", digest="0" * 64, url=url, meta=meta)
    kept = tuple(Line(text, number=at + 10, level=(levels or {}).get(text, 0)) for at, text in enumerate(lines))
    removals = tuple(Removal(rule, text, number) for rule, text, number in removed)
    return describe(raw, Cleaned(kept, removals))


def test_page_with_a_labelled_meta_line():
    found = described(
        "青禾县三年建成九家中医馆",
        BODY,
        removed=[("meta-line", "发布时间：2024-3-5 08:30 来源：青禾日报 作者：陆小满 浏览次数：12", 2)],
    )
    assert (found.title, found.publisher, found.published, found.author) == (
        "青禾县三年建成九家中医馆",
        "青禾日报",
        "2024-03-05",
        "陆小满",
    )


def test_traditional_labels_are_read_and_names_keep_their_script():
    found = described("青禾縣的中醫館", BODY, removed=[("meta-line", "發布時間:2023年11月02日 來源:青禾晚報", 2)])
    assert (found.publisher, found.published) == ("青禾晚報", "2023-11-02")


def test_source_at_the_end_and_date_at_the_top():
    found = described(
        "医生进了村", BODY, removed=[("meta-line", "2022年01月09日 16:14", 3), ("meta-line", "来源:河源山报", 40)]
    )
    assert (found.publisher, found.published) == ("河源山报", "2022-01-09")


def test_blog_line_gives_author_and_date():
    found = described(
        "青禾规划概览",
        BODY,
        removed=[
            ("meta-line", "风吹麦浪 2025-06-07 杂记 88 次浏览 0个评论", 3),
            ("copyright", "转载请注明来自QQ草堂博客，本文标题：《青禾规划概览》", 60),
        ],
    )
    assert (found.author, found.published, found.publisher) == ("风吹麦浪", "2025-06-07", "QQ草堂博客")


def test_notice_of_a_site_about_its_own_sources_is_no_publisher():
    notice = '凡本网注明"来源：青禾新闻网"的作品，版权均属本网。'
    assert described("青禾规划概览", BODY, removed=[("copyright", notice, 60)]).publisher is None


@pytest.mark.parametrize("nobody", ["本站", "网络", "互联网", "原创", "未知"])
def test_nobody_is_no_publisher(nobody):
    assert described("青禾规划概览", BODY, removed=[("meta-line", f"来源：{nobody}", 2)]).publisher is None


def test_breadcrumb_names_the_site_when_nothing_else_does():
    assert (
        described("青禾规划", BODY, removed=[("breadcrumb", "首页 > 要闻 > 青禾新闻网", 1)]).publisher == "青禾新闻网"
    )


def test_dateline_has_no_year_and_is_no_date():
    found = described(
        "青禾县的老人有了新去处", "青禾新闻网3月8日电 (陈山 李水)县里的老人这个月搬进了新的护理院，床位一百张。"
    )
    assert found.published is None
    assert found.author == "陈山 李水"


def test_year_in_title_is_no_date_but_a_year():
    found = described("2021年青禾县卫生工作打算", BODY)
    assert (found.published, found.years) == (None, (2021,))


def test_kept_date_lines_at_the_edges_count():
    assert described("青禾县的通知", "2023年4月5日", BODY).published == "2023-04-05"
    assert described("青禾县的通知", BODY, "青禾县卫生健康局", "二〇二三年四月十五日").published == "2023-04-15"


def test_date_in_the_body_is_no_publication_date():
    assert (
        described("青禾县的通知", "2019年4月5日，县里成立了总医院，由县长兼任理事长，统管全县十九家医院。").published
        is None
    )


def test_date_of_the_address_is_the_last_resort():
    found = described("青禾县的通知", BODY, url="https://news.example.org/2023/0202/c12.html")
    assert found.published == "2023-02-02"
    assert found.url == "https://news.example.org/2023/0202/c12.html"


def test_spam_and_comments_tell_nothing():
    removed = [("comments", "来源：某网友 2024-01-01", 50), ("spam", "作者：赌王 2020-02-02 http://x.example.com/", 51)]
    found = described("青禾县的通知", BODY, removed=removed)
    assert (found.publisher, found.published, found.author, found.url) == (None, None, None, None)


def test_named_address():
    found = described("青禾县", BODY, removed=[("copyright", "转载请注明地址:http://www.example.com/a/1.html", 9)])
    assert found.url == "http://www.example.com/a/1.html"


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("青禾县三年建成九家中医馆_青禾新闻网", "青禾县三年建成九家中医馆"),
        ("青禾县三年建成九家中医馆-通知公告-青禾县人民政府", "青禾县三年建成九家中医馆"),
        ("一心为民——青禾县卫健局访谈录", "一心为民——青禾县卫健局访谈录"),
        ("青禾县2023-2025年行动计划", "青禾县2023-2025年行动计划"),
    ],
)
def test_site_names_leave_page_titles(page, title):
    assert clean_title(page) == title


def test_heading_of_the_page_beats_its_title_element():
    found = described("青禾县建起急救站", BODY, levels={"青禾县建起急救站": 1}, title="首页 - 青禾县人民政府")
    assert found.title == "青禾县建起急救站"


def test_navigation_is_no_title():
    assert described("首页 > 新闻中心 > 正文", "青禾县建起急救站", BODY).title == "青禾县建起急救站"


def test_article_without_title_is_called_by_its_first_clause():
    assert (
        described("青禾县卫生健康局一直把老人放在心上，今年又办了三件实事，办得都不错。").title
        == "青禾县卫生健康局一直把老人放在心上"
    )


def test_empty_article_is_called_by_its_file():
    assert described(source="qinghe/通知.txt").title == "通知.txt"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-03-05", "2024-03-05"),
        ("2023年02月02日 16:14", "2023-02-02"),
        ("二〇二三年十二月三十一日", "2023-12-31"),
        ("2023-02-30", None),
        ("2023-13-01", None),
        ("2月2日", None),
        ("2023年2月", None),
        ("电话 12023-02-02", None),
    ],
)
def test_dates(text, date):
    assert first_date(text) == date


@pytest.mark.parametrize(
    ("text", "published", "title", "years"),
    [
        ("2023—2025年新建三家医院", None, "", (2023, 2024, 2025)),
        ("“十四五”期间", None, "", (2021, 2022, 2023, 2024, 2025)),
        ("“十三五”末", None, "", (2016, 2017, 2018, 2019, 2020)),
        ("今年要做三件事", "2023-02-02", "", (2023,)),
        ("今年要做三件事", None, "", ()),
        ("比去年多", "2023-02-02", "", (2022,)),
        ("投资2000万元，电话2021333", None, "", ()),
        ("“十四五”开局，会议召开", None, "2021年工作要点", (2021,)),
    ],
)
def test_years(text, published, title, years):
    assert years_of(f"{title}{text}", published, title) == years


def test_meta_line_taken_for_navigation_is_still_read():
    removed = [("navigation", "发布日期：2024-03-08 来源：青禾县卫生健康局 字体：大 中 小", 3)]
    found = described("青禾县工作要点", BODY, "青禾县卫生健康局", "2024年3月5日", removed=removed)
    assert (found.published, found.publisher) == ("2024-03-08", "青禾县卫生健康局")


OUTSIDE = "outside-main-content"


@pytest.mark.parametrize(
    "page",
    [
        "青禾县建起急救站_青禾县信息港",
        "青禾县建起急救站-信息公开",
        "青禾报数字报-青禾县建起急救站",
        "青禾县建起急救站|医生|居民|青禾县",
    ],
)
def test_the_part_of_a_page_title_that_stands_on_the_page_is_the_title(page):
    found = described(BODY, removed=[(OUTSIDE, "青禾县建起急救站", 4)], title=page)
    assert found.title == "青禾县建起急救站"
    assert found.facts["title"] == "html title" or found.facts["title"] == "txt properties"


def test_a_sites_own_name_is_no_title():
    removed = [(OUTSIDE, "青禾县的急救站建起来了", 4), ("meta-line", "发布时间：2024-03-05 来源：青禾日报", 5)]
    found = described(BODY, removed=removed, title="青禾县人民政府")
    assert (found.title, found.facts["title"]) == ("青禾县的急救站建起来了", "line above the date")


@pytest.mark.parametrize(("distance", "published"), [(1, "2024-03-05"), (3, "2024-03-05"), (4, None), (-1, None)])
def test_a_date_right_below_the_title_counts_wherever_it_stands(distance, published):
    removed = [(OUTSIDE, f"2024-03-05 14:31 第{at}版", 10 + at) for at in [distance]]
    assert described("青禾县的急救站建起来了", BODY, removed=removed).published == published


def test_lists_of_other_articles_tell_no_date():
    removed = [(OUTSIDE, f"第{at}条旧闻 2020-01-{at:02}", at + 30) for at in range(1, 9)]
    assert described("青禾县的急救站建起来了", BODY, removed=removed).published is None


def test_counters_are_no_part_of_a_publisher():
    removed = [("meta-line", "来源：青禾县卫生健康局浏览次数：356 字体：大", 2)]
    assert described("青禾县的通知", BODY, removed=removed).publisher == "青禾县卫生健康局"
    removed = [("meta-line", "来源：青禾发布", 2)]
    assert described("青禾县的通知", BODY, removed=removed).publisher == "青禾发布"


def test_a_menu_is_no_site():
    assert described("青禾县的通知", BODY, removed=[("breadcrumb", "返回首页 | 报纸检索", 1)]).publisher is None


def test_a_name_without_a_record_around_it_is_no_title():
    assert described("名称：青禾县卫生大会", BODY).facts["title"] == "first words"
    assert described("名称：青禾县卫生大会", "索引号：0001", BODY).title == "青禾县卫生大会"
