import numpy as np
import pytest

from embedlab.analysis import analogies
from embedlab.analysis.analogies import SETS, parallelogram, parse, scores, solve
from embedlab.base import BadInput, UnknownWord


def test_3cosadd_worked_by_hand(royal):
    # u(king) - u(man) + u(woman) = (r, 2 - r, 0), r = 1 / sqrt 2, of length l
    r = 2**-0.5
    length = np.hypot(r, 2 - r)
    answer = solve(royal, ["king", "woman"], ["man"], k=2)
    assert answer.words == ["queen", "apple"]
    np.testing.assert_allclose(answer.scores, [2 * r / length, 0], atol=1e-6)
    assert answer.inputs == answer.excluded == ("king", "woman", "man")
    # woman (2 - r) / l = 0.877 comes before king (2 r^2 - 2 r) / l, below apple
    assert answer.all_words == ["queen", "woman"]
    np.testing.assert_allclose(answer.all_scores, [2 * r / length, (2 - r) / length], atol=1e-6)


def test_3cosmul_worked_by_hand(royal):
    # shifted cosines with queen: king 1/2, woman (1 + r)/2, man (1 - r)/2
    r = 2**-0.5
    answer = solve(royal, ["king", "woman"], ["man"], k=1, method="3cosmul")
    assert answer.words == ["queen"]
    assert answer.scores[0] == pytest.approx(0.5 * (1 + r) / 2 / ((1 - r) / 2 + 0.001), rel=1e-5)


def test_the_honest_switch(make_model):
    # the offset is small, so the nearest word to king - man + woman is king
    model = make_model({"king": [1, 0.1], "queen": [1, 0.3], "man": [0, 0.5], "woman": [0.05, 0.5]})
    without, with_inputs = (solve(model, ["king", "woman"], ["man"], 2, exclude_inputs=flag) for flag in (True, False))
    assert without.words == ["queen"]
    assert with_inputs.words == with_inputs.all_words == without.all_words == ["king", "queen"]
    assert (with_inputs.excluded, with_inputs.inputs) == ((), ("king", "woman", "man"))
    np.testing.assert_array_equal(with_inputs.scores, without.all_scores)


@pytest.mark.parametrize(
    ("positive", "negative"), [(["w1", "w2"], ["w3"]), (["w5"], []), (["w1", "w2", "w9"], ["w3", "w4"])]
)
def test_equal_to_gensim(random_model, as_gensim, monkeypatch, positive, negative):
    reference = as_gensim(random_model)
    monkeypatch.setattr(analogies, "EPSILON", 0.000001)  # gensim's; ours is the paper's 0.001
    for method, peer in (("3cosadd", reference.most_similar), ("3cosmul", reference.most_similar_cosmul)):
        answer = solve(random_model, positive, negative, 10, method)
        expected = peer(positive, negative, topn=10)
        assert answer.words == [word for word, _ in expected]
        np.testing.assert_allclose(answer.scores, [score for _, score in expected], rtol=1e-4)


def test_weights_equal_gensims(random_model, as_gensim):
    answer = solve(random_model, ["w1", "w2"], ["w3"], 10, weights=[2, 1, 0.5])
    expected = as_gensim(random_model).most_similar([("w1", 2), ("w2", 1)], [("w3", -0.5)], topn=10)
    assert answer.words == [word for word, _ in expected]
    np.testing.assert_allclose(answer.scores, [score for _, score in expected], rtol=1e-4)


def test_a_weight_is_an_exponent_in_3cosmul(random_model):
    twice = scores(random_model, ["w1", "w1", "w2"], ["w3"], "3cosmul")
    np.testing.assert_allclose(scores(random_model, ["w1", "w2"], ["w3"], "3cosmul", [2, 1, 1]), twice, rtol=1e-5)


def test_a_formula_goes_straight_in(royal):
    formula = parse("king - man + woman")
    assert solve(royal, formula.positive, formula.negative, weights=formula.weights).words[0] == "queen"


def test_the_whole_vocabulary_can_be_asked_for(royal):
    answer = solve(royal, ["king", "woman"], ["man"], k=100)
    assert sorted(answer.words) == ["apple", "queen"]
    assert len(answer.all_words) == len(royal)


def test_one_hot_and_zero_vectors_give_numbers(make_model):
    one_hot = make_model(["a", "b", "c", "d", "e"], np.eye(5))
    for method in ("3cosadd", "3cosmul"):
        answer = solve(one_hot, ["a", "b"], ["c"], method=method)
        assert answer.words == ["d", "e"]
        assert np.isfinite(answer.all_scores).all()
    with_zero = make_model({"a": [1, 0], "b": [0, 1], "nil": [0, 0]})
    assert solve(with_zero, ["a"], ["b"]).words == ["nil"]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"positive": []}, "at least one added word"),
        ({"positive": [], "negative": ["king"]}, "at least one added word"),
        ({"positive": "king"}, "as lists"),
        ({"positive": ["king"], "negative": ["king"]}, "cancel each other out"),
        ({"positive": ["king"], "method": "3cosdiv"}, "3cosadd, 3cosmul, not '3cosdiv'"),
        ({"positive": ["king"], "weights": [1, 2]}, "1 words and 2 weights"),
        ({"positive": ["king"], "weights": [-1]}, "above 0"),
        ({"positive": ["king"], "weights": [float("nan")]}, "above 0"),
        ({"positive": ["king"], "k": 0}, "number of results"),
    ],
)
def test_bad_questions(royal, question, message):
    with pytest.raises(BadInput, match=message):
        solve(royal, **question)


def test_an_unknown_word_is_named(royal):
    with pytest.raises(UnknownWord, match="'prince'"):
        solve(royal, ["king", "prince"])


def test_the_sets_are_whole():
    assert [item.key for item in SETS] == ["capital", "gender", "tense", "plural", "comparative"]
    for item in SETS:
        assert len(item.questions) >= 12
        for question in item.questions:
            assert len(set(question)) == 4
            assert all(word == word.strip().lower() and word for word in question)
    assert ("man", "woman", "king", "queen") in SETS[1].questions


def test_parallelogram_is_the_pca_plane(random_model):
    from sklearn.decomposition import PCA

    words = ["w1", "w2", "w3", "w4"]
    drawn = parallelogram(random_model, *words)
    unit = random_model.unit_matrix[[1, 2, 3, 4]]
    five = np.vstack([unit, unit[1] - unit[0] + unit[2]])
    fitted = PCA(2).fit(five)
    expected = fitted.transform(five)
    np.testing.assert_allclose(drawn.points * np.sign((drawn.points * expected).sum(axis=0)), expected, atol=1e-5)
    np.testing.assert_allclose(drawn.explained, fitted.explained_variance_ratio_, atol=1e-5)
    a, b, c, _, sought = drawn.points
    np.testing.assert_allclose(sought, b - a + c, atol=1e-5)
    assert drawn.words == tuple(words)
    assert b[0] >= a[0]
    assert c[1] >= a[1]


def test_parallelogram_of_narrow_or_equal_words(make_model):
    model = make_model({"a": [1], "b": [-1], "c": [2], "d": [-3]})
    drawn = parallelogram(model, "a", "b", "c", "d")
    assert drawn.points.shape == (5, 2)
    assert drawn.explained == (pytest.approx(1), 0)
    same = parallelogram(model, "a", "a", "a", "a")
    assert not same.points.any()
    assert same.explained == (0, 0)
