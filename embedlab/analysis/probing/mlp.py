"""Probes with a hidden layer, of all layers and strategies, trained together: one loop, one batch of words for all.

Linear probes are not trained here but brought to their best (``probing.linear``).

Many probes as one: those of a kind share a stack of weights, and one batched product asks them all.

Shapes: L layers, B words of a batch, D values a word, U inputs, C label sets (1, or 2 with the control task), H outputs
(the hidden width).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedlab.analysis.probing.features import Features
from embedlab.analysis.probing.layer_mix import combined, likeness, outside, weigh
from embedlab.analysis.probing.results import Fitted, Judge, Probe, ProbeSettings
from embedlab.analysis.probing.sources import Source
from embedlab.base import Ids, OnProgress, Progress

if TYPE_CHECKING:
    import torch
    from torch import Generator, Tensor

EVERY = 4
"""Steps between two at which the weights of mixes move."""
TINY = 1e-6
"""A value that varies less than this is left as it is."""


class Group:
    """Probes that read U inputs, each input asked for C label sets.

    Attributes:
        probes: U x C of them, input by input.
        weights: (U, C H, D).
        biases: (U, C H, 1).
    """

    def __init__(self, probes: Sequence[Probe], inputs: int, dim: int, outputs: int, draw: Generator) -> None:
        import torch

        self.probes, self.outputs = tuple(probes), outputs
        shape = (inputs, len(probes) // inputs * outputs, dim)
        self.weights = (torch.randn(shape, generator=draw) / dim**0.5).requires_grad_()
        self.biases = torch.zeros(inputs, shape[1], 1).requires_grad_()

    def inputs(self, x: Tensor) -> Tensor:
        """(L, B, D) to (U, B, D)."""
        raise NotImplementedError

    def mix_parameters(self) -> list[Tensor]:
        """Parameters that weigh the layers, each (U, ...); none where the layers are given."""
        return []

    def mixed(self, number: int) -> tuple[tuple[float, ...], float]:
        """Weights of a probe's layers, and gamma; nothing and 1 unless they are learned."""
        return (), 1.0

    def __call__(self, x: Tensor) -> Tensor:
        """(L, B, D) to (U C, H, B): words last, so that the softmax over labels runs along the memory."""
        import torch

        found = torch.baddbmm(self.biases, self.weights, self.inputs(x).transpose(1, 2))  # (U, C H, B)
        return found.view(-1, self.outputs, x.shape[1])


class Layers(Group):
    """Probes of single layers; each layer is read once for both of its label sets."""

    def __init__(self, sources: Sequence[Source], control: bool, dim: int, outputs: int, draw: Generator) -> None:
        super().__init__(_both(sources, control), len(sources), dim, outputs, draw)
        self.rows = [source.layers[0] for source in sources]

    def inputs(self, x: Tensor) -> Tensor:
        """(U, B, D) the chosen layers of x (L, B, D) themselves."""
        return _picked(x, self.rows)


class Sums(Group):
    """Probes of sums of layers, each value of a sum with variance 1 again."""

    def __init__(self, sources: Sequence[Source], control: bool, known: Tensor, outputs: int, draw: Generator) -> None:
        import torch

        super().__init__(_both(sources, control), len(sources), known.shape[2], outputs, draw)
        self.which = torch.zeros(len(sources), len(known))
        for row, source in enumerate(sources):
            self.which[row, list(source.layers)] = 1
        self.scale = torch.stack([scale_of_sum(known, source) for source in sources])[:, None]  # (U, 1, D)

    def inputs(self, x: Tensor) -> Tensor:
        """(U, B, D) fixed sums of the layers of x (L, B, D), brought to one scale."""
        return combined(self.which, x) * self.scale


class Concatenation(Group):
    """One source: several layers one behind the other. Their products are added, which is the same as one long row."""

    def __init__(self, source: Source, control: bool, dim: int, outputs: int, draw: Generator) -> None:
        import torch

        self.rows = list(source.layers)
        wide = [Probe(source)] * (2 if control else 1) * len(self.rows)
        super().__init__(wide, len(self.rows), dim, outputs, draw)
        self.probes = tuple(_both([source], control))
        self.biases = torch.zeros(self.weights.shape[1], 1).requires_grad_()

    def inputs(self, x: Tensor) -> Tensor:
        """(U, B, D) the layers of x (L, B, D) that are set side by side."""
        return _picked(x, self.rows)

    def __call__(self, x: Tensor) -> Tensor:
        """(L, B, D) to (C, H, B)."""
        import torch

        found = torch.bmm(self.weights, self.inputs(x).transpose(1, 2)).sum(0) + self.biases  # (C H, B)
        return found.view(-1, self.outputs, x.shape[1])


class Mixes(Group):
    """Probes that learn for themselves how much each layer counts (Peters et al. 2018, equation 1), one label set each.

    Attributes:
        scores: w, (U, L); their softmax over a probe's own layers are its weights s.
    """

    def __init__(self, probes: Sequence[Probe], known: Tensor, outputs: int, draw: Generator) -> None:
        import torch

        super().__init__(probes, len(probes), known.shape[2], outputs, draw)
        self.scores = torch.zeros(len(probes), len(known)).requires_grad_()
        self.turn = 0
        self.outside = outside([probe.source.layers for probe in probes], len(known))
        self.alike = likeness(known)

    def inputs(self, x: Tensor) -> Tensor:
        """(U, B, D) learned mixes of the layers of x (L, B, D).

        While learning, the weights of the mixes get a gradient at every fourth step only: it takes most of the time.
        """
        import torch

        shares, gamma = weigh(self.scores + self.outside, self.alike)
        which = gamma * shares
        self.turn += torch.is_grad_enabled()
        return combined(which if self.turn % EVERY == 0 else which.detach(), x)

    def mix_parameters(self) -> list[Tensor]:
        """The scores (U, L), whose softmax weighs the layers."""
        return [self.scores]

    def mixed(self, number: int) -> tuple[tuple[float, ...], float]:
        """A probe's s, one for each of its own layers, and its gamma."""
        shares, gamma = weigh((self.scores + self.outside)[number : number + 1], self.alike)
        return tuple(shares[0, list(self.probes[number].source.layers)].tolist()), gamma.item()


def _picked(x: Tensor, rows: Sequence[int]) -> Tensor:
    """Some of L layers; those that follow each other are not copied."""
    first, last = rows[0], rows[-1] + 1
    return x[first:last] if list(rows) == list(range(first, last)) else x[list(rows)]


def scale_of_sum(known: Tensor, source: Source) -> Tensor:
    """(D,) what each value of a sum of layers is multiplied with, so that it has variance 1 over (L, N, D) words."""
    import torch

    deviation = torch.stack([known[layer] for layer in source.layers]).sum(0).std(0, correction=0)  # (D,)
    return 1 / deviation.where(deviation > TINY, torch.ones(()))


def _both(sources: Sequence[Source], control: bool) -> list[Probe]:
    return [Probe(source, hard) for source in sources for hard in ((False, True) if control else (False,))]


def groups(probes: Sequence[Probe], known: Tensor, outputs: int, draw: Generator) -> list[Group]:
    """All probes, sorted by what they read. A source that is asked for the control task is asked for both.

    Args:
        probes: each at most once.
        known: (L, N, D) the training words' vectors.
        outputs: H.
        draw: for the first weights.
    """
    dim = known.shape[2]
    controlled = {probe.source for probe in probes if probe.control}
    result: list[Group] = []
    for control in (False, True):
        sources = [s for s in dict.fromkeys(probe.source for probe in probes) if (s in controlled) == control]
        if single := [source for source in sources if source.kind == "layer"]:
            result.append(Layers(single, control, dim, outputs, draw))
        if added := [source for source in sources if source.kind == "sum"]:
            result.append(Sums(added, control, known, outputs, draw))
        joined = [source for source in sources if source.kind == "concatenation"]
        result += [Concatenation(source, control, dim, outputs, draw) for source in joined]
    if mixed := [probe for probe in probes if probe.source.kind == "mix"]:
        result.append(Mixes(mixed, known, outputs, draw))
    return result


STRETCH = 4096
"""Words that are tagged at once."""
CLOSE = 0.02
"""A later pass counts unless its dev judgement is further than this below the best: F1 of a few hundred names jumps
about as much from pass to pass, and later passes are nearer to where the training ends."""


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
        """All weights, all biases, and the parameters (U, L) that weigh the layers."""
        weights, biases = [group.weights for group in self.groups], [group.biases for group in self.groups]
        mixes = [one for group in self.groups for one in group.mix_parameters()]
        return [*weights, self.head], [*biases, self.head_biases], mixes

    def __call__(self, x: Tensor, *, training: bool = False) -> Tensor:
        """(L, B, D) to (P, K, B) scores of the labels, for P probes."""
        import torch

        hidden = torch.relu(torch.cat([group(x) for group in self.groups]))  # (P, H, B)
        if training and self.dropout:
            keep = torch.rand(hidden.shape, generator=self.draw) >= self.dropout
            hidden = hidden * keep / (1 - self.dropout)
        return torch.baddbmm(self.head_biases, self.head, hidden)

    def tags(self, x: Tensor) -> Ids:
        """(L, N, D) to the likeliest label of each word by each probe, (P, N)."""
        import torch

        with torch.no_grad():
            result: Ids = torch.cat([self(part).argmax(1) for part in torch.split(x, STRETCH, dim=1)], dim=1).numpy()
        return result

    def mixed(self) -> list[tuple[tuple[float, ...], float]]:
        """Each probe's weights of layers and gamma."""
        return [group.mixed(number) for group in self.groups for number in range(len(group.probes))]


def fit(
    probes: Sequence[Probe],
    features: Features,
    labels: Ids,
    judge: Judge,
    settings: ProbeSettings,
    on_progress: OnProgress | None = None,
) -> list[Fitted]:
    """Train all probes together, and take each as it was when the dev words liked it best (see ``results.Fit``)."""
    import torch

    x, (begin, known, dev, end) = torch.from_numpy(features.vectors), features.splits
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
        for position in torch.randperm(steps, generator=order).tolist():
            words, tags = batches[position]
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
