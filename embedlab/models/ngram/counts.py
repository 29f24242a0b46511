"""Count n-grams by sorting: each order numbers the n-grams of the text, and the next order builds on these numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput

Ids32 = NDArray[np.int32]
Keys = NDArray[np.int64]
BITS = 22
"""A block of 2^22 positions is sorted at once; fewer where the keys leave fewer bits for the position."""
PART = 4_000_000
"""N-grams of all blocks that are merged at once."""


@dataclass(frozen=True, eq=False)
class Counted:
    """The G different n-grams of one order.

    An n-gram is its first n - 1 tokens, by their number in the order below, and its last token:
    ``key = context * size + token``. There is one context of no tokens, number 0.

    Attributes:
        keys: (G,) in ascending order, so that what follows a context stands together.
        counts: (G,) how often each stands in the text.
        adjusted: (G,) before how many different tokens each stands (Kneser & Ney's count); for those that begin a
            sentence, which nothing can precede, and for the longest, how often (Heafield et al. 2013, section 3).
    """

    keys: Keys
    counts: Ids32
    adjusted: Ids32


def count(text: Ids32, size: int, order: int, tell: Callable[[int], None]) -> list[Counted]:
    """Count the n-grams of orders 1 to n inside sentences; each sentence begins with one boundary.

    Args:
        text: (M + 1,) token numbers, a boundary before the first sentence and after each.
        size: V, how many tokens there are; the last is the boundary.
        order: n.
        tell: called after every block with the positions done so far, of ``order * M``.

    Raises:
        BadInput: more than 2^31 running words.
    """
    if len(text) >= 2**31:
        raise BadInput("The text has more than two billion words, too many to count. Give a part of it.")
    tokens = text[1:]  # (M,)
    unigrams = np.bincount(tokens, minlength=size).astype(np.int32)
    tell(len(tokens))
    result = [Counted(np.arange(size, dtype=np.int64), unigrams, unigrams)]
    ids, contexts = tokens, text[:-1]  # (M,) each: the n-gram that ends at a position, and that before the position
    for longer in range(2, order + 1):
        shorter = ids
        keys, counts, ids = _numbered(contexts, tokens, size, partial(_further, tell, (longer - 1) * len(tokens)))
        result[-1] = Counted(result[-1].keys, result[-1].counts, _preceded(ids, shorter, len(keys), result[-1].counts))
        result.append(Counted(keys, counts, counts))
        contexts = np.concatenate([np.full(1, -1, np.int32), ids[:-1]])
        contexts[1:][tokens[:-1] == size - 1] = -1  # nothing of a sentence reaches into the next
    return result


def _further(tell: Callable[[int], None], before: int, done: int) -> None:
    tell(before + done)


def _preceded(longer: Ids32, shorter: Ids32, number: int, counts: Ids32) -> Ids32:
    """(G,) how many different longer n-grams end in each shorter one; its own count where none does."""
    inside = longer >= 0
    suffix = np.zeros(number, np.int32)
    suffix[longer[inside]] = shorter[inside]
    adjusted = np.bincount(suffix, minlength=len(counts)).astype(np.int32)
    return np.where(adjusted > 0, adjusted, counts)


def _numbered(contexts: Ids32, tokens: Ids32, size: int, tell: Callable[[int], None]) -> tuple[Keys, Ids32, Ids32]:
    """Different n-grams, how often each stands there, and (M,) the number of each position, -1 outside of sentences."""
    top = (int(contexts.max(initial=0)) + 1) * size
    bits = min(BITS, 63 - top.bit_length())
    blocks: list[tuple[Keys, Ids32]] = []
    ids = np.full(len(tokens), -1, np.int32)
    for first in range(0, len(tokens), 1 << bits):
        here = slice(first, first + (1 << bits))
        inside = np.flatnonzero(contexts[here] >= 0)
        keys, counts, numbers = _sorted(contexts[here][inside].astype(np.int64) * size + tokens[here][inside], bits)
        ids[first + inside] = numbers
        blocks.append((keys, counts))
        tell(min(first + (1 << bits), len(tokens)))
    keys, counts = _merged(blocks)
    for first, (own, _) in zip(range(0, len(tokens), 1 << bits), blocks, strict=True):
        part = ids[first : first + (1 << bits)]
        seen = part >= 0
        part[seen] = np.searchsorted(keys, own).astype(np.int32)[part[seen]]
        tell(len(tokens))
    return keys, counts, ids


def _sorted(keys: Keys, bits: int) -> tuple[Keys, Ids32, Ids32]:
    """Different keys of a block, their counts, and each position's number among them.

    The position is packed into the low bits of its key, so that one sort of numbers is enough: NumPy sorts numbers
    several times as fast as it makes a sorting index.
    """
    packed = keys << bits | np.arange(len(keys))
    packed.sort()
    positions, keys = packed & ((1 << bits) - 1), packed >> bits
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    counts = np.diff(starts, append=len(keys)).astype(np.int32)
    numbers = np.empty(len(keys), np.int32)
    numbers[positions] = np.repeat(np.arange(len(starts), dtype=np.int32), counts)
    return keys[starts], counts, numbers


def _merged(blocks: list[tuple[Keys, Ids32]]) -> tuple[Keys, Ids32]:
    """All keys of all blocks, with summed counts."""
    if len(blocks) == 1:
        return blocks[0]
    keys: list[Keys] = []
    counts: list[Ids32] = []
    for parts in _ranges(blocks):
        together = np.concatenate([part for part, _ in parts])
        order = np.argsort(together, kind="stable")  # merges the blocks, which are sorted already
        together = together[order]
        starts = np.flatnonzero(np.diff(together, prepend=-1))
        if len(starts):
            keys.append(together[starts])
            counts.append(np.add.reduceat(np.concatenate([part for _, part in parts])[order], starts))
    return np.concatenate(keys or [blocks[0][0]]), np.concatenate(counts or [blocks[0][1]])


def _ranges(blocks: list[tuple[Keys, Ids32]]) -> Iterator[list[tuple[Keys, Ids32]]]:
    """The blocks cut at the same keys, some millions of n-grams at a time."""
    sample = np.sort(np.concatenate([keys[::1000] for keys, _ in blocks]))
    cuts = sample[PART // 1000 :: PART // 1000]
    edges = [[0, *np.searchsorted(keys, cuts).tolist(), len(keys)] for keys, _ in blocks]
    for i in range(len(cuts) + 1):
        yield [(k[e[i] : e[i + 1]], c[e[i] : e[i + 1]]) for (k, c), e in zip(blocks, edges, strict=True)]
