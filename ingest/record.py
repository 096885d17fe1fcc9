"""What a page says about its document beside the article: the record above it, and the lines around it.

A record is the table 索引号/发文机关/成文日期 … that public documents stand under: rows with cells, labels with
colons, or a label and its value on two lines.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.dates import date_in
from ingest.document import Cleaned
from retrieval.names import simplified
from retrieval.text import squeeze

# rules whose removals are other people's words: nothing about the article is to be learned from them
FOREIGN = re.compile(r"spam|comment|related|prev|footer|share|advert|hidden|outside")
# a record may stand outside the element that holds the article
OUTSIDE = "outside-main-content"
# a record stands among so many first lines
HEAD_LINES = 15
_LONGEST = 400
# how many blocks below the title date and source may stand, and how long their line is at most
_BELOW_TITLE, _LONGEST_BYLINE = 3, 80

LABELS: dict[str, str] = {
    "number": "文号|发文字号|发文号|发文文号|公文文号|文件编号|文件号|文件字号",
    "issuer": "发文机关|发文单位|发文机构|发文部门|制发机关|制发单位|制定机关|印发机关|印发单位|成文单位|颁布机关",
    "released_by": "信息发布机构|发布机构|发布机关|发布单位|发布部门|公开主体|公开单位|公开机构|公开责任部门",
    "written": "成文日期|成文时间|发文日期|发文时间|生成日期|生成时间|制发日期|印发日期|印发时间|签发日期|签发时间",
    "published": "信息发布日期|发布日期|发布时间|发表时间|发表日期|公开日期|公开时间|公布日期|刊发时间|上网时间",
    "effective": "生效日期|生效时间|施行日期|施行时间|实施日期|实施时间|执行日期",
    "expires": "废止日期|废止时间|失效日期|失效时间|有效期至|有效期截止|有效截止日期",
    "title": "名称|标题|信息名称|文件名称|公文名称|文件标题|信息标题",
    "": "索引号|信息索引号|索取号|统一登记号|主题分类|主题词|主题|分类|信息分类|体裁分类|体裁|组配分类|公开方式"
    "|公开形式|公开范围|公开类别|公开属性|公开时限|有效性|时效性|效力状态|时效状态|来源|作者|关键词|责任部门|服务对象|公文种类|文种|内容概述",
}
_KEYS = {label: key for key, labels in LABELS.items() for label in labels.split("|")}
_ANY = "|".join(r"\s{0,8}".join(label) for label in sorted(_KEYS, key=len, reverse=True))
_LABEL = re.compile(rf"(?<![一-龥])[【\[]?({_ANY})[】\]]?(?:\s*[:：丨|][\s:：丨|]*|\s*$)")
_CELL_END = re.compile(r"\s*[|丨\n]|\s[一-龥]{2,8}\s?[:：]")
_NOTHING = re.compile(r"^(?:无|暂无|没有|长期|未知|详见正文|[-—/\\*·.\s]*)$")


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the page: kept ones have no ``rule``; ``plain`` is its simplified form, of the same length."""

    number: int
    text: str
    rule: str = ""
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A value and where it was found, as ``Article.facts`` names it."""

    text: str
    rule: str


def page_lines(cleaned: Cleaned) -> list[Said]:
    """All lines but those of others, kept and removed, in the page's order."""
    lines = [Said(line.number, line.text, "", simplified(line.text)) for line in cleaned.lines]
    lines += [
        Said(removal.number, removal.text, removal.rule, simplified(removal.text))
        for removal in cleaned.removals
        if not FOREIGN.search(removal.rule) or (removal.rule == OUTSIDE and is_row(simplified(removal.text)))
    ]
    return sorted(lines, key=lambda line: line.number)


def below_title(cleaned: Cleaned, title: str) -> list[Said]:
    """Lines with a date that stand right below the title, though outside the element that holds the article."""
    dated = [
        one
        for one in cleaned.removals
        if one.rule == OUTSIDE and len(one.text) <= _LONGEST_BYLINE and date_in(one.text)
    ]
    if not dated:
        return []
    own = squeeze(title)
    numbers = [line.number for line in cleaned.lines if squeeze(line.text) == own]
    numbers += [one.number for one in cleaned.removals if one.rule == OUTSIDE and squeeze(one.text) == own]
    return [
        Said(one.number, one.text, "meta-line", simplified(one.text))
        for one in dated
        if any(0 < one.number - number <= _BELOW_TITLE for number in numbers)
    ]


def head_of(lines: Sequence[Said]) -> list[Said]:
    """Lines up to the last of the first kept ones, and removed ones wherever they stand."""
    kept = [line.number for line in lines if not line.rule]
    last = kept[min(HEAD_LINES, len(kept)) - 1] if kept else 0
    return [line for line in lines if line.rule or line.number <= last]


def read_record(lines: Sequence[Said]) -> dict[str, Value]:
    """Labelled values by the keys of ``LABELS``: the first of each that says something."""
    found: dict[str, Value] = {}
    labels = 0
    head = head_of(lines)
    for at, line in enumerate(head):
        if len(line.text) > _LONGEST or not (line.rule or is_row(line.plain)):
            continue
        below = head[at + 1] if at + 1 < len(head) else None
        for key, label, text in _pairs(line, below):
            labels += 1
            if key and not _NOTHING.match(text):
                found.setdefault(key, Value(text, f"record {label}"))
    if labels < 2:  # 名称：… alone may be anything
        found.pop("title", None)
    return found


def is_row(plain: str) -> bool:
    """Whether a line begins like a row of a record."""
    match = _LABEL.match(plain)
    return match is not None and (len(plain) <= 80 or "|" in plain)


def _pairs(line: Said, below: Said | None) -> Iterator[tuple[str, str, str]]:
    matches = list(_LABEL.finditer(line.plain))
    for match, after in itertools.zip_longest(matches, matches[1:]):
        label = squeeze(match[1])
        end = after.start() if after else len(line.text)
        text = line.text[match.end() : end]
        if (stop := _CELL_END.search(text)) is not None:
            text = text[: stop.start()]
        if not text.strip() and after is None and below is not None and not _LABEL.match(below.plain):
            text = below.text if len(below.text) <= _LONGEST else ""
        yield _KEYS[label], label, text.strip(" 　【】[]")
