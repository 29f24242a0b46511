"""Groups of vectors whose groups are known, and how well two ways to sort agree."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from embedlab.analysis.clusters import agreement, group
from embedlab.base import BadInput, BadSetting


def two_axes(each: int = 8, noise: float = 0.05) -> np.ndarray:
    """Two senses on two axes, far out in the same direction as contextual vectors are."""
    rng = np.random.default_rng(1)
    rows = np.repeat(np.eye(6)[:2], each, axis=0) + noise * rng.normal(size=(2 * each, 6))
    return (rows + 5).astype(np.float32)


@pytest.mark.parametrize("method", ["kmeans", "hdbscan"])
def test_two_senses_on_two_axes_are_two_groups(method: str) -> None:
    names = ["river"] * 8 + ["money"] * 8
    found = group(two_axes(), method)
    assert set(found[:8]) != set(found[8:]) and sorted(set(found)) == [0, 1]
    result = agreement(found, names)
    assert result.rand == 1
    assert result.chance < 0.01


def test_groups_are_numbered_by_size_and_far_ones_are_left_out() -> None:
    scattered = 5 + np.random.default_rng(2).normal(size=(6, 6))
    found = group(np.concatenate([two_axes(5)[:5], two_axes(12)[12:], scattered]), "hdbscan")
    assert found[:17].tolist() == [1] * 5 + [0] * 12
    assert -1 in found[17:]


@pytest.mark.parametrize("method", ["kmeans", "hdbscan"])
def test_one_vector_for_all_is_one_group_and_agrees_with_nothing(method: str) -> None:
    found = group(np.tile(np.float32([0.1, 0.7, 0.3]), (9, 1)), method, 3)
    assert found.tolist() == [0] * 9
    result = agreement(found, list("aaabbbccc"))
    assert (result.rand, result.chance) == (0, 1)


def test_the_adjusted_rand_index_is_scikit_learns() -> None:
    rng = np.random.default_rng(3)
    for _ in range(30):
        one, two = rng.integers(-1, 3, 20), rng.choice(list("abcd"), 20)
        assert agreement(one, two, shuffles=1).rand == pytest.approx(adjusted_rand_score(two, one))
    assert agreement([0, 0], ["a", "a"], shuffles=5).rand == 1


def test_unrelated_groups_are_called_chance_as_often_as_they_should() -> None:
    rng = np.random.default_rng(4)
    shares = [agreement(rng.integers(2, size=16), rng.choice(["a", "b"], 16), shuffles=99).chance for _ in range(200)]
    assert np.mean(np.array(shares) <= 0.05) <= 0.09  # a test at the level of 5 %
    assert np.mean(shares) > 0.4


def test_what_cannot_be_sorted_is_said() -> None:
    for arguments in ({"method": "spectral"}, {"k": 0}):
        with pytest.raises(BadSetting):
            group(two_axes(), **arguments)
    with pytest.raises(BadInput):
        group(np.zeros((0, 3)))
    with pytest.raises(BadInput):
        agreement([0, 1], ["a"])
    assert group(np.float32([[1, 2]]), "hdbscan").tolist() == [0]
    assert group(np.float32([[1, 2], [2, 1]]), "kmeans", 5).tolist() in ([0, 1], [1, 0])
