"""Which format a file is in: what it holds decides, its name only where the content does not tell.

A page saved as ``.doc``, a Word file called ``.txt`` and a photograph called ``.pdf`` are all met in practice.
"""

import json
import re
from pathlib import PurePosixPath
from typing import Literal

from ingest.document import Format, Unreadable
from ingest.encoding import decode, is_binary

Kind = Format | Literal["zip"]
EXTENSIONS: dict[str, Kind] = {
    ".txt": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".zip": "zip",
}
HEAD = 4096  # bytes that are enough to tell
_AS_DOCX = "open it in Word or WPS and save it as .docx"
_AS_TEXT = "export what is to be answered from as .docx or .txt"
_READ_OUT = "let a text recognition (OCR) read it, and ingest what it wrote as .txt or .pdf"
_UNPACK = "unpack it and ingest the folder, or pack it as .zip"
_FOREIGN: dict[str, tuple[str, str]] = {
    **dict.fromkeys((".doc", ".dot", ".wps", ".wpt"), ("an old Word or WPS document", _AS_DOCX)),
    **dict.fromkeys((".xls", ".xlsx", ".et", ".csv", ".ods"), ("a spreadsheet", _AS_TEXT)),
    **dict.fromkeys((".ppt", ".pptx", ".dps", ".odp"), ("a set of slides", _AS_TEXT)),
    **dict.fromkeys((".odt", ".rtf", ".pages"), ("a document of another word processor", _AS_DOCX)),
    **dict.fromkeys((".ofd", ".caj", ".ceb"), ("a fixed-layout document", "open it in its reader and print it to PDF")),
    **dict.fromkeys((".epub", ".mobi", ".azw3", ".chm"), ("an electronic book", "convert it to .html or .docx")),
    **dict.fromkeys((".mht", ".mhtml", ".webarchive"), ("a web archive", "save the page as .html")),
    **dict.fromkeys((".json", ".jsonl", ".xml", ".yaml", ".sql", ".db"), ("data and no article", _AS_TEXT)),
    **dict.fromkeys((".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"), ("an archive of another kind", _UNPACK)),
    **dict.fromkeys(
        (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic"), ("a picture", _READ_OUT)
    ),
    **dict.fromkeys(
        (".mp3", ".m4a", ".wav", ".mp4", ".avi", ".mov", ".wmv"), ("sound or film", "ingest its transcript as .txt")
    ),
}
_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", ".rtf"),
    (b"\x89PNG\r\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF8", ".gif"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"Rar!\x1a\x07", ".rar"),
    (b"7z\xbc\xaf\x27\x1c", ".7z"),
    (b"\x1f\x8b\x08", ".gz"),
    (b"BZh", ".bz2"),
    (b"\xfd7zXZ\0", ".xz"),
    (b"SQLite format 3\0", ".db"),
    (b"ID3", ".mp3"),
    (b"MIME-Version:", ".mht"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = (("Workbook", ".xls"), ("PowerPoint Document", ".ppt"), ("WordDocument", ".doc"))
_PROGRAMS = (b"\x7fELF", b"MZ\x90\0")
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)


def known() -> str:
    """The extensions that are read, for people."""
    return ", ".join(EXTENSIONS)


def recognise(name: str, data: bytes) -> Kind:
    """The format, from a file's name and its bytes, or the first HEAD of them. Raises Unreadable, with what to do."""
    extension = PurePosixPath(name.lower()).suffix
    kind, head = EXTENSIONS.get(extension), data[:HEAD]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "docx" if kind == "docx" else "zip"
    if head.lstrip().startswith(b"%PDF-") or (kind == "pdf" and b"%PDF-" in head[:1024]):
        return "pdf"
    _refuse_foreign(extension, data)
    if kind != "md" and _PAGE.match(head):
        return "html"
    if kind is None:
        refuse(extension, extension)
        why = f"{extension} is not a known format" if extension else "its name does not tell its format"
        raise Unreadable(why, f"convert it to one of {known()}")
    if kind in ("pdf", "docx", "zip") and head.strip(b"\0 \t\r\n"):
        raise Unreadable(f"it is called {extension} and is none inside", "fetch it again, or open it and save it anew")
    return kind


def _refuse_foreign(extension: str, data: bytes) -> None:
    """Raises Unreadable for what begins like a format that is not read."""
    if data.startswith(_PROGRAMS):
        raise Unreadable("it is a program and no article", "remove it, and check where it came from")
    told = next((told for mark, told in _MARKS if data.startswith(mark)), None)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable("it is protected by a password", "save a copy without password")
        told = next((told for name, told in _STREAMS if name.encode("utf-16-le") in data), ".doc")
    if told is not None:
        refuse(told, extension)


def refuse(told: str, extension: str) -> None:
    """Raises Unreadable where files like ``told``, an extension, are not read; ``extension`` is what this one has."""
    if told in _FOREIGN:
        what, what_to_do = _FOREIGN[told]
        alike = _FOREIGN.get(extension) == (what, what_to_do)
        raise Unreadable(f"{extension} is {what}" if alike else f"it is {what} inside", what_to_do)


def check_text(data: bytes, kind: Kind) -> None:
    """Raises Unreadable where a file of text holds none: empty, binary, or data for programs."""
    if not data.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\f\v\0"):
        raise Unreadable("the file is empty", "remove it, or fetch it again")
    if kind in ("pdf", "docx", "zip"):
        return
    if is_binary(data):
        raise Unreadable("this is no text", "export it as .txt, .docx or .html")
    if kind == "txt" and _is_json(data):
        raise Unreadable("this is JSON and no article", _AS_TEXT)


def _is_json(data: bytes) -> bool:
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return False
    text = decode(data).text.strip()
    first, _, rest = text.partition("\n")
    return _is_value(text) or (_is_value(first) and _is_value(rest.partition("\n")[0]))


def _is_value(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except RecursionError:  # nothing but brackets
        return True
    except ValueError:
        return False
