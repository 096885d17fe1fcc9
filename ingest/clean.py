"""A raw document in, its article's lines out; whatever is taken away is recorded with its rule."""

from collections.abc import Sequence

from ingest.damage import clause, damage, merged
from ingest.document import Cleaned, Line, RawDocument, Removal
from ingest.layout import Item, kept
from ingest.ruled import Ruled, by_rules
from ingest.site import SiteFurniture

CLEANING_VERSION: int = 5


def clean(raw: RawDocument, site: SiteFurniture | None = None, ruled: Ruled | None = None) -> Cleaned:
    """The article's lines in their own script, what was taken away, and how often each repair was made.

    Lines keep their order; the first copy of the title stays a line. Blank lines vanish unrecorded.
    ``site`` holds what the pages of each site have in common. ``ruled`` is ``by_rules`` of the document where
    that is known already; its items change.
    """
    ruled = ruled or by_rules(raw)
    if site is not None:
        site.drop(raw, ruled)
    taken = [Removal(item.rule, item.text, item.number) for item in ruled.items if item.rule and item.text]
    removals = sorted([*ruled.removals, *taken], key=lambda removal: removal.number)
    return Cleaned(_finished(kept(ruled.items)), tuple(removals), dict(ruled.made))


def _finished(items: Sequence[Item]) -> tuple[Line, ...]:
    lost = damage([item.text for item in items])
    lines: list[Line] = []
    for item, spans in zip(items, lost, strict=True):
        unsure = [clause(item.text, start, end) for start, end in item.rewritten]
        lines.append(Line(item.text, tuple(merged([*spans, *unsure])), item.number, item.level))
    return tuple(lines)
