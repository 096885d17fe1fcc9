"""From chosen sentences to an Answer: quotes trimmed to what is whole, duplicates dropped, citations numbered."""

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from retrieval.sentences import Sentence, squeezed
from retrieval.text import fold
from retrieval.types import Answer, Article, Citation, Claim, Division, Question

_CLAUSE_END = re.compile(r"[，；：]|(?<!\d)[,;:]|[,;:](?!\d)")  # not inside 3,500 or 12:30
_ORDINAL_ONLY = re.compile(r"^[（(]?[0-9一二三四五六七八九十①-⑳]{1,3}[）)、.．]?$")
_COUNTING = "0-9一二三四五六七八九十"
_ORDINAL = re.compile(
    rf"(?:[（(][{_COUNTING}]{{1,3}}[）)]|[{_COUNTING}]{{1,3}}(?:[、．)）]|\.(?!\d))|[①-⑳]|[—–•·●▪■◆]+)\s*(?=\S)"
)
_COUNTED_OFF = re.compile(rf"第?[{_COUNTING}]{{1,3}}(?:是|要|来|则)|其[一二三四五六七八九十]|首先|其次|再次|最后")
_PART_END = re.compile(r"[；;]")
TELLING = 0.2  # share of the question's words that a sentence has, from which they tell its parts apart
LONG = 120  # characters from which a sentence of several parts is quoted by the parts that answer
_HANGING = "，,；;、 "
_FIGURE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
MOST_WITH_ITEMS = 500  # characters of a lead with its list
SAME_SAYING = 0.8  # share of common bigrams from which two sentences say the same


@dataclass(frozen=True, slots=True)
class Chosen:
    """A span that will be quoted; ``label`` and ``item`` go to its Claim."""

    sentence: Sentence
    start: int
    end: int
    label: str = ""
    item: bool = False

    @property
    def text(self) -> str:
        """The verbatim words of the span, which may go on behind its sentence, inside the passage."""
        passage = self.sentence.hit.passage
        return passage.text[self.start - passage.start : self.end - passage.start]


def without_ordinal(heading: str) -> str:
    """The heading without the number it bears in its article."""
    ordinal = _ORDINAL.match(heading)
    return heading[ordinal.end() :] if ordinal else heading


def holds(choice: Chosen, sentence: Sentence) -> bool:
    """Whether a quote has some of the sentence."""
    same = choice.sentence.hit.passage.article_id == sentence.hit.passage.article_id
    return same and choice.start < sentence.end and sentence.start < choice.end


def is_same(one: Sentence, other: Sentence) -> bool:
    """Whether it is one sentence, found twice."""
    return (one.hit.row, one.start) == (other.hit.row, other.start)


def is_numbered(text: str) -> bool:
    """Whether it is one of several that are counted off: "2. ...", "third: ..."."""
    return _ORDINAL.match(text) is not None or _COUNTED_OFF.match(text) is not None


def choose(
    sentence: Sentence, worth: Callable[[str], float], label: str = "", item: bool = False, whole: bool = False
) -> Chosen:
    """What to quote of a sentence: all of it, or as much as is worth nearly the same to the question.

    Of a damaged one its whole clauses, and of a long one (unless ``whole`` is wanted) its ``；`` parts.
    """
    ordinal = _ORDINAL.match(sentence.text)  # it numbers the page's list, not ours, and HTML pages do not even hold it
    span = (sentence.start + (ordinal.end() if ordinal else 0), sentence.end)
    if sentence.damaged:
        span = _best(sentence, list(_whole_runs(sentence)), worth, 0.9) or span
    elif len(sentence.text) > LONG and not whole and worth(sentence.text) >= TELLING:
        span = _best(sentence, list(_parts(sentence)), worth, 0.99) or span
    return _finished(Chosen(sentence, *span, label, item))


def _finished(choice: Chosen) -> Chosen:
    """No quote ends in a comma; one that ends in a colon goes on through the list that it announces."""
    text = choice.text.rstrip()
    if text.endswith(("：", ":")):
        end = choice.sentence.hit.passage.end
        return replace(choice, end=end) if end - choice.start <= MOST_WITH_ITEMS else choice
    return replace(choice, end=choice.start + len(text.rstrip(_HANGING)))


def apart(chosen: Iterable[Chosen]) -> list[Chosen]:
    """Those that no earlier one already holds, such as an item of a list that was quoted as a whole."""
    kept: list[Chosen] = []
    for choice in chosen:
        article = choice.sentence.hit.passage.article_id
        if not any(
            other.sentence.hit.passage.article_id == article and other.start <= choice.start and choice.end <= other.end
            for other in kept
        ):
            kept.append(choice)
    return kept


def _best(
    sentence: Sentence, spans: Sequence[tuple[int, int]], worth: Callable[[str], float], share: float
) -> tuple[int, int] | None:
    """The span worth most, if that is at least ``share`` of the whole sentence's worth."""
    if not spans:
        return None
    best = max(spans, key=lambda span: (worth(_cut(sentence, span)), span[1] - span[0]))
    return best if worth(_cut(sentence, best)) >= share * worth(sentence.text) else None


def _parts(sentence: Sentence) -> Iterable[tuple[int, int]]:
    edges = [0, *(match.end() for match in _PART_END.finditer(sentence.text)), len(sentence.text)]
    for left, right in itertools.pairwise(edges):
        if left < right:
            yield sentence.start + left, sentence.start + right


def _cut(sentence: Sentence, span: tuple[int, int]) -> str:
    return sentence.text[span[0] - sentence.start : span[1] - sentence.start]


def _whole_runs(sentence: Sentence) -> Iterable[tuple[int, int]]:
    """Maximal runs of clauses without damage, as article offsets."""
    edges = [0, *(match.end() for match in _CLAUSE_END.finditer(sentence.text)), len(sentence.text)]
    run: tuple[int, int] | None = None
    for left, right in itertools.pairwise(edges):
        start, end = sentence.start + left, sentence.start + right
        whole = not any(a < end and b > start for a, b in sentence.hit.passage.damaged)
        if whole and left < right:
            run = (run[0] if run else start, end)
        elif run:
            yield run
            run = None
    if run:
        yield run


def merged(chosen: Sequence[Chosen]) -> list[Chosen]:
    """What is said for several counties in the same words is said once, under all their names."""
    labels: dict[tuple[str, int, int], list[Chosen]] = {}
    for choice in chosen:
        labels.setdefault((choice.sentence.hit.passage.article_id, choice.start, choice.end), []).append(choice)
    return [replace(same[0], label="、".join(one.label for one in same)) for same in labels.values()]


def distinct(sentences: Iterable[Sentence], most: int) -> list[Sentence]:
    """The first ``most`` of the sentences that do not say what an earlier one said (reprints, repeated openings).

    Two articles that give other figures for one matter do not say the same.
    """
    kept: list[Sentence] = []
    for sentence in sentences:
        if len(kept) == most:
            break
        if not any(_alike(sentence.text, other.text) and not differ(sentence, other) for other in kept):
            kept.append(sentence)
    return kept


def differ(one: Sentence, other: Sentence) -> bool:
    """Whether sentences of two articles say the same but for their figures."""
    if one.hit.passage.article_id == other.hit.passage.article_id:
        return False
    figures = [set(_FIGURE.findall(fold(sentence.text))) for sentence in (one, other)]
    words = [_FIGURE.sub("", fold(sentence.text)) for sentence in (one, other)]
    return all(figures) and figures[0] != figures[1] and _alike(*words)


def newest_first(sentences: Sequence[Sentence], day: Callable[[Sentence], str]) -> list[Sentence]:
    """The sentences with the newer before the older where two articles differ, each in the other's place."""
    ordered = list(sentences)
    for left, right in itertools.combinations(range(len(ordered)), 2):
        if differ(ordered[left], ordered[right]) and day(ordered[left]) < day(ordered[right]):
            ordered[left], ordered[right] = ordered[right], ordered[left]
    return ordered


def _alike(one: str, other: str) -> bool:
    return _same(_bigrams(one), _bigrams(other))


@functools.lru_cache(maxsize=4096)
def _bigrams(text: str) -> frozenset[str]:
    said = squeezed(text)
    return frozenset(said[at : at + 2] for at in range(len(said) - 1)) or frozenset([said])


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= SAME_SAYING * min(len(one), len(other)) and min(len(one), len(other)) >= 0.5 * max(
        len(one), len(other)
    )


def sayable(sentence: Sentence) -> bool:
    """Whether it can stand as a claim at all: not a bare ordinal or a lone word."""
    return len(squeezed(sentence.text)) >= 4 and not _ORDINAL_ONLY.match(sentence.text)


def build(
    question: Question,
    generation: str,
    chosen: Sequence[Chosen],
    article_of: Callable[[str], Article],
    county_name: Callable[[str], str],
    searched: int = 0,
    silent: tuple[str, ...] = (),
    above: Division | None = None,
) -> Answer:
    """The Answer that says the chosen spans in order, each with its own citation, numbered from 1."""
    claims, citations = [], []
    for number, choice in enumerate(chosen, start=1):
        passage = choice.sentence.hit.passage
        names = tuple(county_name(code) for code in passage.counties)
        citation = Citation(number, article_of(passage.article_id), passage, choice.start, choice.end, names)
        citations.append(citation)
        claims.append(Claim(citation.quote.strip(), number, choice.label, choice.item))
    pairs = itertools.combinations([choice.sentence for choice in chosen], 2)
    differing = any(differ(one, other) for one, other in pairs)
    return Answer(question, generation, tuple(claims), tuple(citations), None, searched, (), silent, above, differing)
