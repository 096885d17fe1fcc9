"""Which counties an article is about, and which of them each passage is about.

A passage is about a county when the county is its subject: in a heading above it, or at the head of one of its
sentences. A county that is only mentioned (学习…经验) is not. An article about one county gives it to all passages.
Nothing is attributed to a name that several counties bear unless the context settles it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from ingest.describe import Description
from ingest.outline import Draft, Outlined
from ingest.subjects import SUBJECT_LEAD, SUBJECT_REACH, Reading, led
from retrieval.gazetteer import Gazetteer
from retrieval.names import simplified
from retrieval.text import sentence_spans
from retrieval.types import Division, Level

_OWN = re.compile(
    r"我[县区市旗局州]|全[县区旗局]|本[县区局]|该[县区市局]|县里|区里|县委|县政府|区委区政府|县域|县级|我们|县人民医院|县卫健|区卫健|县中医院|县妇幼"
)
_WIDER = re.compile(
    r"各地|各省|全市|我市|全省|我省|全国|各县|各区|县[(（]?[市、]?区|市卫健委|市卫生健康委|省卫健委|总之|综上|总的来?看|存在的(?:主要)?问题|上述|本文|以上|其他|资料来源|资料整理|编辑"
)
_WIDER_BODY = re.compile(r"[【\[●·\s]*(?:国家|国务院|中央|全国)")
# an item of a list, which says nothing about what follows it
_ITEM_CHARS = 30
_BOTH = re.compile(r"([两二三四五六])(?:个?(?:[县区市]|地方)|地|家(?=[都均共]))|双方|各自")
_COUNTS = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_WIDER_TITLE = re.compile(r"全国|全省|全市|我市|我省|本市|各省|各地|各县|各区|县[(（]?[市、]?区|县市")
# an article without title or publisher to tell belongs to the county that most of its mentions name
_MAJORITY = 0.6
# a paragraph that names more counties than this is a list of them, and what follows is not about all
_MOST_INHERITED = 2


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
) -> tuple[Reading, list[Division], list[Division]]:
    """The article's reading, the counties of its title, and those of publisher and path."""
    gazetteer = Gazetteer.load()
    path = re.sub(r"[/\\_.\-\d]+|https?:", " ", unquote(source))
    outside = [text for text in (description.publisher, path) if text]
    within = [one for text in (description.title, *outside) for one in gazetteer.resolve(text)]
    article = Reading(gazetteer, within)
    article.wide = list(dict.fromkeys([*within, *gazetteer.resolve(outlined.text, within)]))
    mentions = [one for text in (description.title, *outside, outlined.text) for one in gazetteer.find(text)]
    article.surfaces = frozenset(mention.surface for mention in mentions)
    candidates = [one for mention in mentions if not mention.bare for one in mention.candidates]
    article.full = frozenset(one.code for one in candidates if one.level is Level.COUNTY)
    # one after the other, since the gazetteer remembers each text
    for mention, division in (*article.settled(description.title), *article.settled(outlined.text)):
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
    article: Reading,
    outlined: Outlined,
    titled: Sequence[Division],
    placed: Sequence[Division],
    subjects: Sequence[Sequence[str]],
) -> Division | None:
    """The county that the whole article is about, if it is about one."""
    leading = Counter(code for found in subjects for code in dict.fromkeys(found))
    if len(titled) == 1:
        others = sum(count for code, count in leading.items() if code != titled[0].code)
        return titled[0] if leading[titled[0].code] >= others or others <= max(1, len(subjects) // 4) else None
    if len(titled) > 1:
        return None
    if len(leading) == 1:
        code = next(iter(leading))
        counted = Counter(one.code for _, one in article.settled(outlined.text) if one.level is Level.COUNTY)
        cities = any(
            one.level is not Level.COUNTY
            for one in article.within
            if one.code[:4] == code[:4] or one.level is Level.PROVINCE
        )
        wide = cities or article.wider
        enough = counted[code] >= _MAJORITY * sum(counted.values()) and (not wide or leading[code] * 2 >= len(subjects))
        return article.gazetteer.by_code(code) if enough or placed[:1] == [article.gazetteer.by_code(code)] else None
    if not leading and len(placed) == 1 and not article.citywide:
        return placed[0]
    if not leading:
        counted = Counter(one.code for _, one in article.settled(outlined.text) if one.level is Level.COUNTY)
        if len(counted) == 1 and counted.total() > 1 and _OWN.search(simplified(outlined.text)):
            return article.gazetteer.by_code(next(iter(counted)))
    if len(placed) == 1 and leading[placed[0].code] * 2 >= leading.total() > 0:
        return placed[0]
    return None


def _within_one(one: Division, found: Sequence[str], draft: Draft, text: str, article: Reading) -> tuple[str, ...]:
    """The counties of a passage in an article about one county: another only where the passage is about it."""
    others = [code for code in found if code != one.code]
    if not others or one.code in found:
        return tuple(dict.fromkeys([*found, one.code] if not others else found))
    passage = text[draft.start : draft.end]
    own = any(division == one for _, division in article.settled(passage)) or _OWN.search(simplified(passage))
    return tuple(dict.fromkeys([one.code, *others] if own else others))


def _subjects(article: Reading, text: str, draft: Draft) -> list[str]:
    """Codes of the passage's subjects: the counties of its innermost telling heading, else of its sentences."""
    passage = text[draft.start : draft.end]
    heads = [heading for heading in reversed(draft.heading) if not passage.startswith(heading)]
    for heading in heads:
        found = led(article, heading)
        if found:
            return found
    found = []
    for start, end in sentence_spans(passage):
        for part in re.split("[；;]", passage[start:end]):
            found += led(article, part)
    return list(dict.fromkeys(found))


def _inherited(
    article: Reading, subjects: Sequence[Sequence[str]], outlined: Outlined, titled: Sequence[str]
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
        item = draft.kind != "heading" and bool(found) and len(plain) < _ITEM_CHARS and plain[-1] not in "。！？：:；"
        before, section = () if item else codes, draft.heading[:-1] if own else draft.heading
    return per_passage


def _all_of_them(plain: str, titled: Sequence[str], before: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The counties that 两县, 三地 or 双方 mean: those of the title, else those named so far, if they are so many."""
    match = _BOTH.search(plain[:60])
    if match is None:
        return ()
    many = _COUNTS.get(match[1] or "", 2)
    named = tuple(dict.fromkeys(code for codes in before for code in codes))
    return next((tuple(codes) for codes in (titled, named) if len(codes) == many), ())


def _is_wider(article: Reading, plain: str, draft: Draft) -> bool:
    """Whether the passage speaks of a city, a province, all counties at once, or a place that nobody settled."""
    if (
        _WIDER.search(plain)
        or _WIDER_BODY.match(plain)
        or any(_WIDER.search(simplified(heading)) for heading in draft.heading)
    ):
        return True
    opening = plain[:SUBJECT_REACH]
    settled = article.settled(opening)
    if settled and settled[0][1].level is not Level.COUNTY:
        return True
    known = {mention.start for mention, _ in settled}
    return any(mention.start not in known and mention.start <= SUBJECT_LEAD for mention in article.find(opening))
