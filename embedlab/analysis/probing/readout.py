"""Multinomial logistic regression on frozen vectors: its loss and gradient, for several label sets at once.

Loss: mean cross-entropy + l2 / 2 times the squares of the weights, the biases free, as scikit-learn's
``LogisticRegression(C=1 / (l2 N))``.

Shapes: N words, D values, in each of B blocks that stand side by side; P label sets of K labels; n = K (B D + 1).

How a readout's loss bends, nearly: what makes its steps few.

The second derivatives by the weights of label k are X' diag(p_k (1 - p_k)) X / N + l2 (Boehning 1992, "Multinomial
logistic regression algorithm", where 1/2 bounds what stands between). Of these only the diagonal is kept, in the
directions in which the vectors vary most; all other directions share one value. Some of the words are enough to tell.

Shapes: n words that are looked at, D values, R directions, P label sets of K labels.
"""

from __future__ import annotations

from collections.abc import Sequence
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
        return torch.cat([moved, biases / self.biases[which]], dim=2).flatten(1)  # (p, n)


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
    """(C, n, D) at most ``WORDS`` of the N words of a (C, N, D) array, spread evenly over all of them."""
    return words[:, :: max(1, words.shape[1] // WORDS)]


STRETCH = 1024
"""Words that are read at once: few enough to be still in the processor's cache when the slopes are taken."""


class Readout:
    """P regressions that read the same words.

    Args:
        blocks: B of (N, D), side by side what is read.
        wanted: (P, N) labels.
        labels: K.
        l2: strength of the penalty.
        hidden: (K, N) labels that a word cannot have.
    """

    def __init__(
        self, blocks: Sequence[Tensor], wanted: Tensor, labels: int, l2: float, hidden: Tensor | None = None
    ) -> None:
        import torch

        self.blocks, self.wanted, self.labels, self.l2, self.hidden = blocks, wanted, labels, l2, hidden
        seen = torch.cat([some(block[None])[0] for block in blocks], dim=1)  # (n, B D)
        self.curvature = Curvature(seen, len(wanted), labels, l2)

    def start(self) -> Tensor:
        """(P, n) zeros."""
        import torch

        return torch.zeros(len(self.wanted), self.labels * (sum(block.shape[1] for block in self.blocks) + 1))

    def __call__(self, x: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
        """Losses (p,) and gradients (p, n)."""
        import torch

        weights, biases = split(x, self.labels)  # (p, K, B D), (p, K, 1)
        wanted, losses = self.wanted[which], torch.zeros(len(x), dtype=torch.float64)
        turned = [torch.zeros(len(x) * self.labels, block.shape[1]) for block in self.blocks]
        pulls = torch.zeros_like(biases)
        for at in range(0, wanted.shape[1], STRETCH):
            read = [block[at : at + STRETCH] for block in self.blocks]  # (b, D)
            scores = scores_of(read, weights, biases)  # (p, K, b)
            scores = scores if self.hidden is None else masked(scores, self.hidden[:, at : at + STRETCH])
            lost, rest = residuals(scores, wanted[:, at : at + STRETCH])  # (p,), (p, K, b)
            losses += lost
            pulls += rest.sum(2, keepdim=True)
            for slopes, block in zip(turned, read, strict=True):
                slopes.addmm_(rest.flatten(0, 1), block)
        slopes = torch.cat(turned, dim=1).view_as(weights) / wanted.shape[1] + self.l2 * weights  # (p, K, B D)
        losses = losses / wanted.shape[1] + self.l2 / 2 * weights.square().sum((1, 2))
        return losses, torch.cat([slopes, pulls / wanted.shape[1]], dim=2).flatten(1)

    def look(self, x: Tensor, which: Tensor) -> None:
        """Take the curvature anew, as it is at x (p, n)."""
        scores = scores_of([self.curvature.words], *split(x, self.labels))
        scores = masked(scores, None if self.hidden is None else some(self.hidden))
        self.curvature.look(scores.softmax(1), which)

    def scaled(self, gradients: Tensor, which: Tensor) -> Tensor:
        """Gradients (p, n) divided by the curvature."""
        return self.curvature.undone(*split(gradients, self.labels), which)


def split(x: Tensor, labels: int) -> tuple[Tensor, Tensor]:
    """(P, n) to weights (P, K, n / K - 1) and biases (P, K, 1)."""
    both = x.view(len(x), labels, -1)  # (P, K, n / K)
    return both[..., :-1], both[..., -1:]


def scores_of(blocks: Sequence[Tensor], weights: Tensor, biases: Tensor) -> Tensor:
    """(P, K, N) scores of K labels for N words, from B blocks (N, D) that stand side by side.

    Words are the last axis, so that the softmax over the labels runs along contiguous memory.

    Args:
        blocks: B arrays of vectors, each (N, D).
        weights: (P, K, B D).
        biases: (P, K, 1).
    """
    import torch

    count, labels, _ = weights.shape
    flat, ends = weights.reshape(count * labels, -1), np.cumsum([block.shape[1] for block in blocks]).tolist()
    scores = biases.reshape(-1, 1)  # (P K, 1)
    for block, end in zip(blocks, ends, strict=True):
        scores = torch.addmm(scores, flat[:, end - block.shape[1] : end], block.T)  # (P K, N)
    return scores.view(count, labels, -1)


def masked(scores: Tensor, hidden: Tensor | None) -> Tensor:
    """Scores (P, K, N) with minus infinity where labels are hidden (K, N), since the word cannot have them."""
    return scores if hidden is None else scores.masked_fill(hidden, float("-inf"))


def residuals(scores: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy (P,) summed over the words, and (P, K, N) the predicted probability less the right one."""
    import torch

    likely = scores.log_softmax(1)  # (P, K, N)
    right = wanted[:, None]  # (P, 1, N)
    losses = -likely.gather(1, right).sum((1, 2), dtype=torch.float64)
    rest = likely.exp_()
    return losses, rest.scatter_add_(1, right, torch.full_like(right, -1, dtype=rest.dtype))
