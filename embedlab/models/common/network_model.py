"""Base classes of models that are one network: build, train, store, and predict the next token."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

from numpy.typing import NDArray
from torch import nn

from embedlab.base import Card, Counts, Floats, LanguageModel, Model, OnProgress
from embedlab.base.settings import NeuralConfig, Settings
from embedlab.data.vocab import Vocabulary
from embedlab.models.common import cards
from embedlab.models.common.layers import arrays, fitted, seeded
from embedlab.training import loop


@dataclass(frozen=True)
class Lesson:
    """A training task, and what the model's card says of it.

    Attributes:
        task: network, loss and examples.
        vocabulary: the V words (or characters) and their counts.
        text: what the text is and under which licence.
        tokens: running words of the text.
        title: name of the model for people.
    """

    task: loop.Task
    vocabulary: Vocabulary
    text: cards.Described
    tokens: int
    title: str


class NetworkModel(Model):
    """A model whose weights are one network.

    Args:
        network: the weights.
        words: the vocabulary, commonest first.
        counts: (V,) how often each word was seen.
        config: its settings.
        card: where it comes from.

    Attributes:
        beside: how many tokens the network knows beside the words: the unknown word and the boundary.
    """

    resumes = True
    beside: ClassVar[int] = 2
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "torch")
    network: Any

    def __init__(
        self, network: nn.Module, words: Sequence[str], counts: Counts, config: Any, card: Card | None = None
    ) -> None:
        self.network = network.cpu().eval()
        self.words, self.counts, self.config, self.card = list(words), counts, config, card or Card()

    @classmethod
    @abstractmethod
    def built(cls, config: Any, size: int, counts: Counts | None = None) -> nn.Module:
        """Build the network with random weights.

        Args:
            config: its settings.
            size: V plus ``beside``.
            counts: (size,) how often each token occurs, if the training needs it.
        """

    @classmethod
    def seeded(cls, config: NeuralConfig, size: int, counts: Counts | None = None) -> Any:
        """Build the network with random weights that depend on the seed only."""
        with seeded(config.seed):
            return cls.built(config, size, counts)

    @classmethod
    def taught(
        cls, lesson: Lesson, network: nn.Module, config: NeuralConfig, on_progress: OnProgress | None, at: Path | None
    ) -> Self:
        """Train (see ``training.loop.fit``) and return the model; ``at`` is the folder for checkpoints."""
        outcome = loop.fit(lesson.task, config, on_progress, at)
        card = cards.made(lesson.text, lesson.tokens, outcome.seconds, outcome.measured, cls.libraries)
        words, counts = lesson.vocabulary.words, lesson.vocabulary.counts
        return cls(network, words, counts, config, replace(card, title=lesson.title))

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The network's weights."""
        return arrays(self.network)

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """The inverse of ``tensors``."""
        network = fitted(lambda: cls.built(config, len(words) + cls.beside), tensors)
        return cls(network, words, counts, config, card)


class NetworkLanguageModel(NetworkModel, LanguageModel):
    """A language model of one network, which answers many contexts as one batch."""

    @abstractmethod
    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) probabilities of the next token after each of B beginnings."""

    def next(self, context: Sequence[str]) -> Floats:
        """(V,) probabilities of the next token (see ``LanguageModel``)."""
        row: Floats = self.next_many([context])[0]
        return row
