"""A run in a process of its own, and somebody who stands by: memory and time are limited, a sign of life is given."""

from __future__ import annotations

import dataclasses
import os
import time
from pathlib import Path
from subprocess import Popen

from embedlab import processes
from embedlab.run_folder import ALIVE, GRACE, LOG, Run, Status

MEMORY, SECONDS = "EMBEDLAB_RUN_MEMORY_MB", "EMBEDLAB_RUN_SECONDS"
EVERY = 0.2
"""Seconds between two looks."""


def work(folder: str, threads: int = 0, tied: bool = False) -> str:
    """Do what a run's folder asks for, and return when it ended; executors call this, here or on another machine.

    A run that was begun before, by a process that is gone, is begun anew; the work finds its checkpoint.

    Args:
        folder: of the run.
        threads: for its mathematics; 0 leaves the choice to the libraries.
        tied: whether the run ends when this process does.

    Returns:
        How it ended, see ``RunState.status``.
    """
    run = Run(Path(folder))
    before = run.state()
    if not before.active and before.status != "interrupted":
        return before.status
    processes.end(before.pid, before.born)
    process = processes.start(["-m", "embedlab.jobs", folder], run.folder / LOG, threads, tied=tied)
    _stand_by(run, process)
    if run.folder.exists() and run.written().active:
        _say(run, "cancelled" if run.cancelling else "interrupted")
    return run.state().status if run.folder.exists() else "cancelled"


def _stand_by(run: Run, process: Popen[bytes]) -> None:
    most, longest = limits()
    began, cancelled = time.monotonic(), 0.0
    while process.poll() is None:
        time.sleep(EVERY)
        if not run.folder.exists():
            process.kill()
            continue
        (run.folder / ALIVE).touch()
        if run.cancelling:
            cancelled = cancelled or time.monotonic()
            if time.monotonic() - cancelled > GRACE:
                processes.kill(process.pid)
        elif most and processes.memory(process.pid) > most * 1e6:
            processes.kill(process.pid)
            _say(run, "failed", f"It needed more than {most:,.0f} MB of memory, which is what a run may have here. Use "
                 f"a smaller text, fewer words or fewer dimensions, or raise {MEMORY}.")  # fmt: skip
        elif longest and time.monotonic() - began > longest:
            processes.kill(process.pid)
            _say(run, "failed", f"It took more than {longest:,.0f} seconds, which is what a run may take here. Use a "
                 f"smaller text or fewer epochs, or raise {SECONDS}.")  # fmt: skip


def limits() -> tuple[float, float]:
    """Megabytes and seconds that a run may use; 0 for no limit. Half of the machine's memory, and no limit of time."""
    import psutil

    memory = float(os.environ.get(MEMORY) or psutil.virtual_memory().total / 2e6)
    return memory, float(os.environ.get(SECONDS) or 0)


def _say(run: Run, status: Status, error: str = "") -> None:
    if status == "interrupted":
        error = "The process that did the work ended without finishing it."
    run.write_state(dataclasses.replace(run.written(), status=status, error=error, finished=time.time()))
