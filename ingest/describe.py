"""What an article says about itself: title, publisher, date, author, address, and the years that it speaks of.

Nothing is guessed: what the page does not say is None. Text of either script is judged in its simplified form
and returned in its own.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ingest.dates import date_in, first_date, in_digits, years_of
from ingest.document import Cleaned, RawDocument, Removal
from ingest.headings import ordinal
from retrieval.names import simplified
from retrieval.text import sentence_spans, squeeze

TITLE_CHARS = 80
MADE_TITLE_CHARS = 40
# rules whose removals are other people's words: nothing about the article is to be learned from them
_FOREIGN = re.compile(r"spam|comment|related|prev|footer|share|advert|hidden|outside")

_SITE = re.compile(
    r"网|政府|委员会|卫健|卫生|局|门户|首页|频道|日报|晚报|时报|新闻|公众号|平台|资讯|在线|博客|论坛|官网|站|\.(?:com|cn|net|org)"
)
_TITLE_TAIL = re.compile(r"\s*(?:[_|｜]|\s[-–—]\s|(?<=[^\s—-])-(?=[^\s\d—-]))\s*([^_|｜]{2,30})$")
_NAMED_TITLE = re.compile(r"(?:本文|文章)标题[:：]\s*《([^》]{4,80})》")
_NAVIGATION = re.compile(
    r"^(?:首页|当前位置|您的位置|您现在|网站|登录|导航|返回|打印|关闭|正文$)|正文$|>|»|IPv6|无障碍|繁体|客户端|查看更多|扫一扫|点击上方|关注我们"
)

_NAME = r"[《“\"]?([^\s|｜】\])）》<>“”\",，。;；、:：]{2,30})"
_PUBLISHER = re.compile(
    r"(?:(?:文章|信息|稿件|新闻|内容)?来源|稿源|供稿单位|(?:信息)?发布(?:机构|单位)|转载自|转自)\s*[:：]\s*" + _NAME
)
_DATED_SITE = re.compile(r"^\D{0,8}20\d{2}[年/.-].{4,14}\s([^\s:：\d|]{2,20}[网报台局])(?:\s|$)")
_REPRINT = re.compile(
    r"(?:转载请注明(?:来自|出处|来源)|本文(?:来自|转自|来源于|选自|摘自))\s*[:：]?\s*[《“\"]?"
    r"([^\s|｜,，。;；、:：《》“”\"()（）]{2,20})"
)
_DATELINE = re.compile(
    r"^\s*[【\[(（]?([^\s，。,（(【\]]{2,10}?)(?:新闻)?(?:\d{1,2}月\d{1,2}日)?(?:电|讯)[】\])）\s:：(（]"
)
_SITE_DATED = re.compile(r"^([^\s:：\d|，。]{2,20}[网报台局])\s+20\d{2}[年/.-]\d{1,2}[月/.-]\d{1,2}")
_NOBODY = re.compile(
    r"^(?:本站|本网|原创|网络|互联网|未知|不详|转载|其他|佚名|本报|整理|X+|x+|http|www|综合|admin|管理员|匿名|网友)",
    re.I,
)

_LABELLED_DATE = re.compile(
    r"(?:发布|发表|发文|成文|公开|更新|录入|印发|刊发)?(?:时间|日期|于)\s*[:：]?\s*(?=[12二])|(?:发布|发表)(?:于|在)\s*"
)
_AUTHOR = re.compile(
    r"(?:作者|撰文|撰稿|记者|通讯员|文)\s*[:：/丨｜]\s*"
    r"([^\s|｜,，。;；、:：()（）\d【】]{2,12}(?:[ 、][一-龥]{2,4}(?=[\s、)）】]|$)){0,3})"
)
_BYLINE = re.compile(r"(?:电|讯)\s*[(（](?:记者|通讯员)?\s*([一-龥]{2,4}(?:[\s、][一-龥]{2,4}){0,4})[)）]")
_REPORTER = re.compile(
    r"[(（](?:全媒体|本报|见习)?记者\s*[:：]?\s*([一-龥]{2,4}(?:[\s、][一-龥]{2,4}){0,3})(?:\s*通讯员[^)）]*)?[)）]"
)
_BLOGGER = re.compile(r"^\s*([^\s:：\d]{2,16})\s+(?=\d{4}[-/.年])")
_NAMED_URL = re.compile(
    r"(?:转载请注明(?:地址|出处|来源|原文)?|原文(?:链接|地址|网址)|本文(?:链接|地址|网址)|链接地址)\s*[:：]?\s*(https?://[^\s，。；）)”\"<>]+)"
)
_DATED_HEAD = re.compile(r"(?:\D{0,8}|[^，。\d]{0,20}\s)20\d{2}[年/.-]\d{1,2}[月/.-]\d{1,2}日?(?:\s|$)")
_SIGNED = re.compile(r"\D{0,12}20\d{2}[年/.-]\s?\d{1,2}[月/.-]\s?\d{1,2}日?\D{0,2}$")
_URL_DATE = re.compile(r"/(20\d{2})[-/_]?(\d{2})[-/_]?(\d{2})(?:[/_-]|(?=\D|$))")


@dataclass(frozen=True, slots=True)
class Description:
    """The article's own words about itself. ``published`` is ISO 8601; ``years`` ascend."""

    title: str
    publisher: str | None = None
    published: str | None = None
    author: str | None = None
    url: str | None = None
    years: tuple[int, ...] = ()


def describe(raw: RawDocument, cleaned: Cleaned) -> Description:
    """Read the description off a document's markup, its removed lines and its body."""
    said = [removal for removal in cleaned.removals if not _FOREIGN.search(removal.rule)]
    title = _title(raw, cleaned, said)
    url = raw.url or raw.meta.get("url") or _found(_NAMED_URL, said)
    published = _published(raw, cleaned, said, url)
    body = "\n".join(line.text for line in cleaned.lines)
    return Description(
        title=title,
        publisher=_publisher(raw, cleaned, said),
        published=published,
        author=_author(raw, cleaned, said),
        url=url,
        years=years_of(f"{title}\n{body}", published, title),
    )


def _title(raw: RawDocument, cleaned: Cleaned, said: list[Removal]) -> str:
    """The page's own heading, its <title>, an opening line that reads like one, 本文标题, else the first words."""
    lines = cleaned.lines
    top = next((line.text for line in lines[:5] if line.level == 1), "")
    marked = clean_title(raw.meta.get("title", ""))
    opening = list(itertools.takewhile(_before_body, (line.text for line in lines[:5])))
    for candidate in (top, marked, *opening, _found(_NAMED_TITLE, said) or ""):
        if _reads_like_title(candidate):
            return candidate.strip()
    return _made_title([line.text for line in lines], raw.source)


def _before_body(text: str) -> bool:
    return len(text) <= TITLE_CHARS and text[-1] not in "。！？!?；;"


def clean_title(title: str) -> str:
    """A page title without the names of its site: ``…_某某网`` and ``… - 某县人民政府`` lose their tails."""
    title = title.strip()
    for _ in range(3):
        match = _TITLE_TAIL.search(title)
        if match is None or match.start() < 5 or not _SITE.search(simplified(match.group(1))):
            break
        title = title[: match.start()].rstrip()
    return title


def _reads_like_title(text: str) -> bool:
    plain = simplified(text).strip()
    if not 4 <= len(plain) <= TITLE_CHARS or _NAVIGATION.search(plain):
        return False
    if ordinal(plain)[0] is not None or _DATED_HEAD.match(in_digits(plain)):
        return False
    return plain[-1] not in "。；;，,：:、" and "。" not in plain and plain.count("，") + plain.count(",") <= 3


def _made_title(texts: list[str], source: str) -> str:
    for text in texts:
        start, end = next(sentence_spans(text), (0, 0))
        sentence = text[start:end].rstrip("。！？；!?;")
        clauses = re.split(r"[，,：:；;]", sentence)
        made = clauses[0]
        if len(squeeze(made)) < 8 and len(clauses) > 1:
            made = sentence[: len(clauses[0]) + 1 + len(clauses[1])]
        if len(squeeze(made)) >= 4:
            return made if len(made) <= MADE_TITLE_CHARS else made[: MADE_TITLE_CHARS - 1] + "…"
    return unquote(source).rsplit("/", 1)[-1]


def _publisher(raw: RawDocument, cleaned: Cleaned, said: list[Removal]) -> str | None:
    lines = [removal.text for removal in said] + [line.text for line in cleaned.lines if len(line.text) <= 40]
    for pattern in (_PUBLISHER, _REPRINT):
        for name in _names(pattern, lines):
            return name
    if (meta := raw.meta.get("publisher", "").strip()) and not _NOBODY.match(meta):
        return meta
    for pattern in (_DATED_SITE, _SITE_DATED):
        for name in _names(pattern, lines):
            return name
    for removal in said:
        if removal.rule == "breadcrumb":
            parts = [part.strip() for part in re.split(r"[>›»＞]", removal.text)]
            sites = [
                part
                for part in parts
                if re.search(r"[网報报台]|政府|委员会|门户", simplified(part)) and len(part) <= 20
            ]
            if sites:
                return sites[-1]
    for line in cleaned.lines[:3]:
        match = _DATELINE.match(simplified(line.text))
        if match is not None and not _NOBODY.match(match.group(1)):
            return line.text[match.start(1) : match.end(1)]
    return None


def _names(pattern: re.Pattern[str], lines: list[str]) -> Iterator[str]:
    for text in lines:
        plain = simplified(text)
        if re.search(r"凡本[网站]|凡注明|注明[“\"]", plain):
            continue
        for match in pattern.finditer(plain):
            name = text[match.start(1) : match.end(1)].strip("-—·. ")
            if len(name) >= 2 and not _NOBODY.match(name) and not date_in(name):
                yield name


def _published(raw: RawDocument, cleaned: Cleaned, said: list[Removal], url: str | None) -> str | None:
    body = [line.number for line in cleaned.lines]
    top = body[min(2, len(body) - 1)] if body else 0
    near = [removal.text for removal in said if removal.rule == "meta-line" or removal.number <= top]
    for text in [*near, *(removal.text for removal in said)]:
        plain = simplified(text)
        for match in _LABELLED_DATE.finditer(plain):
            if (found := first_date(plain[match.end() : match.end() + 24])) is not None:
                return found
    for found in (first_date(raw.meta.get("date", "")), *(first_date(simplified(text)) for text in near)):
        if found is not None:
            return found
    heads = [line.text for line in cleaned.lines[:4] if len(line.text) <= 60]
    signed = [line.text for line in cleaned.lines[-3:] if len(line.text) <= 24]
    for pattern, lines in ((_DATED_HEAD, heads), (_SIGNED, signed[::-1])):
        for text in lines:
            plain = in_digits(simplified(text))
            if pattern.match(plain) and (found := first_date(plain)) is not None:
                return found
    dated = _URL_DATE.search(urlsplit(url).path) if url else None
    return first_date("-".join(dated.groups())) if dated else None


def _author(raw: RawDocument, cleaned: Cleaned, said: list[Removal]) -> str | None:
    near = [removal.text for removal in said] + [line.text for line in cleaned.lines if len(line.text) <= 40]
    for name in _names(_AUTHOR, near):
        return name
    if (meta := raw.meta.get("author", "").strip()) and not _NOBODY.match(meta):
        return meta
    edge = [line.text for line in (*cleaned.lines[:2], *cleaned.lines[-2:])]
    for pattern in (_BYLINE, _REPORTER):
        for name in _names(pattern, edge):
            return name
    for removal in said:
        plain = simplified(removal.text)
        match = _BLOGGER.match(plain)
        if (
            match is not None
            and re.search(r"浏览|阅读|评论|点击", plain)
            and not re.search(r"时间|日期|发布|来源", match.group(1))
        ):
            return removal.text[match.start(1) : match.end(1)]
    return None


def _found(pattern: re.Pattern[str], said: list[Removal]) -> str | None:
    for removal in said:
        if (match := pattern.search(simplified(removal.text))) is not None:
            return removal.text[match.start(1) : match.end(1)]
    return None
