"""The order in which GloVe learns its counts: shuffled, but so that the vectors in use stay in the cache.

The table of counts is cut into blocks of neighboring rows and columns. The pairs of a block are stored together,
shuffled; the trainer visits parts of that order at random. A random order over the whole table would fetch four vectors
from main memory for almost every pair, which costs more time than the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from embedlab.base import Counts, OnProgress, Progress, files
from embedlab.models.common.numba import compiled
from embedlab.models.glove.cooccurrence import Cooccurrences
from embedlab.parallel.executors import in_order

BLOCK = 128  # rows and columns of a block
BLOCK_PAIRS = 2_000_000  # most pairs of a block of rows
ENTRY = np.dtype([("row", np.int32), ("column", np.int32), ("count", np.float32)])


def shuffled(
    counts: Cooccurrences,
    folder: Path,
    *,
    seed: int = 1,
    memory_mb: int = 1000,
    workers: int = 1,
    on_progress: OnProgress | None = None,
) -> NDArray[np.void]:
    """All entries of the table that are held, block after block, shuffled within a block.

    Args:
        counts: the table.
        folder: where the entries are written; the caller removes it.
        seed: of the shuffle.
        memory_mb: entries that need more than this (10^6 bytes) stay on disk and are mapped.
        workers: threads; the result does not depend on them.
        on_progress: told the pairs read (phase "shuffling").

    Returns:
        (N,) ``ENTRY`` records.
    """

    def work(block: tuple[int, int]) -> tuple[int, NDArray[np.void]]:
        low, high = block
        return counts.bound(low, high), _shuffle(*counts.rows(low, high), low, counts.size, BLOCK, seed)

    path, total, done = folder / "entries.bin", counts.bound(0, counts.size), 0
    started = told = monotonic()
    if on_progress:
        on_progress(Progress(0, total, phase="shuffling"))
    with path.open("wb", buffering=0) as file, closing(in_order(work, _row_blocks(counts), workers)) as blocks:
        for read, entries in blocks:
            files.append(file, entries)
            done += read
            if on_progress and (monotonic() - told > 0.5 or done == total):
                told = monotonic()
                eta = (total - done) * (told - started) / max(done, 1)
                on_progress(Progress(done, total, eta=eta, phase="shuffling"))
    if path.stat().st_size > memory_mb * 10**6:
        return np.memmap(path, ENTRY, "r")
    return np.fromfile(path, ENTRY)


def _row_blocks(counts: Cooccurrences) -> Iterator[tuple[int, int]]:
    """Blocks of rows, from and to, that are neither too high nor too full."""
    low = 0
    while low < counts.size:
        high = min(low + BLOCK, counts.size)
        while high > low + 1 and counts.bound(low, high) > BLOCK_PAIRS:
            high = low + (high - low) // 2
        yield low, high
        low = high


@compiled()
def _shuffle(pointers: Counts, pairs: NDArray[np.void], low: int, size: int, width: int, seed: int) -> NDArray[np.void]:
    """Entries of some rows by blocks of ``width`` columns (counting sort), each block shuffled (Fisher and Yates)."""
    begins = np.zeros(size // width + 2, np.int64)
    for pair in pairs:
        begins[pair.column // width + 1] += 1
    for block in range(len(begins) - 1):
        begins[block + 1] += begins[block]
    free, entries = begins.copy(), np.empty(len(pairs), ENTRY)
    for row in range(len(pointers) - 1):
        for k in range(pointers[row], pointers[row + 1]):
            block = pairs[k].column // width
            entry = entries[free[block]]
            entry.row, entry.column, entry.count = low + row, pairs[k].column, pairs[k].sum
            free[block] += 1
    state = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(low + 1)
    for block in range(len(begins) - 1):
        for k in range(begins[block + 1] - 1, begins[block], -1):
            state ^= state << np.uint64(13)  # xorshift64: Marsaglia, Journal of Statistical Software 8 (2003)
            state ^= state >> np.uint64(7)
            state ^= state << np.uint64(17)
            other = begins[block] + np.int64((state >> np.uint64(32)) % np.uint64(k - begins[block] + 1))
            row, column, value = entries[k].row, entries[k].column, entries[k].count
            entries[k].row, entries[k].column, entries[k].count = (
                entries[other].row, entries[other].column, entries[other].count,
            )  # fmt: skip
            entries[other].row, entries[other].column, entries[other].count = row, column, value
    return entries
