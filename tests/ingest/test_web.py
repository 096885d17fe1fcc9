"""Addresses through the whole of an ingest: what is published, what stays, and what survives being killed."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import cli
from ingest.build import build
from ingest.document import RawDocument, Rejected, Unread
from ingest.report import Report
from ingest.sources import read_anew, read_sources
from retrieval.config import Config
from retrieval.index import CurrentIndex
from tests.ingest.test_build import HashEmbedder
from tests.ingest.web_server import Asked, Said, Site, serving, settings

ROOT = Path(__file__).resolve().parent.parent.parent
COUNTIES = {"德清县": "每个乡镇补足两名全科医生", "桐庐县": "建成县域影像会诊中心", "安吉县": "为村卫生室换新药柜"}


def prose(county: str, words: str) -> str:
    return f"<p>今年{county}将{words},并把夜间门诊开到集镇。</p><p>{county}还将培训一百二十名村级急救员。</p>"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def fill(site: Site) -> list[str]:
    """Three articles and a list of them; their addresses."""
    names = ["deqing", "tonglu", "anji"]
    for name, (county, words) in zip(names, COUNTIES.items(), strict=True):
        site.page(f"/n/{name}.html", f"{county}卫生健康工作计划", prose(county, words), headers={"ETag": f'"{name}"'})
    site.page("/n/", "目录", "".join(f'<a href="{name}.html">{name}</a>' for name in names))
    return [f"{site.url}/n/{name}.html" for name in names]


def ingest(config: Config, *paths: str) -> Report:
    return build(list(paths), config, HashEmbedder())


def published(config: Config) -> dict[str, str]:
    generation = CurrentIndex(config.index_dir, None).get()
    return {article.source: generation.article(article.id).text for article in generation.articles()}


def single(folder: Path, **web: object) -> Config:
    return settings(folder, {"processes": 1}, **web)


def test_documents_carry_address_charset_and_digest(site: Site, tmp_path: Path) -> None:
    text = "<meta charset=utf-8><title>甲</title><p>甲县今年新建两家分院,添置救护车。</p>"
    site.pages["/a"] = Said(text.encode("gb18030"), kind="text/html; charset=gb2312")
    (document,) = read_sources([f"{site.url}/a"], settings(tmp_path))
    assert isinstance(document, RawDocument)
    assert document.source == document.url == f"{site.url}/a"
    assert document.encoding == "gb18030", "the page lies, and the server does not"
    assert document.digest == hashlib.sha256(text.encode("gb18030")).hexdigest()
    (again,) = read_anew([f"{site.url}/a"], settings(tmp_path), lambda source, digest: digest == document.digest)
    assert again == Unread(document.source, document.digest)


def test_a_page_in_two_bytes_follows_its_server(site: Site, tmp_path: Path) -> None:
    """Bytes that read as Big5 and as GB 18030: the header decides."""
    text = "衛生局今年新建兩家分院。" * 3
    site.pages["/a"] = Said(text.encode("big5"), kind="text/plain; charset=big5")
    (document,) = read_sources([f"{site.url}/a"], settings(tmp_path))
    assert isinstance(document, RawDocument)
    assert "衛生局" in document.text


def test_archives_and_text_from_the_web(site: Site, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("甲.txt", "甲县今年新建两家分院。")
        archive.writestr("b.html", "<p>乙县今年培训急救员。</p>")
    site.pages["/p.zip"] = Said(packed.getvalue(), kind="application/zip")
    site.pages["/t"] = Said("丙县今年添置救护车。".encode(), kind="text/plain")
    site.pages["/liar"] = Said(packed.getvalue(), kind="text/html")
    for path, names in (("/p.zip", ["!b.html", "!甲.txt"]), ("/t", [""]), ("/liar", ["!b.html", "!甲.txt"])):
        found = read_sources([site.url + path], settings(tmp_path))
        assert sorted(one.source for one in found if isinstance(one, RawDocument)) == [
            site.url + path + n for n in names
        ]


def test_files_of_addresses_are_read_wherever_they_are_named(site: Site, tmp_path: Path) -> None:
    urls = fill(site)
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "own.txt").write_text("甲县今年新建两家分院。", encoding="utf-8")
    lines = ["\ufeff# 德清", f"{urls[0]}  # the plan", "", f"{site.url}/n/ depth=1 pages=50 within=/n/"]
    lines += ["not an address", f"{urls[0]} deep=1"]
    (folder / "sites.urls").write_text("\n".join(lines), encoding="utf-8")
    found = list(read_sources([str(folder)], settings(tmp_path)))
    assert {one.source for one in found if isinstance(one, RawDocument)} == {"own.txt", *urls}
    refused = [one for one in found if isinstance(one, Rejected)]
    assert len(refused) == 2
    assert "only http and https" in refused[0].why
    assert "'deep=1' is no option" in refused[1].why
    missing = list(read_sources([str(folder / "none.urls")], settings(tmp_path)))
    assert [type(one) for one in missing] == [Rejected]


def test_a_list_page_is_published_as_its_articles(site: Site, tmp_path: Path) -> None:
    urls = fill(site)
    config = single(tmp_path)
    told: list[str] = []
    report = build([f"{site.url}/n/ depth=1"], config, HashEmbedder(), lambda progress: told.append(progress.source))
    assert told[:4] == [f"{site.url}/n/", *urls], "signs of life while pages are fetched"
    assert sorted(published(config)) == sorted(urls)
    assert not report.rejected
    again = ingest(single(tmp_path, recheck_after_h=0), f"{site.url}/n/ depth=1")
    assert not again.published
    assert again.cleaned == 0, "no page was cleaned again"


def test_a_site_that_is_down_leaves_the_corpus_as_it_is(site: Site, tmp_path: Path) -> None:
    urls = fill(site)
    config = single(tmp_path, retries=0)
    ingest(config, *urls)
    before = published(config)
    for path in list(site.pages):
        site.pages[path] = Said(status=503)
    report = ingest(config, *urls)
    assert published(config) == before
    assert not report.gone
    assert not report.published
    assert {one.source for one in report.rejected} == set(urls)
    assert all("its copy of" in one.why for one in report.rejected)


def test_a_site_that_is_down_loses_nothing_even_without_an_index(site: Site, tmp_path: Path) -> None:
    urls = fill(site)
    config = single(tmp_path, retries=0)
    ingest(config, *urls)
    before = published(config)
    for path in list(site.pages):
        site.pages[path] = Said(status=503)
    for file in sorted(config.index_dir.rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    ingest(config, *urls)
    assert published(config) == before


def test_what_was_fetched_and_not_yet_published_goes_before_what_was(site: Site, tmp_path: Path) -> None:
    """An ingest was killed between fetching a change and publishing it, and then the site went down."""
    urls = fill(site)
    config = single(tmp_path, retries=0)
    ingest(config, *urls)
    site.page("/n/anji.html", "安吉县卫生健康工作计划", prose("安吉县", "在每个集镇设一处急救站"))
    assert len(list(read_sources(urls, config))) == 3
    for path in list(site.pages):
        site.pages[path] = Said(status=503)
    ingest(config, *urls)
    assert "急救站" in published(config)[urls[2]]


def test_pages_are_asked_for_once_however_often_they_are_read(site: Site, tmp_path: Path) -> None:
    """New pages teach what is furniture of their site, and the old ones must be cleaned again for it."""
    furniture = "<p>德清融媒体中心出品,欢迎订阅本台节目单</p>"
    urls = [f"{site.url}/n/{number}.html" for number in range(6)]
    for number, url in enumerate(urls):
        body = "".join(f"<p>德清县今年在{place}新建{number + 3}处急救站,并培训急救员。</p>" for place in "东西南北中")
        site.page(url.removeprefix(site.url), f"德清县第{number}号工作计划", body + furniture)
    ingest(single(tmp_path), *urls[:2])
    site.asked.clear()
    report = ingest(single(tmp_path), *urls)
    assert report.cleaned == 6, "the first two were cleaned again"
    assert sorted(site.paths()) == sorted(url.removeprefix(site.url) for url in urls)


def test_a_page_goes_after_its_runs_and_the_others_stay(site: Site, tmp_path: Path) -> None:
    urls = fill(site)
    config = single(tmp_path, gone_after_runs=2)
    ingest(config, *urls)
    del site.pages["/n/anji.html"]
    first = ingest(config, *urls)
    assert sorted(published(config)) == sorted(urls)
    assert not first.gone
    second = ingest(config, *urls)
    assert second.gone == (urls[2],)
    assert sorted(published(config)) == sorted(urls[:2])


def test_a_changed_page_is_published_anew(site: Site, tmp_path: Path) -> None:
    urls = fill(site)
    config = single(tmp_path)
    ingest(config, *urls)
    site.page("/n/anji.html", "安吉县卫生健康工作计划", prose("安吉县", "在每个集镇设一处急救站"))
    report = ingest(config, *urls)
    assert [file.source for file in report.files if file.state.value == "changed"] == [urls[2]]
    assert "急救站" in published(config)[urls[2]]


def test_copies_are_cleaned_again_without_asking(site: Site, tmp_path: Path) -> None:
    urls = fill(site)
    ingest(single(tmp_path), f"{site.url}/n/ depth=1")
    site.asked.clear()
    report = ingest(
        settings(tmp_path, {"processes": 1, "max_passage_chars": 300}, offline=True), f"{site.url}/n/ depth=1"
    )
    assert report.cleaned == len(urls)
    assert site.asked == []


def test_a_run_that_was_killed_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    """The process is killed by a signal that nobody can catch, in the middle of a request."""
    reached = threading.Event()
    numbers = range(40)
    for number in numbers:
        site.page(f"/n/{number}.html", f"第{number}号", f"<p>德清县今年新建{number}处急救站。</p>")
    site.page("/n/", "目录", "".join(f'<a href="{number}.html">{number}</a>' for number in numbers))
    held = site.pages["/n/25.html"]

    def hold(_: Asked) -> Said:
        reached.set()
        time.sleep(0.5)
        return held if isinstance(held, Said) else held(_)

    site.pages["/n/25.html"] = hold
    code = (
        "import sys, pathlib\n"
        "from tests.ingest.web_server import settings\n"
        "from ingest.sources import read_sources\n"
        "list(read_sources([sys.argv[2]], settings(pathlib.Path(sys.argv[1]))))\n"
    )
    root = f"{site.url}/n/ depth=1"
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), root], cwd=ROOT)
    assert reached.wait(60)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    first = set(site.paths())
    assert len(first) == 27, "the list, 25 articles, and the one that was under way"
    site.pages["/n/25.html"] = held
    site.asked.clear()
    found = list(read_sources([root], settings(tmp_path)))
    assert len(found) == 40
    assert sorted(site.paths()) == sorted(f"/n/{number}.html" for number in range(25, 40))
    assert not list((tmp_path / "web" / "objects").glob("*/.*")), "nothing half written is left"


def test_a_folder_that_cannot_be_written_is_told(site: Site, tmp_path: Path) -> None:
    (tmp_path / "web").write_text("in the way", encoding="utf-8")
    (refused,) = read_sources([f"{site.url}/a"], settings(tmp_path))
    assert isinstance(refused, Rejected)
    assert "copies cannot be kept" in refused.why
    assert refused.passing


def test_the_command_reads_lists_depth_and_copies(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(cli, "ingest", lambda paths, config, **_: seen.append((paths, config.web)) or 0)
    file = tmp_path / "list.txt"
    file.write_text(f"# mine\n{site.url}/a\n{site.url}/n/ depth=2\n", encoding="utf-8")
    assert cli.main(["--urls", str(file), "--depth", "1", "--offline", "folder"]) == 0
    paths, web = seen[0]
    assert paths == ["folder", f"{site.url}/a", f"{site.url}/n/ depth=2"]
    assert (web.depth, web.offline) == (1, True)
    assert cli.main(["--depth", "11", "folder"]) == 1
    assert cli.main(["--urls", str(tmp_path / "none")]) == 1
    file.write_text("www.example.org\n", encoding="utf-8")
    assert cli.main(["--urls", str(file)]) == 1
    told = capsys.readouterr().err
    assert "--depth 11" in told
    assert "cannot be read" in told
    assert "https://" in told
    with pytest.raises(SystemExit) as wrong:
        cli.main([])
    assert wrong.value.code == 2
