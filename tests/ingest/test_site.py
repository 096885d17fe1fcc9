"""What the pages of one site have in common is learned by counting; what an article says is never taken away."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.build import build
from ingest.clean import clean
from ingest.document import RawDocument
from ingest.site import SiteFurniture
from retrieval.config import Config, PathsConfig
from retrieval.embed import load_embedder
from retrieval.index import CurrentIndex

BODIES = (
    (
        "青禾县给村医发补贴",
        "青禾县今年给在岗村医每人每月发放补贴三百元，资金由县财政列支。",
        "补贴按季度打卡发放，年底考核后结算。",
    ),
    ("青禾县新建急救站", "南山急救站四月投入使用，配备救护车两辆，服务周边六个村。", "县里要求出车时间不超过三分钟。"),
    ("青禾县办健康集市", "健康集市每逢农历初五开市，医生现场量血压、答疑问。", "全年计划办二十四场，覆盖所有乡镇。"),
    (
        "青禾县添置体检车",
        "三辆体检车驶入山乡，六十五岁以上老人在家门口做检查。",
        "查出的问题由家庭医生跟进，每月随访一次。",
    ),
    (
        "青禾县开展营养指导",
        "县里为孕妇和三岁以下婴幼儿家庭发放营养包，定期测量身高体重。",
        "贫血率两年下降六个百分点。",
    ),
)
TOP = ("青禾融媒 你身边的朋友圈",)
BOTTOM = ("掌上青禾 便民零距离", "每一份信任我们都放在心上！", "青禾融媒矩阵")


def page(
    body: tuple[str, ...], above: tuple[str, ...] = TOP, below: tuple[str, ...] = BOTTOM, **more: object
) -> RawDocument:
    text = "\n".join([*above, *body, *below])
    where = {"source": f"news/{body[0]}.txt", "url": "https://www.qinghe.example/a/1.html"} | more
    return RawDocument(text=text, digest="0" * 64, **where)  # type: ignore[arg-type]


def lines(raw: RawDocument, *others: RawDocument) -> list[str]:
    return [line.text for line in clean(raw, SiteFurniture.learn([raw, *others])).lines]


def by_site(raw: RawDocument, *others: RawDocument) -> list[str]:
    return [r.text for r in clean(raw, SiteFurniture.learn([raw, *others])).removals if r.rule == "site"]


@pytest.mark.parametrize("count", [3, 4, 5])
def test_what_repeats_around_articles_goes_from_three_pages_on(count: int) -> None:
    pages = [page(body) for body in BODIES[:count]]
    for raw, body in zip(pages, BODIES, strict=False):
        assert lines(raw, *pages) == list(body)
        assert by_site(raw, *pages) == [*TOP, *BOTTOM]


def test_two_pages_prove_nothing() -> None:
    pages = [page(body) for body in BODIES[:2]]
    assert by_site(*pages) == []


def test_copies_of_one_article_prove_nothing() -> None:
    pages = [page(BODIES[0], source=f"{n}.txt") for n in range(5)]
    assert by_site(*pages) == []
    again = [page(BODIES[0], above=(f"转自某网 {n}",), source=f"{n}.txt") for n in range(5)]
    assert by_site(*again) == []


def test_reprints_with_a_lead_of_their_own_stay_whole() -> None:
    leads = [(f"这是第{n}家网站写的导语，说明这篇稿子为什么值得一读。",) for n in "甲乙丙丁"]
    pages = [
        page(BODIES[0][1:] + BODIES[1][1:], above=lead, below=("责任编辑：某某", *BODIES[2][1:])) for lead in leads
    ]
    assert all(by_site(raw, *pages) == [] for raw in pages)


def test_sites_do_not_mix() -> None:
    pages = [page(body, url=f"https://site{n}.example/") for n, body in enumerate(BODIES)]
    assert all(by_site(raw, *pages) == [] for raw in pages)
    assert by_site(page(BODIES[0], url="http://qinghe.example/b"), *(page(body) for body in BODIES[1:3]))


def test_files_belong_to_the_site_that_their_footer_names() -> None:
    footer = (*BOTTOM, "某ICP备2021000123号-1")
    pages = [page(body, below=footer, url=None, source=f"{n}/a.txt") for n, body in enumerate(BODIES)]
    assert by_site(*pages) == [*TOP, *BOTTOM]
    unnamed = [page(body, url=None, source=f"{n}/a.txt") for n, body in enumerate(BODIES)]
    assert by_site(*unnamed) == []
    folder = [page(body, url=None, source=f"qinghe/{n}.txt") for n, body in enumerate(BODIES)]
    assert by_site(*folder) == [*TOP, *BOTTOM]


CLOSING = "县卫生健康局将继续把实事办好，让群众得到实惠。"


@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_standard_closing_sentence_stays(count: int) -> None:
    pages = [page((*body, CLOSING)) for body in BODIES[:count]]
    assert all(CLOSING in lines(raw, *pages) for raw in pages)


def test_a_sentence_below_what_is_no_article_goes() -> None:
    pages = [page(body, below=("责任编辑：某某", CLOSING)) for body in BODIES[:3]]
    assert by_site(*pages) == [*TOP, CLOSING]


def test_what_is_furniture_elsewhere_stays_inside_an_article() -> None:
    slogan = BOTTOM[1]
    quoting = (
        "青禾融媒推出新口号",
        "这家县级媒体把新口号写在门口的墙上，来办事的人都会停下来看。",
        slogan,
        "不少人拍照留念。",
    )
    pages = [page(body) for body in BODIES[:4]]
    assert lines(page(quoting), *pages) == list(quoting)
    ending = (*quoting[:2], slogan)
    assert lines(page(ending, below=()), *pages)[-1] == slogan


@pytest.mark.parametrize("line", ["总体要求", "一、总体要求", "名单如下："])
def test_headings_that_documents_share_stay(line: str) -> None:
    pages = [page((body[0], line, body[1], line, body[2])) for body in BODIES]
    assert by_site(pages[0], *pages[1:]) == [*TOP, *BOTTOM]


@pytest.mark.parametrize("line", ["青禾县卫生健康局", "2024年3月5日", "咨询电话：0000-2231120", "附件"])
def test_signatures_and_the_like_stay(line: str) -> None:
    pages = [page((*body, line)) for body in BODIES]
    assert by_site(pages[0], *pages[1:]) == [*TOP, *BOTTOM]


def test_a_title_that_many_documents_share_stays() -> None:
    title = "二〇二四年卫生健康工作要点"
    pages = [page(body[1:], above=(title,), below=(), url=None, source=f"{n}.txt") for n, body in enumerate(BODIES)]
    assert all(lines(raw, *pages)[0] == title for raw in pages)


def test_a_title_of_its_own_below_other_pages_stays() -> None:
    """Lists of links name the other pages: a name below is no name above."""
    names = tuple(body[0] for body in BODIES)
    pages = [page(body, below=("相关阅读", *(name for name in names if name != body[0]))) for body in BODIES]
    assert all(lines(raw, *pages) == list(body) for raw, body in zip(pages, BODIES, strict=True))


def test_a_tool_between_title_and_text_goes() -> None:
    pages = [page((body[0], "听新闻", "发布时间：2024-03-01 10:00 来源：县融媒", *body[1:])) for body in BODIES[:3]]
    assert by_site(*pages) == [*TOP[:1], "听新闻", *BOTTOM]


def test_a_page_added_later_reveals_the_furniture_of_older_ones() -> None:
    first, second, third = (page(body) for body in BODIES[:3])
    assert by_site(first, second) == []
    assert by_site(first, second, third) == [*TOP, *BOTTOM]


def test_the_order_of_pages_does_not_matter() -> None:
    pages = [page(body, below=BOTTOM[n % 2 :]) for n, body in enumerate(BODIES)]
    learned = {repr(SiteFurniture.learn(order)) for order in itertools.permutations(pages)}
    assert len(learned) == 1


_SENTENCES = st.lists(
    st.sampled_from([body[n] for body in BODIES for n in (1, 2)]), min_size=1, max_size=4, unique=True
)
_EDGES = st.lists(st.sampled_from([*TOP, *BOTTOM, CLOSING, "责任编辑：某某", "总体要求", BODIES[0][0]]), max_size=3)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(_EDGES, _SENTENCES, _EDGES), min_size=3, max_size=6))
def test_no_sentence_of_one_or_two_pages_goes(parts: list[tuple[list[str], list[str], list[str]]]) -> None:
    """The oracle counts by itself: a sentence that goes stands in three different pages, and something always stays."""
    pages = [page(tuple(body), above=tuple(above), below=tuple(below)) for above, body, below in parts]
    for raw in pages:
        for gone in by_site(raw, *pages):
            found = {tuple(other.text.split("\n")) for other in pages if gone in other.text.split("\n")}
            assert len(found) >= 3 or gone[-1] not in "。！"
        assert lines(raw, *pages)


def test_names_of_other_pages_go_with_the_furniture_around_them() -> None:
    near = [(BOTTOM[0], f"青禾县第{n}次例会召开", BOTTOM[2]) for n in "一二三四五"]
    pages = [page(body, below=below) for body, below in zip(BODIES, near, strict=True)]
    assert all(lines(raw, *pages) == list(body) for raw, body in zip(pages, BODIES, strict=True))
    ending = [(f"青禾县第{n}次例会召开", BOTTOM[0], BOTTOM[2]) for n in "一二三四五"]
    pages = [page(body, below=below) for body, below in zip(BODIES, ending, strict=True)]
    assert all(lines(raw, *pages) == [*body, below[0]] for raw, body, below in zip(pages, BODIES, ending, strict=True))


def test_ingesting_again_with_one_page_more_cleans_the_older_ones(tmp_path: Path) -> None:
    config = Config(paths=PathsConfig(data=str(tmp_path / "data")))
    embedder = load_embedder(config.embedding)
    folder = tmp_path / "qinghe"
    folder.mkdir()

    def ingest(count: int) -> set[str]:
        for at, body in enumerate(BODIES[:count]):
            (folder / f"{at}.txt").write_text(page(body).text, encoding="utf-8")
        report = build([str(folder)], config, embedder, explain=True)
        assert report.published
        return {removal.text for file in report.explained.values() for removal in file if removal.rule == "site"}

    assert ingest(2) == set()
    assert ingest(3) == {*TOP, *BOTTOM}
    generation = CurrentIndex(config.index_dir, None).get()
    assert all(BOTTOM[0] not in article.text for article in generation.articles())
    assert not build([str(folder)], config, embedder).published
