"""Executors that run background jobs: in processes of this machine, or on the workers of a Dask scheduler.

Both are ``concurrent.futures`` executors; the rest of the project does not know which one is used.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from threading import Semaphore, Thread
from typing import Any

from embedlab.base import Unreachable
from embedlab.parallel import processes

SCHEDULER, WORKERS = "EMBEDLAB_SCHEDULER", "EMBEDLAB_WORKERS"
PATIENCE = "10s"
"""How long a scheduler may take to answer."""


@dataclass(frozen=True)
class Workers:
    """An executor, and how much it does at once.

    Attributes:
        executor: takes ``work(folder, threads, tied)`` of ``jobs.supervisor``.
        slots: how many runs work at once.
        threads: budget of each.
        tied: whether a run ends with the process that stands by it; another worker then takes it up again.
    """

    executor: Executor
    slots: Callable[[], int]
    threads: int
    tied: bool


class LocalExecutor(Executor):
    """Calls functions in threads of this process that do not keep it from ending; what they wait for lives on.

    Args:
        workers: calls at once; further ones wait.
    """

    def __init__(self, workers: int) -> None:
        self._free = Semaphore(workers)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a function as soon as there is room."""
        future: Future[Any] = Future()

        def call() -> None:
            with self._free:
                if not future.set_running_or_notify_cancel():
                    return
                try:
                    future.set_result(fn(*args, **kwargs))
                except BaseException as error:
                    future.set_exception(error)

        Thread(target=call, name="executor", daemon=True).start()
        return future


def beside() -> Workers:
    """Processes of this machine for quick works or downloads, beside all others: half as many as there are cores."""
    count = max(1, (os.cpu_count() or 1) // 2)
    return Workers(LocalExecutor(count), lambda: count, 1, tied=False)


def chosen() -> Workers:
    """Dask's workers if ``EMBEDLAB_SCHEDULER`` names a scheduler, else processes of this machine.

    ``EMBEDLAB_WORKERS`` says how many runs work at once here; without it, one a core.

    Raises:
        Unreachable: the scheduler does not answer.
    """
    if address := os.environ.get(SCHEDULER, ""):
        return _dask(address)
    cores = os.cpu_count() or 1
    count = max(1, int(os.environ.get(WORKERS) or cores))
    return Workers(LocalExecutor(count), lambda: count, max(1, cores // count), tied=False)


@dataclass(frozen=True)
class ShardWorkers:
    """Who does the pieces of one work.

    Attributes:
        make: an executor for them, which takes any function of a module; a new one when processes of it have died.
        count: how many pieces it does at once.
    """

    make: Callable[[], Executor]
    count: Callable[[], int]


def for_shards(count: int) -> ShardWorkers:
    """Dask's workers if ``EMBEDLAB_SCHEDULER`` names a scheduler, else so many processes of this machine.

    Raises:
        Unreachable: the scheduler does not answer.
    """
    if address := os.environ.get(SCHEDULER, ""):
        workers = _dask(address)
        return ShardWorkers(lambda: workers.executor, workers.slots)
    threads = max(1, (os.cpu_count() or 1) // count)

    def make() -> Executor:
        begin = (os.getpid(), threads)
        return ProcessPoolExecutor(count, get_context("spawn"), processes.begin_shard_worker, begin)

    return ShardWorkers(make, lambda: count)


def _dask(address: str) -> Workers:
    import distributed

    library: Any = distributed  # says nothing of its types
    try:
        client = library.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise Unreachable(f"The scheduler {address} does not answer. Start it, or unset {SCHEDULER}.") from error
    return Workers(client.get_executor(pure=False), lambda: sum(client.nthreads().values()), 1, tied=True)
