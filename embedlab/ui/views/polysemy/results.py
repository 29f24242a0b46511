"""Compute vectors, similarities, projections and scores of a word in sentences, once for all visitors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np

from embedlab.analysis import occurrences, polysemy
from embedlab.analysis.clusters import Groups, group
from embedlab.analysis.polysemy import SensePairs, cosines
from embedlab.analysis.projection import Projection, project
from embedlab.base import Doubles, Floats
from embedlab.registry import ModelSpec
from embedlab.ui import cache, models
from embedlab.ui.views.polysemy.controls import Choices

FEWEST = 8
"""Different vectors that UMAP needs at least."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Sense separation of every layer.

    Attributes:
        auc: (L,).
        low: (L,) ends of the 95 % interval.
        high: (L,).
    """

    auc: Doubles
    low: Doubles
    high: Doubles


@dataclass(frozen=True, eq=False)
class Reading:
    """Vectors and scores of N occurrences by one model.

    Attributes:
        spec: the model.
        choices: the occurrences.
        layers: L names.
        vectors: (L, N, D).
        scores: how well senses are told apart; ``None`` if they are not known or too few.
    """

    spec: ModelSpec
    choices: Choices
    layers: tuple[str, ...]
    vectors: Floats
    scores: Scores | None

    @property
    def static(self) -> bool:
        """Whether a word has the same vector in every sentence."""
        return models.is_static(self.spec)

    @property
    def known(self) -> bool:
        """Whether the model has a vector for any of the occurrences."""
        return bool(self.vectors.any())

    def at(self, layer: str) -> Floats:
        """(N, D) vectors of a layer."""
        rows: Floats = self.vectors[self.layers.index(layer)]
        return rows

    def similarity(self, layer: str) -> Floats:
        """(N, N) cosines at a layer, as ``analysis.polysemy.compare`` gives them."""
        return cache.remembered(("similarity", self._key, layer), lambda: cosines(self.at(layer)).astype(np.float32))

    def picture(self, layer: str, method: str) -> Projection:
        """The occurrences in the plane; PCA where there are too few different vectors for more."""
        return cache.remembered(("picture", self._key, layer, method), lambda: _laid_out(self.at(layer), method))

    def groups(self, layer: str, method: str, k: int) -> Groups:
        """(N,) groups that the vectors fall into."""
        return cache.remembered(("groups", self._key, layer, method, k), lambda: group(self.at(layer), method, k))

    @cached_property
    def _key(self) -> tuple[object, ...]:
        return self.spec.key, cache.stamp(self.spec), _digest(self.choices)


def _laid_out(rows: Floats, method: str) -> Projection:
    different = {row.tobytes() for row in rows.round(5) + 0.0}  # without the sign of a zero
    return project(rows, method if len(different) >= FEWEST else "pca", seed=1)


def read(spec: ModelSpec, choices: Choices) -> Reading:
    """The model's vectors of the word in every sentence, and how well they tell the senses apart.

    The first time the model has to read, which may take seconds: a progress bar says so.

    Raises:
        BadModel: the model is gone or damaged.
    """
    return cache.remembered(_key(spec, choices), lambda: _read(spec, choices))


def _read(spec: ModelSpec, choices: Choices) -> Reading:
    with models.progress(f"{spec.title} reads {len(choices.occurrences)} sentences") as tell:
        model = models.contextual(spec)
        vectors = occurrences.vectors(model, choices.occurrences, None, tell)
    scores, size = None, len(model.layers)
    senses, forms = zip(*((one.sense, one.form) for one in choices.occurrences), strict=True)
    if choices.labelled and SensePairs(senses, forms).usable:
        if models.is_static(spec):  # pairs of one form, which is one vector: a half, whatever is drawn
            scores = Scores(*(np.full(size, 0.5) for _ in range(3)))
        else:
            result = polysemy.sense_separation(model, choices.occurrences, vectors=vectors)
            scores = Scores(result.auc, result.low, result.high)
    return Reading(spec, choices, tuple(model.layers), vectors, scores)


def _key(spec: ModelSpec, choices: Choices) -> tuple[object, ...]:
    return "reading", spec.key, cache.stamp(spec), _digest(choices)


def _digest(choices: Choices) -> str:
    rows = [(one.word, one.sense, one.position, one.words) for one in choices.occurrences]
    return sha256(repr(rows).encode()).hexdigest()


def is_remembered(spec: ModelSpec, choices: Choices) -> bool:
    """Whether ``read`` answers at once."""
    return cache.is_remembered(_key(spec, choices))
