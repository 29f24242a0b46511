"""Waiting on a page for a look at a file: it ends when the visitor goes away or asks for something else."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from embedlab.jobs import inspection

AT_ONCE = 0.4
"""Seconds without a word on the page."""
EVERY = 0.2
"""Seconds between two words; between them the page's run can be ended."""


def look(call: str, doing: str, **values: Any) -> Any:
    """What a look finds, see ``look.answer``.

    Args:
        call: what is done.
        doing: what the page says meanwhile.
        values: what it is asked, as plain values.

    Raises:
        BadInput: the file cannot be used, or the look met a limit.
    """
    line = st.empty()
    with inspection.begin(call, **values) as pending:
        began, over = time.monotonic(), pending.done(AT_ONCE)
        while not over:
            line.caption(f"{doing} … {time.monotonic() - began:.0f} s")  # here a run that nobody waits for ends
            over = pending.done(EVERY)
        line.empty()
        return pending.answer()
