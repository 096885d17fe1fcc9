"""What a refusal offers instead: topics of the county that was asked about, counties that are near."""

from collections.abc import Callable, Mapping, Sequence

from retrieval.compose import without_ordinal
from retrieval.index import Generation
from retrieval.text import squeeze

_MOST_READ = 80  # passages whose headings are looked at
_LEAST_CHARS, _MOST_CHARS = 4, 24


def topics(
    generation: Generation,
    codes: Sequence[str],
    names: Mapping[str, str],
    nearest: Callable[[Sequence[str]], list[str]],
) -> tuple[str, ...]:
    """Headings above passages about these counties, without their numbers; none that is only a place's name.

    ``nearest`` puts them in order, the nearest to the question first.
    """
    rows = [int(row) for row in generation.rows_of_counties(codes)[:_MOST_READ]] if codes else []
    found: dict[str, None] = {}
    for passage in generation.passages(rows):
        heading = without_ordinal(passage.heading[-1]).strip("【】[] ") if passage.heading else ""
        said = squeeze(heading)
        places = (squeeze(names[code]) for code in passage.counties)
        if _LEAST_CHARS <= len(said) <= _MOST_CHARS and not any(_only_names(said, place) for place in places):
            found[heading] = None
    return tuple(nearest(tuple(found)))


def _only_names(said: str, place: str) -> bool:
    """Whether a heading is a county's name with no more than its city around it."""
    return place in said and len(said) - len(place) <= 6
