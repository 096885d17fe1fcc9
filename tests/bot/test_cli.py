"""The command line as a user meets it: usage, encodings, batches and their errors."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import main
from retrieval.__main__ import main as look


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A working directory with an index of one small article."""
    place = tmp_path_factory.mktemp("ground")
    (place / "a.txt").write_text("灵璧县2024年要点\n\n灵璧县要建六个托育点。", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("XIANWEN_DATA", str(place / "data"))
        assert main(["ingest", "a.txt"]) == 0
        yield place


def test_configuration_is_named_before_or_after_the_command(ground: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--config", "no.toml", "generations"], ["generations", "--config", "no.toml"]):
        assert main(arguments) == 1
        assert capsys.readouterr().err.startswith("error: no configuration file, no.toml,")


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "--batch", "q.jsonl", "灵璧县托育"]])
def test_ask_wants_a_question_or_a_batch(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("usage: ")


def test_batch_answers_every_line_in_order(ground: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"id": 7, "question": "灵璧县要建几个托育点"},
        {"question": " "},
        {"id": "x", "question": "你好", "history": None},
    ]
    text = "\ufeff" + "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (ground / "q.jsonl").write_text(text, encoding="utf-8")
    assert main(["ask", "--batch", "q.jsonl"]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(answer["id"], answer["status"]) for answer in answers] == [
        (7, "answered"),
        (None, "no_answer"),
        ("x", "smalltalk"),
    ]
    assert "六个托育点" in answers[0]["answer"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ('{"question": "灵璧县托育"}'.encode("gb18030"), "not UTF-8"),
        (b"not json", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1]", "no question"),
        (b'{"question": 5}', "no question"),
        (b'{"question": "a", "history": "b"}', "the history is no list"),
        (b'{"question": "a", "history": [1]}', "the history is no list"),
    ],
)
@pytest.mark.parametrize("name", ["bad.jsonl", "-"])
def test_unusable_batch_is_told_in_one_line(
    ground: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    data: bytes,
    told: str,
    name: str,
) -> None:
    (ground / "bad.jsonl").write_bytes(data)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))
    assert main(["ask", "--batch", name]) == 1
    message = capsys.readouterr().err
    assert message.startswith(f"error: {told}")
    assert message.count("\n") == 1


def test_output_is_utf8_whatever_the_locale(ground: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "ask", "灵璧县要建几个托育点"],
        env={
            "PYTHONIOENCODING": "ascii",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "XIANWEN_DATA": str(ground / "data"),
        },
        capture_output=True,
        check=True,
    )
    assert "六个托育点" in done.stdout.decode("utf-8")


def test_retrieval_answers_without_the_bot(ground: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert look(["灵璧县要建几个托育点"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["status"], shown["counties"]) == ("answered", ["灵璧县"])
    assert shown["quotes"] == [{"source": "a.txt", "quote": "灵璧县要建六个托育点。"}]
    assert look(["--config", "no.toml", "灵璧县"]) == 1
    assert capsys.readouterr().err.startswith("error: no configuration file")
