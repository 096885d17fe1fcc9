"""Which counties an article is about, and which of them each passage is about.

A passage is about a county when the county is its subject: in a heading above it, or at the head of one of its
sentences. A county that is only mentioned (学习…经验) is not. An article about one county gives it to all passages.
Nothing is attributed to a name that several counties bear unless the context settles it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from ingest.describe import Description
from ingest.outline import Draft, Outlined
from retrieval.gazetteer import Gazetteer, Mention
from retrieval.names import simplified
from retrieval.text import sentence_spans
from retrieval.types import Division, Level

# how far into a sentence its subject may begin
_SUBJECT_REACH = 36
# what stands between the last comma and a subject, at most: 在, 本文介绍了, 由
_SUBJECT_LEAD = 8
_OBJECT_BEFORE = re.compile(
    r"学习|借鉴|推广|复制|赴|到|与|同|和|跟|对口|支援|帮扶|对比|相比|比|参照|像|如|邻|来自|向|考察|前往|走进|对标|不同于|毗邻|把|将|使|让|授予|支持|督导|调研"
)
_OBJECT_AFTER = re.compile(
    r"[^，。；,;]{0,6}(?:经验|做法|模式|等地|一行|考察团)"
    r"|[^，。；,;]{0,8}(?:来的|来(?:看|访|学|考察|走亲|打工|投))|的(?:同行|客人|游客|朋友|亲戚)|籍"
)
# in an article whose title names one county, others come as helpers and guests
_GUEST_AFTER = re.compile(r"[^，。；,;]{0,12}(?:派(?:出|驻|人|员|来|遣|了|医)|选派|支援|援助|帮扶|送来|捐赠|专家|医生)")
_OWN = re.compile(
    r"我[县区市旗局州]|全[县区旗局]|本[县区局]|该[县区市局]|县里|区里|县委|县政府|区委区政府|县域|县级|我们|县人民医院|县卫健|区卫健|县中医院|县妇幼"
)
_WIDER = re.compile(
    r"各地|各省|全市|我市|全省|我省|全国|各县|各区|县[(（]?[市、]?区|市卫健委|市卫生健康委|省卫健委|总之|综上|本文|以上|其他|资料来源|资料整理|编辑"
)
_BOTH = re.compile(r"([两二三四五六])(?:个?[县区市]|地|家)|双方|各自")
_COUNTS = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_WIDER_TITLE = re.compile(r"全国|全省|全市|各省|各地|各县|各区|县[(（]?[市、]?区|县市")
# an article without title or publisher to tell belongs to the county that most of its mentions name
_MAJORITY = 0.6
# in an article of a city or above, what stands before the clause of a county at most: 今年，; 据市里介绍，
_WIDE_LEAD = 12
# a paragraph that names more counties than this is a list of them, and what follows is not about all
_MOST_INHERITED = 2


@dataclass(slots=True)
class _Article:
    """The reading of one article: settled mentions, and what is known from outside its passages."""

    gazetteer: Gazetteer
    within: list[Division]
    wide: list[Division] = field(default_factory=list)
    full: frozenset[str] = frozenset()
    citywide: bool = False
    wider: bool = False
    hosts: list[Division] = field(default_factory=list)  # the counties of the title
    known: dict[str, Division] = field(default_factory=dict)

    def settled(self, text: str) -> list[tuple[Mention, Division]]:
        """Mentions of the text that mean one division, with it."""
        mentions = self.gazetteer.find(text)
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


def attribute(
    description: Description, outlined: Outlined, source: str, given: Sequence[str] | None = None
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Codes of the article's counties, and of each passage's, in the order of ``outlined.passages``.

    ``given`` are all that the article is about, as an administrator says: one has every passage; of
    several each passage has those that it names, and all of them where no passage names any.
    """
    if given is not None and len(given) < 2:
        return tuple(given), (tuple(given),) * len(outlined.passages)
    whole, per_passage = _attributed(description, outlined, source)
    if given is None:
        return whole, per_passage
    bounded = tuple(tuple(code for code in codes if code in given) for codes in per_passage)
    return tuple(given), bounded if any(bounded) else (tuple(given),) * len(bounded)


def _attributed(
    description: Description, outlined: Outlined, source: str
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    article, titled, placed = _context(description, outlined, source)
    subjects = [_subjects(article, outlined.text, draft) for draft in outlined.passages]
    one = _only_county(article, outlined, titled, placed, subjects)
    if one is not None:
        per_passage = [
            _within_one(one, found, draft, outlined.text, article)
            for found, draft in zip(subjects, outlined.passages, strict=True)
        ]
    else:
        per_passage = _inherited(article, subjects, outlined, [county.code for county in titled])
    whole = [one.code] if one is not None else []
    whole += [code for codes in per_passage for code in codes] if one is None else []
    return tuple(dict.fromkeys(whole)), tuple(per_passage)


def _context(
    description: Description, outlined: Outlined, source: str
) -> tuple[_Article, list[Division], list[Division]]:
    """The article's reading, the counties of its title, and those of publisher and path."""
    gazetteer = Gazetteer.load()
    path = re.sub(r"[/\\_.\-\d]+|https?:", " ", unquote(source))
    outside = [text for text in (description.publisher, path) if text]
    within = [one for text in (description.title, *outside) for one in gazetteer.resolve(text)]
    article = _Article(gazetteer, within)
    article.wide = list(dict.fromkeys([*within, *gazetteer.resolve(outlined.text, within)]))
    article.full = frozenset(
        one.code
        for text in (description.title, *outside, outlined.text)
        for mention in gazetteer.find(text)
        if not mention.bare
        for one in mention.candidates
        if one.level is Level.COUNTY
    )
    for mention, division in article.settled(f"{description.title}\n{outlined.text}"):
        article.known.setdefault(simplified(mention.surface), division)
    article.citywide = any(one.level is not Level.COUNTY for one in gazetteer.resolve(description.title))
    above = description.voice is not None and description.voice.level is not Level.COUNTY
    article.wider = above or article.citywide or bool(_WIDER_TITLE.search(simplified(description.title)))
    titled = _counties(one for _, one in article.settled(description.title))
    article.hosts = titled
    placed = _counties(one for text in outside for _, one in article.settled(text))
    return article, titled, placed


def _counties(divisions: Iterable[Division]) -> list[Division]:
    return list(dict.fromkeys(one for one in divisions if one.level is Level.COUNTY))


def _only_county(
    article: _Article,
    outlined: Outlined,
    titled: Sequence[Division],
    placed: Sequence[Division],
    subjects: Sequence[Sequence[str]],
) -> Division | None:
    """The county that the whole article is about, if it is about one."""
    led = Counter(code for found in subjects for code in dict.fromkeys(found))
    if len(titled) == 1:
        others = sum(count for code, count in led.items() if code != titled[0].code)
        return titled[0] if led[titled[0].code] >= others or others <= max(1, len(subjects) // 4) else None
    if len(titled) > 1:
        return None
    if len(led) == 1:
        code = next(iter(led))
        counted = Counter(one.code for _, one in article.settled(outlined.text) if one.level is Level.COUNTY)
        cities = any(
            one.level is not Level.COUNTY
            for one in article.within
            if one.code[:4] == code[:4] or one.level is Level.PROVINCE
        )
        wide = cities or article.wider
        enough = counted[code] >= _MAJORITY * sum(counted.values()) and (not wide or led[code] * 2 >= len(subjects))
        return article.gazetteer.by_code(code) if enough or placed[:1] == [article.gazetteer.by_code(code)] else None
    if not led and len(placed) == 1 and not article.citywide:
        return placed[0]
    if not led:
        counted = Counter(one.code for _, one in article.settled(outlined.text) if one.level is Level.COUNTY)
        if len(counted) == 1 and counted.total() > 1 and _OWN.search(simplified(outlined.text)):
            return article.gazetteer.by_code(next(iter(counted)))
    if len(placed) == 1 and led[placed[0].code] * 2 >= led.total() > 0:
        return placed[0]
    return None


def _within_one(one: Division, found: Sequence[str], draft: Draft, text: str, article: _Article) -> tuple[str, ...]:
    """The counties of a passage in an article about one county: another only where the passage is about it."""
    others = [code for code in found if code != one.code]
    if not others or one.code in found:
        return tuple(dict.fromkeys([*found, one.code] if not others else found))
    passage = text[draft.start : draft.end]
    own = any(division == one for _, division in article.settled(passage)) or _OWN.search(simplified(passage))
    return tuple(dict.fromkeys([one.code, *others] if own else others))


def _subjects(article: _Article, text: str, draft: Draft) -> list[str]:
    """Codes of the passage's subjects: the counties of its innermost telling heading, else of its sentences."""
    passage = text[draft.start : draft.end]
    heads = [heading for heading in reversed(draft.heading) if not passage.startswith(heading)]
    for heading in heads:
        found = _led(article, heading)
        if found:
            return found
    found = []
    for start, end in sentence_spans(passage):
        for part in re.split("[；;]", passage[start:end]):
            found += _led(article, part)
    return list(dict.fromkeys(found))


def _led(article: _Article, sentence: str) -> list[str]:
    """Codes of the counties at the head of a sentence, several where they are enumerated there."""
    plain = simplified(sentence)
    found: list[str] = []
    end = 0
    for mention, division in article.settled(sentence[: _SUBJECT_REACH + 24]):
        before = plain[end : mention.start]
        if found and not re.fullmatch(r"[、和与及,，]|以及", before):
            break
        if not found:
            if mention.start > _SUBJECT_REACH or division.level is not Level.COUNTY:
                end = mention.end if division.level is not Level.COUNTY and mention.start == end else end
                if division.level is not Level.COUNTY:
                    continue
                break
            tail = re.split(r"[,，:：、)）\s]", plain[: mention.start])[-1]
            if article.wider and mention.start - len(tail) > _WIDE_LEAD:
                break
            named = sum(
                len(region.surface) for region, above in article.settled(tail) if above.level is not Level.COUNTY
            )
            if (
                len(tail) - named > _SUBJECT_LEAD
                or _OBJECT_BEFORE.search(tail)
                or _OBJECT_AFTER.match(plain, mention.end)
                or (
                    len(article.hosts) == 1 and division not in article.hosts and _GUEST_AFTER.match(plain, mention.end)
                )
            ):
                break
        if division.level is Level.COUNTY:
            found.append(division.code)
            end = mention.end
    return found


def _inherited(
    article: _Article, subjects: Sequence[Sequence[str]], outlined: Outlined, titled: Sequence[str]
) -> list[tuple[str, ...]]:
    """In an article about several counties, or about none: own subjects, else those of the passage before."""
    per_passage: list[tuple[str, ...]] = []
    before: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    for found, draft in zip(subjects, outlined.passages, strict=True):
        plain = simplified(outlined.text[draft.start : draft.end])
        codes = tuple(found)
        if not codes and not _is_wider(article, plain, draft):
            if both := _all_of_them(plain, titled, per_passage):
                codes = both
            elif 0 < len(before) <= _MOST_INHERITED and draft.heading[: len(section)] == section:
                codes = before
        per_passage.append(codes)
        own = bool(draft.heading) and plain.startswith(simplified(draft.heading[-1]))
        before, section = codes, draft.heading[:-1] if own else draft.heading
    return per_passage


def _all_of_them(plain: str, titled: Sequence[str], before: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The counties that 两县, 三地 or 双方 mean: those of the title, else those named so far, if they are so many."""
    match = _BOTH.search(plain[:60])
    if match is None:
        return ()
    if len(titled) > 1:
        return tuple(titled)
    named = tuple(dict.fromkeys(code for codes in before for code in codes))
    return named if len(named) == _COUNTS.get(match[1] or "", 2) else ()


def _is_wider(article: _Article, plain: str, draft: Draft) -> bool:
    """Whether the passage speaks of a city, a province, all counties at once, or a place that nobody settled."""
    if _WIDER.search(plain) or any(_WIDER.search(simplified(heading)) for heading in draft.heading):
        return True
    opening = plain[:_SUBJECT_REACH]
    settled = article.settled(opening)
    if settled and settled[0][1].level is not Level.COUNTY:
        return True
    known = {mention.start for mention, _ in settled}
    return any(
        mention.start not in known and mention.start <= _SUBJECT_LEAD for mention in article.gazetteer.find(opening)
    )
