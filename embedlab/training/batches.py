"""Training examples, and the order in which they become batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from torch import Tensor

from embedlab.base import BadSetting
from embedlab.base.settings import NeuralConfig


class Examples(Protocol):
    """Training examples, each with a number.

    Attributes:
        lanes: 0 if the order does not matter and is shuffled every epoch. If a state is carried between batches, how
            many stretches of text run side by side: each batch then holds that many examples, in order.
        tokens: predictions in one example.
    """

    lanes: int
    tokens: int

    def __len__(self) -> int:
        """How many examples there are."""

    def __getitems__(self, rows: Sequence[int]) -> tuple[Tensor, ...]:
        """The examples with these numbers, as one batch."""


@runtime_checkable
class Redrawn(Examples, Protocol):
    """Examples that are drawn anew in every epoch.

    Attributes:
        epoch: the number of the epoch; set before it begins.
    """

    epoch: int


def as_it_is(batch: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return a batch as it is: the examples give whole batches, so there is nothing to collate."""
    return batch


class BatchOrder:
    """Batch sampler: numbers of examples, shuffled every epoch unless they must stay in order; full batches only."""

    drop_last = True

    def __init__(self, examples: Examples, config: NeuralConfig, processes: int = 1) -> None:
        self.rows, self.seed, self.shuffled = len(examples), config.seed, not examples.lanes
        self.batch_size = examples.lanes or min(config.batch_size, self.rows)
        self.examples, self.epoch = examples, 0
        if self.batch_size % processes:
            raise BadSetting(
                f"Batches of {self.batch_size} cannot be shared evenly by {processes} processes. "
                f"Set batch_size to a multiple of {processes}."
            )

    def __len__(self) -> int:
        return self.rows // self.batch_size

    def __iter__(self) -> Iterator[Sequence[int]]:
        if isinstance(self.examples, Redrawn):
            self.examples.epoch = self.epoch
        order: Any = range(self.rows)
        if self.shuffled:
            order = np.random.default_rng((self.seed, self.epoch)).permutation(self.rows)
        for batch in range(len(self)):
            yield order[batch * self.batch_size : (batch + 1) * self.batch_size]
