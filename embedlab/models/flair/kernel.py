"""Compiled LSTM cell without its matrix product: from the sums at the gates to the new state.

Hochreiter & Schmidhuber 1997; gates in torch's order i, f, g, o: c' = s(f) c + s(i) tanh(g), h' = s(o) tanh(c') with
s the logistic function. tanh is the rational approximation of Eigen and XLA, exact to the last bits of float32.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from embedlab.base import Floats, Ids
from embedlab.models.common.numba import compiled

Table = Floats
"""(V, 4H): what each character adds to the gates."""


@numba.njit(nogil=True, fastmath=True, error_model="numpy", inline="always")  # type: ignore[untyped-decorator]
def _tanh(x: Any) -> Any:
    x = min(max(x, np.float32(-7.90531110763549805)), np.float32(7.90531110763549805))
    y = x * x
    p = np.float32(-2.76076847742355e-16) * y + np.float32(2.00018790482477e-13)
    p = p * y + np.float32(-8.60467152213735e-11)
    p = p * y + np.float32(5.12229709037114e-08)
    p = p * y + np.float32(1.48572235717979e-05)
    p = p * y + np.float32(6.37261928875436e-04)
    p = p * y + np.float32(4.89352455891786e-03)
    q = np.float32(1.19825839466702e-06) * y + np.float32(1.18534705686654e-04)
    q = q * y + np.float32(2.26843463243900e-03)
    q = q * y + np.float32(4.89352518554385e-03)
    return x * p / q


@numba.njit(nogil=True, fastmath=True, error_model="numpy", inline="always")  # type: ignore[untyped-decorator]
def _logistic(x: Any) -> Any:
    return np.float32(0.5) * _tanh(np.float32(0.5) * x) + np.float32(0.5)


@compiled(fastmath=True, error_model="numpy")
def step(sums: Floats, table: Table, ids: Ids, hidden: Floats, cell: Floats) -> None:
    """Read one character of each text.

    Args:
        sums: (B, 4H) products of the hidden states with the weights.
        table: (V, 4H) what each character adds to them.
        ids: (B,) the characters.
        hidden: (B, K); its last H columns become the new hidden state.
        cell: (B, H), changed in place.
    """
    width = cell.shape[1]
    first = hidden.shape[1] - width
    for b in range(sums.shape[0]):
        s, r, c, h = sums[b], table[ids[b]], cell[b], hidden[b, first:]
        for j in range(width):
            i = _logistic(s[j] + r[j])
            f = _logistic(s[width + j] + r[width + j])
            g = _tanh(s[2 * width + j] + r[2 * width + j])
            o = _logistic(s[3 * width + j] + r[3 * width + j])
            v = f * c[j] + i * g
            c[j] = v
            h[j] = o * _tanh(v)
