"""``xianwen ask``: answers as text, as JSON, and in batches."""

import contextlib
import io
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from bot.messages import of_error, say
from bot.render import plain, sources_block
from retrieval.config import Config
from retrieval.engine import Engine
from retrieval.errors import QuestionError, SourceError
from retrieval.types import Answer, Citation, Script, Status


def once(config: Config, question: str, *, as_json: bool, out: TextIO | None = None) -> int:
    """Answer one question on ``out``; 0 also when the answer is an honest no."""
    engine = Engine(config)
    began = time.perf_counter()
    answer = engine.ask(question)
    if as_json:
        print(json.dumps(as_object(answer, None, _since(began)), ensure_ascii=False), file=out)
    else:
        print("\n".join(part for part in (plain(answer), sources_block(answer)) if part), file=out)
    return 0


def batch(config: Config, path: str, out: TextIO | None = None) -> int:
    """Answer JSON lines ``{"id", "question", "history"?}`` in order, flushing every line.

    A question that cannot be used (empty, too long) is answered ``no_answer`` with the reason as its
    text. Raises SourceError when the file or one of its lines cannot be read.
    """
    engine = Engine(config)
    engine.load()
    for row in _rows(path):
        began = time.perf_counter()
        try:
            answer = engine.ask(row["question"], row["history"])
        except QuestionError as error:
            line = _unusable(row, error, engine.current().id, _since(began))
        else:
            line = as_object(answer, row.get("id"), _since(began))
        print(json.dumps(line, ensure_ascii=False), file=out, flush=True)
    return 0


def _rows(path: str) -> Iterator[dict[str, Any]]:
    with contextlib.ExitStack() as opened:
        try:
            lines = _stdin() if path == "-" else opened.enter_context(Path(path).open(encoding="utf-8-sig"))
        except OSError as error:
            raise SourceError(f"cannot open the questions ({error.strerror}), {path}, name a file or -") from error
        number = 0
        try:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _row(line.removeprefix("\ufeff"), f"{path} line {number}")
        except UnicodeDecodeError as error:
            raise SourceError(f"not UTF-8, {path} after line {number}, save the questions as UTF-8") from error


def _stdin() -> TextIO:
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="strict")  # a batch in another encoding is a mistake, not a question
    return sys.stdin


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise SourceError(f"not JSON ({reason}), {where}, write one object a line") from error
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise SourceError(f'no question, {where}, write {{"id": …, "question": "…"}}')
    row["history"] = row.get("history") or []
    if not isinstance(row["history"], list) or not all(isinstance(earlier, str) for earlier in row["history"]):
        raise SourceError(f'the history is no list of questions, {where}, write {{…, "history": ["…"]}}')
    return row


def as_object(answer: Answer, identity: Any, took_ms: float) -> dict[str, Any]:
    """The JSON of an answer, as the outside world relies on it."""
    question = answer.question
    return {
        "id": identity,
        "question": question.asked,
        "status": answer.status.value,
        "reason": answer.reason.value if answer.reason else None,
        "answer": plain(answer),
        "citations": [_citation(citation) for citation in answer.citations],
        "generation": answer.generation,
        "took_ms": took_ms,
    }


def _citation(citation: Citation) -> dict[str, Any]:
    article = citation.article
    return {
        "number": citation.number,
        "article": article.id,
        "source": article.source,
        "title": article.title,
        "publisher": article.publisher,
        "published": article.published,
        "url": article.url,
        "counties": list(citation.counties),
        "heading": list(citation.passage.heading),
        "quote": citation.quote,
        "passage": citation.passage.text,
    }


def _unusable(row: dict[str, Any], error: QuestionError, generation: str, took_ms: float) -> dict[str, Any]:
    return {
        "id": row.get("id"),
        "question": row["question"],
        "status": Status.NO_ANSWER.value,
        "reason": type(error).__name__,
        "answer": say(of_error(error), Script.SIMPLIFIED),
        "citations": [],
        "generation": generation,
        "took_ms": took_ms,
    }


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
