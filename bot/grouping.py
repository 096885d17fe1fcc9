"""Questions that mean the same, put together: of one county, and near to one another by the bundled model.

Each question joins the group whose first question it is nearest to, if it is near enough, else it opens one. So a
group never loses its first question when later ones come, and a button that names the group goes on naming it.
"""

import functools
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.gapbook import DISLIKED, Gap
from retrieval.config import Config
from retrieval.embed import StaticEmbedder
from retrieval.errors import ConfigError
from retrieval.lexicon import Lexicon

logger = logging.getLogger(__name__)

NEAR = 0.45  # cosine: of everyday wordings of the same thing most are above, of different things none was
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Group:
    """Gaps of one meaning and county, oldest first; ``key`` is the first one's id."""

    gaps: tuple[Gap, ...]

    @property
    def key(self) -> int:
        """What names the group."""
        return self.gaps[0].id

    @property
    def counties(self) -> tuple[str, ...]:
        """Whom it is about; empty where nobody was named."""
        return self.gaps[0].counties

    @property
    def last(self) -> float:
        """When it was last asked, seconds since the epoch, cut to the hour."""
        return max(gap.at for gap in self.gaps)

    @property
    def disliked(self) -> int:
        """How many of them are answers that were found bad."""
        return sum(gap.reason == DISLIKED for gap in self.gaps)

    @property
    def questions(self) -> list[tuple[str, int]]:
        """The wordings and how often each came, the most frequent first."""
        counts: dict[str, int] = {}
        for gap in self.gaps:
            counts[gap.question] = counts.get(gap.question, 0) + 1
        return sorted(counts.items(), key=lambda entry: -entry[1])


def groups_of(gaps: Sequence[Gap], config: Config) -> list[Group]:
    """The groups, most frequent first, then the latest. Loads the bundled model on first use."""
    if not gaps:
        return []
    lexicon = _lexicon(config)
    vectors = _model().embed_passages([_worded(gap, lexicon) for gap in gaps])
    found = [Group(tuple(gaps[at] for at in members)) for members in grouped(gaps, vectors)]
    return sorted(found, key=lambda group: (-len(group.gaps), -group.last, group.key))


def grouped(gaps: Sequence[Gap], vectors: Vectors, near: float = NEAR) -> list[list[int]]:
    """Positions of the gaps of each group. ``vectors`` are of unit length or zero, ``(len(gaps), dim)``.

    A tie goes to the older group. Deterministic in the order of the gaps.
    """
    found: list[list[int]] = []
    leaders: dict[tuple[str, ...], list[int]] = {}  # numbers of the groups of each county
    for at, gap in enumerate(gaps):
        mine = leaders.setdefault(gap.counties, [])
        nearest, likeness = -1, near
        if mine:
            likenesses = vectors[[found[number][0] for number in mine]] @ vectors[at]
            best = int(np.argmax(likenesses))
            nearest, likeness = mine[best], float(likenesses[best])
        if nearest >= 0 and likeness >= near:
            found[nearest].append(at)
        else:
            mine.append(len(found))
            found.append([at])
    return found


def _worded(gap: Gap, lexicon: Lexicon) -> str:
    """What is embedded: the topic, and the official words for the everyday ones in it."""
    topic = gap.topic or gap.question
    official = [expansion.official[0] for expansion in lexicon.expand(topic)]
    return " ".join([topic, *official])


def _lexicon(config: Config) -> Lexicon:
    own = config.lexicon_file
    try:
        return Lexicon.load(own if own.is_file() else None)
    except ConfigError as error:  # the engine tells admins; groups are a little poorer meanwhile
        logger.warning("grouping without the own lexicon: %s", error)
        return Lexicon.load()


@functools.cache
def _model() -> StaticEmbedder:
    return StaticEmbedder()
