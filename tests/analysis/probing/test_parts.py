"""The parts of a layer probe: entity scores against seqeval, the control task, strategies, depth, baselines."""

from __future__ import annotations

import numpy as np
import pytest
from seqeval.metrics import f1_score, precision_score, recall_score

from embedlab.analysis import bootstrap
from embedlab.analysis.probing import scores as scoring
from embedlab.analysis.probing.results import centre_of_gravity, depth, expected_layer
from embedlab.analysis.probing.scores import Bounds, Entities, baselines, lookup
from embedlab.analysis.probing.sources import PAPER_NAMES, Source, chosen, cumulative, strategies
from embedlab.analysis.probing.tasks import control_labels
from embedlab.base import BadInput
from embedlab.data.tag_schemes import spans
from embedlab.data.tagged import read_conll

LABELS = ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")


def numbered(sentences) -> np.ndarray:
    return np.array([LABELS.index(tag) for tags in sentences for tag in tags])


def totals(gold, found) -> np.ndarray:
    places = Bounds.of([len(tags) for tags in gold])
    return scoring.counts(numbered(gold), numbered(found), places).sum(0)


@pytest.mark.parametrize(
    ("gold", "found"),
    [
        ("B-PER I-PER O B-LOC", "B-PER I-PER O O"),
        ("B-PER I-PER O B-LOC", "B-PER O O B-LOC"),  # the end is wrong
        ("B-PER I-PER O", "B-LOC I-LOC O"),  # the type is wrong
        ("B-PER B-PER I-PER", "B-PER I-PER I-PER"),  # two names read as one
        ("B-PER O B-LOC", "I-PER O I-LOC"),  # I after O begins one
        ("B-PER I-PER B-LOC", "B-PER I-LOC I-LOC"),  # I of another type begins one
        ("O O", "O O"),
    ],
)
def test_counts_are_seqevals_on_worked_examples(gold: str, found: str) -> None:
    two = [gold.split(), ["O", "B-PER"]], [found.split(), ["I-PER", "I-PER"]]
    right, answered, there = totals(*two)
    assert scoring.f1(totals(*two)) == pytest.approx(f1_score(*two, zero_division=0))
    assert right / max(answered, 1) == pytest.approx(precision_score(*two, zero_division=0))
    assert right / max(there, 1) == pytest.approx(recall_score(*two, zero_division=0))


def test_counts_are_seqevals_on_random_tags() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        lengths = rng.integers(1, 12, size=20)
        gold, found = ([rng.choice(LABELS, size=n).tolist() for n in lengths] for _ in range(2))
        found = [
            [g if rng.random() < 0.7 else f for g, f in zip(*two, strict=True)] for two in zip(gold, found, strict=True)
        ]
        assert scoring.f1(totals(gold, found)) == pytest.approx(f1_score(gold, found))


@pytest.mark.parametrize(
    "column",
    [
        "I-PER I-PER O I-LOC B-LOC",  # IOB1
        "B-PER E-PER O S-LOC S-LOC",  # BIOES
        "B-PER L-PER O U-LOC U-LOC",  # BILOU
    ],
)
def test_odd_schemes_give_the_same_entities(tmp_path, column: str) -> None:
    file = tmp_path / "odd.conll"
    file.write_text("\n".join(f"w{i} {tag}" for i, tag in enumerate(column.split())) + "\n")
    (sentence,) = read_conll(file)
    tags = numbered([sentence.tags])
    found = Entities.of(tags, Bounds.of([5]).firsts())
    assert list(zip(found.starts, found.ends, found.types, strict=True)) == [(0, 2, 1), (3, 4, 0), (4, 5, 0)]
    assert scoring.f1(totals([sentence.tags], [sentence.tags])) == 1
    assert f1_score([list(sentence.tags)], [["B-PER", "I-PER", "O", "B-LOC", "B-LOC"]]) == 1


def test_entities_are_the_spans_of_the_tags_and_stop_at_sentences() -> None:
    rng = np.random.default_rng(2)
    sentences = [rng.choice(LABELS, size=n).tolist() for n in rng.integers(1, 9, size=200)]
    places = Bounds.of([len(tags) for tags in sentences])
    found = Entities.of(numbered(sentences), places.firsts()).in_sentences(places)
    for tags, entities in zip(sentences, found, strict=True):
        assert scoring.as_spans(entities, ("LOC", "PER")) == spans(tags)


def test_confusion_counts_words_by_type() -> None:
    gold = numbered([["B-PER", "I-PER", "O", "B-LOC"]])
    found = numbered([["B-PER", "O", "O", "B-PER"]])
    np.testing.assert_array_equal(scoring.confusion(gold, found, 2), [[1, 0, 0], [0, 0, 1], [1, 0, 1]])


def test_the_interval_covers_the_f1_of_the_sentences_that_might_have_been_taken() -> None:
    """Sentences differ: long ones with many names are harder. F1 of 200,000 sentences is the truth."""
    rng = np.random.default_rng(3)

    def draw(sentences: int) -> np.ndarray:
        there = rng.integers(0, 6, size=sentences)
        right = rng.binomial(there, 0.9 - 0.08 * there)
        return np.stack([right, right + rng.binomial(there, 0.2), there], axis=1)

    truth = float(scoring.f1(draw(200_000).sum(0)))
    covered = 0
    for trial in range(200):
        counts = draw(120)
        drawn = bootstrap.draws(120, 300, np.random.default_rng(trial))
        low, high = bootstrap.interval(scoring.f1(drawn @ counts))
        covered += low <= truth <= high
    assert 180 <= covered < 200  # 95 % of 200, and percentile intervals of so few sentences are a little narrow


def test_a_control_label_belongs_to_the_word_and_follows_the_frequencies() -> None:
    words = [f"w{i}" for i in range(5000)]
    labels = control_labels([*words, *words], [70, 20, 10])
    np.testing.assert_array_equal(labels[:5000], labels[5000:])
    np.testing.assert_allclose(np.bincount(labels) / 10_000, [0.7, 0.2, 0.1], atol=0.02)
    np.testing.assert_array_equal(labels, control_labels([*words, *words], [0.7, 0.2, 0.1]))
    assert (labels != control_labels([*words, *words], [70, 20, 10], seed=2)).any()


def test_strategies_of_deep_and_shallow_models() -> None:
    deep = {one.name: one.source for one in strategies(["embeddings", *map(str, range(1, 13))])}
    assert len(deep) == 13 + 8
    assert deep["layer 12"] == deep["last"] == Source("layer", (12,))
    assert deep["second-to-last"] == deep["layer 11"] and deep["embeddings only"] == deep["embeddings"]
    assert deep["mix of last four"] == Source("mix", (9, 10, 11, 12))
    assert deep["concatenation of last four"] == Source("concatenation", (9, 10, 11, 12))
    assert deep["sum of all"] == Source("sum", tuple(range(13)))
    elmo = {one.name: one.source for one in strategies(["tokens", "lstm1", "lstm2"])}
    assert elmo["sum of all"] == Source("sum", (0, 1, 2))
    assert [one.name for one in strategies(["vector"])] == ["vector"]
    assert [one.name for one in chosen(["embeddings", "1"], ["last", "1"])] == ["layer 1", "last"]
    layers = ["embeddings", *map(str, range(1, 13))]
    assert [one.name for one in chosen(layers, list(PAPER_NAMES.values()))] == list(PAPER_NAMES)
    assert [one.name for one in chosen(layers, ["Embeddings"])] == ["embeddings only"]
    assert [one.name for one in chosen(layers, ["embeddings"])] == ["embeddings"]
    with pytest.raises(BadInput, match="no strategy 'top'"):
        chosen(["embeddings", "1"], ["top"])
    assert cumulative(3) == (Source("layer", (0,)), Source("mix", (0, 1)), Source("mix", (0, 1, 2)))


@pytest.mark.parametrize("count", range(2, 7))
def test_a_name_says_how_many_layers_are_read(count: int) -> None:
    names = ["embeddings", *map(str, range(1, count))]
    found = strategies(names)
    assert len({one.name for one in found}) == len(found)
    for one in found:
        if "last four" in one.name:
            assert one.source.layers == tuple(range(count - 4, count))
        if one.name.endswith("of all"):
            assert one.source.layers == tuple(range(count))
    for kind in ("sum", "mix", "concatenation"):  # asked for by the paper's name, it is found under its own
        (one,) = chosen(names, [f"{kind} of last four"])
        assert one.name == f"{kind} of {'all' if count < 4 else 'last four'}"
        assert one.source.kind == kind and len(one.source.layers) == min(4, count)


def test_centre_of_gravity_and_expected_layer_by_hand() -> None:
    assert centre_of_gravity([0.1, 0.2, 0.7]) == pytest.approx(1.6)
    # gains 0.1, 0.3, 0: (1 x 0.1 + 2 x 0.3) / 0.4
    assert expected_layer(np.array([0.5, 0.6, 0.9, 0.9])) == pytest.approx(1.75)
    assert np.isnan(expected_layer(np.array([0.5, 0.6, 0.5])))
    rng = np.random.default_rng(4)
    draws = np.array([0.5, 0.6, 0.9]) + 0.01 * rng.normal(size=(500, 3))
    found = depth([0.2, 0.3, 0.5], [0.5, 0.6, 0.9], draws)
    assert found.gains == pytest.approx((0.1, 0.3)) and found.expected_layer == pytest.approx(1.75)
    assert found.low < 1.75 < found.high and found.high - found.low < 0.3
    flat = depth([0.2, 0.3, 0.5], [0.5, 0.5, 0.501], np.array([0.5, 0.5, 0.501]) + 0.01 * rng.normal(size=(500, 3)))
    assert np.isnan(flat.expected_layer) and np.isnan(flat.low)  # a gain that does not differ from none


def test_baselines_by_hand() -> None:
    tags = numbered([["B-PER", "O", "B-LOC", "B-PER"]])
    np.testing.assert_array_equal(lookup(["anna", "the", "anna", "anna"], tags, ["anna", "rome", "the"]), [3, 0, 0])
    words = ["anna", "sleeps", "anna", "sleeps", "anna", "runs"]
    gold = numbered([["B-PER", "O", "B-PER", "O", "B-PER", "B-LOC"]])
    chance, looked, majority = baselines(words, gold, (0, 2, 4, 6), Bounds.of([2]), 1)
    assert (looked, majority) == (pytest.approx(2 / 3), 0)
    assert 0 < chance < 1
