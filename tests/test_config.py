"""The configuration, and config.example.toml as its documentation."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from retrieval.config import Config, load_config
from retrieval.errors import ConfigError

EXAMPLE = Path(__file__).resolve().parent.parent / "config.example.toml"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XIANWEN_CONFIG", raising=False)
    monkeypatch.delenv("XIANWEN_DATA", raising=False)
    monkeypatch.chdir(tmp_path)


def write(folder: Path, text: str, name: str = "config.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def keys(model: type[BaseModel], above: str = "") -> set[str]:
    """Dotted names of all keys, sections left out."""
    found = set()
    for name, field in model.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            found |= keys(section, f"{above}{name}.")
        else:
            found.add(above + name)
    return found


def test_the_example_is_exactly_the_defaults() -> None:
    assert load_config(EXAMPLE) == Config()


def test_the_example_names_every_key_and_no_other() -> None:
    table: dict[str, Any] = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert {f"{section}.{key}" for section, entries in table.items() for key in entries} == keys(Config)


def test_every_key_of_the_example_has_a_comment_above() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for above, line in pairwise(lines):
        if re.match(r"[a-z_]+ = ", line):
            assert above.startswith("# "), line


def test_no_file_is_needed() -> None:
    config = load_config()
    assert config == Config()
    assert config.index_dir == Path("data/index")


def test_where_the_file_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "[answer]\nmax_claims = 1\n")
    assert load_config().answer.max_claims == 1
    monkeypatch.setenv("XIANWEN_CONFIG", str(write(tmp_path, "[answer]\nmax_claims = 2\n", "other.toml")))
    assert load_config().answer.max_claims == 2
    assert load_config(write(tmp_path, "[answer]\nmax_claims = 3\n", "third.toml")).answer.max_claims == 3


def test_what_is_not_written_keeps_its_default(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, "[answer]\nmax_claims = 1\n"))
    assert config.answer.max_chars == Config().answer.max_chars
    assert config.telegram == Config().telegram


def test_the_environment_moves_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANWEN_DATA", "/srv/xianwen")
    assert load_config().index_dir == Path("/srv/xianwen/index")
    monkeypatch.setenv("XIANWEN_DATA", "")
    assert load_config().data_dir == Path("data")


def test_the_environment_wins_over_the_file_but_not_over_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, '[paths]\ndata = "there"\n')
    assert load_config(file).data_dir == Path("there")
    monkeypatch.setenv("XIANWEN_DATA", "/srv/xianwen")
    config = load_config(file)
    assert config.data_dir == Path("/srv/xianwen")
    own = config.model_copy(update={"paths": config.paths.model_copy(update={"data": "elsewhere"})})
    assert own.index_dir == Path("elsewhere/index")


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"no configuration file, nowhere\.toml"):
        load_config("nowhere.toml")
    monkeypatch.setenv("XIANWEN_CONFIG", "gone.toml")
    with pytest.raises(ConfigError, match=r"gone\.toml"):
        load_config()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[answer]\nmax_claim = 3\n", r"unknown key answer\.max_claim, .*did you mean answer\.max_claims\?"),
        ("[telegramm]\nmode = 'polling'\n", r"unknown key telegramm, .*did you mean telegram\?"),
        ("[telegram]\ntoken = '1:a'\n", r"unknown key telegram\.token"),
        ("[answer]\nmax_claims = '3'\n", r"answer\.max_claims: .*integer"),
        ("[answer]\nmax_claims = true\n", r"answer\.max_claims: .*integer"),
        ("[answer]\nmax_claims = 0\n", r"answer\.max_claims: .*greater"),
        ("[answer]\nmin_confidence = 1.5\n", r"answer\.min_confidence: .*less"),
        ("[index]\nkeep_generations = 1\n", r"index\.keep_generations"),
        ("[telegram]\nadmins = ['12']\n", r"telegram\.admins\.0"),
        ("[telegram]\nmode = 'push'\n", r"telegram\.mode: .*'polling' or 'webhook'"),
        ("[telegram]\nmode = 'webhook'\n", "webhook_url must be an https:// address"),
        ("[telegram]\nmode = 'webhook'\nwebhook_url = 'http://a.example'\n", "webhook_url must be an https:// address"),
        ("answer = 3\n", "answer: "),
        ("[answer\n", "not valid TOML"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_config(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_several_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"answer\.max_chars.*service\.port"):
        load_config(write(tmp_path, "[answer]\nmax_chars = 1\n[service]\nport = 1\n"))


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_config()


def test_a_configuration_does_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Config().answer.max_claims = 9  # type: ignore[misc]
