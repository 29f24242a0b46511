"""Huffman's tree over a vocabulary: frequent words are near the root, so that the mean path is as short as possible.

Huffman 1952, A Method for the Construction of Minimum-Redundancy Codes, https://doi.org/10.1109/JRPROC.1952.273898;
used for the hierarchical softmax by Mikolov et al. 2013, https://arxiv.org/abs/1310.4546.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput, Ids


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
