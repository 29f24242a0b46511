import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from embedlab.analysis.neighbors import nearest, nearest_many, overlap, similarity
from embedlab.base import BadInput, UnknownWord


def test_worked_by_hand(royal):
    result = nearest(royal, "queen", k=2)
    assert result.query == "queen"
    assert result.words == ["woman", "king"]
    np.testing.assert_allclose(result.similarities, [2**-0.5, 0], atol=1e-7)
    assert result.counts.tolist() == [40, 30]
    assert result.positions.tolist() == [1, 2]


def test_equals_scikit_learn(random_model):
    found = NearestNeighbors(n_neighbors=11, metric="cosine", algorithm="brute").fit(random_model.matrix)
    distances, rows = found.kneighbors(random_model.matrix[[17]])
    result = nearest(random_model, "w17", 10)
    assert result.words == [f"w{i}" for i in rows[0, 1:]]
    np.testing.assert_allclose(result.similarities, 1 - distances[0, 1:], atol=1e-6)


def test_several_words_are_gensims_mean_of_unit_vectors(random_model, as_gensim):
    result = nearest(random_model, ["w1", "w2", "w3"], 8)
    expected = as_gensim(random_model).most_similar(["w1", "w2", "w3"], topn=8)
    assert result.query == "w1 + w2 + w3"
    assert result.words == [word for word, _ in expected]
    np.testing.assert_allclose(result.similarities, [score for _, score in expected], atol=1e-6)


def test_a_vector_may_be_asked_and_its_length_does_not_matter(royal):
    result = nearest(royal, np.array([10, 10, 0]), k=3)
    assert (result.query, result.words) == ("(vector)", ["queen", "woman", "king"])
    assert result.similarities[0] == pytest.approx(1)


def test_many_equal_one_by_one(random_model):
    words = [f"w{i}" for i in range(0, 2000, 100)]
    for word, result in zip(words, nearest_many(random_model, words, 5), strict=True):
        alone = nearest(random_model, word, 5)
        assert (result.query, result.words) == (word, alone.words)
        np.testing.assert_allclose(result.similarities, alone.similarities, atol=1e-6)


def test_many_in_blocks_equal_many_at_once(random_model, monkeypatch):
    words = ["w3", "w1", "w4"]
    expected = [result.words for result in nearest_many(random_model, words, 4)]
    monkeypatch.setattr("embedlab.analysis.neighbors.SCORES_AT_ONCE", 2000)
    assert [result.words for result in nearest_many(random_model, words, 4)] == expected
    assert nearest_many(random_model, [], 4) == []


def test_more_than_there_are_gives_all_others(royal):
    assert set(nearest(royal, "king", k=100).words) == {"man", "woman", "queen", "apple"}


def test_words_can_be_left_out_known_or_not(royal):
    assert nearest(royal, "queen", k=1, exclude=["woman", "nobody"]).words == ["king"]


def test_one_hot_has_similarity_zero_and_commonest_first(make_model):
    model = make_model([f"w{i}" for i in range(300)], np.eye(300))
    result = nearest(model, "w5", 4)
    assert result.words == ["w0", "w1", "w2", "w3"]
    assert result.similarities.tolist() == [0, 0, 0, 0]


def test_zero_vectors_are_similar_to_nothing_and_cannot_be_asked(make_model):
    model = make_model({"a": [1, 0], "b": [-1, 0], "nil": [0, 0]})
    result = nearest(model, "a", 2)
    assert (result.words, result.similarities.tolist()) == (["nil", "b"], [0, -1])
    assert similarity(model, "a", "nil") == 0
    for question in ("nil", np.zeros(2), ["a", "b"]):
        with pytest.raises(BadInput, match="points nowhere"):
            nearest(model, question)
    with pytest.raises(BadInput, match="'nil' is zero"):
        nearest_many(model, ["a", "nil"])


def test_a_model_that_composes_unknown_words_is_asked_about_them(royal, monkeypatch):
    known = type(royal).vector
    monkeypatch.setattr(
        type(royal),
        "vector",
        lambda self, word: np.array([1, 1, 0], np.float32) if word == "queenly" else known(self, word),
    )
    assert nearest(royal, "queenly", 1).words == ["queen"]


@pytest.mark.parametrize(
    "vector", [np.zeros(4), np.ones((2, 3)), np.array([1, np.nan, 0]), np.array([np.inf, 0, 0]), np.array(["a"] * 3)]
)
def test_a_vector_that_does_not_fit_is_refused(royal, vector):
    with pytest.raises(BadInput):
        nearest(royal, vector)


def test_bad_questions(royal):
    with pytest.raises(UnknownWord, match="'quen' is not in the vocabulary of the plain model"):
        nearest(royal, "quen")
    with pytest.raises(UnknownWord):
        nearest_many(royal, ["king", "quen"])
    with pytest.raises(BadInput, match="at least one word"):
        nearest(royal, [])
    with pytest.raises(BadInput, match="number of results"):
        nearest(royal, "king", k=0)


def test_similarity_of_two_words(royal, random_model, as_gensim):
    assert similarity(royal, "king", "queen") == pytest.approx(0)
    assert similarity(royal, "king", "king") == pytest.approx(1)
    assert similarity(random_model, "w1", "w9") == pytest.approx(
        as_gensim(random_model).similarity("w1", "w9"), abs=1e-6
    )


def test_overlap_is_jaccard(royal):
    king, queen = nearest(royal, "king", 2), nearest(royal, "queen", 2)  # man queen | woman king
    both = nearest(royal, "apple", 3)  # man woman king
    np.testing.assert_allclose(overlap([king, queen, both]), [[1, 0, 1 / 4], [0, 1, 2 / 3], [1 / 4, 2 / 3, 1]])
    assert overlap([]).shape == (0, 0)
