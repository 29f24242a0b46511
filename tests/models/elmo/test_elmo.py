"""ELMo trained here: it learns in both directions, resumes, predicts, encodes what it has never seen."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from embedlab import registry
from embedlab.base import END, UNKNOWN, BadInput, BadModel, BadSetting, Progress
from embedlab.data.corpus import Corpus
from embedlab.models.elmo.config import ElmoConfig
from embedlab.models.elmo.model import Elmo
from embedlab.training import checkpoints, loop

TINY = {
    "dim": 16, "hidden": 32, "char_dim": 8, "filters": "1x8 2x16 3x16", "min_count": 2, "samples": 0, "stretch": 16,
    "batch_size": 8, "learning_rate": 0.01, "dropout": 0.0,
}  # fmt: skip


def text() -> list[list[str]]:
    """What an animal does and what it is called agree over a distance; and a rare word."""
    draw = random.Random(5)
    pairs = (("cat", "meows"), ("dog", "barks"), ("cow", "moos"))
    made = [[draw.choice(("the", "a")), *draw.choice(pairs), draw.choice(("now", "today"))] for _ in range(800)]
    return [*made, ["rare", "cat", "meows"]]


@pytest.fixture(scope="module")
def events() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def model(events: list[Progress]) -> Elmo:
    corpus = Corpus.from_sentences(text(), name="animals")
    return Elmo.train(corpus, ElmoConfig.from_dict(TINY | {"epochs": 5}), events.append)


def place(model: Elmo, word: str) -> int:
    return model.vocabulary.index(word)


def test_the_loss_on_unseen_text_falls_in_both_directions(model: Elmo, events: list[Progress]) -> None:
    ends = [event for event in events if event.held_out is not None]
    assert [event.epoch for event in ends] == [1, 2, 3, 4, 5]
    assert [part.name for part in ends[0].parts] == ["forward", "backward"]
    for number in range(2):
        assert ends[-1].parts[number].held_out < ends[0].parts[number].held_out - 0.1
    last = ends[-1]
    assert last.held_out == pytest.approx(np.mean([part.held_out for part in last.parts]), abs=1e-5)
    assert last.held_out == pytest.approx((np.log(2) + np.log(3) + np.log(2)) / 5, abs=0.05)  # what cannot be known


def test_it_predicts_from_the_left_and_from_the_right(model: Elmo) -> None:
    assert model.direction == model.forward.direction == "forward"
    assert model.backward.direction == "backward"
    assert model.next(["the", "cat"])[place(model, "meows")] > 0.9
    assert model.next(["a", "dog", "barks", "now"])[place(model, END)] > 0.9
    assert model.backward.next(["barks", "now"])[place(model, "dog")] > 0.9
    assert model.backward.next(["the", "dog", "barks", "now"])[place(model, END)] > 0.9
    ends = model.backward.next([])
    assert ends[place(model, "now")] + ends[place(model, "today")] > 0.9


@pytest.mark.parametrize("context", [[], ["the"], ["a", "dog"], ["unheard"], ["the", "cat", "meows", "now", END]])
def test_probabilities_sum_to_one(model: Elmo, context: list[str]) -> None:
    for one in (model, model.forward, model.backward):
        found = one.next(context)
        assert found.shape == (len(model.words) + 2,)
        assert found.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_array_equal(model.next(context), model.forward.next(context))


def test_a_sentence_is_scored_by_what_was_said_of_its_words(model: Elmo) -> None:
    words = ["a", "dog", "unheard", END, "the", "cow", "moos", END]
    forward, backward = model.score(words), model.backward.score(words)
    for i, word in enumerate(words):
        number = place(model, word if word in model.vocabulary else UNKNOWN)
        assert forward[i] == pytest.approx(np.log(model.next(words[:i])[number]), abs=1e-4)
        assert backward[i] == pytest.approx(np.log(model.backward.next(words[i + 1 :])[number]), abs=1e-4)
    many = [words[:i] for i in range(len(words))]
    np.testing.assert_allclose(model.next_many(many), [model.next(one) for one in many], atol=1e-5)
    assert model.score([]).shape == model.backward.score([]).shape == (0,)
    assert model.next_many([]).shape == (0, len(model.vocabulary))


def test_a_boundary_begins_from_nothing(model: Elmo) -> None:
    np.testing.assert_allclose(model.next(["a", "cow", END, "the"]), model.next(["the"]), atol=1e-6)
    backward = model.backward
    np.testing.assert_allclose(backward.next(["now", END, "a"]), backward.next(["now"]), atol=1e-6)


def test_rare_words_are_read_but_not_predicted(model: Elmo) -> None:
    assert "rare" not in model.vocabulary
    assert model.vocabulary[-2:] == [UNKNOWN, END]
    rare, unseen = model.encode([["rare"], ["catx"]], ["tokens"])
    assert not np.allclose(rare, unseen, atol=1e-3)


def test_any_string_has_a_vector(model: Elmo) -> None:
    odd = ["x" * 100_000, "\x00\x1b", "", "\ud800", "日本語", "e\u0301", "👩‍👩‍👧", END, UNKNOWN, "\u202e"]
    for words in (odd, odd[:1]):
        found = model.encode([words, []])
        assert found[0].shape == (3, len(words), 32)
        assert np.isfinite(found[0]).all()
        assert found[1].shape == (3, 0, 32)
    with pytest.raises(BadInput, match="no layer"):
        model.encode([odd], ["lstm3"])


def test_encoding_reads_as_the_language_models_do(model: Elmo) -> None:
    words = ["the", "cat", "meows"]
    top = model.encode([words], ["lstm2"])[0][0]
    softmax = model.network.softmax
    with torch.no_grad():
        for half, language_model, contexts in (
            (top[:, :16], model.forward, [words[: i + 1] for i in range(3)]),
            (top[:, 16:], model.backward, [words[i:] for i in range(3)]),
        ):
            expected = torch.softmax(softmax.scores(torch.from_numpy(half.copy())), dim=1).numpy()
            np.testing.assert_allclose(language_model.next_many(contexts), expected, atol=1e-5)


def test_it_is_the_same_when_it_comes_back(model: Elmo, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    back = registry.load_model(tmp_path / "m")
    assert type(back) is Elmo
    assert (back.words, back.config, back.card) == (model.words, model.config, model.card)
    np.testing.assert_array_equal(back.counts, model.counts)
    words = ["the", "unheard", "cow"]
    np.testing.assert_array_equal(back.encode([words])[0], model.encode([words])[0])
    np.testing.assert_array_equal(back.backward.score(words), model.backward.score(words))
    model.backward.save(tmp_path / "b")
    np.testing.assert_array_equal(Elmo.load(tmp_path / "b").score(words), model.score(words))
    with pytest.raises(BadModel, match="backward"):
        type(model.backward).load(tmp_path / "b")


class Killed(Exception):
    pass


def test_a_killed_training_ends_with_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "TELL_EVERY", 0.0)
    corpus = Corpus.from_sentences(text()[-200:])
    config = ElmoConfig.from_dict(TINY | {"epochs": 3, "dropout": 0.3, "samples": 5, "batch_size": 4})
    unbroken = Elmo.train(corpus, config)
    monkeypatch.setattr(checkpoints.CheckpointFolder, "due", lambda self, saved: self.folder is not None)
    events: list[Progress] = []

    def die(event: Progress) -> None:
        events.append(event)
        if len(events) == 20:
            raise Killed

    with pytest.raises(Killed):
        Elmo.train(corpus, config, die, tmp_path / "c")
    events.clear()
    resumed = Elmo.train(corpus, config, events.append, tmp_path / "c")
    assert events[0].step > 15 * 4 * 16
    for name, weight in unbroken.tensors().items():
        np.testing.assert_array_equal(resumed.tensors()[name], weight)


def test_too_little_text_is_refused() -> None:
    for sentences in ([["one"]], [["one", "two"]], [["one", "two", "three"], ["four"]]):
        with pytest.raises(BadInput):
            Elmo.train(Corpus.from_sentences(sentences), ElmoConfig.from_dict(TINY))


@pytest.mark.parametrize("filters", ["", "7", "0x4", "2x0", "21x4", "2x99999", "2x4 y", "-1x4", "2 x 4"])
def test_filters_that_cannot_be_are_refused(filters: str) -> None:
    with pytest.raises(BadSetting, match="filters"):
        ElmoConfig(filters=filters)


def test_a_filter_wider_than_a_word_is_refused() -> None:
    with pytest.raises(BadSetting, match="wider"):
        ElmoConfig(filters="2x4 9x4", characters=8)
