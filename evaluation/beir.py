"""Retrieval figures on a BEIR folder: ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.tsv``, passages as given.

Nothing is cleaned and nothing is cut: a row of the corpus is a passage, and its title stands before it, as in the bot's
own index. The folder is read whole before anything is built, so that a broken line costs no time.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from evaluation.bootstrap import Difference, paired
from evaluation.metrics import Run, mrr_at_k, ndcg_at_k, ndcg_of_each, recall_at_k, recall_of_each
from retrieval.embed import Embedder
from retrieval.errors import SourceError
from retrieval.types import Hit, Passage

Mode = Literal["words", "vectors", "fused"]
Found = list[tuple[int, float]]
DEPTH = 100


@dataclass(frozen=True)
class Entry:
    """A passage of the corpus."""

    name: str
    title: str
    text: str

    @property
    def whole(self) -> str:
        """The text with its title before it."""
        return f"{self.title}。{self.text}" if self.title else self.text

    @property
    def passage(self) -> Passage:
        """As a passage under its title."""
        heading = (self.title,) if self.title else ()
        return Passage(self.name, 0, len(self.text), self.text, 0, heading)


@dataclass(frozen=True)
class Benchmark:
    """A BEIR folder: the passages in order, the text of each query, and the grades of its relevant passages."""

    entries: tuple[Entry, ...]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


@dataclass(frozen=True)
class Comparison:
    """Figures of two modes as ``evaluate`` gives them, and the differences of two of them (first minus second)."""

    ours: dict[str, float]
    theirs: dict[str, float]
    differences: dict[str, Difference]


def read_benchmark(folder: Path) -> Benchmark:
    """Reads and checks a BEIR folder.

    Raises:
        SourceError: a file is missing, or a line of it is not what BEIR says; the message names file and line.
    """
    entries = []
    for where, row in _objects(folder / "corpus.jsonl"):
        entries.append(
            Entry(_text(row, "_id", where), _text(row, "title", where, default=""), _text(row, "text", where))
        )
    queries: dict[str, str] = {}
    for where, row in _objects(folder / "queries.jsonl"):
        name = _text(row, "_id", where)
        if name in queries:
            raise SourceError(f"query {name} appears twice, {where}; keep one of the two")
        queries[name] = _text(row, "text", where)
    names = {entry.name for entry in entries}
    if len(names) < len(entries):
        raise SourceError(f"a passage id appears twice in {folder / 'corpus.jsonl'}; give every passage its own")
    return Benchmark(tuple(entries), queries, _read_qrels(folder, names, queries))


def evaluate(folder: Path, mode: Mode, embedder: Embedder) -> dict[str, float]:
    """Builds a throw-away index over the folder, asks every judged query, and measures.

    Args:
        folder: the BEIR folder.
        mode: full-text search, nearest vectors, or both as the bot fuses them, the first passages read.
        embedder: makes the vectors; unused for ``words``.

    Returns:
        ``ndcg@10``, ``mrr@10``, ``recall@1``, ``@5``, ``@10``, ``@100`` (0..1) and ``ms_per_query`` (wall clock,
        the query's embedding included, building excluded).

    Raises:
        SourceError: see ``read_benchmark``.
        ValueError: the mode is unknown.
    """
    benchmark = read_benchmark(folder)
    run, took = search(benchmark, mode, embedder)
    return figures(run, benchmark.qrels) | {"ms_per_query": took}


def compare(folder: Path, mode: Mode, against: Mode, embedder: Embedder) -> Comparison:
    """Both modes on the same folder, and how much of their difference may be luck.

    Raises what ``evaluate`` raises.
    """
    benchmark = read_benchmark(folder)
    (ours, our_ms), (theirs, their_ms) = (search(benchmark, each, embedder) for each in (mode, against))
    return Comparison(
        figures(ours, benchmark.qrels) | {"ms_per_query": our_ms},
        figures(theirs, benchmark.qrels) | {"ms_per_query": their_ms},
        {
            "ndcg@10": paired(ndcg_of_each(ours, benchmark.qrels, 10), ndcg_of_each(theirs, benchmark.qrels, 10)),
            "recall@10": paired(recall_of_each(ours, benchmark.qrels, 10), recall_of_each(theirs, benchmark.qrels, 10)),
        },
    )


def search(benchmark: Benchmark, mode: Mode, embedder: Embedder) -> tuple[dict[str, Sequence[str]], float]:
    """Ids found for every judged query, best first, and milliseconds per query. Raises ValueError: mode unknown."""
    if mode not in get_args(Mode):
        raise ValueError(f"mode {mode} is unknown; use one of {', '.join(get_args(Mode))}")
    with tempfile.TemporaryDirectory(prefix="xianwen-beir-") as work:
        engine = _Search(Path(work), benchmark, mode, embedder)
        run: dict[str, Sequence[str]] = {}
        took = 0.0
        for name in benchmark.qrels:
            began = time.perf_counter()
            found = engine(benchmark.queries[name])
            took += time.perf_counter() - began
            run[name] = [benchmark.entries[row].name for row, _ in found[:DEPTH]]
    return run, 1000 * took / len(run)


def figures(run: Run, qrels: dict[str, dict[str, int]]) -> dict[str, float]:
    """The quality figures of a run, in the order in which they are printed."""
    return {
        "ndcg@10": ndcg_at_k(run, qrels, 10),
        "mrr@10": mrr_at_k(run, qrels, 10),
        **{f"recall@{k}": recall_at_k(run, qrels, k) for k in (1, 5, 10, 100)},
    }


class _Search:
    """The indexes that a mode needs, over one benchmark. The stores are imported here, so that reading needs none."""

    def __init__(self, work: Path, benchmark: Benchmark, mode: Mode, embedder: Embedder) -> None:
        self.mode, self.embedder = mode, embedder
        if mode != "vectors":
            from retrieval.lexical import LexicalIndex

            rows = [(row, entry.title, entry.text, ()) for row, entry in enumerate(benchmark.entries)]
            LexicalIndex.build(work / "words", rows)
            self.words = LexicalIndex.open(work / "words")
        if mode != "words":
            from retrieval.vectors import VectorIndex

            VectorIndex.build(work / "vectors", embedder.embed_passages([entry.whole for entry in benchmark.entries]))
            self.vectors = VectorIndex.open(work / "vectors")
        if mode == "fused":
            from retrieval.embed import StaticEmbedder
            from retrieval.search import search_weight
            from retrieval.sentences import VectorMemory

            bundled = StaticEmbedder()
            self.weigh = search_weight(bundled)
            self.reading = bundled.reading() if embedder.fingerprint == bundled.fingerprint else embedder
            self.sentences = VectorMemory(self.reading.embed_passages)
            self.hits = [Hit(row, entry.passage, 0.0) for row, entry in enumerate(benchmark.entries)]

    def __call__(self, query: str) -> Found:
        """Rows and scores, best first."""
        if self.mode == "words":
            return self.words.search(query, DEPTH)
        near = self.vectors.search(self.embedder.embed_query(query)[0], DEPTH)
        if self.mode == "vectors":
            return near
        from retrieval.search import covered, fuse, reading_share, reread

        words = self.words.search(query, DEPTH, weigh=self.weigh)
        attainable = self.words.attainable(query, self.weigh)
        hits = [replace(self.hits[row], score=score) for row, score in fuse(words, near, attainable)]
        asked = self.reading.embed_query(query)
        read = reread(hits, reading_share(covered(words, attainable)), asked, self.sentences)
        return [(hit.row, hit.score) for hit in read]


def _objects(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """The objects of a JSON-lines file, each with where it stands."""
    for where, line in _lines(path):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise SourceError(f"not JSON, {where}: {error}; one object a line is expected") from error
        if not isinstance(row, dict):
            raise SourceError(f"not an object, {where}; one object a line is expected")
        yield where, row


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield f"{path}, line {number}", line.rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f"cannot read {path}: {error}; a BEIR folder holds corpus, queries and qrels in UTF-8"
        ) from error


def _text(row: dict[str, object], key: str, where: str, default: str | None = None) -> str:
    value = row.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise SourceError(f'"{key}" is missing, empty or not a string, {where}; see the BEIR format')
    return value


def _read_qrels(folder: Path, names: set[str], queries: dict[str, str]) -> dict[str, dict[str, int]]:
    """The judgements, for queries that have a relevant passage; the first line may be the column names."""
    path = folder / "qrels.tsv"
    qrels: dict[str, dict[str, int]] = {}
    for at, (where, line) in enumerate(_lines(path)):
        fields = line.split("\t")
        if at == 0 and fields[-1] == "score":
            continue
        if len(fields) != 3 or not fields[2].strip().lstrip("-").isdecimal():
            raise SourceError(f"not query-id, corpus-id and a whole number between tabs, {where}; see the BEIR format")
        if fields[0] not in queries or fields[1] not in names:
            raise SourceError(f"an id that is in no other file, {where}; qrels must fit queries and corpus")
        qrels.setdefault(fields[0], {})[fields[1]] = int(fields[2])
    relevant = {query: grades for query, grades in qrels.items() if max(grades.values()) > 0}
    if not relevant:
        raise SourceError(f"no query has a relevant passage in {path}; there is nothing to measure")
    return relevant
