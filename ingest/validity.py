"""From when until when a document is in force, in its own words; and the years that a plan or report covers."""

import calendar
import datetime
import re
from collections.abc import Iterator

from ingest.dates import DAY, first_date, number, plans_in, spoken_years
from ingest.record import Value
from retrieval.text import sentence_spans

_SELF = r"(?:本(?:[一-龥]{1,10})?|以上规定|现予?以?(?:公布|发布|印发))"
_VERB = r"(?:正式)?(?:施行|实施|执行|生效|试行|起效|启用)"
_FROM_DAY = re.compile(rf"{_SELF}[^。；]{{0,12}}?自\s*(?P<day>{DAY})\s*(?:零时)?(?:开始|起)[，,]?{_VERB}")
_BARE_FROM_DAY = re.compile(rf"^\s*(?:[第一-龥\d]{{1,8}}条[\s　]*)?自\s*(?P<day>{DAY})\s*起{_VERB}")
_FROM_ISSUE = re.compile(rf"{_SELF}[^。；]{{0,12}}?自(?P<word>印发|发布|公布|发文|下发)之日(?:开始|起){_VERB}")
_UNTIL = re.compile(
    rf"(?:有效期限?(?:截止)?(?:为)?(?:[^。；，]{{0,14}}?)(?:至|到)|施行至|执行至|实施至|试行至|(?:施行|实施|执行|试行)[，,]\s*(?:有效期)?至)\s*(?P<day>{DAY})"
)
_SPAN = r"(?P<count>\d{1,2}|[一二两三四五六七八九十]{1,3})\s*(?P<unit>年|个月)"
_FOR = re.compile(
    rf"(?:有效期限?|试行期限?|有效时间)(?:为|是|[:：])?\s*{_SPAN}|试行\s*(?P<count2>\d|[一二两三])\s*(?P<unit2>年)"
)
_TELLING = re.compile(r"[自有].{0,40}?(?:起|期)|试行")
_OWN_TERM = re.compile(rf"{_SELF}[^。；，]{{0,6}}(?:的)?(?:有效期|试行期)|^\s*有效期")

_RANGE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年?\s*[-–—~～至到]{1,2}\s*((?:19|20)\d{2})(?!\d)\s*(?:年|[)）])?")
_YEAR = re.compile(
    r"(?<!\d)((?:19|20)\d{2})\s*年(?!\s*(?:\d{1,2}\s*月\s*\d|修[订正改]|版|第[一二三四五六七八九十\d]+号|远景))"
)
_OUTLOOK = re.compile(r"(?:到|至|(?<!\d)和)\s*\d{4}\s*年(?:远景)?|远景目标")
_LONGEST = 20


def term_of(plain: str, issued: str | None) -> tuple[Value | None, Value | None]:
    """First and last day in force (ISO 8601), by the document's simplified text.

    ``issued`` is the day of issue where the document names it. Several days of beginning that disagree
    are none: the text holds more documents than one.
    """
    begun: dict[str, Value] = {}
    ended: dict[str, Value] = {}
    for sentence in _sentences(plain):
        first = _beginning(sentence, issued)
        if first is not None:
            begun.setdefault(first.text, first)
        elif not _OWN_TERM.search(sentence):
            continue
        last = _end(sentence, first.text if first else next(iter(begun), None))
        if last is not None:
            ended.setdefault(last.text, last)
    if len(begun) > 1:
        return None, None
    return next(iter(begun.values()), None), next(iter(ended.values()), None) if len(ended) == 1 else None


def _sentences(plain: str) -> Iterator[str]:
    for line in filter(_TELLING.search, plain.split("\n")):
        for start, end in sentence_spans(line):
            if _TELLING.search(line, start, end):
                yield line[start:end]


def _beginning(sentence: str, issued: str | None) -> Value | None:
    for pattern in (_FROM_DAY, _BARE_FROM_DAY):
        if (match := pattern.search(sentence)) is not None and (day := first_date(match["day"])) is not None:
            return Value(day, "text 自…起施行")
    match = _FROM_ISSUE.search(sentence)
    return Value(issued, f"text 自{match['word']}之日起, day of issue") if match is not None and issued else None


def _end(sentence: str, begun: str | None) -> Value | None:
    if (match := _UNTIL.search(sentence)) is not None and (day := first_date(match["day"])) is not None:
        return Value(day, "text 有效期至")
    match = _FOR.search(sentence)
    if match is None or begun is None:
        return None
    count = number(match["count"] or match["count2"])
    months = count if (match["unit"] or match["unit2"]) == "个月" else 12 * count
    return Value(_last_day(begun, months), f"text {match[0].strip()} from the first day") if months else None


def _last_day(begun: str, months: int) -> str:
    """The day before the same day so many months later: 2024-05-01 and 12 months make 2025-04-30."""
    first = datetime.date.fromisoformat(begun)
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    after = datetime.date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))
    shortened = after.day < first.day  # there is no 31st to begin the next term on
    return (after if shortened else after - datetime.timedelta(days=1)).isoformat()


def period_of(title: str) -> tuple[int, int] | None:
    """First and last year that a simplified title says its document covers; None where it names none.

    A range goes before years, and years before a five-year plan that is named as the time they lie in.
    """
    text = spoken_years(title)
    for match in _RANGE.finditer(text):
        first, last = int(match[1]), int(match[2])
        if first < last <= first + _LONGEST:
            return first, last
    text = _OUTLOOK.sub(" ", text)
    years = [int(match[1]) for match in _YEAR.finditer(text)]
    if years:
        return min(years), max(years)
    return next(plans_in(text), None)
