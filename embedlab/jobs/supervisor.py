"""Run a job in its own process and supervise it: limit its memory and time, and write a heartbeat."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

from embedlab.base.limits import MB, Limits, half_of_the_memory, met
from embedlab.jobs import worker_pool
from embedlab.jobs.queue import ALONE, QUICK
from embedlab.jobs.run import ALIVE, GRACE, LOG, Run, Status
from embedlab.parallel import processes

SCRATCH = "scratch"
LONGEST = {"import": "import_seconds"}
"""Kinds with their own time limit, and the limit's name."""
EVERY = 0.2
"""Seconds between two checks of the process."""


def work(folder: str, threads: int = 0, tied: bool = False) -> str:
    """Do the job of a run's folder, and return when it has ended; executors call this, here or on another machine.

    A run whose process is gone is started again; the job continues from its checkpoint.

    Args:
        folder: the run's folder.
        threads: number of threads for mathematics; 0 leaves the choice to the libraries.
        tied: whether the run ends when this process does.

    Returns:
        The status in which it ended, see ``RunState.status``.
    """
    run = Run(Path(folder))
    before = run.state()
    if not before.active and before.status != "interrupted":
        return before.status
    if run.request()[0] in QUICK - ALONE:
        lost = _by_a_warm_one(run, before.given, threads)
    else:
        processes.end(before.pid, before.born)
        with _scratch(run) as temporary:
            process = processes.start(
                ["-m", "embedlab.jobs.worker", folder], run.folder / LOG, threads, tied=tied, temporary=temporary
            )
            _stand_by(run, process)
        lost = _lost(run, process.pid, before.given)
    if lost:
        _say(run, "cancelled" if run.cancelling else "interrupted")
    return run.state().status if run.folder.exists() else "cancelled"


@contextlib.contextmanager
def _scratch(run: Run) -> Iterator[Path]:
    """Give a folder for temporary files inside the run's folder; it is deleted even if the process is killed."""
    folder = run.folder / SCRATCH
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # then the system's temporary folder is used
        folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _by_a_warm_one(run: Run, given: float, threads: int) -> bool:
    """Run the job in the long-lived worker; start another if that one has just exited. Whether both failed to do it."""
    for _ in range(2):
        with worker_pool.worker(threads) as process:
            worker_pool.hand_over(process, run.folder)
            _stand_by(run, process, stays=True)
        if not (lost := _lost(run, process.pid, given)) or run.cancelling:
            break
    return lost


def _lost(run: Run, pid: int, given: float) -> bool:
    """Whether a process ended without writing its run's state, and the run has not been started again since."""
    if not run.folder.exists():
        return False
    now = run.written()
    return now.active and (now.pid == pid or (not now.pid and now.given == given))


def _stand_by(run: Run, process: Popen[bytes], *, stays: bool = False) -> None:
    """Supervise a process until it ends; or, if it stays for the next run, until this run has ended."""
    with contextlib.suppress(OSError):  # a full disk
        run.note_process(process.pid)
    _give_a_sign(run)
    limits = Limits.from_environment()
    which = LONGEST.get(run.request()[0], "seconds")
    most, longest = limits.memory_mb or half_of_the_memory(), min(getattr(limits, which), limits.seconds)
    began, cancelled = time.monotonic(), 0.0
    while process.poll() is None:
        time.sleep(EVERY)
        if not run.folder.exists():
            process.kill()
            continue
        if stays and not run.written().active:
            return
        _give_a_sign(run)
        if run.cancelling:
            cancelled = cancelled or time.monotonic()
            if time.monotonic() - cancelled > GRACE:
                processes.kill(process.pid)
        elif (taken := processes.memory(process.pid) / MB) > most:
            processes.kill(process.pid)
            message = f"It needed {taken:,.0f} MB of memory, more than the {most:,} MB that a run may have here."
            _say(run, "failed", met("memory_mb", f"{message} Use a smaller text, fewer words or fewer dimensions."))
        elif time.monotonic() - began > longest:
            processes.kill(process.pid)
            message = f"It took more than the {longest:,} seconds that a run may take here."
            _say(run, "failed", met(which, f"{message} Use a smaller text or fewer epochs."))


def _give_a_sign(run: Run) -> None:
    with contextlib.suppress(OSError):  # a full disk
        (run.folder / ALIVE).touch()


def _say(run: Run, status: Status, error: str = "") -> None:
    if status == "interrupted":
        error = "The process that did the work ended without finishing it."
    with contextlib.suppress(OSError):  # then the run counts as interrupted, because its process is gone
        run.write_state(dataclasses.replace(run.written(), status=status, error=error, finished=time.time()))
