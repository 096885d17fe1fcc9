"""ZIP archives: names of every kind, files of every format, and limits that hold over all that is inside."""

import random
import zipfile
from pathlib import Path

import pytest

from ingest.archive import Allowance, Member, members
from ingest.document import RawDocument, Rejected, Unreadable
from ingest.sources import read_sources
from retrieval.config import Config, IngestConfig
from tests.ingest.hostile import ARTICLE
from tests.ingest.hostile_packed import archive, entry, packed, paragraph, word
from tests.ingest.hostile_pdf import printed


def read(folder: Path, data: bytes, limits: IngestConfig | None = None) -> list[RawDocument | Rejected]:
    (folder / "卷.zip").write_bytes(data)
    return list(read_sources([str(folder)], Config(ingest=limits or IngestConfig())))


def names(data: bytes) -> list[str]:
    found = members(data, "a.zip", IngestConfig(), Allowance(2**30))
    return [member.name for member in found if isinstance(member, Member)]


def named(name: bytes, flags: int = 0) -> bytes:
    """An archive of one empty file that has this name."""
    return archive([entry(name, b"", 0, 0, flags)])


@pytest.mark.parametrize(
    ("raw", "flags", "name"),
    [
        ("青禾/卫生.txt".encode("gb18030"), 0, "青禾/卫生.txt"),
        ("青禾/卫生.txt".encode(), 0x800, "青禾/卫生.txt"),
        ("青禾/卫生.txt".encode(), 0, "青禾/卫生.txt"),
        ("青禾縣/衛生局工作方案.txt".encode("big5"), 0, "青禾縣/衛生局工作方案.txt"),
        (b"plain.txt", 0, "plain.txt"),
        (b"a\\b.txt", 0, "a/b.txt"),
    ],
)
def test_names_are_read_in_the_encoding_of_their_packer(raw: bytes, flags: int, name: str) -> None:
    assert names(named(raw, flags)) == [name]


def test_python_and_we_agree_on_what_is_inside() -> None:
    dice = random.Random(4)
    files = {f"夹{n % 3}/{n}.txt": dice.randbytes(dice.randint(0, 5000)) for n in range(40)}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        found = members(packed(files, method), "a.zip", IngestConfig(), Allowance(2**30))
        assert {member.name: member.data for member in found if isinstance(member, Member)} == files


def test_every_format_inside_is_read_under_the_archives_name(tmp_path: Path) -> None:
    files = {
        "文/甲.txt": ARTICLE,
        "乙.docx": word(paragraph("第一段。")),
        "丙.pdf": printed(["第一行。"]),
        "丁.zip": packed({"戊.html": f"<html><body><p>{ARTICLE}</p></body></html>"}),
        "己.md": f"# {ARTICLE}",
    }
    found = read(tmp_path, packed(files))
    assert {(item.source, item.format) for item in found if isinstance(item, RawDocument)} == {
        ("卷.zip!文/甲.txt", "txt"), ("卷.zip!乙.docx", "docx"), ("卷.zip!丙.pdf", "pdf"),
        ("卷.zip!丁.zip!戊.html", "html"), ("卷.zip!己.md", "md"),
    }  # fmt: skip
    assert len(found) == len(files)


def test_what_is_hidden_or_bad_does_not_stop_the_rest(tmp_path: Path) -> None:
    found = read(tmp_path, packed({"__MACOSX/a.txt": "x", ".b.txt": "x", "c.xyz": "x", "d.txt": "", "e.txt": ARTICLE}))
    assert [(item.source, isinstance(item, Rejected)) for item in found] == [
        ("卷.zip!c.xyz", True), ("卷.zip!d.txt", True), ("卷.zip!e.txt", False),
    ]  # fmt: skip


def test_the_allowance_covers_archives_inside(tmp_path: Path) -> None:
    dice = random.Random(1)
    inner = packed({f"{n}.txt": dice.randbytes(2**19).hex() for n in range(4)})  # a mebibyte each
    found = read(tmp_path, packed({"a.zip": inner, "b.zip": inner}), IngestConfig(max_expanded_mb=7))
    assert sum(isinstance(item, Rejected) and "too much" in item.why for item in found) == 1
    assert "max_expanded_mb" in found[-1].what_to_do


def test_members_are_limited_one_by_one_and_in_number(tmp_path: Path) -> None:
    large = packed({"a.txt": random.Random(2).randbytes(600_000).hex(), "b.txt": ARTICLE})
    first, _ = read(tmp_path, large, IngestConfig(max_file_mb=1))
    assert isinstance(first, Rejected) and "larger than 1 MB" in first.why
    (refusal,) = read(tmp_path, packed({f"{n}.txt": ARTICLE for n in range(4)}), IngestConfig(max_members=3))
    assert isinstance(refusal, Rejected) and "4 files are too many" in refusal.why


def test_what_shrinks_too_well_is_no_text(tmp_path: Path) -> None:
    repeated = "".join(
        f"{n % 7}县里今年新建卫生院。\n" * 100 for n in range(40)
    )  # a table may shrink a lot, and is small
    first, second = read(tmp_path, packed({"a.txt": "卫" * 1_000_000, "b.txt": repeated}))
    assert isinstance(first, Rejected) and "far more than any text" in first.why
    assert isinstance(second, RawDocument)


def test_a_directory_that_lies_about_its_length_is_not_believed() -> None:
    lines = [entry(b"%d.txt" % n, b"", 0, 0) for n in range(5)]
    with pytest.raises(Unreadable, match="5 files are too many"):
        list(members(archive(lines, count=1), "a.zip", IngestConfig(max_members=4), Allowance(2**30)))


@pytest.mark.parametrize("name", [b"../a.txt", b"x/../../a.txt", b"/a.txt", b"C:/a.txt", b"..\\a.txt"])
def test_paths_stay_inside(name: bytes) -> None:
    (refusal,) = members(named(name), "a.zip", IngestConfig(), Allowance(2**30))
    assert isinstance(refusal, Rejected) and "leads out" in refusal.why


def test_the_source_in_an_archive_does_not_collide_with_a_file(tmp_path: Path) -> None:
    (tmp_path / "卷.zip!a.txt").write_text(ARTICLE, encoding="utf-8")
    found = read(tmp_path, packed({"a.txt": ARTICLE}))
    assert len({item.source for item in found}) == len(found) == 2
