import numpy as np
import pytest

from embedlab.base import BadInput, BadSetting
from embedlab.data.corpus import Corpus
from embedlab.models.one_hot import OneHot, OneHotConfig

TEXT = [["the", "cat", "sat"], ["the", "dog", "sat"], ["the", "end"]]


def test_every_word_is_its_own_dimension():
    model = OneHot.train(Corpus.from_sentences(TEXT), OneHotConfig(min_count=1))
    assert model.words[:2] == ["the", "sat"]
    np.testing.assert_array_equal(model.matrix, np.eye(5))
    assert model.counts.tolist() == [3, 2, 1, 1, 1]
    assert model.card.tokens == 8
    assert model.vector("cat") @ model.vector("dog") == 0


def test_only_the_vocabulary_is_stored(tmp_path):
    words = [f"w{i}" for i in range(2000)]
    OneHot(words).save(tmp_path / "model")
    again = OneHot.load(tmp_path / "model")
    np.testing.assert_array_equal(again.matrix, np.eye(2000))
    assert again.words == words
    assert sum(file.stat().st_size for file in (tmp_path / "model").iterdir()) < 60_000


def test_too_many_words_are_refused():
    with pytest.raises(BadSetting, match="10,000"):
        OneHot([str(i) for i in range(10_001)])
    with pytest.raises(BadSetting, match="max_words"):
        OneHotConfig(max_words=20_000)


def test_a_text_of_one_word_is_refused():
    with pytest.raises(BadInput, match="different words"):
        OneHot.train(Corpus.from_sentences([["a", "a"]]), OneHotConfig(min_count=1))
