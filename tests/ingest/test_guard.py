"""The process that parses: same results, used again, stopped in time, started anew; and the clock in this process."""

import contextlib
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest import worker
from ingest.document import Format, Rejected, Unreadable
from ingest.guard import Guard, within
from ingest.parsing import LONGEST_BLOCK, parse
from ingest.reading import Reader
from retrieval.config import IngestConfig
from tests.ingest import hostile_pdf
from tests.ingest.hostile import ARTICLE, PROSE
from tests.ingest.hostile_packed import paragraph, word

PAGE = f"<html><head><title>青禾县工作</title></head><body><h1>青禾县工作</h1><p>{PROSE}</p></body></html>"
FILES: list[tuple[Format, bytes]] = [
    ("pdf", hostile_pdf.printed([PROSE.strip()] * 2)),
    ("docx", word(paragraph(PROSE.strip()))),
    ("html", PAGE.encode("gb18030")),
    ("txt", ARTICLE.encode()),
]


def endless() -> bytes:
    """A file that keeps its reader busy for minutes."""
    return next(file.data for file in hostile_pdf.pdfs() if file.name == "form-laughs.pdf")


@pytest.mark.parametrize(("kind", "data"), FILES, ids=[kind for kind, _ in FILES])
def test_over_there_is_read_what_is_read_here(kind: Format, data: bytes) -> None:
    with Guard(IngestConfig()) as guard:
        assert guard.parse(data, f"a.{kind}", kind) == parse(data, f"a.{kind}", kind)


def test_one_process_serves_many_files_and_ends_with_its_owner() -> None:
    with Guard(IngestConfig()) as guard:
        for _ in range(3):
            guard.parse(FILES[1][1], "a.docx", "docx")
            with pytest.raises(Unreadable):
                guard.parse(b"%PDF-1.7", "b.pdf", "pdf")
        process = guard._process
        assert process is not None and process.poll() is None
        first = process.pid
        guard.parse(FILES[0][1], "c.pdf", "pdf")
        assert guard._process is not None and guard._process.pid == first
    assert process.poll() is not None


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_secrets_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANWEN_TELEGRAM_TOKEN", "123:hush")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/hush")
    with Guard(IngestConfig()) as guard:
        guard.parse(FILES[1][1], "a.docx", "docx")
        assert guard._process is not None
        environment = Path(f"/proc/{guard._process.pid}/environ").read_bytes()
    assert b"PYTHONPATH=" in environment and b"hush" not in environment


def test_what_hangs_is_stopped_and_the_next_file_is_read() -> None:
    with Reader(IngestConfig(max_seconds=1)) as reader:
        (refusal,) = reader.read(endless(), "a.pdf", "a.pdf")
        assert isinstance(refusal, Rejected) and "more than 1 s" in refusal.why and "max_seconds" in refusal.what_to_do
        assert refusal.passing  # the machine may have been busy: what was published of it stays
        (document,) = reader.read(FILES[1][1], "b.docx", "b.docx")
        assert document.source == "b.docx" and not isinstance(document, Rejected)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit on a process's address space")
def test_memory_is_limited_and_the_next_file_is_read() -> None:
    data = next(file.data for file in hostile_pdf.pdfs() if file.name == "stream-bomb.pdf")  # four gigabytes
    with Guard(IngestConfig(max_memory_mb=512)) as guard:
        with pytest.raises(Unreadable, match=r"memory|broke down") as refusal:
            guard.parse(data, "a.pdf", "pdf")
        assert "max_memory_mb (512)" in refusal.value.what_to_do
        assert guard.parse(FILES[1][1], "b.docx", "docx").source == "b.docx"


@pytest.mark.parametrize(("kind", "data"), FILES, ids=[kind for kind, _ in FILES])
def test_the_least_memory_is_enough_for_small_files(kind: Format, data: bytes) -> None:
    with Guard(IngestConfig(max_memory_mb=256)) as guard:
        assert guard.parse(data, "a", kind).text


def test_a_process_that_died_in_between_is_started_anew() -> None:
    with Guard(IngestConfig()) as guard:
        guard.parse(FILES[1][1], "a.docx", "docx")
        assert guard._process is not None
        guard._process.kill()
        guard._process.wait()
        assert guard.parse(FILES[1][1], "a.docx", "docx").source == "a.docx"


def test_a_fault_of_ours_is_told_and_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("gone")

    monkeypatch.setattr(worker, "parse", fail)
    reply = worker._reply(b"", {"source": "a", "kind": "txt", "charset": None}, IngestConfig())
    assert reply["broke"] == "KeyError: 'gone'" and "Traceback" in reply["trace"]
    guard = Guard(IngestConfig())
    monkeypatch.setattr(guard, "_asked", lambda _: reply)
    with pytest.raises(Unreadable, match="internal error"):
        guard.parse(b"", "a.txt", "txt")


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_a_burst_reader_is_not_used_again(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_: object) -> None:
        raise error

    monkeypatch.setattr(worker, "parse", burst)
    assert worker._reply(b"", {"source": "a", "kind": "txt", "charset": None}, IngestConfig())["spent"]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no alarms here")
def test_a_reader_whose_owner_is_gone_ends_by_itself() -> None:
    code = "from ingest.worker import _alarm; _alarm(0.2)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert done.returncode == -signal.SIGALRM


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no alarms here")
def test_the_clock_stops_a_regular_expression_and_is_put_back() -> None:
    before = signal.getsignal(signal.SIGALRM)
    left = signal.getitimer(signal.ITIMER_REAL)[0]  # the time-out of this very test
    with pytest.raises(Unreadable, match=r"more than 0\.1 s"), within(0.1):
        re.match(r"(a*)*b", "a" * 40)
    assert signal.getsignal(signal.SIGALRM) is before
    assert (signal.getitimer(signal.ITIMER_REAL)[0] > 0) == (left > 0)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no alarms here")
def test_the_clock_is_heard_through_those_who_catch_everything() -> None:
    with pytest.raises(Unreadable), within(0.1):
        while True:
            with contextlib.suppress(Exception):  # as careless libraries do
                time.sleep(5)


def test_the_clock_lets_be_what_is_in_time_and_other_threads() -> None:
    with within(60):
        done: list[int] = []

    def elsewhere() -> None:
        with within(0.001):
            time.sleep(0.05)
            done.append(1)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert done == [1]


def test_long_lines_are_cut_between_sentences_and_nothing_is_lost() -> None:
    text = PROSE.strip() * 1000 + "卫" * 25_000 + "。" + PROSE.strip()
    document = parse(text.encode(), "a.txt", "txt")
    lines = document.text.split("\n")
    assert "".join(lines) == text
    assert max(map(len, lines)) <= LONGEST_BLOCK
    assert sum(line.endswith("。") for line in lines) >= len(lines) - 3
    page = parse(f"<html><body><p>{text}</p></body></html>".encode(), "a.html", "html")
    assert "".join(block.text for block in page.blocks) == text
    assert {block.number for block in page.blocks} == {1}


@pytest.mark.parametrize(("kind", "data"), FILES, ids=[kind for kind, _ in FILES])
def test_an_article_of_more_characters_is_refused(kind: Format, data: bytes) -> None:
    long = {
        "txt": (PROSE * 40).encode(),
        "html": f"<html><body>{''.join(f'<p>{n} {PROSE}</p>' for n in range(40))}</body></html>".encode(),
        "docx": word("".join(paragraph(f"{n} {PROSE}") for n in range(40))),
        "pdf": hostile_pdf.printed(*([PROSE.strip()] * 20 for _ in range(3))),
    }
    limits = IngestConfig(max_article_chars=1000)
    assert parse(data, "a", kind, limits).text
    with pytest.raises(Unreadable, match="one article") as refusal:
        parse(long[kind], "a", kind, limits)
    assert "max_article_chars" in refusal.value.what_to_do
