"""What goes by itself: runs that ended long ago or take too much room, results nobody asked for, places nobody uses.

Runs at work or in the queue stay, as do all models that whoever runs the lab has kept. What killed processes left of
their writing goes after a day.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from embedlab import jobs, pieces, places, scratch, shares, shelf, storage, unfinished
from embedlab.base import BadInput, EmbedLabError
from embedlab.limits import Limits
from embedlab.run_folder import Run

log = logging.getLogger(__name__)

DAY = 86_400.0
EVERY = 3600.0
"""Seconds between two rounds."""
DRAFT_DAYS = 2.0
"""A text that was laid down but never used is cleared away after so long."""
FIRST = 20.0
"""Seconds before the first: those who open the lab come first."""
USED = ("tagged/*.txt", "results/*/*.json", "probes/results/*.json", "encodings/*.safetensors", "maps/*.safetensors")
"""Files that are touched whenever they are asked for: what was given or computed beside runs and models."""


@dataclass(frozen=True)
class Ended:
    """A run that has ended.

    Attributes:
        run: it.
        at: when it ended, seconds since 1970.
        size: bytes of its folder.
    """

    run: Run
    at: float
    size: int = 0


def ended(runs: Iterable[Run], *, sizes: bool = False) -> list[Ended]:
    """Those of several runs that have ended, the oldest first; a damaged one ended when it was last written.

    Args:
        runs: in any order.
        sizes: whether their bytes are counted.
    """
    found = []
    for run in runs:
        with contextlib.suppress(FileNotFoundError):
            if (at := _end(run)) is not None:
                found.append(Ended(run, at, shelf.size(run.folder) if sizes else 0))
    return sorted(found, key=lambda one: (one.at, one.run.id))


def _end(run: Run) -> float | None:
    try:
        state = run.state()
    except BadInput:
        return run.folder.stat().st_mtime
    if state.active or state.status == "draft":
        return None
    return state.finished or state.created


def goes(one: Ended, limits: Limits) -> float:
    """When a run goes by its age, seconds since 1970."""
    return one.at + limits.run_days * DAY


def due(runs: Sequence[Ended], limits: Limits, now: float, more: int = 0) -> list[Run]:
    """The runs that go now: by age, and then the oldest until the rest fits.

    Args:
        runs: that have ended, the oldest first.
        limits: how long and how much.
        now: seconds since 1970.
        more: bytes of the runs that have not ended, which count but stay.
    """
    found, total = [], more + sum(one.size for one in runs)
    for one in runs:
        if goes(one, limits) <= now or total > limits.runs_bytes:
            found.append(one.run)
            total -= one.size
    return found


def clear(now: float | None = None) -> None:
    """One round: let go what is due. What cannot be removed is left for the next round.

    Args:
        now: seconds since 1970, the clock's if ``None``.
    """
    limits, now = Limits.from_environment(), time.time() if now is None else now
    for place in places.everybody():
        if places.used(place) + limits.place_days * DAY <= now:
            _leave(place)
    everything = [Run(folder) for folder in _folders(jobs.home())]
    _clear_drafts(everything, now)
    runs = ended(everything, sizes=True)
    going = {one.run.id for one in runs}
    at_work = sum(shelf.size(run.folder) for run in everything if run.id not in going)
    for run in due(runs, limits, now, at_work):
        run.delete()
    for pattern in USED:
        for file in storage.home().glob(pattern):
            with contextlib.suppress(OSError):
                if file.stat().st_mtime + limits.run_days * DAY <= now:
                    file.unlink()
    scratch.clear_home(storage.home(), now)
    pieces.clear(now)
    shares.tidy()
    unfinished.tidy(now)


def _clear_drafts(runs: Iterable[Run], now: float) -> None:
    for run in runs:
        with contextlib.suppress(BadInput):
            state = run.state()
            if state.status == "draft" and state.created + DRAFT_DAYS * DAY < now:
                run.delete()


def _leave(place: str) -> None:
    """Remove a place and the runs of its visitor, unless one of them has not ended."""
    own = jobs.all_runs(visitor=place)
    if any(run.state().active for run in own):
        return
    for run in own:
        run.delete()
    shutil.rmtree(places.folder(place), ignore_errors=True)
    log.info("A place that was not used for long is cleared away.")


def _folders(home: Path) -> list[Path]:
    return [folder for folder in home.iterdir() if folder.is_dir()] if home.is_dir() else []


class Rounds:
    """A thread that clears the home folder of its beginning, a while after the start and then every hour.

    Args:
        first: seconds before the first round.
        every: seconds between two.
    """

    def __init__(self, first: float = FIRST, every: float = EVERY) -> None:
        self._first, self._every, self._stop = first, every, Event()
        self._home, self._thread = storage.home(), Thread(target=self._work, name="expiry", daemon=True)

    def begin(self) -> None:
        """Start; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round that is under way."""
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        pause = self._first
        while not self._stop.wait(pause):
            pause = self._every
            if storage.home() != self._home:
                continue
            try:
                clear()
            except EmbedLabError as error:
                log.warning("Nothing is cleared away: %s", error)
            except Exception:
                log.exception("Clearing away has failed")
