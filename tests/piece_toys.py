"""What tests let the processes of a pool do; those can import this file."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedlab.base import BadInput
from embedlab.parallel.shards import Pool


@dataclass(frozen=True)
class Deadly:
    """A work whose process is killed in the middle of the first piece: that has begun, and is not done."""

    work: Callable[[Any], Any]
    marker: Path

    def __call__(self, item: Any) -> None:
        if not self.marker.exists():
            self.marker.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        self.work(item)


class Killing:
    """A pool of which one process is killed at work."""

    def __init__(self, pool: Pool, marker: Path) -> None:
        self.pool, self.marker, self.workers = pool, marker, pool.workers

    def done(self, work: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        yield from self.pool.done(Deadly(work, self.marker), items)


def die(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(item: object) -> None:
    raise BadInput(f"{item} is too much.")


def crash(item: object) -> None:
    raise ZeroDivisionError(f"at {item}")


def sign(path: Path) -> None:
    path.write_text(str(os.getpid()))
