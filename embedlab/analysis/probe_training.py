"""Probes with a hidden layer, of all layers and strategies, trained together: one loop, one batch of words for all.

Linear probes are not trained here but brought to their best (``probe_linear``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.probe_groups import Group, Probe, groups
from embedlab.analysis.probe_settings import ProbeSettings
from embedlab.base import Floats, OnProgress, Progress

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Ids = NDArray[np.int64]
Judge = Callable[[Probe, Ids], float]
"""How good a probe's tags of the dev words are; more is better."""
STRETCH = 4096
"""Words that are tagged at once."""
CLOSE = 0.02
"""A later pass counts unless its dev judgement is further than this below the best: F1 of a few hundred names jumps
about as much from pass to pass, and later passes are nearer to where the training ends."""


@dataclass
class Fitted:
    """A trained probe.

    Attributes:
        probe: which.
        dev: its judgement on the dev words.
        epoch: the pass that counts, from 1; of a linear probe, the steps that it took.
        tags: (N of test,) what it then says of the test words.
        weights: of a learned mix, s for each of its layers; else empty.
        gamma: of a learned mix, else 1.
    """

    probe: Probe
    dev: float = float("-inf")
    epoch: int = 0
    tags: Ids = field(default_factory=lambda: np.zeros(0, np.int64))
    weights: tuple[float, ...] = ()
    gamma: float = 1.0


class Stack:
    """All probes as one function of a batch of words.

    Args:
        probes: which.
        known: (L, N, D) the training words' vectors.
        labels: K.
        settings: how they are built and trained.
    """

    def __init__(self, probes: Sequence[Probe], known: Tensor, labels: int, settings: ProbeSettings) -> None:
        import torch

        self.draw = torch.Generator().manual_seed(settings.seed)
        self.groups: list[Group] = groups(probes, known, settings.hidden, self.draw)
        self.probes = [probe for group in self.groups for probe in group.probes]
        self.dropout = settings.dropout
        shape = (len(self.probes), labels, settings.hidden)
        self.head = (torch.randn(shape, generator=self.draw) / settings.hidden**0.5).requires_grad_()
        self.head_biases = torch.zeros(len(self.probes), labels, 1).requires_grad_()

    def parameters(self) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
        """Weights, biases, and what is learned about the layers themselves."""
        weights, biases = [group.weights for group in self.groups], [group.biases for group in self.groups]
        mixes = [one for group in self.groups for one in group.mix_parameters()]
        return [*weights, self.head], [*biases, self.head_biases], mixes

    def __call__(self, x: Tensor, *, training: bool = False) -> Tensor:
        """(L, B, D) to (P, K, B) scores of the labels, for P probes."""
        import torch

        hidden = torch.relu(torch.cat([group(x) for group in self.groups]))
        if training and self.dropout:
            keep = torch.rand(hidden.shape, generator=self.draw) >= self.dropout
            hidden = hidden * keep / (1 - self.dropout)
        return torch.baddbmm(self.head_biases, self.head, hidden)

    def tags(self, x: Tensor) -> Ids:
        """(L, N, D) to the likeliest label of each word by each probe, (P, N)."""
        import torch

        with torch.no_grad():
            found: Ids = torch.cat([self(part).argmax(1) for part in torch.split(x, STRETCH, dim=1)], dim=1).numpy()
        return found

    def mixed(self) -> list[tuple[tuple[float, ...], float]]:
        """Each probe's weights of layers and gamma."""
        return [group.mixed(number) for group in self.groups for number in range(len(group.probes))]


def fit(
    probes: Sequence[Probe],
    vectors: Floats,
    splits: tuple[int, int, int, int],
    labels: Ids,
    judge: Judge,
    settings: ProbeSettings,
    on_progress: OnProgress | None = None,
) -> list[Fitted]:
    """Train probes on the train words, take each as the dev words like it, and tag the test words.

    Args:
        probes: which, each at most once.
        vectors: (L, N, D), standardised.
        splits: where train, dev and test lie among the N words.
        labels: (2, N) the tags, and the labels of the control task.
        judge: how good tags of the dev words are.
        settings: how to train.
        on_progress: told after every pass.

    Returns:
        One for each probe, in their order.
    """
    import torch

    x, (begin, known, dev, end) = torch.from_numpy(vectors), splits
    stack = Stack(probes, x[:, begin:known], int(labels.max()) + 1, settings)
    rows, order = [int(probe.control) for probe in stack.probes], torch.Generator().manual_seed(settings.seed)
    wanted = torch.from_numpy(labels)[rows]  # (P, N)
    # words are dealt to batches once, and these read in another order at each pass: no row is copied again
    dealt = torch.split(torch.randperm(known, generator=order), settings.batch(known))
    batches = [(x.index_select(1, words), wanted[:, words]) for words in dealt]  # (L, B, D), (P, B)
    steps, optimiser = len(batches), _optimiser(stack, settings)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, settings.epochs * steps)
    fitted, waited = [Fitted(probe) for probe in stack.probes], [0] * len(rows)
    best = [float("-inf")] * len(rows)
    for epoch in range(1, settings.epochs + 1):
        loss = 0.0
        for place in torch.randperm(steps, generator=order).tolist():
            words, tags = batches[place]
            loss += _step(stack, words, tags, optimiser)
            falling.step()
        found, mixed = stack.tags(x[:, known:end]), stack.mixed()
        for number, one in enumerate(fitted):
            if waited[number] < settings.patience:
                score = judge(one.probe, found[number, : dev - known])
                waited[number] = 0 if score > best[number] else waited[number] + 1
                best[number] = max(best[number], score)
                if score >= best[number] - CLOSE:
                    one.dev, one.epoch, one.tags = score, epoch, found[number, dev - known :]
                    one.weights, one.gamma = mixed[number]
        over = min(waited) >= settings.patience
        if on_progress is not None:
            done = settings.epochs if over else epoch
            mean = loss / steps / len(rows)
            on_progress(Progress(done, settings.epochs, loss=mean, phase="training probes", epoch=epoch, unit="passes"))
        if over:
            break
    there = {one.probe: one for one in fitted}
    return [there[probe] for probe in probes]


def _optimiser(stack: Stack, settings: ProbeSettings) -> torch.optim.Optimizer:
    import torch

    weights, biases, mixes = stack.parameters()
    parts: list[dict[str, Any]] = [
        {"params": weights, "weight_decay": settings.l2},
        {"params": biases},
        {"params": mixes, "lr": settings.mix_rate},
    ]
    return torch.optim.Adam([part for part in parts if part["params"]], lr=settings.rate, fused=True)


def _step(stack: Stack, x: Tensor, wanted: Tensor, optimiser: torch.optim.Optimizer) -> float:
    """One step; gives the mean loss of a word, summed over the probes."""
    import torch

    scores = stack(x, training=True)  # (P, K, B)
    loss = torch.nn.functional.cross_entropy(scores, wanted, reduction="sum") / x.shape[1]
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    return float(loss.detach())
