"""Which county a passage is about. The articles are invented; only the names of places are real."""

from ingest.counties import attribute
from ingest.describe import Description
from ingest.document import Line
from ingest.outline import outline
from retrieval.gazetteer import Gazetteer


def attributed(title, *texts, publisher=None, source="a.txt", levels=None):
    lines = [Line(text, number=at + 1, level=(levels or {}).get(text, 0)) for at, text in enumerate(texts)]
    outlined = outline(lines, title, 600)
    whole, per_passage = attribute(Description(title, publisher), outlined, source)
    names = Gazetteer.load().by_code
    shown = [
        (outlined.text[draft.start : draft.end], tuple(names(code).short for code in codes))
        for draft, codes in zip(outlined.passages, per_passage, strict=True)
    ]
    return tuple(names(code).short for code in whole), shown


def counties(shown):
    return [codes for _, codes in shown]


def test_round_up_of_five_counties():
    whole, shown = attributed(
        "各县（区）卫生健康局负责人谈打算",
        "眉山市去年的卫生工作有声有色，今年各县（区）怎么干？本报请几位局长谈一谈。",
        "今年，彭山区的卫生部门打算新建两家社区卫生服务中心，把夜间门诊办起来。",
        "今年，仁寿县的卫生部门打算把县医院搬进新址，学习推广洪雅的养老经验。",
        "今年，洪雅县的卫生部门打算办好康养基地，引进五名老年科医生。",
        "今年，丹棱县的卫生部门打算给每个村配一台心电机。",
        "今年，青神县的卫生部门打算开通到成都的远程会诊。",
    )
    assert whole == ("彭山区", "仁寿县", "洪雅县", "丹棱县", "青神县")
    assert counties(shown) == [(), ("彭山区",), ("仁寿县",), ("洪雅县",), ("丹棱县",), ("青神县",)]


def test_notice_that_says_only_our_county_has_it_from_the_publisher():
    texts = ("我县将于下月开展老年人体检，请各乡镇卫生院做好准备。", "全县分三批进行，经费由县财政保障。")
    for where in ({"publisher": "洪雅县融媒体中心"}, {"source": "四川/洪雅县/2024/notice.txt"}):
        whole, shown = attributed("关于做好老年人体检的通知", *texts, **where)
        assert whole == ("洪雅县",)
        assert counties(shown) == [("洪雅县",), ("洪雅县",)]


def test_notice_without_any_name_is_nobodys():
    whole, shown = attributed("关于做好老年人体检的通知", "我县将于下月开展老年人体检，请各乡镇卫生院做好准备。")
    assert whole == ()
    assert counties(shown) == [()]


def test_article_about_one_county_gives_it_to_every_passage():
    whole, shown = attributed(
        "眉山洪雅县：把药送到山上",
        "洪雅县山高路远，老人取药要走半天。",
        "今年春天，卫生部门买了三辆送药车，每周跑两趟。",
        "四川省有关部门在调研时肯定了这一做法。",
        "丹棱县的同行也来看过，说回去就办。",
    )
    assert whole == ("洪雅县",)
    assert counties(shown)[:3] == [("洪雅县",)] * 3


def test_district_of_many_cities_needs_its_city():
    texts = ("鼓楼区新开了三家老年食堂。", "全区老人凭卡就餐。")
    assert attributed("鼓楼区办起老年食堂", *texts)[0] == ()
    for where in ({"publisher": "徐州日报"}, {"source": "徐州/a.txt"}):
        whole, shown = attributed("鼓楼区办起老年食堂", *texts, **where)
        assert whole == ("鼓楼区",)
        assert all(codes == ("鼓楼区",) for codes in counties(shown))
    texts = ("徐州市鼓楼区新开了三家老年食堂。", "全区老人凭卡就餐。")
    lines = [Line(text) for text in texts]
    assert attribute(Description("老年食堂开张"), outline(lines, "", 600), "a")[0] == ("320302",)


def test_traditional_script():
    whole, shown = attributed("蓬萊區與榮成市的醫養", "蓬萊區把敬老院辦進衛生院。", "榮成市給獨居老人裝了呼叫器。")
    assert set(whole) == {"蓬莱区", "荣成市"}
    assert counties(shown) == [("蓬莱区",), ("荣成市",)]


def test_comparison_of_two_counties():
    whole, shown = attributed(
        "洪雅县与丹棱县的健康账本",
        "洪雅县和丹棱县都在眉山，两县的路子却不一样。",
        "洪雅县走康养的路，床位增加了一半。",
        "丹棱县走信息化的路，检查结果全县互认。",
        "两县明年都要办中医节。",
        "洪雅县人多，先建医院；丹棱县地少，先通网络。",
    )
    both = ("洪雅县", "丹棱县")
    assert whole == both
    assert counties(shown) == [both, ("洪雅县",), ("丹棱县",), both, both]


def test_headings_name_the_counties():
    _, shown = attributed(
        "眉山市几个县的做法",
        "一、洪雅县",
        "（一）送药",
        "三辆送药车每周跑两趟，山上的老人不再出门取药。",
        "二、丹棱县",
        "检查结果全县互认，群众少跑路，也少花钱，一年省下四百万元。",
        "三、全市的打算",
        "明年把两个县的做法推到每个乡镇，由市里统一采购车辆和设备。",
    )
    assert counties(shown) == [("洪雅县",), ("丹棱县",), ()]


def test_title_names_the_city_and_paragraphs_the_counties():
    whole, shown = attributed(
        "眉山市卫生工作综述",
        "眉山市今年的卫生投入增加两成，全市新建医院四家。",
        "在洪雅县，康养基地已经开工，明年夏天接待第一批老人。",
        "在丹棱县，村卫生室全部通了宽带。",
    )
    assert whole == ("洪雅县", "丹棱县")
    assert counties(shown) == [(), ("洪雅县",), ("丹棱县",)]


def test_zone_run_like_a_county():
    whole, shown = attributed(
        "几家新区谈打算", "今年，贵安新区的卫生部门打算引进两家医院。", "今年，清镇市的卫生部门打算新建急救站。"
    )
    assert whole == ("贵安新区", "清镇市")
    assert counties(shown) == [("贵安新区",), ("清镇市",)]


def test_several_paragraphs_below_one_lead_stay_with_it():
    _, shown = attributed(
        "县区动态",
        "洪雅县近日召开医改推进会，会议开了一整天。",
        "会议要求，年底前把检查结果互认推到每个乡镇。",
        "丹棱县近日开通夜间门诊，门诊开到九点。",
        "全市各县区都要学起来。",
    )
    assert counties(shown) == [("洪雅县",), ("洪雅县",), ("丹棱县",), ()]


def test_ethnic_county_by_its_short_name():
    whole, _ = attributed("务川县建起急救站", "全县十五个乡镇都能在二十分钟内等到救护车。")
    assert whole == ("务川县",)


def test_former_name_means_todays_county():
    assert attributed("郫县的中医馆", "全县中医馆已有十二家，另有三家在建。")[0] == ("郫都区",)


def test_common_words_that_met_are_no_county():
    whole, shown = attributed(
        "洪雅县召开会议", "县卫生健康局和县计划生育协会一起开会，要完成县级公立医院改革，创建健康促进示范县。"
    )
    assert whole == ("洪雅县",)
    assert counties(shown) == [("洪雅县",)]


def test_city_without_counties_is_asked_about_like_one():
    assert attributed("东莞市办起夜间门诊", "东莞市已有三十家医院开到九点。")[0] == ("东莞市",)


def test_article_about_no_county():
    whole, shown = attributed("医改的三个问题", "医改要回答三个问题，谁来办，谁出钱，谁受益，都不容易。")
    assert whole == ()
    assert counties(shown) == [()]


def test_labels_of_several_kinds():
    _, shown = attributed(
        "县区动态",
        "【仁寿县】仁寿县昨天开会部署下一步工作。",
        "●青神县 组织学生体检，两千人受益。",
        "洪雅：给山上的老人送药。",
        "某山县也有动静。",
    )
    assert counties(shown)[:3] == [("仁寿县",), ("青神县",), ("洪雅县",)]


def test_a_namesake_nobody_settled_inherits_nothing():
    _, shown = attributed("动态", "洪雅县开了会，开得很长。", "鼓楼区也开了会，开得很短。", "丹棱县没有开会。")
    assert counties(shown) == [("洪雅县",), (), ("丹棱县",)]


def test_city_article_in_a_county_paper_stays_the_citys():
    whole, shown = attributed(
        "眉山市今年办十件实事", "全市新建医院四家，改造卫生院十家。", publisher="洪雅县融媒体中心"
    )
    assert (whole, counties(shown)) == ((), [()])


def test_items_of_a_list_say_nothing_about_what_follows_them():
    _, shown = attributed(
        "先进集体名单",
        "评审组看了三个月，选出下面两家。",
        "1.洪雅县人民医院",
        "2.丹棱县中医医院",
        "获奖的单位要带动周边，三年内培养不少于五名骨干，达不到的取消称号。",
    )
    assert counties(shown)[-1] == ()


def test_a_national_body_ends_what_was_said_of_a_county():
    _, shown = attributed(
        "一周要闻",
        "洪雅县：三十个村卫生室装上了太阳能，停电也能给疫苗保温。",
        "丹棱县：县医院的新楼封顶，设床位六百张，后年五月投入使用。",
        "国家卫生健康委：今年将再培训五万名村医，费用由财政承担。",
    )
    assert counties(shown) == [("洪雅县",), ("丹棱县",), ()]


def test_one_aside_about_another_county_leaves_the_article_to_that_of_its_title():
    whole, shown = attributed(
        "洪雅县建成县域影像中心",
        "影像中心设在县医院，卫生院拍片，专家在线出报告，半小时内给结果。",
        "丹棱县去年也建了这样的中心，路子差不多。",
        "下一步要把心电和检验也并进来，年底前覆盖所有的卫生院。",
    )
    assert whole == ("洪雅县",)
    assert counties(shown) == [("洪雅县",), ("丹棱县",), ("洪雅县",)]


def test_two_counties_are_not_the_three_of_the_title():
    _, shown = attributed(
        "洪雅县、丹棱县与青神县的健康账本",
        "洪雅县走康养的路，床位增加了一半。",
        "丹棱县走信息化的路，检查结果全县互认。",
        "两县明年都要办中医节，经费由两家平摊。",
        "三县的院长每季度碰一次头，轮流坐庄。",
    )
    assert counties(shown)[2:] == [("洪雅县", "丹棱县"), ("洪雅县", "丹棱县", "青神县")]
