"""The long-lived worker for quick runs: it has already imported the heavy libraries."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from io import FileIO
from pathlib import Path
from subprocess import Popen
from threading import Lock

from embedlab.base import EmbedLabError
from embedlab.jobs.run import LOG
from embedlab.parallel import processes

REST = 900.0
"""Seconds without a run after which a process exits to free its memory."""
AT_ONCE = 0.5
"""Seconds to wait for a first run before the libraries of maps are loaded in advance."""


class Workers:
    """Idle worker processes; one that was started with other settings in its environment is ended.

    Args:
        module: the module that they run.
        told: whether each job brings the settings along, so that none has to be ended.
        politeness: their niceness.
    """

    def __init__(
        self, module: str = "embedlab.jobs.worker_pool", *, told: bool = False, politeness: int = processes.POLITE
    ) -> None:
        self._module, self._politeness = module, politeness
        self._told = told
        self._idle: list[Popen[bytes]] = []
        self._begun_with = settings()
        self._lock = Lock()

    def prepare(self, threads: int) -> None:
        """Start an idle process if there is none."""
        self.give_back(self.take(threads))

    def take(self, threads: int) -> Popen[bytes]:
        """Take an idle process, or start a new one."""
        with self._lock:
            if self._begun_with != (now := settings()) and not self._told:
                self._begun_with, old, self._idle = now, self._idle, []
                for process in old:
                    _let_go(process)
            while self._idle:
                process = self._idle.pop()
                if process.poll() is None:
                    return process
        return _started(self._module, threads, self._politeness)

    def give_back(self, process: Popen[bytes]) -> None:
        """Put a process that has finished its job back among the idle ones."""
        with self._lock:
            self._idle.append(process)


def settings() -> dict[str, str]:
    """The environment variables of this project."""
    return {name: value for name, value in os.environ.items() if name.startswith("EMBEDLAB_")}


def _let_go(process: Popen[bytes]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


@cache
def workers() -> Workers:
    """This process's idle workers."""
    return Workers()


@contextlib.contextmanager
def worker(threads: int) -> Iterator[Popen[bytes]]:
    """Give an idle worker process for the block.

    Raises:
        OSError: the process cannot be started.
    """
    process = workers().take(threads)
    try:
        yield process
    finally:
        workers().give_back(process)


def hand_over(process: Popen[bytes], folder: Path) -> None:
    """Hand a run to a process. If the process has just died, that shows in the run's state."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(os.fsencode(folder) + b"\n")
        process.stdin.flush()


def _started(module: str, threads: int, politeness: int) -> Popen[bytes]:
    return processes.start(["-m", module], Path(os.devnull), threads, listens=True, politeness=politeness)


# ---------------------------------------------------------------- in the process itself


def main() -> None:
    """Do the runs that are handed over, until the input ends."""
    from embedlab.jobs import worker as jobs_worker

    with open(0, "rb", buffering=0) as orders:
        if not _comes(orders, AT_ONCE):
            _load()
        while _comes(orders, REST) and (line := orders.readline()):
            folder = Path(os.fsdecode(line.rstrip(b"\n")))
            _write_to(folder / LOG)
            jobs_worker.main(folder)
            _write_to(Path(os.devnull))


def _comes(orders: FileIO, seconds: float) -> bool:
    """Whether there is something to read within some seconds; the end of the input counts, too."""
    return bool(select.select([orders], [], [], seconds)[0])


def _load() -> None:
    """Load UMAP and compile its loops in advance."""
    import numpy as np

    project = import_module("embedlab.analysis.projection").project

    with contextlib.suppress(ImportError, EmbedLabError):
        project(np.random.default_rng(0).normal(size=(60, 5)), seed=1)


def _write_to(log: Path) -> None:
    """Redirect standard output and error to a file."""
    with contextlib.suppress(OSError), log.open("ab") as file:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


if __name__ == "__main__":
    main()
