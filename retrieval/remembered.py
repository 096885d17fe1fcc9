"""Answers given before: many people ask the same, and the questions behind buttons are always the same."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

from retrieval.types import Answer

MOST = 1000


class Remembered:
    """The latest answers, all on one basis. Safe for several threads.

    The basis is what an answer follows from beside its question: once that is another object, nothing old is told.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._basis: tuple[object, ...] = ()
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()

    def get(self, basis: tuple[object, ...], question: Hashable) -> Answer | None:
        """The answer that this question had on this very basis, unless it was forgotten."""
        with self._lock:
            if not self._is_same(basis):
                self._basis = basis
                self._answers.clear()
            if question in self._answers:
                self._answers.move_to_end(question)
            return self._answers.get(question)

    def put(self, basis: tuple[object, ...], question: Hashable, answer: Answer) -> None:
        """Remember an answer, unless its basis is no longer that of the others; the least recent is forgotten."""
        with self._lock:
            if self._is_same(basis):
                self._answers[question] = answer
                while len(self._answers) > self._most:
                    self._answers.popitem(last=False)

    def _is_same(self, basis: tuple[object, ...]) -> bool:
        return len(basis) == len(self._basis) and all(map(_is, basis, self._basis))


def _is(one: object, other: object) -> bool:
    return one is other
