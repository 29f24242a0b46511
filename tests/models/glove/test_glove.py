"""GloVe against AdaGrad written out in NumPy, and on texts with a known answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embedlab.base import BadInput, BadSetting, Cancelled, Progress
from embedlab.data.corpus import Corpus
from embedlab.models.glove import kernels
from embedlab.models.glove.model import Glove, GloveConfig, initial_state
from embedlab.models.glove.order import ENTRY

TINY = GloveConfig(dim=8, min_count=1, epochs=3, window=4, workers=1, seed=7)


def entries(size: int = 12, n: int = 60, triangle: bool = True) -> np.ndarray:
    """Different pairs with counts on both sides of ``x_max``."""
    draw = np.random.default_rng(3)
    rows, columns = np.triu_indices(size) if triangle else np.indices((size, size)).reshape(2, -1)
    chosen = draw.choice(len(rows), n, replace=False)
    made = np.empty(n, ENTRY)
    made["row"], made["column"], made["count"] = rows[chosen], columns[chosen], draw.uniform(0.1, 30, n)
    return made


class Reference:
    """Equation 8 by AdaGrad in float64: steps eta g / sqrt(1 + sum (eta g)^2), as the authors' program takes them."""

    def __init__(self, state: np.ndarray, config: GloveConfig) -> None:
        d = config.dim
        self.config = config
        self.value = {
            "w": state[:, 0, :d].astype(float), "u": state[:, 1, :d].astype(float),
            "b": state[:, 0, d].astype(float), "c": state[:, 1, d + 1].astype(float),
        }  # fmt: skip
        self.squares = {name: np.ones_like(value) for name, value in self.value.items()}

    def learn(self, i: int, j: int, x: float) -> float:
        v, eta = self.value, self.config.learning_rate
        error = v["w"][i] @ v["u"][j] + v["b"][i] + v["c"][j] - np.log(x)
        weight = min(1.0, (x / self.config.x_max) ** self.config.alpha)
        pull = weight * error
        gradients = {("w", i): pull * v["u"][j], ("u", j): pull * v["w"][i], ("b", i): pull, ("c", j): pull}
        for (name, row), gradient in gradients.items():
            step = eta * gradient
            v[name][row] -= step / np.sqrt(self.squares[name][row])
            self.squares[name][row] += step**2
        return float(0.5 * weight * error**2)


@pytest.mark.parametrize("mirrored", [True, False])
def test_the_kernel_is_adagrad_on_equation_8(mirrored: bool) -> None:
    config = GloveConfig(dim=8, x_max=10.0, alpha=0.75)
    pairs, state = entries(triangle=mirrored), initial_state(12, config)
    reference, pieces = Reference(state, config), np.arange(6)
    for _ in range(20):
        expected = 0.0
        for i, j, x in pairs.tolist():
            expected += reference.learn(i, j, x)
            if mirrored and i != j:
                expected += reference.learn(j, i, x)
        cost = kernels.train(state, pairs, pieces, 10, mirrored, config.x_max, config.alpha)
        assert cost == pytest.approx(expected, rel=1e-3)
    np.testing.assert_allclose(state[:, 0, :8], reference.value["w"], atol=2e-3)
    np.testing.assert_allclose(state[:, 1, :8], reference.value["u"], atol=2e-3)
    np.testing.assert_allclose(state[:, 0, 8], reference.value["b"], atol=2e-3)
    np.testing.assert_allclose(state[:, 1, 9], reference.value["c"], atol=2e-3)
    steps = config.learning_rate / np.sqrt(reference.squares["w"])
    np.testing.assert_allclose(state[:, 2, :8], steps, rtol=2e-3)


def test_the_ones_beside_the_biases_and_the_padding_never_change() -> None:
    state = initial_state(12, GloveConfig(dim=5))
    kernels.train(state, entries(), np.arange(6), 10, True, 10.0, 0.75)
    assert (state[:, 0, 6] == 1).all() and (state[:, 1, 5] == 1).all()
    assert state.shape[2] % 8 == 0 and not state[:, :, 7:].any()


@pytest.mark.parametrize(("x", "weight"), [(5.0, 0.5**0.75), (10.0, 1.0), (400.0, 1.0), (0.1, 0.01**0.75)])
def test_a_pair_is_weighted_by_equation_9(x: float, weight: float) -> None:
    state = initial_state(2, GloveConfig(dim=4))
    state[:, :2] = 0  # w = u = 0 and no bias: the error is log x
    one = np.array([(0, 1, x)], ENTRY)
    cost = kernels.train(state, one, np.arange(1), 10, False, 10.0, 0.75)
    assert cost == pytest.approx(0.5 * weight * np.log(x) ** 2, rel=1e-5)


def test_a_cost_without_bound_says_what_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "train", lambda *_: float("nan"))
    with pytest.raises(BadSetting, match=r"learning_rate below 0\.05"):
        Glove.train(Corpus.from_sentences([["a", "b", "c"]] * 3), TINY)


def drinks_and_beasts(sentences: int = 1500) -> Corpus:
    """Two topics that share only their function words."""
    draw = np.random.default_rng(5)
    topics = [["wine", "beer", "milk", "tea", "juice", "drink"], ["horse", "dog", "cat", "cow", "sheep", "animal"]]
    made = []
    for k in range(sentences):
        words = draw.choice(topics[k % 2], 4).tolist()
        made.append(["the", words[0], "and", words[1], "of", words[2], "the", words[3]])
    return Corpus.from_sentences(made, name="drinks and beasts")


def test_words_of_a_topic_become_neighbors_and_the_cost_falls() -> None:
    seen: list[Progress] = []
    model = Glove.train(drinks_and_beasts(), GloveConfig(dim=10, epochs=40, workers=2, min_count=1), seen.append)
    similar = model.unit_matrix @ model.unit_matrix[model.positions["wine"]]
    order = [model.words[k] for k in np.argsort(-similar) if model.words[k] not in ("wine", "the", "and", "of")]
    assert set(order[:5]) == {"beer", "milk", "tea", "juice", "drink"}
    losses = [progress.loss for progress in seen if progress.peek]
    assert len(losses) == 40
    assert losses[-1] < losses[4] < losses[0]  # type: ignore[operator]
    assert model.card.loss == losses[-1]


def test_progress_counts_both_orders_of_a_pair_as_the_authors_program_does() -> None:
    seen: list[Progress] = []
    sentences = [["a", "b", "a", "c"]] * 5  # pairs in a window of 4: aa, ab, ac, bc
    Glove.train(Corpus.from_sentences(sentences), TINY, seen.append)
    ends = [progress for progress in seen if progress.peek]
    assert [(progress.epoch, progress.step, progress.total) for progress in ends] == [(k, 7 * k, 21) for k in (1, 2, 3)]
    assert {progress.phase for progress in seen} >= {"counting", "shuffling", "training"}
    assert all(progress.tokens_per_second and progress.tokens_per_second > 0 for progress in ends)
    assert {progress.unit for progress in ends} == {"co-occurrences"}


def test_the_vectors_are_the_sum_of_word_and_context_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "train", lambda *_: 0.0)
    model = Glove.train(Corpus.from_sentences([["a", "b", "c"]] * 3), TINY)
    start = initial_state(3, TINY)
    np.testing.assert_array_equal(model.matrix, start[:, 0, :8] + start[:, 1, :8])
    assert np.abs(start[:, :2, :8]).max() <= 0.5 / 9


def test_one_worker_and_a_seed_repeat_exactly() -> None:
    corpus = drinks_and_beasts(300)
    first, again = (Glove.train(corpus, TINY).matrix for _ in range(2))
    assert first.tobytes() == again.tobytes()
    other = Glove.train(corpus, GloveConfig(**(TINY.to_dict() | {"seed": 8})))
    assert not np.array_equal(first, other.matrix)


def test_a_peek_at_the_last_epoch_is_the_model() -> None:
    peeks: list[Callable[[], object]] = []
    kept: list[np.ndarray] = []

    def look(progress: Progress) -> None:
        if progress.peek:
            kept.append(progress.peek().matrix)
            peeks.append(progress.peek)

    model = Glove.train(drinks_and_beasts(200), TINY, look)
    assert len(kept) == 3
    np.testing.assert_array_equal(kept[-1], model.matrix)
    assert not np.array_equal(kept[0], kept[1])


@pytest.mark.parametrize("phase", ["counting", "shuffling", "training"])
def test_cancelling_leaves_no_file_behind(phase: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def stop(progress: Progress) -> None:
        if progress.phase == phase:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        Glove.train(drinks_and_beasts(), TINY, stop)
    assert not list(tmp_path.glob("embedlab-glove*"))


def test_saved_and_loaded(tmp_path: Path) -> None:
    model = Glove.train(drinks_and_beasts(200), TINY)
    model.save(tmp_path / "model")
    again = Glove.load(tmp_path / "model")
    assert (again.words, again.config, again.card) == (model.words, model.config, model.card)
    np.testing.assert_array_equal(again.matrix, model.matrix)


def test_sentences_of_one_word_are_refused() -> None:
    with pytest.raises(BadInput, match="longer sentences"):
        Glove.train(Corpus.from_sentences([["a"], ["b"], ["c"]]), TINY)
