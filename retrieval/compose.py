"""From chosen sentences to an Answer: quotes trimmed to what is whole, duplicates dropped, citations numbered."""

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from retrieval.sentences import Sentence
from retrieval.text import squeeze
from retrieval.types import Answer, Article, Citation, Claim, Question

_CLAUSE_END = re.compile(r"[，,；;：:]")
_ORDINAL_ONLY = re.compile(r"^[（(]?[0-9一二三四五六七八九十①-⑳]{1,3}[）)、.．]?$")
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
        """The verbatim words of the span."""
        offset = self.sentence.start
        return self.sentence.text[self.start - offset : self.end - offset]


def choose(sentence: Sentence, worth: Callable[[str], float], label: str = "", item: bool = False) -> Chosen:
    """The sentence, or of a damaged one its whole clauses where they are worth nearly as much to the question."""
    span = (sentence.start, sentence.end)
    if sentence.damaged:
        runs = list(_whole_runs(sentence))
        if runs:
            best = max(runs, key=lambda run: (worth(_cut(sentence, run)), run[1] - run[0]))
            if worth(_cut(sentence, best)) >= 0.9 * worth(sentence.text):
                span = best
    return Chosen(sentence, *span, label, item)


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


def distinct(sentences: Iterable[Sentence]) -> list[Sentence]:
    """The sentences in order, without those that say what an earlier one said (reprints, repeated openings)."""
    kept: list[tuple[Sentence, set[str]]] = []
    for sentence in sentences:
        bigrams = _bigrams(sentence.text)
        if not any(_same(bigrams, other) for _, other in kept):
            kept.append((sentence, bigrams))
    return [sentence for sentence, _ in kept]


def _bigrams(text: str) -> set[str]:
    squeezed = squeeze(text)
    return {squeezed[at : at + 2] for at in range(len(squeezed) - 1)} or {squeezed}


def _same(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= SAME_SAYING * min(len(one), len(other)) and min(len(one), len(other)) >= 0.5 * max(
        len(one), len(other)
    )


def sayable(sentence: Sentence) -> bool:
    """Whether it can stand as a claim at all: not a bare ordinal or a lone word."""
    return len(squeeze(sentence.text)) >= 4 and not _ORDINAL_ONLY.match(sentence.text)


def build(
    question: Question,
    generation: str,
    chosen: Sequence[Chosen],
    article_of: Callable[[str], Article],
    county_name: Callable[[str], str],
    searched: int = 0,
) -> Answer:
    """The Answer that says the chosen spans in order, each with its own citation, numbered from 1."""
    claims, citations = [], []
    for number, choice in enumerate(chosen, start=1):
        passage = choice.sentence.hit.passage
        names = tuple(county_name(code) for code in passage.counties)
        citation = Citation(number, article_of(passage.article_id), passage, choice.start, choice.end, names)
        citations.append(citation)
        claims.append(Claim(citation.quote.strip(), number, choice.label, choice.item))
    return Answer(question, generation, tuple(claims), tuple(citations), searched=searched)
