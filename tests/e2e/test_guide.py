"""What is offered to ask, over the demo articles with the real engine: every offer is answered, from where it says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.guide import Guide, counties_of
from ingest.build import build
from retrieval.config import Config, PathsConfig
from retrieval.embed import load_embedder
from retrieval.engine import Engine
from retrieval.types import Reason

ARTICLES = Path(__file__).resolve().parents[2] / "examples" / "articles"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    config = Config(paths=PathsConfig(data=str(tmp_path_factory.mktemp("guide"))))
    build([str(ARTICLES)], config, load_embedder(config.embedding))
    yield Engine(config)


@pytest.fixture(scope="module")
def guide(engine: Engine) -> Guide:
    return Guide(engine)


def test_examples_are_four_different_kinds_and_all_are_answered(engine: Engine, guide: Guide) -> None:
    examples = guide.examples()
    assert len(set(examples)) == 4
    answers = [engine.ask(question) for question in examples]
    assert all(answer.claims and not answer.silent for answer in answers)
    assert any(answer.searched > 1 for answer in answers), "one looks through the counties"
    assert any(len(answer.question.counties) == 2 for answer in answers), "one compares"
    assert len({answer.citations[0].article.id for answer in answers}) > 1


def test_every_point_of_every_county_is_answered_from_its_article(engine: Engine, guide: Guide) -> None:
    told = 0
    for county in counties_of(engine.current()):
        points = guide.points(county)
        assert len({point.question for point in points}) == len(points)
        for point in points:
            answer = engine.ask(point.question)
            below = [one.passage for one in answer.citations if one.article.id == point.article]
            assert any(point.marked in (*passage.heading, passage.text.strip()) for passage in below), point
            assert county.code in {division.code for division in answer.question.counties}, point
            told += 1
    assert told > 20


def test_related_questions_are_answered_and_are_not_the_question(engine: Engine, guide: Guide) -> None:
    offered = 0
    for county in counties_of(engine.current()):
        for point in guide.points(county)[:2]:
            answer = engine.ask(point.question)
            related = guide.related(answer)
            assert point.question not in related and len(set(related)) == len(related) <= 2
            assert all(engine.ask(question).claims for question in related)
            offered += len(related)
    assert offered > 10


def test_comparison_has_something_to_say_for_both(engine: Engine, guide: Guide) -> None:
    answer = engine.ask(guide.comparison())
    assert len(answer.question.counties) == 2 and answer.claims and not answer.silent


def test_who_is_ill_is_shown_where_to_turn(engine: Engine, guide: Guide) -> None:
    answer = engine.ask("我头疼发烧吃什么药好")
    assert answer.reason is Reason.MEDICAL_ADVICE
    offers = guide.where_to_turn(answer)
    assert offers and all(engine.ask(question).claims for question in offers)


def test_further_passages_are_others_of_the_same_county_and_stand_in_their_articles(
    engine: Engine, guide: Guide
) -> None:
    found = 0
    for county in counties_of(engine.current()):
        for point in guide.points(county)[:1]:
            answer = engine.look_up(point.question)
            cited = {citation.passage.id for citation in answer.citations}
            more = engine.further(answer, 5)
            assert [one.number for one in more] == list(range(1, len(more) + 1)) and len(more) <= 5
            assert not cited & {one.passage.id for one in more}
            assert len({one.passage.id for one in more}) == len(more)
            assert all(county.code in one.passage.counties and one.quote in one.article.text for one in more)
            found += len(more)
    assert found > 10
    assert engine.further(engine.look_up("我头疼发烧吃什么药好"), 5) == ()
