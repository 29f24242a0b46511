"""Addresses that a download may go to, with and without a proxy: names and numbers, in every way to write them."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from embedlab.base import BadInput, EmbedLabError, Unreachable, addresses

PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "HTTP_PROXY", "http_proxy")

NOT_PUBLIC = {
    "loopback": "127.0.0.1 127.255.255.254 ::1",
    "unspecified": "0.0.0.0 0.1.2.3 ::",
    "private": "10.0.0.7 172.16.0.1 172.31.255.255 192.168.1.1 fc00::1 fd00:ec2::254 fec0::1",
    "link-local": "169.254.169.254 fe80::1",
    "carrier's": "100.64.0.1 100.100.100.200 100.127.255.255",
    "multicast": "224.0.0.1 239.255.255.255 ff02::1 ff0e::1",
    "reserved": "240.0.0.1 255.255.255.255 4000::1 5f00::1 100::1",
    "documentation": "192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1",
    "benchmarks": "198.18.0.1 2001:2::1",
    "protocols": "192.0.0.1 192.0.0.192 192.88.99.1 2001:10::1",
    "6to4": "2002:7f00:1::1 2002:a00:1::1 2002:808:808::1",
    "NAT64": "64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::10.0.0.1 64:ff9b:1::1 64:ff9b:1::808:808",
    "Teredo": "2001:0:4136:e378:8000:63bf:80ff:fffe 2001::1",
    "IPv4-compatible": "::127.0.0.1 ::8.8.8.8 ::a00:1",
    "IPv4-mapped": "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:7f00:1",
    "a cloud's host": "168.63.129.16",
}
NUMBERS = [number for text in NOT_PUBLIC.values() for number in text.split()]
PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001:80f::200e", "64:ff9b::808:808"]
ODD = ["127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "8.8.8", "0x08080808",
    "010.8.8.8", "127.0.0.0x1", "1.2.3.4.5", "127。0。0。1", "999.1.1.1"]  # fmt: skip
INNER = ["localhost", "localhost.", "LOCALHOST", "a.localhost", "intranet", "printer.local", "metadata.google.internal",
    "nas.lan", "router.home.arpa", "git.corp", "metadata"]  # fmt: skip
BROKEN = ["a b.org", "%31.org", "a%2eorg", "xn--\u0663.org", "\ud800.org", "é\u2488.org", "a" * 300 + ".org"]


@pytest.fixture(params=["direct", "proxy", "proxy and NO_PROXY"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the network is reached."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    if request.param != "direct":
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    if "NO_PROXY" in request.param:
        monkeypatch.setenv("NO_PROXY", "*")
    return str(request.param)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What names there are, and their addresses; numbers are their own, as ever."""
    names: dict[str, str] = {}

    def found(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        if host in names or ":" in host or host.replace(".", "").isdecimal():
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (names.get(host, host), port))]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return names


def in_url(host: str) -> str:
    return f"https://[{host}]/x" if ":" in host else f"https://{host}/x"


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_are_not_public_are_refused(number: str, way: str, known: dict[str, str]) -> None:
    assert not addresses.public(number)
    with pytest.raises(BadInput, match="is not taken: it leads to this machine or its own network"):
        addresses.check(in_url(number))
    known["name.example"] = number
    with pytest.raises(BadInput, match="is not taken: it leads to this machine or its own network"):
        addresses.check("https://name.example/x")


@pytest.mark.parametrize("number", PUBLIC)
def test_public_numbers_are_taken(number: str, way: str, known: dict[str, str]) -> None:
    known["name.example"] = number
    addresses.check("https://name.example/x")
    addresses.check(in_url(number))


@pytest.mark.parametrize("host", [*ODD, *INNER])
def test_names_and_odd_numbers_that_cannot_be_public_are_refused_before_they_are_looked_up(
    host: str, way: str, known: dict[str, str]
) -> None:
    known[host] = "8.8.8.8"
    with pytest.raises(BadInput, match=r"is not taken|is not an address"):
        addresses.check(in_url(host))


@pytest.mark.parametrize("zone", ["fe80::1%eth0", "fe80::1%25eth0", "::1%1", "2606:4700::1111%1", "64:ff9b::808:808%1"])
def test_addresses_with_a_zone_are_refused(zone: str, way: str, known: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="is not taken"):
        addresses.check(f"https://[{zone}]/x")


@pytest.mark.parametrize("host", BROKEN)
def test_broken_names_are_said_in_a_sentence(host: str, way: str) -> None:
    with pytest.raises(EmbedLabError, match=r"is not an address|could not be reached"):
        addresses.check(f"https://{host}/x")


@pytest.mark.parametrize("error", [socket.gaierror("x"), UnicodeError("label too long"), OverflowError("port")])
def test_whatever_a_look_up_raises_becomes_a_sentence(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    with pytest.raises(Unreachable, match=r"name\.example could not be reached"):
        addresses.resolve("name.example", 443)


def test_a_name_that_is_unknown_here_is_left_to_a_proxy(way: str, known: dict[str, str]) -> None:
    if way == "proxy":
        addresses.check("https://elsewhere.example/x")
    else:
        with pytest.raises(Unreachable, match=r"elsewhere\.example could not be reached"):
            addresses.check("https://elsewhere.example/x")


def test_one_address_inside_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 443)) for number in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: numbers)
    with pytest.raises(BadInput, match="its own network"):
        addresses.resolve("name.example", 443)


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_ports_that_there_are_not_are_refused(port: str, way: str, known: dict[str, str]) -> None:
    known["name.example"] = "8.8.8.8"
    with pytest.raises(BadInput, match=r"is not taken|is not an address"):
        addresses.check(f"https://name.example:{port}/x")
