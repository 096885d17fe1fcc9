"""Sentences of the passages found, and how well each answers: coverage of the question's words, meaning, kind.

Coverage is absolute evidence: the share of the question's weight that the sentence accounts for, word
by word, literally, through the lexicon, or by a word close in meaning (a late interaction over static
word vectors, as in ColBERT, Khattab and Zaharia 2020, with literal matches on top).
"""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.fit import Wanted, fit
from retrieval.terms import Term
from retrieval.text import sentence_spans, squeeze, words
from retrieval.types import Hit

Vectors = npt.NDArray[np.float32]
Shares = npt.NDArray[np.float64]
Embed = Callable[[Sequence[str]], Vectors]

CONTEXT = 0.7  # what a match in the heading above is worth, against one in the sentence
NEIGHBOUR = 0.45  # and one elsewhere in the same passage
TITLE = 0.3  # and one in the article's title
SHARED = 0.75  # what sharing all bigrams without being the same word is worth
CLOSE, SAME = 0.28, 0.62  # cosines between word vectors that begin, and finish, to count as close in meaning
MEANING = 0.8  # what a word that is the same in meaning is worth, against the word itself
SIMILARITY = 0.2  # weight of the sentence vector beside coverage
FIT = 0.25  # weight of being of the kind that was asked for
FOUND = 0.3  # weight of the passage's score in the search, where not all sentences can be judged


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage; ``start`` and ``end`` are offsets into the article's text."""

    hit: Hit
    start: int
    end: int
    text: str

    @property
    def under_heading(self) -> str:
        """The sentence behind its heading, as its vector is made."""
        return "。".join((*self.hit.passage.heading[-1:], self.text))

    @property
    def damaged(self) -> bool:
        """Whether words were lost inside it."""
        return any(start < self.end and end > self.start for start, end in self.hit.passage.damaged)


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence with its evidence: ``coverage``, ``literal`` and ``similarity`` in 0..1, ``fit`` to the kind in 0..1.

    ``literal`` is the part of the coverage that stands there in so many words, ``own`` what the sentence covers
    without what stands around it, ``head`` how far it covers what was asked for ("which hospitals"; -1 where no
    such word was asked). ``score`` orders sentences of one question. ``gap`` is the weight of the heaviest term as
    far as it is not covered. ``relevance`` (0..1) is what a cross-encoder says, where there is one; ``probability``
    that it answers, once that has been weighed.
    """

    sentence: Sentence
    coverage: float
    literal: float
    gap: float
    similarity: float
    fit: float
    own: float = 0.0
    head: float = -1.0
    relevance: float | None = None
    probability: float = 0.0

    @property
    def score(self) -> float:
        """Coverage first, then meaning and kind; the relevance alone, where it is known."""
        if self.relevance is not None:
            return self.relevance
        return self.coverage + SIMILARITY * self.similarity + FIT * self.fit


def sentences_of(hit: Hit) -> list[Sentence]:
    """The sentences of a passage, in order."""
    begin = hit.passage.start
    return [Sentence(hit, begin + start, begin + end, text) for start, end, text in _cut(hit.passage.text)]


@functools.lru_cache(maxsize=8192)
def _cut(text: str) -> tuple[tuple[int, int, str], ...]:
    """The sentences of a text with their spans, remembered: the same passages are found for many questions."""
    return tuple((start, end, text[start:end]) for start, end in sentence_spans(text))


@functools.lru_cache(maxsize=20_000)
def squeezed(text: str) -> str:
    """The squeezed form of a text (see ``retrieval.text.squeeze``), remembered."""
    return squeeze(text)


@functools.lru_cache(maxsize=20_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words(squeezed(text)) if len(word) > 1))


class VectorMemory:
    """Vectors of texts, remembered; ``embed`` gives unit rows, or zero rows for what it does not know."""

    def __init__(self, embed: Embed, limit: int = 50_000) -> None:
        self._embed = embed
        self._limit = limit
        self._known: dict[str, Vectors] = {}

    def __call__(self, asked: Sequence[str]) -> Vectors:
        """Rows in the order asked, shape (n, dim). Safe for several threads: a full memory is replaced, not emptied."""
        known = self._known if len(self._known) <= self._limit else {}
        missing = [word for word in dict.fromkeys(asked) if word not in known]
        if missing:
            known.update(zip(missing, self._embed(missing), strict=True))
            self._known = known
        return np.array([known[word] for word in asked])


class Judge:
    """Judges the sentences of one question.

    ``embed`` gives sentence vectors and ``vectors`` word vectors; ``meaning`` is the question's vector;
    ``what`` an answer must hold.
    """

    def __init__(
        self, terms: Sequence[Term], what: Wanted, meaning: Vectors, embed: Embed, vectors: VectorMemory
    ) -> None:
        self._terms = tuple(terms)
        self.what = what
        self._meaning = meaning.reshape(-1)
        self._embed = embed
        self._vectors = vectors
        self._probes = [(index, word, worth) for index, term in enumerate(terms) for word, worth in probes(term)]

    def __call__(self, sentences: Sequence[Sentence], titles: Sequence[str], most: int = 0) -> list[Judged]:
        """One judgement per sentence, in the given order; ``titles`` are those of their articles.

        Where there are more than ``most`` (if that is not 0), only the most promising are judged: by
        their words, their kind and how well their passages were found, which is all that is cheap to know.
        """
        alone, shares = self._literal_shares(sentences, titles)
        fits = [fit(self.what, sentence.text) for sentence in sentences]
        if most and len(sentences) > most:
            rough = self._weighed(shares) + FIT * np.array(fits)
            rough += FOUND * np.array([sentence.hit.score for sentence in sentences])
            kept = np.sort(np.argsort(-rough, kind="stable")[:most])
            sentences, fits = [sentences[at] for at in kept], [fits[at] for at in kept]
            alone, shares = alone[kept], shares[kept]
        return self._judged(sentences, alone, shares, fits) if sentences else []

    def literal(self, sentences: Sequence[Sentence], titles: Sequence[str]) -> Shares:
        """The ``literal`` that their judgements would have, without the rest: shape (n,)."""
        return self._weighed(self._literal_shares(sentences, titles)[1])

    def _judged(
        self, sentences: Sequence[Sentence], alone: Shares, shares: Shares, fits: Sequence[float]
    ) -> list[Judged]:
        vectors = self._embed([sentence.under_heading for sentence in sentences])
        similarities = np.clip(np.einsum("ij,j->i", vectors, self._meaning), 0.0, 1.0)
        headings = {heading: at for at, heading in enumerate(dict.fromkeys(s.hit.passage.heading for s in sentences))}
        close = self.closeness([*(s.text for s in sentences), *map(" ".join, headings)])
        above = close[[len(sentences) + headings[s.hit.passage.heading] for s in sentences]]
        near = MEANING * close[: len(sentences)]
        covered = np.maximum(shares, np.maximum(near, MEANING * CONTEXT * above))
        own = np.maximum(alone, near)
        heads = self._headed(own)
        weights = np.array([term.weight for term in self._terms])
        gaps = (weights * (1.0 - covered)).max(axis=1, initial=0.0)
        columns = (self._weighed(covered), self._weighed(shares), gaps, similarities, fits, self._weighed(own), heads)
        return [
            Judged(sentence, *map(float, measures)) for sentence, *measures in zip(sentences, *columns, strict=True)
        ]

    def _headed(self, own: Shares) -> Shares:
        """How far each sentence alone covers the best of the words asked for: shape (n,); -1 where there is none."""
        asked = [at for at, term in enumerate(self._terms) if term.text in self.what.head]
        return own[:, asked].max(axis=1) if asked else np.full(len(own), -1.0)

    def _weighed(self, shares: Shares) -> Shares:
        """Sums over the terms, term after term: equal rows must give equal sums, and dot products need not."""
        total = np.zeros(len(shares))
        for index, term in enumerate(self._terms):
            total += term.weight * shares[:, index]
        return total

    def _literal_shares(self, sentences: Sequence[Sentence], titles: Sequence[str]) -> tuple[Shares, Shares]:
        """How far every term stands in so many words in the sentence, and in it or around it: shapes (n, terms)."""
        around: dict[tuple[tuple[str, ...], str, str], list[float]] = {}
        elsewhere: dict[tuple[str, float], list[float]] = {}  # for passages of one heading or article
        sought = [probes(term) for term in self._terms]
        alone = np.zeros((len(sentences), len(self._terms)))
        beside = np.zeros_like(alone)
        for at, (sentence, title) in enumerate(zip(sentences, titles, strict=True)):
            passage = sentence.hit.passage
            key = (passage.heading, passage.text, title)
            if key not in around:
                texts = ((" ".join(passage.heading), CONTEXT), (passage.text, NEIGHBOUR), (title, TITLE))
                for place in texts:
                    if place not in elsewhere:
                        where = squeezed(place[0])
                        elsewhere[place] = [stands_in(probed, where) * place[1] for probed in sought]
                around[key] = list(map(max, *(elsewhere[place] for place in texts)))
            where = squeezed(sentence.text)
            alone[at] = [stands_in(probed, where) for probed in sought]
            beside[at] = around[key]
        return alone, np.maximum(alone, beside)

    def closeness(self, texts: Sequence[str]) -> Shares:
        """For every text, how close its closest word comes to each term: shape (n, terms), 0..1."""
        told = [_words(text) for text in texts]
        column = {word: at for at, word in enumerate(dict.fromkeys(word for row in told for word in row))}
        found = np.zeros((len(texts), len(self._terms)))
        if not column or not self._probes:
            return found
        asked, there = self._vectors([word for _, word, _ in self._probes]), self._vectors(list(column))
        cosines = np.einsum("ij,kj->ik", asked, there)  # no BLAS: its other threads would spin after it
        scaled = np.clip((cosines - CLOSE) / (SAME - CLOSE), 0.0, 1.0)
        by_term = np.zeros((len(self._terms), len(column)), dtype=np.float32)
        for row, (index, probe, worth) in zip(scaled, self._probes, strict=True):
            for part in _parts(probe):
                if part in column:  # a part of a word is hardly its synonym, however close it is in meaning
                    row[column[part]] *= (len(part) / len(probe)) ** 0.5
            by_term[index] = np.maximum(by_term[index], worth * row)
        filled = [at for at, row in enumerate(told) if row]
        starts = np.cumsum([0, *(len(told[at]) for at in filled[:-1])])
        columns = [column[word] for row in told for word in row]
        found[filled] = np.maximum.reduceat(by_term[:, columns], starts, axis=1).T
        return found


@functools.lru_cache(maxsize=4096)
def probes(term: Term) -> tuple[tuple[str, float], ...]:
    """The squeezed words that may stand for a term, itself first, with their worth."""
    return tuple((squeeze(word), worth) for word, worth in ((term.text, 1.0), *term.variants) if squeeze(word))


def _parts(word: str) -> set[str]:
    """Everything that stands in the word, itself included."""
    return {word[start:end] for start in range(len(word)) for end in range(start + 1, len(word) + 1)}


def stands(term: Term, text: str) -> float:
    """How far the term, or a variant of it, stands in the text in so many words: 0..1."""
    return stands_in(probes(term), squeezed(text))


def stands_around(terms: Sequence[Term], sentences: Sequence[Sentence]) -> list[float]:
    """How far each term stands in the passages of the sentences, all taken together, or in the headings above them."""
    passages = dict.fromkeys(sentence.hit.passage for sentence in sentences)
    where = "".join(squeezed(text) for passage in passages for text in (" ".join(passage.heading), passage.text))
    return [stands_in(probes(term), where) for term in terms]


def stands_in(probed: Sequence[tuple[str, float]], where: str) -> float:
    """How far a word or what stands for it (see ``probes``) stands in the squeezed text: 0..1."""
    best = 0.0
    for word, worth in probed:
        if worth > best:
            if word.isdecimal():
                best = worth if _figure(word).search(where) else best  # 120 is no part of 1208
            elif word in where:  # here and not below: most of the time of a search was spent on calling
                best = worth
            elif len(word) > 2:
                best = max(best, worth * _overlap(word, where))
    return best


def literal_coverage(terms: Sequence[Term], text: str) -> float:
    """The share of the question's weight that stands in the text in so many words: 0..1."""
    return sum(term.weight * stands(term, text) for term in terms)


def _overlap(word: str, text: str) -> float:
    """What a word of three characters or more is worth that does not stand in the text, but some of its bigrams do."""
    pairs, found = _pairs(word), 0
    for pair in pairs:
        found += pair in text
    return SHARED * found / len(pairs)


@functools.lru_cache(maxsize=4096)
def _figure(digits: str) -> re.Pattern[str]:
    """A number that stands by itself."""
    return re.compile(rf"(?<![0-9]){digits}(?![0-9])")


@functools.lru_cache(maxsize=4096)
def _pairs(word: str) -> tuple[str, ...]:
    """The bigrams of a word of the question, remembered: they are looked for in every sentence."""
    return tuple(word[at : at + 2] for at in range(len(word) - 1))
