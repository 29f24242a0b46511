"""A login asked of everybody where ``EMBEDLAB_LOGIN=1`` says so, by OpenID Connect as Streamlit offers it.

The provider stands in ``.streamlit/secrets.toml``; an account then has one place, in whatever browser it logs in.
"""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitAuthError

from embedlab.ui.visitor import LOGIN, switched_on

_FAILED = "_login_failed"


def ask() -> None:
    """Show nothing but a button to those who are not logged in; once in every run of the app."""
    if not switched_on(LOGIN):
        return
    if st.user.get("is_logged_in", False):
        st.sidebar.button("Log out", key="log-out", icon=":material/logout:", on_click=st.logout)
        return
    st.title("Embedding Lab")
    st.markdown("This lab asks you to log in.")
    st.button("Log in", key="log-in", type="primary", icon=":material/login:", on_click=_begin)
    if st.session_state.pop(_FAILED, False):
        st.error(
            "The login is not set up. It needs the package Authlib, and `[auth]` in `.streamlit/secrets.toml` with "
            "redirect_uri, cookie_secret, client_id, client_secret and server_metadata_url."
        )
    st.stop()


def _begin() -> None:
    try:
        st.login()
    except StreamlitAuthError:
        st.session_state[_FAILED] = True
