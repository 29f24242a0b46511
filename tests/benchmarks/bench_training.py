"""Tokens per second of the networks through ``training.fit`` beside a bare PyTorch loop over the same network.

    PYTHONPATH=. python tests/benchmarks/bench_training.py --tokens 200000 --rounds 5

The bare loop fetches the same batches by row numbers, has the same optimiser, learning rates and clipping of gradients,
and nothing else: no loader, no device, no progress, no checkpoint. Each round trains both for one epoch, one after the
other; the median of the rounds' ratios counts. The text is random words by Zipf's law: only the speed is of interest.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from time import perf_counter, process_time

import numpy as np
import torch
from numpy.typing import NDArray

from embedlab.base.settings import NeuralConfig
from embedlab.models.common.examples import Stream, Windows
from embedlab.models.common.recurrent import LstmNetwork, RecurrentLearner
from embedlab.models.cw import CwConfig, CwLearner, CwNetwork
from embedlab.models.lstm import LstmConfig
from embedlab.models.nnlm import NnlmConfig, NnlmLearner, NnlmNetwork
from embedlab.training import loop
from embedlab.training.batches import Examples

WORDS = 10_000
BOUNDARY = WORDS + 1
Build = Callable[[], tuple[loop.Learner, Examples, NeuralConfig]]


def text(tokens: int) -> NDArray[np.int32]:
    """Random words in sentences of 20."""
    share = 1 / np.arange(1, WORDS + 1)
    ids = np.random.default_rng(1).choice(WORDS, tokens, p=share / share.sum()).astype(np.int32)
    ids[::20] = BOUNDARY
    return ids


def nnlm(ids: NDArray[np.int32], samples: int = 0) -> tuple[loop.Learner, Examples, NeuralConfig]:
    config = NnlmConfig(epochs=1, samples=samples, batch_size=1024 if samples else 256)
    counts = np.bincount(ids, minlength=WORDS + 2)
    return NnlmLearner(NnlmNetwork(WORDS + 2, config, counts)), Windows(ids, BOUNDARY, config.n - 1, 0), config


def cw(ids: NDArray[np.int32]) -> tuple[loop.Learner, Examples, NeuralConfig]:
    config = CwConfig(epochs=1, batch_size=1024)
    side = config.window // 2
    windows = Windows(ids, BOUNDARY, side, side, np.flatnonzero(ids < WORDS))
    return CwLearner(CwNetwork(WORDS + 2, config), 1, np.ones(WORDS)), windows, config


def lstm(ids: NDArray[np.int32]) -> tuple[loop.Learner, Examples, NeuralConfig]:
    config = LstmConfig(epochs=1, samples=512, batch_size=32)
    counts = np.bincount(ids, minlength=WORDS + 2)
    network = LstmNetwork(WORDS + 2, config.dim, config.dim, config.layers, 0.1, tied=True, samples=512, counts=counts)
    return RecurrentLearner(network), Stream(ids, config.batch_size, config.stretch), config


def bare(learner: loop.Learner, examples: Examples, batches: list[NDArray[np.int64]], config: NeuralConfig) -> None:
    """The loop that everybody writes first."""
    optimizer = torch.optim.AdamW(learner.parameters(), config.learning_rate, weight_decay=0.0, fused=True)
    for step, rows in enumerate(batches):
        batch = examples.__getitems__(rows)
        for group in optimizer.param_groups:
            group["lr"] = loop.rate(config, step / len(batches))
        loss = learner(*batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learner.parameters(), config.clip)
        optimizer.step()
        optimizer.zero_grad()


def batches_of(examples: Examples, config: NeuralConfig) -> list[NDArray[np.int64]]:
    size = examples.lanes or config.batch_size
    order = np.arange(len(examples)) if examples.lanes else np.random.default_rng(1).permutation(len(examples))
    return [order[i * size : (i + 1) * size] for i in range(len(examples) // size)]


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall-clock and processor seconds."""
    wall, processor = perf_counter(), process_time()
    work()
    return perf_counter() - wall, process_time() - processor


def compare(name: str, build: Build, rounds: int) -> None:
    learner, examples, config = build()
    batches = batches_of(examples, config)
    tokens = len(batches) * (examples.lanes or config.batch_size) * examples.tokens
    bare(learner, examples, batches[:5], config)  # warm up; the first fit imports for a second
    loop.fit(loop.Task(learner, examples), config)
    ours, theirs = [], []
    for _ in range(rounds):
        learner.carried = ()
        theirs.append(timed(lambda: bare(learner, examples, batches, config)))
        learner.carried = ()
        ours.append(timed(lambda: loop.fit(loop.Task(learner, examples), config)))
    for kind, clock in (("wall-clock", 0), ("processor", 1)):
        ratio = statistics.median(b[clock] / a[clock] for a, b in zip(ours, theirs, strict=True))
        speeds = [tokens / statistics.median(run[clock] for run in runs) for runs in (ours, theirs)]
        print(f"{name:14} {kind:10}  fit {speeds[0]:9,.0f}  bare {speeds[1]:9,.0f} tokens/s  ratio {ratio:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    ids = text(options.tokens)
    compare("nnlm", lambda: nnlm(ids[: len(ids) // 5]), options.rounds)  # the whole softmax is slow
    compare("nnlm sampled", lambda: nnlm(ids, samples=512), options.rounds)
    compare("cw", lambda: cw(ids), options.rounds)
    compare("lstm sampled", lambda: lstm(ids[: len(ids) // 3]), options.rounds)


if __name__ == "__main__":
    main()
