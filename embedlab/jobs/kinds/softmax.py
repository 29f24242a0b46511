"""Measuring what the softmax costs, as a background run: every point is written down as soon as it is there."""

from __future__ import annotations

from typing import Any

from embedlab.analysis.softmax.cost import Costs, CostSettings, Point, Stop, points
from embedlab.base import OnProgress, typed_json
from embedlab.jobs.run import Run, add_line, lines

POINTS = "points.jsonl"


def of(run: Run) -> CostSettings:
    """The settings of a measuring run.

    Raises:
        BadInput: its settings cannot be read.
        BadSetting: they are out of bounds.
    """
    return typed_json.settings(CostSettings, run.request()[1])


def stored(run: Run) -> Costs:
    """What has been measured so far.

    Raises:
        BadInput: the run's files cannot be read.
    """
    rows = lines(run.folder / POINTS)
    return Costs.of_all(of(run), (Stop(**row) if "reason" in row else Point(**row) for row in rows))


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Measure, and write every point into the run's folder; a run that goes on after an interruption begins again.

    Raises:
        BadSetting: the settings are out of bounds.
    """
    (run.folder / POINTS).unlink(missing_ok=True)
    for item in points(typed_json.settings(CostSettings, values), on_progress):
        add_line(run.folder / POINTS, typed_json.plain(item))
