"""Keeps every page inside the app's frame."""

from __future__ import annotations

import streamlit as st


def inside_app() -> None:
    """Run ``app.py`` around the page, also where the first visitor of a fresh server comes by a link to a page.

    Until ``st.navigation`` has been called once, Streamlit takes a folder named ``pages`` for an app of its old sort
    and runs the page alone, without our sidebar and layout.
    """
    from streamlit.runtime.pages_manager import PagesManager

    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
