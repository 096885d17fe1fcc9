"""Official documents: their records, numbers, signatures, terms and relations. All documents are invented."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.bodies import Voice, body_of_title, is_body, voice_of, voice_of_article, voice_of_publisher
from ingest.clean import clean
from ingest.describe import Description, describe, speaker
from ingest.document import RawDocument
from ingest.numbers import normalised, number_alone, numbers_in
from ingest.parsing import parse
from ingest.relations import Standing, key_of, replaced_in, superseded
from ingest.validity import period_of, term_of
from retrieval.gazetteer import Gazetteer
from retrieval.names import simplified
from retrieval.provenance import Relation, Replaced
from retrieval.text import squeeze
from retrieval.types import Level

RECORD_PAGE = """<html><head><title>洪雅县卫生健康局关于印发《洪雅县乡村医生管理办法》的通知_洪雅县人民政府</title>
<meta name="SiteName" content="洪雅县人民政府"><meta name="PubDate" content="2023-05-12 09:30"></head><body>
<div><a href="/">首页</a><a href="/a">政务公开</a><a href="/b">办事服务</a></div>
<table><tr><td>索 引 号：</td><td>008-2023-0051</td><td>主题分类：</td><td>卫生、体育</td></tr>
<tr><td>发文机关：</td><td>洪雅县卫生健康局</td><td>成文日期：</td><td>2023年05月08日</td></tr>
<tr><td>发文字号：</td><td>洪卫发[2023]5号</td><td>发布日期：</td><td>2023年05月12日</td></tr>
<tr><td>有 效 性：</td><td>有效</td><td>公开方式：</td><td>主动公开</td></tr></table>
<h1>洪雅县卫生健康局关于印发《洪雅县乡村医生管理办法》的通知</h1>
<div><p>各乡镇卫生院，各村卫生室：</p>
<p>为管好乡村医生，根据《乡村医生从业管理条例》和上级某卫发〔2022〕9号文件，我局定了这个办法，请认真执行，不要走样。</p>
<p>洪雅县卫生健康局</p><p>2023年5月8日</p>
<p>第一条 乡村医生由乡镇卫生院聘用，每年考核一次，考核不合格的暂停执业，补助停发，直到补考合格。</p>
<p>第二条 本办法自2023年6月1日起施行，有效期5年。《洪雅县乡村医生聘用办法》（洪卫发〔2017〕12号）同时废止。</p></div>
<div>主办：洪雅县人民政府 某ICP备12345678号</div></body></html>"""

RED_HEAD = """眉山市卫生健康委员会文件
眉卫发〔2024〕18 号
眉山市卫生健康委员会
关于印发2024年卫生健康工作要点的通知
各区县卫生健康局，委直属各单位：
现将《眉山市2024年卫生健康工作要点》印发给你们，请结合实际抓好落实，年底前报送总结。
一、推进医共体建设
各区县要在六月底前完成医共体章程的修订，并报市卫生健康委备案，逾期的予以通报批评。
本通知自印发之日起施行，有效期至2025年12月31日。
眉山市卫生健康委员会
2024年2月20日
（此件公开发布）
抄送：市委办公室。
"""

NEWS = """洪雅县把体检车开进山村
发布时间：2024-03-18 来源：洪雅县融媒体中心 浏览：356次
3月16日，洪雅县的体检车开进了山里，车上有彩超和心电图机，当天为一百多位老人做了检查。
县卫生健康局的负责人说，今年要跑遍所有的村，《洪雅县体检办法》自2024年5月1日起施行，老办法同时废止。
"""

TWO_LINES = """名    称：
关于做好传染病防控工作的通知
文    号：
青卫函〔2024〕31号
发文单位：
青神县卫生健康局
成文日期：
2024-03-01
关于做好传染病防控工作的通知
各乡镇卫生院：
春天是传染病多发的时候，各单位要落实预检分诊，发热门诊每日报告，不得迟报漏报。
"""

NATIONAL = """关于加强乡村医疗卫生人才培养的意见
国卫某发〔2023〕8号
各省、自治区、直辖市卫生健康委：
为加强乡村医疗卫生人才的培养，经商有关部门同意，提出以下意见，请各地认真组织实施，并及时报告进展。
国家卫生健康委
民政部
2023年2月28日
"""


def described(text: str, name: str = "a.txt") -> Description:
    raw = parse(text.encode(), name, "html" if name.endswith("html") else "txt")
    return describe(raw, clean(raw))


def test_a_record_above_a_page_tells_everything():
    found = described(RECORD_PAGE, "a.html")
    assert found.title == "洪雅县卫生健康局关于印发《洪雅县乡村医生管理办法》的通知"
    assert (found.doc_number, found.issuer) == ("洪卫发〔2023〕5号", "洪雅县卫生健康局")
    assert (found.published, found.effective, found.expires) == ("2023-05-12", "2023-06-01", "2028-05-31")
    assert found.replaces == (Replaced(Relation.REPEALS, "洪雅县乡村医生聘用办法", "洪卫发〔2017〕12号"),)
    assert found.voice is not None
    assert (found.voice.level, found.voice.division.code) == (Level.COUNTY, "511423")
    assert found.facts["doc_number"] == "record 发文字号"
    assert found.facts["issuer"] == "record 发文机关"
    assert found.facts["published"] == "record 发布日期"
    assert found.facts["effective"] == "text 自…起施行"
    assert found.facts["level"] == found.facts["region"] == "issuer"


def test_a_red_letterhead_and_a_title_on_two_lines():
    found = described(RED_HEAD)
    assert found.title == "眉山市卫生健康委员会关于印发2024年卫生健康工作要点的通知"
    assert (found.doc_number, found.facts["doc_number"]) == ("眉卫发〔2024〕18号", "line above title")
    assert (found.issuer, found.facts["issuer"]) == ("眉山市卫生健康委员会", "signature")
    assert (found.voice.level, found.voice.division.code) == (Level.CITY, "511400")
    assert found.period == (2024, 2024)
    assert (found.effective, found.expires) == ("2024-02-20", "2025-12-31")
    assert found.published == "2024-02-20"


def test_news_about_a_document_is_not_that_document():
    found = described(NEWS)
    assert (found.publisher, found.published) == ("洪雅县融媒体中心", "2024-03-18")
    assert (found.doc_number, found.issuer, found.effective, found.expires) == (None, None, None, None)
    assert found.replaces == ()
    assert found.voice.division.short == "洪雅县"


def test_a_record_of_labels_and_values_on_lines_of_their_own():
    found = described(TWO_LINES)
    assert found.title == "关于做好传染病防控工作的通知"
    assert (found.doc_number, found.issuer) == ("青卫函〔2024〕31号", "青神县卫生健康局")
    assert found.published == "2024-03-01"
    assert found.facts["published"] == "record 成文日期"


def test_a_national_document_that_two_bodies_sign():
    found = described(NATIONAL)
    assert (found.issuer, found.voice.level, found.voice.division) == ("国家卫生健康委", Level.NATION, None)
    assert (found.doc_number, found.published) == ("国卫某发〔2023〕8号", "2023-02-28")
    assert found.facts["doc_number"] == "line below title"
    assert "region" not in found.facts


@pytest.mark.parametrize(
    "foot",
    [
        "洪雅县卫生健康局  洪雅县财政局\n2024年3月5日",
        "洪雅县卫生健康局\n洪雅县财政局\n2024年3月5日",
        "洪雅县卫生健康局（盖章）\n2024年3月5日",
        "洪雅县卫生健康局、洪雅县财政局 二〇二四年三月五日",
        "洪雅县卫生健康局\n2024年3月5日\n附件\n"
        + "每家卫生院都要填这张表，填好以后盖章，月底前报到县里，不得漏报。\n" * 12,
    ],
)
def test_signatures(foot):
    text = "关于做好体检工作的通知\n各乡镇卫生院要在六月底前完成体检，费用由财政承担，不得向老人收费。\n"
    found = described(text + foot)
    assert (found.issuer, found.published) == ("洪雅县卫生健康局", "2024-03-05")
    assert found.facts["issuer"] == "signature"


def test_of_signatures_before_attachments_the_first_is_the_documents_own():
    rows = "".join(f"第{at}家卫生院都要填这张表，填好以后盖章，月底前报到县里，不得漏报。\n" for at in range(10, 20))
    foot = "洪雅县卫生健康局\n2024年3月5日\n" + rows + "眉山市卫生健康委员会\n2023年1月1日\n"
    found = described("关于转发体检文件的通知\n现将市里的文件转发给你们，请照着办，年底前把情况报到县里。\n" + foot)
    assert (found.issuer, found.published) == ("洪雅县卫生健康局", "2024-03-05")


@pytest.mark.parametrize(
    ("issuer", "title", "publisher", "level", "short", "rule"),
    [
        ("眉山市卫生健康委员会", "洪雅县的经验", "洪雅县融媒体中心", Level.CITY, "眉山市", "issuer"),
        (None, "眉山市洪雅县：把药送到山上", "四川日报", Level.COUNTY, "洪雅县", "title"),
        (None, "眉山市今年办十件实事", "洪雅县融媒体中心", Level.CITY, "眉山市", "title"),
        (None, "民政部推广四川省的做法", None, Level.NATION, None, "title"),
        (None, "把药送到山上", "洪雅县融媒体中心", Level.COUNTY, "洪雅县", "publisher"),
        (None, "洪雅县与丹棱县的账本", "四川日报", None, None, ""),
        (None, "医改的三个问题", None, None, None, ""),
    ],
)
def test_who_speaks(issuer, title, publisher, level, short, rule):
    voice, found = voice_of_article(issuer, title, publisher)
    assert (voice.level if voice else None, found) == (level, rule)
    assert (voice.division.short if voice and voice.division else None) == short


def test_the_one_county_of_most_passages_speaks_where_nobody_else_does():
    silent = Description("送药的人")
    voice, facts = speaker(silent, ["511423"], [["511423"], ["511423"], []])
    assert (voice.division.code, facts) == ("511423", {"level": "counties", "region": "counties"})
    assert speaker(silent, ["511423"], [["511423"], [], []]) == (None, {})
    assert speaker(silent, ["511423", "511424"], [["511423"], ["511424"]]) == (None, {})
    somewhere = Description("送药的人", voice=Voice(Level.COUNTY))
    assert speaker(somewhere, ["511423"], [["511423"]])[1] == {"region": "counties"}
    city = Description("送药的人", voice=Voice(Level.CITY))
    assert speaker(city, ["511423"], [["511423"]]) == (Voice(Level.CITY), {})


def test_a_page_that_contradicts_itself_has_no_term():
    page = RECORD_PAGE.replace("公开方式：</td><td>主动公开", "失效日期：</td><td>2022年1月1日")
    found = described(page, "a.html")
    assert (found.effective, found.expires) == (None, None)
    assert not {"effective", "expires"} & set(found.facts)


@pytest.mark.parametrize("page", [RECORD_PAGE, RED_HEAD, NEWS, TWO_LINES, NATIONAL])
def test_whatever_is_reported_stands_on_the_page_and_has_its_rule(page):
    found = described(page, "a.html" if page is RECORD_PAGE else "a.txt")
    said = squeeze(simplified(re.sub(r"[\[［]", "〔", re.sub(r"[\]］]", "〕", page))))
    for name in ("title", "publisher", "doc_number", "issuer"):
        value = getattr(found, name)
        assert value is None or squeeze(simplified(value)) in said, name
        assert (value is None) == (name not in found.facts), name
    for name in ("published", "effective"):
        value = getattr(found, name)
        if value is not None:
            year, month, day = map(int, value.split("-"))
            assert re.search(rf"{year}\D0?{month}\D0?{day}(?!\d)", page), name
    for old in found.replaces:
        assert old.title in page
        assert old.doc_number in page


def test_strong_evidence_goes_before_weak():
    """Each kind of date in turn is taken away; the address speaks last."""
    parts = [
        ("label", "<div>发布日期：2024-01-01</div>"),
        ("meta", '<meta name="PubDate" content="2024-01-02">'),
        ("written", "<table><tr><td>成文日期：</td><td>2024-01-03</td></tr></table>"),
        ("signed", "<p>洪雅县卫生健康局</p><p>2024年1月4日</p>"),
        ("address", ""),
    ]
    body = "<p>全县的卫生院长昨天在礼堂开会，会上讲了三件事，分别由三位副局长负责落实，月底报告。</p>" * 3
    days = []
    for first in range(len(parts)):
        used = dict(parts[first:])
        head = f"<html><head>{used.get('meta', '')}</head><body>{used.get('label', '')}{used.get('written', '')}"
        page = f"{head}<h1>洪雅县卫生院长开会的通知</h1>{body}{used.get('signed', '')}</body></html>"
        raw = parse(page.encode(), "https://example.org/2024/0105/a.html", "html")
        raw = RawDocument(raw.source, raw.text, raw.digest, "html", url=raw.source, meta=raw.meta, blocks=raw.blocks)
        days.append(describe(raw, clean(raw)).published)
    assert days == [f"2024-01-0{day}" for day in range(1, 6)]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("荣卫发〔2023〕5号", "荣卫发〔2023〕5号"),
        ("荣卫发[2023]5号", "荣卫发〔2023〕5号"),
        ("荣卫发（2023） 第 5 号", "荣卫发〔2023〕5号"),
        ("荣卫发【2023】５号", "荣卫发〔2023〕5号"),
        ("（荣卫发〔2023〕5号）", "荣卫发〔2023〕5号"),
        ("荣卫发〔2023〕5号        签发人：某某", "荣卫发〔2023〕5号"),
        ("国家卫生健康委员会令第8号", "国家卫生健康委员会令第8号"),
        ("根据荣卫发〔2023〕5号文件", None),
        ("第5号", None),
        ("电话（2023）5号楼", None),
    ],
)
def test_numbers_alone_on_a_line(written, number):
    assert number_alone(written) == number
    if number:
        assert normalised(number) == number


def test_numbers_in_running_text_lose_the_words_before_them():
    assert list(numbers_in("根据荣卫发〔2023〕5号和《办法》（川卫[2022]第3号）")) == [
        "荣卫发〔2023〕5号",
        "川卫〔2022〕3号",
    ]


@pytest.mark.parametrize(
    ("name", "level", "division"),
    [
        ("洪雅县卫生健康局", Level.COUNTY, "洪雅县"),
        ("四川省眉山市洪雅县卫生健康局", Level.COUNTY, "洪雅县"),
        ("中共洪雅县委办公室", Level.COUNTY, "洪雅县"),
        ("洪雅县柳江镇人民政府", Level.COUNTY, "洪雅县"),
        ("眉山市卫生健康委员会", Level.CITY, "眉山市"),
        ("四川省卫生健康委", Level.PROVINCE, "四川省"),
        ("国家中医药管理局", Level.NATION, None),
        ("国务院办公厅", Level.NATION, None),
        ("民政部", Level.NATION, None),
        ("鼓楼区卫生健康局", Level.COUNTY, None),
        ("县卫生健康局", Level.COUNTY, None),
        ("省卫生健康委", Level.PROVINCE, None),
        ("市卫生健康委", None, None),
        ("卫生健康局", None, None),
    ],
)
def test_levels_of_bodies(name, level, division):
    voice = voice_of(name)
    assert (voice.level if voice else None) == level
    assert (voice.division.short if voice and voice.division else None) == division
    assert is_body(name)


def test_the_level_of_every_divisions_body():
    for division in Gazetteer.load().divisions:
        whole = division.province + division.city + division.name + "卫生健康委员会"
        voice = voice_of(whole)
        assert voice is not None, whole
        assert (voice.level, voice.division) == (division.level, division), whole


@pytest.mark.parametrize(
    "text", ["关于做好体检工作的通知", "各乡镇卫生院", "一、加强领导", "会议要求各部门", "2024年3月5日"]
)
def test_what_is_no_body(text):
    assert not is_body(text)


def test_publishers_speak_for_their_own_division_only():
    assert voice_of_publisher("洪雅县融媒体中心").division.short == "洪雅县"
    assert voice_of_publisher("眉山市卫生健康委员会").division.short == "眉山市"
    assert voice_of_publisher("四川日报") is None
    assert voice_of_publisher("健康报") is None


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("洪雅县卫生健康局关于印发某办法的通知", "洪雅县卫生健康局"),
        ("洪雅县卫生健康局 洪雅县财政局关于做好补助发放的通知", "洪雅县卫生健康局 洪雅县财政局"),
        ("国家卫生健康委办公厅关于开展检查的通知", "国家卫生健康委办公厅"),
        ("眉山市卫生健康委召开工作会议", None),
        ("关于做好体检的通知", None),
        ("转发国家卫生健康委办公厅关于开展检查的通知", None),
        ("四川省人民政府办公厅转发省卫生健康委、财政厅关于补助的意见", "四川省人民政府办公厅"),
        ("洪雅县：把药送到山上", None),
    ],
)
def test_bodies_that_titles_begin_with(title, body):
    assert body_of_title(title) == body


@pytest.mark.parametrize(
    ("text", "effective", "expires"),
    [
        ("本办法自2024年5月1日起施行，有效期五年。", "2024-05-01", "2029-04-30"),
        ("本办法自2024年5月1日起施行。有效期3年。", "2024-05-01", "2027-04-30"),
        ("本通知自印发之日起施行，有效期至2027年12月31日。", "2023-01-02", "2027-12-31"),
        ("本方案自2024年5月1日起试行，试行期六个月。", "2024-05-01", "2024-10-31"),
        ("本办法自2024年1月31日起施行，有效期一个月。", "2024-01-31", "2024-02-29"),
        ("本细则自二〇二四年五月一日起施行。", "2024-05-01", None),
        ("第九条 自2024年5月1日起施行。", "2024-05-01", None),
        ("现予公布，自2020年6月1日起施行。", "2020-06-01", None),
        ("本方案有效期至2025年12月31日。", None, "2025-12-31"),
        ("本规定自发布之日起30日后施行。", None, None),
        ("《办法》自2024年5月1日起施行。", None, None),
        ("身份证有效期五年，过期要换。", None, None),
        ("本办法自2024年5月1日起施行。村医的合格证有效期三年。", "2024-05-01", None),
        ("本办法自2024年2月30日起施行。", None, None),
        ("本办法自2024年5月1日起施行。本规定自2025年5月1日起施行。", None, None),
    ],
)
def test_terms(text, effective, expires):
    begins, ends = term_of(text, "2023-01-02")
    assert (begins.text if begins else None, ends.text if ends else None) == (effective, expires)


def test_a_term_from_the_day_of_issue_needs_that_day():
    assert term_of("本通知自印发之日起施行，有效期五年。", None) == (None, None)


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("洪雅县2024年卫生健康工作要点", (2024, 2024)),
        ("洪雅县“十四五”卫生健康发展规划", (2021, 2025)),
        ("第十四个五年规划和二〇三五年远景目标纲要", (2021, 2025)),
        ("洪雅县三年行动计划（2023—2025年）", (2023, 2025)),
        ("2021年至2025年规划", (2021, 2025)),
        ("2023年工作总结及2024年工作计划", (2023, 2024)),
        ("“十四五”开局2021年工作要点", (2021, 2021)),
        ("健康洪雅2030规划纲要", None),
        ("2024年3月5日新闻发布会", None),
        ("管理办法（2019年修订）", None),
        ("关于做好体检的通知", None),
    ],
)
def test_periods(title, period):
    assert period_of(title) == period


@pytest.mark.parametrize(
    ("title", "lines", "replaced"),
    [
        ("某县办法", "《某县旧办法》（某卫发[2019]3号）同时废止。", ["废止 某县旧办法 某卫发〔2019〕3号"]),
        (
            "某县办法",
            "某卫发〔2018〕2号、某卫〔2018〕3号同时废止。",
            ["废止  某卫发〔2018〕2号", "废止  某卫〔2018〕3号"],
        ),
        ("某县办法", "根据《上位规定》，本办法自2024年1月1日起施行，《旧规定甲》同时废止。", ["废止 旧规定甲 "]),
        (
            "关于废止文件的通知",
            "对以下文件予以废止：\n1.《村医办法》（某发〔2018〕2号）",
            ["废止 村医办法 某发〔2018〕2号"],
        ),
        ("关于废止《某县村医办法》的通知", "", ["废止 某县村医办法 "]),
        ("关于修改《某县村医办法》的决定", "", ["修订 某县村医办法 "]),
        ("某县标准", "本标准代替《某县村卫生室标准》。", ["替代 某县村卫生室标准 "]),
        ("某县村医办法", "2018年印发的《某县村医办法》同时废止。", ["废止 某县村医办法 "]),
        ("某县办法", "根据《某法律的名字》，制定本办法。", []),
        ("某县办法", "凡与《某某规定》不一致的，同时废止。", []),
        ("某县办法", "《新规定的名字》施行之日，本办法同时废止。", []),
        ("某县新闻", "《新规定的名字》自2024年5月1日起施行，《旧规定的名字》同时废止。", []),
        ("《某县办法》解读", "《某县旧办法》同时废止。", []),
        ("某县办法（征求意见稿）", "《某县旧办法》同时废止。", []),
    ],
)
def test_what_documents_replace(title, lines, replaced):
    found, rule = replaced_in(title, lines.split("\n"))
    assert [f"{one.kind.value} {one.title} {one.doc_number}" for one in found] == replaced
    assert bool(rule) == bool(replaced)


def standing(name, title, published="", number="", region="511423", *replaces):
    return Standing(name, key_of(title), published, number, region, replaces)


def test_replaced_articles_of_a_corpus():
    old = standing("old", "洪雅县村医办法", "2018-01-01", "洪卫发〔2018〕2号")
    by_number = standing(
        "new", "新办法的通知", "2024-01-01", "", "", Replaced(Relation.REPEALS, "", "洪卫发〔2018〕2号")
    )
    assert superseded([old, by_number]) == {"old": "new"}
    by_title = standing("new", "新办法", "2024-01-01", "", "511423", Replaced(Relation.SUPERSEDES, "洪雅县村医办法"))
    assert superseded([by_title, old]) == {"old": "new"}
    wrapped = standing("old", "关于印发《洪雅县村医办法》的通知", "2018-01-01")
    assert superseded([by_title, wrapped]) == {"old": "new"}
    later = standing("newer", "更新的办法", "2025-01-01", "", "511423", Replaced(Relation.REPEALS, "洪雅县村医办法"))
    for order in itertools.permutations([old, by_title, later]):
        assert superseded(order) == {"old": "newer"}


def test_what_does_not_replace():
    old = standing("old", "某县公共卫生管理办法", "2018-01-01", "洪卫发〔2018〕2号")
    named = Replaced(Relation.REPEALS, "某县公共卫生管理办法")
    assert superseded([old, standing("other", "新办法", "2024-01-01", "", "511424", named)]) == {}
    assert superseded([old, standing("before", "新办法", "2017-01-01", "", "511423", named)]) == {}
    amends = Replaced(Relation.AMENDS, "某县公共卫生管理办法")
    assert superseded([old, standing("amends", "决定", "2024-01-01", "", "511423", amends)]) == {}
    numbered = Replaced(Relation.REPEALS, "某县公共卫生管理办法", "洪卫发〔2015〕9号")
    assert superseded([old, standing("another", "新办法", "2024-01-01", "", "511423", numbered)]) == {}


def test_an_edition_replaces_the_one_before_it_and_never_its_own_copy():
    named = Replaced(Relation.REPEALS, "洪雅县村医管理办法")
    new = standing("new", "洪雅县村医管理办法", "2024-01-01", "", "511423", named)
    copy = standing("copy", "洪雅县村医管理办法", "2024-01-01", "", "511423", named)
    undated = standing("undated", "洪雅县村医管理办法")
    old = standing("old", "洪雅县村医管理办法", "2018-01-01")
    assert superseded([new, copy, undated, old]) == {"old": "new"}


@given(
    st.lists(
        st.sampled_from("《》自年月日起施行有效期同时废止本办法2024一二三。，（）〔〕号发：|\n 索引文号标题"),
        max_size=60,
    )
)
def test_no_text_breaks_the_description(pieces):
    found = described("".join(pieces) + "\n洪雅县的卫生院长们昨天开了一个会，会上讲了三件事。")
    assert found.title
    assert found.expires is None or found.effective is None or found.effective <= found.expires
