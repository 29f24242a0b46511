"""Which layers of a model know names: named-entity recognition from frozen vectors, layer by layer.

Strategies: Devlin et al. 2019 (BERT), table 7. Control task: Hewitt & Liang 2019. Depth: Tenney et al. 2019.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.analysis import bootstrap
from embedlab.analysis.probing import bilstm, linear, mlp
from embedlab.analysis.probing import scores as scoring
from embedlab.analysis.probing.features import Features, Readable, layers_of, read
from embedlab.analysis.probing.results import (  # fmt: skip
    BILSTM,
    BILSTM_CRF,
    LINEAR,
    MLP,
    WHOLE,
    Depth,
    Fit,
    Fitted,
    LayerProbe,
    Probe,
    ProbeSettings,
    Row,
    depth,
)
from embedlab.analysis.probing.sources import Source, Strategy, chosen, cumulative
from embedlab.analysis.probing.tasks import control_labels
from embedlab.base import BadInput, Doubles, Ids, OnProgress
from embedlab.data.tagged import TaggedSet

__all__ = ["LayerProbe", "ProbeSettings", "Row", "layer_probe"]

FITS: dict[str, Fit] = {LINEAR: linear.fit, MLP: mlp.fit, BILSTM: bilstm.fit, BILSTM_CRF: bilstm.fit}


def layer_probe(
    model: Readable | Sequence[Readable],
    dataset: TaggedSet,
    strategies: Sequence[str] | None = None,
    settings: ProbeSettings | None = None,
    *,
    on_progress: OnProgress | None = None,
) -> LayerProbe:
    """Train a probe for each strategy on the frozen vectors, and another on the control task.

    Args:
        model: contextual or static; or several to be stacked, one behind the other, such as ``(flair, fasttext)``:
            one with layers, and others with one vector a word that stand beside each of its layers.
        dataset: tagged sentences, such as ``data.datasets.load_ner()``.
        strategies: names of those that are wanted (see ``probing.sources.strategies``) or the BERT paper's; all for
            ``None``.
        settings: how the probes are trained.
        on_progress: told while sentences are read, and while probes are trained.

    Raises:
        BadInput: no such strategy, no entity to learn, or models that cannot be stacked.
    """
    how, models = settings or ProbeSettings(), [model] if isinstance(model, Readable) else list(model)
    if not dataset.types:
        raise BadInput("No word of these sentences is tagged as an entity: there is nothing to learn.")
    wanted, began = chosen(layers_of(models), strategies), time.perf_counter()
    features, read_at = read(models, dataset, on_progress), time.perf_counter()
    work = _Work.of(features, dataset, how)
    sources = tuple(dict.fromkeys(one.source for one in wanted))
    everything = Source("mix", tuple(range(len(features.layers))))
    growing = cumulative(len(features.layers)) if how.depth and everything in sources and how.probe not in WHOLE else ()
    probes = [Probe(source, hard) for source in sources for hard in (False, True)]
    probes += [probe for source in growing if (probe := Probe(source)) not in probes]
    fitted = {one.probe: one for one in work.fit(probes, on_progress)}
    return LayerProbe(
        " + ".join(one.title for one in models),
        tuple(features.layers),
        features.vectors.shape[2],
        dataset.labels,
        tuple(work.row(one, fitted) for one in wanted),
        work.depth([fitted[Probe(source)] for source in growing]) if growing else None,
        *scoring.baselines(features.words, work.labels[0], features.splits, features.bounds[2], how.seed),
        *_sizes(dataset),
        how,
        read_at - began,
        time.perf_counter() - read_at,
    )


@dataclass(frozen=True, eq=False)
class _Work:
    """What all probes share: vectors, labels (2, N) of tags and control task, and the bootstrap's (R, S) draws."""

    features: Features
    labels: Ids
    draws: Doubles
    settings: ProbeSettings

    @classmethod
    def of(cls, features: Features, dataset: TaggedSet, settings: ProbeSettings) -> _Work:
        number = {label: i for i, label in enumerate(dataset.labels)}
        parts = (dataset.train, dataset.dev, dataset.test)
        tags = np.array([number[tag] for part in parts for one in part for tag in one.tags], np.int64)
        often = np.bincount(tags[: features.splits[1]], minlength=len(number))
        hard = control_labels(features.words, often, settings.seed)
        rng = np.random.default_rng(settings.seed)
        draws = bootstrap.draws(features.bounds[2].sentences, settings.resamples, rng)
        return cls(features, np.stack([tags, hard]), draws, settings)

    def fit(self, probes: Sequence[Probe], on_progress: OnProgress | None) -> list[Fitted]:
        fit = FITS[self.settings.probe]
        return fit(probes, self.features, self.labels, self.judge, self.settings, on_progress)

    def judge(self, probe: Probe, tags: Ids) -> float:
        """F1 on the dev sentences, or accuracy in the control task."""
        _, begin, end, _ = self.features.splits
        truth = self.labels[int(probe.control), begin:end]
        if probe.control:
            return float((truth == tags).mean())
        return float(scoring.f1(scoring.counts(truth, tags, self.features.bounds[1]).sum(0)))

    def row(self, strategy: Strategy, fitted: dict[Probe, Fitted]) -> Row:
        plain, hard = (fitted[Probe(strategy.source, control)] for control in (False, True))
        counts = self.counts(plain)  # (S, 3)
        right, found, there = counts.sum(0)
        low, high = bootstrap.interval(scoring.f1(self.draws @ counts))
        bounds, truth = self.features.bounds[2], self.labels[:, self.features.splits[2] :]
        hits = np.stack([bounds.sums(truth[0] == plain.tags), bounds.sums(truth[1] == hard.tags)])  # (2, S)
        words = np.diff(bounds.starts)
        selective = bootstrap.interval((self.draws @ (hits[0] - hits[1])) / (self.draws @ words))
        accuracy, control = (hits.sum(1) / words.sum()).tolist()
        return Row(
            strategy.name,
            strategy.source.kind,
            tuple(self.features.layers[layer] for layer in strategy.source.layers),
            float(scoring.f1(counts.sum(0))), low, high,
            float(right / max(found, 1)), float(right / max(there, 1)),
            accuracy, control, accuracy - control, *selective,
            plain.dev, plain.epoch, plain.weights, plain.gamma, plain.tags,
        )  # fmt: skip

    def counts(self, one: Fitted) -> Ids:
        """(S, 3) of the test sentences."""
        return scoring.counts(self.labels[0, self.features.splits[2] :], one.tags, self.features.bounds[2])

    def depth(self, growing: Sequence[Fitted]) -> Depth:
        counts = [self.counts(one) for one in growing]
        draws = np.stack([scoring.f1(self.draws @ one) for one in counts], axis=1)  # (R, L)
        return depth(growing[-1].weights, [float(scoring.f1(one.sum(0))) for one in counts], draws)


def _sizes(dataset: TaggedSet) -> tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]:
    """Sentences, words and entities of train, dev and test."""
    parts = (dataset.train, dataset.dev, dataset.test)
    words = [sum(len(one.words) for one in part) for part in parts]
    entities = [sum(len(one.spans) for one in part) for part in parts]
    return (len(parts[0]), len(parts[1]), len(parts[2])), (words[0], words[1], words[2]), (
        entities[0], entities[1], entities[2],
    )  # fmt: skip
