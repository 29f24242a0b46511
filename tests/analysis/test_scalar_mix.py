"""Weights of layers on vectors whose answer is known, scores against seqeval and scikit-learn."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from seqeval.metrics import f1_score

from embedlab.analysis import bootstrap, scalar_mix
from embedlab.analysis.probes import ProbeSettings, layer_probe
from embedlab.analysis.probing import scores as probing_scores
from embedlab.analysis.probing import tasks
from embedlab.analysis.scalar_mix import compare, difference, fit
from embedlab.base import BadInput, Cancelled
from embedlab.data.datasets import Occurrence, load_senses
from embedlab.data.tagged import TaggedSentence, TaggedSet, load_ner
from tests.analysis.probing.probe_toys import Words

TAGS = ("ADJ", "NOUN", "VERB")


def made(vectors: Any) -> Words:
    """The word "17" has vector 17 of (L, N, D) ones."""
    return Words(vectors, [f"layer {i}" for i in range(len(vectors))])


def tagged(labels) -> TaggedSet:
    """Sentences of four words 0, 1, ..., with these tags, dealt 3 : 1 : 1."""
    sentences = [
        TaggedSentence(
            tuple(str(i) for i in range(at, at + 4)),
            tuple(labels[at : at + 4]),
            ("train", "train", "train", "dev", "test")[at // 4 % 5],
        )
        for at in range(0, len(labels), 4)
    ]
    return TaggedSet.of(sentences)


def told_in(layer: int, words: int = 600, layers: int = 3, dim: int = 12) -> tuple[Words, TaggedSet]:
    """Noise everywhere; in one layer the tag has a direction of its own."""
    rng = np.random.default_rng(layer)
    labels = rng.integers(3, size=words)
    vectors = rng.normal(size=(layers, words, dim))
    vectors[layer, np.arange(words), labels] += 4
    return made(vectors), tagged([TAGS[i] for i in labels])


@pytest.mark.parametrize("layer", [0, 2])
def test_the_layer_that_tells_is_learned(layer):
    model, data = told_in(layer)
    found = fit(model, data, seeds=2, l2=0.0)
    assert found.weights.shape == (2, 3) and found.gamma.shape == (2,) == found.f1.shape
    np.testing.assert_allclose(found.weights.sum(axis=1), 1, atol=1e-6)
    assert (found.weights.argmax(axis=1) == layer).all() and found.weights[:, layer].min() > 0.6
    assert found.measure == "accuracy" and found.f1.min() > 0.9
    assert found.words == (360, 120, 120) and found.layers == ("layer 0", "layer 1", "layer 2")


def test_a_strong_penalty_keeps_the_weights_equal_and_they_move_as_it_falls():
    model, data = told_in(1)
    found = compare(model, data, seeds=2, l2s=(1000.0, 0.1, 0.001))
    strong, middle, weak = (one for one in found if one.kind == "learned")
    np.testing.assert_allclose(strong.weights, 1 / 3, atol=2e-3)
    assert strong.weights[:, 1].max() < middle.weights[:, 1].min() < weak.weights[:, 1].min()
    (equal,) = (one for one in found if one.kind == "equal")
    np.testing.assert_array_equal(equal.weights, np.float32(1 / 3))
    np.testing.assert_allclose(strong.f1, equal.f1, atol=0.02)


def test_each_layer_alone_tells_what_it_knows():
    model, data = told_in(1)
    found = compare(model, data, seeds=1, l2s=(0.001,))
    alone = {one.name: one for one in found if one.kind == "layer"}
    np.testing.assert_array_equal(alone["layer 1"].weights, [[0, 1, 0]])
    assert alone["layer 1"].mean > 0.95
    for name in ("layer 0", "layer 2"):
        assert alone[name].low < 1 / 3 < alone[name].high
    better = difference(alone["layer 1"], alone["layer 0"])
    assert better.clear and better.low < better.value < better.high
    assert better.value == pytest.approx(alone["layer 1"].mean - alone["layer 0"].mean)
    assert not difference(alone["layer 1"], alone["layer 1"]).clear


def test_layers_of_other_lengths_are_one_to_the_layer_norm():
    model, data = told_in(1)
    longer = made(model.vectors * np.array([50, 1, 0.1])[:, None, None] + np.array([7, 0, -3])[:, None, None])
    plain, scaled = (fit(one, data, seeds=1, l2=0.01) for one in (model, longer))
    np.testing.assert_allclose(scaled.weights, plain.weights, atol=0.02)
    raw, held = (fit(one, data, seeds=1, l2=100.0, layer_norm=norm) for one, norm in ((longer, False), (model, True)))
    assert raw.mean < held.mean - 0.2  # the long layer of noise drowns the others


def test_gamma_is_of_the_vectors_as_they_are():
    model, data = told_in(1)
    small = made(model.vectors / 1000)
    one, other = (fit(each, data, seeds=1, layer_norm=False) for each in (model, small))
    np.testing.assert_allclose(other.gamma, 1000 * one.gamma, rtol=1e-2)
    np.testing.assert_allclose(other.weights, one.weights, atol=1e-3)


def test_a_static_model_beside_the_mix_adds_what_it_knows(make_model):
    rng = np.random.default_rng(5)
    labels = rng.integers(4, size=800)
    vectors = rng.normal(size=(2, 800, 8))
    vectors[1, np.arange(800), labels // 2] += 4  # the model knows the first half of the answer
    rows = rng.normal(size=(800, 5))
    rows[np.arange(800), labels % 2] += 4  # the static one the second
    static = make_model([str(i) for i in range(800)], rows)
    found = compare(made(vectors), tagged(["ABCD"[i] for i in labels]), seeds=1, l2s=(0.001,), static=static)
    scores = {one.kind: one.mean for one in found if one.kind != "layer"}
    assert scores["static"] < 0.65 and scores["learned"] < 0.65 and scores["beside"] > 0.9
    assert found[-1].name == "the plain model" and found[-1].weights.shape == (1, 2)


def test_the_probe_is_as_good_as_scikit_learns():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(6)
    labels = rng.integers(3, size=1200)
    vectors = rng.normal(size=(1, 1200, 10))
    vectors[0, np.arange(1200), labels] += 1.5
    data = tagged([TAGS[i] for i in labels])
    found = compare(made(np.repeat(vectors, 2, axis=0)), data, seeds=1, l2s=(1.0,))
    rows = {part: np.array([i for i in range(1200) if "tttds"[i // 4 % 5] == part]) for part in "ts"}
    peer = LogisticRegression().fit(vectors[0][rows["t"]], labels[rows["t"]])
    assert found[0].mean == pytest.approx(peer.score(vectors[0][rows["s"]], labels[rows["s"]]), abs=0.015)


def test_f1_is_seqevals_and_the_baseline_knows_forms_only():
    ner = load_ner()
    task = tasks.from_tagged(ner, "names")
    rng = np.random.default_rng(7)
    answers = np.where(rng.random(len(task.test.labels)) < 0.2, rng.integers(9, size=4240), task.test.labels)
    counted = probing_scores.task_counts(task, task.test, answers)
    given, at = [], 0
    for sentence in ner.test:
        given.append([task.labels[i] for i in answers[at : at + len(sentence.words)]])
        at += len(sentence.words)
    assert task.measure == "F1"
    assert probing_scores.f1(counted.sum(axis=0)) == pytest.approx(f1_score([list(s.tags) for s in ner.test], given))
    guessed = tasks.commonest(task)
    assert {task.labels[guessed[i]] for i, form in enumerate(task.test.forms) if form == "the"} == {"O"}


def test_senses_are_dealt_evenly_and_only_the_words_own_can_be_chosen():
    task = tasks.from_senses(load_senses())
    assert (len(task.labels), len(task.candidates)) == (145, 62)
    np.testing.assert_array_equal(task.candidates.sum(axis=0), 1)
    for part in (task.train, task.dev, task.test):
        assert task.candidates[part.groups, part.labels].all()
        assert set(part.labels.tolist()) == set(range(145))
    assert sum(len(part.labels) for part in (task.train, task.dev, task.test)) == 1767
    first, label = task.test.positions[0], task.labels[task.test.labels[0]]
    assert task.test.sentences[first[0]][first[1]].lower()[:3] == label[:3]
    with pytest.raises(BadInput, match="No word has two senses"):
        tasks.from_senses([o for o in load_senses() if o.sense == "river"])


def test_a_probe_of_senses_chooses_among_the_words_own():
    rng = np.random.default_rng(8)
    senses, rows = [], []
    for word in range(6):
        for i in range(40):
            sense = i % 2
            rows.append(rng.normal(size=5) + 3 * np.eye(5)[sense])  # the same two directions for all words
            at = len(rows) - 1
            senses.append(Occurrence(f"word{word}", f"{sense}", "", "noun", ("0", f"{at}"), 1, f"0 {at}"))
    vectors = np.stack([rng.normal(size=(240, 5)), np.array(rows)])
    found = fit(made(vectors), senses, seeds=1)
    assert found.task == "word senses" and found.mean > 0.9 and found.weights[0, 1] > 0.6
    assert found.low <= found.mean <= found.high


def test_intervals_cover():
    rng = np.random.default_rng(9)
    covered = 0
    for trial in range(200):
        right = rng.binomial(10, rng.beta(8, 2, size=60))  # sentences differ in how hard they are
        counted = np.stack([right, np.full(60, 10), np.full(60, 10)], axis=1)
        low, high = bootstrap.interval(probing_scores.resampled([counted], 300, trial))
        covered += low <= 0.8 <= high
    assert 180 <= covered <= 199


def test_results_can_be_written_down_and_repeated():
    model, data = told_in(1, words=200)
    one, two = (fit(model, data, seeds=2) for _ in range(2))
    again = scalar_mix.from_dict(json.loads(json.dumps(scalar_mix.to_dict(one))))
    for key, value in vars(again).items():
        np.testing.assert_array_equal(value, getattr(one, key))
        np.testing.assert_array_equal(getattr(two, key), getattr(one, key))
    assert one.weights[0].tolist() != one.weights[1].tolist()


def test_progress_is_told_and_may_stop_it():
    model, data = told_in(1, words=200)
    told = []
    compare(model, data, seeds=2, l2s=(1.0,), on_progress=told.append)
    steps = [event.step for event in told if event.phase == "learning"]
    assert steps == sorted(steps) and steps[-1] == told[-1].total
    assert told[0].phase == "encoding"

    def stop(event):
        if event.phase == "learning":
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        fit(model, data, on_progress=stop)


def test_what_cannot_be_learned_is_said(make_model):
    model, data = told_in(1, words=200)
    with pytest.raises(BadInput, match="has one layer"):
        fit(made(model.vectors[:1]), data)
    with pytest.raises(BadInput, match="At least one seed"):
        fit(model, data, seeds=0)
    with pytest.raises(BadInput, match="l2"):
        fit(model, data, l2=-1.0)
    with pytest.raises(BadInput, match="same tag"):
        fit(model, tagged(["X"] * 200))
    with pytest.raises(BadInput, match="same sentences"):
        difference(fit(model, data, seeds=1), fit(model, load_senses_like(), seeds=1))


def load_senses_like():
    return [Occurrence("x", str(i % 2), "", "noun", ("0", f"{i}"), 1, f"0 {i}") for i in range(20)]


def test_a_probe_of_layers_learns_the_same_mix():
    rng = np.random.default_rng(10)
    tags = rng.choice(["O", "B-PER", "B-LOC"], size=3000, p=[0.6, 0.2, 0.2])
    vectors = rng.normal(size=(3, 3000, 12)) + np.array([3, 0, -1])[:, None, None]
    vectors[1:, np.arange(3000), np.searchsorted(["B-LOC", "B-PER", "O"], tags)] += 1.5
    model, data = made(vectors), tagged(tags.tolist())
    found = compare(model, data, seeds=3, l2s=(0.001,))
    probed = layer_probe(model, data, settings=ProbeSettings(depth=False, resamples=20))
    row = probed.row("mix of all")
    np.testing.assert_allclose(found[0].weights, [row.weights] * 3, atol=0.01)
    np.testing.assert_allclose(found[0].gamma, row.gamma, rtol=0.01)
    np.testing.assert_allclose(found[0].f1, row.f1, atol=0.005)
    for alone in (one for one in found if one.kind == "layer"):
        assert alone.mean == pytest.approx(probed.row(alone.name).f1, abs=0.005)
