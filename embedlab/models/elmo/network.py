"""ELMo's network: words from characters, LSTMs in each direction, and one softmax for both.

Peters et al. 2018, Deep contextualized word representations, https://aclanthology.org/N18-1202/, section 3; the sizes
follow Jozefowicz et al. 2016, Exploring the Limits of Language Modeling, https://arxiv.org/abs/1602.02410.

A word enters as the numbers of its UTF-8 bytes between two marks. Its vector is made by convolution filters, the
maximum of each over the word, highway layers and a projection: Kim et al. 2016, Character-Aware Neural Language Models,
https://arxiv.org/abs/1508.06615; highway layers: Srivastava et al. 2015, https://arxiv.org/abs/1505.00387:

    y = g relu(x W_t + b_t) + (1 - g) x,  g = sigmoid(x W_c + b_c)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from embedlab.base import Counts
from embedlab.models.common.context_losses import Question
from embedlab.models.common.layers import Softmax
from embedlab.models.elmo.config import ElmoConfig
from embedlab.models.elmo.recurrence import Clips, Recurrence, State, Trace, Weights, run
from embedlab.training.loop import Learner

WIDTH = 50
"""Numbers of a word: two marks for its ends, at most 48 bytes, padding."""
BEGIN_SENTENCE, END_SENTENCE, BEGIN_WORD, END_WORD, PAD = range(257, 262)
"""Numbers of the special characters. A byte's number is its value plus one; 0 is masked."""
CHARACTERS = 261
"""How many different numbers there are, without the masked one."""


def numbers(words: Sequence[str], width: int = WIDTH) -> NDArray[np.int16]:
    """(N, width) numbers of the characters of words; what is longer than fits is cut off.

    Args:
        words: any strings; half a surrogate pair, which has no bytes, is left out.
        width: numbers a word.
    """
    room = width - 2
    spelled = [word[:room].encode("utf-8", errors="ignore")[:room] for word in words]
    lengths = np.fromiter(map(len, spelled), np.int64, len(spelled))
    rows = np.full((len(spelled), width), PAD, np.int16)
    rows[:, 0] = BEGIN_WORD
    inside = np.arange(room) < lengths[:, None]  # (N, width - 2)
    rows[:, 1:-1][inside] = np.frombuffer(b"".join(spelled), np.uint8).astype(np.int16) + 1
    rows[np.arange(len(spelled)), lengths + 1] = END_WORD
    return rows


def ends_of_sentence(width: int = WIDTH) -> NDArray[np.int16]:
    """(2, width) the tokens that stand before and after every sentence."""
    rows = np.full((2, width), PAD, np.int16)
    rows[:, 0], rows[:, 1], rows[:, 2] = BEGIN_WORD, (BEGIN_SENTENCE, END_SENTENCE), END_WORD
    return rows


AT_ONCE = 256
"""Words whose filters are computed together."""
CARRY = -2.0
"""Initial bias of a highway gate: mostly closed, so that the input passes unchanged."""


class Highway(nn.Module):
    """One highway layer; the weights are stored as in ``x W``."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.carry = nn.Parameter(torch.randn(width, width) * width**-0.5)
        self.carry_bias = nn.Parameter(torch.full((width,), CARRY))
        self.transform = nn.Parameter(torch.randn(width, width) * width**-0.5)
        self.transform_bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer, (N, F) to (N, F)."""
        gate = torch.sigmoid(torch.addmm(self.carry_bias, x, self.carry))
        return torch.lerp(x, torch.relu(torch.addmm(self.transform_bias, x, self.transform)), gate)


class TokenNetwork(nn.Module):
    """Compute word vectors from character numbers, each word by itself."""

    def __init__(self, config: ElmoConfig) -> None:
        super().__init__()
        self.activation = torch.relu if config.activation == "relu" else torch.tanh
        self.embedding = nn.Parameter(torch.empty(CHARACTERS, config.char_dim).uniform_(-1, 1))
        made = [torch.randn(width, config.char_dim, n) * (width * config.char_dim) ** -0.5 for width, n in config.sizes]
        self.filters = nn.ParameterList(made)  # (width, char_dim, n) each
        self.biases = nn.ParameterList([torch.zeros(n) for _, n in config.sizes])
        width = sum(n for _, n in config.sizes)
        self.highways = nn.ModuleList([Highway(width) for _ in range(config.highway)])
        self.projection = nn.Parameter(torch.randn(width, config.dim) * width**-0.5)
        self.bias = nn.Parameter(torch.zeros(config.dim))

    def forward(self, characters: Tensor) -> Tensor:
        """From (N, width) character numbers, none masked, to (N, P) vectors.

        Words of similar length go through the filters together, without the padding that they share: a filter has the
        same output wherever it sees only padding, so one such position is enough for the maximum.
        """
        lengths = (characters != PAD).sum(dim=1)
        order = lengths.argsort(stable=True)
        parts = [self._strongest(characters[rows], int(lengths[rows[-1]])) for rows in torch.split(order, AT_ONCE)]
        back = torch.empty_like(order)
        back[order] = torch.arange(len(order), device=order.device)
        found = self.activation(torch.cat(parts)[back])  # (N, F)
        for layer in self.highways:
            found = layer(found)
        return torch.addmm(self.bias, found, self.projection)

    def _strongest(self, characters: Tensor, longest: int) -> Tensor:
        """(N, F) largest output of each filter over the positions of a word of at most ``longest`` characters."""
        strongest = []
        for weight, bias in zip(self.filters, self.biases, strict=True):
            width, dim, n = weight.shape
            seen = nn.functional.embedding(characters[:, : longest + width].long() - 1, self.embedding)  # (N, T, d)
            windows = seen.flatten(1).unfold(1, width * dim, dim)  # (N, positions, width d)
            answers = windows.flatten(0, 1) @ weight.view(width * dim, n)
            strongest.append(answers.view(len(characters), -1, n).amax(dim=1) + bias)
        return torch.cat(strongest, dim=1)


REMEMBER = 1.0
"""Initial bias of gate f; the published models add it at every step instead."""


class Layer(nn.Module):
    """One LSTM layer with projection, in one direction (see ``recurrence``)."""

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
        """The weights in the form of ``recurrence``."""
        return Weights(self.input, self.hidden, self.bias, self.projection)

    def forward(self, x: Tensor, fresh: Tensor | None = None) -> Tensor:
        """Run the layer from empty states, (T, B, P) to (T, B, P)."""
        if torch.is_grad_enabled():
            output: Tensor = Recurrence.apply(x, fresh, self.clips, *self.weights)  # type: ignore[no-untyped-call]
            return output
        return run(x, self.weights, self.clips, fresh)

    def resumed(self, x: Tensor, state: State, lengths: Tensor) -> tuple[Tensor, State]:
        """Run the layer from a state; also give the state after ``lengths`` (B,) steps, at least one."""
        size = self.projection.shape[0]
        trace = Trace(x.new_empty(*x.shape[:2], 4 * size), x.new_empty(*x.shape[:2], size))
        outputs = run(x, self.weights, self.clips, None, state, trace)
        last = lengths - 1, torch.arange(len(lengths))
        return outputs, (outputs[last], trace.cells[last])


class Direction(nn.Module):
    """The LSTM layers of one direction, with residual connections from the second layer on."""

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
        """Outputs of the first ``most`` layers, (T, B, P) each, for (T, B, P) token vectors in reading order."""
        result: list[Tensor] = []
        for layer in self.stack[:most]:
            output = layer(self.dropout(x), fresh)
            x = output + x if self.skip and result else output
            result.append(x)
        return result

    def resumed(self, x: Tensor, states: list[State], lengths: Tensor) -> tuple[list[Tensor], list[State]]:
        """The same from given states, one a layer; also give the states after ``lengths`` (B,) steps."""
        found: list[Tensor] = []
        after: list[State] = []
        for layer, state in zip(self.stack, states, strict=True):
            output, state = layer.resumed(x, state, lengths)
            x = output + x if self.skip and found else output
            found.append(x)
            after.append(state)
        return found, after


class ElmoNetwork(nn.Module):
    """The whole network: characters, both directions, softmax.

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
    """The loss of predicting the next word from those before it, and the previous one from those after it.

    With ``company`` a loss on the words around each word is added, on the top states of both directions.
    """

    parts: tuple[str, ...] = ("forward", "backward")

    def __init__(self, network: ElmoNetwork, company: Question | None = None) -> None:
        super().__init__()
        self.network, self.company = network, company
        if company is not None:
            self.parts = (*self.parts, company.part)

    def forward(self, characters: Tensor, inputs: Tensor, fresh: Tensor, targets: Tensor, read: Tensor) -> Tensor:
        """Mean negative log-probability in nats, over both directions (see ``examples.SentenceRows``)."""
        vectors = self.network.tokens(characters)  # (U, P)
        softmax, losses, tops = cast(Softmax, self.network.softmax), [], []
        for direction, ids, begun, wanted in zip(self.network.ways, inputs, fresh, targets, strict=True):
            top = direction(nn.functional.embedding(ids, vectors), begun)[-1]  # (T, B, P)
            told = wanted >= 0
            losses.append(softmax(self.network.dropout(top[told]), wanted[told]))
            tops.append(top.transpose(0, 1))  # (B, T, P)
        loss = torch.stack(losses).mean()
        if self.company is not None:
            positions = (part.transpose(1, 2).flatten(0, 1) for part in (read, fresh, targets >= 0))  # (2 B, T) each
            losses.append(self.company(torch.cat(tops), *positions))
            loss = loss + self.company.weight * losses[-1]
        self.apart = torch.stack(losses)
        return loss
