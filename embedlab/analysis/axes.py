"""Directions of meaning: an axis made from pairs of opposites, and words laid along it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.analysis.axis_sets import SETS, WORD_SETS, AxisSet, WordSet
from embedlab.analysis.ranking import unit, unit_vectors
from embedlab.base import BadInput, Floats, StaticModel, UnknownWord

__all__ = ["SETS", "WORD_SETS", "Axis", "AxisSet", "Placement", "WordSet", "axis", "place"]


@dataclass(frozen=True, eq=False)
class Axis:
    """A direction from the first to the second words of some pairs.

    Attributes:
        pairs: the pairs used.
        skipped: pairs with a word that the model does not know, or whose two vectors point the same way.
        direction: (D,) at length 1.
        agreement: mean cosine of the pairs' differences with the direction: 1 if all pairs point the same way,
            about 1 / sqrt(number of pairs) if they have nothing to do with one another; always 1 for a single pair.
        cosines: (P,) that cosine for each pair.
    """

    pairs: tuple[tuple[str, str], ...]
    skipped: tuple[tuple[str, str], ...]
    direction: Floats
    agreement: float
    cosines: Floats


@dataclass(frozen=True, eq=False)
class Placement:
    """Words laid along an axis, in the order given.

    Attributes:
        words: those that the model has a vector for, each once.
        values: (N,) cosine with the axis: -1 towards the pairs' first words, 1 towards their second ones.
        skipped: the other words.
    """

    words: list[str]
    values: Floats
    skipped: tuple[str, ...]


def axis(model: StaticModel, pairs: Sequence[tuple[str, str]]) -> Axis:
    """The mean direction of the differences second minus first.

    Each difference of two unit vectors is brought to length 1 and the mean of them is too, so that no pair counts
    for more because its words are further apart. The mean of differences between opposites is the "cultural
    dimension" of Kozlowski, Taddy & Evans 2019 (https://doi.org/10.1177/0003122419877135); Bolukbasi et al. 2016
    (https://arxiv.org/abs/1607.06520) take the first principal component of such pairs instead.

    Args:
        model: any static model.
        pairs: (from, to), such as ("man", "woman").

    Raises:
        BadInput: no pair is left, or the pairs cancel each other out.
    """
    used: list[tuple[str, str]] = []
    skipped: list[tuple[str, str]] = []
    differences: list[Floats] = []
    for first, second in pairs:
        difference = _difference(model, first, second)
        (skipped if difference is None else used).append((first, second))
        if difference is not None:
            differences.append(difference)
    if not differences:
        raise BadInput(
            f"An axis needs at least one pair of two different words that {model.title} knows; "
            f"of the {len(pairs)} pairs given there is none."
        )
    rows = np.stack(differences)  # (P, D)
    mean = rows.mean(axis=0)
    if np.linalg.norm(mean) < 1e-6:
        raise BadInput("These pairs cancel each other out. Put the words of each pair in the same order.")
    direction = unit(mean)
    cosines = np.clip(rows @ direction, -1, 1)
    return Axis(tuple(used), tuple(skipped), direction, float(cosines.mean()), cosines)


def place(model: StaticModel, axis: Axis, words: Iterable[str]) -> Placement:
    """Lay words along an axis: the cosine of each word's vector with the direction; 0 for a zero vector.

    Raises:
        BadInput: the axis was made by a model of another width.
    """
    if len(axis.direction) != model.dim:
        raise BadInput(f"The axis has {len(axis.direction)} dimensions and {model.title} has {model.dim}.")
    wanted = list(dict.fromkeys(words))
    vectors = {word: vector for word in wanted if (vector := _unit_or_none(model, word)) is not None}
    rows = np.stack(list(vectors.values())) if vectors else np.zeros((0, model.dim), np.float32)  # (N, D)
    values = np.clip(rows @ axis.direction, -1, 1)
    return Placement(list(vectors), values, tuple(word for word in wanted if word not in vectors))


def _difference(model: StaticModel, first: str, second: str) -> Floats | None:
    """(D,) at length 1, or ``None`` if a word is unknown or the two point the same way."""
    try:
        a, b = unit_vectors(model, [first, second])
    except UnknownWord:
        return None
    difference = unit(b - a)
    return difference if np.linalg.norm(b - a) > 1e-6 else None


def _unit_or_none(model: StaticModel, word: str) -> Floats | None:
    try:
        return unit(model.vector(word))
    except UnknownWord:
        return None
