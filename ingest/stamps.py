"""Files that look as they did when they were read: their bytes need not be read again to know them.

A stamp is size, both times, and the number on its disk. The time of change (ctime) goes on with any write, and no
program can set it back. A file written less than a moment ago may be written again within the same tick of its
file system's clock, so such a one gets no stamp and is read once more.
"""

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from ingest.document import RawDocument, Rejected, Unread
from ingest.reading import Known

_TICK_NS = 3_000_000_000  # coarser than any file system in use


class Stamps(Protocol):
    """What is remembered of files."""

    def stamped(self, path: str, stamp: str, source: str) -> str | None:
        """The digest of the bytes of a file that was read as ``source`` when it had this ``stamp``."""

    def put_stamp(self, path: str, stamp: str, source: str, digest: str) -> None:
        """Remember a file's ``stamp``."""


class Stamped:
    """A file that is about to be read as ``source``, by its ``real`` name."""

    def __init__(self, file: str, real: str, source: str, stamps: Stamps | None, known: Known | None) -> None:
        self._file, self._real, self._source = file, real, source
        self._stamps, self._known = stamps, known
        self._stamp = self._taken() if stamps else ""  # before it is read: what comes later shows

    def _taken(self) -> str:
        try:
            found = Path(self._file).stat()
        except OSError:
            return ""  # whoever reads it tells
        if time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) < _TICK_NS:
            return ""
        return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_dev} {found.st_ino}"

    def documents(self, read: Iterable[RawDocument | Rejected | Unread]) -> Iterator[RawDocument | Rejected | Unread]:
        """Those that ``read`` gives, which is not begun where the file is known and looks untouched.

        The stamp is kept where the file is one document, of its own name, and no archive that holds one.
        """
        if not self._stamps or not self._stamp:
            yield from read
            return
        digest = self._stamps.stamped(self._real, self._stamp, self._source)
        if digest and self._known and self._known(self._source, digest):
            yield Unread(self._source, digest)
            return
        found: list[RawDocument | Rejected | Unread] = []
        for item in read:
            found = [*found[:1], item]
            yield item
        match found:
            case [RawDocument() | Unread() as one] if one.source == self._source:
                self._stamps.put_stamp(self._real, self._stamp, self._source, one.digest)


class RealNames:
    """Real names of many files, of which most stand in few folders and are no links."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def __call__(self, path: str, *, link: bool) -> str:
        """As ``os.path.realpath``, which unlike Path.resolve bears links that go round in a circle."""
        if link:
            return os.path.realpath(path)
        folder, name = os.path.split(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder).rstrip(os.sep) + os.sep
        return self._folders[folder] + name
