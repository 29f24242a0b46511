"""Two pieces of work of a network on two cores, where there are two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Results of ``work(item)``, each in a thread of its own that has its share of the caller's torch threads.

    Threads that do not wait for each other at every product are quicker than one product on all cores, above all on
    a machine that has other things to do. With one torch thread the work is done here, one after the other.
    """
    threads = torch.get_num_threads()
    if threads < len(items):
        return [work(item) for item in items]

    def begin() -> None:
        torch.set_num_threads(threads // len(items))

    try:
        with ThreadPoolExecutor(len(items), thread_name_prefix="embedlab", initializer=begin) as pool:
            return list(pool.map(work, items))
    finally:
        torch.set_num_threads(threads)  # what threads that begin later start from
