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
"""Seconds without a run after which a process ends, and its memory is free again."""
AT_ONCE = 0.5
"""A run that comes so soon is done before anything is loaded for a map."""


class Workers:
    """The processes that wait for a run; one begun when the lab had other settings in its environment is let go.

    Args:
        module: what they do.
        told: whether they are told the settings with each work, so that none has to be let go.
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
        """See that one waits."""
        self.give_back(self.take(threads))

    def take(self, threads: int) -> Popen[bytes]:
        """One that waits, or a new one."""
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
        """It has nothing to do any more."""
        with self._lock:
            self._idle.append(process)


def settings() -> dict[str, str]:
    """What the environment says about the lab."""
    return {name: value for name, value in os.environ.items() if name.startswith("EMBEDLAB_")}


def _let_go(process: Popen[bytes]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


@cache
def workers() -> Workers:
    """Those of this process."""
    return Workers()


@contextlib.contextmanager
def worker(threads: int) -> Iterator[Popen[bytes]]:
    """A process that has nothing to do, for as long as a run takes.

    Raises:
        OSError: it cannot be started.
    """
    process = workers().take(threads)
    try:
        yield process
    finally:
        workers().give_back(process)


def hand_over(process: Popen[bytes], folder: Path) -> None:
    """Let a process do a run; that one that has just died does nothing shows in the run's state."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(os.fsencode(folder) + b"\n")
        process.stdin.flush()


def _started(module: str, threads: int, politeness: int) -> Popen[bytes]:
    return processes.start(["-m", module], Path(os.devnull), threads, listens=True, politeness=politeness)


# ---------------------------------------------------------------- in the process itself


def main() -> None:
    """Do the runs that are handed over, until there are no more."""
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
    """Whether there is something to read within so many seconds; an end counts, too."""
    return bool(select.select([orders], [], [], seconds)[0])


def _load() -> None:
    """What a map by UMAP needs: the library, and its loops compiled."""
    import numpy as np

    project = import_module("embedlab.analysis.projection").project

    with contextlib.suppress(ImportError, EmbedLabError):
        project(np.random.default_rng(0).normal(size=(60, 5)), seed=1)


def _write_to(log: Path) -> None:
    """Standard output and error go to a file from now on."""
    with contextlib.suppress(OSError), log.open("ab") as file:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


if __name__ == "__main__":
    main()
