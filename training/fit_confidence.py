"""Fit the confidence of answers on development questions, and say what it is worth by cross-validation.

    python -m training.fit_confidence QUESTIONS=ARTICLES [QUESTIONS=ARTICLES ...] --out retrieval/data/confidence.json

Each pair is a file of golden questions and the folder of raw articles that they are about. Every
answerable question that names one county is also put to other counties of the corpus, where it has
no answer unless its evidence stands there too: the commonest wrong answer is a neighbour's right one.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from evaluation.normalise import normalise
from evaluation.score import GoldenQuestion, read_questions
from ingest.build import build
from retrieval.confidence import Evidence
from retrieval.config import Config, PathsConfig
from retrieval.embed import load_embedder
from retrieval.engine import Engine
from retrieval.index import Generation
from retrieval.question import understand
from retrieval.reader import Reader, Tools
from retrieval.types import Division, Kind, Question, Scope

SEED = 20261122
SWAPS = 3  # other counties that every question is put to
FOLDS = 10
SWAPPED_KINDS = {Kind.NUMBER, Kind.WHERE, Kind.WHO, Kind.WHEN, Kind.FACT}  # "how" and "what all" fit every county

Row = tuple[tuple[float, ...], bool, str, float]  # evidence, answerable, question's group, weight


def main() -> None:
    """Fit, check, write, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", nargs="+", metavar="QUESTIONS=ARTICLES")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    rows = [row for pair in options.pairs for row in _rows(*map(Path, pair.split("=", 1)))]
    evidence = np.array([row[0] for row in rows])
    answerable = np.array([row[1] for row in rows])
    weights = np.array([row[3] for row in rows])
    model = LogisticRegression(C=3.0, max_iter=1000)
    groups = np.unique([row[2] for row in rows], return_inverse=True)[1]
    held_out = cross_val_predict(
        model, evidence, answerable, groups=groups, cv=GroupKFold(FOLDS), method="predict_proba",
        params={"sample_weight": weights},
    )[:, 1]  # fmt: skip
    model.fit(evidence, answerable, sample_weight=weights)
    stored = {
        "measures": [field.name for field in fields(Evidence)],
        "weights": [round(float(value), 4) for value in model.coef_[0]],
        "constant": round(float(model.intercept_[0]), 4),
        "model": load_embedder(Config().embedding).fingerprint,
        "questions": {"answerable": int(answerable.sum()), "unanswerable": int((~answerable).sum())},
        "held_out": {
            "auc": round(float(roc_auc_score(answerable, held_out)), 4),
            "rates": _rates(held_out, answerable),
        },
    }
    options.out.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(stored, indent=2))


def _rates(probability: npt.NDArray[np.float64], answerable: npt.NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    """False answers and false refusals at some thresholds, each as a share of its own kind of question."""
    return {
        f"{threshold:.1f}": {
            "false_answer": round(float((probability[~answerable] >= threshold).mean()), 4),
            "false_refusal": round(float((probability[answerable] < threshold).mean()), 4),
        }
        for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
    }


def _rows(questions: Path, articles: Path) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as place:
        config = Config(paths=PathsConfig(data=place))
        build([str(articles)], config, load_embedder(config.embedding), lambda _: None)
        engine = Engine(config)
        generation, tools = engine.load(), engine.tools()
        source = random.Random(SEED)
        for golden in read_questions(questions):
            question = understand(golden.question, golden.history, generation.counties, 1000)
            if question.scope is not Scope.CORPUS or len(question.counties) != 1 or question.kind is Kind.OVERVIEW:
                continue
            row = _row(question, generation, tools)
            if row is None:
                continue
            yield row, golden.status == "answered", golden.id, 1.0
            if golden.status == "answered" and question.kind in SWAPPED_KINDS:
                for county in _others(golden, question, generation, source):
                    swapped = _row(_put_to(question, county), generation, tools)
                    if swapped is not None:
                        yield swapped, False, golden.id, 1.0 / SWAPS


def _row(question: Question, generation: Generation, tools: Tools) -> tuple[float, ...] | None:
    """Evidence of the best sentence; None where there is nothing to measure."""
    best = Reader(question, generation, tools).best_evidence()
    return astuple(best) if best else None


def _put_to(question: Question, county: Division) -> Question:
    return Question(
        question.asked, question.topic, question.kind, question.scope, question.script, (county,), years=question.years
    )


def _others(
    golden: GoldenQuestion, question: Question, generation: Generation, source: random.Random
) -> Iterator[Division]:
    """Some other counties, in whose passages none of the evidence stands."""
    others = [county for county in generation.counties if county != question.counties[0]]
    for county in source.sample(others, min(SWAPS, len(others))):
        rows = [int(row) for row in generation.rows_of_counties([county.code])]
        text = normalise("\n".join(passage.text for passage in generation.passages(rows)))
        if not any(alternative in text for group in golden.evidence for alternative in group):
            yield county


if __name__ == "__main__":
    main()
