"""Vectors of sentences, computed once: kept on disk by model and text, the longest unused out first."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedlab.base import BadInput, BadModel, ContextualModel, Floats, OnProgress, model_folder, paths
from embedlab.base import files as base_files
from embedlab.base.limits import Limits, met

MOST_BYTES = 2_000_000_000
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Store:
    """Where vectors are kept.

    Attributes:
        folder: one safetensors file for each model, text and choice of layers.
        most_bytes: of all of them together; what was not asked for the longest is removed first.
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
        """Remove what was not asked for the longest, until the rest fits."""
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


def encode(
    model: ContextualModel,
    sentences: Sequence[Sequence[str]],
    layers: Sequence[str] | None = None,
    on_progress: OnProgress | None = None,
    store: Store | None = None,
) -> list[Floats]:
    """``model.encode``, unless the same model has already read the same sentences.

    Args:
        model: the model; one that carries states from call to call is always asked.
        sentences: words.
        layers: those that are wanted, in this order; ``None`` for all.
        on_progress: see ``ContextualModel.encode``; not told if nothing has to be computed.
        store: where vectors are kept, in the person's own folder if ``None``.

    Raises:
        BadInput: no such layer, or more sentences than the limits allow.
    """
    most = Limits.from_environment().sentences
    if len(sentences) > most:
        said = f"These are {len(sentences):,} sentences; at most {most:,} are read for one answer. Give a part of them."
        raise BadInput(met("sentences", said))
    if not model.repeatable:
        return model.encode(sentences, layers, on_progress)
    store = store or Store.at_home()
    key = key_of(model, sentences, layers)
    found = store.read(key)
    if found is None:
        found = model.encode(sentences, layers, on_progress)
        store.write(key, found)
    return found


def at_places(
    model: ContextualModel,
    sentences: Sequence[Sequence[str]],
    places: Sequence[int],
    layers: Sequence[str] | None = None,
    on_progress: OnProgress | None = None,
    store: Store | None = None,
) -> Floats:
    """(L, N, D) vectors of one word of each of N sentences, at least one; see ``encode``.

    Raises:
        BadInput: no such layer.
    """
    read = encode(model, sentences, layers, on_progress, store)
    return np.stack([one[:, place] for one, place in zip(read, places, strict=True)], axis=1)


def key_of(model: ContextualModel, sentences: Sequence[Sequence[str]], layers: Sequence[str] | None = None) -> str:
    """Names what ``encode`` would compute, in 64 letters.

    Raises:
        BadInput: no such layer.
    """
    asked = [model.fingerprint, model.variant, model.layer_numbers(layers), [list(words) for words in sentences]]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
