"""Fit the confidence of answers, and say what it is worth by cross-validation.

    python -m training.fit_confidence QUESTIONS=ARTICLES [...] --out retrieval/data/confidence

Learns from the questions of ``training/asked`` over counties put together from its sentences (see ``arena.py``), and
from files of golden questions with the folder of raw articles that they are about. Every answerable question of these
that names one county is also put to other counties, where it has no answer unless its evidence stands there too: the
commonest wrong answer is a neighbour's right one. And every county is asked for single words (county and noun is how
many ask), some that stand in its articles and some that do not.

What is learned is whether one sentence answers one question; folds part the questions by the sentence behind them.
"""

import argparse
import json
import random
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from evaluation.normalise import normalise
from evaluation.score import GoldenQuestion, read_questions
from ingest.build import build
from retrieval.config import Config, PathsConfig
from retrieval.embed import BUNDLED_FOLDER, StaticEmbedder, load_embedder
from retrieval.engine import Engine
from retrieval.errors import QuestionError
from retrieval.evidence import MEASURES, Matrix
from retrieval.index import Generation
from retrieval.lexicon import Lexicon
from retrieval.question import understand
from retrieval.reader import Reader, Tools
from retrieval.sentences import VectorMemory, sentences_of, squeezed, stands_in
from retrieval.static import StaticModel
from retrieval.text import HAN, squeeze, words
from retrieval.types import Division, Hit, Kind, Question, Scope
from training.arena import FOLDER, Row, read_rows, write
from training.reading import fit as fit_reading

SEED = 20261122
SWAPS = 2  # other counties that a golden question is put to
FOLDS = 5
BAGS, PART = 6, 0.7  # models that are averaged, and the share of the groups that each is fitted to
KNOWN = 0.5  # of the lexicon's words, that it has in the arena: its words were partly collected from those questions
# Single words of the lexicon, and of articles, that a county is asked for: as many that it has, and that it has not.
WORDS = 3, 8
WAYS = ("{}{}", "{}{}", "{}的{}", "{}{}情况", "{}{}怎么样", "{}有没有{}", "{}在{}方面做了什么")
MEANS_IT = 0.8  # how surely a word of the lexicon stands for another, from which it answers for it
NEARLY = 0.5  # of a word, from which a sentence may mean it in other words: no example for either
WORD_WEIGHT, GOLDEN_WEIGHT = 2.0, 8.0  # of a word, and of what golden articles are asked, against an arena's question
SHAPE: dict[str, Any] = {
    "max_iter": 160, "learning_rate": 0.07, "max_leaf_nodes": 24, "min_samples_leaf": 40, "l2_regularization": 2.0,
}  # fmt: skip
# More of these never makes a sentence less sure, and more of those never makes it surer, whatever the examples say.
RISING = {"coverage", "literal", "similarity", "fit", "found", "own"}
FALLING = {"gap", "elsewhere", "no_list", "heading", "headless"}
CONSTRAINTS = [
    1 if name in RISING or name.startswith(("lead", "above")) else -(name in FALLING or name.startswith("unfit"))
    for name in MEASURES
]

_NOUN = re.compile(f"[{HAN}]{{2,7}}")


@dataclass(frozen=True, slots=True)
class Example:
    """One question: the measures of its best sentences, which of them answer it, whether any sentence can."""

    group: str
    evidence: Matrix
    answers: npt.NDArray[np.bool_]
    answerable: bool
    weight: float


def main() -> None:
    """Fit, check, write, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", nargs="*", metavar="QUESTIONS=ARTICLES")
    parser.add_argument("--asked", nargs="*", type=Path, default=sorted(FOLDER.glob("*.jsonl")))
    parser.add_argument("--out", type=Path, required=True, help="path of the .npz and .json, without the ending")
    options = parser.parse_args()
    examples = list(_of_arena(options.asked))
    for pair in options.pairs:
        examples += _of_golden(*map(Path, pair.split("=", 1)))
    told = fit(examples)
    held_out = cross_validated(examples)
    answerable = np.array([one.answerable for one in examples])
    facts = {
        "measures": list(MEASURES),
        "constant": told["constant"],
        "model": load_embedder(Config().embedding).fingerprint,
        "questions": {"answerable": int(answerable.sum()), "unanswerable": int((~answerable).sum())},
        "held_out": _worth(examples, held_out),
    }
    np.savez_compressed(options.out.with_suffix(".npz"), **told["arrays"])
    options.out.with_suffix(".json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(facts["held_out"], indent=2))


def cross_validated(examples: Sequence[Example]) -> list[npt.NDArray[np.float64]]:
    """Probabilities of every example's sentences, from trees that saw nothing of its group."""
    groups = np.unique([one.group for one in examples], return_inverse=True)[1]
    found: dict[int, npt.NDArray[np.float64]] = {}
    for seen, left_out in GroupKFold(FOLDS).split(groups, groups=groups):
        models = _classifiers([examples[at] for at in seen])
        sizes = np.cumsum([len(examples[at].answers) for at in left_out])
        evidence = np.concatenate([examples[at].evidence for at in left_out])
        told = 1.0 / (1.0 + np.exp(-np.mean([model.decision_function(evidence) for model in models], axis=0)))
        found |= dict(zip(map(int, left_out), np.split(told, sizes[:-1]), strict=True))
    return [found[at] for at in range(len(examples))]


def _classifiers(examples: Sequence[Example]) -> list[HistGradientBoostingClassifier]:
    """Some, each of a part of the groups: their mean depends less on single questions (bagging, Breiman 1996)."""
    every = np.unique([one.group for one in examples])
    parts = [np.random.default_rng(SEED + number).random(len(every)) < PART for number in range(BAGS)]
    drawn = [set(every[part]) for part in parts]
    return [_classifier([one for one in examples if one.group in part]) for part in drawn]


def _classifier(examples: Sequence[Example]) -> HistGradientBoostingClassifier:
    evidence = np.concatenate([one.evidence for one in examples])
    answers = np.concatenate([one.answers for one in examples])
    weights = np.concatenate([np.full(len(one.answers), one.weight) for one in examples])
    model = HistGradientBoostingClassifier(random_state=SEED, monotonic_cst=CONSTRAINTS, **SHAPE)
    return model.fit(evidence, answers, sample_weight=weights)


def fit(examples: Sequence[Example]) -> dict[str, Any]:
    """The trees as ``retrieval.confidence.Calibration`` holds them: the sum over all is the mean of the models."""
    models = _classifiers(examples)
    trees = [stage[0].nodes for model in models for stage in model._predictors]
    width = max(map(len, trees))
    arrays = {
        name: np.zeros((len(trees), width), dtype)
        for name, dtype in (
            ("feature", np.int16), ("threshold", np.float32), ("left", np.int16), ("right", np.int16),
            ("value", np.float32),
        )
    }  # fmt: skip
    for number, nodes in enumerate(trees):
        leaf, own = nodes["is_leaf"].astype(bool), np.arange(len(nodes))
        arrays["feature"][number, : len(nodes)] = np.where(leaf, 0, nodes["feature_idx"])
        arrays["threshold"][number, : len(nodes)] = np.where(leaf, 0.0, nodes["num_threshold"])
        arrays["left"][number, : len(nodes)] = np.where(leaf, own, nodes["left"])
        arrays["right"][number, : len(nodes)] = np.where(leaf, own, nodes["right"])
        arrays["value"][number, : len(nodes)] = np.where(leaf, nodes["value"], 0.0) / len(models)
    constant = float(np.mean([model._baseline_prediction.item() for model in models]))
    return {"arrays": arrays, "constant": constant}


def _worth(examples: Sequence[Example], probabilities: Sequence[npt.NDArray[np.float64]]) -> dict[str, Any]:
    """How well the surest sentence is told, and whether there is one at all; shares of their own kind of question."""
    answerable = np.array([one.answerable for one in examples])
    best = np.array([found.max(initial=0.0) for found in probabilities])
    pairs = zip(examples, probabilities, strict=True)
    right = np.array([bool(len(found)) and bool(one.answers[found.argmax()]) for one, found in pairs])
    before = np.array([bool(len(one.answers)) and bool(one.answers[0]) for one in examples])
    rates = {
        f"{threshold:.2f}": {
            "false_answer": round(float((best[~answerable] >= threshold).mean()), 4),
            "false_refusal": round(float((best[answerable] < threshold).mean()), 4),
            "right_of_answered": round(float(right[answerable & (best >= threshold)].mean()), 4),
        }
        for threshold in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)
    }
    return {
        "first_before": round(float(before[answerable].mean()), 4),
        "first": round(float(right[answerable].mean()), 4),
        "auc": round(float(roc_auc_score(answerable, best)), 4),
        "rates": rates,
    }


def _engine(articles: Path, place: str) -> Engine:
    config = Config(paths=PathsConfig(data=place))
    build([str(articles)], config, load_embedder(config.embedding), lambda _: None)
    return Engine(config)


def _of_arena(files: Sequence[Path]) -> Iterator[Example]:
    """Examples of every fold, read with a reading model that saw nothing of it."""
    rows, base = read_rows(files), StaticEmbedder()
    fold = np.random.default_rng(SEED).integers(0, FOLDS, len(rows))
    for number in range(FOLDS):
        patch = fit_reading(
            [row for row, of in zip(rows, fold, strict=True) if of != number], StaticModel.load(BUNDLED_FOLDER)
        )
        mine = [row for row, of in zip(rows, fold, strict=True) if of == number and row.unanswered]
        yield from _of_counties(mine, base.reading(patch), random.Random(SEED + number))


def _of_counties(rows: Sequence[Row], reading: StaticEmbedder, source: random.Random) -> Iterator[Example]:
    with tempfile.TemporaryDirectory() as place:
        put = write(rows, Path(place, "articles"), source)
        engine = _engine(Path(place, "articles"), place)
        generation, tools = engine.load(), engine.tools()
        known = tools.lexicon.only(lambda _: source.random() < KNOWN)
        words, sentences = VectorMemory(reading.embed_passages), VectorMemory(reading.embed_passages)
        tools = replace(tools, lexicon=known, reading=reading, word_vectors=words, sentence_vectors=sentences)
        for one in put:
            question = _understood(one.text, (), generation, tools)
            if question is not None:
                wanted = ((normalise(one.answer),),) if one.answer else ()
                yield _example(one.group, question, wanted, 1.0, generation, tools)
        yield from _of_words(generation, tools, source, WORD_WEIGHT)


def _of_words(generation: Generation, tools: Tools, source: random.Random, weight: float) -> Iterator[Example]:
    """Every county asked for single words, of the lexicon and of any county's articles: some that it has, or what the
    lexicon of ``tools`` has for them, and some that it has nothing like."""
    every = {county: _said(generation, county) for county in generation.counties}
    nouns = {word for said in every.values() for text in said for word in words(text) if len(word) > 2}
    known, full = tools.lexicon, Lexicon.load()
    pools = [
        {word: (_meanings(word, known), _meanings(word, full)) for word in sorted(filter(_NOUN.fullmatch, pool))}
        for pool in (full.everyday, nouns)
    ]
    for county, said in every.items():
        for pool in pools:
            for word, stands in _drawn(pool, said, source):
                question = _understood(source.choice(WAYS).format(county.short, word), (), generation, tools)
                if question is not None and question.counties == (county,):
                    wanted = (tuple(map(normalise, pool[word][0])),) if stands else ()
                    yield _example(f"word-{word}", question, wanted, weight, generation, tools)


def _said(generation: Generation, county: Division) -> list[str]:
    """The county's headings and sentences, squeezed."""
    rows = [int(row) for row in generation.rows_of_counties([county.code])]
    hits = [Hit(row, passage, 0.0) for row, passage in zip(rows, generation.passages(rows), strict=True)]
    headings = dict.fromkeys(heading for hit in hits for heading in hit.passage.heading)
    return [squeezed(text) for text in (*headings, *(one.text for hit in hits for one in sentences_of(hit)))]


def _drawn(
    pool: Mapping[str, tuple[Sequence[str], Sequence[str]]], said: Sequence[str], source: random.Random
) -> Iterator[tuple[str, bool]]:
    """Some words of the pool, with whether the county has them; none that it may have in other words.

    The pool has of each word what is known to stand for it, and all that does.
    """
    left, together = dict(zip((True, False), WORDS, strict=True)), " ".join(said)
    for word in source.sample([*pool], len(pool)):
        known, every = pool[word]
        stands = any(one in together for one in known)
        if not left[stands]:
            continue
        if stands or not any(stands_in([(one, 1.0) for one in every], text) >= NEARLY for text in said):
            left[stands] -= 1
            yield word, stands


def _meanings(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The word and what surely stands for it, squeezed."""
    rows = [one for one in lexicon.expand(word) if one.everyday == word and one.weight >= MEANS_IT]
    return tuple(dict.fromkeys(map(squeeze, (word, *(official for row in rows for official in row.official)))))


def _of_golden(questions: Path, articles: Path) -> Iterator[Example]:
    with tempfile.TemporaryDirectory() as place:
        engine = _engine(articles, place)
        generation, tools = engine.load(), engine.tools()
        source = random.Random(SEED)
        for golden in read_questions(questions):
            question = _understood(golden.question, golden.history, generation, tools)
            if question is None:
                continue
            wanted = [[normalise(alternative) for alternative in group] for group in golden.evidence]
            yield _example(golden.id, question, wanted, GOLDEN_WEIGHT, generation, tools)
            if golden.evidence:
                for swapped in _swapped(question, golden, generation, source):
                    yield _example(golden.id, swapped, (), GOLDEN_WEIGHT / SWAPS, generation, tools)
        yield from _of_words(generation, tools, source, GOLDEN_WEIGHT)


def _understood(text: str, history: Sequence[str], generation: Generation, tools: Tools) -> Question | None:
    """The question, if it is one about one county on which the confidence decides."""
    try:
        question = understand(text, history, generation.counties, 1000, tools.lexicon)
    except QuestionError:
        return None
    decides = question.scope is Scope.CORPUS and len(question.counties) == 1 and question.kind is not Kind.OVERVIEW
    return question if decides else None


def _example(
    group: str, question: Question, wanted: Sequence[Sequence[str]], weight: float, generation: Generation, tools: Tools
) -> Example:
    """``wanted`` are groups of alternatives, normalised: a sentence answers if it holds one, or is a part of one."""
    reader = Reader(question, generation, tools)
    sentences = reader.said(reader.find([question.counties[0].code]))
    judged = reader.judged(sentences) if reader.terms else []
    if not judged:
        return Example(group, np.zeros((0, len(MEASURES)), np.float32), np.zeros(0, bool), bool(wanted), weight)
    evidence = reader.evidence(judged, sentences)
    texts = [normalise(one.sentence.text) for one in judged[: len(evidence)]]
    every = [alternative for group_ in wanted for alternative in group_]
    answers = np.array([any(one in text or (len(text) > 12 and text in one) for one in every) for text in texts])
    return Example(group, evidence, answers, bool(wanted), weight)


def _swapped(
    question: Question, golden: GoldenQuestion, generation: Generation, source: random.Random
) -> Iterator[Question]:
    """The question put to some other counties, in whose passages none of the evidence stands."""
    others = [county for county in generation.counties if county != question.counties[0]]
    for county in source.sample(others, min(SWAPS, len(others))):
        rows = [int(row) for row in generation.rows_of_counties([county.code])]
        text = normalise("\n".join(passage.text for passage in generation.passages(rows)))
        if not any(normalise(alternative) in text for group in golden.evidence for alternative in group):
            yield replace(question, counties=(county,))


if __name__ == "__main__":
    main()
