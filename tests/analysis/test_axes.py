import numpy as np
import pytest

from embedlab.analysis.axes import SETS, WORD_SETS, axis, place
from embedlab.base import BadInput


def test_worked_by_hand(royal):
    # u(woman) - u(man) = (0, 2, 0); u(queen) - u(king) = (0, sqrt 2, 0): both point along the second dimension
    made = axis(royal, [("man", "woman"), ("king", "queen")])
    np.testing.assert_allclose(made.direction, [0, 1, 0], atol=1e-6)
    assert made.agreement == pytest.approx(1)
    placed = place(royal, made, ["queen", "man", "apple", "nobody", "queen"])
    assert (placed.words, placed.skipped) == (["queen", "man", "apple"], ("nobody",))
    np.testing.assert_allclose(placed.values, [2**-0.5, -1, 0], atol=1e-6)


def test_agreement_falls_when_pairs_differ(make_model):
    model = make_model({"a": [1, 0, 0], "b": [-1, 0, 0], "c": [0, 1, 0], "d": [0, -1, 0]})
    made = axis(model, [("a", "b"), ("c", "d")])  # differences at a right angle
    np.testing.assert_allclose(made.direction, [-(2**-0.5), -(2**-0.5), 0], atol=1e-6)
    np.testing.assert_allclose(made.cosines, [2**-0.5, 2**-0.5], atol=1e-6)
    assert made.agreement == pytest.approx(2**-0.5)


def test_pairs_that_cannot_be_used_are_reported(royal):
    made = axis(royal, [("man", "woman"), ("boy", "girl"), ("king", "king")])
    assert made.pairs == (("man", "woman"),)
    assert made.skipped == (("boy", "girl"), ("king", "king"))


def test_no_axis_can_be_made(royal):
    with pytest.raises(BadInput, match="of the 1 pairs given there is none"):
        axis(royal, [("boy", "girl")])
    with pytest.raises(BadInput, match="there is none"):
        axis(royal, [])
    with pytest.raises(BadInput, match="cancel each other out"):
        axis(royal, [("man", "woman"), ("woman", "man")])


def test_an_axis_of_another_model_is_refused(royal, random_model):
    with pytest.raises(BadInput, match="3 dimensions and the plain model has 30"):
        place(random_model, axis(royal, [("man", "woman")]), ["w1"])


def test_no_known_word_gives_an_empty_placement(royal):
    placed = place(royal, axis(royal, [("man", "woman")]), ["x", "y"])
    assert (placed.words, placed.values.shape, placed.skipped) == ([], (0,), ("x", "y"))


def test_zero_vectors_lie_in_the_middle(make_model):
    model = make_model({"a": [1, 0], "b": [0, 1], "nil": [0, 0]})
    assert place(model, axis(model, [("a", "b")]), ["nil"]).values.tolist() == [0]


def test_the_sets_are_whole():
    words = {item.key: item.words for item in WORD_SETS}
    assert {"gender", "size", "wealth", "feeling", "settlement"} <= {item.key for item in SETS}
    for item in SETS:
        assert len(item.pairs) >= 5
        assert all(a and b and a != b for a, b in item.pairs)
        assert item.words in words
        assert item.title == f"{item.low} – {item.high}"
    for chosen in words.values():
        assert len(set(chosen)) == len(chosen) >= 20
