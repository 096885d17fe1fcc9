import math
import re

import jieba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.embed import StaticEmbedder
from retrieval.fit import Wanted, fit
from retrieval.sentences import (
    CLOSE,
    CONTEXT,
    MEANING,
    NEIGHBOUR,
    SAME,
    SHARED,
    TITLE,
    Judge,
    Judged,
    Sentence,
    VectorMemory,
    literal_coverage,
    sentences_of,
    stands,
    stands_around,
)
from retrieval.terms import Term
from retrieval.text import _jieba, squeeze, word_spans, words
from retrieval.types import Hit, Kind, Passage

FACT = Wanted(Kind.FACT)
DIM = 8


def nothing(texts):
    """An embedder that knows no word: only what stands there in so many words counts."""
    return np.zeros((len(texts), DIM), np.float32)


def hit(text: str, heading: tuple[str, ...] = (), score: float = 0.0, row: int = 0) -> Hit:
    return Hit(row, Passage("a", 10, 10 + len(text), text, 0, heading), score)


def judged(terms, found: Hit, title: str = "", embed=nothing) -> list[Judged]:
    sentences = sentences_of(found)
    judge = Judge(terms, FACT, np.zeros((1, DIM), np.float32), embed, VectorMemory(embed))
    return judge(sentences, [title] * len(sentences))


BEDS, VILLAGE = Term("床位", 0.75), Term("乡村医生", 0.25)


def test_sentences_keep_their_place_in_the_article():
    found = hit("县医院有床位。 乡村医生到岗！")
    assert [(one.text, one.start, one.end) for one in sentences_of(found)] == [
        ("县医院有床位。", 10, 17),
        ("乡村医生到岗！", 18, 25),
    ]
    assert all(found.passage.text[one.start - 10 : one.end - 10] == one.text for one in sentences_of(found))


def test_a_term_that_stands_in_the_sentence_is_covered_whole():
    first, second = judged([BEDS, VILLAGE], hit("县医院有床位。乡村医生到岗！"))
    assert (first.coverage, first.literal) == pytest.approx((0.75 + 0.25 * NEIGHBOUR,) * 2)
    assert first.gap == pytest.approx(0.25 * (1 - NEIGHBOUR))
    assert second.literal == pytest.approx(0.25 + 0.75 * NEIGHBOUR)
    assert second.gap == pytest.approx(0.75 * (1 - NEIGHBOUR))


@pytest.mark.parametrize(
    ("heading", "title", "worth"),
    [((), "", 0.0), (("总则", "床位"), "", CONTEXT), ((), "床位规划", TITLE), (("床位",), "床位规划", CONTEXT)],
)
def test_a_term_above_the_sentence_counts_for_less(heading, title, worth):
    (one,) = judged([BEDS], hit("县医院建成。", heading), title)
    assert one.literal == pytest.approx(0.75 * worth)
    assert one.gap == pytest.approx(0.75 * (1 - worth))


@pytest.mark.parametrize(
    ("word", "text", "worth"),
    [
        ("床位", "床位", 1.0),
        ("床位", "床·位", 1.0),  # marks and blanks do not part a word
        ("床位", "病床", 0.0),  # a lone character is nothing
        ("乡村医生", "乡村医院", SHARED * 2 / 3),
        ("乡村医生", "醫生下鄉", SHARED / 3),  # either script
        ("ICU", "icu", 1.0),
    ],
)
def test_a_word_stands_whole_or_by_its_bigrams(word, text, worth):
    assert stands(Term(word, 1.0), text) == pytest.approx(worth)


@pytest.mark.parametrize(
    ("text", "worth"), [("受理120呼救", 1.0), ("托位1208个", 0.0), ("2021年2月", 0.0), ("共1120次", 0.0)]
)
def test_a_number_stands_by_itself_or_not_at_all(text: str, worth: float) -> None:
    assert stands(Term("120", 1.0), text) == worth


def test_a_variant_is_worth_what_it_is_sure_of():
    term = Term("看护娃娃", 0.5, (("托育", 0.8), ("照护", 0.3)))
    assert stands(term, "发展托育服务和照护") == pytest.approx(0.8)
    assert stands(term, "婴幼儿照护") == pytest.approx(0.3)
    assert literal_coverage([term, BEDS], "托育床位") == pytest.approx(0.5 * 0.8 + 0.75)


def test_a_word_close_in_meaning_covers_but_not_literally():
    angle = (CLOSE + SAME) / 2
    near = {"床位": (1.0, 0.0), "病榻": (angle, math.sqrt(1 - angle**2))}

    def embed(texts):
        rows = [(*near.get(text, (0.0, 0.0)), *[0.0] * (DIM - 2)) for text in texts]
        return np.array(rows, np.float32).reshape(-1, DIM)

    (one,) = judged([BEDS], hit("病榻。"), embed=embed)
    assert one.literal == 0.0
    assert one.coverage == pytest.approx(0.75 * MEANING * 0.5, rel=1e-3)
    assert one.gap == pytest.approx(0.75 * (1 - MEANING * 0.5), rel=1e-3)


def test_terms_stand_anywhere_around_the_sentences():
    sentences = [one for found in (hit("到岗。"), hit("新增。", ("乡村", "医生"))) for one in sentences_of(found)]
    assert stands_around([BEDS, VILLAGE, Term("到岗", 1.0)], sentences) == [0.0, 1.0, 1.0]
    assert stands_around([BEDS], []) == [0.0]


def test_damage_belongs_to_the_sentence_that_has_it():
    text = "床位増加。医生到岗。"
    found = Hit(0, Passage("a", 0, len(text), text, 0, damaged=((6, 7),)), 0.0)
    assert [one.damaged for one in sentences_of(found)] == [False, True]


def test_no_sentences_and_no_terms_are_judged():
    assert judged([BEDS], hit("。"), "")[0].coverage == 0.0
    (one,) = judged([], hit("床位。"))
    assert (one.coverage, one.literal, one.gap) == (0.0, 0.0, 0.0)
    judge = Judge([BEDS], FACT, np.zeros((1, DIM), np.float32), nothing, VectorMemory(nothing))
    assert judge([], []) == []
    assert judge.literal([], []).shape == (0,)


def test_only_the_most_promising_are_judged_in_their_order():
    hits = [hit("医生到岗。", row=0), hit("床位增加。", row=1), hit("别的事。", score=0.9, row=2), hit("床位。", row=3)]
    sentences = [one for found in hits for one in sentences_of(found)]
    judge = Judge([BEDS], FACT, np.zeros((1, DIM), np.float32), nothing, VectorMemory(nothing))
    everything = judge(sentences, [""] * 4)
    assert judge(sentences, [""] * 4, 4) == everything
    # by words both sentences with beds come first; then the one whose passage was found best
    assert [one.sentence.hit.row for one in judge(sentences, [""] * 4, 2)] == [1, 3]
    assert [one.sentence.hit.row for one in judge(sentences, [""] * 4, 3)] == [1, 2, 3]
    assert judge(sentences, [""] * 4, 3) == [everything[at] for at in (1, 2, 3)]
    np.testing.assert_array_equal(judge.literal(sentences, [""] * 4), [one.literal for one in everything])


def test_word_vectors_are_asked_for_once_and_forgotten_when_full():
    asked = []

    def embed(texts):
        asked.append(list(texts))
        return np.array([[len(text)] for text in texts], np.float32)

    vectors = VectorMemory(embed, limit=2)
    np.testing.assert_array_equal(vectors(["一", "二三", "一"]), [[1], [2], [1]])
    np.testing.assert_array_equal(vectors(["二三", "四五六"]), [[2], [3]])
    np.testing.assert_array_equal(vectors(["一"]), [[1]])
    assert asked == [["一", "二三"], ["四五六"], ["一"]]


# What Judge computes with arrays, written down plainly.


def plain_overlap(word: str, text: str) -> float:
    if word.isdecimal():
        return float(word in re.findall("[0-9]+", text))
    if word in text:
        return 1.0
    if len(word) < 3:
        return 0.0
    pairs = [word[at : at + 2] for at in range(len(word) - 1)]
    return SHARED * sum(pair in text for pair in pairs) / len(pairs)


def plain_forms(term: Term) -> list[tuple[str, float]]:
    return [(squeeze(word), worth) for word, worth in ((term.text, 1.0), *term.variants) if squeeze(word)]


def plain_stands(term: Term, text: str) -> float:
    return max((worth * plain_overlap(word, squeeze(text)) for word, worth in plain_forms(term)), default=0.0)


def plain_meant(term: Term, text: str, embed) -> float:
    best = 0.0
    for word in words(squeeze(text)):
        for form, worth in plain_forms(term):
            cosine = float((embed([form]) @ embed([word]).T)[0, 0])
            close = min(1.0, max(0.0, (cosine - CLOSE) / (SAME - CLOSE)))
            if word in form:
                close *= (len(word) / len(form)) ** 0.5
            if len(word) > 1:
                best = max(best, worth * close)
    return best


def plain_judgement(terms, what: Wanted, meaning, sentence: Sentence, title: str, embed) -> tuple[float, ...]:
    passage = sentence.hit.passage
    heading = " ".join(passage.heading)
    covered = literal = gap = 0.0
    for term in terms:
        said = max(
            plain_stands(term, sentence.text),
            CONTEXT * plain_stands(term, heading),
            NEIGHBOUR * plain_stands(term, passage.text),
            TITLE * plain_stands(term, title),
        )
        meant = max(plain_meant(term, sentence.text, embed), CONTEXT * plain_meant(term, heading, embed))
        share = max(said, MEANING * meant)
        covered += term.weight * share
        literal += term.weight * said
        gap = max(gap, term.weight * (1 - share))
    vector = embed(["。".join((*passage.heading[-1:], sentence.text))])
    similarity = min(1.0, max(0.0, float((vector @ meaning.reshape(-1))[0])))
    return covered, literal, gap, similarity, fit(what, sentence.text)


PIECES = [
    "乡村医生",
    "卫生院",
    "床位",
    "托育",
    "醫生",
    "急救站",
    "120",
    "家庭",
    "签约",
    "三年",
    "，",
    "。",
    "；",
    "\n",
    " ",
    "新增",
]
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=10).map("".join).filter(str.strip)
some_terms = st.lists(
    st.builds(
        Term,
        st.sampled_from(["乡村医生", "床位", "婴幼儿托育", "救护车", "120", "签约", "…", "看"]),
        st.sampled_from([0.1, 0.25, 0.4]),
        st.lists(st.tuples(st.sampled_from(["村医", "病床", "照护", "急救站"]), st.sampled_from([0.5, 0.9]))).map(
            tuple
        ),
    ),
    max_size=3,
    unique_by=lambda term: term.text,
)


@settings(max_examples=60, deadline=None)
@given(some_terms, st.lists(st.tuples(texts, st.lists(texts, max_size=2), texts), min_size=1, max_size=3), texts)
def test_arrays_say_what_plain_sums_say(terms, passages, asked):
    embed = StaticEmbedder().embed_passages
    meaning = embed([asked])
    found = [(hit(text, tuple(heading), row=row), title) for row, (text, heading, title) in enumerate(passages)]
    sentences = [(one, title) for where, title in found for one in sentences_of(where)]
    judge = Judge(terms, Wanted(Kind.LIST), meaning, embed, VectorMemory(embed))
    made = judge([one for one, _ in sentences], [title for _, title in sentences])
    assert [one.sentence for one in made] == [one for one, _ in sentences]
    for one, (sentence, title) in zip(made, sentences, strict=True):
        expected = plain_judgement(terms, Wanted(Kind.LIST), meaning, sentence, title, embed)
        assert (one.coverage, one.literal, one.gap, one.similarity, one.fit) == pytest.approx(expected, abs=1e-5)


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from("乡村医生卫院床位新增三年签约家庭急救站中华人民共和国务㐀a1.,，。 \n"), max_size=30),
    st.booleans(),
)
def test_words_are_those_of_jieba(text, guess):
    ours, plain = _jieba(), jieba.Tokenizer()
    plain.FREQ, plain.total, plain.initialized = ours.FREQ, ours.total, True
    assert [word for word, _, _ in word_spans(text, guess)] == [
        word for word in plain.cut(text, HMM=guess) if word.strip()
    ]
