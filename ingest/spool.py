"""Documents that are looked at twice, kept on disk in between: they may come from the network, or be many."""

import pickle
import tempfile
import zlib
from types import TracebackType

from ingest.document import RawDocument

_FASTEST = 1


class Spool:
    """Put in, take out by place. The file has no name and goes with the spool."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, document: RawDocument) -> tuple[int, int]:
        """Keep one more; its place."""
        return self.keep(pickle.dumps(document, protocol=pickle.HIGHEST_PROTOCOL))

    def keep(self, pickled: bytes) -> tuple[int, int]:
        """Keep what is pickled already; its place."""
        data = zlib.compress(pickled, _FASTEST)
        place = self._file.seek(0, 2), len(data)
        self._file.write(data)
        return place

    def pickled(self, place: tuple[int, int]) -> bytes:
        """The pickle at a place; nobody else can write to this file."""
        self._file.seek(place[0])
        return zlib.decompress(self._file.read(place[1]))
