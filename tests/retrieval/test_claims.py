"""The claim check: what must pass, what must never pass, and that a source's own clauses always pass."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from retrieval.claims import _faults, unsupported
from retrieval.numerals import Sort, tokens
from retrieval.text import to_traditional

PLAN = "到2025年，全县计划建成15家社区医院和20家诊所，覆盖率达到百分之七十五，投入3.5万元，不收取挂号费。"
STAFF = "该院现有医生一百二十人、护士35人，其中副高以上职称不少于12人，每年下乡3次。"
RULE = "根据国卫办发〔2023〕10号文件，2023年2月2日起取消门诊押金，住院押金不超过500元。"
TEAM = "由青山医院牵头，与李明德院长团队合作，在石桥镇开展“两癌”筛查，接种HPV疫苗1,200人次。"
RATE = "孕产妇死亡率下降到8.5/10万，七成五的村设有卫生室，三分之一的乡镇新建了3至5个站点。"
CARE = "未满六周岁的儿童免费接种，非本县户籍不予补助，困难家庭除外。"
MORE = "力争用三年时间，签约服务居民4.2万余人，随访率90%以上，仅试点两个乡镇。"

SUPPORTED = [
    (PLAN, "全县计划建成15家社区医院"),
    (PLAN, "全县计划建成十五家社区医院。"),
    (PLAN, "全縣計劃建成15家社區醫院"),
    (PLAN, "全县计划建成１５家社区医院和２０家诊所"),
    (PLAN, "到２０２５年全县计划建成15家社区医院。"),
    (PLAN, "到二〇二五年，全县计划建成15家社区医院和二十家诊所"),
    (PLAN, "全县计划到2025年建成15家社区医院"),
    (PLAN, "覆盖率达75%"),
    (PLAN, "覆盖率为75％"),
    (PLAN, "覆盖率达到七成五"),
    (PLAN, "投入35000元"),
    (PLAN, "投入35,000元"),
    (PLAN, "投入三万五千元，不收取挂号费，覆盖率达到75%。"),
    (PLAN, "投入3万5千元"),
    (PLAN, "投入了3.50万元"),
    (PLAN, "不收取掛號費"),
    (STAFF, "该院现有医生120人"),
    (STAFF, "医生120人"),
    (STAFF, "护士三十五人"),
    (STAFF, "副高以上职称不少于十二人"),
    (STAFF, "每年下乡三次"),
    (STAFF, "該院現有醫生120人、護士35人"),
    (STAFF, "每年下乡3次，副高以上职称不少于12人"),
    (RULE, "2023年2月2日起取消门诊押金"),
    (RULE, "2023-02-02起取消门诊押金"),
    (RULE, "二〇二三年二月二日起取消门诊押金"),
    (RULE, "住院押金不超过五百元"),
    (RULE, "国卫办发[2023]10号文件"),
    (RULE, "按照国卫办发〔2023〕10号文件，2023年2月2日起取消门诊押金"),
    (RULE, "2023 年 2 月 2 日起取消门诊押金"),
    (TEAM, "由青山医院牵头"),
    (TEAM, "在石桥镇开展两癌筛查"),
    (TEAM, "接种hpv疫苗1200人次"),
    (TEAM, "接种ＨＰＶ疫苗1200人次"),
    (TEAM, "接種HPV疫苗一千二百人次"),
    (RATE, "75%的村设有卫生室"),
    (RATE, "1/3的乡镇新建了三至五个站点"),
    (RATE, "三分之一的乡镇新建了3-5个站点"),
    (RATE, "三分之一的乡镇新建了3～5个站点"),
    (CARE, "未满6周岁的儿童免费接种"),
    (CARE, "非本县户籍不予补助"),
    (MORE, "签约服务居民42000余人"),
    (MORE, "随访率百分之九十以上"),
    (MORE, "随访率达90%以上"),
    (MORE, "力争用3年时间"),
    ("床位1亿2000万张", "床位一亿两千万张"),
    ("补助伍拾萬元", "补助50万元"),
    ("卫生站10－12个", "卫生站10至12个"),
    ("增幅2.5‰", "增幅千分之二点五"),
    ("第三批名单", "第3批名单"),
    ("推进三医联动改革", "推进三医联动改革"),
]
UNSUPPORTED = [
    # numbers, units and things
    (PLAN, "全县计划建成16家社区医院"),
    (PLAN, "全县计划建成15所社区医院"),
    (PLAN, "全县计划建成15家诊所"),
    (PLAN, "全县计划建成20家社区医院"),
    (PLAN, "全县计划建成20家社区医院和15家诊所"),
    (PLAN, "全县计划建成35家医院"),
    (PLAN, "全县计划建成1.5家社区医院"),
    (PLAN, "全县计划建成150家社区医院"),
    (PLAN, "全县计划建成近15家社区医院"),
    (PLAN, "全县计划建成15余家社区医院"),
    (PLAN, "全县计划建成至少15家社区医院"),
    (PLAN, "全县计划建成15家社区医院以上"),
    (PLAN, "全县计划建成10-15家社区医院"),
    (PLAN, "覆盖率达到57%"),
    (PLAN, "覆盖率达到75‰"),
    (PLAN, "覆盖率提高75个百分点"),
    (PLAN, "覆盖率达到75"),
    (PLAN, "死亡率达到75%"),
    (PLAN, "死亡率，75%"),
    (PLAN, "医院75%"),
    (PLAN, "覆盖率超过75%"),
    (PLAN, "覆盖率达到七成"),
    (PLAN, "投入3.5亿元"),
    (PLAN, "投入3.5万美元"),
    (PLAN, "投入3.5元"),
    (PLAN, "投入35万元"),
    (PLAN, "每人投入3.5万元"),
    (PLAN, "到2026年，全县计划建成15家社区医院"),
    (PLAN, "2025年，全县计划建成15家社区医院"),
    (PLAN, "到2025年底，全县计划建成15家社区医院"),
    (PLAN, "自2025年，全县计划建成15家社区医院"),
    (PLAN, "到2025年5月，全县计划建成15家社区医院"),
    # plans and denials
    (PLAN, "全县建成15家社区医院"),
    (PLAN, "全县力争建成15家社区医院"),
    (PLAN, "全县不建成15家社区医院"),
    (PLAN, "收取挂号费"),
    (PLAN, "挂号费收取"),
    (PLAN, "未收取挂号费"),
    (PLAN, "不收取挂号费，不投入"),
    (PLAN, "全县收挂号费"),
    # staff
    (STAFF, "该院现有医生102人"),
    (STAFF, "该院现有护士120人"),
    (STAFF, "护士120人、医生35人"),
    (STAFF, "该院现有医生120家"),
    (STAFF, "该院现有医生120人次"),
    (STAFF, "该院现有医生120"),
    (STAFF, "该院现有医生不少于120人"),
    (STAFF, "副高以上职称12人"),
    (STAFF, "副高以上职称不超过12人"),
    (STAFF, "副高以上职称少于12人"),
    (STAFF, "副高职称不少于12人以上"),
    (STAFF, "每月下乡3次"),
    (STAFF, "下乡3次"),
    (STAFF, "每年下乡3回"),
    (STAFF, "每年下乡十三次"),
    (STAFF, "正高以上职称不少于12人，由王建国院长带队"),
    # documents and dates
    (RULE, "国卫办发〔2024〕10号文件"),
    (RULE, "国卫办发〔2023〕11号文件"),
    (RULE, "国办发〔2023〕10号文件"),
    (RULE, "卫办发〔2023〕10号文件"),
    (RULE, "2023年2月3日起取消门诊押金"),
    (RULE, "2023年12月2日起取消门诊押金"),
    (RULE, "2022年2月2日起取消门诊押金"),
    (RULE, "2023-02-20起取消门诊押金"),
    (RULE, "2023年2月2日前取消门诊押金"),
    (RULE, "2023年2月2日取消门诊押金"),
    (RULE, "2023年2月2日起收取门诊押金"),
    (RULE, "2023年2月2日起取消住院押金"),
    (RULE, "住院押金500元"),
    (RULE, "住院押金超过500元"),
    (RULE, "住院押金不低于500元"),
    (RULE, "住院押金不超过500万元"),
    (RULE, "门诊押金不超过500元"),
    (RULE, "住院押金不超过50元"),
    (RULE, "去年取消门诊押金"),
    # names
    (TEAM, "由绿水医院牵头"),
    (TEAM, "由青山中医院牵头"),
    (TEAM, "由青山医院和协和医院牵头"),
    (TEAM, "由青山卫生院牵头"),
    (TEAM, "与李明远院长团队合作"),
    (TEAM, "与王院长团队合作"),
    (TEAM, "与李明德主任团队合作"),
    (TEAM, "在石门镇开展两癌筛查"),
    (TEAM, "在石桥乡开展两癌筛查"),
    (TEAM, "在荣县开展两癌筛查"),
    (TEAM, "在成都市开展两癌筛查"),
    (TEAM, "开展“三癌”筛查"),
    (TEAM, "开展四癌筛查"),
    (TEAM, "开展“肺癌”筛查"),
    (TEAM, "依据《健康条例》开展筛查"),
    (TEAM, "接种流感疫苗1200人次"),
    (TEAM, "接种HBV疫苗1200人次"),
    (TEAM, "接种HPV疫苗1200人"),
    (TEAM, "接种HPV疫苗1200万人次"),
    (TEAM, "接种HPV疫苗12000人次"),
    (TEAM, "接种HPV9疫苗1200人次"),
    (TEAM, "接种9价HPV疫苗1200人次"),
    (TEAM, "由青山医院牵头，WHO支持"),
    (TEAM, "与李明德院长团队合作，率先开展筛查"),
    # shares, fractions, ranges
    (RATE, "孕产妇死亡率下降8.5/10万"),
    (RATE, "孕产妇死亡率上升到8.5/10万"),
    (RATE, "孕产妇死亡率下降到8.5/1万"),
    (RATE, "婴儿死亡率下降到8.5/10万"),
    (RATE, "七成的村设有卫生室"),
    (RATE, "75个村设有卫生室"),
    (RATE, "75%的乡镇设有卫生室"),
    (RATE, "所有的村设有卫生室"),
    (RATE, "75%的村没有卫生室"),
    (RATE, "三分之二的乡镇新建了3至5个站点"),
    (RATE, "四分之一的乡镇新建了3至5个站点"),
    (RATE, "三分之一的乡镇新建了5个站点"),
    (RATE, "三分之一的乡镇新建了3个站点"),
    (RATE, "三分之一的乡镇新建了3至6个站点"),
    (RATE, "三分之一的乡镇新建了35个站点"),
    (RATE, "三分之一的县新建了3至5个站点"),
    # denials at the end, modality, limits
    (CARE, "满六周岁的儿童免费接种"),
    (CARE, "未满六周岁的儿童接种，收费"),
    (CARE, "未满七周岁的儿童免费接种"),
    (CARE, "未满六周岁的儿童自费接种"),
    (CARE, "非本县户籍予以补助"),
    (CARE, "本县户籍不予补助"),
    (CARE, "困难家庭"),
    (CARE, "困难家庭不予补助"),
    (MORE, "签约服务居民4.2万人"),
    (MORE, "签约服务居民4.2万余户"),
    (MORE, "随访率90%"),
    (MORE, "随访率90%以下"),
    (MORE, "用三年时间"),
    (MORE, "力争用三个月时间"),
    (MORE, "试点两个乡镇"),
    (MORE, "仅两个乡镇"),
    (MORE, "仅试点三个乡镇"),
    (MORE, "仅试点两个县"),
    ("①3家医院", "13家医院"),
    ("参加人数为3，500人到场", "参加人数为3500人到场"),
    ("面积10²米", "面积102米"),
    ("推进三医联动改革", "推进四医联动改革"),
    ("“十四五”时期新建病房", "“十五五”时期新建病房"),
    ("两三个村", "23个村"),
    ("第三批名单", "三批名单"),
    ("甲院有床位10张，乙院有床位20张", "甲院有床位20张"),
    ("2023年建成甲院，2024年建成乙院", "2024年建成甲院"),
    ("2023年建成甲院，2024年建成乙院", "甲院2024年建成"),
    ("2023年建成甲院，2024年建成乙院", "乙院2023年建成"),
    ("甲县2023年动工，乙县2024年动工", "甲县2024年动工"),
    ("全县建成15家医院", "王建国介绍，全县建成15家医院"),
    ("全县建成15家医院", "新华社报道，全县建成15家医院"),
    ("改建20个站点", "改建20个"),
    ("改建20个站点", "改建20个站"),
    ("气温-5度", "气温5度"),
    ("约30人", "30人"),
    ("30多人", "30人"),
    ("几十人", "十人"),
    ("数百人", "百人"),
    ("≥95%", "95%"),
    ("是否收费由县里定", "收费由县里定"),
    ("避免重复检查", "重复检查"),
]


@pytest.mark.parametrize(("quote", "claim"), SUPPORTED)
def test_what_the_quote_says_passes(quote: str, claim: str) -> None:
    assert unsupported(claim, quote) == ()


@pytest.mark.parametrize(("quote", "claim"), UNSUPPORTED)
def test_what_the_quote_does_not_say_is_found(quote: str, claim: str) -> None:
    assert unsupported(claim, quote)
    assert unsupported(to_traditional(claim), quote)


def test_there_are_enough_attempts() -> None:
    assert len(set(SUPPORTED + UNSUPPORTED)) == len(SUPPORTED) + len(UNSUPPORTED) >= 170


def test_a_number_does_not_cross_from_one_quote_to_another() -> None:
    quotes = "甲县有医院\n10张病床归乙县"
    assert unsupported("甲县有医院10张病床归乙县", quotes)


def test_long_and_strange_texts_are_read_in_bounded_time() -> None:
    for text in ("9" * 5000, "1," * 3000, "一百" * 2000, "百分之" * 1500, "2023年" * 1500, "不" * 3000, "医院" * 1500):
        assert unsupported(text, text) == ()
        assert unsupported(text + "8人", "无") != ()
        assert "" not in unsupported(text + "8人", text)
    assert "15" in unsupported("医院和" * 2000 + "15家", "医院" * 2000 + "15家")


THINGS = ["床位", "医师", "诊室", "处方", "药柜", "救护车", "病历", "村医"]
UNITS = ["个", "名", "间", "张", "份", "辆", "万元", "人次", "%", "平方米"]
LINKS = ["达到", "超过", "不少于", "新增", "未满", "计划建", "每年约"]
TAILS = ["", "以上", "左右", "（含在建）", "，由县里统筹", "；不另收费"]
AMOUNTS = st.one_of(
    st.integers(0, 99999).map(str),
    st.decimals(0, 999, places=1).map(str),
    st.tuples(st.integers(1, 40), st.integers(41, 99)).map(lambda pair: f"{pair[0]}-{pair[1]}"),
    st.tuples(st.integers(1990, 2030), st.integers(1, 12), st.integers(1, 28)).map("{0[0]}年{0[1]}月{0[2]}日".format),
)


@st.composite
def quotes(draw: st.DrawFn) -> str:
    """A sentence of several clauses, every one about another thing."""
    things = draw(st.lists(st.sampled_from(THINGS), min_size=1, max_size=5, unique=True))
    clauses = [
        thing
        + draw(st.sampled_from(LINKS))
        + draw(AMOUNTS)
        + draw(st.sampled_from(UNITS))
        + draw(st.sampled_from(TAILS))
        for thing in things
    ]
    return draw(st.sampled_from(["，", "；", "。"])).join(clauses) + "。"


@given(quotes(), st.data())
@settings(max_examples=150, deadline=None)
def test_whole_clauses_of_the_quote_always_pass(quote: str, data: st.DataObject) -> None:
    edges = [0, *(match.end() for match in re.finditer("[，；。]", quote))]
    start = data.draw(st.sampled_from(edges[:-1]))
    end = data.draw(st.sampled_from([edge for edge in edges if edge > start]))
    claim = quote[start:end]
    for variant in (claim, to_traditional(claim), claim.rstrip("，；。"), claim.replace("，", ",")):
        assert unsupported(variant, quote) == ()
        # and not only because whole clauses take the short way
        assert list(_faults(variant, quote, tokens(variant), tokens(quote))) == []


@given(quotes(), st.data())
@settings(max_examples=200, deadline=None)
def test_any_changed_digit_is_found(quote: str, data: st.DataObject) -> None:
    places = [at for at, char in enumerate(quote) if char.isdigit()]
    at = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([char for char in "0123456789" if char != quote[at]]))
    claim = quote[:at] + digit + quote[at + 1 :]
    values = [
        [token.text for token in tokens(text) if token.sort in (Sort.NUMBER, Sort.DATE)] for text in (claim, quote)
    ]
    assume(values[0] != values[1])  # 1.50 and 1.5 are one
    assert unsupported(claim, quote)


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_checked(claim: str, quote: str) -> None:
    assert unsupported(quote, quote) == ()
    assert isinstance(unsupported(claim, quote), tuple)
