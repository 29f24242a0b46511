"""Truncated singular value decomposition of a sparse table, with progress and a way to stop.

``exact`` is for small tables: the Lanczos method of ARPACK (Lehoucq, Sorensen & Yang, ARPACK Users' Guide, SIAM 1998).
``steps`` is for large ones: Halko, Martinsson & Tropp, Finding Structure with Randomness, SIAM Review 53 (2011),
algorithms 4.4 and 5.1, the same method as scikit-learn's ``randomized_svd``, but it multiplies by the table one slice
at a time, so that it can report progress and be stopped between slices.

Why not rounds for all: the weaker of a hundred directions of a text's table are nearly equally strong, so a few rounds
do not tell them apart, and what they give depends on the random start. On the sample "wikipedia" (426,049 words) the
ten neighbors of a word after 5 rounds are 69 % those of the exact decomposition, after 20 rounds 91 %, after 50 rounds
99 %; Lanczos gets there in the time of 15 rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from embedlab.base import Doubles, Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

EXACT_VALUES = 5_000_000
"""Stored values of a table that is decomposed exactly unless rounds are asked for: a text of some two million words."""
ROUNDS = 5
"""Rounds for a larger table."""
MOST_ROUNDS = 50
PRODUCTS = 10
"""Products with the table that Lanczos needs for each direction, about; only the shown progress depends on it."""
OVERSAMPLING = 20
SLICE_VALUES = 2_000_000  # stored values of the table multiplied between two reports: well under half a second


@dataclass(frozen=True)
class Factors:
    """The K strongest directions of a table of R rows and C columns.

    Attributes:
        left: (R, K) orthonormal columns.
        values: (K,) singular values, falling.
        right: (K, C) orthonormal rows.
        share: part of the table's sum of squares that the K directions hold, 0 to 1.
    """

    left: Floats
    values: Floats
    right: Floats
    share: float


def exact(table: csr_matrix, dim: int, seed: int, on_product: Callable[[int, int], None]) -> Factors:
    """The factors to within rounding.

    Args:
        table: (R, C) sparse.
        dim: K, at most the smaller side of the table.
        seed: of the start, on which nothing but rounding depends.
        on_product: called after every product with products done and, roughly, in all; may raise to stop the work.
    """
    from scipy.sparse.linalg import LinearOperator, svds

    if 2 * dim >= min(table.shape):  # ARPACK wants a subspace of twice as many directions
        on_product(1, 1)
        u, values, vt = np.linalg.svd(table.toarray().astype(np.float64), full_matrices=False)
        return _signed(u[:, :dim], values[:dim], vt[:dim], _square(table))
    rows, turned = table.astype(np.float64), table.T.tocsr().astype(np.float64)
    work = _Work(PRODUCTS * dim, on_product)

    def product(by: csr_matrix) -> Callable[[Doubles], Doubles]:
        def multiply(vector: Doubles) -> Doubles:
            work.advance()
            found: Doubles = by @ vector
            return found

        return multiply

    operator = LinearOperator(table.shape, matvec=product(rows), rmatvec=product(turned), dtype=np.float64)
    start = np.random.default_rng(seed).standard_normal(min(table.shape))
    u, values, vt = svds(operator, dim, v0=start)  # weakest first
    return _signed(u[:, ::-1], values[::-1], vt[::-1], _square(table))


def steps(
    table: csr_matrix, dim: int, iterations: int, seed: int, on_slice: Callable[[int, int], None]
) -> Iterator[Factors]:
    """Ever better factors, one after each round.

    Args:
        table: (R, C) sparse.
        dim: K, at most the smaller side of the table.
        iterations: rounds, the first of them a mere sketch; the last factors are the best.
        seed: of the random start.
        on_slice: called after every slice with slices done and slices in all; may raise to stop the work.
    """
    rows, columns = table.shape
    width = min(dim + OVERSAMPLING, rows, columns)  # L
    slices = _slices(table)
    work = _Work(2 * iterations * len(slices), on_slice)
    square = _square(table)
    start = np.random.default_rng(seed).standard_normal((columns, width), dtype=np.float32)  # (C, L)
    for _ in range(iterations):
        left = np.empty((rows, width), np.float32)
        for low, high, part in slices:
            left[low:high] = part @ start
            work.advance()
        left = np.linalg.qr(left)[0]  # (R, L)
        right = np.zeros((columns, width), np.float32)
        for low, high, part in slices:
            right += part.T @ left[low:high]
            work.advance()
        yield _factors(left, right, dim, square)
        start = np.linalg.qr(right)[0]  # (C, L)


def _factors(left: Floats, right: Floats, dim: int, square: float) -> Factors:
    """Factors of left @ right.T."""
    u, values, vt = np.linalg.svd(right.T, full_matrices=False)  # (L, L) (L,) (L, C)
    return _signed(left @ u[:, :dim], values[:dim], vt[:dim], square)


def _signed(u: Doubles | Floats, values: Doubles | Floats, vt: Doubles | Floats, square: float) -> Factors:
    """Factors with each direction's sign set so that its largest column entry is positive."""
    signs = np.sign(vt[np.arange(len(vt)), np.abs(vt).argmax(axis=1)])
    signs[signs == 0] = 1
    share = float(np.square(values, dtype=np.float64).sum()) / square
    left, values, right = ((u * signs), values, vt * signs[:, None])
    return Factors(left.astype(np.float32), values.astype(np.float32), right.astype(np.float32), min(share, 1.0))


def _square(table: csr_matrix) -> float:
    return float(np.square(table.data, dtype=np.float64).sum()) or 1.0


def _slices(table: csr_matrix) -> list[tuple[int, int, csr_matrix]]:
    """Views of the table's rows, about ``SLICE_VALUES`` stored values each: first row, last row, slice."""
    from scipy.sparse import csr_matrix

    starts, found = table.indptr, []
    cuts = np.searchsorted(starts, np.arange(SLICE_VALUES, table.nnz, SLICE_VALUES))
    edges = np.unique(np.concatenate([[0], cuts, [table.shape[0]]])).tolist()
    for low, high in pairwise(edges):
        a, b = starts[low], starts[high]
        rows = (table.data[a:b], table.indices[a:b], starts[low : high + 1] - a)
        found.append((low, high, csr_matrix(rows, shape=(high - low, table.shape[1]))))
    return found


class _Work:
    """Counts slices and passes them on."""

    def __init__(self, total: int, told: Callable[[int, int], None]) -> None:
        self.done, self.total, self.told = 0, total, told

    def advance(self) -> None:
        self.done += 1
        self.told(self.done, max(self.done, self.total))
