"""Markdown in, blocks out: headings keep their level, marks of emphasis go, links leave their words."""

import re

from ingest.document import Block, Page

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
# every pattern takes time in proportion to its line, whatever the line is
_RULE = re.compile(r"(?:[-*_]\s*){3,}$|\|?(?:\s*:?-{2,}:?\s*\|)+\s*:?-*:?$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_IMAGE = re.compile(r"!\[([^\[\]]*)\]\([^()]{0,2000}(?:\([^()]{0,200}\))?[^()]{0,200}\)")
_LINK = re.compile(r"\[([^\[\]]+)\]\((?:[^()\s]|\([^)]*\))*(?:\s+\"[^\"]*\")?\)|<(https?://[^<>\s]+)>")
_EMPHASIS = re.compile(
    r"(\*\*|__|~~)(?=\S)(.{1,400}?)(?<=\S)\1|(?<![*A-Za-z0-9])\*(?=\S)([^*]+?)(?<=\S)\*(?![*A-Za-z0-9])|`([^`]+)`"
)
_TAG = re.compile(r"</?(?:br|p|div|span|font|center|strong|b|em|i|u|a|img|sup|sub)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BULLET = re.compile(r"^\s*[-*+]\s+(?=\S)")
_FRONT = re.compile(r"^\s*([A-Za-z_ -]{2,20}|[\u4e00-\u9fff]{2,6})\s*[:：]\s*(.*?)\s*$")
_KEYS = {
    "title": "title", "标题": "title", "標題": "title", "date": "date", "published": "date", "pubdate": "date",
    "日期": "date", "发布日期": "date", "发布时间": "date", "發布日期": "date", "發佈日期": "date",
    "source": "publisher",
    "publisher": "publisher", "来源": "publisher", "來源": "publisher", "author": "author", "作者": "author",
    "url": "url", "link": "url", "canonical": "url", "网址": "url", "链接": "url",
}  # fmt: skip


def parse(text: str) -> Page:
    """Blocks are the lines, numbered as in the file; images and fences are blocks with a verdict."""
    lines = text.split("\n")
    meta, first = _front_matter(lines)
    blocks: list[Block] = []
    for number, line in enumerate(lines[first:], first + 1):
        blocks.extend(_blocks(line, number))
    return Page(tuple(blocks), meta)


def _blocks(line: str, number: int) -> list[Block]:
    if not line.strip():
        return []
    if _RULE.match(line.strip()) or _FENCE.match(line):
        return [Block(line.strip(), number, verdict="markdown-rule")]
    heading = _HEADING.match(line.strip())
    text = _BULLET.sub("", heading[2] if heading else line.lstrip("> \t"))
    images = [Block(image[0], number, verdict="picture") for image in _IMAGE.finditer(text)]
    plain = _plain(text)
    return [*images, Block(plain, number, len(heading[1]) if heading else 0)] if plain else images


def _plain(text: str) -> str:
    text = _TAG.sub(" ", _IMAGE.sub("", text))
    text = _LINK.sub(lambda match: match[1] or match[2], text)
    for _ in range(2):  # emphasis inside emphasis
        text = _EMPHASIS.sub(lambda match: match[2] or match[3] or match[4], text)
    text = text.strip()
    if text.startswith("|") and text.endswith("|"):
        text = " | ".join(cell.strip() for cell in text.strip("|").split("|") if cell.strip())
    return re.sub(r"\\([\\`*_{}\[\]()#+.!|>~-])", r"\1", text).strip()


def _front_matter(lines: list[str]) -> tuple[dict[str, str], int]:
    """What stands between two lines of ``---`` at the top, and the index of the first line after it."""
    if not lines or lines[0].strip() != "---":
        return {}, 0
    end = next((at for at, line in enumerate(lines[1:60], 1) if line.strip() in ("---", "...")), 0)
    meta: dict[str, str] = {}
    for line in lines[1:end]:
        pair = _FRONT.match(line)
        key = _KEYS.get(pair[1].strip().lower()) if pair else None
        if pair and key and pair[2]:
            meta.setdefault(key, pair[2].strip("\"'"))
    return meta, end + 1 if end else 0
