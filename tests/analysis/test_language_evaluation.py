"""Perplexity in each direction, and hidden words, of models whose answers are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from embedlab.analysis.evaluation import evaluate_language
from embedlab.analysis.masked import masked_accuracy
from embedlab.base import END, BadInput, Floats, Progress
from embedlab.cli.evaluate import language
from tests.analysis.toys import Toy, uniform

WORDS = ["the", "cat", "sat", "mat"]


class Filler(Toy):
    """Fills every gap by one list: the commonest words first."""

    direction = "both"

    def __init__(self, order: Sequence[str]) -> None:
        super().__init__({}, list(order))
        self.asked: list[tuple[list[str], int]] = []

    def fill(self, sentence: Sequence[str], position: int) -> Floats:
        self.asked.append((list(sentence), position))
        found: Floats = np.linspace(1, 0.1, len(self.vocabulary), dtype=np.float32)
        return found / found.sum()


def test_a_uniform_model_is_as_unsure_as_it_has_words() -> None:
    model = uniform(WORDS)
    found = evaluate_language(model, ["The cat sat.", "...", "The dog sat on the mat."])
    (score,) = found.scores
    assert found.sentences == 2
    assert (score.direction, score.tokens, score.words, score.unknown) == ("forward", 3 + 1 + 6 + 1, 11, 2)
    assert score.perplexity == pytest.approx(len(model.vocabulary), rel=1e-4)
    assert found.masked is None


def test_characters_count_for_words() -> None:
    model = uniform(["a", "b", " ", "\n"], "char")
    (score,) = evaluate_language(model, ["ab ba"]).scores
    assert (score.tokens, score.words) == (6, 3)
    assert score.bits_per_token == pytest.approx(np.log2(len(model.vocabulary)), rel=1e-4)
    assert score.perplexity == pytest.approx(2 ** (6 * score.bits_per_token / 3), rel=1e-4)


def test_marks_are_guessed_but_not_counted_as_words() -> None:
    row = {"the": 0.25, "cat": 0.25, ",": 0.0625, ".": 0.0625, END: 0.25}
    model = Toy(dict.fromkeys(("", "the", "cat", ",", "."), row), ["the", "cat", ",", "."])
    (score,) = evaluate_language(model, ["The, cat."]).scores
    assert (score.tokens, score.words, score.unknown, score.word_unknown) == (5, 3, 0, 0)
    assert score.perplexity == pytest.approx(4)
    assert score.bits_per_token == pytest.approx((3 * 2 + 2 * 4) / 5)
    assert "perplexity per word 4.0, punctuation marks left out; 7.0 per token" in language(
        evaluate_language(model, ["The, cat."])
    )


def test_characters_are_measured_on_the_words_of_a_word_model() -> None:
    letters, text = uniform([*"TheCat,. "], "char"), "The Cat, the cat's."
    (score,) = evaluate_language(letters, [text]).scores
    (words,) = evaluate_language(uniform(WORDS), [text]).scores
    assert score.words == words.words == 6
    assert score.tokens == len(text) + 1
    assert score.word_bits == pytest.approx((len(text)) * np.log2(len(letters.vocabulary)), rel=1e-5)  # less one space


class BothWays(Toy):
    """Made of two models."""

    def __init__(self, forward: Toy, backward: Toy) -> None:
        super().__init__({}, WORDS)
        self.forward, self.backward = forward, backward


class Listening(Toy):
    """Remembers what it was asked to score."""

    asked: Any = None

    def score(self, tokens: Sequence[str]) -> Floats:
        self.asked = list(tokens)
        return np.full(len(tokens), np.log(0.25), np.float32)


def test_a_model_of_two_directions_is_measured_in_both() -> None:
    forward, backward = Listening({}, WORDS), Listening({}, WORDS)
    backward.direction = "backward"
    found = evaluate_language(BothWays(forward, backward), ["the cat sat"])
    assert [score.direction for score in found.scores] == ["forward", "backward"]
    assert [score.perplexity for score in found.scores] == pytest.approx([4.0, 4.0])
    assert forward.asked == ["the", "cat", "sat", END]
    assert backward.asked == [END, "the", "cat", "sat"]


def test_hidden_words_are_ranked_among_the_guesses() -> None:
    events: list[Progress] = []
    model = Filler(WORDS)
    sentences = [["the"], ["cat"], ["mat"], ["zebra", "!"], ["zebra", "the"]]
    found = masked_accuracy(model, sentences, k=2, on_progress=events.append)
    assert (found.first, found.among, found.asked, found.skipped) == (0.5, 0.75, 4, 1)
    assert model.asked[-1] == (["zebra", "the"], 1)
    assert (events[-1].step, events[-1].total) == (5, 5)


def test_one_word_of_a_sentence_is_hidden_the_same_with_the_same_seed() -> None:
    places = []
    for seed in (1, 1, 2, 3, 4):
        model = Filler(WORDS)
        masked_accuracy(model, [["the", "cat", "sat", "mat"]] * 5, seed=seed)
        places.append([place for _, place in model.asked])
    assert places[0] == places[1]
    assert {place for one in places for place in one} == {0, 1, 2, 3}


def test_a_masked_model_is_measured_by_its_hidden_words() -> None:
    found = evaluate_language(Filler(WORDS), ["the cat sat"])
    assert found.scores == ()
    assert found.masked is not None
    assert found.masked.asked == 1
    assert found.to_dict()["masked"]["asked"] == 1


def test_nothing_to_measure_is_said() -> None:
    with pytest.raises(BadInput, match="no sentence"):
        evaluate_language(uniform(WORDS), ["...", ""])
    with pytest.raises(BadInput, match="None of the 1 sentences"):
        masked_accuracy(Filler(WORDS), [["zebra"]])
