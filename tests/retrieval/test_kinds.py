"""Kinds of questions, in many people's words; places are already cut out, as question.py does it."""

import pytest

from retrieval.kinds import is_overview, kind_of, kind_of_each, without_comparing
from retrieval.text import fold
from retrieval.types import Kind

NO_OTHER = [
    # text, counties, region, kind
    ("和 的家庭医生做法有什么区别", 2, False, Kind.COMPARE),
    (" 、 、 的妇幼工作", 3, False, Kind.COMPARE),
    ("跟隔壁县比,床位哪个更多", 1, False, Kind.COMPARE),
    ("同 邊個更重視中醫", 2, False, Kind.COMPARE),
    ("how does it differ from the neighbouring county", 1, False, Kind.COMPARE),
    ("compare and on vaccination", 2, False, Kind.COMPARE),
    ("跟去年相比,床位增加了多少", 1, False, Kind.NUMBER),
    ("哪些县在搞托育服务", 0, False, Kind.AGGREGATE),
    ("哪几个区建了发热门诊", 0, False, Kind.AGGREGATE),
    ("有几个县说要建中医馆", 0, False, Kind.AGGREGATE),
    ("都有哪些县市在抓无烟机关", 0, False, Kind.AGGREGATE),
    ("哪些縣市有提到長者服務", 0, False, Kind.AGGREGATE),
    ("邊啲縣有做健康城市", 0, False, Kind.AGGREGATE),
    ("哪个县要盖新的疾控中心", 0, False, Kind.AGGREGATE),
    ("各县的职业病防治", 0, False, Kind.AGGREGATE),
    ("which counties mention telemedicine", 0, False, Kind.AGGREGATE),
    ("how many counties plan a new hospital", 0, False, Kind.AGGREGATE),
    (" 有没有搞健康乡村的", 0, True, Kind.AGGREGATE),
    (" 的急救体系建得怎么样", 0, True, Kind.AGGREGATE),
    ("哪个县的床位最多", 0, False, Kind.AGGREGATE),
    ("谁家的托育搞得好", 0, False, Kind.AGGREGATE),
    ("有没有县在创健康县城", 0, False, Kind.AGGREGATE),
    ("新院在哪个地方", 0, False, Kind.WHERE),
    ("想了解一下 ", 1, False, Kind.OVERVIEW),
    ("三大行动分别是什么", 1, False, Kind.LIST),
    ("四家分院分别在哪里", 1, False, Kind.WHERE),
    ("重点帮扶了谁", 1, False, Kind.WHO),
    ("试点做得顺利不", 1, False, Kind.YESNO),
    ("今年能不能通水", 1, False, Kind.YESNO),
    ("除了 ,还有哪些县在推签约服务", 1, False, Kind.AGGREGATE),
    ("哪些县级医院要升级", 1, False, Kind.LIST),
    ("哪些区域缺医生", 1, False, Kind.LIST),
    ("卫健局这阵子在忙些什么", 1, False, Kind.OVERVIEW),
    ("卫生健康的重点工作有哪些", 1, False, Kind.OVERVIEW),
    ("介绍一下 卫生健康工作的总体情况", 1, False, Kind.OVERVIEW),
    ("衛健局今年都抓些什麼", 1, False, Kind.OVERVIEW),
    ("最近在搞啥子", 1, False, Kind.OVERVIEW),
    ("概况", 1, False, Kind.OVERVIEW),
    ("衛生局最近做緊乜嘢", 1, False, Kind.OVERVIEW),
    ("what are the health priorities of county", 1, False, Kind.OVERVIEW),
    ("give me an overview of 's health work", 1, False, Kind.OVERVIEW),
    ("what is the health bureau focusing on recently", 1, False, Kind.OVERVIEW),
    ("", 1, False, Kind.OVERVIEW),
    ("提出的三大行动是哪三大", 1, False, Kind.LIST),
    ("从哪几方面抓疾病预防", 1, False, Kind.LIST),
    ("工作重点有哪六项", 1, False, Kind.LIST),
    ("托育方面有哪些优惠", 1, False, Kind.LIST),
    ("今年要完成的工程,列个清单", 1, False, Kind.LIST),
    ("中医药传承有什么举措", 1, False, Kind.LIST),
    ("老年人能享受啥子优惠", 1, False, Kind.LIST),
    ("有邊啲項目要起", 1, False, Kind.LIST),
    ("what measures are taken against smoking", 1, False, Kind.LIST),
    ("which projects will be finished this year", 1, False, Kind.LIST),
    ("list the construction projects", 1, False, Kind.LIST),
    ("四个中心分别是什么", 1, False, Kind.LIST),
    ("要建多少个村卫生室", 1, False, Kind.NUMBER),
    ("全科医生有几名", 1, False, Kind.NUMBER),
    ("孕产妇死亡率是百分之几", 1, False, Kind.NUMBER),
    ("请咗几多個護士", 1, False, Kind.NUMBER),
    ("今年要招好多个医生", 1, False, Kind.NUMBER),
    ("投了好多钱", 1, False, Kind.NUMBER),
    ("家庭医生签约的比例", 1, False, Kind.NUMBER),
    ("how many beds does the hospital have", 1, False, Kind.NUMBER),
    ("新院区选在什么地方", 1, False, Kind.WHERE),
    ("健康主题公园在哪", 1, False, Kind.WHERE),
    ("哪个社区在做老年食堂", 1, False, Kind.WHERE),
    ("疫苗去哪儿打", 1, False, Kind.WHERE),
    ("邊間醫院做緊擴建", 1, False, Kind.WHERE),
    ("血站喺邊度", 1, False, Kind.WHERE),
    ("哪家医院是三甲", 1, False, Kind.WHERE),
    ("where is the new clinic", 1, False, Kind.WHERE),
    ("which township gets the new clinic", 1, False, Kind.WHERE),
    ("卫健局局长是谁", 1, False, Kind.WHO),
    ("这事归哪位领导分管", 1, False, Kind.WHO),
    ("邊位係局長", 1, False, Kind.WHO),
    ("村医培训是哪个负责", 1, False, Kind.WHO),
    ("who leads the health bureau", 1, False, Kind.WHO),
    ("新楼什么时候能住进去", 1, False, Kind.WHEN),
    ("几时搬去新院", 1, False, Kind.WHEN),
    ("哪一年评上的卫生县城", 1, False, Kind.WHEN),
    ("好久能修完嘛", 1, False, Kind.WHEN),
    ("疾控大楼年底能完工不", 1, False, Kind.WHEN),
    ("when will the building be finished", 1, False, Kind.WHEN),
    ("怎么解决乡下缺医生", 1, False, Kind.HOW),
    ("如何控制抗菌药物", 1, False, Kind.HOW),
    ("咋个防癌", 1, False, Kind.HOW),
    ("靠什么留住人", 1, False, Kind.HOW),
    ("建设资金从哪里来", 1, False, Kind.HOW),
    ("點樣幫啲老人家睇醫生", 1, False, Kind.HOW),
    ("醫院點提高服務", 1, False, Kind.HOW),
    ("how does the county train rural doctors", 1, False, Kind.HOW),
    ("中医馆全覆盖了吗", 1, False, Kind.YESNO),
    ("有没有心理热线", 1, False, Kind.YESNO),
    ("能不能异地结算", 1, False, Kind.YESNO),
    ("招不招护士", 1, False, Kind.YESNO),
    ("有冇免費疫苗", 1, False, Kind.YESNO),
    ("打唔打算起新院", 1, False, Kind.YESNO),
    ("有莫得夜间门诊", 1, False, Kind.YESNO),
    ("does the county have a blood bank", 1, False, Kind.YESNO),
    ("is there a plan for myopia prevention", 1, False, Kind.YESNO),
    ("控烟 党政机关", 1, False, Kind.FACT),
    ("托育服务", 1, False, Kind.FACT),
    ("智慧医院建到什么程度了", 1, False, Kind.FACT),
    ("医联体是什么模式", 1, False, Kind.FACT),
    ("能不能告诉我资金怎么安排", 1, False, Kind.HOW),
    ("可以介绍一下哪里有义诊吗", 1, False, Kind.WHERE),
    ("can you tell me how many nurses were hired", 1, False, Kind.NUMBER),
    ("近几年建了医共体", 1, False, Kind.FACT),
    ("高血压好多年了管不管", 1, False, Kind.YESNO),
]


@pytest.mark.parametrize(("text", "counties", "region", "kind"), NO_OTHER, ids=[case[0] for case in NO_OTHER])
def test_kind(text: str, counties: int, region: bool, kind: Kind) -> None:
    assert kind_of(fold(text), counties, region) is kind


@pytest.mark.parametrize("text", ["重点工作有哪些", "最近在忙什么", "health priorities", "总体情况"])
def test_an_overview_asked_in_words_is_no_ellipsis(text: str) -> None:
    assert is_overview(fold(text))


@pytest.mark.parametrize("text", ["", "呢", "那 呢", "what about", "怎么样"])
def test_a_bare_place_is_no_overview_in_words(text: str) -> None:
    assert not is_overview(fold(text))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("和 的床位哪个多", Kind.NUMBER),
        ("和 比,谁的死亡率低", Kind.NUMBER),
        ("和 2020年婴儿死亡率各是多少", Kind.NUMBER),
        ("和 哪边起步更早", Kind.WHEN),
        ("和 的活动各由谁来办", Kind.WHO),
        ("和 的改革各搞了多久", Kind.WHEN),
        ("和 办医共体的做法有什么不同", Kind.FACT),
        ("和 怎么留住村医,比一比", Kind.HOW),
        ("和 的卫生健康工作有什么区别", Kind.OVERVIEW),
        ("和 都有哪些托育项目,对比一下", Kind.LIST),
    ],
)
def test_what_a_comparison_asks_of_each(text: str, kind: Kind) -> None:
    assert kind_of_each(fold(text), Kind.COMPARE) is kind


def test_only_comparisons_and_collections_ask_something_else_of_each() -> None:
    assert kind_of_each("哪些县在搞托育", Kind.AGGREGATE) is Kind.FACT
    assert all(kind_of_each("有多少床位", kind) is kind for kind in Kind if kind not in (Kind.COMPARE, Kind.AGGREGATE))


@pytest.mark.parametrize("text", ["多久", "多少", "多大", "多长", "所有各类机构", "现存各种问题"])
def test_question_words_are_no_comparing(text: str) -> None:
    assert without_comparing(text) == text
