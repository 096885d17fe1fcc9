"""What a composer wrote, checked against what it was given: sentences that hold become claims, the rest is dropped.

Every sentence must cite claims of one county, stand up to the claim check against their quotes, and read like them.
A claim that no sentence carries whole is said verbatim, in its place.
"""

import logging
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.claims import lost, unsupported
from retrieval.text import fold, squeeze, to_simplified
from retrieval.types import Answer, Citation, Claim, Script

LEAST_KNOWN = 0.6  # share of a sentence's character pairs that its quotes must have
LEAST_KEPT = 0.5  # share of a claim's character pairs that its sentences must keep
LEAST_JOINED = 0.25  # share of each claim's character pairs in a sentence that joins it with others
ROOM = 20  # characters that a sentence may have beyond the claims it rewords
_UNWANTED = re.compile(r"[\[\]<>{}`*_#|\\@^~\n\r\t]|://|www\.|&\w+;")
# talk about the task or to the reader; a source may have such words, a composer may not add them
_ECHO = re.compile("指令|规则|忽略|提示词|系统|用户|助手|问题|编号|引用|抱歉|无法|如下|注意|请|您|我|你")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a composer said, and the numbers of the citations that it named for it: nothing is checked yet."""

    text: str
    citations: tuple[int, ...]


def reworded(answer: Answer, sentences: Sequence[Sentence], max_chars: int) -> Answer:
    """The answer with every claim that the sentences carry safely reworded, the others verbatim, in their order."""
    claims: dict[int, list[Claim]] = {}
    for claim in answer.claims:
        claims.setdefault(claim.citation, []).append(claim)
    cited = {number for sentence in sentences for number in sentence.citations}
    if not set(claims) <= cited:
        _log.warning("composer: claims were left out, [composer] model, the answer stays verbatim")
        return answer
    kept = _kept(answer, sentences, claims)
    covered = {number for claim in kept for number in claim.numbers}
    dropped = len(sentences) - len(kept)
    if dropped:
        _log.warning("composer: %d of %d sentences failed the check, [composer] model", dropped, len(sentences))
    verbatim = [claim for claim in answer.claims if claim.citation not in covered]
    composed = sorted([*kept, *verbatim], key=lambda claim: claim.citation)
    if not kept or sum(len(claim.text) for claim in composed) > max_chars:
        return answer
    return replace(answer, claims=tuple(composed))


def _kept(answer: Answer, sentences: Sequence[Sentence], claims: dict[int, list[Claim]]) -> list[Claim]:
    """Sentences that hold, as claims, unless what they keep of a claim is too little."""
    citations = {citation.number: citation for citation in answer.citations}
    plain = answer.question.script is not Script.TRADITIONAL
    texts = [to_simplified(sentence.text) if plain else sentence.text for sentence in sentences]
    good: dict[int, bool] = {}
    for at, sentence in enumerate(sentences):
        fresh = texts[at] not in texts[:at] and set(sentence.citations) <= set(claims)
        good[at] = fresh and _holds(texts[at], sentence.citations, citations, claims)
    while True:
        said = {
            number: "\n".join(texts[at] for at, s in enumerate(sentences) if good[at] and number in s.citations)
            for number in claims
        }
        broken = {n for n, text in said.items() if text and any(_maims(claim.text, text) for claim in claims[n])}
        worse = [at for at, s in enumerate(sentences) if good[at] and broken & set(s.citations)]
        if not worse:
            break
        good.update(dict.fromkeys(worse, False))
    return [_claim(texts[at], sentence, claims) for at, sentence in enumerate(sentences) if good[at]]


def _claim(text: str, sentence: Sentence, claims: dict[int, list[Claim]]) -> Claim:
    first, *others = sorted(sentence.citations)
    given = claims[first][0]
    return Claim(text, first, given.label, given.item and not others, tuple(others))


def _holds(text: str, numbers: tuple[int, ...], citations: dict[int, Citation], claims: dict[int, list[Claim]]) -> bool:
    """Whether a sentence says what its quotes say, of one county, in plain words, no longer than needed."""
    cited = [citations[number] for number in numbers]
    given = [claim for number in numbers for claim in claims[number]]
    quotes = "\n".join(citation.quote for citation in cited)
    return (
        len(set(numbers)) == len(numbers)
        and not any(citation.damaged for citation in cited)
        and len({claim.label for claim in given}) == len({citation.counties for citation in cited}) == 1
        and len(text) <= sum(len(claim.text) for claim in given) + ROOM
        and all(len(cited) == 1 or _share(claim.text, text) >= LEAST_JOINED for claim in given)
        and _is_plain(text, quotes)
        and not unsupported(text, quotes)
    )


def _is_plain(text: str, quotes: str) -> bool:
    """Whether it is a plain sentence of mostly the quotes' own words: no markup, no address, no talk to the reader."""
    if len(squeeze(text)) < 4 or _UNWANTED.search(text):
        return False
    if any(unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn", "So", "Mn", "Me") for char in text):
        return False
    source = fold(quotes)
    if any(echo not in source for echo in _ECHO.findall(fold(text))):
        return False
    return _share(text, quotes) >= LEAST_KNOWN


def _maims(given: str, text: str) -> bool:
    """Whether a rewording lost numbers, denials or limits of its claim, or most of its words."""
    return bool(lost(given, text)) or _share(given, text) < LEAST_KEPT


def _share(text: str, other: str) -> float:
    """The share of the text's character pairs that stand in the other text: 0..1."""
    squeezed, whole = squeeze(text), squeeze(other)
    pairs = [squeezed[at : at + 2] for at in range(len(squeezed) - 1)]
    return sum(pair in whole for pair in pairs) / len(pairs) if pairs else 0.0
