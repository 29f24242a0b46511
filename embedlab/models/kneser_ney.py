"""Interpolated modified Kneser-Ney smoothing of one order, and the maximum-likelihood estimate beside it.

Chen & Goodman 1998, An Empirical Study of Smoothing Techniques for Language Modeling (TR-10-98), sections 4.1.6 and
5.4; details as in Heafield et al. 2013, Scalable Modified Kneser-Ney Language Model Estimation,
https://aclanthology.org/P13-2121/.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.base import Counts
from embedlab.sealed import read_only

Doubles = NDArray[np.float64]
FALLBACK = (0.5, 1.0, 1.5)
"""Discounts where the text is too small to estimate them, as in KenLM."""


def counts_of_counts(counts: NDArray[np.integer]) -> Counts:
    """(4,): n1 to n4, how many n-grams have the count 1, 2, 3 and 4."""
    return np.bincount(counts[(counts > 0) & (counts < 5)], minlength=5)[1:].astype(np.int64)


def discounts(counts_of_counts: Counts, fixed: float = 0.0) -> Doubles:
    """(4,): what is taken off a count of 0, 1, 2, and 3 or more: 0, D1, D2, D3+.

    Y = n1 / (n1 + 2 n2), D1 = 1 - 2 Y n2 / n1, D2 = 2 - 3 Y n3 / n2, D3+ = 3 - 4 Y n4 / n3 (Chen & Goodman 1998,
    equation 26); ``FALLBACK`` if n1, n2 or n3 is zero or one of them falls outside 0 to its count.

    Args:
        counts_of_counts: n1 to n4 of this order.
        fixed: one discount for all counts instead (Kneser & Ney 1995); 0 for the formula.
    """
    if fixed:
        return np.array([0.0, fixed, fixed, fixed])
    n1, n2, n3, n4 = (float(n) for n in counts_of_counts)
    if not (n1 and n2 and n3):
        return np.array([0.0, *FALLBACK])
    y = n1 / (n1 + 2 * n2)
    found = np.array([0.0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
    return found if ((found >= 0) & (found <= np.arange(4))).all() else np.array([0.0, *FALLBACK])


@dataclass(frozen=True, eq=False)
class Weights:
    """One order as it is interpolated: p(w | c) = share(c w) + lower(c) p(w | c without its first token).

    Attributes:
        shares: (G + 1,) of every n-gram; 0 at the end, for one that was not seen.
        lower: (C + 1,) of every context; at the end for one that was not seen.
    """

    shares: Doubles
    lower: Doubles

    def __post_init__(self) -> None:
        read_only(self.shares), read_only(self.lower)


def kneser_ney(contexts: Counts, adjusted: NDArray[np.integer], totals: Counts, taken: Doubles) -> Weights:
    """Shares (a(c w) - D) / a(c), and to the shorter context all that they leave over, dropped n-grams included.

    Args:
        contexts: (G,) the context of every n-gram.
        adjusted: (G,) its count a(c w).
        totals: (C,) a(c), the counts of all n-grams of a context, also of those that were dropped.
        taken: (4,) the discounts.
    """
    left = np.maximum(adjusted - taken[np.minimum(adjusted, 3)], 0.0)
    shares = left / np.maximum(totals, 1)[contexts]
    lower = 1 - np.bincount(contexts, weights=shares, minlength=len(totals))
    return Weights(np.append(shares, 0.0), np.append(np.maximum(lower, 0.0), 1.0))


def maximum_likelihood(contexts: Counts, counts: NDArray[np.integer], totals: Counts) -> Weights:
    """Shares c(c w) / c(c), and nothing to the shorter context: what was not seen is impossible.

    Args:
        contexts: (G,) the context of every n-gram.
        counts: (G,) how often it was seen.
        totals: (C,) how often something followed the context.
    """
    shares = counts / np.maximum(totals, 1)[contexts]
    return Weights(np.append(shares, 0.0), np.zeros(len(totals) + 1))
