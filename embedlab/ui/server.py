"""Prepare the server: import heavy libraries early, tune its memory and threads, and draw a title while a page loads.

Libraries are imported while visitors read the first page, so that the next click does not wait. Objects that stay are
taken out of the garbage collector's scans, and free memory is returned to the system. The interpreter's switch interval
is shortened, so that pages of several visitors are drawn in turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
import sys
import time
import webbrowser
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from threading import Condition, Thread

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

ARENAS = -8
"""``M_ARENA_MAX`` of mallopt(3)."""
MOST_ARENAS = 2
"""Arenas of glibc's allocator; by default sixteen on two cores, each with fragmentation of its own."""


def few_arenas() -> None:
    """Limit the allocator to a few arenas; call before there are many threads. Does nothing without glibc."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(ARENAS, MOST_ARENAS)


def settle() -> None:
    """Collect garbage, exempt what is left from later scans, and return free memory; takes some tenths of a second.

    Python's collector looks through all that it knows whenever it is due, and no page moves meanwhile: with the
    libraries loaded for a third of a second. What is there now is likely to stay; it is passed over from now on,
    until the next call.
    """
    gc.unfreeze()
    gc.collect()
    hold()


def hold() -> None:
    """Exempt new long-lived objects, such as a model, from garbage collection; garbage stays until ``settle``."""
    gc.freeze()
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


log = logging.getLogger(__name__)

MODULES = (
    "torch", "sklearn.decomposition", "transformers", "transformers.models.bert.modeling_bert",
    "embedlab.models.bert.model", "embedlab.models.elmo.model", "embedlab.models.flair.model", "embedlab.models.lstm",
)  # fmt: skip
"""In the order in which pages are likely to want them; each takes a second or so."""
PAUSE = 0.3
"""Seconds without a page being made before an import begins."""


class Preload:
    """Imports modules one after another, never while a page is being made.

    Two threads that import at the same time can find modules half imported; so a page waits for the import that is
    under way, and the next one waits until no page is being made.

    Args:
        modules: their full names; one that cannot be imported is left to the page that needs it.
        pause: seconds of quiet before each.
    """

    def __init__(self, modules: Sequence[str] = MODULES, pause: float = PAUSE) -> None:
        self._modules, self._pause = modules, pause
        self._change, self._pages, self._importing = Condition(), 0, False
        self._thread = Thread(target=self._work, name="preload", daemon=True)

    def begin(self) -> None:
        """Start; returns at once."""
        self._thread.start()

    def wait(self) -> None:
        """Return when everything is imported."""
        self._thread.join()

    @contextmanager
    def page(self) -> Iterator[None]:
        """Hold back imports while a page is drawn."""
        with self._change:
            self._change.wait_for(lambda: not self._importing)
            self._pages += 1
        try:
            yield
        finally:
            with self._change:
                self._pages -= 1
                self._change.notify_all()

    def _work(self) -> None:
        for module in self._modules:
            self._quiet()
            try:
                import_module(module)
            except Exception:
                log.exception("%s could not be imported beforehand", module)
            finally:
                with self._change:
                    self._importing = False
                    self._change.notify_all()
        settle()

    def _quiet(self) -> None:
        """Wait until no page has been made for a while; from then on pages wait."""
        while True:
            time.sleep(self._pause)
            with self._change:
                if not self._pages:
                    self._importing = True
                    return
                self._change.wait_for(lambda: not self._pages)


TURN = 0.001
"""Switch interval in seconds; Python's default is five times that."""


def shorten() -> None:
    """Shorten the interpreter's switch interval.

    Whatever looks at a file or calls torch gives its turn away and waits to get it back, hundreds of times in a page;
    beside one other page that computes in Python, each time for as long as a turn is.
    """
    sys.setswitchinterval(TURN)


SOON = 1.0
"""Seconds until the server listens, once it has started."""
_SHOWN = "_first_screen"


@asynccontextmanager
async def starting(_: st.App) -> AsyncIterator[None]:
    """Once, as the server starts: what every page needs is imported before anybody is answered.

    Until ``st.navigation`` has been called, Streamlit takes a folder named ``pages`` for an app of its old sort: the
    first visitor would see file names in the sidebar, and a page without our layout.
    """
    PagesManager.uses_pages_directory = False
    libraries()
    if not st.get_option("server.headless"):
        asyncio.get_running_loop().call_later(SOON, _open_browser)
    yield


def _open_browser() -> None:
    """On a machine with a screen, as ``streamlit run`` does for scripts that bring no server of their own."""
    host, port, path = (st.get_option(f"server.{name}") for name in ("address", "port", "baseUrlPath"))
    webbrowser.open(f"http://{host or 'localhost'}:{port}/{path}")


def libraries() -> None:
    """Import what every page draws with, in one thread; the server's memory and threads are set, too."""
    few_arenas()
    shorten()
    import pandas
    import plotly.graph_objects as go

    import embedlab.ui.widgets  # noqa: F401

    pandas.DataFrame()
    go.Figure(go.Scatter())


def show(title: str, *, wanted: bool) -> None:
    """Draw a page's title and that it is being loaded, if it is wanted; in every run, so that the rest keeps its place.

    Args:
        title: of the page.
        wanted: whether there may be something to wait for.
    """
    line = st.empty()
    st.session_state[_SHOWN] = line
    if wanted:
        with line.container():
            st.title(title)
            st.markdown("The server opens this page for the first time and loads what it needs …")


def clear() -> None:
    """Remove that title; called by the first thing that a page draws."""
    if title := st.session_state.pop(_SHOWN, None):
        title.empty()
