"""Web addresses: one form for each, and which network addresses may be asked at all.

What a name resolves to is judged where it is connected to (``dial.py``); here is only the judgement.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from ingest.document import Unreadable

LONGEST = 2000  # characters; browsers and servers refuse more
_PORTS = {"http": 80, "https": 443}
_SAVE = "open it in a browser, save the page as .html and ingest that"
_TRACKING = re.compile(r"(?i)^(?:utm_\w+|spm|share_\w+|gclid|fbclid|phpsessid|jsessionid|_t|timestamp)(?:=|$)")
_SESSION = re.compile(r"(?i);jsessionid=[^/?#]*")
_PART = r"(?:0x[0-9a-f]*|[0-9]+)"
_NUMERIC = re.compile(rf"(?:.*\.)?{_PART}\.?", re.IGNORECASE)
_PATH_CHARS = "/%:@!$&'()*+,;=~"
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
# IANA's registries of special-purpose addresses, multicast and what is not given out
_CLOSED = tuple(
    ipaddress.ip_network(name)
    for name in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
_OPEN_V6 = ipaddress.ip_network("2000::/3")  # all that is given out; the rest is closed, or carries an IPv4 address
_CLOSED_V6 = tuple(ipaddress.ip_network(name) for name in ("2001::/23", "2001:db8::/32", "3fff::/20"))
_EMBEDDING = (("::ffff:0:0/96", 0), ("64:ff9b::/96", 0), ("2002::/16", 80))  # network, bits right of the IPv4 address

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def canonical(url: str, base: str = "") -> str:
    """The one form of a web address: lower-case ASCII host, no default port, fragment, session nor tracking.

    ``url`` may be relative to ``base``, which is in that form. Raises Unreadable for what is no web address, or one
    with a user name or password.
    """
    try:
        url = re.sub(r"[\t\r\n]", "", url).strip()
        parts = urlsplit(urljoin(base, url) if base else url)
        scheme, port = parts.scheme.lower(), parts.port
        if scheme not in _PORTS:
            raise Unreadable("only http and https are fetched", _SAVE)
        if parts.username is not None or parts.password is not None:
            raise Unreadable("the address holds a user name or password", "take it out; pages behind one are not read")
        host = _host(parts.hostname or "")
    except (ValueError, UnicodeError):
        raise Unreadable("this is no web address", "check how it is written") from None
    place = host if port in (None, _PORTS[scheme]) else f"{host}:{port}"
    path = _without_dots(_escaped(_SESSION.sub("", parts.path)) or "/")
    query = "&".join(one for one in _escaped(parts.query, "?").split("&") if one and not _TRACKING.match(one))
    made = f"{scheme}://{place}{path}" + (f"?{query}" if query else "")
    if len(made) > LONGEST:
        raise Unreadable(f"the address has more than {LONGEST:,} characters", "check how it is written")
    return made


def without_secrets(url: str) -> str:
    """The address as it may be shown: a password in it is nobody else's business."""
    return re.sub(r"(?<=//)[^/?#]*@", "…@", url)


def _host(host: str) -> str:
    """Lower-case ASCII; IPv4 in any of its forms as four numbers, IPv6 in brackets. Raises ValueError."""
    host = unicodedata.normalize("NFKC", host).replace("。", ".").lower()
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host).compressed}]" if "%" not in host else _no_host()
    if _NUMERIC.fullmatch(host):
        return str(_ipv4(host))
    host = host.removesuffix(".")
    host = host if host.isascii() else host.encode("idna").decode("ascii")
    if not re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", host) or len(host) > 253:
        return _no_host()
    return host


def _no_host() -> str:
    raise ValueError("no host")


def _ipv4(host: str) -> ipaddress.IPv4Address:
    """As browsers and C libraries read it: 1 to 4 parts, decimal, octal or hexadecimal, the last filling the rest."""
    parts = host.removesuffix(".").split(".")
    numbers = [_number(part) for part in parts]
    if len(numbers) > 4 or any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        raise ValueError("no IPv4 address")
    return ipaddress.IPv4Address(
        sum(number << 8 * (3 - place) for place, number in enumerate(numbers[:-1])) + numbers[-1]
    )


def _number(part: str) -> int:
    if not re.fullmatch(_PART, part):
        raise ValueError("no number")
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") and len(part) > 1 else 10)


def _escaped(text: str, more: str = "") -> str:
    """Percent-encoded once: escapes of letters that need none are undone, lone percent signs are escaped."""
    text = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    text = quote(text.encode("utf-8", "replace"), safe=_PATH_CHARS + more)
    return re.sub(r"%([0-9A-Fa-f]{2})", _plain, text)


def _plain(escape: re.Match[str]) -> str:
    char = chr(int(escape[1], 16))
    return char if _UNRESERVED.match(char) else escape[0].upper()


def _without_dots(path: str) -> str:
    kept: list[str] = []
    parts = path.split("/")[1:]
    for part in parts:
        if part == "..":
            kept = kept[:-1]
        elif part != ".":
            kept.append(part)
    if parts[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def is_public(address: Address) -> bool:
    """Whether this is an address on the Internet: not private, local, multicast or reserved, nor carrying such."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _CLOSED)
    if address.scope_id:
        return False
    for network, right in _EMBEDDING:
        if address in ipaddress.ip_network(network):
            return is_public(ipaddress.IPv4Address(int(address) >> right & 0xFFFFFFFF))
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who may be asked besides the public: everybody, or the hosts and networks that the operator names."""

    everybody: bool
    hosts: frozenset[str]
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    @classmethod
    def of(cls, everybody: bool, names: Iterable[str]) -> "Allowed":
        """From ``allow_private_addresses`` and ``allow_hosts``."""
        hosts, networks = set(), []
        for name in names:
            try:
                networks.append(ipaddress.ip_network(name.strip("[]"), strict=False))
            except ValueError:
                hosts.add(name.strip().lower().removesuffix("."))
        return cls(everybody, frozenset(hosts), tuple(networks))

    def permits(self, host: str, address: Address) -> bool:
        """Whether a connection to this address may be made for this host."""
        if self.everybody or host in self.hosts or is_public(address):
            return True
        inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped else address
        return any(inner in network for network in self.networks)
