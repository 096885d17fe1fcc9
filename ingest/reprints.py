"""Articles that say the same, found among all without comparing each with each, and the one that stands for them.

A text joins an original that covers all it says (``likeness``), directly and never by way of a third text, so no
chain of small edits leads from one article to another. The most official one is the original; parts come last, so
that the whole stands for them. The outcome depends on the set of texts only, not on their order.
"""

import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ingest.likeness import SHARE, Sketch, Spot, Verdict
from ingest.official import Standing

Places = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.uint32]

_COMMON = 1000  # holders of an n-gram that says nothing any more
_FEW = 32  # holders that are all looked at; of more, only the most official
_RAREST = 64  # n-grams of a text that are looked up
_LEAST_SHARED = 0.25  # of those looked up
_SKETCHED = 0.5  # of the smaller sketch; SHARE of all n-grams, with room for chance
_MOST_CANDIDATES = 16
_PART = 0.7  # a text below this size of another that covers it is a part of it
_MOST_WARNINGS = 3  # of one text: reports on a form differ from all that came before
_NEVER = "9999"
_AT_ONCE = 1 << 18  # pairs that are counted together
_SLOTS, _SPREAD = 1 << 18, 0x9E3779B1
_REMEMBERED = 1 << 16  # verdicts, which are asked for again when a unit is decided


class Text(NamedTuple):
    """An article as it is compared. ``digest`` and ``sketch`` are those of ``likeness.Said``; ``size`` counts n-grams.

    ``canonical`` is the source or address that an administrator named as its original.
    """

    source: str
    digest: str
    size: int
    sketch: Sketch
    counties: tuple[str, ...] = ()
    standing: Standing = Standing.UNKNOWN
    published: str | None = None
    url: str | None = None
    canonical: str = ""

    @property
    def priority(self) -> tuple[Standing, str, str]:
        """The lowest one is the original of those that say the same."""
        return self.standing, self.published or _NEVER, self.source


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A text that is nearly another one's, but for what ``spots`` tell."""

    source: str
    other: str
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Clusters:
    """``original`` has every source, with the source that stands for it, which may be itself.

    ``astray`` are sources whose ``canonical`` names no other article, or leads back to themselves.
    """

    original: dict[str, str] = field(default_factory=dict)
    contradictions: tuple[Contradiction, ...] = ()
    astray: tuple[str, ...] = ()


Judge = Callable[[Text, Text], Verdict]  # the first against the second: ``likeness.compare``
Candidates = Callable[[Sequence[Text]], Iterable[tuple[int, int]]]


def cluster(texts: Iterable[Text], judge: Judge, candidates: "Candidates | None" = None) -> Clusters:
    """Join reprints to their originals.

    ``candidates`` gives pairs of places (smaller first) in a sequence by priority that may say the same;
    by default those that share rare n-grams, in time that grows with the texts and not with their pairs.
    """
    everything = sorted(texts, key=lambda text: text.priority)
    forced, astray = _forced(everything)
    free = [text for text in everything if text.source not in forced]
    targets = {forced[source] for source in forced}
    units, original = _exact(free, targets)
    leading = _Leading(units, judge, targets)
    for one, other in (candidates or near)(units):
        leading.consider(one, other)
    leading.lead()
    original = {source: leading.original[unit] for source, unit in original.items()}
    original |= {source: original[target] for source, target in forced.items()}
    found = sorted(leading.contradictions, key=lambda one: (one.source, one.other))
    return Clusters(original, tuple(found), tuple(sorted(astray)))


def _forced(texts: Sequence[Text]) -> tuple[dict[str, str], set[str]]:
    """Sources whose original was named, with the last one in the row; and those whose naming leads nowhere."""
    if not any(text.canonical for text in texts):
        return {}, set()
    by_name = {text.url: text.source for text in reversed(texts) if text.url}
    by_name |= {text.source: text.source for text in texts}
    named = {text.source: by_name.get(text.canonical, "") for text in texts if text.canonical}
    forced: dict[str, str] = {}
    for source in named:
        seen = [source]
        while (target := named.get(seen[-1])) and target not in seen:
            seen.append(target)
        if not target and len(seen) > 1:
            forced[source] = seen[-1]
    return forced, set(named) - set(forced)


def _exact(texts: Sequence[Text], targets: set[str]) -> tuple[list[Text], dict[str, str]]:
    """One text of those that say the very same of the same counties, and which one stands for which source."""
    named = [text for text in texts if text.source in targets]
    first = {(text.digest, text.counties): text.source for text in reversed(named)}
    original = {text.source: first.setdefault((text.digest, text.counties), text.source) for text in texts}
    original |= {text.source: text.source for text in named}
    return [text for text in texts if original[text.source] == text.source], original


class _Leading:
    """Gives every unit the most official one that covers it."""

    def __init__(self, units: Sequence[Text], judge: Judge, targets: set[str]) -> None:
        self._units = units
        self._judge = judge
        self._targets = targets
        self._verdict = functools.lru_cache(_REMEMBERED)(self._judged)
        self._near: defaultdict[int, set[int]] = defaultdict(set)
        self._parts: set[int] = set()
        self.original = {unit.source: unit.source for unit in units}
        self.contradictions: list[Contradiction] = []

    def consider(self, one: int, other: int) -> None:
        """Take note of two units that may say the same."""
        self._near[one].add(other)
        self._near[other].add(one)
        small, large = sorted((one, other), key=lambda at: self._units[at].size)
        if self._units[small].size < _PART * self._units[large].size and self._covers(large, small):
            self._parts.add(small)

    def lead(self) -> None:
        """Decide, those first who may stand for others."""
        leader: dict[int, int] = {}
        order = sorted(self._near, key=lambda at: (not self._named(at), at in self._parts, at))
        place = {unit: at for at, unit in enumerate(order)}
        for unit in order:
            near = {leader[other] for other in self._near[unit] if other in leader}
            joined = None if self._named(unit) else self._best(unit, sorted(near, key=place.__getitem__))
            leader[unit] = unit if joined is None else joined
            self.original[self._units[unit].source] = self._units[leader[unit]].source
            if joined is None:
                self._warn(unit, near)

    def _named(self, unit: int) -> bool:
        return self._units[unit].source in self._targets

    def _best(self, unit: int, leaders: Sequence[int]) -> int | None:
        covering = [one for one in leaders if self._covers(one, unit)]
        return max(covering, key=lambda one: self._verdict(unit, one).share, default=None)

    def _covers(self, outer: int, inner: int) -> bool:
        """Whether nothing is lost without the inner text: neither words nor counties to find them by."""
        known = set(self._units[inner].counties) <= set(self._units[outer].counties)
        return known and self._verdict(inner, outer).covered

    def _judged(self, inner: int, outer: int) -> Verdict:
        return self._judge(self._units[inner], self._units[outer])

    def _warn(self, unit: int, leaders: Iterable[int]) -> None:
        found: list[tuple[float, Contradiction]] = []
        for other in sorted(leaders):
            later, earlier = max(unit, other), min(unit, other)
            small, large = sorted((later, earlier), key=lambda at: self._units[at].size)
            verdict = self._verdict(small, large)
            if verdict.spots:
                spots = verdict.spots
                if small == earlier:
                    spots = tuple(Spot(spot.what, spot.there, spot.here) for spot in spots)
                sources = self._units[later].source, self._units[earlier].source
                found.append((-verdict.share, Contradiction(*sources, spots)))
        found.sort(key=lambda one: (one[0], one[1].other))
        self.contradictions += [contradiction for _, contradiction in found[:_MOST_WARNINGS]]


def near(units: Sequence[Text]) -> Iterator[tuple[int, int]]:
    """Pairs of units that share rare n-grams, the smaller place first, each once, ascending."""
    least = _SKETCHED * SHARE
    pairs = {(min(pair), max(pair)) for some in _sharing(units) for pair in some}
    yield from (pair for pair in sorted(pairs) if _overlap(units[pair[0]].sketch, units[pair[1]].sketch) >= least)


def _overlap(one: Sketch, other: Sketch) -> float:
    small, large = sorted((one, other), key=len)
    return len(set(small.tolist()).intersection(large.tolist())) / len(small) if len(small) else 0.0


def _sharing(units: Sequence[Text]) -> Iterator[list[tuple[int, int]]]:
    """For the units that share any, the few others that share most of their rarest n-grams, many units at a time."""
    owners, starts, sizes = _postings(units)
    owner, group = _rarest(owners, starts, sizes)
    many = np.where(sizes[group] <= _FEW, sizes[group], _MOST_CANDIDATES)
    least = np.maximum(1.0, _LEAST_SHARED * np.bincount(owner, minlength=len(units)))
    ends = np.flatnonzero(np.diff(owner, append=-1)) + 1  # where one unit's n-grams end
    room = np.searchsorted(np.cumsum(many)[ends - 1], np.arange(_AT_ONCE, many.sum() + _AT_ONCE, _AT_ONCE), "right")
    for begin, end in itertools.pairwise(dict.fromkeys([0, *ends[np.minimum(room, len(ends) - 1)].tolist()])):
        count, first = many[begin:end], starts[group[begin:end]]
        one, other, shared = _counted(owner[begin:end], count, owners[_ranges(first, count)], least)
        order = np.lexsort((other, -shared, one))
        first_few = order[_ranks(one[order]) < _MOST_CANDIDATES]
        yield list(zip(one[first_few].tolist(), other[first_few].tolist(), strict=True))


def _counted(
    units: Places, count: Places, others: Numbers, least: npt.NDArray[np.float64]
) -> tuple[Places, Numbers, Places]:
    """Pairs that are there ``least`` times or more, each once, ascending, and how many times; ``count`` others a unit.

    Nearly all are there less often. Counting slots that a pair shares with chance others, which is never too few,
    leaves few pairs to be sorted.
    """
    slots = np.repeat(units * _SPREAD, count)
    slots += others
    slots &= _SLOTS - 1
    often = np.flatnonzero(np.bincount(slots)[slots] >= np.repeat(least[units], count))
    one, other = np.repeat(units, count)[often], others[often]
    keys = _packed(one[one != other], other[one != other])
    distinct = np.flatnonzero(np.diff(keys, prepend=~keys[:1]))
    shared = np.diff(distinct, append=len(keys))
    one, other = _unpacked(keys[distinct])
    enough = shared >= least[one]
    return one[enough], other[enough], shared[enough]


def _rarest(owners: Numbers, starts: Places, sizes: Places) -> tuple[Places, Numbers]:
    """Each unit, ascending, with the numbers of the n-grams that are looked up of it, the rarest first."""
    groups = np.repeat(np.arange(len(starts), dtype=np.uint32), sizes)
    owner, group = _unpacked(_packed(owners[_ranges(starts, sizes)], groups))
    rarest = _ranks(owner) < _RAREST
    return owner[rarest], group[rarest]


def _ranges(starts: Places, sizes: Places) -> Places:
    """The numbers from each start on, as many as its size."""
    return np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())


def _ranks(values: Places) -> Places:
    """How many equal ones stand before each; equal ones stand together."""
    begins = np.flatnonzero(np.diff(values, prepend=-1))
    return np.arange(len(values)) - np.repeat(begins, np.diff(begins, append=len(values)))


def _postings(units: Sequence[Text]) -> tuple[Numbers, Places, Places]:
    """Units by n-gram, ascending in each; where each n-gram that some share begins, and its size, the rarest first."""
    lengths = np.array([len(unit.sketch) for unit in units], dtype=np.int64)
    sketches = np.frombuffer(b"".join([unit.sketch.tobytes() for unit in units]), dtype=np.uint32)
    grams, owners = _unpacked(_packed(sketches, np.repeat(np.arange(len(units), dtype=np.uint32), lengths)))
    starts = np.flatnonzero(np.concatenate([grams[:1] >= 0, grams[1:] != grams[:-1]]))
    sizes = np.diff(starts, append=len(grams))
    shared = (sizes >= 2) & (sizes <= _COMMON)
    starts, sizes = starts[shared], sizes[shared]
    order = np.argsort(sizes, kind="stable")
    return owners, starts[order], sizes[order]


def _packed(high: npt.NDArray[Any], low: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """Pairs of numbers below 2**32, sorted; in one array, for there are many."""
    packed = high.astype(np.uint64)
    packed <<= np.uint64(32)
    packed |= low.astype(np.uint32, copy=False)
    packed.sort()
    return packed


def _unpacked(packed: npt.NDArray[np.uint64]) -> tuple[Places, Numbers]:
    low = packed.astype(np.uint32)  # its lower half
    packed >>= np.uint64(32)
    return packed.view(np.int64), low
