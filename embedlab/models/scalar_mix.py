"""The weighted mean of a model's layers that a task learns for itself.

Peters et al. 2018, equation 1:  ELMo = gamma sum_j s_j h_j,  s = softmax(w).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from embedlab.base import BadInput, Floats

TINY = 1e-12


class ScalarMix(nn.Module):
    """One vector a word from L layers.

    Args:
        layers: L.
        layer_norm: give every layer mean 0 and variance 1 first, over all values of the words that are there.

    Attributes:
        scores: w, (L,); s is their softmax. Held near 0 by a penalty (L2), the layers stay mixed evenly.
        gamma: a number.
    """

    def __init__(self, layers: int, *, layer_norm: bool = False) -> None:
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(layers))
        self.gamma = nn.Parameter(torch.ones(()))
        self.layer_norm = layer_norm

    @property
    def weights(self) -> Floats:
        """s, (L,): how much each layer counts; their sum is 1."""
        weights: Floats = torch.softmax(self.scores.detach(), dim=0).cpu().numpy()
        return weights

    def penalty(self) -> Tensor:
        """Sum of the squares of w, to be added to a loss times the strength of the penalty."""
        return self.scores.square().sum()

    def forward(self, layers: Tensor, mask: Tensor | None = None) -> Tensor:
        """(L, …, T, D) to (…, T, D).

        Args:
            layers: what each layer says.
            mask: (…, T) where there are words; only these count for the layer norm.

        Raises:
            BadInput: another number of layers.
        """
        if len(layers) != len(self.scores):
            raise BadInput(f"This mix is of {len(self.scores)} layers, not of {len(layers)}.")
        if self.layer_norm:
            layers = torch.stack([_normed(layer, mask) for layer in layers])
        mixed: Tensor = self.gamma * torch.tensordot(torch.softmax(self.scores, dim=0), layers, dims=1)
        return mixed

    def mix(self, layers: Floats) -> Floats:
        """(L, T, D) to (T, D), of one sentence as ``ContextualModel.encode`` gives it.

        Raises:
            BadInput: another number of layers.
        """
        with torch.no_grad():
            mixed: Floats = self(torch.from_numpy(np.ascontiguousarray(layers))).numpy()
        return mixed


def _normed(layer: Tensor, mask: Tensor | None) -> Tensor:
    """Mean 0 and variance 1 over all values of a layer whose place is not masked, as AllenNLP does."""
    there = torch.ones_like(layer[..., :1]) if mask is None else mask[..., None].to(layer.dtype)
    number = there.sum() * layer.shape[-1]
    mean = (layer * there).sum() / number
    variance = (((layer - mean) * there) ** 2).sum() / number
    return (layer - mean) / torch.sqrt(variance + TINY)
