"""What a teacher's link pins: pages, lessons, models and words; the rest is hidden.

The link holds them in its address (``only_pages=lessons,neighbors&only_words=bank,duck``). Streamlit empties the
address on the way to another page, so what is pinned is kept for the session and written back. It is a help for a class
to look at one thing, not a lock: who opens the app without the link sees everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from embedlab.ui import state

NAMES = ("pages", "lessons", "models", "words")
LONGEST = 300
"""Characters of one pinned list that are read."""


def hold() -> None:
    """Take over what the address pins, and put it back where it is missing; once in every run of the app.

    Pages that look at a word begin with the first of the pinned ones.
    """
    kept: dict[str, str] = st.session_state.setdefault("_pinned", {})
    for name in NAMES:
        at = f"only_{name}"
        if at in st.query_params:
            kept[at] = st.query_params[at][:LONGEST]
        elif kept.get(at):
            st.query_params[at] = kept[at]
    if words := pinned("words"):
        state.begin("word", words[0])


def pinned(name: str) -> list[str]:
    """What is pinned of ``NAMES``, in the link's order; empty if nothing is."""
    kept: Mapping[str, str] = st.session_state.get("_pinned", {})
    at = f"only_{name}"
    value = st.query_params[at][:LONGEST] if at in st.query_params else kept.get(at, "")
    return [item.strip() for item in value.split(",") if item.strip()]


def anything() -> bool:
    """Whether this visit came by a link that pins something."""
    return any(pinned(name) for name in NAMES)


def among(name: str, values: Sequence[str]) -> list[str]:
    """Those of several values that are to be shown: the pinned ones, or all if none of them is pinned."""
    only = pinned(name)
    return [value for value in values if value in only] or list(values)


def link(base: str, page: str, chosen: Mapping[str, Sequence[str]]) -> str:
    """The address that pins a choice.

    Args:
        base: of the app, without a page.
        page: on which it opens.
        chosen: values by ``NAMES``; empty ones pin nothing.
    """
    query = {f"only_{name}": ",".join(chosen[name]) for name in NAMES if chosen.get(name)}
    return f"{base.rstrip('/')}/{page}" + (f"?{urlencode(query, safe=',')}" if query else "")
