"""What there is to ask, found in the articles themselves: every question that is offered was tried and is answered.

All calls may search, so they belong into the pool. What was found is remembered for one generation.
"""

import itertools
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from bot import markup
from bot.ports import Asked, Corpus
from retrieval.compose import without_ordinal
from retrieval.errors import QuestionError
from retrieval.text import to_simplified, words
from retrieval.types import Answer, Article, Division, Level, Passage

EXAMPLES, RELATED = 4, 2
_TRIED = 16  # questions that are tried for each kind of example
_TRIED_RELATED = 4
_COUNTIES_LOOKED_AT = 60
_PASSAGES_LOOKED_AT = 200
_AROUND = 40  # passages of a long article that stand around the one that was cited
_MOST_POINTS = 40
_POINTS_READ = 6  # of each county, for examples
_MOST_REMEMBERED = 20_000
_POINT_CHARS = range(4, 25)

_FIRSTLY = re.compile(r"^[一二三四五六七八九十]{1,3}是要?(?=\S{4})")
_TOPIC = re.compile(r"[\u4e00-\u9fff]{3,8}")
_TURN_TO = ("家庭医生", "急救电话", "看病就医", "村卫生室", "发热门诊", "免费体检")  # plain words, of no one county


@dataclass(frozen=True, slots=True)
class Point:
    """A heading of an article about a county, and the question that what stands under it answers.

    ``heading`` is without its number, ``marked`` as it stands in the article.
    """

    heading: str
    question: str
    article: str
    marked: str


@dataclass(slots=True)
class _Known:
    """What was found out about one generation."""

    generation: str
    answers: dict[str, Answer | None] = field(default_factory=dict)
    examples: tuple[str, ...] | None = None
    newest: tuple[str, ...] | None = None
    comparison: str | None = None
    times: tuple[str, ...] | None = None
    points: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    counties: dict[str, Division] = field(default_factory=dict)  # by code
    places: frozenset[str] = frozenset()


class Guide:
    """Offers questions of the corpus that is served."""

    def __init__(self, engine: Asked) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._known = _Known("")

    def examples(self) -> tuple[str, ...]:
        """Four questions of different kinds, each answered: a fact, an overview, a search, a comparison."""
        corpus = self._engine.current()
        known = self._of(corpus)
        if known.examples is None:
            known.examples = tuple(itertools.islice(self._all_examples(corpus), EXAMPLES))
        return known.examples

    def comparison(self) -> str:
        """Two counties and a topic that both speak of, as ``/compare`` takes them; empty where there is none."""
        corpus = self._engine.current()
        known = self._of(corpus)
        if known.comparison is None:
            offers = itertools.islice(_pairs(*self._firsts(corpus)), _TRIED)
            fit = (names for names in offers if self.answered(compared(names[:2], names[2]), _complete))
            known.comparison = " ".join(next(fit, ())).strip()
        return known.comparison

    def points(self, county: Division) -> tuple[Point, ...]:
        """What the articles set out for a county, in their order, the newest article first."""
        corpus = self._engine.current()
        known = self._of(corpus)
        if county.code not in known.points:
            found = _points(corpus, county)
            kept = (point for point in found if self.answered(point.question, _from(point)))
            known.points[county.code] = tuple(itertools.islice(kept, _MOST_POINTS))
        return known.points[county.code]

    def newest(self) -> tuple[str, ...]:
        """Ids of all articles, the newest first."""
        corpus = self._engine.current()
        known = self._of(corpus)
        if known.newest is None:
            known.newest = tuple(article.id for article in newest_first(corpus.articles()))
        return known.newest

    def times(self) -> tuple[str, ...]:
        """The first and the last day of the articles, else year that they speak of; nothing where none is known."""
        corpus = self._engine.current()
        known = self._of(corpus)
        if known.times is None:
            articles = corpus.articles()
            days = [article.published for article in articles if article.published]
            days = days or [str(year) for article in articles for year in article.years]
            known.times = (min(days), max(days)) if days else ()
        return known.times

    def related(self, answer: Answer, hasty: Callable[[], bool] = lambda: False) -> tuple[str, ...]:
        """Questions that the headings around the first citation answer; while it is ``hasty`` none is tried anew."""
        if not answer.citations:
            return ()
        corpus = self._engine.current()
        first, known = answer.citations[0], self._of(corpus)
        if not known.counties:
            known.counties = {division.code: division for division in corpus.counties}
            known.places = _places(corpus.counties)
        around = _around(corpus, first.passage)
        told = {citation.passage.heading[-1:] for citation in answer.citations}
        asked = markup.clean(answer.question.asked)
        offers = {
            point.question: point
            for passage in around
            if passage.heading[-1:] not in told
            for point in _points_of(passage, known.counties, known.places)
        }
        tried = [offer for offer in offers if offer != asked][:_TRIED_RELATED]
        fit = (offer for offer in tried if self.answered(offer, _from(offers[offer]), hasty()))
        return tuple(itertools.islice(fit, RELATED))

    def where_to_turn(self, answer: Answer) -> tuple[str, ...]:
        """For somebody who is ill: questions on where to go that the articles answer, of the county if one is named."""
        names = [division.short for division in answer.question.counties[:1]]
        offers = [f"{names[0]} {words}" if names else f"哪些县提到{words}？" for words in _TURN_TO]
        return tuple(itertools.islice((offer for offer in offers if self.answered(offer)), RELATED))

    def _firsts(self, corpus: Corpus) -> tuple["Firsts", list[Division]]:
        ordered = counties_of(corpus)[:_COUNTIES_LOOKED_AT]
        step = max(1, len(ordered) // EXAMPLES)  # far ones first, so that examples do not all come from one province
        counties = [county for first in range(step) for county in ordered[first::step]]
        firsts = [
            (county, point) for county in counties for point in itertools.islice(_points(corpus, county), _POINTS_READ)
        ]
        return firsts, counties

    def _all_examples(self, corpus: Corpus) -> Iterator[str]:
        firsts, counties = self._firsts(corpus)
        used: set[str] = set()
        for kind in (_facts, _overviews, _searches, _comparisons, _facts, _overviews, _overviews, _facts):
            for offer, names in itertools.islice(kind(firsts, counties), _TRIED):
                if offer not in used and not used & names and self.answered(offer, _complete):
                    used |= {offer, *names}
                    yield offer
                    break

    def answered(self, question: str, fits: Callable[[Answer], bool] = bool, hasty: bool = False) -> bool:
        """Whether a question has an answer, and one that ``fits``; ``hasty`` says no to one that was not tried yet."""
        known = self._of(self._engine.current())
        if hasty and question not in known.answers:
            return False
        if question not in known.answers:
            if len(known.answers) >= _MOST_REMEMBERED:
                known.answers.clear()
            known.answers[question] = self._try(question)
        answer = known.answers[question]
        return answer is not None and fits(answer)

    def _try(self, question: str) -> Answer | None:
        try:
            answer = self._engine.look_up(question)
        except QuestionError:
            return None  # a heading that makes no question
        return answer if answer.claims else None

    def _of(self, corpus: Corpus) -> _Known:
        with self._lock:
            if self._known.generation != corpus.id:
                self._known = _Known(corpus.id)
            return self._known


def counties_of(corpus: Corpus) -> list[Division]:
    """The counties among the divisions, or all divisions where there is no county."""
    counties = [division for division in corpus.counties if division.level is Level.COUNTY]
    return counties or list(corpus.counties)


def overview_of(county: str) -> str:
    """The question for what a county has set out to do."""
    return f"{county}的重点工作是什么？"


def compared(counties: Sequence[str], topic: str) -> str:
    """The question that compares counties."""
    return f"{'和'.join(counties)} {topic or '重点工作'}"


def newest_first(articles: Iterable[Article]) -> list[Article]:
    """By date, those without one last, then by title."""
    by_title = sorted(articles, key=lambda article: (article.title, article.id))
    return sorted(by_title, key=lambda article: article.published or "", reverse=True)


Offers = Iterator[tuple[str, set[str]]]
Firsts = Sequence[tuple[Division, Point]]


def _facts(firsts: Firsts, _: Sequence[Division]) -> Offers:
    by_county = {county.code: (point.question, {county.code}) for county, point in reversed(firsts)}
    yield from (by_county[code] for code in dict.fromkeys(county.code for county, _ in firsts))


def _overviews(_: Firsts, counties: Sequence[Division]) -> Offers:
    for county in counties:
        yield overview_of(county.short), {county.code}


def _searches(firsts: Firsts, _: Sequence[Division]) -> Offers:
    for topic in _topics(firsts):
        yield f"哪些县提到{topic}？", set()


def _comparisons(firsts: Firsts, counties: Sequence[Division]) -> Offers:
    for one, other, topic in _pairs(firsts, counties):
        yield compared([one, other], topic), set()


def _pairs(firsts: Firsts, counties: Sequence[Division]) -> Iterator[tuple[str, str, str]]:
    """Two counties, of one province where that is possible, with a topic: first those whose headings share one."""
    for topic in _topics(firsts)[:_TRIED]:
        sharing = dict.fromkeys(county.short for county, point in firsts if topic in to_simplified(point.heading))
        for one, other in itertools.islice(itertools.combinations(sharing, 2), 2):
            yield one, other, topic
    pairs = list(itertools.pairwise(sorted(counties, key=lambda county: county.code)))
    neighbours = [pair for pair in pairs if pair[0].province == pair[1].province] or pairs
    for topic, (one_of, other_of) in itertools.product([*_topics(firsts)[:4], ""], neighbours[:_TRIED]):
        yield one_of.short, other_of.short, topic


def _topics(firsts: Firsts) -> list[str]:
    """Longer words of the headings, those of the most counties first; no names of places."""
    places = {name for county, _ in firsts for name in (county.name, county.short, county.city, county.province)}
    spoken: dict[str, set[str]] = {}
    for county, point in firsts:
        for word in words(to_simplified(point.heading)):
            if _TOPIC.fullmatch(word) and not any(word[:2] in place for place in places):
                spoken.setdefault(word, set()).add(county.code)
    return sorted(spoken, key=lambda word: (-len(spoken[word]), word))


def _complete(answer: Answer) -> bool:
    """Whether an example shows the bot at its best: a comparison has something to say for every county."""
    return not answer.silent and (not answer.searched or len(answer.claims) > 1)


def _from(point: Point) -> Callable[[Answer], bool]:
    """Whether an answer is what stands under the heading, or the heading itself."""

    def fits(answer: Answer) -> bool:
        passages = [citation.passage for citation in answer.citations]
        return any(
            passage.article_id == point.article and point.marked in (*passage.heading, passage.text.strip())
            for passage in passages
        )

    return fits


def _points(corpus: Corpus, county: Division) -> Iterator[Point]:
    """The headings over passages about the county alone, article by article."""
    rows = corpus.rows_of_counties([county.code])[:_PASSAGES_LOOKED_AT]
    passages = corpus.passages(rows)
    held = {name: corpus.article(name) for name in dict.fromkeys(passage.article_id for passage in passages)}
    said: set[str] = set()
    places = _places([county])
    for article in newest_first(held.values()):
        for passage in passages:
            if passage.article_id == article.id:
                for point in _points_of(passage, {county.code: county}, places):
                    if point.question not in said:
                        said.add(point.question)
                        yield point


def _places(counties: Iterable[Division]) -> frozenset[str]:
    """Every name of a place in these counties' descriptions, which is no point of theirs."""
    return frozenset(name for one in counties for name in (one.name, one.short, one.city, one.province))


def _points_of(passage: Passage, counties: Mapping[str, Division], places: AbstractSet[str]) -> Iterator[Point]:
    """The nearest heading above a passage that can be asked for; none for a passage about several counties."""
    county = counties.get(passage.counties[0]) if len(passage.counties) == 1 else None
    for heading in reversed(passage.heading if county else ()):
        name = _FIRSTLY.sub("", without_ordinal(markup.clean(heading))).strip("【】[]：: 。")
        if county and len(name) in _POINT_CHARS and "\n" not in name and to_simplified(name) not in places:
            same = county.short[:-1] in to_simplified(name)
            asked = to_simplified(name)  # whoever presses it is answered as they read, not as the heading is written
            yield Point(name, asked if same else f"{county.short}：{asked}", passage.article_id, heading)
            return


def _around(corpus: Corpus, passage: Passage) -> list[Passage]:
    """Passages of the same article, those that follow first."""
    rows = list(corpus.rows_of_article(passage.article_id))
    passages = corpus.passages(rows[max(0, passage.order - _AROUND) : passage.order + _AROUND])
    after = [other for other in passages if other.order > passage.order]
    return after + [other for other in passages if other.order < passage.order]
