"""Signs of life of an ingest."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """``stage`` is read, clean, embed, index or publish; ``total`` grows with ``done`` while reading."""

    stage: str
    done: int
    total: int
    source: str = ""
