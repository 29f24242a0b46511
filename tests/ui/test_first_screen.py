"""What the server does as it starts: no app of Streamlit's old sort, and a browser where there is a screen."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from embedlab.ui import server


@pytest.mark.parametrize(("headless", "opened"), [(True, []), (False, ["http://localhost:8599/lab"])])
def test_the_server_starts(headless: bool, opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"headless": headless, "address": None, "port": 8599, "baseUrlPath": "lab"}
    seen: list[str] = []
    monkeypatch.setattr(st, "get_option", lambda name: options[name.removeprefix("server.")])
    monkeypatch.setattr(server, "SOON", 0.0)
    monkeypatch.setattr(server.webbrowser, "open", seen.append)
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    monkeypatch.setattr(server, "few_arenas", lambda: None)

    async def start() -> None:
        async with server.starting(st.App(Path("app.py").resolve())):
            assert PagesManager.uses_pages_directory is False
            await asyncio.sleep(0.05)

    before = sys.getswitchinterval()
    try:
        asyncio.run(start())
        assert sys.getswitchinterval() < 0.005  # Python's own: threads take turns more often than that
    finally:
        sys.setswitchinterval(before)
    assert seen == opened


WAITING = """
import streamlit as st
from embedlab.ui import server

server.show("Map", wanted={wanted})
if {drawn}:
    server.clear()
    st.title("The page itself")
"""


@pytest.mark.parametrize(
    ("wanted", "drawn", "titles", "sentences"),
    [(True, False, ["Map"], 1), (False, False, [], 0), (True, True, ["The page itself"], 0)],
)
def test_a_page_that_loads_shows_its_title_and_a_sentence_until_it_draws(
    wanted: bool, drawn: bool, titles: list[str], sentences: int
) -> None:
    page = AppTest.from_string(WAITING.format(wanted=wanted, drawn=drawn)).run()
    assert not page.exception
    assert [one.value for one in page.title] == titles
    assert sum("loads what it needs" in one.value for one in page.markdown) == sentences
