"""Whole answers over small corpora: whose word is given, and in which order."""

from pathlib import Path

import pytest

from retrieval.engine import Engine
from retrieval.reader import Reader
from retrieval.types import Kind, Question, Reason, Scope, Script, Status
from tests.small import engine_over

CITY = """自贡市卫生健康事业发展规划

发布时间：2024-05-06 来源：自贡市卫生健康委员会

自贡市卫生健康委员会提出，全市新建区域急救站12个，农村地区急救半径缩短到15公里。

全市培训乡村医生600人，重点学习中医适宜技术。
"""


def _county(name: str, day: str, body: str) -> str:
    return f"{name}卫生健康工作要点\n\n发布时间：{day} 来源：{name}卫生健康局\n\n{body}\n"


@pytest.fixture
def jurisdictions(tmp_path: Path) -> Engine:
    other = _county("湄潭县", "2024-01-02", "湄潭县为65岁以上老年人免费体检。")
    return engine_over(tmp_path, {"city.txt": CITY, "meitan.txt": other})


def test_a_county_without_an_article_hears_what_its_city_says(jurisdictions: Engine) -> None:
    answer = jurisdictions.ask("荣县要新建多少个急救站")
    assert answer.status is Status.ANSWERED
    assert answer.above is not None
    assert answer.above.name == "自贡市"
    assert "12个" in answer.citations[0].quote
    assert answer.citations[0].counties == ()


def test_a_county_of_another_city_does_not(jurisdictions: Engine) -> None:
    answer = jurisdictions.ask("安岳县要新建多少个急救站")
    assert answer.reason is Reason.UNKNOWN_COUNTY
    assert answer.above is None


def test_a_county_with_articles_of_its_own_is_not_answered_by_others(jurisdictions: Engine) -> None:
    answer = jurisdictions.ask("湄潭县要新建多少个急救站")
    assert answer.status is not Status.ANSWERED


def test_a_county_directly_under_its_province_has_no_city_to_speak(jurisdictions: Engine) -> None:
    assert jurisdictions.ask("重庆市巫溪县要新建多少个急救站").reason is Reason.UNKNOWN_COUNTY


def test_a_refusal_says_what_is_missing_and_who_speaks_of_it(tmp_path: Path) -> None:
    engine = engine_over(
        tmp_path,
        {
            "a.txt": _county("荣县", "2024-01-02", "荣县为65岁以上老年人免费体检。"),
            "b.txt": _county("湄潭县", "2024-01-02", "湄潭县在县人民医院建成血液透析中心。"),
        },
    )
    answer = engine.ask("荣县的血液透析中心建成了吗")
    assert answer.reason is Reason.NOT_IN_CORPUS
    assert "透析" in "".join(answer.missing)
    assert answer.others == ("湄潭县",)


def test_what_the_city_does_not_say_is_refused_as_before(jurisdictions: Engine) -> None:
    assert jurisdictions.ask("荣县的托育园什么时候开门").reason is Reason.UNKNOWN_COUNTY


@pytest.mark.parametrize("newest", ["a.txt", "b.txt"])
def test_where_articles_differ_the_newest_is_said_first_and_the_other_not_hidden(tmp_path: Path, newest: str) -> None:
    older = "b.txt" if newest == "a.txt" else "a.txt"
    engine = engine_over(
        tmp_path,
        {
            older: _county("荣县", "2022-03-01", "荣县全县家庭医生签约服务覆盖率达到62%。"),
            newest: _county("荣县", "2024-03-01", "荣县全县家庭医生签约服务覆盖率达到75%。"),
        },
    )
    answer = engine.ask("荣县家庭医生签约服务覆盖率达到多少")
    assert answer.differing
    assert [citation.article.published for citation in answer.citations] == ["2024-03-01", "2022-03-01"]
    assert "75%" in answer.claims[0].text
    assert "62%" in answer.claims[1].text


def test_what_two_articles_say_alike_is_said_once(tmp_path: Path) -> None:
    same = "荣县全县家庭医生签约服务覆盖率达到75%。"
    extra = "\n\n荣县培训村医80人。"
    engine = engine_over(
        tmp_path,
        {"a.txt": _county("荣县", "2024-03-01", same), "b.txt": _county("荣县", "2022-03-01", same + extra)},
    )
    answer = engine.ask("荣县家庭医生签约服务覆盖率达到多少")
    assert not answer.differing
    assert len(answer.claims) == 1


def test_a_question_for_a_number_is_not_answered_without_one(tmp_path: Path) -> None:
    body = "荣县建成县域医疗急救中心，救护车由急救中心统一调度。\n\n荣县救护车配有监护设备和急救药品。"
    engine = engine_over(tmp_path, {"a.txt": _county("荣县", "2024-01-02", body)})
    assert engine.ask("荣县有多少辆救护车").reason is Reason.NOT_IN_CORPUS
    assert engine.ask("荣县的救护车由谁统一调度").status is Status.ANSWERED


def test_a_comparison_asks_each_county_for_what_decides_it(tmp_path: Path) -> None:
    one = "荣县医院重视床位建设，多次研究床位管理。\n\n荣县开放床位820张。"
    other = "湄潭县开放床位640张。\n\n湄潭县床位管理受到好评。"
    engine = engine_over(
        tmp_path, {"a.txt": _county("荣县", "2024-01-02", one), "b.txt": _county("湄潭县", "2024-01-02", other)}
    )
    answer = engine.ask("荣县和湄潭县哪个床位多")
    assert ["820" in answer.claims[0].text, "640" in answer.claims[-1].text] == [True, True]


def test_one_figure_of_each_of_several_things(tmp_path: Path) -> None:
    body = "一、每千人口医疗床位达到6.1张。\n\n二、每千人口注册护士达到3.2人。\n\n三、建设健康步道。"
    engine = engine_over(tmp_path, {"a.txt": _county("荣县", "2024-01-02", body)})
    told = "".join(claim.text for claim in engine.ask("荣县每千人口床位和护士分别是多少").claims)
    assert "6.1" in told
    assert "3.2" in told
    assert "步道" not in told


def test_a_follow_up_goes_on_from_the_question_before(tmp_path: Path) -> None:
    body = "荣县引进高层次人才12人，同时公开招聘医学院校毕业生40人。\n\n荣县改造厕所300座。\n\n荣县建成健康步道8公里。"
    engine = engine_over(tmp_path, {"a.txt": _county("荣县", "2024-01-02", body)})
    before = "荣县引进多少高层次人才"
    answer = engine.ask("那念完医学院的呢", [before])
    assert answer.status is Status.ANSWERED
    assert "毕业生" in answer.citations[0].quote
    assert engine.ask("那停车场呢", [before]).status is not Status.ANSWERED


def test_an_announcing_sentence_takes_the_next_one_with_it(tmp_path: Path) -> None:
    body = "\n\n".join(
        f"{number}是{what}。{told}"
        for number, what, told in (
            ("一", "机构全覆盖", "全县卫生院都能看中医，设中医馆19个。"),
            ("二", "经费有保障", "三年投入中医药经费2600万元。"),
            ("三", "人才有来源", "每年定向培养中医生15名。"),
            ("四", "药材有基地", "连片种植中药材4万亩。"),
        )
    )
    engine = engine_over(tmp_path, {"a.txt": _county("荣县", "2024-01-02", body)})
    told = "".join(claim.text for claim in engine.ask("荣县的重点工作有哪些").claims)
    assert all(figure in told for figure in ("19个", "2600万", "15名", "4万亩"))


def test_a_list_of_another_thing_is_no_list_of_what_is_asked_for(tmp_path: Path) -> None:
    body = "免费接种对象为初一女生。\n\n一、接种时间\n\n每年9月起接种。\n\n二、注意事项\n\n请带好证件。"
    engine = engine_over(tmp_path, {"a.txt": f"荣县免费接种疫苗的通知\n\n荣县卫生健康局发布。\n\n{body}\n"})
    assert "证件" not in "".join(claim.text for claim in engine.ask("荣县免费接种疫苗在哪些医院").claims)


def test_another_year_may_answer_whether_it_was_in_this_one(tmp_path: Path) -> None:
    engine = engine_over(tmp_path, {"a.txt": _county("荣县", "2021-05-02", "荣县急救中心2021年4月19日试运行。")})
    answer = engine.ask("荣县急救中心2020年就试运行了吗")
    assert "2021年4月19日" in "".join(claim.text for claim in answer.claims)


def test_who_mentions_a_thing_says_it_in_so_many_words(tmp_path: Path) -> None:
    articles = {
        "a.txt": _county("荣县", "2024-01-02", "荣县加强疫苗接种工作，适龄儿童接种率达到95%。"),
        "b.txt": _county("湄潭县", "2024-01-02", "湄潭县为65岁以上老年人免费体检。"),
    }
    engine = engine_over(tmp_path, articles)
    assert engine.ask("哪些县提到狂犬病疫苗").status is not Status.ANSWERED
    assert engine.ask("哪些县提到疫苗接种").status is Status.ANSWERED


@pytest.mark.parametrize(("year", "told", "other"), [("2023", "中医馆", "智慧医院"), ("2024", "智慧医院", "中医馆")])
def test_a_report_on_two_years_tells_of_the_one_asked_about(tmp_path: Path, year: str, told: str, other: str) -> None:
    body = "\n\n".join(
        [
            "一、回顾", "2023年，荣县卫生健康工作稳步推进。", "（一）中医服务", "建成中医馆19个，实现乡镇全覆盖。",
            "（二）队伍", "招聘医生40人，充实基层一线。", "二、展望", "2024年，荣县将继续改善群众看病条件。",
            "（一）信息化", "建设智慧医院2家，实现检查结果互认。", "（二）急救", "新增急救站3个，缩短急救半径。",
        ]
    )  # fmt: skip
    engine = engine_over(tmp_path, {"a.txt": _county("荣县", "2024-01-02", body)})
    text = "".join(claim.text for claim in engine.ask(f"荣县{year}年的重点工作有哪些").claims)
    assert told in text
    assert other not in text


NURSES = "全县现有注册护士445人，第一批培训在2021年办了12期。近5年累计投入专项资金830万元。"


@pytest.mark.parametrize("asked", ["现有注册药师多少人", "第二批培训办了多少期", "2021年投入专项资金多少钱"])
def test_another_thing_of_the_same_sort_or_another_year_is_no_answer(tmp_path: Path, asked: str) -> None:
    engine = engine_over(tmp_path, {"rong.txt": _county("荣县", "2024-01-02", NURSES)})
    assert engine.ask(f"荣县{asked}").status is not Status.ANSWERED


@pytest.mark.parametrize("asked", ["现有注册护士多少人", "第一批培训办了多少期", "近5年投入专项资金多少钱"])
def test_the_thing_itself_is(tmp_path: Path, asked: str) -> None:
    engine = engine_over(tmp_path, {"rong.txt": _county("荣县", "2024-01-02", NURSES)})
    assert engine.ask(f"荣县{asked}").status is Status.ANSWERED


@pytest.mark.parametrize("kind", list(Kind))
def test_one_must_be_surer_of_a_number_name_day_or_place(jurisdictions: Engine, kind: Kind) -> None:
    jurisdictions.load()
    tools = jurisdictions.tools()
    question = Question("湄潭县的体检", "体检", kind, Scope.CORPUS, Script.SIMPLIFIED)
    least = Reader(question, jurisdictions.current(), tools).least
    exact = kind in (Kind.NUMBER, Kind.WHO, Kind.WHEN, Kind.WHERE)
    assert least == pytest.approx(tools.config.answer.min_confidence * (2 if exact else 1))
