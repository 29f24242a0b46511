"""Embedding Lab, the app: page settings, the sidebar and the list of pages. Run with ``streamlit run app.py``."""

import os
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from embedlab.parallel import processes
from embedlab.ui import server
from embedlab.ui.navigation import PAGES

for name, value in processes.PAGES.items():  # before torch is imported: its threads read it once
    os.environ.setdefault(name, value)


def run() -> None:
    """Draw the app for a visitor, and in it the page that the address names."""
    from embedlab.ui import cache, links, state, theme, visitor

    folder = Path(__file__).resolve().parent / "pages"
    pictures = folder.parent / "assets" / "pictures"
    # A picture of our own: a named icon would be fetched from Google by every visitor's browser.
    st.set_page_config(page_title="Embedding Lab", page_icon=pictures / "icon.svg", layout="wide")
    links.hold()
    shown = links.among("pages", [name for name, _ in PAGES])
    page = st.navigation(
        [
            st.Page(
                folder / f"{name}.py",
                title=title,
                url_path=name,
                default=name == "overview",
                visibility="visible" if name in shown else "hidden",
            )
            for name, title in PAGES
            if (folder / f"{name}.py").is_file()
        ],
        expanded=True,
    )
    st.logo(pictures / "logo.svg", size="large")
    visitor.require_login()
    links.arrive()
    drawn = cache.drawn()
    server.show(page.title, wanted=page.title not in drawn)
    cache.libraries()
    cache.queue()
    cache.rounds()
    with cache.preload().page():
        page.run()
    server.clear()
    drawn.add(page.title)
    theme.follow()
    state.end()


if get_script_run_ctx(suppress_warning=True) is None:  # the server loads this file as it starts
    app = st.App(Path(__file__).resolve(), lifespan=server.starting)
else:
    run()
