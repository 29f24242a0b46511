"""Lines are the largest entries of the matrix; shares of patterns and even shares by hand."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.analysis.attention import Attention, even_share, patterns, strongest
from embedlab.base import BadInput


def random(blocks: int, heads: int, size: int) -> np.ndarray:
    weights = np.random.default_rng(3).exponential(size=(blocks, heads, size, size)).astype(np.float32)
    return weights / weights.sum(axis=-1, keepdims=True)


def test_lines_are_the_largest_entries_of_the_matrix() -> None:
    weights = random(1, 1, 9)[0, 0]
    lines = strongest(weights, 20)
    np.testing.assert_array_equal(lines.weights, np.sort(weights.ravel())[::-1][:20])
    np.testing.assert_array_equal(weights[lines.rows, lines.columns], lines.weights)
    assert lines.share == pytest.approx(np.sort(weights.ravel())[::-1][:20].sum() / 9, abs=1e-6)
    assert len(strongest(weights, 1000).rows) == 81
    with pytest.raises(BadInput, match="whole number"):
        strongest(weights, 0)


def test_lines_to_the_marks_can_be_left_out() -> None:
    weights = random(1, 1, 6)[0, 0]
    lines = strongest(weights, 5, [1, 2, 3, 4])
    assert {*lines.rows.tolist(), *lines.columns.tolist()} <= {1, 2, 3, 4}
    np.testing.assert_array_equal(lines.weights, np.sort(weights[1:5, 1:5].ravel())[::-1][:5])


def test_heads_that_look_at_one_thing_only() -> None:
    size = 5
    weights = np.zeros((1, 4, size, size), np.float32)
    weights[0, 0] = np.eye(size)
    weights[0, 1] = np.eye(size, k=-1)
    weights[0, 2] = np.eye(size, k=1)
    weights[0, 3, :, [0, 4]] = 0.5
    found = Attention(("[CLS]", "a", "b", "c", "[SEP]"), (None, 0, 1, 2, None), weights)
    shares = patterns(found)[0]
    np.testing.assert_allclose(np.diag(shares), 1)
    assert shares[1, 3] == pytest.approx(1 / 3)  # a's piece before is a mark
    np.testing.assert_allclose(even_share(found), [0.2, 0.2, 0.2, 0.4])


def test_a_head_that_looks_at_all_alike_has_the_even_shares() -> None:
    found = Attention(("[CLS]", "a", "b", "[SEP]"), (None, 0, 1, None), np.full((2, 2, 4, 4), 0.25, np.float32))
    np.testing.assert_allclose(patterns(found), np.broadcast_to(even_share(found), (2, 2, 4)))


def test_a_head_and_the_mean_of_all() -> None:
    weights = random(2, 3, 4)
    found = Attention(("[CLS]", "a", "b", "[SEP]"), (None, 0, 1, None), weights)
    np.testing.assert_array_equal(found.head(1, 2), weights[1, 2])
    np.testing.assert_allclose(found.head(0), weights[0].mean(axis=0))
    np.testing.assert_allclose(found.head(0).sum(axis=1), 1, atol=1e-6)
    for block, head in ((2, 0), (0, 3), (-1, None)):
        with pytest.raises(BadInput, match="2 blocks of 3 heads"):
            found.head(block, head)
