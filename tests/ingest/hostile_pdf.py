"""Hostile PDF files, most of them written by hand."""

import io
import zlib
from collections.abc import Iterator

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.ingest.hostile import PROSE, Hostile
from tests.ingest.hostile_packed import bomb

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def printed(*pages: list[str], size: float = 12, encrypt: StandardEncryption | None = None) -> bytes:
    """Pages of lines, as a word processor prints them."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), encrypt=encrypt)
    for lines in pages:
        canvas.setFont(FONT, size)
        for at, line in enumerate(lines):
            canvas.drawString(72, 740 - 1.6 * size * at, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def written(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF file of these objects, numbered from 1; the first is the catalogue."""
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Root 1 0 R/Size %d%b>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d%b>>stream\n" % (len(data), extra) + data + b"\nendstream"


CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
FONTS = b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R" + FONTS + b">>"
SAYING = b"BT /F 12 Tf 72 700 Td (The county builds two hospitals this year.) Tj ET"


def pdfs() -> Iterator[Hostile]:
    """PDF files."""
    good = printed([PROSE.strip()] * 3)
    image = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
    drawn = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
    draw = stream(b"q 595 0 0 842 0 0 cm /I Do Q")
    yield Hostile("empty.pdf", b"", "empty")
    yield Hostile("head.pdf", b"%PDF-1.7\n", "damaged")
    yield Hostile("truncated.pdf", good[: len(good) // 2], "damaged|no text")
    yield Hostile("nuls.pdf", b"%PDF-1.7\n" + bytes(100_000), "damaged")
    yield Hostile("noise.pdf", b"%PDF-1.7\n" + zlib.compress(good) * 50, "damaged")
    yield Hostile(
        "many-pages.pdf",
        written(CATALOGUE, b"<</Type/Pages/Count 100000/Kids[" + b"3 0 R " * 100_000 + b"]>>", PAGE, stream(b"")),
        "too many",
    )
    yield Hostile(
        "claims-pages.pdf",
        written(CATALOGUE, b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>", PAGE, stream(SAYING)),
        None,
    )
    yield Hostile(
        "claims-none.pdf", written(CATALOGUE, b"<</Type/Pages/Kids[3 0 R]/Count -5>>", PAGE, stream(SAYING)), None
    )
    yield Hostile(
        "page-circle.pdf", written(CATALOGUE, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"), "damaged|no pages|no text"
    )
    yield Hostile(
        "page-chain.pdf",
        written(CATALOGUE, *(b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (n + 3) for n in range(3000))),
        "damaged|no pages|no text",
    )
    yield Hostile("no-pages.pdf", written(CATALOGUE, b"<</Type/Pages/Kids[]/Count 0>>"), "no pages|damaged")
    yield Hostile("no-root.pdf", written(b"<<>>"), "damaged|no pages")
    yield Hostile("table-circle.pdf", written(CATALOGUE, PAGES, PAGE, stream(SAYING), trailer=b"/Prev 9"), None)
    yield Hostile("deep-array.pdf", written(CATALOGUE, PAGES, b"[" * 200_000), "damaged|no pages|no text")
    yield Hostile(
        "stream-bomb.pdf",
        written(CATALOGUE, PAGES, PAGE, stream(b"\x78\xda" + bomb(2048), b"/Filter/FlateDecode")),
        "memory|more than|no text|broke down|damaged",
    )
    twice = zlib.compress(b"\x78\xda" + bomb(1024))
    yield Hostile(
        "nested-bomb.pdf",
        written(CATALOGUE, PAGES, PAGE, stream(twice, b"/Filter[/FlateDecode/FlateDecode]")),
        "memory|more than|no text|broke down|damaged",
    )
    objects = stream(b"\x78\xda" + bomb(2048), b"/Type/ObjStm/N 1000000/First 10/Filter/FlateDecode")
    yield Hostile(
        "object-bomb.pdf", written(CATALOGUE, PAGES, PAGE, objects), "memory|more than|no text|broke down|damaged"
    )
    yield Hostile(
        "form-circle.pdf",
        written(
            CATALOGUE,
            PAGES,
            drawn,
            draw,
            stream(b"/I Do " * 50, b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</I 5 0 R>>>>"),
        ),
        "no text|more than|broke down",
    )
    forms = [
        stream(b"/I Do " * 30, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</I %d 0 R>>>>" % (n + 6))
        for n in range(8)
    ]
    yield Hostile(
        "form-laughs.pdf",
        written(CATALOGUE, PAGES, drawn, draw, *forms, stream(SAYING)),
        "no text|more than|broke down|memory",
    )
    yield Hostile(
        "endless-text.pdf",
        written(CATALOGUE, PAGES, PAGE, stream(SAYING * 20_000)),
        "more text|more than|memory|broke down",
    )
    yield Hostile(
        "same-place.pdf",
        written(CATALOGUE, PAGES, PAGE, stream(b"BT /F 12 Tf 72 700 Td " + b"(aa) Tj -13 0 Td " * 4000 + b"ET")),
        None,
    )
    yield Hostile("nested-marks.pdf", written(CATALOGUE, PAGES, PAGE, stream(b"q " * 500_000 + SAYING)), None)
    yield Hostile(
        "far-away.pdf", written(CATALOGUE, PAGES, PAGE, stream(SAYING.replace(b"72 700", b"1e30 -1e30"))), None
    )
    yield Hostile("huge-type.pdf", written(CATALOGUE, PAGES, PAGE, stream(SAYING.replace(b"/F 12", b"/F 1e20"))), None)
    yield Hostile(
        "no-size.pdf", written(CATALOGUE, PAGES, PAGE.replace(b"[0 0 595 842]", b"[0 0 0 0]"), stream(SAYING)), None
    )
    yield Hostile(
        "turned.pdf",
        written(CATALOGUE, PAGES, PAGE.replace(b"/Contents", b"/Rotate 90/Contents"), stream(SAYING)),
        None,
    )
    yield Hostile("scan.pdf", written(CATALOGUE, PAGES, drawn, draw, stream(b"\0", image % (1, 1))), "scan")
    yield Hostile(
        "image-bomb.pdf",
        written(
            CATALOGUE,
            PAGES,
            drawn,
            draw,
            stream(b"\x78\xda" + bomb(1024), image % (32768, 32768) + b"/Filter/FlateDecode"),
        ),
        "scan",
    )
    yield Hostile("blank.pdf", printed([], []), "no text")
    yield Hostile("locked.pdf", printed([PROSE], encrypt=StandardEncryption("user", "owner")), "password")
    yield Hostile(
        "owner-locked.pdf", printed([PROSE.strip()] * 2, encrypt=StandardEncryption("", "owner", canPrint=0)), None
    )
    yield Hostile(
        "broken-stream.pdf",
        written(CATALOGUE, PAGES, PAGE, stream(b"\x78\xda" + bytes(200), b"/Filter/FlateDecode")),
        "no text|damaged",
    )
    yield Hostile("no-unicode.pdf", _unmapped(), "fonts do not tell|no text")
    yield Hostile("junk-before.pdf", b"\0junk\n" * 50 + good, None)
    yield Hostile("junk-after.pdf", good + bytes(5000), None)
    yield Hostile(
        "launch.pdf",
        written(CATALOGUE.replace(b">>", b"/OpenAction<</S/Launch/F(/bin/sh)>>>>"), PAGES, PAGE, stream(SAYING)),
        None,
    )
    yield Hostile("pdf-inside.txt", good, None)
    yield Hostile("pdf-inside.docx", good, None)
    yield Hostile("packed.pdf", zlib.compress(good), "none inside")


def _unmapped() -> bytes:
    """Glyphs by number of a font that does not say what they are."""
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2"
        b"/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>]>>"
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F " + font + b">>>>>>"
    return written(CATALOGUE, PAGES, page, stream(b"BT /F 12 Tf 72 700 Td <" + b"E0010002" * 40 + b"> Tj ET"))
