"""Figures, pictures and files: right, safe to open, and about nobody."""

import csv
import io
import json
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import exports
from bot import office_messages as words
from bot.admin_messages import wording
from bot.drawing import DARK, INK, LIGHT, WIDTH, Day, chart, png, write
from bot.gapbook import New
from bot.statistics_admin import figures, percentile
from bot.store import Store
from bot.tally import Tallied, Tally
from retrieval.types import Reason, Script
from tests.fakes import ADMIN, COUNTY, OTHER, USER, FakeEngine, Harness, answered, refused


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XIANWEN_DATA", str(tmp_path / "data"))


def said(what, **values):
    return wording(what, Script.SIMPLIFIED, **values)


def unpacked(picture: bytes) -> np.ndarray:
    """The pixels of a PNG, its checksums tried."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    at, parts = 8, {}
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        kind, body = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        assert struct.unpack(">I", picture[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        parts[kind], at = body, at + 12 + length
    width, height, depth, colours, *_ = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    assert (depth, colours) == (8, 2)
    lines = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, 1 + 3 * width)
    assert not lines[:, 0].any()
    return lines[:, 1:].reshape(height, width, 3)


def area(pixels: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((pixels == colour).all(axis=2).sum())


@given(st.integers(1, 30), st.integers(1, 30))
def test_png_holds_the_pixels(width, height):
    canvas = np.random.default_rng(width * height).integers(0, 255, (height, width, 3), dtype=np.uint8)
    assert (unpacked(png(canvas)) == canvas).all()


def test_bars_are_as_long_as_their_counts():
    upper = unpacked(chart([Day("11-01", 30, 10), Day("11-02", 15, 5)], []))
    assert area(upper, DARK) == pytest.approx(3 * area(upper, LIGHT), rel=0.02)
    lower = unpacked(chart([Day("11-01", 0, 0)], [40, 10]))
    rows = [int((row == DARK).all(axis=1).sum()) for row in lower]
    lengths = sorted(set(rows) - {0})
    assert lengths[1] == pytest.approx(4 * lengths[0], rel=0.02)


@pytest.mark.parametrize("count", [1, 7, 30, 90])
def test_any_number_of_days_fits(count):
    pixels = unpacked(chart([Day("12-31", 1000, 3)] * count, [10**6] * 8))
    assert pixels.shape[1] == WIDTH and area(pixels, INK)


def test_digits_differ_and_letters_are_no_silent_blank():
    drawn = set()
    for digit in "0123456789":
        canvas = np.full((20, 20, 3), 255, np.uint8)
        write(canvas, 0, 0, digit)
        drawn.add(canvas.tobytes())
    assert len(drawn) == 10
    with pytest.raises(KeyError):
        write(np.full((9, 9, 3), 255, np.uint8), 0, 0, "县")


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_percentile_is_the_smallest_that_covers_the_share(values, share):
    ascending = sorted(values)
    found = percentile(ascending, share)
    assert found == next(
        value for value in ascending if sum(v <= value for v in ascending) >= share * len(ascending) - 1e-9
    )


def row(day: str, person: str, status: str = "answered", **more: object) -> Tallied:
    values = {"reason": "" if status == "answered" else "not_in_corpus", "counties": ("甲县",), "topic": "一、村医"}
    return Tallied(day=day, status=status, took_ms=10.0, person=person, **{**values, **more})


def test_figures_count_what_happened():
    rows = [row("2026-01-01", "a"), row("2026-01-01", "a", "no_answer", topic=""), row("2026-01-02", "b")]
    rows += [row("2026-01-02", "", counties=("甲县", "乙县", "乙县"))]
    found = figures(rows, ["2025-12-31", "2026-01-01", "2026-01-02"])
    assert (found.questions, found.answered, found.refused) == (4, 3, 1)
    assert found.people == (0, 1, 1) and found.reasons == (("not_in_corpus", 1),)
    assert found.counties == (("甲县", 4), ("乙县", 1)) and found.topics == (("一、村医", 3),)
    assert found.days == (Day("12-31", 0, 0), Day("01-01", 1, 1), Day("01-02", 2, 0))


async def test_stats_are_a_picture_and_text_with_the_names():
    engine = FakeEngine(
        lambda text, history: (
            refused(text, Reason.NOT_IN_CORPUS, counties=(COUNTY,)) if "机场" in text else answered(text)
        )
    )
    async with Harness(engine) as bench:
        for user in (USER, OTHER):
            await bench.say("村卫生室怎么办", user)
        await bench.say("机场在哪")
        await bench.say("/stats", ADMIN)
        (photo,) = bench.telegram.of("sendPhoto")
        assert int(photo["chat_id"]) == ADMIN
        assert unpacked(bench.telegram.files[-1][1]).shape[1] == WIDTH
        text = bench.telegram.texts(ADMIN)[-1]
        assert "提问3" in text and "答上2" in text and "文章没说 1" in text and f"1. {COUNTY.short} 1" in text
        assert "1. 一、办好村卫生室 2" in text and str(USER) not in text and "机场" not in text
        await bench.say("/stats 30", ADMIN)
        assert len(bench.telegram.of("sendPhoto")) == 2


@pytest.mark.parametrize("rest", ["0", "91", "-1", "x", "7 8", "9999"])
async def test_strange_numbers_of_days_are_refused(rest):
    async with Harness() as bench:
        await bench.say(f"/stats {rest}", ADMIN)
        assert bench.telegram.texts() == [said(words.STATS_USAGE, most=90)]


def test_people_cannot_be_followed_from_day_to_day():
    now = [1_800_000_000.0]
    store = Store(":memory:", clock=lambda: now[0])
    tally = Tally(store)
    for _ in range(2):
        for user in (USER, USER, OTHER):
            tally.count(answered(), user, 1.0)
        now[0] += 24 * 3600
    now[0] -= 24 * 3600
    first, second = ([one.person for one in tally.since(2) if one.day == day] for day in tally.days(2))
    assert len(set(first)) == len(set(second)) == 2 and not set(first) & set(second)
    assert store.execute("SELECT count(*) FROM tally_key") == [(1,)], "yesterday's key is gone"
    dump = repr(store.execute("SELECT * FROM tally"))
    assert str(USER) not in dump and "村卫生室怎么办" not in dump
    tally.forget(USER)
    assert sorted(one.person != "" for one in tally.since(1)) == [False, False, True]


DANGEROUS = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "\n=1"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_begins_like_a_formula(text):
    rows = list(
        csv.reader(io.StringIO(exports.as_csv([{"question": text, "many": [text, "x"]}]).removeprefix("\ufeff")))
    )
    for cell in rows[1]:
        assert cell.startswith("'") and text.strip("\r\n") in cell


@given(st.lists(st.fixed_dictionaries({"a": st.text(st.characters(exclude_categories=["Cs"])), "n": st.integers()})))
def test_csv_says_the_same_as_the_rows(rows):
    text = exports.as_csv(rows)
    assert text.startswith("\ufeff")
    found = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    for row, read in zip(rows, found, strict=True):
        assert (
            read["a"] in (row["a"].replace("\0", ""), "'" + row["a"].replace("\0", "")) and int(read["n"]) == row["n"]
        )


@pytest.mark.parametrize("kind", exports.KINDS)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
async def test_exports_are_files_about_nobody(kind, form):
    engine = FakeEngine(lambda text, history: refused(text, Reason.NOT_IN_CORPUS) if "机场" in text else answered(text))
    async with Harness(engine) as bench:
        await bench.say("村卫生室怎么办")
        data = [one.get("callback_data", "") for one in bench.telegram.buttons()]
        await bench.press(next(one for one in data if one.endswith(":d")))
        await bench.say("机场在哪")
        bench.services.ledger.gaps.keep(New("=cmd|x", "", (), "not_in_corpus", "", "token-one"))
        await bench.say(f"/export {kind} {form}", ADMIN)
        (sent,) = bench.telegram.of("sendDocument")
        name, content = bench.telegram.files[-1]
        text = content.decode("utf-8")
        assert int(sent["chat_id"]) == ADMIN and name.startswith(f"xianwen-{kind}-") and name.endswith(form)
        assert str(USER) not in text
        if form == "jsonl":
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            assert text.startswith("\ufeff")
            rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
            assert not any(str(cell).startswith("=") for row in rows for cell in row.values())
        assert len(rows) == {"questions": 2, "feedback": 1, "gaps": 3, "tests": 0}[kind]
        assert bench.services.ledger.acts(1)[0].about == f"{kind} {form}"


@pytest.mark.parametrize("rest", ["", "people", "questions xml", "questions csv jsonl"])
async def test_unknown_exports_are_refused(rest):
    async with Harness() as bench:
        await bench.say(f"/export {rest}", ADMIN)
        assert bench.telegram.texts() == [said(words.EXPORT_USAGE)] and not bench.telegram.of("sendDocument")
