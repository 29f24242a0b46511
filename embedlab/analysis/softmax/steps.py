"""One training step of the output layer, for each loss: scores, loss, both gradients, and the update of the weights.

A step touches only the rows of the output matrix that its loss needs: they are gathered, the loss is differentiated
with respect to the hidden vectors and to these rows, and the rows are updated in place. (Differentiating through the
lookup would make a gradient of all V rows, and every loss would cost as much as the full softmax.) Noise words are
drawn inside the step, by binary search in cumulated frequencies. True words and hidden vectors are given, as they come
from the text and the network below; so are the paths in the Huffman tree, which word2vec looks up, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.softmax import losses
from embedlab.analysis.softmax.losses import Huffman, huffman

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Method = Literal["full", "sampled", "hierarchical", "negative", "ranking"]
Step = Callable[[], "Tensor"]
"""Does one training step and gives its loss."""

TITLES: dict[Method, str] = {
    "full": "full softmax",
    "sampled": "sampled softmax",
    "hierarchical": "hierarchical softmax",
    "negative": "negative sampling",
    "ranking": "ranking loss",
}
"""What people read."""
METHODS: tuple[Method, ...] = tuple(TITLES)
RATE = 0.01
"""Learning rate."""
BATCHES = 8
"""Different batches that take turns, so that not always the same rows are at hand."""
POWER = 0.75
"""Noise words of negative sampling are drawn by frequency to this power, as in Mikolov et al. 2013."""


@dataclass(frozen=True)
class Shape:
    """How large the output layer and what it is given are.

    Attributes:
        words: V, of the vocabulary.
        hidden: H, of the hidden vectors.
        batch: B, tokens in a step.
        noise: K, noise words a token (negative sampling).
        samples: S, words drawn for a batch (sampled softmax).
    """

    words: int
    hidden: int
    batch: int
    noise: int
    samples: int


def zipf(words: int, power: float = 1.0) -> NDArray[np.float64]:
    """(V,) relative frequencies by Zipf's law, the word of rank r in proportion to (1/r)^power."""
    frequencies: NDArray[np.float64] = np.arange(1, words + 1, dtype=float) ** -power
    frequencies /= frequencies.sum()
    return frequencies


@lru_cache(64)
def mean_path(words: int) -> float:
    """Inner nodes above a word of running text, on average, in the Huffman tree of so many words under Zipf's law."""
    frequencies = zipf(words)
    return float(frequencies @ huffman(frequencies).depth)


def rows(method: Method, shape: Shape) -> float:
    """Rows of the output matrix that a token is multiplied with."""
    match method:
        case "full":
            return shape.words
        case "sampled":
            return 1 + shape.samples
        case "hierarchical":
            return mean_path(shape.words)
        case "negative":
            return 1 + shape.noise
        case "ranking":
            return 2  # one row, with two hidden vectors


def multiply_adds(method: Method, shape: Shape) -> float:
    """Multiply-adds a token: H a row for the score, H for the hidden vector's gradient, H for the row's own."""
    return 3 * shape.hidden * rows(method, shape)


def memory(method: Method, shape: Shape) -> int:
    """Bytes that a step needs at most, about."""
    matrix, scores = 4 * shape.words * shape.hidden, 4 * shape.batch * shape.words
    touched = 4 * 4 * shape.batch * shape.hidden * round(1 + rows(method, shape)) if method != "full" else 0
    if method == "full":
        return 2 * matrix + 3 * scores  # weights and their gradient; scores, log-probabilities, gradient
    return touched if method == "ranking" else matrix + 64 * shape.words + touched


def prepare(method: Method, shape: Shape, seed: int = 1) -> Step:
    """Lay the weights out and draw the batches; what comes back does one step each time it is called.

    Args:
        method: which loss.
        shape: of the output layer.
        seed: of weights, hidden vectors, true words and noise words.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    makers = {"full": _full, "sampled": _sampled, "hierarchical": _hierarchical, "negative": _negative}
    if method == "ranking":
        return _ranking(shape, generator)
    bound = shape.hidden**-0.5
    weight = torch.empty(shape.words, shape.hidden).uniform_(-bound, bound, generator=generator)  # (V, H)
    return makers[method](shape, weight, generator)


class _Drawing:
    """Draws words by their frequency.

    Attributes:
        log_q: (V,), log-probabilities.
    """

    def __init__(self, frequencies: NDArray[np.float64], generator: torch.Generator) -> None:
        import torch

        self.cumulated = torch.from_numpy(np.cumsum(frequencies))  # (V,)
        self.log_q = torch.from_numpy(np.log(frequencies)).float()
        self.generator = generator

    def __call__(self, *size: int) -> Tensor:
        import torch

        found = torch.searchsorted(
            self.cumulated, torch.rand(size, dtype=torch.float64, generator=self.generator), right=True
        )
        return found.clamp_(max=len(self.cumulated) - 1)


def _hidden(shape: Shape, generator: torch.Generator) -> Tensor:
    """(B, H) hidden vectors."""
    import torch

    return torch.randn(shape.batch, shape.hidden, generator=generator).requires_grad_()


def _batches(shape: Shape, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Hidden vectors (B, H) and true words (B,), for ever."""
    draw = _Drawing(zipf(shape.words), generator)
    return cycle([(_hidden(shape, generator), draw(shape.batch)) for _ in range(BATCHES)])


def _gathered(weight: Tensor, words: Tensor) -> Tensor:
    """(N, H): a copy of the rows of so many words, to be differentiated with respect to."""
    return weight.index_select(0, words).requires_grad_()


def _moved(weight: Tensor, words: Tensor, gradient: Tensor) -> None:
    """Subtract from the rows where they lie; a word that stands there twice moves twice."""
    weight.index_add_(0, words, gradient, alpha=-RATE)


def _full(shape: Shape, weight: Tensor, generator: torch.Generator) -> Step:
    import torch

    batches = _batches(shape, generator)
    weight.requires_grad_()

    def step() -> Tensor:
        hidden, targets = next(batches)
        loss = losses.full_softmax(hidden, weight, targets)
        _, gradient = torch.autograd.grad(loss, (hidden, weight))
        with torch.no_grad():
            weight.sub_(gradient, alpha=RATE)
        return loss.detach()

    return step


def _sampled(shape: Shape, weight: Tensor, generator: torch.Generator) -> Step:
    import torch

    batches, draw, b = _batches(shape, generator), _Drawing(zipf(shape.words), generator), shape.batch

    def step() -> Tensor:
        hidden, targets = next(batches)
        drawn = draw(shape.samples)  # (S,)
        words = torch.cat([targets, drawn])  # (B + S,)
        gathered, log_q = _gathered(weight, words), draw.log_q[words]
        hits = targets[:, None] == drawn
        loss = losses.sampled_softmax(hidden, gathered[:b], gathered[b:], log_q[:b], log_q[b:], hits)
        _, gradient = torch.autograd.grad(loss, (hidden, gathered))
        _moved(weight, words, gradient)
        return loss.detach()

    return step


def _hierarchical(shape: Shape, weight: Tensor, generator: torch.Generator) -> Step:
    import torch

    tree = huffman(zipf(shape.words))
    batches = _batches(shape, generator)
    given = cycle([(hidden, _paths(tree, targets)) for hidden, targets in (next(batches) for _ in range(BATCHES))])

    def step() -> Tensor:
        hidden, (nodes, owners, signs) = next(given)
        gathered = _gathered(weight, nodes)  # (N, H)
        loss = losses.hierarchical_softmax(hidden, gathered, signs, owners)
        _, gradient = torch.autograd.grad(loss, (hidden, gathered))
        _moved(weight, nodes, gradient)
        return loss.detach()

    return step


def _paths(tree: Huffman, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    import torch

    nodes, owners, signs = tree.paths(targets.numpy())
    return torch.from_numpy(nodes), torch.from_numpy(owners), torch.from_numpy(signs)


def _negative(shape: Shape, weight: Tensor, generator: torch.Generator) -> Step:
    import torch

    b, k, h = shape.batch, shape.noise, shape.hidden
    batches, draw = _batches(shape, generator), _Drawing(zipf(shape.words, POWER), generator)

    def step() -> Tensor:
        hidden, targets = next(batches)
        words = torch.cat([targets, draw(b * k)])  # (B + B K,)
        gathered = _gathered(weight, words)
        loss = losses.negative_sampling(hidden, gathered[:b], gathered[b:].view(b, k, h))
        _, gradient = torch.autograd.grad(loss, (hidden, gathered))
        _moved(weight, words, gradient)
        return loss.detach()

    return step


def _ranking(shape: Shape, generator: torch.Generator) -> Step:
    import torch

    weight = torch.randn(shape.hidden, generator=generator).requires_grad_()
    windows = cycle([(_hidden(shape, generator), _hidden(shape, generator)) for _ in range(BATCHES)])

    def step() -> Tensor:
        hidden, spoilt = next(windows)
        loss = losses.ranking(hidden, spoilt, weight)
        *_, gradient = torch.autograd.grad(loss, (hidden, spoilt, weight))
        with torch.no_grad():
            weight.sub_(gradient, alpha=RATE)
        return loss.detach()

    return step
