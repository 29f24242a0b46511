"""Pictures of many vectors in two or three dimensions: PCA, t-SNE and UMAP, each with a measure of how true it is."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.faithfulness import Faithfulness, faithfulness, trustworthiness, unit_rows
from embedlab.base import BadInput, BadSetting, Floats, OnProgress, Progress

__all__ = ["Faithfulness", "Method", "Projection", "faithfulness", "project"]

Method = Literal["umap", "pca", "tsne"]
SLICE = 1024
ROUNDS, EXAGGERATED = 1000, 250
"""Rounds of t-SNE, and how many of them at first pull neighbors together more strongly."""


@dataclass(frozen=True)
class Projection:
    """Vectors drawn as points.

    Attributes:
        points: (N, dims) float32.
        trustworthiness: 1 if all neighbors in the picture are true ones; NaN for fewer than three points.
        method: "umap", "pca" or "tsne".
        trusted_on: how many of the points it was measured on.
        neighborhood: k, the number of neighbors it was measured with.
        explained: PCA's share of the variance on each axis; empty for the others.
    """

    points: Floats
    trustworthiness: float
    method: Method
    trusted_on: int = 0
    neighborhood: int = 0
    explained: tuple[float, ...] = ()


def project(
    matrix: NDArray[np.floating],
    method: str = "umap",
    dims: int = 2,
    seed: int | None = None,
    on_progress: OnProgress | None = None,
    *,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    perplexity: float = 30.0,
) -> Projection:
    """Draw vectors as points.

    UMAP (McInnes, Healy & Melville 2018) and t-SNE (van der Maaten & Hinton 2008) compare by cosine; PCA works on the
    vectors at length 1, so that all three look at directions only. A seeded UMAP runs on one core; without a seed it
    uses all of them and comes out differently every time.

    Args:
        matrix: (N, D) vectors.
        method: "umap", "pca" or "tsne".
        dims: 2 or 3.
        seed: for the same picture again.
        on_progress: told of the phases "neighbors", "layout" (UMAP: epochs; t-SNE: rounds) and "trustworthiness";
            what it raises stops the work.
        n_neighbors: UMAP: how many neighbors each point is held by; fewer show finer detail.
        min_dist: UMAP: how close points may lie.
        perplexity: t-SNE: about how many neighbors each point looks at.

    Raises:
        BadSetting: another method or number of dimensions.
        BadInput: no vectors, or values that are not finite.
    """
    values = np.asarray(matrix, np.float32)
    if method not in get_args(Method) or dims not in (2, 3):
        raise BadSetting(f"A map is made by umap, pca or tsne in 2 or 3 dimensions, not by {method!r} in {dims!r}.")
    if values.ndim != 2 or not len(values) or not np.isfinite(values).all():
        raise BadInput(f"A map needs at least one vector of finite numbers; this is {values.shape}.")
    unit, tell = unit_rows(values), _Teller(on_progress)
    explained: tuple[float, ...] = ()
    if method == "pca" or len(unit) <= dims + 1:
        points, explained = _pca(unit, dims)
    elif method == "umap":
        points = _umap(unit, dims, seed, tell, min(n_neighbors, len(unit) - 1), min_dist)
    else:
        points = _tsne(unit, dims, seed, tell, min(perplexity, (len(unit) - 1) / 3))
    tell("trustworthiness", 0, 1)
    trust = trustworthiness(unit, points)
    return Projection(points, trust.value, cast(Method, method), trust.points, trust.k, explained)


def _pca(unit: Floats, dims: int) -> tuple[Floats, tuple[float, ...]]:
    """Principal components; axes that few points or dimensions cannot fill stay at 0."""
    from sklearn.decomposition import PCA

    points = np.zeros((len(unit), dims), np.float32)
    axes = min(dims, *unit.shape) if len(unit) > 1 else 0
    if not axes or np.ptp(unit, axis=0).max() == 0:
        return points, (0.0,) * dims
    fitted = PCA(n_components=axes, svd_solver="full" if len(unit) < 200 else "auto", random_state=0)
    points[:, :axes] = fitted.fit_transform(unit)
    return points, (*fitted.explained_variance_ratio_.tolist(), *[0.0] * (dims - axes))


def _umap(unit: Floats, dims: int, seed: int | None, tell: _Teller, n_neighbors: int, min_dist: float) -> Floats:
    import warnings

    tell("neighbors", 0, len(unit))
    import umap  # takes seconds

    near, distances = _neighbors(unit, max(2, n_neighbors), tell)  # UMAP's own search is slow or inexact
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no transform later; disconnected points are drawn all the same
        reducer = umap.UMAP(
            n_components=dims,
            n_neighbors=max(2, n_neighbors),
            min_dist=min_dist,
            metric="cosine",
            random_state=seed,
            n_jobs=1 if seed is not None else -1,
            init="spectral" if len(unit) > 10 * dims else "random",
            precomputed_knn=(near, distances, None),
            force_approximation_algorithm=True,  # or it would search again
            tqdm_kwds={"file": _Meter(tell), "disable": False, "mininterval": 0.2, "miniters": 1, "bar_format": _BAR},
        )
        try:
            layout = reducer.fit_transform(unit)
        except BaseException:
            _unlock_tqdm()
            raise
    return np.nan_to_num(np.asarray(layout, np.float32))


def _unlock_tqdm() -> None:
    """Give back the lock that all bars share: tqdm keeps it when writing its line raises, as ours does to stop UMAP."""
    from tqdm import tqdm

    with suppress(RuntimeError, AssertionError):  # it was given back already
        tqdm.get_lock().release()


def _neighbors(unit: Floats, k: int, tell: _Teller) -> tuple[NDArray[np.int32], Floats]:
    """(N, k) exact nearest rows by cosine, each row's own first, and their distances."""
    n = len(unit)
    found, distances = np.empty((n, k), np.int32), np.empty((n, k), np.float32)
    for low in range(0, n, SLICE):
        similar = unit[low : low + SLICE] @ unit.T  # (S, N)
        own = np.arange(len(similar))
        similar[own, low + own] = 2  # itself before any duplicate
        near = np.argpartition(-similar, k - 1, axis=1)[:, :k]
        near = np.take_along_axis(near, np.argsort(-np.take_along_axis(similar, near, 1), axis=1, kind="stable"), 1)
        found[low : low + SLICE] = near
        distances[low : low + SLICE] = np.maximum(0, 1 - np.take_along_axis(similar, near, 1))
        tell("neighbors", min(low + SLICE, n), n)
    return found, distances


def _tsne(unit: Floats, dims: int, seed: int | None, tell: _Teller, perplexity: float) -> Floats:
    """By openTSNE, which says after every round how far it is; what ``tell`` raises stops it.

    On one core: its threads wait for each other in every round, and beside a training all but stand still.
    """
    try:
        from openTSNE import TSNE, affinity, nearest_neighbors
    except ImportError:
        raise BadSetting("t-SNE needs openTSNE, which is not installed here: pip install openTSNE.") from None

    k = max(1, min(len(unit) - 1, int(3 * perplexity)))
    near, distances = _neighbors(unit, k + 1, tell)
    known = nearest_neighbors.PrecomputedNeighbors(near[:, 1:], distances[:, 1:].astype(np.float64))
    start = _pca(unit, dims)[0].astype(np.float64)
    start *= 1e-4 / max(float(start[:, 0].std()), 1e-12)  # as scikit-learn does with init="pca"
    rounds = itertools.count(1)
    model = TSNE(
        n_components=dims,
        early_exaggeration_iter=EXAGGERATED,
        n_iter=ROUNDS - EXAGGERATED,
        negative_gradient_method="auto" if dims == 2 else "bh",  # the other one knows no third dimension
        n_jobs=1,
        random_state=seed,
        callbacks=lambda *_: tell("layout", next(rounds), ROUNDS),
        callbacks_every_iters=1,
    )
    tell("layout", 0, ROUNDS)
    affinities = affinity.PerplexityBasedNN(knn_index=known, perplexity=k / 3, n_jobs=1)
    return np.nan_to_num(np.asarray(model.fit(affinities=affinities, initialization=start), np.float32))


class _Teller:
    """Reports a phase, how far it is and all of it."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.on_progress = on_progress

    def __call__(self, phase: str, done: int, total: int) -> None:
        if self.on_progress:
            self.on_progress(Progress(done, total, phase=phase))


_BAR = "{n_fmt}/{total_fmt}"


class _Meter:
    """The file that UMAP's tqdm bar writes to: reads "epoch/epochs" and passes it on; an exception stops UMAP."""

    def __init__(self, tell: Callable[[str, int, int], None]) -> None:
        self.tell = tell

    def write(self, text: str) -> int:
        done, slash, total = text.strip().partition("/")
        if slash and done.isdigit() and total.strip().isdigit():
            self.tell("layout", int(done), int(total))
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""
