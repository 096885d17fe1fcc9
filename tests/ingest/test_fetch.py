"""Web addresses, against a server on loopback that behaves well and badly."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.document import RawDocument, Rejected
from ingest.fetch import Fetched, fetch
from ingest.sources import read_sources
from retrieval.config import Config, IngestConfig, PathsConfig, WebConfig

PAGE = (
    "<html><head><title>甲县医共体</title></head><body><h1>甲县医共体</h1><p>甲县今年新建两家分院。</p></body></html>"
)
OPEN = Config(
    ingest=IngestConfig(allow_private_addresses=True, max_file_mb=1, fetch_timeout_s=3.0),
    web=WebConfig(delay_s=0.0, retries=0),
)


def below(folder: Path) -> Config:
    return OPEN.model_copy(update={"paths": PathsConfig(data=str(folder))})


class _Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body, kind, status, location = PAGE.encode("gb18030"), "text/html; charset=gb2312", 200, None
        if self.path == "/moved":
            status, location = 302, "/page"
        elif self.path == "/loop":
            status, location = 302, "/loop"
        elif self.path == "/file":
            status, location = 302, "file:///etc/hostname"
        elif self.path == "/gone":
            status = 404
        elif self.path == "/film":
            kind = "video/mp4"
        elif self.path == "/huge":
            body = b"a" * (2 << 20)
        elif self.path == "/empty":
            body = b"  "
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()
        thread.join()


def test_a_page_becomes_a_document(server: str, tmp_path: Path) -> None:
    (document,) = read_sources([f"{server}/page", f"{server}/page"], below(tmp_path))
    assert isinstance(document, RawDocument)
    assert document.source == document.url == f"{server}/page"
    assert document.encoding == "gb18030"
    assert "新建两家分院" in document.text


def test_redirects_are_followed_to_their_end(server: str) -> None:
    page = fetch(f"{server}/moved", OPEN)
    assert isinstance(page, Fetched)
    assert page.url == f"{server}/page"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/loop", "redirects"),
        ("/file", "only http and https"),
        ("/gone", "404"),
        ("/film", "video/mp4"),
        ("/huge", "larger than 1 MB"),
    ],
)
def test_what_is_no_page_is_rejected_with_its_reason(server: str, path: str, why: str) -> None:
    page = fetch(server + path, OPEN)
    assert isinstance(page, Rejected)
    assert page.source == server + path
    assert why in page.why
    assert page.what_to_do


def test_an_empty_page_is_rejected(server: str, tmp_path: Path) -> None:
    (rejected,) = read_sources([f"{server}/empty"], below(tmp_path))
    assert isinstance(rejected, Rejected)


def test_private_networks_are_closed_by_default(server: str) -> None:
    for url in (f"{server}/page", server.replace("127.0.0.1", "localhost") + "/page"):
        page = fetch(url, Config(ingest=IngestConfig(fetch_timeout_s=3.0)))
        assert isinstance(page, Rejected)
        assert "private network" in page.why


@pytest.mark.parametrize("url", ["ftp://example.org/a", "http://", "http://[::", "http://127.0.0.1:1/"])
def test_what_cannot_be_reached_is_rejected(url: str) -> None:
    assert isinstance(fetch(url, OPEN), Rejected)
