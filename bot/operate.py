"""The operator's commands: generations, rollback, verify, evaluate."""

import json
import sys
import tempfile
from pathlib import Path
from typing import TextIO, cast

from retrieval import index
from retrieval.config import Config, EmbeddingConfig
from retrieval.errors import SourceError


def generations(config: Config, out: TextIO = sys.stdout) -> int:
    """One line per generation, newest first, the current one marked."""
    for entry in index.list_generations(config.index_dir):
        mark = "*" if entry.current else " "
        manifest = entry.manifest
        print(
            f"{mark} {entry.id}  articles {manifest.articles}  passages {manifest.passages}  "
            f"counties {manifest.counties}  model {manifest.embedder_fingerprint}",
            file=out,
        )
    return 0


def rollback(config: Config, identity: str | None, out: TextIO = sys.stdout) -> int:
    """Point back to a generation; a running bot follows by itself."""
    print(f"serving {index.rollback(config.index_dir, identity)}", file=out)
    return 0


def verify(config: Config, out: TextIO = sys.stdout) -> int:
    """Check the current generation byte by byte and span by span."""
    checked = index.verify(config.index_dir)
    print(f"{checked}: every checksum, count and span holds", file=out)
    return 0


def beir(config: Config, folder: str, mode: str, *, as_json: bool, out: TextIO = sys.stdout) -> int:
    """Retrieval figures over a BEIR folder, passages as given."""
    from evaluation.beir import Mode, evaluate
    from retrieval.embed import load_embedder

    figures = evaluate(Path(folder), cast(Mode, mode), load_embedder(config.embedding))
    if as_json:
        print(json.dumps(figures), file=out)
    else:
        for name, value in figures.items():
            print(f"{name:14} {value:.4f}", file=out)
    return 0


def golden(
    config: Config, questions: str | None, sources: str | None, *, as_json: bool, out: TextIO = sys.stdout
) -> int:
    """Ask the golden questions and print their figures; 1 if a floor of the gate is broken.

    Without ``questions`` those that ship are asked over the demo corpus, in an index of their own.
    """
    from evaluation.gate import check
    from evaluation.score import evaluate, read_questions

    root = Path(__file__).resolve().parent.parent
    file = Path(questions) if questions else root / "evaluation" / "questions.jsonl"
    folder = Path(sources) if sources else root / "examples" / "articles"
    if not file.is_file() or not folder.is_dir():
        raise SourceError(
            f"no questions or no articles, {file} and {folder}, name them: evaluate QUESTIONS --sources DIR"
        )
    asked = read_questions(file)
    answers = _answers(config, folder, [(q.id, q.question, q.history) for q in asked], own_index=questions is None)
    scores = evaluate(file, answers, folder)
    print(json.dumps(scores.as_dict(), ensure_ascii=False) if as_json else scores.table(), file=out)
    broken = check(scores) if questions is None else []
    for line in broken:
        print(f"below its floor: {line}", file=sys.stderr)
    return 1 if broken else 0


def _answers(
    config: Config, folder: Path, asked: list[tuple[str, str, tuple[str, ...]]], *, own_index: bool
) -> list[dict[str, object]]:
    """Answers to (id, question, history), from the configured index or from a fresh one of ``folder``."""
    from bot.ask import as_object
    from ingest.build import build
    from retrieval.embed import load_embedder
    from retrieval.engine import Engine

    with tempfile.TemporaryDirectory() as place:
        if own_index:
            config = config.model_copy(
                update={"paths": config.paths.model_copy(update={"data": place}), "embedding": EmbeddingConfig()}
            )
            build([str(folder)], config, load_embedder(config.embedding), lambda _: None)
        engine = Engine(config)
        return [as_object(engine.ask(question, history), name, 0.0) for name, question, history in asked]
