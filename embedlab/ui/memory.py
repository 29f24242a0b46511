"""The server's memory: what has come to stay is not looked through again, what is free goes back to the system."""

from __future__ import annotations

import contextlib
import ctypes
import gc

ARENAS = -8
"""``M_ARENA_MAX`` of mallopt(3)."""
MOST_ARENAS = 2
"""Parts of memory that threads take from; by default sixteen on two cores, each with holes of its own."""


def few_arenas() -> None:
    """Let all threads share a few parts of memory; call before there are many threads. Does nothing without glibc."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(ARENAS, MOST_ARENAS)


def settle() -> None:
    """Call when much has come to stay, such as libraries, or has gone; takes some tenths of a second.

    Python's collector looks through all that it knows whenever it is due, and no page moves meanwhile: with the
    libraries loaded for a third of a second. What is there now is likely to stay; it is passed over from now on,
    until the next call.
    """
    gc.unfreeze()
    gc.collect()
    hold()


def hold() -> None:
    """Call when something more has come to stay, such as a model; quick, but garbage stays, too, until ``settle``."""
    gc.freeze()
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
