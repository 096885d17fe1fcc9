"""What answers are tuned on: our own sentences and questions, and the counties put together from them."""

import random
from pathlib import Path

import pytest

from training.arena import FOLDER, read_rows, write

ROWS = read_rows(sorted(FOLDER.glob("*.jsonl")))


def test_every_row_has_a_sentence_and_questions() -> None:
    assert len(ROWS) > 1500
    assert all(row.asked and all(text.strip() for text in (*row.asked, *row.unanswered)) for row in ROWS)
    assert not [row.id for row in ROWS if set(row.asked) & set(row.unanswered)]


def test_what_is_asked_is_answered_where_the_sentence_stands(tmp_path: Path) -> None:
    rows = [row for row in ROWS if row.unanswered][:60]
    put = write(rows, tmp_path, random.Random(3))
    articles = [path.read_text(encoding="utf-8") for path in sorted(tmp_path.iterdir())]
    assert sum(any(row.sentence in article for article in articles) for row in rows) == len(rows)
    answered = [one for one in put if one.answer]
    assert len(answered) >= len(rows)
    assert {one.group for one in put} == {row.id for row in rows}
    assert all(any(one.answer in article for article in articles) for one in answered if one.answer)
    assert len(put) > len(answered)
    again = write(rows, tmp_path, random.Random(3))
    assert again == put


def test_a_bad_row_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"said": "没有问题。"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.jsonl:1"):
        read_rows([bad])
