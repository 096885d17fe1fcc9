"""Messages to everybody, as rows: what was written, to whom it goes, and to whom it went.

A chat is marked before its message is sent, so that after a crash nobody gets it twice; the one chat that was
being written to is then counted as uncertain.
"""

from dataclasses import dataclass

from bot.store import Store

_KEPT_S = 90 * 24 * 3600.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS mailings (
    id INTEGER PRIMARY KEY, admin INTEGER NOT NULL, at REAL NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL,
    message INTEGER);
CREATE TABLE IF NOT EXISTS mailing_to (
    mailing INTEGER NOT NULL, chat INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (mailing, chat));
"""
WAITING, SENDING, SENT, LOST = "waiting", "sending", "sent", "lost"
RUNNING, STOPPED, DONE = "running", "stopped", "done"


@dataclass(frozen=True, slots=True)
class Mailing:
    """A message to everybody. ``message`` is the id of the admin's message that shows its progress."""

    id: int
    admin: int
    text: str
    state: str
    message: int | None


class Mailings:
    """The mailings, over the bot's store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.define(_SCHEMA)

    def begin(self, admin: int, text: str) -> int:
        """A mailing to all who may get one now; its id."""
        now = self._store.now()
        self._store.execute("DELETE FROM mailings WHERE at < ? AND state != ?", now - _KEPT_S, RUNNING)
        self._store.execute("DELETE FROM mailing_to WHERE mailing NOT IN (SELECT id FROM mailings)")
        ((identity,),) = self._store.execute(
            "INSERT INTO mailings (admin, at, text, state) VALUES (?, ?, ?, ?) RETURNING id", admin, now, text, RUNNING
        )
        self._store.execute(
            f"INSERT INTO mailing_to SELECT ?, chat, ? FROM ({_RECIPIENTS})",  # noqa: S608 - a constant
            identity,
            WAITING,
        )
        return int(identity)

    def recipients(self) -> int:
        """How many a mailing would go to now: reachable private chats of people who are not banned."""
        return int(self._store.execute(f"SELECT count(*) FROM ({_RECIPIENTS})")[0][0])  # noqa: S608 - a constant

    def find(self, identity: int) -> Mailing | None:
        """A mailing."""
        rows = self._store.execute("SELECT id, admin, text, state, message FROM mailings WHERE id = ?", identity)
        return Mailing(*rows[0]) if rows else None

    def running(self) -> list[int]:
        """Mailings that are not through."""
        return [row[0] for row in self._store.execute("SELECT id FROM mailings WHERE state = ? ORDER BY id", RUNNING)]

    def show_in(self, identity: int, message: int) -> None:
        """Remember the message that shows the progress."""
        self._store.execute("UPDATE mailings SET message = ? WHERE id = ?", message, identity)

    def end(self, identity: int, state: str) -> bool:
        """Stop it, or call it done; False when it had ended before."""
        return bool(
            self._store.execute(
                "UPDATE mailings SET state = ? WHERE id = ? AND state = ? RETURNING id", state, identity, RUNNING
            )
        )

    def next_chat(self, identity: int) -> int | None:
        """The next chat, marked as being written to; None when all were, or the mailing was stopped."""
        rows = self._store.execute(
            "UPDATE mailing_to SET state = ? WHERE rowid = (SELECT mailing_to.rowid FROM mailing_to JOIN mailings "
            "ON mailings.id = mailing WHERE mailing = ? AND mailing_to.state = ? AND mailings.state = ? "
            "ORDER BY chat LIMIT 1) RETURNING chat",
            *(SENDING, identity, WAITING, RUNNING),
        )
        return int(rows[0][0]) if rows else None

    def went(self, identity: int, chat: int, arrived: bool) -> None:
        """Whether the message arrived."""
        self._store.execute(
            "UPDATE mailing_to SET state = ? WHERE mailing = ? AND chat = ?", SENT if arrived else LOST, identity, chat
        )

    def counts(self, identity: int) -> dict[str, int]:
        """How many chats are in which state; all four are there."""
        rows = self._store.execute("SELECT state, count(*) FROM mailing_to WHERE mailing = ? GROUP BY state", identity)
        return {**dict.fromkeys((WAITING, SENDING, SENT, LOST), 0), **{str(state): int(n) for state, n in rows}}

    def forget(self, chat: int) -> None:
        """Somebody is to be forgotten: no mailing goes there any more, until they write again."""
        self._store.execute("DELETE FROM mailing_to WHERE chat = ?", chat)
        self._store.execute("DELETE FROM chats WHERE chat = ?", chat)


_RECIPIENTS = "SELECT chat FROM chats WHERE active = 1 AND chat > 0 AND chat NOT IN (SELECT user FROM bans)"
