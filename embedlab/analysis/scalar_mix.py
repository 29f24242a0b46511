"""Which layers a task wants: the weights it learns for them, beside equal weights and each layer alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from embedlab import encodings
from embedlab.analysis import mix_probe, token_scores, token_tasks, token_vectors
from embedlab.analysis.mix_fit import Difference, Kind, MixFit, difference, from_dict, to_dict
from embedlab.analysis.mix_probe import Learned, Mixing
from embedlab.analysis.token_tasks import TokenTask
from embedlab.analysis.token_vectors import Inputs
from embedlab.base import BadInput, ContextualModel, OnProgress, Progress, StaticModel
from embedlab.data.conll import TaggedSet
from embedlab.data.senses import Occurrence
from embedlab.lifted import as_contextual

__all__ = ["LAMBDAS", "Difference", "MixFit", "compare", "difference", "fit", "from_dict", "to_dict"]

Dataset = TokenTask | TaggedSet | Sequence[Occurrence]
LAMBDAS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
"""Strengths of the penalty, from weights held together to weights that are free."""
STEPS = 1000
"""Parts in which progress is told."""


def fit(
    model: ContextualModel,
    dataset: Dataset,
    seeds: int = 3,
    l2: float = 0.001,
    *,
    layer_norm: bool = True,
    resamples: int = 1000,
    on_progress: OnProgress | None = None,
    store: encodings.Store | None = None,
) -> MixFit:
    """Learn the weights of a model's layers for a task, together with a linear probe.

    Peters et al. 2018, equation 1: the probe sees gamma sum_j s_j h_j with s = softmax(w); lambda ||w||^2 is added to
    the mean cross-entropy (their section 5.1). The model itself is not changed.

    Args:
        model: with two layers or more.
        dataset: tagged sentences (``load_ner``), occurrences with senses (``load_senses``), or a ``TokenTask``.
        seeds: how many times to learn; seeds are 1, 2, and so on.
        l2: lambda; large values hold the weights equal.
        layer_norm: bring every layer to mean 0 and variance 1 first, so that weights can be compared.
        resamples: of the bootstrap.
        on_progress: told while sentences are read, then while probes learn.
        store: where vectors are kept.

    Raises:
        BadInput: the model has one layer, the dataset holds nothing to learn, or a number is out of bounds.
    """
    task = as_task(dataset)
    _check(model, seeds, [l2], resamples)
    inputs = token_vectors.read(model, task, layer_norm=layer_norm, on_progress=on_progress, store=store)
    head = _Head(task, tuple(model.layers), layer_norm, tuple(range(1, seeds + 1)), resamples)
    return head.fits([("learned", "", Mixing(l2))], inputs, _teller(on_progress, 0, 1))[0]


def compare(
    model: ContextualModel,
    dataset: Dataset,
    seeds: int = 3,
    l2s: Sequence[float] = LAMBDAS,
    *,
    static: StaticModel | None = None,
    layer_norm: bool = True,
    resamples: int = 1000,
    on_progress: OnProgress | None = None,
    store: encodings.Store | None = None,
) -> tuple[MixFit, ...]:
    """Learned weights at several strengths of the penalty, equal weights, each layer alone, and a static model.

    With a static model two more: its vectors alone, and set beside the mix (Peters et al. 2018, section 3.3: [x; ELMo])
    whose weights are learned with the last of ``l2s``. Arguments and errors as in ``fit``.
    """
    task = as_task(dataset)
    _check(model, seeds, l2s, resamples)
    layers = tuple(model.layers)
    inputs = token_vectors.read(model, task, layer_norm=layer_norm, on_progress=on_progress, store=store)
    ways: list[tuple[Kind, str, Mixing]] = [("learned", "", Mixing(l2)) for l2 in l2s]
    ways.append(("equal", "", Mixing(weights=(1 / len(layers),) * len(layers))))
    for number, layer in enumerate(layers):
        ways.append(("layer", layer, Mixing(weights=tuple(float(i == number) for i in range(len(layers))))))
    head = _Head(task, layers, layer_norm, tuple(range(1, seeds + 1)), resamples)
    share = 0.7 if static else 1.0
    found = head.fits(ways, inputs, _teller(on_progress, 0, share))
    if static is not None:
        other = token_vectors.read(as_contextual(static), task, layer_norm=layer_norm, store=store)
        alone = replace(head, layers=("vector",))
        last: Kind = "beside"
        found += alone.fits(
            [("static", static.title, Mixing(weights=(1.0,)))], other, _teller(on_progress, share, 0.85)
        )
        found += head.fits([(last, static.title, Mixing(l2s[-1]))], inputs, _teller(on_progress, 0.85, 1), other)
    return tuple(found)


def as_task(dataset: Dataset) -> TokenTask:
    """A data set as a task.

    Raises:
        BadInput: it holds nothing to learn.
    """
    if isinstance(dataset, TokenTask):
        return dataset
    if isinstance(dataset, TaggedSet):
        return token_tasks.from_tagged(dataset, "tags")
    return token_tasks.from_senses(dataset)


def _check(model: ContextualModel, seeds: int, l2s: Sequence[float], resamples: int) -> None:
    if len(model.layers) < 2:
        raise BadInput(f"{model.title} has one layer; there is nothing to mix. Choose a model with several.")
    if seeds < 1 or resamples < 1:
        raise BadInput("At least one seed and one resample are needed.")
    if not l2s or not all(0 <= l2 < float("inf") for l2 in l2s):
        raise BadInput("The strength of the penalty, l2, is a number from 0 up.")


@dataclass(frozen=True, eq=False)
class _Head:
    """What all fits of a task have in common."""

    task: TokenTask
    layers: tuple[str, ...]
    layer_norm: bool
    seeds: tuple[int, ...]
    resamples: int

    def fits(
        self,
        ways: Sequence[tuple[Kind, str, Mixing]],
        inputs: Inputs,
        tell: Callable[[float], None],
        beside: Inputs | None = None,
    ) -> list[MixFit]:
        """Learn every way from every seed."""
        runs: list[list[Learned]] = []
        mixings = [mixing for _, _, mixing in ways]
        for number, seed in enumerate(self.seeds):

            def share(done: float, before: int = number) -> None:
                tell((before + done) / len(self.seeds))

            runs.append(mix_probe.learn(inputs, self.task, mixings, seed, share, beside))
        found = []
        for way, learned in zip(ways, zip(*runs, strict=True), strict=True):
            found.append(self._fit(*way, learned, inputs.scale))
        return found

    def _fit(self, kind: Kind, name: str, mixing: Mixing, learned: Sequence[Learned], scale: float) -> MixFit:
        task = self.task
        counts = [token_scores.counts(task, task.test, one.answers) for one in learned]
        low, high = token_scores.interval(counts, self.resamples, 1)
        guessed = token_scores.counts(task, task.test, token_tasks.commonest(task))
        return MixFit(
            kind, name, task.name, task.measure, self.layers, mixing.l2, self.layer_norm, self.seeds,
            weights=np.array([one.weights for one in learned], np.float64),
            gamma=np.array([one.gamma / scale for one in learned]),
            f1=np.array([float(token_scores.f1(one.sum(axis=0))) for one in counts]),
            losses=np.array([one.loss for one in learned]),
            low=low,
            high=high,
            baseline=float(token_scores.f1(guessed.sum(axis=0))),
            words=(len(task.train.labels), len(task.dev.labels), len(task.test.labels)),
            counts=np.array(counts, np.int64),
        )  # fmt: skip


def _teller(on_progress: OnProgress | None, start: float, end: float) -> Callable[[float], None]:
    def tell(share: float) -> None:
        if on_progress is not None:
            on_progress(Progress(round(STEPS * (start + (end - start) * share)), STEPS, phase="learning"))

    return tell
