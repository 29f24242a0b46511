import numpy as np
import pytest

from embedlab.analysis.clusters import cluster, names
from embedlab.base import BadSetting

RNG = np.random.default_rng(0)
KINDS = np.array([2, 0, 1] * 10)
MATRIX = (np.eye(8)[KINDS] + RNG.normal(0, 0.05, (30, 8))) * RNG.uniform(0.1, 20, (30, 1))


def test_directions_are_sorted_whatever_their_lengths_and_numbered_by_first_meeting():
    np.testing.assert_array_equal(cluster(MATRIX, 3), np.array([0, 1, 2] * 10))


def test_the_same_seed_gives_the_same_groups():
    np.testing.assert_array_equal(cluster(MATRIX, 5, seed=4), cluster(MATRIX, 5, seed=4))


def test_a_group_is_named_by_the_words_nearest_its_centre():
    matrix = np.array([[1, 0.5], [1, 0], [1, -0.5], [-1, 0.1], [-1, 0]])
    assert names(matrix, np.array([0, 0, 0, 1, 1]), ["a", "b", "c", "d", "e"], count=1) == ["b", "e"] or names(
        matrix, np.array([0, 0, 0, 1, 1]), ["a", "b", "c", "d", "e"], count=1
    ) == ["b", "d"]
    assert names(matrix, np.array([0, 0, 0, 1, 1]), ["a", "b", "c", "d", "e"], count=3)[0].startswith("b, ")


def test_no_more_groups_than_different_rows():
    assert cluster(np.ones((4, 3)), 3).tolist() == [0, 0, 0, 0]
    assert set(cluster(np.repeat(np.eye(2), 3, axis=0), 5).tolist()) == {0, 1}
    assert cluster(np.zeros((0, 3)), 2).tolist() == []
    assert names(np.zeros((0, 3)), np.zeros(0, int), []) == []
    with pytest.raises(BadSetting):
        cluster(MATRIX, 0)
