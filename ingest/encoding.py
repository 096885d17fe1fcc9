"""Bytes to text: which encoding a Chinese file is in, and what to do when it is in none.

Order: byte-order mark, strict UTF-8, then GB 18030, Big5 and UTF-16 by how Chinese the result
reads; what the server or the page declares counts where several are possible, for it is often wrong.
Latin-1 is never a candidate, since it accepts anything.
"""

import codecs
import operator
import re
from collections import Counter
from dataclasses import dataclass

from retrieval.text import HAN, to_simplified

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY = ("gb18030", "big5hkscs", "cp950")
_SAID = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_NAMES = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "windows-936": "gb18030",
    "euc-cn": "gb18030",
    "big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "cp950": "cp950",
    "ms950": "cp950",
}
_ASCII = re.compile("[\0-\x7f]+")
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b")
_CONTROLS = re.compile("[\0-\x08\x0e-\x1f]")
_SAMPLE = 4000
_CHINESE = 0.3  # prose has 0.45 and more; text in a wrong encoding stays below 0.2
_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
)
_CHINESE_MARKS = frozenset("，。、；：？！“”‘’（）《》〈〉「」『』【】·…—　")


@dataclass(frozen=True, slots=True)
class Decoded:
    """``replaced`` counts the characters that stand for bytes that could not be read."""

    text: str
    encoding: str
    replaced: int = 0


def decode(data: bytes, charset: str | None = None) -> Decoded:
    """The text of a file; never fails. Line ends become ``\\n``, a byte-order mark and NULs go.

    ``charset`` is what the server said; it goes before what the page says of itself.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            rest = data[len(mark) :]
            if name == "utf-8" and _strict(rest, name) is None:  # a mark set before text in GBK: it happens
                return _legacy(rest, charset)
            return _loose(rest, name)
    text = _strict(data, "utf-8")
    if text is None:
        return _legacy(data, charset)
    if "\0" in text:
        wide = _utf16_without_mark(data)
        return _loose(data, wide) if wide else _plain(text, "utf-8")
    return _two_bytes(data, text, charset) or _unscrambled(text)


def _two_bytes(data: bytes, text: str, charset: str | None) -> Decoded | None:
    """Some short words of GBK are sound UTF-8 as well, but no words of any script there."""
    if text.isascii() or re.search("[^\0-\u07ff]", text):
        return None
    other = _strict(data, "gb18030")
    if other is None or not re.search(f"[{HAN}]{{2}}", other):
        return None
    latin = bool(re.search("[A-Za-z]", text)) and _hint(data, charset) != "gb18030"
    return None if latin or chineseness(other) < 2 * _CHINESE else _plain(other, "gb18030")


def is_binary(data: bytes) -> bool:
    """Whether the bytes are no text: NULs that UTF-16 does not explain, or mostly control characters."""
    head = data[:_SAMPLE]
    control = len(head) - len(head.translate(None, _CONTROL))
    if head.count(0) <= len(head) // 100 and control <= len(head) // 20:
        return False
    return not (any(head.startswith(mark) for mark, _ in _MARKS) or _utf16_without_mark(data))


def chineseness(text: str) -> float:
    """Between 0 and 1: how much the text's non-ASCII part looks like Chinese that people write.

    Characters of GB 2312's first level (after simplification) and Chinese punctuation count, the most
    frequent ones double; a wrong decoding scatters over the rare ones.
    """
    counts = Counter(_ASCII.sub("", to_simplified(text[:_SAMPLE])))
    if not counts:
        return 0.0
    return float(sum(map(operator.mul, map(_WEIGHTS.__getitem__, counts), counts.values()))) / (2 * counts.total())


class _Weights(dict[str, float]):
    """What each character counts for; it learns as it is asked."""

    def __missing__(self, char: str) -> float:
        self[char] = weight = _weight(char)
        return weight


_WEIGHTS = _Weights()


def _weight(char: str) -> float:
    if char in _FREQUENT:
        return 2.0
    if char in _CHINESE_MARKS or "０" <= char <= "ｚ":
        return 1.5
    try:
        return 1.0 if 0xB0 <= char.encode("gb2312")[0] <= 0xD7 else -0.5
    except UnicodeEncodeError:
        return -1.5


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _loose(data: bytes, name: str) -> Decoded:
    return _plain(data.decode(name, errors="replace"), name)


def _plain(text: str, encoding: str) -> Decoded:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").replace("\ufeff", "")
    return Decoded(text, encoding, text.count("\ufffd"))


def _utf16_without_mark(data: bytes) -> str | None:
    """The UTF-16 order in which the bytes read as Chinese, or as ASCII with its zero bytes."""
    head = data[: min(_SAMPLE, len(data) // 2 * 2)]
    if not head or len(data) % 2:
        return None
    for name in ("utf-16-le", "utf-16-be"):
        text = _strict(head, name)  # a cut surrogate pair at the end makes this fail: rare, and no harm
        if text and _control_free(text) and (text.isascii() or chineseness(text) > _CHINESE):
            return name
    return None


def _control_free(text: str) -> bool:
    return _CONTROLS.search(text) is None


def _hint(data: bytes, charset: str | None) -> str | None:
    """The encoding that the server, or else the page, declares."""
    said = _SAID.search(data[:2048])
    named = charset or (said[1].decode("ascii") if said else "")
    return _NAMES.get(named.strip("\"' ").lower())


def _legacy(data: bytes, charset: str | None) -> Decoded:
    hint = _hint(data, charset)
    wide = _utf16_without_mark(data)
    names = (*_LEGACY, wide) if wide else _LEGACY
    candidates = {name: text for name in names if (text := _strict(data, name)) is not None}
    candidates["utf-8"] = data.decode("utf-8", errors="replace")  # one lost byte makes GBK of it, strictly read
    if len(candidates) == 1:
        candidates |= {name: data.decode(name, errors="replace") for name in _LEGACY}
        candidates["mixed"] = _by_line(data)
    best = max(candidates, key=lambda name: _rank(candidates[name], name == hint))
    return _plain(candidates[best], best)


def _by_line(data: bytes) -> str:
    """Every line in the encoding that it fits: files are put together from several."""
    lines = []
    for line in data.split(b"\n"):
        sound = (text for name in ("utf-8", *_LEGACY) if (text := _strict(line, name)) is not None)
        lines.append(next(sound, None) or line.decode("utf-8", errors="replace"))
    return "\n".join(lines)


def _rank(text: str, hinted: bool) -> float:
    unread = text.count("\ufffd") / max(1, len(text))
    return chineseness(text) + 0.1 * hinted - 2 * unread


def _unscrambled(text: str) -> Decoded:
    """Undo a decoding that went wrong before the file was saved, where the round trip proves it."""
    if re.search(f"[{HAN}\u0080-\u00ff]", text):
        before = chineseness(text)
        for wrong, right in (("gb18030", "utf-8"), ("latin-1", "utf-8"), ("cp1252", "utf-8"), ("latin-1", "gb18030")):
            fixed = _strict(scrambled, right) if (scrambled := _encoded(text, wrong)) else None
            if fixed and re.search(f"[{HAN}]{{2}}", fixed) and chineseness(fixed) > before + 0.25:
                return _plain(fixed, f"{right} read as {wrong}")
    return _plain(text, "utf-8")


def _encoded(text: str, name: str) -> bytes | None:
    try:
        return text.encode(name)
    except UnicodeEncodeError:
        return None
