"""Who published an article and who wrote it, as the page says it."""

import re
from collections.abc import Iterator, Sequence

from ingest.dates import date_in
from ingest.document import Cleaned, RawDocument
from ingest.record import Said, Value
from retrieval.names import simplified

_NAME = r"[《“\"]?([^\s|｜】\])）》<>“”\",，。;；、:：]{2,30})"
_PUBLISHER = re.compile(
    r"((?:(?:文章|信息|稿件|新闻|内容)?来源|稿源|供稿单位|(?:信息)?发布(?:机构|单位)|转载自|转自)\s*[:：]\s*)" + _NAME
)
_CELLS = re.compile(r"^\s*((?:信息)?(?:来源|发布机构|发布单位)\s*[|丨]\s*)" + _NAME)
_DATED_SITE = re.compile(r"^\D{0,8}()20\d{2}[年/.-].{4,14}\s([^\s:：\d|]{2,20}[网报台局])(?:\s|$)")
_REPRINT = re.compile(
    r"((?:转载请注明(?:来自|出处|来源)|本文(?:来自|转自|来源于|选自|摘自))\s*[:：]?\s*[《“\"]?)"
    r"([^\s|｜,，。;；、:：《》“”\"()（）]{2,20})"
)
_DATELINE = re.compile(
    r"^\s*[【\[(（]?([^\s，。,（(【\]]{2,10}?)(?:新闻)?(?:\d{1,2}月\d{1,2}日)?(?:电|讯)[】\])）\s:：(（]"
)
_SITE_DATED = re.compile(r"^()([^\s:：\d|，。]{2,20}[网报台局])\s+20\d{2}[年/.-]\d{1,2}[月/.-]\d{1,2}")
_NOBODY = re.compile(
    r"^(?:本站|本网|原创|网络|互联网|未知|不详|转载|其他|佚名|本报|整理|X+|x+|http|www|综合|admin|管理员|匿名|网友|null|无$)",
    re.I,
)
# what follows a name without a blank between
_BESIDE = re.compile(
    r"(?:浏览|瀏覽|点击|點擊|阅读|閱讀)(?:次数|次數|量|数|數|[:：]|$)|字体|字體|字号|字號|发布(?:时间|日期)|發[布佈](?:時間|日期)|打印"
)
_AUTHOR = re.compile(
    r"((?:作者|撰文|撰稿|记者|通讯员|文)\s*[:：/丨｜]\s*)"
    r"([^\s|｜,，。;；、:：()（）\d【】]{2,12}(?:[ 、][一-龥]{2,4}(?=[\s、)）】]|$)){0,3})"
)
_BYLINE = re.compile(r"((?:电|讯)\s*[(（](?:记者|通讯员)?\s*)([一-龥]{2,4}(?:[\s、][一-龥]{2,4}){0,4})[)）]")
_REPORTER = re.compile(
    r"([(（](?:全媒体|本报|见习)?记者\s*[:：]?\s*)([一-龥]{2,4}(?:[\s、][一-龥]{2,4}){0,3})(?:\s*通讯员[^)）]*)?[)）]"
)
_BLOGGER = re.compile(r"^\s*([^\s:：\d]{2,16})\s+(?=\d{4}[-/.年])")


def source_of(raw: RawDocument) -> str:
    """What the values of ``raw.meta`` are called in ``Article.facts``."""
    return {"html": "html meta", "md": "front matter"}.get(raw.format, f"{raw.format} properties")


def publisher_of(raw: RawDocument, cleaned: Cleaned, lines: Sequence[Said]) -> Value | None:
    """来源 and its like, a reprint's note, the file's own word, a site beside a date, the breadcrumb, a dateline."""
    removed = [line for line in lines if line.rule]
    near = [*removed, *(line for line in lines if not line.rule and len(line.text) <= 40)]
    for pattern, rule in ((_PUBLISHER, "label"), (_CELLS, "record"), (_REPRINT, "reprint note")):
        for name, lead in _names(pattern, near):
            return Value(name, rule if rule == "reprint note" else f"{rule} {lead}")
    if (meta := raw.meta.get("publisher", "").strip()) and not _NOBODY.match(meta):
        return Value(meta, f"{source_of(raw)} publisher")
    for pattern in (_DATED_SITE, _SITE_DATED):
        for name, _ in _names(pattern, near):
            return Value(name, "site beside a date")
    for line in removed:
        if line.rule == "breadcrumb" and (site := _site_of(line.text)):
            return Value(site, "breadcrumb")
    for kept in cleaned.lines[:3]:
        match = _DATELINE.match(simplified(kept.text))
        if match is not None and not _NOBODY.match(match.group(1)):
            return Value(kept.text[match.start(1) : match.end(1)], "dateline")
    return None


def _site_of(trail: str) -> str:
    parts = [part.strip() for part in re.split(r"[>›»＞]", trail)]
    if len(parts) < 2:
        return ""
    sites = [part for part in parts if re.search(r"[网報报台]|政府|委员会|门户", simplified(part)) and len(part) <= 20]
    return sites[-1] if sites else ""


def author_of(raw: RawDocument, cleaned: Cleaned, lines: Sequence[Said]) -> Value | None:
    """作者 and its like, what the file says of itself, a reporter in brackets, a blog's first line."""
    removed = [line for line in lines if line.rule]
    near = [*removed, *(line for line in lines if not line.rule and len(line.text) <= 40)]
    for name, lead in _names(_AUTHOR, near):
        return Value(name, f"label {lead}")
    if (meta := raw.meta.get("author", "").strip()) and not _NOBODY.match(meta):
        return Value(meta, f"{source_of(raw)} author")
    edge = [
        Said(line.number, line.text, "", simplified(line.text)) for line in (*cleaned.lines[:2], *cleaned.lines[-2:])
    ]
    for pattern in (_BYLINE, _REPORTER):
        for name, _ in _names(pattern, edge):
            return Value(name, "byline")
    for line in removed:
        match = _BLOGGER.match(line.plain)
        if (
            match is not None
            and re.search(r"浏览|阅读|评论|点击", line.plain)
            and not re.search(r"时间|日期|发布|来源", match.group(1))
        ):
            return Value(line.text[match.start(1) : match.end(1)], "name before a date")
    return None


def _names(pattern: re.Pattern[str], lines: Sequence[Said]) -> Iterator[tuple[str, str]]:
    """Names that the pattern's second group finds, each with the words of its first."""
    for line in lines:
        if re.search(r"凡本[网站]|凡注明|注明[“\"]", line.plain):
            continue
        for match in pattern.finditer(line.plain):
            name = _BESIDE.split(line.text[match.start(2) : match.end(2)])[0].strip("-—·. ")
            if len(name) >= 2 and not _NOBODY.match(name) and not date_in(name):
                yield name, match.group(1).strip(' :：/|丨｜《“"')
