"""The claim check: does everything that a claim asserts stand in its quote?

Mechanical and conservative: what it cannot trace counts as unsupported, so a faithful rewording may fail, and then
the source's own words are said instead. A claim that *is* whole clauses of its quote always passes.
"""

import functools
import re
from collections.abc import Iterator, Sequence

from retrieval.numerals import BORDERS, VALUES, Sort, Token, prepared, tokens
from retrieval.places import Gazetteer
from retrieval.sway import END, NEUTRAL, markers, turned
from retrieval.text import word_frequency, words

MAX_BESIDE = 300  # tokens beside a number that are compared; more is nothing anybody would write
RIGHT = 3  # tokens after a number that must be the same: its unit and the thing counted
# what bounds a number, before it and after it, within its clause
_BEFORE = re.compile(
    "不[少低多高大小]于|不超过|不足|不到|未满|至少|最少|至多|最多|超过?|超出|突破|逾|将近|接近|近|大约|约|[高低多少大小早晚]于|"
    "仅|只|平均|人均|户均|每|各|分别|累计|新增|同比|环比|合计|另|上|数|几|[≥≤<>=±~+-]"
)
_BESIDE = re.compile("(?:(?<!达)到|至|自|从|由|比|截至|截止|满|第)$")
_AFTER = re.compile(
    "以上|以下|以内|之内|左右|上下|以外|以前|以后|之前|之后|以来|[多余几来许半起前后底初末+]|上半年|下半年"
)
_FROM_TO = frozenset("到至自从")  # beside a date these have been compared already
# words that carry a fact of their own: each must stand in the quote
_GUARDED = re.compile(
    "[今去明前]年|[本上下]月|[年月]底|[年月]初|上半年|下半年|季度|增加|减少|提高|提升|降低|上升|下降|增长|缩减|扩大|缩小|翻番|翻倍"
    "|免费|自费|收费|公办|民办|全部|所有|全体|多数|少数|全国|全省|全市|全县|全区|全镇|全覆盖|城市|农村|必须|可以|应当|强制|自愿"
    "|完成|启动|建成|在建|开工|竣工|投用|首个|首家|首次|率先|唯一|最|率|金额|费用|死亡|治愈|合格|优秀|第一"
    "|男|女|老年|儿童|孕|[东南西北](?=部|片)|市级|县级|省级|国家级|乡级|村级|乡镇|半数|一半|介绍|表示|指出|强调|认为|透露|报道|据悉|日报|新华社"
)
_BODY = re.compile(
    "医院|卫生院|卫生室|卫生站|保健院|服务站|门诊部|诊所|中心|大学|学院|学校|公司|协会|学会|基金会|集团|医共体|医联体|办公室|委员会"
    "|联盟|研究所|药店|养老院|敬老院|福利院|局|委|省|市|县|区|州|旗|镇|乡|村|街道|社区|疫苗|筛查|病|症|癌|药"
)
_TITLE = re.compile(
    "院长|主任|书记|局长|县长|市长|区长|镇长|乡长|部长|处长|科长|所长|站长"
    "|医师|医生|护士|教授|院士|记者|先生|女士|同志|患者|居民"
)
_QUOTED = re.compile('[“"《〈「『]([^“”"《》〈〉「」『』]+)[”"》〉」』]')
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹喻苏潘葛范彭郎鲁韦马苗方俞任袁柳鲍史唐费薛雷贺倪汤罗"
    "毕郝安常于傅齐康伍余顾孟黄穆萧尹姚邵汪祁毛米贝戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾江童颜郭梅林钟徐邱骆高夏蔡田胡凌霍"
    "万柯卢莫房缪解应丁邓洪包左石崔龚程邢裴陆荣翁荀惠曲封储段焦侯全甘厉祖武符刘景詹龙叶黎白蒲池乔谭申冉雍桑桂牛燕温庄晏柴"
    "阎连易廖耿匡文寇广欧利师巩关查荆游权司上官"
)
_STOPS = frozenset("的了和与及并还也等该其在于由对向到把将被给为是有全各本每个所家名位此这那")


def unsupported(claim: str, quote: str) -> tuple[str, ...]:
    """What the claim says and the quote does not, as folded pieces in the order found; empty when all is supported.

    Numbers, dates and document numbers need the same value, unit, thing and bounds; names, quoted words and Latin
    words must occur; no negation, modality or limit may be added or lost. Several quotes are joined by newlines.
    """
    said, source = tokens(claim), tokens(quote)
    return () if _verbatim(said, source) else tuple(dict.fromkeys(_faults(claim, quote, said, source)))


def lost(given: str, text: str) -> tuple[str, ...]:
    """Numbers, dates, denials, plans and limits of ``given`` that a rewording lost; empty when all are kept."""
    said = tokens(text)
    values = (token for token in tokens(given) if token.sort in VALUES or token.sort is Sort.WEAK)
    gone = [token.surface for token in values if not any((token.sort, token.text) == (o.sort, o.text) for o in said)]
    return tuple(dict.fromkeys([*gone, *sorted(markers(tokens(given)) - markers(said))]))


def _verbatim(said: Sequence[Token], source: Sequence[Token]) -> bool:
    """Whether the claim is whole clauses of the quote, in so many words."""
    edges = (Sort.CLAUSE, Sort.STOP)
    at, end = 0, len(said)
    while at < end and said[at].sort in edges:
        at += 1
    while end > at and said[end - 1].sort in edges:
        end -= 1
    inner = [token.text for token in said[at:end]]
    if not inner:
        return True
    ends = [END, *source, END]
    return any(
        ends[start - 1].sort in edges
        and ends[start + len(inner)].sort in edges
        and [token.text for token in ends[start : start + len(inner)]] == inner
        for start in range(1, len(ends) - len(inner))
    )


def _faults(claim: str, quote: str, said: Sequence[Token], source: Sequence[Token]) -> Iterator[str]:
    yield from _values(said, source)
    plain = _compact(quote)
    yield from _names(claim, said, source, plain)
    yield from (match.group() for match in _GUARDED.finditer(_compact(claim)) if match.group() not in plain)
    yield from turned(said, source)


@functools.lru_cache(maxsize=256)
def _compact(text: str) -> str:
    """The matching form without blanks and quotation marks, clauses kept apart."""
    return re.sub("[\\s“”‘’\"'《》〈〉「」『』]", "", re.sub("\n", "|", prepared(text)))


# numbers


def _values(said: Sequence[Token], source: Sequence[Token]) -> Iterator[str]:
    for at, token in enumerate(said):
        if token.sort is Sort.WEAK:
            near = _near(said, at)
            if not any(other.sort is Sort.WEAK and _near(source, there) == near for there, other in enumerate(source)):
                yield token.surface
        elif token.sort in VALUES:
            places = [there for there, other in enumerate(source) if _equal(token, other)]
            if not any(_stands(said, at, source, there) for there in places):
                yield token.surface


def _near(row: Sequence[Token], at: int) -> tuple[str, str, str]:
    return _text(row, at - 1), row[at].text, _text(row, at + 1)


def _text(row: Sequence[Token], at: int) -> str:
    if not 0 <= at < len(row) or row[at].sort in BORDERS:
        return "|"
    return row[at].text


def _equal(token: Token, other: Token) -> bool:
    if token.sort is not other.sort:
        return False
    if token.sort is Sort.DATE and "~" not in token.text + other.text:  # less precise is still true
        return other.text == token.text or other.text.startswith(token.text + "-") or other.text.endswith(token.text)
    return token.text == other.text


def _stands(said: Sequence[Token], at: int, source: Sequence[Token], there: int) -> bool:
    """Whether the number means the same thing in both: same neighbours, same bounds, nothing jumped over."""
    if said[at].sort is Sort.DOCUMENT:
        return _issuer(said, at) == _issuer(source, there)
    before, after = _clause(said, at)
    source_before, source_after = _clause(source, there)
    if _bounds(before, after) != _bounds(source_before, source_after):
        return False
    dated = said[at].sort is Sort.DATE
    right, source_right = _reach(said, at, 1, 0), _reach(source, there, 1, 200)
    if dated:  # it may move behind the doer: 2023年，甲县建成 and 甲县2023年建成
        left = [token for token in _reach(said, at, -1, 0) if token.text not in _FROM_TO]
        if _same_thing([*left, *right], source_right, True) and _in_order([*left, *right], source_right):
            return True
    else:
        left = _reach(said, at, -1, 2)
    if not _same_thing(right, source_right, dated) or not _in_order(right, source_right):
        return False
    return _in_order(left, _reach(source, there, -1, 0 if dated else 200))


def _issuer(row: Sequence[Token], at: int) -> str:
    start = at
    while start > 0 and row[start - 1].sort in (Sort.HAN, Sort.WEAK):
        start -= 1
    return re.sub("^.*(?:根据|按照|依据|印发|下发|发布|文件|[的了由以按])", "", _join(row[start:at]))


def _join(row: Sequence[Token]) -> str:
    return "".join("|" if token.sort in BORDERS else token.text for token in row)


def _clause(row: Sequence[Token], at: int) -> tuple[str, str]:
    """The text before and after a number, up to the next number or border."""
    closed = VALUES | BORDERS
    left, right = at, at + 1
    while left > 0 and row[left - 1].sort not in closed:
        left -= 1
    while right < len(row) and row[right].sort not in closed:
        right += 1
    return _join(row[left:at]), _join(row[at + 1 : right])


def _bounds(before: str, after: str) -> tuple[tuple[str, ...], ...]:
    beside = _BESIDE.search(before)
    return tuple(_BEFORE.findall(before)), tuple(_AFTER.findall(after)), (beside.group() if beside else "",)


def _reach(row: Sequence[Token], at: int, step: int, least: int) -> list[Token]:
    """Tokens on one side of a number, in reading order, up to the next number or sentence end.

    A clause border ends it too, once it holds ``least`` characters that say something.
    """
    found: list[Token] = []
    content = 0
    there = at + step
    while 0 <= there < len(row):
        token = row[there]
        if token.sort in VALUES or token.sort is Sort.STOP or (token.sort in BORDERS and content >= least):
            break
        content += token.sort in (Sort.HAN, Sort.WORD) and not NEUTRAL.fullmatch(token.text)
        found.append(token)
        there += step
    return found if step > 0 else found[::-1]


def _same_thing(right: Sequence[Token], source: Sequence[Token], dated: bool) -> bool:
    """Whether the words right after a number agree, as far as the unit and the thing counted reach."""
    if dated:  # a date often opens a sentence: 2023年，全县 and 2023年全县 are one
        ours, theirs = (
            [token.text for token in side if token.sort not in BORDERS and not NEUTRAL.fullmatch(token.text)]
            for side in (right, source)
        )
        return ours[:2] == theirs[: len(ours[:2])]
    for at in range(RIGHT):
        one, other = (_joined(side, at) for side in (right, source))
        if one != other:
            return False
        if one == "|":
            break
    return True


def _joined(row: Sequence[Token], at: int) -> str:
    text = _text(row, at)
    return "|" if text in ("和", "及", "与") else text


def _in_order(ours: Sequence[Token], source: Sequence[Token]) -> bool:
    """Whether the words beside a number stand beside it in the source, in order, in runs of two characters or more."""
    pieces = [piece for piece in re.split("[|]", NEUTRAL.sub("|", _join(ours))) if piece]
    window = _join(source)
    if len(ours) > MAX_BESIDE:
        return False

    @functools.cache
    def fits(piece: int, done: int, at: int) -> bool:
        if piece == len(pieces):
            return True
        left = len(pieces[piece]) - done
        if not left:
            return fits(piece + 1, 0, at)
        for length in [left, *range(left - 2, 1, -1)]:
            if length == 1 and done:
                continue
            start = window.find(pieces[piece][done : done + length], at)
            if start >= 0 and fits(piece, done + length, start + length):
                return True
        return False

    return fits(0, 0, 0)


# names


def _names(claim: str, said: Sequence[Token], source: Sequence[Token], plain: str) -> Iterator[str]:
    latin = {token.text for token in source if token.sort is Sort.WORD}
    yield from (token.text for token in said if token.sort is Sort.WORD and token.text not in latin)
    folded = prepared(claim)
    for match in _QUOTED.finditer(folded):
        if _compact(match[1]) not in plain:
            yield match[1]
    for run in _han_runs(said):
        yield from (name for name in _bodies(run) if name not in plain)
        yield from (name for name in _people(run) if name not in plain)
        for mention in Gazetteer.load().find(run):
            if mention.surface not in plain:
                yield mention.surface
        yield from (word for word in words(run) if _is_unheard(word, plain))


def _is_unheard(word: str, plain: str) -> bool:
    """Whether the quote lacks a word that is likely somebody's name: no dictionary lists it, or it looks like one."""
    if len(word) < 2 or word in plain or NEUTRAL.sub("", word) in plain:
        return False
    return not word_frequency(word) or (len(word) == 3 and word[0] in _SURNAMES)


def _han_runs(row: Sequence[Token]) -> list[str]:
    marked = "".join(token.text if token.sort in (Sort.HAN, Sort.WEAK) else "|" for token in row)
    return [run for run in marked.split("|") if run]


def _bodies(run: str) -> Iterator[str]:
    """Names of bodies and places as their last characters: what they are called, with two characters before it."""
    for match in _BODY.finditer(run):
        start = match.start()
        while start > 0 and match.start() - start < 2 and run[start - 1] not in _STOPS - {"和"}:  # 协和医院
            start -= 1
        yield run[start : match.end()]


def _people(run: str) -> Iterator[str]:
    """A title with two characters on either side: a name stands before it or after it."""
    for match in _TITLE.finditer(run):
        yield run[max(0, match.start() - 2) : match.end()].lstrip("".join(_STOPS))
        if match.end() < len(run) and run[match.end()] not in _STOPS:
            yield run[match.start() : match.end() + 2]
