"""Models with one vector a word."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from embedlab.card import Card
from embedlab.errors import BadModel, UnknownWord
from embedlab.folding import Lexicon, Lookup
from embedlab.interfaces.model import Counts, Floats, Model
from embedlab.settings import Settings


class StaticModel(Model):
    """One vector a word, whatever the sentence.

    A kind that needs more than the matrix on disk overrides ``tensors`` and ``from_tensors``.

    Args:
        words: the vocabulary, commonest first, no duplicates.
        matrix: (V, D), row i belongs to word i; kept as float32 and made read-only.
        counts: (V,), how often each word was seen; zeros if unknown.
        config: the settings it was trained with.
        card: where it comes from.

    Raises:
        BadModel: the shapes disagree, or a value is not finite.
    """

    def __init__(
        self,
        words: Sequence[str],
        matrix: NDArray[np.floating],
        counts: NDArray[np.integer] | None = None,
        config: Settings | None = None,
        card: Card | None = None,
    ) -> None:
        self.words = list(words)
        self.matrix: Floats = np.array(matrix, dtype=np.float32, order="C", copy=None).view()
        self.counts: Counts = np.zeros(len(self.words), np.int64) if counts is None else np.asarray(counts, np.int64)
        self.config = config if config is not None else self.config_class()
        self.card = card if card is not None else Card()
        self._check()
        self.matrix.setflags(write=False)

    def _check(self) -> None:
        v = len(self.words)
        if self.matrix.ndim != 2 or len(self.matrix) != v or self.counts.shape != (v,):
            raise BadModel(
                f"{v} words, a matrix of shape {self.matrix.shape} and counts of shape {self.counts.shape} do not fit "
                "together."
            )
        if not self.matrix.shape[1]:
            raise BadModel("The vectors have no numbers: their width is 0.")
        if len(self.positions) != v:
            raise BadModel("The vocabulary holds a word twice.")
        if not np.isfinite(self.matrix).all():
            raise BadModel("The matrix holds values that are not finite numbers.")

    @cached_property
    def positions(self) -> dict[str, int]:
        """Row of every word."""
        return {word: i for i, word in enumerate(self.words)}

    @cached_property
    def lexicon(self) -> Lexicon:
        """The vocabulary, in which words are found as people type them."""
        return Lexicon(self.words, self.positions)

    def look_up(self, typed: str) -> Lookup:
        """The word that is meant by a typed one: itself if it is known, else folded as the training text was."""
        return self.lexicon.look_up(typed)

    @cached_property
    def unit_matrix(self) -> Floats:
        """(V, D): the matrix with every row at length 1 (zero rows stay zero), for cosine similarity."""
        norms = np.linalg.norm(self.matrix, axis=1, keepdims=True)
        unit: Floats = self.matrix / np.maximum(norms, np.finfo(np.float32).tiny)
        unit.setflags(write=False)
        return unit

    @property
    def dim(self) -> int:
        """Width D of a vector."""
        return int(self.matrix.shape[1])

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The arrays that make up the model on disk."""
        return {"matrix": self.matrix}

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """The inverse of ``tensors``."""
        return cls(words, tensors["matrix"], counts, config, card)

    def __contains__(self, word: object) -> bool:
        return word in self.positions

    def __len__(self) -> int:
        return len(self.words)

    def vector(self, word: str) -> Floats:
        """(D,) vector of exactly this word; for one that a person typed, ask ``look_up`` first.

        Raises:
            UnknownWord: it is not in the vocabulary (fastText composes one instead).
        """
        try:
            row: Floats = self.matrix[self.positions[word]]
        except KeyError:
            raise UnknownWord(word, self.title) from None
        return row
