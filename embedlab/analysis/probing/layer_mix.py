"""Probes that learn how much each layer counts, together with what they read from the mix.

Peters et al. 2018, equation 1:  h = gamma sum_l s_l h_l,  s = softmax(w).

With a penalty on the probe's weights gamma has no best value of its own: twice the gamma and half the weights say the
same and are punished less. So gamma here is what gives the mix variance 1, as every other vector that is probed has.

Shapes: L layers, N words, D values; P probes of K labels; n = L + K (D + 1).

Linear probes on mixed layers, several at once: the mix's weights are learned together with the probe.

Peters et al. 2018, equation 1:  h = gamma sum_j s_j h_j,  s = softmax(w), with lambda ||w||^2 added to the loss.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.probing.features import Inputs
from embedlab.analysis.probing.lbfgs import minimise
from embedlab.analysis.probing.mlp import combined
from embedlab.analysis.probing.readout import Curvature, residuals, scores_of, some, split
from embedlab.analysis.probing.tasks import Part, TokenTask
from embedlab.base import Floats

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


def learn_mixes(
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


if TYPE_CHECKING:
    from torch import Generator, Tensor

EPOCHS, STEPS = 12, 150
"""Passes over the training words, or more where that would be fewer steps."""
BATCH = 512
RATE, MIX_RATE = 2e-2, 3e-2
"""Learning rates (Adam) of the probe, and of w and gamma; both fall to 0 along half a cosine."""
PRIOR = 10.0
"""Strength of the penalty on the squares of the probe's own weights, for all training words together: where there are
few words, each of them weighs less against it."""


@dataclass(frozen=True)
class Mixing:
    """How the layers of one probe are mixed.

    Attributes:
        l2: lambda, the strength of the penalty on w; without meaning for given weights.
        weights: s, given and not learned; learned if ``None``.
    """

    l2: float = 0.001
    weights: tuple[float, ...] | None = None


@dataclass(frozen=True, eq=False)
class Learned:
    """One probe that has been learned.

    Attributes:
        weights: (L,) s.
        gamma: the factor of the mix.
        loss: cross-entropy on the dev part, nats a word, without the penalty.
        epochs: passes over the training part until that loss was lowest.
        answers: (N of test,) what the probe says.
    """

    weights: Floats
    gamma: float
    loss: float
    epochs: int
    answers: NDArray[np.int64]


def learn(
    inputs: Inputs,
    task: TokenTask,
    mixings: Sequence[Mixing],
    seed: int,
    after_epoch: Callable[[float], None] | None = None,
    beside: Inputs | None = None,
) -> list[Learned]:
    """Learn one probe for each mixing, all of them side by side on the same batches.

    Adam on the cross-entropy; each probe is kept as it was when its loss on the dev part was lowest.

    Args:
        inputs: the words' vectors.
        task: the right answers.
        mixings: R ways to mix.
        seed: of the probes' beginning and of the order of the words.
        after_epoch: told the share that is done, after every pass; may raise to stop.
        beside: vectors of one layer that stay outside the mix and are set beside it.
    """
    import torch

    rng = torch.Generator().manual_seed(seed)
    others = (beside.train[0], beside.dev[0], beside.test[0]) if beside else (None, None, None)
    train, dev, test = map(_rows, (inputs.train, inputs.dev, inputs.test), others)
    probes = _Probes((train, dev), inputs.train.shape[0], inputs.train.shape[2], task, mixings, rng)
    best = _Best(len(mixings))
    epochs = max(EPOCHS, math.ceil(STEPS / math.ceil(probes.size / BATCH)))
    for epoch in range(epochs):
        batches = torch.split(torch.randperm(probes.size, generator=rng), BATCH)
        for number, rows in enumerate(batches):
            probes.step(rows, (epoch + number / len(batches)) / epochs)
        best.look(probes, epoch + 1)
        if after_epoch is not None:
            after_epoch((epoch + 1) / epochs)
    best.restore(probes)
    answers = probes.answers(test, task.test)
    return [
        Learned(s, float(g), float(loss), int(epochs), said)
        for s, g, loss, epochs, said in zip(
            probes.s().detach().numpy(), probes.gamma.detach(), best.loss, best.epoch, answers, strict=True
        )
    ]


class _Probes:
    """R linear probes; all tensors have the probe as their first axis."""

    def __init__(
        self,
        rows: tuple[Floats, Floats],
        layers: int,
        dim: int,
        task: TokenTask,
        mixings: Sequence[Mixing],
        rng: Generator,
    ) -> None:
        import torch

        runs, classes = len(mixings), len(task.labels)
        extra = rows[0].shape[1] - layers * dim
        begin = 0.01 * torch.randn(1, dim + extra, classes, generator=rng)
        self.w = torch.zeros(runs, layers, requires_grad=True)
        self.gamma = torch.ones(runs, requires_grad=True)
        self.matrix = begin.repeat(runs, 1, 1).requires_grad_()  # the same beginning for all: they are compared
        self.bias = torch.zeros(runs, 1, classes, requires_grad=True)
        self.l2 = torch.tensor([mixing.l2 for mixing in mixings], dtype=torch.float32)
        self.free = torch.tensor([[mixing.weights is None] for mixing in mixings])
        self.given = torch.tensor([mixing.weights or (0.0,) * layers for mixing in mixings], dtype=torch.float32)
        own: dict[str, Any] = {"params": [self.matrix, self.bias], "lr": RATE}
        self.optimizer = torch.optim.Adam([own, {"params": [self.w, self.gamma], "lr": MIX_RATE}])
        self.train, self.dev = torch.from_numpy(rows[0]), torch.from_numpy(rows[1])
        self.size, self.dim, self.decay = len(self.train), dim, PRIOR / len(self.train)
        self.task, self.hidden = task, torch.from_numpy(~task.candidates)
        self.labels = torch.from_numpy(task.train.labels)
        self.groups = torch.from_numpy(task.train.groups)

    @property
    def state(self) -> list[Tensor]:
        return [self.w, self.gamma, self.matrix, self.bias]

    def s(self) -> Tensor:
        """(R, L) weights of the layers."""
        import torch

        return torch.where(self.free, torch.softmax(self.w, dim=1), self.given)

    def logits(self, rows: Tensor, groups: Tensor) -> Tensor:
        """(R, B, C) of (B, L D + E).

        The mix is drawn into the probe, gamma s_j (h_j M) for gamma (s_j h_j) M: one product for all probes and layers.
        """
        import torch

        (runs, count), dim, classes = self.w.shape, self.dim, self.bias.shape[-1]
        factors = (self.s() * self.gamma[:, None])[:, :, None, None]  # (R, L, 1, 1)
        mixed = (factors * self.matrix[:, None, :dim]).reshape(runs, count * dim, classes)  # (R, L D, C)
        weights = torch.cat([mixed, self.matrix[:, dim:]], dim=1)  # (R, L D + E, C)
        found = rows @ weights.transpose(0, 1).reshape(rows.shape[1], -1)  # (B, R C)
        found = found.view(-1, runs, classes).transpose(0, 1) + self.bias
        return found.masked_fill(self.hidden[groups], float("-inf"))

    def step(self, rows: Tensor, done: float) -> None:
        """Learn from some words; the learning rates fall along half a cosine with the share that is done."""
        import torch

        for group, rate in zip(self.optimizer.param_groups, (RATE, MIX_RATE), strict=True):
            group["lr"] = rate * (1 + math.cos(math.pi * done)) / 2
        logits = self.logits(self.train[rows], self.groups[rows])
        loss = _cross_entropy(logits, self.labels[rows]) + self.l2 * self.w.square().sum(dim=1)
        loss = loss + self.decay * self.matrix.square().sum(dim=(1, 2))
        self.optimizer.zero_grad()
        torch.autograd.backward(loss.sum())  # the probes have no number in common, so each follows its own loss
        self.optimizer.step()

    def dev_loss(self) -> Tensor:
        """(R,) cross-entropy on the dev part."""
        import torch

        with torch.no_grad():
            part = self.task.dev
            logits = self.logits(self.dev, torch.from_numpy(part.groups))
            return _cross_entropy(logits, torch.from_numpy(part.labels))

    def answers(self, rows: Floats, part: Part) -> list[NDArray[np.int64]]:
        """What each probe says, (N,)."""
        import torch

        with torch.no_grad():
            logits = self.logits(torch.from_numpy(rows), torch.from_numpy(part.groups))
        return list(logits.argmax(dim=2).numpy())


def _rows(layers: Floats, beside: Floats | None) -> Floats:
    """(N, L D + E) of (L, N, D) and (N, E): a word's layers one after the other, then what stands beside them."""
    rows = layers.transpose(1, 0, 2).reshape(layers.shape[1], -1)
    return np.ascontiguousarray(rows if beside is None else np.concatenate([rows, beside], axis=1))


def _cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """(R,) mean over the words."""
    import torch

    chosen = torch.log_softmax(logits, dim=2).gather(2, labels.expand(len(logits), -1)[..., None])
    return -chosen.mean(dim=(1, 2))


class _Best:
    """Each probe as it was when its loss on the dev part was lowest."""

    def __init__(self, runs: int) -> None:
        import torch

        self.loss = torch.full((runs,), float("inf"))
        self.epoch = torch.zeros(runs, dtype=torch.int64)
        self.kept: list[Tensor] = []

    def look(self, probes: _Probes, epoch: int) -> None:
        """Keep the probes that have got better."""
        import torch

        loss = probes.dev_loss()
        better = loss < self.loss
        self.loss = torch.where(better, loss, self.loss)
        self.epoch = torch.where(better, torch.tensor(epoch), self.epoch)
        if not self.kept:
            self.kept = [one.detach().clone() for one in probes.state]
        for kept, now in zip(self.kept, probes.state, strict=True):
            kept[better] = now.detach()[better]

    def restore(self, probes: _Probes) -> None:
        """Put them back."""
        import torch

        with torch.no_grad():
            for kept, now in zip(self.kept, probes.state, strict=True):
                now.copy_(kept)
