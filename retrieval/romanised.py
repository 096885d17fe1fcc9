"""Counties written in pinyin: Rong County, Zheng'an, Bozhou District in Zunyi."""

import functools
import re
from collections.abc import Iterator, Sequence

from retrieval.gazetteer import Gazetteer
from retrieval.types import Division, Level

_WORD = re.compile(r"[A-Za-z]+(?:['’\u02bc-](?!s\b)[A-Za-z]+)*")
_KINDS = {
    "county": "县旗", "district": "区", "city": "市", "prefecture": "州市盟区", "province": "省区市",
    "banner": "旗", "xian": "县", "qu": "区", "shi": "市", "municipality": "市区", "region": "区", "area": "区",
}  # fmt: skip
_FILLER_WORDS = """
    autonomous new development and gelao miao hui yi tujia dong zhuang yao man manchu mongol mongolian tibetan qiang bai
    dai hani lisu naxi nakhi lahu wa va li she korean kazakh uyghur kirgiz tu salar dongxiang bonan yugur xibe pumi nu
    drung maonan mulao buyi bouyei shui sui jingpo blang achang daur ewenki oroqen
"""
_FILLERS = frozenset(_FILLER_WORDS.split())
_LONGEST = 4
# shorter spellings are words of other languages too often to be believed without their kind
_BARE_LETTERS = 6
_COMMON_WORDS = """
    which what the this that each every our my your their his her its a an any all some no one two three other another
    same whole inner major big small health healthy civilized model pilot demonstration rural urban and or of in for
    from to by with county district city prefecture province new capital local home how does do did is are was were
    will has have
"""
_NOT_NAMES = frozenset(_COMMON_WORDS.split())


def romanised(
    text: str, corpus: Sequence[Division], gazetteer: Gazetteer
) -> Iterator[tuple[int, int, tuple[Division, ...] | str]]:
    """Spans of romanised places with the divisions meant, or the name as written where nobody knows it."""
    words = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]
    spelt = _spelt(gazetteer)
    at = 0
    while at < len(words):
        lasts = range(min(len(words), at + _LONGEST) - 1, at - 1, -1)
        readings = [
            (last, found) for last in lasts if (found := _read(words[at : last + 1], words[last + 1 :], corpus, spelt))
        ]
        # a name that somebody knows goes before a longer one that nobody does
        readings.sort(key=lambda reading: isinstance(reading[1][0], str))
        if readings:
            last, (meant, after) = readings[0]
            yield words[at][1], words[last + after][2], meant
            at = last + after
        at += 1


def _read(
    name: Sequence[tuple[str, int, int]],
    rest: Sequence[tuple[str, int, int]],
    corpus: Sequence[Division],
    spelt: dict[str, list[Division]],
) -> tuple[tuple[Division, ...] | str, int] | None:
    """(what is meant, how many words of the rest belong to the name), or None."""
    joined = "".join(re.sub(r"[^a-z]", "", word.lower()) for word, _, _ in name)
    after = 0
    while after < len(rest) and rest[after][0].lower() in _FILLERS:
        after += 1
    kind = _KINDS.get(rest[after][0].lower()) if after < len(rest) else None
    after = after + 1 if kind else 0
    same = spelt.get(joined, [])
    codes = {one.code for one in corpus}
    if kind:
        fitting = [one for one in same if one.short[-1] in kind or one.name[-1] in kind]
        meant = [one for one in fitting if one.code in codes] or fitting or [one for one in same if one.code in codes]
        if meant:
            return tuple(meant), after
        stranger = all(word[0].isupper() and word.lower() not in _NOT_NAMES for word, _, _ in name) and len(name) <= 2
        return (" ".join(word for word, _, _ in name), after) if stranger else None
    if len(joined) < _BARE_LETTERS and not (same and name[0][0][0].isupper() and len(joined) >= 5):
        return None
    known = [one for one in same if one.code in codes]
    outer = [one for one in same if one.level is not Level.COUNTY]
    meant = known or outer or same
    return (tuple(meant), 0) if meant else None


@functools.cache
def _spelt(gazetteer: Gazetteer) -> dict[str, list[Division]]:
    """Spelling in letters only -> divisions, outermost first; with and without the kind."""
    spelt: dict[str, list[Division]] = {}
    suffixes = {"县": "xian", "区": "qu", "市": "shi", "旗": "qi", "州": "zhou", "省": "sheng"}
    for division in gazetteer.divisions:
        base = gazetteer.pinyin[division.code]
        for spelling in (base, base + suffixes.get(division.short[-1], "")):
            if division not in spelt.setdefault(spelling, []):
                spelt[spelling].append(division)
    for english, name in gazetteer.english.items():
        for division in gazetteer.named(name):
            spelt.setdefault(english.replace(" ", ""), []).insert(0, division)
    return spelt
