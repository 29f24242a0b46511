import numpy as np
import pytest
from rapidfuzz.distance import OSA

from embedlab.analysis.neighbors import suggest
from embedlab.base import BadInput


@pytest.fixture
def speller(make_model):
    words = ["the", "when", "Paris", "queen", "paris", "parish", "king", "PARIS", "receive", "café", "столица"]
    return make_model(words, np.eye(len(words)))


def test_case_variants_first_commonest_first(speller):
    assert suggest(speller, "pAris") == ["Paris", "paris", "PARIS", "parish"]
    assert suggest(speller, "paris", k=2) == ["Paris", "PARIS"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("quen", "queen"),
        ("kign", "king"),
        ("recieve", "receive"),
        ("cafe", "café"),
        ("столиц", "столица"),
        (" teh ", "the"),
    ],
)
def test_the_closest_spelling_is_suggested(speller, typed, meant):
    assert suggest(speller, typed)[0] == meant


def test_nothing_is_near(speller):
    assert suggest(speller, "xylophone") == suggest(speller, "") == suggest(speller, " ") == []


def test_equally_close_words_come_by_frequency(make_model):
    assert suggest(make_model(["cart", "dart", "mart", "tart"], np.eye(4)), "qart", 3) == ["cart", "dart", "mart"]


def test_many_words_equal_a_plain_sort(make_model):
    rng = np.random.default_rng(0)
    words = sorted({"".join(rng.choice(list("abcd"), rng.integers(3, 8))) for _ in range(3000)})
    model = make_model(words, np.zeros((len(words), 1)))
    scores = {word: OSA.normalized_similarity("abca", word) for word in words if word != "abca"}
    expected = sorted((word for word in scores if scores[word] >= 0.6), key=lambda word: -scores[word])[:20]
    assert suggest(model, "abca", 20) == expected


def test_k_is_checked(speller):
    with pytest.raises(BadInput):
        suggest(speller, "king", 0)


def test_accents_typed_apart_are_letters_of_the_word(speller):
    assert suggest(speller, "Cafe\u0301")[0] == "café"
