"""What the bot needs from retrieval, as protocols: the real thing is ``retrieval.engine.Engine``."""

from collections.abc import Sequence
from typing import Any, Protocol

from retrieval.corpus import SourceRecord
from retrieval.types import Answer, Article, Citation, Division, Passage


class Corpus(Protocol):
    """What the bot reads from a generation."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def counties(self) -> tuple[Division, ...]:
        """Divisions that some passage is about, by code."""

    def articles(self) -> Sequence[Article]:
        """All articles, each with an empty text."""

    def article(self, article_id: str) -> Article:
        """One article, whole. Raises KeyError when there is none."""

    def sources(self) -> Sequence[SourceRecord]:
        """Every file that was read, and which article it became."""

    def removals(self, source: str) -> Sequence[tuple[str, int, str]]:
        """What was taken out of a file: rule, line number, text."""

    def rows_of_article(self, article_id: str) -> Any:
        """Rows of an article's passages, ascending."""

    def rows_of_counties(self, codes: Sequence[str]) -> Any:
        """Rows of the passages about any of the counties, ascending."""

    def passages(self, rows: Any) -> Sequence[Passage]:
        """The passages of these rows."""

    @property
    def manifest(self) -> Any:
        """Counts, model and date."""


class Asked(Protocol):
    """What answers; ``retrieval.engine.Engine`` is the real one. All calls may block."""

    def load(self) -> Corpus:
        """Get ready, and say what is served."""

    def warm(self) -> None:
        """Do now what the first answer would have to wait for."""

    def current(self) -> Corpus:
        """What the next question will see."""

    def ask(self, text: str, history: Sequence[str] = ()) -> Answer:
        """The answer to a question after its predecessors."""

    def look_up(self, text: str, history: Sequence[str] = ()) -> Answer:
        """The answer before any rewording."""

    def further(self, answer: Answer, most: int) -> tuple[Citation, ...]:
        """The next best passages for an answered question."""

    @property
    def problem(self) -> str | None:
        """Why a newer generation could not be opened."""
