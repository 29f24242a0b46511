"""An encoder of BERT base's size reads the shipped sentences of senses: time, memory, and a plain transformers loop.

    PYTHONPATH=. python tests/benchmarks/bench_encoder.py
    PYTHONPATH=. python tests/benchmarks/bench_encoder.py --every 6

The network has 12 blocks of 768 and random weights: speed does not depend on them. It reads the 1,767 sentences as
Polysemy does, one word of each at all 13 layers, and then at layer 6 alone; then the plain loop of ``bench_bert`` reads
them, and the vectors are compared. Every core works. Where a machine is shared, the processor's seconds tell more than
the clock's: by as many cores as there are they are the seconds of a machine without other work. With --every N only
each N-th sentence is read.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

import numpy as np
import torch

from embedlab.data.datasets import load_senses
from embedlab.models.bert.model import Bert
from tests.benchmarks.bench_bert import made, plain

T = TypeVar("T")


def timed(name: str, work: Callable[[], T]) -> tuple[T, float, float]:
    """Do it, and say how long it took and the most memory so far."""
    wall, processor = perf_counter(), process_time()
    found = work()
    wall, processor = perf_counter() - wall, process_time() - processor
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name}: {wall:.1f} s, {processor:.1f} s of the processor's, {most:,.0f} MB at most so far", flush=True)
    return found, wall, processor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    senses = load_senses()[:: options.every]
    text, positions = [list(one.words) for one in senses], [one.position for one in senses]
    with tempfile.TemporaryDirectory() as scratch:
        folder = made([list(one.words) for one in load_senses()], Path(scratch), 768, 12)
        model = Bert.from_published(folder)
        model.encode(text[:4])
        print(f"{len(text):,} sentences, {sum(map(len, text)):,} words, {torch.get_num_threads()} threads", flush=True)
        found, wall, processor = timed("all 13 layers", lambda: model.at_positions(text, positions))
        timed("layer 6", lambda: model.at_positions(text, positions, ["6"]))
        theirs, wall_theirs, processor_theirs = timed("plain transformers, all layers", lambda: plain(folder)(text))
    same = [np.abs(found[:, i] - one[:, positions[i]]).max() for i, one in enumerate(theirs)]
    print(f"{wall_theirs / wall:.2f} times as fast as transformers by the clock, {processor_theirs / processor:.2f} by")
    print(f"the processor; vectors differ by {max(same):.1e}")


if __name__ == "__main__":
    main()
