"""Which questions were won and lost since the stored run: a mean can stand still while answers change under it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from evaluation.golden import read_jsonl
from evaluation.score import Verdict
from retrieval.errors import XianwenError

BASELINE_RUN = Path(__file__).with_name("baseline_run.jsonl")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. ``status`` is what was said, not what was right."""

    id: str
    perfect: bool
    first_hit: bool
    status: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids, in the order of the run: newly perfect, no longer perfect, another status without either, not in the
    stored run, and only there."""

    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def summary(self) -> str:
        """One line."""
        counted = (f"{len(ids)} {name}" for name, ids in asdict(self).items())
        return ", ".join(counted)


def outcomes(verdicts: Iterable[Verdict]) -> tuple[Outcome, ...]:
    """What is stored of a run."""
    return tuple(Outcome(one.id, one.perfect, one.first_hit, one.got) for one in verdicts)


def compare(before: Mapping[str, Outcome], now: Sequence[Outcome]) -> Changes:
    """What became better, worse or other."""
    known = [(before[one.id], one) for one in now if one.id in before]
    ids = {one.id for one in now}
    return Changes(
        won=tuple(one.id for old, one in known if one.perfect and not old.perfect),
        lost=tuple(one.id for old, one in known if old.perfect and not one.perfect),
        moved=tuple(one.id for old, one in known if old.perfect == one.perfect and old.status != one.status),
        new=tuple(one.id for one in now if one.id not in before),
        gone=tuple(name for name in before if name not in ids),
    )


def read_run(path: Path = BASELINE_RUN) -> dict[str, Outcome]:
    """The stored run by id; empty when none is stored. Raises XianwenError for a line that is no outcome."""
    if not path.exists():
        return {}
    run: dict[str, Outcome] = {}
    for number, value in read_jsonl(path):
        try:
            outcome = Outcome(**value)
        except TypeError as error:
            raise XianwenError(f"not an outcome ({error}), {path}:{number}, restore it from the repository") from error
        run[outcome.id] = outcome
    return run


def write_run(run: Iterable[Outcome], path: Path = BASELINE_RUN) -> None:
    """Store a run, one outcome a line."""
    text = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in run)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
