"""Raw text -> Question: places, years and topic taken apart, kind and scope told, follow-ups completed."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from retrieval.errors import QuestionEmpty, QuestionTooLong
from retrieval.kinds import is_overview, kind_of, kind_of_each, without_comparing, worded_kind
from retrieval.lexicon import Lexicon
from retrieval.places import PlacesInQuestion, understand_places
from retrieval.scope import blank_injection, scope_of
from retrieval.text import HAN, fold, is_traditional, to_simplified, to_traditional
from retrieval.topic import blank_introduction, blank_years, chinese_topic, english_topic, years_in
from retrieval.types import Division, Kind, Question, Scope, Script
from retrieval.wording import found, pattern

_REMEMBERED = 6  # earlier questions that a follow-up may lean on
_RAW_LIMIT = 20  # raw characters looked at, as a multiple of max_chars: padding beyond is not worth the time
_REPEATED = re.compile(r"([^\d])\1{5,}", re.DOTALL)
_REPEATED_UNIT = re.compile(r"(\S{2,8}?)\1{5,}")
_HAN = re.compile(f"[{HAN}]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_POSSESSIVE = re.compile(r"(?<=[A-Za-z])['’]s\b")
_VARIANTS = str.maketrans("衞妳裡牀", "卫你里床")  # OpenCC lets some of them stand
_COPULA = re.compile("(?<![关關联聯干])係(?!数|數|列|咪|唔係)")


@dataclass(frozen=True, slots=True)
class _Reading:
    """One text taken apart, without its conversation. ``words`` is what the kind is read off."""

    text: str
    words: str
    topic: str
    scope: Scope
    places: PlacesInQuestion
    years: tuple[int, ...]

    @property
    def names_place(self) -> bool:
        return bool(self.places.counties or self.places.elsewhere or self.places.region)

    @property
    def is_ellipsis(self) -> bool:
        """Whether it has no topic of its own: a place, a year, or "how exactly?"."""
        if is_overview(self.words):
            return False
        if not pattern("hollow").sub("", self.topic):
            return True
        return _is_weak(self.topic) and (not self.names_place or found("pointing", self.words))

    @property
    def named(self) -> int:
        """How many counties are named. A place that the corpus lacks is one beside another only where both are
        named side by side: "works with hospitals in Shanghai" compares nothing."""
        known, unknown = len(self.places.counties), len(self.places.elsewhere)
        if not known or not unknown:
            return known + unknown
        pairs = itertools.pairwise(sorted(self.places.spans))
        joined = any(pattern("joiner").fullmatch(self.text, left[1], right[0]) for left, right in pairs)
        return known + unknown if joined else known

    def kind(self) -> Kind:
        return kind_of(self.words, self.named, self.places.region is not None)


def _is_weak(topic: str) -> bool:
    return not pattern("weak").sub("", topic)


def understand(
    text: str, history: Sequence[str], corpus: Sequence[Division], max_chars: int, lexicon: Lexicon | None = None
) -> Question:
    """The question in ``text``, asked after ``history`` (the asker's earlier questions, oldest first).

    ``corpus`` are the divisions that some passage is about. ``max_chars`` bounds the text once repetition
    is gone; ``lexicon`` is the built-in one unless given. Raises QuestionEmpty or QuestionTooLong, and
    nothing else whatever the text.
    """
    asked = tidy(text[: max_chars * _RAW_LIMIT])
    if not asked:
        raise QuestionEmpty("empty question, the message, write what you want to know about a county")
    if len(asked) > max_chars or len(text) > max_chars * _RAW_LIMIT:
        raise QuestionTooLong(f"question of {len(text)} characters, the message, shorten it to {max_chars}")
    everyday = lexicon or Lexicon.load()
    reading = _read(asked, corpus, everyday)
    kind = reading.kind()
    question = Question(
        asked=asked,
        topic=reading.topic,
        kind=kind,
        scope=reading.scope,
        script=script_of(asked),
        counties=() if kind is Kind.AGGREGATE else reading.places.counties,  # "besides Rong County, who ...?"
        elsewhere=reading.places.elsewhere,
        region=reading.places.region,
        years=reading.years,
    )
    earlier: list[_Reading] = []
    if reading.scope is Scope.CORPUS and history:
        earlier = list(_earlier(history, corpus, max_chars, everyday))
        question = _placed(_topical(question, reading, earlier), reading, earlier)
    worded = _worded(reading, earlier)
    words = " ".join(worded.split()) if question.script is not Script.ENGLISH else ""
    return replace(question, of_each=kind_of_each(worded, question.kind), words=words)


def tidy(text: str) -> str:
    """The text without control, format and unassigned characters, absurd repetition, and blanks at its ends."""
    text = "".join(" " if char.isspace() else char for char in text if char.isspace() or _printable(char))
    text = _REPEATED_UNIT.sub(r"\1", _REPEATED.sub(r"\1", text))
    return re.sub(r" {2,}", " ", text).strip()


def _printable(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Cn", "Co")


def script_of(text: str) -> Script:
    """How the asker writes. Characters that both scripts have, in either use, are outvoted by the others."""
    if not _HAN.search(text):
        return Script.ENGLISH if _LATIN_WORD.search(text) else Script.SIMPLIFIED
    if not is_traditional(text):
        return Script.SIMPLIFIED
    traditional = _changed(text, to_simplified(text))
    simplified = _changed(text, to_traditional(text))
    return Script.TRADITIONAL if 2 * traditional >= simplified else Script.SIMPLIFIED


def _changed(text: str, converted: str) -> int:
    return sum(left != right for left, right in zip(text, converted, strict=False))


def _read(asked: str, corpus: Sequence[Division], lexicon: Lexicon) -> _Reading:
    harmless, attacked = blank_injection(_POSSESSIVE.sub("  ", asked).translate(_VARIANTS))
    places = understand_places(pattern("model").sub(_blank, harmless), corpus)
    years = years_in(fold(harmless))
    open_text = harmless
    for start, end in places.spans:
        open_text = open_text[:start] + " " * (end - start) + open_text[end:]
    words = fold(_COPULA.sub(" ", blank_years(blank_introduction(open_text, lexicon))))
    words = pattern("misspelt_what").sub("什么", words)
    compared = (len(places.counties) > 1 or found("compare", words)) and not found("with_past", words)
    told = without_comparing(words) if compared else words
    topic = chinese_topic(told, lexicon) if _HAN.search(asked) else english_topic(words, lexicon)
    scope = scope_of(fold(asked.translate(_VARIANTS)), bool(places.counties or places.elsewhere))
    if attacked and scope is Scope.CORPUS and (not topic or _plays(asked, words)):
        scope = Scope.NONSENSE
    if scope is Scope.NONSENSE and not attacked and (places.spans or years):
        scope = Scope.CORPUS
    return _Reading(asked, words, topic, scope, places, years)


def _plays(asked: str, rest: str) -> bool:
    """Whether the bot is given a part to play and, by what is left, told what to say and asked nothing."""
    return found("role_play", fold(asked)) and not found("question_word", rest)


def _side_by_side(question: Question, sources: Sequence[PlacesInQuestion]) -> Question:
    """A comparison that names fewer than two counties takes the latest ones before it, in the order of naming."""
    counties = question.counties
    for source in sources:
        if len(counties) < 2:
            counties = tuple(dict.fromkeys((*source.counties, *counties)))
    return replace(question, counties=counties, carried=counties != question.counties)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _earlier(
    history: Sequence[str], corpus: Sequence[Division], max_chars: int, lexicon: Lexicon
) -> Iterator[_Reading]:
    """Readings of the earlier questions that were for the articles, the latest first."""
    for text in list(reversed(history))[:_REMEMBERED]:
        asked = tidy(text[:max_chars])
        reading = _read(asked, corpus, lexicon) if asked else None
        if reading is not None and reading.scope is Scope.CORPUS:
            yield reading


def _topical(question: Question, reading: _Reading, earlier: Sequence[_Reading]) -> Question:
    """An ellipsis takes the topic, and with it the kind, of the latest question that had one."""
    if not reading.is_ellipsis:
        leans = earlier and not reading.names_place and not is_overview(reading.words)
        return replace(question, before=earlier[0].topic) if leans else question
    source = _source(earlier)
    if source is None:
        return question
    own = pattern("hollow").sub(" ", question.topic).split()
    topic = " ".join(dict.fromkeys([source.topic, *own]))
    kind = _kind_of_ellipsis(reading, source)
    years = question.years or (() if reading.names_place and not source.names_place else source.years)
    return replace(question, topic=topic, kind=kind, years=years)


def _source(earlier: Sequence[_Reading]) -> _Reading | None:
    """What an ellipsis goes on from: the latest question that had a topic."""
    return next((one for one in earlier if not one.is_ellipsis), None)


def _worded(reading: _Reading, earlier: Sequence[_Reading]) -> str:
    """The words that say what is asked: an ellipsis goes on from those of the latest question that had a topic."""
    source = _source(earlier) if reading.is_ellipsis else None
    return f"{source.words} {reading.words}" if source else reading.words


def _kind_of_ellipsis(reading: _Reading, source: _Reading) -> Kind:
    """Its own question word, if it has one that says more than "how is it", else that of the source."""
    own = worded_kind(reading.words)
    if reading.kind() in (Kind.AGGREGATE, Kind.COMPARE):
        return reading.kind()
    if own is not Kind.FACT and not found("how_is_it", reading.words):
        return own
    if reading.topic:
        return own
    places = reading.places
    kind = kind_of(source.words, reading.named, places.region is not None)
    return Kind.FACT if kind in (Kind.AGGREGATE, Kind.COMPARE) and len(places.counties) == 1 else kind


def _placed(question: Question, reading: _Reading, earlier: Sequence[_Reading]) -> Question:
    """A question that names no place takes those of the latest question that named one; "与荣县比呢" joins both."""
    compares = question.kind is Kind.COMPARE and len(question.counties) + len(question.elsewhere) < 2
    if (reading.names_place and not compares) or question.kind is Kind.AGGREGATE:
        return question
    latest = earlier[0] if earlier else reading
    if question.kind is Kind.FACT and latest.kind() is Kind.AGGREGATE and found("what_about", reading.words):
        return replace(question, kind=Kind.AGGREGATE, region=latest.places.region, carried=bool(latest.places.region))
    sources = [one.places for one in earlier if one.names_place]
    if not sources:
        return question
    source = sources[0]
    if compares and (question.counties or len(source.counties) == 1):
        return _side_by_side(question, sources)
    kind: Kind = question.kind
    if source.region is not None and not source.counties and kind is not Kind.OVERVIEW:
        kind = Kind.AGGREGATE
    return replace(
        question, kind=kind, counties=source.counties, elsewhere=source.elsewhere, region=source.region, carried=True
    )
