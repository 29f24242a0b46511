"""Who is the owner and who a visitor; how a place is found again; a login asked of everybody."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from embedlab.base import BadModel, paths
from embedlab.ui import links, visitor
from tests.pages_opened import sound, texts

ROOT = Path(__file__).resolve().parents[2]
SECRET = "5" * 64


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The connection of a browser; from this machine at first."""
    made = SimpleNamespace(ip_address=None, headers={}, cookies={}, url="http://lab.example/models?x=1")
    monkeypatch.setattr(st, "context", made)
    monkeypatch.setattr(st, "session_state", {})
    return made


def masked(token: bytes, mask: bytes, at: int = 1_700_000_000) -> str:
    """Streamlit's cookie: the token is masked anew in every answer."""
    return f"2|{mask.hex()}|{bytes(b ^ mask[i % 4] for i, b in enumerate(token)).hex()}|{at}"


def test_whoever_sits_at_the_machine_is_the_owner(context: SimpleNamespace) -> None:
    assert not visitor.apart() and visitor.workspace() == "" and visitor.visitor() == paths.OWNER


@pytest.mark.parametrize("header", visitor.FORWARDED)
def test_behind_a_proxy_nobody_is(context: SimpleNamespace, header: str) -> None:
    context.headers = {header: "127.0.0.1"}
    assert visitor.apart() and paths.workspace_of(visitor.visitor()) == visitor.workspace() != ""


@pytest.mark.parametrize("address", ["192.168.0.7", "::ffff:10.0.0.1", "2001:db8::1"])
def test_nor_is_who_comes_from_elsewhere(context: SimpleNamespace, address: str) -> None:
    context.ip_address = address
    assert visitor.apart()


class Headers(dict[str, str]):
    """Headers as Streamlit gives them: one name may come several times."""

    def get_all(self, name: str) -> list[str]:
        return self[name].split("|") if name in self else []


@pytest.mark.parametrize(
    ("peer", "header", "proxies", "seen"),
    [
        ("10.0.0.7", "", "", "10.0.0.7"),
        ("10.0.0.7", "1.2.3.4", "", "10.0.0.7"),  # nobody has named a proxy: the header is the visitor's own
        ("10.0.0.7", "1.2.3.4", "10.0.0.0/8", "1.2.3.4"),
        ("10.0.0.7", "6.6.6.6, 1.2.3.4", "10.0.0.7", "1.2.3.4"),  # what stands before was made up
        ("10.0.0.7", "6.6.6.6|1.2.3.4", "10.0.0.7", "1.2.3.4"),
        ("10.0.0.7", "6.6.6.6, 1.2.3.4, 10.0.0.9", "10.0.0.7,10.0.0.9", "1.2.3.4"),
        ("10.0.0.7", "nonsense", "10.0.0.7", "127.0.0.1"),
        (None, "1.2.3.4", "", "127.0.0.1"),
        ("1.2.3.4", "1.2.3.4", "", "127.0.0.1"),  # the web server has believed a local connection
        ("1.2.3.4", "1.2.3.4", "127.0.0.1", "1.2.3.4"),
        ("::ffff:10.0.0.7", "", "", "10.0.0.7"),
        ("2001:db8::1", "", "", "2001:db8::/64"),
        ("2001:db8::2:1", "", "nonsense", "2001:db8::/64"),
    ],
)
def test_a_forwarded_address_is_believed_of_named_proxies_alone(
    context: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, peer: str | None, header: str, proxies: str, seen: str
) -> None:
    monkeypatch.setenv(visitor.APART, "1")
    monkeypatch.setenv(visitor.PROXY, proxies)
    context.ip_address, context.headers = peer, Headers({"X-Forwarded-For": header} if header else {})
    assert visitor._client() == seen
    assert len(visitor.address()) == 16 and seen not in visitor.address()


def test_whoever_runs_the_lab_has_no_address(context: SimpleNamespace) -> None:
    assert visitor.address() == ""


@pytest.mark.parametrize("name", [visitor.APART, visitor.LOGIN])
def test_a_setting_says_that_all_are_apart(
    context: SimpleNamespace, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value, apart in (("1", True), ("true", True), ("0", False), ("", False)):
        monkeypatch.setenv(name, value)
        assert visitor.apart() == apart


def test_a_browser_is_the_same_visitor_however_its_cookie_is_masked(context: SimpleNamespace) -> None:
    context.ip_address = "10.0.0.7"
    seen = set()
    for mask in (b"abcd", b"\x00\xff\x10\x20"):
        context.cookies = {visitor.STREAMLIT: masked(b"sixteen bytes 16", mask)}
        seen.add(visitor.workspace())
    assert len(seen) == 1
    context.cookies = {visitor.STREAMLIT: masked(b"sixteen bytes 17", b"abcd")}
    assert visitor.workspace() not in seen
    assert "sixteen" not in visitor.secret()


@pytest.mark.parametrize("cookie", ["", "nonsense", "2|zz|00|1", "2||00|1", "2|00|1", 7])
def test_without_a_token_a_visit_is_its_own_visitor(
    context: SimpleNamespace, cookie: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    context.ip_address, context.cookies = "10.0.0.7", {visitor.STREAMLIT: cookie, visitor.COOKIE: "short"}
    first = visitor.workspace()
    assert visitor.workspace() == first
    monkeypatch.setattr(st, "session_state", {})
    assert visitor.workspace() != first


def test_the_place_that_was_opened_comes_before_the_one_that_the_browser_keeps(context: SimpleNamespace) -> None:
    context.ip_address, context.cookies = "10.0.0.7", {visitor.COOKIE: SECRET}
    assert visitor.workspace() == paths.workspace_name(SECRET)
    st.session_state[visitor.OPENED] = "6" * 64
    assert visitor.workspace() == paths.workspace_name("6" * 64)


def test_an_account_has_one_place_in_every_browser(context: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(visitor.LOGIN, "1")
    found = []
    for who, cookies in (("1", {}), ("1", {visitor.COOKIE: SECRET}), ("2", {})):
        context.cookies = cookies
        monkeypatch.setattr(st, "user", {"iss": "https://id.example", "sub": who})
        found.append(visitor.workspace())
    assert found[0] == found[1] != found[2] and paths.workspace_of(found[0])


@pytest.mark.parametrize(
    ("url", "base"),
    [("https://x.example/models?a=b", "https://x.example"), ("https://x.example/", "https://x.example"),
     ("https://x.example/lab/training", "https://x.example/lab"), ("https://x.example/lab", "https://x.example/lab")],
)  # fmt: skip
def test_links_begin_with_the_address_that_the_browser_has(context: SimpleNamespace, url: str, base: str) -> None:
    context.url = url
    assert links.base() == base


@pytest.mark.parametrize("apart", [True, False])
def test_visitors_are_told_no_folders_of_the_server(
    context: SimpleNamespace, lab_home: Path, monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    monkeypatch.setenv(visitor.APART, "1" if apart else "")
    shown = visitor.told(BadModel(f"{lab_home}/runs/0a/text/a*b.txt cannot be read."))
    assert ("runs" in shown) != apart and "a\\*b.txt cannot be read" in shown


def test_every_error_that_a_page_shows_goes_through_that_one_function() -> None:
    found = 0
    for path in [*(ROOT / "embedlab" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("md", "st.error", "st.warning", "st.info"):
                inside = " ".join(ast.unparse(argument) for argument in call.args)
                if path.name != "visitor.py" and ("error" in inside or "failed" in inside):
                    found += 1
                    assert "told(" in inside or isinstance(call.args[0], ast.Constant), f"{path.name}: {inside}"
    assert found > 5


# ---------------------------------------------------------------- the app


@pytest.fixture
def apart(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(visitor.APART, "1")


def app(**query: str) -> AppTest:
    made = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        made.query_params[name] = value
    return sound(made.run())


def test_a_link_to_a_place_opens_it_after_a_question(apart: None) -> None:
    paths.use_workspace(paths.workspace_name(SECRET))
    page = app(place=SECRET)
    assert "place" not in page.query_params  # a copied address gives nothing away
    assert visitor.OPENED not in page.session_state and "Open it only if it is yours" in texts(page)
    sound(page.button(key="place-open").click().run())
    assert page.session_state[visitor.OPENED] == SECRET
    assert "place-open" not in [button.key for button in page.button]


def test_a_link_can_be_left_alone(apart: None) -> None:
    paths.use_workspace(paths.workspace_name(SECRET))
    page = app(place=SECRET)
    sound(page.button(key="place-stay").click().run())
    assert visitor.OPENED not in page.session_state and "place-open" not in [button.key for button in page.button]


@pytest.mark.parametrize("given", ["7" * 64, "nonsense", "../" * 20])
def test_a_link_to_no_place_opens_nothing(apart: None, given: str) -> None:
    page = app(place=given)
    assert visitor.OPENED not in page.session_state and "place" not in page.query_params
    assert [item.value[:26] for item in page.warning] == (["The place of this link is "] if given[0] == "7" else [])
    assert not paths.all_workspaces()


def test_the_owner_has_no_use_for_such_a_link(lab: Path) -> None:
    paths.use_workspace(paths.workspace_name(SECRET))
    page = app(place=SECRET)
    assert "place-open" not in [button.key for button in page.button] and "place" not in page.query_params


def test_a_visit_with_a_login_keeps_the_place(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(visitor.LOGIN, "1")
    monkeypatch.setattr("streamlit.user_info._get_user_info", lambda: {"is_logged_in": True, "iss": "x", "sub": "1"})
    here = paths.workspace_name("account x 1")
    paths.use_workspace(here)
    os.utime(paths.workspace(here), (1.0, 1.0))
    app()
    assert paths.workspace_used(here) > 1.0


def test_a_login_is_asked_of_everybody_where_it_is_switched_on(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(visitor.LOGIN, "1")
    page = app()
    assert [button.label for button in page.button] == ["Log in"] and "log in" in texts(page)
    assert [item.value for item in page.title] == ["Embedding Lab"]
    sound(page.button(key="log-in").click().run())
    assert "The login is not set up" in page.error[0].value
    monkeypatch.setattr("streamlit.user_info._get_user_info", lambda: {"is_logged_in": True, "iss": "x", "sub": "1"})
    page = app()
    assert "Log out" in [button.label for button in page.button] and [item.value for item in page.title] != []
    assert "log-in" not in [button.key for button in page.button]
