import numpy as np
import pytest

from embedlab.analysis.ranking import SMALL, checked_count, top, unit
from embedlab.base import BadInput


@pytest.mark.parametrize("size", [1, 5, 1000, SMALL + 1, 100_003])
@pytest.mark.parametrize("k", [1, 10, 900, 1100, 60_000])
def test_equals_a_full_stable_sort_even_with_ties(size, k):
    rng = np.random.default_rng(size + k)
    for scores in (rng.normal(size=size), rng.integers(0, 7, size), np.zeros(size)):
        scores = scores.astype(np.float32)
        np.testing.assert_array_equal(top(scores, k), np.argsort(-scores, kind="stable")[:k])


def test_minus_infinity_is_never_returned():
    scores = np.full(50_000, -np.inf, np.float32)
    scores[[40_000, 3]] = [2, 1]
    assert top(scores, 5).tolist() == [40_000, 3]
    assert top(scores[:10], 5).tolist() == [3]


def test_nothing_asked_or_nothing_there():
    assert top(np.ones(3), 0).tolist() == top(np.ones(0), 3).tolist() == []


def test_unit_keeps_zero():
    np.testing.assert_allclose(unit(np.array([3.0, 4.0])), [0.6, 0.8])
    assert unit(np.zeros(3)).tolist() == [0, 0, 0]
    assert unit(np.zeros(0)).tolist() == []


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e30, 1e300])
def test_unit_of_very_short_and_very_long_vectors(scale):
    np.testing.assert_allclose(unit(scale * np.array([3.0, -4.0])), [0.6, -0.8], rtol=1e-6)


@pytest.mark.parametrize("k", [0, -1, 1.5, "3", True, None])
def test_a_count_is_a_positive_whole_number(k):
    with pytest.raises(BadInput, match="number of results"):
        checked_count(k)
