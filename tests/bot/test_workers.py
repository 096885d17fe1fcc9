"""Searching in other processes: the same answers, also when such a process is killed, stops or never was there."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot import workers
from bot.workers import Workers, workers_wanted
from ingest.build import build
from retrieval.config import Config, PathsConfig, ServiceConfig, TelegramConfig
from retrieval.embed import load_embedder
from retrieval.engine import Engine
from retrieval.errors import IndexMissing, QuestionTooLong, ServiceError

ARTICLE = """平远县办好村卫生室

平远县卫生健康局今年要修好村卫生室三十七间，每间配一名村医。

一、照顾老人
1、六十五岁以上的老人每年免费体检一次。
2、签约的家庭医生每季度上门一次。
"""
QUESTIONS = ("平远县要修好多少间村卫生室", "平远县老人体检", "平远县家庭医生多久上门", "梅州市有多少救护车", "你好")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    place = tmp_path_factory.mktemp("searched")
    publish(place, ARTICLE)
    telegram = TelegramConfig(answer_deadline_s=20.0, concurrent_questions=4)
    return Config(paths=PathsConfig(data=str(place / "data")), telegram=telegram)


@pytest.fixture(scope="module")
def searching(config: Config) -> Iterator[Workers]:
    with contextlib.closing(Workers(config, 2)) as made:
        made.load()
        yield made


def publish(place: Path, text: str) -> None:
    (place / "articles").mkdir(exist_ok=True)
    (place / "articles" / "plan.txt").write_text(text, encoding="utf-8")
    config = Config(paths=PathsConfig(data=str(place / "data")))
    build([str(place / "articles")], config, load_embedder(config.embedding), lambda _: None)


def processes(made: Workers) -> list[int]:
    return [seat._process.pid for seat in made._seats if seat._process is not None]


def is_alive(process: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def test_answers_are_those_of_an_engine_however_many_ask_at_once(config, searching):
    engine = Engine(config)
    asked = QUESTIONS * 6
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(searching.ask, asked)) == [engine.ask(text) for text in asked]
    answer = engine.look_up("老人体检", ["平远县村卫生室"])
    assert searching.look_up("老人体检", ["平远县村卫生室"]) == answer
    assert searching.further(answer, 3) == engine.further(answer, 3)
    assert searching.current().id == engine.current().id and searching.problem is None


def test_errors_arrive_as_they_are_and_the_process_goes_on(searching):
    before = processes(searching)
    with pytest.raises(QuestionTooLong):
        searching.ask("".join(map(chr, range(0x4E00, 0x5E00))))
    with pytest.raises(ServiceError, match="TypeError"):
        searching.ask(7)
    assert searching.ask(QUESTIONS[0]).claims and processes(searching) == before


def test_killed_while_it_searches_it_loses_no_question(config, searching):
    """Killed again and again while four threads ask, every question has its answer."""
    engine = Engine(config)
    asked = [f"平远县第{number}间村卫生室" for number in range(60)]
    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(searching.ask, text) for text in asked]
        for at in (5, 25):
            answers[at].result()
            os.kill(processes(searching)[0], signal.SIGKILL)
        assert [one.result() for one in answers] == [engine.ask(text) for text in asked]


def test_process_that_stops_is_replaced(config, monkeypatch):
    monkeypatch.setattr(workers, "_SLACK_S", 1.0)
    hasty = config.model_copy(update={"telegram": TelegramConfig(answer_deadline_s=1.0, concurrent_questions=1)})
    with contextlib.closing(Workers(hasty, 1)) as made:
        made.load()
        (stopped,) = processes(made)
        os.kill(stopped, signal.SIGSTOP)
        assert made.ask(QUESTIONS[0]).claims
        assert processes(made) != [stopped] and not is_alive(stopped)


def test_question_that_ends_every_process_is_given_up(config, monkeypatch):
    """So that one question cannot keep the bot starting processes."""
    with contextlib.closing(Workers(config, 1)) as made:
        made.load()
        ended = []
        start = workers._Seat.start

        def start_and_stop(seat: workers._Seat) -> None:
            start(seat)
            ended.append(seat._process.pid)
            seat._process.kill()

        monkeypatch.setattr(workers._Seat, "start", start_and_stop)
        os.kill(processes(made)[0], signal.SIGKILL)
        with pytest.raises(ServiceError, match="every process"):
            made.ask(QUESTIONS[0])
        monkeypatch.setattr(workers._Seat, "start", start)
        assert len(ended) == 3 and made.ask(QUESTIONS[0]).claims


def test_new_generation_is_answered_from_by_all_of_them(config, tmp_path):
    publish(tmp_path, ARTICLE)
    own = config.model_copy(update={"paths": PathsConfig(data=str(tmp_path / "data"))})
    with contextlib.closing(Workers(own, 2)) as made:
        assert "三十七间" in made.ask(QUESTIONS[0]).claims[0].text
        publish(tmp_path, ARTICLE.replace("三十七间", "八十二间"))
        answers = [made.ask(QUESTIONS[0]) for _ in range(8)]  # in turns, so that every line of both is used
        assert {answer.generation for answer in answers} == {made.current().id}
        assert all("八十二间" in answer.claims[0].text for answer in answers)


def test_they_end_with_the_bot_even_while_they_search(config):
    made = Workers(config, 2)
    made.load()
    left = processes(made)
    seats = made._seats
    for seat in seats:  # as when the bot is killed: nobody says good-bye, and the system closes its files
        os.close(seat._lifeline)
    end = time.monotonic() + 20
    while time.monotonic() < end and any(seat._process.poll() is None for seat in seats):
        time.sleep(0.01)
    assert [seat._process.poll() for seat in seats] == [0, 0] and not any(map(is_alive, left))
    for seat in seats:
        seat._process = None
        seat.end()


def test_signals_for_the_bot_do_not_end_them(searching):
    """systemd and terminals send them to every process of a service."""
    before = processes(searching)
    for process in before:
        os.kill(process, signal.SIGTERM)
        os.kill(process, signal.SIGINT)
    assert all(searching.ask(QUESTIONS[1]).claims for _ in range(4)) and processes(searching) == before


def test_what_loading_raises_is_raised_here(tmp_path):
    empty = Config(paths=PathsConfig(data=str(tmp_path / "data")))
    with contextlib.closing(Workers(empty, 1)) as made, pytest.raises(IndexMissing):
        made.load()


def test_after_the_end_nothing_is_started_again(config):
    made = Workers(config, 1)
    made.load()
    made.close()
    with pytest.raises(ServiceError, match="shutdown"):
        made.ask(QUESTIONS[0])
    assert processes(made) == []


@pytest.mark.parametrize(
    ("processors", "configured", "wanted"), [(1, -1, 0), (2, -1, 1), (8, -1, 2), (8, 0, 0), (1, 5, 5)]
)
def test_as_many_as_configured_or_as_there_is_room_for(processors, configured, wanted, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert workers_wanted(Config(service=ServiceConfig(workers=configured))) == wanted
