"""Groups of words: k-means on directions, and names for the groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.faithfulness import unit_rows
from embedlab.base import BadSetting


def cluster(matrix: NDArray[np.floating], k: int, seed: int = 0) -> NDArray[np.int32]:
    """Sort vectors into k groups by direction.

    k-means (Lloyd 1982, k-means++ start) on rows at length 1. Groups are numbered in the order in which the rows first
    meet them, so that with words in order of frequency group 0 holds the commonest word.

    Args:
        matrix: (N, D) vectors.
        k: how many groups; no more than there are different rows.
        seed: for the same groups again.

    Returns:
        (N,) group of each row, from 0.

    Raises:
        BadSetting: k is below 1.
    """
    if k < 1:
        raise BadSetting(f"Words can be sorted into one group or more, not {k}.")
    unit = unit_rows(matrix)
    k = min(k, len(np.unique(unit, axis=0)))
    if k <= 1:
        return np.zeros(len(unit), np.int32)
    from sklearn.cluster import KMeans

    labels = KMeans(k, n_init=4, random_state=seed).fit_predict(unit)  # (N,)
    first = np.unique(labels, return_index=True)[1]  # where each group appears first
    number = np.empty(k, np.int32)
    number[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    groups: NDArray[np.int32] = number[labels]
    return groups


def names(matrix: NDArray[np.floating], labels: NDArray[np.integer], words: Sequence[str], count: int = 3) -> list[str]:
    """A name for each group: the words whose directions are nearest its centre.

    Args:
        matrix: (N, D) vectors.
        labels: (N,) group of each, from ``cluster``.
        words: N words.
        count: words in a name.

    Returns:
        One name a group, such as "red, green, blue".
    """
    unit = unit_rows(matrix)
    found = []
    for group in range(int(labels.max()) + 1 if len(labels) else 0):
        rows = np.flatnonzero(labels == group)
        near = unit[rows] @ unit[rows].mean(axis=0)  # (rows,)
        found.append(", ".join(words[row] for row in rows[np.argsort(-near, kind="stable")[:count]]))
    return found
