"""GloVe: word vectors whose products with context vectors give the logarithm of co-occurrence counts.

Pennington, Socher & Manning, GloVe: Global Vectors for Word Representation, EMNLP 2014.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput, BadSetting, Floats, OnProgress, Progress, StaticConfig, StaticModel, setting
from embedlab.models.common.cards import made
from embedlab.parallel import shards
from embedlab.parallel.executors import in_order

if TYPE_CHECKING:
    from embedlab.data.corpus import Corpus
    from embedlab.data.vocab import EncodedCorpus
    from embedlab.parallel.shards import Pool

BLOCK = 2048  # entries that are visited together
TASK = 16  # blocks a thread takes at a time, some 10 ms


@dataclass(frozen=True)
class GloveConfig(StaticConfig):
    """Settings of GloVe; the defaults are the paper's, with ``x_max`` for texts of tens of millions of words."""

    window: int = setting(10, "How many words on each side count as near.", low=1, high=100)
    symmetric: bool = setting(True, "Look to both sides; otherwise only at the words to the left.")
    distance_weighting: bool = setting(True, "A word at distance d counts 1/d; otherwise every word counts 1.")
    x_max: float = setting(10.0, "Pairs counted this often or more have full weight.", low=1e-3, high=1e9)
    alpha: float = setting(0.75, "How fast the weight falls for rarer pairs: (count / x_max)^alpha.", low=0.0, high=2.0)
    epochs: int = setting(20, "Passes over all counted pairs.", low=1, high=1000)
    learning_rate: float = setting(0.05, "First step of every number; AdaGrad makes it smaller.", low=1e-5, high=1.0)
    memory_mb: int = setting(1000, "Megabytes for counting; what needs more is kept on disk.", low=16, high=1_000_000)


class Glove(StaticModel):
    """GloVe vectors: the sum of a word's vector and its context vector, as the paper's section 4.2 advises."""

    kind: ClassVar[str] = "glove"
    config_class = GloveConfig
    spreads: ClassVar[bool] = True

    @classmethod
    def train(
        cls,
        corpus: Corpus,
        config: GloveConfig | None = None,
        on_progress: OnProgress | None = None,
        *,
        pool: Pool | None = None,
    ) -> Self:
        """Count, shuffle, and fit by AdaGrad on all cores.

        Args:
            corpus: the text.
            config: settings.
            on_progress: told the running words read ("reading", "counting"), the entries ordered ("shuffling"), and
                the co-occurrences learnt from ("training"; (i, j) and (j, i) are two). In training, ``loss`` is the
                mean cost since the pass began, in the unit of the authors' program: f(X) error^2 / 2.
            pool: processes that count shards of the text.

        Raises:
            BadInput: no two words of the vocabulary stand near each other.
            BadSetting: the cost grows without bound at this learning rate.
        """
        from embedlab.models.glove import cooccurrence
        from embedlab.models.glove import order as glove_order

        config, started = config or GloveConfig(), monotonic()
        encoded = corpus.encode(config.min_count, config.max_words, on_progress)
        weighting = cooccurrence.Weighting(config.window, config.symmetric, config.distance_weighting)
        memory = {"memory_mb": config.memory_mb, "workers": config.workers}
        with shards.folder(pool) as folder:
            counts = cooccurrence.count_in_shards(encoded, weighting, folder, pool, **memory, on_progress=on_progress)
            entries = glove_order.shuffled(counts, folder, seed=config.seed, **memory, on_progress=on_progress)
            if not len(entries):
                raise BadInput("No two words of the vocabulary stand in one sentence. Give longer sentences.")
            fit = _Fit(encoded, entries, config)
            loss = fit.run(on_progress, cls)
        card = made(corpus, encoded.tokens, monotonic() - started, loss, libraries=("numpy", "numba"))
        return cls(encoded.vocabulary.words, fit.matrix(), encoded.vocabulary.counts, config, card)


def initial_state(size: int, config: GloveConfig) -> Floats:
    """(V, 4, P): per word (w, b, 1, 0...), (u, 1, c, 0...) and the steps of both, P a multiple of 8 for the processor.

    Vectors and biases begin uniformly between -1/2 and 1/2 over D + 1, as in the authors' program.
    """
    dim = config.dim
    width = -(-(dim + 2) // 8) * 8
    room = np.empty(size * 4 * width + 16, np.float32)
    skip = -room.ctypes.data // 4 % 16  # begin on a cache line
    state: Floats = room[skip : skip + size * 4 * width].reshape(size, 4, width)
    state[:] = 0
    draw = np.random.default_rng(config.seed)
    start = (draw.random((size, 2, dim + 1), np.float32) - np.float32(0.5)) / np.float32(dim + 1)
    state[:, :2, :dim] = start[:, :, :dim]
    state[:, 0, dim], state[:, 0, dim + 1] = start[:, 0, dim], 1
    state[:, 1, dim], state[:, 1, dim + 1] = 1, start[:, 1, dim]
    state[:, 2:, :dim] = config.learning_rate
    state[:, 2, dim] = state[:, 3, dim + 1] = config.learning_rate
    return state


class _Fit:
    """The vectors while they are learnt."""

    def __init__(self, encoded: EncodedCorpus, entries: NDArray[np.void], config: GloveConfig) -> None:
        self.encoded, self.entries, self.config = encoded, entries, config
        self.state = initial_state(len(encoded.vocabulary), config)
        diagonal = int(np.count_nonzero(entries["row"] == entries["column"]))
        self.pairs = 2 * len(entries) - diagonal if config.symmetric else len(entries)

    def matrix(self) -> Floats:
        """(V, D): w + u."""
        matrix: Floats = self.state[:, 0, : self.config.dim] + self.state[:, 1, : self.config.dim]
        return matrix

    def learn(self, blocks: NDArray[np.int64]) -> tuple[int, float]:
        """Entries visited and their summed cost."""
        from embedlab.models.glove import kernels

        config = self.config
        cost = kernels.train(self.state, self.entries, blocks, BLOCK, config.symmetric, config.x_max, config.alpha)
        return len(blocks) * BLOCK, cost

    def run(self, on_progress: OnProgress | None, build: Callable[..., StaticModel]) -> float:
        """Learn for all epochs; the mean cost of the last."""
        draw, told, mean = np.random.default_rng([self.config.seed, 1]), _Told(self, on_progress, build), 0.0
        for epoch in range(self.config.epochs):
            order, cost, visited = draw.permutation(-(-len(self.entries) // BLOCK)), 0.0, 0
            tasks = (order[k : k + TASK] for k in range(0, len(order), TASK))
            with closing(in_order(self.learn, tasks, self.config.workers)) as results:
                for entries, more in results:
                    visited, cost = visited + entries, cost + more
                    told.within(epoch, visited / len(self.entries), cost)
            mean = cost / self.pairs
            if not np.isfinite(mean):
                raise BadSetting(f"The cost grew without bound in pass {epoch + 1}: choose a learning_rate below "
                                 f"{self.config.learning_rate}.")  # fmt: skip
            told.whole(epoch + 1, mean)
        return mean


class _Told:
    """Passes the training's state on, about once a second and at the end of every epoch."""

    def __init__(self, fit: _Fit, on_progress: OnProgress | None, build: Callable[..., StaticModel]) -> None:
        self.fit, self.on_progress, self.build = fit, on_progress, build
        self.started = self.began = self.last = monotonic()
        if on_progress:
            on_progress(Progress(0, fit.pairs * fit.config.epochs))

    def within(self, epoch: int, share: float, cost: float) -> None:
        """A pass is on: which part of it is done, and the summed cost so far."""
        if self.on_progress and monotonic() - self.last >= 1:
            done = round(min(share, 1.0) * self.fit.pairs)
            self.on_progress(self.event(epoch, done, cost / done))

    def whole(self, epoch: int, loss: float) -> None:
        """A pass is over."""
        if self.on_progress:
            event = self.event(epoch - 1, self.fit.pairs, loss)
            self.on_progress(replace(event, epoch=epoch, peek=self.snapshot))
        self.began = monotonic()

    def event(self, epoch: int, done: int, loss: float) -> Progress:
        """Progress after ``done`` co-occurrences of a pass; its speed is the mean of the pass."""
        self.last = now = monotonic()
        step, total = epoch * self.fit.pairs + done, self.fit.config.epochs * self.fit.pairs
        eta = (total - step) * (now - self.started) / step
        speed = done / max(now - self.began, 1e-9)
        return Progress(step, total, loss, tokens_per_second=speed, eta=eta, epoch=epoch, unit="co-occurrences")

    def snapshot(self) -> StaticModel:
        """The model as it is now."""
        vocabulary = self.fit.encoded.vocabulary
        return self.build(vocabulary.words, self.fit.matrix(), vocabulary.counts, self.fit.config)
