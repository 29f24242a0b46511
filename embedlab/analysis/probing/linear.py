"""Linear probes: the best there is for each source, reached by L-BFGS on all training words.

The tags and the control task of a source are learned together, as one product with its vectors. Nothing is stopped
early: the loss has a single lowest place (for given mixes), and how good the dev words are there decides nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedlab.analysis.probing import layer_mix
from embedlab.analysis.probing.lbfgs import Minimum, minimise
from embedlab.analysis.probing.mlp import Fitted, Ids, Judge, Probe, combined, scale_of_sum
from embedlab.analysis.probing.readout import Readout, scores_of, split
from embedlab.analysis.probing.results import ProbeSettings
from embedlab.analysis.probing.sources import Source
from embedlab.base import Floats, OnProgress, Progress

if TYPE_CHECKING:
    from torch import Tensor

TAGS, CONTROL = 2e-5, 1e-4
"""Largest absolute value in the gradient of a probe that is done. With scikit-learn's 1e-4 the loss of the tags is up
to 2e-4 above its lowest, which moves the F1 of a few hundred names by a point; accuracies do not show it."""
PARTS = 1000
"""Steps in which progress is told."""
OFTEN = 0.2
"""Seconds between two words of progress."""


def fit(
    probes: Sequence[Probe],
    vectors: Floats,
    splits: tuple[int, int, int, int],
    labels: Ids,
    judge: Judge,
    settings: ProbeSettings,
    on_progress: OnProgress | None = None,
) -> list[Fitted]:
    """Bring probes to their best on the train words, and tag the test words; arguments as ``probe_training.fit``.

    Of the settings only the penalty is used. ``Fitted.epoch`` is the number of steps.
    """
    import torch

    work = _Work(torch.from_numpy(vectors), torch.from_numpy(labels), splits, settings.l2, judge)
    mixed = [probe for probe in probes if probe.source.kind == "mix"]
    sources = dict.fromkeys(probe.source for probe in probes if probe.source.kind != "mix")
    pace = _Pace(on_progress, sum(_cost(source) for source in sources) + len(mixed) + (len(vectors) if mixed else 0))
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

    def __init__(self, x: Tensor, labels: Tensor, splits: tuple[int, int, int, int], l2: float, judge: Judge) -> None:
        self.x, self.labels, self.l2, self.judge = x, labels, l2, judge
        self.known, self.dev = splits[1:3]
        self.count = int(labels.max()) + 1

    def source(self, probes: Sequence[Probe], pace: _Pace) -> list[Fitted]:
        """Learn the probes of a source other than a mix."""
        blocks = self.blocks(probes[0].source)
        known = [block[: self.known] for block in blocks]
        readout = Readout(known, self.wanted(probes), self.count, self.l2)
        best = minimise(readout, readout.start(), tolerance=_tolerances(probes), told=pace.told)
        return self.fitted(probes, blocks, best)

    def mixes(self, probes: Sequence[Probe], pace: _Pace) -> list[Fitted]:
        """Learn mixes; then what is read from each, with the mix as it is, is brought to its best."""
        pace.begin(len(self.x))
        layers = [probe.source.layers for probe in probes]
        known, wanted = self.x[:, : self.known], self.wanted(probes)
        bounds = _tolerances(probes)
        learned = layer_mix.learn_mixes(known, wanted, layers, self.count, self.l2, bounds, pace.told)
        found = []
        for row, probe in enumerate(probes):
            pace.begin(1)
            block = combined((learned.gamma * learned.shares)[row : row + 1], self.x)[0]
            readout = Readout([block[: self.known]], wanted[row : row + 1], self.count, self.l2)
            best = minimise(readout, learned.readout[row : row + 1], tolerance=bounds[row], told=pace.told)
            (one,) = self.fitted([probe], [block], best)
            one.epoch += int(learned.steps[row])
            one.weights = tuple(learned.shares[row, list(layers[row])].tolist())
            one.gamma = learned.gamma[row].item()
            found.append(one)
        return found

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

    def fitted(self, probes: Sequence[Probe], blocks: Sequence[Tensor], best: Minimum) -> list[Fitted]:
        """What probes say of the dev and test words."""
        weights, biases = split(best.x, self.count)
        tags: Ids = scores_of([block[self.known :] for block in blocks], weights, biases).argmax(1).numpy()
        end = self.dev - self.known
        return [
            Fitted(probe, self.judge(probe, said[:end]), steps, said[end:])
            for probe, said, steps in zip(probes, tags, best.steps.tolist(), strict=True)
        ]


def _tolerances(probes: Sequence[Probe]) -> Tensor:
    """(P,) at which each is done."""
    import torch

    return torch.tensor([CONTROL if probe.control else TAGS for probe in probes])


def _cost(source: Source) -> int:
    """About how long a source takes beside others: as many as matrices are read."""
    return len(source.layers) if source.kind == "concatenation" else 1


class _Pace:
    """Tells how far the work has come, a few times a second; how many steps a probe will take is not known before."""

    def __init__(self, on_progress: OnProgress | None, whole: int) -> None:
        self.on_progress, self.whole = on_progress, whole
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
            self.on_progress(Progress(int(share * PARTS), PARTS, loss=self.loss, phase="training probes"))
        self.last = time.monotonic()
