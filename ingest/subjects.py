"""Which county a sentence is about: the one at its head, and not a guest, a helper, a model or a meeting place."""

import re
from dataclasses import dataclass, field

from retrieval.gazetteer import Gazetteer, Mention
from retrieval.names import simplified
from retrieval.types import Division, Level

# how far into a sentence its subject may begin
SUBJECT_REACH = 36
# what stands between the last comma and a subject, at most: 在, 本文介绍了, 由
SUBJECT_LEAD = 8
# in an article of a city or above, what stands before the clause of a county at most: 今年，; 据市里介绍，
_WIDE_LEAD = 12
# and before that of another county in an article whose title names one: 此外，
_GUEST_LEAD = 5
_ENUMERATED = 24  # characters in which further counties may be enumerated
_COMMA = re.compile(r"[,，:：、)）\s]")
_OBJECT_BEFORE = re.compile(
    r"学习|借鉴|推广|复制|赴|到|与|同|和|跟|对口|支援|帮扶|对比|相比|比|参照|像|如|邻|来自|向|考察|前往|走进|对标|不同于|毗邻|把|将|使|让|授予|支持|督导|调研"
    r"|学的是|参观|走访|慰问|途经|听取|除了|邀请|接待"
)
_OBJECT_AFTER = re.compile(
    r"[^，。；,;]{0,6}(?:经验|做法|模式|等地|一行|考察团)|的(?:办法|路子)[^，。；]{0,6}(?:学|借鉴|照搬|参考)"
    r"|[^，。；,;]{0,8}(?:来的|来(?:看|访|学|考察|走亲|打工|投))|的(?:同行|客人|游客|朋友|亲戚)|籍"
)
# in an article whose title names one county, others come as helpers and guests
_GUEST_AFTER = re.compile(r"[^，。；,;]{0,12}(?:派(?:出|驻|人|员|来|遣|了|医)|选派|支援|援助|帮扶|送来|捐赠|专家|医生)")
_MET_AFTER = re.compile(r"[^，。；,;]{0,6}(?:召开|举行|举办|开幕|闭幕|落幕)")


@dataclass(slots=True)
class Reading:
    """The reading of one article: settled mentions, and what is known from outside its passages."""

    gazetteer: Gazetteer
    within: list[Division]
    wide: list[Division] = field(default_factory=list)
    full: frozenset[str] = frozenset()
    citywide: bool = False
    wider: bool = False
    hosts: list[Division] = field(default_factory=list)  # the counties of the title
    known: dict[str, Division] = field(default_factory=dict)
    surfaces: frozenset[str] | None = None  # all places that the article names: what holds none need not be searched

    def find(self, text: str) -> list[Mention]:
        """Places named in a part of the article."""
        if self.surfaces is not None and not any(surface in text for surface in self.surfaces):
            return []
        return self.gazetteer.find(text)

    def settled(self, text: str) -> list[tuple[Mention, Division]]:
        """Mentions of the text that mean one division, with it."""
        mentions = self.find(text)
        if not mentions:
            return []
        first = self.gazetteer.settle(mentions, self.within)
        second = self.gazetteer.settle(mentions, self.wide)
        found = []
        for mention, one, other in zip(mentions, first, second, strict=True):
            meant = one or other or self.known.get(simplified(mention.surface))
            if meant is not None and (not mention.bare or self._supported(meant)):
                found.append((mention, meant))
        return found

    def _supported(self, division: Division) -> bool:
        """A bare name counts when the article also names the county in full, its city or province, or a neighbour.

        御龙湾 is cut as 御 + 龙湾 by jieba, and is no district of Wenzhou in an article about Zunyi.
        """
        if not self.full or division.level is not Level.COUNTY or division.code in self.full:
            return True
        if any(code[:4] == division.code[:4] for code in self.full):
            return True
        return any(self.gazetteer.contains(one, division) for one in self.wide if one.level is not Level.COUNTY)


def led(reading: Reading, sentence: str) -> list[str]:
    """Codes of the counties at the head of a sentence, several where they are enumerated there."""
    plain = simplified(sentence)
    found: list[str] = []
    end = 0
    for mention, division in reading.settled(sentence[: SUBJECT_REACH + _ENUMERATED]):
        if found:
            if not re.fullmatch(r"[、和与及,，]|以及", plain[end : mention.start]):
                break
        elif division.level is not Level.COUNTY:
            continue
        elif mention.start > SUBJECT_REACH or not _is_subject(reading, plain, mention, division):
            break
        if division.level is Level.COUNTY:
            found.append(division.code)
            end = mention.end
    return found


def _is_subject(reading: Reading, plain: str, mention: Mention, division: Division) -> bool:
    """Whether the first county of a sentence is what it speaks of."""
    tail = _COMMA.split(plain[: mention.start])[-1]
    before = mention.start - len(tail)
    if reading.wider and (before > _WIDE_LEAD or (tail.endswith("在") and _MET_AFTER.match(plain, mention.end))):
        return False
    guest = len(reading.hosts) == 1 and division not in reading.hosts
    if guest and (before > _GUEST_LEAD or _GUEST_AFTER.match(plain, mention.end)):
        return False
    named = sum(len(region.surface) for region, above in reading.settled(tail) if above.level is not Level.COUNTY)
    if len(tail) - named > SUBJECT_LEAD or _OBJECT_BEFORE.search(tail):
        return False
    return _OBJECT_AFTER.match(plain, mention.end) is None
