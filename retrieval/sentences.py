"""Sentences of the passages found, and how well each answers: coverage of the question's words, meaning, kind.

Coverage is absolute evidence: the share of the question's weight that the sentence accounts for, word
by word, literally, through the lexicon, or by a word close in meaning (a late interaction over static
word vectors, as in ColBERT, Khattab and Zaharia 2020, with literal matches on top).
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.fit import Wanted, fit
from retrieval.terms import Term
from retrieval.text import sentence_spans, squeeze, words
from retrieval.types import Hit

Vectors = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]

CONTEXT = 0.7  # what a match in the heading above is worth, against one in the sentence
NEIGHBOUR = 0.45  # and one elsewhere in the same passage
TITLE = 0.3  # and one in the article's title
SHARED = 0.75  # what sharing all bigrams without being the same word is worth
CLOSE, SAME = 0.28, 0.62  # cosines between word vectors that begin, and finish, to count as close in meaning
MEANING = 0.8  # what a word that is the same in meaning is worth, against the word itself
SIMILARITY = 0.2  # weight of the sentence vector beside coverage
FIT = 0.25  # weight of being of the kind that was asked for


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage; ``start`` and ``end`` are offsets into the article's text."""

    hit: Hit
    start: int
    end: int
    text: str

    @property
    def damaged(self) -> bool:
        """Whether words were lost inside it."""
        return any(start < self.end and end > self.start for start, end in self.hit.passage.damaged)


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence with its evidence: ``coverage``, ``literal`` and ``similarity`` in 0..1, ``fit`` to the kind in 0..1.

    ``literal`` is the part of the coverage that stands there in so many words. ``score`` orders
    sentences of one question. ``gap`` is the weight of the heaviest term as far as it is not covered.
    """

    sentence: Sentence
    coverage: float
    literal: float
    gap: float
    similarity: float
    fit: float

    @property
    def score(self) -> float:
        """Coverage first, then meaning and kind."""
        return self.coverage + SIMILARITY * self.similarity + FIT * self.fit


def sentences_of(hit: Hit) -> list[Sentence]:
    """The sentences of a passage, in order."""
    passage = hit.passage
    return [
        Sentence(hit, passage.start + start, passage.start + end, passage.text[start:end])
        for start, end in sentence_spans(passage.text)
    ]


@functools.lru_cache(maxsize=20_000)
def _squeezed(text: str) -> str:
    return squeeze(text)


@functools.lru_cache(maxsize=20_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words(_squeezed(text)) if len(word) > 1))


class WordVectors:
    """Vectors of single words, remembered; ``embed`` gives unit rows, or zero rows for unknown words."""

    def __init__(self, embed: Embed, limit: int = 50_000) -> None:
        self._embed = embed
        self._limit = limit
        self._known: dict[str, Vectors] = {}

    def __call__(self, asked: Sequence[str]) -> Vectors:
        """Rows in the order asked, shape (n, dim)."""
        missing = [word for word in dict.fromkeys(asked) if word not in self._known]
        if missing:
            if len(self._known) > self._limit:
                self._known = {}
                missing = list(dict.fromkeys(asked))
            fresh = self._embed(missing)
            self._known = {**self._known, **dict(zip(missing, fresh, strict=True))}
        return np.stack([self._known[word] for word in asked])


class Judge:
    """Judges the sentences of one question.

    ``embed`` gives sentence vectors and ``vectors`` word vectors; ``meaning`` is the question's vector.
    """

    def __init__(
        self, terms: Sequence[Term], what: Wanted, meaning: Vectors, embed: Embed, vectors: WordVectors
    ) -> None:
        self._terms = tuple(terms)
        self._what = what
        self._meaning = meaning.reshape(-1)
        self._embed = embed
        self._vectors = vectors
        self._probes = [(index, word, worth) for index, term in enumerate(terms) for word, worth in probes(term)]

    def __call__(self, sentences: Sequence[Sentence], titles: Sequence[str]) -> list[Judged]:
        """One judgement per sentence, in the given order; ``titles`` are those of their articles."""
        if not sentences:
            return []
        vectors = self._embed(["。".join((*s.hit.passage.heading[-1:], s.text)) for s in sentences])
        similarities = np.clip(vectors @ self._meaning, 0.0, 1.0)
        texts = [sentence.text for sentence in sentences]
        close = self._closeness([*texts, *dict.fromkeys(" ".join(s.hit.passage.heading) for s in sentences)])
        judged = []
        for sentence, title, similarity in zip(sentences, titles, similarities, strict=True):
            coverage, literal, gap = self._coverage(sentence, title, close)
            judged.append(Judged(sentence, coverage, literal, gap, float(similarity), fit(self._what, sentence.text)))
        return judged

    def _coverage(self, sentence: Sentence, title: str, close: dict[str, Vectors]) -> tuple[float, float, float]:
        """Coverage, its literal part, and its widest gap. A term counts by its best match in the sentence or around."""
        heading = " ".join(sentence.hit.passage.heading)
        around = ((heading, CONTEXT), (sentence.hit.passage.text, NEIGHBOUR), (title, TITLE))
        covered = literal = gap = 0.0
        for index, term in enumerate(self._terms):
            here = stands(term, sentence.text)
            beyond = max(stands(term, text) * worth for text, worth in around)
            meant = max(float(close[sentence.text][index]), CONTEXT * float(close[heading][index]))
            share = max(here, beyond, MEANING * meant)
            covered += term.weight * share
            literal += term.weight * max(here, beyond)
            gap = max(gap, term.weight * (1.0 - share))
        return covered, literal, gap

    def _closeness(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """For every text, how close its closest word comes to each term: shape (terms,), 0..1."""
        wanted = list(dict.fromkeys(word for text in texts for word in _words(text)))
        nothing = np.zeros(len(self._terms), dtype=np.float32)
        if not wanted or not self._probes:
            return dict.fromkeys(texts, nothing)
        cosines = self._vectors([word for _, word, _ in self._probes]) @ self._vectors(wanted).T
        scaled = np.clip((cosines - CLOSE) / (SAME - CLOSE), 0.0, 1.0)
        scaled *= np.array([[_distance(probe, word) for word in wanted] for _, probe, _ in self._probes], np.float32)
        by_term = np.zeros((len(self._terms), len(wanted)), dtype=np.float32)
        for row, (index, _, worth) in enumerate(self._probes):
            by_term[index] = np.maximum(by_term[index], worth * scaled[row])
        column = {word: at for at, word in enumerate(wanted)}
        found = {}
        for text in texts:
            columns = [column[word] for word in _words(text)]
            found[text] = by_term[:, columns].max(axis=1) if columns else nothing
        return found


@functools.lru_cache(maxsize=4096)
def probes(term: Term) -> tuple[tuple[str, float], ...]:
    """The squeezed words that may stand for a term, itself first, with their worth."""
    return tuple((squeeze(word), worth) for word, worth in ((term.text, 1.0), *term.variants) if squeeze(word))


def stands(term: Term, text: str) -> float:
    """How far the term, or a variant of it, stands in the text in so many words: 0..1."""
    squeezed = _squeezed(text)
    return max((worth * _overlap(word, squeezed) for word, worth in probes(term)), default=0.0)


def literal_coverage(terms: Sequence[Term], text: str) -> float:
    """The share of the question's weight that stands in the text in so many words: 0..1."""
    return sum(term.weight * stands(term, text) for term in terms)


@functools.lru_cache(maxsize=200_000)
def _distance(probe: str, word: str) -> float:
    """What closeness in meaning is worth beside likeness in writing: a part of a word is hardly its synonym."""
    return (len(word) / len(probe)) ** 0.5 if word in probe else 1.0


@functools.lru_cache(maxsize=100_000)
def _overlap(word: str, squeezed: str) -> float:
    """1 where the word stands in the text, less where only some of its bigrams do, 0 for a lone character."""
    if word in squeezed:
        return 1.0
    if len(word) < 3:
        return 0.0
    bigrams = [word[at : at + 2] for at in range(len(word) - 1)]
    return SHARED * sum(bigram in squeezed for bigram in bigrams) / len(bigrams)
