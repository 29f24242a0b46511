"""Huffman's tree against the plain algorithm on a heap, and against codes written out by hand."""

import heapq

import numpy as np
import pytest

from embedlab.analysis.softmax.losses import huffman
from embedlab.base import BadInput


def heap_cost(frequencies: list[float]) -> float:
    """Sum of all joins, which is the weighted path length of every optimal tree."""
    heap, cost = list(frequencies), 0.0
    heapq.heapify(heap)
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        cost += joined
        heapq.heappush(heap, joined)
    return cost


@pytest.mark.parametrize("size", [1, 2, 3, 10, 257, 5000])
@pytest.mark.parametrize("kind", ["ties", "zipf", "wild"])
def test_the_tree_is_as_short_as_the_one_from_a_heap(size: int, kind: str) -> None:
    rng = np.random.default_rng(size)
    frequencies = {
        "ties": rng.integers(1, 5, size).astype(float),
        "zipf": 1 / np.arange(1, size + 1),
        "wild": np.exp(rng.normal(0, 8, size)),
    }[kind]
    tree = huffman(frequencies)
    assert float(frequencies @ tree.depth) == pytest.approx(heap_cost(frequencies.tolist()))
    assert float((0.5**tree.depth).sum()) == pytest.approx(1)  # every inner node has two children
    assert (tree.parent < 0).sum() == 1


def test_paths_are_the_codes_of_a_tree_done_by_hand() -> None:
    # 1 + 2 = 3 (node 0), 3 + 4 = 7 (node 1), 7 + 8 = 15 (node 2, the root)
    tree = huffman(np.array([8.0, 1, 2, 4]))
    assert tree.depth.tolist() == [1, 3, 3, 2]
    nodes, owners, signs = tree.paths(np.array([1, 0, 2]))
    by_word = [[(n, s) for n, o, s in zip(nodes, owners, signs, strict=True) if o == word] for word in range(3)]
    assert [node for node, _ in by_word[0]] == [0, 1, 2] and [node for node, _ in by_word[1]] == [2]
    assert by_word[0][0][1] == -by_word[2][0][1]  # siblings part at node 0
    assert by_word[0][1:] == by_word[2][1:]
    assert by_word[1][0][1] == -by_word[0][2][1]


def test_a_tree_of_no_words_is_refused() -> None:
    with pytest.raises(BadInput, match="one word"):
        huffman(np.zeros(0))
