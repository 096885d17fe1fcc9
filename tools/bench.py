"""``make bench``: speed and memory of what users wait for, on this machine, as one table.

Every figure that is a ratio comes from one run. The large corpus is made up (see ``tools/synthetic.py``),
so that no download is needed; its questions are asked once each, of an engine that has seen none of them.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evaluation.score import read_questions
from retrieval.config import Config, PathsConfig
from retrieval.embed import Embedder, load_embedder
from retrieval.engine import Engine
from retrieval.index import CurrentIndex, Generation
from retrieval.text import set_cache_dir
from tools.synthetic import Made, publish

ROOT = Path(__file__).resolve().parent.parent
XIANWEN = [sys.executable, "-m", "bot"]
QUESTIONS = 200


def main() -> None:
    """Measure, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, default=100_000, help="size of the synthetic index")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ask:
        ask(options.ask)
        return
    with tempfile.TemporaryDirectory() as place:
        figures = {**commands(Path(place)), **answers(Path(place)), **scale(Path(place), options.passages)}
    if options.json:
        print(json.dumps(figures))
        return
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    for name, value in figures.items():
        print(f"{name:58} {value:>12,.2f}")


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
    assert child.stderr is not None
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)  # RUSAGE_CHILDREN would be the largest child so far
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"error: {' '.join(command)} ended with {child.returncode}: {errors.decode()[-500:]}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


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
    """A made-up corpus: seconds to build, MB on disk, milliseconds per search and per answer, peak memory in MB."""
    config = Config(paths=PathsConfig(data=str(place / "large")))
    config.index_dir.mkdir(parents=True)
    set_cache_dir(place / "cache")
    embedder = load_embedder(config.embedding)
    began = time.perf_counter()
    made = publish(config.index_dir, embedder, passages)
    figures = {
        f"{made.passages:,} passages, {made.counties:,} counties: publish s": time.perf_counter() - began,
        "their generation: MB": sum(file.stat().st_size for file in config.index_dir.rglob("*")) / 2**20,
    }
    figures |= searches(CurrentIndex(config.index_dir, embedder.fingerprint).get(), embedder, made)
    with (place / "questions.json").open("w", encoding="utf-8") as file:
        json.dump(made.questions, file)
    asking = [sys.executable, "-m", "tools.bench", "--ask", str(place)]  # publishing would count in its peak memory
    done = subprocess.run(asking, cwd=ROOT, env={**os.environ, "XIANWEN_DATA": ""}, capture_output=True, check=True)
    return figures | json.loads(done.stdout)


def searches(generation: Generation, embedder: Embedder, made: Made) -> dict[str, float]:
    """Both indexes by themselves: milliseconds per search."""
    asked = [question for group in made.questions.values() for question in group][:QUESTIONS]
    embedded = [embedder.embed_query(question) for question in asked]
    code = generation.counties[0].code
    rows = generation.rows_of_counties((code,))
    kinds: dict[str, Callable[[int], Any]] = {
        "words": lambda at: generation.lexical.search(asked[at], 60),
        "words in one county": lambda at: generation.lexical.search(asked[at], 60, (code,)),
        "vectors": lambda at: generation.vectors.search(embedded[at], 60),
        "vectors in one county": lambda at: generation.vectors.search(embedded[at], 60, rows),
    }
    figures: dict[str, float] = {}
    for name, search in kinds.items():
        took = [_milliseconds(lambda at=at, search=search: search(at)) for at in range(len(asked))]
        figures |= {f"search {name}: {part} ms": value for part, value in _spread(took).items()}
    return figures


def ask(place: Path) -> None:
    """Answer the questions of the made-up corpus in this process, and print the figures as JSON."""
    engine = Engine(Config(paths=PathsConfig(data=str(place / "large"))))
    engine.load()
    groups = json.loads((place / "questions.json").read_text(encoding="utf-8"))
    engine.ask(groups["one county"].pop(0))
    figures: dict[str, float] = {}
    everything: list[float] = []
    processor = time.process_time()
    for name, asked in groups.items():
        took = [_milliseconds(lambda question=question: engine.ask(question)) for question in asked]
        everything += took
        label = f"large corpus, {len(took)} questions naming {name}"
        figures |= {f"{label}: {part} ms": value for part, value in _spread(took).items()}
    processor = (time.process_time() - processor) / len(everything) * 1000
    label = f"large corpus, all {len(everything)} questions"
    figures |= {f"{label}: {part} ms": value for part, value in _spread(everything).items()}
    figures[f"{label}: processor ms each"] = processor
    figures[f"{label}: peak MB"] = _peak_mb()
    print(json.dumps(figures))


def _peak_mb() -> float:
    """Of this process: what getrusage tells counts the process that started it, too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    fields = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
    return int(fields["VmHWM"].split()[0]) / 1024


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _spread(took: list[float]) -> dict[str, float]:
    return {"p50": statistics.median(took), "p95": statistics.quantiles(took, n=20)[-1]}


if __name__ == "__main__":
    main()
