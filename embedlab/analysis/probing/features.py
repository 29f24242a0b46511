"""The frozen vectors that probes read: every layer of every word, brought to one scale.

The vectors of the words that a task asks about, all layers brought to one scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.analysis.probing.scores import Bounds
from embedlab.analysis.probing.tasks import TokenTask
from embedlab.base import BadInput, ContextualModel, Floats, Model, OnProgress, StaticModel
from embedlab.base.static_as_contextual import as_contextual
from embedlab.data.tagged import TaggedSentence, TaggedSet

MOST_BYTES = 8_000_000_000
"""Vectors of all layers that may lie in memory at once."""
TINY = 1e-6

Readable = ContextualModel | StaticModel


@dataclass(frozen=True, eq=False)
class Features:
    """What a model says of every word of the three splits, one behind the other.

    Attributes:
        layers: L names, from the input to the top.
        vectors: (L, N, D); train words first, then dev, then test.
        splits: where train, dev and test lie: (0, end of train, end of dev, N).
        bounds: the sentences of each split, counted from the split's own first word.
        words: (N,) running words.
    """

    layers: list[str]
    vectors: Floats
    splits: tuple[int, int, int, int]
    bounds: tuple[Bounds, Bounds, Bounds]
    words: tuple[str, ...]


def layers_of(models: Sequence[Model]) -> list[str]:
    """The layers of a model, or of several stacked, before anything is read.

    Raises:
        BadInput: no model, or two with several layers.
    """
    deepest = max(_encoders(models), key=lambda encoder: len(encoder.layers))
    return list(deepest.layers)


def _encoders(models: Sequence[Model]) -> list[ContextualModel]:
    encoders = [as_contextual(model) for model in models]
    if not encoders:
        raise BadInput("Give a model.")
    if sum(len(encoder.layers) > 1 for encoder in encoders) > 1:
        raise BadInput("Of stacked models only one may have several layers; the others need one vector a word.")
    return encoders


def read(
    models: Sequence[Model],
    dataset: TaggedSet,
    on_progress: OnProgress | None = None,
) -> Features:
    """Read all sentences with a model, or with several stacked: their vectors one behind the other.

    Each value of each layer gets mean 0 and variance 1 over the training words, so that no layer wins by its scale
    and one penalty fits all.

    Args:
        models: one; or several of which at most one has more than one layer (the others are put beside each of them).
        dataset: the tagged sentences.
        on_progress: told while sentences are read.

    Raises:
        BadInput: no model, two with several layers, or more vectors than fit into memory.
    """
    encoders, layers = _encoders(models), layers_of(models)
    parts = (dataset.train, dataset.dev, dataset.test)
    bounds = (_bounds(dataset.train), _bounds(dataset.dev), _bounds(dataset.test))
    ends = np.cumsum([split.starts[-1] for split in bounds])
    splits = (0, int(ends[0]), int(ends[1]), int(ends[2]))
    sentences = [sentence.words for part in parts for sentence in part]
    found = _room(len(layers), splits[3], sum(encoder.dim for encoder in encoders))
    at = 0
    for encoder in encoders:
        _fill(found[:, :, at : at + encoder.dim], encoder.encode(sentences, None, on_progress))
        at += encoder.dim
    for layer in found:
        standardise(layer, splits[1])
    return Features(layers, found, splits, bounds, tuple(word for words in sentences for word in words))


def _bounds(part: Sequence[TaggedSentence]) -> Bounds:
    return Bounds.of([len(sentence.words) for sentence in part])


def _room(layers: int, words: int, dim: int) -> Floats:
    """Empty (L, N, D)."""
    if (needed := 4 * layers * words * dim) > MOST_BYTES:
        raise BadInput(
            f"The vectors of {words:,} words would take {needed / 1e9:,.0f} GB of memory, more than "
            f"{MOST_BYTES / 1e9:,.0f} GB. Give fewer sentences."
        )
    return np.empty((layers, words, dim), np.float32)


def _fill(room: Floats, read: Sequence[Floats]) -> None:
    """Put sentences one behind the other; a model of one layer stands beside each layer of another."""
    at = 0
    for one in read:  # (1 or L, T, D)
        room[:, at : at + one.shape[1]] = one
        at += one.shape[1]


def standardise(layer: Floats, train: int) -> None:
    """Give each value of an (N, D) layer mean 0 and variance 1 over its first ``train`` words, in place."""
    known = layer[:train]
    mean, deviation = known.mean(axis=0, dtype=np.float64), known.std(axis=0, dtype=np.float64)
    layer -= mean.astype(np.float32)
    layer /= np.where(deviation > TINY, deviation, 1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Inputs:
    """The vectors of the words of a task.

    Attributes:
        train: (L, N, D).
        dev: (L, N, D).
        test: (L, N, D).
        scale: what every value was divided by; 1 where each was standardised for itself.
    """

    train: Floats
    dev: Floats
    test: Floats
    scale: float


def read_vectors(
    model: ContextualModel,
    task: TokenTask,
    *,
    layer_norm: bool,
    on_progress: OnProgress | None = None,
) -> Inputs:
    """Read the task's sentences.

    Args:
        model: the model; a static one is lifted before.
        task: whose words.
        layer_norm: give each value of each layer mean 0 and variance 1 over the training words, as ``read`` does;
            otherwise all layers are divided by one number, so that they keep their lengths relative to each other.
        on_progress: told while sentences are read.
    """
    parts = (task.train, task.dev, task.test)
    sentences = sorted({sentence for part in parts for sentence in part.sentences})
    known = dict(zip(sentences, model.encode(sentences, None, on_progress), strict=True))
    rows = [known[part.sentences[sentence]][:, at] for part in parts for sentence, at in part.positions.tolist()]
    found, scale = np.stack(rows, axis=1), 1.0  # (L, N, D)
    first, second = np.cumsum([len(part.labels) for part in parts])[:2]
    if layer_norm:
        for layer in found:
            standardise(layer, first)
    else:
        scale = float(np.sqrt(np.square(found[:, :first]).mean(dtype=np.float64))) + TINY
        found /= np.float32(scale)
    return Inputs(found[:, :first], found[:, first:second], found[:, second:], scale)
