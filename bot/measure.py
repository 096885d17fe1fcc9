"""``xianwen evaluate``: ask, score, compare with what is stored, and say it as a table, as JSON or as a page."""

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.config import Config, EmbeddingConfig
from retrieval.errors import SourceError

if TYPE_CHECKING:
    from evaluation.beir import Comparison, Mode
    from evaluation.report import Report, Run
    from retrieval.engine import Engine


@dataclass(frozen=True, slots=True)
class Wishes:
    """What ``xianwen evaluate`` was asked to do besides measuring."""

    as_json: bool = False
    report: str | None = None
    pin: bool = False
    allow_regression: bool = False


def beir(config: Config, folder: str, mode: "Mode", against: "Mode | None", *, as_json: bool) -> int:
    """Retrieval figures over a BEIR folder, passages as given, of one mode or of two side by side."""
    from evaluation import beir as benchmark
    from retrieval.embed import load_embedder

    embedder = load_embedder(config.embedding)
    if against is None:
        figures = benchmark.evaluate(Path(folder), mode, embedder)
        lines = [f"{name:14} {value:.4f}" for name, value in figures.items()]
        print(json.dumps(figures) if as_json else "\n".join(lines), file=sys.stdout)
        return 0
    compared = benchmark.compare(Path(folder), mode, against, embedder)
    if as_json:
        differences = {name: asdict(value) for name, value in compared.differences.items()}
        print(json.dumps({**compared.ours, against: compared.theirs, "differences": differences}), file=sys.stdout)
        return 0
    print(_side_by_side(compared, mode, against), file=sys.stdout)
    return 0


def _side_by_side(compared: "Comparison", mode: str, against: str) -> str:
    lines = [f"{'':14} {mode:>9} {against:>9}"]
    lines += [f"{name:14} {value:9.4f} {compared.theirs[name]:9.4f}" for name, value in compared.ours.items()]
    for name, found in compared.differences.items():
        luck = "" if found.sure else "  (may be luck)"
        lines.append(f"{name:14} {found.mean:+9.4f}, 95 % of resamples {found.low:+.4f} to {found.high:+.4f}{luck}")
    return "\n".join(lines)


def golden(config: Config, questions: str | None, sources: str | None, wishes: Wishes) -> int:
    """Ask the golden questions and print their figures; 1 if a floor of the gate is broken.

    Without ``questions`` those that ship are asked over the demo corpus, in an index of their own.

    Raises SourceError: files are missing. XianwenError: the new baseline would be lower.
    """
    from evaluation.gate import ARTICLES, SETS, check, measure, update
    from evaluation.history import compare, outcomes, read_run, write_run

    own = questions is None
    if wishes.pin and not own:
        raise SourceError("only the questions that ship have a baseline, --pin, leave QUESTIONS out")
    files = SETS if questions is None else {"questions": Path(questions)}
    folder = Path(sources) if sources else ARTICLES
    for path in (*files.values(), folder):
        if not path.exists():
            raise SourceError(f"no questions or no articles, {path}, name them: evaluate QUESTIONS --sources DIR")
    with _engine(config, folder, own_index=own) as engine:
        runs = {name: _run(engine, path, folder) for name, path in files.items()}
        found = _look_inside(engine, runs, own)
    reached = {name: measure(run.scores, files[name], folder) for name, run in runs.items()}
    now = [outcome for run in runs.values() for outcome in outcomes(run.verdicts)]
    if own:
        found = replace(found, changes=compare(read_run(), now))
    if wishes.pin:
        update(reached, allow_regression=wishes.allow_regression)
        write_run(now)
    _tell(found, wishes)
    broken = check(reached) if own else ()
    for line in broken:
        print(f"below its floor: {line}", file=sys.stderr)
    return 1 if broken else 0


def _tell(found: "Report", wishes: Wishes) -> None:
    from evaluation.report import render
    from evaluation.summary import as_object, as_text

    print(json.dumps(as_object(found), ensure_ascii=False) if wishes.as_json else as_text(found), file=sys.stdout)
    if wishes.report:
        try:
            Path(wishes.report).write_bytes(render(found).encode("utf-8", "replace"))
        except OSError as error:
            raise SourceError(
                f"cannot write the report ({error.strerror}), {wishes.report}, name a file in a folder that exists"
            ) from error


@contextlib.contextmanager
def _engine(config: Config, folder: Path, *, own_index: bool) -> "Iterator[Engine]":
    """The engine over the configured index, or over a fresh one of ``folder`` with the built-in model."""
    from ingest.build import build
    from retrieval.embed import load_embedder
    from retrieval.engine import Engine

    with tempfile.TemporaryDirectory(prefix="xianwen-evaluate-") as place:
        if own_index:
            paths = config.paths.model_copy(update={"data": place})
            config = config.model_copy(update={"paths": paths, "embedding": EmbeddingConfig()})
            build([str(folder)], config, load_embedder(config.embedding), lambda _: None)
        yield Engine(config)


def _run(engine: "Engine", questions: Path, sources: Path) -> "Run":
    """Ask and judge one set of questions; the models are loaded before the clock runs."""
    from bot.ask import as_object
    from evaluation.report import Run
    from evaluation.score import judge_all, read_questions, summarise

    asked = read_questions(questions)
    engine.load()
    replies = []
    for question in asked:
        began = time.perf_counter()
        answer = engine.ask(question.question, question.history)
        replies.append(as_object(answer, question.id, round(1000 * (time.perf_counter() - began), 1)))
    verdicts = judge_all(asked, replies, sources)
    return Run(asked, replies, verdicts, summarise(verdicts))


def _look_inside(engine: "Engine", runs: "Mapping[str, Run]", own: bool) -> "Report":
    from evaluation import probe
    from evaluation.gate import BASELINE, read_baseline
    from evaluation.report import Report

    generation, tools, run = engine.load(), engine.tools(), runs["questions"]
    return Report(
        title="县问评测 · xianwen evaluation",
        run=run,
        retrieval=probe.retrieval(run.questions, generation, tools),
        points=probe.points(run.questions, generation, tools),
        threshold=tools.config.answer.min_confidence,
        held_out=runs.get("held_out"),
        baselines=read_baseline() if own and BASELINE.exists() else None,
    )
