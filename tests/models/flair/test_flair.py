"""Flair: read out as the flair library does, against a character-by-character reference; trained in both directions."""

from __future__ import annotations

import signal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from embedlab import registry
from embedlab.base import BadInput, BadModel, BadSetting, Cancelled, ContextualModel, LanguageModel, Progress
from embedlab.data.corpus import Corpus
from embedlab.models.char_lstm import CharLstm
from embedlab.models.common.recurrent import NoSoftmax
from embedlab.models.flair.model import Flair, FlairConfig
from tests.character_toys import char_lstm

LETTERS = "abcdefghijklmnopqrstuvwxyzABC .,\n"
SENTENCES = [
    ["the", "cat", "sat", "on", "a", "mat", "."],
    [],
    ["Hi"],
    ["a", "long", "sentence", ",", "with", "some", "more", "words", "in", "it", "than", "the", "others", "have", "."],
    ["ünknown", "ŵords", "\u0301", "🙂🙂", "\ud800", "a\x00b\tc\r"],
    ["", "empty", ""],
    ["two words", "in one"],
    ["x" * 700, "y", "z" * 400],
]


def half(direction: str, **changes: int) -> CharLstm:
    settings = {"dim": 7, "hidden": 16, "layers": 2, "dropout": 0.5} | changes
    return char_lstm(LETTERS, direction, 1.3, **settings)


@pytest.fixture(scope="module")
def model() -> Flair:
    return Flair.of(half("forward"), half("backward"))


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def states(half: CharLstm, characters: str) -> np.ndarray:
    """(L, N, H) in float64: one character after the other through every layer."""
    weights = {name: array.astype(np.float64) for name, array in half.tensors().items()}
    numbers = {c: i for i, c in enumerate(half.words)}
    width, depth = half.config.hidden, half.config.layers
    h, c = np.zeros((depth, width)), np.zeros((depth, width))
    found = []
    for character in characters:
        x = weights["embedding.weight"][numbers.get(character, len(half.words))]
        for k in range(depth):
            name = f"lstm.{k}."
            sums = x @ weights[name + "weight_ih_l0"].T + weights[name + "bias_ih_l0"]
            sums += h[k] @ weights[name + "weight_hh_l0"].T + weights[name + "bias_hh_l0"]
            i, f, g, o = np.split(sums, 4)
            c[k] = logistic(f) * c[k] + logistic(i) * np.tanh(g)
            h[k] = x = logistic(o) * np.tanh(c[k])
        found.append(h.copy())
    return np.array(found).transpose(1, 0, 2)


def reference(model: Flair, words: list[str], whitespace: bool) -> np.ndarray:
    """(L, T, D), with the offsets counted up and down as flair's FlairEmbeddings does."""
    text = " ".join(words)
    ahead, back = states(model.forward, "\n" + text + " "), states(model.backward, "\n" + text[::-1] + " ")
    rows, forward, backward = [], 1, len(text) + 1
    for word in words:
        forward += len(word)
        at = (forward, backward) if whitespace else (forward - 1, backward - 1)
        rows.append(np.concatenate([ahead[:, at[0]], back[:, at[1]]], axis=1))
        forward, backward = forward + 1, backward - 1 - len(word)
    return np.stack(rows, axis=1)


@pytest.mark.parametrize("whitespace", [True, False])
def test_vectors_are_the_states_at_the_ends_of_each_word(model: Flair, whitespace: bool) -> None:
    model = Flair.of(model.forward, model.backward, with_whitespace=whitespace)
    found = model.encode(SENTENCES)
    assert model.layers == ["lstm1", "lstm2"]
    assert model.dim == 32
    for one, words in zip(found, SENTENCES, strict=True):
        assert one.shape == (2, len(words), 32)
        assert one.dtype == np.float32
        if words:
            np.testing.assert_allclose(one, reference(model, words, whitespace), atol=1e-5)


def test_a_sentence_has_the_same_vectors_in_any_company_and_the_same_bits_in_the_same(model: Flair) -> None:
    together = model.encode(SENTENCES * 3)
    again = model.encode(SENTENCES * 3)
    for one, two, words in zip(together, again, SENTENCES * 3, strict=True):
        np.testing.assert_array_equal(one, two)
        np.testing.assert_allclose(one, model.encode([words])[0], atol=1e-5)


def test_only_the_layers_asked_for_come_back(model: Flair) -> None:
    (both,), (top,) = model.encode(SENTENCES[:1]), model.encode(SENTENCES[:1], ["lstm2"])
    np.testing.assert_array_equal(top[0], both[1])
    with pytest.raises(BadInput, match="lstm9"):
        model.encode(SENTENCES, ["lstm9"])


def test_a_word_depends_on_what_stands_on_either_side(model: Flair) -> None:
    one, left, right = (model.encode([words.split()])[0][1, 1] for words in ("a bank b", "c bank b", "a bank c"))
    assert np.abs(one - left)[:16].max() > 1e-3
    assert np.abs(one - right)[16:].max() > 1e-3
    np.testing.assert_allclose(one[:16], right[:16], atol=1e-6)  # the forward half has not read on
    np.testing.assert_allclose(one[16:], left[16:], atol=1e-6)


def test_a_token_of_a_hundred_thousand_characters_has_a_vector() -> None:
    model = Flair.of(half("forward", layers=1), half("backward", layers=1))
    found = model.encode([["a" * 100_000, "b"]])[0]
    assert found.shape == (1, 2, 32)
    assert np.isfinite(found).all()


def test_as_a_language_model_it_answers_as_its_forward_half(model: Flair) -> None:
    assert isinstance(model, ContextualModel)
    assert isinstance(model, LanguageModel)
    assert (model.unit, model.direction, model.vocabulary) == ("char", "forward", model.forward.vocabulary)
    np.testing.assert_array_equal(model.next(list("the ")), model.forward.next(list("the ")))
    np.testing.assert_array_equal(model.score(list("the cat")), model.forward.score(list("the cat")))
    assert model.backward.direction == "backward"
    assert model.backward.next(list("cat")).sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("half_size", [False, True])
def test_a_saved_model_comes_back(model: Flair, half_size: bool, tmp_path: Path) -> None:
    model.save(tmp_path / "m", half=half_size)
    back = registry.load_model(tmp_path / "m")
    assert isinstance(back, Flair)
    assert (back.words, back.config, back.card, back.layers) == (model.words, model.config, model.card, model.layers)
    for one, expected in zip(back.encode(SENTENCES), model.encode(SENTENCES), strict=True):
        np.testing.assert_allclose(one, expected, atol=2e-2 if half_size else 1e-7)
    np.testing.assert_allclose(back.backward.next(["a"]), model.backward.next(["a"]), atol=2e-2 if half_size else 1e-7)


def test_two_that_are_no_pair_are_refused() -> None:
    with pytest.raises(BadInput, match="forward and a backward"):
        Flair.of(half("backward"), half("forward"))
    with pytest.raises(BadInput, match="hidden is 16 forward and 24 backward"):
        Flair.of(half("forward"), half("backward", hidden=24))


ANIMALS, VERBS, OTHERS = ("cat", "dog", "cow", "hen"), ("see", "hear", "like"), ("man", "girl", "boy", "house", "tree")
TEXT = [f"The {a} {b}s the {c} every day." for a in ANIMALS for b in VERBS for c in OTHERS] * 5
CONFIG = FlairConfig(
    dim=12, hidden=48, dropout=0.2, min_count=1, epochs=4, batch_size=8, learning_rate=0.02, stretch=30, seed=2
)


def train(on_progress=None, checkpoints: Path | None = None, **changes) -> Flair:
    return Flair.train(Corpus.from_texts(TEXT), FlairConfig(**CONFIG.to_dict() | changes), on_progress, checkpoints)


@pytest.fixture(scope="module")
def events() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def trained(events: list[Progress]) -> Flair:
    return train(events.append)


def test_training_lowers_the_held_out_loss_of_each_direction(trained: Flair, events: list[Progress]) -> None:
    ends = [event for event in events if event.held_out is not None]
    assert [event.epoch for event in ends] == [1, 2, 3, 4]
    for part in (0, 1):
        losses = [event.parts[part].held_out for event in ends]
        assert losses[-1] < 0.8 * losses[0] < 1
    assert [part.name for part in ends[0].parts] == ["forward", "backward"]
    assert ends[-1].held_out == pytest.approx(np.mean([part.held_out for part in ends[-1].parts]))
    assert all(a.step <= b.step for a, b in pairwise(events) if a.phase == b.phase == "training")
    assert ends[0].units_per_word == pytest.approx(np.mean([len(text) + 1 for text in TEXT]) / 7)
    assert trained.card.loss == pytest.approx(min(event.held_out for event in ends))
    assert trained.card.tokens == 7 * len(TEXT)


def test_both_directions_have_learned_what_follows(trained: Flair) -> None:
    text = "The cat sees the man every day."
    for way in (trained.forward, trained.backward):
        assert way.score(list(text)).mean() > -0.6
        assert way.score(list(text)).sum() > way.score(list("The man every the sees cat day.")).sum() + 5


def test_no_dropout_when_it_encodes(trained: Flair) -> None:
    sentence = ["The", "cat", "sees", "the", "man"]
    np.testing.assert_allclose(
        trained.encode([sentence])[0], reference(trained, sentence, True), atol=1e-5
    )  # the reference has none


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_a_killed_training_goes_on_to_the_same_weights(
    trained: Flair, share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "embedlab.training.checkpoints.CheckpointFolder.due", lambda place, saved: place.folder is not None
    )
    monkeypatch.setattr("embedlab.training.loop.TELL_EVERY", 0.0)

    def kill(event: Progress) -> None:
        if event.phase == "training" and event.fraction >= share:
            raise Cancelled(signal.Signals.SIGKILL.name)

    with pytest.raises(Cancelled):
        train(kill, tmp_path / "at")
    assert (tmp_path / "at").is_dir()
    first: list[Progress] = []
    resumed = train(first.append, tmp_path / "at")
    assert next(event for event in first if event.phase == "training").fraction > share - 0.05
    assert not (tmp_path / "at").exists()
    for name, array in trained.tensors().items():
        np.testing.assert_array_equal(resumed.tensors()[name], array)


def test_settings_out_of_bounds_and_too_little_text_are_refused() -> None:
    with pytest.raises(BadSetting, match="hidden"):
        FlairConfig(hidden=0)
    with pytest.raises(BadInput):
        Flair.train(Corpus.from_texts(["a"]), FlairConfig(min_count=3))


def test_a_damaged_folder_is_refused(model: Flair, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    tensors = tmp_path / "m" / "model.safetensors"
    tensors.write_bytes(tensors.read_bytes()[:-100])
    with pytest.raises(BadModel):
        registry.load_model(tmp_path / "m")


def test_a_flair_goes_on_with_the_same_characters() -> None:
    settings = FlairConfig(dim=8, hidden=24, stretch=20, batch_size=4, epochs=2, min_count=1, patience=0, dropout=0.0)
    first = Flair.train(Corpus.from_texts(["abc abc abc. " * 60]).with_licence("CC0"), settings)
    before = {name: weight.copy() for name, weight in first.tensors().items()}
    other = Corpus.from_texts(["cba cba xx cba. " * 60]).with_licence("MIT")
    then = first.continue_pretraining(
        other, FlairConfig(dim=99, stretch=20, batch_size=4, epochs=15, learning_rate=5e-3)
    )
    assert then.words == first.words and then.config.hidden == 24
    assert (then.card.licence, then.card.tokens) == ("CC0; MIT", 180 + 240)
    for name, weight in first.tensors().items():
        np.testing.assert_array_equal(weight, before[name])
    a = first.words.index("a")
    # in the second text "a" stands after "b" and never before it, and an unknown letter before a space
    assert then.next(list("cba c")).argmax() == first.words.index("b")
    assert then.next(list("cb"))[a] > 0.8 > first.next(list("cb"))[a]
    still = first.continue_pretraining(other, FlairConfig(stretch=20, batch_size=4, epochs=1, learning_rate=1e-6))
    np.testing.assert_allclose(still.encode([["abc"]])[0], first.encode([["abc"]])[0], atol=1e-3)


def test_a_flair_without_output_layers_cannot_go_on() -> None:
    halves = [half(way) for way in ("forward", "backward")]
    for one in halves:
        one.network.softmax = NoSoftmax()
    with pytest.raises(BadInput, match="cannot learn on"):
        Flair.of(*halves).continue_pretraining(Corpus.from_texts(["abc"]))
