"""Ingesting again whenever the files have changed, until told to stop."""

import hashlib
import itertools
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from retrieval.errors import XianwenError

_log = logging.getLogger(__name__)


def watch(
    paths: Sequence[str],
    seconds: float,
    ingest: Callable[[], object],
    pause: Callable[[float], object] = time.sleep,
    looks: int | None = None,
) -> None:
    """Call ``ingest`` at once, then whenever files below ``paths`` have changed, looking every ``seconds``.

    Addresses are fetched again every time, for nobody can tell from afar whether a page has changed. What fails
    is logged and tried again at the next look. It ends after so many ``looks``, or never.
    """
    fetches = any("://" in path for path in paths)
    done: str | None = None
    for at in itertools.count():
        if at == looks:
            return
        if at:
            pause(seconds)
        seen = look(paths)
        if seen == done and not fetches:
            continue
        try:
            ingest()
            done = seen
        except XianwenError as error:
            _log.error("%s; trying again in %g s", error, seconds)
        except Exception:  # noqa: BLE001 - a watch that ends at night serves nobody; it is logged
            _log.exception("an ingest failed; trying again in %g s", seconds)


def look(paths: Sequence[str]) -> str:
    """A digest of the names, sizes and times of all files below ``paths``; it costs no reading of them."""
    digest = hashlib.sha256()
    for path in paths:
        for line in () if "://" in path else _lines(Path(path)):
            digest.update(f"{path}\0{line}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _lines(root: Path) -> Iterator[str]:
    if not root.is_dir():
        yield _line(root)
        return
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield _line(Path(folder, name))


def _line(file: Path) -> str:
    try:
        status = file.stat()
    except OSError as error:
        return f"{file}\0{error.errno}"
    return f"{file}\0{status.st_mtime_ns}\0{status.st_size}\0{status.st_ino}\0{status.st_mode}"


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM ends the block at once with exit status 0: what is published is whole, what is not is begun anew."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(kind: int, _: FrameType | None) -> None:
    raise SystemExit(0)
