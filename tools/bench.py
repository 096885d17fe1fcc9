"""``make bench``: speed and memory of what users wait for, on this machine, as one table.

Every figure that is a ratio comes from one run. The synthetic corpus is made of the demo corpus's
own sentences under made-up county codes, so that no download is needed.
"""

import argparse
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.score import read_questions
from retrieval.config import Config, EmbeddingConfig, PathsConfig
from retrieval.embed import load_embedder
from retrieval.engine import Engine
from retrieval.lexical import LexicalIndex
from retrieval.text import sentence_spans
from retrieval.vectors import VectorIndex

ROOT = Path(__file__).resolve().parent.parent
XIANWEN = [sys.executable, "-m", "bot"]
QUESTIONS = 200
SEED = 20260801


def main() -> None:
    """Measure, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, default=100_000, help="size of the synthetic index")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        figures = {**commands(Path(place)), **answers(Path(place)), **scale(Path(place), options.passages)}
    if options.json:
        print(json.dumps(figures))
        return
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    for name, value in figures.items():
        print(f"{name:52} {value:>12,.2f}")


def commands(place: Path) -> dict[str, float]:
    """Whole commands in fresh processes: seconds, and peak memory in MB."""
    articles = str(ROOT / "examples" / "articles")
    question = "哪些县提到家庭医生签约?"
    figures: dict[str, float] = {}
    for name, command in (
        ("--help", ["--help"]),
        ("ingest of the demo corpus", ["ingest", articles]),
        ("ingest again, nothing changed", ["ingest", articles]),
        ("ask, cold, first run", ["ask", question]),
        ("ask, cold", ["ask", question]),
    ):
        seconds, megabytes = _run([*XIANWEN, *command], place)
        figures[f"xianwen {name}: s"] = seconds
        figures[f"xianwen {name}: peak MB"] = megabytes
    return figures


def _run(command: list[str], place: Path) -> tuple[float, float]:
    began = time.perf_counter()
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "XIANWEN_DATA": str(place)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, errors = child.communicate()
    if child.returncode:
        sys.exit(f"error: {' '.join(command)} ended with {child.returncode}: {errors.decode()[-500:]}")
    return time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def answers(place: Path) -> dict[str, float]:
    """Warm answers over the demo corpus: milliseconds per question."""
    engine = Engine(Config(paths=PathsConfig(data=str(place))))
    engine.load()
    asked = read_questions(ROOT / "evaluation" / "questions.jsonl")
    asked = (asked * (QUESTIONS // len(asked) + 1))[:QUESTIONS]
    engine.ask(asked[0].question)
    took = [_milliseconds(lambda one=one: engine.ask(one.question, one.history)) for one in asked]
    return {f"answer, warm, {len(took)} questions: {name} ms": value for name, value in _spread(took).items()}


def scale(place: Path, passages: int) -> dict[str, float]:
    """Both indexes over a synthetic corpus: seconds to build, MB on disk, milliseconds per search."""
    embedder = load_embedder(EmbeddingConfig())
    source = random.Random(SEED)
    pool = [text for file in sorted((ROOT / "examples" / "articles").rglob("*.txt")) for text in _sentences(file)]
    texts = ["".join(source.choices(pool, k=3)) for _ in range(passages)]
    codes = [f"{source.randrange(2000):06d}" for _ in texts]
    figures: dict[str, float] = {}
    began = time.perf_counter()
    vectors = np.concatenate([embedder.embed_passages(texts[at : at + 1000]) for at in range(0, passages, 1000)])
    figures["embed 1,000 passages: s"] = (time.perf_counter() - began) / passages * 1000
    began = time.perf_counter()
    vector_index = VectorIndex.build(place / "bench.faiss", vectors)
    figures[f"vectors, {passages:,} passages: build s"] = time.perf_counter() - began
    began = time.perf_counter()
    words = LexicalIndex.build(
        place / "bench-words",
        ((row, "", text, (code,)) for row, (text, code) in enumerate(zip(texts, codes, strict=True))),
    )
    figures[f"words, {passages:,} passages: build s"] = time.perf_counter() - began
    figures["vectors: MB"] = (place / "bench.faiss").stat().st_size / 2**20
    figures["words: MB"] = sum(file.stat().st_size for file in (place / "bench-words").rglob("*")) / 2**20
    queries = [source.choice(pool)[:12] for _ in range(QUESTIONS)]
    embedded = [embedder.embed_query(query).reshape(-1) for query in queries]
    rows = np.flatnonzero(np.array(codes) == codes[0]).astype(np.int64)
    searches: dict[str, Callable[[int], Any]] = {
        "words": lambda at: words.search(queries[at], 60),
        "words in one county": lambda at: words.search(queries[at], 60, (codes[0],)),
        "vectors": lambda at: vector_index.search(embedded[at], 60),
        "vectors in one county": lambda at: vector_index.search(embedded[at], 60, rows),
    }
    for name, search in searches.items():
        took = [_milliseconds(lambda at=at, search=search: search(at)) for at in range(QUESTIONS)]
        figures |= {f"search {name}: {part} ms": value for part, value in _spread(took).items()}
    return figures


def _sentences(file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8", errors="replace")
    return (text[start:end] for start, end in sentence_spans(text) if end - start > 20)


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _spread(took: list[float]) -> dict[str, float]:
    return {"p50": statistics.median(took), "p95": statistics.quantiles(took, n=20)[-1]}


if __name__ == "__main__":
    main()
