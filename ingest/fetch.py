"""One web address in, its bytes out: bounded in size, time and redirects, and never from inside the operator's network.

Every redirect, of the server or of the page itself, is asked for under the checks of the first address.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import urlsplit

from ingest.addresses import Allowed, canonical, without_secrets
from ingest.dial import Closed, Line, Reply, Resolve, Unreachable
from ingest.document import Rejected, Unreadable
from ingest.formats import EXTENSIONS, Kind
from ingest.inflate import Bomb, Broken, inflated
from retrieval.config import Config

MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_MISSING = (404, 410)
_SHUT = (401, 402, 403, 407, 412, 521)  # the last two: what guards against programs answer
_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_TYPES: dict[str, "Got"] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "txt",
    "text/markdown": "md",
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
    **dict.fromkeys(
        (
            *("application/xml", "text/xml", "application/rss+xml", "application/atom+xml", "application/rdf+xml"),
            *("application/gzip", "application/x-gzip"),
        ),
        "list",
    ),
}
_UNTOLD = ("application/octet-stream", "application/msword", "application/x-download", "application/force-download")
_BY_HAND = "open it in a browser, save the page as .html and ingest that"
_ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.9,*/*;q=0.5"
_REFRESH = re.compile(
    rb"<meta\b[^>]*http-equiv\s*=\s*[\"']?refresh[\"']?[^>]*content\s*=\s*[\"']\s*(\d{1,3})\s*;\s*url\s*=\s*[\"']?([^\"'>]+)",
    re.IGNORECASE,
)
_COOKIE = re.compile(r"\s*([!-:<>-~]{1,256})=([!-:<-~]{0,4096})")
_REFRESHES = 4096  # bytes at most of a page that is nothing but a redirect
_SOON = 5  # seconds at most before such a page leads on

Got = Kind | Literal["list"]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came. ``url`` is where it came from in the end, ``headers`` have lower-case names.

    ``kind`` is what the server called it (``list`` for XML), ``charset`` what it called its encoding.
    ``notes`` tell what an operator should know, such as an encrypted address that led to an open one.
    """

    url: str
    data: bytes
    kind: Got
    charset: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The copy that is kept is still what the server has."""

    url: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a page is not had, and what to do.

    ``passing`` failures may be over next time; ``again`` says that asking once more soon makes sense, after
    ``wait_s`` where the server named a time. ``missing`` pages are gone by the server's word, ``for_good`` by 410.
    ``status`` is 0 where there was no answer to speak of.
    """

    url: str
    why: str
    what_to_do: str
    passing: bool = False
    again: bool = False
    wait_s: float | None = None
    missing: bool = False
    for_good: bool = False
    status: int = 0

    def rejected(self) -> Rejected:
        """The same for the report."""
        return Rejected(without_secrets(self.url), self.why, self.what_to_do, self.passing)


Answer = Fetched | Unchanged | Failed


class _Refusal(Exception):
    """Carries a Failed, whose address is filled in where it is caught."""

    def __init__(self, why: str, what_to_do: str, *, passing: bool = False, again: bool = False) -> None:
        super().__init__(why)
        self.failed = Failed("", why, what_to_do, passing, again)


def fetch(url: str, config: Config) -> Fetched | Rejected:
    """The page at one address that a person names, or why it cannot or must not be had; robots.txt is not asked."""
    fetcher = Fetcher(config)
    try:
        got = fetcher.ask(url)
    finally:
        fetcher.close()
    if isinstance(got, Fetched) and got.kind != "list":
        return got
    if isinstance(got, Failed):
        return got.rejected()
    return Rejected(without_secrets(url), "this is a list of addresses and no article", "name it in xianwen ingest")


class Fetcher:
    """Asks for one page after another, in one thread. Close it in the end."""

    def __init__(self, config: Config, resolve: Resolve | None = None) -> None:
        self._config = config
        self._most_bytes = config.ingest.max_file_mb * 2**20
        allowed = Allowed.of(config.ingest.allow_private_addresses, config.web.allow_hosts)
        self._line = Line(allowed, config.ingest.fetch_timeout_s, resolve)

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def ask(
        self, url: str, known: str = "", conditions: Mapping[str, str] | None = None, *, any_type: bool = False
    ) -> Answer:
        """The page, or that it is as before. ``conditions`` are headers that go to the address ``known`` alone.

        With ``any_type`` whatever the server calls it is taken as text.
        """
        self._line.begin()
        try:
            return self._follow(canonical(url), known, conditions or {}, any_type)
        except Unreadable as refusal:
            return Failed(url, refusal.why, refusal.what_to_do)
        except Closed as closed:
            what_to_do = "name it in [web] allow_hosts, or set [ingest] allow_private_addresses = true"
            return Failed(url, f"{closed} lies inside a private network", what_to_do, passing=True)
        except Unreachable as error:
            what_to_do = "try again, or raise [ingest] fetch_timeout_s" if error.slow else "check the address"
            return Failed(url, f"no page ({error})", what_to_do, passing=True, again=True)
        except _Refusal as refusal:
            return replace(refusal.failed, url=url)

    def _follow(self, url: str, known: str, conditions: Mapping[str, str], any_type: bool) -> Fetched | Unchanged:
        cookies: dict[str, dict[str, str]] = {}
        notes: list[str] = []
        for _ in range(MOST_REDIRECTS + 1):
            host = urlsplit(url).netloc
            more = dict(conditions) if url == known else {}
            if jar := cookies.get(host):
                more["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
            with self._line.get(url, self._headers() | more) as reply:
                cookies.setdefault(host, {}).update(_cookies(reply))
                if reply.status == 304 and more:
                    return Unchanged(url)
                place = _escaped(reply.headers.get("location", "")) if reply.status in _REDIRECTS else ""
                page = None if place else self._received(url, reply, any_type)
            if page is not None:
                place = _refresh(page)
                if not place:
                    return Fetched(url, page.data, page.kind, page.charset, page.headers, tuple(notes))
            onward = canonical(place, url)
            if url.startswith("https:") and onward.startswith("http:"):
                notes.append(f"{url} is encrypted and leads to {onward}, which is not")
            url = onward
        raise _Refusal(f"more than {MOST_REDIRECTS} redirects", "give the address where they end")

    def _headers(self) -> dict[str, str]:
        web = self._config.web
        agent = f"{web.user_agent} (article reader{'; ' + web.contact if web.contact else ''})"
        return {
            "User-Agent": agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip, deflate",
            "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
        }

    def _received(self, url: str, reply: Reply, any_type: bool) -> Fetched:
        if reply.status != 200:
            raise _of_status(reply)
        declared, _, rest = reply.headers.get("content-type", "text/html").partition(";")
        kind = "txt" if any_type else _kind(declared.strip().lower(), url, reply.headers)
        said = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", rest, re.IGNORECASE)
        data = _bounded(reply, self._most_bytes)
        return Fetched(url, data, kind, said[1] if said else None, reply.headers)


def _of_status(reply: Reply) -> _Refusal:
    told = f"the server answered {reply.status}"
    missing = reply.status in _MISSING
    what_to_do = _BY_HAND if reply.status in _SHUT else "check the address"
    refusal = _Refusal(told, what_to_do, passing=not missing, again=reply.status in _AGAIN)
    wait_s = _wait(reply.headers.get("retry-after", ""))
    refusal.failed = replace(
        refusal.failed, wait_s=wait_s, missing=missing, for_good=reply.status == 410, status=reply.status
    )
    return refusal


def _wait(said: str) -> float | None:
    """Seconds that a Retry-After header names, as a number or as a date."""
    if re.fullmatch(r"\d{1,9}", said.strip()):
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _kind(declared: str, url: str, headers: Mapping[str, str]) -> Got:
    """What is in the body by its type, or else by its name. Raises _Refusal before any of it is read."""
    if declared in _TYPES:
        return _TYPES[declared]
    if declared in _UNTOLD:
        named = re.search(r"filename\*?\s*=\s*(?:UTF-8'')?[\"']?([^\"';]+)", headers.get("content-disposition", ""))
        path = named[1] if named else urlsplit(url).path
        suffix = PurePosixPath(path.strip().lower()).suffix
        if suffix in (".gz", ".xml"):
            return "list"
        if suffix in EXTENSIONS:
            return EXTENSIONS[suffix]
    raise _Refusal(f"{declared or 'no type'} is not a format that is read", "convert it to .html, .pdf, .docx or .txt")


def _bounded(reply: Reply, most_bytes: int) -> bytes:
    """The body, decompressed as it comes, so that it never grows beyond the limit."""
    coding = reply.headers.get("content-encoding", "identity").strip().lower().removeprefix("x-")
    if coding not in ("identity", "", "gzip", "deflate"):
        raise _Refusal(f"it is packed as {coding}, which was not asked for", _BY_HAND)
    data = bytearray()
    try:
        for part in inflated(reply.parts, coding) if coding in ("gzip", "deflate") else reply.parts:
            data += part
            if len(data) > most_bytes:
                raise _Refusal(f"larger than {most_bytes >> 20} MB", "raise [ingest] max_file_mb")
    except Broken as error:
        raise _Refusal(f"its compression is broken ({error})", "try again", passing=True, again=True) from None
    except Bomb:
        raise _Refusal("it unpacks to far more than pages do", "leave it out: it was made to do harm") from None
    return bytes(data)


def _escaped(place: str) -> str:
    """A Location header whose server wrote Chinese into it as bytes of whichever encoding: they are sent back so."""
    return re.sub(r"[\x80-\xff]", lambda byte: f"%{ord(byte[0]):02X}", place)


def _cookies(reply: Reply) -> dict[str, str]:
    """Names and values that the server wants back while its redirects are followed, and never again."""
    found = (_COOKIE.match(line) for line in reply.cookies[:50])
    return {one[1]: one[2] for one in found if one}


def _refresh(page: Fetched) -> str:
    """Where a page that is nothing but a redirect leads."""
    if page.kind != "html" or len(page.data) > _REFRESHES:
        return ""
    found = _REFRESH.search(re.sub(rb"(?is)<!--.*?-->|<noscript.*?</noscript>", b"", page.data))
    if found is None or int(found[1]) > _SOON:
        return ""
    place = unescape(found[2].decode("utf-8", errors="replace")).strip()
    return "" if canonical(place, page.url) == page.url else place
