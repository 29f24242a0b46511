"""One direction of an ELMo as a language model of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from embedlab.base import END, BadInput, BadModel, Card, Counts, Floats, LanguageModel
from embedlab.models import elmo_reading
from embedlab.models.elmo_config import ElmoConfig
from embedlab.models.elmo_network import ElmoNetwork
from embedlab.models.layers import Softmax
from embedlab.models.word_lines import WordNumbers
from embedlab.settings import Settings

BATCH = 256
"""Places answered at once: their scores for every word are in memory together."""


class ElmoDirection(LanguageModel):
    """Predicts words in one direction; any string may stand in the context, a vocabulary holds what is predicted.

    Args:
        whole: the ELMo.
        network: its weights.
        backward: whether to read from the right.
    """

    kind = "elmo"
    config_class = ElmoConfig
    unit = "word"
    reads_letters = True
    config: ElmoConfig

    def __init__(self, whole: Any, network: ElmoNetwork, *, backward: bool) -> None:
        self.whole, self.network = whole, network
        self.words, self.counts, self.config, self.card = whole.words, whole.counts, whole.config, whole.card
        self.direction = "backward" if backward else "forward"
        self.numbers = WordNumbers(self.words)
        self.vocabulary = self.numbers.vocabulary if self.words else []

    def next(self, context: Sequence[str]) -> Floats:
        """(V,) probabilities of the word after a context, or before it (see ``LanguageModel``)."""
        row: Floats = self.next_many([context])[0]
        return row

    @torch.inference_mode()
    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) probabilities of the word after each context, or before it.

        Raises:
            BadInput: the model came without a vocabulary.
        """
        softmax = self._softmax()
        if not contexts:
            return np.zeros((0, len(self.vocabulary)), np.float32)
        lines = [self._line(context) for context in contexts]
        top = self._told(lines)
        last = torch.tensor([len(line) - 1 for line in lines])
        hidden = top[last, torch.arange(len(lines))]  # (B, P)
        return torch.cat([torch.softmax(softmax.scores(part), dim=1) for part in torch.split(hidden, BATCH)]).numpy()

    @torch.inference_mode()
    def score(self, tokens: Sequence[str]) -> Floats:
        """(T,) natural log-probabilities of a sentence's words, each given those read before it.

        Raises:
            BadInput: the model came without a vocabulary.
        """
        softmax = self._softmax()
        if not tokens:
            return np.zeros(0, np.float32)
        line = self._line(tokens)
        hidden, targets = self._told([line[:-1]])[:, 0], torch.tensor(self.numbers(line[1:]))
        found = [
            torch.log_softmax(softmax.scores(part), dim=1).gather(1, target[:, None])[:, 0]
            for part, target in zip(torch.split(hidden, BATCH), torch.split(targets, BATCH), strict=True)
        ]
        scores = torch.cat(found).numpy()
        return scores if self.direction == "forward" else scores[::-1].copy()

    def _line(self, tokens: Sequence[str]) -> list[str]:
        """A boundary, then the words in the order they are read."""
        return [END, *(tokens if self.direction == "forward" else reversed(tokens))]

    def _told(self, lines: Sequence[Sequence[str]]) -> torch.Tensor:
        return elmo_reading.told(self.network, self.config.characters, lines, END, int(self.direction == "backward"))

    def _softmax(self) -> Softmax:
        if self.network.softmax is None:
            raise BadInput(
                f"{self.title} was published without its vocabulary and output layer: it gives words vectors, but "
                "cannot say which word comes next. Train an ELMo here for that."
            )
        return self.network.softmax

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Those of the whole ELMo: a direction is saved with the other one."""
        found: dict[str, NDArray[Any]] = self.whole.tensors()
        return found

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """A direction is not loaded by itself.

        Raises:
            BadModel: always.
        """
        raise BadModel("Load the ELMo itself, then take its .forward or .backward.")
