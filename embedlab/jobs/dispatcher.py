"""The dispatcher: a thread that hands waiting runs to the executor, and ends when none is waiting."""

from __future__ import annotations

import dataclasses
import logging
import os
import time
from collections.abc import Iterator
from concurrent.futures import Future
from functools import cache, partial
from pathlib import Path
from statistics import median
from threading import Event, Lock, Thread

from filelock import FileLock, Timeout

from embedlab.base import BadInput, EmbedLabError, files
from embedlab.jobs import worker_pool
from embedlab.jobs.queue import LANES, Entry, Lane, QueuePosition, next_up, positions
from embedlab.jobs.run import ALIVE, STATE, Run, RunState
from embedlab.jobs.supervisor import work
from embedlab.parallel import executors, processes
from embedlab.parallel.executors import Workers

log = logging.getLogger(__name__)

EVERY = 0.2
"""Seconds between two checks of the queue."""
LATER = 5.0
"""The same after a failed check, for example on a full disk."""
PATIENCE = 5.0
"""Longest wait of the caller, in seconds, until a new run has a worker."""
LOCK = ".queue"
"""Lock file: of several processes with one home folder, the one that holds it hands out runs."""


class Dispatcher:
    """Hand the waiting runs of one folder to an executor.

    Args:
        home: the folder of the runs.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._workers: Workers | None = None
        self._pools: dict[Lane, Workers] = {lane: executors.beside() for lane in LANES if lane != "work"}
        self._asked = self._answered = 0
        self._thread: Thread | None = None
        self._starting, self._news = Lock(), Event()

    def begin(self, run: Run) -> None:
        """Wake the dispatcher, and return when a run has a worker or waits in the queue: then the caller may end."""
        calls, deadline = self.wake(), time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            state = run.written()
            if not state.active or state.pid or (run.folder / ALIVE).exists():
                return
            if self._answered >= calls and not run.written().given:
                return
            time.sleep(0.01)

    def wake(self) -> int:
        """Tell the dispatcher to check the queue. Returns at once, with the number of this call."""
        with self._starting:
            self._asked += 1
            self._news.set()
            if self._thread is None:
                self._thread = Thread(target=self._work, name="dispatcher", daemon=True)
                self._thread.start()
            return self._asked

    def prepare(self) -> None:
        """Start a worker process in advance, for the next quick run."""
        worker_pool.workers().prepare(self._pools["quick"].threads)

    def position(self, run: Run) -> QueuePosition | None:
        """Position of a run in the queue; ``None`` if it does not wait."""
        waiting, running = queue(self.home)
        lane = next((entry.lane for entry in waiting if entry.id == run.id), None)
        if lane is None:
            return None
        workers = self._pools.get(lane) or self._workers
        slots = workers.slots() if workers else 1
        waiting, running = (_of_lane(entries, lane) for entries in (waiting, running))
        return positions(waiting, running, slots, typical(self.home)).get(run.id)

    def _work(self) -> None:
        while True:
            with self._starting:
                self._news.clear()
                wakes = self._asked
            pause = EVERY
            try:
                more = self._look()
            except Exception as error:
                log.error("The queue could not be looked through: %s", error, exc_info=not files.refusal(error))
                more, pause = self.home.is_dir(), LATER
            self._answered = wakes
            with self._starting:
                if not more and not self._news.is_set():
                    self._thread = None
                    return
            self._news.wait(pause)

    def _look(self) -> bool:
        """Hand out the runs that can begin; return whether any still wait."""
        if not self.home.is_dir():
            return False
        try:
            with FileLock(self.home / LOCK, timeout=0):
                waiting, running = queue(self.home)
                for lane in LANES:
                    self._hand_out(_of_lane(waiting, lane), _of_lane(running, lane), self._pools.get(lane))
        except Timeout:  # another process is handing out
            return True
        return bool(waiting)

    def _hand_out(self, waiting: list[Entry], running: list[Entry], workers: Workers | None = None) -> None:
        if not waiting:
            return
        try:
            if workers is None:
                self._workers = workers = self._workers or executors.chosen()
        except EmbedLabError as error:
            for entry in waiting:
                _interrupt(Run(self.home / entry.id), str(error))
            return
        for entry in next_up(waiting, running, workers.slots()):
            run = Run(self.home / entry.id)
            run.write_state(_handed_out(run.written()))
            future = workers.executor.submit(work, str(run.folder), workers.threads, workers.tied)
            future.add_done_callback(partial(self._over, run))

    def _over(self, run: Run, future: Future[str]) -> None:
        """Free the slot of a run that has ended; mark a run whose worker was lost for good as interrupted."""
        never = future.cancelled()
        if never or (error := future.exception()):
            log.error("%s was lost: %s", run.id, "it was never begun" if never else error)
            if run.folder.exists() and (state := run.written()).active and not (never and state.pid):
                _interrupt(run, "The worker that did the work was lost.")
        self.wake()


@cache
def dispatcher(home: Path) -> Dispatcher:
    """This process's dispatcher for a folder of runs."""
    return Dispatcher(home)


def queue(home: Path) -> tuple[list[Entry], list[Entry]]:
    """The waiting runs, and the runs that work or were handed out."""
    waiting: list[Entry] = []
    running: list[Entry] = []
    for run in _all(home):
        state = run.state()
        if state.active:
            entry = _entry(run, state)
            (running if state.status == "running" or state.given else waiting).append(entry)
    return waiting, running


def _of_lane(entries: list[Entry], lane: Lane) -> list[Entry]:
    """The entries of one queue."""
    return [entry for entry in entries if entry.lane == lane]


def typical(home: Path) -> dict[str, float]:
    """Median duration of finished runs, in seconds, by kind."""
    took: dict[str, list[float]] = {}
    for run in _all(home):
        state = run.state()
        if state.status == "done":
            took.setdefault(run.request()[0], []).append(state.seconds)
    return {kind: median(seconds) for kind, seconds in took.items()}


def _all(home: Path) -> Iterator[Run]:
    for folder in sorted(home.iterdir()) if home.is_dir() else ():
        run = Run(folder)
        try:
            if (folder / STATE).is_file() and run.state().status != "draft" and run.request():
                yield run
        except BadInput:
            continue  # damaged, or deleted just now


def _entry(run: Run, state: RunState) -> Entry:
    events = run.events() if state.status == "running" else []
    left = next((event.eta for event in reversed(events) if event.eta is not None), None)
    return Entry(run.id, run.visitor, run.request()[0], state.created, left, run.address)


def _handed_out(state: RunState) -> RunState:
    """The new state of a run that this process hands to a worker now."""
    pid = os.getpid()
    return dataclasses.replace(
        state, given=time.time(), host=processes.host(), giver=pid, giver_born=processes.born(pid) or 0.0
    )


def _interrupt(run: Run, error: str) -> None:
    run.write_state(dataclasses.replace(run.written(), status="interrupted", error=error, finished=time.time()))
