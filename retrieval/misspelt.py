"""Misspelt counties: one character of the name heard or seen wrongly, where no exact name explains it.

Conservative by design: everyday words of a question must never become a county. A slip must sound the same or
look nearly the same, the rest of the name must be right, and the place where it stands must look like a name.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval import text as texts
from retrieval.gazetteer import Mention
from retrieval.names import readings, stem_of, strokes
from retrieval.types import Division

# shares of strokes that must agree, in writing order: 治 and 冶 do, 治 and 找 do not
LOOK_ALIKE = 0.8
# strokes of a part that two characters share, as 怀 and 杯 do: believed only where the name's kind follows
PART_STROKES = 4
_NEAR_SOUNDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("f", "h"))
_LEAD_WORDS = """
    在 和 与 跟 同 及 到 去 从 由 对 给 问 请问 想问 咨询 了解 关于 我 我们 咱 咱们 你们 那 比 或 或者 还是
    请 请教 介绍 看看 住 家住 来自 听说
"""
_LEAD = frozenset(_LEAD_WORDS.split())
_BREAK = re.compile(r"[\s，。！？；：、,.!?;:（）()《》“”\"'‘’【】\[\]~—-]")
# what may follow a bare name in a question about it
_FOLLOW = re.compile(
    r"$|[\s，。！？；：、,.!?;:）)》”\"'’】]|的|那|这|今|明|去年|前年|县|区|市|全|各|有|要|会|能|咋|怎|啥|什么|哪|几|多少|卫|健康|医|中医|乡|村|镇|人民|疾控|妇幼|和|与|跟|比|呢|山|20"
)


@dataclass(frozen=True, slots=True)
class _Form:
    """A way to write a county's name: with its kind, or ``bare``."""

    written: str
    bare: bool
    county: Division


@dataclass(frozen=True, slots=True)
class _Index:
    """Forms by their text with one character left open, and by their sound; lengths, longest first."""

    open: dict[str, list[_Form]]
    sound: dict[tuple[str, ...], list[_Form]]
    lengths: tuple[int, ...]


def misspelt(
    plain: str, corpus: Sequence[Division], mentions: Sequence[Mention]
) -> Iterator[tuple[int, int, Division]]:
    """Spans of slips with the county each stands for, the longest names first, without overlaps.

    ``plain`` is simplified text. A span that two counties explain equally well explains neither.
    """
    index = _indexed(tuple(corpus))
    spans = texts.word_spans(plain)
    taken = [(mention.start, mention.end) for mention in mentions]
    for length in index.lengths:
        for start in range(len(plain) - length + 1):
            end = start + length
            if any(end > left and start < right for left, right in taken):
                continue
            forms = [form for form in _near(plain[start:end], index) if _place(plain, start, end, form.bare, spans)]
            meant = {form.county for form in forms}
            if meant:
                taken.append((start, end))
            if len(meant) == 1:
                tail = all(form.bare for form in forms) and plain[end : end + 1] in tuple("县区市")
                yield start, end + tail, meant.pop()


@functools.lru_cache(maxsize=8)
def _indexed(corpus: tuple[Division, ...]) -> _Index:
    forms: dict[tuple[str, bool, str], _Form] = {}
    for county in corpus:
        stem = stem_of(county.name)
        if len(stem) >= 2:
            for written, bare in ((county.name, False), (county.short, False), (stem, True)):
                forms[written, bare, county.code] = _Form(written, bare, county)
    index = _Index({}, {}, tuple(sorted({len(form.written) for form in forms.values()}, reverse=True)))
    for form in forms.values():
        for at in range(len(form.written)):
            index.open.setdefault(_opened(form.written, at), []).append(form)
        index.sound.setdefault(_sound(form.written), []).append(form)
    return index


def _opened(written: str, at: int) -> str:
    return f"{written[:at]}?{written[at + 1 :]}"


def _sound(written: str) -> tuple[str, ...]:
    return tuple((readings(char) or (char,))[0] for char in written)


def _near(window: str, index: _Index) -> list[_Form]:
    """Forms that the window is a slip of."""
    found = [form for at in range(len(window)) for form in index.open.get(_opened(window, at), ())]
    found += index.sound.get(_sound(window), ())
    return [form for form in dict.fromkeys(found) if _slip(window, form.written, form.bare)]


def _slip(window: str, written: str, bare: bool) -> bool:
    """Whether the window is the form with a slip in its stem."""
    wrong = [(seen, meant) for seen, meant in zip(window, written, strict=True) if seen != meant]
    if not wrong or (not bare and window[-1] != written[-1]) or any(not readings(seen) for seen, _ in wrong):
        return False
    if len(wrong) == 1:
        seen, meant = wrong[0]
        return (
            sounds_alike(seen, meant, near=not bare)
            or looks_alike(seen, meant)
            or (not bare and share_half(seen, meant))
        )
    # several wrong characters are believed only when the whole name sounds right and its kind stands there
    return not bare and all(sounds_alike(seen, meant, near=False) for seen, meant in wrong)


def _place(plain: str, start: int, end: int, bare: bool, spans: Sequence[tuple[str, int, int]]) -> bool:
    """Whether a name may stand here: whole words, and no word that a dictionary knows."""
    if texts.word_frequency(plain[start:end]) or not any(left == start for _, left, _ in spans):
        return False
    if any(left < end < right for _, left, right in spans):
        return False
    return not bare or (is_led(plain, start) and bool(_FOLLOW.match(plain, end)))


def is_led(plain: str, start: int) -> bool:
    """Whether a name may begin here: at the beginning, after a mark, or after a word such as 在, 和, 请问."""
    if start == 0 or _BREAK.match(plain[start - 1]):
        return True
    before = [word for word, _, right in texts.word_spans(plain) if right <= start]
    return bool(before) and before[-1] in _LEAD


@functools.lru_cache(maxsize=4096)
def sounds_alike(one: str, other: str, near: bool) -> bool:
    """Whether two characters share a toneless reading, or nearly so: z for zh, n for ng, l for n, f for h."""
    first, second = set(readings(one)), set(readings(other))
    if first & second:
        return True
    return near and bool({_blurred(sound) for sound in first} & {_blurred(sound) for sound in second})


def _blurred(sound: str) -> str:
    for clear, blurred in _NEAR_SOUNDS:
        if clear == "ng":
            sound = sound.removesuffix("g") if sound.endswith("ng") else sound
        elif sound.startswith(clear):
            sound = blurred + sound.removeprefix(clear)
    return sound


@functools.lru_cache(maxsize=4096)
def looks_alike(one: str, other: str) -> bool:
    """Whether two characters are written with nearly the same strokes in the same order."""
    first, second = strokes(one), strokes(other)
    if min(len(first), len(second)) < 4:
        return False
    return 1 - _edits(first, second) / max(len(first), len(second)) >= LOOK_ALIKE


@functools.lru_cache(maxsize=4096)
def share_half(one: str, other: str) -> bool:
    """Whether two characters begin or end with the same part, and it is at least half of either."""
    first, second = strokes(one), strokes(other)
    longer = max(len(first), len(second))
    return max(_shared(first, second), _shared(first[::-1], second[::-1])) >= max(PART_STROKES, longer / 2)


def _shared(one: str, other: str) -> int:
    """How many characters two strings begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def _edits(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, 1):
        corner, row[0] = row[0], at
        for place, twin in enumerate(other, 1):
            corner, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, corner + (char != twin))
    return row[-1]
