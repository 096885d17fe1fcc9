"""A failure that may pass takes nothing away; a file that is gone does."""

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from ingest.build import build
from ingest.report import Report
from retrieval.config import Config, PathsConfig
from retrieval.embed import load_embedder
from retrieval.engine import Engine

FIRST = "平远县办医共体\n\n平远县今年把十二家卫生院并入医共体。\n"
SECOND = "大埔县建中医馆\n\n大埔县年内建成中医馆9家。\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text(FIRST, encoding="utf-8")
    (tmp_path / "articles" / "b.txt").write_text(SECOND, encoding="utf-8")
    return tmp_path


@pytest.fixture
def ingest(place: Path) -> Callable[[], Report]:
    config = Config(paths=PathsConfig(data=str(place / "data")))
    return lambda: build([str(place / "articles")], config, load_embedder(config.embedding), lambda _: None)


def _stutter(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    whole = Path.open

    def read(path: Path, *how: Any, **more: Any) -> IO[Any]:
        if path.name == name:
            raise OSError(5, "Input/output error")
        opened: IO[Any] = whole(path, *how, **more)
        return opened

    monkeypatch.setattr(Path, "open", read)


def test_what_cannot_be_read_just_now_stays(
    place: Path, ingest: Callable[[], Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ingest()
    (place / "articles" / "b.txt").write_text(SECOND + "大埔县还为老年人体检。\n", encoding="utf-8")
    _stutter(monkeypatch, "a.txt")
    after = ingest()
    assert [rejected.source for rejected in after.rejected] == ["a.txt"]
    assert "former version stays" in after.rejected[0].why
    assert after.gone == ()
    assert (after.articles, after.published) == (before.articles, True)
    engine = Engine(Config(paths=PathsConfig(data=str(place / "data"))))
    answer = engine.ask("平远县的医共体并入了几家卫生院")
    assert "十二家" in answer.claims[0].text
    assert engine.ask("大埔县给老年人做什么").claims


def test_nothing_is_published_when_only_a_failure_is_new(
    ingest: Callable[[], Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ingest()
    _stutter(monkeypatch, "a.txt")
    after = ingest()
    assert (after.published, after.generation) == (False, before.generation)


def test_what_is_gone_is_gone(place: Path, ingest: Callable[[], Report]) -> None:
    ingest()
    (place / "articles" / "a.txt").unlink()
    after = ingest()
    assert after.gone == ("a.txt",)
    assert after.articles == 1


def test_a_failure_of_something_new_is_only_told(
    place: Path, ingest: Callable[[], Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "articles" / "c.txt").write_text(FIRST, encoding="utf-8")
    _stutter(monkeypatch, "c.txt")
    assert [rejected.why for rejected in ingest().rejected] == ["cannot be read (Input/output error)"]


def test_twins_stay_one_when_the_first_stutters(
    place: Path, ingest: Callable[[], Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "articles" / "c.txt").write_text(FIRST, encoding="utf-8")
    before = ingest()
    _stutter(monkeypatch, "a.txt")
    after = ingest()
    assert after.articles == before.articles == 2
