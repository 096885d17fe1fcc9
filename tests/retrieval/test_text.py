"""Folding, sentence spans, index features."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import text as texts
from retrieval.text import fold, grams, is_traditional, sentence_spans, squeeze, to_traditional, word_spans, words

ANY = st.text(alphabet=st.sampled_from("县醫院，。！？；\n 「」”a1%．（）…"), max_size=60)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("醫養結合", "医养结合"),
        ("ＡＢｃ１２％", "abc12%"),
        ("  两\u3000 处 \n", "两 处"),
        ("乾隆年間", "乾隆年间"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_squeeze_leaves_what_was_said() -> None:
    assert squeeze("「一鎮一品」, 特色（科室）!") == "一镇一品特色科室"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("建成三家。改造两家！", ["建成三家。", "改造两家！"]),
        ("他说：“都办好。”后来又说。", ["他说：“都办好。”", "后来又说。"]),
        ("（1）甲；\n（2）乙。", ["（1）甲；", "（2）乙。"]),
        ("一是甲；二是乙。", ["一是甲；二是乙。"]),
        ("占比3.5%，无句号", ["占比3.5%，无句号"]),
        ("\n\n", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


@given(ANY)
def test_sentences_lose_nothing_but_blanks(text: str) -> None:
    spans = list(sentence_spans(text))
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())


def test_grams_are_characters_bigrams_and_whole_tokens() -> None:
    assert grams("榮縣 HPV16、3.5%") == ["荣", "县", "荣县", "hpv16", "3.5%"]
    assert grams("医，院") == ["医", "院"]


@given(ANY)
def test_grams_match_a_plain_count(text: str) -> None:
    han = [run for run in "".join(c if "一" <= c <= "鿿" else " " for c in fold(text)).split()]
    expected = sum(len(run) + len(run) - 1 for run in han)
    assert sum(1 for gram in grams(text) if "一" <= gram[0] <= "鿿") == expected


def test_script() -> None:
    assert is_traditional("榮縣醫院")
    assert not is_traditional("荣县医院")
    assert to_traditional("卫生健康") == "衛生健康"


def test_words_know_their_places() -> None:
    text = "全县 推进医养结合"
    assert "".join(words(text)) == "全县推进医养结合"
    assert all(text[start:end] == word for word, start, end in word_spans(text))


def test_the_dictionary_that_was_kept_is_the_one_that_was_read(tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "_CACHE_DIR", [str(tmp_path)])
    made = texts._jieba.__wrapped__()
    kept = tmp_path / "jieba.cache"
    whole = kept.read_bytes()
    again = texts._jieba.__wrapped__()
    assert (again.FREQ, again.total) == (made.FREQ, made.total)
    kept.write_bytes(whole[: len(whole) // 2])
    after_damage = texts._jieba.__wrapped__()
    assert (after_damage.FREQ, after_damage.total) == (made.FREQ, made.total)
    assert len(kept.read_bytes()) == len(whole)
