"""Vectors of sentences, computed once: kept on disk by model and text, the longest unused out first."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from embedlab.base import (
    BadInput,
    BadModel,
    Card,
    ContextualModel,
    Counts,
    Floats,
    Model,
    OnProgress,
    Settings,
    model_folder,
    paths,
)
from embedlab.base import files as base_files
from embedlab.base.limits import Limits, met
from embedlab.base.static_as_contextual import as_contextual

MOST_BYTES = 2_000_000_000
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Store:
    """Where vectors are kept.

    Attributes:
        folder: one safetensors file for each model, text and choice of layers.
        most_bytes: of all of them together; what was not used for the longest time is removed first.
    """

    folder: Path
    most_bytes: int = MOST_BYTES

    @classmethod
    def at_home(cls) -> Store:
        """The one in the person's own folder (``EMBEDLAB_HOME``)."""
        return cls(paths.home() / "encodings")

    def read(self, key: str) -> list[Floats] | None:
        """One (L, T, D) array a sentence, or ``None`` if they are not kept (or damaged, and then removed)."""
        path = self._path(key)
        if not path.is_file():
            return None
        try:
            tensors = model_folder.read_tensors(path)
            vectors, lengths = tensors["vectors"], tensors["lengths"]  # (L, all T, D), (S,)
            os.utime(path)
            if vectors.ndim != 3 or lengths.dtype != np.int64 or lengths.min(initial=0) < 0:
                raise ValueError("its parts do not fit together")
            if lengths.sum() != vectors.shape[1]:
                raise ValueError("its parts do not fit together")
            return np.split(vectors, np.cumsum(lengths)[:-1], axis=1) if len(lengths) else []
        except (BadModel, KeyError, ValueError, OSError) as error:
            log.warning("Kept vectors %s cannot be read and are removed: %s", path.name, error)
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            return None

    def write(self, key: str, vectors: Sequence[Floats]) -> None:
        """Keep vectors, atomically; a disk that is full or read-only only costs the keeping."""
        if not vectors or sum(one.nbytes for one in vectors) > self.most_bytes:
            return
        try:
            self._write(key, vectors)
            self.trim()
        except OSError as error:
            log.warning("Vectors are not kept: %s", error)

    def _write(self, key: str, vectors: Sequence[Floats]) -> None:
        from safetensors.numpy import save_file

        self.folder.mkdir(parents=True, exist_ok=True)
        lengths = np.array([one.shape[1] for one in vectors], np.int64)
        with base_files.atomic_file(self._path(key)) as scratch:
            save_file({"vectors": np.concatenate(vectors, axis=1), "lengths": lengths}, scratch)

    def trim(self) -> None:
        """Remove what was not used for the longest time, until the rest fits."""
        files = []
        for file in self.folder.glob("*.safetensors"):
            with contextlib.suppress(FileNotFoundError):  # another process has just removed it
                files.append((file.stat(), file))
        files.sort(key=lambda item: item[0].st_mtime_ns, reverse=True)
        size = 0
        for stat, file in files:
            size += stat.st_size
            if size > self.most_bytes:
                file.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.safetensors"


class CachedModel(ContextualModel):
    """Gives what a model gives; what it has read once is kept in a store, and read from there."""

    kind: ClassVar[str] = "cached"

    def __init__(self, model: ContextualModel, store: Store) -> None:
        self.model, self.store = model, store
        self.layers, self.dim, self.variant, self.repeatable = model.layers, model.dim, model.variant, model.repeatable
        self.batch_size, self.batch_length, self.at_once = model.batch_size, model.batch_length, model.at_once
        self.words, self.counts, self.config, self.card = model.words, model.counts, model.config, model.card

    @property
    def title(self) -> str:
        """The model's own."""
        return self.model.title

    @cached_property
    def fingerprint(self) -> str:
        """The model's own."""
        return self.model.fingerprint

    def encode(
        self,
        sentences: Sequence[Sequence[str]],
        layers: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[Floats]:
        """See ``ContextualModel.encode``; ``on_progress`` is not told if nothing has to be computed.

        Raises:
            BadInput: no such layer, or more sentences than the limits allow.
        """
        return self._kept(lambda: self.model.encode(sentences, layers, on_progress), sentences, layers)

    def at_positions(
        self,
        sentences: Sequence[Sequence[str]],
        positions: Sequence[int],
        layers: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
    ) -> Floats:
        """See ``ContextualModel.at_positions``; up to ``at_once`` sentences are kept whole, of more the words alone.

        Raises:
            BadInput: no such layer, or more sentences than the limits allow.
        """
        if len(sentences) <= self.at_once:
            return super().at_positions(sentences, positions, layers, on_progress)
        (result,) = self._kept(
            lambda: [self.model.at_positions(sentences, positions, layers, on_progress)], sentences, layers, positions
        )
        return result

    def _kept(
        self,
        make: Callable[[], list[Floats]],
        sentences: Sequence[Sequence[str]],
        layers: Sequence[str] | None,
        positions: Sequence[int] | None = None,
    ) -> list[Floats]:
        most = Limits.from_environment().sentences
        if len(sentences) > most:
            message = f"These are {len(sentences):,} sentences; at most {most:,} are read for one answer. "
            message += "Give a part of them."
            raise BadInput(met("sentences", message))
        if not self.repeatable:
            return make()
        key = key_of(self.model, sentences, layers, positions)
        result = self.store.read(key)
        if result is None:
            result = make()
            self.store.write(key, result)
        return result

    def encode_batch(self, sentences: Sequence[Sequence[str]], layers: Sequence[int]) -> list[Floats]:
        """The model's own; nothing is kept."""
        return self.model.encode_batch(sentences, layers)

    def length(self, sentence: Sequence[str]) -> int:
        """The model's own."""
        return self.model.length(sentence)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The model's arrays."""
        return self.model.tensors()

    def stored(self) -> model_folder.StoredModel:
        """The model as it lies on disk."""
        return self.model.stored()

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """Cached models are not stored."""
        raise BadModel("A cached model is not stored; store the model.")


def cached(model: Model, store: Store | None = None) -> ContextualModel:
    """A model that reads the same sentences once: its vectors are kept.

    Args:
        model: contextual, or static: as one layer; one that carries states from call to call is always computed anew.
        store: where vectors are kept, in the person's own folder if ``None``.

    Raises:
        BadInput: it has no word vectors.
    """
    return CachedModel(as_contextual(model), store or Store.at_home())


def key_of(
    model: ContextualModel,
    sentences: Sequence[Sequence[str]],
    layers: Sequence[str] | None = None,
    positions: Sequence[int] | None = None,
) -> str:
    """Names what ``encode`` would compute, or ``at_positions``, in 64 letters.

    Raises:
        BadInput: no such layer.
    """
    parts: list[Any] = [model.fingerprint, model.variant, model.layer_numbers(layers), list(map(list, sentences))]
    if positions is not None:
        parts = [key_of(model, sentences, layers), list(positions)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
