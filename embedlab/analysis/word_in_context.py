"""Words in context: does the similarity of a word's two vectors tell whether it means the same in two sentences?

Pilehvar and Camacho-Collados 2019, WiC: the Word-in-Context Dataset, https://aclanthology.org/N19-1128/, section 4.1:
one threshold on the cosine, chosen on the training pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis import bootstrap
from embedlab.analysis.polysemy import DECIMALS
from embedlab.base import BadInput, ContextualModel, Doubles, OnProgress, StaticModel
from embedlab.base.static_as_contextual import as_contextual
from embedlab.data.benchmarks import WordPair


@dataclass(frozen=True, eq=False)
class PairAccuracy:
    """How often a threshold on the cosine is right.

    Attributes:
        layers: L names.
        accuracy: (L,) share of the test pairs that are told right.
        low: (L,) lower end of the 95 % bootstrap interval over test pairs.
        high: (L,) its upper end.
        thresholds: (L,) cosine from which on a pair counts as one sense, chosen on the training pairs.
        pairs: test pairs.
        chance: share of the commoner answer among them.
    """

    layers: list[str]
    accuracy: Doubles
    low: Doubles
    high: Doubles
    thresholds: Doubles
    pairs: int
    chance: float


def word_in_context(
    model: ContextualModel | StaticModel,
    train: Sequence[WordPair],
    test: Sequence[WordPair],
    *,
    resamples: int = 1000,
    seed: int = 1,
    on_progress: OnProgress | None = None,
) -> PairAccuracy:
    """Accuracy per layer, with the threshold that is best on the training pairs.

    The cosine is taken after the layer's mean vector over the training pairs is taken out (see
    ``polysemy.sense_separation``). A static model has the same vector twice, unless the two forms differ.

    Args:
        model: contextual or static.
        train: pairs to choose the thresholds on; their words should be others.
        test: pairs to measure on.
        resamples: how many of the bootstrap.
        seed: of the bootstrap.
        on_progress: told while sentences are read.

    Raises:
        BadInput: there are no pairs to choose on or to measure on, or no resamples.
    """
    if not train or not test or resamples < 1:
        raise BadInput("Pairs to choose the threshold on, pairs to measure on and a resample are needed, at least one.")
    contextual = as_contextual(model)
    known, tested = (_vectors(contextual, pairs, on_progress) for pairs in (train, test))  # (2, L, N, D)
    mean = known.mean(axis=(0, 2), keepdims=True, dtype=np.float64)  # (1, L, 1, D)
    given, wanted = (np.array([pair.same for pair in pairs]) for pairs in (train, test))
    similar = _cosines(known - mean)  # (L, N)
    thresholds = np.array([best_threshold(layer, given) for layer in similar])
    right = (_cosines(tested - mean) >= thresholds[:, None]) == wanted  # (L, M)
    low, high = bootstrap.intervals(bootstrap.means(right.T, resamples, np.random.default_rng(seed)).T)
    share = float(wanted.mean())
    return PairAccuracy(
        list(contextual.layers), right.mean(axis=1), low, high, thresholds, len(wanted), max(share, 1 - share)
    )


def best_threshold(similarity: Doubles, same: NDArray[np.bool_]) -> float:
    """The smallest value such that calling pairs from it on "same" is right most often; infinity for never."""
    order = np.argsort(-similarity, kind="stable")
    values, hits = similarity[order], np.cumsum(np.where(same[order], 1, -1))  # right answers gained by going so far
    last = np.append(values[1:] < values[:-1], True)  # equal values go together
    gains = np.where(last, hits, -len(values))
    best = int(np.argmax(gains))
    return float(values[best]) if gains[best] > 0 else np.inf


def _vectors(
    contextual: ContextualModel,
    pairs: Sequence[WordPair],
    on_progress: OnProgress | None,
) -> NDArray[np.float32]:
    """(2, L, N, D) of the word in the first and in the second sentences."""
    positions = zip(*(pair.positions for pair in pairs), strict=True)
    sides = zip(([pair.first for pair in pairs], [pair.second for pair in pairs]), positions, strict=True)
    return np.stack([contextual.at_positions(texts, at, None, on_progress) for texts, at in sides])


def _cosines(vectors: Doubles) -> Doubles:
    """(L, N) of the two vectors of each pair, (2, L, N, D); 0 where one is nothing."""
    lengths = np.linalg.norm(vectors, axis=3)  # (2, L, N)
    products = np.einsum("lnd,lnd->ln", vectors[0], vectors[1])  # (L, N)
    cosines: Doubles = np.round(products / np.maximum(lengths[0] * lengths[1], 1e-12), DECIMALS)
    return cosines
