"""What is asked for: read off the question words, in an order that lets the stronger sign win.

Patterns are for folded text (see ``retrieval.text.fold``), so traditional characters and full-width
marks need none of their own. Cantonese, south-western and English question words are included.
"""

import re

from retrieval.types import Kind

_COUNT = "[一二两三四五六七八九十百\\d]+"
_UNIT = "个|项|方面|大|条|点|类|种|件|步|家|所|名|位|座|张|台|处|支|批|届|次|场|期|间|层|岁|成|倍|亿|万|千|辆|人|床|平"
_AREA = (
    "(?:县市区|县区|区县|市县|县市|州县|县(?!级|医院|里|域|城|委|政府|卫|人民)"
    "|区(?!别|域|级|里|块|间|分|委)|市(?!民|场|级|政|里|区的|委)|地区|州市)"
)

_POLITE = re.compile(
    r"(?:你|您)?(?:能不能|能否|可否|可不可以|可以|能|可唔可以)(?:请)?(?:你|您)?(?:帮|给|跟|同)?(?:我|我们|大家)?"
    r"(?=介绍|说|讲|告诉|列|查|谈|解释|问|总结|概括)|告诉我|想知道|想问|问一?下|知不知道|晓不晓得|晓得不|知道吗"
    r"|(?:can|could|would|will) you (?:please )?(?:tell me|show me|list|explain|give me)?|do you know|please|tell me"
)
_COMPARE = re.compile(
    r"不同(?:之处|点|的?地方|吗|在哪|$)|(?:有|啥|什么|何|哪些|咩|乜嘢?)不同|区别|差别|差异|异同|差在哪|差好多|"
    r"哪(?:个|家|边|里|儿)[^,?。]{0,8}(?:更|最|多|少|高|低|大|快|早|好)(?:一?些|一?点|$|[?呀啊呢些点])|谁[^,?。]{0,6}更|更(?:多|高|好|快)的是哪|"
    r"对比|(?:相|做个?|作|来|一)比(?:较|一?比)?|比较一下|(?:和|跟|与|同)[^,?。]{0,14}比(?!例|重|如|赛|率)|比起|边个[^,?。]{0,8}(?:更|多|犀利)|"
    r"\bcompar|\bversus\b|\bvs\b|\bdiffer"
)
_WITH_PAST = re.compile(r"(?:去年|上年|往年|以前|过去|前年|从前|之前|上一年|同期|last year|previous)")
_AGGREGATE = re.compile(
    rf"(?:哪|那)(?:些|几个?|{_COUNT}个?|个|一个|家)?{_AREA}|(?:几|多少|好多|几多){'个?'}{_AREA}|(?:各个?|所有的?|每个|全部|其他|其它|别的){_AREA}"
    rf"|边(?:啲|个|几个){_AREA}|哪(?:些|几|个|家)(?:家|个)?(?:卫健局|卫生局|卫健委|地方(?!做得|不足|需要|还要|要改|不好))"
    r"|哪里都|哪儿都|边度都|(?:which|what|how many|any|all|other|each) (?:of the )?(?:other )?"
    r"(?:counties|districts|cities|places|county|district|regions)"
)
_EXCEPT = re.compile(r"除了?|以外|之外|还有哪|其他|其它|别的|一样|也|other|else|besides|apart from")
_MANY = re.compile(r"(?:哪|那)(?:些|几)|各|所有|其他|其它|别的|边啲|which|other")
_COUNTED_LIST = re.compile(
    rf"哪(?:些|(?:几|{_COUNT})(?:个|项|方面|大|条|点|类|种|件|步|家|所|名|位|座|处|支|批))|哪几|边几"
)
_LIST = re.compile(
    r"哪些|哪几|边啲|边几|列出|列举|列一?下|列个|一条条|一一|逐条|逐项|分条|分点|清单|名单|都有(?:什么|啥|谁|咩|乜)|"
    rf"(?:几|{_COUNT})(?:项|个|大|方面|点)[^,?。]{{0,10}}分别|分别(?:是|有|指|叫)|"
    r"(?:什么|啥子?|咩|乜嘢?|何)(?:具体)?(?:新)?(?:措施|举措|办法|项目|政策|任务|要求|打算|内容|活动|做法|好处|优惠|待遇|照顾|计划|安排|成绩|成效|荣誉|问题|困难)|"
    r"\blist\b|\bname the\b|\bwhich\b(?! (?:town|township|village|hospital|street|subdistrict|community|year|month|county|district|city)\b)|"
    r"\bwhat (?:are|were)\b|\bwhat (?:measure|step|action|project|task|polic)\w*"
)
_NUMBER = re.compile(
    rf"多少|几多|百分之?(?:几|多少)|(?<![哪好这那前十边])几(?:{_UNIT})(?!月)|(?<!了)好多(?:{_UNIT}|钱)(?!年)|几十|比例|占比|比率|"
    r"人数|数量|总数|总额|多大(?:规模|面积)|面积|\bhow (?:many|much|large|big)\b|\bnumber of\b|\bpercent|\bproportion\b|\bwhat share\b"
)
_WHERE = re.compile(
    r"哪(?:个|一个|条|家|间|所|座|片)?(?:镇|乡|街|社区|村|医院|卫生院|诊所|卫生室|卫生站|站|地方|位置|院区|楼|地|中心|门诊)|"
    r"(?:什么|啥子?|咩|乜嘢?)(?:地方|位置|镇|乡|村|街道)|(?<!好)(?<!差)(?<!难)(?:在|去|到|往|位于|设|放|选|搬)(?:了|到|去|在)?哪(?!些|几|步|了|一步|年|天|方面|个(?:方面|阶段|年))|"
    r"哪里|哪儿|哪块|哪点(?=有|打|看)|边(?:度|间|处|个(?:镇|社区|村|街|地方|医院))|地址|位置|选址|\bwhere\b|"
    r"\b(?:which|what) (?:town|township|village|hospital|street|subdistrict|community|clinic|location|place)"
)
_WHO = re.compile(
    r"谁(?!家)|哪(?:一)?位|一把手|边(?:个|位)(?!镇|社区|村|街|项目|县|区|市)|咩人|乜人|什么人|啥人|何人|"
    r"哪个(?=管|当|负责|来|出|是|领|带|说|牵头|在管|去)|(?:局长|院长|书记|主任|负责人|领导)(?:是|叫|姓|系|名字)|(?:局长|院长|书记)$|\bwho(?:se|m)?\b"
)
_WHEN = re.compile(
    r"(?:什么|啥子?|何|咩|乜嘢?)(?:时候|时间|时|日子)|几时|哪(?:一)?(?:年|天|月|日)|哪阵|几(?:月|号|点)|多久|多长时间|(?<!没)好久(?!没|不)|"
    r"(?:年底|年内|年初|月底|今年|明年|下半年|上半年)[^,?。]{0,6}能|时间表|期限|日期|哪个(?:月|年|季)|\bwhen\b|\b(?:what|which) (?:year|date|month|time)\b|\bhow long\b|\bhow soon\b|\bdeadline\b"
)
_HOW = re.compile(
    r"怎么|怎样|如何|咋|点样|点(?:做|搞|解决|处理|起|管|整|先|帮|睇|安排|提高|改善|推)|靠(?:什么|啥|谁|咩|乜)|凭(?:什么|啥)|"
    r"(?:通过|采取|采用|用|拿)(?:了)?(?:什么|啥子?|哪种|何种|咩|乜)|从?哪(?:儿|里)?来|出自哪|由哪(?:来|出)|来源|边度嚟|啷个|哪样(?:办|搞|弄)|\bhow\b|\bin what way\b|\bby what means\b"
)
_YESNO = re.compile(
    r"吗|有没有|有冇|有莫得|有得没得|得不得|能否|可否|是否|是不是|系咪|系唔系|(.)(?:不|唔)\1|(?:不|没|没有|未|(?<![什怎多那这])么|冇)[?!。 ]*$|咩[?!。 ]*$|没得[?!。]*$|"
    r"^(?:do|does|did|is|are|was|were|will|would|can|could|has|have|had|should)\b|\bwhether\b"
)

# English words that carry no topic.
EMPTY_WORDS_OF_ENGLISH = frozenset(
    """
    a about above across act added after again against all almost along already also although always am among an and another any anybody anyone
    anything are area areas around as ask asked at authorities authority available away aim aims aimed article articles according
    back bad based be because become been before being below best better between big both bring bring build building bureau but by
    call called can carry carried case cause change changed changes cities city clear come comes commission concrete concretely could counties county
    current currently daily day days deal dear decided describe detail detailed details did differ difference different do does doing done down during
    each easier easy either else emphasis emphasise emphasize end enough especially establish even ever every everyone everything exactly example excuse exist expect explain
    far few find first focus follow following for form found from full further future
    gave general get gets getting give given go goes going good got government governments great group
    had happen happened happening happens has have having he hello help her here hey hi his how however
    i idea if implement implemented important improve improved improvement improvements improving in include included includes including information instead intend intends into introduce involve is issue it its itself
    just keep kind kinds know known large last lately later least less let like likely list little live local long look lot lots
    made main mainly make makes making many may maybe me mean means mention mentioned mentions might mine more most much must my name named near necessary need needed needs never new next no not now number
    of off office officials offer offered often ok okay on once one ones only open opinion or order other others our out over overall own
    part particular people per perhaps person place places plan planned planning plans please possible prefecture present probably problem problems promise promote promoted promoting province provide provided put
    quality question questions quite rather read really reason receive recent recently region regard regarding regions report reported right run
    said same say saying says section see seem send set several shall she should show side similar simple simply since situation situations small so solve some somebody someone something soon sort sorts specific specifically start started starting starts state stated states status step steps still stop strengthen strengthened strengthening such summary support supported sure system
    take taken takes taking talk tell term terms than thank thanks that the their them then there these they thing things think this those though through time times to today together told too took toward towards try turn two type types
    under understand until up upon us use used using usually various very via want wanted wants was way ways we week well went were what whats when where whether which while who whole whom whose why will wish with within without word words work worked working works would write year years yes yet you your yours
    overview outline brief briefly short quick tasks task major key top lately news health healthcare medical care agenda activities activity
    autonomous district districts town towns street new-area zone county-level municipal residents resident
    """.split()
)

# What is said about a county's health work as a whole: nothing particular is left once these are gone.
_GENERAL = re.compile(
    r"卫生健康(?:系统|事业|工作|局|委员会|委)?|卫生(?:系统|部门|事业|工作|局)|卫健(?:局|委|系统|部门|工作)?|卫计局|健康(?:工作|事业)|医疗卫生|卫生|健康|医疗|"
    r"看病(?:这块|这方面|这一块|这摊)|看病|睇病|系统|部门|单位|工作|事业|领域|重中之重|重点|主要|重要|首要|核心|任务|优先(?:事项|级)?|方向|事项|大事|要事|"
    r"最近|近来|近期|近段时间|目前|现在|当前|眼下|如今|今年|去年|明年|前年|这几年|近几年|近年来?|这些年|全年|一年|上半年|下半年|年度|"
    r"打算|计划|规划|准备|安排|部署|忙(?:活|碌)?|抓(?:手)?|搞|做|干|弄|整|推进|推动|开展|聚焦|关注|发力|部署|动作|动静|动态|进展|新闻|消息|亮点|思路|概况|概述|概要|综述|概览|"
    r"总体|整体|总的|全面|大致|大概|基本|情况|状况|面貌|现状|介绍|简介|总结|概括|归纳|梳理|简要|简单|大略|说说|讲讲|谈谈|聊聊|说明|"
    r"文章|报道|材料|县里|区里|市里|县上|当地|那边|这边|那里|这里|全县|全区|全市|我们|咱们?|本地|公家|政府|领导"
)
_EMPTY = re.compile(
    r"什么样|什么|怎么样|怎样|怎么|如何|啥子|啥|咋个样|咋样|咋个|咋|哪样|哪些|哪几|哪|多少|东西|事情|方面|内容|事儿|事|些|个|项|样|有|要|想|会|能|可以|在|都|是|系|把|从|上|中|里|这块|这|那|"
    r"乜嘢|乜|咩|啲|点样|边|紧|嘢|佢哋|佢|你们|他们|它|一下|下|请问|请|给|帮|我|跟|向|对|于|关于|于|及|和|与|以及|的|嘅|地|得|了|过|着|呢|吗|呀|吧|嘛|啊|哦|哈|噻|么|到底|究竟|具体|还|又|一|"
    r"\b(?:what|whats|how|is|are|was|were|the|a|an|of|in|on|for|to|at|about|and|its|it|their|this|that|s|do|does|did|doing|done|be|been|being|"
    r"i|me|us|you|please|tell|give|show|can|could|would|like|know|want|wants|should|has|have|had|most|with|from|by|as|any|some|local|"
    r"county|district|city|government|authority|authorities|officials|department|commission|bureau)\b"
)
_GENERAL_ENGLISH = re.compile(
    r"\b(?:overview|summary|summari[sz]e|introduce|introduction|outline|brief|briefly|short|quick|general|overall|main|major|key|top|important|current|currently|"
    r"recent|recently|lately|now|priorit\w+|focus\w*|task|tasks|work|working|plan|plans|planning|agenda|situation|activity|activities|news|health|healthcare|medical|care|year|years|up)\b"
)
_WORD = re.compile(r"[^\W_]")


def kind_of(folded: str, counties: int, region: bool) -> Kind:
    """The kind of a folded question whose place names, years and self-introduction have been cut out.

    ``counties`` is how many counties it names (known or not), ``region`` whether a province or city bounds it.
    """
    text = _POLITE.sub(" ", folded).strip()
    if counties >= 2 or (_COMPARE.search(text) and not _WITH_PAST.search(text)):
        return Kind.COMPARE
    if _is_aggregate(text, counties):
        return Kind.AGGREGATE
    if is_general(text) and not _COUNTED_LIST.search(text.replace("哪些", "")):
        return Kind.OVERVIEW
    if region and not counties:
        return Kind.AGGREGATE
    return _kind_by_question_word(text)


def is_general(folded: str) -> bool:
    """Whether nothing particular is asked: the health work as a whole, or nothing but a place."""
    rest = _EMPTY.sub(" ", _GENERAL.sub(" ", _GENERAL_ENGLISH.sub(" ", folded)))
    return not _WORD.search(rest)


def is_overview(folded: str) -> bool:
    """Whether the health work as a whole is asked for in so many words (unlike "and Rong County?")."""
    return is_general(folded) and bool(_GENERAL.search(folded) or _GENERAL_ENGLISH.search(folded))


def _is_aggregate(text: str, counties: int) -> bool:
    found = _AGGREGATE.search(text)
    if not found:
        return False
    return counties == 0 or bool(_MANY.search(found.group()) and _EXCEPT.search(text))


def _kind_by_question_word(text: str) -> Kind:
    if _COUNTED_LIST.search(text):
        return Kind.LIST
    if re.search(r"从?哪(?:儿|里)?来(?!的?(?:专家|医生))", text):
        return Kind.HOW
    for kind, pattern in (
        (Kind.NUMBER, _NUMBER),
        (Kind.WHERE, _WHERE),
        (Kind.WHEN, _WHEN),
        (Kind.WHO, _WHO),
        (Kind.LIST, _LIST),
        (Kind.HOW, _HOW),
        (Kind.YESNO, _YESNO),
    ):
        if pattern.search(text):
            return kind
    return Kind.FACT
