"""Pages in, blocks out. The only file that imports lxml and trafilatura.

lxml keeps the structure (headings, list numbers, table rows); trafilatura only points at the
paragraphs of the article, from which the element that holds the article is found. What stands
outside it, and what readers cannot see, stays in the blocks with a verdict.
"""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.document import Block, Page
from ingest.furniture import Place, furniture
from ingest.html_meta import page_meta
from ingest.matching import matching
from retrieval.text import HAN, squeeze

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1"
        " h2 h3 h4 h5 h6 header hr li main marquee nav ol p pre section summary table tbody td tfoot th thead tr ul",
    )
)
_SILENT = frozenset({"script", "style", "head", "svg", "iframe", "object", "embed", "audio", "video", "map", "math"})
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
_LONG_ROW, _LONG_CELL = 600, 240
_ORDINAL = re.compile(r"^\s*(?:[(（]?[0-9一二三四五六七八九十]{1,3}[)）、.．:：]|第[一二三四五六七八九十\d]+|[①-⑳])")


@dataclass(slots=True)
class _Piece:
    """A block on its way: its element, how much of it is link text, and what it turned out to be."""

    text: str
    element: Any
    level: int = 0
    linked: int = 0
    verdict: str = ""


@dataclass(slots=True)
class _Walk:
    """Collects pieces while the tree is walked; ``open`` is the text of the block being read."""

    hidden: frozenset[Any]
    pieces: list[_Piece] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    linked: int = 0

    def flush(self, element: Any, level: int = 0, verdict: str = "") -> None:
        text = re.sub(r"[ \t\r\n\f\v]+", " ", "".join(self.open)).strip()
        if text:
            self.pieces.append(_Piece(text, element, level, self.linked, verdict))
        self.open.clear()
        self.linked = 0


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
    _judge(root, walk, meta)
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
    if tag == "tr" and _is_row(element):
        walk.flush(element)
        walk.open.append(" | ".join(cell for cell in map(_words, element) if cell))
        walk.flush(element)
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
        walk.pieces.append(_Piece(words, element, verdict=verdict))


def _words(element: Any) -> str:
    """All visible text of an element, blocks set apart by blanks."""
    parts: list[str] = []
    for node in element.iter():
        if isinstance(node.tag, str) and node.tag not in _SILENT:
            parts += [" " if node.tag in _BLOCKS or node.tag == "br" else "", node.text or ""]
        if node is not element:
            parts.append(node.tail or "")
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _is_row(row: Any) -> bool:
    """A row of data rather than of page layout: several short cells, no table inside."""
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    texts = [_words(cell) for cell in cells]
    return (
        len([text for text in texts if text]) >= 2
        and row.find(".//table") is None
        and max(map(len, texts)) <= _LONG_CELL
        and sum(map(len, texts)) <= _LONG_ROW
        and not any(cell.find(".//p") is not None and len(cell.findall(".//p")) > 4 for cell in cells)
    )


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


def _judge(root: Any, walk: _Walk, meta: Mapping[str, str]) -> None:
    """Give a verdict to every piece outside the article; none where the article cannot be told."""
    open_pieces = [piece for piece in walk.pieces if not piece.verdict]
    said = _article_text(root, walk.hidden)
    sure = [piece for piece in open_pieces if len(piece.text) >= 12 and squeeze(piece.text) in said]
    prose = sum(len(p.text) for p in open_pieces if _is_prose(p))
    if not sure or sum(len(p.text) for p in sure if _is_prose(p)) * 2 < prose:
        return
    home = _home(root, sure, [piece for piece in open_pieces if _speaks(piece)])
    chosen = set(map(id, sure))
    title = squeeze(meta.get("title", ""))
    for piece in open_pieces:
        within = piece.element is home or home in piece.element.iterancestors()
        is_title = piece.level in (1, 2) and len(piece.text) >= 6 and squeeze(piece.text) in title
        menu = piece.linked > 0.8 * len(piece.text) and not piece.level and len(piece.text) < 60
        if id(piece) not in chosen and not is_title and (not within or menu):
            piece.verdict = "outside-main-content"


def _is_prose(piece: _Piece) -> bool:
    return len(piece.text) >= 40 and piece.linked * 2 < len(piece.text) and bool(re.search("[，。；,;]", piece.text))


def _article_text(root: Any, hidden: frozenset[Any]) -> str:
    """What trafilatura takes for the article, squeezed."""
    import trafilatura

    for element in hidden:
        element.set("data-unseen", "")
    tree = copy.deepcopy(root)
    for element in list(tree.iter()):
        if element.get("data-unseen") is not None and element.getparent() is not None:
            element.drop_tree()
    found = trafilatura.extract(tree, favor_precision=True, include_comments=False, include_tables=True)
    return squeeze(found or "")


def _home(root: Any, sure: list[_Piece], speaking: list[_Piece]) -> Any:
    """The innermost element around nearly all of what is surely the article, and around all that speaks like it."""
    weight, voices = _sums(sure), _sums(speaking)
    home = root
    while True:
        inner = [child for child in home if weight.get(child, 0) >= 0.85 * weight[root]]
        if not inner or not any(isinstance(node.tag, str) and node.tag in _BLOCKS for node in inner[0]):
            return home
        if voices.get(inner[0], 0) < voices.get(home, 0):
            return home
        home = inner[0]


def _sums(pieces: list[_Piece]) -> dict[Any, int]:
    """For every element the length of the pieces inside."""
    sums: dict[Any, int] = {}
    for piece in pieces:
        for element in (piece.element, *piece.element.iterancestors()):
            sums[element] = sums.get(element, 0) + len(piece.text)
    return sums


def _speaks(piece: _Piece) -> bool:
    """A whole sentence that is no link and no furniture belongs to the article, though trafilatura may miss it."""
    sentence = len(piece.text) >= 12 and piece.linked == 0 and bool(re.search(r"[。！？；][”）)]?$", piece.text))
    return sentence and furniture(matching(piece.text), Place(50, 100)) is None
