"""Layer probes of vectors whose answer is known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from embedlab.analysis.probes import LayerProbe, ProbeSettings, layer_probe
from embedlab.base import BadInput, Progress
from embedlab.data.tagged import TaggedSet
from tests.analysis.probing.probe_toys import Words, tagged

QUICK = ProbeSettings(resamples=200, batch_size=128)


def signal(rng: np.random.Generator, tags: list[str], strength: float, dim: int = 12) -> np.ndarray:
    """Noise, with a direction of its own for each tag."""
    names = sorted(set(tags))
    rows = rng.normal(size=(len(tags), dim))
    rows[np.arange(len(tags)), [names.index(tag) for tag in tags]] += strength
    return rows


def drawn(rng: np.random.Generator, number: int) -> list[str]:
    return rng.choice(["O", "B-PER", "B-LOC"], size=number, p=[0.5, 0.25, 0.25]).tolist()


def test_a_mix_learns_the_layer_in_which_the_signal_sits() -> None:
    rng = np.random.default_rng(1)
    tags = drawn(rng, 3000)
    noise = [rng.normal(size=(3000, 12)) for _ in range(4)]
    layers = [noise[0], noise[1], signal(rng, tags, 4.0), noise[2], noise[3]]
    found = layer_probe(Words(layers), tagged(tags), settings=QUICK)
    mix = found.row("mix of all")
    assert np.argmax(mix.weights) == 2 and mix.weights[2] > 0.8
    assert sum(mix.weights) == pytest.approx(1, abs=1e-5)
    assert found.row("mix of last four").weights[1] > 0.8
    assert mix.f1 > found.row("sum of all").f1 + 0.02
    best = max(found.rows[:5], key=lambda row: row.f1)
    assert best.strategy == "layer 2" and best.f1 > 0.95
    assert all(row.f1 < 0.5 for row in found.rows[:5] if row is not best)
    assert found.depth is not None
    assert found.depth.centre_of_gravity == pytest.approx(2, abs=0.4)
    assert found.depth.expected_layer == pytest.approx(2, abs=0.3)
    assert found.depth.low <= found.depth.expected_layer <= found.depth.high
    assert np.argmax(found.depth.gains) == 1  # layer 2 adds it: the first gain is layer 1's


def test_a_task_that_words_alone_cannot_solve_is_selective() -> None:
    """Every word is a type of its own: the control task's labels of the test words are held out from the probe."""
    rng = np.random.default_rng(2)
    tags = drawn(rng, 3000)
    found = layer_probe(Words([signal(rng, tags, 6.0)], ["vector"]), tagged(tags), settings=QUICK)
    (row,) = found.rows
    assert row.accuracy > 0.98 and row.control < 0.6
    assert row.selectivity > 0.4
    assert row.selectivity_low < row.selectivity < row.selectivity_high
    assert row.selectivity == pytest.approx(row.accuracy - row.control)


def test_vectors_that_only_name_the_word_are_not_selective() -> None:
    rng = np.random.default_rng(3)
    words = rng.integers(30, size=3000)
    by_word = rng.choice(["O", "B-PER", "B-LOC"], size=30)
    found = layer_probe(Words([np.eye(30)], ["vector"]), tagged(by_word[words].tolist(), words), settings=QUICK)
    (row,) = found.rows
    assert row.accuracy == row.control == row.f1 == found.lookup == 1
    assert row.selectivity == 0


def test_shuffled_tags_are_at_chance() -> None:
    rng = np.random.default_rng(4)
    tags = drawn(rng, 4000)
    vectors = signal(rng, tags, 4.0)
    right = layer_probe(Words([vectors, vectors]), tagged(tags), ["last"], QUICK)
    mixed = layer_probe(Words([vectors, vectors]), tagged(rng.permutation(tags).tolist()), ["last"], QUICK)
    assert right.rows[0].low > right.chance + 0.5
    assert mixed.rows[0].low <= mixed.chance
    assert mixed.rows[0].accuracy == pytest.approx(mixed.majority, abs=0.05)
    assert abs(mixed.rows[0].selectivity) < 0.1
    assert mixed.chance == pytest.approx(0.25, abs=0.05)  # of two types a quarter of the words each


def test_the_linear_probe_is_scikit_learns_logistic_regression() -> None:
    rng = np.random.default_rng(5)
    tags = drawn(rng, 5000)
    vectors = signal(rng, tags, 2.0, dim=20) @ rng.normal(size=(20, 20))  # values that hang together
    settings = dataclasses.replace(QUICK, l2=1e-2)
    data = tagged(tags)
    row = layer_probe(Words([vectors], ["vector"]), data, settings=settings).rows[0]
    known = sum(len(one.words) for one in data.train)
    test = known + sum(len(one.words) for one in data.dev)
    scaled = (vectors - vectors[:known].mean(0)) / vectors[:known].std(0)
    model = LogisticRegression(C=1 / (0.01 * known), max_iter=2000).fit(scaled[:known], tags[:known])
    given = model.predict(scaled[test:])
    ours = np.array(data.labels)[row.tags]
    assert (given == ours).mean() > 0.995
    assert row.accuracy == pytest.approx((given == np.array(tags[test:])).mean(), abs=0.003)


def test_the_same_seed_gives_the_same_and_another_seed_another() -> None:
    rng = np.random.default_rng(6)
    tags = drawn(rng, 1200)
    model, data = Words([signal(rng, tags, 1.0) for _ in range(3)]), tagged(tags)
    one, two, other = (layer_probe(model, data, settings=dataclasses.replace(QUICK, seed=seed)) for seed in (1, 1, 2))
    assert shown(one) == shown(two) != shown(other)


def shown(found: LayerProbe) -> list[tuple]:
    return [(row.f1, row.low, row.high, row.selectivity, row.weights, row.tags.tolist()) for row in found.rows]


def test_two_names_of_one_probe_agree_and_rows_say_what_they_read() -> None:
    rng = np.random.default_rng(7)
    tags = drawn(rng, 900)
    found = layer_probe(Words([signal(rng, tags, s) for s in (0.5, 1.0, 2.0)]), tagged(tags), settings=QUICK)
    assert [row.strategy for row in found.rows] == [
        "embeddings", "layer 1", "layer 2", "embeddings only", "second-to-last", "last", "sum of all",
        "mix of all", "concatenation of all",
    ]  # fmt: skip
    assert found.row("Last Hidden") is found.row("last") is not found.row("layer 2")
    assert found.row("Weighted Sum Last Four Hidden") is found.row("weighted sum of all") is found.row("mix of all")
    for first, second in (("layer 2", "last"), ("layer 1", "second-to-last"), ("sum of all", "sum of last four")):
        np.testing.assert_array_equal(found.row(first).tags, found.row(second).tags)
    assert found.row("last").layers == ("2",)
    assert found.row("mix of last four").layers == ("embeddings", "1", "2")
    assert found.row("last").f1 > found.row("embeddings").f1
    assert (found.sentences, found.words) == ((90, 30, 30), (540, 180, 180))
    assert sum(found.entities) == sum(tag != "O" for tag in tags)
    assert found.labels == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
    assert (found.model, found.dim) == ("made", 12)


def test_a_hidden_layer_and_the_context_help_where_a_matrix_cannot() -> None:
    rng = np.random.default_rng(8)
    signs = rng.choice([-1.0, 1.0], size=(6000, 2))
    crossed = ["B-X" if a * b > 0 else "O" for a, b in signs]
    before = ["B-X" if i % 6 and signs[i - 1, 0] > 0 else "O" for i in range(6000)]  # what the word before says
    model = Words([signs + 0.1 * rng.normal(size=signs.shape)], ["vector"])

    def accuracy(tags: list[str], probe: str) -> float:
        words = 512 if probe == "bilstm" else 64  # a BiLSTM's batch is of whole sentences, of 32 words each
        settings = dataclasses.replace(QUICK, probe=probe, hidden=8, dropout=0.0, epochs=12, batch_size=words)
        return layer_probe(model, tagged(tags), settings=settings).rows[0].accuracy

    assert accuracy(crossed, "linear") < 0.8 and accuracy(crossed, "mlp") > 0.95
    assert accuracy(before, "linear") < 0.8 and accuracy(before, "bilstm") > 0.95


def test_a_bilstm_mixes_layers_too() -> None:
    rng = np.random.default_rng(9)
    tags = drawn(rng, 1800)
    model = Words([rng.normal(size=(1800, 12)), signal(rng, tags, 5.0), rng.normal(size=(1800, 12))])
    settings = dataclasses.replace(QUICK, probe="bilstm", hidden=8, epochs=8)
    names = ["layer 1", "sum of all", "mix of all", "concatenation of all"]
    found = layer_probe(model, tagged(tags, length=18), names, settings)
    assert found.row("layer 1").f1 > 0.9
    assert found.row("mix of all").weights[1] > 0.5 and found.depth is None


def test_stacked_models_stand_side_by_side() -> None:
    rng = np.random.default_rng(10)
    tags = drawn(rng, 2400)
    per, loc = ([name if tag == name else "O" for tag in tags] for name in ("B-PER", "B-LOC"))
    layered, plain = Words([signal(rng, per, 6.0)] * 2), Words([signal(rng, loc, 6.0)], ["vector"])
    alone = layer_probe(layered, tagged(tags), ["last"], QUICK)
    both = layer_probe((layered, plain), tagged(tags), ["last", "mix of all"], QUICK)
    assert alone.rows[0].f1 < 0.9 < 0.97 < both.row("last").f1
    assert (both.model, both.dim, both.layers) == ("made + made", 24, ("embeddings", "1"))
    with pytest.raises(BadInput, match="only one may have several layers"):
        layer_probe((layered, layered), tagged(tags))


def test_a_static_model_is_probed(make_model) -> None:
    data = tagged(["B-X", "O"] * 30, ["paris", "the"] * 30)
    found = layer_probe(make_model({"paris": [1, 2], "the": [0, 1]}), data, settings=QUICK)
    assert [row.strategy for row in found.rows] == ["vector"]
    assert found.rows[0].f1 == 1 and found.depth is None


def test_progress_is_told_and_can_stop_the_work() -> None:
    rng = np.random.default_rng(11)
    tags, told = drawn(rng, 600), []
    model = Words([signal(rng, tags, 2.0)] * 2)
    layer_probe(model, tagged(tags), settings=QUICK, on_progress=told.append)
    assert told[0].phase == "encoding" and told[-1].phase == "training probes"
    assert told[-1].step == told[-1].total

    def stop(event: Progress) -> None:
        if event.phase == "training probes":
            raise BadInput("enough")

    with pytest.raises(BadInput, match="enough"):
        layer_probe(model, tagged(tags), settings=QUICK, on_progress=stop)


class Unread(Words):
    """A model that must not be asked for vectors."""

    def read(self, sentence):
        raise AssertionError("it was read")


def test_what_cannot_be_asked_is_said() -> None:
    model, data = Words(np.ones((2, 60, 3))), tagged(["B-X", "O"] * 30)
    with pytest.raises(BadInput, match=r"no strategy 'middle'\. There are: embeddings, layer 1, embeddings only"):
        layer_probe(model, data, ["middle"])
    with pytest.raises(BadInput, match="no strategy 'top'"):
        layer_probe(Unread(np.ones((2, 60, 3))), data, ["top"])
    with pytest.raises(BadInput, match="only one may have several layers"):
        layer_probe((Unread(np.ones((2, 60, 3))), model), data)
    with pytest.raises(BadInput, match="nothing to learn"):
        layer_probe(model, tagged(["O"] * 60))
    with pytest.raises(BadInput, match="at least one strategy"):
        layer_probe(model, data, [])
    with pytest.raises(BadInput, match="no row 'last'"):
        layer_probe(model, data, ["1"], QUICK).row("last")
    assert isinstance(data, TaggedSet)
