"""Adapter that lets a static model answer as a contextual one: a word has the same vector in every sentence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from embedlab.base.card import Card
from embedlab.base.errors import BadInput, BadModel, UnknownWord
from embedlab.base.models import ContextualModel, Counts, Floats, Model, StaticModel
from embedlab.base.settings import Settings


class StaticAsContextual(ContextualModel):
    """A static model with one layer, ``vector``: a word's vector in every sentence. Unknown words get zeros."""

    kind: ClassVar[str] = "lifted"
    variant = "folded"

    def __init__(self, model: StaticModel) -> None:
        self.model, self.layers, self.dim = model, ["vector"], model.dim
        self.words, self.counts, self.config, self.card = model.words, model.counts, model.config, model.card

    @property
    def title(self) -> str:
        """The static model's own."""
        return self.model.title

    @cached_property
    def fingerprint(self) -> str:
        """The static model's fingerprint, so that the weights are hashed once although adapters are made often."""
        return self.model.fingerprint

    def encode_batch(self, sentences: Sequence[Sequence[str]], layers: Sequence[int]) -> list[Floats]:
        """The words' vectors, (len(layers), T, D) a sentence."""
        result = []
        for sentence in sentences:
            rows: Floats = np.stack([self._vector(word) for word in sentence])  # (T, D)
            result.append(np.repeat(rows[None], len(layers), axis=0))
        return result

    def _vector(self, word: str) -> Floats:
        try:
            return self.model.vector(self.model.look_up(word).word)
        except UnknownWord:
            return np.zeros(self.dim, np.float32)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The static model's arrays."""
        return self.model.tensors()

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """Not available: the adapter is never stored."""
        raise BadModel("A lifted model is not stored; store the static model.")


def as_contextual(model: Model) -> ContextualModel:
    """The model itself if it is contextual, else its vectors as one layer.

    Raises:
        BadInput: it has neither.
    """
    if isinstance(model, ContextualModel):
        return model
    if isinstance(model, StaticModel):
        return StaticAsContextual(model)
    raise BadInput(f"{model.title} has no word vectors.")
