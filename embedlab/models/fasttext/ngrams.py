"""Letter n-grams of words, and the buckets that they hash to, exactly as in Facebook's fastText.

gensim's functions do the same word by word; NumPy is faster for a whole vocabulary, and gensim need not be imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from embedlab.base import BadInput, Floats

CHUNK, LETTERS = 20_000, 500_000
"""Words whose n-grams are found together, and letters of them; each word has some 20 n-grams."""
MOST, MOST_A_WORD = 5_000_000, 60
"""N-grams that a vocabulary may have, and so many more for each word: each takes some 40 bytes."""
BASIS, PRIME = np.uint32(2166136261), np.uint32(16777619)
"""Of the 32-bit FNV-1a hash."""


class NgramTable:
    """Which n-gram vectors every word of a vocabulary is made of.

    Args:
        words: the V words.
        min_n: letters of the shortest n-gram, counting the marks < and > around the word.
        max_n: letters of the longest; 0 for no n-grams.
        buckets: B, how many vectors the n-grams share.

    Raises:
        BadInput: they have too many n-grams.

    Attributes:
        members: (V, B), how often each bucket occurs in each word.
        sizes: (V,) vectors a word is made of, its own among them.
    """

    def __init__(self, words: Sequence[str], min_n: int, max_n: int, buckets: int) -> None:
        chunks = _chunks(words, min_n, max_n) if buckets and max_n else []
        found = [_buckets_of_many(words[low:high], min_n, max_n, buckets) for low, high in chunks]
        lengths = np.concatenate([np.zeros(0 if found else len(words), np.int64), *(sizes for sizes, _ in found)])
        columns = np.concatenate([np.zeros(0, np.int64), *(hashed for _, hashed in found)])
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


def _chunks(words: Sequence[str], min_n: int, max_n: int) -> Iterator[tuple[int, int]]:
    """From which word to which n-grams are found together.

    Raises:
        BadInput: all the words have too many.
    """
    letters = np.array([len(word) + 2 for word in words], np.int64)
    sizes, times = np.unique(letters, return_counts=True)
    each = sum(np.maximum(sizes - n + 1, 0) for n in range(max(min_n, 1), max_n + 1))  # n-grams of a word of a size
    if (count := int(np.sum(each * times))) > MOST + MOST_A_WORD * len(words):
        raise BadInput(
            f"{len(words):,} words have {count:,} n-grams of {min_n} to {max_n} letters, too many. Lower max_n."
        )
    low = 0
    ends = np.cumsum(letters)
    while low < len(words):
        before = int(ends[low - 1]) if low else 0
        high = int(np.searchsorted(ends, before + LETTERS, "right"))
        high = max(low + 1, min(high, low + CHUNK))
        yield low, high
        low = high


def pieces(word: str, min_n: int, max_n: int) -> list[bytes]:
    """The n-grams of <word> in UTF-8, by where they begin and then by length; the single marks are left out."""
    letters = [letter.encode("utf-8") for letter in f"<{word}>"]
    inside = range(1, len(letters) - 1)
    return [
        b"".join(letters[start : start + n])
        for start in range(len(letters))
        for n in range(max(min_n, 1), min(max_n, len(letters) - start) + 1)
        if n > 1 or start in inside
    ]


def buckets_of(word: str, min_n: int, max_n: int, buckets: int) -> NDArray[np.int64]:
    """(n,) bucket of each of the word's n-grams, by Facebook's variant of the FNV-1a hash."""
    found = pieces(word, min_n, max_n) if buckets and max_n else []
    stops = np.cumsum([len(piece) for piece in found], dtype=np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), stops])[: len(stops)]
    return _hashes(np.frombuffer(b"".join(found), np.uint8), starts, stops) % max(buckets, 1)


def _buckets_of_many(
    words: Sequence[str], min_n: int, max_n: int, buckets: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(V,) how many n-grams each word has, and the buckets of them all, word after word."""
    text = np.frombuffer("".join(f"<{word}>" for word in words).encode("utf-8"), np.uint8)
    begins = np.flatnonzero((text & 0xC0) != 0x80)  # (L,) where letters begin
    bounds = np.append(begins, len(text))
    sizes = np.array([len(word) + 2 for word in words], np.int64)  # letters, marks counted
    owner = np.repeat(np.arange(len(words)), sizes)  # (L,) the word of a letter
    ends = np.cumsum(sizes)[owner]  # (L,) where its word ends, in letters
    letters = np.arange(len(begins))
    found = []
    for n in range(max(min_n, 1), min(max_n, int(sizes.max(initial=0))) + 1):
        first = letters[letters + n <= ends]
        if n == 1:
            first = first[(first + 1 < ends[first]) & (np.append(-1, owner)[first] == owner[first])]
        found.append((owner[first], _hashes(text, bounds[first], bounds[first + n]) % buckets))
    rows = np.concatenate([np.zeros(0, np.int64), *(row for row, _ in found)])
    hashed = np.concatenate([np.zeros(0, np.int64), *(column for _, column in found)])
    return np.bincount(rows, minlength=len(words)), hashed[np.argsort(rows, kind="stable")]


def _hashes(text: NDArray[np.uint8], starts: NDArray[np.int64], stops: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) hash of each stretch of bytes; Facebook's variant takes a byte for a signed number."""
    signed = text.view(np.int8).astype(np.uint32)
    found = np.full(len(starts), BASIS)
    for k in range(int((stops - starts).max(initial=0))):
        there = np.flatnonzero(starts + k < stops)
        found[there] = (found[there] ^ signed[starts[there] + k]) * PRIME
    return found.astype(np.int64)
