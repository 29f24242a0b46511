"""The tables of an n-gram model as small arrays for disk: one byte a count, two a token where that is enough."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadModel, Counts
from embedlab.models.ngram_tables import Table, followed

LARGE = 255
"""Marks a number that does not fit into a byte and stands among the large ones."""


def arrays(tables: list[Table]) -> dict[str, NDArray[Any]]:
    """Per order the counts and, above the first, how many n-grams each context has and their last tokens."""
    found: dict[str, NDArray[Any]] = {}
    for n, table in enumerate(tables, start=1):
        found |= _small(f"counts{n}", table.counts)
        if n > 1:
            found |= _small(f"followers{n}", np.diff(table.first))
            found[f"tokens{n}"] = table.tokens.astype(np.uint16 if table.size <= 2**16 else np.int32)
        if n < len(tables):
            found |= _small(f"adjusted{n}", table.adjusted) | _small(f"totals{n}", table.totals)
    return found


def tables(found: dict[str, NDArray[Any]], size: int, order: int) -> list[Table]:
    """The inverse of ``arrays``.

    Raises:
        BadModel: an array is missing, or they do not fit together.
    """
    made: list[Table] = []
    for n in range(1, order + 1):
        counts = _whole(found, f"counts{n}").astype(np.int32)
        seen = followed(made[-1] if made else None, counts)
        if made:
            followers, tokens = _whole(found, f"followers{n}"), found[f"tokens{n}"].astype(np.int64)
            if len(followers) != len(seen) or followers.sum() != len(tokens) or (tokens >= size).any():
                raise BadModel("The tables of the n-gram model do not fit together.")
            keys = np.repeat(np.arange(len(seen)), followers) * size + tokens
        else:
            keys = np.arange(size)
        last = n == order
        adjusted = counts if last else _whole(found, f"adjusted{n}").astype(np.int32)
        made.append(Table(size, keys, counts, adjusted, seen, seen if last else _whole(found, f"totals{n}")))
    return made


def _small(name: str, numbers: NDArray[np.integer]) -> dict[str, NDArray[Any]]:
    large = numbers[numbers >= LARGE]
    return {name: np.minimum(numbers, LARGE).astype(np.uint8), f"{name}_large": large.astype(np.int64)}


def _whole(found: dict[str, NDArray[Any]], name: str) -> Counts:
    numbers = found[name].astype(np.int64)
    numbers[numbers == LARGE] = found[f"{name}_large"]
    return numbers
