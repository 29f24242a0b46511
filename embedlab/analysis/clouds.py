"""All occurrences of a word as a cloud of points at every layer, in pictures that can be laid over each other."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis import occurrences as found_in
from embedlab.analysis.clusters import group
from embedlab.analysis.faithfulness import unit_rows
from embedlab.base import (
    BadModel,
    BadSetting,
    ContextualModel,
    Doubles,
    Floats,
    OnProgress,
    Progress,
    StaticModel,
    files,
    model_folder,
    typed_json,
)
from embedlab.base.static_as_contextual import as_contextual
from embedlab.data.datasets import Occurrence

Method = Literal["pca", "umap"]
DIFFERENT = 8
"""UMAP needs more different vectors than this; layers with fewer are drawn by PCA."""
SMALL = 16
"""Matrices up to this size are decomposed as a whole."""
ARRAYS, TEXTS = "cloud.safetensors", "cloud.json"


@dataclass(frozen=True, eq=False)
class Cloud:
    """N occurrences of a word at L layers.

    Attributes:
        word: the word.
        layers: L names, from the input to the top.
        occurrences: N of them.
        points: (L, N, 2) where they lie; every layer's picture is turned to lie as near as can be to the one below.
        groups: (L, N) group of each, by size from 0; -1 for none.
        central: (L, N) cosine of each with the centre of its group, the layer's mean taken out.
        found: how many occurrences there are in the whole text.
        sentences: how many sentences the text has.
    """

    word: str
    layers: tuple[str, ...]
    occurrences: tuple[Occurrence, ...]
    points: Floats
    groups: NDArray[np.int32]
    central: Floats
    found: int
    sentences: int

    def typical(self, layer: int, number: int, count: int = 3) -> list[int]:
        """The occurrences of a group at a layer that are nearest to its centre, nearest first."""
        rows = np.flatnonzero(self.groups[layer] == number)
        best: list[int] = rows[np.argsort(-self.central[layer, rows], kind="stable")[:count]].tolist()
        return best

    def save(self, folder: Path, *, overwrite: bool = False) -> None:
        """Write the cloud as a folder, atomically.

        Args:
            folder: where it is to lie.
            overwrite: whether a cloud that lies there may be replaced; nothing else ever is.

        Raises:
            BadInput: something lies there.
            BadModel: the folder cannot be written.
        """
        from safetensors.numpy import save_file

        content = {"word": self.word, "layers": self.layers, "found": self.found, "sentences": self.sentences}
        rows = [dataclasses.asdict(one) for one in self.occurrences]
        with files.atomic_folder(folder, is_cloud if overwrite else files.never) as made:
            save_file({"points": self.points, "groups": self.groups, "central": self.central}, made / ARRAYS)
            (made / TEXTS).write_text(json.dumps(content | {"occurrences": rows}, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Cloud:
        """The inverse of ``save``.

        Raises:
            BadModel: there is none, or it is damaged.
        """
        arrays = model_folder.read_tensors(folder / ARRAYS)
        try:
            content = json.loads((folder / TEXTS).read_text(encoding="utf-8"))
            rows = tuple(typed_json.made(Occurrence, row) for row in content["occurrences"])
            result = cls(
                str(content["word"]), tuple(map(str, content["layers"])), rows, arrays["points"].astype(np.float32),
                arrays["groups"].astype(np.int32), arrays["central"].astype(np.float32), int(content["found"]),
                int(content["sentences"]),
            )  # fmt: skip
            shape = (len(result.layers), len(rows))
            if not (result.groups.shape == result.central.shape == shape and result.points.shape == (*shape, 2)):
                raise ValueError("its parts do not fit together")
            if not all(0 <= row.position < len(row.words) for row in rows):
                raise ValueError("a word lies outside of its sentence")
        except (OSError, ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
            raise BadModel(f"The cloud in {folder} cannot be read: {error}. Compute it again.") from error
        return result


def is_cloud(folder: Path) -> bool:
    """Whether a folder holds a cloud and nothing else."""
    return files.holds_only(folder, (ARRAYS, TEXTS))


def cloud(
    model: ContextualModel | StaticModel,
    occurrences: Sequence[Occurrence],
    *,
    method: str = "pca",
    sorter: str = "kmeans",
    k: int = 2,
    seed: int = 1,
    found: int = 0,
    sentences: int = 0,
    on_progress: OnProgress | None = None,
) -> Cloud:
    """Read a word's occurrences, draw them at every layer and sort them into groups there.

    Args:
        model: contextual; a static one gives a cloud of one layer, with a point for every form.
        occurrences: N of them, such as ``occurrences.gather(...).occurrences``.
        method: "pca" or "umap" (see ``pictures``).
        sorter: "kmeans" or "hdbscan" (see ``clusters.group``).
        k: groups of k-means.
        seed: of the pictures and of k-means.
        found: how many occurrences the whole text has; N if 0.
        sentences: how many sentences it has; N if 0.
        on_progress: told while the model reads (phase "encoding"), layer by layer ("sorting") and at last ("drawing").

    Raises:
        BadInput: no occurrences.
        BadSetting: another method or sorter, or k below 1.
    """
    if method not in get_args(Method):
        raise BadSetting(f"A cloud is drawn by pca or umap, not by {method!r}.")
    contextual = as_contextual(model)
    vectors = found_in.vectors(contextual, occurrences, None, on_progress)  # (L, N, D)
    labels = []
    for number, rows in enumerate(vectors, start=1):
        labels.append(group(rows, sorter, k, seed=seed))
        if on_progress is not None:
            on_progress(Progress(number, len(vectors), phase="sorting"))
    groups = np.stack(labels)  # (L, N)
    central = np.stack([_central(rows, each) for rows, each in zip(vectors, groups, strict=True)])
    points = pictures(vectors, method, seed, on_progress)
    size = len(occurrences)
    return Cloud(
        occurrences[0].word, tuple(contextual.layers), tuple(occurrences), points, groups, central,
        found or size, sentences or size,
    )  # fmt: skip


def _central(rows: Floats, labels: NDArray[np.int32]) -> Floats:
    """(N,) cosine of each vector with the mean of its group's directions; 0 for those in none."""
    unit = unit_rows(rows - rows.mean(axis=0))
    near = np.zeros(len(rows), np.float32)
    for number in set(labels[labels >= 0].tolist()):
        inside = labels == number
        near[inside] = unit[inside] @ unit_rows(unit[inside].mean(axis=0, keepdims=True))[0]
    return near


def pictures(vectors: Floats, method: str = "pca", seed: int = 1, on_progress: OnProgress | None = None) -> Floats:
    """(L, N, 2) points for (L, N, D) vectors: one picture a layer, each laid over the one below.

    PCA draws every layer by itself, on the plane of its two principal components; only turning, mirroring and scale
    are left to be fitted. With UMAP all layers are drawn together (AlignedUMAP: Dadu et al. 2023, of umap-learn):
    each layer keeps its own neighbors, and a point is held near its place in the layers next to it. Layers with
    hardly any different vectors, such as the input layer of most models, are drawn by PCA.

    Args:
        vectors: of the same N occurrences at every layer.
        method: "pca" or "umap".
        seed: of UMAP.
        on_progress: told of the layers that are drawn (phase "drawing").
    """
    made = [plane(unit_rows(rows - rows.mean(axis=0)) if _differ(rows) else np.zeros_like(rows)) for rows in vectors]
    if on_progress is not None:
        on_progress(Progress(0 if method == "umap" else len(made), len(made), phase="drawing"))
    rich = [i for i, rows in enumerate(vectors) if method == "umap" and _distinct(rows) > DIFFERENT]
    if rich:
        for i, points in zip(rich, _umap([vectors[i] for i in rich], seed), strict=True):
            made[i] = points
    laid = [scaled(made[0])]
    for points in made[1:]:
        laid.append(laid_over(points, laid[-1]))
    return np.stack(laid).astype(np.float32)


def plane(rows: Floats) -> Doubles:
    """(N, D) vectors on the plane of their two principal components, (N, 2).

    By the two largest eigenvectors of the smaller of the two products, which for thousands of vectors takes a fraction
    of the time of a singular value decomposition.
    """
    centred = np.asarray(rows, np.float64) - rows.mean(axis=0, dtype=np.float64)
    points = np.zeros((len(centred), 2))
    kept, wide = min(2, *centred.shape), len(centred) > centred.shape[1]
    values, axes = _largest(centred.T @ centred if wide else centred @ centred.T, kept)
    points[:, :kept] = centred @ axes if wide else axes * np.sqrt(np.maximum(values, 0))
    return points


def _largest(square: Doubles, count: int) -> tuple[Doubles, Doubles]:
    """The largest eigenvalues of a symmetric matrix, and their vectors as columns; largest first."""
    from scipy.sparse.linalg import ArpackError, eigsh

    values, axes = None, None
    if len(square) > SMALL and np.trace(square) > 0:
        start = np.random.default_rng(0).normal(size=len(square))  # the same picture every time
        with suppress(ArpackError):
            values, axes = eigsh(square, k=count, v0=start)
    if values is None or axes is None:
        values, axes = np.linalg.eigh(square)
    order = np.argsort(-values)[:count]
    return values[order], axes[:, order]


def _differ(rows: Floats) -> bool:
    return bool(np.ptp(rows, axis=0).max() > 1e-5)


def _distinct(rows: Floats) -> int:
    return len(np.unique(rows.round(5), axis=0))


def _umap(layers: list[Floats], seed: int) -> list[Doubles]:
    """(N, 2) for each layer, drawn together."""
    import warnings

    import umap  # takes seconds

    near = min(15, len(layers[0]) - 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if len(layers) == 1:
            only = umap.UMAP(n_neighbors=near, metric="cosine", random_state=seed)
            return [np.nan_to_num(np.asarray(only.fit_transform(layers[0]), float))]
        model = umap.AlignedUMAP(n_neighbors=near, metric="cosine", random_state=seed)
        same = {i: i for i in range(len(layers[0]))}
        model.fit(layers, relations=[same] * (len(layers) - 1))
    return [np.nan_to_num(np.asarray(points, float)) for points in model.embeddings_]


def scaled(points: NDArray[np.floating]) -> Doubles:
    """(N, 2) points around 0 with a mean square distance of 1 from it; points in one place stay there."""
    centred = np.asarray(points, float) - np.mean(points, axis=0)
    size = float(np.sqrt((centred**2).sum(axis=1).mean()))
    return centred / size if size > 1e-6 else np.zeros_like(centred)


def laid_over(points: NDArray[np.floating], before: NDArray[np.floating]) -> Doubles:
    """Turn and mirror (N, 2) points, after ``scaled``, so that they lie as near as can be to those of the layer below.

    The orthogonal Procrustes solution (Schönemann 1966, https://doi.org/10.1007/BF02289451): a picture is only defined
    up to these, and without them points would jump between layers for no reason. It undoes a rotation or a reflection
    exactly.
    """
    from scipy.linalg import orthogonal_procrustes

    now = scaled(points)
    turn, _ = orthogonal_procrustes(now, scaled(before))
    turned: Doubles = now @ turn
    return turned
