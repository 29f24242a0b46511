"""Background runs: each has a folder and a worker process that fills it; pages only read the folder."""

from __future__ import annotations

import contextlib
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

from filelock import FileLock

from embedlab import disk, dispatch, places, processes, quotas, storage
from embedlab.base import BadInput, Cancelled, EmbedLabError, OnProgress, Progress
from embedlab.run_folder import ALIVE, EVENTS, LOG, SETTINGS, STATE, Run, RunEvent, RunState, add_line
from embedlab.run_queue import Entry, Place

__all__ = [
    "Place", "Run", "RunEvent", "RunState", "all_runs", "draft", "find", "home", "look_after", "place", "prepare_quick",
    "resume", "start",
]  # fmt: skip

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
    "stability": "embedlab.stability_runs:work",
    "map": "embedlab.map_runs:work",
    "analogies": "embedlab.analogy_runs:work",
    "import": "embedlab.import_runs:work",
}
"""Kinds of work, and "module:function" of what does each: ``function(run, settings, on_progress)``."""
ASKING = ".asking"
"""Held by whoever counts the runs and adds one."""
PATIENCE = 30.0
"""Seconds that this may take."""
ROOM = "When there is room again, let it go on."
EVERY = 0.4
"""Seconds between two reports that are written down; the ends of epochs always are."""


def home() -> Path:
    """Folder of all runs."""
    return storage.home().absolute() / "runs"


def draft(visitor: str = "", address: str = "", more: int = 0) -> Run:
    """A new run folder in which a text can be laid down before anything is started.

    Args:
        visitor: whose text it will be.
        address: where that visitor's connection comes from, as a digest.
        more: bytes that will be laid down in it at once.

    Raises:
        BadInput: the visitor would take too much room (see ``quotas.check_room``).
        BadModel: the disk is full or read-only.
    """
    quotas.check_room(visitor, address, more)
    run = Run(home() / secrets.token_hex(12))
    with disk.writing(home()):
        run.folder.mkdir(parents=True)
        _write_down(run, visitor, address)
        run.write_state(RunState("draft", created=time.time()))
    return run


def _write_down(run: Run, visitor: str, address: str, **asked: Any) -> None:
    if place := places.named(visitor):
        places.use(place)
    values = asked | {"visitor": visitor, "address": address}
    storage.write_text(run.folder / SETTINGS, json.dumps(values, ensure_ascii=False, indent=1) + "\n")


def start(kind: str, settings: Any, run: Run | None = None, visitor: str = "", address: str = "") -> Run:
    """Ask for a work, which is done in a process of its own as soon as there is room for it.

    With room the process has begun when this returns, and goes on when the caller ends.

    Args:
        kind: a key of ``WORKERS``.
        settings: a dataclass whose fields can be written as JSON.
        run: a draft that already holds the work's text, or ``None`` for a new folder.
        visitor: who asks; of a visitor one run works at a time, and three wait.
        address: where that visitor's connection comes from, as a digest; visitors of one address have a bound, too.

    Raises:
        BadInput: no such kind of work, the run was started before, or the visitor has enough runs (see ``quotas``).
        BadModel: the disk is full or read-only; the draft is still one then.
    """
    if kind not in WORKERS:
        raise BadInput(f"There is no kind of work called '{kind}'.")
    if run is None:
        quotas.check_room(visitor, address)
    elif run.state().status != "draft":
        raise BadInput("This run was started before. Start a new one.")
    created, asked = time.time(), dataclasses.asdict(settings)
    with disk.writing(home()):
        home().mkdir(parents=True, exist_ok=True)
        with FileLock(home() / ASKING, timeout=PATIENCE):  # two that ask at once count each other
            quotas.check_turn(Entry("", visitor, kind, created, address=address), *dispatch.queue(home()))
            run = run or draft(visitor, address)
            _write_down(run, visitor, address, kind=kind, settings=asked)
            run.write_state(RunState("queued", created=created))
    _launch(run)
    return run


def resume(run: Run) -> None:
    """Let a run that was interrupted go on; the work finds its checkpoint if it left one.

    Raises:
        BadInput: it was not interrupted.
        BadModel: the disk is full or read-only.
    """
    state = run.state()
    if state.status != "interrupted":
        raise BadInput("Only a run that was interrupted can go on.")
    with disk.writing(run.folder):
        (run.folder / ALIVE).unlink(missing_ok=True)
        run.write_state(RunState("queued", state.created))
    _launch(run)


def place(run: Run) -> Place | None:
    """Where a run stands in the queue; ``None`` if it does not wait."""
    return dispatch.dispatcher(home()).place(run)


def look_after() -> None:
    """See to the runs that were left waiting when the app last ended."""
    if dispatch.queue(home())[0]:
        dispatch.dispatcher(home()).wake()


def prepare_quick() -> None:
    """See that a process waits for the next quick run."""
    dispatch.dispatcher(home()).prepare()


def _launch(run: Run) -> None:
    """Into the queue, and out of it if there is room; ``executors.chosen`` decides where the work is done."""
    dispatch.dispatcher(run.folder.parent).begin(run)


def find(identifier: str) -> Run:
    """The run with this id.

    Raises:
        BadInput: there is none.
    """
    folder = home() / identifier
    if not re.fullmatch(r"[0-9a-f]{24}", identifier) or not (folder / STATE).is_file():
        raise BadInput("There is no such run (any more). Choose one from the list, or start a new one.")
    return Run(folder)


def all_runs(kind: str | None = None, visitor: str | None = None) -> list[Run]:
    """Every run that was started, the newest first.

    Args:
        kind: only runs of this kind.
        visitor: only those of this visitor; a run of nobody in particular is the owner's.
    """
    runs = []
    for run in _all():
        try:
            if visitor is not None and (run.visitor or places.OWNER) != visitor:
                continue
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
    processes.follow()
    born = processes.born(pid) or now
    began = RunState("running", run.state().created, started=now, pid=pid, born=born, host=processes.host())

    def ended(status: Literal["done", "failed", "cancelled", "interrupted"], error: str = "") -> int:
        with contextlib.suppress(OSError):  # a full disk: without a word from here it counts as interrupted
            run.write_state(dataclasses.replace(began, status=status, error=error, finished=time.time()))
        return 0 if status == "done" else 1

    if run.cancelling:
        return ended("cancelled")
    run.write_state(began)
    try:
        kind, settings = run.asked()
        module, name = WORKERS[kind].split(":")
        work: Work = getattr(import_module(module), name)
        work(run, settings, _reporter(run, now))
    except Cancelled:
        return ended("cancelled")
    except EmbedLabError as error:
        if disk.refusal(error):
            return ended("interrupted", f"{error} {ROOM}")
        return ended("failed", str(error))
    except MemoryError:
        traceback.print_exc()
        return ended("failed", "There was not enough memory. Use a smaller text, fewer words or fewer dimensions.")
    except Exception as error:
        if disk.refusal(error):
            return ended("interrupted", f"{disk.sentence(run.folder, error)} {ROOM}")
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
    from embedlab import jobs  # the module that others import, not a second one called __main__

    sys.exit(jobs.main(Path(sys.argv[1])))
