"""Delete old files by age: runs that ended long ago, results and workspaces that nobody uses any more.

Runs at work or in the queue stay, and so do all models of the owner. Temporary files of killed processes go after a
day. A clock may jump, so nothing is deleted the first time that it looks old: each round notes what will be due within
a day, and a noted item is deleted when it is due and the lab has run for a day since, measured by a monotonic clock. A
wrong clock that is put right within that day deletes nothing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread

from filelock import FileLock, Timeout

from embedlab.base import BadInput, EmbedLabError, files, paths
from embedlab.base.limits import Limits
from embedlab.jobs import api as jobs
from embedlab.jobs.run import STATE, Run
from embedlab.parallel import shards
from embedlab.store import share_links, unfinished

log = logging.getLogger(__name__)

DAY = 86_400.0
EVERY = 3600.0
"""Seconds between two rounds."""
NOTICE = DAY
"""Seconds that the lab has to run between the note that something will be due and its deletion."""
DRAFT_SECONDS = 6 * 3600.0
"""Age in seconds at which an unused draft is deleted; it is noted for as long before."""
FIRST = 20.0
"""Seconds before the first round, so that it does not slow the start of the app."""
USED = (
    "tagged/*.txt", "tagged/*/*.txt", "results/*/*.json", "results/*/*/*.json", "probes/results/*.json",
    "probes/results/*/*.json", "encodings/*.safetensors", "maps/*.safetensors", "maps/*/*.safetensors",
)  # fmt: skip
"""Uploaded and computed files beside runs and models; their time is set anew at each use."""
NOTES, LOCK = "expiry.json", ".expiry"


@dataclass(frozen=True)
class Ended:
    """A run that has ended.

    Attributes:
        run: the run.
        at: when it ended, in seconds since 1970.
    """

    run: Run
    at: float


@dataclass(frozen=True)
class Going:
    """Something that is deleted by its age.

    Attributes:
        name: the name under which it is noted.
        at: when it is due, in seconds since 1970.
        remove: deletes it; if that fails, the next round tries again.
        notice: seconds between its note and its deletion, at least.
    """

    name: str
    at: float
    remove: Callable[[], None]
    notice: float = NOTICE


@dataclass(frozen=True)
class Notes:
    """Notes that one round leaves for the next.

    Attributes:
        counted: seconds that the lab has run, by a monotonic clock.
        since: for each name that will be due: ``counted`` at the time of the note, and when it is due. If it is used
            later, it is due later, and so it is noted again.
    """

    counted: float = 0.0
    since: dict[str, tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Notes:
        """Read the notes of this home folder; missing or damaged ones count as empty."""
        try:
            values = json.loads((paths.home() / NOTES).read_text(encoding="utf-8"))
            since = {str(name): (float(counted), float(at)) for name, (counted, at) in values["since"].items()}
            return cls(float(values["counted"]), since)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return cls()

    def write(self) -> None:
        """Write the notes, atomically.

        Raises:
            OSError: the disk is full or read-only.
        """
        files.write_text(paths.home() / NOTES, json.dumps(dataclasses.asdict(self)) + "\n")


def ended(runs: Iterable[Run]) -> list[Ended]:
    """The runs that have ended, the oldest first; a damaged run counts as ended when it was last written."""
    found = []
    for run in runs:
        with contextlib.suppress(FileNotFoundError):
            if (at := _end(run)) is not None:
                found.append(Ended(run, at))
    return sorted(found, key=lambda one: (one.at, one.run.id))


def _end(run: Run) -> float | None:
    try:
        state = run.state()
    except BadInput:
        return run.folder.stat().st_mtime
    if state.active or state.status == "draft":
        return None
    return state.finished or state.created


def goes(run: Ended, limits: Limits) -> float:
    """When a run will be deleted, in seconds since 1970."""
    return run.at + limits.run_days * DAY


def clear(now: float | None = None, passed: float = 0.0) -> None:
    """Do one round: note what will be due, and delete what is due and was noted long enough ago.

    Args:
        now: the time in seconds since 1970; ``None`` for the clock's.
        passed: seconds since the last round by a monotonic clock; 0 for the first round.
    """
    limits, now, notes = Limits.from_environment(), time.time() if now is None else now, Notes.read()
    counted, since = notes.counted + passed, dict[str, tuple[float, float]]()
    for one in _going(limits):
        if one.at - one.notice <= now:
            noted, at = notes.since.get(one.name, (counted, one.at))
            since[one.name] = (noted if at == one.at else counted, one.at)
            if one.at <= now and counted - since[one.name][0] >= one.notice:
                one.remove()
    Notes(counted, since).write()
    share_links.tidy()
    unfinished.tidy(now)


def _going(limits: Limits) -> Iterator[Going]:
    """Everything that is deleted by age, due or not."""
    for workspace in paths.all_workspaces():
        yield Going(
            f"places/{workspace}", paths.workspace_used(workspace) + limits.place_days * DAY, partial(_leave, workspace)
        )
    runs = [Run(folder) for folder in _folders(jobs.home())]
    for one in ended(runs):
        yield Going(f"runs/{one.run.id}", goes(one, limits), one.run.delete)
    for run in runs:
        with contextlib.suppress(BadInput, OSError):
            if (state := run.state()).status == "draft":
                last = max(state.created, (run.folder / STATE).stat().st_mtime)
                yield Going(f"runs/{run.id}", last + DRAFT_SECONDS, run.delete, DRAFT_SECONDS)
    for pattern in USED:
        for file in paths.home().glob(pattern):
            with contextlib.suppress(OSError):
                name = file.relative_to(paths.home()).as_posix()
                yield Going(name, file.stat().st_mtime + limits.run_days * DAY, partial(_unlink, file))
    for left in files.temporary_files(paths.home()):
        with contextlib.suppress(OSError):
            yield Going(str(left), files.written(left) + files.LEFT_SECONDS, partial(files.remove, left))
    for left in shards.work_folders():
        with contextlib.suppress(OSError):
            yield Going(str(left), files.written(left) + shards.LEFT_DAYS * DAY, partial(files.remove, left))


def _unlink(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink()


def _leave(workspace: str) -> None:
    """Delete a workspace with its models, unless a run of its visitor is active; ended runs go by their own age."""
    if any(run.state().active for run in jobs.all_runs(visitor=workspace)):
        return
    shutil.rmtree(paths.workspace(workspace), ignore_errors=True)
    log.info("A workspace that was not used for long is deleted.")


def _folders(home: Path) -> list[Path]:
    return [folder for folder in home.iterdir() if folder.is_dir()] if home.is_dir() else []


class Rounds:
    """A thread that clears the home folder, a while after the start and then every hour.

    Args:
        first: seconds before the first round.
        every: seconds between two rounds.
    """

    def __init__(self, first: float = FIRST, every: float = EVERY) -> None:
        self._first, self._every, self._stop = first, every, Event()
        self._home, self._thread = paths.home(), Thread(target=self._work, name="expiry", daemon=True)
        self._alone = FileLock(self._home / LOCK)

    def begin(self) -> None:
        """Start the thread and return at once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the current round."""
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        pause, last = self._first, 0.0
        while not self._stop.wait(pause):
            pause = self._every
            if paths.home() != self._home:
                continue
            try:
                if not self._alone.is_locked:  # of several processes with one home folder, only one clears
                    self._alone.acquire(timeout=0)
                now = time.monotonic()
                passed, last = now - last if last else 0.0, now
                clear(passed=passed)
            except Timeout:
                continue
            except EmbedLabError as error:
                log.warning("Nothing is cleared away: %s", error)
            except Exception:
                log.exception("Clearing away has failed")
        self._alone.release()
