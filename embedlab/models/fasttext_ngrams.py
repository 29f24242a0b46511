"""Letter n-grams of words and the buckets they hash to, exactly as in Facebook's fastText (by gensim's functions)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from gensim.models.fasttext_inner import compute_ngrams_bytes, ft_hash_bytes
from numpy.typing import NDArray
from scipy.sparse import csr_array

from embedlab.base import Floats


class NgramTable:
    """Which n-gram vectors every word of a vocabulary is made of.

    Args:
        words: the V words.
        min_n: letters of the shortest n-gram, counting the marks < and > around the word.
        max_n: letters of the longest; 0 for no n-grams.
        buckets: B, how many vectors the n-grams share.

    Attributes:
        members: (V, B), how often each bucket occurs in each word.
        sizes: (V,) vectors a word is made of, its own among them.
    """

    def __init__(self, words: Sequence[str], min_n: int, max_n: int, buckets: int) -> None:
        found = [buckets_of(word, min_n, max_n, buckets) for word in words]
        lengths = np.fromiter(map(len, found), np.int64, len(found))
        columns = np.concatenate([*found, np.zeros(0, np.int64)])
        starts = np.concatenate([[0], np.cumsum(lengths)])
        ones = np.ones(len(columns), np.float32)
        self.members = csr_array((ones, columns, starts), shape=(len(words), max(buckets, 1)))
        self.members.sum_duplicates()
        self.sizes: NDArray[np.float32] = (lengths + 1).astype(np.float32)

    def sums(self, own: Floats, ngrams: Floats) -> Floats:
        """(V, D) sum of each word's own vector (V, D) and its n-grams' vectors (B, D)."""
        if not len(ngrams):
            return own.copy()
        total: Floats = self.members @ ngrams
        total += own
        return total

    def compose(self, own: Floats, ngrams: Floats) -> Floats:
        """(V, D) word vectors: the mean of each word's own vector and its n-grams' vectors."""
        sums = self.sums(own, ngrams)
        sums /= self.sizes[:, None]
        return sums


def pieces(word: str, min_n: int, max_n: int) -> list[bytes]:
    """The n-grams of <word> in UTF-8, by where they begin and then by length; the single marks are left out."""
    return list(compute_ngrams_bytes(word, min_n, max_n))


def buckets_of(word: str, min_n: int, max_n: int, buckets: int) -> NDArray[np.int64]:
    """(n,) bucket of each of the word's n-grams, by Facebook's variant of the FNV-1a hash."""
    if not buckets or not max_n:
        return np.zeros(0, np.int64)
    return np.array([ft_hash_bytes(piece) % buckets for piece in pieces(word, min_n, max_n)], np.int64)
