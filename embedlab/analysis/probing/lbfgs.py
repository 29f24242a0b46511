"""Smooth functions of many numbers, several side by side, brought to their minimum: preconditioned L-BFGS.

Liu & Nocedal 1989, "On the limited memory BFGS method for large scale optimization", with the two loops of Nocedal &
Wright 2006, algorithms 7.4 and 7.5. Steps are halved, or less, until the loss has fallen enough (Armijo 1966).

SciPy's L-BFGS-B (memory 20, the same bounds on the gradient) was 5.6 times slower on all linear probes of the shipped
ELMo (44.7 against 8.0 processor seconds, one thread, one run of ``tests/benchmarks/bench_probes.py --scipy``) and ended
no lower: losses of readouts within 4e-5, those of the mixes 6e-5 higher after as many steps.

Shapes: P functions of n numbers each; what has been brought to its minimum is no longer asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from embedlab.base import OnProgress, Progress

if TYPE_CHECKING:
    from torch import Tensor

MEMORY = 20
"""Steps that are remembered."""
ENOUGH = 1e-4
"""Share of the fall that the slope promises which a step has to bring."""
ROUNDING = 1e-7
"""Rise of a loss, as a share of it, that counts as none: what float32 cannot tell."""
RENEWED = 4
"""Step at which what is known of the second derivatives is renewed; then at twice as many, and so on."""
TRIALS = 20
"""Lengths of a step that are tried before it is given up."""
PARTS = 1000
"""Steps in which progress is told."""
OFTEN = 0.2
"""Seconds between two words of progress."""


class Objective(Protocol):
    """P functions."""

    def __call__(self, x: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
        """Losses (p,) in float64 and gradients (p, n) of the functions with these numbers (p,) at x (p, n)."""

    def look(self, x: Tensor, which: Tensor) -> None:
        """Told where the functions are at the start and at steps 4, 8, 16 ..., to renew what ``scaled`` divides by."""

    def scaled(self, gradients: Tensor, which: Tensor) -> Tensor:
        """(p, n) gradients times an approximate inverse of the functions' second derivatives: the preconditioner.

        Args:
            gradients: (p, n).
            which: (p,) numbers of the functions that they belong to.
        """


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where P functions are lowest.

    Attributes:
        x: (P, n).
        losses: (P,).
        steps: (P,) that it took.
    """

    x: Tensor
    losses: Tensor
    steps: Tensor


def minimise(
    objective: Objective,
    start: Tensor,
    *,
    tolerance: float | Tensor,
    most: int = 500,
    told: Callable[[int, float], None] | None = None,
) -> Minimum:
    """Go down from (P, n) until no number of a gradient is above the tolerance, or for so many steps.

    Args:
        objective: the functions.
        start: where to begin; it is left as it is.
        tolerance: largest absolute value in a gradient at which a function is done; one for all, or (P,).
        most: steps.
        told: told after every step which it was and the mean loss; may raise to stop.
    """
    import torch

    x, which = start.clone(), torch.arange(len(start))
    bounds = torch.as_tensor(tolerance).expand(len(start))
    losses, gradients = objective(x, which)
    result = Minimum(x.clone(), losses.clone(), torch.zeros(len(x), dtype=torch.int64))
    memory: list[tuple[Tensor, Tensor, Tensor]] = []
    for step in range(1, most + 1):
        on = gradients.abs().amax(1) > bounds[which]
        if not on.all():
            x, which, losses, gradients = x[on], which[on], losses[on], gradients[on]
            memory = [(moved[on], turned[on], share[on]) for moved, turned, share in memory]
        if not len(which):
            break
        if step == 1 or (step >= RENEWED and step & (step - 1) == 0):
            objective.look(x, which)
        direction = -_two_loops(objective, gradients, which, memory)
        further, losses, after, walked = _line_search(objective, x, which, losses, gradients, direction)
        moved, turned = further - x, after - gradients
        product = (moved * turned).sum(1, keepdim=True)
        # a pair without positive curvature, which a mix may meet, is remembered with a share of nothing
        share = torch.where(product > 1e-12, 1 / product, torch.zeros(()))
        memory = [*memory, (moved, turned, share)][-MEMORY:]
        x, gradients = further, after
        result.x[which], result.losses[which], result.steps[which] = x, losses, step
        if told is not None:
            told(step, float(result.losses.mean()))
        if not walked.all():  # what cannot fall any more is as low as float32 can tell
            gradients = gradients * walked[:, None]
    return result


def _two_loops(
    objective: Objective, gradients: Tensor, which: Tensor, memory: list[tuple[Tensor, Tensor, Tensor]]
) -> Tensor:
    """Gradients times the inverse second derivatives as the last steps show them, (p, n)."""
    import torch

    q, factors = gradients, []
    for moved, turned, share in reversed(memory):
        factor = share * (moved * q).sum(1, keepdim=True)
        q = q - factor * turned
        factors.append(factor)
    z = objective.scaled(q, which)
    if memory:
        _, turned, share = memory[-1]
        length = (turned * objective.scaled(turned, which)).sum(1, keepdim=True) * share
        z = z / torch.where(length > 0, length, torch.ones(()))
    for (moved, turned, share), factor in zip(memory, reversed(factors), strict=True):
        z = z + moved * (factor - share * (turned * z).sum(1, keepdim=True))
    return z


def _line_search(
    objective: Objective, x: Tensor, which: Tensor, losses: Tensor, gradients: Tensor, direction: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """New x, losses and gradients, and (p,) whether each has moved; those whose step was too long try a shorter one."""
    import torch

    slopes = (gradients * direction).sum(1).double()
    lengths = torch.ones_like(slopes)
    ends, fallen, after = x.clone(), losses.clone(), gradients.clone()
    left = torch.arange(len(x))
    for _ in range(TRIALS):
        length, slope, before = lengths[left], slopes[left], losses[left]
        tried = x[left] + length[:, None].float() * direction[left]
        values, turned = objective(tried, which[left])
        good = values <= before + ENOUGH * length * slope + ROUNDING * before.abs()
        ends[left[good]], fallen[left[good]], after[left[good]] = tried[good], values[good], turned[good]
        # the lowest place of the parabola through what is known
        best = -slope * length / (2 * ((values - before) / length - slope))
        lengths[left] = torch.minimum(torch.maximum(best, 0.1 * length), 0.5 * length)
        left = left[~good]
        if not len(left):
            break
    walked = torch.ones(len(x), dtype=torch.bool)
    walked[left] = False
    return ends, fallen, after, walked


class Pace:
    """Tells how far the work has come, a few times a second; how many steps a probe will take is not known before."""

    def __init__(self, on_progress: OnProgress | None, whole: int, phase: str = "training probes") -> None:
        self.on_progress, self.whole, self.phase = on_progress, whole, phase
        self.done = self.part = 0
        self.loss, self.last = 0.0, time.monotonic()

    def begin(self, part: int) -> None:
        """Begin something that costs so much."""
        self.done, self.part = self.done + self.part, part

    def told(self, step: int, loss: float) -> None:
        """A step of it is done."""
        self.loss = loss
        if time.monotonic() - self.last > OFTEN:
            self._tell((self.done + self.part * step / (step + 20)) / self.whole)

    def end(self) -> None:
        """All is done."""
        self._tell(1.0)

    def _tell(self, share: float) -> None:
        if self.on_progress is not None:
            self.on_progress(Progress(int(share * PARTS), PARTS, loss=self.loss, phase=self.phase))
        self.last = time.monotonic()
