"""Tables of counted n-grams, one an order, looked up by binary search; and their compact form on disk.

Each table builds on the one of the order below. On disk a count takes one byte and a token two, where that is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadModel, Counts
from embedlab.base.read_only import read_only
from embedlab.models.ngram.counts import Counted, Ids32, Keys


@dataclass(frozen=True, eq=False)
class Table:
    """The G n-grams of one order after C contexts, which are the n-grams of the order below.

    Attributes:
        size: V, how many tokens there are; the last is the boundary.
        keys: (G,) context * size + token, ascending.
        counts: (G,) how often each n-gram stands in the text.
        adjusted: (G,) Kneser and Ney's counts.
        seen: (C,) how often anything follows a context, dropped n-grams included.
        totals: (C,) the same of the adjusted counts.

    Raises:
        BadModel: the arrays do not fit together.
    """

    size: int
    keys: Keys
    counts: Ids32
    adjusted: Ids32
    seen: Counts
    totals: Counts

    def __post_init__(self) -> None:
        if not len(self.keys) == len(self.counts) == len(self.adjusted) or len(self.seen) != len(self.totals):
            raise BadModel("The tables of the n-gram model do not fit together.")
        if len(self.keys) and (
            (np.diff(self.keys) <= 0).any() or self.keys[0] < 0 or self.keys[-1] >= len(self.seen) * self.size
        ):
            raise BadModel("The n-grams of the model are not in order.")

    @cached_property
    def contexts(self) -> Counts:
        """(G,) the context of every n-gram."""
        return read_only(self.keys // self.size)

    @cached_property
    def tokens(self) -> Ids32:
        """(G,) the last token of every n-gram."""
        return read_only((self.keys - self.contexts * self.size).astype(np.int32))

    @cached_property
    def first(self) -> Counts:
        """(C + 1,) where the n-grams of every context begin."""
        return read_only(np.searchsorted(self.keys, np.arange(len(self.seen) + 1) * self.size).astype(np.int64))

    def find(self, contexts: NDArray[np.integer], tokens: NDArray[np.integer]) -> Counts:
        """(M,) numbers of the n-grams made of M contexts and tokens, -1 for those that are not there."""
        if not len(self.keys):
            return np.full(len(tokens), -1, np.int64)
        wanted = contexts.astype(np.int64) * self.size + tokens
        order = np.argsort(wanted)  # neighbors in the table are looked up one after the other: fewer cache misses
        at = np.empty(len(wanted), np.int64)
        at[order] = np.minimum(np.searchsorted(self.keys, wanted[order]), len(self.keys) - 1)
        return np.where((contexts >= 0) & (self.keys[at] == wanted), at, -1)


def followed(table: Table | None, counts: Ids32) -> Counts:
    """(C,) how often anything follows the n-grams of a table; ``counts`` are of the order above, for no table."""
    if table is None:
        return np.array([counts.sum(dtype=np.int64)])
    ends = (table.tokens == table.size - 1) & (len(table.seen) > 1)  # the boundary by itself begins a sentence
    return np.where(ends, 0, table.counts).astype(np.int64)


def built(counted: Sequence[Counted], size: int, thresholds: Sequence[int]) -> list[Table]:
    """Tables of all orders, without the n-grams that were seen as often as the order's threshold or less.

    Dropping leaves the totals as they are, so that what the dropped n-grams had goes to the shorter context.
    """
    tables: list[Table] = []
    kept, number = np.ones(1, np.bool_), np.zeros(1, np.int64)  # of the contexts, and their new numbers
    for order, threshold in zip(counted, thresholds, strict=True):
        contexts = order.keys // size
        totals = np.bincount(contexts, weights=order.adjusted, minlength=len(kept)).astype(np.int64)[kept]
        stays = kept[contexts] & ((order.counts > threshold) | (len(kept) == 1))
        keys = number[contexts[stays]] * size + (order.keys - contexts * size)[stays]
        seen = followed(tables[-1] if tables else None, order.counts)
        tables.append(Table(size, keys, order.counts[stays], order.adjusted[stays], seen, totals))
        kept, number = stays, np.cumsum(stays) - 1
    return tables


class Order(NamedTuple):
    """The M positions of a text at one order.

    Attributes:
        contexts: (M,) number of the context before each position, -1 if it was not seen.
        ids: (M,) number of the n-gram that ends there, -1 if it was not seen.
        inside: (M,) whether the sentence reaches back far enough for this order.
    """

    contexts: NDArray[np.integer]
    ids: Counts
    inside: NDArray[np.bool_]


def positions(tables: Sequence[Table], text: Ids32) -> Iterator[Order]:
    """Look a text up in all orders, the lowest first; the first of its M + 1 tokens is a boundary."""
    tokens, boundary = text[1:], tables[0].size - 1
    number = np.arange(len(text))
    behind = number[1:] - np.maximum.accumulate(np.where(text == boundary, number, 0))[:-1]  # tokens of the sentence
    contexts: NDArray[np.integer] = np.zeros(len(tokens), np.int64)
    for k, table in enumerate(tables):
        ids = table.find(contexts, tokens)
        yield Order(contexts, ids, behind >= k)
        if k == 0:
            contexts = text[:-1]
        else:
            contexts = np.concatenate([[-1], ids[:-1]])
            contexts[1:][tokens[:-1] == boundary] = -1


LARGE = 255
"""Marks a number that does not fit into a byte; it is stored among the large ones."""


def arrays(tables: list[Table]) -> dict[str, NDArray[Any]]:
    """Arrays for disk: for each order the counts and, above the first, the contexts' sizes and the last tokens."""
    result: dict[str, NDArray[Any]] = {}
    for n, table in enumerate(tables, start=1):
        result |= _small(f"counts{n}", table.counts)
        if n > 1:
            result |= _small(f"followers{n}", np.diff(table.first))
            result[f"tokens{n}"] = table.tokens.astype(np.uint16 if table.size <= 2**16 else np.int32)
        if n < len(tables):
            result |= _small(f"adjusted{n}", table.adjusted) | _small(f"totals{n}", table.totals)
    return result


def tables(tensors: dict[str, NDArray[Any]], size: int, order: int) -> list[Table]:
    """The inverse of ``arrays``.

    Raises:
        BadModel: an array is missing, or they do not fit together.
    """
    made: list[Table] = []
    for n in range(1, order + 1):
        counts = _whole(tensors, f"counts{n}").astype(np.int32)
        seen = followed(made[-1] if made else None, counts)
        if made:
            followers, tokens = _whole(tensors, f"followers{n}"), tensors[f"tokens{n}"].astype(np.int64)
            if len(followers) != len(seen) or followers.sum() != len(tokens) or (tokens >= size).any():
                raise BadModel("The tables of the n-gram model do not fit together.")
            keys = np.repeat(np.arange(len(seen)), followers) * size + tokens
        else:
            keys = np.arange(size)
        last = n == order
        adjusted = counts if last else _whole(tensors, f"adjusted{n}").astype(np.int32)
        made.append(Table(size, keys, counts, adjusted, seen, seen if last else _whole(tensors, f"totals{n}")))
    return made


def _small(name: str, numbers: NDArray[np.integer]) -> dict[str, NDArray[Any]]:
    large = numbers[numbers >= LARGE]
    return {name: np.minimum(numbers, LARGE).astype(np.uint8), f"{name}_large": large.astype(np.int64)}


def _whole(tensors: dict[str, NDArray[Any]], name: str) -> Counts:
    numbers = tensors[name].astype(np.int64)
    numbers[numbers == LARGE] = tensors[f"{name}_large"]
    return numbers
