"""Maps on disk: the one that a shipped model opens with, and those that were computed before."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.projection import Method, Projection, project
from embedlab.base import BadModel, BadSetting, OnProgress, StaticModel, files, model_folder
from embedlab.store.results import ResultCache

FILE = "map.safetensors"
WORDS = 3000


@dataclass(frozen=True)
class MapSettings:
    """How a map is made: everything ``project`` needs beside the vectors.

    Attributes:
        method: "umap", "pca" or "tsne".
        dims: 2 or 3.
        seed: for the same picture again.
        n_neighbors: UMAP: neighbors that hold a point.
        min_dist: UMAP: how close points may lie.
        perplexity: t-SNE: neighbors a point looks at.
    """

    method: str = "umap"
    dims: int = 2
    seed: int = 1
    n_neighbors: int = 15
    min_dist: float = 0.1
    perplexity: float = 30.0

    def relevant(self) -> tuple[object, ...]:
        """The settings that change the picture: a method's own only."""
        own = {"umap": (self.n_neighbors, self.min_dist), "tsne": (self.perplexity,)}.get(self.method, ())
        return (self.method, self.dims, self.seed, *own)

    def compute(self, matrix: NDArray[np.floating], on_progress: OnProgress | None = None) -> Projection:
        """The map of (N, D) vectors (see ``project``)."""
        return project(
            matrix,
            self.method,
            self.dims,
            self.seed,
            on_progress,
            n_neighbors=self.n_neighbors,
            min_dist=self.min_dist,
            perplexity=self.perplexity,
        )


SHIPPED = MapSettings()


def write(
    folder: Path, model: StaticModel | None = None, words: int = WORDS, on_progress: OnProgress | None = None
) -> Path:
    """Compute the map that a model opens with, of its commonest words, and put it into the model's folder.

    Args:
        folder: the model folder.
        model: the model; read from the folder when not given (kinds that store no plain matrix must be given).
        words: how many.
        on_progress: see ``project``.

    Returns:
        The file that was written.

    Raises:
        BadModel: the folder holds no matrix, or cannot be written.
    """
    if model is None:
        stored = model_folder.read(folder)
        names, matrix = stored.words, stored.tensors.get("matrix")
    else:
        names, matrix = model.words, model.matrix
    if matrix is None:
        raise BadModel(f"{folder} stores no plain matrix: load the model and hand it over.")
    result = SHIPPED.compute(matrix[:words], on_progress)
    save(folder / FILE, result, SHIPPED, names[:words])
    return folder / FILE


def shipped(folder: Path, words: Sequence[str], settings: MapSettings) -> Projection | None:
    """The map in a model's folder, if it shows exactly these words in this way; else ``None``.

    A model folder is always replaced whole, so that its map belongs to its vectors.
    """
    try:
        return _read(folder / FILE, words, settings)
    except (BadModel, KeyError, ValueError):
        return None


def key(matrix: NDArray[np.floating], settings: MapSettings) -> str:
    """Name of the map of these vectors with these settings: the same for the same content, whatever the model."""
    digest = hashlib.sha256(repr((matrix.shape, settings.relevant())).encode())
    digest.update(np.ascontiguousarray(matrix, np.float32).tobytes())
    return digest.hexdigest()[:32]


def computed(name: str) -> Projection | None:
    """A map that was computed before, by its ``key``; ``None`` if there is none that can be read."""
    return CACHE.get(_checked(name))


def keep(name: str, result: Projection, settings: MapSettings, visitor: str = "") -> None:
    """Keep a computed map in the home folder; that visitor's oldest go.

    Raises:
        BadModel: the folder cannot be written.
    """
    CACHE.put(_checked(name), (result, settings), visitor)


def save(path: Path, result: Projection, settings: MapSettings, words: Sequence[str]) -> None:
    """Write a map by atomic rename: points as they are, since rounded ones have other neighbors; the rest as metadata.

    Raises:
        BadModel: the file cannot be written.
    """
    from safetensors.numpy import save as packed

    meta = {
        "settings": json.dumps(settings.relevant()),
        "words": json.dumps(list(words), ensure_ascii=False),
        "trustworthiness": repr(result.trustworthiness),
        "trusted_on": str(result.trusted_on),
        "neighborhood": str(result.neighborhood),
        "explained": json.dumps(result.explained),
        "method": result.method,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.atomic_file(path) as scratch:
            scratch.write_bytes(packed({"points": np.ascontiguousarray(result.points, np.float32)}, metadata=meta))
            scratch.chmod(0o644)
    except OSError as error:
        raise BadModel(f"Cannot write {path}: {error.strerror or error}. Is the disk full or read-only?") from error


def _read(path: Path, words: Sequence[str] | None = None, settings: MapSettings | None = None) -> Projection | None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            meta, points = file.metadata() or {}, file.get_tensor("points").astype(np.float32)
    except (OSError, SafetensorError) as error:
        raise BadModel(f"{path} cannot be read: {error}.") from error
    if settings is not None and json.loads(meta["settings"]) != list(settings.relevant()):
        return None
    if words is not None and json.loads(meta["words"]) != list(words):
        return None
    trust = float(meta["trustworthiness"])
    if points.ndim != 2 or not (math.isnan(trust) or 0 <= trust <= 1):
        raise BadModel(f"{path} does not hold a map.")
    explained = tuple(float(share) for share in json.loads(meta["explained"]))
    method = cast(Method, meta["method"])
    return Projection(points, trust, method, int(meta["trusted_on"]), int(meta["neighborhood"]), explained)


def _checked(name: str) -> str:
    if not name.isalnum():
        raise BadSetting(f"{name!r} is not the name of a map.")
    return name


def _decode(path: Path) -> Projection:
    result = _read(path)
    if result is None:
        raise BadModel(f"{path} does not hold a map.")
    return result


CACHE: ResultCache[Projection] = ResultCache(
    "maps", _decode, lambda path, made: save(path, made[0], made[1], ()), home="maps", suffix=".safetensors"
)
