"""One web address at a time, from a server that behaves well and badly."""

import gzip
import os
import ssl
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import repeat
from pathlib import Path

import pytest

from ingest.addresses import Allowed
from ingest.dial import Closed, Line, Unreachable
from ingest.document import Rejected
from ingest.fetch import Failed, Fetched, Fetcher, Unchanged, fetch
from retrieval.config import Config, IngestConfig
from tests.ingest.web_server import Asked, Said, Site, serving, settings

PAGE = "<html><head><title>甲县医共体</title></head><body><p>甲县今年新建两家分院。</p></body></html>"


@pytest.fixture(scope="module")
def shared() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def site(shared: Site) -> Site:
    shared.pages.clear()
    shared.asked.clear()
    return shared


def ask(site: Site, path: str, config: Config, **more: object) -> Fetched | Unchanged | Failed:
    fetcher = Fetcher(config)
    try:
        return fetcher.ask(site.url + path, **more)  # type: ignore[arg-type]
    finally:
        fetcher.close()


def failed(site: Site, path: str, config: Config) -> Failed:
    answer = ask(site, path, config)
    assert isinstance(answer, Failed)
    assert answer.url == site.url + path
    assert answer.why
    assert answer.what_to_do
    return answer


def test_a_page_comes_with_its_charset_type_and_headers(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Said(PAGE.encode("gb18030"), kind="Text/HTML; Charset=GB2312", headers={"ETag": '"1"'})
    page = ask(site, "/a", settings(tmp_path))
    assert isinstance(page, Fetched)
    assert (page.data, page.kind, page.charset) == (PAGE.encode("gb18030"), "html", "GB2312")
    assert page.headers["etag"] == '"1"'


def test_who_asks_is_told(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Said(PAGE.encode())
    ask(site, "/a", settings(tmp_path, user_agent="countybot/2", contact="mailto:it@example.org"))
    assert site.asked[0].headers["user-agent"] == "countybot/2 (article reader; mailto:it@example.org)"
    assert site.asked[0].headers["host"] == f"127.0.0.1:{site.port}"


@pytest.mark.parametrize(
    ("kind", "path", "wanted"),
    [
        ("application/pdf", "/a", "pdf"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "/a", "docx"),
        ("application/zip", "/a", "zip"),
        ("text/plain", "/a", "txt"),
        ("application/xhtml+xml", "/a", "html"),
        ("application/octet-stream", "/a.docx", "docx"),
        ("application/octet-stream", "/a.PDF", "pdf"),
        ("application/msword", "/a.docx", "docx"),
        ("text/xml", "/a", "list"),
        ("", "/a", "html"),
    ],
)
def test_types_that_are_read(site: Site, tmp_path: Path, kind: str, path: str, wanted: str) -> None:
    site.pages[path] = Said(b"some bytes", kind=kind)
    page = ask(site, path, settings(tmp_path))
    assert isinstance(page, Fetched)
    assert page.kind == wanted


def test_a_download_is_known_by_the_name_it_is_given(site: Site, tmp_path: Path) -> None:
    headers = {"Content-Disposition": 'attachment; filename="notice.docx"'}
    site.pages["/down.jsp?id=1"] = Said(b"PK", kind="application/octet-stream", headers=headers)
    page = ask(site, "/down.jsp?id=1", settings(tmp_path))
    assert isinstance(page, Fetched)
    assert page.kind == "docx"


@pytest.mark.parametrize("kind", ["video/mp4", "image/png", "application/json", "application/octet-stream", "text/css"])
def test_other_types_are_refused_before_their_body_is_read(site: Site, tmp_path: Path, kind: str) -> None:
    site.pages["/a"] = Said(parts=lambda: repeat(b"x" * 4096), kind=kind)
    refused = failed(site, "/a", settings(tmp_path))
    assert kind in refused.why
    assert not refused.passing


def test_redirects_are_followed_to_their_end(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Said(status=301, headers={"Location": "b?x=1"})
    site.pages["/b?x=1"] = Said(status=302, headers={"Location": f"{site.url}/c#part"})
    site.pages["/c"] = Said(PAGE.encode())
    page = fetch(site.url + "/a", settings(tmp_path))
    assert isinstance(page, Fetched)
    assert page.url == site.url + "/c"


def test_a_page_that_only_leads_on_is_a_redirect(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Said(b'<html><meta http-equiv="Refresh" content="0; URL=/b"></html>')
    site.pages["/b"] = Said(PAGE.encode())
    site.pages["/slow"] = Said(b'<meta http-equiv=refresh content="300;url=/b">' + PAGE.encode())
    site.pages["/self"] = Said(b'<meta http-equiv=refresh content="1;url=/self">' + PAGE.encode())
    site.pages["/noscript"] = Said(b'<noscript><meta http-equiv=refresh content="0;url=/b"></noscript>' + PAGE.encode())
    ends = [ask(site, path, settings(tmp_path)) for path in ("/a", "/slow", "/self", "/noscript")]
    assert [end.url.removeprefix(site.url) for end in ends] == ["/b", "/slow", "/self", "/noscript"]


def test_a_circle_of_redirects_is_left(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Said(status=302, headers={"Location": "/b"})
    site.pages["/b"] = Said(b'<meta http-equiv=refresh content="0;url=/a">')
    assert "redirects" in failed(site, "/a", settings(tmp_path)).why
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("file:///etc/hostname", "only http and https"),
        ("ftp://example.org/", "only http and https"),
        ("data:text/html,hello", "only http and https"),
        ("http://user:pw@example.org/", "user name or password"),
        ("http://[::", "no web address"),
    ],
)
def test_where_no_redirect_may_lead(site: Site, tmp_path: Path, place: str, why: str) -> None:
    site.pages["/a"] = Said(status=302, headers={"Location": place})
    assert why in failed(site, "/a", settings(tmp_path)).why


def test_a_redirect_without_a_place_is_no_page(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Said(status=302)
    assert "302" in failed(site, "/a", settings(tmp_path)).why


def test_a_cookie_is_given_back_on_the_way_and_forgotten(site: Site, tmp_path: Path) -> None:
    def wall(asked: Asked) -> Said:
        if "seen=yes" in asked.headers.get("cookie", ""):
            return Said(PAGE.encode())
        return Said(status=302, headers={"Location": "/a", "Set-Cookie": "seen=yes; Path=/; HttpOnly"})

    site.pages["/a"] = wall
    assert isinstance(ask(site, "/a", settings(tmp_path)), Fetched)
    assert isinstance(ask(site, "/a", settings(tmp_path)), Fetched)
    assert [("cookie" in one.headers) for one in site.asked] == [False, True, False, True]


@pytest.mark.parametrize(
    ("status", "passing", "again", "missing", "for_good"),
    [
        (404, False, False, True, False),
        (410, False, False, True, True),
        (403, True, False, False, False),
        (429, True, True, False, False),
        (500, True, True, False, False),
        (503, True, True, False, False),
        (204, True, False, False, False),
    ],
)
def test_what_an_answer_means(
    site: Site, tmp_path: Path, status: int, passing: bool, again: bool, missing: bool, for_good: bool
) -> None:
    site.pages["/a"] = Said(status=status)
    answer = failed(site, "/a", settings(tmp_path))
    assert (answer.status, answer.passing, answer.again) == (status, passing, again)
    assert (answer.missing, answer.for_good) == (missing, for_good)


def test_retry_after_is_a_number_or_a_date(site: Site, tmp_path: Path) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    for said, least, most in (("7", 7, 7), (later, 90, 100), ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0)):
        site.pages["/a"] = Said(status=429, headers={"Retry-After": said})
        wait_s = failed(site, "/a", settings(tmp_path)).wait_s
        assert wait_s is not None
        assert least <= wait_s <= most
    for said in ("soon", "-5", "Thu, 99 Foo 1970"):
        site.pages["/a"] = Said(status=429, headers={"Retry-After": said})
        assert failed(site, "/a", settings(tmp_path)).wait_s is None


def test_conditions_are_sent_and_honoured(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Said(status=301, headers={"Location": "/b"})
    site.pages["/b"] = lambda asked: Said(status=304) if asked.headers.get("if-none-match") == '"1"' else Said(b"<p>x")
    told = {"If-None-Match": '"1"'}
    assert ask(site, "/a", settings(tmp_path), known=site.url + "/b", conditions=told) == Unchanged(site.url + "/b")
    assert "if-none-match" not in site.asked[0].headers, "they belong to the page, not to what leads there"
    assert isinstance(ask(site, "/b", settings(tmp_path)), Fetched)


def test_bytes_in_headers_come_back_as_they_were(site: Site, tmp_path: Path) -> None:
    """Servers write Chinese into headers, in whichever encoding: here as Latin-1, which is what bytes look like."""
    site.pages["/a"] = Said(status=302, headers={"Location": "/" + "通知".encode("gb18030").decode("latin-1")})
    site.pages["/%CD%A8%D6%AA"] = Said(b"<p>x</p>", headers={"ETag": '"\xcd\xa8"', "Set-Cookie": "a=\xcd\xa8; Path=/"})
    page = ask(site, "/a", settings(tmp_path))
    assert isinstance(page, Fetched)
    assert page.url == site.url + "/%CD%A8%D6%AA"
    ask(site, "/%CD%A8%D6%AA", settings(tmp_path), known=page.url, conditions={"If-None-Match": page.headers["etag"]})
    assert site.asked[-1].headers["if-none-match"] == '"\xcd\xa8"'


def test_a_304_that_nobody_asked_for_is_no_page(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Said(status=304)
    assert "304" in failed(site, "/a", settings(tmp_path)).why


def test_nothing_larger_than_the_limit(site: Site, tmp_path: Path) -> None:
    site.pages["/endless"] = Said(parts=lambda: repeat(b"<p>x</p>" * 4096))
    site.pages["/large"] = Said(b"x" * (2**20 + 1))
    site.pages["/fits"] = Said(b"x" * 2**20)
    assert "larger than 1 MB" in failed(site, "/endless", settings(tmp_path)).why
    assert "larger than 1 MB" in failed(site, "/large", settings(tmp_path)).why
    assert isinstance(ask(site, "/fits", settings(tmp_path)), Fetched)


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_drip_ends_with_the_time(site: Site, tmp_path: Path, where: str) -> None:
    """Each byte comes in good time, all of them never do."""
    if where == "head":
        site.pages["/a"] = Said(raw=b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 10000, pause_s=0.02)
    else:
        site.pages["/a"] = Said(parts=lambda: repeat(b"a"), pause_s=0.02)
    answer = failed(site, "/a", settings(tmp_path, {"fetch_timeout_s": 0.3}))
    assert "too long" in answer.why
    assert answer.passing
    assert answer.again


def test_a_page_that_breaks_off_is_none(site: Site, tmp_path: Path) -> None:
    site.pages["/short"] = Said(PAGE.encode(), length=5000)
    site.pages["/noise"] = Said(raw=b"\0\1\2 this is no HTTP\r\n\r\n")
    whole = gzip.compress(os.urandom(5000))
    site.pages["/gzip"] = Said(whole[:3000], headers={"Content-Encoding": "gzip"})
    for path in ("/short", "/noise", "/gzip"):
        answer = failed(site, path, settings(tmp_path))
        assert answer.passing, path
        assert answer.again, path


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("gzip", lambda data: gzip.compress(data[:50]) + gzip.compress(data[50:])),
        ("gzip", lambda data: gzip.compress(data) + b"\0" * 20),
        ("deflate", zlib.compress),
        ("deflate", _raw_deflate),
        ("identity", bytes),
    ],
)
def test_packed_pages_are_unpacked(site: Site, tmp_path: Path, coding: str, pack: object) -> None:
    data = PAGE.encode() + os.urandom(200_000)
    site.pages["/a"] = Said(pack(data), headers={"Content-Encoding": coding})  # type: ignore[operator]
    page = ask(site, "/a", settings(tmp_path))
    assert isinstance(page, Fetched)
    assert page.data == data


def test_a_bomb_does_not_go_off(site: Site, tmp_path: Path) -> None:
    site.pages["/bomb"] = Said(gzip.compress(b"\0" * 2**26), headers={"Content-Encoding": "gzip"})
    assert "unpacks" in failed(site, "/bomb", settings(tmp_path, {"max_file_mb": 100})).why
    site.pages["/dense"] = Said(
        gzip.compress(" ".join(map(str, range(200_000))).encode()), headers={"Content-Encoding": "gzip"}
    )
    assert "larger" in failed(site, "/dense", settings(tmp_path)).why
    site.pages["/br"] = Said(b"x", headers={"Content-Encoding": "br"})
    assert "br" in failed(site, "/br", settings(tmp_path)).why


def test_private_networks_are_closed(site: Site) -> None:
    site.pages["/page"] = Said(PAGE.encode())
    closed = Config(ingest=IngestConfig(fetch_timeout_s=3.0))
    number = 0x7F000001
    for host in ("127.0.0.1", "localhost", str(number), hex(number), "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]"):
        page = fetch(f"http://{host}:{site.port}/page", closed)
        assert isinstance(page, Rejected), host
        assert "private network" in page.why, host
    assert site.asked == []


def test_a_redirect_into_a_private_network_is_not_followed(site: Site, tmp_path: Path) -> None:
    site.pages["/a"] = Said(status=302, headers={"Location": f"http://localhost:{site.port}/secret"})
    site.pages["/b"] = Said(f'<meta http-equiv=refresh content="0;url=http://[::1]:{site.port}/secret">'.encode())
    config = settings(tmp_path, {"allow_private_addresses": False}, allow_hosts=["127.0.0.1"])
    fetcher = Fetcher(config, lambda host, port: ["127.0.0.1"] if host == "127.0.0.1" else ["127.0.0.2"])
    for path in ("/a", "/b"):
        answer = fetcher.ask(site.url + path)
        assert isinstance(answer, Failed)
        assert "private network" in answer.why
    fetcher.close()
    assert site.paths() == ["/a", "/b"]


def test_the_address_that_was_checked_is_the_one_connected_to(site: Site) -> None:
    """The name answers with the public address first; a second look would have been led inside."""
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["192.0.2.1"] if len(asked) == 1 else ["127.0.0.1"]

    line = Line(Allowed.of(False, ["192.0.2.0/24"]), 0.5, rebinding)
    with pytest.raises(Unreachable), line.get(f"http://rebinding.example:{site.port}/a", {}):
        pass
    assert asked == ["rebinding.example"]
    with pytest.raises(Closed), line.get(f"http://rebinding.example:{site.port}/a", {}):
        pass
    line.close()
    assert site.asked == []


def test_only_permitted_ones_of_several_addresses_are_tried(site: Site) -> None:
    site.pages["/a"] = Said(PAGE.encode())
    line = Line(Allowed.of(False, ["127.0.0.1"]), 3.0, lambda *_: ["10.255.255.1", "127.0.0.1"])
    with line.get(f"http://some.example:{site.port}/a", {"Host": "some.example"}) as reply:
        assert reply.status == 200
    line.close()
    assert site.asked[0].headers["host"] == "some.example"


def test_the_name_goes_into_tls_and_not_the_address(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    names = []

    def wrap(_: object, sock: object, server_hostname: str | None = None, **__: object) -> object:
        names.append(server_hostname)
        raise ssl.SSLError("no further")

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", wrap)
    line = Line(Allowed.of(True, []), 3.0, lambda *_: ["127.0.0.1"])
    with pytest.raises(Unreachable), line.get(f"https://secure.example:{site.port}/", {}):
        pass
    line.close()
    assert names == ["secure.example"]


@pytest.mark.parametrize("url", ["ftp://example.org/a", "http://", "http://[::", "http://127.0.0.1:1/"])
def test_what_cannot_be_reached_is_rejected(url: str, tmp_path: Path) -> None:
    assert isinstance(fetch(url, settings(tmp_path)), Rejected)


def test_a_list_is_no_article(site: Site, tmp_path: Path) -> None:
    site.pages["/feed"] = Said(b"<rss/>", kind="text/xml")
    page = fetch(site.url + "/feed", settings(tmp_path))
    assert isinstance(page, Rejected)
    assert "list of addresses" in page.why


def test_a_password_does_not_come_back_in_the_message(tmp_path: Path) -> None:
    page = fetch("http://someone:secret@example.org/", settings(tmp_path))
    assert isinstance(page, Rejected)
    assert "secret" not in f"{page}"


def test_an_encrypted_address_that_leads_to_an_open_one_is_noted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    from ingest.dial import Reply

    @contextmanager
    def get(_: Line, url: str, __: dict[str, str]) -> Iterator[Reply]:
        if url.startswith("https"):
            yield Reply(301, {"location": "http://example.org/"})
        else:
            yield Reply(200, {}, parts=iter([PAGE.encode()]))

    monkeypatch.setattr(Line, "get", get)
    page = fetch("https://example.org/", Config())
    assert isinstance(page, Fetched)
    assert any("is not" in note for note in page.notes)
