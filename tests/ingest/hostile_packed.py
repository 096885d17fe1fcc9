"""Hostile archives and Word files."""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator

from tests.ingest.hostile import ARTICLE, PROSE, Hostile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def packed(files: dict[str, bytes | str] | list[tuple[str | zipfile.ZipInfo, bytes | str]], method: int = 8) -> bytes:
    """An archive of these files, in this order."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")  # of names that come twice
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, data, method)
    return buffer.getvalue()


def paragraph(text: str) -> str:
    """A paragraph of a Word file."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def word(body: str, **parts: str | bytes) -> bytes:
    """A Word file with this body; ``parts`` are further files below ``word/``."""
    main = f'<?xml version="1.0" encoding="UTF-8"?><w:document {W}><w:body>{body}</w:body></w:document>'
    files = {"[Content_Types].xml": TYPES, "word/document.xml": main}
    return packed(files | {f"word/{name}.xml": data for name, data in parts.items()})


def bomb(megabytes: int) -> bytes:
    """Deflated zeros, made without ever holding them."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = stream.compress(bytes(2**20)) + stream.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + stream.flush()


def entry(name: bytes, data: bytes, size: int, method: int = 8, flags: int = 0, at: int = 0) -> tuple[bytes, bytes]:
    """A member's head and its line in the directory, as they are claimed."""
    claims = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 0, 0, len(data), size, len(name), 0)
    return (
        b"PK\x03\x04" + claims + name + data,
        b"PK\x01\x02" + struct.pack("<H", 20) + claims + struct.pack("<HHHII", 0, 0, 0, 0, at) + name,
    )


def archive(members: list[tuple[bytes, bytes]], count: int | None = None) -> bytes:
    """An archive of hand-made members; ``count`` is how many it claims to have."""
    heads, lines = b"".join(head for head, _ in members), b"".join(line for _, line in members)
    told = len(members) if count is None else count
    return heads + lines + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, told, told, len(lines), len(heads), 0)


def archives() -> Iterator[Hostile]:
    """ZIP files; what is said may be said of the archive or of a file in it."""
    good = packed({"好.txt": ARTICLE})
    zeros = bomb(256)
    yield Hostile("empty.zip", b"PK\x05\x06" + bytes(18), "no files")
    yield Hostile("truncated.zip", good[: len(good) // 2], "damaged")
    yield Hostile("no-end.zip", good[:-22], "damaged")
    yield Hostile("only-head.zip", b"PK\x03\x04", "damaged")
    yield Hostile("cut-end.zip", good[:-1], "damaged")
    yield Hostile("ratio.zip", archive([entry(b"a.txt", zeros, 2**30)]), "larger")
    yield Hostile("ratio-hidden.zip", archive([entry(b"a.txt", zeros, 100)]), "larger|damaged")
    yield Hostile("flat.zip", _flat(zeros), "far more|damaged|too many|too much")
    nested = packed({"e.txt": ARTICLE})
    for depth in range(6):
        nested = packed({f"{depth}.zip": nested})
    yield Hostile("nested.zip", nested, "within archives")
    wide = packed({f"{n}.zip": packed({"a.txt": bytes(900_000)}) for n in range(60)})
    yield Hostile("nested-wide.zip", packed({f"{n}.zip": wide for n in range(8)}), "within archives")
    yield Hostile("expanding.zip", packed({f"{n}.txt": _stretched(n) for n in range(12)}), "too much")
    yield Hostile("tiny-members.zip", packed({f"{n}.txt": b"" for n in range(3000)}, 0), "too many")
    yield Hostile(
        "uncounted.zip", archive([entry(b"%d.txt" % n, b"", 0, 0) for n in range(3000)], 1), "damaged|too many"
    )
    yield Hostile("most-members.zip", packed({f"{n}.txt": b"" for n in range(66_000)}, 0), "too many")
    yield Hostile("traversal.zip", packed({"../../etc/evil.txt": ARTICLE}), "leads out")
    yield Hostile("backslashes.zip", archive([entry(b"..\\..\\evil.txt", b"", 0, 0)]), "leads out")
    yield Hostile("absolute.zip", packed([(_named("/etc/evil.txt"), ARTICLE)]), "leads out")
    yield Hostile("drive.zip", packed({"C:/evil.txt": ARTICLE}), "leads out")
    yield Hostile("link.zip", packed([(_link("link.txt"), "/etc/hostname")]), "is a link")
    yield Hostile("twice.zip", packed([("a.txt", ARTICLE), ("a.txt", PROSE)]), "has this name")
    yield Hostile("locked.zip", archive([entry(b"a.txt", ARTICLE.encode(), 10, 0, flags=1)]), "password")
    yield Hostile("method.zip", archive([entry(b"a.txt", b"x" * 50, 50, 99)]), "packed in a way")
    yield Hostile("lzma.zip", packed({"a.txt": ARTICLE}, zipfile.ZIP_LZMA), "packed in a way")
    yield Hostile("wrong-sum.zip", archive([entry(b"a.txt", b"x" * 50, 50, 0)]), "damaged")
    yield Hostile("negative.zip", archive([entry(b"a.txt", b"x", 1, 0, at=2**31)]), "damaged")
    yield Hostile("claims-more.zip", archive([entry(b"a.txt", b"x", 2**31, 0)]), "damaged")
    yield Hostile(
        "zip64.zip", good[:-22] + b"PK\x06\x06" + bytes(48) + b"PK\x06\x07" + bytes(16) + good[-22:], "damaged|."
    )
    yield Hostile("gbk-names.zip", archive([_member("青禾/卫生.txt".encode("gb18030"))]), None)
    yield Hostile("utf8-names.zip", packed({"青禾/卫生.txt": ARTICLE}), None)
    yield Hostile("cp437-names.zip", archive([_member(b"caf\x82.txt")]), None)
    yield Hostile("nul-name.zip", archive([_member(b"a.txt\0.exe")]), None)
    yield Hostile("no-name.zip", archive([_member(b"")]), "does not tell its format")
    yield Hostile("long-name.zip", archive([_member(b"a" * 60_000 + b".txt")]), None)
    yield Hostile("control-name.zip", archive([_member("换\n行\x1b.txt".encode("gb18030"))]), None)
    yield Hostile("folders.zip", packed({"a/": b"", "b/": b""}), "no files")
    yield Hostile("hidden.zip", packed({".a.txt": ARTICLE, "__MACOSX/a.txt": ARTICLE}), "no files")
    yield Hostile("with-junk.zip", b"\0" * 1000 + good, "none inside|no text|damaged")
    yield Hostile("picture-inside.zip", packed({"a.png": b"\x89PNG\r\n\x1a\n", "good.txt": ARTICLE}), "picture")
    yield Hostile("book.epub", packed({"mimetype": b"application/epub+zip"}, 0), "book")
    yield Hostile("table.xlsx", packed({"[Content_Types].xml": TYPES, "xl/workbook.xml": "<x/>"}), "spreadsheet")
    yield Hostile("slides.pptx", packed({"[Content_Types].xml": TYPES, "ppt/presentation.xml": "<x/>"}), "slides")
    yield Hostile("form.ofd", packed({"OFD.xml": "<x/>"}), "fixed-layout")
    yield Hostile("named.txt", good, None)


def _stretched(seed: int) -> str:
    """Three megabytes that shrink a lot, but not so much that it is noticed at once."""
    return "".join(f"{seed * 9973 + n * 7919 % 1_000_003:x}" + "a" * 600 + "\n" for n in range(5000))


def _member(name: bytes) -> tuple[bytes, bytes]:
    data = ARTICLE.encode()
    head, line = entry(name, data, len(data), 0)
    sum_ = struct.pack("<I", zlib.crc32(data))
    return head[:14] + sum_ + head[18:], line[:16] + sum_ + line[20:]


def _named(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x")
    info.filename = name
    return info


def _link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def _flat(zeros: bytes) -> bytes:
    """Many members that are all the same bytes: their heads overlap."""
    head, _ = entry(b"a.txt", zeros, 2**30)
    lines = [
        entry(b"%d.txt" % n, b"", 0)[1][:20]
        + struct.pack("<II", len(zeros), 2**30)
        + entry(b"%d.txt" % n, b"", 0)[1][28:]
        for n in range(1500)
    ]
    directory = b"".join(lines)
    return head + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1500, 1500, len(directory), len(head), 0)


def words() -> Iterator[Hostile]:
    """Word files."""
    good = word(paragraph("青禾县部署今年卫生健康工作") + paragraph(PROSE.strip()) * 2)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    laughing = (
        f'<!DOCTYPE w [<!ENTITY l0 "ha">{laughs}]><w:document {W}><w:body>{paragraph("&l11;")}</w:body></w:document>'
    )
    outside = (
        '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f"<w:document {W}><w:body>{paragraph('&x;')}</w:body></w:document>"
    )
    head = {"[Content_Types].xml": TYPES}
    yield Hostile("empty.docx", b"", "empty")
    yield Hostile("truncated.docx", good[: len(good) // 2], "damaged")
    yield Hostile("only-head.docx", b"PK\x03\x04", "damaged")
    yield Hostile("no-document.docx", packed(head), "no document")
    yield Hostile("no-xml.docx", packed(head | {"word/document.xml": b"\0\1\2"}), "damaged")
    yield Hostile("cut-xml.docx", packed(head | {"word/document.xml": f"<w:document {W}><w:body>"}), "damaged")
    yield Hostile("laughs.docx", packed(head | {"word/document.xml": laughing}), "entities")
    yield Hostile(
        "laughs16.docx",
        packed(head | {"word/document.xml": f'<?xml version="1.0" encoding="UTF-16"?>{laughing}'.encode("utf-16")}),
        "entities",
    )
    yield Hostile("late-laughs.docx", packed(head | {"word/document.xml": f"<!--{'x' * 9000}-->{laughing}"}), "damaged")
    yield Hostile("outside.docx", packed(head | {"word/document.xml": outside}), "entities")
    yield Hostile(
        "bomb.docx",
        archive([entry(b"[Content_Types].xml", b"", 0, 0), entry(b"word/document.xml", bomb(512), 2**29, at=49)]),
        "far more|too much",
    )
    yield Hostile(
        "deep-tables.docx",
        word("<w:tbl><w:tr><w:tc>" * 200 + paragraph(PROSE) + "</w:tc></w:tr></w:tbl>" * 200),
        "nested|damaged",
    )
    yield Hostile(
        "deep-tables-50.docx", word("<w:tbl><w:tr><w:tc>" * 50 + paragraph(PROSE) + "</w:tc></w:tr></w:tbl>" * 50), None
    )
    yield Hostile("deep.docx", word("<w:sdt>" * 100_000), "nested|damaged")
    yield Hostile("many-paragraphs.docx", word(paragraph(PROSE.strip()) * 30_000), "more than one article|far more")
    yield Hostile("one-node.docx", word(paragraph("卫生" * 6_000_000)), "damaged|far more|more than one article")
    yield Hostile(
        "wide-span.docx",
        word(
            '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>'
            f"{paragraph(PROSE)}</w:tc><w:tc>{paragraph('a')}</w:tc></w:tr></w:tbl>"
        ),
        None,
    )
    circle = (
        f'<w:styles {W}><w:style w:styleId="a"><w:basedOn w:val="b"/></w:style>'
        '<w:style w:styleId="b"><w:basedOn w:val="a"/></w:style></w:styles>'
    )
    yield Hostile(
        "circle.docx",
        word(f'<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t>{PROSE}</w:t></w:r></w:p>', styles=circle),
        None,
    )
    counted = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="99999999999"/>'
        '<w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1%2%3%9."/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    listed = '<w:pPr><w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    yield Hostile(
        "numbers.docx",
        word(
            "".join(f"<w:p>{listed.format(n)}<w:r><w:t>{PROSE}</w:t></w:r></w:p>" for n in (0, 8, 9, -1, 10**9)),
            numbering=counted,
        ),
        None,
    )
    yield Hostile("no-styles.docx", word(paragraph(PROSE), styles=b"<broken"), "damaged")
    yield Hostile(
        "notes.docx",
        word(
            "<w:p><w:r><w:footnoteReference w:id='1'/><w:t>x</w:t></w:r></w:p>",
            footnotes=f"<w:footnotes {W}><w:footnote w:id='1'><w:p><w:r><w:footnoteReference w:id='1'/>"
            f"<w:t>{PROSE}</w:t></w:r></w:p></w:footnote></w:footnotes>",
        ),
        None,
    )
    yield Hostile(
        "elsewhere.docx",
        packed(head | {"_rels/.rels": '<r><a Type="x/officeDocument" Target="../../../etc/passwd"/></r>'}),
        "no document",
    )
    yield Hostile("references.docx", word(paragraph("&#xD800;&#0;")), "damaged")
    yield Hostile(
        "pictures.docx",
        word("<w:p><w:r><w:drawing><a:blip xmlns:a='x'/></w:drawing></w:r></w:p>"),
        "pictures and no text",
    )
    yield Hostile("silent.docx", word("<w:p/>" * 100), "no text")
    yield Hostile("table-inside.docx", packed(head | {"xl/workbook.xml": "<x/>"}), "no document")
    yield Hostile("word-inside.txt", good, None)
    yield Hostile("word-inside.zip", good, None)
    yield Hostile("macros.docm", good, None)
    yield Hostile(
        "locked-member.docx",
        archive([entry(b"[Content_Types].xml", b"", 0, 0), entry(b"word/document.xml", b"x", 1, 0, flags=1, at=49)]),
        "password",
    )
