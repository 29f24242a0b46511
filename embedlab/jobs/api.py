"""Start, find and resume background runs."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock

from embedlab.base import BadInput, files, paths, typed_json
from embedlab.jobs import dispatcher, queue
from embedlab.jobs.queue import Entry, QueuePosition
from embedlab.jobs.run import ALIVE, SETTINGS, STATE, Run, RunEvent, RunState
from embedlab.jobs.worker import WORKERS
from embedlab.store import uploads

__all__ = [
    "QueuePosition", "Run", "RunEvent", "RunState", "all_runs", "draft", "find", "home", "look_after", "prepare_quick",
    "queue_position", "resume", "start",
]  # fmt: skip
ASKING = ".asking"
"""Lock file: held while the runs are counted and one is added."""
PATIENCE = 30.0
"""Longest wait for this lock, in seconds."""


def home() -> Path:
    """The folder of all runs."""
    return paths.home().absolute() / "runs"


def draft(visitor: str = "", address: str = "", more: int = 0) -> Run:
    """Make a new run folder into which a text can be written before the run is started.

    Args:
        visitor: name of the visitor who owns it.
        address: digest of the visitor's network address.
        more: bytes that will be written into it now.

    Raises:
        BadInput: the visitor would use too much disk (see ``quotas.check_room``).
        BadModel: the disk is full or read-only.
    """
    uploads.check_room(visitor, address, more)
    run = Run(home() / secrets.token_hex(12))
    with files.writing(home()):
        run.folder.mkdir(parents=True)
        _write_down(run, visitor, address)
        run.write_state(RunState("draft", created=time.time()))
    return run


def _write_down(run: Run, visitor: str, address: str, **fields: Any) -> None:
    if workspace := paths.workspace_of(visitor):
        paths.use_workspace(workspace)
    values = fields | {"visitor": visitor, "address": address}
    files.write_text(run.folder / SETTINGS, json.dumps(values, ensure_ascii=False, indent=1) + "\n")


def start(kind: str, settings: Any, run: Run | None = None, visitor: str = "", address: str = "") -> Run:
    """Start a background run: it works in its own process as soon as a slot is free.

    If a slot is free now, the process has started when this returns. It goes on when the caller ends.

    Args:
        kind: a key of ``WORKERS``.
        settings: a dataclass whose fields can be written as JSON.
        run: a draft that already holds the text, or ``None`` for a new folder.
        visitor: name of the visitor; of each visitor one run works at a time, and at most three wait.
        address: digest of the visitor's network address; the visitors of one address share a limit, too.

    Raises:
        BadInput: no such kind, the run was started before, or the visitor has too many runs (see ``quotas``).
        BadModel: the disk is full or read-only; the run is then still a draft.
    """
    if kind not in WORKERS:
        raise BadInput(f"There is no kind of work called '{kind}'.")
    if run is None:
        uploads.check_room(visitor, address)
    elif run.state().status != "draft":
        raise BadInput("This run was started before. Start a new one.")
    created, values = time.time(), typed_json.plain(settings)
    with files.writing(home()):
        home().mkdir(parents=True, exist_ok=True)
        with FileLock(home() / ASKING, timeout=PATIENCE):  # so that two starts at the same time count each other
            queue.check_turn(Entry("", visitor, kind, created, address=address), *dispatcher.queue(home()))
            run = run or draft(visitor, address)
            _write_down(run, visitor, address, kind=kind, settings=values)
            run.write_state(RunState("queued", created=created))
    _launch(run)
    return run


def resume(run: Run) -> None:
    """Continue an interrupted run from its checkpoint, or from the beginning if there is none.

    Raises:
        BadInput: the run was not interrupted.
        BadModel: the disk is full or read-only.
    """
    state = run.state()
    if state.status != "interrupted":
        raise BadInput("Only a run that was interrupted can go on.")
    with files.writing(run.folder):
        (run.folder / ALIVE).unlink(missing_ok=True)
        run.write_state(RunState("queued", state.created))
    _launch(run)


def queue_position(run: Run) -> QueuePosition | None:
    """Position of a run in the queue; ``None`` if it does not wait."""
    return dispatcher.dispatcher(home()).position(run)


def look_after() -> None:
    """Continue with the runs that were still waiting when the app last ended."""
    if dispatcher.queue(home())[0]:
        dispatcher.dispatcher(home()).wake()


def prepare_quick() -> None:
    """Start a worker process in advance, for the next quick run."""
    dispatcher.dispatcher(home()).prepare()


def _launch(run: Run) -> None:
    """Put a run into the queue, and hand it out at once if a slot is free; ``executors.chosen`` says to whom."""
    dispatcher.dispatcher(run.folder.parent).begin(run)


def find(identifier: str) -> Run:
    """The run with this id.

    Raises:
        BadInput: there is no such run.
    """
    folder = home() / identifier
    if not re.fullmatch(r"[0-9a-f]{24}", identifier) or not (folder / STATE).is_file():
        raise BadInput("There is no such run (any more). Choose one from the list, or start a new one.")
    return Run(folder)


def all_runs(kind: str | None = None, visitor: str | None = None) -> list[Run]:
    """All runs that were started, the newest first.

    Args:
        kind: only runs of this kind.
        visitor: only runs of this visitor; a run without a visitor is the owner's.
    """
    runs = []
    for run in _all():
        try:
            if visitor is not None and (run.visitor or paths.OWNER) != visitor:
                continue
            if run.state().status != "draft" and (kind is None or run.request()[0] == kind):
                runs.append((run.state().created, run))
        except BadInput:
            continue
    return [run for _, run in sorted(runs, key=lambda pair: pair[0], reverse=True)]


def _all() -> Iterator[Run]:
    folders = sorted(home().iterdir()) if home().is_dir() else []
    return (Run(folder) for folder in folders if (folder / STATE).is_file())


def like(kind: str, fits: Callable[[Run], bool], visitor: str = "") -> Run | None:
    """Find the newest run with the same settings: one that works or is done, else one of the visitor's own.

    Settings that name a visitor's own text or model hold the name of a draft or a workspace, so they never equal those
    of another visitor.

    Args:
        kind: kind of run.
        fits: whether a run has the same settings; ``BadInput`` counts as no.
        visitor: name of the visitor.
    """
    whose, ended = visitor or paths.OWNER, None
    for run in all_runs(kind):
        try:
            if not fits(run):
                continue
            if run.state().active or run.state().status == "done":
                return run
            if ended is None and (run.visitor or paths.OWNER) == whose:
                ended = run
        except BadInput:
            continue
    return ended


def only_newest(kind: str, most: int, visitor: str = "") -> None:
    """Delete a visitor's oldest ended runs of a kind, so that at most ``most`` stay."""
    for old in all_runs(kind, visitor or paths.OWNER)[most:]:
        if not old.state().active:
            old.delete()
