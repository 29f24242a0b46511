"""What every model has."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from embedlab.card import Card
from embedlab.settings import Settings

if TYPE_CHECKING:
    from embedlab.storage import StoredModel

Floats = NDArray[np.float32]
Counts = NDArray[np.int64]


class Model(ABC):
    """What every model has: a kind (its key in the registry), a vocabulary, settings, a card, and a folder form.

    Attributes:
        resumes: whether ``train`` takes a folder for checkpoints, too, and goes on where a killed one stopped.
        spreads: whether ``train`` takes a pool of processes, too, that do parts of the work.
        words: the vocabulary, commonest first, no duplicates (the characters of a character model).
        counts: (V,), how often each was seen; zeros if unknown.
        config: the settings it was trained with.
        card: where it comes from.
    """

    kind: ClassVar[str]
    config_class: ClassVar[type[Settings]]
    resumes: ClassVar[bool] = False
    spreads: ClassVar[bool] = False
    words: list[str]
    counts: Counts
    config: Settings
    card: Card

    @property
    def title(self) -> str:
        """Name for messages."""
        return self.card.title or self.kind

    @cached_property
    def fingerprint(self) -> str:
        """64 letters that change with everything that a model folder holds but the card.

        That is all that a model's answers can depend on: weights, vocabulary, counts and settings, also those of its
        network, its special tokens, its head and its tokenizer. Two models of one fingerprint may share answers.
        """
        stored = self.stored()
        arrays = {name: np.ascontiguousarray(array) for name, array in sorted(stored.tensors.items())}
        shapes = [[name, str(array.dtype), array.shape] for name, array in arrays.items()]
        said = [stored.kind, stored.config, stored.words, stored.counts.tolist(), stored.tokenizer, shapes]
        digest = hashlib.sha256(json.dumps(said).encode())
        for array in arrays.values():
            digest.update(array.data)
        return digest.hexdigest()

    @abstractmethod
    def tensors(self) -> dict[str, NDArray[Any]]:
        """The arrays that make up the model on disk."""

    @classmethod
    @abstractmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """The inverse of ``tensors``."""

    def stored(self) -> StoredModel:
        """The model as it lies on disk; overridden by kinds that need more than tensors and words."""
        from embedlab.storage import StoredModel

        return StoredModel(self.kind, self.config.to_dict(), self.tensors(), self.words, self.counts, self.card)

    @classmethod
    def from_stored(cls, stored: StoredModel) -> Self:
        """The inverse of ``stored``."""
        config = cls.config_class.from_dict(stored.config)
        return cls.from_tensors(stored.words, stored.counts, stored.tensors, config, stored.card)

    def save(self, folder: Path, *, half: bool = False, overwrite: bool = False) -> None:
        """Write the model folder, atomically.

        Args:
            folder: where it is to lie.
            half: store float tensors as float16.
            overwrite: whether a model folder of this lab that lies there may be replaced; nothing else ever is.

        Raises:
            BadInput: something lies there.
            BadModel: the folder cannot be written.
        """
        from embedlab import storage

        storage.write(folder, self.stored(), half=half, overwrite=overwrite)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a model folder.

        Raises:
            BadModel: it is missing, damaged or of another kind.
        """
        from embedlab import storage

        stored = storage.read(folder, kind=cls.kind)
        return storage.checked(folder, lambda: cls.from_stored(stored))
