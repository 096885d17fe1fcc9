"""The comparison form, against its definition."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.normalise import normalise, raw_text, strip_pinyin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("乡村医生，３－５个。", "乡村医生35个"),
        ("鄉(xiāng)鎮衛(wèi)生院", "乡镇卫生院"),
        ("标准(de)和规范(WHO)、(一)", "标准de和规范who一"),
        ("床位\u200b 1,208 张\n", "床位1208张"),
        ("②　“互联网＋”", "2互联网"),
        ("(wèi)", "wèi"),
        ("", ""),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_a_bracket_after_a_bracket_or_a_blank_is_not_a_reading() -> None:
    assert strip_pinyin("生 (wèi)") == "生 (wèi)"
    assert strip_pinyin("生()(wèi)") == "生()(wèi)"
    assert strip_pinyin("生(wèi)活(huó)") == "生活"


# what Chinese pages hold; a lone accent before a letter (¨ after T) is not among it and may merge when seen twice
WRITTEN = (
    "县鄉乡衛卫醫医發髮里裏後后（）()【】《》“”，。、：；①⑩ⅣＡｚ０9．.%％‰℃〇零"
    " \t\n\u3000\u200b\ufeffaeiouüāáǎàēéěèIVXx-—+~·"
)


@given(st.text(alphabet=WRITTEN))
def test_is_stable_and_holds_nothing_but_content(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert all(unicodedata.category(char)[0] not in "PZS" and not char.isspace() for char in once)


@given(st.text(alphabet="县乡村医生卫健委签约2024个", min_size=1), st.integers(0, 30), st.integers(0, 30))
def test_parts_of_plain_text_are_found_in_it(text: str, start: int, length: int) -> None:
    assert normalise(text[start : start + length]) in normalise(text)


def test_raw_text_of_every_kind_of_file(tmp_path: Path) -> None:
    words = "澄清：卫生站——新建三所"
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf" + words.encode())
    (tmp_path / "b.txt").write_bytes(words.encode("gb18030"))
    page = f"<html><head><style>p {{}}</style></head><body><script>1<2</script><p>澄清：<b>卫生站</b>{words[6:]}</p>"
    (tmp_path / "c.html").write_text(page, encoding="utf-8")
    assert {raw_text(path) for path in tmp_path.iterdir()} == {words}
