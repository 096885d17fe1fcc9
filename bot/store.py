"""What the bot remembers between messages and restarts: one SQLite file.

Every call takes well under a millisecond and a lock of its own, so the event loop may make it.
Questions are kept only as long as a follow-up may need them.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.cards import CitationView
from retrieval.errors import ServiceError
from retrieval.types import Script

HISTORY_LENGTH = 6
_HOUR = 3600.0
HISTORY_HOURS = 6
_HISTORY_S = HISTORY_HOURS * _HOUR
_ANSWERS_S = 180 * 24 * _HOUR

_SCHEMA = """
CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY, chat INTEGER NOT NULL, user INTEGER NOT NULL, at REAL NOT NULL, question TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS history_of ON history (chat, user, id);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, chat INTEGER NOT NULL, user INTEGER NOT NULL, at REAL NOT NULL, script TEXT NOT NULL,
    citations TEXT NOT NULL, asks TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS answers_at ON answers (at);
DROP TABLE IF EXISTS seen;
CREATE TABLE IF NOT EXISTS chats (chat INTEGER PRIMARY KEY, active INTEGER NOT NULL DEFAULT 1, script TEXT);
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """What was sent under a key: its citations as they were then, and the questions behind its buttons."""

    chat: int
    user: int
    script: Script
    citations: tuple[CitationView, ...] = ()
    asks: tuple[str, ...] = ()


class Store:
    """The bot's memory. ``path`` may be ``:memory:``. Raises ServiceError when the file cannot be used."""

    def __init__(self, path: Path | str, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._swept = 0.0
        try:
            if isinstance(path, Path):
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise ServiceError(f"the bot's store cannot be opened ({error}), {path}, move it away") from error

    def close(self) -> None:
        """Write everything out and let go of the file."""
        with self._lock:
            self._db.close()

    def now(self) -> float:
        """Seconds since the epoch, by the store's own clock."""
        return self._clock()

    def define(self, schema: str) -> None:
        """Make sure that the tables of a neighbour exist (``bot/ledger.py``)."""
        with self._lock:
            self._db.executescript(schema)

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement on a neighbour's tables; the rows that it returns."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def remember(self, chat: int, user: int, question: str) -> None:
        """Append a question to the conversation of a user in a chat."""
        with self._lock:
            self._sweep()
            self._db.execute(
                "INSERT INTO history (chat, user, at, question) VALUES (?, ?, ?, ?)",
                (chat, user, self._clock(), question.encode("utf-8", "replace").decode()),
            )
            self._db.execute(
                "DELETE FROM history WHERE chat = ? AND user = ? AND id NOT IN "
                "(SELECT id FROM history WHERE chat = ? AND user = ? ORDER BY id DESC LIMIT ?)",
                (chat, user, chat, user, HISTORY_LENGTH),
            )

    def history(self, chat: int, user: int) -> tuple[str, ...]:
        """The last questions of a conversation, oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT question FROM history WHERE chat = ? AND user = ? AND at > ? ORDER BY id",
                (chat, user, self._clock() - _HISTORY_S),
            ).fetchall()
        return tuple(row[0] for row in rows)

    def recent_questions(self, count: int) -> list[str]:
        """The last questions of all conversations, each once, newest first; nobody learns whose they are."""
        rows = self.execute("SELECT question FROM history GROUP BY question ORDER BY max(id) DESC LIMIT ?", count)
        return [str(row[0]) for row in rows]

    def forget(self, chat: int, user: int) -> None:
        """End a conversation: its questions are gone."""
        with self._lock:
            self._db.execute("DELETE FROM history WHERE chat = ? AND user = ?", (chat, user))

    def keep(self, key: str, answered: Answered) -> None:
        """Keep what the buttons of an answer will need."""
        citations = json.dumps([asdict(shown) for shown in answered.citations])
        row = (key, answered.chat, answered.user, self._clock(), answered.script.value, citations)
        with self._lock:
            values = (*row, json.dumps(answered.asks))
            self._db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def answered(self, key: str) -> Answered | None:
        """What was kept under a key."""
        with self._lock:
            row = self._db.execute(
                "SELECT chat, user, script, citations, asks FROM answers WHERE key = ?", (key,)
            ).fetchone()
        if row is None:
            return None
        citations = tuple(_view(fields) for fields in json.loads(row[3]))
        return Answered(row[0], row[1], Script(row[2]), citations, tuple(json.loads(row[4])))

    def script(self, chat: int) -> Script | None:
        """How this chat wrote last."""
        with self._lock:
            row = self._db.execute("SELECT script FROM chats WHERE chat = ?", (chat,)).fetchone()
        return Script(row[0]) if row and row[0] else None

    def set_script(self, chat: int, script: Script) -> None:
        """Note how this chat writes; it is reachable, too."""
        with self._lock:
            self._db.execute(
                "INSERT INTO chats (chat, script) VALUES (?, ?) "
                "ON CONFLICT (chat) DO UPDATE SET script = excluded.script, active = 1",
                (chat, script.value),
            )

    def is_active(self, chat: int) -> bool:
        """Whether the chat could be reached last time."""
        with self._lock:
            row = self._db.execute("SELECT active FROM chats WHERE chat = ?", (chat,)).fetchone()
        return row is None or bool(row[0])

    def set_inactive(self, chat: int) -> None:
        """Note that the chat blocked the bot or threw it out."""
        with self._lock:
            self._db.execute(
                "INSERT INTO chats (chat, active) VALUES (?, 0) ON CONFLICT (chat) DO UPDATE SET active = 0", (chat,)
            )

    def move_chat(self, old: int, new: int) -> None:
        """A group became a supergroup: everything moves to its new id."""
        with self._lock:
            self._db.execute("UPDATE OR REPLACE chats SET chat = ? WHERE chat = ?", (new, old))
            self._db.execute("UPDATE history SET chat = ? WHERE chat = ?", (new, old))
            self._db.execute("UPDATE answers SET chat = ? WHERE chat = ?", (new, old))

    def _sweep(self) -> None:
        now = self._clock()
        if now - self._swept < _HOUR:
            return
        self._swept = now
        for table, age in (("history", _HISTORY_S), ("answers", _ANSWERS_S)):
            self._db.execute(f"DELETE FROM {table} WHERE at < ?", (now - age,))  # noqa: S608 - names are ours


def _view(fields: dict[str, object]) -> CitationView:
    lists: Sequence[str] = ("heading", "counties")
    return CitationView(**{**fields, **{name: tuple(fields[name]) for name in lists}})  # type: ignore[arg-type]
