"""How good an article's reading went: 100 less what is missing, each with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.prepare import Prepared
from ingest.warnings import Matter, Warned

FULL = 100
_LOST = {
    Matter.NO_TITLE: 20,
    Matter.NO_COUNTY: 20,
    Matter.NO_DATE: 15,
    Matter.CONTRADICTS: 15,
    Matter.MOSTLY_REMOVED: 10,
    Matter.ASTRAY: 5,
}
_EACH = {Matter.DAMAGED: (4, 20), Matter.UNDECODABLE: (1, 20)}
_NO_PUBLISHER, _SHORT = 10, 10
_SHORT_CHARS = 120


@dataclass(frozen=True, slots=True)
class Loss:
    """Points that were taken off: for a warning's matter, or ``no-publisher`` or ``short``."""

    reason: str
    points: int


def losses(prepared: Prepared, warnings: Sequence[Warned]) -> tuple[Loss, ...]:
    """What is taken off an article's 100 points, the most first."""
    found: list[Loss] = []
    for matter in dict.fromkeys(one.matter for one in warnings):
        if matter in _LOST:
            found.append(Loss(matter.value, _LOST[matter]))
        elif matter in _EACH:
            each, most = _EACH[matter]
            count = next(int(one.detail) for one in warnings if one.matter is matter)
            found.append(Loss(matter.value, min(most, each * count)))
    if not prepared.article.publisher:
        found.append(Loss("no-publisher", _NO_PUBLISHER))
    if len(prepared.article.text) < _SHORT_CHARS:
        found.append(Loss("short", _SHORT))
    return tuple(sorted(found, key=lambda loss: (-loss.points, loss.reason)))


def score(found: Sequence[Loss]) -> int:
    """0 to 100."""
    return max(0, FULL - sum(loss.points for loss in found))
