"""What is published on top of an older generation says and finds the same as what is published from nothing."""

import dataclasses
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.columns import embedded_text
from retrieval.corpus import SourceRecord
from retrieval.digests import said_in
from retrieval.index import Generation, verify
from retrieval.publish import publication
from tests.retrieval.test_index import BAIHE, DIVISIONS, QINGSHI, SETTINGS, article, current, embed, publish

SAID = [
    "每村一名乡村医生。",
    "药品统一配送。",
    "妇幼保健院新建住院楼。",
    "县医院牵头建设医共体。",
    "急救站每周开放三次。",
]
CODES = [(), (QINGSHI.code,), (BAIHE.code,), (QINGSHI.code, BAIHE.code)]


@pytest.fixture
def few(monkeypatch):
    """Also few passages are extended, although most of them change."""
    monkeypatch.setattr("retrieval.lexical_parts.FEWEST", 1)
    monkeypatch.setattr("retrieval.lexical_parts._MOST_GONE", 1.0)
    monkeypatch.setattr("retrieval.lexical_parts._MOST_ADDED", 9.0)


def written(source: random.Random, name: str):
    """An article that says some things several times, and speaks for a county where a passage is about none."""
    paragraphs = [(source.choice(SAID), source.choice(CODES)) for _ in range(source.randint(0, 6))]
    item, passages = article(name, *paragraphs, title=source.choice(["要点", "计划"]))
    return dataclasses.replace(item, region=source.choice(["", QINGSHI.code])), passages


def edited(source: random.Random, articles: dict[str, object]) -> dict[str, object]:
    """Some articles gone, some new, some with one passage more, one less or all in another order."""
    now = {}
    for name, (item, passages) in articles.items():
        kind = source.choice(["same", "same", "gone", "anew", "renamed", "more", "less", "turned"])
        paragraphs = [(passage.text, passage.counties) for passage in passages]
        if kind == "more":
            paragraphs.insert(source.randint(0, len(paragraphs)), (source.choice(SAID), source.choice(CODES)))
        elif kind == "less" and paragraphs:
            paragraphs.pop(source.randrange(len(paragraphs)))
        elif kind == "turned":
            paragraphs.reverse()
        elif kind in ("gone", "anew"):
            if kind == "anew":
                now[name] = written(source, name)
            continue
        name = f"{name}x" if kind == "renamed" else name
        made, parts = article(name, *paragraphs, title=item.title)
        now[name] = (dataclasses.replace(made, region=item.region), parts)
    return now | {name: written(source, name) for name in [f"new-{source.randrange(10**6)}"]}


def publish_on(index_dir: Path, former: Generation, *articles) -> tuple[list[int], int]:
    """Publish on top of ``former``; where its rows moved, and how many passages were new."""
    with publication(index_dir, SETTINGS) as made:
        made.build_on(former, former.source_entries())
        for item, passages in articles:
            divisions = [DIVISIONS[code] for code in sorted({code for one in passages for code in one.counties})]
            if not made.take_article(item.id, said_in(item, passages, divisions), (), divisions):
                made.add_article(item, passages, divisions)
            made.add_source(SourceRecord(item.source, item.id, item.digest, removals=(("nav", 3, "首页"),)))
        vectors = made.vectors()
        new = [*made.documents()]
        for row, context, text, _, _ in new:
            vectors.put([row], embed(embedded_text(context, text))[np.newaxis])
        made.publish(vectors, 9)
        return made.moved.tolist(), len(new)


def documents(generation: Generation) -> list[tuple[bytes, tuple[str, ...]]]:
    """What the full text and the vector of every passage are made of, by row."""
    return [(key, codes) for *_, codes, key in generation.documents(np.arange(generation.manifest.passages))]


@pytest.mark.usefixtures("few")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_only_passages_that_say_something_new_are_added(tmp_path_factory, seed):
    source = random.Random(seed)
    place = tmp_path_factory.mktemp("p")
    articles = {name: written(source, name) for name in "abcdef"}
    publish(place / "steps", *articles.values())
    for step in range(2):
        former = current(place / "steps")
        articles = edited(source, articles)
        moved, new = publish_on(place / "steps", former, *articles.values())
        publish(place / f"whole-{step}", *articles.values())
        now, whole = current(place / "steps"), current(place / f"whole-{step}")
        assert verify(place / "steps") == now.id
        assert now.manifest.content == whole.manifest.content
        before, after = documents(former), documents(now)
        assert after == documents(whole)
        assert all(after[row] == before[old] for old, row in enumerate(moved) if row >= 0)
        stay = sum((Counter(before) & Counter(after)).values())
        assert (len([row for row in moved if row >= 0]), new) == (stay, len(after) - stay)
        parts = now.lexical._parts
        stay = np.count_nonzero(parts.rows[: parts.first] >= 0)
        assert parts.passages == stay + len(parts.rows) - parts.first == len(after)
        rows = np.arange(len(after))
        assert np.array_equal(now.vectors.vectors(rows), whole.vectors.vectors(rows))
        for codes in (None, [QINGSHI.code], [BAIHE.code]):
            for text in SAID:
                found, expected = (dict(one.lexical.search(text, 99, codes)) for one in (now, whole))
                assert found == pytest.approx(expected, rel=2e-3, abs=2e-5)


@pytest.mark.usefixtures("few")
def test_the_same_again_within_an_article_is_there_as_often_as_it_is_said(tmp_path):
    said = [("药品统一配送。", (QINGSHI.code,)), ("每村一名乡村医生。", (QINGSHI.code,))]
    publish(tmp_path, article("one.txt", said[0], said[1], said[0], said[0]))
    moved, new = publish_on(tmp_path, current(tmp_path), article("one.txt", said[0], said[0], said[1], said[1]))
    assert (sorted(moved), new) == ([-1, 0, 1, 2], 1)
    found = current(tmp_path).lexical.search("乡村医生", 2)
    assert [row for row, _ in found] == [2, 3]
    assert found[0][1] == found[1][1]


@pytest.mark.usefixtures("few")
def test_a_passage_about_another_county_is_new(tmp_path):
    publish(tmp_path, article("one.txt", ("药品统一配送。", (QINGSHI.code,)), ("每村一名乡村医生。", ())))
    publish_on(
        tmp_path, current(tmp_path), article("one.txt", ("药品统一配送。", (BAIHE.code,)), ("每村一名乡村医生。", ()))
    )
    assert current(tmp_path).lexical.search("药品", 9, [QINGSHI.code]) == []
    assert [row for row, _ in current(tmp_path).lexical.search("药品", 9, [BAIHE.code])] == [0]
