"""The pages: our own articles set into the shapes that sites have, and odd ones written out by hand.

In the sources of the pages ``⟦…⟧`` marks text of the article and ``⟪…⟫`` text that is neither asked
for nor held against anybody (titles, captions, signatures); all other text is furniture. The marks are
taken out before anybody sees a page. The same page comes out every time.
"""

import functools
import html
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
COUNTIES = ("青禾县", "云岭县", "柳溪县", "松岗县", "竹坪县", "河湾县", "雁洲县", "禾丰县", "南屏县", "石梁县")
PER_SHAPE = 4
_HEADER = re.compile(r"\A<!--shape\n(.*?)-->\n", re.DOTALL)
_SLOT = re.compile(r"\{\{([a-z]+\d?)\}\}")
_KEEP = re.compile("⟦(.*?)⟧", re.DOTALL)
_EITHER = re.compile("⟪(.*?)⟫", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Page:
    """``keep`` are the article's texts in order, ``either`` those that do not count; a list page keeps nothing."""

    name: str
    shape: str
    data: bytes
    text: str
    keep: tuple[str, ...]
    either: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Article:
    title: str
    lines: tuple[tuple[str, str], ...]  # kind (p, h, caption, row) and text

    @property
    def lead(self) -> str:
        return next(text for kind, text in self.lines if kind == "p")


def pages() -> Iterator[Page]:
    """Every page, shapes by name, then the odd ones."""
    articles = _articles()
    for number, file in enumerate(sorted((HERE / "shapes").glob("*.html"))):
        for copy in range(PER_SHAPE):
            yield _shaped(file, articles, number * PER_SHAPE + copy, copy)
    for file in sorted((HERE / "odd").glob("*.html")):
        source = file.read_text(encoding="utf-8")
        yield _page(file.stem, "odd", _settings(source), _HEADER.sub("", source))


@functools.cache
def _articles() -> tuple[_Article, ...]:
    found = []
    for part in (HERE / "prose.txt").read_text(encoding="utf-8").split("\n\n"):
        title, *lines = part.strip().split("\n")
        found.append(_Article(title.removeprefix("# "), tuple(map(_line, lines))))
    return tuple(found)


def _line(line: str) -> tuple[str, str]:
    for mark, kind in (("## ", "h"), ("! ", "caption"), ("| ", "row")):
        if line.startswith(mark):
            return kind, line.removeprefix(mark)
    return "p", line


def _settings(source: str) -> dict[str, str]:
    header = _HEADER.match(source)
    lines = header[1].strip().split("\n") if header else []
    return dict(line.split(": ", 1) for line in lines if line)


def _shaped(file: Path, articles: tuple[_Article, ...], number: int, copy: int) -> Page:
    """The shape around article ``number`` (the list begins anew when it is used up, in another county)."""
    source = file.read_text(encoding="utf-8")
    settings = _settings(source)
    article = articles[number % len(articles)]
    home = zlib.crc32(file.stem.encode()) % len(COUNTIES)
    values = {
        "county": COUNTIES[home],
        "host": f"www.{file.stem.replace('_', '-')}.example",
        "title": f"⟪{article.title}⟫",
        "lead": article.lead,
        "body": _body(article, settings),
        "date": f"2024-{1 + number % 12:02}-{10 + number % 17}",
        "time": f"{8 + number % 10:02}:{15 + number % 40}",
    }
    for at in range(1, 10):
        other = articles[(number + 5 * at) % len(articles)]
        values[f"other{at}"] = other.title
        values[f"lead{at}"] = other.lead
        values[f"n{at}"] = _number(f"{file.stem}{copy}{at}", 9 if at == 9 else 9000)
        values[f"s{at}"] = _number(f"{file.stem}{at}", 9000)  # the same on all pages of the site
    page = _filled(_HEADER.sub("", source), values).replace("{县}", COUNTIES[home])
    return _page(f"{file.stem}-{copy + 1}", file.stem, settings, page)


def _number(seed: str, below: int) -> str:
    return str(zlib.crc32(seed.encode()) % below + 1)


def _filled(text: str, values: Mapping[str, str]) -> str:
    for _ in range(2):  # what is set in has slots of its own
        text = _SLOT.sub(lambda slot: values[slot[1]], text)
    head, body = text.split("<body", 1) if "<body" in text else text.split("<BODY", 1)
    return re.sub("[⟦⟧⟪⟫]", "", head) + "<body" + body


def _body(article: _Article, settings: Mapping[str, str]) -> str:
    parts: list[str] = []
    rows: list[str] = []
    paragraphs = 0
    for kind, text in (*article.lines, ("end", "")):
        if kind == "row":
            rows.append(text)
            continue
        if rows:
            parts.append(_table(rows))
            rows = []
        if kind == "caption" and "caption" in settings:
            parts.append(settings["caption"].replace("{}", f"⟪{text}⟫"))
        elif kind == "h":
            parts.append(settings.get("heading", "").replace("{}", f"⟦{text}⟧"))
        elif kind == "p":
            parts.append(settings.get("paragraph", "").replace("{}", f"⟦{text}⟧"))
            paragraphs += 1
            if paragraphs % 3 == 2:
                parts.append(settings.get("between", ""))
    return "\n".join(parts)


def _table(rows: list[str]) -> str:
    def cells(row: str) -> str:
        return "".join(f"<td>⟦{cell.strip()}⟧</td>" for cell in row.strip("| ").split("|"))

    return "<table border=1>" + "".join(f"<tr>{cells(row)}</tr>" for row in rows) + "</table>"


def _page(name: str, shape: str, settings: Mapping[str, str], marked: str) -> Page:
    if "script" in settings:
        marked = _traditional(marked)
    keep = tuple(map(_words, _KEEP.findall(marked)))
    either = tuple(filter(None, map(_words, _EITHER.findall(marked))))
    text = re.sub("[⟦⟧⟪⟫]", "", marked)
    saved = text  # what others are handed; some files were saved by a program that read them in another encoding
    if "spoilt" in settings:
        saved = text.encode("utf-8").decode(settings["spoilt"])
    data = saved.encode(settings.get("encoding", "utf-8"))
    return Page(name, shape, data, text, () if "list" in settings else keep, either)


def _words(marked: str) -> str:
    return html.unescape(_TAG.sub("", re.sub("[⟦⟧⟪⟫]", "", marked))).strip()


def _traditional(text: str) -> str:
    import opencc

    return str(opencc.OpenCC("s2tw").convert(text)).replace("〇", "○")  # as Big5 has them
