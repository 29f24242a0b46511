"""Bits of characters against the probabilities of the next one, forward and backward."""

from __future__ import annotations

import math

import numpy as np
import pytest

from embedlab.analysis.next_tokens import character_bits, guess
from embedlab.base import BadInput, LanguageModel
from tests.analysis.toys import Toy, uniform
from tests.character_toys import char_lstm

LETTERS = "abcdt \n"
TEXT = "a cat"


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_bits_are_those_of_the_product_of_all_guesses(direction: str) -> None:
    model: LanguageModel = char_lstm(LETTERS, direction, 3)
    found = character_bits(model, TEXT)
    assert found.direction == direction and len(found.bits) == len(TEXT)
    assert found.bits.sum() == pytest.approx(-math.log2(math.exp(float(model.score(list(TEXT)).sum()))), rel=1e-5)
    for place, sign in enumerate(TEXT):
        seen = TEXT[:place] if direction == "forward" else TEXT[place + 1 :]
        expected = model.next(list(seen))[model.vocabulary.index(sign)]
        assert found.bits[place] == pytest.approx(-math.log2(expected), abs=1e-4)
        bars = guess(model, TEXT, place, k=len(model.vocabulary))
        assert bars.probabilities[bars.tokens.index(sign)] == pytest.approx(expected, abs=1e-6)
        assert "".join(bars.context) == seen
    assert found.mean == pytest.approx(found.bits.mean())


def test_even_guesses_cost_what_chance_costs() -> None:
    found = character_bits(uniform("abc", "char"), "abba")
    np.testing.assert_allclose(found.bits, 2)
    assert found.chance == 2 and found.unknown == ()
    assert character_bits(uniform("abc", "char"), "az").unknown == ("z",)


def test_a_letter_that_always_follows_costs_nothing() -> None:
    table = {"": {"q": 0.5, "u": 0.5}, "q": {"u": 1.0}, "u": {"q": 0.25, "u": 0.75}}
    np.testing.assert_allclose(character_bits(Toy(table, "qu", "char"), "quq").bits, [1, 0, 2])


def test_words_empty_texts_and_places_outside_are_refused() -> None:
    with pytest.raises(BadInput, match="reads words"):
        character_bits(uniform(["a"]), "a")
    with pytest.raises(BadInput, match="at least one character"):
        character_bits(uniform("a", "char"), "")
    with pytest.raises(BadInput, match="no place 1"):
        guess(uniform("a", "char"), "a", 1)
