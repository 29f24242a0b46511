"""How a readout's loss bends, nearly: what makes its steps few.

The second derivatives by the weights of label k are X' diag(p_k (1 - p_k)) X / N + l2 (Boehning 1992, "Multinomial
logistic regression algorithm", where 1/2 bounds what stands between). Of these only the diagonal is kept, in the
directions in which the vectors vary most; all other directions share one value. Some of the words are enough to tell.

Shapes: n words that are looked at, D values, R directions, P label sets of K labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

WORDS = 4096
"""Words that are looked at."""
LEADING = 1024
"""Words that tell the directions where there are more values than that."""
MOST = 512
"""Directions."""
STIFF = 2.0
"""What the diagonal is multiplied with: what one label gains another loses, so that the whole bends up to twice as much
(the eigenvalues of a Laplacian over its diagonal)."""
LEAST = 1e-5
"""No direction bends less, not even without a penalty."""


class Curvature:
    """Of P readouts of the same words; as it is where all weights are 0, until told otherwise.

    Args:
        words: (n, D).
        count: P.
        labels: K.
        l2: strength of the penalty.
    """

    def __init__(self, words: Tensor, count: int, labels: int, l2: float) -> None:
        import torch

        self.words, self.least = words, max(l2, LEAST)
        self.directions = directions(words)  # (D, R)
        self.squares = (words @ self.directions).square()  # (n, R)
        left = words.square().sum(1) - self.squares.sum(1)
        self.others = left.clamp(min=0) / max(1, words.shape[1] - self.directions.shape[1])  # (n,)
        self.along = torch.zeros(count, labels, self.directions.shape[1])
        self.across, self.biases = torch.zeros(2, count, labels, 1)
        first = words.new_full((count, labels, len(words)), 1 / labels)
        self.look(first, torch.arange(count))

    def look(self, likely: Tensor, which: Tensor) -> None:
        """Take it from what readouts say of the words: (p, K, n) probabilities."""
        unsure = STIFF / likely.shape[2] * likely * (1 - likely)
        self.along[which] = unsure @ self.squares + self.least
        self.across[which] = (unsure @ self.others)[..., None] + self.least
        self.biases[which] = unsure.sum(2, keepdim=True) + LEAST

    def undone(self, weights: Tensor, biases: Tensor, which: Tensor) -> Tensor:
        """Slopes by weights (p, K, D) and biases (p, K, 1), divided by the curvature: (p, K (D + 1))."""
        import torch

        across = 1 / self.across[which]
        along = (weights @ self.directions) * (1 / self.along[which] - across)  # (p, K, R)
        moved = along @ self.directions.T + across * weights
        return torch.cat([moved, biases / self.biases[which]], dim=2).flatten(1)


def directions(words: Tensor) -> Tensor:
    """(n, D) to (D, R): orthonormal, those in which the words vary most."""
    import torch

    if words.shape[1] <= LEADING:
        return _leading(words.T)[1]
    few = words[:: max(1, len(words) // LEADING)][:LEADING]
    sizes, found = _leading(few)  # the same from the words' side, which is smaller
    there = sizes > 1e-4 * sizes[-1]
    return torch.matmul(few.T, found[:, there] / sizes[there].sqrt())


def _leading(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Largest eigenvalues (R,) of the products of rows, and their vectors (D, R).

    NumPy's: its product sees the symmetry, and eigenvalues in float32 fail where only few words differ.
    """
    import torch

    products = rows.numpy() @ rows.numpy().T
    sizes, found = np.linalg.eigh(products.astype(np.float64))
    return torch.from_numpy(sizes[-MOST:]).float(), torch.from_numpy(found[:, -MOST:]).float().contiguous()


def some(words: Tensor) -> Tensor:
    """(L, N, D) to (L, n, D): those that are looked at, spread over all."""
    return words[:, :: max(1, words.shape[1] // WORDS)]
