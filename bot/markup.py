"""Telegram's HTML, made of parts: escaped, and cut where Telegram's limits demand it.

Text is counted as Telegram counts it: UTF-16 units after parsing, bytes before. Nothing here knows
about answers.
"""

import html
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

MAX_UNITS = 4096
MAX_BYTES = 32_000
MAX_ENTITIES = 90
_LOOK_BACK = 240
_HALF = re.compile("[\ud800-\udfff]")
_UNWANTED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^@]+")
_HOST = re.compile(
    r"(?:[a-z0-9\u4e00-\u9fff](?:[a-z0-9\u4e00-\u9fff-]*[a-z0-9\u4e00-\u9fff])?\.)+[a-z\u4e00-\u9fff]{2,24}"
)
_BRACKETED = re.compile(r"\[(\s*\d+\s*)\]")
_BOUNDARY = "。！？；!?;\n，、, "


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text, at most one tag around it: ``b``, ``u``, ``i``, ``code``, or a link when ``href`` is set."""

    text: str
    tag: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that belongs together. ``tail`` closes it, and every piece of it should it have to be cut.

    ``quoted`` lines stand in an expandable block quote, and those of one ``box`` in a plain one of their own.
    ``numbers`` are the citations that the line carries.
    """

    spans: tuple[Span, ...]
    tail: str = ""
    quoted: bool = False
    numbers: tuple[int, ...] = ()
    box: str = ""

    @property
    def text(self) -> str:
        """What is read."""
        return "".join(span.text for span in self.spans) + self.tail

    @property
    def html(self) -> str:
        """What is sent."""
        return "".join(_tagged(span) for span in self.spans) + html.escape(self.tail)

    @property
    def entities(self) -> int:
        """How many of Telegram's entities the line makes."""
        return sum(bool(span.tag or span.href) for span in self.spans) + bool(self.quoted or self.box)


def _tagged(span: Span) -> str:
    text = html.escape(span.text)
    if span.href:
        return f'<a href="{html.escape(span.href)}">{text}</a>'
    return f"<{span.tag}>{text}</{span.tag}>" if span.tag and span.text.strip() else text


def whole(text: str) -> str:
    """The text with every half surrogate replaced, its length kept."""
    return _HALF.sub("\ufffd", text)


def clean(text: str) -> str:
    """Text that Telegram takes as it is: no controls, no half surrogates, nothing that turns the writing direction."""
    return _UNWANTED.sub("", whole(text).replace("\r\n", "\n").replace("\t", " "))


def unbracketed(text: str) -> str:
    """The text with its bracketed numbers written full-width, so that they are no citations of ours."""
    return _BRACKETED.sub(r"［\1］", text)


def units(text: str) -> int:
    """The length that Telegram counts: UTF-16 code units."""
    return len(text) + sum(char > "\uffff" for char in text)


def shorten(text: str, limit: int) -> str:
    """The text, or its first ``limit - 1`` characters and an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def safe_link(url: str | None) -> str:
    """The address if Telegram would keep it as a link, else the empty string."""
    if not url or len(url) > 1000 or not _LINK.fullmatch(url):
        return ""
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    return url if _HOST.fullmatch(host) and not host.endswith((".localhost", ".local")) else ""


def pack(lines: Iterable[Line]) -> list[tuple[Line, ...]]:
    """Lines in messages, in order; a line is cut only when it fills a message alone."""
    packed: list[tuple[Line, ...]] = []
    current: list[Line] = []
    for line in lines:
        for piece in _cut(line):
            if current and not _fits([*current, piece]):
                packed.append(tuple(current))
                current = []
            current.append(piece)
    if current:
        packed.append(tuple(current))
    return packed


def _fits(lines: list[Line]) -> bool:
    return (
        units("\n".join(line.text for line in lines)) <= MAX_UNITS
        and len(to_html(lines).encode()) <= MAX_BYTES
        and sum(line.entities for line in lines) <= MAX_ENTITIES
    )


def to_html(lines: Iterable[Line]) -> str:
    """The HTML of one message; neighbours that are quoted, or in one box, share a block quote."""
    parts = []
    for (quoted, box), group in itertools.groupby(lines, lambda line: (line.quoted, line.box)):
        text = "\n".join(line.html for line in group)
        if quoted:
            text = f"<blockquote expandable>{text}</blockquote>"
        elif box:
            text = f"<blockquote>{text}</blockquote>"
        parts.append(text)
    return "\n".join(parts)


def _cut(line: Line) -> Iterator[Line]:
    rest = line
    while not _fits([rest]):
        at = _cut_at(rest)
        head, tail = _split(rest.spans, at)
        yield replace(rest, spans=head)
        rest = replace(rest, spans=tail)
    yield rest


def _cut_at(line: Line) -> int:
    """Where to cut: as late as the limits allow, at a boundary if there is one near, never inside a character."""
    text = "".join(span.text for span in line.spans)
    room_units = MAX_UNITS - units(line.tail)
    overhead = sum(len(_tagged(replace(span, text="x")).encode()) for span in line.spans)
    room_bytes = MAX_BYTES - overhead - len(html.escape(line.tail).encode()) - 64
    at = 0
    while at < len(text):
        room_units -= 1 + (text[at] > "\uffff")
        room_bytes -= len(html.escape(text[at]).encode())
        if room_units < 0 or room_bytes < 0:
            break
        at += 1
    near = max((text.rfind(mark, max(at - _LOOK_BACK, 1), at) for mark in _BOUNDARY), default=-1)
    if near > 0:
        return near + 1
    back = at
    while back > max(at - 32, 1) and _joined(text, back):
        back -= 1
    return max(back, 1)


def _joined(text: str, at: int) -> bool:
    """Whether what stands before and after ``at`` is one character to the reader, such as an emoji of several parts."""
    after, before = text[at], text[at - 1]
    return (
        unicodedata.category(after)[0] == "M"
        or "\u200d" in (after, before)
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or ("\U0001f1e6" <= after <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff")
    )


def _split(spans: tuple[Span, ...], at: int) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    head: list[Span] = []
    tail: list[Span] = []
    for span in spans:
        left = max(0, min(at, len(span.text)))
        at -= len(span.text)
        if left:
            head.append(replace(span, text=span.text[:left]))
        if left < len(span.text):
            tail.append(replace(span, text=span.text[left:]))
    return tuple(head), tuple(tail)
