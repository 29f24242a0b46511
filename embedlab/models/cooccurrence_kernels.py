"""The compiled loops of ``cooccurrence``: a stretch of text, its index of places, rows summed in a short array."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedlab.base import Counts
from embedlab.models.compiled import compiled

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
        The words, which begin and end with a mark; and the places of the stretch itself among them, from and to.
    """
    low, high = max(0, start - window), min(len(ids), stop + window)
    sentence = np.searchsorted(ends, low, side="right")
    text = np.empty(high - low + np.searchsorted(ends, high, side="left") - sentence + 3, np.int32)
    text[0], place, first, last = END, 1, 1, 1
    for i in range(low, high):
        if i == start:
            first = place
        text[place] = ids[i]
        place += 1
        if i + 1 == stop:
            last = place
        if sentence < len(ends) and i + 1 == ends[sentence]:
            text[place] = END
            place += 1
            sentence += 1
    text[place] = END
    return text[: place + 1], first, last


@compiled()
def index(text: NDArray[np.int32], first: int, last: int, size: int) -> tuple[Counts, NDArray[np.int32]]:
    """All places of every word, by counting sort.

    Args:
        text: words and marks.
        first: place where counting begins.
        last: place where it ends.
        size: V, how many different words there are.

    Returns:
        (V + 1,) where each word's places begin, and the places, rising within a word.
    """
    pointers = np.zeros(size + 1, np.int64)
    for place in range(first, last):
        if text[place] != END:
            pointers[text[place] + 1] += 1
    for word in range(size):
        pointers[word + 1] += pointers[word]
    places, free = np.empty(pointers[size], np.int32), pointers[:-1].copy()
    for place in range(first, last):
        word = text[place]
        if word != END:
            places[free[word]] = place
            free[word] += 1
    return pointers, places


@compiled()
def rows(
    text: NDArray[np.int32],
    pointers: Counts,
    places: NDArray[np.int32],
    low: int,
    high: int,
    weights: NDArray[np.float64],
    symmetric: bool,
    pairs: NDArray[np.void],
) -> Counts:
    """Sum the rows ``low`` to ``high`` of the table of counts.

    Args:
        text: words and marks.
        pointers: (V + 1,) where each word's places begin in ``places``.
        places: of the words in ``text``.
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
        for place in places[pointers[row] : pointers[row + 1]]:
            for distance in range(1, len(weights) + 1):
                word = text[place + distance]
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
                word = text[place - distance]
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
