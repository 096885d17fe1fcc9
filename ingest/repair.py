"""Repairs that can be proven, line by line. The only file of ``ingest`` that imports pypinyin.

The article's script and punctuation stay as they are. A repair is made only where the text itself
proves it; what is not provable is left for ``damage.py`` to flag.
"""

import functools
import html
import math
import operator
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.text import HAN, to_simplified, word_frequency

TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_ENTITY = re.compile(r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z]{2,8}\d?);")
_BRACKET = re.compile(rf"(?<=[{HAN}])[ \u3000]?[(（]([^()（）]{{1,8}})[)）]")
_SYLLABLE = re.compile(rf"[a-zü{TONED}]{{1,6}}")
_BLANKS = re.compile(r"[\s\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u3164\u115f\u1160]+")
_USUAL_BLANKS = dict.fromkeys(map(ord, "\t\u00a0\u3000"))
_COMPATIBLE = re.compile("[\u2f00-\u2fd5\uf900-\ufaff]")
_REPEATED = re.compile(r"([。，、；：])\1+|(?<![,.;])([,;])\2+")
_WIDE = {
    code: code - 0xFEE0
    for first, last in (("０", "９"), ("Ａ", "Ｚ"), ("ａ", "ｚ"))
    for code in range(ord(first), ord(last) + 1)
}
_WIDE[ord("％")] = ord("%")
_WIDE_POINT = re.compile(r"(?<=[0-9])．(?=[0-9])")
_RADICALS = str.maketrans(
    "⺠⻓⻔⻋⻅⻛⻢⻥⻦⻩⻬⻮⻰⻘⻆⻉⻚⻄⺟⻁⻜⻝", "民长门车见风马鱼鸟黄齐齿龙青角贝页西母虎飞食"
)
_TO_NARROW = re.compile(f"[．{re.escape(''.join(map(chr, (*_WIDE, *_RADICALS))))}]|{_COMPATIBLE.pattern}")
_SHIFT = re.compile(
    rf"[?？]{{2}}(?P<run>[^?？()（）\s，。,.;；]{{1,6}})(?:[(（]|(?P<lost>[?？]))(?P<reading>[a-zü{TONED}]{{1,6}})[)）]"
)
_CLEAR = math.log(10)  # a reading is proven when its words are ten times as frequent as the next one's
_HABIT = 3  # this many proven readings make a document one that writes readings behind its characters


@dataclass(frozen=True, slots=True)
class Repaired:
    """A repaired line. ``rewritten`` are spans of ``text`` that do not stand verbatim in the file."""

    text: str
    rewritten: tuple[tuple[int, int], ...]
    made: Counter[str]


def repair(text: str, neutral_readings: bool = False) -> Repaired:
    """One line with every provable repair made.

    ``neutral_readings`` also takes away toneless readings (``們(men)``): safe only in a document
    that ``writes_readings``.
    """
    made: Counter[str] = Counter()
    text = _entities(text, made)
    text = _visible(text, made)
    text = _narrow(text, made)
    text, rewritten = _byte_shifts(text, made)
    text, rewritten = _readings(text, rewritten, neutral_readings, made)
    return _tidied(text, rewritten, made)


def writes_readings(text: str) -> bool:
    """Whether the text annotates its characters with pinyin by habit, as some copying sites do."""
    found = 0
    for match in _BRACKET.finditer(text):
        found += _is_reading(text[match.start() - 1], match[1]) is True
        if found >= _HABIT:
            return True
    return False


def _entities(text: str, made: Counter[str]) -> str:
    def plain(match: re.Match[str]) -> str:
        char = html.unescape(match[0])
        made["entity"] += char != match[0]
        return char

    if "&" not in text:
        return text
    for _ in range(2):  # pages that escaped twice show &amp;nbsp;
        text = _ENTITY.sub(plain, text)
    return text


def _visible(text: str, made: Counter[str]) -> str:
    if text.isprintable() or text.translate(_USUAL_BLANKS).isprintable():  # nearly every line has none of them
        return text
    kept: list[str] = []
    for at, char in enumerate(text):
        category = unicodedata.category(char)
        icon = category == "Co" and not _between_han(text, at)
        if icon or (category in ("Cc", "Cf", "Cs") and not char.isspace()):
            made["invisible"] += 1
        else:
            kept.append(char)
    return "".join(kept)


def _between_han(text: str, at: int) -> bool:
    """A private-use character inside words is a lost character, elsewhere it is an icon font's picture."""
    return 0 < at < len(text) - 1 and bool(
        re.fullmatch(f"[{HAN}]", text[at - 1]) and re.fullmatch(f"[{HAN}]", text[at + 1])
    )


def _narrow(text: str, made: Counter[str]) -> str:
    if not _TO_NARROW.search(text):
        return text
    fixed = _WIDE_POINT.sub(".", text.translate(_WIDE)).translate(_RADICALS)
    fixed = _COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), fixed)
    made["width"] += sum(map(operator.ne, text, fixed)) if fixed != text else 0
    return fixed


@functools.lru_cache(maxsize=8192)
def _pinyin(char: str) -> frozenset[str]:
    from pypinyin import Style, pinyin

    return frozenset(pinyin(char, heteronym=True, style=Style.TONE)[0])


def _toneless(syllable: str) -> str:
    apart = unicodedata.normalize("NFD", syllable)
    return "".join(char for char in apart if char == "\u0308" or not unicodedata.combining(char))


def _is_reading(char: str, content: str) -> bool | None:
    """True for a toned reading of the character, None for a toneless one, False for anything else.

    The tone itself need not agree: dictionaries of the mainland and Taiwan differ (微 wēi, wéi).
    """
    syllable = unicodedata.normalize("NFKC", content).strip().lower().replace("ɡ", "g").replace("ɑ", "a")
    if not _SYLLABLE.fullmatch(syllable):
        return False
    readings = _pinyin(char)
    if syllable not in readings and _toneless(syllable) not in {_toneless(reading) for reading in readings}:
        return False
    return True if any(letter in TONED for letter in syllable) else None if syllable in readings else False


def _readings(
    text: str, rewritten: list[tuple[int, int]], neutral: bool, made: Counter[str]
) -> tuple[str, list[tuple[int, int]]]:
    at = 0
    while match := _BRACKET.search(text, at):
        reading = _is_reading(text[match.start() - 1], match[1])
        if reading or (reading is None and neutral):
            text = text[: match.start()] + text[match.end() :]
            rewritten = [_moved(span, match.start(), match.end()) for span in rewritten]
            if reading is None:
                rewritten.append((match.start() - 1, match.start()))
            made["pinyin"] += 1
            at = match.start()
        else:
            at = match.end() - 1
    return text, rewritten


def _moved(span: tuple[int, int], start: int, end: int) -> tuple[int, int]:
    """The span after text[start:end] was taken out."""
    first, last = (at if at <= start else max(start, at - (end - start)) for at in span)
    return first, last


def _byte_shifts(text: str, made: Counter[str]) -> tuple[str, list[tuple[int, int]]]:
    """Undo the loss of A3 BF (the full-width question mark of GBK) inside a run of GBK bytes."""
    rewritten: list[tuple[int, int]] = []
    at = 0
    while match := _SHIFT.search(text, at):
        found = _unshifted(text[: match.start()], match, text[match.end() :])
        if found is None:
            at = match.start() + 1
            continue
        text = text[: match.start()] + found + text[match.end() :]
        at = match.start() + len(found)
        rewritten.append((match.start(), at))
        made["byte_shift"] += 1
    return text, rewritten


def _unshifted(before: str, match: re.Match[str], after: str) -> str | None:
    """The one plausible reading of the shifted run, or None where none or several are."""
    reading = unicodedata.normalize("NFC", match["reading"])
    try:
        run = match["run"].encode("gbk")
    except UnicodeEncodeError:
        return None
    left, right = re.findall(f"[{HAN}]{{0,2}}$", before)[0], re.findall(f"^[{HAN}]{{0,2}}", after)[0]
    ranked: list[tuple[float, str]] = []
    for candidate in _decodings(run, lost=match["lost"] is not None):
        if reading in _pinyin(candidate[-1]) and _everyday(candidate):
            ranked.append((_wordiness(to_simplified(left + candidate + right)), candidate))
    ranked.sort(reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _CLEAR):
        return None
    return ranked[0][1]


def _wordiness(text: str) -> float:
    """How much the pairs of neighbours look like words that are known."""
    return sum(math.log1p(word_frequency(text[at : at + 2])) for at in range(len(text) - 1))


def _decodings(run: bytes, lost: bool) -> Iterator[str]:
    tails = [bytes([byte]) for byte in range(0x40, 0xFF) if byte != 0x7F] if lost else [b""]
    for lead in range(0x81, 0xFF):
        for tail in tails:
            try:
                text = (bytes([lead]) + b"\xa3\xbf" + run + tail).decode("gbk")
            except UnicodeDecodeError:
                continue
            if re.fullmatch(f"[{HAN}]+", text):
                yield text


def _everyday(text: str) -> bool:
    """Whether every character, once simplified, is one of the 6,763 of GB 2312."""
    try:
        to_simplified(text).encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _tidied(text: str, rewritten: list[tuple[int, int]], made: Counter[str]) -> Repaired:
    """Squeeze blanks and doubled punctuation, and carry the spans along."""
    edits = [(m.start(), m.end(), " ") for m in _BLANKS.finditer(text) if m[0] != " "]
    edits += [(m.start(), m.end(), m[0][0]) for m in _REPEATED.finditer(text)]
    for start, end, put in sorted(edits, reverse=True):
        made["doubled_punctuation"] += put != " "
        text = text[:start] + put + text[end:]
        rewritten = [_moved(span, start + len(put), end) if end - start > len(put) else span for span in rewritten]
    margin = len(text) - len(text.lstrip())
    text = text.strip()
    spans = sorted((max(0, a - margin), min(len(text), b - margin)) for a, b in rewritten)
    return Repaired(text, tuple(span for span in spans if span[0] < span[1]), +made)
