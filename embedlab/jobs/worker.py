"""The worker process: does the job that a run's folder describes."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from embedlab.base import Cancelled, EmbedLabError, OnProgress, Progress, files, typed_json
from embedlab.jobs.run import EVENTS, LOG, Run, RunEvent, RunState, add_line
from embedlab.parallel import processes

Work = Callable[[Run, dict[str, Any], OnProgress], None]

WORKERS = {
    "train": "embedlab.jobs.kinds.train:work",
    "fetch": "embedlab.jobs.kinds.fetch:work",
    "softmax": "embedlab.jobs.kinds.softmax:work",
    "cloud": "embedlab.jobs.kinds.cloud:work",
    "probes": "embedlab.jobs.kinds.probes:work",
    "tagger": "embedlab.jobs.kinds.tagger:work",
    "measure": "embedlab.jobs.kinds.measure:work",
    "elmo_layers": "embedlab.jobs.kinds.layer_weights:work",
    "contextuality": "embedlab.jobs.kinds.contextuality:work",
    "stability": "embedlab.jobs.kinds.stability:work",
    "map": "embedlab.jobs.kinds.map:work",
    "analogies": "embedlab.jobs.kinds.analogies:work",
    "import": "embedlab.jobs.kinds.import_model:work",
}
"""Kinds of run, and the function of each as "module:function"; its arguments are ``run, settings, on_progress``."""
ROOM = "When there is room again, let it go on."
EVERY = 0.4
"""Least seconds between two progress events that are written; the ends of epochs always are."""


# ---------------------------------------------------------------- the worker


def main(folder: Path) -> int:
    """Do the job of a run's folder; write the outcome to state.json, tracebacks only to log.txt."""
    run = Run(folder)
    now, pid = time.time(), os.getpid()
    processes.follow()
    born = processes.born(pid) or now
    began = RunState("running", run.state().created, started=now, pid=pid, born=born, host=processes.host())

    def ended(status: Literal["done", "failed", "cancelled", "interrupted"], error: str = "") -> int:
        with contextlib.suppress(OSError):  # a full disk: without a final state the run counts as interrupted
            run.write_state(dataclasses.replace(began, status=status, error=error, finished=time.time()))
        return 0 if status == "done" else 1

    if run.cancelling:
        return ended("cancelled")
    run.write_state(began)
    try:
        kind, settings = run.request()
        module, name = WORKERS[kind].split(":")
        work: Work = getattr(import_module(module), name)
        work(run, settings, _reporter(run, now))
    except Cancelled:
        return ended("cancelled")
    except EmbedLabError as error:
        if files.refusal(error):
            return ended("interrupted", f"{error} {ROOM}")
        return ended("failed", str(error))
    except MemoryError:
        traceback.print_exc()
        return ended("failed", "There was not enough memory. Use a smaller text, fewer words or fewer dimensions.")
    except Exception as error:
        if files.refusal(error):
            return ended("interrupted", f"{files.sentence(run.folder, error)} {ROOM}")
        traceback.print_exc()
        return ended("failed", f"Something unexpected went wrong. The details are in {run.folder / LOG}.")
    return ended("done")


def _reporter(run: Run, began: float) -> OnProgress:
    """Make the callback that writes progress events, and stops the work when the run has been cancelled."""
    last = RunEvent(0, 0, phase="", time=0.0)

    def report(progress: Progress) -> None:
        nonlocal last
        if run.cancelling:
            raise Cancelled("Stopped, as asked.")
        event = RunEvent.of(progress, time.time() - began)
        notable = progress.peek is not None or (event.phase, event.epoch) != (last.phase, last.epoch)
        if notable or event.time - last.time >= EVERY or event.step >= event.total:
            add_line(run.folder / EVENTS, typed_json.plain(event))
            last = event

    return report


if __name__ == "__main__":
    from embedlab.jobs import worker  # the module that others import, not a second one called __main__

    sys.exit(worker.main(Path(sys.argv[1])))
