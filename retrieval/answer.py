"""Question to Answer: which evidence is looked for, when it is enough, and what is said when it is not.

One Answerer serves one question over one generation, so that search and citations see the same corpus.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retrieval import compose
from retrieval.confidence import Evidence, calibration
from retrieval.config import Config
from retrieval.embed import Embedder
from retrieval.fit import wanted
from retrieval.index import Generation
from retrieval.lexicon import Lexicon
from retrieval.offers import topics
from retrieval.outlook import is_list, named_section, outline_group, overview
from retrieval.places import nearest
from retrieval.search import Query, find
from retrieval.sentences import (
    Judge,
    Judged,
    Sentence,
    WordVectors,
    literal_coverage,
    sentences_of,
    squeezed,
    stands_around,
)
from retrieval.terms import Term, only_generic, terms_of
from retrieval.text import fold
from retrieval.types import Answer, Division, Hit, Kind, Question, Reason, Scope, Script

WIDE_CLAIMS = 24  # comparisons, aggregates and overviews may cite this many
RIVAL = 0.9  # a further sentence is said if it scores this share of the best
LIST_RIVAL = 0.75
AGGREGATE_LITERAL = 0.7  # a county is named only if its words carry this share of the question
AGGREGATE_RIVAL = 0.85  # and this share of what the best county carries
SUGGESTIONS = 4
HEADING_COST = 0.25  # a heading is said only where nothing under it says as much
JUDGED = 48  # sentences that are looked at closely; more are told apart by their words first
COMMON = 0.4  # what a word that stands everywhere keeps of its weight


@dataclass(frozen=True, slots=True)
class Tools:
    """What outlives a question: the models, the lexicon and the configuration."""

    config: Config
    embedder: Embedder
    word_vectors: WordVectors
    lexicon: Lexicon
    weigh: Callable[[str], float]
    search_weight: Callable[[str], float]


class Answerer:
    """Answers one understood question over one generation."""

    def __init__(self, question: Question, generation: Generation, tools: Tools) -> None:
        self.question = question
        self.generation = generation
        self.tools = tools
        self.names = {division.code: division.short for division in generation.counties}
        # an English question's own words carry their Chinese ones as variants; its topic is these, for the search
        asked = fold(question.asked) if question.script is Script.ENGLISH else question.topic
        self.terms: tuple[Term, ...] = terms_of(asked, tools.lexicon, self._weigh, question.topic)
        self._variants = " ".join(word for term in self.terms for word, _ in term.variants)
        self._meaning = tools.embedder.embed_query(question.topic or question.asked)

    def _weigh(self, word: str) -> float:
        """A word's importance: learned in general, and the more the rarer it is in this corpus."""
        return self.tools.weigh(word) * (COMMON + (1.0 - COMMON) * self.generation.lexical.rarity(word))

    def answer(self) -> Answer:
        """The Answer, or the reason why there is none."""
        question = self.question
        if question.scope is Scope.MEDICAL:
            return self._refuse(Reason.MEDICAL_ADVICE)
        if question.scope is Scope.SMALLTALK:
            return self._refuse(Reason.SMALLTALK)
        if question.scope is Scope.NONSENSE:
            return self._refuse(Reason.NONSENSE)
        if question.elsewhere and not question.counties:
            return self._refuse(Reason.UNKNOWN_COUNTY)
        if question.counties:
            return self._about(question.counties)
        return self._anywhere()

    def _about(self, counties: Sequence[Division]) -> Answer:
        if len(counties) > 1:
            return self._side_by_side(counties)
        if self._wants_overview():
            return self._say(overview(self, counties[0]))
        return self._say(self._focused(counties[0].code))

    def _anywhere(self) -> Answer:
        """No county is named: look through all (or the region's), or ask which one is meant."""
        question = self.question
        scope = self._counties_in_scope()
        if question.region is not None and self._wants_overview():
            return self._roundup(scope)
        if question.kind is Kind.AGGREGATE or question.region is not None:
            return self._across(scope) if self.terms else self._which(scope)
        if len(scope) == 1:
            return self._about(scope)
        judged = self._sure(self._said(self._find(())))
        about = {code for one in judged for code in one.sentence.hit.passage.counties}
        if judged and len(about) == 1:
            return self._say(self._focused(next(iter(about))))
        if not self.terms or judged:
            return self._which(tuple(division for division in scope if division.code in about) or scope)
        return self._refuse(Reason.NOT_IN_CORPUS)

    def _counties_in_scope(self) -> tuple[Division, ...]:
        region = self.question.region
        return tuple(
            division
            for division in self.generation.counties
            if region is None or region.name in (division.province, division.city)
        )

    def _wants_overview(self) -> bool:
        return self.question.kind is Kind.OVERVIEW or only_generic(self.terms)

    def query(self) -> Query:
        """What is searched for this question."""
        return Query(f"{self.question.topic} {self._variants}", self._meaning)

    def _find(self, counties: Sequence[str], k: int = 0) -> list[Hit]:
        """Passages for this question, those of other years left out where the years are known."""
        most = k or self.tools.config.search.candidates
        hits = find(self.generation, self.query(), counties, most, self.tools.search_weight)
        return [hit for hit in hits if self.in_years(hit)]

    def in_years(self, hit: Hit) -> bool:
        """Whether the passage may speak of the years asked about: unknown years may."""
        asked = set(self.question.years)
        known = asked and (hit.passage.years or self.generation.article(hit.passage.article_id).years)
        return not known or bool(asked.intersection(known))

    def _said(self, hits: Sequence[Hit]) -> list[Sentence]:
        """All sayable sentences of the hits, in their order."""
        asked = squeezed(self.question.asked)
        every = (sentence for hit in hits for sentence in sentences_of(hit))
        return [one for one in every if compose.sayable(one) and squeezed(one.text) != asked]

    def _judge(self) -> Judge:
        by_weight = [term.text for term in sorted(self.terms, key=lambda term: -term.weight)]
        what = wanted(self.question, by_weight)
        return Judge(self.terms, what, self._meaning, self.tools.embedder.embed_passages, self.tools.word_vectors)

    def _titles(self, sentences: Sequence[Sentence]) -> list[str]:
        articles = dict.fromkeys(sentence.hit.passage.article_id for sentence in sentences)
        titles = {article: self.generation.article(article).title for article in articles}
        return [titles[sentence.hit.passage.article_id] for sentence in sentences]

    def _judged(self, sentences: Sequence[Sentence]) -> list[Judged]:
        """The most promising of the sentences, best first; ties in the order of the hits."""
        judged = self._judge()(sentences, self._titles(sentences), JUDGED)
        headings = {heading for sentence in sentences for heading in sentence.hit.passage.heading}

        def rank(one: Judged) -> float:
            return one.score - (HEADING_COST if one.sentence.hit.passage.text.strip() in headings else 0.0)

        return sorted(judged, key=rank, reverse=True)

    def _sure(self, sentences: Sequence[Sentence]) -> list[Judged]:
        """Those whose evidence is enough to be said, best first."""
        least = self.tools.config.answer.min_confidence
        elsewhere = self._elsewhere(sentences)
        probability = calibration().probability
        return [one for one in self._judged(sentences) if probability(self.evidence(one, elsewhere)) >= least]

    def best_evidence(self) -> Evidence | None:
        """The measures of the best sentence, enough or not; None where nothing was found or no county is named."""
        if not self.question.counties or not self.terms:
            return None
        sentences = self._said(self._find([division.code for division in self.question.counties]))
        judged = self._judged(sentences)
        return self.evidence(judged[0], self._elsewhere(sentences)) if judged else None

    def evidence(self, judged: Judged, elsewhere: float) -> Evidence:
        """The measures of one sentence."""
        kind, unfit = self.question.kind, 1.0 - judged.fit
        return Evidence(
            coverage=judged.coverage,
            literal=judged.literal,
            gap=judged.gap,
            similarity=judged.similarity,
            no_number=unfit if kind is Kind.NUMBER else 0.0,
            no_person=unfit if kind is Kind.WHO else 0.0,
            no_list=float(kind is Kind.LIST and judged.fit == 0.0 and not is_list(judged.sentence.hit)),
            elsewhere=elsewhere,
        )

    def _elsewhere(self, sentences: Sequence[Sentence]) -> float:
        """Weight of the terms that the corpus has, but none of these sentences or what stands around them."""
        found = zip(self.terms, stands_around(self.terms, sentences), strict=True)
        rarity = self.generation.lexical.rarity
        return sum(term.weight * (1.0 - here) for term, here in found if rarity(term.text) < 1.0)

    def _focused(self, county: str) -> list[compose.Chosen]:
        """The few sentences of one county that answer, best first; nothing if none is sure enough."""
        sure = self._sure(self._said(self._find((county,))))
        if not sure:
            return []
        kind = self.question.kind
        if kind is Kind.LIST:
            group = outline_group(self, county, sure)
            if group:
                return group
        elif kind in (Kind.FACT, Kind.HOW):
            section = named_section(self, county, sure[0].sentence.hit)
            if section:
                return section[: WIDE_CLAIMS // 4]
        rival, most = (LIST_RIVAL, self.tools.config.answer.max_claims) if kind in (Kind.LIST, Kind.HOW) else (RIVAL, 3)
        best = [one.sentence for one in sure if one.score >= rival * sure[0].score]
        return self.within_length(compose.apart(self.choose(sentence) for sentence in compose.distinct(best, most)))

    def choose(self, sentence: Sentence, label: str = "", item: bool = False, whole: bool = False) -> compose.Chosen:
        """The part of a sentence that will be quoted."""
        return compose.choose(sentence, self.coverage_of, label, item, whole)

    def coverage_of(self, text: str) -> float:
        """The share of the question that stands in a text in so many words: 0..1."""
        return literal_coverage(self.terms, text)

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

    def _side_by_side(self, counties: Sequence[Division]) -> Answer:
        """The same question to each county, labelled; a county with nothing to say is named as silent."""
        chosen: list[compose.Chosen] = []
        silent = []
        for division in counties:
            found = overview(self, division) if self._wants_overview() else self._focused(division.code)
            few = found[: max(2, WIDE_CLAIMS // (2 * len(counties)))]
            chosen += [dataclasses.replace(choice, label=division.short) for choice in few]
            if not few:
                silent.append(division.short)
        return self._say(compose.merged(chosen)[:WIDE_CLAIMS], silent=tuple(silent))

    def _roundup(self, scope: Sequence[Division]) -> Answer:
        """The first point of every county of a region."""
        firsts = [(division, overview(self, division)[:1]) for division in scope[:WIDE_CLAIMS]]
        chosen = [dataclasses.replace(choice, label=division.short) for division, found in firsts for choice in found]
        return self._say(compose.merged(chosen), searched=len(scope))

    def _across(self, scope: Sequence[Division]) -> Answer:
        """One sentence per county that says it in so many words, best counties first."""
        codes = [division.code for division in scope] if self.question.region else []
        sentences = self._literal(self._said(self._find(codes, k=5 * self.tools.config.search.candidates)))
        wanted = {division.code for division in scope}
        best: dict[str, Sentence] = {}
        for one in self._judged(sentences):
            for code in one.sentence.hit.passage.counties:
                if code in wanted:
                    best.setdefault(code, one.sentence)
        chosen = [self.choose(sentence, self.names[code]) for code, sentence in best.items()]
        return self._say(compose.merged(chosen)[:WIDE_CLAIMS], searched=len(scope))

    def _literal(self, sentences: Sequence[Sentence]) -> list[Sentence]:
        """Those that carry the question in so many words, about as well as the best of them."""
        literal = self._judge().literal(sentences, self._titles(sentences))
        least = max(AGGREGATE_LITERAL, AGGREGATE_RIVAL * float(literal.max(initial=0.0)))
        return [sentence for sentence, share in zip(sentences, literal, strict=True) if share >= least]

    def _say(self, chosen: Sequence[compose.Chosen], searched: int = 0, silent: tuple[str, ...] = ()) -> Answer:
        if not chosen:
            return self._refuse(Reason.NOT_IN_CORPUS)
        return compose.build(
            self.question,
            self.generation.id,
            chosen,
            self.generation.article,
            lambda code: self.names[code],
            searched,
            silent,
        )

    def _which(self, counties: Sequence[Division]) -> Answer:
        names = tuple(division.short for division in counties[: 2 * SUGGESTIONS])
        return Answer(self.question, self.generation.id, reason=Reason.WHICH_COUNTY, suggestions=names)

    def _refuse(self, reason: Reason) -> Answer:
        suggestions: tuple[str, ...] = ()
        if reason is Reason.NOT_IN_CORPUS:
            codes = [division.code for division in self.question.counties]
            suggestions = topics(self.generation, codes, self.names, SUGGESTIONS)
        elif reason is Reason.SMALLTALK:
            suggestions = tuple(self.names.values())[: 2 * SUGGESTIONS]
        elif reason is Reason.UNKNOWN_COUNTY:
            near = nearest(self.question.elsewhere[0], self.generation.counties, SUGGESTIONS)
            suggestions = tuple(division.short for division in near)
        return Answer(self.question, self.generation.id, reason=reason, suggestions=suggestions)
