"""The corpus as admins handle it, with the real reader and the real engine: sent, replaced, taken out, put back."""

from pathlib import Path

import pytest

from bot import admin_messages, uploads
from bot import article_messages as words
from bot.admin_messages import wording
from bot.shelf import file_of, moved, shelf_of
from retrieval.config import Config, PathsConfig
from retrieval.engine import Engine
from retrieval.generations import hash_file
from retrieval.types import Script
from tests.fakes import ADMIN, Harness

OLD = (
    "首页 > 新闻中心\n宝应县今年的基层卫生安排\n"
    "宝应县今年要给每个行政村配齐一名村医，村医每周下村两次。\n"
    "宝应县还要改造二十间村卫生室，年底前全部开门。\n"
)
QUESTION = "宝应县要改造多少间村卫生室"


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("XIANWEN_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(uploads, "ALBUM_S", 0.2)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "old.txt").write_text(OLD, encoding="utf-8")
    return tmp_path


def said(what, **values):
    return wording(what, Script.SIMPLIFIED, **values)


def shown(bench: Harness) -> str:
    return bench.telegram.of("sendMessage", "editMessageText")[-1]["text"]


async def press_labelled(bench: Harness, label: str) -> None:
    data = next(one["callback_data"] for one in bench.telegram.buttons() if one["text"].startswith(label))
    await bench.press(data, ADMIN)


async def answer(bench: Harness) -> str:
    await bench.say(QUESTION)
    return bench.telegram.texts(1001)[-1]


async def send(bench: Harness, name: str, text: str) -> None:
    await bench.send_file(name, text.encode())
    await bench.idle()


async def test_a_day_with_the_corpus(place):
    folder, config = place / "articles", Config(paths=PathsConfig(articles=[str(place / "articles")]))
    async with Harness(Engine(config)) as bench:
        bench.services.config = bench.services.config.model_copy(update={"paths": config.paths})
        await bench.say("/reload", ADMIN)
        assert "新增1篇" in shown(bench) and "二十间" in await answer(bench)

        await send(bench, "same.txt", OLD)
        assert said(words.UPLOAD_SAME_FILE, sources="old.txt") in shown(bench) and len(bench.telegram.buttons()) == 1
        await send(bench, "spaced.txt", OLD.replace("今年要给每个", "今年 要给每个"))
        assert said(words.UPLOAD_SAME_TEXT, sources="old.txt") in shown(bench)

        await send(bench, "newer.txt", OLD.replace("二十间", "三十间"))
        assert said(words.UPLOAD_SAME_TITLE, sources="old.txt") in shown(bench)
        assert "%与已收的文章相同：old.txt" in shown(bench) and "三十" in shown(bench) and "二十" in shown(bench)
        await press_labelled(bench, said(words.UPLOAD_REPLACE))
        assert "新增1篇" in shown(bench) and "不再有1篇" in shown(bench)
        assert not list(folder.iterdir()) and shelf_of(config).names() == ["newer.txt"]
        assert "三十间" in await answer(bench) and "二十间" not in await answer(bench)

        await bench.say("/corpus 宝应 卫生", ADMIN)
        assert "共1篇文章（含“宝应 卫生”）" in shown(bench)
        await bench.say("/corpus 没有这个词", ADMIN)
        assert "共0篇文章" in shown(bench)
        await bench.say("/corpus", ADMIN)
        await press_labelled(bench, "1")
        assert "来源：newer.txt" in shown(bench) and "breadcrumb 1" in shown(bench)
        await press_labelled(bench, said(words.CORPUS_TEXT))
        assert "三十间村卫生室" in shown(bench)
        await press_labelled(bench, said(words.CORPUS_TAKE_OUT))
        await press_labelled(bench, said(admin_messages.CANCEL))
        assert shelf_of(config).names() == ["newer.txt"]


async def test_taking_out_and_putting_back(place):
    folder, config = place / "articles", Config(paths=PathsConfig(articles=[str(place / "articles")]))
    (folder / "else.txt").write_text(
        "洪泽区的体检安排\n洪泽区今年给老人免费体检一次，在各镇卫生院做。\n", encoding="utf-8"
    )
    async with Harness(Engine(config)) as bench:
        bench.services.config = bench.services.config.model_copy(update={"paths": config.paths})
        await bench.say("/reload", ADMIN)
        assert "二十间" in await answer(bench)
        await bench.say("/corpus 宝应", ADMIN)
        await press_labelled(bench, "1")
        await press_labelled(bench, said(words.CORPUS_TAKE_OUT))
        assert shown(bench) == said(words.CORPUS_SURE, title="宝应县今年的基层卫生安排")
        out = next(one["callback_data"] for one in bench.telegram.buttons())
        await bench.press(out, ADMIN)
        assert not (folder / "old.txt").exists() and "二十间" not in await answer(bench)
        await bench.press(out, ADMIN)
        assert bench.telegram.texts(ADMIN)[-1] == said(admin_messages.OLD_BUTTON)

        await bench.say("/corpus", ADMIN)
        await press_labelled(bench, said(words.CORPUS_ASIDE, count=1))
        assert "宝应县今年的基层卫生安排" in shown(bench)
        back = bench.telegram.buttons()[0]["callback_data"]
        (folder / "old.txt").write_text("已有别的文件", encoding="utf-8")
        await bench.press(back, ADMIN)
        assert "another file stands there" in bench.telegram.texts(ADMIN)[-1]
        (folder / "old.txt").unlink()
        await bench.press(back, ADMIN)
        assert (folder / "old.txt").read_text(encoding="utf-8") == OLD and "二十间" in await answer(bench)
        assert [act.act for act in bench.services.ledger.acts(9)] == ["article put back", "article taken out", "reload"]
        assert not bench.services.ledger.asides()


def test_file_of_a_source_is_found_by_name_and_content(tmp_path):
    articles, data = tmp_path / "articles", tmp_path / "data"
    (articles / "sub").mkdir(parents=True)
    (data / "uploads").mkdir(parents=True)
    config = Config(paths=PathsConfig(data=str(data), articles=[str(articles), str(tmp_path / "single.txt")]))
    files = {
        "sub/a.txt": articles / "sub" / "a.txt",
        "single.txt": tmp_path / "single.txt",
        "b.txt": data / "uploads" / "b.txt",
        "uploads/c.txt": data / "uploads" / "c.txt",
    }
    for source, file in files.items():
        file.write_text(source, encoding="utf-8")
    for source, file in files.items():
        assert file_of(config, source, hash_file(file)) == file
        assert file_of(config, source, "0" * 64) is None, "a file that is another by now is not touched"
    outside = tmp_path / "secret.txt"
    outside.write_text("x", encoding="utf-8")
    assert file_of(config, "https://example.org/a.txt", hash_file(outside)) is None


def test_move_that_fails_leaves_the_file(tmp_path: Path):
    file = tmp_path / "a.txt"
    file.write_text("x", encoding="utf-8")
    with pytest.raises(OSError):
        moved(file, tmp_path / "no folder" / "a.txt")
    assert file.read_text(encoding="utf-8") == "x" and list(tmp_path.iterdir()) == [file]
