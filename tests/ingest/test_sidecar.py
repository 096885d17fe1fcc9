"""Corrections by hand. All articles here are invented."""

from pathlib import Path

import numpy as np
import pytest

from ingest.build import build
from ingest.correction import KEYS, Wrong, correction_of
from ingest.document import RawDocument, Rejected
from ingest.report import Report, State
from ingest.sidecar import corrected
from ingest.sources import read_sources
from retrieval.config import Config, PathsConfig
from retrieval.index import CurrentIndex
from retrieval.provenance import Relation, Replaced
from retrieval.types import Article, Level


class FlatEmbedder:
    """All texts are alike to it."""

    fingerprint, dim = "flat", 8

    def embed_passages(self, texts):
        return np.full((len(texts), self.dim), self.dim**-0.5, dtype=np.float32)

    def embed_query(self, text):
        return self.embed_passages([text])


NOTICE = """关于做好老年人体检的通知
各乡镇卫生院要在六月底前完成六十五岁以上老年人的体检，费用由财政承担，不得向老人收费。
体检结果要告诉本人，查出问题的由家庭医生跟踪，三个月内至少上门随访一次，并做好记录。
"""
OTHER = """洪雅县把药送到山上
洪雅县山高路远，老人取药要走半天，卫生部门今年春天买了三辆送药车，每周往山上跑两趟。
"""
EVERYTHING = """
title = "洪雅县老年人体检通知"
publisher = "洪雅县融媒体中心"
published = 2024-03-05
url = "https://example.org/notice"
doc_number = "洪卫发 [2024] 7 号"
issuer = "洪雅县卫生健康局"
level = "county"
period = [2024, 2025]
effective = "2024-04-01"
expires = "2026-03-31"
counties = ["洪雅"]
replaces = ["《洪雅县体检办法》", { kind = "amends", doc_number = "洪卫发〔2020〕3号" }]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    (folder / "sub").mkdir(parents=True)
    (folder / "notice.txt").write_text(NOTICE, encoding="utf-8")
    (folder / "sub" / "other.txt").write_text(OTHER, encoding="utf-8")
    return folder


def config(tmp_path: Path) -> Config:
    return Config(paths=PathsConfig(data=str(tmp_path / "data")))


def ingest(folder: Path) -> Report:
    return build([str(folder)], config(folder.parent), FlatEmbedder())


def article(folder: Path, source: str) -> Article:
    generation = CurrentIndex(config(folder.parent).index_dir, None).get()
    return next(generation.article(one.id) for one in generation.articles() if one.source == source)


def documents(folder: Path) -> list[RawDocument | Rejected]:
    settings = config(folder.parent)
    return list(corrected(read_sources([str(folder)], settings), [str(folder)]))


def test_every_key_goes_before_the_page(folder):
    (folder / "notice.txt.xianwen.toml").write_text(EVERYTHING, encoding="utf-8")
    report = ingest(folder)
    assert not report.rejected
    made = article(folder, "notice.txt")
    expected = {
        "title": "洪雅县老年人体检通知",
        "publisher": "洪雅县融媒体中心",
        "published": "2024-03-05",
        "url": "https://example.org/notice",
        "doc_number": "洪卫发〔2024〕7号",
        "issuer": "洪雅县卫生健康局",
        "level": Level.COUNTY,
        "period": (2024, 2025),
        "effective": "2024-04-01",
        "expires": "2026-03-31",
        "counties": ("511423",),
        "replaces": (
            Replaced(Relation.REPEALS, "洪雅县体检办法"),
            Replaced(Relation.AMENDS, "", "洪卫发〔2020〕3号"),
        ),
    }
    assert {name: getattr(made, name) for name in expected} == expected
    assert {name: made.facts[name] for name in expected} == dict.fromkeys(expected, "sidecar")
    assert set(expected) | {"canonical", "skip"} == set(KEYS)
    assert "关于做好老年人体检的通知" not in made.text.split("\n")


def test_a_correction_is_no_article_and_outlives_the_article_it_corrects(folder):
    (folder / "notice.xianwen.toml").write_text('title = "体检的通知"', encoding="utf-8")
    assert ingest(folder).articles == 2
    (folder / "notice.txt").write_text(
        NOTICE + "各院院长负总责，县里年底检查，结果全县通报，并与补助挂钩。\n", encoding="utf-8"
    )
    report = ingest(folder)
    assert report.sources(State.CHANGED) == ["notice.txt"]
    assert article(folder, "notice.txt").title == "体检的通知"


def test_a_changed_correction_changes_its_article_only(folder):
    sidecar = folder / "sub" / "other.txt.xianwen.toml"
    ingest(folder)
    sidecar.write_text('publisher = "甲报"', encoding="utf-8")
    report = ingest(folder)
    assert (report.sources(State.CHANGED), report.sources(State.UNCHANGED)) == (["sub/other.txt"], ["notice.txt"])
    assert report.published
    sidecar.write_text('# 说明\npublisher="甲报"  ', encoding="utf-8")
    report = ingest(folder)
    assert not report.published
    assert report.sources(State.CHANGED) == []
    sidecar.unlink()
    assert ingest(folder).sources(State.CHANGED) == ["sub/other.txt"]


def test_a_folders_file_is_keyed_by_source(folder):
    (folder / "xianwen.toml").write_text('["notice.txt"]\ntitle = "一号"\n["sub/other.txt"]\ntitle = "二号"', "utf-8")
    assert [one.correction.values["title"] for one in documents(folder)] == ["一号", "二号"]
    (folder / "xianwen.toml").unlink()
    (folder / "sub" / "xianwen.toml").write_text('["other.txt"]\ntitle = "三号"', "utf-8")
    assert [one.correction and one.correction.values["title"] for one in documents(folder)] == [None, "三号"]


def test_addresses_and_members_of_archives_are_keys_too(folder):
    (folder / "pack.zip").write_bytes(b"PK")
    (folder / "xianwen.toml").write_text(
        '["https://example.org/a"]\ntitle = "网页"\n["pack.zip!里/信.txt"]\ntitle = "成员"', encoding="utf-8"
    )
    read = [RawDocument(name, "", "0") for name in ("https://example.org/a", "pack.zip!里/信.txt", "pack.zip!x.txt")]
    found = list(corrected(read, [str(folder), "https://example.org/a"]))
    assert [one.correction and one.correction.values["title"] for one in found] == ["网页", "成员", None]


def test_two_folders_with_the_same_names_are_told_apart(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(NOTICE, encoding="utf-8")
        (tmp_path / name / "a.txt.xianwen.toml").write_text(f'title = "{name} 号通知"', encoding="utf-8")
    paths = [str(tmp_path / "one"), str(tmp_path / "two")]
    found = list(corrected(read_sources(paths, config(tmp_path)), paths))
    assert [(one.source, one.correction.values["title"]) for one in found] == [
        ("a.txt", "one 号通知"),
        ("two/a.txt", "two 号通知"),
    ]


def test_skip_leaves_an_article_out_and_says_why(folder):
    ingest(folder)
    (folder / "notice.txt.xianwen.toml").write_text("skip = true", encoding="utf-8")
    report = ingest(folder)
    assert [(one.source, "left out by" in one.why, one.passing) for one in report.rejected] == [
        ("notice.txt", True, False)
    ]
    assert report.articles == 1
    (folder / "notice.txt.xianwen.toml").write_text("skip = false", encoding="utf-8")
    assert ingest(folder).articles == 2


def test_a_faulty_correction_keeps_the_former_version(folder):
    ingest(folder)
    (folder / "notice.txt").write_text(
        NOTICE + "新加的一段话，说的是年底检查和全县通报的安排，请各院早做准备。\n", "utf-8"
    )
    (folder / "notice.txt.xianwen.toml").write_text('level = "village"', encoding="utf-8")
    report = ingest(folder)
    assert [one.source for one in report.rejected] == ["notice.txt"]
    assert "former version stays" in report.rejected[0].why
    assert "新加的一段话" not in article(folder, "notice.txt").text


@pytest.mark.parametrize(
    ("line", "complaint", "advice"),
    [
        ("titel = 'x'", "'titel' is no key", "use one of title"),
        ("title = ''", "no text of one line", "in quotes"),
        ("title = 5", "title = 5", "in quotes"),
        ("published = '2024-3-5'", "no day", "2024-03-05"),
        ("published = '2024-02-30'", "no day", "2024-03-05"),
        ("published = 2024", "published = 2024", "in quotes"),
        ("url = 'example.org'", "no web address", "http"),
        ("level = 'village'", "no such level", "county"),
        ("period = [2025, 2021]", "no period", "[2021, 2025]"),
        ("period = '十四五'", "no period", "[2021, 2025]"),
        ("counties = ['鼓楼区']", "may be any of 3", "the code"),
        ("counties = ['无此县']", "no county is called", "official name"),
        ("counties = ['999999']", "no division 999999", "look the code up"),
        ("counties = ['眉山市']", "is a city", "counties = []"),
        ("counties = 5", "no list", "names or codes"),
        ("replaces = [{ kind = '改名', title = 'x' }]", "kind '改名' is unknown", "废止"),
        ("replaces = [{ kind = '废止' }]", "neither title nor", "title"),
        ("replaces = [5]", "no document", "kind"),
        ("skip = 'yes'", "neither true nor false", "skip = true"),
        ("effective = 2024-05-01\nexpires = 2024-04-30", "before effective", "later day"),
        ("title = ", "is no TOML", "correct that line"),
    ],
)
def test_mistakes_name_file_key_and_what_to_do(folder, line, complaint, advice):
    file = folder / "notice.txt.xianwen.toml"
    file.write_text(line, encoding="utf-8")
    rejected = documents(folder)[0]
    assert isinstance(rejected, Rejected)
    assert str(file) in rejected.why
    assert line.split(" ")[0] in rejected.why or "TOML" in rejected.why
    assert complaint in rejected.why
    assert advice in rejected.what_to_do
    assert "\n" not in rejected.why + rejected.what_to_do


def test_a_file_that_is_not_utf8_or_names_an_article_twice(folder):
    file = folder / "notice.txt.xianwen.toml"
    file.write_bytes('title = "老年人体检"'.encode("gb18030"))
    assert "no TOML in UTF-8" in documents(folder)[0].why
    file.write_text('title = "通知"', encoding="utf-8")
    (folder / "xianwen.toml").write_text('["notice.txt"]\ntitle = "一号"', encoding="utf-8")
    assert "several corrections" in documents(folder)[0].why


def test_corrections_of_nothing_are_told(folder):
    (folder / "gone.txt.xianwen.toml").write_text("skip = true", encoding="utf-8")
    (folder / "xianwen.toml").write_text('["gone.txt"]\nskip = true\n["https://example.org/x"]\nskip = true', "utf-8")
    told = [one for one in documents(folder) if isinstance(one, Rejected)]
    assert [(one.source.rpartition("/")[2], "gone.txt" in one.why) for one in told] == [
        ("gone.txt.xianwen.toml", True),
        ("xianwen.toml", True),
    ]


def test_no_county_by_hand_leaves_every_passage_without(folder):
    (folder / "sub" / "other.txt.xianwen.toml").write_text("counties = []", encoding="utf-8")
    ingest(folder)
    made = article(folder, "sub/other.txt")
    generation = CurrentIndex(config(folder.parent).index_dir, None).get()
    passages = generation.passages(generation.rows_of_article(made.id))
    assert made.counties == ()
    assert {passage.counties for passage in passages} == {()}


def test_of_several_counties_by_hand_each_passage_has_those_it_names(folder):
    lines = ("两县动态", "洪雅县开了会，会上决定给山上的老人买三辆送药车。", "丹棱县没有开会，但是推开了检查结果互认。")
    (folder / "notice.txt").write_text("\n".join(lines), encoding="utf-8")
    (folder / "notice.txt.xianwen.toml").write_text('counties = ["511423", "丹棱县"]', encoding="utf-8")
    ingest(folder)
    generation = CurrentIndex(config(folder.parent).index_dir, None).get()
    passages = generation.passages(generation.rows_of_article(article(folder, "notice.txt").id))
    assert [passage.counties for passage in passages] == [("511423",), ("511424",)]
    (folder / "notice.txt.xianwen.toml").write_text('counties = ["青神县", "仁寿县"]', encoding="utf-8")
    ingest(folder)
    generation = CurrentIndex(config(folder.parent).index_dir, None).get()
    passages = generation.passages(generation.rows_of_article(article(folder, "notice.txt").id))
    assert {passage.counties for passage in passages} == {("511425", "511421")}


def test_the_same_values_have_the_same_digest_whatever_their_order():
    one = correction_of({"title": "甲", "skip": False})
    assert one.digest == correction_of({"skip": False, "title": "甲"}).digest
    assert one.digest != correction_of({"skip": False, "title": "乙"}).digest
    assert one.canonical == ""
    assert correction_of({"canonical": "a.txt"}).canonical == "a.txt"
    with pytest.raises(Wrong, match="canonical"):
        correction_of({"canonical": 3})
