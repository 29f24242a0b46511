"""Learn how much each layer counts for a task, together with a linear readout of the mix: ELMo's equation 1.

Peters et al. 2018, equation 1:  h = gamma sum_l s_l h_l,  s = softmax(w), with lambda ||w||^2 added to the loss
(section 5.1).

With a penalty on the readout's weights gamma has no best value of its own: twice the gamma and half the weights give
the same scores and are punished less. So gamma is what gives the mix a mean square of 1, as every standardised vector
has. It follows from s and is not learned.

Shapes: L layers, N words, D values, E values beside the mix; P probes of K labels; n = L + K (D + E + 1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedlab.analysis.probing.lbfgs import minimise
from embedlab.analysis.probing.readout import Curvature, Readout, masked, residuals, scores_of, some, split

if TYPE_CHECKING:
    from torch import Tensor

LAMBDA = 0.001
"""Strength of the penalty on w that lets the weights go where the task wants them (Peters et al. 2018, table 2)."""
SPREAD = 0.5
"""Standard deviation of w at the start."""
STRETCH = 64
"""Words that are mixed at once: few enough for all their layers to stay in the processor's cache."""
FEW = 4
"""Every fourth word is read at first: it costs little and leads most of the way."""
ENOUGH = 1000
"""Words that such a sample must have."""
FIRST, THEN, ALONE = 40, 80, 300
"""Steps that may be taken on the sample, after it on all words, and on all words without it; the rest is the readout's
alone."""
LARGE, SOON = 100_000_000, 8
"""From so many values on, such as those of 13 layers of 768, only so many steps follow the sample's. Weights of layers
then are rough: without a penalty the shipped ELMo's end up to 0.3 from their best, where the loss is only 0.0004
higher."""
EASE = 30.0
"""Inverse curvature by w: the weights of layers bend the loss about as much as this, and the penalty besides."""
TINY = 1e-12


@dataclass(frozen=True)
class Mixing:
    """How the layers of one probe are mixed.

    Attributes:
        layers: numbers of the layers that are mixed.
        l2: lambda, the strength of the penalty on w.
        seed: of w at the start.
        weights: s of all L layers, if they are given and not learned.
    """

    layers: tuple[int, ...] = ()
    l2: float = LAMBDA
    seed: int = 1
    weights: tuple[float, ...] | None = None


@dataclass(frozen=True, eq=False)
class Mix:
    """What one probe has learned.

    Attributes:
        weights: (L,) s; 0 for layers that are not mixed.
        gamma: gives the mix a mean square of 1.
        readout: (1, K (D + E + 1)) weights and biases.
        steps: how many of L-BFGS it took.
    """

    weights: Tensor
    gamma: float
    readout: Tensor
    steps: int

    def blocks(self, x: Tensor, beside: Tensor | None = None) -> list[Tensor]:
        """What the readout reads of words (L, N, D): the mix (N, D), and what stands beside it (N, E)."""
        mixed = combined(self.gamma * self.weights[None], x)[0]
        return [mixed] if beside is None else [mixed, beside]

    def scores(self, x: Tensor, labels: int, beside: Tensor | None = None, hidden: Tensor | None = None) -> Tensor:
        """(K, N) scores of the labels for words (L, N, D); labels that are hidden (K, N) have minus infinity."""
        return masked(scores_of(self.blocks(x, beside), *split(self.readout, labels)), hidden)[0]


def learn(
    x: Tensor,
    wanted: Tensor,
    mixings: Sequence[Mixing],
    labels: int,
    l2: float,
    tolerance: float | Tensor,
    told: Callable[[int, float], None] | None = None,
    *,
    beside: Tensor | None = None,
    hidden: Tensor | None = None,
) -> list[Mix]:
    """Learn mixes of layers and a linear readout of each; then, with the mix as it is, bring the readout to its best.

    Args:
        x: (L, N, D) the training words.
        wanted: (P, N) their labels, for each probe.
        mixings: P ways to mix.
        labels: K.
        l2: strength of the penalty on the readout's weights: l2 / 2 times their squares.
        tolerance: largest absolute value in a gradient at which a probe is done; one for all, or (P,).
        told: told after every step; may raise to stop.
        beside: (N, E) vectors that are read beside the mix.
        hidden: (K, N) labels that a word cannot have.
    """
    import torch

    bounds, alike = torch.as_tensor(tolerance).expand(len(mixings)), likeness(x)
    free = [row for row, one in enumerate(mixings) if one.weights is None]
    begun: dict[int, Mix] = {}
    if free:
        ways = [mixings[row] for row in free]
        learned = _learn(x, wanted[free], ways, labels, l2, bounds[free], told, beside, hidden)
        begun = dict(zip(free, learned, strict=True))
    size, result = labels * (x.shape[2] + (0 if beside is None else beside.shape[1]) + 1), []
    for row, mixing in enumerate(mixings):
        if mixing.weights is None:
            mix = begun[row]
        else:
            weights = torch.tensor(mixing.weights)
            mix = Mix(weights, float(gamma_of(weights, alike)), torch.zeros(1, size), 0)
        readout = Readout(mix.blocks(x, beside), wanted[row : row + 1], labels, l2, hidden)
        best = minimise(readout, mix.readout, tolerance=bounds[row], told=told)
        result.append(Mix(mix.weights, mix.gamma, best.x, mix.steps + int(best.steps[0])))
    return result


def _learn(
    x: Tensor,
    wanted: Tensor,
    mixings: Sequence[Mixing],
    labels: int,
    l2: float,
    bounds: Tensor,
    told: Callable[[int, float], None] | None,
    beside: Tensor | None,
    hidden: Tensor | None,
) -> list[Mix]:
    """Learn the weights of the layers; the readouts are near their best afterwards."""
    import torch

    every = max(1, min(FEW, x.shape[1] // ENOUGH))
    point, steps, probes = torch.zeros(0), torch.zeros(len(mixings), dtype=torch.int64), None
    for stride in (every, 1) if every > 1 else (1,):
        probes = Mixture(
            x[:, ::stride].contiguous(), wanted[:, ::stride].contiguous(), mixings, labels, l2,
            beside=None if beside is None else beside[::stride].contiguous(),
            hidden=None if hidden is None else hidden[:, ::stride].contiguous(),
        )  # fmt: skip
        then = THEN if x.numel() < LARGE else SOON
        most = FIRST if stride > 1 else then if every > 1 else ALONE
        best = minimise(probes, point if len(point) else probes.start(), tolerance=bounds, most=most, told=told)
        point, steps = best.x, steps + best.steps
    assert probes is not None
    weights, gamma = probes.weigh(point[:, : len(x)], torch.arange(len(mixings)))
    return [
        Mix(weights[row], float(gamma[row]), point[row : row + 1, len(x) :], int(steps[row]))
        for row in range(len(mixings))
    ]


class Mixture:
    """The loss of P probes, each with a mix of its own, as a function of w and the readout's weights and biases.

    Args:
        x: (L, N, D) vectors.
        wanted: (P, N) labels.
        mixings: P ways to mix.
        labels: K.
        l2: strength of the penalty on the readout's weights.
        beside: (N, E) vectors that are read beside the mix.
        hidden: (K, N) labels that a word cannot have.
    """

    def __init__(
        self,
        x: Tensor,
        wanted: Tensor,
        mixings: Sequence[Mixing],
        labels: int,
        l2: float,
        *,
        beside: Tensor | None = None,
        hidden: Tensor | None = None,
    ) -> None:
        import torch

        self.x, self.wanted, self.mixings, self.labels, self.l2 = x, wanted, mixings, labels, l2
        self.beside = x.new_zeros(x.shape[1], 0) if beside is None else beside
        self.hidden, self.alike = hidden, likeness(x)
        self.held = torch.tensor([mixing.l2 for mixing in mixings])[:, None]
        self.outside = outside([mixing.layers for mixing in mixings], len(x))
        self.seen, self.seen_beside = some(x).contiguous(), some(self.beside[None])[0]
        self.curvatures: dict[int, Curvature] = {}

    def start(self) -> Tensor:
        """(P, n): w near 0, the readout at 0."""
        import torch

        point = torch.zeros(len(self.wanted), len(self.x) + self.labels * (self.x.shape[2] + self.beside.shape[1] + 1))
        for row, mixing in enumerate(self.mixings):
            draw = torch.Generator().manual_seed(mixing.seed)
            point[row, : len(self.x)] = SPREAD * torch.randn(len(self.x), generator=draw)
        point[:, : len(self.x)][self.outside.isinf()] = 0
        return point

    def __call__(self, x: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
        """Losses (p,) and gradients (p, n)."""
        import torch

        layers, words, dim = self.x.shape
        w = x[:, :layers]
        shares, gamma = self.weigh(w, which)  # (p, L), (p, 1)
        factors = gamma * shares  # (p, L)
        weights, biases = split(x[:, layers:], self.labels)  # (p, K, D + E), (p, K, 1)
        wanted, losses = self.wanted[which], torch.zeros(len(x), dtype=torch.float64)
        slopes, pulls = torch.zeros_like(x[:, layers:]).view(len(x), self.labels, -1), torch.zeros_like(factors)
        for at in range(0, words, STRETCH):
            read = self.x[:, at : at + STRETCH]  # (L, b, D)
            mixed = self._read(factors, read, self.beside[at : at + STRETCH])  # (p, b, D + E)
            scores = torch.baddbmm(biases, weights, mixed.transpose(1, 2))  # (p, K, b)
            scores = scores if self.hidden is None else masked(scores, self.hidden[:, at : at + STRETCH])
            lost, rest = residuals(scores, wanted[:, at : at + STRETCH])
            losses += lost
            slopes[..., :-1].baddbmm_(rest, mixed)
            slopes[..., -1] += rest.sum(2)
            back = torch.bmm(rest.transpose(1, 2), weights[..., :dim])  # (p, b, D)
            pulls += back.flatten(1) @ read.reshape(layers, -1).T  # (p, L)
        slopes, pulls = slopes / words, pulls / words
        slopes[..., :-1] += self.l2 * weights
        # through a_l = gamma(s) s_l, gamma = (s' C s)^(-1/2), and the softmax
        along = (pulls * shares).sum(1, keepdim=True)  # (p, 1)
        moves = shares * (gamma * pulls - gamma**3 * along * (shares @ self.alike)) + 2 * self.held[which] * w
        losses = losses / words + self.l2 / 2 * weights.square().sum((1, 2))
        losses += (self.held[which] * w.square()).sum(1)
        return losses, torch.cat([moves, slopes.flatten(1)], dim=1)

    def weigh(self, w: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
        """Weights s (p, L) and gamma (p, 1) of w (p, L).

        Args:
            w: scores of the layers; the softmax of them gives s.
            which: (p,) rows of the probes that are asked for.
        """
        return weigh(w + self.outside[which], self.alike)

    def _read(self, factors: Tensor, x: Tensor, beside: Tensor) -> Tensor:
        """(p, b, D + E) of layers (L, b, D) and what stands beside them."""
        import torch

        mixed = combined(factors, x)  # (p, b, D)
        return torch.cat([mixed, beside.expand(len(mixed), -1, -1)], dim=2) if beside.shape[1] else mixed

    def look(self, x: Tensor, which: Tensor) -> None:
        """Take the curvature anew, as it is at x (p, n); its directions stay those of the mixes at first."""
        import torch

        layers = len(self.x)
        shares, gamma = self.weigh(x[:, :layers], which)
        weights, biases = split(x[:, layers:], self.labels)  # (p, K, D + E), (p, K, 1)
        hidden = None if self.hidden is None else some(self.hidden)
        for row, probe in enumerate(which.tolist()):
            words = self._read((gamma * shares)[row : row + 1], self.seen, self.seen_beside)[0]
            if probe not in self.curvatures:
                self.curvatures[probe] = Curvature(words, 1, self.labels, self.l2)
            scores = masked(scores_of([words], weights[row : row + 1], biases[row : row + 1]), hidden)
            self.curvatures[probe].look(scores.softmax(1), torch.zeros(1, dtype=torch.int64))

    def scaled(self, gradients: Tensor, which: Tensor) -> Tensor:
        """(p, n) gradients divided by the curvature of the loss.

        Args:
            gradients: (p, n).
            which: (p,) rows of the probes that they belong to.
        """
        import torch

        layers, only = len(self.x), torch.zeros(1, dtype=torch.int64)
        weights, biases = split(gradients[:, layers:], self.labels)
        moved = [
            self.curvatures[probe].undone(weights[row : row + 1], biases[row : row + 1], only)
            for row, probe in enumerate(which.tolist())
        ]
        return torch.cat([gradients[:, :layers] / (1 / EASE + 2 * self.held[which]), torch.cat(moved)], dim=1)


def weigh(w: Tensor, alike: Tensor) -> tuple[Tensor, Tensor]:
    """Of w (P, L): the weights s (P, L) and gamma (P, 1); layers at minus infinity have no weight.

    Args:
        w: what the softmax is taken of.
        alike: (L, L) of ``likeness``.
    """
    shares = w.softmax(1)
    return shares, gamma_of(shares, alike)


def gamma_of(shares: Tensor, alike: Tensor) -> Tensor:
    """(P, 1) what gives mixes with weights (P, L) a mean square of 1."""
    return ((shares @ alike) * shares).sum(-1, keepdim=True).clamp(min=TINY) ** -0.5


def outside(layers: Sequence[Sequence[int]], count: int) -> Tensor:
    """(P, L): 0 for the layers that each probe mixes, minus infinity for the others."""
    import torch

    result = torch.full((len(layers), count), float("-inf"))
    for row, own in zip(result, layers, strict=True):
        row[list(own)] = 0
    return result


def combined(which: Tensor, x: Tensor) -> Tensor:
    """(U, L) times (L, B, D) to (U, B, D)."""
    layers, batch, dim = x.shape
    return (which @ x.reshape(layers, batch * dim)).view(len(which), batch, dim)


def likeness(x: Tensor) -> Tensor:
    """(L, L) mean product of the values of two layers (L, N, D)."""
    import torch

    sums = np.zeros((len(x), len(x)))
    for at in range(0, x.shape[1], STRETCH):
        flat = x[:, at : at + STRETCH].reshape(len(x), -1).numpy()  # (L, b D)
        sums += flat @ flat.T
    return torch.from_numpy((sums / x[0].numel()).astype(np.float32))
