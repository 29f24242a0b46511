"""Before a visitor sees a page: what the server does as it starts, and what is seen while a page is loaded."""

from __future__ import annotations

import asyncio
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from embedlab.ui import memory, turns

SOON = 1.0
"""Seconds until the server listens, once it has started."""
_SHOWN = "_first_screen"


@asynccontextmanager
async def starting(_: st.App) -> AsyncIterator[None]:
    """Once, as the server starts: what every page needs is imported before anybody is answered.

    Until ``st.navigation`` has been called, Streamlit takes a folder named ``pages`` for an app of its old sort: the
    first visitor would see file names in the sidebar, and a page without our layout.
    """
    PagesManager.uses_pages_directory = False
    libraries()
    if not st.get_option("server.headless"):
        asyncio.get_running_loop().call_later(SOON, _open_browser)
    yield


def _open_browser() -> None:
    """On a machine with a screen, as ``streamlit run`` does for scripts that bring no server of their own."""
    host, port, path = (st.get_option(f"server.{name}") for name in ("address", "port", "baseUrlPath"))
    webbrowser.open(f"http://{host or 'localhost'}:{port}/{path}")


def libraries() -> None:
    """Import what every page draws with, in one thread; the server's memory and threads are set, too."""
    memory.few_arenas()
    turns.shorten()
    import pandas
    import plotly.graph_objects as go

    import embedlab.ui.widgets  # noqa: F401

    pandas.DataFrame()
    go.Figure(go.Scatter())


def show(title: str, *, wanted: bool) -> None:
    """Draw a page's title and that it is being loaded, if it is wanted; in every run, so that the rest keeps its place.

    Args:
        title: of the page.
        wanted: whether there may be something to wait for.
    """
    place = st.empty()
    st.session_state[_SHOWN] = place
    if wanted:
        with place.container():
            st.title(title)
            st.markdown("The server opens this page for the first time and loads what it needs …")


def clear() -> None:
    """Take it away; for the first thing that a page draws."""
    if place := st.session_state.pop(_SHOWN, None):
        place.empty()
