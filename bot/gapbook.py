"""Questions that got no answer, or a bad one: what was asked, of which county, and never by whom.

Who wants to be told when there is an answer says so by a button, and only then is a chat kept beside a question.
Times are cut to the hour, so that a row cannot be matched with a message.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from bot.markup import whole
from bot.store import Store
from retrieval.types import Answer, Question, Reason, Script

GAP_REASONS = frozenset({Reason.NOT_IN_CORPUS, Reason.UNKNOWN_COUNTY})
DISLIKED = "disliked"
_HOUR = 3600.0
_KEPT_S = 180 * 24 * _HOUR
_WHY_CHARS = 500
_MOST = 5000  # open questions; the oldest go first
_SCHEMA = """
CREATE TABLE IF NOT EXISTS gaps (
    id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, at REAL NOT NULL, question TEXT NOT NULL, topic TEXT NOT NULL,
    counties TEXT NOT NULL, reason TEXT NOT NULL, why TEXT NOT NULL, closed REAL, article TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS gaps_open ON gaps (closed, id);
CREATE TABLE IF NOT EXISTS wants (
    gap INTEGER NOT NULL, chat INTEGER NOT NULL, user INTEGER NOT NULL, script TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (gap, chat, user));
CREATE INDEX IF NOT EXISTS wants_user ON wants (user);
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """One question without a good answer.

    ``why`` is what was wrong, if somebody said; ``article`` is the source that an admin linked.
    ``topic`` is the question's matching form without places. ``counties`` are display names.
    """

    id: int
    at: float
    question: str
    topic: str
    counties: tuple[str, ...]
    reason: str
    why: str
    article: str


@dataclass(frozen=True, slots=True)
class New:
    """A gap to be kept. ``token`` names it in buttons and cannot be guessed."""

    question: str
    topic: str
    counties: tuple[str, ...]
    reason: str
    why: str
    token: str


@dataclass(frozen=True, slots=True)
class Want:
    """Somebody who wants to know. ``question`` is the one under which the button was pressed."""

    gap: int
    question: str
    chat: int
    user: int
    script: Script


class GapBook:
    """The gaps and those who wait, over the bot's store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.define(_SCHEMA)

    def refused(self, answer: Answer) -> str | None:
        """Keep the question of a refusal; what its button carries, or None where no article could close the gap."""
        if answer.reason not in GAP_REASONS:
            return None
        return self._keep(answer.question, answer.reason.value)

    def disliked(self, question: Question, token: str, why: str = "") -> None:
        """Keep the question of an answer that somebody found bad; the same token again changes why."""
        if not self._store.execute("UPDATE gaps SET why = ? WHERE token = ? RETURNING id", why[:_WHY_CHARS], token):
            self._keep(question, DISLIKED, why, token)

    def drop(self, token: str) -> None:
        """The answer was not so bad after all."""
        self._store.execute("DELETE FROM gaps WHERE token = ?", token)

    def keep(self, gap: New) -> str:
        """Keep a question by its parts; the token of the new row."""
        now = self._store.now()
        self._store.execute("DELETE FROM gaps WHERE at < ?", now - _KEPT_S)
        self._store.execute(
            "DELETE FROM gaps WHERE closed IS NULL AND id <= "
            "(SELECT id FROM gaps WHERE closed IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?)",
            _MOST - 1,
        )
        self._store.execute("DELETE FROM wants WHERE gap NOT IN (SELECT id FROM gaps)")
        self._store.execute(
            "INSERT INTO gaps (token, at, question, topic, counties, reason, why) VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(gap.token, now - now % _HOUR, whole(gap.question), whole(gap.topic)),
            *(json.dumps(sorted(set(gap.counties)), ensure_ascii=False), gap.reason, whole(gap.why)[:_WHY_CHARS]),
        )
        return gap.token

    def open(self) -> list[Gap]:
        """The open gaps, oldest first."""
        return self._select("WHERE closed IS NULL ORDER BY id")

    def all(self) -> list[Gap]:
        """All gaps that are kept, oldest first."""
        return self._select("ORDER BY id")

    def link(self, gaps: Iterable[int], article: str) -> None:
        """Note the source of an article that an admin says holds the answer."""
        for gap in gaps:
            self._store.execute("UPDATE gaps SET article = ? WHERE id = ?", article, gap)

    def close(self, gaps: Iterable[int], tell: bool) -> int:
        """Close gaps; how many will be told. Those who wait for several of them are told once."""
        waiting: dict[tuple[int, int], int] = {}
        for gap in gaps:
            self._store.execute("UPDATE gaps SET closed = ? WHERE id = ?", self._store.now(), gap)
            for want in self.wants(gap):
                if not tell or waiting.setdefault((want.chat, want.user), gap) != gap:
                    self._store.execute(
                        "DELETE FROM wants WHERE gap = ? AND chat = ? AND user = ?", gap, want.chat, want.user
                    )
        return len(waiting)

    def next_to_tell(self) -> Want | None:
        """Somebody whose gap is closed, who then is no longer kept: nobody is told twice, whatever happens next."""
        rows = self._store.execute(
            "DELETE FROM wants WHERE rowid = (SELECT wants.rowid FROM wants JOIN gaps ON gaps.id = gap "
            "WHERE closed IS NOT NULL ORDER BY wants.at, gap, chat, user LIMIT 1) "
            "RETURNING gap, (SELECT question FROM gaps WHERE id = gap), chat, user, script"
        )
        return Want(*(*rows[0][:4], Script(rows[0][4]))) if rows else None

    def want(self, token: str, chat: int, user: int, script: Script) -> bool:
        """Note that somebody wants to be told; False when the question is closed or gone."""
        rows = self._store.execute(
            "INSERT OR REPLACE INTO wants SELECT id, ?, ?, ?, ? FROM gaps WHERE token = ? AND closed IS NULL "
            "RETURNING gap",
            *(chat, user, script.value, self._store.now(), token),
        )
        return bool(rows)

    def wants(self, gap: int) -> list[Want]:
        """Who waits for this gap, in the order of asking."""
        rows = self._store.execute(
            "SELECT gap, question, chat, user, script FROM wants JOIN gaps ON gaps.id = gap WHERE gap = ? "
            "ORDER BY wants.at, chat, user",
            gap,
        )
        return [Want(*(*row[:4], Script(row[4]))) for row in rows]

    def waiting(self) -> int:
        """How many wait in all."""
        return int(self._store.execute("SELECT count(*) FROM wants")[0][0])

    def forget(self, user: int) -> None:
        """Somebody is to be forgotten: nothing is left that leads to them."""
        self._store.execute("DELETE FROM wants WHERE user = ?", user)

    def move_chat(self, old: int, new: int) -> None:
        """A group became a supergroup."""
        self._store.execute("UPDATE OR REPLACE wants SET chat = ? WHERE chat = ?", new, old)

    def _keep(self, question: Question, reason: str, why: str = "", token: str = "") -> str:
        counties = [*(division.short for division in question.counties), *question.elsewhere]
        if question.region is not None and not counties:
            counties = [question.region.short]
        token = token or secrets.token_urlsafe(9)
        return self.keep(New(question.asked, question.topic, tuple(counties), reason, why, token))

    def _select(self, tail: str) -> list[Gap]:
        columns = "id, at, question, topic, counties, reason, why, article"
        rows = self._store.execute(f"SELECT {columns} FROM gaps {tail}")  # noqa: S608 - both are ours
        return [Gap(*(*row[:4], tuple(json.loads(row[4])), *row[5:])) for row in rows]
