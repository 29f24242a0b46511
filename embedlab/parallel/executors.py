"""Executors that run background jobs: in processes of this machine, or on the workers of a Dask scheduler.

Both are ``concurrent.futures`` executors; the rest of the project does not know which one is used.

Run a function on all cores in threads, results in order; for loops that release Python's global lock (GIL).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from threading import Semaphore, Thread
from typing import Any, TypeVar

from embedlab.base import Unreachable
from embedlab.parallel import processes

SCHEDULER, WORKERS = "EMBEDLAB_SCHEDULER", "EMBEDLAB_WORKERS"
PATIENCE = "10s"
"""Longest wait for a scheduler's answer."""


@dataclass(frozen=True)
class Workers:
    """An executor, and how many runs it works on at once.

    Attributes:
        executor: runs ``work(folder, threads, tied)`` of ``jobs.supervisor``.
        slots: how many runs work at once.
        threads: how many threads each run may use.
        tied: whether a run ends with its supervisor, after which another worker starts it again.
    """

    executor: Executor
    slots: Callable[[], int]
    threads: int
    tied: bool


class LocalExecutor(Executor):
    """Call functions in daemon threads of this process, so that it can end while the runs that they wait for go on.

    Args:
        workers: how many calls at once; more calls wait.
    """

    def __init__(self, workers: int) -> None:
        self._free = Semaphore(workers)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a function as soon as a thread is free."""
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
    """Workers of this machine for quick runs or downloads, beside the others: half as many as there are cores."""
    count = max(1, (os.cpu_count() or 1) // 2)
    return Workers(LocalExecutor(count), lambda: count, 1, tied=False)


def chosen() -> Workers:
    """Choose Dask's workers if ``EMBEDLAB_SCHEDULER`` names a scheduler, else processes of this machine.

    ``EMBEDLAB_WORKERS`` sets how many runs work at once on this machine; the default is one for each core.

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
    """Workers for the shards of one task.

    Attributes:
        make: makes an executor for functions of modules; called again when processes of the last one have died.
        count: how many shards it works on at once.
    """

    make: Callable[[], Executor]
    count: Callable[[], int]


def for_shards(count: int) -> ShardWorkers:
    """Choose Dask's workers if ``EMBEDLAB_SCHEDULER`` names a scheduler, else ``count`` processes of this machine.

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

    library: Any = distributed  # it has no type annotations
    try:
        client = library.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise Unreachable(f"The scheduler {address} does not answer. Start it, or unset {SCHEDULER}.") from error
    return Workers(client.get_executor(pure=False), lambda: sum(client.nthreads().values()), 1, tied=True)


Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(work: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Generator[Result, None, None]:
    """Yield the results of ``work(item)`` in the order of the items, at most ``workers`` + 1 ahead of the caller.

    When the caller stops, or the work on an item fails, items in progress are waited for and waiting ones are dropped.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="embedlab") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
