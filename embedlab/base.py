"""The interfaces that every model, analysis and page agrees on. Imports NumPy and nothing heavier."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from embedlab.errors import BadInput, BadModel, BadSetting, Cancelled, EmbedLabError, UnknownWord, Unreachable
from embedlab.settings import Settings, StaticConfig, setting

__all__ = [
    "END",
    "UNKNOWN",
    "BadInput",
    "BadModel",
    "BadSetting",
    "Cancelled",
    "Capability",
    "Card",
    "ContextualModel",
    "Counts",
    "EmbedLabError",
    "Floats",
    "LanguageModel",
    "Model",
    "OnProgress",
    "Progress",
    "Settings",
    "StaticConfig",
    "StaticModel",
    "UnknownWord",
    "Unreachable",
    "setting",
]

Capability = Literal["static", "contextual", "language_model"]
Floats = NDArray[np.float32]
Counts = NDArray[np.int64]

UNKNOWN = "<unk>"
"""Stands for every word that a language model does not have."""
END = "</s>"
"""The boundary between sentences in word models: before the first word, and predicted after the last."""


@dataclass(frozen=True)
class Progress:
    """The one event that trainers and other long works report.

    Attributes:
        step: work done so far, in the unit of ``total`` (words, iterations, documents).
        total: all the work.
        loss: mean training loss of the last stretch, if it means something; natural logarithm.
        held_out: the same loss on text that is not trained on.
        tokens_per_second: speed of the last stretch, in ``unit``.
        eta: seconds left, estimated.
        phase: what is being done, in a word or two ("reading", "counting", "training").
        epoch: how many whole passes over the text are finished.
        unit: what is counted by ``tokens_per_second``, in words for people.
        units_per_word: tokens that make up a word where the losses are log-probabilities of the text (1 for word
            models, about 6 for characters), so that exp(loss * units_per_word) is a word perplexity; else ``None``.
        peek: builds a snapshot of the model as it is now; only valid during the callback; ``None`` when
            there is nothing to look at yet. Trainers of static models set it at the end of every epoch.
    """

    step: int
    total: int
    loss: float | None = None
    held_out: float | None = None
    tokens_per_second: float | None = None
    eta: float | None = None
    phase: str = "training"
    epoch: int = 0
    unit: str = "words"
    units_per_word: float | None = None
    peek: Callable[[], StaticModel] | None = field(default=None, repr=False, compare=False)

    @property
    def fraction(self) -> float:
        """Share of the work that is done, 0 to 1."""
        return min(1.0, self.step / self.total) if self.total else 0.0


OnProgress = Callable[[Progress], None]
"""Called about once a second, and at the end of every epoch. Whatever it raises stops the work within two
seconds and reaches the caller."""


@dataclass(frozen=True)
class Card:
    """What a model is and where it comes from (card.json).

    Attributes:
        title: the name shown to people.
        text: what it was trained on, in words.
        licence: licences of that text.
        attribution: who has to be named.
        tokens: running words of the training text, 0 if unknown.
        seconds: wall-clock training time, 0 if unknown.
        loss: on held-out text where there is some, else the last training loss; ``None`` if the model has none.
        created: ISO date.
        source: "starter", "yours" or "published".
        versions: pairs of library and version it was made with.
        note: anything else worth saying (how it was made, measured figures and their command).
    """

    title: str = ""
    text: str = ""
    licence: str = ""
    attribution: str = ""
    tokens: int = 0
    seconds: float = 0.0
    loss: float | None = None
    created: str = ""
    source: str = "yours"
    versions: tuple[tuple[str, str], ...] = ()
    note: str = ""


class Model(ABC):
    """What every model has: a kind (its key in the registry), a vocabulary, settings, a card, and a folder form.

    Attributes:
        resumes: whether ``train`` takes a folder for checkpoints, too, and goes on where a killed one stopped.
        words: the vocabulary, commonest first, no duplicates (the characters of a character model).
        counts: (V,), how often each was seen; zeros if unknown.
        config: the settings it was trained with.
        card: where it comes from.
    """

    kind: ClassVar[str]
    config_class: ClassVar[type[Settings]]
    resumes: ClassVar[bool] = False
    words: list[str]
    counts: Counts
    config: Settings
    card: Card

    @property
    def title(self) -> str:
        """Name for messages."""
        return self.card.title or self.kind

    @abstractmethod
    def tensors(self) -> dict[str, NDArray[Any]]:
        """The arrays that make up the model on disk."""

    @classmethod
    @abstractmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """The inverse of ``tensors``."""

    def save(self, folder: Path, *, half: bool = False) -> None:
        """Write the model folder, atomically; ``half`` stores float tensors as float16.

        Raises:
            BadModel: the folder cannot be written.
        """
        from embedlab import storage

        storage.write(
            folder,
            storage.StoredModel(self.kind, self.config.to_dict(), self.tensors(), self.words, self.counts, self.card),
            half=half,
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a model folder.

        Raises:
            BadModel: it is missing, damaged or of another kind.
        """
        from embedlab import storage

        stored = storage.read(folder, kind=cls.kind)
        config = storage.checked(folder, lambda: cls.config_class.from_dict(stored.config))
        return storage.checked(
            folder, lambda: cls.from_tensors(stored.words, stored.counts, stored.tensors, config, stored.card)
        )


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
        if self.matrix.ndim != 2 or len(self.matrix) != v or len(self.counts) != v:
            raise BadModel(
                f"{v} words, a matrix of shape {self.matrix.shape} and {len(self.counts)} counts do not fit together."
            )
        if len(self.positions) != v:
            raise BadModel("The vocabulary holds a word twice.")
        if not np.isfinite(self.matrix).all():
            raise BadModel("The matrix holds values that are not finite numbers.")

    @cached_property
    def positions(self) -> dict[str, int]:
        """Row of every word."""
        return {word: i for i, word in enumerate(self.words)}

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
        """(D,) vector of a word.

        Raises:
            UnknownWord: it is not in the vocabulary (fastText composes one instead).
        """
        try:
            row: Floats = self.matrix[self.positions[word]]
        except KeyError:
            raise UnknownWord(word, self.title) from None
        return row


class ContextualModel(Model):
    """A vector a word and sentence, at several layers."""

    layers: list[str]
    dim: int

    @abstractmethod
    def encode(self, sentences: Sequence[Sequence[str]]) -> list[Floats]:
        """One (L, T, D) float32 array a sentence of T words; the caller's order is kept."""


class LanguageModel(Model):
    """Gives probabilities to continuations.

    A sentence begins after a boundary; ``END`` among the tokens stands for the boundary that closes it. A token
    outside the vocabulary counts as ``UNKNOWN``.

    Attributes:
        unit: what a token is.
        vocabulary: what the probabilities of ``next`` belong to: ``words``, then ``UNKNOWN`` and ``END``
            (models of characters may end otherwise).
    """

    unit: Literal["word", "char", "wordpiece"]
    vocabulary: list[str]

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
