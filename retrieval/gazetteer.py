"""The divisions of China, their names, and where a text names them.

A name counts only where it fills whole words of jieba, never as a part of one: 示范县 is not 范县. Text in
traditional script is matched in its simplified form; spans are those of the text as given.
"""

import functools
import operator
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from retrieval import text as texts
from retrieval.names import read_data, readings, short_of, simplified, stem_of
from retrieval.surroundings import is_given, is_smaller, stands_apart
from retrieval.types import Division, Level

LONGEST_NAME_WORDS = 9
LONGEST_NAME_CHARS = 16
_LONG_WORD = 5

_RANK = {Level.PROVINCE: 0, Level.CITY: 1, Level.COUNTY: 2}
_FULL, _BARE, _WEAK = 0, 1, 2
# what jieba cuts by itself, whatever stands around it: its own re_han_default
_RUN = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]+")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in a text: span on the text as given, and everything that the name may mean.

    ``bare`` tells that the name stands without its kind (湄潭). Candidates come outermost first, by code.
    """

    start: int
    end: int
    surface: str
    candidates: tuple[Division, ...]
    bare: bool = False


class Gazetteer:
    """All provinces, cities and county-level divisions of the mainland, with functional zones run like counties."""

    def __init__(self, rows: Sequence[tuple[str, str, str]], by_hand: dict[str, Any], everyday: Iterable[str]) -> None:
        """Rows are (code, name, pinyin of the stem); use ``load`` for the vendored ones."""
        self.pinyin = {code: spelt for code, _, spelt in rows}
        self.english: dict[str, str] = by_hand["english"]
        self._by_code: dict[str, Division] = {}
        self._weak = frozenset(everyday) | frozenset(by_hand["generic"])
        self._names: dict[str, dict[str, tuple[Division, int]]] = {}
        names = {code: name for code, name, _ in rows}
        housed = {code[:4] for code in names if not code.endswith("00")}
        for code, name in names.items():
            self._add(_division(code, name, names, housed))
        for division in tuple(self._by_code.values()):
            self._alias(division.name, division)
            self._alias(division.short, division)
        self._add_zones(by_hand["zones"])
        self._add_former(by_hand)
        for division in tuple(self._by_code.values()):
            stem = stem_of(division.name)
            if len(stem) >= 2:
                self._alias(stem, division, _BARE)

    @classmethod
    @functools.cache
    def load(cls) -> "Gazetteer":
        """The vendored gazetteer, read once in a process."""
        data = read_data("divisions.json")
        rows = [(code, name, spelt) for code, name, spelt in data["divisions"]]
        return cls(rows, read_data("places_by_hand.json"), data["everyday"])

    @property
    def divisions(self) -> tuple[Division, ...]:
        """Every division, by code."""
        return tuple(self._by_code.values())

    def by_code(self, code: str) -> Division:
        """The division of a code. Raises KeyError for a code that the gazetteer lacks."""
        return self._by_code[code]

    def named(self, name: str) -> tuple[Division, ...]:
        """Everything that a name, without context, may mean; the strictest reading only."""
        entries = self._names.get(name, {}).values()
        best = min((strength for _, strength in entries), default=_FULL)
        return tuple(division for division, strength in entries if strength == best)

    def contains(self, region: Division, division: Division) -> bool:
        """Whether a province or city is above the division, or the same."""
        if region.code == division.code:
            return True
        if region.level is Level.PROVINCE:
            return division.province == region.name or division.code[:2] == region.code[:2]
        return region.level is Level.CITY and division.code[:4] == region.code[:4]

    def is_plain(self, stem: str) -> bool:
        """Whether the stem is a name only, and no everyday word such as 资源 or 合作."""
        return stem not in self._weak

    def find(self, text: str) -> list[Mention]:
        """Places that the text names, left to right, longest first, without overlaps."""
        return list(_found(self, text))

    def settle(self, mentions: Sequence[Mention], within: Sequence[Division] = ()) -> list[Division | None]:
        """Which division each mention means, or None where the context leaves it open.

        Looks at a province or city named directly before it, then at those in the same text, nearest before it
        first, then at ``within``: divisions known otherwise, such as those of the title or the publisher.
        """
        settled: list[Division | None] = []
        for at, mention in enumerate(mentions):
            left = mention.candidates
            for hints in self._hints(mentions, at, within) if len(left) > 1 else ():
                if len(left) > 1:
                    left = self._narrow(left, hints)
            settled.append(self._one(left))
        return settled

    def resolve(self, text: str, within: Sequence[Division] = ()) -> list[Division]:
        """The divisions that the text names beyond doubt, in order of first mention."""
        found = self.settle(self.find(text), within)
        return list(dict.fromkeys(division for division in found if division is not None))

    def _add(self, division: Division) -> None:
        self._by_code[division.code] = division

    def _alias(self, name: str, division: Division, strength: int = _FULL) -> None:
        if len(name) < 2:
            return
        for form in {name, simplified(name)}:  # 乾县 is sought as 干县, which every 乾 becomes
            entries = self._names.setdefault(form, {})
            entries.setdefault(division.code, (division, _WEAK if name in self._weak else strength))

    def _add_zones(self, zones: Sequence[tuple[str, str, str, list[str]]]) -> None:
        parents = {(division.province, division.name): division.code for division in self._by_code.values()}
        provinces = {division.name: division.code for division in self._by_code.values() if not division.province}
        for name, province, city, aliases in zones:
            base = parents[province, city] if city else provinces[province]
            stem = stem_of(name)
            code = next(base[:4] + tail for tail in _letters(name) if base[:4] + tail not in self._by_code)
            zone = Division(code, Level.COUNTY, name, name, province, city)
            self._add(zone)
            for alias in (name, *aliases):
                self._alias(alias, zone, _FULL if len(alias) > 2 else _BARE)
            self.pinyin[code] = "".join(reading[0] for char in stem if (reading := readings(char)))

    def _add_former(self, by_hand: dict[str, Any]) -> None:
        official = frozenset(self._names)
        today = {(division.province, division.name): division for division in self._by_code.values()}
        for old, province, name in (*by_hand["former"], *by_hand["former_cities"]):
            if old not in official:
                self._alias(old, today[province, name])
        for division in tuple(self._by_code.values()):
            if division.level is Level.COUNTY and division.name[-1] in "区市" and division.code.isdigit():
                for kind in "县市" if division.name[-1] == "区" else "县":
                    old = stem_of(division.name) + kind
                    if len(old) > 2 and old not in official:
                        self._alias(old, division)

    def scan(self, text: str) -> list[Mention]:
        """As ``find``, without remembering the last texts."""
        _teach()
        plain = simplified(text)
        found: list[Mention] = []
        if self._alone.isdisjoint(map(operator.add, plain, plain[1:])):
            return found
        heads = self._heads
        spans = list(self._words(plain))
        at = 0
        while at < len(spans):
            start = spans[at][1]
            if plain[start : start + 2] not in heads:
                at += 1
                continue
            last, mention = self._longest(text, plain, spans, at, found)
            if mention is not None:
                found.append(mention)
            at = last + 1
        return found

    def _words(self, plain: str) -> Iterator[tuple[str, int, int]]:
        """The words of those runs that hold a name, with their spans; cutting is what takes the time."""
        for run in _RUN.finditer(plain):
            if self._may_name(run[0]):
                base = run.start()
                for word, start, end in _cut(run[0]):
                    yield from self._parts(word, base + start, base + end)

    def _may_name(self, run: str) -> bool:
        """Whether the characters of a name stand there, other than of those that count only behind another one."""
        pairs = list(map(operator.add, run, run[1:]))
        if self._alone.isdisjoint(pairs):  # of nearly every run
            return False
        heads = self._heads
        return any((names := heads.get(pair)) and run.startswith(names, at) for at, pair in enumerate(pairs))

    @functools.cached_property
    def _heads(self) -> dict[str, tuple[str, ...]]:
        """By their first two characters: names that count by themselves; nothing for those that do not."""
        heads: defaultdict[str, list[str]] = defaultdict(list)
        for name, entries in self._names.items():
            alone = min(strength for _, strength in entries.values()) != _WEAK
            heads[name[:2]] += [name] if alone else []
        return {head: tuple(names) for head, names in heads.items()}

    @functools.cached_property
    def _alone(self) -> frozenset[str]:
        """The first two characters of the names that count by themselves."""
        return frozenset(head for head, names in self._heads.items() if names)

    def _longest(
        self, text: str, plain: str, spans: Sequence[tuple[str, int, int]], at: int, found: Sequence[Mention]
    ) -> tuple[int, Mention | None]:
        start = spans[at][1]
        for last in range(min(len(spans), at + LONGEST_NAME_WORDS) - 1, at - 1, -1):
            end = spans[last][2]
            entries = self._names.get(plain[start:end]) if end - start <= LONGEST_NAME_CHARS else None
            if not entries:
                continue
            strength = min(entry for _, entry in entries.values())
            candidates = [division for division, entry in entries.values() if entry == strength]
            if strength != _FULL and (is_smaller(plain, spans[last + 1 : last + 2], end) or is_given(spans, at)):
                continue
            if end - start == 2 and strength == _FULL and not stands_apart(plain, start, found):
                continue
            if strength == _WEAK:
                before = found[-1] if found and found[-1].end == start else None
                above = before.candidates if before else ()
                candidates = [one for one in candidates if any(self._above(region, one) for region in above)]
            if candidates:
                candidates.sort(key=lambda one: (_RANK[one.level], one.code))
                return last, Mention(start, end, text[start:end], tuple(candidates), strength != _FULL)
        return at, None

    def _parts(self, word: str, start: int, end: int) -> list[tuple[str, int, int]]:
        """A word of jieba's such as 云南省西双版纳傣族自治州, taken apart into the names in it."""
        if len(word) >= _LONG_WORD and word not in self._names:
            for at in range(len(word) - 2, 1, -1):
                if word[:at] in self._names and word[at:] in self._names:
                    return [(word[:at], start, start + at), (word[at:], start + at, end)]
        return [(word, start, end)]

    def _above(self, region: Division, division: Division) -> bool:
        return region.level is not Level.COUNTY and region != division and self.contains(region, division)

    def _hints(self, mentions: Sequence[Mention], at: int, within: Sequence[Division]) -> Iterable[Sequence[Division]]:
        regions = [
            [one for one in mention.candidates if one.level is not Level.COUNTY] if place != at else []
            for place, mention in enumerate(mentions)
        ]
        before = next((found for found in reversed(regions[:at]) if found), [])
        if at and mentions[at].start - mentions[at - 1].end <= 1:
            yield regions[at - 1]
        yield before
        yield [one for found in regions for one in found]
        yield within
        yield [self._by_code[one.code[:4] + "00"] for one in within if one.code[:4] + "00" in self._by_code]

    def _narrow(self, candidates: tuple[Division, ...], hints: Sequence[Division]) -> tuple[Division, ...]:
        same = tuple(one for one in candidates if one in hints)
        under = tuple(one for one in candidates if any(self._above(hint, one) for hint in hints))
        return same or under or candidates

    def _one(self, left: tuple[Division, ...]) -> Division | None:
        if len(left) == 1 or (left and all(self.contains(left[0], other) for other in left)):
            return left[0]
        return None


def _division(code: str, name: str, names: dict[str, str], housed: set[str]) -> Division:
    province = names[code[:2] + "0000"]
    if code.endswith("0000"):
        return Division(code, Level.PROVINCE, name, short_of(name))
    if code.endswith("00"):
        # a city without counties is asked about like a county
        level = Level.CITY if code[:4] in housed else Level.COUNTY
        return Division(code, level, name, short_of(name), province)
    return Division(code, Level.COUNTY, name, short_of(name), province, names.get(code[:4] + "00", ""))


def _letters(name: str) -> Iterable[str]:
    initials = "".join(reading[0][0].upper() for char in name if (reading := readings(char)))
    yield initials[:2]
    for second in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        yield initials[0] + second


@functools.lru_cache(maxsize=256)
def _found(gazetteer: Gazetteer, text: str) -> tuple[Mention, ...]:
    # an article's title and sentences are looked at several times while its passages are attributed
    return tuple(gazetteer.scan(text))


@functools.lru_cache(maxsize=2048)
def _cut(run: str) -> tuple[tuple[str, int, int], ...]:
    # the same words come in the article, in a passage and at the head of a sentence
    return tuple(texts.word_spans(run))


@functools.cache
def _teach() -> None:
    texts.add_words(read_data("divisions.json")["words"])
