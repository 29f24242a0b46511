"""Multinomial logistic regression on frozen vectors: its loss and gradient, for several label sets at once.

Loss: mean cross-entropy + l2 / 2 times the squares of the weights, the biases free, as scikit-learn's
``LogisticRegression(C=1 / (l2 N))``.

Shapes: N words, D values, in each of B blocks that stand side by side; P label sets of K labels; n = K (B D + 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from embedlab.analysis.probe_curvature import Curvature, some

if TYPE_CHECKING:
    from torch import Tensor


STRETCH = 1024
"""Words that are read at once: few enough to be still in the processor's cache when the slopes are taken."""


class Readout:
    """P regressions that read the same words.

    Args:
        blocks: B of (N, D), side by side what is read.
        wanted: (P, N) labels.
        labels: K.
        l2: strength of the penalty.
    """

    def __init__(self, blocks: Sequence[Tensor], wanted: Tensor, labels: int, l2: float) -> None:
        import torch

        self.blocks, self.wanted, self.labels, self.l2 = blocks, wanted, labels, l2
        seen = torch.cat([some(block[None])[0] for block in blocks], dim=1)
        self.curvature = Curvature(seen, len(wanted), labels, l2)

    def start(self) -> Tensor:
        """(P, n) zeros."""
        import torch

        return torch.zeros(len(self.wanted), self.labels * (sum(block.shape[1] for block in self.blocks) + 1))

    def __call__(self, x: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
        """Losses (p,) and gradients (p, n)."""
        import torch

        weights, biases = split(x, self.labels)  # (p, K, B D), (p, K, 1)
        wanted, losses = self.wanted[which], torch.zeros(len(x), dtype=torch.float64)
        turned = [torch.zeros(len(x) * self.labels, block.shape[1]) for block in self.blocks]
        pulls = torch.zeros_like(biases)
        for at in range(0, wanted.shape[1], STRETCH):
            read = [block[at : at + STRETCH] for block in self.blocks]  # (b, D)
            lost, rest = residuals(scores_of(read, weights, biases), wanted[:, at : at + STRETCH])
            losses += lost
            pulls += rest.sum(2, keepdim=True)
            for slopes, block in zip(turned, read, strict=True):
                slopes.addmm_(rest.flatten(0, 1), block)
        slopes = torch.cat(turned, dim=1).view_as(weights) / wanted.shape[1] + self.l2 * weights
        losses = losses / wanted.shape[1] + self.l2 / 2 * weights.square().sum((1, 2))
        return losses, torch.cat([slopes, pulls / wanted.shape[1]], dim=2).flatten(1)

    def look(self, x: Tensor, which: Tensor) -> None:
        """Take the curvature anew, as it is at x (p, n)."""
        likely = scores_of([self.curvature.words], *split(x, self.labels)).softmax(1)
        self.curvature.look(likely, which)

    def scaled(self, gradients: Tensor, which: Tensor) -> Tensor:
        """Gradients (p, n) divided by the curvature."""
        return self.curvature.undone(*split(gradients, self.labels), which)


def split(x: Tensor, labels: int) -> tuple[Tensor, Tensor]:
    """(P, n) to weights (P, K, n / K - 1) and biases (P, K, 1)."""
    both = x.view(len(x), labels, -1)
    return both[..., :-1], both[..., -1:]


def scores_of(blocks: Sequence[Tensor], weights: Tensor, biases: Tensor) -> Tensor:
    """(P, K, N) of B blocks (N, D): words last, so that the softmax over labels runs along the memory."""
    import torch

    count, labels, _ = weights.shape
    flat, ends = weights.reshape(count * labels, -1), np.cumsum([block.shape[1] for block in blocks]).tolist()
    scores = biases.reshape(-1, 1)
    for block, end in zip(blocks, ends, strict=True):
        scores = torch.addmm(scores, flat[:, end - block.shape[1] : end], block.T)
    return scores.view(count, labels, -1)


def residuals(scores: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy (P,) summed over the words, and (P, K, N) what is said less what is wanted."""
    import torch

    likely = scores.log_softmax(1)
    right = wanted[:, None]  # (P, 1, N)
    losses = -likely.gather(1, right).sum((1, 2), dtype=torch.float64)
    rest = likely.exp_()
    return losses, rest.scatter_add_(1, right, torch.full_like(right, -1, dtype=rest.dtype))
