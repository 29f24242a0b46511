"""Models that say how probable a text is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Literal

import numpy as np

from embedlab.errors import BadInput
from embedlab.interfaces.model import Floats, Model

UNKNOWN = "<unk>"
"""Stands for every word that a language model does not have."""
END = "</s>"
"""The boundary between sentences in word models: before the first word, and predicted after the last."""


class LanguageModel(Model):
    """Gives probabilities to continuations.

    A sentence begins after a boundary; ``END`` among the tokens stands for the boundary that closes it. A token
    outside the vocabulary counts as ``UNKNOWN``.

    Attributes:
        unit: what a token is.
        direction: how a sentence is read. A backward model reads from the right: its ``next`` gives what stands before
            a text, and ``score`` each token given those after it. A model that reads both sides fills gaps: its
            ``next`` fills the place after the text, and ``score`` gives each token given all the others.
        vocabulary: what the probabilities of ``next`` belong to: ``words``, then ``UNKNOWN`` and ``END``
            (models of characters may end otherwise).
        reads_letters: whether a word of the context that is not in the vocabulary is read by its letters, instead of
            as ``UNKNOWN``.
    """

    unit: Literal["word", "char", "wordpiece"]
    direction: Literal["forward", "backward", "both"] = "forward"
    vocabulary: list[str]
    reads_letters: bool = False

    @abstractmethod
    def next(self, context: Sequence[str]) -> Floats:
        """(V,) probabilities of the next token after the beginning of a sentence; an empty one is allowed."""

    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) probabilities of the next token after each of B beginnings; faster than one by one in most models."""
        return np.stack([self.next(context) for context in contexts])

    @abstractmethod
    def score(self, tokens: Sequence[str]) -> Floats:
        """(T,) natural log-probabilities of a sentence's tokens, each given those before it."""

    def fill(self, sentence: Sequence[str], position: int) -> Floats:
        """(V,) probabilities of what stands at a position of a sentence, given both sides.

        Raises:
            BadInput: the model only reads in one direction.
        """
        raise BadInput(f"{self.title} reads in one direction and cannot fill a gap; a masked model such as BERT can.")
