"""Scores a run of answers against golden questions. Pure, but for reading the raw articles that are cited.

All figures are shares from 0 to 1 unless a unit is given; None where nothing was there to be measured.
"""

import functools
import re
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from evaluation.golden import GoldenQuestion, Groups, read_questions
from evaluation.normalise import normalise, raw_text
from retrieval.errors import XianwenError
from retrieval.types import Status

__all__ = ["Scores", "Verdict", "evaluate", "judge", "judge_all", "read_questions", "summarise"]

_MARKER = re.compile(r"\[(\d{1,3})\]")
_WIDE = {"aggregate", "compare", "overview", "list"}
_MAX_CHARS = {True: 3000, False: 900}  # of an answer to a wide question, and to a narrow one
_MAX_CITATIONS = {True: 24, False: 6}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reply got right. Lists have one entry a group or a citation; they are empty for refusals."""

    id: str
    kind: str
    expected: Status
    got: str
    chars: int
    valid_quotes: tuple[bool, ...] = ()
    evidence_quote: tuple[bool, ...] = ()
    evidence_passage: tuple[bool, ...] = ()
    answer_groups: tuple[bool, ...] = ()
    wrong_county: tuple[bool, ...] = ()
    first_hit: bool = False
    valid_markers: bool = False
    perfect: bool = False


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of a run.

    ``status``: right outcome. ``false_answer``: of what must be refused, answered. ``false_refusal``: of what must
    be answered, refused. ``evidence_quote`` and ``evidence_passage``: groups found in a cited quote, or in a cited
    passage or quote. ``answer_groups``: groups found in the answer. ``first_hit``: the first citation holds evidence.
    ``wrong_county``: of citations, those of a county that nobody asked about. ``valid_quotes``: of citations, those
    whose quote stands in the raw article. ``valid_markers``: answers whose markers and citations are the same
    numbers. ``perfect``: nothing to complain of, brevity included. ``answer_chars``: median and 95th percentile.
    """

    questions: int
    perfect: float | None
    status: float | None
    false_answer: float | None
    false_refusal: float | None
    evidence_quote: float | None
    evidence_passage: float | None
    answer_groups: float | None
    first_hit: float | None
    wrong_county: float | None
    valid_quotes: float | None
    valid_markers: float | None
    answer_chars: tuple[int, int] | None
    perfect_by_kind: Mapping[str, float]

    def as_dict(self) -> dict[str, Any]:
        """The figures as JSON can hold them."""
        return asdict(self)

    def rows(self) -> dict[str, Any]:
        """The figures by name, the kinds last, as they are shown."""
        rows = {name: value for name, value in self.as_dict().items() if name != "perfect_by_kind"}
        return rows | {f"perfect: {kind}": value for kind, value in self.perfect_by_kind.items()}


def evaluate(questions: Path, answers: Iterable[Mapping[str, Any]], sources: Path) -> Scores:
    """Score answers (objects as ``xianwen ask --json`` prints them) to the questions of a file.

    ``sources`` is the folder of raw articles that was ingested: a quote counts only if it stands in the file that
    its citation names. A question without an answer counts as missed. Raises XianwenError for an unusable file.
    """
    return summarise(judge_all(read_questions(questions), answers, sources))


def judge_all(
    questions: Sequence[GoldenQuestion], answers: Iterable[Mapping[str, Any]], sources: Path
) -> tuple[Verdict, ...]:
    """A verdict for each question, in their order."""
    if not sources.is_dir():
        raise XianwenError(f"no such folder, {sources}, name the folder of raw articles that was ingested")
    replies = {reply.get("id"): reply for reply in answers}
    root = sources.resolve()

    @functools.cache
    def source_text(name: str) -> str:
        path = (root / name).resolve()
        return normalise(raw_text(path)) if name and path.is_relative_to(root) and path.is_file() else ""

    return tuple(judge(question, replies.get(question.id, {}), source_text) for question in questions)


def judge(question: GoldenQuestion, reply: Mapping[str, Any], source_text: Callable[[str], str]) -> Verdict:
    """Judge one reply; ``source_text`` gives the comparison form of a raw article, or nothing for an unknown one."""
    citations: list[Mapping[str, Any]] = list(reply.get("citations") or [])
    answer = str(reply.get("answer") or "")
    got = str(reply.get("status", "missing"))
    quotes = [normalise(str(citation.get("quote", ""))) for citation in citations]
    stands = tuple(
        bool(quote) and quote in source_text(str(citation.get("source", "")))
        for quote, citation in zip(quotes, citations, strict=True)
    )
    base = Verdict(question.id, question.kind, question.status, got, len(answer), valid_quotes=stands)
    if question.status is not Status.ANSWERED:
        return replace(base, perfect=got == question.status and not citations)
    passages = [normalise(str(citation.get("passage", ""))) for citation in citations]
    used = {int(number) for number in _MARKER.findall(answer)}
    verdict = replace(
        base,
        evidence_quote=_found(question.evidence, quotes),
        evidence_passage=_found(question.evidence, quotes + passages),
        answer_groups=_found(question.answer, [normalise(answer)]),
        wrong_county=tuple(_elsewhere(question, citation) for citation in citations),
        first_hit=any(_found(question.evidence, quotes[:1] + passages[:1])),
        valid_markers=bool(used) and used == {citation.get("number") for citation in citations},
    )
    return replace(verdict, perfect=_flawless(verdict, len(citations)))


def summarise(verdicts: Sequence[Verdict]) -> Scores:
    """The figures of all verdicts."""
    asked = [verdict for verdict in verdicts if verdict.expected is Status.ANSWERED]
    refused = [verdict for verdict in verdicts if verdict.expected is not Status.ANSWERED]
    answered = [verdict for verdict in asked if verdict.got == Status.ANSWERED]
    refusals = {status.value for status in Status} - {Status.ANSWERED.value}
    kinds = sorted({verdict.kind for verdict in verdicts})
    return Scores(
        questions=len(verdicts),
        perfect=_share(verdict.perfect for verdict in verdicts),
        status=_share(verdict.got == verdict.expected for verdict in verdicts),
        false_answer=_share(verdict.got == Status.ANSWERED for verdict in refused),
        false_refusal=_share(verdict.got in refusals for verdict in asked),
        evidence_quote=_share(hit for verdict in asked for hit in verdict.evidence_quote),
        evidence_passage=_share(hit for verdict in asked for hit in verdict.evidence_passage),
        answer_groups=_share(hit for verdict in asked for hit in verdict.answer_groups),
        first_hit=_share(verdict.first_hit for verdict in asked),
        wrong_county=_share(wrong for verdict in asked for wrong in verdict.wrong_county),
        valid_quotes=_share(stands for verdict in verdicts for stands in verdict.valid_quotes),
        valid_markers=_share(verdict.valid_markers for verdict in answered),
        answer_chars=_lengths([verdict.chars for verdict in answered]),
        perfect_by_kind={
            kind: _share(verdict.perfect for verdict in verdicts if verdict.kind == kind) or 0.0 for kind in kinds
        },
    )


def by_kind(verdicts: Sequence[Verdict]) -> dict[str, tuple[float, float | None, int]]:
    """For each kind: share perfect, share of evidence groups found (None: none expected), and how many questions."""
    kinds = sorted({verdict.kind for verdict in verdicts})
    table = {}
    for kind in kinds:
        of_kind = [verdict for verdict in verdicts if verdict.kind == kind]
        perfect = _share(verdict.perfect for verdict in of_kind) or 0.0
        table[kind] = (perfect, _share(hit for verdict in of_kind for hit in verdict.evidence_passage), len(of_kind))
    return table


def _found(groups: Groups, texts: Sequence[str]) -> tuple[bool, ...]:
    return tuple(any(normalise(wanted) in text for wanted in group for text in texts) for group in groups)


def _elsewhere(question: GoldenQuestion, citation: Mapping[str, Any]) -> bool:
    """Whether a citation is about none of the counties asked for; official and short names agree in two characters."""
    wanted = {normalise(county)[:2] for county in question.counties}
    about = {normalise(str(county))[:2] for county in citation.get("counties") or []}
    return bool(wanted) and not wanted & about


def _flawless(verdict: Verdict, citations: int) -> bool:
    wide = verdict.kind in _WIDE
    return (
        verdict.got == verdict.expected
        and all(verdict.evidence_quote + verdict.answer_groups + verdict.valid_quotes)
        and not any(verdict.wrong_county)
        and verdict.valid_markers
        and verdict.chars <= _MAX_CHARS[wide]
        and citations <= _MAX_CITATIONS[wide]
    )


def _share(values: Iterable[bool]) -> float | None:
    found = list(values)
    return round(sum(found) / len(found), 4) if found else None


def _lengths(chars: list[int]) -> tuple[int, int] | None:
    ordered = sorted(chars)
    return (int(statistics.median(ordered)), ordered[int(0.95 * (len(ordered) - 1))]) if ordered else None
