"""The values that travel through the house: frozen, and checked where they are made.

Offsets are ``str`` indices into ``Article.text`` as stored, end exclusive. Scores are higher for
better and comparable only within one list.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from retrieval.provenance import Replaced, Reprint


class Level(StrEnum):
    """What a division is, and on which level the body works that issued an article. No division is the nation."""

    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Division:
    """A province, a city (prefecture) or a county-level division.

    ``code`` is the six-digit code of GB/T 2260, or an own one ending in letters for functional zones
    that have none. ``name`` is official (务川仡佬族苗族自治县), ``short`` is what people say (务川县).
    ``province`` and ``city`` are names, and empty where they do not apply.
    """

    code: str
    level: Level
    name: str
    short: str
    province: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A cleaned article in its own script. ``source`` is the path below the ingested folder, or the URL.

    What the article does not say is None or empty; nothing is guessed. Dates are ISO 8601 (``YYYY-MM-DD``);
    ``published`` is never taken from a year in a title. ``years`` are those that the article speaks of,
    ascending. ``counties`` are codes of divisions that the article as a whole is about. ``digest`` is the
    SHA-256 (hex) of the raw bytes. ``level`` is that of the body that speaks, and ``region`` the code of its
    division (empty for the nation, and where it is not known): a city's article about no county has no
    ``counties`` and the city as region. ``doc_number`` (文号) is written 荣卫发〔2023〕5号. ``issuer`` (发文机关) made
    the document, ``publisher`` put it on a page. ``period`` is the first and last year that a plan or report
    covers. ``effective`` and ``expires`` are the first and last day on which it is in force. ``replaced_by`` is
    the id or the title of the article that says it replaces this one. ``facts`` tells which rule filled a field.
    """

    id: str
    source: str
    title: str
    text: str
    digest: str
    publisher: str | None = None
    published: str | None = None
    author: str | None = None
    url: str | None = None
    years: tuple[int, ...] = ()
    counties: tuple[str, ...] = ()
    level: Level | None = None
    region: str = ""
    doc_number: str | None = None
    issuer: str | None = None
    period: tuple[int, int] | None = None
    effective: str | None = None
    expires: str | None = None
    replaces: tuple[Replaced, ...] = ()
    replaced_by: str | None = None
    also: tuple[Reprint, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for day in (self.effective, self.expires):
            if day is not None and datetime.date.fromisoformat(day).isoformat() != day:
                raise ValueError(f"article {self.id}: {day} is not written YYYY-MM-DD")
        if self.expires is not None and self.expires < (self.effective or ""):
            raise ValueError(f"article {self.id} expires on {self.expires}, before it begins")
        if self.period is not None and not 1900 <= self.period[0] <= self.period[1] <= 2100:
            raise ValueError(f"article {self.id}: {self.period} is no period of years")


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, or a run of list items, that knows where it stands and which county it is about.

    ``heading`` is the path of headings above it, outermost first. ``counties`` are division codes
    that *this passage* is about (not all that it mentions). ``damaged`` are spans of the article's
    text, inside the passage, where words were lost beyond repair. ``order`` counts within the article.
    """

    article_id: str
    start: int
    end: int
    text: str
    order: int
    heading: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    damaged: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if self.end - self.start != len(self.text) or not self.text:
            raise ValueError(f"passage {self.article_id}:{self.start}-{self.end} does not fit its text")
        if any(not self.start <= start < end <= self.end for start, end in self.damaged):
            raise ValueError(f"passage {self.article_id}:{self.start}-{self.end} has damage outside itself")

    @property
    def id(self) -> str:
        """Stable as long as the article's text is."""
        return f"{self.article_id}:{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with its row in the generation."""

    row: int
    passage: Passage
    score: float


class Script(StrEnum):
    """How the asker writes, and so how the answer is written."""

    SIMPLIFIED = "zh-Hans"
    TRADITIONAL = "zh-Hant"
    ENGLISH = "en"


class Kind(StrEnum):
    """What is asked for."""

    FACT = "fact"
    NUMBER = "number"
    WHERE = "where"
    WHO = "who"
    WHEN = "when"
    LIST = "list"
    HOW = "how"
    OVERVIEW = "overview"
    COMPARE = "compare"
    AGGREGATE = "aggregate"
    YESNO = "yesno"


class Scope(StrEnum):
    """Whether the articles are to be asked at all."""

    CORPUS = "corpus"
    MEDICAL = "medical"
    SMALLTALK = "smalltalk"
    NONSENSE = "nonsense"


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood.

    ``asked`` is the trimmed text as it came. ``topic`` is its matching form (simplified, half-width,
    lower case) without places, years and filler words. ``counties`` are divisions that the corpus
    has; ``elsewhere`` are names of places that the question means and the corpus lacks. ``region``
    is a province or city that bounds an aggregate. ``carried`` tells that the county came from the
    conversation and not from this question.

    ``of_each`` is what is asked of each county, where several are compared or looked through; else it is the
    kind. ``words`` is the folded text without places, years and introductions, question words kept, behind that
    of the question it goes on from; empty in English. ``before`` is the topic of the question before, where this
    one may go on with it ("and the graduates?").
    """

    asked: str
    topic: str
    kind: Kind
    scope: Scope
    script: Script
    counties: tuple[Division, ...] = ()
    elsewhere: tuple[str, ...] = ()
    region: Division | None = None
    years: tuple[int, ...] = ()
    carried: bool = False
    of_each: Kind = Kind.FACT
    words: str = ""
    before: str = ""


class Status(StrEnum):
    """The outcomes that the outside world may see."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    OUT_OF_SCOPE = "out_of_scope"
    SMALLTALK = "smalltalk"
    CLARIFY = "clarify"


class Reason(StrEnum):
    """Why there is no answer; every one has its own words in ``bot/messages.py``."""

    NOT_IN_CORPUS = "not_in_corpus"
    UNKNOWN_COUNTY = "unknown_county"
    MEDICAL_ADVICE = "medical_advice"
    SMALLTALK = "smalltalk"
    WHICH_COUNTY = "which_county"
    NONSENSE = "nonsense"


STATUS_OF: dict[Reason, Status] = {
    Reason.NOT_IN_CORPUS: Status.NO_ANSWER,
    Reason.UNKNOWN_COUNTY: Status.NO_ANSWER,
    Reason.NONSENSE: Status.NO_ANSWER,
    Reason.MEDICAL_ADVICE: Status.OUT_OF_SCOPE,
    Reason.SMALLTALK: Status.SMALLTALK,
    Reason.WHICH_COUNTY: Status.CLARIFY,
}


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of an article; its quote is computed, never typed.

    ``counties`` are the display names of the passage's counties.
    """

    number: int
    article: Article
    passage: Passage
    start: int
    end: int
    counties: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.passage.article_id != self.article.id:
            raise ValueError(f"citation {self.number} joins a passage to another article")
        if not self.passage.start <= self.start < self.end <= self.passage.end:
            raise ValueError(f"citation {self.number} reaches outside its passage")
        if self.article.text[self.passage.start : self.passage.end] != self.passage.text:
            raise ValueError(f"citation {self.number}: passage {self.passage.id} does not stand in its article")

    @property
    def quote(self) -> str:
        """The verbatim words, in the article's own script."""
        return self.article.text[self.start : self.end]

    @property
    def damaged(self) -> bool:
        """Whether words are missing inside the quote."""
        return any(start < self.end and end > self.start for start, end in self.passage.damaged)


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an answer, in the source's own words or reworded from them, with the number of its citation.

    ``label`` groups claims of one county in comparisons and aggregates; empty elsewhere. ``item``
    marks an entry of a list. ``also`` are further citations that a statement joins, ascending.
    """

    text: str
    citation: int
    label: str = ""
    item: bool = False
    also: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if list(self.numbers) != sorted(set(self.numbers)):
            raise ValueError("a claim cites each of its sources once, in ascending order")

    @property
    def numbers(self) -> tuple[int, ...]:
        """All that it cites, ascending; at least one."""
        return (self.citation, *self.also)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to the asker: claims with citations, or a reason why not.

    ``searched`` is how many counties an aggregate looked through. ``suggestions`` are names (of
    counties or headings) that a refusal offers instead. ``silent`` are the counties of a comparison
    whose articles say nothing of it. ``above`` is the city or province that is quoted because the county
    asked about has no article. ``differing`` tells that articles say different things; the newest comes first.
    ``missing`` are words of the question that a refusal found nowhere in the county's articles, and ``others``
    counties whose articles do speak of it.
    """

    question: Question
    generation: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    reason: Reason | None = None
    searched: int = 0
    suggestions: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    above: Division | None = None
    differing: bool = False
    missing: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.claims) == (self.reason is not None):
            raise ValueError("an answer has claims, or a reason for having none")
        used = {number for claim in self.claims for number in claim.numbers}
        if used != {citation.number for citation in self.citations} or len(used) != len(self.citations):
            raise ValueError("every claim needs its citation, and every citation its claim")

    @property
    def status(self) -> Status:
        """The outcome for the outside world."""
        return Status.ANSWERED if self.reason is None else STATUS_OF[self.reason]
