"""Makes the bundled model: ``python -m training.make_model --corpora FOLDER --out retrieval/model``.

Counts features, chooses the vocabulary, cuts the corpora into the clause table (kept in training/cache/ for the next
run), fits, quantises, writes the folder, and measures it on a BEIR folder if one is given.
"""

from __future__ import annotations

import argparse
import json
import logging
import pickle
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from evaluation.beir import figures, read_benchmark
from retrieval.st_module import save
from retrieval.static import StaticModel, quantise
from training import corpora, pairs
from training.colloquial import Frames
from training.fit import Recipe, fit

log = logging.getLogger("training")

WORK = Path(__file__).with_name("cache")
VOCABULARY_SIZE = 110_000
LONGEST_RUN = 2
MEDIAN_LENGTH = 1.8  # of a row: cosines do not see it, but thresholds on a word's weight outlive a new model
RARITY_POWER = 1.0  # how much longer a rare feature's row starts than a frequent one's


def prepare(folder: Path) -> tuple[list[str], npt.NDArray[np.float64], pairs.Data]:
    """The vocabulary, how often each of its features occurs, and the clause table; kept from one run to the next."""
    kept = WORK / f"prepared-{VOCABULARY_SIZE}-{LONGEST_RUN}.pickle"
    if kept.exists():
        log.info("reading %s; delete it after a change of the corpora", kept)
        loaded: tuple[list[str], npt.NDArray[np.float64], pairs.Data] = pickle.loads(kept.read_bytes())
        return loaded
    log.info("counting features")
    counts = corpora.count_features(folder, LONGEST_RUN)
    vocabulary = corpora.choose_vocabulary(counts, VOCABULARY_SIZE, LONGEST_RUN)
    log.info("cutting the corpora into clauses")
    prepared = (
        vocabulary,
        np.array([counts[name] for name in vocabulary], float),
        pairs.build(folder, vocabulary, LONGEST_RUN),
    )
    WORK.mkdir(exist_ok=True)
    kept.write_bytes(pickle.dumps(prepared))
    return prepared


def start(frequency: npt.NDArray[np.float64], recipe: Recipe) -> npt.NDArray[np.float32]:
    """Random rows, longer for rarer features: by themselves a random projection of tf-idf vectors."""
    rng = np.random.default_rng(recipe.seed)
    rarity = np.log1p(2 * frequency.max() / frequency) ** RARITY_POWER
    table = rng.standard_normal((len(frequency), recipe.dim)) * rarity[:, None]
    begun: npt.NDArray[np.float32] = (0.1 * table / np.sqrt((table**2).mean())).astype(np.float32)
    return begun


def as_model(table: npt.NDArray[np.float32], vocabulary: list[str]) -> StaticModel:
    """The quantised model."""
    rows, scales = quantise(table * np.float32(MEDIAN_LENGTH / np.median(np.linalg.norm(table, axis=1))))
    return StaticModel({name: number for number, name in enumerate(vocabulary)}, rows, scales, LONGEST_RUN)


def measure(model: StaticModel, folder: Path) -> dict[str, float]:
    """The model alone on a BEIR folder, titles before the passages, every passage compared."""
    benchmark = read_benchmark(folder)
    asked = list(benchmark.qrels)
    passages = model.encode([entry.whole for entry in benchmark.entries])
    scores = model.encode([benchmark.queries[name] for name in asked]) @ passages.T
    best = np.argsort(-scores, axis=1, kind="stable")[:, :100]
    run = {name: [benchmark.entries[row].name for row in rows] for name, rows in zip(asked, best.tolist(), strict=True)}
    return figures(run, benchmark.qrels)


def watcher(vocabulary: list[str], beir: Path | None) -> Callable[[npt.NDArray[np.float32]], str]:
    """What is logged of the table while it is fitted. Nothing is chosen by it."""
    if beir is None:
        return lambda table: f"mean length of a row {np.linalg.norm(table, axis=1).mean():.3f}"
    return lambda table: json.dumps({k: round(v, 4) for k, v in measure(as_model(table, vocabulary), beir).items()})


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="training.make_model", description="Makes the bundled embedding model.")
    parser.add_argument("--corpora", type=Path, required=True, help="folder of corpora, see training/README.md")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model; its README.md is left alone")
    parser.add_argument("--beir", type=Path, help="BEIR folder to measure on; never trained on")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    recipe, mix = Recipe(), pairs.Mix()
    vocabulary, frequency, data = prepare(options.corpora)
    log.info("%d features, %d passages, %d given pairs", len(vocabulary), len(data.passages), len(data.examples))
    log.info("%s", json.dumps(asdict(recipe) | asdict(mix)))
    draw = partial(pairs.epoch, data, Frames.of(vocabulary, LONGEST_RUN), mix)
    table = fit(start(frequency, recipe), draw, recipe, watcher(vocabulary, options.beir))
    model = as_model(table, vocabulary)
    save(model, options.out)
    if options.beir is not None:
        print(json.dumps(measure(model, options.beir), indent=2))


if __name__ == "__main__":
    main()
