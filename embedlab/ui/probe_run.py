"""Starting layer probes in the background, and knowing what was started."""

from __future__ import annotations

from embedlab import jobs
from embedlab.base import BadInput
from embedlab.probe_runs import ProbeJob
from embedlab.ui.kept_runs import KEPT

KIND = "probes"


def begun(job: ProbeJob) -> bool:
    """Whether a run for this very result was started before, however it ended."""
    for run in jobs.all_runs(KIND):
        try:
            if ProbeJob.asked(run) == job:
                return True
        except BadInput:
            continue
    return False


def begin(job: ProbeJob) -> None:
    """Start it, and clear old runs away; their results are kept apart from them."""
    for old in jobs.all_runs(KIND)[KEPT - 1 :]:
        if not old.state().active:
            old.delete()
    jobs.start(KIND, job)
