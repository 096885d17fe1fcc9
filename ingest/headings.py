"""What a line is in its article: a heading of some rank, an item of a list, or a paragraph; and its lead clause.

Ranks order headings: smaller is further out. Text of either script is judged in its simplified form.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.dates import date_in
from ingest.document import Line
from retrieval.names import simplified

_NUMERALS = "一二三四五六七八九十百"
_ORDINALS: tuple[tuple[float, re.Pattern[str]], ...] = (
    (0.3, re.compile(rf"第[{_NUMERALS}\d]+(?:章|篇|部分|编)[\s:：、]*")),
    (0.6, re.compile(rf"第[{_NUMERALS}\d]+节[\s:：、]*")),
    (3.5, re.compile(rf"第[{_NUMERALS}\d]+条[\s:：、]*")),
    (3.0, re.compile(rf"[{_NUMERALS}]{{1,3}}[、.．]\s*")),
    (4.0, re.compile(rf"[(（][{_NUMERALS}]{{1,3}}[)）][、.．]?\s*")),
    (5.2, re.compile(r"\d{1,2}[.．]\d{1,2}[.．]\d{1,2}(?![\d%])[.．、]?\s*")),
    (5.1, re.compile(r"\d{1,2}[.．]\d{1,2}(?=[^\d%.．、万亿个人名元])\s*(?=[^\d\s%])")),
    (5.0, re.compile(r"\d{1,2}(?:[、．]|\.(?!\d))\s*")),
    (6.0, re.compile(r"[(（]\d{1,2}[)）][、.．]?\s*|\d{1,2}[)）]\s*")),
    (7.0, re.compile(r"[①-⑳]\s*")),
)
_BULLET = re.compile(r"——\s*|[•·●◆■▪○◇□★☆➢►▶※*-]\s*")
_ITEM_RANK = 8.0
# headings without an ordinal stand outside the ordinals, unless they come directly below one
PLAIN_RANK = 0.9

_SENTENCE_ENDS = "。！？!?；;…"
_HEADING_CHARS = 40
_PLAIN_HEADING_CHARS = 30
_RUN_IN_CHARS = 36
# a short item of a list stays with its list; a longer one is a section of its own
SECTION_CHARS = 80
_NO_HEADING_END = re.compile(r"[，,、：:（(\-—]$")
_CONTACT = re.compile(r"电话|邮箱|邮编|地址[:：]|网址|https?:|@|\d{5,}|^\d{4}[-./]\d|(?:^|\s)\d{1,2}月\d{1,2}日$")
_NAMED_OFFICE = re.compile(r"(?:局长|主任|书记|院长|县长|区长|市长|部长|科长|站长|负责人)[^，。]{0,12}[:：]")

_QUOTED_LEAD = re.compile(
    r"(?:聚焦|围绕|突出|紧扣|立足|瞄准|紧盯|锚定|把握|坚持|着力|抓好|抓实|打好)[“\"「『《][^”\"」』》]{2,20}[”\"」』》]"
)
_COUNTED_LEAD = re.compile(
    rf"(?:[{_NUMERALS}]是|第[{_NUMERALS}](?:[,，、:：]|是)|首先|其次|再次|最后)[,，:：]?([^，。；：,;:]{{3,30}})[，。；：,;:]"
)
_COUNTED = re.compile(rf"(?:^|[，。；,;：:])(?:[{_NUMERALS}]是|第[{_NUMERALS}][,，、:：])")
# who speaks, in an interview; the first group is somebody who asks
SPEAKER = re.compile(
    r"(?:(记者|问|主持人|网友|提问|采访人|Q\d*)|答|回答|A\d*|[一-龥]{1,4}(?:局长|主任|院长|书记|[县区市]长|医生|科长|所长))[:：]\s*",
    re.I,
)
_LABEL_LEAD = re.compile(r"([^，。；：:,;！？“”\"]{2,16})[:：]\s*(?=\S{6})")
_CLAUSE_LEAD = re.compile(r"([^，。；：:,;！？“”\"\d]{3,12})[,，。]\s*(?=\S{6})")
_MOTTO = re.compile(r"([^，。；：:,;！？“”\"\d]{4,14}[,，][^，。；：:,;！？“”\"\d]{4,18})。\s*(?=\S{6})")
_CONNECTIVE = re.compile(
    r"近年|今年|去年|目前|当前|同时|此外|据悉|据了解|下一步|其中|截至|与此|另外|接下来|会上|为此|随后|日前|近日|活动|一直以来|多年来|"
    r"长期以来|本文|首先|其次|最后|总之|综上|未来|如今|现在|期间|对此|因此|所以|但是|然而|不过|根据|按照|通过|为了|为进|随着|年初|年底|在.{1,9}(?:下|中|上|里)$|以来$|来说$"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a line looks by itself.

    ``rank`` of its ordinal or level, None without either; ``body`` is where the text begins after the ordinal;
    ``titled`` tells that it could be a heading; ``run_in`` is the end of a short first sentence that more follows.
    """

    rank: float | None
    body: int
    titled: bool
    run_in: int = 0


def shape_of(line: Line) -> Shape:
    """Judge one line by itself."""
    plain = simplified(line.text)
    if line.level:
        return Shape(line.level / 100, 0, titled=True)
    rank, body = ordinal(plain)
    rest = plain[body:]
    closed = plain[-1] in _SENTENCE_ENDS
    if rank == _ITEM_RANK:
        return Shape(rank, body, titled=False)
    if rank is None:
        short = len(plain) <= _PLAIN_HEADING_CHARS or (
            len(plain) <= 2 * _HEADING_CHARS and bool(_NAMED_OFFICE.search(plain))
        )
        titled = short and not closed and not _NO_HEADING_END.search(plain) and not _CONTACT.search(plain)
        return Shape(None, 0, titled=titled and len(plain) >= 2 and "|" not in plain and not date_in(plain))
    stop = min((at for mark in "。！？" if (at := rest.find(mark)) >= 0), default=-1)
    single = not closed or stop == len(rest) - 1
    titled = len(rest) <= _HEADING_CHARS and single and not rest.endswith(("；", ";", "：", ":")) and rank != 3.5
    titled = titled and not (closed and rank >= 5)
    run_in = body + stop if 2 <= stop <= _RUN_IN_CHARS and stop < len(rest) - 1 and rank < 6 else 0
    return Shape(rank, body, titled=titled and bool(rest), run_in=run_in)


def ordinal(plain: str) -> tuple[float | None, int]:
    """(rank, length) of the ordinal or bullet that the line begins with; (None, 0) without one."""
    for rank, pattern in _ORDINALS:
        if (match := pattern.match(plain)) is not None:
            return rank, match.end()
    if (match := _BULLET.match(plain)) is not None and match.end() < len(plain):
        return _ITEM_RANK, match.end()
    return None, 0


def headings(lines: Sequence[Line], shapes: Sequence[Shape]) -> list[bool]:
    """Which lines are headings: those that could be, with something deeper below them.

    The last of a run of items is none, though a paragraph follows it.
    """
    found = [False] * len(lines)
    for at in range(len(lines) - 1, -1, -1):
        shape = shapes[at]
        if lines[at].level:
            found[at] = True
        elif shape.titled and at + 1 < len(lines):
            found[at] = _is_above(shape, lines[at], at + 1, lines, shapes, found)
    for at in range(1, len(lines)):
        rank = shapes[at].rank
        if found[at] and not lines[at].level and rank is not None and rank == shapes[at - 1].rank and not found[at - 1]:
            found[at] = shapes[at - 1].run_in > 0
    return found


def _is_above(
    shape: Shape, line: Line, below: int, lines: Sequence[Line], shapes: Sequence[Shape], found: Sequence[bool]
) -> bool:
    """Whether the line below belongs under this one."""
    other = shapes[below]
    if shape.rank is None:
        if lines[below].level or (other.rank is None and found[below]):
            # 局长某某：… above its first sub-heading, but no run of short lines
            return bool(_NAMED_OFFICE.search(simplified(line.text))) or len(line.text) >= 12
        return found[below] or other.rank is not None or len(lines[below].text) > len(line.text) + 8
    if other.rank is None:
        closed = simplified(line.text)[-1] in _SENTENCE_ENDS
        return (not found[below] or not lines[below].level) and (not closed or len(lines[below].text) > len(line.text))
    return other.rank > shape.rank


def lead_clause(text: str, neighbours: Sequence[str]) -> str:
    """The clause at the head of a paragraph that works as its heading, in the text's own script, or empty.

    ``聚焦“…”`` and ``一是…`` always do; a label before a colon or a short first clause only when a
    neighbouring paragraph begins in the same way.
    """
    plain = simplified(text)
    if (match := _QUOTED_LEAD.match(plain)) is not None:
        return text[: match.end()]
    if (match := _COUNTED_LEAD.match(plain)) is not None and match.end() < len(plain):
        # 一是…二是…三是… in one paragraph is a list, not a section
        return "" if len(_COUNTED.findall(plain)) > 1 else text[: match.end(1)]
    if SPEAKER.match(plain):
        return ""
    others = [simplified(other) for other in neighbours]
    if (match := _LABEL_LEAD.match(plain)) is not None and any(_LABEL_LEAD.match(other) for other in others):
        return text[: match.end(1)]
    match = _first_clause(plain)
    if match is None:
        return ""
    if not any(_same_form(match, twin) for other in others if (twin := _first_clause(other)) is not None):
        return ""
    whole = _MOTTO.match(plain)
    return text[: (whole or match).end(1)]


def _first_clause(plain: str) -> re.Match[str] | None:
    match = _CLAUSE_LEAD.match(plain)
    return None if match is None or _CONNECTIVE.search(match.group(1)) else match


def _same_form(one: re.Match[str], other: re.Match[str]) -> bool:
    """Both four characters, both beginning alike, or both the first half of a motto (抓作风建设,提振精气神。)."""
    clause, twin = one.group(1), other.group(1)
    mottoes = all(_MOTTO.match(match.string) for match in (one, other))
    alike = clause[:3] == twin[:3] and clause != twin and clause[2] not in "县区市旗州局委"
    return mottoes or len(clause) == len(twin) == 4 or alike
