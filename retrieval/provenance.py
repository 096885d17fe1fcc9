"""Where a document stands among others: what it replaces, and where else its text was published."""

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """What a document does to an earlier one; the values are the words of the documents."""

    REPEALS = "废止"
    AMENDS = "修订"
    SUPERSEDES = "替代"


@dataclass(frozen=True, slots=True)
class Replaced:
    """An earlier document that an article says it repeals, amends or supersedes.

    ``title`` is without 《》, ``doc_number`` normalised like ``Article.doc_number``; one of them may be empty.
    """

    kind: Relation
    title: str = ""
    doc_number: str = ""

    def __post_init__(self) -> None:
        if not (self.title or self.doc_number):
            raise ValueError("a replaced document has a title or a number")


@dataclass(frozen=True, slots=True)
class Reprint:
    """Another place where the text of an article was published; as in ``Article``, what is not known is None."""

    source: str
    publisher: str | None = None
    url: str | None = None
    published: str | None = None
