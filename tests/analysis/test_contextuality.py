"""The three measures of Ethayarajh on vectors whose answer is known, and against their definitions written out."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from embedlab.analysis import contextuality
from embedlab.analysis.contextuality import measure
from embedlab.base import BadInput, typed_json
from tests.contextual_toys import Made


class Built(Made):
    """The occurrence of a word in a sentence has the vector that ``build(sentence, position)`` gives, (L, D)."""

    def __init__(self, build: Any) -> None:
        self.build = build
        first = build(("a",), 0)
        super().__init__([str(i) for i in range(len(first))], first.shape[1])

    def read(self, sentence):
        return np.stack([self.build(sentence, i) for i in range(len(sentence))], axis=1)


def noise(sentence, position, dim=40):
    return np.random.default_rng([*map(ord, " ".join(sentence)), position]).normal(size=dim)


def word(name, dim=40):
    return np.random.default_rng([*map(ord, name)]).normal(size=dim)


def texts(count, length=12, words=30, seed=1):
    """Sentences over a few words; each begins with one of its own, so that they differ."""
    rng = np.random.default_rng(seed)
    return [(f"s{seed}x{i}", *(f"w{j}" for j in rng.integers(words, size=length - 1))) for i in range(count)]


def test_a_static_model_has_self_similarity_and_explained_variance_1(make_model):
    sentences = texts(80)
    known = sorted({one for sentence in sentences for one in sentence})
    model = make_model(known, np.random.default_rng(2).normal(size=(len(known), 40)))
    found = measure(model, sentences)
    assert found.layers == ("vector",) and found.unknown == 0
    np.testing.assert_allclose([found.self_similarity.raw, found.explained.raw], 1)
    np.testing.assert_allclose(found.self_similarity.value, 1 - found.self_similarity.baseline)
    assert found.self_similarity.low[0] <= found.self_similarity.value[0] <= found.self_similarity.high[0]


def test_random_directions_are_0_after_the_baseline():
    found = measure(Built(lambda s, i: noise(s, i)[None]), texts(150))
    for one in (found.self_similarity, found.explained):
        assert one.low[0] < 0 < one.high[0] and one.value[0] == pytest.approx(0, abs=0.01)
    intra = found.intra_sentence
    assert intra.value[0] == pytest.approx(12**-0.5, abs=0.02)  # each word is a twelfth of the mean
    assert intra.low[0] < found.intra_chance[0] < intra.high[0]


def test_a_cone_is_taken_off():
    found = measure(Built(lambda s, i: np.stack([noise(s, i), noise(s, i) + 10])), texts(150))
    assert found.self_similarity.raw[1] > 0.95 and found.explained.raw[1] > 0.95
    for one in (found.self_similarity, found.explained):
        assert one.value[1] == pytest.approx(0, abs=0.01)


def test_occurrences_along_one_direction_are_explained_by_it():
    def build(sentence, position):
        return np.stack([word(sentence[position]) * (1 + position), noise(sentence, position)])

    found = measure(Built(build), texts(100))
    assert found.explained.raw[0] == pytest.approx(1)
    assert found.explained.raw[1] < 0.3
    one, other = contextuality.explained(np.array([[[1.0, 2], [2, 4], [-1, -2]], [[1.0, 0], [0, 1], [0, 0]]]))
    assert one == pytest.approx(1) and other == pytest.approx(0.5)


def test_words_drawn_to_their_sentence_are_alike_within_it():
    def build(sentence, position):
        return np.stack([noise(sentence, position), noise(sentence, position) + 2 * word(sentence[0])])

    found = measure(Built(build), texts(100))
    assert found.intra_sentence.value[0] < 0.35 < 0.85 < found.intra_sentence.value[1]
    assert found.intra_chance[1] < found.intra_sentence.low[1]


def test_the_definitions_written_out():
    sentences = sorted(texts(12, length=6, words=4, seed=3))
    made = Built(lambda s, i: (noise(s, i, 5) + word(s[i], 5) + 1)[None])
    found = measure(made, sentences)
    vectors = {(s, i): made.build(s, i)[0] for s in sentences for i in range(len(s))}

    def cosine(a, b):
        return a @ b / np.linalg.norm(a) / np.linalg.norm(b)

    places = list(vectors)
    baseline = np.mean([cosine(vectors[p], vectors[q]) for p in places for q in places if p[0] != q[0]])
    assert found.self_similarity.baseline[0] == pytest.approx(baseline, abs=1e-6)
    for number, name in enumerate(found.words):
        own = [vectors[s, s.index(name)] for s in sentences if name in s]
        assert len(own) == found.seen[number] >= 5
        expected = np.mean([cosine(a, b) for i, a in enumerate(own) for j, b in enumerate(own) if i != j])
        assert found.by_word[0, number] == pytest.approx(expected - baseline, abs=1e-6)
    intra = [np.mean([cosine(v, sum(vs)) for v in vs]) for s in sentences for vs in [[vectors[s, i] for i in range(6)]]]
    assert found.intra_sentence.raw[0] == pytest.approx(np.mean(intra), abs=1e-6)
    variances = []
    for name in found.words:
        values = np.linalg.svd([vectors[s, s.index(name)] for s in sentences if name in s], compute_uv=False) ** 2
        variances.append(values[0] / values.sum())
    assert found.explained.raw[0] == pytest.approx(np.mean(variances), abs=1e-6)


def test_only_words_count_and_equal_sentences_once():
    sentences = [("a", ",", f"b{i}", ".") for i in range(6)]
    found = measure(Built(lambda s, i: noise(s, i)[None]), [*sentences, *sentences, "a , b0 .", ()])
    assert (found.sentences, found.occurrences, found.words, found.seen) == (6, 12, ("a",), (6,))


def test_unknown_words_are_left_out(make_model):
    found = measure(make_model({"a": [1, 2], "b": [2, -1]}), [("a", "b", "zzz", str(i)) for i in range(5)])
    assert found.words == ("a", "b") and found.unknown == 10
    np.testing.assert_allclose(found.intra_sentence.raw, 0.5**0.5)


def test_intervals_cover_what_other_texts_would_give():
    def build(sentence, position):
        strength = 1.5 * np.random.default_rng([*map(ord, sentence[position]), 7]).random()
        return (noise(sentence, position, 8) + strength * word(sentence[position], 8))[None]

    rng = np.random.default_rng(4)

    def draw(words, count):
        names = [f"w{i}" for i in rng.integers(10**9, size=words)]
        order = [name for name in names for _ in range(6)]
        rows = rng.permutation(order).reshape(count, -1)
        return [tuple(row) for row in rows.tolist()]

    truth = measure(Built(build), draw(1000, 750), resamples=1)
    covered = np.zeros(3)
    for trial in range(40):
        one = measure(Built(build), draw(60, 45), resamples=150, seed=trial)
        for number, name in enumerate(("self_similarity", "intra_sentence", "explained")):
            value = getattr(truth, name).value[0]
            covered[number] += getattr(one, name).low[0] <= value <= getattr(one, name).high[0]
    assert (covered >= 34).all(), covered  # 85 %: with 60 words the bootstrap is a little narrow


def test_the_same_seed_gives_the_same_and_it_can_be_written_down():
    model, sentences, told = Built(lambda s, i: np.stack([noise(s, i)] * 2)), texts(30), []
    one, two = measure(model, sentences, on_progress=told.append), measure(model, sentences)
    again = typed_json.made(contextuality.Contextuality, json.loads(json.dumps(typed_json.plain(one))))
    for other in (two, again):
        np.testing.assert_array_equal(other.explained.low, one.explained.low)
        np.testing.assert_array_equal(other.by_word, one.by_word)
        assert other.words == one.words
    np.testing.assert_array_equal(one.self_similarity.low[0], one.self_similarity.low[1])  # equal layers, equal draws
    assert [event.phase for event in told[-2:]] == ["measuring"] * 2


def test_what_cannot_be_measured_is_said(make_model):
    with pytest.raises(BadInput, match=r"No word stands in 5 different sentences\. Give more text\.$"):
        measure(Built(lambda s, i: noise(s, i)[None]), ["one sentence only"])
    with pytest.raises(BadInput, match="a model that knows its words"):
        measure(make_model({"x": [1.0]}), [("the", str(i)) for i in range(9)])
    with pytest.raises(BadInput, match="resample"):
        measure(make_model({"x": [1.0]}), [], resamples=0)
