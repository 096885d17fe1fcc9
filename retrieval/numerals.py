"""Numbers, dates and document numbers as values, so that 十五人 and 15人, 3.5万 and 35000 compare as equal.

``tokens`` reads a text once, left to right. What it cannot value with certainty (两三, 十四五) stays a literal
that equals only itself.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

from retrieval.text import HAN, fold

MAX_DIGITS = 40  # longer digit runs are identifiers: compared as written


class Sort(Enum):
    """What a token is. ``WEAK`` is a lone numeral that may be part of a word, ``PAUSE`` a mark inside a clause."""

    NUMBER = auto()
    DATE = auto()
    DOCUMENT = auto()
    WEAK = auto()
    HAN = auto()
    WORD = auto()
    SIGN = auto()
    PAUSE = auto()
    CLAUSE = auto()
    STOP = auto()


VALUES = frozenset({Sort.NUMBER, Sort.DATE, Sort.DOCUMENT})
BORDERS = frozenset({Sort.PAUSE, Sort.CLAUSE, Sort.STOP})


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` is canonical: equal values have equal texts. ``surface`` is the folded text it was read from."""

    sort: Sort
    text: str
    surface: str


_DIGIT = dict(zip("〇零一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_SCALE = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_FORMAL_RUN = re.compile(r"[壹贰叁肆伍陆柒捌玖][壹贰叁肆伍陆柒捌玖拾佰仟万亿零]+")
_H = "[〇零一二两三四五六七八九十百千万亿]"
_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)*)"
_SCALED = rf"(?:(?:{_ARABIC}(?:千(?![克米瓦卡])|[百万亿])+)+|{_ARABIC})"
_PLAIN = rf"(?:{_SCALED}|{_H}+(?:点[〇零一二三四五六七八九]+)?)"
_TENTHS = (
    rf"(?:{_ARABIC}|[一二两三四五六七八九])成(?:半|[一二三四五六七八九5])?(?![立为功员果本都长人年效绩熟品形就交套分])"
)
_SHARE = rf"(?:[百千万]分之{_PLAIN}|{_TENTHS}|{_PLAIN}\s*[%‰])"
_ONE = rf"(?:{_SHARE}|{_PLAIN}分之{_PLAIN}|{_PLAIN})"
_TO = r"(?:\s*[-~—–－―∼至到]+\s*)"
_YEAR = r"(?:\d{4}|[一二][〇零一二三四五六七八九]{3})"
_DAY = r"(?:\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
# parts of words, or so worn that they count nothing
_WORN = (
    "进一步|统一|唯一|之一|单一|同一|一体|一定|一些|一般|一直|一致|一律|一流|一线|一起|一并|一旦|一切|一站式|一揽子|一系列|一方面"
    "|十分(?!之)|百姓|千方百计|万一|万众|四川|三明"
)
# what is counted: a lone numeral before one of these is a number
_COUNTED = (
    "个家名人所项次张台位间床支辆元角年月日天岁户村乡镇县市区类种级批条款层座处份件期"
    "轮周倍大方套本科门对双组队班场届站点室院癌"
)
_TOKEN = re.compile(
    rf"(?P<document>[〔\[(【]\s*\d{{4}}\s*年?\s*[〕\])】]\s*第?\s*\d+\s*号)"
    rf"|(?P<years>{_YEAR}\s*年?{_TO}{_YEAR}\s*年)"
    rf"|(?P<date>{_YEAR}\s*年(?:\s*{_DAY}\s*月(?:\s*{_DAY}\s*[日号])?)?|\d{{4}}(?P<mark>[-./])\d{{1,2}}(?P=mark)\d{{1,2}}(?!\d)"
    rf"|{_DAY}\s*月\s*{_DAY}\s*[日号])"
    rf"|(?P<worn>{_WORN})"
    rf"|(?P<ordinal>第\s*{_PLAIN})"
    rf"|(?P<ratio>\d+(?:\s*[:∶/⁄]\s*\d+)+)"
    rf"|(?P<range>{_ONE}{_TO}{_ONE})"
    rf"|(?P<one>{_ONE})"
    rf"|(?P<word>[^\W\d_{HAN}]+(?:[-/.]?(?:[^\W\d_{HAN}]|\d)+)*)"
    rf"|(?P<han>[{HAN}])"
    r"|(?P<stop>[。!?\n])"
    r"|(?P<clause>[\ue000,;:])"
    r"|(?P<pause>[、()〔〕【】\[\]{}])"
    r"|(?P<sign>[^\s\w“”‘’\"'《》〈〉「」『』·.])"
)
_SIMPLE = {
    "word": Sort.WORD,
    "han": Sort.HAN,
    "pause": Sort.PAUSE,
    "clause": Sort.CLAUSE,
    "stop": Sort.STOP,
    "sign": Sort.SIGN,
}


@functools.lru_cache(maxsize=1024)
def prepared(text: str) -> str:
    """The matching form; a full-width comma never becomes part of 3,500, nor ① of the number after it."""
    text = re.sub(r"\.{3,}|…", "。", text.replace("，", "\ue000"))
    kept: list[str] = []
    for char in text:
        category = unicodedata.category(char)
        if category == "No":
            kept.append(f" {char} ")
        elif category == "Nd":
            kept.append(str(unicodedata.digit(char)))
        elif category != "Cf":
            kept.append(char)
    lines = [fold(line) for line in "".join(kept).split("\n")]
    folded = "\n".join(line for line in lines if line).replace("廿", "二十").replace("卅", "三十")
    return _FORMAL_RUN.sub(lambda run: run.group().translate(_FORMAL), folded)


@functools.lru_cache(maxsize=1024)
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text in order; blanks and quotation marks are left out."""
    found: list[Token] = []
    whole = prepared(text)
    for match in _TOKEN.finditer(whole):
        group, surface = str(match.lastgroup), match.group()
        if group == "worn":
            found.extend(Token(Sort.HAN, char, char) for char in surface)
        elif group in _SIMPLE:
            found.append(Token(_SIMPLE[group], surface, surface))
        elif group == "one" and _is_weak(surface, whole[match.end() : match.end() + 1]):
            found.append(Token(Sort.WEAK, surface, surface))
        else:
            found.append(_valued(group, surface))
    return tuple(found)


def _is_weak(surface: str, following: str) -> bool:
    if not re.fullmatch(rf"{_H}+", surface):
        return False
    return not re.search("[〇零一二两三四五六七八九十]", surface) or (len(surface) == 1 and following not in _COUNTED)


def _valued(group: str, surface: str) -> Token:
    bare = re.sub(r"\s", "", surface)
    if group == "document":
        year, number = re.findall(r"\d+", bare)
        return Token(Sort.DOCUMENT, f"[{year}]{number}", surface)
    if group in ("date", "years"):
        return Token(Sort.DATE, _date(bare), surface)
    if group == "ordinal":
        return Token(Sort.NUMBER, "第" + _amount(bare[1:]), surface)
    if group == "ratio":
        return Token(Sort.NUMBER, re.sub("[∶]", ":", bare).replace("⁄", "/"), surface)
    if group == "range":
        first, last = re.split(rf"(?<=[\d.%‰{_H[1:-1]}半千百万亿成]){_TO}", bare, maxsplit=1)
        return Token(Sort.NUMBER, f"{_amount(first)}~{_amount(last)}", surface)
    return Token(Sort.NUMBER, _amount(bare), surface)


def _date(bare: str) -> str:
    """``2023-2-2``, ``2023-2``, ``2023``, ``-2-2`` or ``2021~2025``."""
    parts = [part for part in re.split(r"[年月日号./~—–－―∼至到-]+", bare) if part]
    values = [_digits(part) if len(part) == 4 else _amount(part.lstrip("0") or "0") for part in parts]
    years = [value for value, part in zip(values, parts, strict=True) if len(part) == 4]
    return "~".join(years) if len(years) == 2 else ("" if years else "-") + "-".join(values)


def _digits(part: str) -> str:
    return "".join(str(_DIGIT.get(char, char)) for char in part)


def _amount(bare: str) -> str:
    """Canonical text of an amount: ``35000``, ``7/2``, ``75%``, ``1/3``; else the text as it stands."""
    value = _tenths(bare)
    if value is not None:
        return f"{value}%"
    for lead, sign in (("百分之", "%"), ("千分之", "‰"), ("万分之", "‱")):
        if bare.startswith(lead):
            return _amount(bare.removeprefix(lead)) + sign
    if bare[-1] in "%‰":
        return _amount(bare[:-1]) + bare[-1]
    if "分之" in bare:
        below, above = (_amount(part) for part in bare.split("分之", 1))
        return f"{above}/{below}"
    value = _value(bare)
    return bare if value is None else f"{value}"


def _tenths(bare: str) -> Fraction | None:
    match = re.fullmatch(rf"({_ARABIC}|[一二两三四五六七八九])成(半|[一二三四五六七八九5])?", bare)
    whole = _value(match[1]) if match else None
    if match is None or whole is None:
        return None
    rest = Fraction(5) if match[2] == "半" else _value(match[2] or "零")
    return None if rest is None else whole * 10 + rest


def _value(bare: str) -> Fraction | None:
    if len(bare) > MAX_DIGITS:
        return None
    if re.match(r"\d", bare):
        return _arabic(bare.replace(",", ""))
    whole, _, decimals = bare.partition("点")
    value = _han(whole)
    if value is None or not decimals:
        return value
    return value + Fraction(f"0.{_digits(decimals)}")


def _arabic(bare: str) -> Fraction | None:
    total = Fraction(0)
    for part in re.findall(r"[\d.]+[百千万亿]*", bare):
        digits = part.rstrip("百千万亿")
        if digits.count(".") > 1 or re.match(r"0\d", digits):
            return None
        value = Fraction(digits)
        for char in part[len(digits) :]:
            value *= _SCALE.get(char) or _LARGE[char]
        if total and value >= total:
            return None
        total += value
    return total


def _han(run: str) -> Fraction | None:
    """The value of a well-formed numeral; None for 十四五, 两三, 三百五 and other shapes with several readings."""
    for large in ("亿", "万"):
        if large in run:
            above, below = run.split(large, 1)
            left, right = _han(above), _han(below) if below else Fraction(0)
            if left is None or right is None or right >= _LARGE[large] or not left or below in _DIGIT:
                return None
            return left * _LARGE[large] + right
    total, least = 0, 10_000
    digit: int | None = None
    zero = False
    for char in run:
        if char in _SCALE:
            bare_ten = char == "十" and digit is None and (not total or zero)
            if _SCALE[char] >= least or not (digit or bare_ten):
                return None
            least, total = _SCALE[char], total + (digit or 1) * _SCALE[char]
            digit, zero = None, False
        elif digit:
            return None
        elif _DIGIT[char] == 0:
            if zero or run == char:
                return Fraction(0) if run == char else None
            zero = True
        else:
            digit = _DIGIT[char]
    if digit and total and least > 10 and not zero:
        return None
    return Fraction(total + (digit or 0))
