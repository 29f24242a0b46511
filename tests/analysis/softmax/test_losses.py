"""The five losses against their equations in NumPy, and their gradients against finite differences."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from embedlab.analysis.softmax import losses
from embedlab.analysis.softmax.losses import huffman

V, H, B, K, S = 7, 3, 4, 5, 6
RNG = np.random.default_rng(3)
HIDDEN, SPOILT, WEIGHT = RNG.normal(size=(B, H)), RNG.normal(size=(B, H)), RNG.normal(size=(V, H))
TARGETS, DRAWN, NOISE = np.array([0, 3, 6, 3]), np.array([1, 3, 3, 5, 0, 2]), RNG.integers(0, V, (B, K))
Q = np.arange(V, 0, -1) / np.arange(V, 0, -1).sum()
TREE = huffman(Q)
NODES, OWNERS, SIGNS = TREE.paths(TARGETS)


def sigma(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def t(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.array(array))


def full(hidden: np.ndarray, weight: np.ndarray) -> float:
    scores = np.exp(hidden @ weight.T)
    return float(-np.log(scores[range(B), TARGETS] / scores.sum(axis=1)).mean())


def sampled(hidden: np.ndarray, weight: np.ndarray) -> float:
    total = 0.0
    for h, target in zip(hidden, TARGETS, strict=True):
        rivals = [target, *(word for word in DRAWN if word != target)]
        scores = np.array([np.exp(h @ weight[word]) / Q[word] for word in rivals])
        total -= np.log(scores[0] / scores.sum())
    return total / B


def hierarchical(hidden: np.ndarray, weight: np.ndarray) -> float:
    logs = [np.log(sigma(s * hidden[o] @ weight[n])) for n, o, s in zip(NODES, OWNERS, SIGNS, strict=True)]
    return float(-np.sum(logs) / B)


def negative(hidden: np.ndarray, weight: np.ndarray) -> float:
    total = 0.0
    for h, target, noise in zip(hidden, TARGETS, NOISE, strict=True):
        total -= np.log(sigma(h @ weight[target])) + np.log(sigma(-weight[noise] @ h)).sum()
    return total / B


def ranking(hidden: np.ndarray, weight: np.ndarray) -> float:
    return float(np.maximum(0, 1 - hidden @ weight[0] + SPOILT @ weight[0]).mean())


Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
BY_HAND = {"full": full, "sampled": sampled, "hierarchical": hierarchical, "negative": negative, "ranking": ranking}
OURS: dict[str, Loss] = {
    "full": lambda h, w: losses.full_softmax(h, w, t(TARGETS)),
    "sampled": lambda h, w: losses.sampled_softmax(
        h, w[TARGETS], w[DRAWN], t(np.log(Q[TARGETS])), t(np.log(Q[DRAWN])), t(TARGETS[:, None] == DRAWN)
    ),
    "hierarchical": lambda h, w: losses.hierarchical_softmax(h, w[NODES], t(SIGNS), t(OWNERS)),
    "negative": lambda h, w: losses.negative_sampling(h, w[TARGETS], w[NOISE]),
    "ranking": lambda h, w: losses.ranking(h, t(SPOILT), w[0]),
}


def differences(loss: Callable[[np.ndarray], float], at: np.ndarray, step: float = 1e-6) -> np.ndarray:
    """Central finite differences."""
    gradient = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        change = np.zeros_like(at)
        change[place] = step
        gradient[place] = (loss(at + change) - loss(at - change)) / (2 * step)
    return gradient


@pytest.mark.parametrize("name", list(BY_HAND))
def test_a_loss_is_its_equation_and_its_gradients_are_the_equations(name: str) -> None:
    hidden, weight = t(HIDDEN).requires_grad_(), t(WEIGHT).requires_grad_()
    loss = OURS[name](hidden, weight)
    assert loss.item() == pytest.approx(BY_HAND[name](HIDDEN, WEIGHT), rel=1e-9)
    by_hidden, by_weight = torch.autograd.grad(loss, (hidden, weight))
    expected = differences(lambda h: BY_HAND[name](h, WEIGHT), HIDDEN)
    assert by_hidden.numpy() == pytest.approx(expected, abs=1e-7)
    expected = differences(lambda w: BY_HAND[name](HIDDEN, w), WEIGHT)
    assert by_weight.numpy() == pytest.approx(expected, abs=1e-7)


def test_probabilities_of_the_whole_tree_sum_to_1() -> None:
    hidden = t(HIDDEN)
    sums = np.zeros(B)
    for word in range(V):
        nodes, _, signs = TREE.paths(np.array([word]))
        for token in range(B):
            one = hidden[token : token + 1]
            zeros = torch.zeros(len(nodes), dtype=torch.long)
            sums[token] += np.exp(-losses.hierarchical_softmax(one, t(WEIGHT[nodes]), t(signs), zeros).item())
    assert sums == pytest.approx(np.ones(B))


def test_the_gradient_of_the_sampled_softmax_tends_to_the_full_one() -> None:
    words = 20_000
    drawn = np.random.default_rng(0).choice(V, words, p=Q)
    hidden, weight = t(HIDDEN).requires_grad_(), t(WEIGHT)
    hits = torch.zeros(B, words, dtype=torch.bool)
    loss = losses.sampled_softmax(
        hidden, weight[TARGETS], weight[drawn], t(np.log(Q[TARGETS])), t(np.log(Q[drawn])), hits
    )
    (ours,) = torch.autograd.grad(loss, hidden)
    (whole,) = torch.autograd.grad(losses.full_softmax(hidden, weight, t(TARGETS)), hidden)
    assert ours.numpy() == pytest.approx(whole.numpy(), abs=0.01)
