"""Looks inside the engine: which passages each kind of search brings, and how sure the calibration is.

Searches as the bot does (only passages about the counties that the question names) and over everything, where a
neighbour's passages are in the way. ``words`` is full-text search for the question's own words, ``fused`` both
searches with the lexicon's words and a reading of what they find first, ``read`` the passages in the order of their
surest sentences.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from evaluation.golden import GoldenQuestion
from evaluation.normalise import normalise
from retrieval.errors import QuestionError
from retrieval.index import Generation
from retrieval.question import understand
from retrieval.reader import Reader, Tools
from retrieval.search import find
from retrieval.types import Kind, Question, Scope, Status

Mode = Literal["words", "vectors", "fused", "read"]
MODES: tuple[Mode, ...] = get_args(Mode)
DEPTH = 5
PARAPHRASE = "paraphrase"


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Shares (0..1) of ``questions``: ``first`` whose first passage holds evidence, and of evidence groups those within
    the first five. ``among``: all, or paraphrase. ``within``: the county's passages, or everything."""

    mode: Mode
    among: str
    within: str
    questions: int
    first: float
    recall: float


@dataclass(frozen=True, slots=True)
class Point:
    """The calibrated probability that the best sentence answers, and whether the articles do answer."""

    id: str
    probability: float
    answerable: bool


def retrieval(questions: Sequence[GoldenQuestion], generation: Generation, tools: Tools) -> tuple[Retrieval, ...]:
    """Figures by mode, by reach, for all answerable questions and for those tagged paraphrase."""

    @functools.cache
    def text(row: int) -> str:
        return normalise(generation.passages([row])[0].text)

    asked = [(golden, _understood(golden, generation, tools)) for golden in questions]
    found = [(golden, known) for golden, known in asked if known and golden.status is Status.ANSWERED]
    table = []
    for within in ("county", "everything"):
        hits = [(golden, _hits(known, generation, tools, within == "county")) for golden, known in found]
        for among in ("all", PARAPHRASE):
            chosen = [(golden, by_mode) for golden, by_mode in hits if among == "all" or among in golden.note]
            table += [_figures(mode, among, within, chosen, text) for mode in MODES if chosen]
    return tuple(table)


def points(questions: Sequence[GoldenQuestion], generation: Generation, tools: Tools) -> tuple[Point, ...]:
    """For the questions on which the calibration decides: those about one county that ask for something in it."""
    found = []
    for golden in questions:
        known = _understood(golden, generation, tools)
        if known is None or known.scope is not Scope.CORPUS or len(known.counties) != 1 or known.kind is Kind.OVERVIEW:
            continue
        reader = Reader(known, generation, tools)
        weighed = reader.weighed(reader.said(reader.find([known.counties[0].code])))
        if weighed:
            found.append(Point(golden.id, weighed[0].probability, golden.status is Status.ANSWERED))
    return tuple(found)


def _understood(golden: GoldenQuestion, generation: Generation, tools: Tools) -> Question | None:
    most, lexicon = tools.config.search.max_question_chars, tools.lexicon
    try:
        return understand(golden.question, golden.history, generation.counties, most, lexicon)
    except QuestionError:
        return None


def _hits(question: Question, generation: Generation, tools: Tools, in_county: bool) -> dict[Mode, list[int]]:
    """Rows by mode, best first, for the query that the Reader would put."""
    reader = Reader(question, generation, tools)
    codes = [division.code for division in question.counties] if in_county else []
    rows = generation.rows_of_counties(codes) if codes else None
    query = reader.query()
    most, weigh, embed = tools.config.search.candidates, tools.search_weight, tools.sentence_vectors
    fused = find(generation, query, codes, most, weigh, embed)
    read = [one.sentence.hit.row for one in reader.weighed(reader.said(fused))]
    return {
        "words": [row for row, _ in generation.lexical.search(question.topic, DEPTH, codes or None)],
        "vectors": [row for row, _ in generation.vectors.search(query.meaning, DEPTH, rows)],
        "fused": [hit.row for hit in fused[:DEPTH]],
        "read": list(dict.fromkeys([*read, *(hit.row for hit in fused)]))[:DEPTH],
    }


def _figures(
    mode: Mode,
    among: str,
    within: str,
    hits: Sequence[tuple[GoldenQuestion, dict[Mode, list[int]]]],
    text: Callable[[int], str],
) -> Retrieval:
    first, groups, found = 0, 0, 0
    for golden, by_mode in hits:
        texts = [text(row) for row in by_mode[mode][:DEPTH]]
        first += bool(texts) and any(alternative in texts[0] for group in golden.evidence for alternative in group)
        groups += len(golden.evidence)
        found += sum(any(alternative in one for alternative in group for one in texts) for group in golden.evidence)
    return Retrieval(mode, among, within, len(hits), round(first / len(hits), 4), round(found / groups, 4))
