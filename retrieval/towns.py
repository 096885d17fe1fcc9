"""Towns, villages and streets that a question names instead of a county: whose they are, the articles tell."""

import re

from retrieval.index import Generation
from retrieval.text import fold, squeeze
from retrieval.types import Division
from retrieval.wording import found as named

_KIND = re.compile("镇(?![级长村痛静定])|乡(?![镇村级长亲下里贤医土])|街道|村(?![医民级长委里落庄干])|社区")
_LONGEST, _SHORTEST = 4, 2  # characters of a name before its kind
_READ = 24  # passages in which a name is looked for


def counties_of_town(asked: str, generation: Generation) -> tuple[Division, ...]:
    """The one county in whose passages alone a town of the question stands; nothing where there is none or several."""
    folded = fold(asked)
    found: set[str] = set()
    for kind in _KIND.finditer(folded):
        for length in range(_LONGEST, _SHORTEST - 1, -1):
            own = folded[max(0, kind.start() - length) : kind.start()]
            if len(own) < length or not own.isalpha() or named("unnamed", own):
                continue
            if about := _speak_of(own + kind.group(), generation):
                found |= about
                break
    return tuple(division for division in generation.counties if {division.code} == found)


def _speak_of(name: str, generation: Generation) -> set[str]:
    rows = [row for row, _ in generation.lexical.search(name, _READ)]
    passages = [passage for passage in generation.passages(rows) if name in squeeze(passage.text)]
    return {code for passage in passages for code in passage.counties}
