"""One web address in, its bytes out: bounded in size and time, and never from inside the operator's network.

The address that was connected to is checked, not only the name: a name may answer with another
address the next time it is asked. Redirects are followed one by one under the same checks.
"""

import ipaddress
import time
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from ingest.document import Format, Rejected
from retrieval.config import IngestConfig

MOST_REDIRECTS = 5
_KINDS: dict[str, Format] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
_HEADERS = {"User-Agent": "xianwen (article reader)", "Accept": ", ".join(_KINDS)}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came, with the address that it came from in the end."""

    url: str
    data: bytes
    kind: Format


class _Refusal(Exception):
    """Why a page is not had, and what to do: becomes a Rejected."""

    def __init__(self, why: str, what_to_do: str, passing: bool = False) -> None:
        super().__init__(why)
        self.why, self.what_to_do, self.passing = why, what_to_do, passing


def fetch(url: str, config: IngestConfig) -> Fetched | Rejected:
    """The page at an address, or why it cannot or must not be had."""
    try:
        return _fetch(url, config)
    except _Refusal as refusal:
        return Rejected(url, refusal.why, refusal.what_to_do, refusal.passing)


def _fetch(url: str, config: IngestConfig) -> Fetched:
    deadline = time.monotonic() + config.fetch_timeout_s
    # no proxy from the environment: the peer that is checked must be the page's own server
    with httpx.Client(headers=_HEADERS, timeout=config.fetch_timeout_s, trust_env=False) as client:
        for _ in range(MOST_REDIRECTS + 1):
            _check_scheme(url)
            try:
                with client.stream("GET", url) as response:
                    _check_peer(response, config.allow_private_addresses)
                    if response.is_redirect:
                        url = urljoin(url, response.headers.get("location", ""))
                        continue
                    return _received(url, response, config.max_file_mb * 2**20, deadline)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                why = str(error) or type(error).__name__
                raise _Refusal(f"no page ({why})", "check the address, or save the page as .html", True) from None
    raise _Refusal(f"more than {MOST_REDIRECTS} redirects", "give the address where they end")


def _check_scheme(url: str) -> None:
    if not url.lower().startswith(("http://", "https://")):
        raise _Refusal("only http and https are fetched", "save the page as .html and ingest that")


def _check_peer(response: httpx.Response, allow_private: bool) -> None:
    stream = response.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream else None
    if allow_private:
        return
    if not peer or not ipaddress.ip_address(peer[0].split("%")[0]).is_global:
        raise _Refusal(
            f"{response.url.host} lies inside a private network", "set [ingest] allow_private_addresses = true"
        )


def _received(url: str, response: httpx.Response, most_bytes: int, deadline: float) -> Fetched:
    if response.status_code != httpx.codes.OK:
        passing = response.status_code not in (httpx.codes.NOT_FOUND, httpx.codes.GONE)
        raise _Refusal(f"the server answered {response.status_code}", "check the address", passing)
    declared = response.headers.get("content-type", "text/html").split(";")[0].strip().lower()
    kind = _KINDS.get(declared)
    if kind is None:
        raise _Refusal(f"{declared} is not a known format", "convert it to .html or .txt")
    data = bytearray()
    for part in response.iter_bytes():
        data += part
        if len(data) > most_bytes:
            raise _Refusal(f"larger than {most_bytes >> 20} MB", "raise [ingest] max_file_mb")
        if time.monotonic() > deadline:
            raise _Refusal("took too long", "try again, or raise [ingest] fetch_timeout_s", True)
    return Fetched(url, bytes(data), kind)
