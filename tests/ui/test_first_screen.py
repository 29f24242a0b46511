"""What the server does as it starts: no app of Streamlit's old sort, and a browser where there is a screen."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

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
