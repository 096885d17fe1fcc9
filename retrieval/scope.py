"""Whether a question is one for the articles: not for a doctor, not small talk, not an attempt on the bot.

Text is data here: it is looked at and never obeyed. Patterns (``data/wording.txt``) are for folded text.
"""

import re
from collections.abc import Iterator

from retrieval.text import HAN, fold
from retrieval.types import Scope
from retrieval.wording import found, pattern

_CLAUSE_END = re.compile(r"[,，。!！?？;；:：、\n…~～—|｜]+|(?<=[a-z])\.(?=\s|$)")
_HAN = re.compile(f"[{HAN}]")
_HAN_THEN_LATIN = re.compile(rf"([^A-Za-z]*[{HAN}]{{2}}[^A-Za-z{HAN}]*)[A-Za-z][^{HAN}]*$")
_WORD = re.compile(rf"[{HAN}]|[a-z]{{2,}}|(?<!\d)12\d{{1,3}}(?!\d)")  # numbers such as 120 are words
_CRY = re.compile(r"(?:急|快|啊|呃|额|嗷|测试|[\W_])+")
_SHORT = 8  # "我头疼" is all that is said
_TAKING = re.compile(r"药|喂|服|\bmedicine|\bpill|\btake\b")


def clauses(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the clauses of a text, without their closing marks, end exclusive; empty ones left out."""
    start = 0
    for mark in _CLAUSE_END.finditer(text):
        if text[start : mark.start()].strip():
            yield start, mark.start()
        start = mark.end()
    if text[start:].strip():
        yield start, len(text)


def blank_injection(text: str) -> tuple[str, bool]:
    """The text with orders to the bot and code turned into blanks of the same length, and whether there were any."""
    kept = text
    lower = text.lower()
    if len(lower) == len(text):  # a few letters of other scripts grow in lower case, and spans would be off
        for match in pattern("code").finditer(lower):
            kept = _blank(kept, *match.span())
    for start, end in list(clauses(kept)):
        if found("injection", fold(kept[start:end])):
            kept = _blank(kept, _latin_part(kept, start, end), end)
    return kept, kept != text


def _latin_part(text: str, start: int, end: int) -> int:
    """Where the order starts in a clause: an English one may stand behind a Chinese question without a mark."""
    part = _HAN_THEN_LATIN.match(text, start, end)
    return part.end(1) if part and found("injection", fold(text[part.end(1) : end])) else start


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def scope_of(folded: str, names_county: bool = False) -> Scope:
    """Whether the articles are to be asked. ``folded`` is the whole folded question.

    How a county treats a disease is a question about the county, unless somebody's own illness is told.
    """
    if not _WORD.search(folded) or _CRY.fullmatch(folded):
        return Scope.NONSENSE
    if found("code", folded) and not _HAN.search(folded):
        return Scope.NONSENSE
    rest, attacked = blank_injection(folded)
    if attacked and (not _WORD.search(rest) or is_smalltalk(rest)):
        return Scope.NONSENSE
    if is_smalltalk(rest):
        return Scope.SMALLTALK
    return Scope.MEDICAL if _is_medical(rest, names_county) else Scope.CORPUS


def is_smalltalk(text: str) -> bool:
    """Whether a folded text is greeting, thanks, praise or a question about the bot, and nothing else."""
    rest, said = "", False
    for start, end in clauses(text):
        left, count = pattern("small_talk").subn(" ", text[start:end].strip())
        said = said or count > 0
        rest += f" {left}"
    return said and not _WORD.search(pattern("small_particle").sub(" ", rest))


def _is_medical(text: str, names_county: bool) -> bool:
    """Advice for a patient is asked. What authorities do about a disease is not, unless a dose is wanted."""
    policy = found("policy", text)
    if found("dose", text):
        if found("drug", text):
            return True
        if _TAKING.search(text) and not policy:
            return True
    return not policy and _asks_a_doctor(text, names_county)


def _asks_a_doctor(text: str, names_county: bool) -> bool:
    symptom, asks, person = found("symptom", text), found("ask_doctor", text), found("person", text)
    if found("surgery", text) or (asks and (symptom or found("drug", text))):
        return True
    if found("result", text) and (asks or found("read_result", text)):
        return True
    if found("disease", text) and asks and (person or (found("which_drug", text) and not names_county)):
        return True
    complaints = len(pattern("symptom").findall(text))
    return person and (complaints >= 2 or (complaints == 1 and len(text) <= _SHORT))
