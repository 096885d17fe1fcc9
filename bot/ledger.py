"""What administration keeps: who did what, what waits for a word, who is shut out, what was taken aside.

Tables of their own in the store's file. Nothing here holds what people asked; see ``bot/gapbook.py`` for that.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from bot.gapbook import GapBook
from bot.mailing import Mailings
from bot.store import Store
from bot.tally import Tally

DRAFT_S = 24 * 3600.0
_AUDIT_S = 730 * 24 * 3600.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, admin INTEGER NOT NULL, act TEXT NOT NULL, about TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS drafts (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, admin INTEGER NOT NULL, at REAL NOT NULL, payload TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS bans (
    user INTEGER PRIMARY KEY, at REAL NOT NULL, admin INTEGER NOT NULL, why TEXT NOT NULL,
    told INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS aside (
    key TEXT PRIMARY KEY, at REAL NOT NULL, admin INTEGER NOT NULL, title TEXT NOT NULL, origin TEXT NOT NULL,
    kept TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of the audit log. ``at`` is seconds since the epoch."""

    at: float
    admin: int
    act: str
    about: str


@dataclass(frozen=True, slots=True)
class Ban:
    """Somebody who is shut out."""

    user: int
    at: float
    admin: int
    why: str


@dataclass(frozen=True, slots=True)
class Aside:
    """A file that was taken out of the corpus: where it stood, and where it is kept."""

    key: str
    at: float
    admin: int
    title: str
    origin: str
    kept: str


class Ledger:
    """Administration's memory, over the bot's store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.define(_SCHEMA)
        self.gaps = GapBook(store)
        self.tally = Tally(store)
        self.mailings = Mailings(store)

    def forget(self, user: int) -> None:
        """Nothing is left that leads to this person; a ban stays, or forgetting would lift it."""
        self.gaps.forget(user)
        self.tally.forget(user)
        self.mailings.forget(user)

    def move_chat(self, old: int, new: int) -> None:
        """A group became a supergroup."""
        self.gaps.move_chat(old, new)

    def note(self, admin: int, act: str, about: str = "") -> None:
        """Write down that an admin did something; entries stay for two years."""
        now = self._store.now()
        self._store.execute("DELETE FROM audit WHERE at < ?", now - _AUDIT_S)
        self._store.execute("INSERT INTO audit (at, admin, act, about) VALUES (?, ?, ?, ?)", now, admin, act, about)

    def acts(self, count: int) -> list[Act]:
        """The last acts, newest first."""
        rows = self._store.execute("SELECT at, admin, act, about FROM audit ORDER BY id DESC LIMIT ?", count)
        return [Act(*row) for row in rows]

    def draft(self, kind: str, admin: int, payload: Any, key: str | None = None) -> str:
        """Keep what waits for an admin's word, for a day; the key that its buttons carry."""
        key = key or secrets.token_urlsafe(6)
        self._store.execute("DELETE FROM drafts WHERE at <= ?", self._store.now() - DRAFT_S)
        self._store.execute(
            "INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?, ?)",
            *(key, kind, admin, self._store.now(), json.dumps(payload, ensure_ascii=False)),
        )
        return key

    def drafted(self, kind: str, key: str) -> Any:
        """What was kept under a key; None when it is used up, too old or never was."""
        rows = self._store.execute(
            "SELECT payload FROM drafts WHERE key = ? AND kind = ? AND at > ?", key, kind, self._store.now() - DRAFT_S
        )
        return json.loads(rows[0][0]) if rows else None

    def take_draft(self, kind: str, key: str) -> Any:
        """As ``drafted``, and it is used up: of two presses only one gets it."""
        rows = self._store.execute(
            "DELETE FROM drafts WHERE key = ? AND kind = ? AND at > ? RETURNING payload",
            *(key, kind, self._store.now() - DRAFT_S),
        )
        return json.loads(rows[0][0]) if rows else None

    def drafts(self, kind: str) -> set[str]:
        """Keys of all that still waits."""
        oldest = self._store.now() - DRAFT_S
        return {row[0] for row in self._store.execute("SELECT key FROM drafts WHERE kind = ? AND at > ?", kind, oldest)}

    def ban(self, user: int, admin: int, why: str) -> None:
        """Shut somebody out."""
        self._store.execute(
            "INSERT OR REPLACE INTO bans (user, at, admin, why) VALUES (?, ?, ?, ?)",
            *(user, self._store.now(), admin, why),
        )

    def unban(self, user: int) -> bool:
        """Let somebody in again; False when nobody was shut out."""
        return bool(self._store.execute("DELETE FROM bans WHERE user = ? RETURNING user", user))

    def bans(self) -> list[Ban]:
        """Who is shut out, newest first."""
        rows = self._store.execute("SELECT user, at, admin, why FROM bans ORDER BY at DESC, user")
        return [Ban(*row) for row in rows]

    def is_banned(self, user: int) -> bool:
        """Whether somebody is shut out."""
        return bool(self._store.execute("SELECT 1 FROM bans WHERE user = ?", user))

    def first_word(self, user: int) -> bool:
        """Whether a banned user is still to be told; from now on not."""
        return bool(self._store.execute("UPDATE bans SET told = 1 WHERE user = ? AND told = 0 RETURNING user", user))

    def put_aside(self, admin: int, title: str, origin: str, kept: str) -> str:
        """Write down a file that was taken out; its key."""
        key = secrets.token_urlsafe(6)
        self._store.execute(
            "INSERT INTO aside VALUES (?, ?, ?, ?, ?, ?)", key, self._store.now(), admin, title, origin, kept
        )
        return key

    def asides(self) -> list[Aside]:
        """What was taken out, newest first."""
        columns = "key, at, admin, title, origin, kept"
        return [Aside(*row) for row in self._store.execute(f"SELECT {columns} FROM aside ORDER BY at DESC, key")]  # noqa: S608

    def no_longer_aside(self, key: str) -> None:
        """The file is back, or gone."""
        self._store.execute("DELETE FROM aside WHERE key = ?", key)
