"""Where words were lost beyond repair. Spans cover the clause, so that its intact neighbours can still be quoted.

Some signs prove a loss by themselves. Others (a clause that begins with a bare 医院) are ordinary
Chinese elsewhere and count only in a document that has lost words in several places.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from ingest.matching import matching
from retrieval.text import HAN

_BREAKS = "，,。；;、：:！!？?\n"
_STARTS = "，,。；;：:！!？?"
_BOUNDARY = rf"(?:^|(?<=[{_STARTS}]))"
_YEAR_COMPOUND = (  # characters that make a word with the 年 behind them
    "0-9零〇○一二三四五六七八九十百千万亿两几多整全今去明后前每当本同历近新往某半此周常隔逐早晚初末丰灾元来次翌"
    "中青少成老幼童壮暮学财跨终累连何哪那这上下翻过拜贺忆享余逾度"
)
_SYLLABLE = "(?=[a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ])[a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{1,6}"
PROVEN: dict[str, re.Pattern[str]] = {
    "replacement-character": re.compile(r"\ufffd|锟斤拷|烫烫烫|屯屯屯"),
    "question-marks": re.compile(rf"(?<![吗呢么啥?？])[?？]{{2,}}(?=[{HAN}\u3105-\u312f])"),
    "stray-bopomofo": re.compile(rf"(?<=[{HAN}])[\u3105-\u312f]"),
    "stray-reading": re.compile(rf"(?<=[{HAN}])[(（]{_SYLLABLE}(?=[{HAN}])|(?<=[{HAN}?？]){_SYLLABLE}[)）]"),
    "private-use": re.compile(r"[\ue000-\uf8ff]"),
    "empty-marks": re.compile(r"“\s*”|‘\s*’|《\s*》|「\s*」|『\s*』|【\s*】"),
    "empty-brackets": re.compile(rf"(?<=[{HAN}])(?:（\s*）|\(\s*\))"),
    "lost-year-start": re.compile(r"^年(?=[,，]|以来|是[我全])|(?<=[。！？!?])年(?=[,，])"),
    "lost-year": re.compile(
        rf"(?<![{_YEAR_COMPOUND}年\s])年(?:(?=\d{{1,2}}月)|(?=重点工作|工作要点|工作计划|工作总结|工作报告|工作安排|政府工作报告))"
        rf"|(?<=[,，;；、])年(?=拟)|(?<=[至到从自于])年(?=[,，])"
    ),
    "doubled-noun": re.compile(
        rf"(?<![{HAN}])(医院|卫生院|学校|公司|中心)\1|(医院|卫生院|学校|公司)\2(?!感染|感控|文化|管理|信息|院长|办公室)"
    ),
    "bare-noun-list": re.compile(r"(?:(?<=[,，。;；])|^)(医院|学校|公司)、(?:[^,，。;；、]+、)*?\1[^,，。;；]*"),
    "cut-word": re.compile(r"(?:卫生健康|卫健|医疗卫生|医保)系(?![统列数主])"),
}
SUSPECT: dict[str, re.Pattern[str]] = {
    "clause-starts-bare": re.compile(
        rf"{_BOUNDARY}(?:医院|学校|公司)(?![将要应须可能是在对通坚始会已还也均都内外里和与及])"
        r"|(?<=、)(?:医院|学校|公司)(?=等|创建|[，,。；;、])"
    ),
    "spliced-name": re.compile(r"(?<=[系卫加])医院"),
}
_BEGINNINGS = {"lost-year-start", "lost-year", "doubled-noun"}
_HABIT = 3


def proven(text: str) -> list[tuple[int, int]]:
    """Clauses of a line that lack words for certain; ascending and disjoint."""
    return _spans(text, PROVEN)


def suspected(text: str) -> list[tuple[int, int]]:
    """Clauses that lack words if the document is known to lack some."""
    return _spans(text, SUSPECT)


def damage(lines: Sequence[str]) -> list[tuple[tuple[int, int], ...]]:
    """The damaged clauses of each line of one document."""
    certain = [proven(line) for line in lines]
    if sum(map(len, certain)) < _HABIT:
        return [tuple(spans) for spans in certain]
    return [tuple(_joined(spans, suspected(line))) for spans, line in zip(certain, lines, strict=True)]


def _joined(certain: list[tuple[int, int]], suspects: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Suspects yield to what is certain, since its spans are the narrower ones."""
    free = [span for span in suspects if not any(span[0] < end and start < span[1] for start, end in certain)]
    return merged([*certain, *free])


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to the clause or list item around it, closing marks left out."""
    while start > 0 and text[start - 1] not in _BREAKS:
        start -= 1
    while end < len(text) and text[end] not in _BREAKS:
        end += 1
    while start < end and text[start].isspace():
        start += 1
    return start, end


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ascending and disjoint, overlapping ones joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return joined


def _spans(text: str, patterns: Mapping[str, re.Pattern[str]]) -> list[tuple[int, int]]:
    form = matching(text)
    return merged(_extent(text, match, name) for name, sign in patterns.items() for match in sign.finditer(form))


def _extent(text: str, match: re.Match[str], sign: str) -> tuple[int, int]:
    """The clause; but where only its beginning is lost and enough follows, that beginning."""
    start, end = clause(text, match.start(), match.end())
    if sign in _BEGINNINGS and start == match.start() and end - match.end() >= 4:
        return start, match.end()
    return start, end
