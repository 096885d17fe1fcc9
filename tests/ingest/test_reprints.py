import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import reprints
from ingest.likeness import Said, What, compare
from ingest.official import Standing, standing_of
from ingest.reprints import Text, cluster, near
from retrieval.text import to_traditional
from retrieval.types import Article

PLAN = """德清县2024年卫生健康工作计划
今年德清县将为每个乡镇补足两名全科医生,并把夜间门诊开到集镇。
县人民医院与六家卫生院组成一个共同体,药品由中心药房统一送到村卫生室,每周不少于3次,覆盖率达到95.5%。
六十五岁以上老人每年免费体检一次,入园儿童视力筛查由妇幼保健院上门完成。
卫生健康局局长钱某某表示,年底前不得新增收费项目,东溪镇卫生院将于6月30日前完成改造。
县里把心理热线接到每所中学,并请退休教师担任志愿者,让学生随时有人可以倾诉。"""
BODY = PLAN.split("\n", 1)[1]


def verdict(inner: str, outer: str = PLAN):
    return compare(Said(inner, inner.split("\n")[0]), Said(outer, outer.split("\n")[0]))


@pytest.mark.parametrize(
    "copy",
    [
        PLAN,
        to_traditional(PLAN),
        PLAN.replace(",", "，").replace("3", "３"),
        PLAN.replace("\n", "\n\n   "),
        "乡镇医生补足，夜间门诊进集镇\n" + BODY,
        PLAN + "\n编者按：以上内容由本站编辑整理。",
        PLAN.replace("夜间门诊开到", "夜间门诊办到"),
        PLAN.replace("两名", "2名").replace("6月30日", "六月三十日"),
        PLAN.replace("东溪镇卫生院", "东溪镇衛生院"),
        "\n".join(PLAN.split("\n")[2:5]),
        PLAN.split("\n")[2],
    ],
    ids=[
        "itself",
        "traditional",
        "width",
        "blanks",
        "headline",
        "editor",
        "wording",
        "numerals",
        "mixed",
        "part",
        "line",
    ],
)
def test_a_copy_is_covered(copy):
    assert verdict(copy).covered
    assert verdict(copy).spots == ()


@pytest.mark.parametrize(
    ("was", "becomes", "what"),
    [
        ("95.5", "96.5", What.NUMBER),
        ("95.5", "955", What.NUMBER),
        ("95.5%", "95.5‰", What.NUMBER),
        ("六家", "八家", What.NUMBER),
        ("六十五岁", "六十岁", What.NUMBER),
        ("6月30日", "7月30日", What.DATE),
        ("不得新增", "可以新增", What.NEGATION),
        ("不得新增", "新增", What.NEGATION),
        ("以上老人", "以下老人", What.NEGATION),
        ("东溪镇", "西溪镇", What.NAME),
        ("德清县将", "安吉县将", What.NAME),
        ("钱某某", "孙某某", What.NAME),
    ],
)
def test_a_doctored_copy_contradicts_at_that_spot(was, becomes, what):
    assert was in PLAN
    found = verdict(PLAN.replace(was, becomes))
    assert not found.covered
    assert [spot.what for spot in found.spots] == [what]
    assert found.spots[0].here != found.spots[0].there
    back = verdict(PLAN, PLAN.replace(was, becomes))
    assert [(spot.here, spot.there) for spot in back.spots] == [(found.spots[0].there, found.spots[0].here)]


def test_a_copy_with_news_of_its_own_is_no_copy():
    assert not verdict(PLAN * 3 + "\n" + "另外每个社区还要新设康复站，由县里派康复师轮流坐诊。" * 4, PLAN * 3).covered
    assert not verdict("另一件事:县里新建了三座停车场，供来看病的人使用，不收取任何费用。").covered


def text(source: str, body: str, **values) -> Text:
    said = Said(body)
    BODIES[source] = said
    return Text(source, said.digest, len(said.grams), said.sketch, **values)


BODIES: dict[str, Said] = {}


def judge(inner: Text, outer: Text):
    return compare(BODIES[inner.source], BODIES[outer.source])


def every_pair(units):
    return [(one, other) for other in range(len(units)) for one in range(other)]


def test_the_most_official_stands_for_the_others():
    texts = [
        text("blog", BODY, standing=Standing.COPIER, published="2024-01-01"),
        text("paper", to_traditional(BODY), standing=Standing.MEDIUM, published="2024-02-03"),
        text("bureau", BODY + "\n(完)", standing=Standing.ISSUER, published="2024-02-05"),
        text("paper-2", BODY, standing=Standing.MEDIUM, published="2024-02-02"),
    ]
    assert set(cluster(texts, judge).original.values()) == {"bureau"}
    assert set(cluster([one for one in texts if one.source != "bureau"], judge).original.values()) == {"paper-2"}


def test_an_extract_joins_its_whole_however_official():
    part = "\n".join(BODY.split("\n")[1:3])
    texts = [text("part", part, standing=Standing.ISSUER), text("whole", BODY, standing=Standing.COPIER)]
    assert cluster(texts, judge).original == {"part": "whole", "whole": "whole"}


def test_a_doctored_copy_stays_and_is_told():
    doctored = BODY.replace("六家", "八家")
    texts = [text("a", BODY, standing=Standing.ISSUER), text("b", doctored), text("c", BODY)]
    found = cluster(texts, judge)
    assert found.original == {"a": "a", "b": "b", "c": "a"}
    assert [(one.source, one.other, [spot.what for spot in one.spots]) for one in found.contradictions] == [
        ("b", "a", [What.NUMBER])
    ]
    assert "八家" in found.contradictions[0].spots[0].here


def test_no_chain_joins_contradicting_texts():
    """A copy that leaves the sentence out is covered by both, which must stay two."""
    short = BODY.replace("县人民医院与六家卫生院组成一个共同体,", "")
    texts = [text("a", BODY), text("b", short), text("c", BODY.replace("六家", "八家"))]
    found = cluster(texts, judge).original
    assert found["a"] == "a"
    assert found["c"] == "c"


def test_counties_to_find_a_text_by_are_not_lost():
    same = [text("a", BODY, counties=("330521",)), text("b", BODY, counties=("330522",)), text("c", BODY)]
    found = cluster(same, judge).original
    assert found["a"] == "a"
    assert found["b"] == "b"
    assert found["c"] in {"a", "b"}


def test_what_an_administrator_names_wins():
    texts = [
        text("a", BODY + "\n(完)", standing=Standing.ISSUER),
        text("b", BODY, standing=Standing.COPIER, url="https://b.example/1"),
        text("other", "完全不同的文字，与上面毫无关系，只是有人说它是转载。" * 3, canonical="https://b.example/1"),
    ]
    assert cluster(texts, judge).original == {"a": "b", "b": "b", "other": "b"}


@pytest.mark.parametrize("names", [{"a": "nowhere"}, {"a": "a"}, {"a": "b", "b": "a"}])
def test_a_name_that_leads_nowhere_is_told(names):
    texts = [text(source, BODY, canonical=names.get(source, "")) for source in "ab"]
    found = cluster(texts, judge)
    assert found.astray == tuple(sorted(names))
    assert found.original == {"a": "a", "b": "a"}


def test_names_in_a_row_lead_to_the_last():
    texts = [text("a", BODY, canonical="b"), text("b", BODY * 2, canonical="c"), text("c", BODY * 3)]
    assert cluster(texts, judge).original == {"a": "c", "b": "c", "c": "c"}


WORDS = (
    "县里乡镇医院门诊医生护士药房老人儿童体检筛查疫苗急救转诊病历培训村医改造设备经费学校社区康复营养热线志愿残疾慢病"
)


def sentence(source: random.Random) -> str:
    words = [source.choice(WORDS) for _ in range(source.randint(12, 40))]
    return "".join(words) + str(source.randint(2, 99)) + "个。"


def family(source: random.Random) -> list[str]:
    """An article and what becomes of it elsewhere: same, cut, edited, doctored, joined with another."""
    sentences = [sentence(source) for _ in range(source.randint(8, 14))]
    whole = "\n".join(sentences)
    at = source.randrange(len(sentences))
    doctored = [*sentences[:at], sentences[at].replace("个。", "0个。"), *sentences[at + 1 :]]
    texts = [
        whole,
        to_traditional(whole),
        whole + "\n编辑整理发布。",
        "\n".join(sentences[:4]),
        "\n".join(sentences[1:]),
        "\n".join(doctored),
        whole + "\n" + "\n".join(sentence(source) for _ in range(6)),
    ]
    return source.sample(texts, source.randint(1, len(texts)))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_as_comparing_each_with_each_and_whatever_the_order(seed):
    source = random.Random(seed)
    bodies = [body for _ in range(6) for body in family(source)]
    texts = [
        text(f"{at:03}", body, standing=source.choice(list(Standing)), published=source.choice([None, "2024-01-01"]))
        for at, body in enumerate(bodies)
    ]
    found = cluster(texts, judge)
    assert found == cluster(texts, judge, every_pair)
    source.shuffle(texts)
    assert found == cluster(texts, judge)
    by_source = {one.source: one for one in texts}
    for member, original in found.original.items():
        assert found.original[original] == original
        assert member == original or judge(by_source[member], by_source[original]).covered


def plain_near(units):
    """What ``near`` says, counted pair by pair."""
    holders: dict[int, list[int]] = {}
    for at, unit in enumerate(units):
        for gram in unit.sketch.tolist():
            holders.setdefault(gram, []).append(at)
    pairs = set()
    for at, unit in enumerate(units):
        known = [gram for gram in unit.sketch.tolist() if 2 <= len(holders[gram]) <= reprints._COMMON]
        asked = sorted(known, key=lambda gram: (len(holders[gram]), gram))[: reprints._RAREST]
        shared = Counter()
        for gram in asked:
            all_of_it = len(holders[gram]) <= reprints._FEW
            shared.update(holders[gram] if all_of_it else holders[gram][: reprints._MOST_CANDIDATES])
        least = max(1, reprints._LEAST_SHARED * len(asked))
        enough = [other for other in shared if other != at and shared[other] >= least]
        enough.sort(key=lambda other: (-shared[other], other))
        pairs |= {(min(at, other), max(at, other)) for other in enough[: reprints._MOST_CANDIDATES]}
    sketches = [set(unit.sketch.tolist()) for unit in units]
    least = reprints._SKETCHED * reprints.SHARE
    return [
        (one, other)
        for one, other in sorted(pairs)
        if len(sketches[one] & sketches[other]) / min(len(sketches[one]), len(sketches[other])) >= least
    ]


@pytest.mark.parametrize(("at_once", "slots"), [(1 << 18, 1 << 18), (50, 1), (300, 8), (300, 1 << 18)])
def test_the_same_pairs_however_many_are_counted_together(monkeypatch, at_once, slots):
    monkeypatch.setattr(reprints, "_AT_ONCE", at_once)
    monkeypatch.setattr(reprints, "_SLOTS", slots)
    monkeypatch.setattr(reprints, "_COMMON", 60)
    for seed in range(5):
        source = np.random.default_rng(seed)
        units = []
        for at in range(120):
            few = source.integers(0, 400, source.integers(0, 90))  # some are common, and a few texts have none
            own = source.integers(2**32 - 3000, 2**32, source.integers(0, 30))
            sketch = np.unique(np.concatenate([few, own])).astype(np.uint32)
            if units and source.random() < 0.4:
                sketch = np.unique(np.concatenate([units[source.integers(len(units))].sketch, sketch[:20]]))
            units.append(Text(f"{at:03}", str(at), len(sketch), sketch))
        assert list(near(units)) == plain_near(units)
        assert plain_near(units)
    assert list(near([])) == []
    assert list(near([Text("a", "a", 0, np.empty(0, np.uint32))] * 2)) == []


def test_the_very_same_join_the_most_official_one_that_is_named():
    texts = [text("a", BODY), text("b", BODY), text("c", BODY), text("d", "别的。" * 30, canonical="c")]
    assert cluster(texts, judge).original == {"a": "c", "b": "c", "c": "c", "d": "c"}


def test_two_texts_are_judged_once():
    asked = []

    def counting(inner, outer):
        asked.append((inner.source, outer.source))
        return judge(inner, outer)

    source = random.Random(7)
    cluster(
        [text(f"{at:03}", body) for at, body in enumerate(body for _ in range(8) for body in family(source))], counting
    )
    assert len(set(asked)) == len(asked) > 0


def test_one_text_more_decides_anew_only_where_it_belongs():
    source = random.Random(3)
    bodies = [family(source) for _ in range(5)]
    texts = [text(f"{group}-{at}", body) for group, some in enumerate(bodies) for at, body in enumerate(some)]
    before = cluster(texts, judge).original
    copied = bodies[0][int(before["0-0"].removeprefix("0-"))]
    more = text("0-x", copied + "\n(来自网络)", standing=Standing.ISSUER)
    after = cluster([*texts, more], judge).original
    assert {one: after[one] for one in before if one[0] != "0"} == {one: before[one] for one in before if one[0] != "0"}
    assert {one: after[one] for one in before} != before


def test_common_words_do_not_make_candidates_of_all():
    """Pairs grow with the texts, though all begin and end with the same sentences."""
    source = random.Random(5)
    common = "\n".join(sentence(source) for _ in range(4))
    units = [
        text(f"{at:04}", common + "\n" + "\n".join(sentence(source) for _ in range(20)) + "\n" + common)
        for at in range(300)
    ]
    assert list(near(units)) == []
    copies = [text(f"copy-{at:04}", str(at) + "转\n" + common * 3) for at in range(300)]
    assert len(list(near(copies))) < 300 * 17


@pytest.mark.parametrize(
    ("publisher", "issuer", "url", "standing"),
    [
        ("德清县卫生健康局", "德清县卫生健康局", None, Standing.ISSUER),
        ("德清县人民政府", "德清县卫生健康局", None, Standing.AUTHORITY),
        (None, None, "https://wjw.example.gov.cn/a/1.html", Standing.AUTHORITY),
        ("湖州日报", None, None, Standing.MEDIUM),
        (None, None, "http://www.xinhuanet.com/1", Standing.MEDIUM),
        (None, None, None, Standing.UNKNOWN),
        ("某某生活号", None, "https://www.sohu.com/a/1", Standing.COPIER),
        ("德清县卫生健康局", None, "https://mp.example.com/1", Standing.AUTHORITY),
        (None, None, "https://wjw.gov.cn.example.com/1", Standing.UNKNOWN),
    ],
)
def test_how_official_a_place_is(publisher, issuer, url, standing):
    article = Article("1", "s", "t", "t", "d", publisher=publisher, issuer=issuer, url=url)
    assert standing_of(article) is standing
