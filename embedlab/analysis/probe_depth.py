"""At which layer a task is solved: centre of gravity and expected layer (Tenney et al. 2019).

BERT Rediscovers the Classical NLP Pipeline (https://aclanthology.org/P19-1452/), sections 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.analysis.entity_scores import Doubles, interval


@dataclass(frozen=True)
class Depth:
    """Where in a model of L layers the names are found; layers are counted from 0, the input.

    Attributes:
        weights: (L) s, the share of each layer in the learned mix of all.
        centre_of_gravity: their mean layer, the sum of l s_l.
        scores: (L) F1 of the mixes of layers 0 to l.
        gains: (L - 1) what layer l adds: the score of the mix up to l, less that of the mix up to l - 1.
        expected_layer: mean layer of the gains, which may be negative; nan if there is no gain that differs from none.
        low: lower end of its 95 % bootstrap interval (sentences drawn).
        high: upper end.
    """

    weights: tuple[float, ...]
    centre_of_gravity: float
    scores: tuple[float, ...]
    gains: tuple[float, ...]
    expected_layer: float
    low: float
    high: float


def centre_of_gravity(weights: Sequence[float]) -> float:
    """The mean layer, sum of l s_l, of weights s that sum to 1 (Tenney et al. 2019, equation 2)."""
    return float(np.dot(np.arange(len(weights)), weights))


def expected_layer(scores: Doubles) -> Doubles:
    """The mean layer of the gains, from (…, L) scores of the cumulative mixes (Tenney et al. 2019, equation 4).

    nan where the top is not better than the input: there is nothing to say at which layer it is gained.
    """
    gains = np.diff(np.asarray(scores, float), axis=-1)
    total = gains.sum(axis=-1)
    sums = (gains * np.arange(1, gains.shape[-1] + 1)).sum(axis=-1)
    found: Doubles = np.divide(sums, total, out=np.full(np.shape(total), np.nan), where=total > 0)
    return found


def depth(weights: Sequence[float], scores: Sequence[float], draws: Doubles) -> Depth:
    """Put both together.

    Args:
        weights: (L) of the mix of all layers.
        scores: (L) of the cumulative mixes.
        draws: (R, L) the same in each resample of a bootstrap.
    """
    gained = interval(draws[:, -1] - draws[:, 0])[0] > 0
    low, high = interval(expected_layer(draws)) if gained else (float("nan"), float("nan"))
    return Depth(
        tuple(weights),
        centre_of_gravity(weights),
        tuple(scores),
        tuple(np.diff(scores).tolist()),
        float(expected_layer(np.asarray(scores, float))) if gained else float("nan"),
        low,
        high,
    )
