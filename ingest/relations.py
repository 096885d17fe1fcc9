"""What a document repeals, amends or supersedes, in its own words; and which articles of a corpus are replaced so."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ingest.numbers import NUMBER, normalised, numbers_in
from retrieval.names import simplified
from retrieval.provenance import Relation, Replaced
from retrieval.text import sentence_spans, squeeze
from retrieval.types import Article

_NAMED = re.compile(
    rf"《(?P<title>[^《》]{{4,100}}(?:《[^《》]{{2,60}}》[^《》]{{0,40}})*)》(?:\s*[（(]\s*(?P<number>{NUMBER.pattern}))?"
)
_REPEAL = re.compile(r"(?:同时|即行|一并|自行|随之|相应|现|均|予以)?(?:废止|失效|停止(?:执行|施行|使用))")
_REPEAL_SURE = re.compile(
    r"(?:同时|即行|一并|相应|现予以?|均|予以)(?:废止|失效|停止(?:执行|施行|使用))|废止《|(?:现|决定)(?:将)?废止"
)
_SUPERSEDE = re.compile(
    r"(?:代替|替代|取代)(?:原|了)?(?=《)|》[^《。]{0,30}(?:被|由)本[一-龥]{1,8}(?:代替|替代|取代)|以本[一-龥]{1,8}为准"
)
_AMEND = re.compile(
    r"(?:对|将)(?=《)[^。]{4,160}?(?:作|进行|做)(?:出|了)?(?:如下|部分|以下|相应)?(?:修改|修订)|(?:决定|现)(?:对)?(?:修改|修订)(?=《)"
)
# the sentence speaks of this document itself, or of nothing that has happened
_NOT_NOW = re.compile(
    r"本[一-龥]{1,8}(?:同时|即行|自行|自动|届时|予以)(?:废止|失效)|如(?!下)|若(?!干)|凡|期满|未|不得|另有规定|届时"
)
# 《…》自…起施行: somebody tells of a document
_REPORTED = re.compile(r"》[^《》，。]{0,8}(?:将|已|于)?自.{4,18}起(?:正式)?(?:施行|实施|执行)")
_TITLE_KINDS = (
    (Relation.REPEALS, re.compile(r"废止(?!.{0,4}(?:解读|说明))")),
    (Relation.AMENDS, re.compile(r"(?:关于|决定)?(?:修改|修订|修正)(?=.{0,4}《)")),
)
_NO_DOCUMENT = re.compile(r"解读|问答|答记者|一图读懂|新闻发布|发布会|草案|征求意见|说明$|召开|举行|学习")
_LISTED = re.compile(r"^\s*(?:[（(]?[\d一二三四五六七八九十]{1,3}[)）]?[.、．\s]|[-•●])?\s*《")
_LIST_OPENS = re.compile(r"(?:废止|失效|停止执行)[^。]{0,30}(?:[:：]|如下|目录|清单)\s*$")
_WRAPPED = re.compile(r"^.{0,40}?(?:关于)?(?:印发|公布|发布|转发)(?:实施)?\s*《(.+)》.{0,12}$")
_EDITION = re.compile(r"[（(][^（）()]{0,16}(?:修[订正改]|试行|暂行|年版)[^（）()]{0,8}[)）]$")
_LEAST_KEY = 6


def replaced_in(title: str, lines: Sequence[str]) -> tuple[tuple[Replaced, ...], str]:
    """What a document says it replaces, in order and each once, and the rule; simplified text or not.

    Reports about documents, such as interpretations and drafts, replace nothing.
    """
    plain = simplified(title)
    if _NO_DOCUMENT.search(plain):
        return (), ""
    found: dict[tuple[str, str], tuple[Replaced, str]] = {}
    for one, rule in (*_in_title(title, plain), *_in_text(lines)):
        found.setdefault((key_of(one.title), one.doc_number), (one, rule))
    rules = dict.fromkeys(rule for _, rule in found.values())
    return tuple(one for one, _ in found.values()), ", ".join(rules)


def _in_title(title: str, plain: str) -> Iterator[tuple[Replaced, str]]:
    for kind, pattern in _TITLE_KINDS:
        if (match := pattern.search(plain)) is not None:
            for one in _named(title, plain, match.end(), len(plain), kind):
                yield one, "title"
            return


def _in_text(lines: Sequence[str]) -> Iterator[tuple[Replaced, str]]:
    listing = False
    for line in lines:
        plain = simplified(line)
        if listing and _LISTED.match(plain):
            for one in _named(line, plain, 0, len(plain), Relation.REPEALS):
                yield one, "list of what is repealed"
            continue
        names = "《" in plain or "号" in plain  # what has neither need not be taken apart
        for start, end in sentence_spans(plain) if names else ():
            for kind in _kinds(plain[start:end]):
                for one in _named(line, plain, start, end, kind):
                    yield one, f"text {kind.value}"
        listing = _LIST_OPENS.search(plain) is not None and not _NOT_NOW.search(plain)


def _kinds(sentence: str) -> Iterator[Relation]:
    """What a sentence does to the documents that it names; at most one thing."""
    if "《" not in sentence and not NUMBER.search(sentence):
        return
    if _NOT_NOW.search(re.sub(r"《[^》]*》", "", sentence)) or _REPORTED.search(sentence):
        return
    if _REPEAL_SURE.search(sentence):
        yield Relation.REPEALS
    elif _SUPERSEDE.search(sentence):
        yield Relation.SUPERSEDES
    elif _AMEND.search(sentence):
        yield Relation.AMENDS


def _named(text: str, plain: str, start: int, end: int, kind: Relation) -> Iterator[Replaced]:
    """Documents named in a span: those before the word that repeals them, or those after it where none stand before."""
    matches = list(_NAMED.finditer(plain, start, end))
    verb = _REPEAL.search(plain, start, end) if kind is Relation.REPEALS else None
    if verb is not None and any(match.end() <= verb.start() for match in matches):
        opening = plain.rfind("施行", start, verb.start())  # 为贯彻《…》，本办法自…起施行，《…》同时废止
        opening = max(opening, plain.rfind("实施", start, verb.start()), plain.rfind("根据", start, verb.start()))
        later = [match for match in matches if opening <= match.start() and match.end() <= verb.start()]
        matches = later or [match for match in matches if match.end() <= verb.start()]
    for match in matches:
        written = match["number"]
        yield Replaced(kind, text[match.start("title") : match.end("title")], normalised(written) if written else "")
    if not matches and kind is Relation.REPEALS:
        for one in numbers_in(plain[start : verb.start() if verb else end]):
            yield Replaced(kind, "", one)


class Standing(NamedTuple):
    """What of an article tells whether another replaces it; ``key`` is that of its title."""

    id: str
    key: str
    published: str
    doc_number: str
    region: str
    replaces: tuple[Replaced, ...]

    @classmethod
    def of(cls, article: Article) -> "Standing":
        """The standing of an article."""
        return cls(
            article.id,
            key_of(article.title),
            article.published or "",
            article.doc_number or "",
            article.region,
            article.replaces,
        )


def key_of(title: str) -> str:
    """The form in which titles are compared: the document's own name, without what was wrapped around it."""
    plain = simplified(title)
    if (inner := _WRAPPED.match(plain)) is not None:
        plain = inner[1]
    return squeeze(_EDITION.sub("", plain.strip("《》 ")))


def superseded(standings: Iterable[Standing]) -> dict[str, str]:
    """Ids of articles that another one repeals or supersedes, with the id of that one (the latest of several).

    A document is known by its number; by its title only where no number speaks against it, and where both
    documents are of one division, for every county has a 公共卫生管理办法. Amended documents stay in force.
    """
    everything = list(standings)
    replacing = [one for one in everything if one.replaces]
    if not replacing:
        return {}
    by_number: dict[str, list[Standing]] = defaultdict(list)
    by_title: dict[str, list[Standing]] = defaultdict(list)
    for one in everything:
        if one.doc_number:
            by_number[one.doc_number].append(one)
        by_title[one.key].append(one)
    found: dict[str, str] = {}
    for newer in sorted(replacing, key=lambda one: (one.published, one.id)):
        for old in newer.replaces:
            if old.kind is Relation.AMENDS:
                continue
            for older in _meant(newer, old, by_number, by_title):
                found[older.id] = newer.id
    return found


def _meant(
    newer: Standing, old: Replaced, by_number: dict[str, list[Standing]], by_title: dict[str, list[Standing]]
) -> Iterator[Standing]:
    key = key_of(old.title)
    numbered = by_number.get(old.doc_number, []) if old.doc_number else []
    titled = by_title.get(key, []) if len(key) >= _LEAST_KEY else []
    for older in dict.fromkeys([*numbered, *titled]):
        if older.id == newer.id or (older.published and newer.published and older.published > newer.published):
            continue
        if key == newer.key and not "" < older.published < newer.published:
            continue  # an edition of the same name: without days it may as well be a copy of the new one
        other_number = bool(old.doc_number and older.doc_number)
        if older in numbered or (older.region == newer.region and not other_number):
            yield older
