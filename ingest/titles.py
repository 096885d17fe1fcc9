"""What an article is called: by the page's own heading first, and by its first words at the last."""

import itertools
import re
from collections.abc import Sequence
from urllib.parse import unquote

from ingest.bodies import body_of_letterhead, is_body
from ingest.dates import date_in, in_digits
from ingest.document import Cleaned, Line, RawDocument
from ingest.headings import ordinal
from ingest.numbers import number_alone
from ingest.record import OUTSIDE, Said, Value, is_row
from retrieval.names import simplified
from retrieval.text import sentence_spans, squeeze

TITLE_CHARS = 80
MADE_TITLE_CHARS = 40
_OPENING_LINES = 6
_LEAST_PART = 6
_SITE = re.compile(
    r"网|政府|委员会|卫健|卫生|局|门户|首页|频道|日报|晚报|时报|新闻|公众号|平台|资讯|在线|博客|论坛|官网|站|\.(?:com|cn|net|org)"
)
_SITE_ALONE = re.compile(
    r"[一-龥]{0,20}(?:首页|网站|门户|官网|(?:政府|政务|信息|公开|新闻|健康)网|平台)|[一-龥]{0,4}(?:公开|公告|文件|法规|动态|公示|要闻|新闻)|(?:文章|信息|新闻|详细|正文)?(?:内容|详情|正文)(?:页)?"
)
_TITLE_TAIL = re.compile(r"\s*(?:[_|｜]|\s[-–—]\s|(?<=[^\s—-])-(?=[^\s\d—-]))\s*([^_|｜]{2,30})$")
_NAMED_TITLE = re.compile(r"(?:本文|文章)标题[:：]\s*《([^》]{4,80})》")
_NAVIGATION = re.compile(
    r"^(?:首页|当前位置|您的位置|您现在|网站|登录|导航|返回|打印|关闭|正文$)|正文$|>|»|IPv6|无障碍|繁体|客户端|查看更多|扫一扫|点击上方|关注我们"
)
_DATED_HEAD = re.compile(r"(?:\D{0,8}|[^，。\d]{0,20}\s)20\d{2}[年/.-]\d{1,2}[月/.-]\d{1,2}日?(?:\s|$)")
_CONTINUES = re.compile(r"^(?:关于|印发|转发|发布|\d{4}年|[“\"]?[一二三四五六七八九十]{1,3}五)")
_ENDS = re.compile(
    r"(?:通知|意见|办法|方案|规划|计划|要点|规定|细则|公告|通告|函|批复|决定|报告|总结|制度|纲要|请示|解读|预案|[)）》])$"
)


def title_of(raw: RawDocument, cleaned: Cleaned, said: Sequence[Said], recorded: Value | None) -> Value:
    """The page's own heading, its <title>, an opening line like one, the record's 名称, 本文标题, the first words."""
    lines = cleaned.lines
    top = next((line.text for line in lines[:5] if line.level == 1), "")
    marked = _on_page(raw.meta.get("title", ""), cleaned) or clean_title(raw.meta.get("title", ""))
    source = {"html": "html title", "md": "front matter title"}.get(raw.format, f"{raw.format} properties")
    named = next((found for line in said if line.rule and (found := _named(line))), "")
    candidates = [(top, "heading of the page"), (marked, source)]
    texts = _opening(lines)
    opening = [*_joined(texts), *((text, "opening line") for text in texts)]
    candidates += [(_above_date(cleaned), "line above the date"), *opening]
    candidates += [(recorded.text, recorded.rule)] if recorded else []
    for text, rule in (*candidates, (named, "本文标题")):
        if _reads_like_title(text) and (text == top or not _is_site(text)):
            return Value(text.strip(), rule)
    made = _made_title([line.text for line in lines])
    return Value(made, "first words") if made else Value(unquote(raw.source).rsplit("/", 1)[-1], "file name")


def _on_page(title: str, cleaned: Cleaned) -> str:
    """The longest part of a page title, between its separators, that stands on the page as a line of its own."""
    parts = [part.strip() for part in (title, *re.split(r"[_|｜]|\s*[-–—]+\s*", title))]
    parts = [part for part in parts if len(part) >= _LEAST_PART]
    if not parts:
        return ""
    first = cleaned.lines[0].number if cleaned.lines else 0
    near = [line.text for line in cleaned.lines[:_OPENING_LINES]]
    near += [one.text for one in cleaned.removals if one.rule == OUTSIDE and one.number <= first]
    lines = {squeeze(text) for text in near}
    return max((part for part in parts if squeeze(part) in lines), key=len, default="")


def clean_title(title: str) -> str:
    """A page title without the names of its site: ``…_某某网`` and ``… - 某县人民政府`` lose their tails."""
    title = title.strip()
    for _ in range(3):
        match = _TITLE_TAIL.search(title)
        if match is None or match.start() < 5 or not _SITE.search(simplified(match.group(1))):
            break
        title = title[: match.start()].rstrip()
    return title


def _opening(lines: Sequence[Line]) -> list[str]:
    texts = [line.text for line in lines[:_OPENING_LINES] if not _is_preface(line.text)]
    return list(itertools.takewhile(_before_body, texts))


def _is_site(text: str) -> bool:
    """Whether the text is the name of a site, a section or a body and nothing more."""
    return is_body(text) or _SITE_ALONE.fullmatch(simplified(text).strip()) is not None


def _above_date(cleaned: Cleaned) -> str:
    """The line outside the article that stands directly above date and source: where pages set their title."""
    rules = ("meta-line", OUTSIDE)
    dated = next((one.number for one in cleaned.removals if one.rule in rules and date_in(one.text)), 0)
    first = cleaned.lines[0].number if cleaned.lines else 0
    above = [one.text for one in cleaned.removals if one.rule == OUTSIDE and one.number == dated - 1]
    return above[0] if above and dated <= first and len(above[0]) >= 8 and not is_row(simplified(above[0])) else ""


def _joined(texts: Sequence[str]) -> list[tuple[str, str]]:
    """A title that is set on two lines: the body that issues, and 关于…的通知."""
    for first, second in itertools.pairwise(texts[:4]):
        plain = simplified(second).strip()
        if is_body(first) and _CONTINUES.match(plain) and _ENDS.search(plain):
            return [(first.strip() + second.strip(), "opening lines")]
    return []


def _is_preface(text: str) -> bool:
    """Whether a line stands above titles: a row of a record, a letterhead, a number alone."""
    plain = simplified(text).strip()
    return is_row(plain) or number_alone(plain) is not None or body_of_letterhead(plain) is not None


def _before_body(text: str) -> bool:
    return len(text) <= TITLE_CHARS and text[-1] not in "。！？!?；;"


def _named(line: Said) -> str:
    match = _NAMED_TITLE.search(line.plain)
    return line.text[match.start(1) : match.end(1)] if match else ""


def _reads_like_title(text: str) -> bool:
    plain = simplified(text).strip()
    if not 4 <= len(plain) <= TITLE_CHARS or _NAVIGATION.search(plain):
        return False
    if ordinal(plain)[0] is not None or _DATED_HEAD.match(in_digits(plain)):
        return False
    return plain[-1] not in "。；;，,：:、" and "。" not in plain and plain.count("，") + plain.count(",") <= 3


def _made_title(texts: Sequence[str]) -> str:
    for text in texts:
        start, end = next(sentence_spans(text), (0, 0))
        sentence = text[start:end].rstrip("。！？；!?;")
        clauses = re.split(r"[，,：:；;]", sentence)
        made = clauses[0]
        if len(squeeze(made)) < 8 and len(clauses) > 1:
            made = sentence[: len(clauses[0]) + 1 + len(clauses[1])]
        if len(squeeze(made)) >= 4:
            return made if len(made) <= MADE_TITLE_CHARS else made[: MADE_TITLE_CHARS - 1] + "…"
    return ""
