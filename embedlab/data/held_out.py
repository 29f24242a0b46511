"""Choose the sentences that are held out from training, on which a language model is measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedlab.data.vocab import EncodedCorpus

SHARE, MOST = 0.05, 2_000


def chosen(encoded: EncodedCorpus, seed: int) -> NDArray[np.bool_]:
    """(S,) mask of the held-out sentences: one in twenty, from 1 to 2,000; none of a text of a single sentence."""
    return drawn(len(encoded), min(max(1, int(SHARE * len(encoded))), MOST) if len(encoded) > 1 else 0, seed)


def drawn(sentences: int, number: int, seed: int) -> NDArray[np.bool_]:
    """(S,) mask of ``number`` random sentences; the same seed gives the same ones."""
    held = np.zeros(sentences, np.bool_)
    held[np.random.default_rng(seed).choice(sentences, number, replace=False)] = True
    return held


def joined(encoded: EncodedCorpus, sentences: NDArray[np.bool_], boundary: int) -> NDArray[np.int32]:
    """(M,) numbers of the chosen sentences, with a boundary before the first and after each.

    Args:
        encoded: the text.
        sentences: (S,) mask of the chosen sentences.
        boundary: the number between sentences.
    """
    lengths = np.diff(encoded.ends, prepend=0)
    ids = np.asarray(encoded.ids)
    if not sentences.all():
        ids = ids[np.repeat(sentences, lengths)]
    ends = np.cumsum(lengths[sentences])
    return np.insert(ids, np.concatenate([[0], ends]), boundary).astype(np.int32, copy=False)
