"""What a question is about: its text without introductions, years, politeness, question words and particles.

Cuts are spans of the folded text. A cut that would tear an entry of the lexicon apart is not made, so
"家庭医生签约服务" or "心理咨询" stay whole. English questions become the Chinese words of the lexicon.
"""

import re

from retrieval.kinds import EMPTY_WORDS_OF_ENGLISH
from retrieval.lexicon import Lexicon
from retrieval.scope import clauses
from retrieval.text import HAN, fold

_FIRST_YEAR, _LAST_YEAR = 1990, 2049
_PLANS = {"十一五": 2006, "十二五": 2011, "十三五": 2016, "十四五": 2021, "十五五": 2026, "十六五": 2031}
_HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_YEAR = re.compile(
    r"(?<![\d.])((?:19|20)\d\d)(?!\d|\.\d|[万亿元人名个张家例])(?:年度?)?"
    r"(?:\s*(?:[-—–~～至到]|and|to)+\s*((?:19|20)\d\d)(?!\d)(?:年度?)?)?|([12二一][0〇○零九9][〇○零一二三四五六七八九]{2})年|"
    r"(?<![\d近过满共来达第])(2[0-9])年(?=度|底|初|[卫重工主计抓医健看疫忙有都要呢的?,。\s]|$)"
)
_PLAN = re.compile("|".join(_PLANS))

_INTRODUCER = (
    "我|本人|俺|咱|学生|同学|老师|记者|作业|论文|材料|写稿|稿子|采访|求证|核实|咨询|求助|提问|请教|调研|面试|备考|家长|群众|村民|居民|网友|市民|读者|游客|"
    "代.{0,6}问|帮.{0,6}问|替.{0,6}问|你好|您好|大家好|请问|问一?下|小编|编辑|干部|公务员|实习|研究员|博士生|研究生|打扰|麻烦|"
    r"hi\b|hello\b|question|student|journalist|reporter|thesis|paper|writing|\bi am\b|\bi'm\b"
)
_INTRODUCTION = re.compile(_INTRODUCER)
_GREETING = re.compile(
    r"^(?:(?:你|您|大家|各位|老师|管理员|同志|亲)*(?:好|您好)[呀啊吗]?|早上好|下午好|晚上好|哈喽|嗨|请问(?:一下)?|请教(?:一下)?|打扰(?:一下|了)?|不好意思|麻烦(?:问)?(?:一下|了)?|"
    r"hello|hi|hey|good (?:morning|afternoon|evening)|excuse me|hi there|hello there|老师|同志|师傅|朋友|喂|那个|嗯|对了|话说|唉|哎|诶)$"
)
_SELF = re.compile(
    r"^(?:我|我们|本人|俺|咱|咱们|小弟|学生|在下|我家|我老家|我爸妈|家)(?:现在|目前|刚|刚刚|正在|正|就|也|一直|今年|最近|打算|准备|想|要|过完年|下个?月|毕业后)*"
    r"(?:是|系|在|叫|来自|住|搬|家|老家|喺|要写|写|做|考|负责|给|替|帮|回|嫁|调|跑|工作|上班|开|读|学|路过|从|为了|需要)[^?]{0,28}$|"
    r"^(?:学生|记者|老师|同学|网友|市民|村民|居民|家长|编辑|小编|群众|干部)(?:写|做|求|问|提问|核实|采访|咨询|一枚|来问)?[^?]{0,10}$|"
    r"^(?:写|做|准备|赶|交)(?:材料|论文|作业|稿子|报告|调研|新闻|方案|课题|毕业论文)\S{0,8}$|^(?:i am|i'm|my name is|as a|we are|i work|i live|this is)\b[^?]{0,80}$"
)
_QUESTION_WORD = re.compile(
    r"哪|什么|啥|怎|如何|咋|多少|吗|谁|几[个名家项]|有没有|是否|边个|乜|咩|\b(?:what|which|how|who|where|when|does|do)\b"
)
_SURE = 0.75  # an introduction that names its subject this surely is part of the question

_FILLERS = (
    # which counties say so
    r"(?:全市|全省|省里|市里|这些|都有)?(?:哪|边|各|所有|每)(?:些|几个|个|[一二两三四五六七八九十]个|家|啲)?(?:县市区|县区|区县|县市|县(?!级|医院|域|城)|区(?!别|域)|市(?!民|场|级)|地方|地区)(?:的)?(?:文章|材料|报道|文件)?(?:里|中)?(?:都|也|还|有|在)?|"
    # politeness and requests
    r"请问一?下?|请教一?下?|麻烦(?:问|您|你|帮忙?)?一?下?|劳驾|打扰一?下?了?|不好意思|拜托了?|求求你?|唔该晒?|谢谢(?:你|您|了|啦)?|多谢(?:晒|哂)?|谢了|辛苦了|急用|在线等|急急?$|"
    r"(?:记者|学生|网友|市民|家长|群众)?(?:问|请教|打听|咨询|求证|请问)(?:一句|一声|一下|一哈|下哈?|哈|个问题|句)|(?:记者|学生|网友)(?:提问|求证|问)(?=[,:: ]|$)|"
    r"(?:我们?|俺|咱们?|本人)?(?:就|还|也|很|挺|其实|只|一直|特别)*(?:想|想要|要|来|想来|想去)(?:问问?|请教|打听|咨询|知道|了解|晓得|搞清楚|弄明白|查|查查|看看|睇下|知)(?:一?下|一?哈|下子|吓)?|"
    r"(?:你|您|你们)?(?:能不能|能否|可否|可不可以|可唔可以|可以|能)?(?:请)?(?:你|您)?(?:给|跟|帮|同|向|为)(?:我们?|俺|大家|忙)(?:一下)?(?:说说|讲讲|讲下|介绍|解释|列|查|找|看看|总结|概括)?(?:一?下|出来?)?|"
    r"(?:能不能|能否|可否|可不可以|可以)(?=介绍|说|讲|告诉|列|查|谈|解释|总结|概括)|告诉(?:我们?|俺|大家)?|话俾我知|话我知|"
    r"(?:简单|简要|详细|具体|大概|大致|全面|用一句话|一句话)?(?:地)?(?:说说看?|说一?下|讲讲|讲一?下|谈谈|聊聊|介绍(?:一?下)?|解释一?下|列出来?|列举|列一?下|总结一?下|概括一?下|说明一?下|讲下|睇下|查一?下|查查|看看)|"
    r"一条条(?:说|列|讲)?|逐条(?:说|列)?|分点(?:说|列|回答)?|分条|简单(?:点|些)?|简要|详细(?:点|些)?|具体|(?:请)?(?:标|给|附|写)(?:注|出|上|明)*(?:引用|出处|来源|原文)|(?:请)?用(?:中文|英文|粤语|繁体)回答|"
    # question words
    r"是(?:个|一个)?(?:什么|啥子?|咩|乜嘢?)(?:样的?|来的|东西|意思)?|什么样的?|什么(?:时候|时间)?|啥子?(?:样|时候|时间)?|啥时|咋个?(?:样|整|办|回事|弄|搞法|管法|做法)?|啷个(?:样|办)?|怎么(?:样|个|回事|办|着|弄)?|怎样|如何|为什么|为啥子?|为何|"
    r"何时|几时|哪(?:一)?(?:年|天|月)|哪(?:些|里|儿|位|样|块|阵|点)|哪(?:几|[一二两三四五六七八九十\d]+)?(?:个|项|方面|家|名|条|座|间|所|种|类|大|点|步|件|处|批)?|谁|多少|几多|多久|多大|"
    r"(?<![一二三四五六七八九十这那近前好])几(?:个|名|家|所|张|间|项|条|次|种|类|位|台|座|处|人(?=$|[? ]))|在哪(?:里|儿)?|到哪(?:里|儿|一?步|个阶段|个程度)?了?|还?有没有|有无|有莫得|有得没得|得不得|是否|能不能|能否|会不会|要不要|是不是|可不可以|可否|行不行|好不好|对不对|管不管|晓不晓得|晓得不|知不知道|知道吗|"
    r"好多(?=钱|个|名|人|张|家|所|台|万|亿|$)|好久(?=$|[能才可完建修投开得会要? ])|到底|究竟|其实|大概|大约|一共|总共|分别|都有|"
    # time that is no year, places that are no names
    r"最近|近期|近来|目前|现在|当前|如今|眼下|那阵子?|这阵子?|那会儿|当初|当时|今年|去年|明年|前年|后年|这几年|近几年|近年来?|这些年|"
    r"那边|那里|那儿|那头|这边|这里|这儿|当地|本地|我们?(?:县|区|市|这里|这边|那里|那边|那儿|这儿|那)|咱们?(?:县|区|市|这|那)?|[我本该](?:县|区|市)(?!医院)|[这那]个?(?:县|区|市)|(?:县|区|市)(?:里|上)(?!医院)|呢度|嗰度|嗰边|呢边|"
    r"(?:文章|报道|材料|原文)(?:里|中|上)?(?:头|面)?|(?:都|也|还|有)?(?:提到|提及|说到|讲到|写到|谈到|提过|讲过|说过)(?:了|过)?|"
    # particles
    r"(?<!网)(?<!酒)吧|吗(?!啡)|呢|呀|嘛|啊|哦|哈(?!佛)|嘞|咯|喽|噻|撒(?=$|[?!])|嘎|么(?=$|[?!, ])|的话|滴(?=$)|咧|哩|勒(?=$)|"
    r"边(?:个|度|间|啲|位|几|样)|乜嘢?|咩|点(?:样|解|算)|点(?=做|搞|解决|帮|提高|改善|安排|处理)|有冇|喺|嗰(?:个|啲)?|呢(?:个|啲)|啲|佢哋?|我哋|你哋|唔系|系咪|系唔系|仲有|同埋|嘅|咗|喇|啦|噶|㗎|囉|喔|嚟|嘢|莫得|没得|晓得|"
    r"(?:你|您|你们|他们|她们|它们|人家|大家)(?=$|[的们说讲看觉认])|我(?:们)?(?=想|要|问)|(?:那|那么|还有|另外|再|还|以及)(?=$|[?,, ])|怎讲|怎说"
)
_FILLER = re.compile(_FILLERS)
_A_NOT_A = re.compile(rf"([{HAN}])(?:不|唔|没)\1")
_MARKS = re.compile(rf"[^\w{HAN}%+.·&/-]+|(?<![a-z0-9])[.+/&-]+|[.+/&-]+(?![a-z0-9])|_+")
_EDGE = re.compile(r"^(?:[的了地得着]|是(?!否)|那(?=.))+|(?:[的了着么嘅]|是|都|会|没|不|各|是在)+$")
_LONELY = frozenset(
    "的了是在有会能要都也就还和与跟同及为对从把被给让又很更最将这那其之于以来去到做搞弄整讲说谈问看想里上中下个些样没不无人年月日第请各怎何另再"
)
_ENGLISH_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
_MOST_OFFICIAL = 2


def years_in(text: str) -> tuple[int, ...]:
    """The years that a text names, ascending: 2021年, 2021-2025, 二〇二一年, 21年卫生, 十四五. Relative ones are none."""
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
        if not (_GREETING.match(clause) or (_SELF.match(clause) and _is_empty(clause, lexicon))):
            break
        end = right
    return " " * end + text[end:]


def _colon_end(text: str) -> int:
    """Where the question starts after "学生写论文:", or 0."""
    found = re.search(r"[::]", text[:80])
    if found is None:
        return 0
    head = fold(text[: found.start()])
    asks = _QUESTION_WORD.search(head) or not _INTRODUCTION.search(head)
    return 0 if asks or not any(char.isalnum() for char in text[found.end() :]) else found.end()


def _is_empty(clause: str, lexicon: Lexicon) -> bool:
    if _QUESTION_WORD.search(clause):
        return False
    return not any(expansion.weight >= _SURE for expansion in lexicon.expand(clause))


def chinese_topic(folded: str, lexicon: Lexicon) -> str:
    """The topic of a folded text without places, years and introduction: pieces of it, one blank at each cut."""
    kept = [(one.start, one.end) for one in lexicon.expand(folded) if one.end - one.start > 1]
    pieces, at = [], 0
    for match in _FILLER.finditer(folded):
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
    return word if len(word) < 2 else _EDGE.sub("", word)


def english_topic(folded: str, lexicon: Lexicon) -> str:
    """Chinese words for what the lexicon knows, then the content words that it does not know, as they are."""
    found: list[str] = []
    at, rest = 0, ""
    for expansion in lexicon.expand(folded):
        found.extend(expansion.official[:_MOST_OFFICIAL])
        rest += folded[at : expansion.start] + " | "
        at = expansion.end
    rest += folded[at:]
    words = [word.removesuffix("'s") for word in _ENGLISH_WORD.findall(rest)]
    found.extend(word for word in words if len(word) > 1 and word not in EMPTY_WORDS_OF_ENGLISH)
    return " ".join(dict.fromkeys(found))
