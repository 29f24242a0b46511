"""Wait on a page for the inspection of a file; the wait ends when the visitor leaves or clicks elsewhere."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from embedlab.jobs import inspection

AT_ONCE = 0.4
"""Seconds before the first message on the page."""
EVERY = 0.2
"""Seconds between two messages; at each Streamlit can stop the page's run."""


def look(call: str, doing: str, **values: Any) -> Any:
    """Inspect a file in another process and return its answer, see ``jobs.kinds.inspect.answer``.

    Args:
        call: name of the inspection.
        doing: what the page says meanwhile.
        values: its arguments, as plain values.

    Raises:
        BadInput: the file cannot be used, or the look reached a limit.
    """
    line = st.empty()
    with inspection.begin(call, **values) as pending:
        began, over = time.monotonic(), pending.done(AT_ONCE)
        while not over:
            line.caption(f"{doing} … {time.monotonic() - began:.0f} s")  # Streamlit stops an abandoned run here
            over = pending.done(EVERY)
        line.empty()
        return pending.answer()
