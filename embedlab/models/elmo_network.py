"""ELMo's network: words from characters, then LSTMs in each direction, then one softmax for both.

Peters et al. 2018, Deep contextualized word representations, https://aclanthology.org/N18-1202/, section 3; the sizes
follow Jozefowicz et al. 2016, Exploring the Limits of Language Modeling, https://arxiv.org/abs/1602.02410.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from embedlab.base import Counts
from embedlab.models.elmo_config import ElmoConfig
from embedlab.models.elmo_recurrence import Clips, Recurrence, State, Trace, Weights, run
from embedlab.models.elmo_tokens import TokenNetwork
from embedlab.models.layers import Softmax
from embedlab.models.questions import Question
from embedlab.training import Learner

REMEMBER = 1.0
"""Where the bias of gate f begins; the published models add it at every step instead."""


class Layer(nn.Module):
    """One LSTM layer with projection, in one direction (see ``elmo_recurrence``)."""

    def __init__(self, dim: int, size: int, clips: Clips) -> None:
        super().__init__()
        both = nn.init.xavier_uniform_(torch.empty(2 * dim, 4 * size))
        self.input, self.hidden = nn.Parameter(both[:dim].clone()), nn.Parameter(both[dim:].clone())
        self.bias = nn.Parameter(torch.zeros(4 * size))
        nn.init.constant_(self.bias[2 * size : 3 * size], REMEMBER)
        self.projection = nn.Parameter(nn.init.xavier_uniform_(torch.empty(size, dim)))
        self.clips = clips

    @property
    def weights(self) -> Weights:
        """As the recurrence takes them."""
        return Weights(self.input, self.hidden, self.bias, self.projection)

    def forward(self, x: Tensor, fresh: Tensor | None = None) -> Tensor:
        """(T, B, P) to (T, B, P), beginning from nothing."""
        if torch.is_grad_enabled():
            said: Tensor = Recurrence.apply(x, fresh, self.clips, *self.weights)  # type: ignore[no-untyped-call]
            return said
        return run(x, self.weights, self.clips, fresh)

    def resumed(self, x: Tensor, state: State, lengths: Tensor) -> tuple[Tensor, State]:
        """The same from a state, and the state after (B,) so many steps, at least one."""
        size = self.projection.shape[0]
        trace = Trace(x.new_empty(*x.shape[:2], 4 * size), x.new_empty(*x.shape[:2], size))
        outputs = run(x, self.weights, self.clips, None, state, trace)
        last = lengths - 1, torch.arange(len(lengths))
        return outputs, (outputs[last], trace.cells[last])


class Direction(nn.Module):
    """The LSTM layers that read in one direction; each adds to what it is given, from the second on."""

    def __init__(self, config: ElmoConfig) -> None:
        super().__init__()
        clips = Clips(config.cell_clip, config.projection_clip)
        self.layers = nn.ModuleList([Layer(config.dim, config.hidden, clips) for _ in range(config.layers)])
        self.skip, self.dropout = config.skip, nn.Dropout(config.dropout)

    @property
    def stack(self) -> list[Layer]:
        """The layers, the lowest first."""
        return cast("list[Layer]", list(self.layers))

    def forward(self, x: Tensor, fresh: Tensor | None = None, most: int | None = None) -> list[Tensor]:
        """What each of the first ``most`` layers says, (T, B, P), of (T, B, P) token vectors in reading order."""
        found: list[Tensor] = []
        for layer in self.stack[:most]:
            said = layer(self.dropout(x), fresh)
            x = said + x if self.skip and found else said
            found.append(x)
        return found

    def resumed(self, x: Tensor, states: list[State], lengths: Tensor) -> tuple[list[Tensor], list[State]]:
        """The same from a state a layer, and the states after (B,) so many steps."""
        found: list[Tensor] = []
        after: list[State] = []
        for layer, state in zip(self.stack, states, strict=True):
            said, state = layer.resumed(x, state, lengths)
            x = said + x if self.skip and found else said
            found.append(x)
            after.append(state)
        return found, after


class ElmoNetwork(nn.Module):
    """The whole.

    Args:
        config: settings.
        size: V with unknown word and boundary; 2 for a network without a vocabulary, which has no softmax.
        counts: see ``Softmax``.
    """

    def __init__(self, config: ElmoConfig, size: int, counts: Counts | None = None) -> None:
        super().__init__()
        self.tokens = TokenNetwork(config)
        self.directions = nn.ModuleList([Direction(config), Direction(config)])  # forward, backward
        self.softmax = Softmax(config.dim, size, config.samples, counts) if size > 2 else None
        self.dropout = nn.Dropout(config.dropout)

    @property
    def ways(self) -> list[Direction]:
        """Forward, then backward."""
        return cast("list[Direction]", list(self.directions))


class ElmoLearner(Learner):
    """Learns to predict the next word from those before it, and the one before from those after it.

    With ``company`` the top states of both directions are asked for the words around theirs, too.
    """

    parts: tuple[str, ...] = ("forward", "backward")

    def __init__(self, network: ElmoNetwork, company: Question | None = None) -> None:
        super().__init__()
        self.network, self.company = network, company
        if company is not None:
            self.parts = (*self.parts, company.part)

    def forward(self, characters: Tensor, inputs: Tensor, fresh: Tensor, targets: Tensor, read: Tensor) -> Tensor:
        """Mean negative log-probability in nats, over both directions (see ``elmo_rows.SentenceRows``)."""
        vectors = self.network.tokens(characters)  # (U, P)
        softmax, losses, tops = cast(Softmax, self.network.softmax), [], []
        for direction, ids, begun, wanted in zip(self.network.ways, inputs, fresh, targets, strict=True):
            top = direction(nn.functional.embedding(ids, vectors), begun)[-1]  # (T, B, P)
            told = wanted >= 0
            losses.append(softmax(self.network.dropout(top[told]), wanted[told]))
            tops.append(top.transpose(0, 1))  # (B, T, P)
        loss = torch.stack(losses).mean()
        if self.company is not None:
            places = (part.transpose(1, 2).flatten(0, 1) for part in (read, fresh, targets >= 0))  # (2 B, T) each
            losses.append(self.company(torch.cat(tops), *places))
            loss = loss + self.company.weight * losses[-1]
        self.apart = torch.stack(losses)
        return loss
