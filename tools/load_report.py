"""What happened in a run of ``tools/load.py``, as figures and second by second."""

import os
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.messages import Say, say
from retrieval.types import Script

FIRST_USER = 10_000  # those before only warm the bot up
_EDITION = re.compile("（([甲乙])版）")
_BAR = 60
_NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Second:
    """How things stood: at a time (monotonic), questions asked and answered so far, processor time so far."""

    at: float
    asked: int
    answered: int
    processor_s: float


@dataclass(slots=True)
class Run:
    """What happened: when each person asked, every call of the bot, when the new generation was being published.

    Times are monotonic seconds, ``..._s`` processor time: of the bot, of publishing, of what asks and plays Telegram.
    """

    asked: dict[int, float] = field(default_factory=dict)
    calls: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)
    seconds: list[Second] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0
    began_publishing: float = _NEVER
    published: float = _NEVER
    refused: int = 0
    memory_mb: float = 0.0
    processor_s: float = 0.0
    publisher_s: float = 0.0
    own_s: float = 0.0
    exit_status: int = -1


def figures(run: Run, question: Callable[[int], str]) -> dict[str, float]:
    """The figures by name, once every call was found to be one that Telegram takes."""
    from tests.fakes import check

    sent: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for at, method, values in run.calls:
        check(method, values)
        if method == "sendMessage":
            sent[int(values["chat_id"])].append((at, values["text"]))
    measured = {user: at for user, at in run.asked.items() if user >= FIRST_USER}
    took = [sent[user][-1][0] - at for user, at in measured.items() if user in sent]
    cuts = statistics.quantiles(took, n=100) if len(took) > 1 else took * 99
    last = max(sent[user][-1][0] for user in measured if user in sent)
    in_time = sum(sent[user][-1][0] <= run.ended for user in measured if user in sent)
    return {
        "questions": len(measured),
        "of them different": len({question(user) for user in measured}),
        "messages for each": sum(len(sent[user]) for user in measured if user in sent) / len(measured),
        **_wrongs(run, measured, sent),
        "median s": statistics.median(took),
        "95th percentile s": cuts[94],
        "99th percentile s": cuts[98],
        "longest s": max(took),
        "answers a second": len(took) / (last - run.began),
        "… while questions came": in_time / (run.ended - run.began),
        "most waiting": max(second.asked - second.answered for second in run.seconds),
        "processor ms each": run.processor_s / len(measured) * 1000,
        "… of asking and of Telegram": run.own_s / len(measured) * 1000,
        "processor s of publishing": run.publisher_s,
        "s of publishing": run.published - run.began_publishing,
        "peak memory MB": run.memory_mb,
        "load average": os.getloadavg()[0],
        "exit status": run.exit_status,
    }


def is_bad(told: dict[str, float]) -> bool:
    """Whether anything happened that must not."""
    return any(told[name] for name in ("lost", "doubled", "of a wrong generation", "exit status"))


def _wrongs(run: Run, measured: dict[int, float], sent: dict[int, list[tuple[float, str]]]) -> dict[str, float]:
    excuses = {say(what, Script.SIMPLIFIED) for what in (Say.TOO_SLOW, Say.BUSY)}
    shown = {user: {one for _, text in sent.get(user, ()) for one in _EDITION.findall(text)} for user in measured}
    # once somebody was told the new generation, it is what everybody who asks later must be told
    first_new = min((sent[user][-1][0] for user, editions in shown.items() if "乙" in editions), default=_NEVER)
    wrong = doubled = put_off = 0
    editions: Counter[str] = Counter()
    for user, at in measured.items():
        texts = [text for _, text in sent.get(user, ())]
        put_off += any(text in excuses for text in texts)
        doubled += len(texts) != len(set(texts))
        editions.update(shown[user])
        old_too_late = "甲" in shown[user] and at > first_new
        new_too_soon = "乙" in shown[user] and sent[user][-1][0] < run.began_publishing
        wrong += len(shown[user]) > 1 or old_too_late or new_too_soon
    return {
        "lost": sum(user not in sent for user in measured),
        "doubled": doubled,
        "of a wrong generation": wrong,
        "put off": put_off,
        "not taken at once": run.refused,
        "citing the old generation": editions["甲"],
        "citing the new generation": editions["乙"],
    }


def table(run: Run) -> Iterator[str]:
    """Line by line how many questions waited in each second, what the bot used, and what went on meanwhile."""
    yield "second  asked  answered  waiting  processor\n"
    for before, now in zip(run.seconds, run.seconds[1:], strict=False):
        waiting = now.asked - now.answered
        used = (now.processor_s - before.processor_s) / (now.at - before.at)
        what = "publishing" if run.began_publishing <= now.at and before.at <= run.published else ""
        bar = "#" * min(waiting, _BAR) + ("…" if waiting > _BAR else "")
        yield (
            f"{now.at - run.began:6.0f} {now.asked - before.asked:6d} {now.answered - before.answered:9d} "
            f"{waiting:8d} {used:9.0%}  {what:10} {bar}\n"
        )
