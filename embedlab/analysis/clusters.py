"""Clusters of vectors: k-means on directions, names for the clusters, and how well they agree with known groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.faithfulness import unit_rows
from embedlab.base import BadInput, BadSetting


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
    result = []
    for group in range(int(labels.max()) + 1 if len(labels) else 0):
        rows = np.flatnonzero(labels == group)
        near = unit[rows] @ unit[rows].mean(axis=0)  # (rows,)
        result.append(", ".join(words[row] for row in rows[np.argsort(-near, kind="stable")[:count]]))
    return result


Groups = NDArray[np.int32]
Method = Literal["kmeans", "hdbscan"]
SAME = 1e-5
"""Vectors closer than this, at length 1, are one vector read twice."""


def group(
    vectors: NDArray[np.floating], method: str = "kmeans", k: int = 2, smallest: int = 0, seed: int = 1
) -> Groups:
    """Sort N vectors into groups by direction, after their mean is taken out.

    Contextual vectors lie in a narrow cone (Ethayarajh 2019); without their mean the directions are those in which
    they differ. k-means (Lloyd 1982) makes as many groups as it is told; HDBSCAN (Campello, Moulavi & Sander 2013)
    finds the number and leaves out what lies between groups. Vectors that are all the same are one group.

    Args:
        vectors: (N, D).
        method: "kmeans" or "hdbscan".
        k: groups of k-means.
        smallest: fewest vectors that HDBSCAN calls a group; 0 for a tenth of them, at least 3.
        seed: of k-means.

    Returns:
        (N,) group of each, numbered by size, the largest 0; -1 for those that HDBSCAN leaves out.

    Raises:
        BadSetting: another method, or k below 1.
        BadInput: no vectors.
    """
    rows = np.asarray(vectors, np.float64)
    if method not in get_args(Method) or k < 1:
        raise BadSetting(f"Vectors are sorted by kmeans or hdbscan into one group or more, not by {method!r} into {k}.")
    if rows.ndim != 2 or not len(rows):
        raise BadInput("There is nothing to sort into groups.")
    centred = rows - rows.mean(axis=0)
    if np.linalg.norm(centred, axis=1).max() <= SAME * max(1.0, float(np.linalg.norm(rows, axis=1).max())):
        return np.zeros(len(rows), np.int32)
    if method == "kmeans":
        return _by_size(cluster(centred.astype(np.float32), k, seed))
    from sklearn.cluster import HDBSCAN

    unit = unit_rows(centred.astype(np.float32))
    least = min(len(unit), smallest or max(3, len(unit) // 10))
    if least < 2:
        return np.zeros(len(unit), np.int32)
    return _by_size(HDBSCAN(min_cluster_size=least, min_samples=min(3, least), copy=True).fit_predict(unit))


def _by_size(labels: NDArray[np.integer]) -> Groups:
    numbers, counts = np.unique(labels[labels >= 0], return_counts=True)
    new = {int(numbers[old]): position for position, old in enumerate(np.argsort(-counts, kind="stable"))}
    return np.array([new.get(int(label), -1) for label in labels], np.int32)


@dataclass(frozen=True)
class Agreement:
    """Whether two ways to sort the same things agree.

    Attributes:
        rand: adjusted Rand index: 1 if they are the same up to names, 0 on average for chance, below 0 for less.
        chance: share of shuffles that agree at least as well; a few hundredths or less is no accident.
        shuffles: how many there were.
    """

    rand: float
    chance: float
    shuffles: int


def agreement(clusters: Sequence[int], groups: Sequence[str], *, shuffles: int = 1000, seed: int = 1) -> Agreement:
    """The adjusted Rand index of groups that were found and names that were given, and how often chance does as well.

    Hubert & Arabie 1985, "Comparing partitions", equation 5: of all pairs, those that both put together or both put
    apart, less what is expected, over the most that is possible less what is expected. Things that were left out
    (-1) count as a group of their own. The share of shuffles counts the found order itself as one (Phipson & Smyth
    2010), so that it is never 0.

    Args:
        clusters: N groups.
        groups: N names.
        shuffles: of the names.
        seed: of the shuffles.

    Raises:
        BadInput: not as many of one as of the other, or none.
    """
    if len(clusters) != len(groups) or not len(clusters):
        raise BadInput("Two ways to sort the same things are compared: give as many groups as names.")
    one, two = (np.unique(np.array(labels), return_inverse=True)[1] for labels in (clusters, groups))
    rng = np.random.default_rng(seed)
    value, *others = _rand(one, np.array([two, *(rng.permutation(two) for _ in range(shuffles))])).tolist()
    as_good = sum(other >= value - 1e-12 for other in others)
    return Agreement(value, (1 + as_good) / (1 + shuffles), shuffles)


def _rand(one: NDArray[np.integer], orders: NDArray[np.integer]) -> NDArray[np.float64]:
    """(B,) index of (N,) groups and each of (B, N) orders of others; how often each occurs is the same in all."""
    size = len(one)
    groups = one[:, None] == np.arange(one.max() + 1)  # (N, K)
    table = np.stack([(orders == name) @ groups.astype(np.float64) for name in range(orders.max() + 1)], axis=2)
    together, first, second = (
        (n * (n - 1) / 2).sum(axis=tuple(range(1, n.ndim))) for n in (table, table.sum(axis=2), table.sum(axis=1))
    )
    pairs = size * (size - 1) / 2
    expected = first * second / pairs if pairs else np.zeros_like(first)
    most = (first + second) / 2
    same: NDArray[np.bool_] = most == expected
    result: NDArray[np.float64] = np.where(same, 1.0, (together - expected) / np.where(same, 1.0, most - expected))
    return result
