"""Whether one text says what another says: folded character n-grams tell how much, sentences tell what differs.

Script, width, case, blanks and punctuation make no difference. A number, a date, a negation or a name does, in a
sentence that is otherwise the same: then one of the two is no copy but says something else.
"""

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from retrieval.gazetteer import Gazetteer
from retrieval.numerals import VALUES, Sort, Token, tokens
from retrieval.text import sentence_spans, squeeze, word_frequency

Hashes = npt.NDArray[np.uint64]
Sketch = npt.NDArray[np.uint32]

VERSION = 1  # of the verdicts: another one makes those that are remembered worthless
SHARE = 0.8  # of a copy's n-grams stand in its original
MOST_OWN, MOST_OWN_CHARS = 0.1, 300  # of a copy's own words: an editor's line, and no paragraph of news
LEAST_OWN_CHARS = 40
_GRAM = 6
_SAMPLED = 8  # one n-gram of so many is in the sketch
_SHORT, _SHORT_SHARE = 120, 0.95  # below so many characters nearly all must be the same
_PARTNER = 0.55
_CONTEXT, _MOST_SPOTS = 6, 8
_BASE, _MIX_1, _MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_IN_NUMBERS = {".": "点", "%": "成", "‰": "厘", "-": "至", "~": "至", ":": "时", "/": "比"}
_NUMBER_SIGN = re.compile(r"(?<=\d)(?:[.\-~:/](?=\d)|[%‰])")
_DIGIT = re.compile(r"\d")
_FULL_COMMA = re.compile(r"(?<=\d)，(?=\d)")
_NOT = re.compile(r"[不未无没非勿莫禁否]|取消|停止|暂停|暂缓|废止|除外")
_OPPOSITES = [frozenset(pair) for pair in "增减 升降 高低 多少 大小 上下 前后 早晚 加减 开关 快慢 涨跌 宽严".split()]  # noqa: SIM905
_PLACE_END = re.compile(r"^[一-龥]{0,2}?(?:[省市县区旗镇乡村局委院站所校厂路]|街道|社区|公司|中心|医院)")
_OFFICE = r"(?:[局院县区市省镇乡部厅处科站所]长|主任|书记|医生|医师|护士|教授|同志|记者|委员)"
_AFTER_NAME, _BEFORE_NAME = re.compile(rf"^[一-龥]{{0,2}}{_OFFICE}"), re.compile(rf"{_OFFICE}[一-龥]{{0,2}}$")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦"
    "付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)


class What(StrEnum):
    """What was changed."""

    NUMBER = "number"
    DATE = "date"
    NEGATION = "negation"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where two texts contradict each other: the words ``here`` and ``there``, with some around them."""

    what: What
    here: str
    there: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a text stands to another. ``share`` of its n-grams are there, 0..1. ``covered``: it says nothing else.

    ``spots`` are contradictions between sentences that are otherwise the same; with any it is not covered.
    """

    share: float
    covered: bool
    spots: tuple[Spot, ...] = ()


class Said:
    """What a text says, in the forms that are compared."""

    def __init__(self, text: str, title: str = "") -> None:
        """``title`` is left out where the text begins with it: headlines are changed freely."""
        head, _, rest = text.partition("\n")
        body = rest if rest and title and squeeze(head) == squeeze(title) else text
        self.sentences = [body[start:end] for start, end in sentence_spans(body)]

    @cached_property
    def keys(self) -> list[str]:
        """The sentences' matching forms; some may be empty."""
        return [_key(sentence) for sentence in self.sentences]

    @cached_property
    def whole(self) -> str:
        """All keys in a row."""
        return "".join(self.keys)

    @cached_property
    def grams(self) -> Hashes:
        """Hashes of the different n-grams, ascending."""
        return _grams(self.whole)

    @cached_property
    def digest(self) -> str:
        """Equal for texts that say the same to the letter, however they are written."""
        return hashlib.sha256(self.whole.encode(errors="surrogatepass")).hexdigest()[:32]

    @property
    def sketch(self) -> Sketch:
        """A fixed sample of the n-grams: what is in a part of a text is in the text's own sketch as well."""
        sampled = self.grams[self.grams % np.uint64(_SAMPLED) == 0]
        return np.unique((sampled >> np.uint64(32)).astype(np.uint32))


def compare(inner: Said, outer: Said) -> Verdict:
    """Whether ``outer`` covers what ``inner`` says; a pure function of the two."""
    if not inner.whole:
        return Verdict(0.0, False)
    if inner.whole in outer.whole:
        return Verdict(1.0, True)
    share = _contained(inner.grams, outer.grams)
    if share < SHARE:
        return Verdict(share, False)
    pairs, own = _aligned(inner, outer)
    spots = tuple(spot for here, there in pairs for spot in _spots(here, there))[:_MOST_SPOTS]
    most = min(max(LEAST_OWN_CHARS, MOST_OWN * len(inner.whole)), MOST_OWN_CHARS)
    enough = share >= (_SHORT_SHARE if len(inner.whole) < _SHORT else SHARE)
    return Verdict(share, enough and not spots and own <= most, spots)


def _key(sentence: str) -> str:
    """The squeezed sentence, in which 3.5 is not 35 and 8% not 8."""
    text = _FULL_COMMA.sub("、", sentence)
    if _DIGIT.search(text):
        text = _NUMBER_SIGN.sub(lambda sign: _IN_NUMBERS[sign.group()], text.replace("％", "%").replace("．", "."))
    return squeeze(text)


def _grams(text: str) -> Hashes:
    codes = np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), dtype=np.uint32).astype(np.uint64)
    size = min(_GRAM, len(codes))
    if not size:
        return np.empty(0, dtype=np.uint64)
    many = len(codes) - size + 1
    mixed = np.zeros(many, dtype=np.uint64)
    for at in range(size):
        mixed = mixed * _BASE + codes[at : at + many]
    for shift, factor in ((30, _MIX_1), (27, _MIX_2)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * factor
    return np.unique(mixed ^ (mixed >> np.uint64(31)))


def _contained(inner: Hashes, outer: Hashes) -> float:
    return len(np.intersect1d(inner, outer, assume_unique=True)) / max(1, len(inner))


def _aligned(inner: Said, outer: Said) -> tuple[list[tuple[str, str]], int]:
    """Sentences that differ a little, in pairs, and how many characters of the inner text have no like in the outer."""
    there = set(outer.keys)
    left = [at for at, key in enumerate(inner.keys) if key and key not in there and key not in outer.whole]
    here = set(inner.keys)
    others = [at for at, key in enumerate(outer.keys) if key and key not in here]
    pairs = {at: Counter(_bigrams(outer.keys[at])) for at in others}
    found: list[tuple[str, str]] = []
    own = 0
    for at in left:
        grams = Counter(_bigrams(inner.keys[at]))
        best = max(pairs, key=lambda other: (_alike(grams, pairs[other]), -other), default=None)
        if best is not None and _alike(grams, pairs[best]) >= _PARTNER:
            found.append((inner.sentences[at], outer.sentences[best]))
        elif _contained(_grams(inner.keys[at]), outer.grams) < 0.5:  # its sentences may be cut elsewhere
            own += len(inner.keys[at])
    return found, own


def _bigrams(key: str) -> list[str]:
    return [key[at : at + 2] for at in range(max(1, len(key) - 1))]


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """The share of common bigrams in the shorter one, which may have lost its end, of at least half the length."""
    small, large = sorted((one.total(), other.total()))
    return (one & other).total() / small if 2 * small >= large else 0.0


def _spots(here: str, there: str) -> Iterator[Spot]:
    """Contradictions between two wordings of one sentence."""
    if "\ufffd" in here or "\ufffd" in there:  # what is lost cannot contradict
        return
    one, other = ([token for token in tokens(text) if token.sort in _TELLING] for text in (here, there))
    matcher = difflib.SequenceMatcher(None, [token.text for token in one], [token.text for token in other], False)
    opcodes = [opcode for opcode in matcher.get_opcodes() if opcode[0] != "equal"]
    places = _places(here) ^ _places(there) if opcodes else set()
    for _, a, b, c, d in opcodes:
        # where a sentence begins and ends depends on marks, which copies change
        edge = (a == 0 and c == 0) or (b == len(one) and d == len(other))
        what = _what(_Change(one, a, b), _Change(other, c, d), edge, places)
        if what is not None:
            yield Spot(what, _shown(one, a, b), _shown(other, c, d))


_TELLING = VALUES | {Sort.WEAK, Sort.HAN, Sort.WORD}


class _Change:
    """Tokens of a sentence that the other sentence has not, with what stands around them."""

    def __init__(self, sentence: Sequence[Token], start: int, end: int) -> None:
        self.tokens = sentence[start:end]
        self.text = "".join(token.surface for token in self.tokens)
        self.before = "".join(token.surface for token in sentence[max(0, start - 4) : start])
        self.after = "".join(token.surface for token in sentence[end : end + 4])

    def values(self) -> Counter[str]:
        return Counter(token.text for token in self.tokens if token.sort in VALUES or token.sort is Sort.WEAK)


def _what(here: _Change, there: _Change, edge: bool, places: set[str]) -> What | None:
    both = bool(here.tokens and there.tokens)
    if (both or not edge) and here.values() != there.values() and (both or _only_values(here, there)):
        dates = any(token.sort is Sort.DATE for token in (*here.tokens, *there.tokens))
        return What.DATE if dates else What.NUMBER
    small = len(here.tokens) <= 4 and len(there.tokens) <= 4
    if small and (len(_NOT.findall(here.text)) != len(_NOT.findall(there.text)) or _opposed(here.text, there.text)):
        return What.NEGATION
    return What.NAME if both and small and _is_name(here, there, places) else None


def _only_values(here: _Change, there: _Change) -> bool:
    """Whether a number came or went by itself, rather than with a clause."""
    return len(here.tokens) + len(there.tokens) <= 3


def _opposed(here: str, there: str) -> bool:
    gone, come = set(here) - set(there), set(there) - set(here)
    return any(
        len(pair & gone) == 1 and len(pair & come) == 1 and (pair & gone) != (pair & come) for pair in _OPPOSITES
    )


def _is_name(here: _Change, there: _Change, places: set[str]) -> bool:
    if any(text and text in place for place in places for text in (here.text, there.text)):
        return True
    if _PLACE_END.match(here.text[-1:] + here.after) and _PLACE_END.match(there.text[-1:] + there.after):
        return not (_is_word(here.text) and _is_word(there.text))
    if _AFTER_NAME.match(here.after) or _BEFORE_NAME.search(here.before):
        return True
    return all(
        2 <= len(change.text) <= 4 and change.text[0] in _SURNAMES and word_frequency(change.text) < 30
        for change in (here, there)
    )


def _is_word(text: str) -> bool:
    return len(text) > 1 and word_frequency(text) > 0


def _places(sentence: str) -> set[str]:
    gazetteer = Gazetteer.load()
    return {one.name for mention in gazetteer.scan(sentence) for one in mention.candidates[:1]}


def _shown(sentence: Sequence[Token], start: int, end: int) -> str:
    return "".join(token.surface for token in sentence[max(0, start - _CONTEXT) : end + _CONTEXT])
