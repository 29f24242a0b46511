"""Addresses and names on a hub: only https, only public hosts, and nothing that is a path."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from hypothesis import strategies as st

from embedlab.base import EmbedLabError, addresses
from embedlab.models.common import hub
from embedlab.workflows import published
from tests.fuzz.properties import TEXTS, folder, fuzzed, ours

SCHEMES = st.sampled_from(
    ("https://", "https://", "http://", "file://", "ftp://", "gopher://", "HTTPS://", "//", "", "https:")
)
HOSTS = st.sampled_from(
    (
        "example.org",
        "localhost",
        "[::1]",
        "127.1",
        "0x7f.1",
        "2130706433",
        "a@b",
        "user:x@h",
        "",
        "é.de",
        "[",
        "x:99999",
    )
)
ADDRESSES = st.ip_addresses().map(str)


def resolves_to(*numbers: str) -> Any:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 443)) for number in numbers]
    clean = mock.patch.object(addresses.urllib.request, "getproxies", dict)
    return mock.patch.object(socket, "getaddrinfo", lambda *_, **__: found), clean


@fuzzed(300, scheme=SCHEMES, host=HOSTS | TEXTS, path=TEXTS, numbers=st.lists(ADDRESSES, min_size=1, max_size=3))
def test_only_https_of_public_hosts_is_taken(scheme: str, host: str, path: str, numbers: list[str]) -> None:
    url = f"{scheme}{host}/{path}"
    names, proxies = resolves_to(*numbers)
    with names, proxies, ours():
        addresses.check(url)
        assert urlsplit(url).scheme == "https" and "@" not in urlsplit(url).netloc
        assert all(ipaddress.ip_address(number).is_global for number in numbers)


@fuzzed(300, address=st.ip_addresses())
def test_a_host_is_refused_by_its_address_whatever_its_name(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    names, proxies = resolves_to("8.8.8.8", str(address))
    with names, proxies:
        try:
            addresses.check("https://example.org/x")
            taken = True
        except EmbedLabError:
            taken = False
    assert not taken or (address.is_global and not address.is_multicast)
    if isinstance(address, ipaddress.IPv6Address) and taken:
        assert not (address.ipv4_mapped or address.sixtofour or address.teredo)
        translated = address.packed.startswith(b"\0\x64\xff\x9b")
        assert ipaddress.IPv4Address(address.packed[12:]).is_global if translated else address.packed[0] >> 5 == 1


@fuzzed(200, name=st.text("ab-._/A0\n\\:%é ", max_size=12) | TEXTS)
def test_a_name_on_the_hub_is_no_path_and_no_address(name: str) -> None:
    if hub.is_name(name):
        assert name.isascii() and name.count("/") <= 1 and ".." not in name
        assert not name.startswith(("/", ".", "-", "~")) and not set(name) & set("\\:%? \n\r\t")


@fuzzed(100, source=TEXTS | st.tuples(SCHEMES, HOSTS, TEXTS).map("".join))
def test_any_source_of_vectors_without_a_network(source: str) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise socket.gaierror("no name service")

    with (
        folder() as place,
        mock.patch.object(socket, "getaddrinfo", away),
        mock.patch.dict("os.environ", EMBEDLAB_HOME=str(place)),
    ):
        try:
            published.load(source)
            raise AssertionError("there is nothing of that name")
        except EmbedLabError as error:
            assert str(error)
