"""Connections to web servers: the address that was checked is the one connected to, and every wait has one end.

Names are resolved here and nowhere else, so that no second answer can lead elsewhere; the name stays in the Host
header and in TLS, where the certificate is checked against it. The only file that imports httpcore.
"""

import ipaddress
import math
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore

from ingest.addresses import Address, Allowed

Resolve = Callable[[str, int], Sequence[str]]


class Unreachable(Exception):
    """No answer can be had; ``slow`` where it was not had in time."""

    def __init__(self, why: str, *, slow: bool = False) -> None:
        super().__init__(why)
        self.slow = slow


class Closed(Exception):
    """All addresses of the host are private."""


class _Late(Exception):
    """The time of the whole request is over."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer; ``headers`` have lower-case names, ``cookies`` are its Set-Cookie lines.

    Values are bytes as Latin-1, so that what is sent back is what came. ``parts`` yields the body as it was sent (still
    compressed), and may raise Unreachable.
    """

    status: int
    headers: dict[str, str]
    cookies: tuple[str, ...] = ()
    parts: Iterator[bytes] = field(default_factory=lambda: iter(()))


class Line:
    """Connections of one thread, kept open for the next request to the same host. Close it in the end."""

    def __init__(self, allowed: Allowed, timeout_s: float, resolve: Resolve | None = None) -> None:
        self._dialler = _Dialler(allowed, resolve or _resolved)
        self._timeout_s = timeout_s
        self._pool = httpcore.ConnectionPool(
            max_connections=2, keepalive_expiry=30.0, network_backend=self._dialler, http2=False
        )

    def close(self) -> None:
        """Hang up."""
        self._pool.close()

    def begin(self) -> None:
        """The time of a request, with all its redirects, begins now."""
        self._dialler.deadline = time.monotonic() + self._timeout_s

    @contextmanager
    def get(self, url: str, headers: dict[str, str]) -> Iterator[Reply]:
        """Ask for one address, redirects not followed. Raises Unreachable and Closed."""
        sent = [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in headers.items()]
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._timeout_s)
        try:
            with self._pool.stream("GET", url, headers=sent, extensions={"timeout": timeouts}) as response:
                said = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers]
                cookies = tuple(value for name, value in said if name == "set-cookie")
                yield Reply(response.status, dict(reversed(said)), cookies, _parts(response))
        except (_Late, httpcore.TimeoutException) as error:
            raise Unreachable("it took too long", slow=True) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ssl.SSLError) as error:
            raise Unreachable(str(error) or type(error).__name__) from error


def _parts(response: httpcore.Response) -> Iterator[bytes]:
    yield from response.iter_stream()


class _Dialler(httpcore.NetworkBackend):
    """Resolves, checks, connects. ``deadline`` is in seconds of ``time.monotonic``."""

    def __init__(self, allowed: Allowed, resolve: Resolve) -> None:
        self.deadline = math.inf
        self._allowed = allowed
        self._resolve = resolve
        self._backend = httpcore.SyncBackend()

    def left(self, timeout: float | None) -> float:
        """Seconds that a step may take. Raises _Late when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise _Late
        return left if timeout is None else min(timeout, left)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that may be asked and answers."""
        last: Exception = httpcore.ConnectError("the name has no address")
        addresses = [_address(found) for found in self._resolve(host, port)]
        permitted = [address for address in addresses if self._allowed.permits(host, address)]
        if addresses and not permitted:
            raise Closed(host)
        for address in permitted:
            try:
                stream = self._backend.connect_tcp(
                    str(address), port, self.left(timeout), local_address, socket_options
                )
                return _Timed(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last


class _Timed(httpcore.NetworkStream):
    """A stream of which no drip outlasts the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, dialler: _Dialler) -> None:
        self._stream = stream
        self._dialler = dialler

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._dialler.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._dialler.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._dialler.left(timeout))
        return _Timed(stream, self._dialler)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _resolved(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"the name {host} is not known ({error})") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _address(text: str) -> Address:
    return ipaddress.ip_address(text)
