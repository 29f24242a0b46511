"""Which layers a task wants: the weights it learns for them, beside equal weights and each layer alone.

What was learned about a model's layers: weights, scores, and whether one way is clearly better than another.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis import bootstrap
from embedlab.analysis.probing import features, layer_mix, scores, tasks
from embedlab.analysis.probing.features import Inputs
from embedlab.analysis.probing.layer_mix import Mix, Mixing
from embedlab.analysis.probing.lbfgs import Pace
from embedlab.analysis.probing.linear import TAGS
from embedlab.analysis.probing.results import ProbeSettings
from embedlab.analysis.probing.tasks import Measure, Part, TokenTask
from embedlab.base import BadInput, ContextualModel, Doubles, Floats, OnProgress, StaticModel
from embedlab.base.static_as_contextual import as_contextual
from embedlab.data.datasets import Occurrence
from embedlab.data.tagged import TaggedSet

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["learned", "equal", "layer", "static", "beside"]


@dataclass(frozen=True, eq=False)
class MixFit:
    """A linear probe on mixed layers, learned from several seeds.

    Attributes:
        kind: "learned" weights, "equal" ones, one "layer" alone, a "static" model alone, or "beside": learned weights
            with a static model's vector set beside the mix.
        name: of the layer or the static model; empty for the others.
        task: name of the task.
        measure: "F1" of whole entities or "accuracy" of words.
        layers: L names.
        l2: lambda; without meaning where weights are not learned.
        layer_norm: whether every layer was brought to mean 0 and variance 1 before.
        seeds: the S seeds.
        weights: (S, L) s = softmax(w); each row sums to 1.
        gamma: (S,) the factor of the mix, which gives it a mean square of 1.
        f1: (S,) the measure on the test part (for one answer a word, micro-averaged F1 and accuracy are the same).
        losses: (S,) cross-entropy on the dev part, nats a word.
        low: lower end of the 95 % bootstrap interval of the mean of ``f1`` (test sentences drawn with replacement).
        high: its upper end.
        baseline: the same measure without vectors: what each word form most often was in the training part.
        words: how many words were learned from, stopped on and measured on.
        counts: (S, sentences, 3) per test sentence: right, given and true answers.
    """

    kind: Kind
    name: str
    task: str
    measure: Measure
    layers: tuple[str, ...]
    l2: float
    layer_norm: bool
    seeds: tuple[int, ...]
    weights: Doubles
    gamma: Doubles
    f1: Doubles
    losses: Doubles
    low: float
    high: float
    baseline: float
    words: tuple[int, int, int]
    counts: NDArray[np.int64]

    @property
    def mean(self) -> float:
        """Mean of ``f1`` over the seeds."""
        return float(self.f1.mean())


@dataclass(frozen=True)
class Difference:
    """How much better one way is than another on the same test sentences.

    Attributes:
        value: difference of the mean scores.
        low: lower end of its 95 % bootstrap interval, sentences drawn for both at once.
        high: its upper end.
    """

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def difference(one: MixFit, other: MixFit, resamples: int = 1000, seed: int = 1) -> Difference:
    """How much better ``one`` is, with a paired bootstrap over test sentences.

    Args:
        one: scores of one way to weigh the layers.
        other: scores of another way, on the same sentences.
        resamples: of the bootstrap.
        seed: of its draws.

    Raises:
        BadInput: they were not measured on the same sentences.
    """
    if one.task != other.task or one.counts.shape[1] != other.counts.shape[1]:
        raise BadInput("Only scores on the same sentences can be compared.")
    value = scores.mean_f1(list(one.counts)) - scores.mean_f1(list(other.counts))
    drawn = [scores.resampled(list(fit.counts), resamples, seed) for fit in (one, other)]
    return Difference(value, *bootstrap.interval(drawn[0] - drawn[1]))


def to_dict(fit: MixFit) -> dict[str, Any]:
    """Plain values, ready for JSON; the many small numbers of ``counts`` as letters."""
    plain = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in vars(fit).items()}
    packed = zlib.compress(fit.counts.astype("<u2").tobytes(), 9)
    return plain | {"counts": [list(fit.counts.shape), base64.b64encode(packed).decode()]}


def from_dict(values: dict[str, Any]) -> MixFit:
    """The inverse of ``to_dict``.

    Raises:
        TypeError: a field is missing or unknown.
        ValueError: one is damaged.
    """
    arrays = {key: np.array(values[key]) for key in ("weights", "gamma", "f1", "losses")}
    lists = {key: tuple(values[key]) for key in ("layers", "seeds", "words")}
    return MixFit(**values | arrays | lists | {"counts": _counts(*values["counts"])})


def _counts(shape: list[int], packed: str) -> NDArray[np.int64]:
    try:
        numbers = np.frombuffer(zlib.decompress(base64.b64decode(packed)), "<u2")
    except zlib.error as error:
        raise ValueError("the counts are damaged") from error
    return numbers.astype(np.int64).reshape(shape)


__all__ = ["LAMBDAS", "Difference", "MixFit", "compare", "difference", "fit", "from_dict", "to_dict"]

Dataset = TokenTask | TaggedSet | Sequence[Occurrence]
LAMBDAS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
"""Strengths of the penalty, from weights held together to weights that are free."""
READOUT = ProbeSettings().l2
"""Strength of the penalty on the readout's weights, the same as of Layer probes."""


def fit(
    model: ContextualModel,
    dataset: Dataset,
    seeds: int = 3,
    l2: float = 0.001,
    *,
    layer_norm: bool = True,
    resamples: int = 1000,
    on_progress: OnProgress | None = None,
) -> MixFit:
    """Learn the weights of a model's layers for a task, together with a linear probe.

    Peters et al. 2018, equation 1: the probe sees gamma sum_j s_j h_j with s = softmax(w); lambda ||w||^2 is added to
    the mean cross-entropy (their section 5.1). It is brought to where no slope is left (``probing.layer_mix``), as the
    linear probes of Layer probes are. The model itself is not changed.

    Args:
        model: with two layers or more.
        dataset: tagged sentences (``load_ner``), occurrences with senses (``load_senses``), or a ``TokenTask``.
        seeds: how many times to learn, from other weights at the start; seeds are 1, 2, and so on.
        l2: lambda; large values hold the weights equal.
        layer_norm: bring each value of every layer to mean 0 and variance 1 first, so that weights can be compared.
        resamples: of the bootstrap.
        on_progress: told while sentences are read, then while probes learn.

    Raises:
        BadInput: the model has one layer, the dataset holds nothing to learn, or a number is out of bounds.
    """
    task = as_task(dataset)
    _check(model, seeds, [l2], resamples)
    inputs = features.read_vectors(model, task, layer_norm=layer_norm, on_progress=on_progress)
    head = _Head(task, tuple(model.layers), layer_norm, tuple(range(1, seeds + 1)), resamples)
    pace = Pace(on_progress, seeds, "learning")
    (result,) = head.fits([("learned", "", _learned(model, l2))], inputs, pace)
    pace.end()
    return result


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
) -> tuple[MixFit, ...]:
    """Compare learned weights at several strengths of the penalty, equal weights, each layer alone, and a static model.

    With a static model two more: its vectors alone, and set beside the mix (Peters et al. 2018, section 3.3: [x; ELMo])
    whose weights are learned with the last of ``l2s``.

    Args:
        model: L layers.
        dataset: the task: train, dev and test sentences.
        seeds: trainings of each way.
        l2s: strengths of the penalty on the layers' scores, lambda in ELMo's section 5.1.
        static: a model whose vectors are set beside the mix; ``None`` for none.
        layer_norm: whether each layer is standardised first.
        resamples: of the bootstrap.
        on_progress: see ``fit``.

    Raises:
        BadInput: as ``fit``.
    """
    task = as_task(dataset)
    _check(model, seeds, l2s, resamples)
    layers = tuple(model.layers)
    inputs = features.read_vectors(model, task, layer_norm=layer_norm, on_progress=on_progress)
    ways: list[tuple[Kind, str, Mixing]] = [("learned", "", _learned(model, l2)) for l2 in l2s]
    ways.append(("equal", "", Mixing(weights=(1 / len(layers),) * len(layers))))
    for number, layer in enumerate(layers):
        ways.append(("layer", layer, Mixing(weights=tuple(float(i == number) for i in range(len(layers))))))
    head = _Head(task, layers, layer_norm, tuple(range(1, seeds + 1)), resamples)
    pace = Pace(on_progress, seeds * len(l2s) + 1 + len(layers) + (1 + seeds if static else 0), "learning")
    found = head.fits(ways, inputs, pace)
    if static is not None:
        other = features.read_vectors(as_contextual(static), task, layer_norm=layer_norm)
        alone = replace(head, layers=("vector",))
        found += alone.fits([("static", static.title, Mixing(weights=(1.0,)))], other, pace)
        found += head.fits([("beside", static.title, _learned(model, l2s[-1]))], inputs, pace, other)
    pace.end()
    return tuple(found)


def _learned(model: ContextualModel, l2: float) -> Mixing:
    return Mixing(tuple(range(len(model.layers))), l2)


def as_task(dataset: Dataset) -> TokenTask:
    """A data set as a task.

    Raises:
        BadInput: it holds nothing to learn.
    """
    if isinstance(dataset, TokenTask):
        return dataset
    if isinstance(dataset, TaggedSet):
        return tasks.from_tagged(dataset, "tags")
    return tasks.from_senses(dataset)


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
        self, ways: Sequence[tuple[Kind, str, Mixing]], inputs: Inputs, pace: Pace, beside: Inputs | None = None
    ) -> list[MixFit]:
        """Learn every way from every seed; where the weights are given, the seed changes nothing."""
        import torch

        task, runs = self.task, [list[Mix]() for _ in ways]
        for seed in self.seeds:
            rows = [row for row, (_, _, mixing) in enumerate(ways) if mixing.weights is None or not runs[row]]
            pace.begin(len(rows))
            if rows:
                learned = layer_mix.learn(
                    torch.from_numpy(inputs.train),
                    torch.from_numpy(task.train.labels).expand(len(rows), -1),
                    [replace(ways[row][2], seed=seed) for row in rows],
                    len(task.labels), READOUT, TAGS, pace.told,
                    beside=torch.from_numpy(beside.train[0]) if beside else None,
                    hidden=_hidden(task, task.train),
                )  # fmt: skip
                for row, mix in zip(rows, learned, strict=True):
                    runs[row].append(mix)
        wanted = len(self.seeds)
        return [
            self._fit(*way, (mixes * wanted)[:wanted], inputs, beside) for way, mixes in zip(ways, runs, strict=True)
        ]

    def _fit(
        self, kind: Kind, name: str, mixing: Mixing, mixes: Sequence[Mix], inputs: Inputs, beside: Inputs | None
    ) -> MixFit:
        import torch

        task, labels = self.task, torch.from_numpy(self.task.dev.labels)
        dev = [_scores(mix, task, task.dev, inputs.dev, beside.dev if beside else None) for mix in mixes]
        test = [_scores(mix, task, task.test, inputs.test, beside.test if beside else None) for mix in mixes]
        counts = [scores.task_counts(task, task.test, one.argmax(0).numpy()) for one in test]
        low, high = bootstrap.interval(scores.resampled(counts, self.resamples, 1))
        guessed = scores.task_counts(task, task.test, tasks.commonest(task))
        return MixFit(
            kind, name, task.name, task.measure, self.layers, mixing.l2, self.layer_norm, self.seeds,
            weights=np.array([mix.weights.tolist() for mix in mixes], np.float64),
            gamma=np.array([mix.gamma / inputs.scale for mix in mixes]),
            f1=np.array([scores.mean_f1([one]) for one in counts]),
            losses=np.array([float(torch.nn.functional.cross_entropy(one.T, labels)) for one in dev]),
            low=low,
            high=high,
            baseline=scores.mean_f1([guessed]),
            words=(len(task.train.labels), len(task.dev.labels), len(task.test.labels)),
            counts=np.array(counts, np.int64),
        )  # fmt: skip


def _hidden(task: TokenTask, part: Part) -> Tensor | None:
    """(C, N) answers that each word cannot have; ``None`` where all words can have all."""
    import torch

    return None if task.candidates.all() else torch.from_numpy(~task.candidates[part.groups].T)


def _scores(mix: Mix, task: TokenTask, part: Part, vectors: Floats, beside: Floats | None) -> Tensor:
    """(C, N) scores of the answers for the words of a part."""
    import torch

    other = None if beside is None else torch.from_numpy(beside[0])
    return mix.scores(torch.from_numpy(vectors), len(task.labels), other, _hidden(task, part))
