"""Maps that are computed in the background, one at a time, while the page stays usable."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from embedlab.analysis import stored_maps
from embedlab.analysis.projection import Projection
from embedlab.analysis.stored_maps import MapSettings
from embedlab.base import Cancelled, EmbedLabError, Progress

REMEMBERED = 8


@dataclass
class MapJob:
    """A map in the making.

    Attributes:
        progress: the last that was heard of it; ``None`` while it waits for another map to be finished.
        result: the map, once it is there.
        error: why there is none, to show to the visitor.
        stop: set to cancel.
    """

    progress: Progress | None = None
    result: Projection | None = None
    error: str = ""
    stop: Event = field(default_factory=Event)

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""
        return self.result is not None or bool(self.error)


class MapJobs:
    """The maps in the making, by their key. One thread: UMAP's compiled code is not safe in two."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="map")
        self._jobs: dict[str, MapJob] = {}
        self._lock = Lock()

    def ensure(self, key: str, matrix: NDArray[np.floating], settings: MapSettings) -> MapJob:
        """The job of that key, started now unless it is under way, finished or was stopped."""
        with self._lock:
            if key not in self._jobs:
                self._jobs[key] = job = MapJob()
                self._forget()
                self._pool.submit(_work, job, key, matrix, settings)
            return self._jobs[key]

    def again(self, key: str) -> None:
        """Forget a job, so that ``ensure`` starts it anew."""
        with self._lock:
            if job := self._jobs.pop(key, None):
                job.stop.set()

    def _forget(self) -> None:
        finished = [key for key, job in self._jobs.items() if job.finished]
        for key in finished[: max(0, len(self._jobs) - REMEMBERED)]:
            del self._jobs[key]


@st.cache_resource(show_spinner=False)
def jobs() -> MapJobs:
    """The one set of jobs that all visitors share: a map that two ask for is computed once."""
    return MapJobs()


def _work(job: MapJob, key: str, matrix: NDArray[np.floating], settings: MapSettings) -> None:
    def hear(progress: Progress) -> None:
        job.progress = progress
        if job.stop.is_set():
            raise Cancelled("stopped")

    try:
        hear(Progress(0, 0, phase="starting"))
        result = settings.compute(matrix, hear)
        _keep(key, result, settings)
        job.result = result
    except Cancelled:
        job.error = "You stopped it."
    except EmbedLabError as error:
        job.error = str(error)
    except Exception as error:
        job.error = f"The map could not be computed ({type(error).__name__}: {error}). Try other settings."


def _keep(key: str, result: Projection, settings: MapSettings) -> None:
    try:
        stored_maps.keep(key, result, settings)
    except EmbedLabError:
        return  # a disk that cannot be written only means that it is computed again next time
