"""Articles that another one of the corpus says it replaces, through a whole ingest. The documents are invented."""

from pathlib import Path

import numpy as np
import pytest

from ingest.build import build
from ingest.report import Report
from retrieval.config import Config, PathsConfig
from retrieval.index import CurrentIndex
from retrieval.types import Article, Level

OLD = """洪雅县村医补助办法
洪卫发〔2018〕2号
洪雅县的村医每月补助八百元，由县财政承担，按季度发放到个人，任何单位不得截留。
洪雅县卫生健康局
2018年3月1日
"""
NEW = """洪雅县村医补助新办法
洪卫发〔2024〕7号
洪雅县的村医每月补助一千二百元，由县财政承担，按月发放到个人，任何单位不得截留。
本办法自2024年5月1日起施行，有效期五年。《洪雅县村医补助办法》（洪卫发〔2018〕2号）同时废止。
洪雅县卫生健康局
2024年3月1日
"""


class FlatEmbedder:
    """All texts are alike to it."""

    fingerprint, dim = "flat", 8

    def embed_passages(self, texts):
        return np.full((len(texts), self.dim), self.dim**-0.5, dtype=np.float32)

    def embed_query(self, text):
        return self.embed_passages([text])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a-new.txt").write_text(NEW, encoding="utf-8")
    (folder / "b-old.txt").write_text(OLD, encoding="utf-8")
    return folder


def config(folder: Path) -> Config:
    return Config(paths=PathsConfig(data=str(folder.parent / "data")))


def ingest(folder: Path) -> Report:
    return build([str(folder)], config(folder), FlatEmbedder())


def articles(folder: Path) -> dict[str, Article]:
    generation = CurrentIndex(config(folder).index_dir, None).get()
    return {one.source: one for one in generation.articles()}


def test_a_repealed_article_names_the_new_one_as_long_as_that_is_there(folder):
    assert ingest(folder).published
    found = articles(folder)
    assert found["b-old.txt"].replaced_by == found["a-new.txt"].id
    assert found["a-new.txt"].replaced_by is None
    assert (found["a-new.txt"].effective, found["a-new.txt"].expires) == ("2024-05-01", "2029-04-30")
    assert {one.level for one in found.values()} == {Level.COUNTY}
    assert {one.region for one in found.values()} == {"511423"}
    assert not ingest(folder).published
    (folder / "a-new.txt").unlink()
    assert ingest(folder).published
    assert articles(folder)["b-old.txt"].replaced_by is None


def test_what_a_failing_source_was_replaced_by_is_found_anew(folder):
    ingest(folder)
    (folder / "b-old.txt.xianwen.toml").write_text("level = 'village'", encoding="utf-8")  # its former version stays
    ingest(folder)
    found = articles(folder)
    assert found["b-old.txt"].replaced_by == found["a-new.txt"].id
    (folder / "a-new.txt").write_text(
        NEW.replace("《洪雅县村医补助办法》（洪卫发〔2018〕2号）同时废止。", ""), encoding="utf-8"
    )
    ingest(folder)
    assert articles(folder)["b-old.txt"].replaced_by is None


def test_an_article_of_a_city_about_no_county_is_found_by_its_region(folder):
    text = (
        "眉山市卫生健康委员会关于印发工作要点的通知\n全市今年新建医院四家，改造卫生院十家，年底前完成，逾期通报批评。\n"
    )
    (folder / "c-city.txt").write_text(text, encoding="utf-8")
    ingest(folder)
    generation = CurrentIndex(config(folder).index_dir, None).get()
    city = articles(folder)["c-city.txt"]
    assert (city.level, city.region, city.counties) == (Level.CITY, "511400", ())
    rows = generation.rows_of_regions(["511400"]).tolist()
    assert {generation.passages([row])[0].article_id for row in rows} == {city.id}
    assert rows == generation.rows_of_article(city.id).tolist()
