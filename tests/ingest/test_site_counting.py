"""What ``site`` counts on packed lines is what the rules say in plain words, over pages made up at random."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import site
from ingest.site import Learner, SiteFurniture


class Mark(NamedTuple):
    key: bytes
    chars: int = 0
    kept: bool = True
    parts: bool = False
    speaks: bool = False
    content: bool = False
    protected: bool = False


Page = list[Mark]
Keys = frozenset[bytes]


def learned(pages: Iterable[Page]) -> tuple[Keys, Keys, Keys, Keys]:
    """The oracle: what is common above, below, beside and around the articles of these pages."""
    articles: dict[Keys, Page] = {}
    for page in sorted(pages, key=lambda page: [mark.key for mark in page]):
        if said := frozenset(mark.key for mark in page if mark.speaks):
            articles.setdefault(said, page)
    times = Counter(key for page in articles.values() for key in {mark.key for mark in page if mark.kept})
    again = frozenset(key for key, count in times.items() if count >= 3)
    voters = [page for page in articles.values() if own_chars(page, again) > common_chars(page, again)]
    around = frequent(voters, 0, lambda page: [at for at in after(page, again) if common(page[at], again)])
    beside = frequent(voters, 0.8, lambda page: [at for at in after(page, again) if short(page[at], again)])
    below = frequent(voters, 0.1, lambda page: below_text(page, again, beside))
    above = frequent(voters, 0.5, lambda page: above_text(page, again))
    return above, below, beside & below, around if below else frozenset()


def own_chars(page: Page, again: Keys) -> int:
    return sum(mark.chars for mark in page if mark.speaks and mark.key not in again)


def common_chars(page: Page, again: Keys) -> int:
    return sum(mark.chars for mark in page if mark.speaks and mark.key in again)


def frequent(pages: list[Page], share: float, places: Callable[[Page], list[int]]) -> Keys:
    times = Counter(key for page in pages for key in {page[at].key for at in places(page)})
    return frozenset(key for key, count in times.items() if count >= max(3, share * len(pages)))


def common(mark: Mark, again: Keys) -> bool:
    return mark.kept and mark.key in again


def short(mark: Mark, again: Keys) -> bool:
    return common(mark, again) and not mark.speaks and not mark.protected


def after(page: Page, again: Keys) -> range:
    own = [at for at, mark in enumerate(page) if mark.kept and mark.key not in again]
    text = [at for at in own if page[at].speaks or page[at].content]
    return range(text[-1] + 1, len(page)) if text else range(0)


def below_text(page: Page, again: Keys, beside: Keys) -> list[int]:
    found: list[int] = []
    apart = False
    for at in after(page, again):
        mark = page[at]
        apart = apart or mark.parts
        if common(mark, again) and not mark.protected and (apart or (not mark.speaks and mark.key in beside)):
            apart = True
            found.append(at)
    return found


def above_text(page: Page, again: Keys) -> list[int]:
    own = [at for at, mark in enumerate(page) if mark.kept and mark.key not in again]
    if not own:
        return []
    found: list[int] = []
    apart = False
    for at in reversed(range(own[0])):
        mark = page[at]
        apart = apart or mark.parts
        if mark.kept and not mark.protected and (apart or not (mark.speaks or page[own[0]].speaks)):
            apart = True
            found.append(at)
    text = next((at for at in own if page[at].speaks), own[0])
    parts = [at for at in range(own[0], text) if page[at].parts]
    return found + [at for at in range(own[0], parts[-1] if parts else 0) if short(page[at], again)]


@st.composite
def marks(draw: st.DrawFn, furniture: bool) -> Mark:
    kind = draw(st.sampled_from(("removed", "line", "sentence", "content", "lasting")))
    if kind == "removed":
        return Mark(bytes(8), kept=False, parts=draw(st.booleans()))
    # a line is judged by its words, so that one key is always one kind
    name = kind, draw(st.integers(0, 2 if furniture else 30))
    return Mark(
        repr(name).encode().ljust(18)[-8:],
        chars=name[1] + 1 if furniture else 40,
        speaks=kind == "sentence",
        content=kind == "content",
        protected=kind in ("content", "lasting"),
    )


EDGES = st.lists(marks(furniture=True), max_size=4)
PARTS = st.tuples(EDGES, st.lists(marks(furniture=False), max_size=4), EDGES)


def packed(page: Page) -> bytes:
    flags = [sum(flag << bit for bit, flag in enumerate(mark[2:])) for mark in page]
    return b"".join(site._MARK.pack(mark.key, mark.chars, flag) for mark, flag in zip(page, flags, strict=True))


@settings(max_examples=400, deadline=None)
@given(st.lists(PARTS, min_size=3, max_size=12), EDGES, EDGES)
def test_counting_is_what_the_rules_say(parts: list[tuple[Page, Page, Page]], top: Page, bottom: Page) -> None:
    pages = [[*top, *above, *body, *below, *bottom] for above, body, below in parts]
    learner = Learner()
    for page in pages:
        learner.note("host one", packed(page))
    different = {packed(page): page for page in pages}.values()
    wanted = learned(different) if len(different) >= 3 else (frozenset[bytes](),) * 4
    told = SiteFurniture({"host one": site._Common(*wanted)} if wanted[0] or wanted[1] else {})
    assert learner.learned() == told
    assert SiteFurniture.read(told.told()) == told
