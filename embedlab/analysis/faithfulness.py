"""How far a picture of vectors can be believed: as a whole, and around one point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput, Floats

SAMPLE = 3000
DIGITS = 6
"""Cosines are compared to so many digits: equal ones, which float32 keeps to seven, then come in row order."""


@dataclass(frozen=True)
class Trust:
    """Trustworthiness of a picture.

    Attributes:
        value: 1 if every neighbor in the picture is one in the original space too, down to 0; NaN for fewer than
            three points.
        points: how many points it was measured on.
        k: size of the neighborhood.
    """

    value: float
    points: int
    k: int


@dataclass(frozen=True)
class Faithfulness:
    """What a picture says about one point's neighbors, and what is so. Row numbers, nearest first.

    Attributes:
        true: the k nearest in the original space, by cosine.
        drawn: the k nearest in the picture.
        hidden: true, but not among the drawn.
        invented: drawn, but not among the true.
        similarities: cosine of each of ``true``.
    """

    true: list[int]
    drawn: list[int]
    hidden: list[int]
    invented: list[int]
    similarities: list[float]


def faithfulness(matrix: NDArray[np.floating], points: NDArray[np.floating], index: int, k: int = 10) -> Faithfulness:
    """Compare a point's neighbors in the picture with its neighbors in the original space.

    Args:
        matrix: (N, D) vectors.
        points: (N, 2 or 3) where they are drawn.
        index: the point's row.
        k: how many neighbors; at most N - 1 are given.

    Raises:
        BadInput: the shapes disagree or there is no such row.
    """
    if len(matrix) != len(points) or not 0 <= index < len(matrix):
        raise BadInput(f"There is no row {index} in {len(matrix)} vectors drawn as {len(points)} points.")
    unit = unit_rows(matrix).astype(np.float64)
    similarity = np.round(unit @ unit[index], DIGITS)  # (N,)
    distance = np.square(np.asarray(points, np.float64) - points[index]).sum(axis=1)  # (N,)
    true, drawn = _nearest(-similarity, index, k), _nearest(distance, index, k)
    return Faithfulness(
        true,
        drawn,
        [row for row in true if row not in drawn],
        [row for row in drawn if row not in true],
        similarity[true].tolist(),
    )


def trustworthiness(
    matrix: NDArray[np.floating], points: NDArray[np.floating], k: int = 10, sample: int = SAMPLE
) -> Trust:
    """Whether words drawn as neighbors are neighbors: scikit-learn's trustworthiness, by cosine.

    Venna & Kaski, Neighborhood Preservation in Nonlinear Projection Methods, ICANN 2001. Each point costs a sort of
    all others, so that no more than ``sample`` points, evenly spread over the rows, are measured among themselves.

    Args:
        matrix: (N, D) vectors.
        points: (N, 2 or 3) where they are drawn.
        k: size of the neighborhood; smaller where there are few points.
        sample: most points to measure.
    """
    from sklearn.manifold import trustworthiness as measure

    rows = np.unique(np.linspace(0, len(matrix) - 1, min(len(matrix), sample)).astype(int))
    k = min(k, (len(rows) - 1) // 2)
    if k < 1:
        return Trust(float("nan"), len(rows), max(k, 0))
    vectors = np.asarray(matrix, np.float32)[rows]
    return Trust(float(measure(vectors, points[rows], n_neighbors=k, metric="cosine")), len(rows), k)


def unit_rows(matrix: NDArray[np.floating]) -> Floats:
    """(N, D) float32 rows at length 1; rows of zeros stay zero."""
    values = np.asarray(matrix, np.float32)
    norms = np.linalg.norm(values, axis=1, keepdims=True)
    unit: Floats = values / np.maximum(norms, np.finfo(np.float32).tiny)
    return unit


def _nearest(distances: NDArray[np.floating], index: int, k: int) -> list[int]:
    """The k rows of least distance, leaving out ``index``; equal ones in row order."""
    order = np.argsort(distances, kind="stable")
    return [int(row) for row in order if row != index][:k]
