import numpy as np
import pytest
from sklearn.manifold import trustworthiness as reference

from embedlab.analysis.faithfulness import faithfulness, trustworthiness
from embedlab.base import BadInput

ANGLES = np.radians([0, 10, 20, 30, 90, 100])
VECTORS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1) * np.array([[1], [2], [3], [4], [5], [6]])


def test_hidden_and_invented_neighbors_on_a_constructed_picture():
    # By angle, the neighbors of row 0 are 1, 2, 3; the picture tears 2 away and brings 5 near.
    points = np.array([[0, 0], [1, 0], [9, 9], [3, 0], [8, 8], [0, 2]], float)
    result = faithfulness(VECTORS, points, 0, k=3)
    assert result.true == [1, 2, 3]
    assert result.drawn == [1, 5, 3]
    assert result.hidden == [2]
    assert result.invented == [5]
    np.testing.assert_allclose(result.similarities, np.cos(np.radians([10, 20, 30])), atol=1e-6)


def test_a_true_picture_hides_and_invents_nothing():
    result = faithfulness(VECTORS, ANGLES[:, None] * [1, 0], 0, k=4)
    assert result.true == result.drawn == [1, 2, 3, 4]
    assert (result.hidden, result.invented) == ([], [])


def test_a_point_is_not_its_own_neighbor_even_beside_its_double():
    doubled = np.concatenate([VECTORS[:1], VECTORS])
    result = faithfulness(doubled, np.concatenate([ANGLES[:1], ANGLES])[:, None] * [1, 0], 1, k=1)
    assert result.true == result.drawn == [0]


def test_equally_similar_neighbors_come_in_row_order_whatever_the_last_digit_says():
    rng = np.random.default_rng(0)
    others = np.linalg.qr(rng.normal(size=(30, 30)))[0][1:]  # all at a right angle to each other
    matrix = np.concatenate([others.sum(axis=0, keepdims=True), others]) * rng.uniform(0.1, 9, (30, 1))
    result = faithfulness(matrix, rng.normal(size=(30, 2)), 0, k=5)
    assert result.true == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(result.similarities, 29**-0.5, atol=1e-6)


def test_fewer_neighbors_where_there_are_few_points():
    assert faithfulness(VECTORS[:1], np.zeros((1, 2)), 0).true == []
    assert len(faithfulness(VECTORS, np.zeros((6, 2)), 0, k=10).true) == 5
    with pytest.raises(BadInput, match="no row 6"):
        faithfulness(VECTORS, np.zeros((6, 2)), 6)


def test_trustworthiness_is_scikit_learns_and_says_on_how_many_points():
    rng = np.random.default_rng(1)
    matrix, points = rng.normal(size=(200, 10)), rng.normal(size=(200, 2))
    whole = trustworthiness(matrix, points)
    assert whole.value == pytest.approx(reference(matrix, points, n_neighbors=10, metric="cosine"))
    assert (whole.points, whole.k) == (200, 10)
    part = trustworthiness(matrix, points, sample=50)
    rows = np.unique(np.linspace(0, 199, 50).astype(int))
    assert part.value == pytest.approx(reference(matrix[rows], points[rows], n_neighbors=10, metric="cosine"))
    assert part.points == 50
