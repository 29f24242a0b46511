"""Background runs: each has a folder and a worker process that fills it; pages only read the folder."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import secrets
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from embedlab import processes, storage
from embedlab.base import BadInput, Cancelled, EmbedLabError, OnProgress, Progress
from embedlab.run_folder import EVENTS, LOG, SETTINGS, STATE, Run, RunEvent, RunState, add_line

__all__ = ["Run", "RunEvent", "RunState", "all_runs", "draft", "find", "home", "start"]

Work = Callable[[Run, dict[str, Any], OnProgress], None]

WORKERS = {
    "train": "embedlab.training_runs:work",
    "fetch": "embedlab.fetch_runs:work",
    "softmax": "embedlab.softmax_runs:work",
    "cloud": "embedlab.cloud_runs:work",
    "probes": "embedlab.probe_runs:work",
    "measure": "embedlab.leaderboard_runs:work",
    "elmo_layers": "embedlab.elmo_layer_runs:work",
    "contextuality": "embedlab.contextuality_runs:work",
}
"""Kinds of work, and "module:function" of what does each: ``function(run, settings, on_progress)``."""
DRAFT_DAYS = 2.0
"""A text that was laid down but never used is cleared away after so long."""
EVERY = 0.4
"""Seconds between two reports that are written down; the ends of epochs always are."""


def home() -> Path:
    """Folder of all runs."""
    return storage.home().absolute() / "runs"


def draft() -> Run:
    """A new run folder in which a text can be laid down before anything is started; old drafts are cleared away."""
    for run in _all():
        state = run.state()
        if state.status == "draft" and time.time() - state.created > DRAFT_DAYS * 86_400:
            run.delete()
    run = Run(home() / secrets.token_hex(12))
    run.folder.mkdir(parents=True)
    run.write_state(RunState("draft", created=time.time()))
    return run


def start(kind: str, settings: Any, run: Run | None = None) -> Run:
    """Start a work in a process of its own.

    Args:
        kind: a key of ``WORKERS``.
        settings: a dataclass whose fields can be written as JSON.
        run: a draft that already holds the work's text, or ``None`` for a new folder.

    Raises:
        BadInput: no such kind of work, or the run was started before.
    """
    if kind not in WORKERS:
        raise BadInput(f"There is no kind of work called '{kind}'.")
    run = run or draft()
    if run.state().status != "draft":
        raise BadInput("This run was started before. Start a new one.")
    asked = {"kind": kind, "settings": dataclasses.asdict(settings)}
    storage.write_text(run.folder / SETTINGS, json.dumps(asked, ensure_ascii=False, indent=1) + "\n")
    run.write_state(RunState("queued", created=time.time()))
    _launch(run)
    return run


def _launch(run: Run) -> None:
    """The one place that decides where the work is done."""
    processes.start(["-m", "embedlab.jobs", str(run.folder)], run.folder / LOG)


def find(identifier: str) -> Run:
    """The run with this id.

    Raises:
        BadInput: there is none.
    """
    folder = home() / identifier
    if not re.fullmatch(r"[0-9a-f]{24}", identifier) or not (folder / STATE).is_file():
        raise BadInput("There is no such run (any more). Choose one from the list, or start a new one.")
    return Run(folder)


def all_runs(kind: str | None = None) -> list[Run]:
    """Every run that was started, the newest first."""
    runs = []
    for run in _all():
        try:
            if run.state().status != "draft" and (kind is None or run.asked()[0] == kind):
                runs.append((run.state().created, run))
        except BadInput:
            continue
    return [run for _, run in sorted(runs, key=lambda pair: pair[0], reverse=True)]


def _all() -> Iterator[Run]:
    folders = sorted(home().iterdir()) if home().is_dir() else []
    return (Run(folder) for folder in folders if (folder / STATE).is_file())


# ---------------------------------------------------------------- the worker


def main(folder: Path) -> int:
    """Do the work that a run's folder asks for; how it ended goes to state.json, tracebacks only to log.txt."""
    run = Run(folder)
    now, pid = time.time(), os.getpid()
    began = RunState("running", run.state().created, started=now, pid=pid, born=processes.born(pid) or now)
    run.write_state(began)

    def ended(status: Literal["done", "failed", "cancelled"], error: str = "") -> int:
        run.write_state(dataclasses.replace(began, status=status, error=error, finished=time.time()))
        return 0 if status == "done" else 1

    try:
        kind, settings = run.asked()
        module, name = WORKERS[kind].split(":")
        work: Work = getattr(import_module(module), name)
        work(run, settings, _reporter(run, now))
    except Cancelled:
        return ended("cancelled")
    except EmbedLabError as error:
        return ended("failed", str(error))
    except MemoryError:
        traceback.print_exc()
        return ended("failed", "There was not enough memory. Use a smaller text, fewer words or fewer dimensions.")
    except Exception:
        traceback.print_exc()
        return ended("failed", f"Something unexpected went wrong. The details are in {run.folder / LOG}.")
    return ended("done")


def _reporter(run: Run, began: float) -> OnProgress:
    """Writes events down, and stops the work when the run has been cancelled."""
    last = RunEvent(0.0, 0, 0, phase="")

    def report(progress: Progress) -> None:
        nonlocal last
        if run.cancelling:
            raise Cancelled("Stopped, as asked.")
        event = RunEvent.of(progress, time.time() - began)
        notable = progress.peek is not None or (event.phase, event.epoch) != (last.phase, last.epoch)
        if notable or event.time - last.time >= EVERY or event.step >= event.total:
            add_line(run.folder / EVENTS, dataclasses.asdict(event))
            last = event

    return report


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
