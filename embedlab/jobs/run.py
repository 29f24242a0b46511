"""The folder of a background run.

``settings.json`` holds what was requested, ``state.json`` the state, ``events.jsonl`` one progress event a line,
``log.txt`` the worker's output and tracebacks, ``result/`` the result. A run may keep more, such as an uploaded text.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from embedlab.base import BadInput, LossPart, OnProgress, files, paths, typed_json
from embedlab.base.progress import Report, share_of
from embedlab.parallel import processes

if TYPE_CHECKING:
    from embedlab.store.results import Part, ResultCache

T = TypeVar("T")
Status = Literal["draft", "queued", "running", "done", "failed", "cancelled", "interrupted"]

SETTINGS, STATE, EVENTS, LOG, RESULT, CANCEL, ALIVE, PROCESS, DONE = (
    "settings.json", "state.json", "events.jsonl", "log.txt", "result", "cancel", "alive", "process.json", "done.jsonl",
)  # fmt: skip
GRACE = 1.5
"""Seconds that a worker gets to stop by itself before its process is killed."""
START_LIMIT = 60.0
"""Seconds after which a run that was handed out and never began counts as dead, if its process is unknown."""
SLOW_START = 15.0
"""Seconds after which a run that was handed out and has not begun is said to be still starting."""
LATEST = 2.5e11
"""Latest valid time, in seconds since 1970 (about the year 9900); calendars end soon after."""
SILENCE = 60.0
"""Seconds without a heartbeat after which a worker on another machine counts as dead."""


@dataclass(frozen=True)
class RunState:
    """The state of a run.

    Attributes:
        status: draft, queued, running, done, failed, cancelled, or interrupted (its process died).
        created: when it was requested, in seconds since 1970.
        started: when the worker began, 0 before that.
        finished: when it ended, 0 before that.
        pid: number of the worker process, 0 if none.
        born: when that process began; with ``pid`` it identifies one process.
        error: for a failed or interrupted run, a sentence that says what went wrong.
        given: when it was handed to a worker, 0 while it waits in the queue.
        host: name of the worker's machine; before the worker begins, of the machine that handed the run out.
        giver: number of the process that handed it out, 0 if none; it is responsible until a worker begins.
        giver_born: when that process began.
    """

    status: Status
    created: float = 0.0
    started: float = 0.0
    finished: float = 0.0
    pid: int = 0
    born: float = 0.0
    error: str = ""
    given: float = 0.0
    host: str = ""
    giver: int = 0
    giver_born: float = 0.0

    @property
    def active(self) -> bool:
        """Whether the run has not ended yet."""
        return self.status in ("queued", "running")

    @property
    def still_starting(self) -> bool:
        """Whether a worker has had the run for a while without beginning: libraries load slowly on a busy machine."""
        return self.status == "queued" and 0 < self.given < time.time() - SLOW_START

    @property
    def seconds(self) -> float:
        """Seconds of work so far, or until its end."""
        return (self.finished or time.time()) - self.started if self.started else 0.0


@dataclass(frozen=True)
class Process:
    """A process that was started for a run.

    Attributes:
        pid: its number, 0 if there is none.
        born: when it began, in seconds since 1970.
        host: name of its machine.
    """

    pid: int = 0
    born: float = 0.0
    host: str = ""


@dataclass(frozen=True)
class RunEvent(Report):
    """One line of events.jsonl: a report and the seconds since the worker began."""

    time: float = field(kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(LossPart(*part) for part in self.parts))  # lists, read from JSON

    @classmethod
    def of(cls, progress: Report, seconds: float) -> RunEvent:
        """Make an event from a report."""
        names = [item.name for item in dataclasses.fields(Report)]
        return cls(**{name: getattr(progress, name) for name in names}, time=round(seconds, 3))


@dataclass(frozen=True)
class Run:
    """A background run, read from and written to its folder.

    Attributes:
        folder: the run's folder.
    """

    folder: Path

    @property
    def id(self) -> str:
        """The folder's name, which cannot be guessed, so that it may stand in an address."""
        return self.folder.name

    @property
    def result(self) -> Path:
        """The folder of the run's result."""
        return self.folder / RESULT

    @property
    def cancelling(self) -> bool:
        """Whether the run has been cancelled."""
        return (self.folder / CANCEL).exists()

    def request(self) -> tuple[str, dict[str, Any]]:
        """The kind of run, and its settings as plain values.

        Raises:
            BadInput: the run is a draft, or the file is damaged.
        """
        values = _json(self.folder / SETTINGS)
        if not isinstance(values.get("settings"), dict):
            raise BadInput("The settings of this run cannot be read.")
        return str(values.get("kind", "")), values["settings"]

    @property
    def visitor(self) -> str:
        """Name of the visitor who owns the run, which cannot be guessed (see ``base.paths``); empty if there is none.

        Raises:
            BadInput: the file is damaged.
        """
        return str(_json(self.folder / SETTINGS).get("visitor", ""))

    @property
    def address(self) -> str:
        """Digest of the visitor's network address; empty if unknown.

        Raises:
            BadInput: the file is damaged.
        """
        return str(_json(self.folder / SETTINGS).get("address", ""))

    def state(self) -> RunState:
        """The state now. A run whose process is gone without a final state is "interrupted", not "running"."""
        state = self.written()
        if not state.active or self._lives(state):
            return state
        state = self.written()  # it may have ended properly since it was read
        if not state.active:
            return state
        status: Status = "cancelled" if self.cancelling else "interrupted"
        error = "" if self.cancelling else "The process that did the work ended without finishing it. Start it again."
        return dataclasses.replace(state, status=status, error=error, finished=self._last_sign())

    def events(self) -> list[RunEvent]:
        """All events that the worker has reported, oldest first."""
        return readable(RunEvent, lines(self.folder / EVENTS))

    def cancel(self) -> None:
        """Cancel the run; within two seconds its process is gone. Returns at once."""
        state = self.state()
        if not state.active:
            return
        with contextlib.suppress(OSError):  # a full disk: the process is killed anyway
            (self.folder / CANCEL).touch()
        threading.Thread(target=self._end_soon, daemon=True).start()

    def delete(self) -> None:
        """Delete the run with its text and result; a running one is stopped first."""
        with contextlib.suppress(BadInput):  # a damaged run has no process
            state = self.state()
            if state.active:
                with contextlib.suppress(OSError):
                    (self.folder / CANCEL).touch()
                processes.end(state.pid, state.born)
        shutil.rmtree(self.folder, ignore_errors=True)

    def write_state(self, state: RunState) -> None:
        """Replace state.json, atomically."""
        files.write_text(self.folder / STATE, json.dumps(typed_json.plain(state)) + "\n")

    def note_process(self, pid: int) -> None:
        """Record the process of this machine that was started for the run, before the process reports itself."""
        noted = Process(pid, processes.born(pid) or 0.0, processes.host())
        files.write_text(self.folder / PROCESS, json.dumps(typed_json.plain(noted)) + "\n")

    def process(self) -> Process:
        """The process that was last started for the run; number 0 if there is none or the file is damaged."""
        try:
            return typed_json.made(Process, _json(self.folder / PROCESS))
        except (BadInput, TypeError):
            return Process()

    def written(self) -> RunState:
        """The state as it was last written.

        Raises:
            BadInput: it cannot be read.
        """
        try:
            state = typed_json.made(RunState, _json(self.folder / STATE))
            if not all(0 <= when < LATEST for when in (state.created, state.started, state.finished, state.given)):
                raise TypeError("a time that is none")
        except TypeError as error:
            raise BadInput("The state of this run cannot be read.") from error
        return state

    def _lives(self, state: RunState) -> bool:
        if not state.pid and (self.cancelling or not state.given):
            return not self.cancelling
        if state.host and state.host != processes.host():
            return time.time() - self._last_sign() < SILENCE
        if state.pid:
            return processes.alive(state.pid, state.born)
        return self._starts(state)

    def _starts(self, state: RunState) -> bool:
        """Whether a run that was handed out on this machine may still begin, however long it takes.

        The process that handed it out reports if the worker dies; if that process is gone, the worker is checked.
        """
        if state.giver and processes.alive(state.giver, state.giver_born):
            return True
        process = self.process()
        if process.pid and process.host == processes.host():
            return processes.alive(process.pid, process.born)
        if process.host:
            return time.time() - self._last_sign() < SILENCE
        return not state.giver and time.time() - state.given < START_LIMIT

    def _last_sign(self) -> float:
        newest = [file.stat().st_mtime for name in (STATE, EVENTS, ALIVE) if (file := self.folder / name).exists()]
        return max(newest, default=0.0)

    def _end_soon(self) -> None:
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline:
            time.sleep(0.05)
            if not self.folder.exists() or not self.state().active:
                return
        state = self.written()
        processes.end(state.pid, state.born)
        if self.folder.exists() and self.written().active:
            with contextlib.suppress(OSError):
                self.write_state(dataclasses.replace(state, status="cancelled", finished=time.time()))


def lines(path: Path) -> list[dict[str, Any]]:
    """Read the objects of a JSON-lines file; a damaged line, or one that is not yet complete, is left out."""
    try:
        *whole, _ = path.read_bytes().split(b"\n")
    except OSError:  # nothing has been written yet, or it cannot be read
        return []
    result = []
    for line in whole:
        with contextlib.suppress(ValueError, RecursionError):
            if isinstance(value := json.loads(line), dict):
                result.append(value)
    return result


def readable(kind: type[T], rows: Iterable[dict[str, Any]]) -> list[T]:
    """Build objects of a dataclass; damaged ones are left out."""
    made = []
    for values in rows:
        with contextlib.suppress(TypeError):
            made.append(typed_json.made(kind, values))
    return made


def add_line(path: Path, value: dict[str, Any]) -> None:
    """Append one line to a JSON-lines file in a single write."""
    with path.open("ab") as file:
        file.write((json.dumps(value, ensure_ascii=False) + "\n").encode())


def run_missing(run: Run, cache: ResultCache[Any], parts: Sequence[Part], on_progress: OnProgress) -> None:
    """Compute and keep those parts of a question that are not kept yet; a line in done.jsonl says that one is there.

    Raises:
        EmbedLabError: as the parts do.
        BadModel: a result cannot be kept.
    """
    for number, part in enumerate(parts):
        if cache.get(part.key) is None:
            found = part.compute(share_of(on_progress, number, [one.title for one in parts]))
            with files.writing(paths.home()):
                cache.put(part.key, found, run.visitor)
        add_line(run.folder / DONE, {"key": part.key})


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"{path.name} of this run cannot be read.") from error
    if not isinstance(value, dict):
        raise BadInput(f"{path.name} of this run cannot be read.")
    return value
