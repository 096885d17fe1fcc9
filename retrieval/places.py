"""Places in a question: which counties of the corpus are meant, and which places it lacks.

An exact name always wins, of the corpus or not: 荣成市 is never 荣县 misspelt. Only what no exact name explains
is compared with the corpus's counties as a slip of the pen or in pinyin (see ``misspelt.py`` and ``romanised.py``).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval import text as texts
from retrieval.gazetteer import Gazetteer, Mention
from retrieval.misspelt import is_led, misspelt
from retrieval.names import simplified, stem_of
from retrieval.romanised import romanised
from retrieval.types import Division, Level

__all__ = ["Gazetteer", "Mention", "PlacesInQuestion", "nearest", "understand_places"]

# a kind that is wrong or shortened after a right name: 湄潭区, 道真自治县
_KIND_AFTER = re.compile(r"(?:\w{1,4}族)*自治[县旗州]|[县区市旗州]")
_JOINTS = tuple("和与跟同及比或、，,/")
# a character counted less often than this by jieba hardly ever starts another word
_RARE = 1000


@dataclass(frozen=True, slots=True)
class PlacesInQuestion:
    """What a question says about places.

    ``counties`` are divisions of the corpus, in order of mention; several of one name when the question leaves
    it open. ``elsewhere`` are display names of places that the corpus has nothing about. ``region`` is a province
    or city, named by itself, with counties in the corpus. ``spans`` cover the words that were understood, left to
    right, on the text as given.
    """

    counties: tuple[Division, ...] = ()
    elsewhere: tuple[str, ...] = ()
    region: Division | None = None
    spans: tuple[tuple[int, int], ...] = ()


def understand_places(text: str, corpus: Sequence[Division]) -> PlacesInQuestion:
    """Understand the places of a question; ``corpus`` are the divisions that some passage is about."""
    gazetteer = Gazetteer.load()
    reading = _Reading(gazetteer, corpus)
    plain = simplified(text)
    mentions = gazetteer.find(text)
    overlooked = list(_overlooked(text, plain, corpus, mentions))
    clear = [mention for mention in mentions if not any(_overlap(mention, other) for other in overlooked)]
    mentions = sorted([*clear, *overlooked], key=lambda mention: mention.start)
    slips = list(misspelt(plain, corpus, [mention for mention in mentions if not _is_glued(plain, mention, mentions)]))
    for start, end, division in slips:
        reading.add((start, end), [division])
    asides = []
    for mention, settled in zip(mentions, gazetteer.settle(mentions), strict=True):
        if any(start < mention.end and end > mention.start for start, end, _ in slips):
            continue
        if reading.is_stranger(mention) and not _is_joined(plain, mention):
            asides.append((mention, settled))
        else:
            reading.exact(plain, mention, settled)
    for mention, settled in () if reading.counties else asides:
        reading.exact(plain, mention, settled)
    for start, end, found in romanised(text, corpus, gazetteer):
        if isinstance(found, str):
            reading.elsewhere.append((start, end, found, None))
            reading.spans.append((start, end))
        else:
            reading.add((start, end), list(found))
    return reading.result()


def nearest(name: str, corpus: Sequence[Division], n: int = 3) -> list[Division]:
    """Counties of the corpus to offer instead of a place it lacks: those of the same city, then of the province."""
    gazetteer = Gazetteer.load()
    meant = gazetteer.resolve(name)
    if not meant:
        return []
    code = meant[0].code

    def distance(county: Division) -> tuple[int, str]:
        shared = 4 if county.code[:4] == code[:4] else 2 if county.code[:2] == code[:2] else 0
        return -shared, county.code

    near = sorted((county for county in corpus if county.code[:2] == code[:2]), key=distance)
    return near[:n]


def _overlooked(text: str, plain: str, corpus: Sequence[Division], mentions: Sequence[Mention]) -> Iterator[Mention]:
    """Names of the corpus's counties that jieba cut apart: 蓬江边上 is 蓬 + 江边 + 上 to it."""
    starts = {start for _, start, _ in texts.word_spans(plain)}
    taken = [(mention.start, mention.end) for mention in mentions if not _is_loose(mention)]
    loose = {at for mention in mentions if _is_loose(mention) for at in range(mention.start + 1, mention.end)}
    initials = {plain[start] for start in starts}
    for county in corpus:
        if county.name[0] not in initials and county.short[0] not in initials:
            continue  # thousands of counties, and most begin with no character of the question
        stem = stem_of(county.name)
        for name, bare in ((county.name, False), (county.short, False), (stem, True)):
            start = plain.find(name) if len(name) > 2 - bare else -1
            end = start + len(name)
            if start < 0 or start not in starts or any(start < right and end > left for left, right in taken):
                continue
            # 道真的 is 道 + 真的 to jieba, and 德清新市 has no 清新市 in it
            torn = (plain[end : end + 1] == "的" and end not in starts) or end in loose
            if not bare or (
                Gazetteer.load().is_plain(stem)
                and (torn or texts.word_frequency(stem[0]) < _RARE)
                and is_led(plain, start)
            ):
                taken.append((start, end))
                yield Mention(start, end, text[start:end], (county,), bare)


def _is_loose(mention: Mention) -> bool:
    """Whether it has another kind in its name than any it may mean, as the 清新市 of 德清新市, which is 清新区."""
    surface = simplified(mention.surface)
    return not mention.bare and all(surface not in (one.name, one.short) for one in mention.candidates)


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _is_glued(plain: str, mention: Mention, mentions: Sequence[Mention]) -> bool:
    """Whether a name such as 容县 may be the end of a misspelt longer one, 画容县."""
    at = mention.start
    if mention.bare or mention.end - at > 2 or at == 0 or is_led(plain, at):
        return False
    return not any(other.end == at for other in mentions)


def _is_joined(plain: str, mention: Mention) -> bool:
    """Whether the name stands in a row with others: 荣县和威远, 威远、荣县."""
    return (
        plain[max(0, mention.start - 1) : mention.start] in _JOINTS or plain[mention.end : mention.end + 1] in _JOINTS
    )


class _Reading:
    """What has been understood so far."""

    def __init__(self, gazetteer: Gazetteer, corpus: Sequence[Division]) -> None:
        self.gazetteer = gazetteer
        self.corpus = {division.code: division for division in corpus}
        self.counties: list[tuple[int, Division]] = []
        self.regions: list[tuple[int, int, Division]] = []
        self.elsewhere: list[tuple[int, int, str, Division | None]] = []
        self.spans: list[tuple[int, int]] = []

    def exact(self, plain: str, mention: Mention, settled: Division | None) -> None:
        """Take a name found letter by letter."""
        candidates = [settled] if settled is not None else list(mention.candidates)
        known = [one for one in candidates if one.code in self.corpus]
        if not known and mention.bare:
            # 恩施 is the prefecture first, but the city of that name is what the corpus may have
            known = [one for one in mention.candidates if one.code in self.corpus and self._alone(candidates)]
        end = mention.end
        if mention.bare and (known or len(candidates) == 1) and (tail := _KIND_AFTER.match(plain, end)) is not None:
            end = tail.end()
        self.add((mention.start, end), known or candidates)

    def is_stranger(self, mention: Mention) -> bool:
        """Whether a bare name means only counties that the corpus lacks.

        Beside a county of the corpus it is likelier a town, a person or a brand: 德清的新市, 霍山衡山镇.
        """
        return mention.bare and all(
            one.level is Level.COUNTY and one.code not in self.corpus for one in mention.candidates
        )

    def add(self, span: tuple[int, int], meant: Sequence[Division]) -> None:
        """Take divisions that one name means."""
        self.spans.append(span)
        known = [one for one in meant if one.code in self.corpus]
        if known:
            self.counties.extend((span[0], one) for one in known)
            return
        for one in meant:
            if one.level is not Level.COUNTY and self._under(one):
                self.regions.append((*span, one))
                return
        self.elsewhere.append((*span, meant[0].short, meant[0] if len(meant) == 1 else None))

    def result(self) -> PlacesInQuestion:
        """Drop the provinces and cities that only say where a named county lies."""
        counties = tuple(dict.fromkeys(one for _, one in sorted(self.counties, key=lambda found: found[0])))
        named = [*counties, *(one for *_, one in self.elsewhere if one is not None)]
        free = [one for *_, one in self.regions if not any(self._holds(one, county) for county in named)]
        lacking = tuple(
            dict.fromkeys(
                name
                for _, _, name, one in sorted(self.elsewhere, key=lambda found: found[0])
                if one is None or not any(self._holds(one, county) for county in named)
            )
        )
        innermost = sorted(free, key=lambda one: one.level is Level.PROVINCE)
        region = innermost[0] if innermost else None
        return PlacesInQuestion(counties, lacking, region, _merged(self.spans))

    def _alone(self, candidates: Sequence[Division]) -> bool:
        return not any(self._under(one) for one in candidates if one.level is not Level.COUNTY)

    def _under(self, region: Division) -> bool:
        return any(self.gazetteer.contains(region, one) for one in self.corpus.values())

    def _holds(self, region: Division, division: Division) -> bool:
        return region != division and region.level is not Level.COUNTY and self.gazetteer.contains(region, division)


def _merged(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
