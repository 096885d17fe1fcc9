"""What is sent: messages that Telegram accepts, their buttons, and files."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import markup
from bot.markup import Line, Span

LABEL_CHARS = 40
MOST_BUTTONS = 90  # of the hundred that Telegram takes
COPIED_UNITS = 256


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: it sends ``data`` (at most 64 bytes), or opens ``url``, or copies ``copy``."""

    label: str
    data: str = ""
    url: str = ""
    copy: str = ""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.data, self.url, self.copy))) != 1 or len(self.data.encode()) > 64:
            raise ValueError(f"button {self.label!r} does one thing, with at most 64 bytes of data")


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message that Telegram accepts: HTML and rows of buttons, or a wish for a reply to it."""

    text_html: str
    buttons: Rows = ()
    wants_reply: bool = False


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A text file. ``caption`` is plain text of at most 1,024 characters."""

    name: str
    text: str
    caption: str = ""


def telegram_text(text: str, buttons: Rows = ()) -> list[OutgoingMessage]:
    """Plain text as messages, the buttons under the last one."""
    return telegram_lines([Line((Span(line),)) for line in markup.clean(text).split("\n")], buttons)


def telegram_lines(lines: Sequence[Line], buttons: Rows = ()) -> list[OutgoingMessage]:
    """Lines as messages, the buttons under the last one."""
    parts = markup.pack(lines)
    return [
        OutgoingMessage(markup.to_html(part), buttons if at == len(parts) - 1 else ()) for at, part in enumerate(parts)
    ]


def rows(buttons: Sequence[Button], width: int) -> Rows:
    """Buttons side by side, ``width`` in a row."""
    return tuple(tuple(buttons[at : at + width]) for at in range(0, min(len(buttons), MOST_BUTTONS), width))


def label(text: str, mark: str = "") -> str:
    """A text as the label of a button: one line, not empty, not too long."""
    said = " ".join(markup.clean(text).split())
    return mark + (markup.shorten(said, LABEL_CHARS) or "…")


def asking(key: str, labels: Sequence[str], first: int = 0, mark: str = "") -> list[Button]:
    """A button for each question kept under ``key``, counted from ``first``."""
    return [Button(label(text, mark), f"q1:{key}:{at}") for at, text in enumerate(labels, start=first)]
