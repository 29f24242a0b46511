"""Embedding Lab, the app: page settings, the sidebar and the list of pages. Run with ``streamlit run app.py``."""

from pathlib import Path

import streamlit as st

from embedlab.ui import cache

PAGES = (
    ("overview", "Overview"),
    ("neighbors", "Neighbors"),
    ("analogies", "Analogies"),
    ("axes", "Axes"),
    ("map", "Map"),
    ("next_word", "Next word"),
    ("softmax", "Softmax"),
    ("flair_characters", "Flair characters"),
    ("bert", "BERT"),
    ("training", "Training"),
    ("models", "Models"),
)

folder = Path(__file__).resolve().parent / "pages"
pictures = folder.parent / "assets" / "pictures"
# A picture of our own: a named icon would be fetched from Google by every visitor's browser.
st.set_page_config(page_title="Embedding Lab", page_icon=pictures / "icon.svg", layout="wide")
page = st.navigation(
    [
        st.Page(folder / f"{name}.py", title=title, url_path=name, default=name == "overview")
        for name, title in PAGES
        if (folder / f"{name}.py").is_file()
    ],
    expanded=True,
)
cache.libraries()
st.logo(pictures / "logo.svg", size="large")
page.run()
