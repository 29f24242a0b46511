"""Maps that are computed in the background while the page stays usable."""

from __future__ import annotations

from threading import Lock

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from embedlab import jobs, map_runs
from embedlab.analysis.stored_maps import MapSettings
from embedlab.jobs import Run
from embedlab.ui.visitor import address, visitor


class MapJobs:
    """The runs that make maps, by the key of the map."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._lock = Lock()

    def ensure(self, key: str, matrix: NDArray[np.floating], settings: MapSettings) -> Run:
        """The run for that key, started now unless it is under way or has ended without a map.

        Raises:
            BadInput: the visitor has enough of them waiting.
            BadModel: the disk is full or read-only.
        """
        with self._lock:
            run = self._runs.get(key)
            if run is None or not run.folder.exists() or run.state().status == "done":  # but the map is gone
                self._runs = {name: old for name, old in self._runs.items() if old.folder.exists()}
                self._runs[key] = run = map_runs.start(key, matrix, settings, visitor(), address())
            return run

    def again(self, key: str) -> None:
        """Forget a run, so that ``ensure`` starts another."""
        with self._lock:
            if run := self._runs.pop(key, None):
                run.delete()


@st.cache_resource(show_spinner=False)
def runs() -> MapJobs:
    """The one set of runs that all visitors share: a map that two ask for is computed once."""
    return MapJobs()


def prepare() -> None:
    """See that a process is there that has loaded what a map needs."""
    jobs.prepare_quick()
