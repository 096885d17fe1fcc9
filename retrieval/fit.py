"""Whether a sentence can be what was asked for: a number of that kind, near what is counted; a place, a name, a time.

A county's article may well speak of its ambulances without saying how many there are. So a number
question is read for its measure word and for the thing counted, and a sentence fits as far as it has a
number with such a measure in a clause that names the thing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.counting import MEASURES, measures
from retrieval.text import fold, squeeze
from retrieval.types import Kind, Question
from retrieval.wording import found, pattern

_COUNT = "0-9一二三四五六七八九十百千万亿两零〇几数半"
_ANY = "|".join(sorted({word for words in MEASURES.values() for word in words.split("|")}, key=len, reverse=True))
_NUMBER = re.compile(rf"(?:百分之[{_COUNT}.]+|[{_COUNT}][{_COUNT}.,]*\s*(?:余|多)?(?:{_ANY})|[0-9]+(?:\.[0-9]+)?)")
_ASKED = re.compile(
    rf"(?:多少|好多|几多|几|how many|how much)\s*(?P<measure>{_ANY})?(?P<counted>[\u4e00-\u9fff]+|[a-z '-]*)"
)
_AFTER = re.compile("(?:多少|好多|几多|几|哪些|哪几|哪|什么|啥子?|咩|乜嘢?)([\u4e00-\u9fff]+)")
_HEAD = re.compile(f"^(?:{_ANY})(?=..)")  # the measure word before it
_VAGUE = {"以下", "以上", "左右", "以内", "才", "人", "钱"}
_SHARE = re.compile("百分之|比例|占比|percent|率(?:是|为|要|达|降|升|有|多)")
_BARE = re.compile("[0-9]+(?:[.][0-9]+)?")
_DATE = re.compile(  # and hotlines; 2000余例 is no year
    rf"(?<![0-9])1(?:20|10|19|2345|2320|2356)(?![0-9.]|[余多]?(?:{_ANY}))|[第同每这那某统][{_COUNT}]+"
    rf"|(?:19|20)[0-9]{{2}}(?:[-—–至到](?:19|20)?[0-9]{{2,4}})?(?:年|(?![0-9.,—–-]|[余多]?(?:{_ANY})))"
    rf"|[{_COUNT}]{{1,3}}[月日]|十四五|十五五"
)
_CLAUSE = re.compile("[，,；;。！？!?、\n]")
_PLACE = re.compile(
    "[\u4e00-\u9fff]{1,8}(?:省|市|县|区|镇|乡|街道|社区|村|路|街|片区|中心|医院|卫生院|馆|站|园|大楼|广场|[东南西北]部)"
)
_ASKS_ADDRESS = re.compile("地址|门牌|哪(?:条|一条)?(?:路|街(?!道)|巷)|几号(?:楼|院)|address")
_ADDRESS = re.compile(
    rf"[路街巷道号楼院村镇乡里](?:[0-9{_COUNT}]+号|旁|边|口|交叉|以[东南西北]|内|附近)|(?:大道|路|街|巷)(?:[0-9]|上|旁)|位于|坐落|地址|设在"
)
_ENGLISH_KINDS = {
    "town": "镇|乡|街道", "village": "村", "hospital": "医院|卫生院|保健院", "community": "社区",
    "school": "学校|小学|中学", "clinic": "诊所|卫生室|卫生院|门诊",
}  # fmt: skip
_KINDS = {
    "镇": "镇|乡|街道", "乡镇": "镇|乡|街道", "乡": "乡|镇", "医院": "医院|卫生院|保健院|集团|中心",
    "卫生室": "卫生室|卫生所", "学校": "学校|小学|中学|学院|大学",
}  # fmt: skip
_TITLES = (
    "局长|书记|主任医师|主任|院长|县长|区长|市长|部长|主席|站长|所长|校长|村长|董事长|理事长|负责人|医生|教授|院士|专家"
)
_ASKS_NAME = re.compile(
    rf"(?:{_TITLES})(?:现在|目前|的名字|的姓名)?(?:是|叫|姓|系)?(?:谁|哪位|边个|边位|什么名|啥名|什么$|啥$|咩名|哪个$)"
    rf"|(?:谁|哪位|哪个)(?:是|当|任|担任|做|在当)[^,?。]{{0,10}}(?:{_TITLES})"
    r"|\bwho (?:is|was) (?:the |its )?(?:current )?(?:director|head|president|dean|chief|secretary|mayor|leader)\b"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤华云葛洪牛温樊齐伍殷庄章柯翟"
    "季柳岳聂焦俞欧鲁甘祝裴阮颜梅盛童涂柴蒙冉符鲍凌阎辛耿詹游屈谷纪卓靳滕娄仇祁倪褚冼苗麦车吉喻蓝"
)
# what follows a name, so that 院长高度重视 and 主任何时 name nobody
_ACTS = (
    "希认感透鼓要坚补"
    "谈说介表等率在为是任出主带陪作致讲指告宣向对和与及同到参一代兼也就都将还强深调检先来回亲牵负分督挂联组召走考慰提签"
)  # fmt: skip
_NAME = f"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?=[^\u4e00-\u9fff]|[{_ACTS}]|$)"
_TIME = re.compile(
    rf"[{_COUNT}]+\s*(?:个)?(?:年|月|日|季度|天|小时|分钟|周|秒|工作日|点)|[0-9]{{1,2}}:[0-9]{{2}}|年底|年初|年内|月底|上半年|下半年|今年|明年|去年|前年"
    "|十四五|十五五|期间|每[周天月年日季]|周[一二三四五六日末]|星期|礼拜|上午|下午|夜间|晚上|全天|节假日|工作日|[上中下]旬|当[天日]|次日|即日"
)
_TIMES = (
    (re.compile("哪(?:一)?年|几几年|哪个年|what year|which year"), rf"(?:19|20)[0-9]{{2}}|[{_COUNT}]{{4}}年|年度"),
    (
        re.compile("哪(?:一)?[天日]|几号|what date|which day"),
        rf"[{_COUNT}]+[日号]|周[一二三四五六日]|星期|当[天日]|除夕|节",
    ),
    (re.compile("几点"), rf"[{_COUNT}]+[点时]|[0-9]:[0-9]{{2}}|全天|24小时"),
)
_METHOD = re.compile("通过|推行|采取|采用|依托|实行|建立|开展|推进|加强|争取|落实")
_THREE_OR_MORE = re.compile(
    "(?:[三四五六七八九十]|[0-9]{2}|[3-9])(?:大|个|家|项|所|名|位|种|类|条|点|处|座|镇|乡|县|区|市|村)"
)
_PARTS = re.compile("[、;]|[和与及](?!其|以)")
_ENUMERATES = re.compile("、|；|;|\n|一是|[：:]$|和|以及")
_JOINED = re.compile("[和与及]|以及|并")
BEFORE, AFTER = 10, 6  # characters between a number and what it counts
# a number of another kind, or none, is no answer to a question for one; nor is what names no place to "where?"
LEAST_FIT = {Kind.NUMBER: 0.3, Kind.WHERE: 0.5, Kind.WHEN: 0.5, Kind.WHO: 0.4}
ONE_NAMED = 0.2  # of several places, whose names are asked for
CERTAIN = 0.5  # where a number to call or names are asked for
OTHER_TIME = 0.5  # a time, but not to the year, day or hour that is asked for
WRONG_MEASURE, ELSEWHERE = 0.15, 0.4  # a number of another kind; one of the kind, of something else


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an answer must hold.

    For numbers the ``measures`` that will do and words for what is ``counted``; for persons the
    ``titles`` that were asked for (any if empty). ``head`` are the words behind the question word ("which
    hospitals"): what is asked for, as against what it is asked of. ``address`` asks for the
    street of a place, ``places`` for a named one of a kind (alternatives of a pattern), ``times`` for a time told to
    the year, day or hour, ``person`` for the name of
    somebody, ``phone`` for a number to call, ``names`` for several things by name, of which it is
    the marks that part them at least.
    """

    kind: Kind
    measures: str = ""
    counted: tuple[str, ...] = ()
    titles: str = ""
    head: frozenset[str] = frozenset()
    address: bool = False
    person: bool = False
    places: str = ""
    times: str = ""
    phone: bool = False
    names: int = 0

    @property
    def least(self) -> float:
        """The fit under which a sentence is no answer, whatever words it has."""
        if self.phone or self.names:
            return CERTAIN
        return ONE_NAMED if self.kind is Kind.LIST and self.places else LEAST_FIT.get(self.kind, 0.0)

    @property
    def listed(self) -> bool:
        """Whether several things are asked for, which an enumeration of several lines may tell."""
        return self.names > 0 or self.kind is Kind.LIST


def wanted(question: Question, terms: Sequence[str]) -> Wanted:
    """Read off the question; ``terms`` are its words, the weightiest first."""
    folded, kind = fold(question.asked), question.kind
    head = _head(folded, terms)
    if found("wants_phone", folded):
        return Wanted(kind, head=head, phone=True)
    if kind is Kind.WHO:
        titles = "|".join(dict.fromkeys(f"(?<!副){title}" for title in re.findall(f"副?(?:{_TITLES})", folded)))
        return Wanted(kind, titles=titles, head=head, person=_ASKS_NAME.search(folded) is not None)
    if kind is Kind.WHERE:
        return Wanted(kind, head=head, address=_ASKS_ADDRESS.search(folded) is not None, places=_places(folded))
    if kind is Kind.WHEN:
        return Wanted(kind, head=head, times=next((told for asks, told in _TIMES if asks.search(folded)), ""))
    if kind is Kind.NUMBER:
        return _number_wanted(folded, terms, head)
    names = _names(folded) if kind in (Kind.LIST, Kind.FACT) else 0
    return Wanted(kind, head=head, names=names, places=_places(folded) if kind is Kind.LIST else "")


def _number_wanted(folded: str, terms: Sequence[str], head: frozenset[str]) -> Wanted:
    asked = _ASKED.search(folded)
    counted = squeeze(asked["counted"]) if asked else ""
    near = tuple(word for word in terms if word in counted and word not in _VAGUE)
    if _SHARE.search(folded):
        return Wanted(Kind.NUMBER, MEASURES["share"], near or tuple(terms[:1]), head=head)
    if found("wants_money", folded):
        return Wanted(Kind.NUMBER, MEASURES["money"], near, head=head)
    told = measures(asked["measure"], counted, folded[: asked.start()]) if asked else ""
    return Wanted(Kind.NUMBER, told, near or tuple(terms[:2]), head=head)


def _places(folded: str) -> str:
    """The kinds of places of which a named one is asked for, as alternatives; empty where any place will do."""
    asked = pattern("wants_named_place").search(folded)
    if asked is None:
        return ""
    return _ENGLISH_KINDS[asked["english"]] if asked["english"] else _KINDS.get(asked["kind"], asked["kind"])


def _names(folded: str) -> int:
    """How many marks part the names that are asked for, as far as one will count them; 0 where none are asked for."""
    if not found("wants_names", folded):
        return 0
    return 2 if _THREE_OR_MORE.search(folded) else 1


def _head(folded: str, terms: Sequence[str]) -> frozenset[str]:
    """Those of the terms that stand directly behind a question word and its measure word; none that fit anything."""
    generic = pattern("part_of_anything")
    told = [squeeze(_HEAD.sub("", behind)) for behind in _AFTER.findall(folded)]
    return frozenset(
        term
        for term in terms
        if len(term) > 1 and not generic.match(term) and any(one.startswith(term) for one in told)
    )


def fit(what: Wanted, text: str) -> float:
    """How far the sentence is of the kind wanted: 0 (no sign of it) to 1."""
    folded = fold(text)
    if what.phone:
        return float(found("phone", folded))
    if what.names:
        return float(len(_PARTS.findall(folded)) >= what.names)
    if what.kind is Kind.NUMBER:
        return _number_fit(what, folded)
    if what.kind is Kind.WHERE:
        return _where_fit(what, folded)
    if what.kind is Kind.WHO:
        named = re.search(rf"(?:{what.titles or _TITLES})[、,:]?{_NAME}", folded)
        return 1.0 if named else 0.0 if what.person else 0.5
    if what.kind is Kind.WHEN:
        return 0.0 if not _TIME.search(folded) else 1.0 if re.search(what.times, folded) else OTHER_TIME
    if what.kind is Kind.LIST:
        if what.places and not _where_fit(what, folded):
            return 0.0
        return max(ONE_NAMED if what.places else 0.0, min(1.0, len(_ENUMERATES.findall(folded)) / 3))
    if what.kind is Kind.HOW:
        return 1.0 if _METHOD.search(folded) else 0.5
    return 0.5


def _where_fit(what: Wanted, folded: str) -> float:
    """Whether it names a place, one of the kind that was asked for."""
    if what.places and not what.address:
        named = re.finditer(f"([\u4e00-\u9fff]{{1,8}}?)(?:{what.places})", folded)
        row = re.search(f"、[\u4e00-\u9fff]{{2,8}}等?[{_COUNT}]+[个家所座](?:{what.places})", folded)  # 黄口、王寨2个镇
        return float(row is not None or any(not found("unnamed", one[1]) for one in named))
    return float((_ADDRESS if what.address else _PLACE).search(folded) is not None)


def _number_fit(what: Wanted, folded: str) -> float:
    best = 0.0
    for clause in _CLAUSE.split(folded):
        told = clause if "年" in what.measures else _DATE.sub("", clause)
        for number in _NUMBER.finditer(told):
            if what.measures and _BARE.fullmatch(number.group()):
                # a cell of a table may have its measure at the head of the column
                beside = any(_beside(word, number, told) for word in what.counted)
                best = max(best, ELSEWHERE if beside or "|" in folded else WRONG_MEASURE)
            elif what.measures and not re.search(rf"(?:{what.measures})$|^百分之", number.group()):
                best = max(best, WRONG_MEASURE)
            elif what.counted and not any(_beside(word, number, told) for word in what.counted):
                best = max(best, ELSEWHERE)
            else:
                return 1.0
    return best


def _beside(word: str, number: re.Match[str], clause: str) -> bool:
    """Whether the word stands shortly before or after the number: 村医310人, 310名在岗村医; but of 21家医院和药店 the
    number is that of the first only."""
    before, after = clause[max(0, number.start() - BEFORE - len(word)) : number.start()], clause[number.end() :]
    head = word[-2:] if len(word) > 3 else word  # 远程会诊 is a 会诊
    return head in before or head in _JOINED.split(after[: AFTER + len(word)])[0]
