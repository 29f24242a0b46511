"""Many probes as one: those of a kind share a stack of weights, and one batched product asks them all.

Shapes: L layers, B words of a batch, D values a word, U inputs, C label sets (1, or 2 with the control task), H outputs
(the hidden width).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedlab.analysis.layer_strategies import Source

if TYPE_CHECKING:
    from torch import Generator, Tensor

EVERY = 4
"""Steps between two at which the weights of mixes move."""
TINY = 1e-6
"""A value that varies less than this is left as it is."""


@dataclass(frozen=True)
class Probe:
    """One probe to be trained.

    Attributes:
        source: what it reads.
        control: whether it learns the control task instead of the tags.
    """

    source: Source
    control: bool = False


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
        """What is learned about the layers themselves."""
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
        """The layers themselves."""
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
        """The sums."""
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
        """The layers themselves."""
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
        gamma: (U, 1).
    """

    def __init__(self, probes: Sequence[Probe], layers: int, dim: int, outputs: int, draw: Generator) -> None:
        import torch

        super().__init__(probes, len(probes), dim, outputs, draw)
        self.scores = torch.zeros(len(probes), layers).requires_grad_()
        self.gamma = torch.ones(len(probes), 1).requires_grad_()
        self.turn = 0
        self.outside = torch.full((len(probes), layers), float("-inf"))
        for row, probe in enumerate(probes):
            self.outside[row, list(probe.source.layers)] = 0

    def inputs(self, x: Tensor) -> Tensor:
        """The mixes; while learning, their weights move at every fourth step only, which costs most of the time."""
        import torch

        which = self.gamma * (self.scores + self.outside).softmax(1)
        self.turn += torch.is_grad_enabled()
        return combined(which if self.turn % EVERY == 0 else which.detach(), x)

    def mix_parameters(self) -> list[Tensor]:
        """Scores and gamma."""
        return [self.scores, self.gamma]

    def mixed(self, number: int) -> tuple[tuple[float, ...], float]:
        """A probe's s, one for each of its own layers, and its gamma."""
        shares = (self.scores[number] + self.outside[number]).softmax(0).tolist()
        return tuple(shares[layer] for layer in self.probes[number].source.layers), self.gamma[number].item()


def _picked(x: Tensor, rows: Sequence[int]) -> Tensor:
    """Some of L layers; those that follow each other are not copied."""
    first, last = rows[0], rows[-1] + 1
    return x[first:last] if list(rows) == list(range(first, last)) else x[list(rows)]


def scale_of_sum(known: Tensor, source: Source) -> Tensor:
    """(D,) what each value of a sum of layers is multiplied with, so that it has variance 1 over (L, N, D) words."""
    import torch

    deviation = torch.stack([known[layer] for layer in source.layers]).sum(0).std(0, correction=0)
    return 1 / deviation.where(deviation > TINY, torch.ones(()))


def combined(which: Tensor, x: Tensor) -> Tensor:
    """(U, L) times (L, B, D) to (U, B, D)."""
    layers, batch, dim = x.shape
    return (which @ x.reshape(layers, batch * dim)).view(len(which), batch, dim)


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
    layers, _, dim = known.shape
    controlled = {probe.source for probe in probes if probe.control}
    found: list[Group] = []
    for control in (False, True):
        sources = [s for s in dict.fromkeys(probe.source for probe in probes) if (s in controlled) == control]
        if single := [source for source in sources if source.kind == "layer"]:
            found.append(Layers(single, control, dim, outputs, draw))
        if added := [source for source in sources if source.kind == "sum"]:
            found.append(Sums(added, control, known, outputs, draw))
        joined = [source for source in sources if source.kind == "concatenation"]
        found += [Concatenation(source, control, dim, outputs, draw) for source in joined]
    if mixed := [probe for probe in probes if probe.source.kind == "mix"]:
        found.append(Mixes(mixed, layers, dim, outputs, draw))
    return found
