"""The control task: labels that mean nothing, and that a probe can only learn word by word.

Hewitt & Liang 2019, Designing and Interpreting Probes with Control Tasks (https://aclanthology.org/D19-1275/),
section 2: every word type gets one fixed label, drawn at random by how often each label occurs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def control_labels(words: Sequence[str], frequencies: NDArray[np.number], seed: int = 1) -> Ids:
    """(N,) a label for each of N running words; the same word always has the same.

    Args:
        words: running words, in one go for all splits.
        frequencies: (K,) how often each label occurs; need not sum to 1.
        seed: of the drawing. A word's label depends on its place among the different words, too.
    """
    places: dict[str, int] = {}
    rows = np.array([places.setdefault(word, len(places)) for word in words], np.int64)  # (N,)
    share = np.asarray(frequencies, float)
    drawn = np.random.default_rng(seed).choice(len(share), size=len(places), p=share / share.sum())
    return np.asarray(drawn[rows], np.int64)
