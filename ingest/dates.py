"""Dates and years as Chinese pages write them. A date is year, month and day; nothing less, and no impossible one."""

import datetime
import re
from collections.abc import Iterator

_DIGITS = {char: str(at) for at, char in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[年/.\-]\s*(\d{1,2})\s*[月/.\-]\s*(\d{1,2})(?!\d)")
_SPOKEN = re.compile(
    r"([二一][〇零○一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
DAY = (
    r"(?:(?:19|20)\d{2}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)"
    r"|[二一][〇零○一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日)"
)
_RANGE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年?\s*[-–—~～至到]+\s*((?:19|20)\d{2})\s*年")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年")
_LOOSE_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_SPOKEN_YEAR = re.compile(r"([二一][〇零○一二三四五六七八九]{3})年")
_PLAN = re.compile(
    r"第([一二三四五六七八九十]{1,3})个五年|[“\"「]?([一二三四五六七八九十]{1,3})五[”\"」]?(?:规划|時期|时期|期间|期間|末|开局|開局|以来|之|收官|卫生|衛生|健康|目标|目標|建设|建設|[”\"」])"
)
_RELATIVE = (("今年", 0), ("本年度", 0), ("去年", -1), ("上年", -1), ("明年", 1), ("前年", -2))
_LONGEST_RANGE = 15
# the first five-year plan began in 1953; since the sixth (1981) they have followed each other without a gap
_SIXTH_PLAN = 1981


def in_digits(text: str) -> str:
    """The text with dates such as 二〇二三年三月五日 written as 2023-3-5."""
    return _SPOKEN.sub(lambda match: "-".join((_year(match[1]), str(number(match[2])), str(number(match[3])))), text)


def first_date(text: str) -> str | None:
    """The first possible date in the text as ``YYYY-MM-DD``, or None."""
    for match in _DATE.finditer(in_digits(text)):
        try:
            return datetime.date(*map(int, match.groups())).isoformat()
        except ValueError:
            continue
    return None


def date_in(text: str) -> bool:
    """Whether the text holds a date."""
    return first_date(text) is not None


def years_of(text: str, published: str | None = None, title: str = "") -> tuple[int, ...]:
    """Years that a text speaks of, ascending: 2021年, 2023—2025年, “十四五”; 今年 where the date is known.

    In the title a year may stand without 年; where the title names years, a plan named in the text adds none.
    """
    found: set[int] = set()
    for match in _RANGE.finditer(text):
        first, last = int(match[1]), int(match[2])
        if first < last <= first + _LONGEST_RANGE:
            found.update(range(first, last + 1))
    found.update(int(match[1]) for match in _YEAR.finditer(text))
    found.update(int(match[1]) for match in _LOOSE_YEAR.finditer(title))
    found.update(int(_year(match[1])) for match in _SPOKEN_YEAR.finditer(text))
    named = bool(title) and bool(_LOOSE_YEAR.search(title))
    for first, last in plans_in(title if named else text):
        found.update(range(first, last + 1))
    if published is not None:
        found.update(int(published[:4]) + step for word, step in _RELATIVE if word in text)
    return tuple(sorted(found))


def plans_in(text: str) -> Iterator[tuple[int, int]]:
    """First and last year of the five-year plans that a text names, from the sixth (1981-1985) on."""
    for match in _PLAN.finditer(text):
        if (plan := number(match[1] or match[2])) >= 6:
            begun = _SIXTH_PLAN + 5 * (plan - 6)
            yield begun, begun + 4


def spoken_years(text: str) -> str:
    """The text with years such as 二〇二三年 written as 2023年."""
    return _SPOKEN_YEAR.sub(lambda match: f"{_year(match[1])}年", text)


def number(written: str) -> int:
    """A number up to 99, in digits or as it is spoken: 12, 十二, 两."""
    if written.isascii():
        return int(written)
    tens, ten, ones = written.replace("两", "二").rpartition("十")
    value = int(_DIGITS.get(ones, "0"))
    return value + (10 * int(_DIGITS.get(tens, "1")) if ten else 0)


def _year(spoken: str) -> str:
    return "".join(_DIGITS[char] for char in spoken)
