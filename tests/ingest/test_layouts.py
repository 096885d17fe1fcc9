"""Official documents in the layouts of real sites, with random bodies, numbers and days: everything comes back."""

import random
from collections.abc import Callable

import opencc
import pytest

from ingest.clean import clean
from ingest.describe import describe
from ingest.parsing import parse
from retrieval.gazetteer import Gazetteer
from retrieval.names import simplified

DAYS = ("{}年{}月{}日", "{}-{:02d}-{:02d}", "{}年{:02d}月{:02d}日", "{}/{}/{}")
BRACKETS = ("〔{}〕", "[{}]", "（{}）", "［{}］", "【{}】")
TEXT = (
    "各乡镇人民政府，有关单位：",
    "为做好这项工作，根据《基本医疗卫生与健康促进法》和某卫发〔2011〕77号文件要求，现就有关事项通知如下，请遵照执行。",
    "一、提高认识",
    "各单位要明确一名负责人，把任务分到人头，每月底前把进度报到县里，不得迟报和漏报。",
    "二、加强督查",
    "县里每季度检查一次，检查结果纳入年度考核，连续两次排名末位的，主要负责人作出说明。",
)


class Document:
    """What an invented document says of itself, and how its days and its number are written."""

    def __init__(self, draw: random.Random) -> None:
        divisions = [one for one in Gazetteer.load().divisions if one.code.isdigit() and len(one.name) >= 3]
        place = draw.choice([one for one in divisions if len(Gazetteer.load().named(one.name)) == 1])
        self.issuer = place.name + draw.choice(["卫生健康局", "人民政府办公室", "人民政府", "卫生健康委员会"])
        year, count = draw.randint(2015, 2025), draw.randint(1, 99)
        letters = place.name[0] + draw.choice(["卫发", "府办发", "卫健发", "卫函", "政发"])
        blank = draw.choice(["", " "])
        self.number = f"{letters}{draw.choice(BRACKETS).format(year)}{blank}{count}{blank}号"
        self.normalised = f"{letters}〔{year}〕{count}号"
        self.written, self.written_iso = self._day(draw, year)
        self.published, self.published_iso = self._day(draw, year)
        self.title = self.issuer + draw.choice(
            ["关于印发《村医管理办法》的通知", f"关于做好{year}年家庭医生签约工作的通知", "关于加强托育服务管理的意见"]
        )

    def _day(self, draw: random.Random, year: int) -> tuple[str, str]:
        day = (year, draw.randint(1, 12), draw.randint(1, 28))
        return draw.choice(DAYS).format(*day), "{:04d}-{:02d}-{:02d}".format(*day)


def table(document: Document, colon: str = "") -> str:
    rows = (
        ("索 引 号", "0001-7", "主题分类", "卫生"),
        ("发文机关", document.issuer, "成文日期", document.written),
        ("发文字号", document.number, "发布日期", document.published),
    )
    cells = (
        "".join(f"<td>{a}{colon}</td><td>{b}</td><td>{c}{colon}</td><td>{d}</td>" for a, b, c, d in [row])
        for row in rows
    )
    body = "".join(f"<p>{line}</p>" for line in TEXT)
    head = f"<html><head><title>{document.title}_某某人民政府</title></head>"
    trail = "<div>首页 &gt; 政务公开 &gt; 政策文件</div>"
    record = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"{head}<body>{trail}<table>{record}</table><h1>{document.title}</h1>{body}</body></html>"


def labels_above_values(document: Document) -> str:
    head = ("索 引 号：", "0001", "发文单位：", document.issuer, "文    号：", document.number)
    return "\n".join((*head, "发布日期：", document.published, "名    称：", document.title, document.title, *TEXT))


def labels_on_lines(document: Document) -> str:
    first = f"发文机关：{document.issuer} 成文日期：{document.written}"
    second = f"发文字号：{document.number} 发布日期：{document.published}"
    return "\n".join(("索引号：0001 主题分类：卫生", first, second, document.title, *TEXT))


def letterhead(document: Document) -> str:
    cut = len(document.issuer)
    head = (f"{document.issuer}文件", document.number, document.title[:cut], document.title[cut:])
    return "\n".join((*head, *TEXT, document.issuer, document.written))


def number_below(document: Document) -> str:
    return "\n".join((document.title, f"（{document.number}）", *TEXT, f"{document.issuer}　　{document.written}"))


def signed(document: Document) -> str:
    return "\n".join((document.title, document.number, *TEXT, document.issuer, document.written, "（此件公开发布）"))


LAYOUTS: dict[str, tuple[Callable[[Document], str], bool]] = {
    "table": (table, True),
    "table with colons": (lambda document: table(document, "："), True),
    "labels above values": (labels_above_values, True),
    "labels on lines": (labels_on_lines, True),
    "letterhead": (letterhead, False),
    "number below the title": (number_below, False),
    "signed": (signed, False),
}


@pytest.mark.parametrize("traditional", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_everything_comes_back(layout, traditional):
    build, dated = LAYOUTS[layout]
    convert = opencc.OpenCC("s2t").convert if traditional else str
    draw = random.Random(f"{layout} {traditional}")
    for _ in range(12):
        document = Document(draw)
        page = convert(build(document))
        name = "a.html" if page.startswith("<") else "a.txt"
        raw = parse(page.encode(), name, "html" if name == "a.html" else "txt")
        found = describe(raw, clean(raw))
        expected = (document.title, document.issuer, document.normalised)
        assert tuple(simplified(value or "") for value in (found.title, found.issuer, found.doc_number)) == tuple(
            map(simplified, expected)
        )
        assert found.published == (document.published_iso if dated else document.written_iso)
        assert {"title", "issuer", "doc_number", "published", "level"} <= set(found.facts)
