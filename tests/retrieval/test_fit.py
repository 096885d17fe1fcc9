"""Kinds of sentences."""

import dataclasses

import pytest

from retrieval.fit import Wanted, fit, wanted
from retrieval.types import Kind, Question, Scope, Script


@pytest.mark.parametrize(
    ("kind", "yes", "no"),
    [
        (Kind.NUMBER, "全年培训村医120人。", "持续培训村医。"),
        (Kind.NUMBER, "新建三家卫生院。", "新建卫生院。"),
        (Kind.NUMBER, "签约率达到75%。", "签约率稳步提高。"),
        (Kind.WHERE, "分院设在青山镇。", "分院已经开诊。"),
        (Kind.WHO, "卫生健康局局长张三出席。", "卫生健康局出席。"),
        (Kind.WHEN, "新院区2024年6月启用。", "新院区启用。"),
        (Kind.HOW, "通过对口帮扶提升能力。", "能力得到提升。"),
    ],
)
def test_fit_prefers_the_kind_that_was_asked_for(kind: Kind, yes: str, no: str) -> None:
    assert 0.0 <= fit(Wanted(kind), no) < fit(Wanted(kind), yes) <= 1.0


def test_longer_enumerations_fit_a_list_better() -> None:
    assert (
        fit(Wanted(Kind.LIST), "甲、乙、丙、丁。") > fit(Wanted(Kind.LIST), "甲、乙。") > fit(Wanted(Kind.LIST), "甲。")
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_measure(kind: Kind) -> None:
    assert 0.0 <= fit(Wanted(kind), "") <= 1.0


def _asked(text: str) -> Question:
    return Question(text, text, Kind.NUMBER, Scope.CORPUS, Script.SIMPLIFIED)


@pytest.mark.parametrize(
    ("question", "terms", "yes", "no"),
    [
        ("有几辆救护车", ["救护车"], "中心配备救护车12辆。", "救护车驻点8处。"),
        ("有多少名村医", ["村医"], "全县在岗村医310人。", "2016年,村医参加培训。"),
        ("住院报销百分之多少", ["报销", "住院"], "住院报销比例为70%。", "住院报销窗口有3个。"),
        ("新院区投资多少钱", ["新院区"], "新院区总投资2.3亿元。", "新院区设床位500张。"),
        ("总医院有多少职工", ["总医院", "职工"], "总医院有职工800人。", "揭牌仪式有100余人参加。"),
        ("想在几个乡镇摆救护车", ["乡镇"], "计划在9个乡镇设站。", "配救护车9辆。"),
        ("有多少家药店", ["药店"], "诊所和药店共21家。", "21家诊所和所辖药店已接入。"),
        ("设了多少个托位", ["托位"], "可提供托位1208个。", "托位陆续开放。"),
        ("第几批试点", ["试点"], "列入第二批试点,共有20个。", "列入试点。"),
    ],
)
def test_a_number_must_be_of_the_thing_asked_for(question: str, terms: list[str], yes: str, no: str) -> None:
    what = wanted(_asked(question), terms)
    assert fit(what, yes) > fit(what, no)


def test_dates_and_ordinals_are_no_counts() -> None:
    what = wanted(_asked("有多少个中医馆"), ["中医馆"])
    assert fit(what, "2023年5月6日第一个中医馆挂牌。") < fit(what, "建成中医馆19个。") == 1.0


def test_the_number_of_a_hotline_counts_nothing() -> None:
    asked = wanted(_asked("转运一趟收多少钱"), ["转运"])
    assert fit(asked, "120救护车留给急重症患者。") < 0.3
    assert fit(asked, "转运一趟收费120元。") == 1.0
    assert fit(wanted(_asked("有多少辆救护车"), ["救护车"]), "全县有救护车120辆。") == 1.0


def test_a_bare_number_may_be_of_the_measure_but_is_less_sure() -> None:
    asked = wanted(_asked("投了多少钱"), ["投"])
    assert 0.3 <= fit(asked, "投入 | 82.5 | 79") < 1.0


def test_running_text_is_no_table() -> None:
    asked = wanted(_asked("投了多少钱"), ["投"])
    assert fit(asked, "制定82条投入办法。") < 0.3


@pytest.mark.parametrize(
    "text",
    ["村医补助发了多少", "建中医馆投了多少", "一年的服务费是多少", "专项资金有多少", "转运一趟收费多少", "奖金给几多"],
)
def test_money_is_asked_for_in_many_words(text: str) -> None:
    assert "元" in wanted(_asked(text), ["中医馆"]).measures


@pytest.mark.parametrize("text", ["投了多少张床", "补助多少户", "有多少人领补贴"])
def test_things_that_money_buys_are_no_money(text: str) -> None:
    assert "元" not in wanted(_asked(text), ["床"]).measures


def test_a_compound_is_counted_by_its_head() -> None:
    asked = wanted(_asked("影像会诊多少例"), ["影像会诊"])
    assert fit(asked, "每月会诊300余例。") == 1.0


def _of(kind: Kind, text: str) -> Question:
    return Question(text, text, kind, Scope.CORPUS, Script.SIMPLIFIED)


@pytest.mark.parametrize(
    "text", ["院长是谁", "疾控中心主任叫什么名字", "谁当局长", "现任书记是哪位", "Who is the director?"]
)
def test_who_holds_a_post_is_a_person(text: str) -> None:
    asked = wanted(_of(Kind.WHO, text), ["院长"])
    assert asked.person
    assert fit(asked, "由县卫生健康局牵头。") == 0.0


@pytest.mark.parametrize("text", ["谁负责", "哪个来管精神病人", "院长由谁任命"])
def test_who_sees_to_it_may_be_a_body(text: str) -> None:
    asked = wanted(_of(Kind.WHO, text), [])
    assert not asked.person
    assert fit(asked, "由县卫生健康局牵头。") > 0.0


@pytest.mark.parametrize("text", ["院长高度重视", "局长严格落实", "书记向全县人民", "院长应当述职"])
def test_a_title_before_a_verb_names_nobody(text: str) -> None:
    assert fit(Wanted(Kind.WHO, person=True), text) == 0.0


def test_an_address_is_more_than_a_place() -> None:
    asked = wanted(_of(Kind.WHERE, "急救中心地址在哪条路"), [])
    assert asked.address
    assert fit(asked, "县急救中心2021年试运行。") == 0.0
    assert fit(asked, "县急救中心位于建设路12号。") == 1.0
    assert fit(wanted(_of(Kind.WHERE, "急救中心设在哪里"), []), "县急救中心2021年试运行。") == 1.0


@pytest.mark.parametrize(
    ("text", "terms", "head"),
    [
        ("疫苗在哪些医院打", ["疫苗", "医院"], {"医院"}),
        ("有多少家医疗机构开展服务", ["医疗机构", "开展", "服务"], {"医疗机构"}),
        ("有哪些措施保障村医", ["措施", "措施保障", "村医"], set()),
        ("哪个部门管这事", ["部门"], set()),
        ("什么时候打", ["时候"], set()),
        ("村医待遇", ["村医", "待遇"], set()),
    ],
)
def test_what_is_asked_for_stands_behind_the_question_word(text: str, terms: list[str], head: set[str]) -> None:
    assert wanted(_of(Kind.LIST, text), terms).head == head


@pytest.mark.parametrize(
    "text", ["每周三和周六接种。", "四十分钟送到医院。", "上午9:30开门。", "节假日照常门诊。", "次日出结果。"]
)
def test_hours_weekdays_and_spans_are_times_too(text: str) -> None:
    assert fit(Wanted(Kind.WHEN), text) == 1.0


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("有多少医生", "现有医生58名。", "覆盖21家乡镇卫生院,每月会诊2000余例。"),
        ("护士有多少", "护士58人。", "设床位58张。"),
        ("有多少接种点", "设接种点9个。", "面向不满14周岁的女生。"),
        ("有多少医院职工", "医院职工有300人。", "有医院3家。"),
        ("设了多少儿童发展中心", "设中心9个。", "覆盖儿童800名。"),
        ("多少学生在学校接种", "接种学生800名。", "覆盖学校9所。"),
        ("一个月会诊多少例", "每月会诊2000余例。", "21家卫生院接入。"),
        ("出车多少次", "有效出车191台次。", "任务252个。"),
        ("有多少老师", "教师20人。", "机构20家。"),
        ("有多少医疗机构", "医疗机构389个。", "改善县乡两级医疗机构的条件。"),
        ("病床有几多", "病床240张。", "护士240人。"),
        ("how many nurses work there", "护士58人。", "卫生院58家。"),
        ("一个月收多少托费", "每月收费900元。", "有机构10家,托位1208个。"),
    ],
)
def test_things_are_counted_in_their_own_measures(question: str, yes: str, no: str) -> None:
    what = wanted(_asked(question), [])
    assert fit(what, no) < what.least <= fit(what, yes)


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.FACT, Kind.WHERE, Kind.YESNO])
def test_a_number_to_call_is_no_other_number(kind: Kind) -> None:
    what = wanted(dataclasses.replace(_asked("预约转运的电话是多少"), kind=kind), [])
    assert fit(what, "配备50台车,把120救护车留给急重症患者。") < what.least <= fit(what, "预约请拨打0510-8612345。")
    assert what.least <= fit(what, "统一受理“120”急救电话。")


def test_a_share_of_calls_is_no_number_to_call() -> None:
    assert not wanted(_asked("呼救电话10秒内接听比例要达到多少"), []).phone


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("活动在哪个村", "活动在苏庄村举行。", "医务人员下村走访各村。"),
        ("设在哪个社区", "设在东云社区。", "队伍到周边社区走访。"),
        ("哪个医院能做", "县中医院能做。", "由县级医院和卫生部门商定。"),
        ("which hospital offers it", "县人民医院开设。", "卫生部门商定。"),
    ],
)
def test_a_named_place_is_wanted_where_its_kind_is_asked_for(question: str, yes: str, no: str) -> None:
    what = wanted(dataclasses.replace(_asked(question), kind=Kind.WHERE), [])
    assert fit(what, no) < what.least <= fit(what, yes)


@pytest.mark.parametrize(
    ("question", "told", "enough"),
    [
        ("七大中心是哪七个", "设有七大中心。", False),
        ("七大中心是哪七个", "设有检验、影像、病理等七大中心。", True),
        ("两个集团分别叫什么", "设东风集团、西岭集团。", True),
        ("10家机构都叫什么名字", "有机构10家。", False),
    ],
)
def test_names_are_told_one_by_one(question: str, told: str, enough: bool) -> None:
    what = wanted(dataclasses.replace(_asked(question), kind=Kind.LIST), [])
    assert (fit(what, told) >= what.least) is enough


def test_places_are_told_by_name() -> None:
    what = wanted(dataclasses.replace(_asked("在哪些医院打针"), kind=Kind.LIST), [])
    assert fit(what, "由卫生部门、教育部门和学校商定。") < what.least <= fit(what, "县人民医院开设接种点。")
    assert fit(what, "县人民医院、县中医院、县妇幼保健院、清溪卫生院开设。") == 1.0
    towns = wanted(dataclasses.replace(_asked("哪几个镇有救护车"), kind=Kind.LIST), [])
    assert fit(towns, "每个镇都要有救护车。") < towns.least <= fit(towns, "黄口、王寨2个镇有救护车。")


def test_a_deputy_is_not_the_head() -> None:
    head = wanted(dataclasses.replace(_asked("县长是谁"), kind=Kind.WHO), [])
    deputy = wanted(dataclasses.replace(_asked("副县长是谁"), kind=Kind.WHO), [])
    told = "副县长王晓野陪同。"
    assert fit(head, told) < head.least <= fit(deputy, told)
    assert fit(head, "县长王晓野陪同。") == 1.0
    assert fit(deputy, "副县长王晓希望大家努力。") == 1.0


def test_a_year_is_no_count_and_a_count_like_a_year_is_one() -> None:
    what = wanted(_asked("一个月会诊多少例"), [])
    assert fit(what, "2000年开始会诊。") < what.least
    assert fit(what, "2019-2020年会诊。") < what.least


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("哪年成立的", "2017年成立。", "7月3日成立。"),
        ("哪天成立的", "7月3日成立。", "2017年成立。"),
        ("几点开门", "8点开门。", "周一开门。"),
    ],
)
def test_a_time_is_told_as_exactly_as_it_is_asked_for(question: str, yes: str, no: str) -> None:
    what = wanted(dataclasses.replace(_asked(question), kind=Kind.WHEN), [])
    assert what.least <= fit(what, no) < fit(what, yes)


@pytest.mark.parametrize(
    ("question", "kind", "text", "named"),
    [
        ("哪间卫生院起了新楼", Kind.WHERE, "青石镇卫生院住院楼已投入使用。", True),
        ("哪间卫生院起了新楼", Kind.WHERE, "各镇卫生院住院楼已投入使用。", False),
        ("哪间卫生院起了新楼", Kind.WHERE, "镇卫生院住院楼已投入使用。", False),
        ("哪间卫生院起了新楼", Kind.WHERE, "改造乡镇卫生院的病房。", False),
        ("哪所医院搬了", Kind.WHERE, "白河社区医院搬到了新址。", True),
        ("哪所医院搬了", Kind.WHERE, "周边社区医院都搬了。", False),
        ("要办的康养项目都有哪些", Kind.LIST, "启动湖边康养馆和山庄康养园。", True),
        ("要办的康养项目都有哪些", Kind.LIST, "启动湖边康养馆。", False),
        ("是哪三个项目", Kind.LIST, "启动湖边康养馆、山庄康养园和温泉。", True),
        ("是哪三个项目", Kind.LIST, "启动湖边康养馆和山庄康养园。", False),
    ],
)
def test_a_towns_own_hospital_is_named_and_and_joins_names(question: str, kind: Kind, text: str, named: bool) -> None:
    what = wanted(Question(question, question, kind, Scope.CORPUS, Script.SIMPLIFIED), [])
    assert (fit(what, text) >= what.least) == named
