"""Whether pairs of one sense are more similar than pairs of two: the area under the ROC curve, and its bootstrap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embedlab.base import Floats

DECIMALS = 6
"""Similarities are compared to so many decimals, so that equal vectors tie whatever the rounding of a product."""

Doubles = NDArray[np.float64]


class SensePairs:
    """The pairs of occurrences of one word whose similarity may be asked about: those of one form.

    Two different forms ("bank" and "banks") are never compared, since a difference between forms says nothing about
    senses, and a model with one vector a form would seem to know something.

    Attributes:
        usable: whether some form has both a pair of one sense and a pair of two.
        compared: how many (pair of one sense, pair of two senses) there are.
    """

    def __init__(self, senses: Sequence[str], forms: Sequence[str]) -> None:
        names, kinds = np.array(senses), np.array(forms)
        first, second = np.triu_indices(len(names), 1)  # every pair once
        one_form, one_sense = kinds[first] == kinds[second], names[first] == names[second]
        self.groups = []
        for form in dict.fromkeys(forms):
            own = one_form & (kinds[first] == form)
            same, other = own & one_sense, own & ~one_sense
            if same.any() and other.any():
                self.groups.append(((first[same], second[same]), (first[other], second[other])))
        self.senses = [np.flatnonzero(names == sense) for sense in dict.fromkeys(senses)]
        self.size = len(names)
        self.compared = sum(len(same[0]) * len(other[0]) for same, other in self.groups)
        self.usable = self.compared > 0

    def auc(self, similarity: Doubles, weights: Doubles | None = None) -> Doubles:
        """How often a pair of one sense is more similar than a pair of two, 0.5 for chance; ties count half.

        Args:
            similarity: (N, N) of the occurrences.
            weights: (B, N) how often each of B resamples has each occurrence; each once if ``None``. A pair counts
                as often as the product says; an occurrence drawn twice makes no pair with itself.

        Returns:
            (B,), or (1,); 0.5 for a resample that has nothing to compare.
        """
        weights = np.ones((1, self.size)) if weights is None else weights
        won, compared = np.zeros(len(weights)), np.zeros(len(weights))
        rounded = np.round(similarity, DECIMALS)
        for same, other in self.groups:
            above = np.sign(rounded[same][:, None] - rounded[other])  # (P, Q)
            p, q = weights[:, same[0]] * weights[:, same[1]], weights[:, other[0]] * weights[:, other[1]]
            won += np.einsum("bq,bq->b", p @ (above + 1) / 2, q)  # Mann-Whitney's U
            compared += p.sum(axis=1) * q.sum(axis=1)
        share: Doubles = np.divide(won, compared, out=np.full(len(weights), 0.5), where=compared > 0)
        return share

    def resamples(self, count: int, rng: np.random.Generator) -> Doubles:
        """(count, N): how often each occurrence is drawn, with replacement within its sense."""
        weights = np.zeros((count, self.size))
        for rows in self.senses:
            weights[:, rows] = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=count)
        return weights


def cosines(vectors: Floats | Doubles) -> Doubles:
    """(N, N) cosine similarities of (N, D) vectors; 0 where one is zero."""
    rows = np.asarray(vectors, np.float64)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    units = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
    similarity: Doubles = np.clip(units @ units.T, -1, 1)  # (N, N)
    return similarity
