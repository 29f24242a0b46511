"""Tell who looks at the page: the owner of the lab, or a visitor with a workspace of their own.

The owner comes from the machine that the lab runs on. Everybody else is known by a secret of their browser, or by their
account where ``EMBEDLAB_LOGIN=1`` asks for a login (OpenID Connect, as Streamlit offers it; the provider stands in
``.streamlit/secrets.toml``). The name of the workspace is derived from it, see ``base.paths``.
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import os
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAuthError

from embedlab.base import BadInput, paths
from embedlab.jobs.run import Run
from embedlab.plots.text import md

COOKIE = "embedlab_place"
"""Holds the secret of a browser whose visitor has something in their workspace; see ``workspace_link``."""
STREAMLIT = "_streamlit_xsrf"
"""Streamlit's own random token, which a browser has until it is closed."""
APART, LOGIN = "EMBEDLAB_APART", "EMBEDLAB_LOGIN"
PROXY = "EMBEDLAB_PROXY"
"""Addresses or networks of the proxies whose ``X-Forwarded-For`` is believed, with commas between."""
HERE = "127.0.0.1"
FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded")
"""Headers of a proxy: the connection comes from this machine, the visitor from elsewhere."""
OPENED = "_place"
"""In the session: the secret of a workspace that was opened by its link."""


def visitor() -> str:
    """The name under which this visitor's runs are known."""
    return workspace() or paths.OWNER


def workspace() -> str:
    """The name of this visitor's workspace; empty for the owner, whose workspace is the home folder."""
    if not apart():
        return ""
    return paths.workspace_name(_account() if switched_on(LOGIN) else secret())


def apart() -> bool:
    """Whether this is anybody but the owner; ``EMBEDLAB_APART=1`` says that everybody is."""
    if switched_on(APART) or switched_on(LOGIN):
        return True
    address = st.context.ip_address
    if isinstance(address, str) and address:  # None for this very machine
        return True
    return any(name in st.context.headers for name in FORWARDED)


def address() -> str:
    """Where this visitor's connection comes from, as a digest; empty for whoever runs the lab.

    ``X-Forwarded-For`` is believed as far as proxies wrote it that ``EMBEDLAB_PROXY`` names; an IPv6 address counts
    with its whole network, of which one visitor has as many addresses as they like.
    """
    if not apart():
        return ""
    return hashlib.sha256(f"address {_client()}".encode()).hexdigest()[:16]


def _client() -> str:
    """The address that is nearest to the visitor and not made up by them.

    A connection that comes through this very machine has the header's address already, put there by the web server
    without asking; so one that the header names counts as this machine's own.
    """
    hops = [hop.strip() for line in _all_of(FORWARDED[0]) for hop in line.split(",") if hop.strip()]
    given = st.context.ip_address
    peer = given if isinstance(given, str) and given and given not in hops else HERE
    known = _proxies()
    for hop in (peer, *reversed(hops)):
        try:
            host = ipaddress.ip_address(hop)
        except ValueError:
            return HERE
        host = (host.ipv4_mapped or host) if isinstance(host, ipaddress.IPv6Address) else host
        if not any(host in network for network in known):
            return str(ipaddress.ip_network((host, 64), strict=False)) if host.version == 6 else str(host)
    return peer


def _all_of(header: str) -> list[str]:
    """The values of every header of this name, in order."""
    headers: Any = st.context.headers
    return list(headers.get_all(header)) if hasattr(headers, "get_all") else [headers[header]] * (header in headers)


def _proxies() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    networks = []
    for name in os.environ.get(PROXY, "").split(","):
        with contextlib.suppress(ValueError):
            networks.append(ipaddress.ip_network(name.strip(), strict=False))
    return networks


def told(message: object) -> str:
    """A message as Markdown; whoever runs the lab sees where files lie, visitors see their names alone."""
    text = str(message)
    return md(paths.names_only(text) if apart() else text)


def secret() -> str:
    """The visitor's secret: of the workspace whose link was opened, of this browser, or of this visit."""
    cookie = st.context.cookies.get(COOKIE)
    for given in (st.session_state.get(OPENED), cookie):
        if isinstance(given, str) and paths.SECRET.fullmatch(given):
            return given
    if token := _token(st.context.cookies.get(STREAMLIT)):
        return hashlib.sha256(f"embedlab {token}".encode()).hexdigest()
    made: str = st.session_state.setdefault("_secret", paths.new_secret())
    return made


def mine(run: Run) -> bool:
    """Whether a run is this visitor's; only they may change it, others who have its link may look."""
    with contextlib.suppress(BadInput):
        return (run.visitor or paths.OWNER) == visitor()
    return False


def switched_on(name: str) -> bool:
    """Whether an environment variable is switched on."""
    return os.environ.get(name, "").lower() in ("1", "yes", "on", "true")


def _account() -> str:
    return f"account {st.user.get('iss', '')} {st.user.get('sub', '')}"


def _token(cookie: object) -> str:
    """What stays the same in Streamlit's cookie, which is masked anew in every answer: 2|mask|masked token|time."""
    parts = cookie.strip("\"'").split("|") if isinstance(cookie, str) else []
    if len(parts) != 4:
        return ""
    try:
        mask, masked = bytes.fromhex(parts[1]), bytes.fromhex(parts[2])
    except ValueError:
        return ""
    return bytes(byte ^ mask[i % len(mask)] for i, byte in enumerate(masked)).hex() if mask else ""


_FAILED = "_login_failed"


def require_login() -> None:
    """Show nothing but a button to those who are not logged in; once in every run of the app."""
    if not switched_on(LOGIN):
        return
    if st.user.get("is_logged_in", False):
        st.sidebar.button("Log out", key="log-out", icon=":material/logout:", on_click=st.logout)
        return
    st.title("Embedding Lab")
    st.markdown("This lab asks you to log in.")
    st.button("Log in", key="log-in", type="primary", icon=":material/login:", on_click=_begin)
    if st.session_state.pop(_FAILED, False):
        st.error(
            "The login is not set up. It needs the package Authlib, and `[auth]` in `.streamlit/secrets.toml` with "
            "redirect_uri, cookie_secret, client_id, client_secret and server_metadata_url."
        )
    st.stop()


def _begin() -> None:
    try:
        st.login()
    except StreamlitAuthError:
        st.session_state[_FAILED] = True
