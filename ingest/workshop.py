"""Work spread over processes, its results in the order in which it came; a little is done here, without any other."""

import gc
import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from ingest.kept import Kept
from ingest.work import Failure, Look, Prepare, Seen, do
from retrieval.text import cache_dir, set_cache_dir

Task = Look | Prepare
Result = Seen | Kept | Failure

HERE = 100  # tasks that are done without any process but this one: starting others takes seconds
_BATCH, _AHEAD = 16, 3  # tasks that travel together; batches waiting for each process
_log = logging.getLogger(__name__)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workshop:
    """Use it in ``with``: the processes end with the block."""

    def __init__(self, processes: int = 0) -> None:
        """``processes``: how many at most; 0 for as many as there are processors, 1 for none but this one."""
        self._processes = processes or processors()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Workshop":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def results(self, tasks: Iterable[Task]) -> Iterator[Result]:
        """What ``do`` makes of each task, in order; tasks are drawn as there is room for them."""
        left = iter(tasks)
        if self._pool is None:
            first = list(islice(left, HERE + 1))
            if len(first) <= HERE:  # not begun here otherwise: this process, too, would have to read dictionaries
                yield from map(do, first)
                return
            left = chain(first, left)
        waiting: deque[tuple[list[Task], Future[list[Result]]]] = deque()
        while self._processes > 1 and (batch := list(islice(left, _BATCH))):
            pool = self._started()
            if pool is None:
                yield from _do_all(batch)
                break
            waiting.append((batch, _submitted(pool, batch)))
            if len(waiting) > _AHEAD * self._processes:
                yield from self._finished(*waiting.popleft())
        for batch, done in waiting:
            yield from self._finished(batch, done)
        yield from map(do, left)

    def _finished(self, batch: list[Task], done: "Future[list[Result]]") -> list[Result]:
        try:
            return done.result()
        except BrokenProcessPool:
            if self._processes > 1:
                _log.warning("a process that cleans has died; this one goes on alone")
            self._processes = 1
            return _do_all(batch)

    def _started(self) -> ProcessPoolExecutor | None:
        """The pool; None, and from then on this process alone, where the system has no semaphores for one."""
        if self._pool is None:
            # a fresh interpreter: this process has threads, which a fork would leave half-dead
            context: Any = multiprocessing.get_context("spawn")
            try:
                self._pool = ProcessPoolExecutor(self._processes, context, initializer=_begin, initargs=(cache_dir(),))
            except (OSError, ImportError, NotImplementedError) as error:
                _log.warning("cleaning in one process, for others cannot be started: %s", error)
                self._processes = 1
        return self._pool


def _submitted(pool: ProcessPoolExecutor, batch: list[Task]) -> "Future[list[Result]]":
    try:
        return pool.submit(_do_all, batch)
    except BrokenProcessPool as error:  # told when its turn comes, so that the order stays
        failed: Future[list[Result]] = Future()
        failed.set_exception(error)
        return failed


def _do_all(batch: list[Task]) -> list[Result]:
    return [do(task) for task in batch]


def _begin(cache: Path | None) -> None:
    if cache is not None:
        set_cache_dir(cache)
    gc.freeze()  # what was imported stays; and looking through it for cycles over and over takes a tenth of the time
    gc.set_threshold(50_000, 50, 100)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the one who started us
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed parent cannot tell its pool to end."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
