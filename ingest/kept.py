"""What is kept of a source between two ingests."""

from dataclasses import dataclass
from typing import NamedTuple

from ingest.gist import Gist
from ingest.reprints import Text


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry: what was made of a source.

    ``digest`` is that of the raw bytes, ``sidecar`` that of the corrections, ``shaped`` digests all that shaped it.
    ``body`` is what ``packing.pack`` made; ``there`` is None where cleaning left no article.
    """

    source: str
    digest: str
    sidecar: str
    shaped: str
    body: bytes
    there: "There | None" = None


@dataclass(frozen=True, slots=True)
class There:
    """What is told of an article without unpacking it; ``facts`` is ``Facts.dump``."""

    text: Text
    facts: str
    gist: Gist


class Row(NamedTuple):
    """What every article there is is put together from. ``mark`` digests its ``Text``."""

    source: str
    digest: str
    sidecar: str
    mark: bytes
    facts: str
    gist: Gist
