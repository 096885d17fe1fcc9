"""What a question is about: its text without introductions, years, politeness, question words and particles.

Cuts are spans of the folded text. A cut that would tear an entry of the lexicon apart is not made, so
"家庭医生签约服务" or "心理咨询" stay whole. English questions become the Chinese words of the lexicon.
"""

import re

from retrieval.lexicon import Lexicon
from retrieval.scope import clauses, is_smalltalk
from retrieval.text import HAN, fold
from retrieval.wording import found, pattern, word_set

_FIRST_YEAR, _LAST_YEAR = 1990, 2049
_PLANS = {"十一五": 2006, "十二五": 2011, "十三五": 2016, "十四五": 2021, "十五五": 2026, "十六五": 2031}
_HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_YEAR = re.compile(
    r"(?<![\d.])((?:19|20)\d\d)(?!\d|\.\d|[万亿元人名个张家例])(?:年度?)?"
    r"(?:\s*(?:[-—–~～至到]|and|to)+\s*((?:19|20)\d\d)(?!\d)(?:年度?)?)?|([12二一][0〇○零九9][〇○零一二三四五六七八九]{2})年|"
    r"(?<![\d近过满共来达第])(2[0-9])年(?=度|底|初|[卫重工主计抓医健看疫忙有都要呢的?,。\s]|$)"
)
_PLAN = re.compile("|".join(_PLANS))

_SURE = 0.75  # an introduction that names its subject this surely is part of the question

_A_NOT_A = re.compile(rf"([{HAN}])(?:不|唔|没|冇)\1")
_MARKS = re.compile(rf"[^\w{HAN}%+.·&/-]+|(?<![a-z0-9])[.+/&-]+|[.+/&-]+(?![a-z0-9])|_+")
_LONELY = frozenset(
    "的了是在有会能要都也就还和与跟同及为对从把被给让又很更最将这那其之于以来去到做搞弄整讲说谈问看想里上中下个些样没不无人年月日第请各怎何另再"
) | {"还有", "也有", "都有", "另有", "有的", "现有"}
_ENGLISH_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
_MOST_OFFICIAL = 2


def years_in(text: str) -> tuple[int, ...]:
    """The years that a text names, ascending: 2021年, 2021-2025, 二〇二一年, 十四五. Relative ones are none."""
    years: set[int] = set()
    for match in _YEAR.finditer(text):
        first, last, han, short = match.groups()
        begin = int(first or (han or "").translate(_HAN_DIGITS) or f"20{short}")
        end = int(last) if last else begin
        years.update(range(begin, end + 1) if begin <= end <= begin + 10 else (begin, end))
    for match in _PLAN.finditer(text):
        years.update(range(_PLANS[match.group()], _PLANS[match.group()] + 5))
    return tuple(sorted(year for year in years if _FIRST_YEAR <= year <= _LAST_YEAR))


def blank_years(text: str) -> str:
    """The text with its years turned into blanks; the name of a five-year plan stays, for documents use it too."""
    return _YEAR.sub(lambda match: " " * len(match.group()), text)


def blank_introduction(text: str, lexicon: Lexicon) -> str:
    """The text with what the asker says of himself before the question turned into blanks of the same length."""
    end = _colon_end(text)
    rest = text[end:]
    spans = [(end + left, end + right) for left, right in clauses(rest)]
    for left, right in spans[:-1]:
        clause = fold(text[left:right])
        about_self = found("self", clause) and _is_empty(clause, lexicon)
        if not (about_self or pattern("greeting").fullmatch(clause) or is_smalltalk(clause)):
            break
        end = right
    return " " * end + text[end:]


def _colon_end(text: str) -> int:
    """Where the question starts after "学生写论文:", or 0."""
    colon = re.search(r"[:：]", text[:80])
    if colon is None:
        return 0
    head = fold(text[: colon.start()])
    asks = found("question_word", head) or not found("introducer", head)
    return 0 if asks or not any(char.isalnum() for char in text[colon.end() :]) else colon.end()


def _is_empty(clause: str, lexicon: Lexicon) -> bool:
    if found("question_word", clause):
        return False
    return not any(expansion.weight >= _SURE for expansion in lexicon.expand(clause))


def chinese_topic(folded: str, lexicon: Lexicon) -> str:
    """The topic of a folded text without places, years and introduction: pieces of it, one blank at each cut."""
    kept = [(one.start, one.end) for one in lexicon.expand(folded) if one.end - one.start > 1]
    pieces, at = [], 0
    for match in pattern("filler").finditer(folded):
        if not any(_torn(match.span(), span) for span in kept):
            pieces.append(folded[at : match.start()])
            at = match.end()
    text = " ".join([*pieces, folded[at:]])
    text = _A_NOT_A.sub(r"\1", text)
    words = [_trim(word) for word in _MARKS.sub(" ", text).split()]
    return " ".join(word for word in words if word and word not in _LONELY)


def _torn(cut: tuple[int, int], kept: tuple[int, int]) -> bool:
    """Whether the cut takes a part of what is kept: not none of it, and not all of it and more."""
    apart = cut[1] <= kept[0] or kept[1] <= cut[0]
    swallowed = cut[0] <= kept[0] and kept[1] <= cut[1]
    return not apart and not (swallowed and cut != kept)


def _trim(word: str) -> str:
    return word if len(word) < 2 else pattern("edge").sub("", word)


def english_topic(folded: str, lexicon: Lexicon) -> str:
    """Chinese words for what the lexicon knows, then the content words that it does not know, as they are."""
    words: list[str] = []
    at, rest = 0, ""
    for expansion in lexicon.expand(folded):
        words.extend(expansion.official[:_MOST_OFFICIAL])
        rest += folded[at : expansion.start] + " | "
        at = expansion.end
    rest += folded[at:]
    unknown = [word.removesuffix("'s") for word in _ENGLISH_WORD.findall(rest)]
    words.extend(word for word in unknown if len(word) > 1 and word not in word_set("english_empty"))
    return " ".join(dict.fromkeys(words))
