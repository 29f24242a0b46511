"""Sense separation of vectors whose answer is known, and the comparison of a word's occurrences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from embedlab.analysis.polysemy import SensePairs, compare, cosines, sense_separation
from embedlab.base import BadInput
from embedlab.data.datasets import Occurrence, load_senses
from tests.contextual_toys import Made


class Numbered(Made):
    """Reads sentences such as "17 bank": every word of the sentence has vector 17 of (L, N, D) ones."""

    def __init__(self, vectors: Any) -> None:
        self.vectors = np.asarray(vectors, np.float32)
        super().__init__([f"layer {i}" for i in range(len(self.vectors))], self.vectors.shape[-1])

    def read(self, sentence):
        return np.repeat(self.vectors[:, int(sentence[0])][:, None], len(sentence), axis=1)


def occurrences(senses, words=None, forms=None) -> list[Occurrence]:
    """One for each sense given, "0 bank", "1 bank" and so on."""
    words = words or ["bank"] * len(senses)
    forms = forms or words
    return [
        Occurrence(word, sense, "", "noun", (str(i), form), 1, f"{i} {form}")
        for i, (word, sense, form) in enumerate(zip(words, senses, forms, strict=True))
    ]


def noisy(rng, words: int, each: int, strength) -> tuple[Numbered, list[Occurrence]]:
    """Words of two senses: a vector is plus or minus the word's own strength along one axis, and noise."""
    signs = np.tile(np.repeat([1, -1], each), words)
    rows = rng.normal(size=(words * 2 * each, 6))
    rows[:, 0] += signs * np.repeat(strength, 2 * each)
    names = [f"w{i}" for i in range(words) for _ in range(2 * each)]
    return Numbered([rows]), occurrences([str(sign) for sign in signs], names)


def test_two_senses_on_two_axes_are_told_apart_and_one_vector_for_all_is_not() -> None:
    apart = np.repeat(np.eye(2), 5, axis=0)
    found = sense_separation(Numbered([np.ones((10, 2)), apart]), occurrences(["a"] * 5 + ["b"] * 5))
    np.testing.assert_array_equal(found.auc, [0.5, 1])
    np.testing.assert_array_equal(found.low, [0.5, 1])
    np.testing.assert_array_equal(found.high, [0.5, 1])
    assert found.layers == ["layer 0", "layer 1"]
    (word,) = found.words
    assert (word.word, word.senses, word.occurrences, word.compared) == ("bank", ("a", "b"), 10, 20 * 25)


def test_senses_that_lie_crosswise_are_below_chance() -> None:
    found = sense_separation(Numbered([np.tile(np.eye(2), (4, 1))]), occurrences(list("abbaabba")))
    pairs = [(i, j) for i in range(8) for j in range(i)]
    same = ["abbaabba"[i] == "abbaabba"[j] for i, j in pairs]
    expected = roc_auc_score(same, [i % 2 == j % 2 for i, j in pairs])
    assert found.auc == pytest.approx([expected])
    assert expected < 0.5


def test_shuffled_senses_are_at_chance() -> None:
    rng = np.random.default_rng(2)
    model, senses = noisy(rng, 60, 8, np.full(60, 3.0))
    right = sense_separation(model, senses, resamples=200)
    labels = np.concatenate([rng.permutation([o.sense for o in senses[i : i + 16]]) for i in range(0, len(senses), 16)])
    mixed = sense_separation(model, occurrences(list(labels), [o.word for o in senses]), resamples=200)
    assert right.auc[0] > 0.9
    assert mixed.auc == pytest.approx([0.5], abs=0.02)
    assert mixed.low[0] < 0.5 < mixed.high[0]


def test_a_static_model_is_exactly_at_chance_on_the_shipped_sentences(make_model, lab_home) -> None:
    senses = load_senses()
    forms = sorted({o.form for o in senses})
    known = forms[::2]  # every second form, capitals among them; the others have no vector
    model = make_model(known, np.random.default_rng(3).normal(size=(len(known), 50)))
    found = sense_separation(model, senses, resamples=50)
    for one in (found, *found.words):
        np.testing.assert_array_equal([one.auc, one.low, one.high], 0.5)
    assert found.skipped == ()


def test_a_constant_vector_added_to_all_changes_nothing() -> None:
    model, senses = noisy(np.random.default_rng(4), 6, 6, np.full(6, 0.7))
    moved = Numbered(model.vectors + np.array([5, 0, 3, -4, 0, 2], np.float32))
    before, after = (sense_separation(one, senses, resamples=100) for one in (model, moved))
    np.testing.assert_allclose([after.auc, after.low, after.high], [before.auc, before.low, before.high], atol=1e-3)
    plain = np.mean([roc_auc(moved.vectors[0, i : i + 12], senses[i : i + 12]) for i in range(0, 72, 12)])
    assert plain < after.auc[0] - 0.02  # without taking the mean out, the constant does harm


def roc_auc(rows, senses) -> float:
    first, second = np.triu_indices(len(rows), 1)
    names = np.array([o.sense for o in senses])
    return roc_auc_score(names[first] == names[second], cosines(rows)[first, second])


def test_the_auc_is_scikit_learns() -> None:
    rng = np.random.default_rng(5)
    names = rng.choice(list("abc"), size=20)
    similarity = rng.normal(size=(20, 20))
    similarity = np.round(similarity + similarity.T, 1)  # with ties
    first, second = np.triu_indices(20, 1)
    expected = roc_auc_score(names[first] == names[second], similarity[first, second])
    assert SensePairs(list(names), ["x"] * 20).auc(similarity) == pytest.approx([expected])


def test_a_resample_counts_as_if_its_occurrences_were_there_so_often() -> None:
    rng = np.random.default_rng(6)
    names, vectors = list("aaaabbbcc"), rng.normal(size=(9, 4))
    pairs, similarity = SensePairs(names, ["x"] * 9), cosines(vectors)
    weights = pairs.resamples(5, rng)
    for drawn, found in zip(weights, pairs.auc(similarity, weights), strict=True):
        rows = np.repeat(np.arange(9), drawn.astype(int))
        chosen = [(i, j) for place, i in enumerate(rows) for j in rows[:place] if i != j]
        same = [names[i] == names[j] for i, j in chosen]
        assert found == pytest.approx(roc_auc_score(same, [similarity[i, j] for i, j in chosen]))
    np.testing.assert_array_equal(
        [weights[:, :4].sum(1), weights[:, 4:7].sum(1), weights[:, 7:].sum(1)], [[4] * 5, [3] * 5, [2] * 5]
    )


def test_forms_are_not_compared_with_each_other() -> None:
    names, forms = list("aabbaabb"), ["bank"] * 4 + ["banks"] * 4
    by_form = np.array(forms)[:, None] == np.array(forms)  # a model that knows forms only
    pairs = SensePairs(names, forms)
    np.testing.assert_array_equal(pairs.auc(by_form.astype(float)), [0.5])
    assert pairs.compared == 2 * 2 * 4
    assert not SensePairs(list("aabb"), ["x", "x", "y", "y"]).usable


def test_words_that_cannot_be_judged_are_named_and_left_out() -> None:
    words = ["bank"] * 4 + ["lone"] * 3 + ["Turkey", "Turkey", "turkey", "turkey"]
    senses = occurrences(
        list("aabb") + ["only"] * 3 + ["land", "land", "bird", "bird"], [w.lower() for w in words], words
    )
    rows = np.random.default_rng(7).normal(size=(11, 3))
    found = sense_separation(Numbered([rows]), senses, resamples=10)
    assert [one.word for one in found.words] == ["bank"]
    assert found.skipped == ("lone", "turkey")
    with pytest.raises(BadInput, match="No word has two senses"):
        sense_separation(Numbered([rows]), senses[4:])
    with pytest.raises(BadInput, match="No word has two senses"):
        sense_separation(Numbered([rows]), [])
    with pytest.raises(BadInput, match="resample"):
        sense_separation(Numbered([rows]), senses, resamples=0)


def test_the_interval_covers_the_mean_of_the_words_that_might_have_been_taken() -> None:
    rng = np.random.default_rng(8)

    def draw(words: int) -> tuple[Numbered, list[Occurrence]]:
        return noisy(rng, words, 6, rng.uniform(0, 2, size=words))

    truth = sense_separation(*draw(3000), resamples=1).auc[0]
    covered, width = 0, []
    for trial in range(100):
        one = sense_separation(*draw(12), resamples=150, seed=trial)
        covered += bool(one.low[0] <= truth <= one.high[0])
        width.append(one.high[0] - one.low[0])
    assert covered >= 90
    assert np.mean(width) < 0.3


def test_the_same_seed_gives_the_same_interval_and_progress_is_told() -> None:
    model, senses = noisy(np.random.default_rng(9), 5, 4, np.full(5, 0.5))
    told = []
    one = sense_separation(model, senses, resamples=100, seed=3, on_progress=told.append)
    two = sense_separation(model, senses, resamples=100, seed=3)
    other = sense_separation(model, senses, resamples=100, seed=4)
    np.testing.assert_array_equal([one.low, one.high], [two.low, two.high])
    assert (one.low[0], one.high[0]) != (other.low[0], other.high[0])
    assert [(event.step, event.total) for event in told] == [(i, 5) for i in range(1, 6)]


def test_vectors_that_are_known_are_not_read_again(monkeypatch) -> None:
    model, senses = noisy(np.random.default_rng(10), 5, 4, np.full(5, 0.5))
    read = sense_separation(model, senses, resamples=100)
    monkeypatch.setattr(Numbered, "read", None)
    known = sense_separation(model, senses, vectors=model.vectors, resamples=100)
    np.testing.assert_array_equal([known.auc, known.low, known.high], [read.auc, read.low, read.high])


def test_an_occurrence_is_compared_in_its_sentences() -> None:
    model = Numbered([[[3, 4], [0, 0], [4, 3]], [[1, 0], [0, 2], [-1, 0]]])
    found = compare(model, "bank", ["0 Bank's", ["1", "the", "bank"], "2 bank, bank."])
    assert found.sentences == (("0", "Bank", "'s"), ("1", "the", "bank"), ("2", "bank", ",", "bank", "."))
    np.testing.assert_array_equal(found.positions, [1, 2, 1])
    np.testing.assert_array_equal(found.vectors, model.vectors)
    np.testing.assert_allclose(found.similarity[0], [[1, 0, 0.96], [0, 0, 0], [0.96, 0, 1]], atol=1e-6)
    np.testing.assert_allclose(found.similarity[1], [[1, 0, -1], [0, 1, 0], [-1, 0, 1]], atol=1e-6)
    assert (found.vectors.dtype, found.similarity.dtype) == (np.float32, np.float32)
    assert (found.word, found.layers) == ("bank", ["layer 0", "layer 1"])


def test_a_static_model_has_one_vector_in_all_sentences(make_model) -> None:
    model = make_model({"bank": [1, 2], "the": [0, 1]})
    found = compare(model, "bank", ["the bank", "a bank of sand"])
    np.testing.assert_array_equal(found.vectors, [[[1, 2], [1, 2]]])
    np.testing.assert_allclose(found.similarity, 1)


def test_what_cannot_be_compared_is_said() -> None:
    model = Numbered(np.ones((1, 2, 2)))
    with pytest.raises(BadInput, match="Sentence 2 does not have the word 'bank': 1 banks"):
        compare(model, "bank", ["0 bank", "1 banks"])
    with pytest.raises(BadInput, match="at least one sentence"):
        compare(model, "bank", [])
