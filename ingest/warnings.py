"""What somebody should look at: things about an article that the reader of an answer would want to know."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from ingest.prepare import Prepared
from ingest.reprints import Clusters

_MOSTLY = 0.5
_MOST_SPOTS = 3


class Matter(StrEnum):
    """What it is about."""

    NO_TITLE = "no-title"
    NO_DATE = "no-date"
    NO_COUNTY = "no-county"
    DAMAGED = "damaged"
    UNDECODABLE = "undecodable"
    MOSTLY_REMOVED = "mostly-removed"
    EXPIRED = "expired"
    CONTRADICTS = "contradicts"
    ASTRAY = "canonical-astray"


@dataclass(frozen=True, slots=True)
class Warned:
    """One matter of one article. ``detail`` is a number, a day, a source; ``spots`` are (what, here, there)."""

    matter: Matter
    detail: str = ""
    spots: tuple[tuple[str, str, str], ...] = ()

    def told(self) -> str:
        """In one line of English."""
        if self.matter is Matter.CONTRADICTS:
            shown = "; ".join(f"{what}: {here!r}, there {there!r}" for what, here, there in self.spots[:_MOST_SPOTS])
            more = f"; and {len(self.spots) - _MOST_SPOTS} more" if len(self.spots) > _MOST_SPOTS else ""
            return f"nearly the same as {self.detail}, which says otherwise ({shown}{more}): check which is right"
        return _WORDS[self.matter].format(self.detail)


_WORDS = {
    Matter.NO_TITLE: "no title",
    Matter.NO_DATE: "no date of publication",
    Matter.NO_COUNTY: "no county: put its name into the title, or counties into a sidecar",
    Matter.DAMAGED: "{} places where words are lost: fetch the file again",
    Matter.UNDECODABLE: "{} characters that could not be decoded: fetch the file again",
    Matter.MOSTLY_REMOVED: "{} of the file was taken away: look at what was removed",
    Matter.EXPIRED: "no longer in force since {}",
    Matter.ASTRAY: "the canonical of its sidecar names no other article: correct it",
}


def of_article(prepared: Prepared, today: str | None = None) -> tuple[Warned, ...]:
    """What an article by itself gives cause for; ``today`` is ISO 8601."""
    article = prepared.article
    found: list[Warned] = []
    if not article.title:
        found.append(Warned(Matter.NO_TITLE))
    if not article.published:
        found.append(Warned(Matter.NO_DATE))
    if not prepared.divisions:
        found.append(Warned(Matter.NO_COUNTY))
    if damaged := sum(len(passage.damaged) for passage in prepared.passages):
        found.append(Warned(Matter.DAMAGED, str(damaged)))
    if prepared.record.replaced:
        found.append(Warned(Matter.UNDECODABLE, str(prepared.record.replaced)))
    removed = sum(len(removal.text) for removal in prepared.cleaned.removals)
    if removed > _MOSTLY * (removed + len(article.text)):
        found.append(Warned(Matter.MOSTLY_REMOVED, f"{removed / (removed + len(article.text)):.0%}"))
    return (*found, *expired(article.expires, today))


def expired(expires: str | None, today: str | None = None) -> tuple[Warned, ...]:
    """What the last day in force gives cause for: it depends on the day on which one looks."""
    if expires and expires < (today or datetime.datetime.now(datetime.UTC).date().isoformat()):
        return (Warned(Matter.EXPIRED, expires),)
    return ()


def of_clusters(clusters: Clusters) -> dict[str, tuple[Warned, ...]]:
    """What the comparison with others gives cause for, by source."""
    found: defaultdict[str, list[Warned]] = defaultdict(list)
    for source in clusters.astray:
        found[source].append(Warned(Matter.ASTRAY))
    for one in clusters.contradictions:
        spots = tuple((spot.what.value, spot.here, spot.there) for spot in one.spots)
        found[one.source].append(Warned(Matter.CONTRADICTS, one.other, spots))
    return {source: tuple(warned) for source, warned in found.items()}
