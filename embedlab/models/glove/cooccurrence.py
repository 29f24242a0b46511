"""Count word co-occurrences for GloVe: weighted counts of all pairs within a window, in bounded memory.

Pennington, Socher & Manning, GloVe, EMNLP 2014, section 3 and 4.2: a pair at distance d counts 1/d. The text is read
in stretches that fit in memory. In a stretch, an index gives all positions of a word, so that a whole row of the table
is summed at once in one short array that stays in cache; nothing is sorted. Finished rows are written to disk, one file
a stretch, and added up row by row when they are read back.

Several processes may count, each some of the stretches. Windows reach over the edges of a stretch, so no pair is lost
or counted twice, and the sum holds the same pairs in the same order as if one process had read the whole text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab.base import Counts, OnProgress, Progress, files
from embedlab.data.vocab import EncodedCorpus
from embedlab.models.glove import kernels
from embedlab.parallel.executors import in_order
from embedlab.parallel.shards import Pool

BYTES_A_TOKEN = 10  # of a stretch: its word (4), the sentence marks between (< 2), its position in the index (4)
BAND_PAIRS = 2_000_000  # most pairs a worker holds before they are spilled: 24 MB
BAND_POSITIONS = 500_000  # most positions of words a worker visits between two reports, well under a second
PAIR = kernels.PAIR


@dataclass(frozen=True)
class Weighting:
    """How pairs are counted.

    Attributes:
        window: words on each side.
        symmetric: count the words on both sides; otherwise (left word, right word) only.
        distance: a pair at distance d counts 1/d rather than 1.
    """

    window: int = 10
    symmetric: bool = True
    distance: bool = True

    def weights(self) -> NDArray[np.float64]:
        """(window,) what a pair at distance 1, 2, ... counts."""
        far = np.arange(1, self.window + 1, dtype=np.float64)
        return 1 / far if self.distance else np.ones_like(far)


@dataclass(frozen=True)
class Run:
    """Rows of one stretch of text on disk.

    Attributes:
        path: the file of ``PAIR`` records, row after row.
        pointers: (V + 1,) where each row begins in it.
    """

    path: Path
    pointers: Counts

    def rows(self, low: int, high: int) -> tuple[Counts, NDArray[np.void]]:
        """Pointers (high - low + 1,) and pairs of the rows ``low`` to ``high``."""
        first, last = int(self.pointers[low]), int(self.pointers[high])
        pairs = np.fromfile(self.path, PAIR, last - first, offset=first * PAIR.itemsize)
        return self.pointers[low : high + 1] - first, pairs


@dataclass(frozen=True)
class Cooccurrences:
    """The table X of V rows and columns: X[i, j] is the weighted count of word j near word i.

    Attributes:
        size: V.
        triangle: the table is symmetric and only its entries with j >= i are held.
        runs: the parts whose sum it is.
    """

    size: int
    triangle: bool
    runs: tuple[Run, ...]

    def bound(self, low: int, high: int) -> int:
        """No more pairs than this are in the rows ``low`` to ``high``."""
        return sum(int(run.pointers[high] - run.pointers[low]) for run in self.runs)

    def rows(self, low: int, high: int) -> tuple[Counts, NDArray[np.void]]:
        """Pointers (high - low + 1,) and ``PAIR`` records of the rows ``low`` to ``high``, summed over the runs."""
        pointers, pairs = self.runs[0].rows(low, high)
        for run in self.runs[1:]:
            pointers, pairs = kernels.added(pointers, pairs, *run.rows(low, high), self.size)
        return pointers, pairs


def count(
    encoded: EncodedCorpus,
    weighting: Weighting,
    folder: Path,
    *,
    memory_mb: int = 1000,
    workers: int = 1,
    on_progress: OnProgress | None = None,
) -> Cooccurrences:
    """Count the pairs of a text. Windows end with the sentence; words outside the vocabulary are not in between.

    However the text is cut in stretches, the same pairs are held in the same order; sums of fractions may differ in
    their last bits.

    Args:
        encoded: the text.
        weighting: window and weights.
        folder: where the runs are written; the caller removes it.
        memory_mb: about how much memory to use, in 10^6 bytes.
        workers: threads; the result does not depend on them.
        on_progress: told the running words counted (phase "counting").
    """
    total, size, told = len(encoded.ids), len(encoded.vocabulary), Told(len(encoded.ids), on_progress)
    runs = [
        count_stretch(
            encoded.ids, encoded.ends, span, size, weighting, folder / f"run-{number}.bin", workers=workers, told=told
        )
        for number, span in enumerate(stretches(total, most_words(memory_mb, workers)))
    ]
    return Cooccurrences(size, weighting.symmetric, tuple(runs))


def most_words(memory_mb: int, workers: int) -> int:
    """Longest stretch, in running words, that can be counted in this memory by these threads."""
    return max(1000, (memory_mb * 10**6 - workers * BAND_PAIRS * PAIR.itemsize) // BYTES_A_TOKEN)


def stretches(total: int, longest: int) -> list[tuple[int, int]]:
    """Begin and end of stretches of equal length."""
    length = -(-total // -(-total // longest))
    return [(start, min(start + length, total)) for start in range(0, total, length)]


def count_stretch(
    ids: NDArray[np.int32],
    ends: NDArray[np.int64],
    span: tuple[int, int],
    size: int,
    weighting: Weighting,
    path: Path,
    *,
    workers: int = 1,
    told: Told | None = None,
) -> Run:
    """Count the pairs whose first word lies in one stretch; their second may lie beyond it.

    Args:
        ids: (N,) words of the whole text.
        ends: (S,) where its sentences end.
        span: from and to.
        size: V, how many different words there are.
        weighting: window and weights.
        path: the file to write.
        workers: threads.
        told: hears of every band of rows.
    """
    told = told or Told(len(ids), None)
    text, first, last = kernels.stretch(ids, ends, *span, weighting.window)
    told()
    pointers, positions = kernels.index(text, first, last, size)
    told()
    return _spill(_Stretch(text, pointers, positions, weighting), path, workers, told)


@dataclass(frozen=True)
class _Stretch:
    """A stretch of text with an index of every word's positions in it."""

    text: NDArray[np.int32]
    pointers: Counts  # (V + 1,)
    positions: NDArray[np.int32]
    weighting: Weighting

    def bands(self) -> Iterator[tuple[int, int, int]]:
        """Bands of rows for one worker at a time: begin, end, and an upper bound of their pairs."""
        size, sides = len(self.pointers) - 1, 2 if self.weighting.symmetric else 1
        widest = size - np.arange(size) if self.weighting.symmetric else np.full(size, size)
        bounds = np.minimum(np.diff(self.pointers) * self.weighting.window * sides, widest)
        pairs, positions = np.concatenate([[0], np.cumsum(bounds)]), self.pointers
        low = 0
        while low < size:
            high = min(
                int(np.searchsorted(pairs, pairs[low] + BAND_PAIRS, side="right")),
                int(np.searchsorted(positions, positions[low] + BAND_POSITIONS, side="right")),
            )
            high = min(max(high - 1, low + 1), size)
            yield low, high, int(pairs[high] - pairs[low])
            low = high

    def rows(self, band: tuple[int, int, int]) -> tuple[int, Counts, NDArray[np.void]]:
        """Running words counted, lengths of the rows, and their pairs."""
        low, high, most = band
        pairs = np.empty(most, PAIR)
        began = kernels.rows(
            self.text,
            self.pointers,
            self.positions,
            low,
            high,
            self.weighting.weights(),
            self.weighting.symmetric,
            pairs,
        )
        return int(self.pointers[high] - self.pointers[low]), np.diff(began), pairs[: began[-1]]


def _spill(stretch: _Stretch, path: Path, workers: int, told: Told) -> Run:
    lengths: list[Counts] = []
    with path.open("wb", buffering=0) as file, closing(in_order(stretch.rows, stretch.bands(), workers)) as bands:
        for positions, length, pairs in bands:
            lengths.append(length)
            files.append(file, pairs)
            told(positions)
    return Run(path, np.concatenate([[0], np.cumsum(np.concatenate(lengths))]))


class Told:
    """Count running words and report progress at the start, about twice a second and at the end."""

    def __init__(self, total: int, on_progress: OnProgress | None) -> None:
        self.total, self.done, self.on_progress = total, 0, on_progress
        self.started = self.last = monotonic()
        if on_progress:
            on_progress(Progress(0, total, phase="counting"))

    def __call__(self, more: int = 0) -> None:
        """Add ``more`` counted words; with 0, only check whether the work was cancelled."""
        self.done += more
        now = monotonic()
        if self.on_progress and (now - self.last > 0.5 or self.done == self.total):
            self.last = now
            speed = self.done / max(now - self.started, 1e-9)
            eta = (self.total - self.done) / speed if speed else None
            self.on_progress(Progress(self.done, self.total, tokens_per_second=speed, eta=eta, phase="counting"))


FEWEST = 200_000
"""Least running words for which a process is worth its start."""
EACH = 2
"""Shards for each process, so that little is lost if one dies."""
IDS, ENDS = "ids.bin", "ends.bin"


@dataclass(frozen=True)
class Shard:
    """A stretch of a text that one process counts.

    Attributes:
        folder: holds the whole text as numbers, and takes the table.
        number: of the shard, from 0.
        span: from and to in the text.
        size: V, how many different words there are.
        weighting: window and weights.
        workers: threads.
    """

    folder: Path
    number: int
    span: tuple[int, int]
    size: int
    weighting: Weighting
    workers: int

    @property
    def pairs(self) -> Path:
        """The file of the shard's table."""
        return self.folder / f"run-{self.number}.bin"

    @property
    def pointers(self) -> Path:
        """The file that says where the rows of the table begin."""
        return self.folder / f"rows-{self.number}.bin"

    def run(self) -> Run:
        """The counted rows, as a run."""
        return Run(self.pairs, np.fromfile(self.pointers, np.int64))


def count_in_shards(
    encoded: EncodedCorpus,
    weighting: Weighting,
    folder: Path,
    pool: Pool | None = None,
    *,
    memory_mb: int = 1000,
    workers: int = 1,
    on_progress: OnProgress | None = None,
) -> Cooccurrences:
    """Count the pairs of a text, in shards if there are processes for them (see ``cooccurrence.count``).

    Args:
        encoded: the text.
        weighting: window and weights.
        folder: where text and tables are written, seen by all processes; the caller removes it.
        pool: the processes; ``None`` for this one.
        memory_mb: about how much memory they use together, in 10^6 bytes.
        workers: threads of each.
        on_progress: told the running words counted (phase "counting").

    Raises:
        EmbedLabError: the processes died again and again.
    """
    if pool is None:
        return count(encoded, weighting, folder, memory_mb=memory_mb, workers=workers, on_progress=on_progress)
    total, size, told = len(encoded.ids), len(encoded.vocabulary), Told(len(encoded.ids), on_progress)
    _write(folder / IDS, encoded.ids)
    _write(folder / ENDS, encoded.ends)
    most = most_words(memory_mb // pool.workers, workers)
    spans = stretches(total, min(most, max(FEWEST, -(-total // (EACH * pool.workers)))))
    shards = [Shard(folder, number, span, size, weighting, workers) for number, span in enumerate(spans)]
    for shard in pool.done(count_shard, shards):
        told(shard.span[1] - shard.span[0])
    return Cooccurrences(size, weighting.symmetric, tuple(shard.run() for shard in shards))


def count_shard(shard: Shard) -> None:
    """Count a shard, and write its table into files."""
    ids = np.memmap(shard.folder / IDS, np.int32, "r")
    ends = np.memmap(shard.folder / ENDS, np.int64, "r")
    run = count_stretch(ids, ends, shard.span, shard.size, shard.weighting, shard.pairs, workers=shard.workers)
    _write(shard.pointers, run.pointers)


def _write(path: Path, array: NDArray[Any]) -> None:
    with path.open("wb", buffering=0) as file:
        files.append(file, array)
