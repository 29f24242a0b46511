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
from embedlab.store import quotas

__all__ = [
    "QueuePosition", "Run", "RunEvent", "RunState", "all_runs", "draft", "find", "home", "look_after", "prepare_quick",
    "queue_position", "resume", "start",
]  # fmt: skip
ASKING = ".asking"
"""Held by whoever counts the runs and adds one."""
PATIENCE = 30.0
"""Seconds that this may take."""


def home() -> Path:
    """Folder of all runs."""
    return paths.home().absolute() / "runs"


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
    with files.writing(home()):
        run.folder.mkdir(parents=True)
        _write_down(run, visitor, address)
        run.write_state(RunState("draft", created=time.time()))
    return run


def _write_down(run: Run, visitor: str, address: str, **asked: Any) -> None:
    if place := paths.workspace_of(visitor):
        paths.use_workspace(place)
    values = asked | {"visitor": visitor, "address": address}
    files.write_text(run.folder / SETTINGS, json.dumps(values, ensure_ascii=False, indent=1) + "\n")


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
    created, asked = time.time(), typed_json.plain(settings)
    with files.writing(home()):
        home().mkdir(parents=True, exist_ok=True)
        with FileLock(home() / ASKING, timeout=PATIENCE):  # two that ask at once count each other
            queue.check_turn(Entry("", visitor, kind, created, address=address), *dispatcher.queue(home()))
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
    with files.writing(run.folder):
        (run.folder / ALIVE).unlink(missing_ok=True)
        run.write_state(RunState("queued", state.created))
    _launch(run)


def queue_position(run: Run) -> QueuePosition | None:
    """Where a run stands in the queue; ``None`` if it does not wait."""
    return dispatcher.dispatcher(home()).place(run)


def look_after() -> None:
    """See to the runs that were left waiting when the app last ended."""
    if dispatcher.queue(home())[0]:
        dispatcher.dispatcher(home()).wake()


def prepare_quick() -> None:
    """See that a process waits for the next quick run."""
    dispatcher.dispatcher(home()).prepare()


def _launch(run: Run) -> None:
    """Into the queue, and out of it if there is room; ``executors.chosen`` decides where the work is done."""
    dispatcher.dispatcher(run.folder.parent).begin(run)


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
            if visitor is not None and (run.visitor or paths.OWNER) != visitor:
                continue
            if run.state().status != "draft" and (kind is None or run.asked()[0] == kind):
                runs.append((run.state().created, run))
        except BadInput:
            continue
    return [run for _, run in sorted(runs, key=lambda pair: pair[0], reverse=True)]


def _all() -> Iterator[Run]:
    folders = sorted(home().iterdir()) if home().is_dir() else []
    return (Run(folder) for folder in folders if (folder / STATE).is_file())


def like(kind: str, fits: Callable[[Run], bool], visitor: str = "") -> Run | None:
    """A run that was asked the same, the newest: one that works or is done, else one of the visitor's own.

    Questions about a text or a model of one's own name a draft or a place, and so are never like another visitor's.

    Args:
        kind: of the work.
        fits: whether a run was asked the same; where it raises ``BadInput`` it was not.
        visitor: who asks.
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
    """Delete the visitor's oldest runs of a kind that have ended, so that at most so many stay."""
    for old in all_runs(kind, visitor or paths.OWNER)[most:]:
        if not old.state().active:
            old.delete()
