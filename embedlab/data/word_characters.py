"""Words as numbers of their characters, the way ELMo reads them: UTF-8 bytes between marks for the word's ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WIDTH = 50
"""Numbers a word: its ends and at most 48 bytes, then padding."""
BEGIN_SENTENCE, END_SENTENCE, BEGIN_WORD, END_WORD, PAD = range(257, 262)
"""Numbers beside the bytes. A byte's number is its value plus one; 0 stands for a place that is masked."""
CHARACTERS = 261
"""Different numbers, the masked one left out."""


def numbers(words: Sequence[str], width: int = WIDTH) -> NDArray[np.int16]:
    """(N, width) numbers of the characters of words; what is longer than fits is cut off.

    Args:
        words: any strings; half a surrogate pair, which has no bytes, is left out.
        width: numbers a word.
    """
    room = width - 2
    pieces = [word[:room].encode("utf-8", errors="ignore")[:room] for word in words]
    lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
    rows = np.full((len(pieces), width), PAD, np.int16)
    rows[:, 0] = BEGIN_WORD
    inside = np.arange(room) < lengths[:, None]  # (N, width - 2)
    rows[:, 1:-1][inside] = np.frombuffer(b"".join(pieces), np.uint8).astype(np.int16) + 1
    rows[np.arange(len(pieces)), lengths + 1] = END_WORD
    return rows


def ends_of_sentence(width: int = WIDTH) -> NDArray[np.int16]:
    """(2, width) the tokens that stand before and after every sentence."""
    rows = np.full((2, width), PAD, np.int16)
    rows[:, 0], rows[:, 1], rows[:, 2] = BEGIN_WORD, (BEGIN_SENTENCE, END_SENTENCE), END_WORD
    return rows
