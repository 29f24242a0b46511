"""Nearest neighbors of a word by cosine similarity, and known words that are spelt like an unknown one.

The search is exact: the query is compared with every word of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.ranking import checked_count, top, unit, unit_vectors, vector_of
from embedlab.base import BadInput, Counts, Floats, Lookup, StaticModel, given
from embedlab.base.folding import Asked, caseless

CUTOFF = 0.6
"""Lowest similarity of spelling, 0 to 1, of a suggested word: 1 - edits / length of the longer word."""


def suggest(model: StaticModel, word: str, k: int = 5) -> list[str]:
    """Suggest known words that a person may have meant by an unknown one, likeliest first.

    The order is that of the optimal string alignment distance (insert, delete, replace, or swap two neighbors: one edit
    each), divided by the longer word's length, with case ignored; the same letters in another case come first. Equally
    close words are ordered by frequency. The word itself is never suggested.

    Args:
        model: any static model.
        word: the unknown word.
        k: how many at most; the list is empty when no word is close enough.

    Raises:
        BadInput: k is below 1.
    """
    return close(word, model.words, k)


def close(word: str, words: Sequence[str], k: int = 5) -> list[str]:
    """Words of a list that are spelt most like a word, as in ``suggest``; the list's commonest words come first.

    Raises:
        BadInput: k is below 1.
    """
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    k = checked_count(k)
    folded = list(map(caseless, words))
    found = extract(
        caseless(word).strip(), folded, scorer=OSA.normalized_similarity, score_cutoff=CUTOFF, limit=k + 1
    )  # (text, similarity, row), most similar first
    ranked = sorted(found, key=lambda item: (-item[1], item[2]))
    return [words[row] for _, _, row in ranked if words[row] != word][:k]


__all__ = ["Neighbors", "nearest", "nearest_many", "overlap", "similarity", "suggest"]

SCORES_AT_ONCE = 16_000_000
"""Similarities in memory at a time (64 MB) while several words are looked up."""


@dataclass(frozen=True, eq=False)
class Neighbors(Asked):
    """The k words nearest to a query, nearest first.

    Attributes:
        query: what was looked up: a word, "a + b" for several words, "(vector)" for a vector.
        words: the k neighbors.
        similarities: (k,) cosine similarity with the query, -1 to 1.
        counts: (k,) how often the training text had each neighbor; zeros if unknown.
        positions: (k,) the neighbors' rows in the model, 0 for the commonest word.
        lookups: for each word of the query, the word of the vocabulary that it was taken for; empty for a vector.
    """

    query: str
    words: list[str]
    similarities: Floats
    counts: Counts
    positions: NDArray[np.int64]
    lookups: tuple[Lookup, ...] = ()


def nearest(
    model: StaticModel, word: str | Sequence[str] | NDArray[Any], k: int = 10, exclude: Iterable[str] = ()
) -> Neighbors:
    """Find the k words whose vectors have the largest cosine similarity with the query's vector.

    The (V, D) unit matrix is multiplied by the query, then the k largest are selected. The query's own words are left
    out. Equal similarities are ordered by frequency; so a one-hot model, in which every other word has similarity 0,
    gives the commonest words. A word whose vector is zero has similarity 0.

    Args:
        model: any static model.
        word: a word, several words (the mean of their unit vectors is the query), or a (D,) vector. A word that is not
            in the vocabulary as typed is folded as the model's text was: "Bank" becomes "bank" (see ``base.folding``).
        k: how many; fewer if the vocabulary is smaller.
        exclude: other words to leave out.

    Raises:
        UnknownWord: the model has no vector for a word (fastText composes one for most).
        BadInput: no word is given, the vector is zero, not finite or of another width, or k is below 1.
    """
    k = checked_count(k)
    own: tuple[Lookup, ...] = ()
    if isinstance(word, np.ndarray):
        query, target = "(vector)", _checked_vector(word, model.dim)
    else:
        own = tuple(map(model.look_up, [word] if isinstance(word, str) else word))
        if not own:
            raise BadInput("Give at least one word to look up.")
        query, target = " + ".join(one.word for one in own), _mean(unit_vectors(model, own))
    scores = model.unit_matrix @ _unit_query(target, query)  # (V,)
    leave_out = [one.word for one in (*own, *map(model.look_up, exclude))]
    return replace(_ranked(model, query, scores, k, leave_out), lookups=own)


def nearest_many(model: StaticModel, words: Sequence[str], k: int = 10) -> list[Neighbors]:
    """Find the k nearest words of each of several words, as ``nearest`` does, with one matrix product for all.

    Raises:
        UnknownWord: the model has no vector for a word.
        BadInput: a word's vector is zero, k is below 1, or a text is given instead of words.
    """
    k, words = checked_count(k), given.words(words, "What is looked up")
    at_once = max(1, SCORES_AT_ONCE // max(1, len(model)))
    results: list[Neighbors] = []
    for start in range(0, len(words), at_once):
        some = [model.look_up(word) for word in words[start : start + at_once]]
        queries = np.stack([_unit_query(vector_of(model, one), one.word) for one in some])  # (M, D)
        for one, scores in zip(some, queries @ model.unit_matrix.T, strict=True):  # (M, V)
            results.append(replace(_ranked(model, one.word, scores, k, [one.word]), lookups=(one,)))
    return results


def similarity(model: StaticModel, a: str, b: str) -> float:
    """Cosine similarity of two words, -1 to 1; 0 if one of their vectors is zero. Words are folded as in ``nearest``.

    Raises:
        UnknownWord: the model has no vector for one of them.
    """
    first, second = unit_vectors(model, [model.look_up(a), model.look_up(b)])
    return float(np.clip(first @ second, -1, 1))


def overlap(results: Sequence[Neighbors]) -> NDArray[np.float64]:
    """(M, M): Jaccard index of each two of M lists of neighbors: words in both, divided by words in either.

    The diagonal is 1; two empty lists count as equal.
    """
    sets = [set(result.words) for result in results]
    return np.array([[len(a & b) / len(a | b) if a | b else 1.0 for b in sets] for a in sets]).reshape(
        len(sets), len(sets)
    )


def _ranked(model: StaticModel, query: str, scores: Floats, k: int, leave_out: Iterable[str]) -> Neighbors:
    """Select the k words with the highest scores (V,). The scores are overwritten."""
    scores[[model.positions[word] for word in leave_out if word in model.positions]] = -np.inf
    best = top(scores, k)
    words = [model.words[i] for i in best]
    return Neighbors(query, words, np.clip(scores[best], -1, 1), model.counts[best], best)


def _mean(units: Floats) -> Floats:
    """(D,) mean of unit vectors (N, D); exactly zero where they cancel out up to rounding."""
    mean: Floats = units.mean(axis=0)
    return mean if np.linalg.norm(mean) > 1e-6 else np.zeros_like(mean)


def _checked_vector(vector: NDArray[Any], dim: int) -> NDArray[Any]:
    if vector.shape != (dim,) or vector.dtype.kind not in "fiu":
        raise BadInput(f"A vector for this model has {dim} numbers; the one given has shape {vector.shape}.")
    if not np.isfinite(vector).all():
        raise BadInput("The vector given holds values that are not finite numbers.")
    return vector


def _unit_query(vector: NDArray[Any], query: str) -> Floats:
    direction = unit(vector)
    if not direction.any():
        raise BadInput(f"The vector of '{query}' is zero: it points nowhere, so nothing is near it.")
    return direction
