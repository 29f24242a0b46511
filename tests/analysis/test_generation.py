"""A model writes: greedily, by chance with a seed, to the end or to the greatest length."""

from collections import Counter
from typing import Literal

import numpy as np
import pytest

from embedlab.analysis.generation import Decoding, generate
from embedlab.base import END, UNKNOWN, BadInput
from tests.analysis.toys import Toy, uniform

LOOP = {
    "": {"the": 0.7, UNKNOWN: 0.3},
    "the": {"cat": 0.4, "dog": 0.35, UNKNOWN: 0.25},
    "cat": {"sat": 0.6, END: 0.4},
    "sat": {END: 0.9, "the": 0.1},
    "dog": {"the": 1.0},
}
WORDS = ("the", "cat", "dog", "sat")


def test_greedy_takes_the_likeliest_until_the_end() -> None:
    written = generate(Toy(LOOP, WORDS), [])
    assert written.tokens == ("the", "cat", "sat")
    assert written.finished
    assert written.probabilities == pytest.approx([0.7, 0.4, 0.6])
    assert written.candidates == (1, 1, 1)


def test_it_goes_on_with_a_beginning_and_stops_at_the_greatest_length() -> None:
    written = generate(Toy(LOOP, WORDS), ["the", "dog"], Decoding(temperature=0.0, length=2))
    assert written.context == ("the", "dog")
    assert written.tokens == ("the", "cat")
    assert not written.finished


def test_the_same_seed_writes_the_same_and_others_differ() -> None:
    model = uniform([f"w{i}" for i in range(50)])
    texts = [generate(model, [], Decoding(seed=seed, length=10)).tokens for seed in (1, 1, 2, 3)]
    assert texts[0] == texts[1]
    assert len(set(texts)) == 3


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    model = Toy(LOOP, WORDS)
    drawn = Counter(generate(model, ["the"], Decoding(seed=i, length=1)).tokens[0] for i in range(2000))
    assert set(drawn) == {"cat", "dog"}  # never the unknown word
    assert drawn["cat"] / 2000 == pytest.approx(0.4 / 0.75, abs=0.04)


def test_the_unknown_word_can_be_let_in() -> None:
    model = Toy(LOOP, WORDS)
    drawn = {generate(model, ["the"], Decoding(seed=i, length=1, unknown=True)).tokens[0] for i in range(50)}
    assert UNKNOWN in drawn


def test_a_model_of_characters_stops_at_the_line_end() -> None:
    table = {"": {"h": 1.0}, "h": {"i": 1.0}, "i": {"\n": 0.6, "h": 0.4}}
    written = generate(Toy(table, ["h", "i", "\n"], "char"), [])
    assert written.tokens == ("h", "i")
    assert written.finished


def test_a_beginning_held_for_impossible_gets_a_sentence() -> None:
    with pytest.raises(BadInput, match="never seen"):
        generate(Toy(LOOP, WORDS), ["unheard"])


@pytest.mark.parametrize(("direction", "message"), [("backward", "reads backward"), ("both", "both sides of a gap")])
def test_a_model_that_does_not_read_forward_does_not_write(
    direction: Literal["backward", "both"], message: str
) -> None:
    model = uniform(["a", "b", "\n"], "char")
    model.direction = direction
    with pytest.raises(BadInput, match=message):
        generate(model, [])


def test_probabilities_are_the_models_own() -> None:
    written = generate(Toy(LOOP, WORDS), [], Decoding(temperature=5.0, top_k=1))
    assert written.probabilities.dtype == np.float32
    assert written.probabilities == pytest.approx([0.7, 0.4, 0.6])
