"""What is kept for those who ask: their language, what their buttons need, what they thought of an answer.

Tables of their own in the store's file. ``forget`` deletes all of it for one person.
"""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from bot.store import Store
from retrieval.types import Script

_DAY = 24 * 3600.0
REPLIES_DAYS, VOTES_DAYS, TEXTS_DAYS = 2, 365, 180
_PROMPTS_DAYS = 7
_SWEEP_S = 3600.0
NOTE_CHARS = 500
_SCHEMA = """
CREATE TABLE IF NOT EXISTS persons (user INTEGER PRIMARY KEY, script TEXT NOT NULL, chosen INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS replies (
    chat INTEGER NOT NULL, asked INTEGER NOT NULL, user INTEGER NOT NULL, at REAL NOT NULL, question TEXT NOT NULL,
    sent TEXT NOT NULL, PRIMARY KEY (chat, asked));
CREATE TABLE IF NOT EXISTS questions (
    key TEXT PRIMARY KEY, user INTEGER NOT NULL, at REAL NOT NULL, question TEXT NOT NULL, history TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS votes (
    key TEXT NOT NULL, user INTEGER NOT NULL, at REAL NOT NULL, good INTEGER NOT NULL, why TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '', PRIMARY KEY (key, user));
CREATE TABLE IF NOT EXISTS prompts (
    chat INTEGER NOT NULL, message INTEGER NOT NULL, user INTEGER NOT NULL, key TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (chat, message));
CREATE TABLE IF NOT EXISTS texts (digest TEXT PRIMARY KEY, at REAL NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS replies_user ON replies (user);
CREATE INDEX IF NOT EXISTS questions_user ON questions (user);
CREATE INDEX IF NOT EXISTS votes_user ON votes (user);
"""
_KEPT = (
    *(("replies", REPLIES_DAYS), ("questions", TEXTS_DAYS), ("votes", VOTES_DAYS), ("prompts", _PROMPTS_DAYS)),
    ("texts", TEXTS_DAYS),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered to a message: its question, and the messages sent, in order."""

    user: int
    question: str
    sent: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Vote:
    """What somebody thought of the answer under ``key``. ``why`` is a reason's name, ``note`` their own words."""

    key: str
    user: int
    good: bool
    why: str = ""
    note: str = ""


class Memory:
    """What the bot keeps of those who ask, in the store's file."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._swept = 0.0
        store.define(_SCHEMA)

    def script(self, user: int) -> tuple[Script | None, bool]:
        """How this person is spoken to, if it is known, and whether they chose it themselves."""
        rows = self._store.execute("SELECT script, chosen FROM persons WHERE user = ?", user)
        return (Script(rows[0][0]), bool(rows[0][1])) if rows else (None, False)

    def choose(self, user: int, script: Script | None) -> None:
        """Remember the language that a person chose; None goes back to how they write."""
        self._store.execute("DELETE FROM persons WHERE user = ?", user)
        if script is not None:
            self._store.execute("INSERT INTO persons VALUES (?, ?, 1)", user, script.value)

    def wrote(self, user: int, script: Script) -> None:
        """Remember how a person writes, unless they chose a language."""
        self._store.execute(
            "INSERT INTO persons VALUES (?, ?, 0) ON CONFLICT (user) DO UPDATE SET script = excluded.script "
            "WHERE chosen = 0",
            user,
            script.value,
        )

    def answered(self, chat: int, asked: int, reply: Reply) -> None:
        """Keep which messages answer a message, for the case that it is edited."""
        row = (chat, asked, reply.user, self._now(), _whole(reply.question), json.dumps(reply.sent))
        self._store.execute("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?)", *row)

    def reply(self, chat: int, asked: int) -> Reply | None:
        """What was answered to a message."""
        rows = self._store.execute("SELECT user, question, sent FROM replies WHERE chat = ? AND asked = ?", chat, asked)
        return Reply(rows[0][0], rows[0][1], tuple(json.loads(rows[0][2]))) if rows else None

    def keep_question(self, key: str, user: int, question: str, history: Sequence[str]) -> None:
        """Keep the question of an answer, for its button that finds more."""
        row = (key, user, self._now(), _whole(question), _whole(json.dumps(list(history), ensure_ascii=False)))
        self._store.execute("INSERT OR REPLACE INTO questions VALUES (?, ?, ?, ?, ?)", *row)

    def question(self, key: str) -> tuple[str, tuple[str, ...]] | None:
        """The question of an answer and those before it."""
        rows = self._store.execute("SELECT question, history FROM questions WHERE key = ?", key)
        return (rows[0][0], tuple(json.loads(rows[0][1]))) if rows else None

    def vote(self, key: str, user: int, good: bool) -> Vote:
        """Keep what a person thinks of an answer; the last word counts."""
        self._store.execute(
            "INSERT INTO votes (key, user, at, good) VALUES (?, ?, ?, ?) ON CONFLICT (key, user) DO UPDATE SET "
            "at = excluded.at, good = excluded.good, why = '', note = ''",
            *(key, user, self._now(), int(good)),
        )
        return Vote(key, user, good)

    def explain(self, key: str, user: int, why: str = "", note: str = "") -> Vote:
        """Add a reason or a note to a person's bad word on an answer, which it makes if there was none."""
        if not self._vote(key, user):
            self.vote(key, user, False)
        self._store.execute(
            "UPDATE votes SET why = CASE WHEN ? = '' THEN why ELSE ? END, note = CASE WHEN ? = '' THEN note ELSE ? END "
            "WHERE key = ? AND user = ?",
            *(why, why, _whole(note), _whole(note), key, user),
        )
        return self._vote(key, user)[0]

    def votes(self) -> list[Vote]:
        """Every vote that is kept, oldest first."""
        rows = self._store.execute("SELECT key, user, good, why, note FROM votes ORDER BY at, key, user")
        return [Vote(row[0], row[1], bool(row[2]), row[3], row[4]) for row in rows]

    def _vote(self, key: str, user: int) -> list[Vote]:
        rows = self._store.execute("SELECT good, why, note FROM votes WHERE key = ? AND user = ?", key, user)
        return [Vote(key, user, bool(row[0]), row[1], row[2]) for row in rows]

    def prompt(self, chat: int, message: int, user: int, key: str) -> None:
        """A reply of this person to this message will be their note on the answer under ``key``."""
        self._store.execute(
            "INSERT OR REPLACE INTO prompts VALUES (?, ?, ?, ?, ?)", chat, message, user, key, self._now()
        )

    def prompted(self, chat: int, message: int, user: int) -> str:
        """The key of the answer that a reply to this message speaks of; empty if it is no prompt for this person."""
        sql = "SELECT key FROM prompts WHERE chat = ? AND message = ? AND user = ?"
        return str(next(iter(self._store.execute(sql, chat, message, user)), ("",))[0])

    def keep_text(self, text: str) -> str:
        """Keep the text of an article that was cited, once however often it is; its key."""
        body = text.encode("utf-8", "replace")
        digest = hashlib.sha256(body).hexdigest()[:32]
        self._sweep()
        if not self._store.execute("SELECT 1 FROM texts WHERE digest = ?", digest):
            self._store.execute("INSERT OR IGNORE INTO texts VALUES (?, 0, ?)", digest, zlib.compress(body, 6))
        self._store.execute("UPDATE texts SET at = ? WHERE digest = ?", self._now(), digest)
        return digest

    def text(self, digest: str) -> str | None:
        """A text that was kept."""
        rows = self._store.execute("SELECT body FROM texts WHERE digest = ?", digest)
        return zlib.decompress(rows[0][0]).decode() if rows else None

    def forget(self, user: int) -> dict[str, int]:
        """Delete all that is kept of a person, also by the store; how many rows of each kind there were."""
        counts = {
            "questions": self._delete("history", user),
            "answers": self._delete("answers", user),
            "votes": self._delete("votes", user),
            "languages": sum(chosen for _, chosen in [self.script(user)]),
        }
        for table in ("persons", "replies", "questions", "prompts"):
            self._delete(table, user)
        self._store.execute("UPDATE chats SET script = NULL WHERE chat = ?", user)
        return counts

    def _delete(self, table: str, user: int) -> int:
        return len(self._store.execute(f"DELETE FROM {table} WHERE user = ? RETURNING 1", user))  # noqa: S608 - ours

    def _now(self) -> float:
        return self._store.now()

    def _sweep(self) -> None:
        now = self._now()
        if now - self._swept >= _SWEEP_S:
            self._swept = now
            for table, days in _KEPT:
                self._store.execute(f"DELETE FROM {table} WHERE at < ?", now - days * _DAY)  # noqa: S608 - ours


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
