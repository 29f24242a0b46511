"""The nearest words of many words in one model, as plain lists that are kept while the model is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from embedlab.analysis.neighbors import nearest_many
from embedlab.analysis.ranking import checked_count
from embedlab.base import StaticModel, given

LONGEST, LARGEST = 1000, 2**53
"""Lists that were kept are no longer, and counts in them smaller."""


@dataclass(frozen=True, eq=False)
class NeighborLists:
    """Words and their nearest ones.

    Attributes:
        k: how many nearest ones were asked for; fewer are there in a smaller vocabulary.
        size: of the vocabulary in which they were looked for.
        words: W words.
        counts: how often the training text had each; zeros if unknown.
        near: of each its nearest words, nearest first.
    """

    k: int
    size: int
    words: tuple[str, ...]
    counts: tuple[int, ...]
    near: tuple[tuple[str, ...], ...]

    @cached_property
    def rows(self) -> dict[str, int]:
        """Where each word stands."""
        return {word: row for row, word in enumerate(self.words)}

    def of(self, word: str) -> tuple[str, ...]:
        """The nearest of a word.

        Raises:
            KeyError: it is not one of ``words``.
        """
        return self.near[self.rows[word]]


def neighbor_lists(model: StaticModel, words: Sequence[str], k: int = 10) -> NeighborLists:
    """The k nearest of those words that are in the model's vocabulary and have a vector that is not zero.

    Args:
        model: the static model.
        words: W of them, as the vocabulary spells them; others are left out, and the same word counts once.
        k: neighbors of each word, by cosine similarity.

    Raises:
        BadInput: ``k`` is below 1, or a text is given instead of words.
    """
    k = checked_count(k)
    known = [word for word in dict.fromkeys(given.words(words, "What is looked up")) if word in model.positions]
    known = [word for word in known if model.matrix[model.positions[word]].any()]
    found = nearest_many(model, known, k)
    counts = model.counts[[model.positions[word] for word in known]] if known else ()
    return NeighborLists(
        k, len(model), tuple(known), tuple(int(count) for count in counts), tuple(tuple(one.words) for one in found)
    )


def spread(model: StaticModel, most: int) -> list[str]:
    """So many words of a model that stand for all: three of five are the commonest, two lie evenly among the rest."""
    if len(model) <= most:
        return list(model.words)
    common = 3 * most // 5
    rest = np.linspace(common, len(model) - 1, most - common).round().astype(int)
    return [*model.words[:common], *(model.words[row] for row in rest)]


def to_dict(lists: Sequence[NeighborLists]) -> dict[str, Any]:
    """Plain values, ready for JSON; a word is a number in a list that all share."""
    names = list(dict.fromkeys(word for one in lists for row in (one.words, *one.near) for word in row))
    numbers = {word: number for number, word in enumerate(names)}

    def numbered(row: Sequence[str]) -> list[int]:
        return [numbers[word] for word in row]

    each = [
        {
            "k": one.k, "size": one.size, "words": numbered(one.words), "counts": list(one.counts),
            "near": [numbered(row) for row in one.near],
        }
        for one in lists
    ]  # fmt: skip
    return {"names": names, "lists": each}


def from_dict(values: dict[str, Any]) -> tuple[NeighborLists, ...]:
    """The inverse of ``to_dict``.

    Raises:
        TypeError, KeyError, ValueError, IndexError: it is damaged.
    """
    names = [str(name) for name in values["names"]]
    found = []
    for one in values["lists"]:
        words, near = (
            tuple(names[i] for i in one["words"]),
            tuple(tuple(names[i] for i in row) for row in one["near"]),
        )
        k, size, counts = int(one["k"]), int(one["size"]), tuple(map(int, one["counts"]))
        if not (len(words) == len(counts) == len(near) and max(map(len, near), default=0) <= k <= LONGEST):
            raise ValueError("lists of different length")
        if not all(0 <= number < LARGEST for number in (size, *counts)):
            raise ValueError("a count that is none")
        found.append(NeighborLists(k, size, words, counts, near))
    return tuple(found)
