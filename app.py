"""Embedding Lab, the app: page settings, the sidebar and the list of pages. Run with ``streamlit run app.py``."""

from pathlib import Path

import streamlit as st

PAGES = (
    ("overview", "Overview"),
    ("neighbors", "Neighbors"),
    ("analogies", "Analogies"),
    ("axes", "Axes"),
    ("map", "Map"),
    ("training", "Training"),
    ("models", "Models"),
)

st.set_page_config(page_title="Embedding Lab", page_icon=":material/scatter_plot:", layout="wide")
folder = Path(__file__).resolve().parent / "pages"
page = st.navigation(
    [
        st.Page(folder / f"{name}.py", title=title, url_path=name, default=name == "overview")
        for name, title in PAGES
        if (folder / f"{name}.py").is_file()
    ],
    expanded=True,
)
st.logo(folder.parent / "assets" / "pictures" / "logo.svg", size="large")
page.run()
