"""Threads that make pages take turns; here it is said how long a turn is."""

from __future__ import annotations

import sys

TURN = 0.001
"""Seconds for which a thread that computes in Python may go on while others wait; Python's own are five times that."""


def shorten() -> None:
    """Let threads give way to each other more often.

    Whatever looks at a file or calls torch gives its turn away and waits to get it back, hundreds of times in a page;
    beside one other page that computes in Python, each time for as long as a turn is.
    """
    sys.setswitchinterval(TURN)
