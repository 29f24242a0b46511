"""Who looks at the page, by a name that says nothing about them and that nobody else can guess."""

from __future__ import annotations

import hashlib
import secrets

import streamlit as st

COOKIE = "_streamlit_xsrf"
"""Streamlit's own random token of a browser."""


def visitor() -> str:
    """The name of this browser, or of this visit where the browser keeps no cookie."""
    token = st.context.cookies.get(COOKIE)
    if token and isinstance(token, str):
        return hashlib.sha256(token.encode()).hexdigest()[:24]
    name: str = st.session_state.setdefault("_visitor", secrets.token_hex(12))
    return name
