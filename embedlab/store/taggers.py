"""Trained taggers on disk: the weights as safetensors, all else as JSON in the same file's metadata.

They are kept as results are, by a digest of the model's files, the sentences and the settings.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.analysis.probing.tagger import Tagger
from embedlab.base import BadModel, files, tensors, typed_json
from embedlab.data.tag_schemes import OUTSIDE, is_tag
from embedlab.store.results import ResultCache

FORMAT = "1"
ARRAYS = ("weights", "biases", "means", "scales")


@dataclass(frozen=True)
class _About:
    """Everything of a tagger but its arrays."""

    model: str
    fingerprints: tuple[str, ...]
    layers: tuple[str, ...]
    labels: tuple[str, ...]
    f1: tuple[float, ...]
    dev_f1: tuple[float, ...]
    listed: tuple[str, ...]
    usual: tuple[int, ...]
    lookup: float
    sentences: int


def save(path: Path, tagger: Tagger) -> None:
    """Write a tagger into a file, atomically; one that is there is replaced.

    Raises:
        OSError: the disk is full or read-only.
    """
    from safetensors.numpy import save as packed

    about = {item.name: typed_json.plain(getattr(tagger, item.name)) for item in fields(_About)}
    meta = {"format": FORMAT, "tagger": json.dumps(about, ensure_ascii=False)}
    arrays = {name: np.ascontiguousarray(getattr(tagger, name), np.float32) for name in ARRAYS}
    path.parent.mkdir(parents=True, exist_ok=True)
    with files.atomic_file(path) as scratch:
        scratch.write_bytes(packed(arrays, metadata=meta))
        scratch.chmod(0o644)


def load(path: Path) -> Tagger:
    """The tagger in a file.

    Raises:
        BadModel: it is missing or damaged, or holds something else.
    """
    from safetensors import safe_open

    arrays = tensors.read(path)  # the header is checked before
    tensors.check_finite(arrays)
    try:
        with safe_open(path, framework="numpy") as file:
            meta = file.metadata() or {}
        if meta["format"] != FORMAT:
            raise ValueError("another format")
        about = typed_json.made(_About, json.loads(meta["tagger"]))
        values: dict[str, Any] = vars(about) | {name: arrays[name] for name in ARRAYS}
        made = Tagger(**values)
        _check(made)
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise BadModel(f"{path} does not hold a tagger: {error}. Train it again.") from error
    return made


def _check(tagger: Tagger) -> None:
    layers, labels = len(tagger.layers), len(tagger.labels)
    dim = tagger.weights.shape[1] if tagger.weights.ndim == 3 else 0
    shapes = [(layers, dim, labels), (layers, labels), (layers, dim), (layers, dim)]
    if not layers or [getattr(tagger, name).shape for name in ARRAYS] != shapes:
        raise ValueError("its parts do not fit together")
    if any(getattr(tagger, name).dtype != np.float32 for name in ARRAYS) or (tagger.scales <= 0).any():
        raise ValueError("its numbers are of another kind")
    if labels < 2 or tagger.labels[0] != OUTSIDE or not all(is_tag(label) for label in tagger.labels):
        raise ValueError("its tags are none")
    if len(tagger.f1) != layers or len(tagger.dev_f1) != layers or len(tagger.listed) != len(tagger.usual):
        raise ValueError("its parts do not fit together")
    if not all(0 < number < labels for number in tagger.usual):
        raise ValueError("a word of its list has no tag")


TAGGERS: ResultCache[Tagger] = ResultCache("taggers", load, save, home="probes/taggers", suffix=".safetensors")
