"""What travels between the readers and the cutters: raw documents, and lines that were kept or taken away.

Offsets are ``str`` indices into the line's own text, end exclusive. Line numbers count from 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ingest.correction import Correction

_UNPRINTABLE = {
    code: "\ufffd" for code in (*range(32), *range(127, 160), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}
Format = Literal["txt", "md", "html", "pdf", "docx"]


def printable(name: str) -> str:
    """A file's name as one line that reads from left to right, whatever is in it."""
    return name.translate(_UNPRINTABLE)


class Unreadable(Exception):
    """Why a file cannot be read, and what its owner can do: becomes a Rejected."""

    def __init__(self, why: str, what_to_do: str, passing: bool = False) -> None:
        super().__init__(f"{why}; {what_to_do}")
        self.why, self.what_to_do, self.passing = why, what_to_do, passing

    def of(self, source: str) -> "Rejected":
        """The rejection of this source."""
        return Rejected(source, self.why, self.what_to_do, self.passing)


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a text file, or one block element of a page, not yet repaired.

    ``level`` is 1 to 6 for headings that the format itself marks. ``verdict`` names the rule by which
    the parser already knows that the block is not the article (hidden, outside the main content).
    ``page`` counts from 1 where the format has pages.
    """

    text: str
    number: int
    level: int = 0
    verdict: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """What a format's parser makes of a file: its blocks in order, and what it says of itself."""

    blocks: tuple[Block, ...]
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One article as it was read.

    ``source`` is the path below the ingested folder, with ``/``. ``text`` is the decoded file,
    ``digest`` the SHA-256 (hex) of its bytes, ``replaced`` how many characters could not be decoded.
    ``meta`` holds what the file says of itself: ``title``, ``date``, ``publisher``, ``author``, ``url``.
    ``blocks`` is empty for plain text, whose blocks are its lines. ``correction`` is what an administrator
    says against all of it.
    """

    source: str
    text: str
    digest: str
    format: Format = "txt"
    encoding: str = "utf-8"
    replaced: int = 0
    url: str | None = None
    meta: Mapping[str, str] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that is not read, and what its owner can do about it.

    ``passing`` failures may be over next time (a server that is down, a disk that stutters): what was
    published of the source before stays.
    """

    source: str
    why: str
    what_to_do: str
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """A file whose bytes are those of last time, so that nobody needs to parse it again."""

    source: str
    digest: str
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A kept line (paragraph, heading, list item, table row), repaired and never empty.

    ``damaged`` are ascending, disjoint spans where words were lost or do not stand verbatim in the
    file. ``number`` is its line in the raw text, or its block in a page.
    """

    text: str
    damaged: tuple[tuple[int, int], ...] = ()
    number: int = 0
    level: int = 0

    def __post_init__(self) -> None:
        before = 0
        for start, end in self.damaged:
            if not before <= start < end <= len(self.text):
                raise ValueError(f"line {self.number}: damage {start}-{end} does not fit its text")
            before = end


@dataclass(frozen=True, slots=True)
class Removal:
    """A line, or a part of one, that was taken away, with the name of the rule that did it."""

    rule: str
    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is left of a document, what is not, and how often each repair was made."""

    lines: tuple[Line, ...]
    removals: tuple[Removal, ...] = ()
    repairs: Mapping[str, int] = field(default_factory=dict)
