"""The samples: what is in them, and that every phenomenon of the course shows on the generated one."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import permutations

import pytest

from embedlab.base import BadInput
from embedlab.data.datasets import load_sample, samples
from embedlab.data.kingdom import Kingdom, grammar
from embedlab.data.tokenizer import TextOptions


@pytest.fixture(scope="module")
def vectors():
    from gensim.models import Word2Vec

    text = list(load_sample("kingdom"))
    model = Word2Vec(text, vector_size=50, sg=1, window=5, epochs=8, min_count=1, workers=1, seed=1)
    return model.wv


def accuracy(vectors, pairs: list[tuple[str, str]]) -> float:
    right = [
        vectors.most_similar([b, c], [a], topn=1)[0][0] == d
        for (a, b), (c, d) in permutations([(a.lower(), b.lower()) for a, b in pairs], 2)
        if len({a, b, c, d}) == 4
    ]
    return sum(right) / len(right)


def test_kingdom_is_as_long_as_asked_and_the_same_again() -> None:
    assert list(Kingdom(500, seed=3)) == list(Kingdom(500, seed=3)) != list(Kingdom(500, seed=4))
    text = list(load_sample("kingdom"))
    assert len(text) == 20_000
    assert 180_000 < sum(map(len, text)) < 230_000
    assert not [word for sentence in text for word in sentence if set(word) & set("{}[]|")]


def test_the_text_of_a_seed_stays_as_it_is() -> None:
    digest = hashlib.sha256("\n".join(Kingdom(20_000, seed=1)).encode()).hexdigest()
    assert digest == "c00dba29f68b0878331249cc2d33478db5cae690efab3697c7553d4935d8639f"


def test_kingdom_has_capitals_and_full_stops() -> None:
    sentences = list(load_sample("kingdom", TextOptions(lowercase=False, punctuation=True)))
    assert all(sentence[0][0].isupper() and sentence[-1] == "." for sentence in sentences)
    assert any("France" in sentence[1:] for sentence in sentences)


def test_king_man_woman_is_queen(vectors) -> None:
    assert vectors.most_similar(["king", "woman"], ["man"], topn=1)[0][0] == "queen"
    assert accuracy(vectors, [pair["words"] for pair in grammar()["people"]["pairs"]]) > 0.9


def test_capitals(vectors) -> None:
    assert accuracy(vectors, [row[:2] for row in grammar()["lands"]["rows"]]) > 0.9


def test_forms(vectors) -> None:
    assert accuracy(vectors, [row[1:3] for row in grammar()["adjectives"]["rows"]]) > 0.6
    assert accuracy(vectors, [row[:2] for row in grammar()["verbs"]["rows"]]) > 0.4


def test_similar_words_are_near(vectors) -> None:
    rank = vectors.distance("cat", "dog"), vectors.distance("cat", "paris")
    assert rank[0] < rank[1]


def test_a_word_of_two_senses_is_near_words_of_both(vectors) -> None:
    near = {word for word, _ in vectors.most_similar("bank", topn=20)}
    assert near & {"money", "gold", "loan", "coins", "clerk", "account"}
    assert near & {"river", "stream", "willows", "grassy", "muddy", "fisherman"}


def test_the_real_samples_hold_sentences_with_case() -> None:
    wikipedia = samples()[1].build(1)
    texts = list(wikipedia)
    assert 100 <= len(texts) <= 110
    assert sum(len(text.split()) for text in texts) > 350_000
    assert "Anarchism is a political philosophy that advocates self-governed societies" in texts[0]
    assert "'''" not in " ".join(texts)
    lee = load_sample("lee", TextOptions(lowercase=False))
    counts = Counter(word for sentence in lee for word in sentence)
    assert counts["Australia"] > 50 and 55_000 < sum(counts.values()) < 65_000
    assert "CC BY-SA" in load_sample("wikipedia").licence


def test_an_unknown_sample_is_said() -> None:
    with pytest.raises(BadInput, match="no sample 'moby'; there are kingdom, wikipedia, lee"):
        load_sample("moby")


@pytest.mark.parametrize("key", ["kingdom", "lee", "wikipedia"])
def test_a_sample_has_about_as_many_words_as_is_said(key: str) -> None:
    sample = next(one for one in samples() if one.key == key)
    words = sum(len(text.split()) for text in load_sample(key).texts())
    assert words == pytest.approx(sample.words, rel=0.025)
