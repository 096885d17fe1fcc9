"""Files that would harm a careless reader, made on the spot: texts, pages, foreign formats, and no files at all.

Each says with a pattern what must be said of it; ``None`` marks those that may well be read.
"""

import codecs
import contextlib
import gzip
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROSE = "青禾县今年新建卫生院两所，改造村卫生室三十个，培训村医一百二十名。县里要求，年底前全部完工。\n"
ARTICLE = f"青禾县部署今年卫生健康工作\n\n{PROSE}{PROSE.replace('今年', '明年')}"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


class Hostile(NamedTuple):
    """A file's name and bytes, and what its rejection must speak of."""

    name: str
    data: bytes
    says: str | None


def texts() -> Iterator[Hostile]:
    """Plain text and Markdown."""
    good = ARTICLE.encode()
    yield Hostile("empty.txt", b"", "empty")
    yield Hostile("blanks.txt", b" \r\n\t\f\v" * 100, "empty")
    yield Hostile("bom8.txt", codecs.BOM_UTF8, "empty")
    yield Hostile("bom16le.txt", codecs.BOM_UTF16_LE, "empty")
    yield Hostile("bom16be.txt", codecs.BOM_UTF16_BE, "empty")
    yield Hostile("nuls.txt", bytes(10_000), "empty")
    yield Hostile("nuls-between.txt", b"\0".join(bytes([byte]) for byte in good), "no text")
    yield Hostile("nul-in-text.txt", good + b"\0\0" + good, None)
    yield Hostile("long-line.txt", b"a" * 10_000_000, "more than one article")
    yield Hostile("long-line-han.txt", "卫".encode() * 3_000_000, "more than one article")
    yield Hostile("long-line-with-sentences.txt", (PROSE.strip() * 2000).encode(), None)
    yield Hostile("long-line-without-end.txt", "卫生院".encode() * 60_000, None)
    yield Hostile("long-blank-line.txt", good + b" " * 400_000 + good, None)
    yield Hostile("many-lines.txt", b"a\n" * 240_000, None)
    yield Hostile("mixed.txt", ARTICLE.encode() + ARTICLE.encode("gb18030") + ARTICLE.encode("big5", "ignore"), None)
    yield Hostile(
        "lone-surrogates.txt",
        codecs.BOM_UTF16_LE + ("\ud800" + ARTICLE + "\udc00").encode("utf-16-le", "surrogatepass"),
        None,
    )
    yield Hostile("odd-utf16.txt", codecs.BOM_UTF16_LE + ARTICLE.encode("utf-16-le") + b"\x4e", None)
    yield Hostile("wrong-bom.txt", codecs.BOM_UTF8 + ARTICLE.encode("gb18030"), None)
    yield Hostile("utf32.txt", codecs.BOM_UTF32_LE + ARTICLE.encode("utf-32-le"), None)
    yield Hostile("overlong.txt", b"\xc0\xaf\xe0\x80\xaf" * 2000, "no encoding|no text")
    yield Hostile("cut-character.txt", good[:-2], None)
    yield Hostile("bad-bytes.txt", ARTICLE.encode("gb18030") + b"\xff\xfe\xfd", None)
    yield Hostile("random.txt", _noise(50_000), "no text|no encoding")
    yield Hostile("controls.txt", bytes(range(1, 9)) * 1000, "no text")
    yield Hostile("escape-codes.txt", ("\x1b[2J\x1b]0;x\x07" + ARTICLE).encode(), None)
    yield Hostile("bidi.txt", ("\u202e" * 1000 + ARTICLE).encode(), None)
    yield Hostile("combining.txt", ("卫" + "\u0301" * 100_000 + "\n" + ARTICLE).encode(), None)
    yield Hostile("parentheses.txt", ("（" * 9000 + "\n").encode() * 5 + good, None)
    yield Hostile("readings.txt", ("卫(wèi" * 1600 + "\n").encode() * 5 + good, None)
    yield Hostile("tags.txt", ("<a " * 3000 + "\n").encode() * 5 + good, None)
    yield Hostile("braces.txt", (".a{b:" * 2000 + "\n").encode() * 5 + good, None)
    yield Hostile("dates.txt", ("2024年" * 2000 + "\n").encode() * 5 + good, None)
    yield Hostile("spaced.txt", (" \t" * 4000 + "卫\n").encode() * 5 + good, None)
    yield Hostile("hashes.md", b"# " + b" " * 9000 + b"#x" * 400 + b"\n" + good, None)
    yield Hostile("brackets.md", b"[" * 9000 + b"](" * 400 + b"\n" + good, None)
    yield Hostile("stars.md", (b"*a" * 4000 + b"\n") * 5 + good, None)
    yield Hostile("rules.md", (b"- " * 4000 + b"x\n") * 5 + good, None)
    yield Hostile("columns.md", (b"|:-" * 3000 + b"x\n") * 5 + good, None)
    yield Hostile("front-matter.md", b"---\n" + b"title: x\n" * 50_000 + good, None)
    yield Hostile("json.txt", json.dumps({"text": ARTICLE}).encode(), "JSON")
    yield Hostile("jsonl.txt", b'{"a": 1}\n{"b": 2}\n', "JSON")
    yield Hostile("brackets.txt", b"[" * 200_000, "JSON")
    yield Hostile("rich.txt", b"{\\rtf1\\ansi " + good + b"}", "word processor")


def pages() -> Iterator[Hostile]:
    """HTML."""
    prose = f"<h1>青禾县部署今年工作</h1><p>{PROSE}</p><p>{PROSE}</p>".encode()
    page = b"<!DOCTYPE html><html><body>%b" + prose + b"</body></html>"
    yield Hostile("deep.html", page % (b"<div>" * 100_000), None)
    yield Hostile("unclosed.html", page % (b"<b><i><u>" * 30_000), None)
    yield Hostile("tables.html", page % (b"<table><tr><td>" * 2000), None)
    yield Hostile("lists.html", page % b"".join(b"<li>%d</li>" % n for n in range(6000)), None)
    yield Hostile("ordered.html", page % (b"<ol>" + b"<li>a</li>" * 12_000 + b"</ol>"), None)
    yield Hostile("elements.html", page % (b"<a>" * 1_500_000), None)
    yield Hostile("attributes.html", page % (b"<p " + b"".join(b"a%d=1 " % n for n in range(25_000)) + b">"), None)
    yield Hostile("long-attribute.html", page % (b"<p style='" + b"display:" * 500_000 + b"'>"), None)
    yield Hostile("style.html", page % (b"<style>" + b".a{" * 100_000 + b"</style>"), None)
    yield Hostile("script.html", page % (b"<script>" + b'getElementById("' * 50_000 + b"</script>"), None)
    yield Hostile("comment.html", page % (b"<!--" + b"-" * 1_000_000), None)
    yield Hostile("hidden.html", page % (b"<div style='display:none'>" * 200), None)
    yield Hostile(
        "entities.html", b"<!DOCTYPE html [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]>" + page % (b"&b;" * 1000), None
    )
    yield Hostile("references.html", page % b"&#xD800;&#x110000;&#0;&#99999999999;&#x1F;", None)
    yield Hostile("nul.html", page % b"<p>\0\0</p>", None)
    yield Hostile("charset.html", page % b"<meta charset='utf-7'>", None)
    yield Hostile("one-line.html", page % ("<p>" + PROSE.strip() * 3000 + "</p>").encode(), None)
    yield Hostile("only-script.html", b"<html><script>1</script></html>", None)
    yield Hostile("no-body.html", b"<html>", None)
    yield Hostile("closing.html", page % (b"</div>" * 200_000), None)
    yield Hostile("page-inside.txt", page % b"", None)
    yield Hostile("page-inside.doc", page % b"", None)
    yield Hostile("page-inside.pdf", page % b"", None)
    yield Hostile("frames.html", b"<html><frameset><frame src='a.html'></frameset></html>", None)


def foreign() -> Iterator[Hostile]:
    """What is not read, under its own name and under others."""
    picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(64)
    yield Hostile("picture.png", picture, "picture")
    yield Hostile("picture.txt", picture, "picture")
    yield Hostile("photo.pdf", b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(64), "picture")
    yield Hostile("photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(64), "picture")
    yield Hostile("old.doc", OLE + "WordDocument".encode("utf-16-le"), "old Word")
    yield Hostile("old.docx", OLE + "WordDocument".encode("utf-16-le"), "old Word")
    yield Hostile("office.wps", OLE, "old Word or WPS")
    yield Hostile("table.xls", OLE + "Workbook".encode("utf-16-le"), "spreadsheet")
    yield Hostile("table.csv", b"a,b\n1,2\n", "spreadsheet")
    yield Hostile("slides.ppt", OLE + "PowerPoint Document".encode("utf-16-le"), "slides")
    yield Hostile("locked.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "password")
    yield Hostile("rich.docx", b"{\\rtf1 x}", "word processor")
    yield Hostile("text.docx", ARTICLE.encode(), "none inside")
    yield Hostile("text.pdf", ARTICLE.encode(), "none inside")
    yield Hostile("text.zip", ARTICLE.encode(), "none inside")
    yield Hostile("archive.rar", b"Rar!\x1a\x07\x01\0" + bytes(64), "archive")
    yield Hostile("archive.zip", b"Rar!\x1a\x07\x01\0" + bytes(64), "archive")
    yield Hostile("archive.7z", b"7z\xbc\xaf\x27\x1c" + bytes(64), "archive")
    yield Hostile("archive.tar.gz", gzip.compress(bytes(1000)), "archive")
    yield Hostile("packed.txt", gzip.compress(ARTICLE.encode()), "archive")
    yield Hostile("film.mp4", bytes(4) + b"ftypisom" + bytes(64), "film")
    yield Hostile("program.txt", b"\x7fELF" + bytes(200), "program")
    yield Hostile("installer.zip", b"MZ\x90\0" + bytes(200), "program")
    yield Hostile("web.mht", b"MIME-Version: 1.0\r\n", "web archive")
    yield Hostile("data.json", b"{}", "data")
    yield Hostile("strange.xyz", ARTICLE.encode(), "not a known format")
    yield Hostile("no-extension", ARTICLE.encode(), "does not tell its format")
    yield Hostile("base.db", b"SQLite format 3\0" + bytes(64), "data")
    yield Hostile("a" * 240 + ".txt", ARTICLE.encode(), None)
    yield Hostile("带\n换行\t的.txt", ARTICLE.encode(), None)
    yield Hostile("\u202egpj.txt", ARTICLE.encode(), None)
    yield Hostile("空 格 .txt ", ARTICLE.encode(), "not a known format")
    yield Hostile("UPPER.TXT", ARTICLE.encode(), None)


def specials(folder: Path) -> dict[str, str | None]:
    """Things that are no plain files, made in the folder: their names and what must be said of them."""
    made: dict[str, str | None] = {}
    os.mkfifo(folder / "pipe.txt")
    made["pipe.txt"] = "no file"
    (folder / "circle.txt").symlink_to("circle.txt")
    made["circle.txt"] = "cannot be read"
    (folder / "nowhere.txt").symlink_to(folder / "absent.txt")
    made["nowhere.txt"] = "nowhere"
    (folder / "zero.txt").symlink_to("/dev/zero")
    made["zero.txt"] = "no file"
    (folder / "round").symlink_to(folder, target_is_directory=True)
    made["round"] = "link to a folder"
    (folder / "folder.txt").mkdir()
    (folder / "folder.txt" / "inside.txt").write_text(ARTICLE.replace("青禾", "云岭"), encoding="utf-8")
    made["folder.txt/inside.txt"] = None
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as door:
        before = Path.cwd()
        os.chdir(folder)  # the path of a socket must be short
        door.bind("socket.txt")
        os.chdir(before)
    made["socket.txt"] = "no file"
    if os.geteuid():
        (folder / "locked.txt").write_text(ARTICLE, encoding="utf-8")
        (folder / "locked.txt").chmod(0)
        made["locked.txt"] = "cannot be read"
    with contextlib.suppress(OSError):  # some file systems want names in UTF-8
        (folder / os.fsdecode("青禾.txt".encode("gb18030"))).write_text(ARTICLE, encoding="utf-8")
        made["青禾.txt"] = None
    return made


def _noise(count: int) -> bytes:
    import random

    return random.Random(7).randbytes(count)
