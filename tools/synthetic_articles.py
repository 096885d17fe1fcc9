"""A made-up corpus as files, for measuring only: pages of sites with their furniture, text files, reprints.

Clauses of the demo corpus are joined anew, with other numbers and a word put into each, as
``tools/synthetic.py`` does. The same seed and size make the same files.
"""

import html
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.embed import BUNDLED_FOLDER
from retrieval.gazetteer import Gazetteer
from retrieval.static import VOCABULARY_FILE
from retrieval.text import HAN, to_traditional, word_frequency
from retrieval.types import Level
from tools.synthetic import EXAMPLES, SEED

PER_SITE = 60
_CLAUSE, _NUMBER = re.compile(rf"[{HAN}0-9%.]{{6,40}}"), re.compile(r"\d+")
_SECTIONS = ("一、健全服务体系", "二、提升服务能力", "三、强化监督管理", "四、落实保障措施")
_PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>{title}_{site}</title></head><body>
<div class="header"><a href="/">首页</a> <a href="/a/">政务公开</a> <a href="/b/">办事服务</a></div>
<div class="crumbs">当前位置：<a href="/">首页</a> &gt; <a href="/news/">卫生健康</a> &gt; 正文</div>
<div class="article"><h1>{title}</h1><p class="info">发布时间：{day} 来源：{publisher} 浏览次数：{views}</p>
{body}
<p>（责任编辑：某某）</p></div>
<div class="related"><h3>相关阅读</h3><ul>{links}</ul></div>
<div class="footer"><p>主办：{publisher} 承办：{county}信息中心</p><p>网站标识码：{filing}</p>
<p>{site} 版权所有</p></div></body></html>
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """An article before it becomes a file."""

    county: str
    title: str
    lines: tuple[str, ...]
    day: str
    publisher: str


class Clauses:
    """Says what nobody wrote, the same for the same seed."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        text = "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in sorted(EXAMPLES.rglob("*.txt")))
        self._clauses = list(dict.fromkeys(_CLAUSE.findall(text)))
        vocabulary = (BUNDLED_FOLDER / VOCABULARY_FILE).read_text(encoding="utf-8").split("\n")
        self._words = [word for word in vocabulary if 2 <= len(word) <= 4 and word_frequency(word) > 20]

    def paragraph(self, county: str) -> str:
        """A few sentences, which sometimes begin with the county."""
        source = self._source
        sizes = [source.randint(1, 4) for _ in range(source.choice((1, 2, 2, 3, 4)))]
        said = "".join("，".join(self._clause() for _ in range(size)) + "。" for size in sizes)
        return county + said if source.random() < 0.2 else said

    def words(self, count: int) -> str:
        """Some words in a row."""
        return "".join(self._source.choice(self._words) for _ in range(count))

    def _clause(self) -> str:
        clause = _NUMBER.sub(lambda _: str(self._source.randint(2, 999)), self._source.choice(self._clauses))
        at = self._source.randint(0, len(clause))
        return clause[:at] + self._source.choice(self._words) + clause[at:]


def write(folder: Path, count: int, seed: int = SEED) -> None:
    """Write ``count`` articles below ``folder``; one in five is a reprint in some form, one in a hundred doctored."""
    source = random.Random(seed)
    clauses = Clauses(source)
    everywhere = [one for one in Gazetteer.load().divisions if one.level is Level.COUNTY and one.code.isdigit()]
    recent: list[Piece] = []
    for number in range(count):
        if number % PER_SITE == 0:
            county = source.choice(everywhere).name
        piece = _new(clauses, source, county, number)
        if number % 5 == 4 and recent:
            piece = _reprinted(source.choice(recent), source, number)
        else:
            recent = [*recent[-40:], piece]
        _write_one(folder / f"site{number // PER_SITE:05}", piece, number, source)


def change(folder: Path, share: float, seed: int = SEED) -> int:
    """Add a sentence to a share of the files; how many."""
    source = random.Random(seed + 1)
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix == ".txt")
    chosen = source.sample(files, max(1, round(share * sum(1 for file in folder.rglob("*") if file.is_file()))))
    for file in chosen:
        text = file.read_text(encoding="utf-8")
        more = f"全县还将新建{source.randint(2, 99)}处便民服务点，方便山区群众就近看病。\n"
        file.write_text(text.replace("【打印】", f"{more}【打印】"), encoding="utf-8")
    return len(chosen)


def _new(clauses: Clauses, source: random.Random, county: str, number: int) -> Piece:
    lines: list[str] = []
    for at in range(source.randint(6, 11)):
        if at % 3 == 0 and at // 3 < len(_SECTIONS):
            lines.append(_SECTIONS[at // 3])
        lines.append(clauses.paragraph(county))
    day = f"{2018 + number % 8}-{number % 12 + 1:02}-{number % 28 + 1:02}"
    return Piece(
        county, f"{county}{clauses.words(source.randint(2, 4))}工作安排", tuple(lines), day, f"{county}卫生健康局"
    )


def _reprinted(piece: Piece, source: random.Random, number: int) -> Piece:
    publisher = source.choice(("某某日报", "搜狐", "百家号", f"{piece.county}人民政府"))
    kind = source.randrange(6) if number % 100 != 99 else 6
    lines, title = list(piece.lines), piece.title
    if kind == 0:
        title = f"{piece.county}：{title.removeprefix(piece.county)}有新进展"
    elif kind == 1:
        lines, title = [to_traditional(line) for line in lines], to_traditional(title)
    elif kind == 2:
        lines.append("编者按：本文由本站整理，供读者参考。")
    elif kind == 3:
        lines = lines[: max(3, len(lines) // 2)]
    elif kind == 6:
        at = next((at for at, line in enumerate(lines) if _NUMBER.search(line)), 0)
        lines[at] = _NUMBER.sub(lambda found: f"{found[0]}0", lines[at], count=1)
    return Piece(piece.county, title, tuple(lines), f"2026-01-{number % 28 + 1:02}", publisher)


def _write_one(folder: Path, piece: Piece, number: int, source: random.Random) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if number % 3 == 0:
        charset = "gb18030" if number % 2 else "utf-8"
        (folder / f"{number:06}.html").write_bytes(_page(piece, number, source, charset).encode(charset, "replace"))
    else:
        (folder / f"{number:06}.txt").write_text("\n".join(_plain(piece, number, source)) + "\n", encoding="utf-8")


def _plain(piece: Piece, number: int, source: random.Random) -> Iterator[str]:
    yield "首页 > 卫生健康 > 正文"
    yield piece.title
    yield f"发布时间：{piece.day} 来源：{piece.publisher} 阅读 {source.randint(10, 9999)} 次"
    yield from piece.lines
    yield "【打印】【关闭】"
    yield f"版权所有：{piece.publisher} 备案号：蜀ICP备{10000000 + number // PER_SITE}号"


def _page(piece: Piece, number: int, source: random.Random, charset: str) -> str:
    marked = (("h2" if line in _SECTIONS else "p", html.escape(line)) for line in piece.lines)
    body = "\n".join(f"<{tag}>　　{line}</{tag}>" for tag, line in marked)
    near = [f"{piece.county}第{source.randint(1, 999)}号通知" for _ in range(5)]
    links = "".join(f'<li><a href="/{at}.html">{name}</a></li>' for at, name in enumerate(near))
    return _PAGE.format(
        charset=charset, title=html.escape(piece.title), site=f"{piece.county}门户网站", day=piece.day, body=body,
        publisher=piece.publisher, views=source.randint(10, 9999), links=links, county=piece.county,
        filing=f"{5100000000 + number // PER_SITE}",
    )  # fmt: skip
