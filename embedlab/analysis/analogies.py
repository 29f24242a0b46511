"""Analogies by arithmetic on word vectors: a is to b as c is to which word?

The parallelogram draws a question in the plane: the four words, and the point that the arithmetic arrives at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np

from embedlab.analysis.formulas import Formula, parse
from embedlab.analysis.ranking import checked_count, top, unit, unit_vectors
from embedlab.base import BadInput, Floats, Lookup, StaticModel
from embedlab.base.folding import Asked
from embedlab.data.examples import ANALOGIES as SETS
from embedlab.data.examples import AnalogySet


@dataclass(frozen=True, eq=False)
class Parallelogram(Asked):
    """Four words and the sought point in the plane that shows their differences best.

    Attributes:
        words: a, b, c, d of "a is to b as c is to d", as they were looked up.
        points: (5, 2) a, b, c, d and the sought point b - a + c.
        explained: share of the five points' variance along the first and the second axis, 0 to 1 each.
        lookups: of each of the four words, as what it was looked up.
    """

    words: tuple[str, str, str, str]
    points: Floats
    explained: tuple[float, float]
    lookups: tuple[Lookup, ...] = ()


def parallelogram(model: StaticModel, a: str, b: str, c: str, d: str) -> Parallelogram:
    """Lay "a is to b as c is to d" in the plane of its first two principal components.

    The unit vectors of the words and u_b - u_a + u_c are centred and projected by a singular value decomposition
    (Pearson 1901). A projection is linear, so a, b, the sought point and c stay a true parallelogram; how far d is
    from the sought point is shown as well as two dimensions can. The picture is turned so that b lies to the right
    of a and c above a.

    Args:
        model: has a vector for each of the words.
        a: the first word of the question.
        b: what a is to.
        c: the third word.
        d: the word that is compared with the answer.

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
    return Parallelogram((first, second, third, fourth), points, (float(share[0]), float(share[1])), tuple(lookups))


__all__ = [
    "SETS", "Analogy", "AnalogySet", "Formula", "Method", "Parallelogram", "parallelogram", "parse", "scores", "solve",
]  # fmt: skip

Method = Literal["3cosadd", "3cosmul"]
METHODS: tuple[Method, ...] = ("3cosadd", "3cosmul")
EPSILON = 0.001
"""Keeps 3CosMul from dividing by zero (Levy & Goldberg 2014)."""


@dataclass(frozen=True, eq=False)
class Analogy(Asked):
    """The answer to a sum of words, best first, in both rankings: without the question's own words and with them.

    Attributes:
        words: the answer as asked for: without the inputs if ``excluded`` names them, else with them.
        scores: (k,) their scores: cosine with the sum for 3CosAdd, a ratio of products for 3CosMul.
        method: "3cosadd" or "3cosmul".
        excluded: the words that were left out of ``words``; empty if none were.
        inputs: the question's own words, to be marked in ``all_words``.
        all_words: the ranking with the inputs in it.
        all_scores: (k,) its scores.
        lookups: of each word asked for, the added ones first, as what it was looked up.
    """

    words: list[str]
    scores: Floats
    method: Method
    excluded: tuple[str, ...]
    inputs: tuple[str, ...]
    all_words: list[str]
    all_scores: Floats
    lookups: tuple[Lookup, ...] = ()


def solve(
    model: StaticModel,
    positive: Sequence[str],
    negative: Sequence[str] = (),
    k: int = 10,
    method: Method = "3cosadd",
    exclude_inputs: bool = True,
    weights: Sequence[float] | None = None,
) -> Analogy:
    """The words nearest to a sum of words, such as woman + king - man.

    3CosAdd (Mikolov et al. 2013, "Linguistic Regularities in Continuous Space Word Representations"; Levy &
    Goldberg 2014, "Linguistic Regularities in Sparse and Explicit Word Representations", equation 3) ranks the
    words x by cos(x, sum of w u over added words - sum of w u over subtracted words), u a word's unit vector.
    3CosMul (Levy & Goldberg 2014, section 6) multiplies instead, so that no single similarity decides: product of
    s(x, added)^w / (product of s(x, subtracted)^w + 0.001), with s = (cos + 1) / 2.

    Both are usually told without the question's own words, which hides that the nearest word to the sum is often
    one of them; the result always holds both rankings. Equal scores are ordered by frequency.

    Args:
        model: any static model.
        positive: the added words, at least one; folded as in ``neighbors.nearest``.
        negative: the subtracted words.
        k: how many answers.
        method: "3cosadd" or "3cosmul".
        exclude_inputs: whether ``words`` leaves out the question's own words.
        weights: how much each word counts, above 0: first the added words, then the subtracted ones; 1 if absent.

    Raises:
        UnknownWord: the model has no vector for a word.
        BadInput: no added word, an unknown method, weights that do not fit, or words that cancel each other out.
    """
    k = checked_count(k)
    _check(positive, negative, method)
    lookups = tuple(map(model.look_up, [*positive, *negative]))
    inputs = tuple(dict.fromkeys(one.word for one in lookups))
    values = scores(model, positive, negative, method, weights)
    best = top(values, k + len(inputs))
    words = [model.words[i] for i in best]
    without = [position for position, word in enumerate(words) if word not in inputs][:k]
    answer = without if exclude_inputs else list(range(len(words)))[:k]
    return Analogy(
        words=[words[position] for position in answer],
        scores=values[best[answer]],
        method=method,
        excluded=inputs if exclude_inputs else (),
        inputs=inputs,
        all_words=words[:k],
        all_scores=values[best[:k]],
        lookups=lookups,
    )


def scores(
    model: StaticModel,
    positive: Sequence[str],
    negative: Sequence[str] = (),
    method: Method = "3cosadd",
    weights: Sequence[float] | None = None,
) -> Floats:
    """(V,) the score of every word of the vocabulary as an answer, in the vocabulary's order.

    Args:
        model: see ``solve``.
        positive: see ``solve``.
        negative: see ``solve``.
        method: "3cosadd": the cosine with the weighted sum of the unit vectors, -1 to 1; "3cosmul": the product of
            Levy & Goldberg 2014, equation 4, 0 or more.
        weights: see ``solve``.

    Raises:
        UnknownWord: the model has no vector for a word.
        BadInput: see ``solve``.
    """
    _check(positive, negative, method)
    sizes = _checked_weights(weights, len(positive) + len(negative))
    vectors = unit_vectors(model, [model.look_up(word) for word in (*positive, *negative)])  # (N, D)
    if method == "3cosmul":
        return _multiplied(model, vectors, sizes, len(positive))
    signs = np.repeat([1.0, -1.0], [len(positive), len(negative)])
    total = (signs * sizes) @ vectors  # (D,)
    if np.linalg.norm(total) < 1e-6 * sizes.sum():
        raise BadInput("These words cancel each other out: their sum is zero and points nowhere.")
    cosines: Floats = np.clip(model.unit_matrix @ unit(total), -1, 1)
    return cosines


def _multiplied(model: StaticModel, vectors: Floats, sizes: Floats, added: int) -> Floats:
    if not vectors.any():
        raise BadInput("The vectors of these words are all zero: they point nowhere.")
    shifted = (np.clip(vectors @ model.unit_matrix.T, -1, 1) + 1) / 2  # (N, V)
    powers = shifted ** sizes[:, None] if (sizes != 1).any() else shifted
    ratio: Floats = powers[:added].prod(axis=0) / (powers[added:].prod(axis=0) + np.float32(EPSILON))
    return ratio


def _check(positive: Sequence[str], negative: Sequence[str], method: str) -> None:
    if isinstance(positive, str) or isinstance(negative, str):
        raise BadInput("Give the words as lists: positive=['woman', 'king'], negative=['man'].")
    if not positive:
        raise BadInput("An analogy needs at least one added word, such as woman in 'king - man + woman'.")
    if method not in METHODS:
        raise BadInput(f"The method must be one of {', '.join(METHODS)}, not {method!r}.")


def _checked_weights(weights: Sequence[float] | None, count: int) -> Floats:
    if weights is None:
        return np.ones(count, np.float32)
    if len(weights) != count:
        raise BadInput(f"There are {count} words and {len(weights)} weights; each word needs one.")
    if not all(isfinite(weight) and weight > 0 for weight in weights):
        raise BadInput("Every weight must be a number above 0; subtract a word instead of weighting it below 0.")
    return np.array(weights, np.float32)
