"""PDF files in, blocks out. The only file that imports pypdfium2, which is given up to a process of its own.

Only the text layer is read: a page that is a picture is a scan and says so.
"""

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ingest.document import Page, Unreadable
from ingest.pdf_layout import Glyph, Rule, Sheet
from ingest.pdf_text import page_of
from retrieval.config import IngestConfig

_READ_OUT = (
    "let a text recognition (OCR) write a text layer into it, such as ocrmypdf -l chi_sim, and ingest the result"
)
_SCAN_CHARS = 15  # a page of a scan may carry a stamp or a number
_UNMAPPED = 0.2  # share of characters that stand for nothing, from fonts without a table of Unicode
# the radicals of dictionaries, which some printers write for the characters that look like them
_RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_BLANKS = frozenset({9, 10, 13, 32, 0xA0, 0x3000})
_MOST_SPACED = 0.3  # some printers write a blank after every character
_MOST_SEGMENTS = 5000  # of a page's drawings; tables have fewer
_SIZE_LIMITS = (1.0, 400.0)  # points


def parse(data: bytes, limits: IngestConfig) -> Page:
    """The paragraphs of a PDF file in reading order, with their pages. Raises Unreadable."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _refusal(str(error)) from None
    try:
        count = len(document)
        if count > limits.max_pages:
            raise Unreadable(
                f"{count:,} pages are too many", f"split it, or raise [ingest] max_pages ({limits.max_pages})"
            )
        if count == 0:
            raise Unreadable("it has no pages", "fetch it again, or print it to PDF anew")
        sheets = list(_sheets(document, count, limits.max_article_chars))
    finally:
        document.close()
    _check_text(sheets)
    return page_of(sheets)


def _refusal(error: str) -> Unreadable:
    if "password" in error.lower() or "security" in error.lower():
        return Unreadable("it is protected by a password", "save a copy without password")
    return Unreadable("it is damaged or no PDF file inside", "fetch it again, or print it to PDF anew")


def _sheets(document: Any, count: int, most: int) -> Iterator[Sheet]:
    import pypdfium2

    chars = 0
    for index in range(count):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            yield Sheet(index + 1, 0.0, (), (), pictured=False, broken=True)
            continue
        try:
            sheet = _sheet(page, index + 1, most - chars)
        finally:
            page.close()
        chars += len(sheet.glyphs)
        yield sheet


def _sheet(page: Any, number: int, most: int) -> Sheet:
    text_page = page.get_textpage()
    try:
        glyphs = list(_glyphs(text_page.raw, most))
    finally:
        text_page.close()
    turns = Counter(turn for _, turn in glyphs).most_common(1)[0][0] if glyphs else 0
    upright, turned = _turned(glyphs, turns)
    pictured = len(upright) < _SCAN_CHARS and _has_pictures(page)
    rules = tuple(_turned_rule(rule, turns) for rule in _rules(page)) if upright else ()
    return Sheet(number, page.get_height(), upright, turned, rules, pictured)


def _has_pictures(page: Any) -> bool:
    from pypdfium2 import raw

    return next(iter(page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3)), None) is not None


def _glyphs(text_page: Any, most: int) -> Iterator[tuple[Glyph, int]]:
    """Every character that is drawn, with the quarter turns of its direction; -1 where it stands askew."""
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    at = ctypes.byref(box)
    count = raw.FPDFText_CountChars(text_page)
    if count > most:
        raise Unreadable("it has more text than one article", "split it, or raise [ingest] max_article_chars")
    spaced = False
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text_page, index)
        generated = raw.FPDFText_IsGenerated(text_page, index)
        if generated or code in _BLANKS:
            spaced = spaced or not generated
            continue
        if not raw.FPDFText_GetLooseCharBox(text_page, index, at):
            continue
        size = abs(box.top - box.bottom)
        values = (box.left, box.bottom, box.right, box.top)
        if not _SIZE_LIMITS[0] <= size <= _SIZE_LIMITS[1] or not all(map(math.isfinite, values)):
            continue
        angle = raw.FPDFText_GetCharAngle(text_page, index) * 2 / math.pi
        turns = round(angle) % 4 if abs(angle - round(angle)) < 0.05 else -1
        yield Glyph(_RADICALS.get(code) or _char(code), *values, spaced), turns
        spaced = False


def _char(code: int) -> str:
    if code == 2:  # how PDFium writes a hyphen at the end of a line
        return "-"
    if code < 32 or 0xE000 <= code <= 0xF8FF or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF) or code > 0xEFFFF:
        return "\ufffd"
    return chr(code)


def _rules(page: Any) -> Iterator[Rule]:
    """The straight lines of a page's drawings, edges of boxes among them; only the first ones of a large picture."""
    from pypdfium2 import raw

    matrix, x, y = raw.FS_MATRIX(), ctypes.c_float(), ctypes.c_float()
    left = _MOST_SEGMENTS
    for drawn in page.get_objects(filter=(raw.FPDF_PAGEOBJ_PATH,), max_depth=1):
        count = raw.FPDFPath_CountSegments(drawn.raw)
        left -= count
        if left < 0:
            return
        if not raw.FPDFPageObj_GetMatrix(drawn.raw, matrix):
            continue
        start = before = (0.0, 0.0)
        for index in range(count):
            segment = raw.FPDFPath_GetPathSegment(drawn.raw, index)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            u, v = x.value, y.value
            point = (matrix.a * u + matrix.c * v + matrix.e, matrix.b * u + matrix.d * v + matrix.f)
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                start = point
            elif kind == raw.FPDF_SEGMENT_LINETO:
                yield _rule(before, point)
            if raw.FPDFPathSegment_GetClose(segment):
                yield _rule(point, start)
            before = point


def _rule(one: tuple[float, float], other: tuple[float, float]) -> Rule:
    return Rule(min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))


def _turned_rule(rule: Rule, turns: int) -> Rule:
    upright = _upright(Glyph("", *rule), turns)
    return Rule(upright.x0, upright.y0, upright.x1, upright.y1)


def _turned(glyphs: list[tuple[Glyph, int]], turns: int) -> tuple[tuple[Glyph, ...], tuple[Glyph, ...]]:
    """The glyphs of the direction that most have, turned upright, and the others: stamps and watermarks."""
    main = tuple(_upright(glyph, turns) for glyph, turn in glyphs if turn == turns)
    if sum(glyph.spaced for glyph in main) > _MOST_SPACED * len(main):
        main = tuple(glyph._replace(spaced=False) for glyph in main)
    return main, tuple(glyph for glyph, turn in glyphs if turn != turns)


def _upright(glyph: Glyph, turns: int) -> Glyph:
    char, x0, y0, x1, y1, spaced = glyph
    if turns == 3:
        return Glyph(char, y0, -x1, y1, -x0, spaced)
    if turns == 2:
        return Glyph(char, -x1, -y1, -x0, -y0, spaced)
    if turns == 1:
        return Glyph(char, -y1, x0, -y0, x1, spaced)
    return glyph


def _check_text(sheets: list[Sheet]) -> None:
    """Raises Unreadable for scans, for nothing at all, and for text that only looks like text."""
    chars = "".join(glyph.char for sheet in sheets for glyph in sheet.glyphs)
    pictures = sum(sheet.pictured for sheet in sheets)
    if pictures and len(chars) < _SCAN_CHARS * len(sheets):
        which = "its page is a picture" if len(sheets) == 1 else f"{pictures} of its {len(sheets)} pages are pictures"
        raise Unreadable(f"it is a scan: {which} without text", _READ_OUT)
    if not chars:
        what = "it is damaged" if all(sheet.broken for sheet in sheets) else "there is no text on its pages"
        raise Unreadable(what, "fetch it again, or print it to PDF anew")
    if chars.count("\ufffd") > _UNMAPPED * len(chars):
        raise Unreadable("its fonts do not tell which characters they draw", _READ_OUT)
