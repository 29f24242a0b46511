"""How far a measure moves when what it is measured on is drawn again: percentile intervals of a bootstrap.

Efron 1979, "Bootstrap methods: another look at the jackknife"; Davison & Hinkley 1997, section 5.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedlab.base import Doubles

LEVEL = 95
"""Percent of the resamples between the two ends of an interval."""


def draws(count: int, resamples: int, rng: np.random.Generator) -> Doubles:
    """(B, N) how often each of N items is drawn, with replacement, in each of B resamples; rows sum to N.

    Args:
        count: N.
        resamples: B.
        rng: of the draws.
    """
    return rng.multinomial(count, np.full(count, 1 / count), size=resamples).astype(np.float64)


def means(values: NDArray[np.generic], resamples: int, rng: np.random.Generator) -> Doubles:
    """(B, ...) means of (N, ...) values in each of B resamples, computed one after the other to save memory.

    Args:
        values: (N, ...) one row an item.
        resamples: B.
        rng: of the draws.
    """
    count = len(values)
    return np.array([values[rng.integers(count, size=count)].mean(axis=0) for _ in range(resamples)], np.float64)


def intervals(measured: ArrayLike) -> tuple[Doubles, Doubles]:
    """Lower and upper ends (...) of the intervals of a measure in B resamples, (..., B)."""
    low, high = np.percentile(np.asarray(measured, np.float64), [(100 - LEVEL) / 2, (100 + LEVEL) / 2], axis=-1)
    return low, high


def interval(measured: Doubles) -> tuple[float, float]:
    """Lower and upper end of one interval, (B,); resamples that give nan are left out, and nan stands for none left."""
    there = measured[~np.isnan(measured)]
    if not len(there):
        return float("nan"), float("nan")
    low, high = intervals(there)
    return float(low), float(high)
