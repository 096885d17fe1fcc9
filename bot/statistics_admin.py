"""``/stats``: what was asked, as text and as a picture; counted without text and without persons."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot import office_messages as words
from bot.delivery import deliver_picture, place_of
from bot.desk import Desk
from bot.drawing import Day, chart
from bot.gap_inbox import REASONS
from bot.tally import Tallied
from retrieval.types import Reason, Status

MOST_DAYS = 90
_USUAL_DAYS = 7
_RANKS = 8
_NAME_CHARS = 40


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of some days. ``people`` are those of each day; latencies milliseconds, zero without questions."""

    questions: int
    answered: int
    refused: int
    reasons: tuple[tuple[str, int], ...]
    people: tuple[int, ...]
    latency_ms: tuple[float, float, float]
    counties: tuple[tuple[str, int], ...]
    topics: tuple[tuple[str, int], ...]
    days: tuple[Day, ...]


async def order_stats(desk: Desk, rest: str) -> None:
    """``/stats [days]``."""
    days = int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 4 else 0 if rest else _USUAL_DAYS
    if not 1 <= days <= MOST_DAYS:
        await desk.tell(words.STATS_USAGE, most=MOST_DAYS)
        return
    tally = desk.services.ledger.tally
    names = tally.days(days)
    found = await desk.services.off_loop(lambda: figures(tally.since(days), names))
    picture = await desk.services.off_loop(lambda: chart(found.days, [count for _, count in found.counties]))
    place, caption = place_of(desk.update), desk.word(words.STATS_CAPTION)
    await deliver_picture(desk.context.bot, desk.services.store, place, picture, caption)
    title = desk.word(words.STATS_TITLE, first=names[0], last=names[-1])
    await desk.say("\n".join([title, *_lines(desk, found)]))


def figures(rows: Sequence[Tallied], days: Sequence[str]) -> Figures:
    """The figures of the questions of these days (ISO, oldest first)."""
    answered = [row for row in rows if row.status == Status.ANSWERED.value]
    counties = Counter(name for row in rows for name in set(row.counties))
    topics = Counter(row.topic for row in answered if row.topic)
    by_day = {day: [row for row in rows if row.day == day] for day in days}
    good = {day: sum(row.status == Status.ANSWERED.value for row in found) for day, found in by_day.items()}
    times = sorted(row.took_ms for row in rows)
    return Figures(
        questions=len(rows),
        answered=len(answered),
        refused=len(rows) - len(answered),
        reasons=_ranked(Counter(row.reason for row in rows if row.reason)),
        people=tuple(len({row.person for row in found if row.person}) for found in by_day.values()),
        latency_ms=(percentile(times, 0.5), percentile(times, 0.95), percentile(times, 0.99)),
        counties=_ranked(counties),
        topics=_ranked(topics),
        days=tuple(Day(day[5:], good[day], len(found) - good[day]) for day, found in by_day.items()),
    )


def percentile(ascending: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed; zero of none."""
    if not ascending:
        return 0.0
    return ascending[max(0, -(-round(share * 1000) * len(ascending) // 1000) - 1)]


def _ranked(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:_RANKS])


def _lines(desk: Desk, found: Figures) -> list[str]:
    people = round(sum(found.people) / len(found.people))
    values = {"questions": found.questions, "answered": found.answered, "refused": found.refused}
    lines = [desk.word(words.STATS_COUNTS, people=people, most=max(found.people), **values)]
    if found.reasons:
        told = "、".join(f"{_reason(desk, name)} {count}" for name, count in found.reasons)
        lines.append(desk.word(words.STATS_REASONS, reasons=told))
    p50, p95, p99 = (round(value) for value in found.latency_ms)
    lines.append(desk.word(words.STATS_LATENCY, p50=p50, p95=p95, p99=p99))
    for title, ranks in ((words.STATS_COUNTIES, found.counties), (words.STATS_TOPICS, found.topics)):
        if ranks:
            lines += ["", desk.word(title)]
        for number, (name, count) in enumerate(ranks, start=1):
            lines.append(desk.word(words.STATS_RANK, number=number, name=name[:_NAME_CHARS], count=count))
    return lines


def _reason(desk: Desk, name: str) -> str:
    return desk.word(REASONS[name]) if name in REASONS else Reason(name).value
