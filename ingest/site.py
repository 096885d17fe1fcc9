"""Furniture that no rule knows: lines that come again around the articles of one site.

It is learned by counting, from three different articles of a site on, and only at a page's edges. A line
that repeats is furniture where nothing of the page's own follows it (below the article) or comes before it
(above). Sentences need more: something that certainly is no article must stand between them and the text,
so that a closing sentence which a publisher puts under every article stays. What is learned depends on the
set of pages only, not on their order.
"""

import hashlib
import json
import re
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from ingest.document import RawDocument
from ingest.furniture import is_cut_off, is_prose
from ingest.layout import ends_like_speech, is_content
from ingest.ruled import Ruled, by_rules
from retrieval.text import squeeze

RULE = "site"
FEWEST = 3  # different articles that must have a line
_KEY = 8
_MARK = struct.Struct(f"<{_KEY}sHB")
_SHARE_APART = 0.1  # of a site's articles must have a line that stands apart from the text
_SHARE_ABOVE = 0.5
_SHARE_BESIDE = 0.8  # where it stands directly beside the text
_SEPARATES = frozenset(
    """copyright prev-next related comments footer share bare-url advertisement after-article tags credit to-top
    navigation meta-line counter attachment breadcrumb site-header outside-main-content control""".split()  # noqa: SIM905
)
_FILING = re.compile(r"icp\s?[备证]\D{0,4}\d{6,12}|网站标识码\s?[:：]?\s?\d{8,12}")
_NUMBERED = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十百\d]{1,4}[、.．:：)）章节条]|[(（][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳])"
)
_LASTING = re.compile(
    r".*(?:局|委|委员会|办|办公室|政府|中心|医院|院|站|所|大队|总队|支队|协会|集团|公司|领导小组|指挥部)"
    r"(?:[(（].{2,12}[)）])?(?:文件)?"  # who signs
    r"|.*(?:要点|计划|规划|方案|通知|意见|报告|总结|公报|公告|通告|办法|细则|决定"
    r"|批复|清单|名单|目录|一览表?|统计表)"  # titles
    r"|.*\d{4}\s?[-/.年].*|[〇○一二三四五六七八九十]{2,4}年.*|附件?\s?\d*\s?[:：.]?.*|.*(?:电话|热线|地址|邮箱|传真|联系人)\s?[:：].*"
    r"|.*[:：]"
)


# A line as the counting sees it: a digest of its words, how many characters it has, and how it may be judged.
_Mark = tuple[bytes, int, int]
_Page = Sequence[_Mark]
_KEPT = 1
_PARTS = 2  # taken away by a rule that tells the article from what is around it
_SPEAKS = 4
_CONTENT = 8  # numbered, a heading or a row
_PROTECTED = 16


@dataclass(frozen=True, slots=True)
class _Common:
    """Digests of a site's furniture above and below its articles; ``beside`` may follow the text directly.

    ``around`` are all lines that repeat below articles, those that stay among them.
    """

    above: frozenset[bytes] = frozenset()
    below: frozenset[bytes] = frozenset()
    beside: frozenset[bytes] = frozenset()
    around: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class SiteFurniture:
    """What was learned, by site. Without any site it takes nothing away."""

    sites: Mapping[str, _Common] = field(default_factory=dict)

    @staticmethod
    def learn(pages: Iterable[RawDocument]) -> "SiteFurniture":
        """Count over all pages; they are read once and not kept."""
        learner = Learner()
        for page in pages:
            learner.add(page)
        return learner.learned()

    def of(self, site: str) -> "SiteFurniture":
        """What was learned of one site."""
        return SiteFurniture({site: self.sites[site]} if site in self.sites else {})

    def told(self) -> str:
        """All of it as text; empty where that is nothing."""
        if not self.sites:
            return ""
        told = [
            (site, *(sorted(key.hex() for key in keys) for keys in (one.above, one.below, one.beside, one.around)))
            for site, one in sorted(self.sites.items())
        ]
        return json.dumps(told)

    @classmethod
    def read(cls, told: str) -> "SiteFurniture":
        """What ``told`` says."""
        sites = json.loads(told) if told else []
        return cls({site: _Common(*(frozenset(map(bytes.fromhex, keys)) for keys in lists)) for site, *lists in sites})

    def digest(self) -> str:
        """SHA-256 (hex) of what was learned; empty where that is nothing."""
        return self.digest_of(self.told())

    @staticmethod
    def digest_of(told: str) -> str:
        """The digest of what is ``told``."""
        return hashlib.sha256(told.encode()).hexdigest() if told else ""

    def drop(self, raw: RawDocument, ruled: Ruled) -> None:
        """Give the rule ``site`` to those kept items that are furniture of the document's site."""
        common = self.sites.get(site_of(raw, ruled), _Common())
        if not common.above and not common.below:
            return
        marks, places = _marks(ruled)
        below = set(_below(marks, common.around, common.beside, common.below))
        for at in {*_above(marks, common.above), *below, *_between(marks, below)}:
            if (item := places[at]) is not None:
                ruled.items[item].rule = RULE


class Learner:
    """Counts pages one by one."""

    def __init__(self) -> None:
        self._sites: defaultdict[str, set[bytes]] = defaultdict(set)

    def add(self, raw: RawDocument) -> None:
        """Take one page into account; copies of one article count once."""
        self.note(*looked_at(raw, by_rules(raw)))

    def note(self, site: str, page: bytes) -> None:
        """Take into account what ``looked_at`` told of a page, now or at another time."""
        self._sites[site].add(page)

    def learned(self) -> SiteFurniture:
        """What the pages so far have in common."""
        sites = {
            site: _common([list(_MARK.iter_unpack(page)) for page in pages])
            for site, pages in self._sites.items()
            if len(pages) >= FEWEST
        }
        return SiteFurniture({site: common for site, common in sites.items() if common.above or common.below})


def looked_at(raw: RawDocument, ruled: Ruled) -> tuple[str, bytes]:
    """A page's site, and its lines as they are counted: 11 bytes for each. ``ruled`` is what the rules made of it."""
    marks, _ = _marks(ruled)
    return site_of(raw, ruled), b"".join(starmap(_MARK.pack, marks))


def site_of(raw: RawDocument, ruled: Ruled) -> str:
    """The host; else the number under which the page's footer is filed; else the folder of its file."""
    address = raw.url or (raw.source if "://" in raw.source else "")
    if host := (urlsplit(address).hostname or "" if address else ""):
        return "host " + host.removeprefix("www.")
    taken = [*(removal.text for removal in ruled.removals), *(item.form for item in ruled.items if item.rule)]
    for text in taken:
        if found := _FILING.search(text.lower()):
            return "filing " + re.sub(r"\D", "", found[0])
    return f"folder {PurePosixPath(raw.source).parent}"


def _marks(ruled: Ruled) -> tuple[_Page, list[int | None]]:
    """The page's lines and removals in order, and which item each mark is."""
    found: list[tuple[int, _Mark, int | None]] = [
        (removal.number, _removed(removal.rule), None) for removal in ruled.removals
    ]
    found += [
        (item.number, _removed(item.rule) if item.rule else _kept(item.form, item.level), at)
        for at, item in enumerate(ruled.items)
    ]
    found.sort(key=lambda entry: (entry[0], entry[2] if entry[2] is not None else -1))
    return [mark for _, mark, _ in found], [at for *_, at in found]


def _removed(rule: str) -> _Mark:
    return bytes(_KEY), 0, _PARTS * (rule in _SEPARATES)


def _kept(form: str, level: int) -> _Mark:
    speaks = (is_prose(form) or ends_like_speech(form)) and not is_cut_off(form)
    content = bool(level or _NUMBERED.match(form) or "|" in form)
    protected = not speaks and (content or is_content(form) or bool(_LASTING.fullmatch(form)))
    flags = _KEPT | _SPEAKS * speaks | _CONTENT * content | _PROTECTED * protected
    return _digest(form), min(len(form), 0xFFFF), flags


def _digest(form: str) -> bytes:
    return hashlib.blake2b(squeeze(form).encode(errors="surrogatepass"), digest_size=_KEY).digest()


def _common(pages: Sequence[_Page]) -> _Common:
    """What at least three articles have around them; pages that say little of their own have no vote."""
    articles = _without_copies(pages)
    times = Counter(key for page in articles for key in {key for key, _, flags in page if flags & _KEPT})
    again = {key for key, count in times.items() if count >= FEWEST}
    voters = [page for page in articles if _says_more_itself(page, again)]
    above = _frequent(voters, _SHARE_ABOVE, lambda page: _above(page, again))
    around = _frequent(voters, 0, lambda page: _around(page, again))
    beside = _frequent(voters, _SHARE_BESIDE, lambda page: _short(page, _around(page, again)))
    below = _frequent(voters, _SHARE_APART, lambda page: _below(page, again, beside, again))
    return _Common(above, below, beside & below, around if below else frozenset())


def _without_copies(pages: Sequence[_Page]) -> list[_Page]:
    """One page of those whose sentences are the same; none of those without any."""
    first: dict[frozenset[bytes], _Page] = {}
    for page in sorted(pages, key=lambda page: [key for key, _, _ in page]):
        if said := frozenset(key for key, _, flags in page if flags & _SPEAKS):
            first.setdefault(said, page)
    return list(first.values())


def _says_more_itself(page: _Page, again: Collection[bytes]) -> bool:
    return sum(-chars if key in again else chars for key, chars, flags in page if flags & _SPEAKS) > 0


def _frequent(pages: Sequence[_Page], share: float, lines: Callable[[_Page], Iterable[int]]) -> frozenset[bytes]:
    times = Counter(key for page in pages for key in {page[at][0] for at in lines(page)})
    fewest = max(FEWEST, share * len(pages))
    return frozenset(key for key, count in times.items() if count >= fewest)


def _above(page: _Page, common: Collection[bytes]) -> Iterator[int]:
    """Common lines before the first own one; between the title and the text, those above a date or the like."""
    own = [at for at, (key, _, flags) in enumerate(page) if flags & _KEPT and key not in common]
    if not own:
        return
    apart, first = False, page[own[0]][2]
    for at in range(own[0] - 1, -1, -1):
        flags = page[at][2]
        if not flags & _KEPT:
            apart = apart or bool(flags & _PARTS)
        elif not flags & _PROTECTED and (apart or not (flags | first) & _SPEAKS):
            apart = True
            yield at
    text = next((at for at in own if page[at][2] & _SPEAKS), own[0])
    ends = max((at for at in range(own[0], text) if page[at][2] & _PARTS), default=0)
    for at in range(own[0], ends):
        key, _, flags = page[at]
        if key in common and flags & (_KEPT | _SPEAKS | _PROTECTED) == _KEPT:
            yield at


def _below(
    page: _Page, common: Collection[bytes], beside: Collection[bytes], furniture: Collection[bytes]
) -> Iterator[int]:
    """Furniture after the article: behind something that is no article, or known to stand beside one."""
    apart = False
    for at in _after_text(page, common):
        key, _, flags = page[at]
        if not flags & _KEPT:
            apart = apart or bool(flags & _PARTS)
        elif key in furniture and not flags & _PROTECTED and (apart or (not flags & _SPEAKS and key in beside)):
            apart = True
            yield at


def _around(page: _Page, common: Collection[bytes]) -> Iterator[int]:
    return (at for at in _after_text(page, common) if page[at][2] & _KEPT and page[at][0] in common)


def _short(page: _Page, places: Iterable[int]) -> Iterator[int]:
    return (at for at in places if not page[at][2] & (_SPEAKS | _PROTECTED))


def _after_text(page: _Page, common: Collection[bytes]) -> range:
    """The places after the last sentence, numbered line or row that is the page's own; none where nothing is."""
    for at in range(len(page) - 1, -1, -1):
        key, _, flags = page[at]
        if flags & (_SPEAKS | _CONTENT) and key not in common:
            return range(at + 1, len(page))
    return range(0)


def _between(page: _Page, found: Collection[int]) -> Iterator[int]:
    """Short lines of the page's own among its furniture: names of other pages, numbers of readers."""
    ends = max((at for at, (_, _, flags) in enumerate(page) if at in found or flags & _PARTS), default=0)
    for at in range(min(found, default=ends), ends):
        if at not in found and page[at][2] & (_KEPT | _SPEAKS | _CONTENT) == _KEPT:
            yield at
