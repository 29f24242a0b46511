"""Taggers: the probes of every layer with their weights kept, and what they say of new sentences."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.analysis.probes import ProbeSettings, layer_probe
from embedlab.analysis.probing import tagger as tagging
from embedlab.analysis.probing.tagger import Tagger, conll, tag, tag_all, train
from embedlab.base import BadInput
from embedlab.data.tag_schemes import Span
from embedlab.data.tagged import TaggedSentence, TaggedSet
from tests.analysis.probing.probe_toys import Words, tagged

NAMES = ("O", "O", "B-PER", "I-PER", "B-LOC")


def made(strength: float = 2.0, number: int = 900) -> tuple[Words, TaggedSet]:
    """Three layers of 8 values for so many words; the tags show in the second, and half as well in the third."""
    rng = np.random.default_rng(3)
    tags = rng.choice(NAMES, number).tolist()
    shown = np.eye(8)[[sorted(set(NAMES)).index(one) for one in tags]]
    noise = rng.normal(size=(3, number, 8))
    layers = noise + strength * np.array([0, 1, 0.5])[:, None, None] * shown
    return Words(7 * layers + 3), tagged(tags)


@pytest.fixture(scope="module")
def trained() -> tuple[Words, TaggedSet, Tagger]:
    model, data = made()
    return model, data, train(model, data)


def test_it_says_of_the_test_sentences_what_the_probe_of_each_layer_says(trained) -> None:
    model, data, found = trained
    probe = layer_probe(model, data, model.layers, ProbeSettings(resamples=10))
    said = tag_all(found, model, [one.words for one in data.test])
    assert found.labels == probe.labels and found.layers == probe.layers
    assert found.lookup == probe.lookup and found.sentences == len(data.train)
    for layer, row in enumerate(probe.rows):
        numbers = [found.labels.index(one) for sentence in said for one in sentence.tags(layer)]
        assert numbers == row.tags.tolist()
        assert (found.f1[layer], found.dev_f1[layer]) == (row.f1, row.dev_f1)
    assert found.f1[1] > 0.5 > 0.1 + found.f1[0] and found.best == 1


def test_probabilities_are_the_softmax_of_the_standardised_vectors(trained) -> None:
    model, data, found = trained
    words = data.test[0].words
    (vectors,) = model.encode([words])
    said = tag(found, model, words)
    known = np.concatenate(model.encode([one.words for one in data.train]), axis=1).astype(float)
    for layer in range(3):
        x = (vectors[layer] - known[layer].mean(0)) / known[layer].std(0)
        scores = np.exp(x @ found.weights[layer] + found.biases[layer])
        np.testing.assert_allclose(said.probabilities[layer], scores / scores.sum(1, keepdims=True), atol=1e-4)


def test_names_are_read_from_tags_as_everywhere() -> None:
    likely = np.eye(3, dtype=np.float32)[[[0, 1, 2, 2, 0], [2, 2, 0, 1, 1]]]
    said = tagging.Tagged(tuple("abcde"), ("1", "2"), ("O", "B-X", "I-X"), likely, ("O", "B-X", "O", "O", "O"))
    assert said.names(0) == (Span("X", 1, 4),) and said.text(said.names(0)[0]) == "b c d"
    assert said.names(1) == (Span("X", 0, 2), Span("X", 3, 4), Span("X", 4, 5))
    assert said.looked_up_names() == (Span("X", 1, 2),)


def test_the_list_of_words_is_the_baseline_of_the_probes() -> None:
    """Words that are names in training are found wherever they stand, all others are O."""
    sentence = TaggedSentence(("0", "1", "2"), ("O", "B-LOC", "O"))
    data = TaggedSet((sentence,) * 4, (sentence,), (sentence, TaggedSentence(("1", "1"), ("O", "B-LOC"))))
    model = Words(np.random.default_rng(1).normal(size=(1, 4, 3)))
    found = train(model, data)
    assert tag(found, model, ["1", "3", "1"]).looked_up == ("B-LOC", "O", "B-LOC")
    assert found.lookup == pytest.approx(2 * 2 / (3 + 2))


def test_a_stack_is_tagged_with_the_vectors_of_all(trained) -> None:
    model, data, alone = trained
    beside = Words(model.vectors[1:2], ["vector"])
    found = train([model, beside], data)
    assert found.weights.shape == (3, 16, 5) and found.layers == alone.layers
    assert found.f1[0] > alone.f1[0] + 0.3  # the static one says what the input does not
    said = tag_all(found, [model, beside], [one.words for one in data.test])
    words = [word for one in data.test for word in one.tags]
    right = np.mean([tag == gold for tag, gold in zip((t for one in said for t in one.tags(0)), words, strict=True)])
    assert right > 0.8


def test_one_text_is_refused_and_the_right_form_shown(trained) -> None:
    model, _, found = trained
    with pytest.raises(BadInput, match=r"list of words, such as \['the', 'cat', 'sat'\]"):
        tag(found, model, "1 2 3")
    with pytest.raises(BadInput, match="several sentences"):
        tag_all(found, model, "1 2 3")
    with pytest.raises(BadInput, match="at least one word"):
        tag(found, model, [])
    assert tag_all(found, model, [[], ["1"]])[0].words == ()


def test_another_model_is_refused(trained) -> None:
    model, _, found = trained
    with pytest.raises(BadInput, match="no other model"):
        tag(found, [model, model], ["1"])


def test_a_layer_is_found_by_either_name(trained) -> None:
    found = trained[2]
    assert (found.layer("2"), found.layer("layer 2"), found.layer("embeddings"), found.layer("")) == (2, 2, 0, 1)
    with pytest.raises(BadInput, match="There are: embeddings, 1, 2"):
        found.layer("9")


def test_sentences_without_names_teach_nothing() -> None:
    model, _ = made()
    plain = TaggedSet(*(((TaggedSentence(("1", "2"), ("O", "O")),)) for _ in range(3)))
    with pytest.raises(BadInput, match="nothing to learn"):
        train(model, plain)


def test_conll_has_a_word_a_line_and_an_empty_line_after_each_sentence() -> None:
    likely = np.eye(3, dtype=np.float32)[[[2, 2, 0]]]  # an I after nothing begins a name
    sentences = [
        tagging.Tagged(("Ann", "Lee", "ran"), ("1",), ("O", "B-X", "I-X"), likely, ("O",) * 3),
        tagging.Tagged(("#",), ("1",), ("O", "B-X", "I-X"), likely[:, 2:], ("O",)),
    ]
    assert conll(sentences, 0) == "Ann\tB-X\nLee\tI-X\nran\tO\n\n#\tO\n\n"
