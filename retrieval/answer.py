"""Question to Answer: which evidence is looked for, when it is enough, and what is said when it is not.

One Answerer serves one question over one generation, so that search and citations see the same corpus.
"""

import dataclasses
from collections.abc import Mapping, Sequence

from retrieval import compose
from retrieval.across import across, alternatives, plain
from retrieval.bearing import names, of_others
from retrieval.gazetteer import Gazetteer
from retrieval.index import Generation
from retrieval.kinds import is_general
from retrieval.offers import topics
from retrieval.outlook import named_section, outline_group, overview, survey
from retrieval.places import nearest
from retrieval.reader import Reader, Tools
from retrieval.sentences import Judged, Sentence
from retrieval.terms import only_generic
from retrieval.text import fold
from retrieval.towns import counties_of_town
from retrieval.types import Answer, Division, Kind, Level, Question, Reason, Scope
from retrieval.wording import found, pattern

WIDE_CLAIMS = 24  # comparisons, aggregates and overviews may cite this many
RIVAL = 0.9  # a further sentence is said if it scores this share of the best
LIST_RIVAL = 0.75
SURVEY_RIVAL = 0.5  # where all of a matter is asked
SEVERAL_RIVAL = 0.65  # where one figure of each of several things is asked
OWN_PART = 0.02  # how sure one must be, by a follow-up's own words alone, of a sentence that answers both
ONLY_ONE = 0.6  # how sure one must be of what another says: the only county that speaks of it, or a county's city
BESIDE_CLAIMS = 4  # of each county, where all of a matter is compared
BESIDE, BESIDE_SURE = 0.75, 0.05  # share of another county's words, and how sure, from which a county stands beside it
SUGGESTIONS = 4
ANYWHERE_READ = 24  # passages in which a question without a county looks for the one it may mean
OTHERS_READ = 12  # passages of any county in which a refusal looks for others that speak of it


class Answerer:
    """Answers one understood question over one generation."""

    def __init__(self, question: Question, generation: Generation, tools: Tools) -> None:
        self.question = question
        self.generation = generation
        self.reader = Reader(dataclasses.replace(question, kind=question.of_each), generation, tools)
        self.names = self.reader.names

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
            return self._above() or self._refuse(Reason.UNKNOWN_COUNTY)
        if question.counties:
            return self._about(question.counties)
        return self._anywhere()

    def _about(self, counties: Sequence[Division]) -> Answer:
        if len(counties) > 1:
            return self._side_by_side(counties)
        if self._wants_overview():
            return self._say(overview(self.reader, counties[0]))
        return self._say(self._focused(counties[0].code))

    def _above(self) -> Answer | None:
        """What the city, else the province, says of a county that has no article; None where neither says it."""
        meant = Gazetteer.load().resolve(self.question.elsewhere[0]) if len(self.question.elsewhere) == 1 else []
        if len(meant) != 1 or meant[0].level is not Level.COUNTY or not self.reader.terms:
            return None
        for code in (f"{meant[0].code[:4]}00", f"{meant[0].code[:2]}0000"):
            spoken = len(self.generation.rows_of_regions((code,)))
            weighed = self._read(code)[1] if spoken else []
            if weighed and weighed[0].probability >= ONLY_ONE and (chosen := self._focused(code)):
                return self._say(chosen, above=Gazetteer.load().by_code(code))
        return None

    def _anywhere(self) -> Answer:
        """No county is named: look through all (or the region's), or ask which one is meant."""
        question, scope = self.question, self._counties_in_scope()
        if question.region is not None and self._wants_overview():
            return self._roundup(scope)
        if question.kind is Kind.AGGREGATE and self._asks("lacking"):
            return self._refuse(Reason.NOT_IN_CORPUS)
        if question.kind is Kind.AGGREGATE or question.region is not None:
            return self._across(scope) if self.reader.terms else self._which(scope)
        only = scope if len(scope) == 1 else counties_of_town(question.asked, self.generation)
        if only:
            return self._about(only)
        said = self.reader.said(self.reader.find((), ANYWHERE_READ))
        judged = self.reader.sure(said)
        about = {code for one in judged for code in one.sentence.hit.passage.counties}
        if judged and len(about) == 1 and judged[0].probability >= ONLY_ONE:
            return self._say(self._focused(next(iter(about))))
        if not self.reader.terms or judged or self.reader.literal(said):
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
        question = self.question
        each = question.kind is Kind.AGGREGATE and is_general(pattern("aggregate").sub(" ", question.words))
        return question.of_each is Kind.OVERVIEW or only_generic(self.reader.terms) or each

    def _focused(self, county: str) -> list[compose.Chosen]:
        """The few sentences of one county that answer, best first; nothing if none is sure enough."""
        reader, weighed = self._read(county)
        sure = reader.enough(weighed)
        kind = self.question.of_each
        if not sure:  # that a title or heading is what is asked for in so many words is sure enough
            return named_section(reader, county, weighed[0].sentence.hit) if weighed and kind is Kind.LIST else []
        if kind is Kind.LIST:
            group = outline_group(reader, county, sure)
            if group:
                return group
        if self._surveys():
            told = self._survey(reader, county, sure)
            if told:
                return told
        if self.question.kind in (Kind.FACT, Kind.HOW):
            section = named_section(reader, county, sure[0].sentence.hit)
            if section:
                return section[: WIDE_CLAIMS // 4]
        rival, most = self._breadth()
        best = compose.newest_first([one.sentence for one in sure if one.score >= rival * sure[0].score], self._day)
        division = self._division(county)
        if division:
            best.sort(key=lambda sentence: of_others(sentence, division))  # what the county does itself before
        return reader.within_length(compose.apart(reader.choose(sentence) for sentence in compose.distinct(best, most)))

    def _read(self, county: str) -> tuple[Reader, list[Judged]]:
        """The county's sentences weighed; where none is enough, its best as an answer to both this question and the
        one before, which this one may go on from."""
        reader = self.reader
        said = reader.said(reader.find((county,)))
        if self.question.kind is Kind.COMPARE:  # what the nation demands is the same for both
            divisions = [one for one in self.question.counties if one.code == county]
            said = [sentence for sentence in said if not any(of_others(sentence, one) for one in divisions)]
        weighed = reader.weighed(said)
        if not self.question.before or not weighed or not OWN_PART <= weighed[0].probability < reader.least:
            return reader, weighed
        both = dataclasses.replace(reader.question, topic=f"{self.question.before} {self.question.topic}")
        longer = Reader(both, self.generation, reader.tools)
        further = longer.weighed(longer.said(longer.find((county,))))
        same = [one for one in further if compose.is_same(one.sentence, weighed[0].sentence)]
        return (longer, same) if longer.enough(same) else (reader, weighed)

    def _division(self, county: str) -> Division | None:
        """The county of that code; None for a region."""
        return next((one for one in self.generation.counties if one.code == county), None)

    def _surveys(self) -> bool:
        """Whether all that is told of a matter is asked for, rather than one thing."""
        if self.question.kind is Kind.LIST:
            return self._asks("doings_listed")
        if self.question.kind is Kind.COMPARE:
            return self.question.of_each in (Kind.FACT, Kind.HOW) and (self._asks("survey") or self._asks("compare"))
        return self.question.kind in (Kind.FACT, Kind.HOW) and self._asks("survey")

    def _survey(self, reader: Reader, county: str, sure: Sequence[Judged]) -> list[compose.Chosen]:
        """All that is told of the matter, what is surest first; empty if it stands in no section."""
        division = self._division(county)
        if division is None:
            return []
        told = survey(reader, division, sure, self._asks("whole"))[: WIDE_CLAIMS // 2]
        if not told or any(compose.is_numbered(choice.sentence.text) for choice in told[:2]):
            return told  # what is counted off stays in its order
        said = [one.sentence for one in sure if 2 * one.probability >= sure[0].probability]
        first = next((at for at, choice in enumerate(told) if any(compose.holds(choice, one) for one in said)), 0)
        return [told[first], *told[:first], *told[first + 1 :]]

    def _asks(self, section: str) -> bool:
        """Whether the question, or what it goes on from, is worded so: a section of ``wording.txt``."""
        return found(section, fold(self.question.asked)) or found(section, self.question.words)

    def _breadth(self) -> tuple[float, int]:
        """The share of the best one's score that a further sentence needs, and how many are said at most."""
        kind, most = self.question.of_each, self.reader.tools.config.answer.max_claims
        if self._surveys():
            return SURVEY_RIVAL, most
        if kind in (Kind.LIST, Kind.HOW):
            return LIST_RIVAL, most
        several = kind is Kind.NUMBER and self._asks("several")
        return (SEVERAL_RIVAL, most) if several else (RIVAL, 3)

    def _day(self, sentence: Sentence) -> str:
        """When its article was published; the empty text, before all others, where that is not known."""
        return self.generation.article(sentence.hit.passage.article_id).published or ""

    def _side_by_side(self, counties: Sequence[Division]) -> Answer:
        """The same question to each county, labelled; a county with nothing to say is named as silent."""
        chosen: list[compose.Chosen] = []
        few: dict[Division, list[compose.Chosen]] = {}
        silent = []
        for division in counties:
            told = overview(self.reader, division) if self._wants_overview() else self._focused(division.code)
            few[division] = told[: BESIDE_CLAIMS if self._surveys() else max(2, WIDE_CLAIMS // (2 * len(counties)))]
        if any(few.values()) and not self._wants_overview():
            few = {division: told or self._beside(division, few) for division, told in few.items()}
        for division, told in few.items():
            chosen += [dataclasses.replace(choice, label=division.short) for choice in told]
            if not told:
                silent.append(division.short)
        return self._say(compose.merged(chosen)[:WIDE_CLAIMS], silent=tuple(silent))

    def _beside(self, county: Division, told: Mapping[Division, Sequence[compose.Chosen]]) -> list[compose.Chosen]:
        """The county's best sentence where it carries about as much of the question as what another county is sure
        of, and is of the same kind: what stands beside it is then known to be told in such words."""
        reader, weighed = self._read(county.code)
        others = [self._read(division.code)[1] for division, said in told.items() if said]
        carried = max((one[0].coverage for one in others if one), default=1.0)
        near = [one for one in weighed if one.coverage >= BESIDE * carried and one.probability >= BESIDE_SURE]
        return [reader.choose(near[0].sentence)] if near else []

    def _roundup(self, scope: Sequence[Division]) -> Answer:
        """The first point of every county of a region."""
        firsts = [(division, overview(self.reader, division)[:1]) for division in scope[:WIDE_CLAIMS]]
        chosen = [dataclasses.replace(choice, label=division.short) for division, told in firsts for choice in told]
        return self._say(compose.merged(chosen), searched=len(scope))

    def _across(self, scope: Sequence[Division]) -> Answer:
        """One sentence per county that says it, surest counties first."""
        codes = [division.code for division in scope] if self.question.region else []
        k = 5 * self.reader.tools.config.search.candidates
        told: dict[str, compose.Chosen] = {}
        mentioned = self._asks("mentions")
        for part, topic in enumerate(alternatives(plain(self.question.topic))):
            reader = self.reader
            if topic != self.question.topic:
                asked = dataclasses.replace(reader.question, topic=topic)
                reader = Reader(asked, self.generation, reader.tools)
            said = reader.said(reader.find(codes, k=k))
            for code, chosen in across(reader, said, scope, mentioned, literally=mentioned or part > 0).items():
                told.setdefault(code, chosen)
        if self._asks("besides"):
            known = {division.code for division in scope if names(self.question.asked, division)}
            told = {code: chosen for code, chosen in told.items() if code not in known}
        return self._say(compose.merged(list(told.values()))[:WIDE_CLAIMS], searched=len(scope))

    def _say(
        self,
        chosen: Sequence[compose.Chosen],
        searched: int = 0,
        silent: tuple[str, ...] = (),
        above: Division | None = None,
    ) -> Answer:
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
            above,
        )

    def _which(self, counties: Sequence[Division]) -> Answer:
        names = tuple(division.short for division in counties[: 2 * SUGGESTIONS])
        return Answer(self.question, self.generation.id, reason=Reason.WHICH_COUNTY, suggestions=names)

    def _refuse(self, reason: Reason) -> Answer:
        refusal = Answer(self.question, self.generation.id, reason=reason)
        if reason is Reason.NOT_IN_CORPUS:
            return self._with_offers(refusal)
        if reason is Reason.SMALLTALK and not self._asks("parting"):
            return dataclasses.replace(refusal, suggestions=tuple(self.names.values())[: 2 * SUGGESTIONS])
        if reason is Reason.UNKNOWN_COUNTY:
            near = nearest(self.question.elsewhere[0], self.generation.counties, SUGGESTIONS)
            return dataclasses.replace(refusal, suggestions=tuple(division.short for division in near))
        return refusal

    def _with_offers(self, refusal: Answer) -> Answer:
        """What is missing, the topics of the county that come nearest, and the counties that do speak of it."""
        reader, codes = self.reader, [division.code for division in self.question.counties]
        nearest_first = topics(self.generation, codes, self.names, reader.nearest)[:SUGGESTIONS]
        if not codes or not reader.terms:
            return dataclasses.replace(refusal, suggestions=nearest_first)
        everywhere = reader.literal(reader.said(reader.find((), OTHERS_READ)))
        about = dict.fromkeys(code for sentence in everywhere for code in sentence.hit.passage.counties)
        return dataclasses.replace(
            refusal,
            suggestions=nearest_first,
            missing=reader.missing(reader.said(reader.find(codes))),
            others=tuple(self.names[code] for code in about if code not in codes)[:SUGGESTIONS],
        )
