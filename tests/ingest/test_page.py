"""The report that people read: everything is on it, escaped, and it stays usable for many articles."""

import random
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ingest import page
from ingest.build import build
from ingest.charts import columns, rows
from ingest.page import write
from ingest.quality import losses, score
from ingest.warnings import Matter, Warned, of_article
from retrieval.config import Config, PathsConfig
from retrieval.embed import load_embedder
from retrieval.errors import SourceError

PLAN = """德清县2024年卫生健康工作计划
发布时间:2024-02-18 来源:德清县卫生健康局
今年德清县将为每个乡镇补足两名全科医生,并把夜间门诊开到集镇,药品由中心药房统一送到村卫生室。
县人民医院与六家卫生院组成一个共同体,<b>专家</b>每周下乡不少于3次,群众可以就近看病。
六十五岁以上老人每年免费体检一次,入园儿童视力筛查由妇幼保健院上门完成,结果当场告诉家长。
版权所有 德清县卫生健康局
"""


class Open(HTMLParser):
    """Counts elements, and what would load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in ("meta", "br", "line", "rect"):
            self.open.append(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            if name == "id":
                self.ids.append(value)
            if name in ("href", "src"):
                self.links.append(value)

    def handle_endtag(self, tag):
        if tag not in ("line", "rect"):
            assert self.open.pop() == tag


def parsed(file: Path) -> Open:
    parser = Open()
    parser.feed(file.read_text(encoding="utf-8"))
    parser.close()
    assert parser.open == []
    assert not {"script", "img", "link", "iframe"} & set(parser.tags)
    return parser


@pytest.fixture
def place(tmp_path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a-plan.txt").write_text(PLAN, encoding="utf-8")
    (folder / "b<i>.txt").write_text(PLAN.replace("来源:德清县卫生健康局", "来源:某某日报"), encoding="utf-8")
    (folder / "c-false.txt").write_text(PLAN.replace("六家", "八家").replace("来源:德清县卫生健康局", ""), "utf-8")
    (folder / "d-nothing.txt").write_text("首页 | 新闻 | 服务\n", encoding="utf-8")
    return tmp_path


def report_of(place: Path, out: Path) -> str:
    config = Config(paths=PathsConfig(data=str(place / "data")))
    report = build([str(place / "articles")], config, load_embedder(config.embedding))
    write(report, config, out)
    return out.read_text(encoding="utf-8")


def test_a_page_tells_what_was_kept_and_what_was_removed(place):
    text = report_of(place, place / "out" / "report.html")
    found = parsed(place / "out" / "report.html")
    assert found.ids == ["a0", "a1", "a2"]
    assert {link for link in found.links if link.startswith("#")} == {"#a0", "#a1", "#a2"}
    assert re.search(r'class="kept">[^<]*两名全科医生', text)
    assert re.search(r'class="gone"[^>]*><i[^>]*title="[a-z-]+">[^<]*</i>版权所有', text)
    assert "b&lt;i&gt;.txt" in text
    assert "<b>专家" not in text
    assert "与 a-plan.txt 几乎相同" in text
    assert re.search(r"<del>[^<]*八家[^<]*</del></td><td><ins>[^<]*六家", text)
    assert "cited from: <b>a-plan.txt</b>" in text
    assert "d-nothing.txt</td><td>no article is left after cleaning" in text
    assert not (place / "out" / "report-pages").exists()


def test_many_articles_go_to_pages_of_their_own(place, monkeypatch):
    monkeypatch.setattr(page, "PER_PAGE", 2)
    out = place / "the report.html"
    report_of(place, out)
    assert not parsed(out).ids
    pages = sorted((place / "the report-pages").iterdir())
    assert [file.name for file in pages] == ["001.html", "002.html"]
    assert [parsed(file).ids for file in pages] == [["a0", "a1"], ["a2"]]
    links = {link for link in parsed(out).links if "#" in link}
    assert links == {f"the%20report-pages/00{at // 2 + 1}.html#a{at}" for at in range(3)}
    monkeypatch.setattr(page, "PER_PAGE", 200)
    report_of(place, out)
    assert not (place / "the report-pages").exists()


def test_of_too_many_those_that_need_it_the_most_are_shown_and_that_is_said(place, monkeypatch):
    monkeypatch.setattr(page, "MOST", 1)
    text = report_of(place, place / "report.html")
    assert parsed(place / "report.html").ids == ["a0"]
    assert "只列出最需要看的 1 篇，共 3 篇" in text
    assert text.index('id="a0"') < text.index("c-false.txt", text.index('id="a0"'))


def test_a_place_that_cannot_be_written_is_told(place):
    (place / "file").touch()
    with pytest.raises(SourceError, match="the report cannot be written"):
        report_of(place, place / "file" / "report.html")


@pytest.mark.parametrize("chart", [rows, columns])
def test_charts_are_well_formed_whatever_the_names(chart):
    source = random.Random(1)
    for count in (0, 1, 3, 40):
        names = ["".join(source.choice("<>&\"'\x00县a") for _ in range(6)) for _ in range(count)]
        drawn = ElementTree.fromstring(chart([(name, source.randint(0, 9)) for name in names]).replace("\x00", ""))
        assert len(drawn.findall("rect")) == count


def test_charts_are_in_proportion():
    drawn = ElementTree.fromstring(rows([("甲", 10), ("乙", 5)]))
    wide = [float(bar.get("width")) for bar in drawn.findall("rect")]
    assert wide[0] == pytest.approx(2 * wide[1], abs=0.2)


def prepared(text: str, **values):
    from ingest.document import RawDocument
    from ingest.prepare import prepare

    return prepare(RawDocument("a.txt", text, "0" * 64, **values), 600)


def test_quality_says_what_is_missing():
    whole = prepared(PLAN)
    assert (of_article(whole), losses(whole, ())) == ((), ())
    poor = prepared("会议要求抓好落实,各科室都要认真对照检查,按时报送材料,并做好记录。\n", replaced=3)
    found = losses(poor, of_article(poor))
    assert {one.reason for one in found} == {"no-date", "no-county", "no-publisher", "short", "undecodable"} | {
        one.reason for one in found if one.reason == "no-title"
    }
    assert score(found) == 100 - sum(one.points for one in found) < 50
    assert [one.points for one in found] == sorted((one.points for one in found), reverse=True)


def test_an_article_out_of_force_is_warned_of():
    old = prepared(PLAN.replace("版权所有", "本计划自2024年3月1日起施行，有效期至2024年12月31日。\n版权所有"))
    assert old.article.expires == "2024-12-31"
    assert Warned(Matter.EXPIRED, "2024-12-31") in of_article(old, "2025-01-01")
    assert of_article(old, "2024-12-31") == ()
