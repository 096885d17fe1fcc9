"""Forms of addresses, and which may be asked: against brute force with the standard library's own judgement."""

import ipaddress
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.addresses import Allowed, canonical, is_public, without_secrets
from ingest.document import Unreadable

NOBODY = Allowed.of(False, [])
# what the registries closed after the standard library of the oldest Python that we run on was made
LATER = [ipaddress.ip_network(name) for name in ("192.88.99.0/24", "192.0.0.0/24", "3fff::/20", "2001::/23")]


def judged(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """The standard library's word, asked in every way it has, of the address and of every IPv4 address inside it."""
    inside = [address]
    if isinstance(address, ipaddress.IPv6Address):
        inside = [one for one in (address.ipv4_mapped, address.sixtofour) if one] or [address]
        if address in ipaddress.ip_network("64:ff9b::/96"):
            inside = [ipaddress.IPv4Address(address.packed[12:])]
    return all(
        one.is_global
        and not one.is_multicast
        and not one.is_reserved
        and not one.is_loopback
        and not one.is_link_local
        and not one.is_unspecified
        and not getattr(one, "is_site_local", False)
        and not any(one in network for network in LATER if network.version == one.version)
        for one in inside
    )


def borders() -> list[ipaddress.IPv4Address]:
    """Both sides of the border of every /8, and of the networks that are closed or stand beside such."""
    found = {ipaddress.IPv4Address(top << 24 | low) for top in range(256) for low in (0, 1, 0xFFFFFF)}
    names = "100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16"
    for name in (*names.split(), "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"):
        network = ipaddress.ip_network(name)
        edges = (int(network.network_address), int(network.broadcast_address))
        found |= {ipaddress.IPv4Address(edge + step) for edge in edges for step in (-1, 0, 1)}
    return sorted(found)


def test_every_ipv4_border_is_judged_as_the_library_does() -> None:
    for address in borders():
        assert is_public(address) == judged(address), address


@given(st.ip_addresses(v=4))
def test_any_ipv4_address_is_judged_as_the_library_does(address: ipaddress.IPv4Address) -> None:
    assert is_public(address) == judged(address)


def test_an_ipv4_address_inside_an_ipv6_address_is_judged_as_itself() -> None:
    for inner in borders():
        for outer in (
            ipaddress.IPv6Address(f"::ffff:{inner}"),
            ipaddress.IPv6Address(f"64:ff9b::{inner}"),
            ipaddress.IPv6Address(0x2002 << 112 | int(inner) << 80 | 1),
        ):
            assert is_public(outer) == is_public(inner), outer


def test_ipv6_addresses_are_judged_as_the_library_does_or_more_closely() -> None:
    chance = random.Random(7)
    prefixes = [ipaddress.IPv6Address(top << 112 | chance.getrandbits(112)) for top in range(0, 65536, 7)]
    for address in prefixes:
        assert not is_public(address) or judged(address), address
    for name in ("2400:3200::1", "2606:4700:4700::1111", "240e:1::1", "2a00:1450:4001::1"):
        assert is_public(ipaddress.ip_address(name)), name


@pytest.mark.parametrize(
    "name",
    [
        *("::", "::1", "::7f00:1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12::1", "ff02::1", "ff0e::1"),
        *("2001:db8::1", "2001::1", "2001:10::1", "100::1", "64:ff9b:1::1", "3fff::1", "5f00::1", "2002:7f00:1::"),
    ],
)
def test_closed_ipv6_addresses(name: str) -> None:
    assert not is_public(ipaddress.ip_address(name))


def forms(address: ipaddress.IPv4Address) -> list[str]:
    """Ways of writing an IPv4 address that C libraries and browsers read."""
    number, parts = int(address), [int(part) for part in str(address).split(".")]
    a, b, c, d = parts
    return [
        *(str(address), f"{address}.", str(number), hex(number), hex(number).upper(), f"0{number:o}", f"00{number:o}"),
        *(f"{a}.{number & 0xFFFFFF}", f"{a}.{b}.{number & 0xFFFF}", f"0x{a:x}.0{b:o}.{c}.0x{d:X}"),
        ".".join(f"0{part:o}" for part in parts),
        ".".join(hex(part) for part in parts),
        str(address).translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}),
        str(address).replace(".", "。"),
        "".join(f"%{ord(char):02x}" for char in str(address)),
    ]


@pytest.mark.parametrize("text", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.10", "0.0.0.0", "8.8.8.8"])
def test_all_forms_of_an_ipv4_address_are_one(text: str) -> None:
    address = ipaddress.IPv4Address(text)
    for form in forms(address)[:-1]:
        assert canonical(f"http://{form}/") == f"http://{text}/", form
    with pytest.raises(Unreadable):
        canonical(f"http://{forms(address)[-1]}/")


@given(st.ip_addresses(v=4), st.data())
def test_any_form_of_any_ipv4_address_is_read_as_that_address(
    address: ipaddress.IPv4Address, data: st.DataObject
) -> None:
    form = data.draw(st.sampled_from(forms(address)[:-1]))
    assert canonical(f"https://{form}:8443/a") == f"https://{address}:8443/a"


def test_addresses_that_the_operator_allows() -> None:
    private, other = ipaddress.ip_address("10.1.2.3"), ipaddress.ip_address("10.2.0.1")
    assert not NOBODY.permits("a.example", private)
    assert Allowed.of(True, []).permits("a.example", private)
    assert Allowed.of(False, ["A.example"]).permits("a.example", private)
    assert not Allowed.of(False, ["a.example"]).permits("b.a.example", private)
    some = Allowed.of(False, ["10.1.0.0/16", "[fd00::1]"])
    assert some.permits("x", private)
    assert some.permits("x", ipaddress.ip_address("::ffff:10.1.2.3"))
    assert some.permits("x", ipaddress.ip_address("fd00::1"))
    assert not some.permits("x", other)


@pytest.mark.parametrize(
    ("given_url", "wanted"),
    [
        ("HTTP://WWW.Example.COM:80", "http://www.example.com/"),
        ("https://example.com:443/a/../b/./c/#top", "https://example.com/b/c/"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("http://example.com./a//b", "http://example.com/a//b"),
        ("http://example.com/%7euser/%e4%b8%ad?x=%41", "http://example.com/~user/%E4%B8%AD?x=A"),
        ("http://example.com/通知.html?区=荣", "http://example.com/%E9%80%9A%E7%9F%A5.html?%E5%8C%BA=%E8%8D%A3"),
        ("http://例子.cn/", "http://xn--fsqu00a.cn/"),
        ("http://example.com/a;jsessionid=0A1B?utm_source=x&id=3&spm=9", "http://example.com/a?id=3"),
        ("http://example.com/a?b=2&a=1", "http://example.com/a?b=2&a=1"),
        ("http://example.com/100%", "http://example.com/100%25"),
        ("http://[0:0::1]/", "http://[::1]/"),
        (" http://example.com/a\n", "http://example.com/a"),
    ],
)
def test_one_form_for_each_address(given_url: str, wanted: str) -> None:
    assert canonical(given_url) == wanted


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.com/a", "only http"),
        ("file:///etc/passwd", "only http"),
        ("data:text/html,x", "only http"),
        ("javascript:alert(1)", "only http"),
        ("http://user:secret@example.com/", "user name or password"),
        ("http://user@example.com/", "user name or password"),
        ("http://@example.com/", "user name or password"),
        *(
            (f"http://{host}/", "no web address")
            for host in ("", "a b", "[::", "[fe80::1%25eth0]", "a..b", "1.2.3.4.5")
        ),
        *(
            (f"http://{host}/", "no web address")
            for host in ("256.1.1.1", "1.2.3.256", "4294967296", "0x1.08.1.1", "a.1")
        ),
        ("http://example.com:99999/", "no web address"),
        ("http://example.com/" + "a" * 3000, "characters"),
    ],
)
def test_what_is_no_address(url: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as refusal:
        canonical(url)
    assert "secret" not in str(refusal.value)


@given(st.text(alphabet="abz019./%?&=;:#@ é区-_~\\", max_size=40))
def test_the_one_form_stays_itself(rest: str) -> None:
    try:
        once = canonical(f"http://example.com/{rest}")
    except Unreadable:
        return
    assert canonical(once) == once
    assert once.isascii()
    assert " " not in once


def test_a_password_is_not_shown() -> None:
    assert without_secrets("http://user:secret@example.com/a@b") == "http://…@example.com/a@b"
