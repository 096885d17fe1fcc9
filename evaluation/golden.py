"""Golden questions: what is asked, and what a right answer holds."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.errors import XianwenError
from retrieval.types import Status

Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """One question with its expectations.

    ``evidence`` and ``answer`` are groups of alternatives in the comparison form of ``normalise``: a group
    is found when one of its alternatives is. ``articles`` are paths below the ingested folder. ``history`` are
    the questions asked before in the same conversation, oldest first.
    """

    id: str
    question: str
    kind: str
    status: Status
    counties: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    evidence: Groups = ()
    answer: Groups = ()
    history: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if not (self.id and self.question.strip() and self.kind):
            raise ValueError("id, question and kind must not be empty")
        if (self.status is Status.ANSWERED) != bool(self.evidence):
            raise ValueError("a question that is to be answered has evidence, and no other has")
        if any(not alternative for group in self.evidence + self.answer for alternative in group):
            raise ValueError("a group has an empty alternative, which every text would contain")
        if not all(self.evidence + self.answer):
            raise ValueError("a group has no alternative, so that nothing could satisfy it")


def read_jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and objects of a JSON-lines file, blank lines left out.

    Raises XianwenError when the file is missing or a line is not a JSON object.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise XianwenError(f"cannot be read ({error}), {path}, name a UTF-8 file of JSON lines") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise XianwenError(f"not JSON ({error.msg}), {path}:{number}, correct that line") from error
        if not isinstance(value, dict):
            raise XianwenError(f"not a JSON object, {path}:{number}, write one object a line")
        yield number, value


def read_questions(path: Path) -> tuple[GoldenQuestion, ...]:
    """The questions of a golden set, in order. Raises XianwenError naming the line that is wrong."""
    questions: list[GoldenQuestion] = []
    known: set[str] = set()
    for number, value in read_jsonl(path):
        try:
            question = _parse(value)
        except (KeyError, TypeError, ValueError) as error:
            raise XianwenError(f"not a golden question ({error!r}), {path}:{number}, see docs/evaluation.md") from error
        if question.id in known:
            raise XianwenError(f"id {question.id} stands twice, {path}:{number}, give it another")
        known.add(question.id)
        questions.append(question)
    if not questions:
        raise XianwenError(f"no questions, {path}, add some or name another file")
    return tuple(questions)


def _parse(value: dict[str, Any]) -> GoldenQuestion:
    return GoldenQuestion(
        id=_string(value["id"]),
        question=_string(value["question"]),
        kind=_string(value["kind"]),
        status=Status(value["status"]),
        counties=_strings(value.get("counties", [])),
        articles=_strings(value.get("article", [])),
        evidence=tuple(_strings(group) for group in value.get("evidence", [])),
        answer=tuple(_strings(group) for group in value.get("answer", [])),
        history=_strings(value.get("history", [])),
        note=_string(value.get("note", "")),
    )


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a string")
    return value


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return tuple(_string(entry) for entry in value)
