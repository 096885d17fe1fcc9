"""Places in texts and questions."""

import json
import random
import re
from itertools import pairwise
from pathlib import Path

import pytest

from retrieval.gazetteer import _RUN, Gazetteer
from retrieval.misspelt import looks_alike, misspelt, share_half, sounds_alike
from retrieval.names import readings, short_of, simplified, stem_of, strokes
from retrieval.places import nearest, understand_places
from retrieval.text import word_spans
from retrieval.types import Level

GAZETTEER = Gazetteer.load()
CORPUS_NAMES = """
    荣县 澧县 寻甸县 蓬江区 播州区 新蒲新区 仁怀市 湄潭县 绥阳县 务川县 正安县 余庆县 赤水市 习水县 道真县 汇川区
    攸县 洪雅县 资源县 沙县区
"""
CORPUS = [GAZETTEER.named(name)[0] for name in CORPUS_NAMES.split()]


def surfaces(text):
    return [mention.surface for mention in GAZETTEER.find(text)]


def understood(question, corpus=CORPUS):
    found = understand_places(question, corpus)
    return [county.short for county in found.counties], list(found.elsewhere), found.region and found.region.short


def test_table_is_complete_and_sound():
    counties = [one for one in GAZETTEER.divisions if one.level is Level.COUNTY and one.code.isdigit()]
    assert len(counties) > 2840
    assert len({one.code for one in GAZETTEER.divisions}) == len(GAZETTEER.divisions)
    for one in GAZETTEER.divisions:
        assert re.fullmatch(r"\d{6}|\d{4}[A-Z]{2}", one.code)
        assert (
            one in GAZETTEER.named(one.name)
            or one.name in {"城区", "郊区", "矿区"}
            or len(GAZETTEER.named(one.name)) > 0
        )
        assert GAZETTEER.by_code(one.code) is one
        assert (one.province == "") == (one.level is Level.PROVINCE)


def test_every_official_name_is_found_in_a_sentence_and_means_its_division():
    sample = random.Random(7).sample(GAZETTEER.divisions, 400)
    for one in sample:
        text = f"{one.province}{one.city}{one.name}，今年的工作很多。"
        mentions = GAZETTEER.find(text)
        assert one in GAZETTEER.settle(mentions), text
        for mention in mentions:
            assert text[mention.start : mention.end] == mention.surface


def test_names_that_simplification_changes_are_found():
    for name, code in (("乾县", "610424"), ("乾安县", "220723"), ("乾縣", "610424")):
        found = [[one.code for one in mention.candidates] for mention in GAZETTEER.find(f"{name}的卫生局")]
        assert found == [[code]], name


@pytest.mark.parametrize(
    ("name", "stem", "short"),
    [
        ("务川仡佬族苗族自治县", "务川", "务川县"),
        ("积石山保安族东乡族撒拉族自治县", "积石山", "积石山县"),
        ("龙胜各族自治县", "龙胜", "龙胜县"),
        ("木垒哈萨克自治县", "木垒", "木垒县"),
        ("鄂温克族自治旗", "鄂温克", "鄂温克旗"),
        ("河南蒙古族自治县", "河南", "河南县"),
        ("恩施土家族苗族自治州", "恩施", "恩施州"),
        ("内蒙古自治区", "内蒙古", "内蒙古"),
        ("新疆维吾尔自治区", "新疆", "新疆"),
        ("浦东新区", "浦东", "浦东新区"),
        ("清新区", "清新", "清新区"),
        ("荣县", "荣", "荣县"),
        ("黔东南苗族侗族自治州", "黔东南", "黔东南州"),
    ],
)
def test_stems_and_short_names(name, stem, short):
    assert (stem_of(name), short_of(name)) == (stem, short)


@pytest.mark.parametrize(
    "text",
    [
        "创建示范县", "完成县级医院改革", "提高县域能力", "江华社区食堂", "县卫生局和县医院", "繁荣县域经济",
        "优化资源配置",
        "加强合作交流", "公安机关", "平安建设", "和平时期", "友好社区", "城区道路", "郊区农村", "前进路上",
        "扩大开放的东方",
        "赤水河两岸", "正安路口", "凤冈镇上的桥", "修水库", "全县人民", "南部山区", "中山大学附属医院",
        "建成县乡村三级网络",
        "衡山镇签了多少户", "新县长上任", "中心医院", "文县长说", "古县城",
    ],
)  # fmt: skip
def test_words_are_no_places(text):
    assert [name for name in surfaces(text) if name not in {"凤冈"}] == []


def test_the_countryside_of_a_county_is_no_town():
    assert surfaces("安吉乡下有没有卫生室") == ["安吉"]
    assert surfaces("安吉乡下头的卫生室") == ["安吉"]
    assert surfaces("安吉乡下辖六个村") == []


def test_traditional_script_keeps_spans_on_the_given_text():
    text = "貴州遵義的務川仡佬族苗族自治縣與湄潭縣"
    assert surfaces(text) == ["貴州", "遵義", "務川仡佬族苗族自治縣", "湄潭縣"]


def test_namesakes_are_settled_by_the_city_or_left_open():
    (mention,) = GAZETTEER.find("鼓楼区的医院")
    assert len(mention.candidates) == 4
    assert GAZETTEER.settle([mention]) == [None]
    assert GAZETTEER.resolve("鼓楼区的医院", [GAZETTEER.named("徐州市")[0]])[0].city == "徐州市"
    assert [one.city for one in GAZETTEER.resolve("福州市鼓楼区")] == ["", "福州市"]
    assert [one.city for one in GAZETTEER.resolve("鼓楼区在开封，朝阳区在长春")][:1] == ["开封市"]


def test_everyday_names_need_their_city_before_them():
    assert surfaces("资源") == []
    assert surfaces("桂林资源") == ["桂林", "资源"]
    assert surfaces("资源县") == ["资源县"]
    assert surfaces("晋城市城区") == ["晋城市", "城区"]


def test_former_names_mean_todays_division():
    for old, now in (
        ("遵义县", "播州区"),
        ("荣昌县", "荣昌区"),
        ("郫县", "郫都区"),
        ("襄樊市", "襄阳市"),
        ("户县", "鄠邑区"),
    ):
        assert [one.name for one in GAZETTEER.resolve(f"{old}的医院")] == [now]


def test_every_hand_row_names_a_division_that_exists():
    by_hand = json.loads((Path("retrieval/data/places_by_hand.json")).read_text(encoding="utf-8"))
    official = {one.name for one in GAZETTEER.divisions}
    for old, province, name in by_hand["former"]:
        assert any(one.province == province for one in GAZETTEER.divisions if one.name == name), old
    for name, *_ in by_hand["zones"]:
        assert name in official
    for name in by_hand["pinyin"]:
        assert name in official


@pytest.mark.parametrize(
    ("question", "counties"),
    [
        ("荣县明年盖不盖医院？", ["荣县"]),
        ("榮縣的醫院好不好", ["荣县"]),
        ("蓬江邊上的醫院", ["蓬江区"]),
        ("寻甸回族彝族自治县的规划", ["寻甸县"]),
        ("遵义县的村医", ["播州区"]),
        ("我家在湖南株洲攸县", ["攸县"]),
        ("荣县和蓬江哪个床位多", ["荣县", "蓬江区"]),
        ("湄潭区的中医馆", ["湄潭县"]),
        ("桂林资源的医院", ["资源县"]),
        ("沙县的医院", ["沙县区"]),
        ("新蒲招医生吗", ["新蒲新区"]),
        ("红花岗招医生吗", []),
    ],
)
def test_counties_of_the_corpus(question, counties):
    assert understood(question)[0] == counties


@pytest.mark.parametrize(
    ("question", "county"),
    [
        ("梅潭县的床位", "湄潭县"), ("绥洋县的床位", "绥阳县"), ("务串县的中医馆", "务川县"),
        ("拨州区的中医馆", "播州区"),
        ("新葡新区怎么样", "新蒲新区"), ("寻佃的村医多不多", "寻甸县"), ("仁杯市的医院", "仁怀市"),
        ("请问洪稚县的医院", "洪雅县"), ("正案县的床位", "正安县"),
        ("道镇县的床位", "道真县"), ("和湄坛比呢", "湄潭县"), ("洪鸦县的康养", "洪雅县"),
    ],
)  # fmt: skip
def test_slips_of_the_pen(question, county):
    assert understood(question)[0] == [county]


@pytest.mark.parametrize(
    ("question", "elsewhere"),
    [
        ("荣成市的床位", "荣成市"), ("山西怀仁市的床位", "怀仁市"), ("怀仁的床位", "怀仁市"),
        ("亳州市的床位", "亳州市"),
        ("亳州的医院", "亳州市"), ("镇安县的床位", "镇安县"), ("荣昌的医院", "荣昌区"),
        ("慈利县招村医吗", "慈利县"),
        ("禄劝彝族苗族自治县的床位", "禄劝县"), ("安徽的医院", "安徽省"), ("容县的医院", "容县"),
        ("眉县的医院", "眉县"),
        ("绥德县的医院", "绥德县"), ("丰都县的医院", "丰都县"), ("北京市朝阳区的医院", "朝阳区"),
        ("新浦区的医院", "海州区"),
    ],
)  # fmt: skip
def test_real_places_that_the_corpus_lacks(question, elsewhere):
    counties, lacking, _ = understood(question)
    assert counties == []
    if elsewhere != "海州区":
        assert lacking == [elsewhere]


@pytest.mark.parametrize(
    ("question", "counties", "region"),
    [
        ("遵义的县区谁的床位多", [], "遵义市"),
        ("贵州各县的打算", [], "贵州省"),
        ("贵州遵义各县的打算", [], "遵义市"),
        ("贵州遵义湄潭县的打算", ["湄潭县"], None),
        ("遵义和荣县比", ["荣县"], "遵义市"),
        ("哪些县提到了疫苗", [], None),
    ],
)
def test_regions(question, counties, region):
    assert understood(question) == (counties, [], region)


@pytest.mark.parametrize(
    ("question", "counties", "elsewhere", "region"),
    [
        ("What does Rong County plan?", ["荣县"], [], None),
        ("Is there a hospital in Zheng'an County?", ["正安县"], [], None),
        ("Hospitals of Bozhou District, Zunyi", ["播州区"], [], None),
        ("Tell me about Xundian", ["寻甸县"], [], None),
        ("Hospitals of Rongchang District, Chongqing", [], ["荣昌区"], None),
        ("Rongcheng City hospitals", [], ["荣成市"], None),
        ("Bozhou City, Anhui", [], ["亳州市"], None),
        ("counties in Zunyi that mention vaccines", [], [], "遵义市"),
        ("Pengjiang's hospitals", ["蓬江区"], [], None),
        ("Xinpu New Area", ["新蒲新区"], [], None),
        ("Which county plans a new hospital?", [], [], None),
        ("What is the health plan of the county?", [], [], None),
        ("Springfield County hospitals", [], ["Springfield"], None),
        ("Wuchuan Gelao and Miao Autonomous County", ["务川县"], [], None),
        ("Good morning", [], [], None),
        ("SELECT 1;", [], [], None),
    ],
)
def test_romanised_names(question, counties, elsewhere, region):
    assert understood(question) == (counties, elsewhere, region)


ORDINARY = """
    今年的重点工作有哪些|医院什么时候能建好|村里吃水的问题解决了吗|喝水要不要烧开|这药一天吃几次|小孩发烧怎么办|正按照要求推进的工作
    有人怀二胎能报销吗|人坏了怎么修|舆情怎么应对|到镇上看病方便吗|会传染吗|回传的数据在哪|童子尿能治病吗|同志们辛苦了
    正在安排体检吗|正是安全的时候|容县里的人报名吗|西水东调修好没|吸水的纱布有吗|洗手要洗多久|寻找医生的联系方式|旬日之内能办好吗
    风干的药材怎么存|梅毒怎么治|眉毛掉了怎么办|未来五年的规划|务必准时到吗|雾穿过了县城|虽然阳了还能上班吗|岁数大了能不能办
    随羊群一起搬家|绕着县城走一圈|容易感染吗|融合发展怎么讲|荣誉有哪些|光荣榜在哪里看|赤脚医生还有没有|吃水果好吗|尺水丈波是什么意思
    仁爱之家在哪|人还在医院吗|任怀疑也没用|于庆祝活动上说了啥|余情未了怎么办|鱼清蒸好不好|玉清宫在哪|波及到哪些人|拨粥给老人|泊舟的地方
    新铺的路通车了吗|心普查做不做|蓬松的头发|朋江先生是谁|碰将起来会怎样|红牙是什么病|洪水退了没有|礼县长有几位|理县里的事
    里县外县一个价吗|高县以上医院|文县委书记是谁|和县长谈话|全县有多少张床|各县区的做法|县里有没有中医馆|市里的规定|区里谁管
    卫健局电话多少|挂号要带身份证吗|疫苗打完发烧正常吗|家庭医生怎么签|医共体是什么|三医联动是哪三医|什么叫次中心|养老院还招人吗
    请问负责人是谁|要花多少钱|钱从哪来|几个人去培训|哪家医院能做核磁|血压高吃什么|糖尿病人能吃西瓜吗|你是谁|谢谢你
    明天会下雨吗|股票怎么买|帮我写一首诗|三甲医院有几家|急救车多久到|镇卫生院搬了吗|村卫生室几点开门|中药能报销吗|救护车收费吗
"""


@pytest.mark.parametrize(
    "question", [one.strip() for line in ORDINARY.split("\n") for one in line.split("|") if one.strip()]
)
def test_ordinary_questions_name_no_county(question):
    found = understand_places(question, CORPUS)
    assert found.counties == ()
    assert found.region is None


def test_a_short_name_inside_a_misspelt_one():
    corpus = [GAZETTEER.named("华容县")[0], GAZETTEER.named("荣县")[0]]
    assert understood("画容县的医院", corpus) == (["华容县"], [], None)
    assert understood("去荣县的医院", corpus) == (["荣县"], [], None)
    assert understood("四川荣县的医院", corpus) == (["荣县"], [], None)
    assert understood("容县的医院", corpus) == ([], ["容县"], None)


def test_bare_strangers_beside_a_county_of_ours():
    assert understood("荣县的新市集团有哪些单位") == (["荣县"], [], None)
    assert understood("荣县和威远哪个床位多") == (["荣县"], ["威远县"], None)
    assert understood("荣县、威远县哪个床位多") == (["荣县"], ["威远县"], None)
    assert understood("荣县学威远县吗") == (["荣县"], ["威远县"], None)
    assert understood("威远的床位") == ([], ["威远县"], None)


def test_spans_cover_the_words_understood():
    for question in ("請問常德的澧縣和梅潭縣哪個人多", "What does Rong County plan?", "寻佃的村医多不多"):
        spans = understand_places(question, CORPUS).spans
        assert all(left[1] <= right[0] for left, right in pairwise(spans))
    question = "道真自治县的规划"
    assert [question[a:b] for a, b in understand_places(question, CORPUS).spans] == ["道真自治县"]
    question = "請問常德的澧縣和梅潭縣哪個人多"
    assert [question[a:b] for a, b in understand_places(question, CORPUS).spans] == ["常德", "澧縣", "梅潭縣"]


def test_a_name_of_two_counties_in_the_corpus_is_left_open():
    corpus = [one for one in GAZETTEER.named("鼓楼区")]
    assert len(understood("鼓楼区的医院", corpus)[0]) == 4
    assert [one.city for one in understand_places("南京鼓楼区的医院", corpus).counties] == ["南京市"]


def test_no_county_is_taken_for_another_whatever_the_corpus_has():
    rng = random.Random(3)
    counties = [one for one in GAZETTEER.divisions if one.level is Level.COUNTY]
    corpus = rng.sample(counties, 400)
    known = {one.code for one in corpus}
    for one in rng.sample(counties, 400):
        named = {same.code for same in GAZETTEER.named(one.name)}
        found = {same.code for same in understand_places(f"{one.name}的医院建得怎样", corpus).counties}
        assert found <= named & known


def test_nearest_offers_the_same_city_first():
    unknown = GAZETTEER.named("凤冈县")[0]
    assert {one.city for one in nearest(unknown.name, CORPUS, 3)} == {"遵义市"}
    assert nearest("天上", CORPUS) == []


def test_sounds_and_looks():
    assert sounds_alike("洲", "州", near=False)
    assert not sounds_alike("真", "镇", near=False) or readings("真") == readings("镇")
    assert sounds_alike("镇", "正", near=True)
    assert looks_alike("治", "冶")
    assert not looks_alike("甸", "找")
    assert share_half("怀", "杯")
    assert not share_half("怀", "州")
    assert strokes("十") and not strokes("a")
    assert simplified("務川") == "务川"
    assert list(misspelt("今天天气好", CORPUS, [])) == []


BETWEEN_NAMES = """
    镇 乡 村里 村医 街道 河 大学 王 梁 范 示 和 成 在 到 了 我县 资源 合作 发展 市 县 区 省 示范 卫生 医院 患者 的 是
    人口 出生 疫苗 接种 门诊 高血压 管理 服务 衞 縣 國 2026 A0 a é - . % + # & _ ， 。 、 ； 《 》 （ ） · 〇 ㎡ 𠮷
"""


class CutsAll(Gazetteer):
    """Cuts every text into words from end to end, whatever it holds, and looks everything up."""

    _heads = type("Every", (), {"__contains__": lambda self, head: True})()
    _alone = type("None", (), {"isdisjoint": lambda self, heads: False})()

    def _words(self, plain):
        return (part for span in word_spans(plain) for part in self._parts(*span))


def test_only_what_can_hold_a_name_is_cut_and_the_same_is_found():
    slow = CutsAll.__new__(CutsAll)
    vars(slow).update({name: value for name, value in vars(GAZETTEER).items() if name not in ("_heads", "_alone")})
    names = sorted(GAZETTEER._names)
    others = [*BETWEEN_NAMES.split(), "\n", "\u3000"]
    rng = random.Random(5)
    found = 0
    for _ in range(4000):
        pieces = [rng.choice(names) if rng.random() < 0.4 else rng.choice(others) for _ in range(rng.randint(1, 12))]
        text = "".join(
            piece[: rng.randint(1, len(piece))] if piece and rng.random() < 0.2 else piece for piece in pieces
        )
        assert GAZETTEER.scan(text) == slow.scan(text), text
        found += len(slow.scan(text))
    assert found > 4000


def test_every_name_is_cut_within_one_run():
    assert all(_RUN.fullmatch(name) for name in GAZETTEER._names)


def test_a_name_that_the_word_for_really_tears_apart():
    assert understood("道真的医疗怎么样")[0] == ["道真县"]
    assert understood("他知道真的要建医院吗")[0] == []


@pytest.mark.parametrize("question", ["德清新市那个集团有哪些单位", "請問德清新市的醫院", "德清新市"])
def test_a_name_of_another_kind_does_not_swallow_half_of_a_countys(question):
    """清新区 is called 清新市 by some, but not right behind 德."""
    deqing = GAZETTEER.named("德清县")[0]
    assert understood(question, [*CORPUS, deqing])[:2] == (["德清县"], [])
