"""Reading the articles for one question: what is found, how well it answers, what is sure enough to say."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retrieval import compose
from retrieval.confidence import calibration
from retrieval.config import Config
from retrieval.contrast import against, contrasts
from retrieval.embed import Embedder
from retrieval.evidence import Matrix, evidence
from retrieval.fit import LEAST_FIT, wanted
from retrieval.index import Generation
from retrieval.lexicon import Lexicon
from retrieval.rerank import Reranker
from retrieval.search import Query, find
from retrieval.sentences import (
    Judge,
    Judged,
    Sentence,
    VectorMemory,
    literal_coverage,
    sentences_of,
    squeezed,
    stands,
    stands_around,
)
from retrieval.shape import is_list
from retrieval.terms import Term, terms_of
from retrieval.text import fold
from retrieval.types import Hit, Kind, Question, Script
from retrieval.wording import found, pattern

LITERAL = 0.7  # a county says a thing in so many words if they carry this share of the question
RIVAL = 0.85  # and this share of what the best county's carry
HEADING_COST = 0.25  # a heading is said only where nothing under it says as much
JUDGED = 32  # sentences that are looked at closely; more are told apart by their words first
WEIGHED = 12  # of them, those whose evidence is weighed as a whole
EXACT = 2.0  # times as sure one must be of a number, name, day or place
UNFIT = 0.05  # as sure as one may be of such a sentence
PRESENT = 0.3  # a word of which less than this share stands anywhere is missing
MISSING = 3  # missing runs of words that are told
NAMED, SURE_OF_NAME = 0.6, 0.6  # coverage of a question for a person, from which a name with its title answers it
WORDS, SURE_OF_WORDS = 4, 0.5  # characters of a question that is repeated whole, and how sure one is then
COMMON = 0.4  # what a word that stands everywhere keeps of its weight


@dataclass(frozen=True, slots=True)
class Tools:
    """What outlives a question: the models, the lexicon and the configuration.

    ``embedder`` made the index; ``reading`` compares the question with sentences that were found.
    """

    config: Config
    embedder: Embedder
    reading: Embedder
    word_vectors: VectorMemory
    sentence_vectors: VectorMemory
    lexicon: Lexicon
    weigh: Callable[[str], float]
    search_weight: Callable[[str], float]
    reranker: Reranker | None = None


class Reader:
    """Reads one generation for one understood question, so that search and citations see the same corpus."""

    def __init__(self, question: Question, generation: Generation, tools: Tools) -> None:
        self.question = question
        self.generation = generation
        self.tools = tools
        self.names = {division.code: division.short for division in generation.counties}
        # an English question's own words carry their Chinese ones as variants; its topic is these, for the search
        asked = fold(question.asked) if question.script is Script.ENGLISH else question.topic
        self.terms: tuple[Term, ...] = terms_of(asked, tools.lexicon, self._weigh, question.topic)
        self._variants = " ".join(word for term in self.terms for word, _ in term.variants)
        self._found: dict[tuple[tuple[str, ...], int], list[Hit]] = {}
        self._meaning = tools.embedder.embed_query(question.topic or question.asked)
        # its question words count in reading: they tell a price from a place
        self._asked = tools.reading.embed_query(f"{question.topic} {question.words}".strip() or question.asked)

    def _weigh(self, word: str) -> float:
        """A word's importance: learned in general, and the more the rarer it is in this corpus."""
        return self.tools.weigh(word) * (COMMON + (1.0 - COMMON) * self.generation.lexical.rarity(word))

    def query(self) -> Query:
        """What is searched for this question."""
        return Query(self.question.topic, self._variants, self._meaning, self._asked)

    def find(self, counties: Sequence[str], k: int = 0) -> list[Hit]:
        """Passages for this question, those of other years left out where the years are known. Remembered."""
        key = (tuple(counties), k or self.tools.config.search.candidates)
        if key not in self._found:
            hits = find(
                self.generation,
                self.query(),
                counties,
                key[1],
                self.tools.search_weight,
                self.tools.sentence_vectors,
            )
            self._found[key] = [hit for hit in hits if self.in_years(hit)]
        return self._found[key]

    def in_years(self, hit: Hit) -> bool:
        """Whether the passage may speak of the years asked about: unknown years may, and all may tell that it was
        another year where that is the question."""
        asked = set() if self.question.kind is Kind.YESNO else set(self.question.years)
        known = asked and (hit.passage.years or self.generation.article(hit.passage.article_id).years)
        return not known or bool(asked.intersection(known))

    def said(self, hits: Sequence[Hit]) -> list[Sentence]:
        """All sayable sentences of the hits, in their order."""
        asked = squeezed(self.question.asked)
        every = (sentence for hit in hits for sentence in sentences_of(hit))
        return [one for one in every if compose.sayable(one) and squeezed(one.text) != asked]

    @functools.cached_property
    def _judge(self) -> Judge:
        by_weight = [term.text for term in sorted(self.terms, key=lambda term: -term.weight)]
        what = wanted(self.question, by_weight)
        return Judge(self.terms, what, self._asked, self.tools.sentence_vectors, self.tools.word_vectors)

    def _titles(self, sentences: Sequence[Sentence]) -> list[str]:
        articles = dict.fromkeys(sentence.hit.passage.article_id for sentence in sentences)
        titles = {article: self.generation.article(article).title for article in articles}
        return [titles[sentence.hit.passage.article_id] for sentence in sentences]

    def judged(self, sentences: Sequence[Sentence]) -> list[Judged]:
        """The most promising of the sentences, best first; ties in the order of the hits."""
        judged = self._judge(sentences, self._titles(sentences), JUDGED)
        headings = _headings(sentences)

        def rank(one: Judged) -> float:
            return one.score - (HEADING_COST if one.sentence.hit.passage.text.strip() in headings else 0.0)

        return self._reread(sorted(judged, key=rank, reverse=True))

    def _reread(self, judged: Sequence[Judged]) -> list[Judged]:
        """What the cross-encoder makes of the best ones, best first; all as they are where there is none."""
        reranker = self.tools.reranker
        if reranker is None:
            return list(judged)
        best = judged[: reranker.candidates]
        texts = [one.sentence.under_heading for one in best]
        asked, topic = self.question.asked, self.question.topic
        complete = all(word in fold(asked) for word in topic.split())  # no follow-up, and no English
        scores = reranker.scores(asked if complete else topic, texts)
        told = [dataclasses.replace(one, relevance=float(score)) for one, score in zip(best, scores, strict=True)]
        return sorted(told, key=lambda one: one.score, reverse=True)

    def carried(self, sentences: Sequence[Sentence]) -> list[float]:
        """For each the share of the question that it carries in so many words."""
        return [float(share) for share in self._judge.literal(sentences, self._titles(sentences))]

    def literal(self, sentences: Sequence[Sentence]) -> list[Sentence]:
        """Those that carry the question in so many words, about as well as the best of them."""
        carried = self.carried(sentences)
        least = max(LITERAL, RIVAL * max(carried, default=0.0))
        return [sentence for sentence, share in zip(sentences, carried, strict=True) if share >= least]

    def sure(self, sentences: Sequence[Sentence]) -> list[Judged]:
        """Those whose evidence is enough to be said, surest first."""
        return self.enough(self.weighed(sentences))

    def enough(self, weighed: Sequence[Judged]) -> list[Judged]:
        """Of what was weighed, that which is sure enough to be said."""
        return [one for one in weighed if one.probability >= self.least]

    @property
    def least(self) -> float:
        """The probability from which a sentence is sure enough to be said; twice that for a number, name, day or place,
        for a wrong one does more harm than a sentence beside the point."""
        least = self.tools.config.answer.min_confidence
        return min(1.0, EXACT * least) if self.question.kind in LEAST_FIT else least

    def weighed(self, sentences: Sequence[Sentence]) -> list[Judged]:
        """The most promising of the sentences with the probability that each answers, surest first.

        A cross-encoder, whose word is not calibrated, counts as much as the calibration. A person's name after the
        very title that was asked for is sure enough: the trees have seen no names, for none may be made up. So is
        what repeats a question that only names a thing. What lacks the kind that is asked for, or tells of another
        year or another thing of the same sort, is no answer.
        """
        judged = self.judged(sentences)
        if not judged or not self.terms:
            return []
        told, what = [], self._judge.what
        for one, probability in zip(
            judged, calibration().probabilities(self.evidence(judged, sentences)), strict=False
        ):
            both = probability if one.relevance is None else (probability + one.relevance) / 2
            if self.question.kind is Kind.WHO and one.fit == 1.0 and one.coverage >= NAMED:
                both = max(both, SURE_OF_NAME)
            if self.question.kind is Kind.FACT and self._repeats(one):
                both = max(both, SURE_OF_WORDS)
            if self._asks_what_comes and found("tells_to_come", fold(one.sentence.text)):
                both = max(both, SURE_OF_WORDS)
            unfit = one.fit < what.least and not (what.listed and is_list(one.sentence.hit))
            if unfit or self._contradicts(one):
                both = min(both, UNFIT)
            told.append(dataclasses.replace(one, probability=float(both)))
        return sorted(told, key=lambda one: one.probability, reverse=True)

    @functools.cached_property
    def _asks_what_comes(self) -> bool:
        """Whether all that is asked is what comes next."""
        topic = self.question.topic
        return found("to_come", topic) and not pattern("to_come_only").sub("", topic)

    def _contradicts(self, one: Judged) -> bool:
        """Whether it tells of another thing of the same sort, or another year, and whether it is so was not asked."""
        passage, question = one.sentence.hit.passage, self.question
        if question.kind is Kind.YESNO:
            return False
        named = contrasts(f"{fold(question.asked)} {question.topic}", question.years)  # an English topic is Chinese
        told = against(named, fold(one.sentence.text), fold(" ".join(passage.heading)), fold(passage.text))
        return told.other >= 1.0 or told.other_years >= 1.0

    def _repeats(self, one: Judged) -> bool:
        """Whether it holds, word for word, all that was asked: what is only named is to be found where it stands."""
        topic = squeezed(self.question.topic)
        return len(topic) >= WORDS and topic in squeezed(one.sentence.text)

    def evidence(self, judged: Sequence[Judged], sentences: Sequence[Sentence]) -> Matrix:
        """The measures of the first of ``judged``, which are the best of ``sentences``: see ``evidence.evidence``."""
        elsewhere = self._elsewhere(sentences)
        return evidence(self.question, self.terms, judged, elsewhere, _headings(sentences), WEIGHED)

    def nearest(self, texts: Sequence[str]) -> list[str]:
        """The texts in order of their nearness to the question, ties in the order given."""
        if not texts:
            return []
        cosines = self.tools.embedder.embed_passages(texts) @ self._meaning.reshape(-1)
        shares = [self.coverage_of(text) for text in texts]
        ranked = sorted(zip(shares, cosines, texts, strict=True), key=lambda one: -(one[0] + float(one[1])))
        return [text for _, _, text in ranked]

    def missing(self, sentences: Sequence[Sentence]) -> tuple[str, ...]:
        """Runs of the question's words that stand nowhere in or around these sentences, in the order asked."""
        here = stands_around(self.terms, sentences)
        rest = f" {self.question.topic} "
        for term, share in sorted(zip(self.terms, here, strict=True), key=lambda pair: -len(pair[0].text)):
            if share >= PRESENT:
                rest = rest.replace(term.text, " ")
        absent = [term.text for term, share in zip(self.terms, here, strict=True) if share < PRESENT]
        runs = [run for run in rest.split() if len(run) > 1 and any(word in run for word in absent)]
        return tuple(dict.fromkeys(runs))[:MISSING]

    def _elsewhere(self, sentences: Sequence[Sentence]) -> float:
        """Weight of the terms that the corpus has, but none of these sentences or what stands around them."""
        found = zip(self.terms, stands_around(self.terms, sentences), strict=True)
        rarity = self.generation.lexical.rarity
        return sum(term.weight * (1.0 - here) for term, here in found if rarity(term.text) < 1.0)

    def coverage_of(self, text: str) -> float:
        """The share of the question that stands in a text in so many words: 0..1."""
        return literal_coverage(self.terms, text)

    def announces(self, heading: str) -> float:
        """The share of the question that a heading carries: 0..1; 0 if it lacks what is asked for (which hospitals)."""
        heads = [term for term in self.terms if term.text in self._judge.what.head]
        lacks = heads and not any(stands(term, heading) >= PRESENT for term in heads)
        return 0.0 if lacks else self.coverage_of(heading)

    def choose(self, sentence: Sentence, label: str = "", item: bool = False, whole: bool = False) -> compose.Chosen:
        """The part of a sentence that will be quoted."""
        return compose.choose(sentence, self.coverage_of, label, item, whole)

    def within_length(self, chosen: Sequence[compose.Chosen], most_chars: int = 0) -> list[compose.Chosen]:
        """The first of them that fit; always at least one."""
        room = most_chars or self.tools.config.answer.max_chars
        kept: list[compose.Chosen] = []
        for choice in chosen:
            room -= len(choice.text)
            if kept and room < 0:
                break
            kept.append(choice)
        return kept


def _headings(sentences: Sequence[Sentence]) -> set[str]:
    """All headings above the sentences' passages."""
    return {heading for sentence in sentences for heading in sentence.hit.passage.heading}
