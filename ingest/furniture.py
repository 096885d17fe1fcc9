"""Lines that are furniture by themselves: what a page says besides the article. ``docs/cleaning.md`` lists the rules.

All patterns are matched against ``matching`` forms: simplified, half-width, lower-case. A line that
reads like prose is out of reach of all but the copyright, imprint and code rules.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from ingest.notices import is_notice
from ingest.rules import RULES
from ingest.vocabulary import MENU, MENU_OR_HEADING

_HAN = "\u4e00-\u9fff"
_NAME = rf"[{_HAN}·]{{2,4}}"
_NAMES = rf"{_NAME}(?:[、,，/\s]+{_NAME}){{0,5}}"
_DATE = (
    r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s?(?:星期|周)[一二三四五六日天])?"
    r"(?:\s?[上下]午|\s?t)?(?:\s{0,3}\d{1,2}[:：时]\d{1,2}(?:[:：分]\d{1,2}秒?)?分?)?"
)
_LEAD = re.compile(r"^[•·●◆■▪○◇□★☆※*►▶→↓↑\-–—>»|\s]+")
_PROSE_MARK = re.compile(r"[。；！？;!?]|[，,][^，,]+[，,]")
_SPLIT = re.compile(r"[\s|/·•【】\[\]〖〗「」<>›»:：_丨—\-–,、()（）+^↑]+")

_EDITORS = "责任编辑|本期编辑|值班编辑|网站编辑|编辑|责编|作者"
_ROLES = (
    "校对|审核|初审|复审|终审|签发|编审|监制|排版|美编|撰稿|撰文|供稿|摄影|摄像|文/图|图/文|图文|文字|图片|视频|剪辑|制作|统筹|策划"
    "|监审|出品|总值班|值班主任|通讯员|[一二三]审|[一二三]校"
)
_RECORD = (
    "索\\s?引\\s?号|文\\s?号|发文字号|主题分类|主题词|公开方式|公开范围|信息分类"
    "|体裁分类|有效性|统一登记号|稿件类型|时效性"
)
LABELLED = re.compile(
    rf"(?<![{_HAN}])(?:"
    rf"(?:发布|发表|更新|成文|发文|生成|录入|公开|上传|编辑)(?:时间|日期)\s?[:：]?\s?(?:{_DATE})?"
    rf"|(?:最后|最近)(?:更新|修改|编辑)(?:时间|于)?\s?[:：]?\s?(?:{_DATE})"
    r"|(?:信息|稿件|文章|新闻|内容)?(?:来源|稿源|来自|出处|素材)\s?[:：丨|]\s?[^\s|;；。]{0,30}"
    r"|(?:发布|发文|公开)(?:机构|单位|机关|部门|者|人)\s?[:：]\s?[^\s|;；。]{0,30}"
    rf"|(?:{_EDITORS}|{_ROLES})\s?[:：/丨|]\s?{_NAMES}(?=\s|$|[|)）】\]])"
    rf"|(?:{_EDITORS})\s?[:：/丨|]\s?[^\s|;；。，,]{{0,16}}"
    rf"|(?:责任编辑|责编)\s{_NAMES}"
    rf"|(?:本报|本网|本台|特约|通讯员|\s)*记者\s?[:：]?\s?{_NAMES}$"
    rf"|(?:{_RECORD})\s?[:：]\s?[^\s|;；。]{{0,40}}"
    rf"|原创\s(?:{_DATE})?)"
)
COUNTER = re.compile(
    r"\d[\d,.]*\s?万?\+?\s?(?:次|个|条|人)?\s?(?:浏览|阅读|点击|评论|点赞|人气|收藏|围观)(?:量|数)?"
    r"|(?:浏览|阅读|点击|评论|访问|点赞|围观)(?:(?:量|数|次数|人数|率)\s?[:：(（]?|\s?[:：(（]|(?=\s?\d))"
    r"\s?(?:\d[\d,.]*\s?万?\+?|loading|--)?\s?[次人条]?[)）]?(?=\s|$|[|】\]])"
    r"|(?:人气|热度)\s?[:：]\s?\d*"
)
RECORD_LABEL = re.compile(
    r"(?:索\s*引\s*号|发文(?:单位|机关|字号|日期)|发布(?:机构|单位|日期|时间)|公开责任部门|成文日期|生成日期|名\s*称|标\s*题|文\s*号|有\s*效\s*性"
    r"|信息时效性|主题(?:分类|词)|信息分类|体裁分类|公开(?:方式|范围|时限|日期)|废止日期|生效日期|关\s*键\s*词|来\s*源)\s?[:：]"
)
_SIGNED = re.compile(
    rf"[（(](?:[^（）()。，,:：]{{2,20}}\s)?(?:记者|通讯员)?\s?[^（）()。，,:：\s]{{2,16}}\s{_NAMES}[)）]"
)
_CUT_OFF = re.compile(
    r"(?:…|\.{3})\s*(?:[\[【(（]?(?:详细|详情|全文|更多|查看全文|阅读全文)[\]】)）]?)?$|[\[【](?:详细|详情|全文)[\]】]$"
)
_TRAIL = re.compile(rf"[{_HAN}]{{2,10}}\s?[>›»]\s?[{_HAN}]{{2,10}}")
_BANNER = re.compile(
    r"(?:欢迎(?:访问|光临|来到)|.{2,20}(?:门户网站|政府网站|官方网站|官网|政务网|数字报|电子报|信息网|公众信息网)[!！]?$).{0,24}"
)
_CLOCKED = re.compile(rf"(?:{_DATE})(?<=\d[:：]\d\d)")
_BARE_DATE = re.compile(_DATE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: ``index`` of ``count`` kept lines, counting from 0."""

    index: int
    count: int

    @property
    def at_edge(self) -> bool:
        """Among the first ten or the last eight lines, where pages keep dates and signatures."""
        return self.index < 10 or self.index >= self.count - 8


def is_menu(form: str) -> bool:
    """Whether a line is nothing but words that menus have, which may be a heading as well."""
    words = _words(form)
    return bool(words) and all(word in MENU or word in MENU_OR_HEADING for word in words)


def is_prose(form: str) -> bool:
    """Whether a line reads like sentences of an article rather than a label, a heading or a menu."""
    return len(form) >= 30 and bool(_PROSE_MARK.search(form))


def is_cut_off(form: str) -> bool:
    """Whether a line breaks off as the beginnings do that lists of pages show."""
    return bool(_CUT_OFF.search(form))


def furniture(form: str, place: Place) -> str | None:
    """The rule that takes a whole line away, or None. ``form`` is the line's matching form."""
    bare = _LEAD.sub("", form).strip()
    if not bare:
        return "decoration"
    prose = is_prose(bare)
    for rule in RULES:
        if len(bare) <= rule.longest and (rule.even_prose or not prose) and rule.pattern.fullmatch(bare):
            return rule.name
    for judge in _JUDGES:
        if verdict := judge(bare, place):
            return verdict
    return None


def _copyright(form: str, place: Place) -> str | None:
    return "copyright" if is_notice(form) else None


def _menu(form: str, place: Place) -> str | None:
    words = _words(form)
    if not words or len(form) > 300 or any(len(word) > 14 for word in words):
        return None
    sure = sum(word in MENU for word in words)
    known = sure + sum(word in MENU_OR_HEADING for word in words)
    if known == len(words) and (sure or known >= 3):
        return "navigation"
    if sure and len(words) >= 4 and known * 2 >= len(words) and not _PROSE_MARK.search(form):
        return "navigation"
    return None


def _words(form: str) -> list[str]:
    return [word for word in _SPLIT.split(form) if word and not word.isdigit()]


def _page_facts(form: str, place: Place) -> str | None:
    """Date, source, author and counters, with no more than a name or a section beside them."""
    if len(form) > 140:
        return None
    labelled, rest = _cut(LABELLED, form)
    counted, rest = _cut(COUNTER, rest)
    clocked, rest = _cut(_CLOCKED, rest)
    dated, rest = _cut(_BARE_DATE, rest)
    words = [word for word in _SPLIT.split(rest) if word and word not in MENU and word not in MENU_OR_HEADING]
    beside = sum(map(len, words))
    if not labelled + counted + clocked:
        return "meta-line" if dated and not words and place.at_edge else None
    if beside > (16 if labelled + counted + clocked + dated > 1 else 6) or re.search(r"[。！？；]", rest):
        return None
    return "meta-line" if labelled or clocked or dated else "counter"


def _cut(pattern: re.Pattern[str], text: str) -> tuple[int, str]:
    rest, found = pattern.subn(" ", text)
    return found, rest


def _record(form: str, place: Place) -> str | None:
    """A row of the record above a public document: labels and values in turn."""
    cells = form.split(" | ")
    labels = [cell for cell in cells[::2] if cell]
    return "meta-line" if len(cells) > 1 and labels and all(map(RECORD_LABEL.fullmatch, labels)) else None


def _signature(form: str, place: Place) -> str | None:
    """``(某局 某人)`` on a line of its own below an article."""
    return "credit" if _SIGNED.fullmatch(form) else None


def _banner(form: str, place: Place) -> str | None:
    """The site's own name above everything."""
    return "site-header" if place.index < 4 and place.count > 4 and _BANNER.fullmatch(form) else None


def _trail(form: str, place: Place) -> str | None:
    """A channel and its section above the article, with a single ``>`` between them."""
    return "breadcrumb" if place.index < 3 and place.count > 4 and _TRAIL.fullmatch(form) else None


_JUDGES: tuple[Callable[[str, Place], str | None], ...] = (
    _copyright,
    _record,
    _page_facts,
    _menu,
    _signature,
    _banner,
    _trail,
)
