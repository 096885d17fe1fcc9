"""What speaks for a sentence as the answer: how well it does by itself, how far it leads its rivals, and whether it
tells the kind of thing that is asked for.

A near miss has the right words: asked what the ambulances cost, it tells how many there are. So every
measure of a sentence stands beside how far it leads the others, and beside what question and sentence
look like (money, number, place, person, time, ...; the patterns are in ``data/wording.txt``).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from retrieval.sentences import Judged
from retrieval.shape import is_list
from retrieval.terms import Term
from retrieval.text import fold
from retrieval.types import Kind, Question
from retrieval.wording import found

Matrix = npt.NDArray[np.float32]

ASKS = ("money", "many", "share", "who", "where", "when", "long", "phone", "why", "which", "how", "whether")
TELLS = (
    "money", "sum", "count", "share", "body", "person", "place", "time", "span", "phone", "reason", "list", "terms",
    "means",
)  # fmt: skip
_UNFIT = (Kind.NUMBER, Kind.WHO, Kind.WHERE, Kind.WHEN)
_KINDS = (*_UNFIT, Kind.LIST, Kind.YESNO, Kind.HOW, Kind.FACT)
_SPREAD = 0.02  # added to standard deviations, which are 0 where there is one sentence

MEASURES: tuple[str, ...] = (
    *("coverage", "literal", "gap", "similarity", "fit", "found", "own"),
    *("lead", "lead_literal", "lead_coverage", "lead_similarity", "lead_found"),
    *("above", "above_coverage", "above_similarity"),
    *("elsewhere", "terms", "asked_chars", "heaviest", "expanded", "chars", "rivals", "heading", "no_list"),
    *("headed", "headless"),
    *(f"kind_{kind.value}" for kind in _KINDS),
    *(f"unfit_{kind.value}" for kind in _UNFIT),
    *(f"asks_{name}" for name in ASKS),
    *(f"tells_{name}" for name in TELLS),
)


def evidence(
    question: Question, terms: Sequence[Term], judged: Sequence[Judged], elsewhere: float, headings: set[str], most: int
) -> Matrix:
    """The measures of the first ``most`` sentences: shape (min(most, n), len(MEASURES)), columns as in MEASURES.

    ``judged`` are all rivals, best first; ``elsewhere`` is the weight of the terms that the corpus has,
    but not here; ``headings`` are those above the rivals' passages.
    """
    own = np.array([[j.coverage, j.literal, j.gap, j.similarity, j.fit, j.sentence.hit.score, j.own] for j in judged])
    score = np.array([one.score for one in judged])
    coverage, literal, similarity, hit = own[:, 0], own[:, 1], own[:, 3], own[:, 5]
    leads = [_lead(column) for column in (score, literal, coverage, similarity, hit)]
    above = [score - score.mean(), _standard(coverage), _standard(similarity)]
    count = min(most, len(judged))
    asked = fold(question.asked)
    general = [
        elsewhere,
        len(terms),
        len(question.topic),
        max(term.weight for term in terms),
        sum(term.weight for term in terms if term.variants),
    ]
    kinds = [float(question.kind is kind) for kind in _KINDS]
    asks = [float(found(f"asks_{name}", asked)) for name in ASKS]
    rows = []
    for at, one in enumerate(judged[:count]):
        told = fold(one.sentence.text)
        heading = one.sentence.hit.passage.text.strip() in headings
        no_list = question.kind is Kind.LIST and one.fit == 0.0 and not is_list(one.sentence.hit)
        rows.append(
            [
                *own[at],
                *(lead[at] for lead in leads),
                *(column[at] for column in above),
                *general,
                *(len(told), len(judged), float(heading), float(no_list)),
                *(float(one.head >= 0.0), 1.0 - one.head if one.head >= 0.0 else 0.0),
                *kinds,
                *((1.0 - one.fit) * (question.kind is kind) for kind in _UNFIT),
                *asks,
                *(float(found(f"tells_{name}", told)) for name in TELLS),
            ]
        )
    return np.array(rows, dtype=np.float32).reshape(count, len(MEASURES))


def _lead(column: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How far each is ahead of the best of the others (negative: behind); 0 for a lone one."""
    if len(column) < 2:
        return np.zeros(len(column))
    second, first = np.partition(column, -2)[-2:]
    best = int(column.argmax())
    ahead: npt.NDArray[np.float64] = column - first
    ahead[best] = first - second
    return ahead


def _standard(column: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Standard scores."""
    scores: npt.NDArray[np.float64] = (column - column.mean()) / (column.std() + _SPREAD)
    return scores
