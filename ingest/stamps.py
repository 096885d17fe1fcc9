"""Files that look as they did when they were read: their bytes need not be read again to know them.

A stamp is size, both times, and the number on its disk. The time of change (ctime) goes on with any write, and no
program can set it back. A file written less than a moment ago may be written again within the same tick of its
file system's clock, so such a one gets no stamp and is read once more.
"""

import os
from collections.abc import Iterable, Iterator
from typing import Protocol

from ingest.document import RawDocument, Rejected, Unread

_TICK_NS = 3_000_000_000  # coarser than any file system in use


class Stamps(Protocol):
    """What is remembered of files."""

    def stamped(self, path: str, stamp: str, source: str) -> str | None:
        """The digest of the bytes of a file that was read as ``source`` when it had this ``stamp``."""

    def put_stamp(self, path: str, stamp: str, source: str, digest: str) -> None:
        """Remember a file's ``stamp``."""


def stamp_of(found: os.stat_result, now_ns: int) -> str:
    """The stamp of a file that looked so not before ``now_ns``; empty where it has none.

    It must be taken before the file is read: what comes later shows.
    """
    if now_ns - max(found.st_mtime_ns, found.st_ctime_ns) < _TICK_NS:
        return ""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_dev} {found.st_ino}"


def stamping(
    documents: Iterable[RawDocument | Rejected | Unread], path: str, stamp: str, source: str, stamps: Stamps
) -> Iterator[RawDocument | Rejected | Unread]:
    """The documents of a file. Its stamp is kept where it is one document, of its own name, and no archive that
    holds one.
    """
    found: list[RawDocument | Rejected | Unread] = []
    for item in documents:
        found = [*found[:1], item]
        yield item
    match found:
        case [RawDocument() | Unread() as one] if one.source == source:
            stamps.put_stamp(path, stamp, source, one.digest)
