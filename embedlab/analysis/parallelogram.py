"""An analogy drawn in the plane: the four words and the point that the arithmetic arrives at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedlab.analysis.ranking import unit_vectors
from embedlab.base import Floats, StaticModel


@dataclass(frozen=True, eq=False)
class Parallelogram:
    """Four words and the sought point in the plane that shows their differences best.

    Attributes:
        words: a, b, c, d of "a is to b as c is to d", as they were looked up.
        points: (5, 2) a, b, c, d and the sought point b - a + c.
        explained: share of the five points' variance along the first and the second axis, 0 to 1 each.
    """

    words: tuple[str, str, str, str]
    points: Floats
    explained: tuple[float, float]


def parallelogram(model: StaticModel, a: str, b: str, c: str, d: str) -> Parallelogram:
    """Lay "a is to b as c is to d" in the plane of its first two principal components.

    The unit vectors of the words and u_b - u_a + u_c are centred and projected by a singular value decomposition
    (Pearson 1901). A projection is linear, so a, b, the sought point and c stay a true parallelogram; how far d is
    from the sought point is shown as well as two dimensions can. The picture is turned so that b lies to the right
    of a and c above a.

    Raises:
        UnknownWord: the model has no vector for a word.
    """
    lookups = [model.look_up(word) for word in (a, b, c, d)]
    four = unit_vectors(model, lookups)  # (4, D)
    five = np.vstack([four, four[1] - four[0] + four[2]])  # (5, D)
    left, singular, _ = np.linalg.svd(five - five.mean(axis=0), full_matrices=False)  # (5, R), (R,)
    points, variance = np.zeros((5, 2), np.float32), np.zeros(2)
    width = min(2, len(singular))
    points[:, :width], variance[:width] = left[:, :width] * singular[:width], singular[:width] ** 2
    points[:, 0] *= -1 if points[1, 0] < points[0, 0] else 1
    points[:, 1] *= -1 if points[2, 1] < points[0, 1] else 1
    total = float((singular**2).sum())
    share = variance / total if total > 0 else variance
    first, second, third, fourth = (one.word for one in lookups)
    return Parallelogram((first, second, third, fourth), points, (float(share[0]), float(share[1])))
