"""Searching in processes of its own: what handlers ask of an engine, passed on to ``bot/worker.py``.

The bot's own process keeps the articles open for reading, and no model. A process that ends, or that does not answer
for far too long, is replaced, and what it was asked is asked again; a question that ends the next one too is given up.
"""

import logging
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from retrieval.config import Config
from retrieval.errors import ServiceError
from retrieval.index import CurrentIndex, Generation
from retrieval.types import Answer, Citation

logger = logging.getLogger(__name__)
MOST_BY_DEFAULT = 2  # each holds its own models and dictionaries, and Telegram takes no more answers than two can give
_TRIES = 3  # a question may only have been beside the one that breaks processes
_STARTS_S = 120.0
_SLACK_S = 10.0


def workers_wanted(config: Config) -> int:
    """How many processes are to search; 0 for none but the bot's own."""
    if config.service.workers >= 0:
        return config.service.workers
    return min(MOST_BY_DEFAULT, (os.cpu_count() or 1) - 1)


class Workers:
    """An engine in ``count`` other processes. Safe to call from as many threads as ``concurrent_questions`` says.

    More threads than that wait for one another.
    """

    def __init__(self, config: Config, count: int) -> None:
        self._config = config
        self._loading = threading.Lock()
        self._lock = threading.Lock()  # for who sits where
        self._closed = False
        self._index: CurrentIndex | None = None
        most = max(config.telegram.concurrent_questions, count)
        self._seats = [_Seat(config, len(range(at, most, count))) for at in range(count)]
        self._free: queue.SimpleQueue[tuple[_Seat, int]] = queue.SimpleQueue()
        for line in range(most):  # in turns, so that all of them get something to do
            self._free.put((self._seats[line % count], line // count))

    def load(self) -> Generation:
        """Start the processes, wait until they are ready, and open the index; later calls only return what is served.

        Raises ServiceError when they do not start, and what loading an engine raises.
        """
        with self._loading:
            if self._index is None:
                with self._lock:
                    for seat in self._seats:
                        seat.start()
                fingerprints = [self._ask(seat, 0, _STARTS_S, "load") for seat in self._seats]
                self._index = CurrentIndex(self._config.index_dir, fingerprints[0])
        return self._index.get()

    def current(self) -> Generation:
        """The generation that is served."""
        return self.load()

    def warm(self) -> None:
        """Nothing more than ``load``: a process is warm before it takes its first call."""
        self.load()

    @property
    def problem(self) -> str | None:
        """Why a newer generation could not be opened, while an older one still serves."""
        self.load()
        assert self._index is not None
        problem: str | None = self._index.problem or self._call("problem")
        return problem

    def ask(self, text: str, history: Sequence[str] = ()) -> Answer:
        """The answer to a question after its predecessors."""
        answer: Answer = self._call("ask", text, tuple(history))
        return answer

    def look_up(self, text: str, history: Sequence[str] = ()) -> Answer:
        """The answer before any rewording."""
        answer: Answer = self._call("look_up", text, tuple(history))
        return answer

    def further(self, answer: Answer, most: int) -> tuple[Citation, ...]:
        """The next best passages for an answered question."""
        found: tuple[Citation, ...] = self._call("further", answer, most)
        return found

    def close(self) -> None:
        """End the processes, whatever they are at."""
        with self._lock:
            self._closed = True
            for seat in self._seats:
                seat.end()

    def _call(self, name: str, *arguments: Any) -> Any:
        self.load()
        seat, line = self._free.get()
        try:
            patience = 2 * self._config.telegram.answer_deadline_s + _SLACK_S
            return self._ask(seat, line, patience, name, *arguments)
        finally:
            self._free.put((seat, line))

    def _ask(self, seat: "_Seat", line: int, patience_s: float, *call: Any) -> Any:
        """The result of a call over a line that nobody else uses. Raises what the call raises, and ServiceError."""
        for _ in range(_TRIES):
            with self._lock:
                started, connection = seat.started, seat.lines[line] if seat.lines else None
            try:
                if connection is None:
                    raise OSError("it could not be started")
                connection.send(call)
                patience = patience_s if seat.is_up else _STARTS_S
                if not connection.poll(patience):
                    raise OSError(f"no answer for {patience:.0f} s")
                fine, result = connection.recv()
                seat.is_up = True
            except (EOFError, OSError) as error:
                with self._lock:
                    if self._closed:
                        raise ServiceError("the search has ended, shutdown, ask again later") from error
                    if seat.started == started:  # else another thread was faster
                        logger.error("a process that searches broke (%s); starting another", error or "it ended")
                        seat.start()
                continue
            if fine:
                return result
            raise result
        raise ServiceError("every process that was asked this broke, the search, see the log")


class _Seat:
    """Where one process at a time sits. ``started`` counts them; ``lines`` lead to the one that sits there now.

    ``is_up`` is whether that one has answered: until then it may be reading its models.
    """

    def __init__(self, config: Config, lines: int) -> None:
        self._config = config
        self._count = lines
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline = -1
        self.started = 0
        self.is_up = False
        self.lines: list[Connection] = []

    def start(self) -> None:
        """Start a process, after the end of the one before."""
        self.end()
        self.started, self.is_up = self.started + 1, False
        pairs = [socket.socketpair() for _ in range(self._count)]
        theirs, self._lifeline = os.pipe()
        numbers = [theirs, *(there.fileno() for _, there in pairs)]
        line = [sys.executable, "-m", "bot.worker", *map(str, numbers)]
        try:
            self._process = subprocess.Popen(line, stdin=subprocess.DEVNULL, pass_fds=numbers)  # noqa: S603 - ours
            self.lines = [Connection(here.detach()) for here, _ in pairs]
            self.lines[0].send(self._config.model_dump())
        except OSError as error:
            logger.error("a process that searches could not be started: %s", error)
        finally:
            os.close(theirs)
            for here, there in pairs:
                here.close()
                there.close()

    def end(self) -> None:
        """End the process that sits here."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            os.close(self._lifeline)
            self._process, self._lifeline = None, -1
        self.lines = []  # closed by whoever lets go of them last: a thread may be listening
