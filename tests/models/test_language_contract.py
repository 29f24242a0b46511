"""What every language model promises, whatever its kind."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab import registry
from embedlab.base import END, BadInput, Cancelled, LanguageModel, Progress
from embedlab.data.corpus import Corpus
from tests import conftest
from tests.conftest import Made

NETWORK: dict[str, Any] = {"min_count": 2, "max_words": 60, "seed": 3, "epochs": 3, "batch_size": 4, "dim": 12}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "ngram": ("ngram", {"min_count": 2, "max_words": 60, "order": 3}),
    "lstm": ("lstm", NETWORK | {"layers": 2, "learning_rate": 0.02, "stretch": 10}),
    "lstm_untied_sampled": (
        "lstm",
        NETWORK | {"layers": 1, "tied": False, "samples": 20, "learning_rate": 0.02, "stretch": 10},
    ),
    "nnlm": ("nnlm", NETWORK | {"n": 3, "hidden": 16, "batch_size": 16, "learning_rate": 0.02}),
    "nnlm_direct_sampled": (
        "nnlm",
        NETWORK | {"n": 4, "hidden": 16, "batch_size": 16, "direct": True, "samples": 20, "learning_rate": 0.02},
    ),
    "elmo": (
        "elmo",
        NETWORK | {"hidden": 24, "filters": "1x8 2x16 3x16", "samples": 20, "learning_rate": 0.01, "stretch": 20},
    ),
    "flair": ("flair", NETWORK | {"hidden": 24, "batch_size": 16, "learning_rate": 0.02, "stretch": 20}),
    "char_lstm": ("char_lstm", NETWORK | {"hidden": 24, "batch_size": 16, "learning_rate": 0.02, "stretch": 20}),
    "char_lstm_backward": (
        "char_lstm",
        NETWORK | {"hidden": 24, "batch_size": 16, "learning_rate": 0.02, "stretch": 20, "direction": "backward"},
    ),
}
LEARNED_IN_EPOCHS = tuple(name for name in KINDS if name != "ngram")


def sentences() -> list[list[str]]:
    """Who does what, with what follows fixed: after "cat" comes "meows", after "dog" comes "barks"; and a rare word."""
    draw = random.Random(5)
    pairs = (("cat", "meows"), ("dog", "barks"), ("cow", "moos"))
    made = [[draw.choice(("the", "a")), *draw.choice(pairs), draw.choice(("now", "today"))] for _ in range(800)]
    return [*made, ["rare"]]


SENTENCES = sentences()


def train(name: str, on_progress: Any = None, text: list[list[str]] = SENTENCES, **changes: Any) -> LanguageModel:
    kind, settings = KINDS[name]
    return conftest.trained(kind, Corpus.from_sentences(text, name="animals"), settings | changes, on_progress)


@pytest.fixture(scope="module")
def trained() -> Mapping[str, LanguageModel]:
    """A model of each kind, trained when a test asks for it."""
    return Made(train)


@pytest.fixture(scope="module")
def watched() -> Mapping[str, tuple[LanguageModel, list[Progress]]]:
    """Each kind trained once more, and what it told meanwhile."""

    def watch(name: str) -> tuple[LanguageModel, list[Progress]]:
        events: list[Progress] = []
        return train(name, events.append), events

    return Made(watch)


def contexts(model: LanguageModel) -> list[list[str]]:
    words = [
        [],
        ["the"],
        ["the", "cat"],
        ["a", "dog", "barks"],
        ["unheard", "cow"],
        ["the", "cat", "meows", "now", END],
    ]
    return [list(" ".join(context)) for context in words] if model.unit == "char" else words


@pytest.mark.parametrize("name", KINDS)
def test_a_text_is_no_list_of_words(trained: Mapping[str, LanguageModel], name: str) -> None:
    model = trained[name]
    if model.unit == "char":
        np.testing.assert_array_equal(model.next("ab"), model.next(["a", "b"]))
        return
    for call in (model.next, model.score, lambda text: model.next_many([text])):
        with pytest.raises(BadInput, match="list of words, such as"):
            call("the king of")


@pytest.mark.parametrize("name", KINDS)
def test_probabilities_of_every_context_sum_to_one(trained: Mapping[str, LanguageModel], name: str) -> None:
    model = trained[name]
    for context in contexts(model):
        found = model.next(context)
        assert found.shape == (len(model.vocabulary),)
        assert found.dtype == np.float32
        assert (found >= 0).all()
        assert found.sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("name", KINDS)
def test_many_contexts_at_once_give_the_same(trained: Mapping[str, LanguageModel], name: str) -> None:
    model = trained[name]
    many = model.next_many(contexts(model))
    for row, context in zip(many, contexts(model), strict=True):
        np.testing.assert_allclose(row, model.next(context), atol=1e-5)


@pytest.mark.parametrize("name", KINDS)
def test_a_sentence_is_scored_by_what_was_said_of_its_next_tokens(
    trained: Mapping[str, LanguageModel], name: str
) -> None:
    model = trained[name]
    text = "a dog unheard now"
    tokens = list(text) if model.unit == "char" else [*text.split(), END]
    scores = model.score(tokens)
    assert scores.shape == (len(tokens),)
    places = {token: i for i, token in enumerate(model.vocabulary)}
    for i, token in enumerate(tokens):
        before = tokens[i + 1 :] if name.endswith("backward") else tokens[:i]
        expected = model.next(before)[places.get(token, places["<unk>"])]
        assert scores[i] == pytest.approx(np.log(expected), abs=1e-3)


@pytest.mark.parametrize("name", KINDS)
def test_it_has_learned_what_follows(trained: Mapping[str, LanguageModel], name: str) -> None:
    model = trained[name]
    if model.unit == "char":
        good, bad = model.score(list("the cat meows now")).sum(), model.score(list("the cat barks now")).sum()
        assert good > bad + np.log(10)
        return
    places = {token: i for i, token in enumerate(model.vocabulary)}
    after_cat = model.next(["the", "cat"])
    assert after_cat[places["meows"]] > 0.8
    at_the_end = model.next(["a", "dog", "barks", "today"])
    assert at_the_end[places[END]] > 0.8
    at_the_beginning = model.next([])
    assert at_the_beginning[places["the"]] + at_the_beginning[places["a"]] > 0.8


@pytest.mark.parametrize("name", KINDS)
def test_the_vocabulary_is_counted_commonest_first(trained: Mapping[str, LanguageModel], name: str) -> None:
    model = trained[name]
    seen = (c for s in SENTENCES for c in " ".join(s) + "\n") if model.unit == "char" else itertools.chain(*SENTENCES)
    expected = {token: count for token, count in Counter(seen).items() if count >= 2}
    assert dict(zip(model.words, model.counts.tolist(), strict=True)) == expected
    assert model.counts.tolist() == sorted(model.counts.tolist(), reverse=True)
    assert model.vocabulary[: len(model.words)] == model.words


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("half", [False, True])
def test_a_saved_model_comes_back(trained: Mapping[str, LanguageModel], name: str, half: bool, tmp_path: Path) -> None:
    model = trained[name]
    model.save(tmp_path / "m", half=half)
    back = registry.load_model(tmp_path / "m")
    assert type(back) is type(model)
    assert (back.words, back.config, back.card) == (model.words, model.config, model.card)
    for context in contexts(model):
        np.testing.assert_allclose(back.next(context), model.next(context), atol=5e-3 if half else 1e-7)


@pytest.mark.parametrize("name", LEARNED_IN_EPOCHS)
def test_the_same_seed_gives_the_same_model(
    trained: Mapping[str, LanguageModel], watched: Mapping[str, tuple[LanguageModel, list[Progress]]], name: str
) -> None:
    model, (again, _) = trained[name], watched[name]
    for context in contexts(model):
        np.testing.assert_array_equal(again.next(context), model.next(context))


@pytest.mark.parametrize("name", LEARNED_IN_EPOCHS)
def test_another_seed_gives_another_model(name: str) -> None:
    one, other = (train(name, text=SENTENCES[:100], epochs=1, seed=seed) for seed in (3, 4))
    context = contexts(one)[2]
    assert one.vocabulary == other.vocabulary
    assert not np.array_equal(other.next(context), one.next(context))


@pytest.mark.parametrize("name", LEARNED_IN_EPOCHS)
def test_progress_ends_every_epoch_with_a_held_out_loss_that_falls(
    watched: Mapping[str, tuple[LanguageModel, list[Progress]]], name: str
) -> None:
    model, events = watched[name]
    ends = [event for event in events if event.held_out is not None]
    assert [event.epoch for event in ends] == [1, 2, 3]
    assert ends[-1].held_out < ends[0].held_out
    assert model.card.loss == pytest.approx(min(event.held_out for event in ends))
    if model.unit == "char":
        text = "\n".join(" ".join(s) for s in SENTENCES)
        assert ends[0].units_per_word == pytest.approx((len(text) + 1) / len(text.split()))
    else:
        assert ends[0].units_per_word == 1.0


@pytest.mark.parametrize("name", KINDS)
def test_training_stops_when_it_is_told_to(name: str) -> None:
    def stop(event: Progress) -> None:
        if event.phase != "reading":
            raise Cancelled("Stopped, as asked.")

    with pytest.raises(Cancelled):
        train(name, stop)


@pytest.mark.parametrize("name", KINDS)
def test_the_card_says_where_the_model_comes_from(trained: Mapping[str, LanguageModel], name: str) -> None:
    card = trained[name].card
    assert "animals" in card.text
    assert card.tokens == sum(map(len, SENTENCES))
    assert card.seconds > 0


@pytest.mark.parametrize("name", KINDS)
def test_too_little_text_is_refused_in_a_sentence(name: str) -> None:
    kind, settings = KINDS[name]
    with pytest.raises(BadInput):
        conftest.trained(kind, Corpus.from_sentences([["one"]]), settings)
