"""Articles sent in the chat, read by the real reader: shown, taken in or dropped, and found again after a restart."""

import asyncio
import json
import os
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bot import admin_messages, reloading, uploads
from bot import article_messages as words
from bot.admin_messages import wording
from bot.shelf import safe_name, shelf_of
from bot.store import Store
from retrieval.types import Script
from tests.fakes import ADMIN, FakeEngine, Harness, answered, until

ARTICLE = (
    "首页 > 新闻中心\n宝应县今年的基层卫生安排\n"
    "宝应县今年要给每个行政村配齐一名村医，村医每周下村两次。\n"
    "县里还要改造二十间村卫生室，年底前全部开门。\n"
).encode()
REPORT = {"generation": "g1", "added": ["x"], "changed": [], "gone": [], "rejected": []}


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XIANWEN_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(uploads, "ALBUM_S", 0.2)
    line = [sys.executable, "-c", f"print({json.dumps(REPORT)!r})"]
    monkeypatch.setattr(reloading, "command", lambda config: line)
    return tmp_path / "data"


def said(what, **values):
    return wording(what, Script.SIMPLIFIED, **values)


def shown(bench: Harness) -> str:
    return bench.telegram.of("sendMessage", "editMessageText")[-1]["text"]


async def press_labelled(bench: Harness, label: str) -> None:
    data = next(one["callback_data"] for one in bench.telegram.buttons() if one["text"].startswith(label))
    await bench.press(data, ADMIN)


def reader(monkeypatch, *lines: str) -> None:
    """A child that runs these lines instead of the reader."""
    monkeypatch.setattr(uploads, "module", lambda *_: [sys.executable, "-c", "\n".join(lines)])


async def test_file_is_shown_then_taken_in_and_read(data):
    async with Harness() as bench:
        await bench.send_file("../通知 一.txt", ARTICLE)
        await bench.idle()
        preview = shown(bench)
        for part in (
            "《宝应县今年的基层卫生安排》",
            "宝应县",
            "txt",
            "2段",
            "！没写日期",
            "[breadcrumb] 首页 &gt; 新闻中心",
        ):
            assert part in preview
        assert not shelf_of(bench.services.config).names(), "nothing is taken in before the admin says so"
        await press_labelled(bench, said(words.UPLOAD_TAKE, count=1))
        (name,) = shelf_of(bench.services.config).names()
        assert (data / "uploads" / name).read_bytes() == ARTICLE and "/" not in name
        assert not list((data / "incoming").iterdir())
        assert bench.services.ledger.acts(1)[0].act == "articles added"
        assert "收录完成" in shown(bench) or "没有变化" in shown(bench)
        await press_labelled(bench, said(words.UPLOAD_TAKE, count=1))
        assert said(admin_messages.OLD_BUTTON) in bench.telegram.texts()
        assert len(shelf_of(bench.services.config).names()) == 1


async def test_dropped_file_leaves_nothing(data):
    async with Harness() as bench:
        await bench.send_file("a.txt", ARTICLE)
        await bench.idle()
        await press_labelled(bench, said(admin_messages.CANCEL))
        assert shown(bench) == said(admin_messages.CANCELLED) and not list((data / "incoming").iterdir())
        assert not bench.services.ledger.drafts(uploads.UPLOAD)


async def test_what_cannot_be_read_says_why_and_offers_nothing_to_take():
    async with Harness() as bench:
        await bench.send_file("a.exe", b"MZ\x90\0" + bytes(99))
        await bench.idle()
        assert shown(bench).startswith("✗ a.exe") and len(bench.telegram.buttons()) == 1


async def test_album_is_one_preview(monkeypatch, data):
    async with Harness() as bench:
        reader(monkeypatch, "import sys, json, glob", f"names = sorted(glob.glob({str(data)!r} + '/incoming/*/*/*'))",
               "one = json.loads(" + repr(json.dumps({"why": "x", "what_to_do": "y", "source": "z"})) + ")",
               "print(json.dumps({'files': [{'name': n, 'path': n, 'documents': [one]} for n in names]}))")  # fmt: skip
        for number in range(3):
            await bench.send_file(f"{number}.txt", ARTICLE, media_group_id="m")
        await bench.idle()
        assert bench.telegram.texts() == [said(words.UPLOAD_READING, count=3)]
        assert shown(bench).count("✗") == 3


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"], "status -9"),
        (["import sys", "sys.stderr.write('error: no room, x, check the disk')", "sys.exit(1)"], "check the disk"),
        (["print('{')"], "no JSON"),
        (["import time", "time.sleep(60)"], "longer than 1 s"),
        (["import sys", "sys.stderr.write('x' * 1000000)", "sys.exit(3)"], "没有成功"),
    ],
)  # fmt: skip
async def test_reader_that_breaks_down_is_a_message_and_no_outage(monkeypatch, lines, problem):
    monkeypatch.setattr(uploads, "LIMIT_S", 1.0)
    reader(monkeypatch, *lines)
    async with Harness() as bench:
        await bench.send_file("a.txt", ARTICLE)
        await bench.idle()
        assert bench.telegram.texts()[-1].startswith(said(admin_messages.FAILED, problem="")) and problem in shown(
            bench
        )
        await bench.say("村卫生室怎么办")
        assert "[1]" in bench.telegram.texts()[-1]


async def test_preview_waits_over_a_restart_and_expires_after_a_day(data, monkeypatch):
    now = [1_800_000_000.0]
    store = Store(data / "bot.sqlite", clock=lambda: now[0])
    async with Harness(store=store) as bench:
        await bench.send_file("a.txt", ARTICLE)
        await bench.idle()
        take = bench.telegram.buttons()[0]["callback_data"]
        await bench.send_file("b.txt", ARTICLE)
        await bench.idle()
        late = bench.telegram.buttons()[0]["callback_data"]
    async with Harness(store=Store(data / "bot.sqlite", clock=lambda: now[0])) as bench:
        uploads.sweep(bench.services)
        await bench.press(take, ADMIN)
        assert shelf_of(bench.services.config).names() == ["a.txt"]
        now[0] += 25 * 3600
        for folder in (data / "incoming").iterdir():
            os.utime(folder, (1, 1))
        await bench.press(late, ADMIN)
        assert bench.telegram.texts()[-1] == said(admin_messages.OLD_BUTTON)
        uploads.sweep(bench.services)
        assert not list((data / "incoming").iterdir()) and shelf_of(bench.services.config).names() == ["a.txt"]


async def test_disk_that_is_full_loses_nothing(data, monkeypatch):
    async with Harness() as bench:
        await bench.send_file("a.txt", ARTICLE)
        await bench.idle()
        take = bench.telegram.buttons()[0]["callback_data"]
        (data / "uploads").write_text("a file where the folder should be")
        await bench.press(take, ADMIN)
        assert "cannot be kept" in bench.telegram.texts()[-1]
        (data / "uploads").unlink()
        await bench.press(take, ADMIN)
        assert shelf_of(bench.services.config).names() == ["a.txt"]


async def test_file_that_is_too_large_or_gets_lost_is_told():
    async with Harness() as bench:
        row = bench.row("x", ADMIN)
        del row["message"]["text"], row["message"]["entities"]
        row["message"]["document"] = {
            "file_id": "f",
            "file_unique_id": "f",
            "file_name": "大.pdf",
            "file_size": 30 << 20,
        }
        await bench.feed(row)
        await bench.idle()
        assert bench.telegram.texts() == [said(words.UPLOAD_TOO_LARGE, name="大.pdf", limit=20)]
        bench.telegram.faults.append(("getFile", (400, "Bad Request: file is temporarily unavailable", None)))
        await bench.send_file("a.txt", ARTICLE)
        await bench.idle()
        assert bench.telegram.texts()[-1] == said(words.UPLOAD_LOST, name="a.txt", problem="BadRequest")


async def test_file_for_a_gap_answers_it(monkeypatch):
    engine = FakeEngine(lambda text, history: answered(text))
    async with Harness(engine) as bench:
        from bot.gapbook import New

        bench.services.ledger.gaps.keep(New("村医每周下村几次", "", ("宝应县",), "not_in_corpus", "", "token-one"))
        await bench.say("/gaps", ADMIN)
        await press_labelled(bench, "1")
        await press_labelled(bench, said(admin_messages.GAP_UPLOAD))
        await bench.send_file("a.txt", ARTICLE)
        await bench.idle()
        await press_labelled(bench, said(words.UPLOAD_TAKE, count=1))
        assert said(admin_messages.ASKED_AGAIN, question="村医每周下村几次") in bench.telegram.texts()
        assert "[1]" in shown(bench) and bench.services.ledger.gaps.open()[0].article == "a.txt"
        await bench.send_file("b.txt", ARTICLE)
        await bench.idle()
        await press_labelled(bench, said(words.UPLOAD_TAKE, count=1))
        assert len(engine.asked) == 1, "only the next file is for the gap"


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = "<html><head><title>宝应县卫生工作</title></head><body><article>" + "".join(
            f"<p>{line}</p>" for line in ARTICLE.decode().splitlines()[1:]
        )
        self.send_response(200 if self.path == "/news/1.html" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((body + "</article></body></html>").encode())

    def log_message(self, *_: object) -> None:
        pass


async def test_address_is_kept_as_a_page_that_names_it(data):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/news/1.html"
    async with Harness() as bench:
        limits = bench.services.config.ingest.model_copy(update={"allow_private_addresses": True})
        bench.services.config = bench.services.config.model_copy(update={"ingest": limits})
        await bench.say(f"{address}\n{address.replace('1.html', '2.html')}", ADMIN)
        assert "宝应县" in shown(bench) and "404" in shown(bench) and not bench.engine.asked
        await press_labelled(bench, said(words.UPLOAD_TAKE, count=1))
        (name,) = shelf_of(bench.services.config).names()
        page = (data / "uploads" / name).read_text(encoding="utf-8")
        assert name.endswith(".html") and f'<link rel="canonical" href="{address}">' in page
    server.shutdown()
    server.server_close()


async def test_addresses_inside_the_network_are_refused():
    async with Harness() as bench:
        await bench.say("http://127.0.0.1:9/secret", ADMIN)
        assert shown(bench).startswith("✗ http://127.0.0.1:9/secret") and len(bench.telegram.buttons()) == 1


async def test_files_on_the_shelf_are_read_by_every_reload(data, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("XIANWEN_DATA", str(data))
    async with Harness() as bench:
        assert str(data / "uploads") not in reloading.command(bench.services.config)
        (data / "uploads").mkdir(parents=True)
        (data / "uploads" / "a.txt").write_bytes(ARTICLE)
        line = reloading.command(bench.services.config)
        assert line[line.index("--") + 1 :] == ["articles", str(data / "uploads")]


async def test_reload_asked_for_during_one_follows_it(monkeypatch, tmp_path):
    seen = tmp_path / "seen"
    script = f"import time; open({str(seen)!r}, 'a').write('x'); time.sleep(0.5); print({json.dumps(REPORT)!r})"
    monkeypatch.setattr(reloading, "command", lambda config: [sys.executable, "-c", script])
    async with Harness() as bench:
        await bench.feed(bench.row("/reload", ADMIN))
        await until(lambda: seen.exists())
        await bench.send_file("a.txt", ARTICLE)
        await until(lambda: "《" in shown(bench))
        await press_labelled(bench, said(words.UPLOAD_TAKE, count=1))
        await bench.idle()
        assert seen.read_text() == "xx" and not reloading.is_running(bench.services)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("通知.txt", "通知.txt"),
        ("../../etc/passwd", "_._etc_passwd"),
        (".hidden", "article.hidden"),
        ("a/b\\c:d.html", "a_b_c_d.html"),
        ("\u202etxt.exe", "_txt.exe"),
        ("", "article"),
        ("...", "article"),
        (".txt", "article.txt"),
        ("半\ud800字.txt", "半_字.txt"),
        ("名" * 200 + ".pdf", "名" * 38 + ".pdf"),
    ],
)  # fmt: skip
def test_names_are_safe(name, safe):
    assert re.sub(r"\?", "_", safe_name(name)) == safe


def test_shelf_never_overwrites_and_never_shows_half_a_file(tmp_path, data):
    async def work() -> None:
        async with Harness() as bench:
            shelf = shelf_of(bench.services.config)
            file = tmp_path / "a.txt"
            for content in (b"1", b"2"):
                file.write_bytes(content)
                shelf.add(file, "a.txt")
            assert shelf.names() == ["a-2.txt", "a.txt"] and (data / "uploads" / "a.txt").read_bytes() == b"1"
            (data / "uploads" / ".part-x").write_bytes(b"half")
            assert shelf.names() == ["a-2.txt", "a.txt"]

    asyncio.run(work())
