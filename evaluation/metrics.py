"""Ranking metrics, as TREC and BEIR compute them: pure functions over ranked ids and judged relevance.

A *run* maps a query's id to the ids of what was found, best first. *Qrels* map a query's id to the relevance of each
judged id, where above zero is relevant and what is not judged is not. Every metric is the mean over the queries of the
qrels that have anything relevant; a query missing from the run counts zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

Run = Mapping[str, Sequence[str]]
Qrels = Mapping[str, Mapping[str, int]]


def ndcg_at_k(run: Run, qrels: Qrels, k: int) -> float:
    """The mean of ``ndcg_of_each``."""
    return _mean(ndcg_of_each(run, qrels, k))


def ndcg_of_each(run: Run, qrels: Qrels, k: int) -> dict[str, float]:
    """Normalised discounted cumulative gain over the first ``k``, in 0..1, for every query.

    Gain is the relevance itself and the discount log2(rank + 1): trec_eval's ``ndcg_cut``, which BEIR reports (Järvelin
    and Kekäläinen 2002 as varied there; not web search's 2^relevance - 1, which differs for graded judgements only).
    """

    def one(found: Sequence[str], relevance: Mapping[str, int]) -> float:
        gains = [max(0, relevance.get(name, 0)) for name in found[:k]]
        ideal = sorted((grade for grade in relevance.values() if grade > 0), reverse=True)[:k]
        return _discounted(gains) / _discounted(ideal)

    return _each(run, qrels, k, one)


def mrr_at_k(run: Run, qrels: Qrels, k: int) -> float:
    """Mean of 1 / rank of the first relevant id within the first ``k``, else zero (Voorhees 1999; MS MARCO)."""

    def one(found: Sequence[str], relevance: Mapping[str, int]) -> float:
        ranks = (rank for rank, name in enumerate(found[:k], 1) if relevance.get(name, 0) > 0)
        return 1 / next(ranks, math.inf)

    return _mean(_each(run, qrels, k, one))


def recall_at_k(run: Run, qrels: Qrels, k: int) -> float:
    """The mean of ``recall_of_each``."""
    return _mean(recall_of_each(run, qrels, k))


def recall_of_each(run: Run, qrels: Qrels, k: int) -> dict[str, float]:
    """Share of a query's relevant ids within the first ``k`` (trec_eval's ``recall``, which BEIR reports)."""

    def one(found: Sequence[str], relevance: Mapping[str, int]) -> float:
        wanted = {name for name, grade in relevance.items() if grade > 0}
        return len(wanted.intersection(found[:k])) / len(wanted)

    return _each(run, qrels, k, one)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _mean(values: Mapping[str, float]) -> float:
    return sum(values.values()) / len(values)


def _each(run: Run, qrels: Qrels, k: int, one: Callable[[Sequence[str], Mapping[str, int]], float]) -> dict[str, float]:
    """One metric for every query that has anything relevant.

    Raises:
        ValueError: ``k`` is below one, no query has anything relevant, or a query's run names an id twice.
    """
    judged = {query: grades for query, grades in qrels.items() if any(grade > 0 for grade in grades.values())}
    if k < 1 or not judged:
        raise ValueError("k must be at least 1 and at least one query needs a relevant id")
    values = {}
    for query, grades in judged.items():
        found = run.get(query, ())
        if len(set(found)) != len(found):
            raise ValueError(f"the run of query {query} names an id twice")
        values[query] = one(found, grades)
    return values
