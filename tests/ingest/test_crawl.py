"""Lists, sitemaps and feeds from a server on loopback: what is had, what is asked, and what outlives trouble."""

import gzip
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.crawl import Crawl, Harvest
from ingest.fetch import Fetcher
from ingest.roots import Root, parse_root
from ingest.webcache import WebCache
from retrieval.config import Config
from tests.ingest.web_server import Asked, Said, Site, serving, settings


@pytest.fixture(scope="module")
def shared() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def site(shared: Site) -> Site:
    shared.pages.clear()
    shared.asked.clear()
    return shared


def crawl(config: Config, *lines: str, offline: bool = False) -> Harvest:
    with WebCache(config.data_dir / "web") as cache:
        roots = [parse_root(line, config.web.depth) for line in lines]
        return Crawl(config, cache, offline=offline).run(roots)


def had(harvest: Harvest, site: Site) -> list[str]:
    return [copy.url.removeprefix(site.url) for copy in harvest.copies]


def told(harvest: Harvest, site: Site) -> dict[str, str]:
    return {one.source.removeprefix(site.url): one.why for one in harvest.told}


def anchors(*places: str) -> str:
    return "".join(f'<a href="{place}">{place}</a>' for place in places)


def sitemap(site: Site, *paths: str, lastmod: str = "2026-01-01") -> Said:
    entries = "".join(f"<url><loc>{site.url}{path}</loc><lastmod>{lastmod}</lastmod></url>" for path in paths)
    return Said(f'<?xml version="1.0"?><urlset xmlns="http://x">{entries}</urlset>'.encode(), kind="text/xml")


def test_a_named_page_is_had_alone(site: Site, tmp_path: Path) -> None:
    site.page("/a.html", "甲", anchors("/b.html"))
    site.page("/b.html", "乙")
    assert had(crawl(settings(tmp_path), f"{site.url}/a.html"), site) == ["/a.html"]


def test_links_are_followed_to_the_depth_within_host_and_folder(site: Site, tmp_path: Path) -> None:
    away = anchors("/other/x.html", "http://elsewhere.example/list/y.html", "mailto:a@b.c", "#top", "pic.jpg", "t.xlsx")
    site.page("/list/", "目录", anchors("a.html", "b.html", "a.html#part") + away)
    site.page("/list/a.html", "甲", anchors("deep.html", "/list/"))
    site.page("/list/b.html", "乙")
    site.page("/list/deep.html", "丙", anchors("deeper.html"))
    site.page("/list/deeper.html", "丁")
    site.page("/other/x.html", "戊")
    root = f"{site.url}/list/"
    assert had(crawl(settings(tmp_path / "1"), f"{root} depth=1"), site) == ["/list/a.html", "/list/b.html"]
    two = ["/list/a.html", "/list/b.html", "/list/deep.html"]
    assert had(crawl(settings(tmp_path / "2"), f"{root} depth=2"), site) == two
    assert "/other/x.html" in had(crawl(settings(tmp_path / "3"), f"{root} depth=1 within=/"), site)
    assert had(crawl(settings(tmp_path / "4", depth=1), root), site) == ["/list/a.html", "/list/b.html"]


def test_pages_of_a_list_are_one_list(site: Site, tmp_path: Path) -> None:
    site.page("/l/index.html", "一", anchors("a.html") + "<script>createPageHTML(3, 0, 'index', 'html');</script>")
    site.page("/l/index_1.html", "二", anchors("b.html"))
    site.page("/l/index_2.html", "三", anchors("c.html") + '<a href="more.html">下一页</a>')
    site.page("/l/more.html", "四", anchors("d.html") + '<a href="more.html">下一页</a>')
    for name in "abcd":
        site.page(f"/l/{name}.html", name)
    harvest = crawl(settings(tmp_path), f"{site.url}/l/index.html depth=1")
    assert had(harvest, site) == [f"/l/{name}.html" for name in "abcd"]
    assert not harvest.told


def test_endless_lists_end(site: Site, tmp_path: Path) -> None:
    """A calendar that always has a next page: without news on it, and with news on each."""

    def calendar(asked: Asked) -> Said:
        day = int(asked.path.rpartition("=")[2])
        news = (
            f'<a href="/cal/{day}.html">x</a>' if asked.path.startswith("/cal/busy") else '<a href="/cal/0.html">x</a>'
        )
        path = asked.path.partition("?")[0]
        return Said(f'{news}<a href="{path}?day={day + 1}">下一页</a>'.encode())

    for path in ("/cal/idle", "/cal/busy"):
        for day in range(1, 100):
            site.pages[f"{path}?day={day}"] = calendar
    for day in range(100):
        site.page(f"/cal/{day}.html", f"{day}")
    crawl(settings(tmp_path / "1"), f"{site.url}/cal/idle?day=1 depth=1")
    assert len(site.paths()) <= 4
    site.asked.clear()
    harvest = crawl(settings(tmp_path / "2"), f"{site.url}/cal/busy?day=1 depth=1 pages=20")
    assert len(site.paths()) <= 21
    assert len(harvest.copies) == 10
    assert "pages=N" in told(harvest, site)["/cal/busy?day=1"]


def test_links_that_lead_in_a_circle_are_left(site: Site, tmp_path: Path) -> None:
    def deeper(asked: Asked) -> Said:
        return Said(b'<a href="a/">a</a><a href="?x=%d">q</a>' % len(site.asked))

    for depth in range(12):
        site.pages["/" + "a/" * depth] = deeper
    crawl(settings(tmp_path), f"{site.url}/ depth=10")
    assert max(path.count("a/") for path in site.paths()) == 3


def test_pages_are_had_once_whatever_leads_to_them(site: Site, tmp_path: Path) -> None:
    site.page("/z.html", "同")
    site.pages["/a.html"] = Said(status=301, headers={"Location": "/z.html"})
    site.pages["/b.html"] = Said(status=301, headers={"Location": "/z.html"})
    base = site.url
    lines = (
        f"{base}/b.html",
        f"{base}/a.html",
        f"{base}/z.html",
        f"{base}/z.html#x",
        base.upper() + "/z.html?utm_id=1",
    )
    assert had(crawl(settings(tmp_path / "1"), *lines), site) == ["/z.html"]
    assert site.paths().count("/z.html") == 3, "once by itself, and once for each redirect"
    assert had(crawl(settings(tmp_path / "2"), *lines[:2]), site) == ["/a.html"]


def test_a_page_that_was_found_must_not_lead_away(site: Site, tmp_path: Path) -> None:
    site.page("/", "首页")
    site.page("/l/", "目录", anchors("old.html", "login.html"))
    site.pages["/l/old.html"] = Said(status=302, headers={"Location": "/"})
    site.pages["/l/login.html"] = Said(status=302, headers={"Location": f"http://localhost:{site.port}/"})
    harvest = crawl(settings(tmp_path), f"{site.url}/l/ depth=1")
    assert had(harvest, site) == []
    assert "front page" in told(harvest, site)["/l/old.html"]
    assert "leads away" in told(harvest, site)["/l/login.html"]


def test_a_sitemap_and_the_sitemaps_it_lists(site: Site, tmp_path: Path) -> None:
    site.pages["/sitemap.xml"] = Said(
        f"<sitemapindex><sitemap><loc>{site.url}/one.xml.gz</loc></sitemap><sitemap><loc>{site.url}/sitemap.xml</loc>"
        f"</sitemap><sitemap><loc>http://elsewhere.example/s.xml</loc></sitemap></sitemapindex>".encode(),
        kind="application/xml",
    )
    packed = gzip.compress(sitemap(site, "/a.html", "/sub/b.html", "/a.html").body)
    site.pages["/one.xml.gz"] = Said(packed, kind="application/octet-stream")
    site.page("/a.html", "甲")
    site.page("/sub/b.html", "乙")
    harvest = crawl(settings(tmp_path), f"{site.url}/sitemap.xml")
    assert had(harvest, site) == ["/a.html", "/sub/b.html"]
    assert not harvest.told


FEEDS = {
    "rss": '<?xml version="1.0"?><rss version="2.0"><channel><link>{0}/</link><item><link>{0}/a.html</link></item>'
    '<item><guid>{0}/b.html</guid></item><item><guid isPermaLink="false">{0}/no.html</guid></item></channel></rss>',
    "atom": '<feed xmlns="http://www.w3.org/2005/Atom"><link href="{0}/"/><entry><link rel="self" href="{0}/no.html"/>'
    '<link href="a.html"/></entry><entry><link rel="alternate" href="{0}/b.html"/></entry></feed>',
    "rdf": '<rdf:RDF xmlns:rdf="http://r" xmlns="http://s"><item rdf:about="x"><link>{0}/a.html</link></item>'
    "<item><link>{0}/b.html</link></item></rdf:RDF>",
    "broken": "<rss><channel><item><title>甲 & 乙 &nbsp; <b>x</title><link>{0}/a.html</link></item>"
    "<item><link>{0}/b.html</link><description>no end",
}


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("kind", ["application/rss+xml", "text/html", "text/plain"])
def test_feeds_whatever_they_are_called(site: Site, tmp_path: Path, name: str, kind: str) -> None:
    site.pages["/feed"] = Said(FEEDS[name].format(site.url).encode(), kind=kind)
    site.page("/a.html", "甲")
    site.page("/b.html", "乙")
    assert had(crawl(settings(tmp_path), f"{site.url}/feed"), site) == ["/a.html", "/b.html"]


def test_a_feed_in_the_encoding_it_declares(site: Site, tmp_path: Path) -> None:
    text = f"<rss><item><title>通知</title><link>{site.url}/通.html</link></item></rss>"
    text = f'<?xml version="1.0" encoding="gb2312"?>{text}'
    site.pages["/feed"] = Said(text.encode("gb18030"), kind="text/xml")
    site.page("/%E9%80%9A.html", "通")
    assert had(crawl(settings(tmp_path), f"{site.url}/feed"), site) == ["/%E9%80%9A.html"]


def test_entities_of_a_list_are_not_expanded(site: Site, tmp_path: Path) -> None:
    bomb = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    text = f'<!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa"><!ENTITY f SYSTEM "file:///etc/hostname">{bomb}]><rss><item><link>'
    site.pages["/feed"] = Said(f"{text}{site.url}/a.html</link></item><item><link>&f;&e9;</link></item></rss>".encode())
    site.page("/a.html", "甲")
    assert had(crawl(settings(tmp_path), f"{site.url}/feed"), site) == ["/a.html"]
    assert site.paths() == ["/feed", "/a.html"]


@pytest.mark.parametrize("body", [b"<?xml version='1.0'?><s/>", b"<rss", b"\x1f\x8b broken", b"<rss>" + b"<a>" * 5000])
def test_lists_that_are_none(site: Site, tmp_path: Path, body: bytes) -> None:
    site.pages["/feed"] = Said(body, kind="application/xml")
    harvest = crawl(settings(tmp_path), f"{site.url}/feed")
    assert len(harvest.copies) + len(harvest.told) <= 1


def test_a_huge_sitemap_is_read_to_the_limit(site: Site, tmp_path: Path) -> None:
    site.pages["/sitemap.xml"] = sitemap(site, *(f"/{number}.html" for number in range(9000)))
    for number in range(30):
        site.page(f"/{number}.html", str(number))
    harvest = crawl(settings(tmp_path), f"{site.url}/sitemap.xml pages=30")
    assert len(harvest.copies) == 30
    assert "8970 pages" in told(harvest, site)["/sitemap.xml"]


def test_robots_txt_is_followed(site: Site, tmp_path: Path) -> None:
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: xianwen\nDisallow: /no/\nAllow: /no/yes$\nDisallow: /*?print\n"
    site.pages["/robots.txt"] = Said(rules.encode(), kind="text/plain")
    for path in ("/a", "/no/b", "/no/yes", "/a?print=1"):
        site.page(path, path)
    site.pages["/led"] = Said(status=302, headers={"Location": "/no/b"})
    lines = [site.url + path for path in ("/a", "/no/b", "/no/yes", "/a?print=1", "/led")]
    harvest = crawl(settings(tmp_path), *lines)
    assert had(harvest, site) == ["/a", "/no/yes"]
    assert all("robots.txt" in why for why in told(harvest, site).values())
    assert sorted(told(harvest, site)) == ["/a?print=1", "/led", "/no/b"]
    assert had(crawl(settings(tmp_path / "x", obey_robots=False), *lines[:2]), site) == ["/a", "/no/b"]
    assert [one.path for one in site.asked].count("/robots.txt") == 1


@pytest.mark.parametrize(("status", "open_"), [(404, True), (403, True), (500, False), (429, False)])
def test_a_robots_txt_that_cannot_be_had(site: Site, tmp_path: Path, status: int, open_: bool) -> None:
    """RFC 9309: a site without one is open, one that is in trouble is left alone."""
    site.pages["/robots.txt"] = Said(status=status)
    site.page("/a", "甲")
    harvest = crawl(settings(tmp_path), f"{site.url}/a")
    assert had(harvest, site) == (["/a"] if open_ else [])
    assert open_ or "robots.txt cannot be read" in told(harvest, site)["/a"]


def test_a_host_is_asked_slowly(site: Site, tmp_path: Path) -> None:
    site.pages["/robots.txt"] = Said(b"User-agent: *\nCrawl-delay: 0.2\n", kind="text/plain")
    for name in "abc":
        site.page(f"/{name}", name)
    crawl(settings(tmp_path, delay_s=0.05), *(f"{site.url}/{name}" for name in "abc"))
    first, *rest = [one.at for one in site.asked]
    gaps = [after - before for before, after in pairwise(rest)]
    assert min(gaps) >= 0.2
    assert rest[0] - first >= 0.05


@pytest.mark.parametrize("delay", ["86400", "301"])
def test_a_host_that_wants_hours_between_requests_is_left_alone(site: Site, tmp_path: Path, delay: str) -> None:
    site.pages["/robots.txt"] = Said(f"User-agent: *\nCrawl-delay: {delay}\n".encode(), kind="text/plain")
    site.page("/a", "甲")
    for _ in range(2):
        harvest = crawl(settings(tmp_path), f"{site.url}/a")
        assert "between two requests" in told(harvest, site)["/a"]
    assert site.paths() == []


def test_an_error_of_our_own_ends_one_page_and_not_the_run(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.page("/a", "甲")
    site.page("/b", "乙")
    real = Fetcher.ask

    def ask(self: Fetcher, url: str, *more: object, **others: object) -> object:
        if url.endswith("/a"):
            raise ZeroDivisionError("oh")
        return real(self, url, *more, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(Fetcher, "ask", ask)
    harvest = crawl(settings(tmp_path), f"{site.url}/a", f"{site.url}/b")
    assert had(harvest, site) == ["/b"]
    assert "internal error (ZeroDivisionError" in told(harvest, site)["/a"]


def test_a_server_that_asks_for_patience_gets_it(site: Site, tmp_path: Path) -> None:
    def busy(asked: Asked) -> Said:
        return Said(b"ok") if len(site.paths()) > 1 else Said(status=429, headers={"Retry-After": "1"})

    site.pages["/a"] = busy
    assert had(crawl(settings(tmp_path), f"{site.url}/a"), site) == ["/a"]
    first, second = [one.at for one in site.asked if one.path == "/a"]
    assert second - first >= 1.0


def test_a_server_that_asks_for_too_much_patience_is_left_alone(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Said(status=503, headers={"Retry-After": "86400"})
    site.page("/b", "乙")
    harvest = crawl(settings(tmp_path), f"{site.url}/a", f"{site.url}/b")
    assert site.paths() == ["/a"]
    assert set(told(harvest, site)) == {"/a", "/b"}
    assert all(one.passing for one in harvest.told)


def test_a_server_that_is_down_is_not_asked_for_every_page(site: Site, tmp_path: Path) -> None:
    for number in range(20):
        site.pages[f"/{number}"] = Said(status=500)
    harvest = crawl(settings(tmp_path, retries=0), *(f"{site.url}/{number}" for number in range(20)))
    assert len(site.paths()) == 3
    assert len(harvest.told) == 20


def test_a_failure_that_passes_is_tried_again(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = lambda _: Said(b"ok") if len(site.paths()) > 2 else Said(status=502)
    assert had(crawl(settings(tmp_path, retries=2), f"{site.url}/a"), site) == ["/a"]
    site.asked.clear()
    assert had(crawl(settings(tmp_path / "x", retries=1), f"{site.url}/a"), site) == []


def test_a_page_is_not_sent_twice(site: Site, tmp_path: Path) -> None:
    def tagged(asked: Asked) -> Said:
        same = asked.headers.get("if-none-match") == '"1"'
        return Said(status=304) if same else Said(b"<p>one</p>", headers={"ETag": '"1"'})

    site.pages["/a"] = tagged
    first = crawl(settings(tmp_path), f"{site.url}/a").copies
    second = crawl(settings(tmp_path), f"{site.url}/a").copies
    assert "if-none-match" in site.asked[-1].headers
    assert [copy.digest for copy in first] == [copy.digest for copy in second]
    assert second[0].fetched == first[0].fetched < second[0].checked


def test_a_changed_page_is_had_anew(site: Site, tmp_path: Path) -> None:
    site.page("/a", "旧")
    before = crawl(settings(tmp_path), f"{site.url}/a").copies[0].digest
    site.page("/a", "新")
    assert crawl(settings(tmp_path), f"{site.url}/a").copies[0].digest != before


def test_found_pages_are_asked_for_again_when_it_is_time(site: Site, tmp_path: Path) -> None:
    site.pages["/sitemap.xml"] = sitemap(site, "/a", "/b")
    site.page("/a", "甲")
    site.page("/b", "乙")
    line = f"{site.url}/sitemap.xml"
    crawl(settings(tmp_path), line)
    site.asked.clear()
    crawl(settings(tmp_path), line)
    assert site.paths() == ["/sitemap.xml"]
    site.pages["/sitemap.xml"] = sitemap(site, "/a", "/b", lastmod="2026-02-02")
    crawl(settings(tmp_path), line)
    assert sorted(site.paths()[1:]) == ["/a", "/b", "/sitemap.xml"]
    site.asked.clear()
    crawl(settings(tmp_path, recheck_after_h=0), line)
    assert sorted(site.paths()) == ["/a", "/b", "/sitemap.xml"]


def test_what_moved_off_a_list_is_still_there(site: Site, tmp_path: Path) -> None:
    site.page("/l/", "目录", anchors("a", "b"))
    for name in "abc":
        site.page(f"/l/{name}", name)
    line = f"{site.url}/l/ depth=1"
    crawl(settings(tmp_path), line)
    site.page("/l/", "目录", anchors("c"))
    assert had(crawl(settings(tmp_path), line), site) == ["/l/a", "/l/b", "/l/c"]
    site.pages["/l/"] = Said(status=500)
    harvest = crawl(settings(tmp_path), line)
    assert had(harvest, site) == ["/l/a", "/l/b", "/l/c"]
    assert "500" in told(harvest, site)["/l/"]


def test_a_site_that_is_down_takes_nothing_away(site: Site, tmp_path: Path) -> None:
    site.page("/l/", "目录", anchors("a", "b"))
    site.page("/l/a", "甲")
    site.page("/l/b", "乙")
    line = f"{site.url}/l/ depth=1"
    before = crawl(settings(tmp_path), line)
    for path in list(site.pages):
        site.pages[path] = Said(status=503)
    for _ in range(5):
        during = crawl(settings(tmp_path, retries=0, recheck_after_h=0), line)
        assert [copy.digest for copy in during.copies] == [copy.digest for copy in before.copies]
        assert all(one.passing for one in during.told)
    assert "its copy of 20" in told(during, site)["/l/a"]


def test_a_page_is_gone_after_some_runs_in_a_row(site: Site, tmp_path: Path) -> None:
    config = settings(tmp_path, gone_after_runs=3)
    lines = [f"{site.url}/{name}" for name in "abcde"]
    for name in "abcde":
        site.page(f"/{name}", name)
    crawl(config, *lines)
    del site.pages["/a"]
    for number in (1, 2):
        harvest = crawl(config, *lines)
        assert "/a" in had(harvest, site)
        assert f"this is number {number}" in told(harvest, site)["/a"]
        assert harvest.told[0].passing
    site.page("/a", "a")
    crawl(config, *lines)
    del site.pages["/a"]
    seen = [had(crawl(config, *lines), site).count("/a") for _ in range(4)]
    assert seen == [1, 1, 0, 0], "the count began anew when it was back"
    last = crawl(config, *lines).told
    assert [one.passing for one in last] == [False]


def test_a_found_page_that_is_missing_is_asked_for_in_each_run(site: Site, tmp_path: Path) -> None:
    site.pages["/sitemap.xml"] = sitemap(site, *(f"/{name}" for name in "abcde"))
    for name in "abcde":
        site.page(f"/{name}", name)
    line, config = f"{site.url}/sitemap.xml", settings(tmp_path, gone_after_runs=3)
    crawl(config, line)
    del site.pages["/a"]
    counts = [len(crawl(settings(tmp_path, gone_after_runs=3, recheck_after_h=0), line).copies)]
    counts += [len(crawl(config, line).copies) for _ in range(3)]
    assert counts == [5, 5, 4, 4]


def test_410_is_believed_at_once(site: Site, tmp_path: Path) -> None:
    for name in "ab":
        site.page(f"/{name}", name)
    lines = [f"{site.url}/{name}" for name in "ab"]
    crawl(settings(tmp_path), *lines)
    site.pages["/a"] = Said(status=410)
    harvest = crawl(settings(tmp_path), *lines)
    assert had(harvest, site) == ["/b"]
    assert [one.passing for one in harvest.told] == [False]


@pytest.mark.parametrize("status", [404, 410])
def test_a_whole_site_is_not_gone_so_soon(site: Site, tmp_path: Path, status: int) -> None:
    config = settings(tmp_path, gone_after_runs=1)
    lines = [f"{site.url}/{number}" for number in range(6)]
    for number in range(6):
        site.page(f"/{number}", str(number))
    crawl(config, *lines)
    for number in range(5):
        site.pages[f"/{number}"] = Said(status=status)
    for _ in range(4):
        assert len(crawl(config, *lines).copies) == 6
    assert len(crawl(config, *lines).copies) == 1


def test_without_network_the_copies_are_read(site: Site, tmp_path: Path) -> None:
    site.page("/l/", "目录", anchors("a", "b"))
    site.page("/l/a", "甲")
    site.page("/l/b", "乙")
    line = f"{site.url}/l/ depth=1"
    online = crawl(settings(tmp_path), line)
    site.asked.clear()
    offline = crawl(settings(tmp_path, offline=True), line, f"{site.url}/never")
    assert site.asked == []
    assert offline.copies == online.copies
    assert "no copy" in told(offline, site)["/never"]
    assert crawl(settings(tmp_path), line, offline=True).copies == online.copies


@pytest.mark.parametrize(
    ("limits", "why"), [({"max_pages": 4}, "max_pages"), ({"max_minutes": 0.005, "delay_s": 0.09}, "max_minutes")]
)
def test_a_run_ends_at_its_limits_and_the_next_goes_on(
    site: Site, tmp_path: Path, limits: dict[str, float], why: str
) -> None:
    lines = [f"{site.url}/{number}" for number in range(8)]
    for number in range(8):
        site.page(f"/{number}", str(number))
    first = crawl(settings(tmp_path, **limits), *lines)
    assert 0 < len(first.copies) < 8
    assert len(first.copies) + len(first.told) == 8
    assert all(why in one.why and one.passing for one in first.told)
    asked = set(site.paths())
    site.asked.clear()
    second = crawl(settings(tmp_path), *lines)
    assert len(second.copies) == 8
    assert asked.isdisjoint(site.paths()), "what the first had is not asked for again"


def test_a_run_ends_at_its_size(site: Site, tmp_path: Path) -> None:
    lines = [f"{site.url}/{number}" for number in range(4)]
    for number in range(4):
        site.pages[f"/{number}"] = Said(bytes([65 + number]) * 700_000)
    harvest = crawl(settings(tmp_path, max_total_mb=1), *lines)
    assert len(harvest.copies) == 2
    assert "max_total_mb" in harvest.told[0].why


def test_the_folder_of_copies_stays_small(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "web" / "objects"
    for number in range(4):
        site.pages[f"/{number}"] = Said(bytes([65 + number]) * 400_000)
    crawl(settings(tmp_path), *(f"{site.url}/{number}" for number in range(3)))
    assert len(list(folder.glob("*/*"))) == 3
    crawl(settings(tmp_path, cache_mb=1), f"{site.url}/3")
    left = list(folder.glob("*/*"))
    assert sum(file.stat().st_size for file in left) <= 2**20
    assert had(crawl(settings(tmp_path, offline=True), f"{site.url}/3"), site) == ["/3"]
    site.pages["/3"] = Said(b"changed")
    crawl(settings(tmp_path), f"{site.url}/3")
    assert sum(file.stat().st_size for file in folder.glob("*/*")) < 900_000, "the former bytes of a page go"


def test_a_copy_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with WebCache(tmp_path) as cache:
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            cache.keep(b"page")
    assert [file for file in tmp_path.rglob("*") if file.is_file() and "objects" in file.parts] == []


def test_a_damaged_copy_is_fetched_anew(site: Site, tmp_path: Path) -> None:
    site.page("/a", "甲", headers={"ETag": '"1"'})
    copy = crawl(settings(tmp_path), f"{site.url}/a").copies[0]
    file = tmp_path / "web" / "objects" / copy.digest[:2] / copy.digest
    whole = file.read_bytes()
    file.write_bytes(b"damage")
    with WebCache(tmp_path / "web") as cache:
        assert cache.read(copy.digest) is None
    crawl(settings(tmp_path), f"{site.url}/a")
    assert "if-none-match" not in site.asked[-1].headers
    assert file.read_bytes() == whole


def test_roots_cover_their_host_and_folder() -> None:
    root = Root("https://www.example.cn/zw/list.html", 1)
    assert root.covers("http://example.cn/zw/2024/a.html", listed=False)
    assert not root.covers("https://www.example.cn/other/a.html", listed=False)
    assert root.covers("https://www.example.cn/other/a.html", listed=True)
    assert not root.covers("https://evil-example.cn/zw/a.html", listed=True)
    assert not root.covers("https://www.example.cn:8443/zw/a.html", listed=False)
    assert Root(root.url, 1, within="/art/").covers("https://example.cn/art/1.html", listed=False)
