"""One visitor as the server sees them: Streamlit's websocket protocol, spoken without a browser.

Thirty browsers on the machine of the server would measure the browsers. A session sends what Streamlit's front end
sends (the page, the address, the states of the widgets that were touched, the hashes of large elements it still has,
the timed reruns of fragments) and reads what comes back until the page is finished. The messages are those of the
installed Streamlit (``streamlit.proto``); nothing here draws.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import StringArray
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg, RunIdentity
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE = 60.0
"""Seconds after which a page counts as never finished."""
KEPT_RUNS = 2
"""Runs for which the front end keeps a large element that is not shown any more (``global.maxCachedMessageAge``)."""
STILL_MEANT = 20
"""Runs for which a message that is no longer named is held: the server may mean one that was named a moment ago."""


class Lost(Exception):
    """The server closed the connection, or a page did not finish."""


@dataclass(frozen=True)
class Finished:
    """What a click led to.

    Attributes:
        seconds: from the click to the end of the last run that it caused.
        errors: what the page shows as exceptions and as errors.
        size: bytes received.
    """

    seconds: float
    errors: tuple[str, ...]
    size: int


class Session:
    """An open page of the app; made by ``opened``."""

    def __init__(self, socket: ClientConnection, address: str) -> None:
        self._socket, self._address = socket, address
        self.pages: dict[str, str] = {}
        self.widgets: dict[str, Any] = {}  # by the key that the page gave them
        self._fragment_of: dict[str, str] = {}
        self._page = ""
        self._states: dict[str, WidgetState] = {}
        self._query: dict[str, list[str]] = {}
        self._cached: dict[str, tuple[int, ForwardMsg]] = {}  # by hash: the run that last had it, the message
        self._errors: list[str] = []
        self._runs = self._size = 0
        self._waits_for = ""  # the fragment of the last click, or nothing for the whole page
        self._begun: set[str] = set()  # runs that began since
        self._finished = asyncio.Event()
        self._timers: dict[str, asyncio.Task[None]] = {}

    async def begin(self, page: str = "") -> Finished:
        """Open the address, or the address of a page."""
        return await self._run(name=page)

    async def turn_to(self, page: str) -> Finished:
        """Click on a page of the sidebar."""
        self._page, self._query = self.pages[page], {}
        return await self._run()

    async def fill(self, key: str, text: str) -> Finished:
        """Write into a line or an area of text and leave it."""
        return await self._set(key, text, string_value=text)

    async def choose(self, key: str, label: str) -> Finished:
        """Click one of several buttons, or one entry of a list."""
        widget = self.widgets[key]
        if widget.DESCRIPTOR.name == "ButtonGroup":
            assert label in [option.content for option in widget.options], label
            return await self._set(key, label, string_array_value=StringArray(data=[label]))
        assert label in widget.options, label
        return await self._set(key, label, string_value=label)

    async def press(self, key: str) -> Finished:
        """Click a button."""
        state = WidgetState(id=self.widgets[key].id, trigger_value=True)
        return await self._run(once=state, fragment=self._fragment_of.get(key, ""))

    async def _set(self, key: str, value: str, **field: Any) -> Finished:
        widget = self.widgets[key]
        self._states[widget.id] = WidgetState(id=widget.id, **field)
        if widget.query_param_key:
            self._query[widget.query_param_key] = [value]
        return await self._run(fragment=self._fragment_of.get(key, ""))

    async def _run(self, name: str = "", once: WidgetState | None = None, fragment: str = "") -> Finished:
        self._finished.clear()
        self._begun.clear()
        self._waits_for, self._size, began = fragment, 0, time.monotonic()
        await self._send(name, once, fragment)
        try:
            await asyncio.wait_for(self._finished.wait(), PATIENCE)
        except TimeoutError:
            raise Lost(f"not finished after {PATIENCE:.0f} s") from None
        if self._socket.close_code is not None:
            raise Lost(f"disconnected: {self._socket.close_code} {self._socket.close_reason}")
        return Finished(time.monotonic() - began, tuple(self._errors), self._size)

    async def _send(
        self, name: str = "", once: WidgetState | None = None, fragment: str = "", auto: bool = False
    ) -> None:
        message = BackMsg()
        asked = message.rerun_script
        asked.page_script_hash, asked.page_name = self._page, name
        asked.fragment_id, asked.is_auto_rerun = fragment, auto
        asked.query_string = urlencode(self._query, doseq=True)
        asked.cached_message_hashes.extend(at for at, kept in self._cached.items() if self._runs - kept[0] <= KEPT_RUNS)
        shown = {widget.id for widget in self.widgets.values()}
        asked.widget_states.widgets.extend(state for at, state in self._states.items() if at in shown)
        if once is not None:
            asked.widget_states.widgets.append(once)
        asked.context_info.timezone, asked.context_info.locale = "Europe/Berlin", "en-US"
        asked.context_info.url, asked.context_info.is_embedded = f"{self._address}/{name}", False
        with suppress(ConnectionClosed):  # said by who waits
            await self._socket.send(message.SerializeToString())

    async def listen(self) -> None:
        """Read until the connection ends."""
        with suppress(ConnectionClosed):
            async for data in self._socket:
                self._size += len(data)
                self._take(ForwardMsg.FromString(data))
        self._finished.set()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            message = self._cached[message.ref_hash][1]
            self._cached[message.hash] = (self._runs, message)
            kind = "delta"
        elif message.metadata.cacheable:
            self._cached[message.hash] = (self._runs, message)
        if kind == "new_session":
            self._started(message.metadata.run)
        elif kind == "navigation":
            pages = message.navigation.app_pages  # the first page has no address of its own
            self.pages = {page.url_pathname or page.page_name.lower(): page.page_script_hash for page in pages}
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = parse_qs(message.page_info_changed.query_string)
        elif kind == "auto_rerun":
            fragment = message.auto_rerun.fragment_id
            if fragment not in self._timers:
                self._timers[fragment] = asyncio.create_task(self._repeat(fragment, message.auto_rerun.interval))
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._element(message.delta)
        elif kind == "script_finished":
            self._ended(message.script_finished, message.metadata.run)

    def _started(self, run: RunIdentity) -> None:
        self._begun.add(run.script_run_id)
        if run.fragment_ids:
            return
        self._runs += 1
        self.widgets, self._fragment_of, self._errors = {}, {}, []
        self.stop()
        self._cached = {
            at: kept for at, kept in self._cached.items() if self._runs - kept[0] <= STILL_MEANT + KEPT_RUNS
        }

    def _element(self, delta: Any) -> None:
        kind = delta.new_element.WhichOneof("type")
        element = getattr(delta.new_element, kind)
        if kind == "exception":
            self._errors.append(f"{element.type}: {element.message}")
        elif kind == "alert" and element.format == Alert.ERROR:
            self._errors.append(element.body)
        elif (at := getattr(element, "id", "")).startswith("$$ID-"):
            key = at.split("-", 2)[2]
            self.widgets[key] = element
            self._fragment_of[key] = delta.fragment_id
            if getattr(element, "set_value", False):  # the page has set it: what was touched before is over
                self._states.pop(at, None)

    def _ended(self, status: int, run: RunIdentity) -> None:
        if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self._errors.append("The page's source could not be compiled.")
        early = status == ForwardMsg.FINISHED_EARLY_FOR_RERUN  # another run follows
        asked = not run.fragment_ids or self._waits_for in run.fragment_ids
        if asked and not early and run.script_run_id in self._begun:
            self._finished.set()

    async def _repeat(self, fragment: str, interval: float) -> None:
        """A fragment that asks to be run every so many seconds."""
        while True:
            await asyncio.sleep(interval)
            await self._send(fragment=fragment, auto=True)

    def stop(self) -> None:
        """No more timed reruns."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[Session]:
    """Connect a browser of its own (its own cookies) to the app at ``http://host:port``."""
    async with httpx.AsyncClient(base_url=address) as http:
        for path in ("/", "/_stcore/health", "/_stcore/host-config"):
            (await http.get(path)).raise_for_status()
        cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    url = address.replace("http", "ws", 1) + "/_stcore/stream"
    headers = {"Cookie": cookies} if cookies else {}
    async with connect(
        url, subprotocols=["streamlit"], origin=address, additional_headers=headers, compression=None, max_size=None,
        ping_interval=None,
    ) as socket:  # fmt: skip
        session = Session(socket, address)
        listener = asyncio.create_task(session.listen())
        try:
            yield session
        finally:
            session.stop()
            await socket.close()
            await listener
