"""The bytes of one file to the documents in it: one for most, several for an archive."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from ingest.archive import Allowance, Member, members, open_zip
from ingest.document import Format, RawDocument, Rejected, Unread, Unreadable
from ingest.formats import Kind, check_text, recognise, refuse
from ingest.guard import Guard, within
from ingest.parsing import parse
from retrieval.config import IngestConfig

_NESTING = 2  # an archive may hold archives, and those hold files
_LARGE_PAGE, _MANY_TAGS = 2**18, 5000  # beyond, C libraries may be busy for long, and deaf to the clock
_PARTS = (("xl/", ".xlsx"), ("ppt/", ".pptx"), ("OFD.xml", ".ofd"))
Known = Callable[[str, str], bool]
_LOG = logging.getLogger(__name__)


class Reader:
    """Reads files one after another; use it in ``with``, for it may hold a process."""

    def __init__(self, limits: IngestConfig, known: Known | None = None) -> None:
        """``known`` tells of a source and the SHA-256 (hex) of its bytes whether they need no parsing."""
        self._limits = limits
        self._known = known
        self._guard = Guard(limits)

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._guard.close()

    def read(self, data: bytes, source: str, name: str) -> Iterator[RawDocument | Rejected | Unread]:
        """The documents in a file's bytes; ``name`` tells the format where the content does not. Never raises."""
        yield from self._read(data, source, name, _NESTING, Allowance(self._limits.max_expanded_mb * 2**20))

    def _read(
        self, data: bytes, source: str, name: str, nesting: int, allowance: Allowance
    ) -> Iterator[RawDocument | Rejected | Unread]:
        if self._known and self._known(source, digest := hashlib.sha256(data).hexdigest()):
            yield Unread(source, digest)
            return
        try:
            kind = recognise(name, data)
            check_text(data, kind)
            if kind == "zip":
                kind = self._inside(data, PurePosixPath(name).suffix.lower())
            if kind != "zip":
                yield self.parse(data, source, kind)
            elif nesting:
                yield from self._unpacked(data, source, nesting - 1, allowance)
            else:
                raise Unreadable("it is an archive within archives", "unpack it and ingest the folder")
        except Unreadable as refusal:
            yield refusal.of(source)

    def _inside(self, data: bytes, extension: str) -> Kind:
        """What a file that is packed as ZIP really is. Raises Unreadable."""
        with open_zip(data, self._limits) as archive:
            names = archive.namelist()
        if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
            return "docx"
        if extension != ".zip":
            told = next((told for part, told in _PARTS if any(name.startswith(part) for name in names)), extension)
            refuse(told, extension)
        return "zip"

    def _unpacked(
        self, data: bytes, source: str, nesting: int, allowance: Allowance
    ) -> Iterator[RawDocument | Rejected | Unread]:
        empty = True
        for member in members(data, source, self._limits, allowance):
            empty = False
            if isinstance(member, Member):
                yield from self._read(member.data, f"{source}!{member.name}", member.name, nesting, allowance)
            else:
                yield member
        if empty:
            raise Unreadable("the archive holds no files", "remove it, or fetch it again")

    def parse(self, data: bytes, source: str, kind: Format, charset: str | None = None) -> RawDocument:
        """One document, guarded as its format needs. Raises Unreadable."""
        risky = kind in ("pdf", "docx")
        if risky or (kind == "html" and (len(data) > _LARGE_PAGE or data.count(b"<") > _MANY_TAGS)):
            document = self._guard.parse(data, source, kind, charset)
        else:
            try:
                with within(self._limits.max_seconds):
                    document = parse(data, source, kind, self._limits, charset)
            except (MemoryError, RecursionError):
                raise Unreadable("its parts are nested too deeply", "save it anew, or export it as text") from None
            except Unreadable:
                raise
            except Exception as error:
                _LOG.exception("cannot parse %s", source)
                why = f"internal error ({type(error).__name__}: {error})"
                raise Unreadable(why, "report this with the file") from error
        _LOG.debug("read %s as %s, %d characters replaced", source, document.encoding, document.replaced)
        return document
