"""What stands under a negation, a plan or a limit in a text, and whether a claim keeps it there."""

import functools
import re
from collections.abc import Iterator, Sequence

from retrieval.numerals import Sort, Token

MAX_MARKERS = 30  # of a clause; more is nothing anybody would write
END = Token(Sort.STOP, "|", "")
# words that neither add to a statement nor take from it
NEUTRAL = re.compile(
    "达到|共有|共计|总共|已经|其中|该县|当地|同时|以及|并且|还有|此外|[的了共已为是达有和与及并还也等该其在于]"
)
# words that turn a clause around or make it less than a fact; every character after them is under their sway
_MARKER = re.compile(
    "禁止|严禁|杜绝|避免|防止|取消|停止|暂停|拒绝|免除|力争|争取|力求|计划|预计|有望|目标|是否|可能|部分|试点|原则上|鼓励|探索"
    "|不(?!断|仅|但|久|管|论|只|光|动产|孕|同(?!意))|未(?!来|成年)|无(?!论|偿|菌|障碍|人机|线)|非(?!常|遗|物质|公)"
    "|没|勿|莫|拟|将|仅|只"
)
_FINAL = re.compile("除外|以外|之外")


def turned(said: Sequence[Token], source: Sequence[Token]) -> Iterator[str]:
    """Words that the claim denies, plans or limits and the quote does not, or the other way round."""
    ours, theirs = _sway(tuple(said)), _sway(tuple(source))
    held = markers(source)
    yield from (marker for sways in ours.values() for sway in sways for marker in sway if marker not in held)
    for piece, sways in ours.items():
        wrong = sways - theirs.get(piece, sways)
        if wrong:
            yield "".join(piece) or "".join(min(wrong))
            return  # the whole clause hangs together: one piece tells where


def markers(row: Sequence[Token]) -> set[str]:
    """The negations, plans and limits of a text."""
    return {marker for sways in _sway(tuple(row)).values() for sway in sways for marker in sway}


@functools.lru_cache(maxsize=256)
def _sway(row: tuple[Token, ...]) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    """For every character and pair of a clause the markers that stand before it, closing ones always."""
    found: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    clause: list[Token] = []
    for token in [*row, END]:
        if token.sort not in (Sort.CLAUSE, Sort.STOP):
            clause.append(token)
            continue
        texts = [part.text for part in _timeless(clause) if part.sort is not Sort.PAUSE]
        single = "".join(text if len(text) == 1 else "\ue001" for text in texts)
        spans = [match.span() for match in _MARKER.finditer(single)][:MAX_MARKERS]
        final = tuple(_FINAL.findall(single))
        for at, text in enumerate(texts):
            if any(start <= at < end for start, end in spans):
                found.setdefault((), set()).add(tuple(single[start:end] for start, end in spans if start <= at))
                continue
            sway = tuple(single[start:end] for start, end in spans if end <= at) + final
            if not NEUTRAL.fullmatch(text):
                found.setdefault((text,), set()).add(sway)
            if at + 1 < len(texts):
                found.setdefault((text, texts[at + 1]), set()).add(sway)
        clause = []
    return found


def _timeless(clause: Sequence[Token]) -> list[Token]:
    """The clause without its dates, which may stand anywhere in it and are compared by themselves."""
    left: list[Token] = []
    for at, token in enumerate(clause):
        beside = clause[at + 1].sort if at + 1 < len(clause) else None
        if token.sort is Sort.DATE or (beside is Sort.DATE and token.text in "到至自从在于"):
            continue
        left.append(token)
    return left
