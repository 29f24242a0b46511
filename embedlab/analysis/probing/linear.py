"""Linear probes: the best there is for each source, reached by L-BFGS on all training words.

The tags and the control task of a source are learned together, as one product with its vectors. Nothing is stopped
early: the loss has a single lowest place (for given mixes), and how good the dev words are there decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedlab.analysis.probing import layer_mix
from embedlab.analysis.probing.features import Features
from embedlab.analysis.probing.lbfgs import Pace, minimise
from embedlab.analysis.probing.mlp import scale_of_sum
from embedlab.analysis.probing.readout import Readout, scores_of, split
from embedlab.analysis.probing.results import Fitted, Judge, Probe, ProbeSettings
from embedlab.analysis.probing.sources import Source
from embedlab.base import Ids, OnProgress

if TYPE_CHECKING:
    from torch import Tensor

TAGS, CONTROL = 2e-5, 1e-4
"""Largest absolute value in the gradient of a probe that is done. With scikit-learn's 1e-4 the loss of the tags is up
to 2e-4 above its lowest, which moves the F1 of a few hundred names by a point; accuracies do not show it."""


def fit(
    probes: Sequence[Probe],
    features: Features,
    labels: Ids,
    judge: Judge,
    settings: ProbeSettings,
    on_progress: OnProgress | None = None,
) -> list[Fitted]:
    """Bring probes to their best on the train words, and tag the test words (see ``results.Fit``).

    Of the settings only the penalty and the seed of the mixes are used. ``Fitted.epoch`` is the number of steps.
    """
    import torch

    x = torch.from_numpy(features.vectors)
    work = _Work(x, torch.from_numpy(labels), features.splits, settings, judge)
    mixed = [probe for probe in probes if probe.source.kind == "mix"]
    sources = dict.fromkeys(probe.source for probe in probes if probe.source.kind != "mix")
    pace = Pace(on_progress, sum(_cost(source) for source in sources) + (len(x) if mixed else 0))
    found: list[Fitted] = []
    for source in sources:
        pace.begin(_cost(source))
        found += work.source([probe for probe in probes if probe.source == source], pace)
    if mixed:
        found += work.mixes(mixed, pace)
    pace.end()
    there = {one.probe: one for one in found}
    return [there[probe] for probe in probes]


class _Work:
    """What all probes share: vectors x (L, N, D), labels (2, N), splits, the penalty, and the judge."""

    def __init__(
        self, x: Tensor, labels: Tensor, splits: tuple[int, int, int, int], settings: ProbeSettings, judge: Judge
    ) -> None:
        self.x, self.labels, self.l2, self.seed, self.judge = x, labels, settings.l2, settings.seed, judge
        self.known, self.dev = splits[1:3]
        self.count = int(labels.max()) + 1

    def source(self, probes: Sequence[Probe], pace: Pace) -> list[Fitted]:
        """Learn the probes of a source other than a mix."""
        blocks = self.blocks(probes[0].source)
        known = [block[: self.known] for block in blocks]
        readout = Readout(known, self.wanted(probes), self.count, self.l2)
        best = minimise(readout, readout.start(), tolerance=_tolerances(probes), told=pace.told)
        weights, biases = split(best.x, self.count)
        scores = scores_of([block[self.known :] for block in blocks], weights, biases)
        found = [self.fitted(*each) for each in zip(probes, scores, best.steps.tolist(), strict=True)]
        for one, own in zip(found, best.x, strict=True):
            one.matrix = own.view(self.count, -1).numpy()
        return found

    def mixes(self, probes: Sequence[Probe], pace: Pace) -> list[Fitted]:
        """Learn mixes and their readouts."""
        pace.begin(len(self.x))
        ways = [layer_mix.Mixing(probe.source.layers, seed=self.seed) for probe in probes]
        learned = layer_mix.learn(
            self.x[:, : self.known], self.wanted(probes), ways, self.count, self.l2, _tolerances(probes), pace.told
        )
        result = []
        for probe, mix in zip(probes, learned, strict=True):
            one = self.fitted(probe, mix.scores(self.x[:, self.known :], self.count), mix.steps)
            one.weights, one.gamma = tuple(mix.weights[list(probe.source.layers)].tolist()), mix.gamma
            result.append(one)
        return result

    def wanted(self, probes: Sequence[Probe]) -> Tensor:
        """(P, N of train) labels."""
        return self.labels[[int(probe.control) for probe in probes], : self.known]

    def blocks(self, source: Source) -> list[Tensor]:
        """What is read, (N, D) or several side by side."""
        own = [self.x[layer] for layer in source.layers]
        if source.kind != "sum":
            return own
        total = own[0].clone()
        for layer in own[1:]:
            total += layer
        total *= scale_of_sum(self.x[:, : self.known], source)
        return [total]

    def fitted(self, probe: Probe, scores: Tensor, steps: int) -> Fitted:
        """What a probe says of the dev and test words, from its scores (K, N)."""
        tags: Ids = scores.argmax(0).numpy()
        end = self.dev - self.known
        return Fitted(probe, self.judge(probe, tags[:end]), steps, tags[end:])


def _tolerances(probes: Sequence[Probe]) -> Tensor:
    """(P,) at which each is done."""
    import torch

    return torch.tensor([CONTROL if probe.control else TAGS for probe in probes])


def _cost(source: Source) -> int:
    """About how long a source takes beside others: as many as matrices are read."""
    return len(source.layers) if source.kind == "concatenation" else 1
