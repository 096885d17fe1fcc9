"""Documents that are looked at twice, kept on disk in between: they may come from the network, or be many."""

import pickle
import tempfile
from collections.abc import Iterator
from types import TracebackType

from ingest.document import RawDocument, Rejected


class Spool:
    """Write once, then read in the same order. The file has no name and goes with the spool."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, document: RawDocument | Rejected) -> None:
        """Keep one more."""
        pickle.dump(document, self._file, protocol=pickle.HIGHEST_PROTOCOL)

    def __iter__(self) -> Iterator[RawDocument | Rejected]:
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(self._file)  # noqa: S301 - nobody else can write to this file
            except EOFError:
                return
