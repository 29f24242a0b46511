"""Starting layer probes in the background, and knowing what was started."""

from __future__ import annotations

from embedlab import jobs, same_runs
from embedlab.probe_runs import ProbeJob
from embedlab.ui.kept_runs import KEPT
from embedlab.ui.visitor import address, visitor

KIND = "probes"


def begun(job: ProbeJob) -> bool:
    """Whether a run for this very result was started before, and how it ended concerns this visitor."""
    return same_runs.like(KIND, lambda run: ProbeJob.asked(run) == job, visitor()) is not None


def begin(job: ProbeJob) -> None:
    """Start it, and clear the visitor's old runs away; their results are kept apart from them."""
    same_runs.only_newest(KIND, KEPT - 1, visitor())
    jobs.start(KIND, job, visitor=visitor(), address=address())
