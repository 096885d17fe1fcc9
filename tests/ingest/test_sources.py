"""Files of every encoding and every trouble: read as they were written, or rejected with something to do."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.document import RawDocument, Rejected
from ingest.encoding import chineseness, decode, is_binary
from ingest.sources import read_sources
from retrieval.config import Config, IngestConfig
from retrieval.text import to_traditional

PROSE = "青禾县今年新建卫生院两所，改造村卫生室三十个，培训村医一百二十名。县里要求，年底前全部完工。\n" * 3
SHORT = "县医院新楼启用"


def read(*paths: Path, config: Config | None = None) -> list[RawDocument | Rejected]:
    return list(read_sources([str(path) for path in paths], config or Config()))


def only(*paths: Path) -> RawDocument:
    (document,) = read(*paths)
    assert isinstance(document, RawDocument)
    return document


def rejected(*paths: Path, config: Config | None = None) -> Rejected:
    (refusal,) = read(*paths, config=config)
    assert isinstance(refusal, Rejected)
    assert refusal.why and refusal.what_to_do and "\n" not in refusal.why
    return refusal


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"])
@pytest.mark.parametrize("text", [PROSE, SHORT], ids=["prose", "short"])
def test_simplified_text_survives(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("encoding", ["big5", "cp950", "big5hkscs", "gb18030", "utf-8"])
@pytest.mark.parametrize("text", [PROSE, SHORT], ids=["prose", "short"])
def test_traditional_text_survives(text: str, encoding: str) -> None:
    traditional = to_traditional(text).replace("裏", "裡").replace("啓", "啟")  # as Big5 has them
    assert decode(traditional.encode(encoding)).text == traditional


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(PROSE.split("，")), min_size=2, max_size=6).map("，".join))
def test_the_right_encoding_always_reads_more_chinese(text: str) -> None:
    data = text.encode("gb18030")
    wrong = [data.decode(name, errors="replace") for name in ("big5hkscs", "utf-16-le", "utf-16-be")]
    assert chineseness(text) > 0.3 > max(map(chineseness, wrong))


def test_the_long_dash_of_gbk_is_no_horizontal_bar() -> None:
    assert decode("县里——村里".encode("gb18030")).text == "县里——村里"


def test_bytes_in_no_encoding_are_counted() -> None:
    decoded = decode(PROSE.encode("utf-8") + b"\xff\xfe\xfd" + "完工。".encode())
    assert decoded.encoding == "utf-8"
    assert decoded.text.startswith(PROSE) and decoded.text.endswith("完工。")
    assert decoded.replaced == decoded.text.count("\ufffd") > 0


@pytest.mark.parametrize(("wrong", "right"), [("latin-1", "utf-8"), ("latin-1", "gb18030"), ("gb18030", "utf-8")])
def test_text_that_was_decoded_wrongly_before_is_put_right(wrong: str, right: str) -> None:
    text = "县里新建医院，" * 6  # an even count of bytes, which GBK needs
    assert decode(text.encode(right).decode(wrong).encode("utf-8")).text == text


@pytest.mark.parametrize("text", ["café, naïve, Zürich", "Crème brûlée à la carte", "縣衛生院", "鍗敓", ""])
def test_sound_text_is_not_put_right(text: str) -> None:
    if text != "鍗敓":
        assert decode(text.encode("utf-8")).text == text


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([None, "gbk", "big5", "utf-16le", "nonsense"]))
def test_any_bytes_become_text_that_can_be_stored(data: bytes, charset: str | None) -> None:
    decoded = decode(data, charset)
    assert decoded.text.encode().decode() == decoded.text
    assert not set("\0\r\ufeff") & set(decoded.text)
    assert decoded.replaced == decoded.text.count("\ufffd")


def test_line_ends_marks_and_nuls() -> None:
    decoded = decode("\ufeff甲\r\n乙\r丙\ufeff丁".encode())
    assert decoded.text == "甲\n乙\n丙丁"


def test_a_page_believes_its_charset_where_both_are_possible() -> None:
    page = '<html><head><meta charset="big5"></head><body><p>中文</p></body></html>'
    assert "中文" in decode(page.encode("big5")).text


def test_what_the_server_says_goes_before_what_the_page_says() -> None:
    page = '<html><meta charset="big5"><p>县里</p></html>'.encode("gb18030")  # in Big5 two other characters
    assert "县里" in decode(page, "GBK").text
    assert "瓮爵" in decode(page).text


def test_a_declaration_does_not_make_utf8_of_another() -> None:
    assert decode(PROSE.encode(), "gb2312").text == PROSE
    assert decode(PROSE.encode("gb18030"), "utf-8").text == PROSE


@pytest.mark.parametrize("word", ["小学", "学小", "联通", "移动", "电话"])
def test_short_words_of_gbk_are_read(word: str) -> None:
    assert decode(word.encode("gb18030"), "gbk").text == word


@pytest.mark.parametrize("text", ["café, naïve, Zürich", "привет", "Ελλάδα", "é", "×", "°C ± 5"])
def test_other_scripts_in_utf8_stay_what_they_are(text: str) -> None:
    assert decode(text.encode()).text == text


def test_a_mark_of_utf8_before_gbk_is_not_believed() -> None:
    assert decode(b"\xef\xbb\xbf" + PROSE.encode("gb18030")).text == PROSE


@pytest.mark.parametrize("cut", [1, 2])
def test_a_text_that_ends_within_a_character_loses_only_that(cut: int) -> None:
    decoded = decode((PROSE * 3).strip().encode()[:-cut])
    assert (decoded.encoding, decoded.replaced) == ("utf-8", 1)
    assert decoded.text[:-1] == (PROSE * 3).strip()[:-1]


def test_a_file_put_together_from_several_encodings_is_read_line_by_line() -> None:
    decoded = decode(PROSE.encode() + PROSE.encode("gb18030"))
    assert (decoded.text, decoded.encoding) == (PROSE * 2, "mixed")


@pytest.mark.parametrize("order", ["le", "be"])
def test_four_bytes_a_character(order: str) -> None:
    mark = {"le": b"\xff\xfe\0\0", "be": b"\0\0\xfe\xff"}[order]
    assert decode(mark + PROSE.encode(f"utf-32-{order}")).text == PROSE


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 20, b"PK\x03\x04\x14\0\0\0\x08\0" * 30, bytes(range(256)) * 8]
)
def test_binary_is_told_from_text(data: bytes) -> None:
    assert is_binary(data)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16"])
def test_text_is_not_binary(encoding: str) -> None:
    assert not is_binary(to_traditional(PROSE).encode(encoding))


def test_folders_are_read_in_order_of_names(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/a.md", "c/d/e.html", ".hidden.txt", ".git/x.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(SHORT, encoding="utf-8")
    assert [document.source for document in read(tmp_path)] == ["a/a.md", "a/z.txt", "b.txt", "c/d/e.html"]


def test_a_single_file_goes_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "sub" / "文章.txt"
    file.parent.mkdir()
    file.write_text(PROSE, encoding="gb18030")
    document = only(file)
    assert (document.source, document.encoding, document.format) == ("文章.txt", "gb18030", "txt")
    assert document.text == PROSE


def test_equal_names_do_not_collide(tmp_path: Path) -> None:
    for folder in ("x", "y", "other/y"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.txt").write_text(f"{SHORT}{folder}", encoding="utf-8")
    found = read(tmp_path / "x", tmp_path / "y", tmp_path / "other" / "y", tmp_path / "x" / "a.txt")
    assert [item.source for item in found[:2]] == ["a.txt", "y/a.txt"]
    assert isinstance(found[2], Rejected) and "name" in found[2].why
    assert len(found) == 3  # the file that was named twice was read once


def test_rejections_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04")
    (tmp_path / "empty.txt").write_bytes(b"\xef\xbb\xbf \r\n")
    (tmp_path / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 20)
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere.txt")
    (tmp_path / "big.txt").write_bytes(b"a" * (2**20 + 1))
    small = Config(ingest=IngestConfig(max_file_mb=1))
    assert "damaged" in rejected(tmp_path / "a.docx").why
    assert "empty" in rejected(tmp_path / "empty.txt").why
    assert "picture" in rejected(tmp_path / "image.txt").why
    assert "link" in rejected(tmp_path / "link.txt").why
    assert "too large" in rejected(tmp_path / "big.txt", config=small).why
    assert "no such file" in rejected(tmp_path / "absent.txt").why
    assert "no such file" in rejected(tmp_path / "absent").why
    assert rejected(Path("absent.txt")).source == "absent.txt"


def test_what_is_no_file_stops_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")  # reading it would wait for ever
    (tmp_path / "b.txt").symlink_to("b.txt")
    (tmp_path / "c.txt").write_text(SHORT, encoding="utf-8")
    pipe, circle, document = read(tmp_path)
    assert isinstance(pipe, Rejected) and pipe.why == "this is no file"
    assert isinstance(circle, Rejected) and "cannot be read" in circle.why
    assert isinstance(document, RawDocument) and document.source == "c.txt"


@pytest.mark.parametrize(("name", "told"), [("青禾.txt".encode("gb18030"), "青禾.txt"), (b"a\xff.txt", "a\ufffd.txt")])
def test_names_in_another_encoding_are_told_as_text(tmp_path: Path, name: bytes, told: str) -> None:
    try:
        (tmp_path / os.fsdecode(name)).write_text(SHORT, encoding="utf-8")
    except OSError:
        pytest.skip("this file system wants names in UTF-8")
    assert only(tmp_path).source == told


def test_a_folder_that_cannot_be_listed_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(path: str, *_: object) -> object:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", deny)
    assert "folder cannot be read" in rejected(tmp_path).why


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_files_are_rejected(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(SHORT)
    file.chmod(0)
    assert "cannot be read" in rejected(file).why


def test_a_broken_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "b.txt").write_text(SHORT, encoding="utf-8")
    first, second = read(tmp_path)
    assert isinstance(first, Rejected)
    assert isinstance(second, RawDocument)


MARKDOWN = """---
title: "云岭县卫生工作"
date: 2024-03-05
来源: 云岭县融媒体中心
---
# 云岭县卫生工作

![合影](a.png)

县里**今年**要办[三件实事](http://example.org/a(1).html)，*先建*医院，`再招`医生。

## 一、建医院 ##

- 新建住院楼
1. 增加床位
2. 配齐设备

| 任务 | 时限 |
| --- | --- |
| 开工 | 3月 |

> 引用的话
"""


def test_markdown_keeps_structure_and_loses_marks(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(MARKDOWN, encoding="utf-8")
    document = only(tmp_path / "a.md")
    assert document.meta == {"title": "云岭县卫生工作", "date": "2024-03-05", "publisher": "云岭县融媒体中心"}
    assert [(block.level, block.text) for block in document.blocks if not block.verdict] == [
        (1, "云岭县卫生工作"),
        (0, "县里今年要办三件实事，先建医院，再招医生。"),
        (2, "一、建医院"),
        (0, "新建住院楼"),
        (0, "1. 增加床位"),
        (0, "2. 配齐设备"),
        (0, "任务 | 时限"),
        (0, "开工 | 3月"),
        (0, "引用的话"),
    ]
    assert [block.text for block in document.blocks if block.verdict == "picture"] == ["![合影](a.png)"]
    assert document.text.split("\n")[document.blocks[0].number - 1] == "# 云岭县卫生工作"


def test_markdown_without_front_matter_is_not_robbed(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\n正文第一段，没有结束线。\n2*3*4 与 a_b_c 不变\n", encoding="utf-8")
    texts = [block.text for block in only(tmp_path / "a.md").blocks if not block.verdict]
    assert texts == ["正文第一段，没有结束线。", "2*3*4 与 a_b_c 不变"]
