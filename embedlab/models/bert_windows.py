"""Sentences longer than a network can read: overlapping windows, and every word from the best of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def starts(length: int, size: int) -> NDArray[np.int64]:
    """(W,) where windows of ``size`` begin that cover ``length`` pieces, each overlapping the next by half or more."""
    if length <= size:
        return np.zeros(1, np.int64)
    return np.append(np.arange(0, length - size, max(1, size // 2)), length - size)


def best(words: NDArray[np.int64], first: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """(n,) the window that each piece is taken from: where it has the most context on both sides.

    The pieces of a word come from one window, unless the word is longer than any.

    Args:
        words: (n,) the word of every piece, in order.
        first: (W,) what ``starts`` gave.
        size: of a window.
    """
    centres = first + (size - 1) / 2
    nearest = np.searchsorted((centres[1:] + centres[:-1]) / 2, np.arange(len(words)))  # (n,)
    begin = np.searchsorted(words, words, "left")  # (n,) first piece of the same word
    end = np.searchsorted(words, words, "right") - 1
    common = nearest[(begin + end) // 2]
    whole = (first[common] <= begin) & (end < first[common] + size)
    return np.where(whole, common, nearest)


def around(place: int, length: int, size: int) -> slice:
    """The window of at most ``size`` pieces with a place in the middle."""
    begin = max(0, min(place - size // 2, length - size))
    return slice(begin, begin + size)


def pooled(vectors: NDArray[np.float32], words: NDArray[np.int64], pooling: str) -> NDArray[np.float32]:
    """(L, n, D) vectors of pieces to (L, T, D) vectors of words: the mean of a word's pieces, or its first.

    Args:
        vectors: of the pieces.
        words: (n,) the word of every piece, in order; none is left out.
        pooling: "mean" or "first".
    """
    begins = np.flatnonzero(np.diff(words, prepend=-1))  # (T,)
    if pooling == "first" or len(begins) == len(words):
        return np.ascontiguousarray(vectors[:, begins])
    sums = np.add.reduceat(vectors, begins, axis=1)
    counts = np.diff(begins, append=len(words)).astype(np.float32)
    means: NDArray[np.float32] = (sums / counts[:, None]).astype(np.float32, copy=False)
    return means
