"""The network of the word LSTM and the character LSTM, and how it learns along a text.

Hochreiter & Schmidhuber 1997, Long Short-Term Memory; the language model around it as in Zaremba et al. 2014,
Recurrent Neural Network Regularization, https://arxiv.org/abs/1409.2329.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from embedlab.base import BadInput, Counts, Floats
from embedlab.models.common.layers import Softmax
from embedlab.training.loop import Learner

State = tuple[Tensor, ...]
"""Hidden and cell state of every layer, ``(h, c)``, each (layers, B, H); empty at the beginning."""
FORGET = 0.25
"""Probability that a lane's state is reset before a stretch, so that the network also learns to begin without one."""


class NoSoftmax(nn.Module):
    """Placeholder for the softmax of a network that was published without one."""

    def scores(self, hidden: Tensor) -> Tensor:
        """Not available.

        Raises:
            BadInput: always.
        """
        raise BadInput("This model was published without its output layer: it gives vectors, but no predictions.")


class LstmNetwork(nn.Module):
    """Embedding, L LSTM layers with dropout between them, an optional projection, softmax.

    Args:
        size: V, the size of the vocabulary.
        embedding: E, the width of the embedding.
        hidden: H, the width of every LSTM layer.
        layers: L, the number of LSTM layers.
        dropout: share of the values dropped between layers in training.
        tied: whether the softmax shares the embedding's weights; needs E = H.
        samples: see ``Softmax``.
        counts: see ``Softmax``.
        projection: P, width to which the top layer's output is projected before the softmax; 0 for none.
    """

    softmax: Softmax | NoSoftmax

    def __init__(
        self,
        size: int,
        embedding: int,
        hidden: int,
        layers: int,
        dropout: float = 0.0,
        *,
        tied: bool = False,
        samples: int = 0,
        counts: Counts | None = None,
        projection: int = 0,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size, embedding)
        nn.init.normal_(self.embedding.weight, std=embedding**-0.5)
        widths = [embedding] + [hidden] * (layers - 1)
        cells = [nn.LSTM(width, hidden, batch_first=True) for width in widths]
        for cell in cells:
            nn.init.ones_(cell.get_parameter("bias_hh_l0").data[hidden : 2 * hidden])  # gate f: remember
        self.lstm = nn.ModuleList(cells)
        self.dropout = nn.Dropout(dropout)
        self.projection = nn.Linear(hidden, projection) if projection else None
        self.softmax = Softmax(projection or hidden, size, samples, counts, self.embedding.weight if tied else None)

    def forward(self, ids: Tensor, state: State = ()) -> tuple[list[Tensor], State]:
        """Outputs of every layer, (B, T, E) and L times (B, T, H), and the state after the last token.

        With a projection there is one more output, (B, T, P).
        """
        outputs = [self.embedding(ids)]
        after: list[tuple[Tensor, Tensor]] = []
        for i, layer in enumerate(self.lstm):
            before = (state[0][i : i + 1], state[1][i : i + 1]) if state else None
            output, last = layer(self.dropout(outputs[-1]), before)
            outputs.append(output)
            after.append(last)
        if self.projection is not None:
            outputs.append(self.projection(outputs[-1]))
        h, c = (torch.cat([pair[k] for pair in after]) for k in (0, 1))  # (L, B, H) each
        return outputs, (h, c)


class RecurrentLearner(Learner):
    """The loss of predicting the next token in every lane; the state is carried from stretch to stretch."""

    def __init__(self, network: LstmNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Mean negative log-probability in nats; inputs and targets (B, T)."""
        return self.loss(self.read(inputs), targets)

    def read(self, inputs: Tensor) -> Tensor:
        """Output of the top layer for each token, (B, T, H), beginning with the carried state."""
        state = self.carried
        if state and self.training:
            kept = (torch.rand(1, len(inputs), 1, device=inputs.device) >= FORGET).float()
            state = tuple(part * kept for part in state)
        outputs, state = self.network(inputs, state)
        self.carried = tuple(part.detach() for part in state)
        states: Tensor = outputs[-1]
        return states

    def loss(self, states: Tensor, targets: Tensor) -> Tensor:
        """Mean negative log-probability of (B, T) targets from (B, T, H) states, in nats."""
        hidden = self.network.dropout(states)
        loss: Tensor = self.network.softmax(hidden.flatten(0, 1), targets.flatten())  # (B * T, H)
        return loss


@torch.inference_mode()
def after(network: LstmNetwork, contexts: Sequence[Sequence[int]]) -> Floats:
    """(B, V) probabilities of the token after each context; a context is not empty."""
    ids, lengths = padded(contexts)
    hidden = network(ids)[0][-1][torch.arange(len(contexts)), lengths - 1]  # (B, H)
    result: Floats = torch.softmax(network.softmax.scores(hidden), dim=-1).numpy()
    return result


@torch.inference_mode()
def log_probabilities(network: LstmNetwork, ids: Sequence[int]) -> Floats:
    """(T - 1,) natural log-probability of every token but the first, given those before it."""
    line = torch.tensor(ids)[None]  # (1, T)
    scores = network.softmax.scores(network(line[:, :-1])[0][-1][0])  # (T - 1, V)
    result: Floats = torch.log_softmax(scores, dim=-1).gather(1, line[0, 1:, None])[:, 0].numpy()
    return result


def padded(lists: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """(B, T) numbers, zeros after the end of the shorter lists, and (B,) their lengths."""
    lengths = np.array([len(ids) for ids in lists])
    ids = np.zeros((len(lists), max(lengths, default=0)), np.int64)
    for row, one in zip(ids, lists, strict=True):
        row[: len(one)] = one
    return torch.from_numpy(ids), torch.from_numpy(lengths)
