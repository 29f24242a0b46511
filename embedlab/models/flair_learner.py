"""Both directions of Flair learned in one training: their losses apart, one progress, one checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embedlab.models.recurrent import LstmNetwork, RecurrentLearner
from embedlab.models.streams import Stream
from embedlab.training import Learner


class BothWays:
    """A text cut into stretches from its beginning and from its end; arguments as for ``Stream``."""

    def __init__(self, text: NDArray[np.int32], lanes: int, length: int) -> None:
        self.forward = Stream(text, lanes, length)
        self.backward = Stream(np.ascontiguousarray(text[::-1]), lanes, length)
        self.lanes, self.tokens = self.forward.lanes, self.forward.tokens

    def __len__(self) -> int:
        return len(self.forward)

    def __getitems__(self, rows: Sequence[int]) -> tuple[Tensor, ...]:
        """Inputs and targets forward, then backward, each (B, T) int64."""
        return (*self.forward.__getitems__(rows), *self.backward.__getitems__(rows))


class BothLearner(Learner):
    """Two networks that share nothing; the loss is the mean of theirs."""

    parts = ("forward", "backward")

    def __init__(self, forward: LstmNetwork, backward: LstmNetwork) -> None:
        super().__init__()
        self.left, self.right = RecurrentLearner(forward), RecurrentLearner(backward)

    def forward(self, *batch: Tensor) -> Tensor:
        """Mean negative log-probability in nats over both directions; see ``BothWays`` for the batch."""
        each = len(self.carried) // 2
        losses: list[Tensor] = []
        carried: list[Tensor] = []
        for i, way in enumerate((self.left, self.right)):
            way.carried = self.carried[i * each : (i + 1) * each]
            losses.append(way(*batch[2 * i : 2 * i + 2]))
            carried += way.carried
        self.carried = tuple(carried)
        self.apart = torch.stack(losses)
        return self.apart.mean()
