"""Probes that learn how much each layer counts, together with what they read from the mix.

Peters et al. 2018, equation 1:  h = gamma sum_l s_l h_l,  s = softmax(w).

With a penalty on the probe's weights gamma has no best value of its own: twice the gamma and half the weights say the
same and are punished less. So gamma here is what gives the mix variance 1, as every other vector that is probed has.

Shapes: L layers, N words, D values; P probes of K labels; n = L + K (D + 1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedlab.analysis.lbfgs import minimise
from embedlab.analysis.probe_curvature import Curvature, some
from embedlab.analysis.probe_groups import combined
from embedlab.analysis.probe_readout import residuals, scores_of, split

if TYPE_CHECKING:
    from torch import Tensor

STRETCH = 64
"""Words that are mixed at once: few enough for all their layers to stay in the processor's cache."""
FEW = 4
"""Every fourth word is read at first: it costs little and leads most of the way."""
ENOUGH = 1000
"""Words that such a sample must have."""
FIRST, THEN, ALONE = 40, 80, 100
"""Steps that may be taken on the sample, after it on all words, and on all words without it; the rest is the readout's
alone. The weights of layers have settled then to within 0.03."""
LARGE, SOON = 100_000_000, 8
"""From so many values on, such as those of 13 layers of 768, only so many steps follow the sample's. Weights of layers
then are rough: the shipped ELMo's end up to 0.3 from their best, where the loss is only 0.0004 higher."""
EASE = 30.0
"""Inverse curvature by w: the weights of layers bend the loss about as much as this."""
TINY = 1e-12


class Mixture:
    """P probes, each with a mix of its own.

    Args:
        x: (L, N, D) vectors of variance 1.
        wanted: (P, N) labels.
        outside: (P, L) 0 for the layers a probe mixes, minus infinity for the others.
        labels: K.
        l2: strength of the penalty on the weights.
    """

    def __init__(self, x: Tensor, wanted: Tensor, outside: Tensor, labels: int, l2: float) -> None:
        self.x, self.wanted, self.outside, self.labels, self.l2 = x, wanted, outside, labels, l2
        self.alike, self.seen = likeness(x), some(x).contiguous()
        self.curvatures: dict[int, Curvature] = {}

    def __call__(self, x: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
        """Losses (p,) and gradients (p, n)."""
        import torch

        layers, words, _ = self.x.shape
        shares, gamma = self.shares(x[:, :layers], which)
        factors = gamma * shares  # (p, L)
        weights, biases = split(x[:, layers:], self.labels)
        wanted, losses = self.wanted[which], torch.zeros(len(x), dtype=torch.float64)
        slopes, pulls = torch.zeros_like(x[:, layers:]).view(len(x), self.labels, -1), torch.zeros_like(factors)
        for at in range(0, words, STRETCH):
            read = self.x[:, at : at + STRETCH]  # (L, b, D)
            mixed = combined(factors, read)  # (p, b, D)
            scores = torch.baddbmm(biases, weights, mixed.transpose(1, 2))  # (p, K, b)
            lost, rest = residuals(scores, wanted[:, at : at + STRETCH])
            losses += lost
            slopes[..., :-1].baddbmm_(rest, mixed)
            slopes[..., -1] += rest.sum(2)
            back = torch.bmm(rest.transpose(1, 2), weights)  # (p, b, D)
            pulls += back.flatten(1) @ read.reshape(layers, -1).T
        slopes, pulls = slopes / words, pulls / words
        slopes[..., :-1] += self.l2 * weights
        # through a_l = gamma(s) s_l, gamma = (s' C s)^(-1/2), and the softmax
        along = (pulls * shares).sum(1, keepdim=True)
        moves = shares * (gamma * pulls - gamma**3 * along * (shares @ self.alike))
        losses = losses / words + self.l2 / 2 * weights.square().sum((1, 2))
        return losses, torch.cat([moves, slopes.flatten(1)], dim=1)

    def shares(self, w: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
        """Of w (p, L): s (p, L) and gamma (p, 1)."""
        shares = (w + self.outside[which]).softmax(1)
        return shares, ((shares @ self.alike) * shares).sum(1, keepdim=True).clamp(min=TINY) ** -0.5

    def look(self, x: Tensor, which: Tensor) -> None:
        """Take the curvature anew, as it is at x (p, n); its directions stay those of the mixes at first."""
        import torch

        layers = len(self.x)
        shares, gamma = self.shares(x[:, :layers], which)
        weights, biases = split(x[:, layers:], self.labels)
        for row, probe in enumerate(which.tolist()):
            words = combined((gamma * shares)[row : row + 1], self.seen)[0]
            if probe not in self.curvatures:
                self.curvatures[probe] = Curvature(words, 1, self.labels, self.l2)
            likely = scores_of([words], weights[row : row + 1], biases[row : row + 1]).softmax(1)
            self.curvatures[probe].look(likely, torch.zeros(1, dtype=torch.int64))

    def scaled(self, gradients: Tensor, which: Tensor) -> Tensor:
        """Gradients (p, n) divided by the curvature."""
        import torch

        layers, only = len(self.x), torch.zeros(1, dtype=torch.int64)
        weights, biases = split(gradients[:, layers:], self.labels)
        moved = [
            self.curvatures[probe].undone(weights[row : row + 1], biases[row : row + 1], only)
            for row, probe in enumerate(which.tolist())
        ]
        return torch.cat([EASE * gradients[:, :layers], torch.cat(moved)], dim=1)


@dataclass(frozen=True, eq=False)
class Mixes:
    """What P probes have learned.

    Attributes:
        shares: (P, L) s.
        gamma: (P, 1).
        readout: (P, K (D + 1)) weights and biases, near their best.
        steps: (P,) that it took.
    """

    shares: Tensor
    gamma: Tensor
    readout: Tensor
    steps: Tensor


def learn(
    x: Tensor,
    wanted: Tensor,
    mixed: Sequence[Sequence[int]],
    labels: int,
    l2: float,
    tolerance: float | Tensor,
    told: Callable[[int, float], None] | None = None,
) -> Mixes:
    """Learn P mixes of some of L layers, and what is read from them.

    Args:
        x: (L, N, D) the training words.
        wanted: (P, N) their labels, for each probe.
        mixed: which layers each probe mixes.
        labels: K.
        l2: strength of the penalty.
        tolerance: largest absolute value in a gradient at which a probe is done; one for all, or (P,).
        told: told after every step.
    """
    import torch

    layers, all_of_them = len(x), torch.arange(len(mixed))
    outside = torch.full((len(mixed), layers), float("-inf"))
    for row, own in zip(outside, mixed, strict=True):
        row[list(own)] = 0
    every = max(1, min(FEW, x.shape[1] // ENOUGH))
    place = torch.zeros(len(mixed), layers + labels * (x.shape[2] + 1))
    steps = torch.zeros(len(mixed), dtype=torch.int64)
    probes = Mixture(x[:, ::every].contiguous(), wanted[:, ::every].contiguous(), outside, labels, l2)
    for whole in (False, True) if every > 1 else (True,):
        if whole:
            probes = Mixture(x, wanted, outside, labels, l2)
        then = THEN if x.numel() < LARGE else SOON
        most = (then if every > 1 else ALONE) if whole else FIRST
        found = minimise(probes, place, tolerance=tolerance, most=most, told=told)
        place, steps = found.x, steps + found.steps
    return Mixes(*probes.shares(place[:, :layers], all_of_them), place[:, layers:], steps)


def likeness(x: Tensor) -> Tensor:
    """(L, L) mean product of the values of two layers (L, N, D)."""
    import torch

    sums = np.zeros((len(x), len(x)))
    for at in range(0, x.shape[1], STRETCH):
        flat = x[:, at : at + STRETCH].reshape(len(x), -1).numpy()
        sums += flat @ flat.T
    return torch.from_numpy((sums / x[0].numel()).astype(np.float32))
