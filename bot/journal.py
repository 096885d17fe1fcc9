"""Updates that were accepted, on disk until they are dealt with: no crash forgets one, and none is answered twice.

| state | since | the next start |
|---|---|---|
| waiting | before Telegram is told that we have it | has it handled |
| begun | a handler begins | has it handled, a few times at most: it may be what killed the process |
| sending | right before its first message leaves | cannot know whether that arrived: says so, and repeats nothing |
| done | all was sent | ignores it, should Telegram bring it again within a day |

The file is one of its own: its commits wait for the disk, and the rest of the bot's memory need not wait with them.
Several processes may share it, as they do while one takes over from another. Each holds a lock that dies with it,
and so the living know whose updates nobody cares for any more.
"""

import asyncio
import fcntl
import json
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from retrieval.errors import ServiceError

logger = logging.getLogger(__name__)
MOST_TRIES = 3
_KEPT_S = 24 * 3600.0
_SWEEP_S = 3600.0
_MOST_PROCESSES = 64
_NOBODY = -1
_LARGEST = 2**63 - 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS updates (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, state INTEGER NOT NULL, owner INTEGER NOT NULL,
    tries INTEGER NOT NULL, row TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS updates_open ON updates (owner) WHERE state < 3;
"""
Row = dict[str, Any]
Change = Callable[[sqlite3.Connection], Any]


class State(IntEnum):
    """How far an update has come."""

    WAITING = 0
    BEGUN = 1
    SENDING = 2
    DONE = 3


@dataclass(frozen=True, slots=True)
class Left:
    """An update that a process left behind. ``repeat`` is whether it may be handled (again)."""

    row: Row
    repeat: bool


class Journal:
    """The updates of this process and of its dead. ``path`` None keeps them in memory only.

    Raises ServiceError when the file cannot be used.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._swept = 0.0
        self._open: set[int] = set()
        self._queue: list[tuple[Change, bool, asyncio.Future[Any]]] = []
        self._drain: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "journal")
        self._lock = threading.Lock()
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._seats = _Seats(path)
            self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None, timeout=30)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA secure_delete=ON")  # what was asked is gone once it is answered
            self._db.executescript(_SCHEMA)
            orphaned = "UPDATE updates SET owner = ? WHERE owner = ? AND state < ?"
            self._db.execute(orphaned, (_NOBODY, self._seats.mine, State.DONE))
        except (OSError, sqlite3.Error) as error:
            raise ServiceError(f"the journal of updates cannot be opened ({error}), {path}, move it away") from error

    @property
    def open(self) -> int:
        """How many updates this process has accepted and not yet dealt with."""
        return len(self._open)

    async def accept(self, rows: Sequence[Row]) -> list[Row]:
        """Keep these updates, safe from power cuts too; those that were not known before, in order.

        What has no number is left out. Raises ServiceError when they cannot be written: then none is accepted.
        """
        numbered = {row["update_id"]: row for row in rows if _is_numbered(row)}
        if not all(map(_is_numbered, rows)):
            logger.error("updates without a number of their own; skipped")
        now = self._clock()

        def insert(db: sqlite3.Connection) -> list[int]:
            self._sweep(db, now)
            sql = "INSERT OR IGNORE INTO updates VALUES (?, ?, ?, ?, 0, ?)"
            return [
                number
                for number, row in numbered.items()
                if db.execute(sql, (number, now, State.WAITING, self._seats.mine, json.dumps(row))).rowcount
            ]

        try:
            fresh = await self._write(insert, durable=True)
        except sqlite3.Error as error:
            raise ServiceError(f"updates cannot be kept ({error}), the data folder, make room on its disk") from error
        self._open.update(fresh)
        return [numbered[number] for number in fresh]

    async def begin(self, number: int) -> None:
        """Note that an update is being handled; one that was being answered stays so."""
        sql = "UPDATE updates SET state = MAX(state, ?), tries = tries + 1 WHERE id = ?"
        await self._note(sql, State.BEGUN, number)

    async def mark(self, number: int, state: State) -> None:
        """Note how far an update has come; one that cannot be noted is handled all the same."""
        if state is State.DONE:
            self._open.discard(number)
            await self._note("UPDATE updates SET state = ?, row = '' WHERE id = ?", state, number)
        else:
            await self._note("UPDATE updates SET state = ? WHERE id = ? AND state < 3", state, number)

    async def adopt(self) -> list[Left]:
        """Take over what dead processes left behind, oldest first."""

        def take(db: sqlite3.Connection) -> list[tuple[Any, ...]]:
            owners = db.execute(
                "SELECT DISTINCT owner FROM updates WHERE state < 3 AND owner != ?", (self._seats.mine,)
            ).fetchall()
            found: list[tuple[Any, ...]] = []
            for (owner,) in owners:
                if owner != _NOBODY and not self._seats.is_free(owner):
                    continue
                found += db.execute(
                    "UPDATE updates SET owner = ? WHERE owner = ? AND state < 3 RETURNING id, state, tries, row",
                    (self._seats.mine, owner),
                ).fetchall()
            return found

        rows = sorted(await self._write(take, durable=True))
        self._open.update(row[0] for row in rows)
        left = []
        for number, state, tries, row in rows:
            if tries >= 2 * MOST_TRIES:
                logger.error("update %d: nothing can be told about it; given up", number)
                await self.mark(number, State.DONE)
            else:
                left.append(Left(json.loads(row), state < State.SENDING and tries < MOST_TRIES))
        return left

    def close(self) -> None:
        """Write everything out and let go of the file and of the lock."""
        self._thread.shutdown(wait=True)
        with self._lock:
            self._db.close()
        self._seats.close()

    async def _note(self, sql: str, state: State, number: int) -> None:
        try:
            await self._write(lambda db: db.execute(sql, (state, number)), durable=state is State.SENDING)
        except sqlite3.Error as error:
            logger.error("update %d: %s could not be noted (%s)", number, state.name, error)

    async def _write(self, change: Change, durable: bool = False) -> Any:
        """What a change returns, once it is committed; changes that come meanwhile share a commit."""
        future = asyncio.get_running_loop().create_future()
        self._queue.append((change, durable, future))
        if self._drain is None or self._drain.done():
            self._drain = asyncio.create_task(self._write_all())
        return await future

    async def _write_all(self) -> None:
        loop = asyncio.get_running_loop()
        while self._queue:
            batch, self._queue = self._queue, []
            try:
                results = await loop.run_in_executor(self._thread, self._commit, batch)
            except (sqlite3.Error, RuntimeError) as error:  # RuntimeError: the thread has ended
                told = error if isinstance(error, sqlite3.Error) else sqlite3.ProgrammingError(str(error))
                for _, _, future in batch:
                    if not future.done():
                        future.set_exception(told)
            else:
                for (_, _, future), result in zip(batch, results, strict=True):
                    if not future.done():
                        future.set_result(result)

    def _commit(self, batch: Sequence[tuple[Change, bool, Any]]) -> list[Any]:
        with self._lock:
            durable = any(durable for _, durable, _ in batch)
            self._db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                results = [change(self._db) for change, _, _ in batch]
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            return results

    def _sweep(self, db: sqlite3.Connection, now: float) -> None:
        if now - self._swept >= _SWEEP_S:
            self._swept = now
            db.execute("DELETE FROM updates WHERE state = ? AND at < ?", (State.DONE, now - _KEPT_S))


class _Seats:
    """One number for each process that shares the journal; whoever holds its lock is alive."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._held: int | None = None
        self.mine = 0
        if path is None:
            return
        for number in range(_MOST_PROCESSES):
            self._held = self._take(number)
            if self._held is not None:
                self.mine = number
                return
        raise OSError(f"{_MOST_PROCESSES} processes share it")

    def is_free(self, number: int) -> bool:
        """Whether nobody alive has this number."""
        taken = self._take(number)
        if taken is not None:
            os.close(taken)
        return taken is not None

    def close(self) -> None:
        """Give the number back."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _take(self, number: int) -> int | None:
        file = os.open(f"{self._path}.lock{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        return file


def _is_numbered(row: Row) -> bool:
    number = row.get("update_id")
    return isinstance(number, int) and not isinstance(number, bool) and abs(number) <= _LARGEST
