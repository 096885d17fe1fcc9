"""Pages in, blocks out, with their structure (headings, list numbers, table rows). The only file that imports lxml.

What stands outside the article (``content.py``), and what readers cannot see, stays in the blocks with a verdict.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from ingest.content import Piece, judge
from ingest.document import Block, Page
from ingest.html_meta import page_meta
from ingest.tables import data_rows
from retrieval.text import HAN

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure"
        " footer form h1 h2 h3 h4 h5 h6 header hr li main marquee nav ol p pre section summary table tbody td"
        " tfoot th thead tr ul",
    )
)
_SILENT = frozenset(
    {"script", "style", "head", "svg", "iframe", "object", "embed", "audio", "video", "map", "math", "rt", "rp"}
)
_UNSEEN = frozenset({"noscript", "template"})
_CONTROLS = frozenset({"button", "select", "textarea", "input", "option", "label"})
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)"
    r"|(?:left|top|text-indent|margin-left|margin-top)\s*:\s*-\d{3,}|(?:^|;)\s*(?:height|width)\s*:\s*[01](?:px)?\s*(?:;|$)",
    re.IGNORECASE,
)
_STYLE_RULE = re.compile(r"([.#][\w-]+)\s*\{([^{}]*)\}")
_SCRIPT_HIDES = re.compile(
    r"getElementById\(\s*[\"']([\w-]+)[\"']\s*\)\s*\.style\.(?:display\s*=\s*[\"']none|visibility\s*=\s*[\"']hidden)"
)
_ORDINAL = re.compile(r"^\s*(?:[(（]?[0-9一二三四五六七八九十]{1,3}[)）、.．:：]|第[一二三四五六七八九十\d]+|[①-⑳])")


@dataclass(slots=True)
class _Walk:
    """Collects pieces while the tree is walked; ``open`` is the text of the block being read."""

    hidden: frozenset[Any]
    rows: dict[Any, str] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    linked: int = 0

    def flush(self, element: Any, level: int = 0) -> None:
        text = re.sub(r"[ \t\r\n\f\v]+", " ", "".join(self.open)).strip()
        if text:
            self.pieces.append(Piece(text, element, level, self.linked))
        self.open.clear()
        self.linked = 0

    def lines(self, element: Any) -> None:
        """Text that is shown as it stands, line by line."""
        self.flush(element.getparent())
        for line in (element.text or "").splitlines():
            self.open.append(line)
            self.flush(element)


def parse(text: str) -> Page:
    """The page's blocks in reading order, numbered from 1, and its meta data. An unreadable page has none."""
    import lxml.html

    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = lxml.html.HTMLParser(recover=True, remove_comments=True, remove_pis=True)  # nesting stays below 256
    try:
        root = lxml.html.document_fromstring(text, parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError):
        return Page(())
    meta = page_meta(root)
    walk = _Walk(_hidden_elements(root))
    body = root.find("body")
    _visit(root if body is None else body, walk)
    judge(root, walk.pieces, meta)
    blocks = tuple(Block(p.text, number, p.level, p.verdict) for number, p in enumerate(walk.pieces, 1))
    flat = _flat(text)
    return Page(flat if _size(blocks) * 3 < _size(flat) else blocks, meta)


def _size(blocks: tuple[Block, ...]) -> int:
    return sum(len(block.text) for block in blocks)


def _flat(text: str) -> tuple[Block, ...]:
    """The page without its tags: all there is when the parser gives up, as it does on 256 unclosed tags."""
    bare = re.sub(r"(?is)<(script|style|noscript)\b.*?</\1\s*>|<!--.*?-->", "", text)
    lines = re.sub(r"(?i)<(?:br|/?p|/?div|/?li|/?tr|/?h[1-6])\b[^>]*>|\n", "\n", bare).split("\n")
    words = (re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", line)).strip() for line in lines)
    return tuple(Block(line, number) for number, line in enumerate(filter(None, words), 1))


def _visit(element: Any, walk: _Walk) -> None:
    """Read one element and what follows it up to its end tag."""
    tag = element.tag if isinstance(element.tag, str) else ""
    if tag in _SILENT or not tag:
        return
    if element in walk.hidden or tag in _UNSEEN or tag in _CONTROLS:
        _set_aside(element, walk, "control" if tag in _CONTROLS else "hidden")
        return
    if tag in ("br", "hr"):
        walk.flush(element.getparent())
        return
    if tag == "table":
        walk.rows.update(data_rows(element, _words))
    if tag == "pre" and len(element) == 0:
        walk.lines(element)
        return
    if text := walk.rows.get(element, ""):
        walk.flush(element.getparent())
        links = sum(len(_words(link)) for link in element.iter("a"))
        walk.pieces.append(Piece(text, element, linked=links, row=True))
        return
    _enter(element, tag, walk)


def _enter(element: Any, tag: str, walk: _Walk) -> None:
    block = tag in _BLOCKS
    if block:
        walk.flush(element.getparent())
        if tag == "li":
            walk.open.append(_ordinal(element))
    if element.text:
        walk.open.append(element.text)
    before = sum(map(len, walk.open))
    for child in element:
        _visit(child, walk)
        if child.tail:
            walk.open.append(child.tail)
    if tag == "a":
        walk.linked += max(0, sum(map(len, walk.open)) - before + len(element.text or ""))
    if block:
        walk.flush(element, int(tag[1]) if re.fullmatch("h[1-6]", tag) else 0)


def _set_aside(element: Any, walk: _Walk, verdict: str) -> None:
    """Keep an unseen element's text as a block of its own, without cutting the sentence around it."""
    if words := _words(element):
        walk.pieces.append(Piece(words, element, verdict=verdict))


def _words(element: Any) -> str:
    """All visible text of an element, blocks set apart by blanks."""
    parts: list[str] = []
    for node in element.iter():
        if isinstance(node.tag, str) and node.tag not in _SILENT:
            parts += [" " if node.tag in _BLOCKS or node.tag == "br" else "", node.text or ""]
        if node is not element:
            parts.append(node.tail or "")
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _ordinal(item: Any) -> str:
    """What a browser prints before an item of a numbered list; empty where the text has its own number."""
    parent = item.getparent()
    if parent is None or parent.tag != "ol" or re.search(r"list-style[^;]*none", parent.get("style", "")):
        return ""
    if _ORDINAL.match(_words(item)):
        return ""
    start = parent.get("start", "1")
    first = int(start) if start.isdigit() else 1
    place = [child for child in parent if child.tag == "li"].index(item)
    return f"{first + place}. "


def _hidden_elements(root: Any) -> frozenset[Any]:
    """Elements that readers do not see. One that holds most of the page is an article waiting for a script."""
    style = "\n".join(element.text or "" for element in root.iter("style"))
    script = "\n".join(element.text or "" for element in root.iter("script"))
    hiding = {name for name, body in _STYLE_RULE.findall(style) if _HIDING.search(body)}
    hiding |= {f"#{name}" for name in _SCRIPT_HIDES.findall(script)}
    total = _han(root)
    found: set[Any] = set()
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag in ("html", "body", "head"):
            continue
        names = {f".{name}" for name in element.get("class", "").split()} | {f"#{element.get('id', '')}"}
        unseen = element.get("hidden") is not None or _HIDING.search(element.get("style", "")) or names & hiding
        if unseen and _han(element) * 2 <= total:
            found.add(element)
    return frozenset(found)


def _han(element: Any) -> int:
    return len(re.findall(f"[{HAN}]", _words(element)))
