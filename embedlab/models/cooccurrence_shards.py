"""Co-occurrences counted by several processes: each takes stretches of the text, and the tables are added up.

Windows reach over the edges of a stretch, so no pair is lost or counted twice, and the sum holds the same pairs in the
same order as if one process had read the whole text (see ``cooccurrence.count``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab import disk
from embedlab.base import OnProgress
from embedlab.data.vocab import EncodedCorpus
from embedlab.models import cooccurrence
from embedlab.models.cooccurrence import Cooccurrences, Run, Told, Weighting
from embedlab.pieces import Pool

FEWEST = 200_000
"""Running words that are worth a process's while."""
EACH = 2
"""Shards for each process, so that one that dies costs little."""
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
        """The file of its table."""
        return self.folder / f"run-{self.number}.bin"

    @property
    def pointers(self) -> Path:
        """The file that says where the rows of the table begin."""
        return self.folder / f"rows-{self.number}.bin"

    def run(self) -> Run:
        """What was counted."""
        return Run(self.pairs, np.fromfile(self.pointers, np.int64))


def count(
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
        return cooccurrence.count(
            encoded, weighting, folder, memory_mb=memory_mb, workers=workers, on_progress=on_progress
        )
    total, size, told = len(encoded.ids), len(encoded.vocabulary), Told(len(encoded.ids), on_progress)
    _write(folder / IDS, encoded.ids)
    _write(folder / ENDS, encoded.ends)
    most = cooccurrence.most_words(memory_mb // pool.workers, workers)
    spans = cooccurrence.stretches(total, min(most, max(FEWEST, -(-total // (EACH * pool.workers)))))
    shards = [Shard(folder, number, span, size, weighting, workers) for number, span in enumerate(spans)]
    for shard in pool.done(count_shard, shards):
        told(shard.span[1] - shard.span[0])
    return Cooccurrences(size, weighting.symmetric, tuple(shard.run() for shard in shards))


def count_shard(shard: Shard) -> None:
    """Count a shard, and leave its table in files."""
    ids = np.memmap(shard.folder / IDS, np.int32, "r")
    ends = np.memmap(shard.folder / ENDS, np.int64, "r")
    run = cooccurrence.count_stretch(
        ids, ends, shard.span, shard.size, shard.weighting, shard.pairs, workers=shard.workers
    )
    _write(shard.pointers, run.pointers)


def _write(path: Path, array: NDArray[Any]) -> None:
    with path.open("wb", buffering=0) as file:
        disk.append(file, array)
