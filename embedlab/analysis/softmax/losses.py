"""Five losses for predicting the next word, from the exact, expensive one to the cheap ones.

All take hidden vectors h, one row a token, and only those rows of the output matrix W that they need (one a word, or
one an inner node of a tree); all return the mean over the tokens, in nats for those that are log-probabilities. There
are no biases.

Huffman's tree over a vocabulary: frequent words are near the root, so that the mean path is as short as possible.

Huffman 1952, A Method for the Construction of Minimum-Redundancy Codes, https://doi.org/10.1109/JRPROC.1952.273898;
used for the hierarchical softmax by Mikolov et al. 2013, https://arxiv.org/abs/1310.4546.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput, Ids

if TYPE_CHECKING:
    from torch import Tensor


def full_softmax(hidden: Tensor, weight: Tensor, targets: Tensor) -> Tensor:
    """Minus log p(w | h) with p(w | h) = exp(h·W_w) / Σ_v exp(h·W_v): every word takes part in every step.

    Bengio et al. 2003, A Neural Probabilistic Language Model, JMLR 3, equation 1,
    https://www.jmlr.org/papers/v3/bengio03a.html.

    Args:
        hidden: (B, H).
        weight: (V, H), one row a word.
        targets: (B,), the true words.
    """
    from torch.nn import functional

    return functional.cross_entropy(hidden @ weight.T, targets)


def sampled_softmax(
    hidden: Tensor, true: Tensor, drawn: Tensor, true_log_q: Tensor, drawn_log_q: Tensor, hits: Tensor
) -> Tensor:
    """The softmax over the true word and S words drawn with probability q, each score less log q.

    Jean et al. 2015, On Using Very Large Target Vocabulary, ACL, equation 8, https://aclanthology.org/P15-1001/.

    Args:
        hidden: (B, H).
        true: (B, H), rows of the true words.
        drawn: (S, H), rows of the drawn words, the same for the whole batch.
        true_log_q: (B,), log q of the true words.
        drawn_log_q: (S,), log q of the drawn words.
        hits: (B, S), where a drawn word is the token's true one: it counts once only.
    """
    import torch

    first = (hidden * true).sum(dim=1) - true_log_q  # (B,)
    others = (hidden @ drawn.T - drawn_log_q).masked_fill(hits, float("-inf"))  # (B, S)
    return (torch.logsumexp(torch.cat([first[:, None], others], dim=1), dim=1) - first).mean()


def hierarchical_softmax(hidden: Tensor, nodes: Tensor, signs: Tensor, owners: Tensor) -> Tensor:
    """Minus log p(w | h), where p is a product of left-or-right decisions: Π_n σ(±h·W_n) over the nodes above w.

    Morin & Bengio 2005, Hierarchical Probabilistic Neural Network Language Model, AISTATS, equation 2,
    https://proceedings.mlr.press/r5/morin05a.html; with a Huffman tree: Mikolov et al. 2013, equation 3.

    Args:
        hidden: (B, H).
        nodes: (N, H), rows of the inner nodes above the true words, all paths one after the other.
        signs: (N,), 1 where the path goes left, -1 where it goes right.
        owners: (N,), the token (row of ``hidden``) whose path the node is on.
    """
    from torch.nn import functional

    scores = (hidden.index_select(0, owners) * nodes).sum(dim=1)  # (N,)
    return -functional.logsigmoid(signs * scores).sum() / len(hidden)


def negative_sampling(hidden: Tensor, true: Tensor, noise: Tensor) -> Tensor:
    """Minus log σ(h·W_w) less Σ_k log σ(-h·W_k): tell the true word from K noise words; no probability of a word.

    Mikolov et al. 2013, Distributed Representations of Words and Phrases, NeurIPS, equation 4,
    https://arxiv.org/abs/1310.4546.

    Args:
        hidden: (B, H).
        true: (B, H), rows of the true words.
        noise: (B, K, H), rows of the noise words, other ones for every token.
    """
    from torch.nn import functional

    right = functional.logsigmoid((hidden * true).sum(dim=1))  # (B,)
    wrong = functional.logsigmoid(-(noise @ hidden[:, :, None])[:, :, 0]).sum(dim=1)  # (B,)
    return -(right + wrong).mean()


def ranking(hidden: Tensor, spoilt: Tensor, weight: Tensor) -> Tensor:
    """max(0, 1 - f + f'): a window scores f = h·w, at least 1 more than the same window with a wrong word in it.

    There is one row w and no output matrix: the word is part of what is scored. Collobert & Weston 2008, A Unified
    Architecture for Natural Language Processing, ICML, section 5, https://doi.org/10.1145/1390156.1390177.

    Args:
        hidden: (B, H), hidden vectors of true windows.
        spoilt: (B, H), hidden vectors of the same windows with a wrong word.
        weight: (H,).
    """
    return (1 - hidden @ weight + spoilt @ weight).clamp(min=0).mean()


@dataclass(frozen=True, eq=False)
class Huffman:
    """A binary tree with V words as leaves and V - 1 inner nodes.

    Attributes:
        parent: (2V - 1,), of leaf w at w and of inner node n at V + n, as a number of inner node; -1 for the root.
        right: (2V - 1,), whether it is its parent's right child.
        depth: (V,), inner nodes above each word, the root among them.
    """

    parent: Ids
    right: NDArray[np.bool_]
    depth: Ids

    def paths(self, words: Ids) -> tuple[Ids, Ids, NDArray[np.float32]]:
        """The inner nodes above each of B words.

        Returns:
            Inner nodes (N,), the word (0 to B - 1) that each belongs to (N,), and 1 where the path goes left, -1
            where it goes right (N,); N is the sum of the words' depths.
        """
        here, owners = np.asarray(words, np.int64), np.arange(len(words))
        parts = []
        while len(here := here[keep := self.parent[here] >= 0]):
            owners = owners[keep]
            above = self.parent[here]
            parts.append((above, owners, np.where(self.right[here], np.float32(-1), np.float32(1))))
            here = len(self.depth) + above
        if not parts:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
        nodes, tokens, signs = (np.concatenate(column) for column in zip(*parts, strict=True))
        return nodes, tokens, signs


def huffman(frequencies: NDArray[np.floating]) -> Huffman:
    """Build the tree.

    Huffman joins the two lightest again and again. Whatever comes of a join weighs at least as much as the two
    lightest together; so all that weigh no more than that are joined in pairs at once, in the order of their weight,
    and a million words take some dozens of such rounds.

    Args:
        frequencies: (V,) of the words, in any order.

    Raises:
        BadInput: there are no words.
    """
    size = len(frequencies)
    if not size:
        raise BadInput("A Huffman tree needs one word or more.")
    parent = np.full(2 * size - 1, -1)
    right = np.zeros(2 * size - 1, bool)
    order = np.argsort(frequencies, kind="stable")
    weights = np.asarray(frequencies, float)[order]  # of what is left to join, lightest first
    rounds, made = [], 0
    while len(order) > 1:
        light = int(np.searchsorted(weights, weights[0] + weights[1], side="right")) // 2 * 2
        pairs = order[:light].reshape(-1, 2)
        joined = made + np.arange(len(pairs))
        parent[pairs] = joined[:, None]
        right[pairs[:, 1]] = True
        rounds.append(pairs)
        weights = np.concatenate([weights[light:], weights[:light].reshape(-1, 2).sum(axis=1)])
        order = np.concatenate([order[light:], size + joined])
        sorting = np.argsort(weights, kind="stable")
        weights, order = weights[sorting], order[sorting]
        made += len(pairs)
    return Huffman(parent, right, _depths(parent, rounds)[:size])


def _depths(parent: Ids, rounds: list[Ids]) -> Ids:
    """(2V - 1,): how far every node is from the root; later rounds made the nodes above those of earlier ones."""
    depths = np.zeros(len(parent), np.int64)
    size = (len(parent) + 1) // 2
    for pairs in reversed(rounds):
        depths[pairs] = depths[size + parent[pairs]] + 1
    return depths
