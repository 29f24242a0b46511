"""Split work into shards that several processes do in parallel, on this machine or on Dask's workers.

Shards and their results are files in a folder that all workers see. If a worker dies, another does its shard again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self, TypeVar

from embedlab.base import BadInput, EmbedLabError, files, paths
from embedlab.parallel import executors

Item = TypeVar("Item")
TRIES = 3
"""How often workers may die before the work fails."""
LEFT_DAYS = 2.0
"""Age in days at which the folder of killed work is deleted."""


class Pool:
    """Workers for the shards of one task, as a context manager that ends them.

    Args:
        make: makes an executor; called again when its processes have died.
        workers: how many shards are done at once.
    """

    def __init__(self, make: Callable[[], Executor], workers: int) -> None:
        self.workers = workers
        self._make, self._executor = make, make()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown()

    def done(self, work: Callable[[Item], Any], items: Sequence[Item]) -> Iterator[Item]:
        """Call ``work(item)`` for every item in parallel; yield each item when it is done, in the order of completion.

        Args:
            work: a function of a module that the workers can import; it writes its result into files.
            items: what to work on; the work on an item may be started twice.

        Raises:
            EmbedLabError: the work raised it, or the workers died ``TRIES`` times.
        """
        left, tries = dict(enumerate(items)), 0
        while left:
            futures: dict[Future[Any], int] = {}
            try:
                futures = {self._executor.submit(work, item): number for number, item in left.items()}
                for future in _ended(futures):
                    future.result()
                    yield left.pop(futures[future])
            except BrokenExecutor as error:
                tries += 1
                if tries >= TRIES:
                    raise EmbedLabError(
                        f"Processes that did a part of the work died {tries} times. Is there enough memory? "
                        "Try fewer workers."
                    ) from error
                self._executor = self._make()
            except (EmbedLabError, MemoryError):
                raise
            except Exception as error:
                raise EmbedLabError(
                    f"A part of the work failed on its worker ({type(error).__name__}: {error})."
                ) from error
            finally:
                for future in futures:
                    future.cancel()


def _ended(futures: dict[Future[Any], int]) -> Iterator[Future[Any]]:
    """The futures as they end."""
    pending = set(futures)
    while pending:
        ended, pending = wait(pending, return_when=FIRST_COMPLETED)
        yield from ended


def pool(workers: int | None) -> AbstractContextManager[Pool | None]:
    """Make workers for shards: processes of this machine, or those of ``EMBEDLAB_SCHEDULER``.

    Args:
        workers: processes of this machine; ``None`` for no pool at all.

    Raises:
        BadInput: fewer than one.
        Unreachable: the scheduler does not answer.
    """
    if workers is None:
        return nullcontext()
    if workers < 1:
        raise BadInput(f"A work needs 1 worker or more, not {workers}.")
    found = executors.for_shards(workers)
    return Pool(found.make, found.count())


@contextmanager
def folder(pool: Pool | None) -> Iterator[Path]:
    """Give a folder for the files of the block; with workers, one that all of them see.

    Raises:
        BadModel: the disk is full or read-only.
    """
    if pool is None:
        with files.temporary_folder() as temporary:
            yield temporary
        return
    home = _home()
    with files.writing(home):
        home.mkdir(parents=True, exist_ok=True)
        made = TemporaryDirectory(dir=home)
    with made as name:
        yield Path(name)


def work_folders() -> list[Path]:
    """Folders of work that is being done, or whose process was killed."""
    return list(_home().glob("*"))


def _home() -> Path:
    return paths.home().absolute() / "pieces"
