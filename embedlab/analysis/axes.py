"""Directions of meaning: an axis made from pairs of opposites, and words laid along it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.analysis.ranking import unit, unit_vectors, vector_of
from embedlab.base import BadInput, Floats, Lookup, StaticModel, UnknownWord, given
from embedlab.base.folding import Asked
from embedlab.data.examples import AXES as SETS
from embedlab.data.examples import WORD_SETS, AxisSet, WordSet

__all__ = ["SETS", "WORD_SETS", "Axis", "AxisSet", "Placement", "WordSet", "axis", "place"]


@dataclass(frozen=True, eq=False)
class Axis(Asked):
    """A direction from the first to the second words of some pairs.

    Attributes:
        pairs: the pairs used, as they were looked up.
        skipped: pairs with a word that the model does not know, or whose two vectors point the same way.
        direction: (D,) at length 1.
        agreement: mean cosine of the pairs' differences with the direction: 1 if all pairs point the same way,
            about 1 / sqrt(number of pairs) if they have nothing to do with one another; always 1 for a single pair.
        cosines: (P,) that cosine for each pair.
        lookups: of each word of the used pairs, as what it was looked up.
    """

    pairs: tuple[tuple[str, str], ...]
    skipped: tuple[tuple[str, str], ...]
    direction: Floats
    agreement: float
    cosines: Floats
    lookups: tuple[Lookup, ...] = ()


@dataclass(frozen=True, eq=False)
class Placement(Asked):
    """Words laid along an axis, in the order given.

    Attributes:
        words: those that the model has a vector for, as they were looked up, each once.
        values: (N,) cosine with the axis: -1 towards the pairs' first words, 1 towards their second ones.
        skipped: the other words, as given.
        lookups: of each word that has a vector, as what it was looked up.
    """

    words: list[str]
    values: Floats
    skipped: tuple[str, ...]
    lookups: tuple[Lookup, ...] = ()


def axis(model: StaticModel, pairs: Sequence[tuple[str, str]]) -> Axis:
    """The mean direction of the differences second minus first.

    Each difference of two unit vectors is brought to length 1 and the mean of them is too, so that no pair counts
    for more because its words are further apart. The mean of differences between opposites is the "cultural
    dimension" of Kozlowski, Taddy & Evans 2019 (https://doi.org/10.1177/0003122419877135); Bolukbasi et al. 2016
    (https://arxiv.org/abs/1607.06520) take the first principal component of such pairs instead.

    Args:
        model: any static model.
        pairs: (from, to), such as ("man", "woman"); folded as in ``neighbors.nearest``.

    Raises:
        BadInput: no pair is left, what is given are no pairs, or the pairs cancel each other out.
    """
    used: list[tuple[Lookup, Lookup]] = []
    skipped: list[tuple[str, str]] = []
    differences: list[Floats] = []
    for pair in pairs:
        if isinstance(pair, str) or len(pair) != 2:
            raise BadInput(f"Give an axis pairs of words, such as [('man', 'woman')], not {pair!r:.60}.")
        first, second = map(model.look_up, pair)
        difference = _difference(model, first, second)
        if difference is None:
            skipped.append(pair)
            continue
        used.append((first, second))
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
    return Axis(
        tuple((first.word, second.word) for first, second in used),
        tuple(skipped),
        direction,
        float(cosines.mean()),
        cosines,
        tuple(one for pair in used for one in pair),
    )


def place(model: StaticModel, axis: Axis, words: Iterable[str]) -> Placement:
    """Lay words along an axis: the cosine of each word's vector with the direction; 0 for a zero vector.

    Words are folded as in ``neighbors.nearest``. Words that the model does not know are named in the result.

    Args:
        model: the model that the axis was made with, or another of the same width.
        axis: see ``axis``.
        words: as typed; the same word counts once.

    Raises:
        BadInput: the axis was made by a model of another width, or a text is given instead of words.
    """
    if len(axis.direction) != model.dim:
        raise BadInput(f"The axis has {len(axis.direction)} dimensions and {model.title} has {model.dim}.")
    if isinstance(words, str):
        given.words(words, "What is laid along an axis")
    wanted = [model.look_up(word) for word in dict.fromkeys(words)]
    vectors = {one.word: vector for one in wanted if (vector := _unit_or_none(model, one)) is not None}
    rows = np.stack(list(vectors.values())) if vectors else np.zeros((0, model.dim), np.float32)  # (N, D)
    values = np.clip(rows @ axis.direction, -1, 1)
    skipped = tuple(one.typed for one in wanted if one.word not in vectors)
    return Placement(list(vectors), values, skipped, tuple(one for one in wanted if one.word in vectors))


def _difference(model: StaticModel, first: Lookup, second: Lookup) -> Floats | None:
    """(D,) at length 1, or ``None`` if a word is unknown or the two point the same way."""
    try:
        a, b = unit_vectors(model, [first, second])
    except UnknownWord:
        return None
    difference = unit(b - a)
    return difference if np.linalg.norm(b - a) > 1e-6 else None


def _unit_or_none(model: StaticModel, lookup: Lookup) -> Floats | None:
    try:
        return unit(vector_of(model, lookup))
    except UnknownWord:
        return None
