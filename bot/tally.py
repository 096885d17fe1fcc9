"""What was asked, as figures: no text and nobody's number.

A person is a keyed hash whose key lives for one day and is then thrown away: people are counted within a day, and
nobody, the operator included, can tell later who they were or whether they came again.
"""

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass

from bot.store import Store
from retrieval.types import Answer

_DAY = 24 * 3600.0
KEPT_DAYS = 400
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tally (
    id INTEGER PRIMARY KEY, day TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, counties TEXT NOT NULL,
    topic TEXT NOT NULL, took_ms REAL NOT NULL, person TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS tally_day ON tally (day);
CREATE TABLE IF NOT EXISTS tally_key (day TEXT PRIMARY KEY, key TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Tallied:
    """One question: its day (local, ISO), outcome, counties, the heading that answered it, and milliseconds."""

    day: str
    status: str
    reason: str
    counties: tuple[str, ...]
    topic: str
    took_ms: float
    person: str


class Tally:
    """The figures, over the bot's store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.define(_SCHEMA)

    def count(self, answer: Answer, user: int, took_ms: float) -> None:
        """Count a question."""
        question, day = answer.question, day_of(self._store.now())
        names = [*(division.short for division in question.counties), *question.elsewhere]
        reason = answer.reason.value if answer.reason is not None else ""
        self._store.execute(
            "INSERT INTO tally (day, status, reason, counties, topic, took_ms, person) VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(day, answer.status.value, reason, json.dumps(names, ensure_ascii=False), topic_of(answer)),
            *(took_ms, self._person(day, user)),
        )

    def since(self, days: int) -> list[Tallied]:
        """What was counted today and on the ``days - 1`` days before, in order."""
        first = day_of(self._store.now() - (days - 1) * _DAY)
        rows = self._store.execute(
            "SELECT day, status, reason, counties, topic, took_ms, person FROM tally WHERE day >= ? ORDER BY id", first
        )
        return [Tallied(*(*row[:3], tuple(json.loads(row[3])), *row[4:])) for row in rows]

    def days(self, days: int) -> list[str]:
        """Today and the ``days - 1`` days before, oldest first."""
        return [day_of(self._store.now() - back * _DAY) for back in reversed(range(days))]

    def forget(self, user: int) -> None:
        """Today's questions are no longer anybody's; those of earlier days never can be again."""
        day = day_of(self._store.now())
        self._store.execute("UPDATE tally SET person = '' WHERE day = ? AND person = ?", day, self._person(day, user))

    def _person(self, day: str, user: int) -> str:
        self._store.execute("DELETE FROM tally_key WHERE day != ?", day)
        self._store.execute("DELETE FROM tally WHERE day < ?", day_of(self._store.now() - KEPT_DAYS * _DAY))
        self._store.execute("INSERT OR IGNORE INTO tally_key VALUES (?, ?)", day, secrets.token_hex(16))
        ((key,),) = self._store.execute("SELECT key FROM tally_key WHERE day = ?", day)
        return hmac.new(bytes.fromhex(key), str(user).encode(), hashlib.sha256).hexdigest()[:16]


def topic_of(answer: Answer) -> str:
    """The heading under which the first citation stands, else its article's title; never the asker's words."""
    if not answer.citations:
        return ""
    first = answer.citations[0]
    return first.passage.heading[-1] if first.passage.heading else first.article.title


def day_of(at: float) -> str:
    """The local day of a moment."""
    return time.strftime("%Y-%m-%d", time.localtime(at))
