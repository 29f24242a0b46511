"""Compute a value once for all visitors and keep it in memory; concurrent requests wait for the first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from threading import Lock
from typing import Any, TypeVar

import streamlit as st

REMEMBERED = 800
T = TypeVar("T")


def is_remembered(key: tuple[object, ...]) -> bool:
    """Whether there is an answer under this key already."""
    future = _memory()[0].get(key)
    return future is not None and future.done()


def remembered(key: tuple[object, ...], make: Callable[[], T]) -> T:
    """Return the value kept under this key, or make it now; the least recently used is dropped.

    Of visitors who want the same at the same time one makes it, and the others wait for it; should it fail, or
    should that visitor leave the page, the next one makes it.
    """
    kept, lock = _memory()
    while True:
        with lock:
            future: Future[T] | None = kept.get(key)
            if future is None:
                mine: Future[T] = Future()
                kept[key] = mine
                break
            kept.move_to_end(key)
        with suppress(CancelledError):
            return future.result()
    try:
        mine.set_result(make())
    except BaseException:
        with lock:
            kept.pop(key, None)
        mine.cancel()
        raise
    with lock:
        while len(kept) > REMEMBERED:
            kept.popitem(last=False)
    return mine.result()


@st.cache_resource(ttl="1d", show_spinner=False)
def _memory() -> tuple[OrderedDict[tuple[object, ...], Future[Any]], Lock]:
    return OrderedDict(), Lock()
