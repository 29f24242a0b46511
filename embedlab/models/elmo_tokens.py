"""A word's vector from its characters: filters, the strongest answer of each, highway layers, a projection.

Kim et al. 2016, Character-Aware Neural Language Models, https://arxiv.org/abs/1508.06615; highway layers: Srivastava et
al. 2015, https://arxiv.org/abs/1505.00387:  y = g relu(x W_t + b_t) + (1 - g) x,  g = sigmoid(x W_c + b_c).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from embedlab.data.word_characters import CHARACTERS, PAD
from embedlab.models.elmo_config import ElmoConfig

AT_ONCE = 256
"""Words whose filters are computed together."""
CARRY = -2.0
"""Where a highway gate's bias begins: mostly closed, so that the input is carried through."""


class Highway(nn.Module):
    """One highway layer; the weights stand as in ``x W``."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.carry = nn.Parameter(torch.randn(width, width) * width**-0.5)
        self.carry_bias = nn.Parameter(torch.full((width,), CARRY))
        self.transform = nn.Parameter(torch.randn(width, width) * width**-0.5)
        self.transform_bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        """(N, F) to (N, F)."""
        gate = torch.sigmoid(torch.addmm(self.carry_bias, x, self.carry))
        return torch.lerp(x, torch.relu(torch.addmm(self.transform_bias, x, self.transform)), gate)


class TokenNetwork(nn.Module):
    """Character numbers of words to vectors, each word by itself."""

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
        """(N, width) character numbers, none masked, to (N, P).

        Words of like length go through the filters together, without the padding that they have in common: a filter
        says the same of every place where it sees nothing else, so one such place is enough for the maximum.
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
        """(N, F) each filter's largest answer over the places of a word, of words of at most so many characters."""
        strongest = []
        for weight, bias in zip(self.filters, self.biases, strict=True):
            width, dim, n = weight.shape
            seen = nn.functional.embedding(characters[:, : longest + width].long() - 1, self.embedding)  # (N, T, d)
            windows = seen.flatten(1).unfold(1, width * dim, dim)  # (N, places, width d)
            answers = windows.flatten(0, 1) @ weight.view(width * dim, n)
            strongest.append(answers.view(len(characters), -1, n).amax(dim=1) + bias)
        return torch.cat(strongest, dim=1)
