"""One word's occurrences under layers mixed by hand: how alike they are, and how well their senses are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.analysis.pair_auc import SensePairs, cosines
from embedlab.base import BadInput, Floats

RESAMPLES = 300
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Mixed:
    """N occurrences under one mix.

    Attributes:
        vectors: (N, D) sum of the layers times their weights.
        similarity: (N, N) cosines.
        auc: the chance that a pair of one sense is more alike than a pair of two (as in ``polysemy``, here with the
            mean of these occurrences taken out); 0.5 is chance. ``None`` if there is nothing to compare.
        low: lower end of the 95 % bootstrap interval (occurrences drawn within senses).
        high: its upper end.
    """

    vectors: Floats
    similarity: Floats
    auc: float | None
    low: float
    high: float


def mixed(
    vectors: Floats,
    weights: Sequence[float],
    senses: Sequence[str],
    forms: Sequence[str],
    *,
    layer_norm: bool = True,
    seed: int = 1,
) -> Mixed:
    """Mix the layers of one word's occurrences.

    Args:
        vectors: (L, N, D).
        weights: L of them, not below 0; they are brought to sum 1.
        senses: N.
        forms: N, the word as it stands there; different forms are not compared for the AUC.
        layer_norm: bring every layer to mean 0 and variance 1 over all its values first.
        seed: of the bootstrap.

    Raises:
        BadInput: another number of weights, one below 0, or all 0.
    """
    share = np.asarray(weights, np.float64)
    if len(share) != len(vectors) or (share < 0).any() or not share.sum() > 0:
        raise BadInput("Give every layer a weight from 0 up, and at least one of them more than 0.")
    layers = np.asarray(vectors, np.float64)
    if layer_norm:
        layers = layers - layers.mean(axis=(1, 2), keepdims=True)
        layers = layers / (layers.std(axis=(1, 2), keepdims=True) + TINY)
    made = np.tensordot(share / share.sum(), layers, axes=1)  # (N, D)
    pairs = SensePairs(list(senses), list(forms))
    auc, low, high = None, 0.5, 0.5
    if pairs.usable:
        centred = cosines(made - made.mean(axis=0))
        drawn = pairs.auc(centred, pairs.resamples(RESAMPLES, np.random.default_rng(seed)))
        auc = float(pairs.auc(centred)[0])
        low, high = (float(end) for end in np.percentile(drawn, [2.5, 97.5]))
    return Mixed(made.astype(np.float32), cosines(made).astype(np.float32), auc, low, high)
