"""A map of many words as a background run; the map itself is kept in the store, by its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput, OnProgress, Progress, files, model_folder, typed_json
from embedlab.jobs import api as jobs
from embedlab.jobs.run import Run
from embedlab.store import maps
from embedlab.store.maps import MapSettings

KIND = "map"
VECTORS = "vectors.safetensors"
"""In the run's folder until it ends: what is to be drawn."""
KEPT = 12
"""Runs of a visitor that stay; older ones go when a new one starts."""


@dataclass(frozen=True)
class MapRunSettings:
    """Settings of a run.

    Attributes:
        key: of the map, see ``store.maps.key``.
        how: it is made.
    """

    key: str
    how: MapSettings


def start(key: str, matrix: NDArray[np.floating], how: MapSettings, visitor: str = "", address: str = "") -> Run:
    """Start to draw (N, D) vectors; delete the visitor's old runs.

    Args:
        key: of the map in the store.
        matrix: (N, D).
        how: method and settings.
        visitor: who owns the run.
        address: the visitor's network address, whose quota it counts to.

    Raises:
        BadInput: the visitor has enough of them (see ``quotas``).
        BadModel: the vectors cannot be written.
    """
    from safetensors.numpy import save_file

    jobs.only_newest(KIND, KEPT - 1, visitor)
    run = jobs.draft(visitor, address, matrix.nbytes)
    with files.writing(run.folder):
        save_file({"matrix": np.ascontiguousarray(matrix, np.float32)}, run.folder / VECTORS)
    return jobs.start(KIND, MapRunSettings(key, how), run, visitor, address)


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Draw the vectors, and keep the map.

    Raises:
        BadInput: the settings cannot be read.
        EmbedLabError: as ``projection.project`` does.
        BadModel: the map cannot be kept.
    """
    try:
        settings = typed_json.settings(MapRunSettings, values)
        matrix = model_folder.read_tensors(run.folder / VECTORS)["matrix"]
    except KeyError as error:
        raise BadInput("The vectors of this map cannot be read.") from error
    on_progress(Progress(0, 0, phase="starting"))
    maps.keep(settings.key, settings.how.compute(matrix, on_progress), settings.how, run.visitor)
    (run.folder / VECTORS).unlink()
