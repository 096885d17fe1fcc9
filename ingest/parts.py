"""What is cut out of a line that otherwise stays: code, credits and notices at its end, spam."""

import re

from ingest.notices import notice_tail
from ingest.spam import spam_from

_TAG = re.compile(r"</?[a-z][a-z0-9]{0,9}(?:\s[^<>\u4e00-\u9fff]{0,400})?/?>|<!--.{0,2000}?-->")
_STYLE = re.compile(r"[.#@]?[a-z][\w .#:,>*-]{0,80}\{\s*[a-z-]+\s*:[^{}\u4e00-\u9fff]{1,600}\}")
_ROLE = (
    r"(?:责任编辑|责编|网络编辑|值班编辑|编辑|校对|审核|监制|编审|终审|初审|文/图|图/文|图文|摄影|撰稿|供稿|作者单位"
    r"|(?:资料|文字|内容|综合)整理)"
)
_PRESS = r"(?:(?:本报|本网|本台|特约|见习|实习|全媒体|融媒体)?(?:记者|通讯员)|作者)"
_CREDIT = re.compile(
    rf"\s*[（(【\[]\s*(?:{_ROLE}\s?[:：/]?|(?:文章|信息|本文)?来源\s?[:：]|{_PRESS}\s?[:：]?)[^（）()【】\[\]。]{{1,50}}[)）】\]]\s*$"
    rf"|(?<=[。！？!?”）)])\s*(?:{_ROLE}\s?[:：]\s?[\u4e00-\u9fff· 、/]{{2,24}}\s*)+$"
)


def cuts(form: str) -> list[tuple[int, int, str]]:
    """Spans to take out of a line with the rule of each, ascending and disjoint; found on the matching form."""
    found = [
        (m.start(), m.end(), "code")
        for sign, pattern in (("<", _TAG), ("{", _STYLE))
        if sign in form
        for m in pattern.finditer(form)
    ]
    end = len(form)
    for rule, start in (("spam", spam_from(form)), ("copyright", notice_tail(form))):
        if start is not None and start < end:
            found.append((start, end, rule))
            end = start
    rest = form[:end]
    if (rest.rstrip().endswith(tuple("）)】]")) or ":" in rest or "：" in rest) and (credit := _CREDIT.search(rest)):
        found.append((credit.start(), end, "credit"))
    return _disjoint(found)


def _disjoint(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    free: list[tuple[int, int, str]] = []
    for start, end, rule in sorted(spans):
        start = max(start, free[-1][1] if free else 0)
        if start < end:
            free.append((start, end, rule))
    return free
