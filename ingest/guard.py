"""Reading what may be hostile: in a process of its own that can be stopped, or in this one against the clock.

The process is started when it is first needed, used again for every further file, and started anew
after it had to be killed. It gets bytes and gives back JSON, which cannot do anything.
"""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.document import Block, Format, RawDocument, Unreadable
from retrieval.config import IngestConfig

_MOST_REPLY = 2**28  # bytes; the largest file as escaped text stays below
_START = "from ingest.worker import serve; serve()"
_START_SECONDS = 60.0
READY = b"ready\n"
_LOG = logging.getLogger(__name__)


class _Overtime(BaseException):
    """Raised by the alarm; no ``except Exception`` on the way may swallow it."""


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Stop the block after that time: raises Unreadable.

    Needs a main thread and a system with alarms; elsewhere the block just runs. Pure Python and regular
    expressions are stopped, a single long call into a C library is not.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def expire(*_: object) -> None:
        raise _Overtime

    began = time.monotonic()
    before = signal.signal(signal.SIGALRM, expire)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # again, should somebody swallow it
    try:
        yield
    except _Overtime:
        raise took_too_long(seconds) from None
    finally:
        rest = max(1e-3, left - (time.monotonic() - began)) if left else 0.0
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, rest, interval)


def took_too_long(seconds: float) -> Unreadable:
    """What is said of a file that was stopped."""
    why = f"reading it took more than {seconds:g} s"
    return Unreadable(why, "split or simplify it, or raise [ingest] max_seconds", passing=True)  # a busy machine, maybe


class Guard:
    """The process that parses. Not for several threads at once; ``close`` it, or use it in ``with``."""

    def __init__(self, limits: IngestConfig) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Guard":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what was still to be written to the dead
                    stream.close()

    def parse(self, data: bytes, source: str, kind: Format, charset: str | None = None) -> RawDocument:
        """``ingest.parsing.parse`` over there. Raises Unreadable, also when it hangs, bursts or breaks down."""
        header = {
            "source": source,
            "kind": kind,
            "charset": charset,
            "length": len(data),
            "limits": self._limits.model_dump(),
        }
        reply = self._asked(json.dumps(header).encode() + b"\n" + data)
        if "broke" in reply:
            _LOG.error("cannot parse %s: %s", source, reply["trace"])
            raise Unreadable(f"internal error ({reply['broke']})", "report this with the file")
        if "refused" in reply:
            why, what_to_do = reply["refused"]
            if reply["spent"]:
                self.close()
            raise Unreadable(why, what_to_do)
        return _document(reply["document"])

    def _asked(self, message: bytes) -> dict[str, Any]:
        process = self._running()
        reply, late = _timed(process, self._limits.max_seconds, message)
        if late or not reply.endswith(b"\n"):
            process.kill()
            status = process.wait()
            self.close()
            if late:
                raise took_too_long(self._limits.max_seconds)
            _LOG.warning("the reading process ended with status %s", status)
            raise Unreadable(
                "its reader broke down over it",
                f"fetch it again or save it anew; if it is just large, raise [ingest] max_memory_mb"
                f" ({self._limits.max_memory_mb})",
            )
        answer: dict[str, Any] = json.loads(reply)
        return answer

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            paths = os.pathsep.join(path for path in sys.path if path)
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and a constant
                [sys.executable, "-P", "-c", _START],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**_harmless(os.environ), "PYTHONPATH": paths},
            )
            # its start is not the file's fault: the clock waits for it, but not for ever
            if _timed(self._process, _START_SECONDS, b"")[0] != READY:
                self.close()
                raise Unreadable("the reading process does not start", "see the log, and try again", passing=True)
        return self._process


def _harmless(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what a hostile file might be after: tokens and the way to credentials."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith("XIANWEN_") and name != "CREDENTIALS_DIRECTORY"
    }


def _timed(process: "subprocess.Popen[bytes]", seconds: float, message: bytes) -> tuple[bytes, bool]:
    """The line that answers, and whether it came too late: the process is dead then."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        reply = _exchanged(process, message)
    finally:
        timer.cancel()
        timer.join()
    return reply, late.is_set()


def _exchanged(process: "subprocess.Popen[bytes]", message: bytes) -> bytes:
    """The line that answers; cut short when the process ends before."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the reading process has no pipes")
    try:
        process.stdin.write(message)
        process.stdin.flush()
    except OSError:  # it has ended
        return b""
    return process.stdout.readline(_MOST_REPLY)


def _document(values: dict[str, Any]) -> RawDocument:
    blocks = tuple(Block(*block) for block in values.pop("blocks"))
    return RawDocument(**values, blocks=blocks)
