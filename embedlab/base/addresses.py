"""Check the address of a download: only https to a host on the public internet is allowed."""

from __future__ import annotations

import ipaddress
import re
import socket
import urllib.request
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from embedlab.base.errors import BadInput, Unreachable

if TYPE_CHECKING:
    import httpx

INSTEAD = "Without it, the starters that come with the lab still work."
INSIDE = "it leads to this machine or its own network"
MOST_HOST = 253
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""NAT64: the last 32 bits are an IPv4 address, which is checked instead. IPv6-only networks reach IPv4 in this way."""
UNICAST = ipaddress.IPv6Network("2000::/3")
"""The range of public IPv6 unicast addresses."""
NOT_PUBLIC = [
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments; some clouds' metadata
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16/32",  # Azure's host, from within its machines
        "2001::/23",  # Teredo and other protocol assignments
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
]
"""Networks that are not public although ``ipaddress`` says so in some versions of Python (``is_global``)."""
INNER_NAMES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa")
"""Endings of host names that no public server has."""


def check(url: str) -> None:
    """Refuse an address that is not https, or whose host is not public.

    With a proxy, a name that is unknown on this machine is left to the proxy; everything else is checked.

    Raises:
        BadInput: the address is refused.
        Unreachable: the host's name is unknown.
    """
    import httpx

    try:
        parsed = httpx.URL(url)
        host, port = parsed.raw_host.decode("ascii"), 443 if parsed.port is None else parsed.port
    except (httpx.InvalidURL, ValueError) as error:
        raise BadInput(f"{url!a} is not an address: {error}.") from error
    if parsed.scheme != "https" or not host or parsed.userinfo:
        raise BadInput(f"{url} is not taken: give an address that begins with https:// and holds no password.")
    if not 0 < port < 65_536:
        raise BadInput(f"{url} is not taken: there is no port {port}.")
    check_host(host)
    try:
        resolve(host, port)
    except Unreachable:
        if not proxy(parsed):
            raise


def check_host(host: str) -> None:
    """Refuse a host name or IP address that cannot be public, before it is looked up in DNS.

    Raises:
        BadInput: the host cannot be public.
    """
    name = host.lower().removesuffix(".")
    try:
        ip_address(name)
    except ValueError:
        last = name.rpartition(".")[2]
        if re.fullmatch(r"\d+|0x[0-9a-f]*", last):
            raise BadInput(f"{host} is not taken: write an IPv4 address as four plain decimal numbers.") from None
        if not re.fullmatch(r"[a-z0-9._-]+", name) or len(name) > MOST_HOST:
            raise BadInput(f"{host[:MOST_HOST]!a} is not an address: it is no name of a host.") from None
        if "." not in name or name.endswith(INNER_NAMES):
            raise BadInput(f"{host} is not taken: {INSIDE}.") from None
    else:
        if not public(name):
            raise BadInput(f"{host} is not taken: {INSIDE}.")


def public(address: str) -> bool:
    """Whether an IP address belongs to one host of the public internet."""
    found: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(found, IPv6Address):
        if found in NAT64:
            return not found.scope_id and public(str(IPv4Address(int(found) & 0xFFFF_FFFF)))
        if found.scope_id or found not in UNICAST:
            return False
    inside = any(found.version == network.version and found in network for network in NOT_PUBLIC)
    return found.is_global and not found.is_multicast and not inside


def resolve(host: str, port: int) -> list[str]:
    """Look up the IP addresses of a host, all of which must be public.

    Raises:
        BadInput: one of them is not public.
        Unreachable: the name is unknown.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, OverflowError) as error:
        raise Unreachable(f"{host} could not be reached: there is no network or no such host. {INSTEAD}") from error
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    if not all(map(public, addresses)):
        raise BadInput(f"{host} is not taken: {INSIDE}.")
    return addresses


def proxy(url: httpx.URL) -> str:
    """The proxy that the environment names for an https address; empty for a direct connection."""
    found = urllib.request.getproxies()
    address = found.get("https") or found.get("all") or ""
    if not address or urllib.request.proxy_bypass(url.raw_host.decode("ascii")):
        return ""
    return address if "://" in address else f"http://{address}"
