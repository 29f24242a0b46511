"""Embedding Lab, the app: page settings, the sidebar and the list of pages. Run with ``streamlit run app.py``."""

import os
from pathlib import Path

import streamlit as st

from embedlab import processes
from embedlab.ui import cache, login, pinned, place_link, state, theme
from embedlab.ui.sidebar import PAGES

for name, value in processes.PAGES.items():  # before torch is imported: its threads read it once
    os.environ.setdefault(name, value)

folder = Path(__file__).resolve().parent / "pages"
pictures = folder.parent / "assets" / "pictures"
# A picture of our own: a named icon would be fetched from Google by every visitor's browser.
st.set_page_config(page_title="Embedding Lab", page_icon=pictures / "icon.svg", layout="wide")
pinned.hold()
shown = pinned.among("pages", [name for name, _ in PAGES])
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
cache.libraries()
cache.queue()
cache.rounds()
st.logo(pictures / "logo.svg", size="large")
login.ask()
place_link.arrive()
with cache.preload().page():
    page.run()
theme.follow()
state.end()
