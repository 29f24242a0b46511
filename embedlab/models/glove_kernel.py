"""GloVe's compiled inner loop: weighted least squares by AdaGrad, without locks.

Pennington, Socher & Manning, GloVe, EMNLP 2014, equation 8: J = sum over i, j of f(X_ij) (w_i . u_j + b_i + c_j -
log X_ij)^2, with f(x) = min(1, (x / x_max)^alpha) (equation 9). Duchi, Hazan & Singer, JMLR 12 (2011): every number has
its own step r = 1 / sqrt(1/eta^2 + sum of its squared gradients), so that the first step is eta.

The biases are two more columns of the vectors: (w, b, 1) . (u, 1, c) = w . u + b + c, where the ones have step 0. And r
itself is kept in place of the sum: when a gradient g comes, r becomes r (1 - (g r)^2 / 2 + 3 (g r)^4 / 8), the first
terms of r / sqrt(1 + (g r)^2). As g r is small this is AdaGrad to the last digits, with neither root nor division.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from embedlab.base import Floats
from embedlab.models.compiled import compiled


@numba.njit(nogil=True, fastmath=True, inline="always")  # type: ignore[untyped-decorator]
def _step(w: Floats, u: Floats, rw: Floats, ru: Floats, error: np.float32, f: np.float32) -> None:
    """One gradient step for the word vector ``w`` and the context vector ``u``, given their error and its weight."""
    half, most = np.float32(0.5), np.float32(0.5)
    force = f * error
    for k in range(w.shape[0]):
        wk, uk = w[k], u[k]
        dw, du = force * uk * rw[k], force * wk * ru[k]
        w[k] = wk - dw
        u[k] = uk - du
        sw, su = min(dw * dw, most), min(du * du, most)
        rw[k] -= rw[k] * sw * (half - np.float32(0.375) * sw)
        ru[k] -= ru[k] * su * (half - np.float32(0.375) * su)


@numba.njit(nogil=True, fastmath=True, inline="always")  # type: ignore[untyped-decorator]
def _dot(w: Floats, u: Floats) -> np.float32:
    total = np.float32(0)
    for k in range(w.shape[0]):
        total += w[k] * u[k]
    return total


@compiled(fastmath=True)
def train(
    state: Floats,
    entries: NDArray[np.void],
    pieces: NDArray[np.int64],
    length: int,
    mirrored: bool,
    x_max: float,
    alpha: float,
) -> float:
    """Learn from some pieces of the entries.

    Args:
        state: (V, 4, P), of every word: (w, b, 1, 0...), (u, 1, c, 0...), and the steps of both; changed in place.
        entries: (N,) row, column, count.
        pieces: numbers of the pieces to visit, in this order.
        length: entries in a piece.
        mirrored: every entry off the diagonal stands for (i, j) and (j, i).
        x_max: count from which on a pair has full weight.
        alpha: exponent of the weight below.

    Returns:
        The cost, half of equation 8's sum (as the authors' program prints it), before each step, summed.
    """
    cost, log_max = 0.0, np.log(np.float32(x_max))
    for piece in pieces:
        for k in range(piece * length, min((piece + 1) * length, len(entries))):
            i, j, x = entries[k].row, entries[k].column, entries[k].count
            target = np.log(x)
            f = np.float32(1.0) if target >= log_max else np.exp(np.float32(alpha) * (target - log_max))
            error = _dot(state[i, 0], state[j, 1]) - target
            cost += 0.5 * f * error * error
            _step(state[i, 0], state[j, 1], state[i, 2], state[j, 3], error, f)
            if mirrored and i != j:
                error = _dot(state[j, 0], state[i, 1]) - target
                cost += 0.5 * f * error * error
                _step(state[j, 0], state[i, 1], state[j, 2], state[i, 3], error, f)
    return cost
