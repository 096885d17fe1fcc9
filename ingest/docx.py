"""Word files in, blocks out: headings by style, numbers as Word prints them, tables row by row, changes accepted.

What is deleted, a field's code or a comment is no text; what is hidden is set aside. Read from the XML
itself: both dialects of the format differ in their name spaces only, so local names decide.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.archive import Allowance, content, open_zip
from ingest.document import Block, Page, Unreadable
from ingest.docx_styles import Numbering, Styles, attribute, child, is_on, local
from retrieval.config import IngestConfig

_GONE = frozenset({"del", "moveFrom", "instrText", "delText", "rPr", "pPr", "Fallback", "rt", "sectPr", "tblPr"})
_THROUGH = frozenset(
    {"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "body", "AlternateContent", "Choice"}
)
_PICTURES = frozenset({"blip", "imagedata"})
_LONG_ROW, _LONG_CELL = 600, 240
_ANY_SIZE = 2**62  # the allowance for the whole package decides
_DAMAGED = "open it in Word or WPS and save it anew"


@dataclass(slots=True)
class _Text:
    """What a paragraph says: its visible and hidden text, the notes that it points to, its text boxes."""

    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block before its number is known; level -1 is the title."""

    text: str
    level: int = 0
    verdict: str = ""


def parse(data: bytes, limits: IngestConfig) -> Page:
    """The blocks of a Word file. Raises Unreadable."""
    allowance = Allowance(limits.max_expanded_mb * 2**20)
    with open_zip(data, limits) as archive:
        parts = _Parts(archive, allowance)
        main = parts.main()
        root = parts.read(main)
        if root is None:
            raise Unreadable("it has no document inside", _DAMAGED)
        folder = posixpath.dirname(main)
        styles = Styles(parts.read(f"{folder}/styles.xml"))
        numbering = Numbering(parts.read(f"{folder}/numbering.xml"))
        notes = {kind: _notes(parts.read(f"{folder}/{kind}s.xml")) for kind in ("footnote", "endnote")}
    pieces = list(_Body(styles, numbering, notes).blocks(root))
    if not any(piece.text.strip() and not piece.verdict for piece in pieces):
        raise _nothing(root)
    return Page(tuple(_numbered(pieces)))


def _nothing(root: Any) -> Unreadable:
    if any(local(element) in _PICTURES for element in root.iter()):
        what_to_do = "let a text recognition (OCR) read the pictures, and ingest what it wrote"
        return Unreadable("it holds pictures and no text", what_to_do)
    return Unreadable("there is no text in it", "remove it, or fetch it again")


def _numbered(pieces: list[_Piece]) -> Iterator[Block]:
    """Blocks with their levels: one is for the title alone, so sections move down where it is none of them."""
    said = [piece for piece in pieces if piece.text.strip() and not piece.verdict]
    top = [piece for piece in said if piece.level in (-1, 1)]
    shift = 0 if len(top) == 1 and top[0] is said[0] and top[0].level == 1 else 1
    number = 0
    for piece in pieces:
        for text in piece.text.split("\n"):
            if text.strip():
                number += 1
                level = 1 if piece.level == -1 else min(6, piece.level + shift) if piece.level else 0
                yield Block(text.strip(), number, level, piece.verdict)


class _Parts:
    """The XML files of the package."""

    def __init__(self, archive: zipfile.ZipFile, allowance: Allowance) -> None:
        self._archive, self._allowance = archive, allowance

    def main(self) -> str:
        """The path of the document itself."""
        relations = self.read("_rels/.rels")
        for relation in relations if relations is not None else ():
            if str(relation.get("Type", "")).endswith("/officeDocument"):
                return str(relation.get("Target", "")).lstrip("/")
        return "word/document.xml"

    def read(self, path: str) -> Any:
        """The root element, or None where there is no such part. Raises Unreadable."""
        import lxml.etree

        try:
            info = self._archive.getinfo(path)
        except KeyError:
            return None
        data = content(self._archive, info, _ANY_SIZE, self._allowance)
        if b"<!DOCTYPE" in data[:4096].replace(b"\0", b""):  # entities are how a small file becomes a large one
            raise Unreadable(f"{path} in it declares entities, which no word processor does", _DAMAGED)
        parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        try:
            return lxml.etree.fromstring(data, parser)
        except (lxml.etree.XMLSyntaxError, ValueError):
            raise Unreadable(f"{path} in it is damaged, or nested too deeply", _DAMAGED) from None


def _notes(root: Any) -> dict[str, Any]:
    return {} if root is None else {attribute(note, "id"): note for note in root if attribute(note, "type") == ""}


class _Body:
    """Walks the document; numbers count on while it walks."""

    def __init__(self, styles: Styles, numbering: Numbering, notes: dict[str, dict[str, Any]]) -> None:
        self._styles, self._numbering, self._notes = styles, numbering, notes
        self._carried = ""  # the text of a paragraph whose end was deleted

    def blocks(self, parent: Any, verdict: str = "") -> Iterator[_Piece]:
        """What the children of an element say, in order."""
        for element in parent:
            name = local(element)
            if name == "p":
                yield from self._paragraph(element, verdict)
            elif name == "tbl":
                yield from self._table(element, verdict)
            elif name in _THROUGH:
                inside = "contents" if name == "sdt" and _is_contents(element) else verdict
                yield from self.blocks(element, inside)

    def _paragraph(self, element: Any, verdict: str) -> Iterator[_Piece]:
        text = _Text()
        _collect(element, text)
        properties = child(element, "pPr")
        words = self._carried + "".join(text.shown)
        mark = child(properties, "rPr")
        if child(mark, "del") is not None:
            self._carried = words
            words = ""
        else:
            self._carried = ""
        style = self._styles.of(properties)
        if words.strip():
            label = self._numbering.label(properties, style)
            yield _Piece(label + words.strip(), style.level, verdict or ("contents" if style.contents else ""))
        if hidden := "".join(text.hidden).strip():
            yield _Piece(hidden, verdict="hidden")
        for box in text.boxes:
            yield from self.blocks(box, verdict)
        for kind, number in text.notes:
            if (note := self._notes[kind].pop(number, None)) is not None:
                yield from self.blocks(note, verdict)

    def _table(self, table: Any, verdict: str) -> Iterator[_Piece]:
        above: dict[int, str] = {}  # what a cell that goes on downwards says, by column
        for row in _inside(table, "tr"):
            if child(child(row, "trPr"), "del") is not None:
                continue
            pieces: list[list[_Piece]] = []
            texts: list[str] = []
            column = 0
            for cell in _inside(row, "tc"):
                properties = child(cell, "tcPr")
                said = list(self.blocks(cell, verdict))
                text = " ".join(re.sub(r"\s+", " ", piece.text).strip() for piece in said if piece.verdict != "hidden")
                merge = child(properties, "vMerge")
                if merge is not None and attribute(merge, "val") != "restart" and not text:
                    text = above.get(column, "")
                above[column] = text if merge is not None else ""
                pieces.append(said)
                texts.append(text.strip())
                column += _span(properties)
            filled = [text for text in texts if text]
            if len(filled) > 1 and max(map(len, filled)) <= _LONG_CELL and sum(map(len, filled)) <= _LONG_ROW:
                yield _Piece(" | ".join(filled), verdict=verdict)
            else:  # a table that only lays out the page
                for said in pieces:
                    yield from (replace(piece, level=max(0, piece.level)) for piece in said)


def _inside(parent: Any, name: str) -> Iterator[Any]:
    """Children of that name, also inside wrappers."""
    for element in parent:
        if local(element) == name:
            yield element
        elif local(element) in _THROUGH:
            yield from _inside(element, name)


def _span(properties: Any) -> int:
    span = attribute(child(properties, "gridSpan"), "val")
    return max(1, min(int(span), 1000)) if span.isdigit() else 1


def _is_contents(element: Any) -> bool:
    gallery = child(child(child(element, "sdtPr"), "docPartObj"), "docPartGallery")
    return "contents" in attribute(gallery, "val").lower()


def _collect(element: Any, text: _Text, hidden: bool = False) -> None:
    """Gather what the runs below an element say."""
    for node in element:
        name = local(node)
        if name in _GONE or not name:
            continue
        if name == "txbxContent":
            text.boxes.append(node)
        elif name in ("footnoteReference", "endnoteReference"):
            text.notes.append((name.removesuffix("Reference"), attribute(node, "id")))
        elif name == "r":
            _collect(node, text, is_on(child(child(node, "rPr"), "vanish")))
        elif name == "t":
            (text.hidden if hidden else text.shown).append(node.text or "")
        elif name in ("br", "cr") and attribute(node, "type") in ("", "textWrapping"):
            text.shown.append("\n")
        elif name in ("tab", "ptab"):
            text.shown.append(" ")
        elif name == "noBreakHyphen":
            text.shown.append("-")
        else:
            _collect(node, text, hidden)
