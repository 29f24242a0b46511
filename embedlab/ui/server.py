"""Prepare the server: import heavy libraries early, tune its memory and threads, and draw a title while a page loads.

Libraries are imported while visitors read the first page, so that the next click does not wait. Objects that stay are
taken out of the garbage collector's scans, and free memory is returned to the system. The interpreter's switch interval
is shortened, so that pages of several visitors are drawn in turn.

Keep uploaded files on disk as soon as they arrive, within limits for a visitor and for all together.

Streamlit keeps them in memory, without a bound on their number, and some until the server ends. It has no setting for
that; so its ``MemoryUploadedFileManager`` is given another class when the app begins.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import io
import logging
import secrets
import shutil
import sys
import time
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from os import getpid
from pathlib import Path
from threading import Condition, RLock, Thread

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from embedlab.base import BadInput, paths
from embedlab.base.limits import Limits, met
from embedlab.base.limits import size as of_bytes
from embedlab.parallel import processes

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


GONE = 180.0
"""Seconds without a connection after which a session has ended; Streamlit takes a browser back within 120."""
EVERY = 60.0
"""Seconds between two looks for sessions that have ended."""


@dataclass(frozen=True)
class Stored:
    """A file that was given.

    Attributes:
        path: where it lies.
        size: bytes; 0 of one that was refused.
        written: done when it lies there.
        refused: why it was not taken; empty if it was.
    """

    path: Path
    size: int
    written: Future[object]
    refused: str = ""


class Given(io.FileIO):
    """A file that was given, opened; it has what pages use of Streamlit's own class.

    Args:
        path: where it lies.
        of: what Streamlit says of it.
        size: bytes.
    """

    def __init__(self, path: Path, of: UploadedFile, size: int) -> None:
        super().__init__(path)
        self.name, self.file_id, self.size = of.name, of.file_id, size

    def getvalue(self) -> bytes:
        """All bytes."""
        self.seek(0)
        return self.readall()


class Uploads(MemoryUploadedFileManager):
    """Manager of uploaded files that keeps them on disk; ``begin`` takes the part of ``__init__``."""

    def begin(self, folder: Path, active: Callable[[str], bool]) -> None:
        """Set up the attributes that its former class lacks.

        Args:
            folder: for the files of this process.
            active: whether a session has a connection.
        """
        self.folder, self._active = folder, active
        self._stored: dict[str, dict[str, Stored]] = {}
        self._seen: dict[str, float] = {}
        self._own, self._writer = RLock(), ThreadPoolExecutor(1, "uploads")

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Take a file, or note why not: the page says so, which an answer to the browser's request would not."""
        with self._own:
            self._drop(session_id, file.file_id)
            path, refused = self.folder / session_id / secrets.token_hex(8), self._refusal(session_id, len(file.data))
            written: Future[object] = Future()
            if refused:
                written.set_result(None)
            else:
                written = self._writer.submit(_write, path, file.data)
            stored = Stored(path, 0 if refused else len(file.data), written, refused)
            self._stored.setdefault(session_id, {})[file.file_id] = stored
            self._seen[session_id] = time.monotonic()
        super().add_file(session_id, file._replace(data=b""))

    def remove_file(self, session_id: str, file_id: str) -> None:
        """Forget a file."""
        self._drop(session_id, file_id)
        super().remove_file(session_id, file_id)

    def remove_session_files(self, session_id: str) -> None:
        """Forget all files of a session."""
        with self._own:
            for file_id in list(self._stored.get(session_id, ())):
                self._drop(session_id, file_id)
            self._stored.pop(session_id, None), self._seen.pop(session_id, None)
        super().remove_session_files(session_id)

    def open(self, session_id: str, of: UploadedFile) -> Given:
        """A file, once it lies on disk.

        Raises:
            BadInput: it was refused, could not be written or is gone.
        """
        with self._own:
            stored = self._stored.get(session_id, {}).get(of.file_id)
        if stored is None:
            raise BadInput("The file is not here any more. Give it again.")
        if stored.refused:
            raise BadInput(stored.refused)
        try:
            stored.written.result()
            return Given(stored.path, of, stored.size)
        except OSError as error:
            raise BadInput(f"{of.name} could not be kept: {error.strerror}. Is the disk full?") from error

    def end_sessions(self, now: float) -> None:
        """Forget the files of sessions whose browser has gone: Streamlit itself forgets some sessions without a word.

        Args:
            now: of a clock that nobody can set.
        """
        with self._own:
            sessions = list(self._stored)
            self._seen |= {one: now for one in sessions if self._active(one)}
            gone = [one for one in sessions if now - self._seen.get(one, now) > GONE]
        for one in gone:
            self.remove_session_files(one)

    def _refusal(self, session_id: str, size: int) -> str:
        """Why a file of that size is not taken; empty if it is."""
        limits, everything = Limits.from_environment(), [f for one in self._stored.values() for f in one.values()]
        if size > limits.upload_bytes:
            return met(
                "upload_bytes", f"The file has {of_bytes(size)}; at most {of_bytes(limits.upload_bytes)} are taken."
            )
        own = size + sum(one.size for one in self._stored.get(session_id, {}).values())
        if own > max(most := limits.visitor_uploads_bytes, limits.upload_bytes):
            text = f"The files that you gave would have {of_bytes(own)}; {of_bytes(most)} are possible. "
            text += "Remove one, or reload."
            return met("visitor_uploads_bytes", text)
        if size + sum(one.size for one in everything) > (most := limits.uploads_bytes):
            text = f"Visitors are giving files of {of_bytes(most)} already. Try again in a few minutes."
            return met("uploads_bytes", text)
        pending = sum(one.size for one in everything if not one.written.done())
        return "Other files are being written just now. Try again in a moment." if pending > limits.upload_bytes else ""

    def _drop(self, session_id: str, file_id: str) -> None:
        with self._own:
            if stored := self._stored.get(session_id, {}).pop(file_id, None):
                self._writer.submit(_unlink, stored.path)  # after it was written


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
        path.parent.rmdir()  # if it was the last


def taken_over(manager: MemoryUploadedFileManager, folder: Path, active: Callable[[str], bool]) -> Uploads:
    """Let a manager of Streamlit's keep files on disk from now on.

    Args:
        manager: it.
        folder: for the files.
        active: whether a session has a connection.
    """
    manager.__class__ = Uploads
    assert isinstance(manager, Uploads)
    manager.begin(folder, active)
    return manager


def install() -> None:
    """Let this server keep files on disk; what servers that were killed have left is cleared away."""
    if not Runtime.exists():
        return
    runtime = Runtime.instance()
    if type(manager := runtime.uploaded_file_mgr) is MemoryUploadedFileManager:
        home = paths.home() / "uploads"
        clear_left(home)
        uploads = taken_over(manager, home / _own_name(), runtime.is_active_session)
        Thread(target=_watch, args=(uploads,), name="uploads", daemon=True).start()


def _watch(uploads: Uploads) -> None:
    while True:
        time.sleep(EVERY)
        uploads.end_sessions(time.monotonic())


def _own_name() -> str:
    pid = getpid()
    return f"{processes.host()}.{pid}.{processes.born(pid) or 0:.0f}"


def clear_left(home: Path) -> None:
    """Remove what servers of this machine have left that are gone; each has a folder of its name, number and birth."""
    for folder in home.iterdir() if home.is_dir() else ():
        host, pid, born = ["", "", "", *folder.name.rsplit(".", 2)][-3:]
        if host == processes.host() and pid.isdecimal() and born.isdecimal():
            began = processes.born(int(pid))
            if began is None or abs(began - int(born)) > 2:
                shutil.rmtree(folder, ignore_errors=True)


def opened(upload: UploadedFile) -> Given | UploadedFile:
    """Open an uploaded file, from disk where it lies there.

    Raises:
        BadInput: it was refused, could not be written or is gone.
    """
    if (context := get_script_run_ctx()) and isinstance(manager := context.uploaded_file_mgr, Uploads):
        return manager.open(context.session_id, upload)
    return upload


def used(upload: Given | UploadedFile) -> None:
    """Delete an uploaded file that is not needed any more."""
    if isinstance(upload, Given) and (context := get_script_run_ctx()):
        upload.close()
        context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)  # type: ignore[attr-defined]
