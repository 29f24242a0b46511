"""Compiled loops of GloVe: count a stretch of text, and train by weighted least squares with AdaGrad, without locks.

Pennington, Socher & Manning, GloVe, EMNLP 2014, equation 8: J = sum over i, j of f(X_ij) (w_i . u_j + b_i + c_j -
log X_ij)^2, with f(x) = min(1, (x / x_max)^alpha) (equation 9). Duchi, Hazan & Singer, JMLR 12 (2011): every number has
its own step r = 1 / sqrt(1/eta^2 + sum of its squared gradients), so that the first step is eta.

The biases are two more columns of the vectors: (w, b, 1) . (u, 1, c) = w . u + b + c, where the ones have step 0. The
step r is stored instead of the sum: when a gradient g comes, r becomes r (1 - (g r)^2 / 2 + 3 (g r)^4 / 8), the first
terms of r / sqrt(1 + (g r)^2). Because g r is small this is AdaGrad to the last digits, without root or division.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from embedlab.base import Counts, Floats
from embedlab.models.common.numba import compiled

END = -1  # stands between sentences, where windows stop
PAIR = np.dtype([("column", np.int32), ("sum", np.float64)])


@compiled()
def stretch(
    ids: NDArray[np.int32], ends: NDArray[np.int64], start: int, stop: int, window: int
) -> tuple[NDArray[np.int32], int, int]:
    """Copy the words from ``start`` to ``stop``, and a window more on both sides, with sentence marks between.

    Args:
        ids: (N,) words of the text.
        ends: (S,) where sentences end.
        start: first word of the stretch.
        stop: end of the stretch.
        window: words on each side that its windows reach.

    Returns:
        The words, which begin and end with a mark; and the positions of the stretch itself among them, from and to.
    """
    low, high = max(0, start - window), min(len(ids), stop + window)
    sentence = np.searchsorted(ends, low, side="right")
    text = np.empty(high - low + np.searchsorted(ends, high, side="left") - sentence + 3, np.int32)
    text[0], position, first, last = END, 1, 1, 1
    for i in range(low, high):
        if i == start:
            first = position
        text[position] = ids[i]
        position += 1
        if i + 1 == stop:
            last = position
        if sentence < len(ends) and i + 1 == ends[sentence]:
            text[position] = END
            position += 1
            sentence += 1
    text[position] = END
    return text[: position + 1], first, last


@compiled()
def index(text: NDArray[np.int32], first: int, last: int, size: int) -> tuple[Counts, NDArray[np.int32]]:
    """All positions of every word, by counting sort.

    Args:
        text: words and marks.
        first: position where counting begins.
        last: position where it ends.
        size: V, how many different words there are.

    Returns:
        (V + 1,) where each word's positions begin, and the positions, rising within a word.
    """
    pointers = np.zeros(size + 1, np.int64)
    for position in range(first, last):
        if text[position] != END:
            pointers[text[position] + 1] += 1
    for word in range(size):
        pointers[word + 1] += pointers[word]
    positions, free = np.empty(pointers[size], np.int32), pointers[:-1].copy()
    for position in range(first, last):
        word = text[position]
        if word != END:
            positions[free[word]] = position
            free[word] += 1
    return pointers, positions


@compiled()
def rows(
    text: NDArray[np.int32],
    pointers: Counts,
    positions: NDArray[np.int32],
    low: int,
    high: int,
    weights: NDArray[np.float64],
    symmetric: bool,
    pairs: NDArray[np.void],
) -> Counts:
    """Sum the rows ``low`` to ``high`` of the table of counts.

    Args:
        text: words and marks.
        pointers: (V + 1,) where each word's positions begin in ``positions``.
        positions: of the words in ``text``.
        low: first row.
        high: end of the rows.
        weights: (window,) what a pair at distance 1, 2, ... counts.
        symmetric: look to both sides, and keep columns from the diagonal on; otherwise to the right, and keep all.
        pairs: takes the rows, one after the other; must be large enough.

    Returns:
        (high - low + 1,) where each row begins in ``pairs``.
    """
    sums = np.zeros(len(pointers) - 1)  # (V,) the row being summed
    began, filled = np.zeros(high - low + 1, np.int64), 0
    for row in range(low, high):
        start, least = filled, row if symmetric else 0
        for position in positions[pointers[row] : pointers[row + 1]]:
            for distance in range(1, len(weights) + 1):
                word = text[position + distance]
                if word == END:
                    break
                if word >= least:
                    if sums[word] == 0:
                        pairs[filled].column = word
                        filled += 1
                    sums[word] += weights[distance - 1]
            if not symmetric:
                continue
            for distance in range(1, len(weights) + 1):
                word = text[position - distance]
                if word == END:
                    break
                if word >= least:
                    if sums[word] == 0:
                        pairs[filled].column = word
                        filled += 1
                    sums[word] += weights[distance - 1]
        for k in range(start, filled):
            word = pairs[k].column
            pairs[k].sum = sums[word]
            sums[word] = 0
        began[row - low + 1] = filled
    return began


@compiled()
def added(
    pointers: Counts, pairs: NDArray[np.void], more: Counts, other: NDArray[np.void], size: int
) -> tuple[Counts, NDArray[np.void]]:
    """The sum of two sets of the same rows.

    Args:
        pointers: (R + 1,) where each of the first rows begins in ``pairs``.
        pairs: the first rows.
        more: (R + 1,) where each of the other rows begins in ``other``.
        other: the other rows.
        size: V, how many columns there are.

    Returns:
        Pointers (R + 1,) and pairs of the sum.
    """
    result, filled = np.empty(len(pairs) + len(other), pairs.dtype), 0
    began, sums = np.zeros(len(pointers), np.int64), np.zeros(size)
    for row in range(len(pointers) - 1):
        start = filled
        for k in range(pointers[row], pointers[row + 1]):
            sums[pairs[k].column] = pairs[k].sum
            result[filled].column = pairs[k].column
            filled += 1
        for k in range(more[row], more[row + 1]):
            word = other[k].column
            if sums[word] == 0:
                result[filled].column = word
                filled += 1
            sums[word] += other[k].sum
        for k in range(start, filled):
            word = result[k].column
            result[k].sum = sums[word]
            sums[word] = 0
        began[row + 1] = filled
    return began, result[:filled]


@numba.njit(nogil=True, fastmath=True, inline="always")  # type: ignore[untyped-decorator]
def _step(w: Floats, u: Floats, rw: Floats, ru: Floats, error: np.float32, f: np.float32) -> None:
    """One gradient step for the word vector ``w`` and the context vector ``u``, given their error and its weight."""
    half, most = np.float32(0.5), np.float32(0.5)
    force = f * error
    for k in range(w.shape[0]):
        wk, uk = w[k], u[k]
        dw, du = force * uk * rw[k], force * wk * ru[k]
        w[k] = wk - dw
        u[k] = uk - du
        sw, su = min(dw * dw, most), min(du * du, most)
        rw[k] -= rw[k] * sw * (half - np.float32(0.375) * sw)
        ru[k] -= ru[k] * su * (half - np.float32(0.375) * su)


@numba.njit(nogil=True, fastmath=True, inline="always")  # type: ignore[untyped-decorator]
def _dot(w: Floats, u: Floats) -> np.float32:
    total = np.float32(0)
    for k in range(w.shape[0]):
        total += w[k] * u[k]
    return total


@compiled(fastmath=True)
def train(
    state: Floats,
    entries: NDArray[np.void],
    blocks: NDArray[np.int64],
    length: int,
    mirrored: bool,
    x_max: float,
    alpha: float,
) -> float:
    """Learn from some blocks of the entries.

    Args:
        state: (V, 4, P), of every word: (w, b, 1, 0...), (u, 1, c, 0...), and the steps of both; changed in place.
        entries: (N,) row, column, count.
        blocks: numbers of the blocks to visit, in this order.
        length: entries in a block.
        mirrored: every entry off the diagonal stands for (i, j) and (j, i).
        x_max: count from which on a pair has full weight.
        alpha: exponent of the weight below.

    Returns:
        The cost, half of equation 8's sum (as the authors' program prints it), before each step, summed.
    """
    cost, log_max = 0.0, np.log(np.float32(x_max))
    for block in blocks:
        for k in range(block * length, min((block + 1) * length, len(entries))):
            i, j, x = entries[k].row, entries[k].column, entries[k].count
            target = np.log(x)
            f = np.float32(1.0) if target >= log_max else np.exp(np.float32(alpha) * (target - log_max))
            error = _dot(state[i, 0], state[j, 1]) - target
            cost += 0.5 * f * error * error
            _step(state[i, 0], state[j, 1], state[i, 2], state[j, 3], error, f)
            if mirrored and i != j:
                error = _dot(state[j, 0], state[i, 1]) - target
                cost += 0.5 * f * error * error
                _step(state[j, 0], state[i, 1], state[j, 2], state[i, 3], error, f)
    return cost
