"""The few highest of many scores, exactly and in a fraction of the time that computing the scores takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput, Floats, Lookup, StaticModel, UnknownWord

BLOCKS = 2048
SMALL = 16_384


def top(scores: NDArray[np.floating[Any]], k: int) -> NDArray[np.int64]:
    """Positions of the k highest scores, highest first; equal scores keep their order (commonest word first).

    The scores are dealt to ``BLOCKS`` blocks. The k-th highest of the blocks' maxima is a floor that at least k
    scores reach, and few others do: only those are sorted. Exact, and two cheap passes over the scores.

    Args:
        scores: (V,), no nan; entries of minus infinity are never returned.
        k: how many; fewer come back when there are fewer.
    """
    size = len(scores)
    if k < 1 or size == 0:
        return np.zeros(0, np.int64)
    candidates = np.arange(size)
    if size > SMALL and 2 * k < BLOCKS:
        maxima = scores[: size // BLOCKS * BLOCKS].reshape(-1, BLOCKS).max(axis=0)  # (BLOCKS,)
        candidates = np.flatnonzero(scores >= np.partition(maxima, BLOCKS - k)[BLOCKS - k])
    elif k < size // 2:
        candidates = np.flatnonzero(scores >= np.partition(scores, size - k)[size - k])
    best = candidates[np.argsort(-scores[candidates], kind="stable")[:k]]
    return best[scores[best] > -np.inf]


def unit(vector: NDArray[Any]) -> Floats:
    """(D,) the vector at length 1, in float32; a zero vector stays zero, and tiny or huge ones lose no digits."""
    values = np.asarray(vector, np.float64)
    largest = float(np.abs(values).max(initial=0))
    if largest == 0:
        return np.zeros(values.shape, np.float32)
    values = values / largest  # so that squares neither overflow nor vanish
    return np.asarray(values / np.linalg.norm(values), np.float32)


def vector_of(model: StaticModel, lookup: Lookup) -> Floats:
    """(D,) the vector of the word that is looked up for a typed one; composed only if no folding of it is known.

    Raises:
        UnknownWord: the model has none; it names the word as it was typed.
    """
    try:
        return model.vector(lookup.word)
    except UnknownWord as error:
        raise UnknownWord(lookup.typed if error.word == lookup.word else error.word, model.title) from None


def unit_vectors(model: StaticModel, lookups: Sequence[Lookup]) -> Floats:
    """(N, D): the vectors of the words that are looked up, at length 1; zero vectors stay zero.

    Raises:
        UnknownWord: the model has no vector for one of them.
    """
    rows = [unit(vector_of(model, one)) for one in lookups]
    return np.stack(rows) if rows else np.zeros((0, model.dim), np.float32)


def checked_count(k: int) -> int:
    """The number of results asked for.

    Raises:
        BadInput: it is not 1 or more.
    """
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
        raise BadInput(f"The number of results must be a whole number of 1 or more, not {k!r}.")
    return int(k)
