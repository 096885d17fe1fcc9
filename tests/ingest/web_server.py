"""A web server on loopback that does as it is told, and remembers what it was asked."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from retrieval.config import Config, IngestConfig, PathsConfig, WebConfig


@dataclass(frozen=True)
class Said:
    """An answer; ``parts`` are sent one after the other with ``pause_s`` between, endlessly if it is endless."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text/html; charset=utf-8"
    length: int | None = None
    parts: Callable[[], Iterator[bytes]] | None = None
    pause_s: float = 0.0
    raw: bytes = b""


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    at: float


class Site:
    """What stands at each path: an answer, or a function of the request that gives one. Change it at any time."""

    def __init__(self) -> None:
        self.pages: dict[str, Said | Callable[[Asked], Said]] = {}
        self.asked: list[Asked] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def page(self, path: str, title: str, body: str = "", **more: object) -> None:
        """An article or a list."""
        text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
        self.pages[path] = Said(text.encode(), **more)  # type: ignore[arg-type]

    def paths(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [one.path for one in self.asked if one.path != "/robots.txt"]

    def answer(self, asked: Asked) -> Said:
        self.asked.append(asked)
        said = self.pages.get(asked.path, Said(b"not here", 404))
        return said(asked) if callable(said) else said


def _handler(site: Site) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = site.answer(Asked(self.path, headers, time.monotonic()))
            try:
                self._send(said)
            except OSError:  # the client has had enough
                self.close_connection = True

        def _send(self, said: Said) -> None:
            if said.raw:
                self.close_connection = True
                for byte in said.raw:
                    self.wfile.write(bytes([byte]))
                    time.sleep(said.pause_s)
                return
            self.send_response(said.status)
            if said.kind and "Content-Type" not in said.headers:
                self.send_header("Content-Type", said.kind)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if said.parts is None:
                length = len(said.body) if said.length is None else said.length
                self.close_connection = said.length is not None
                if said.status != 304:
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(said.body)
                return
            self.close_connection = True
            self.send_header("Connection", "close")
            self.end_headers()
            for part in said.parts():
                self.wfile.write(part)
                self.wfile.flush()
                time.sleep(said.pause_s)

        def log_message(self, *_: object) -> None:
            """Keep the test's output quiet."""

    return Handler


@contextmanager
def serving() -> Iterator[Site]:
    """A site until the block ends."""
    site = Site()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(site)) as listening:
        listening.daemon_threads = True
        site.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            listening.shutdown()
            thread.join()


def settings(folder: Path, ingest: Mapping[str, object] | None = None, **web: object) -> Config:
    """Loopback allowed, no delay, one retry, data below ``folder``; ``web`` are keys of [web]."""
    limits: dict[str, object] = {"allow_private_addresses": True, "max_file_mb": 1, "fetch_timeout_s": 3.0}
    return Config(
        paths=PathsConfig(data=str(folder)),
        ingest=IngestConfig.model_validate(limits | dict(ingest or {})),
        web=WebConfig.model_validate({"delay_s": 0.0, "retries": 1} | web),
    )
