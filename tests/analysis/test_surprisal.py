"""Surprisal and perplexity against examples worked out by hand."""

import math

import numpy as np
import pytest

from embedlab.analysis.perplexity import compare
from embedlab.analysis.surprisal import surprisal
from embedlab.base import END, UNKNOWN, BadInput
from tests.analysis.toys import Toy, uniform

TWO = Toy({"": {"go": 0.5, UNKNOWN: 0.5}, "go": {"home": 0.25, UNKNOWN: 0.75}, "home": {END: 0.125}}, ["go", "home"])


def test_two_words_by_hand() -> None:
    found = surprisal(TWO, "Go home!")
    assert found.words == ("Go", "home!", END)
    assert found.bits.tolist() == pytest.approx([1, 2, 3])
    assert found.tokens.tolist() == [1, 1, 1]
    assert found.total == pytest.approx(6)
    assert surprisal(TWO, "Go home!", end=False).words == ("Go", "home!")


def test_an_unknown_word_is_read_as_one_and_marked() -> None:
    found = surprisal(TWO, "go away", end=False)
    assert found.bits.tolist() == pytest.approx([1, -math.log2(0.75)])
    assert found.unknown.tolist() == [0, 1]


def test_a_written_word_of_several_tokens_adds_up() -> None:
    model = uniform(["the", "king", "'s", "crown", *(f"w{i}" for i in range(26))])  # 32 tokens, 5 bits each
    found = surprisal(model, "The king's crown – yes", end=False)
    assert found.tokens.tolist() == [1, 2, 1, 0, 1]
    assert found.bits.tolist() == pytest.approx([5, 10, 5, 0, 5])


def test_letters_are_gathered_to_words_with_the_space_or_line_end_after_them() -> None:
    row = {"a": 0.25, "b": 0.25, " ": 0.25, "\n": 0.125, UNKNOWN: 0.125}
    model = Toy(dict.fromkeys(("", "a", "b", " "), row), ["a", "b", " ", "\n"], "char")
    found = surprisal(model, "ab b")
    assert found.words == ("ab", "b")
    assert found.bits.tolist() == pytest.approx([6, 5])
    assert found.tokens.tolist() == [3, 2]
    assert surprisal(model, "ab b", end=False).bits.tolist() == pytest.approx([6, 4])
    assert surprisal(model, "aé b").unknown.tolist() == [1, 0]


def test_nothing_to_score_gets_a_sentence() -> None:
    with pytest.raises(BadInput, match="at least one word"):
        surprisal(TWO, " … ")


def test_a_uniform_model_has_the_perplexity_of_its_vocabulary() -> None:
    model = uniform([f"w{i}" for i in range(98)])  # and the unknown word and the end: 100
    row = compare({"m": model}, ["w1 w5 w7", "w3 zzz"]).rows[0]
    assert row.perplexity == pytest.approx(100, rel=1e-4)
    assert row.shared_perplexity == pytest.approx(100, rel=1e-4)
    assert (row.tokens, row.words, row.unknown, row.shared_words) == (7, 7, 1, 4)
    assert row.bits_per_character is None


def test_two_words_and_their_end_by_hand() -> None:
    row = compare({"m": TWO}, ["go home"]).rows[0]
    assert row.bits == pytest.approx(6)
    assert row.perplexity == pytest.approx(2 ** (6 / 3))
    assert row.shared_perplexity == pytest.approx(2 ** (3 / 2))  # the end is left out


def test_only_words_that_all_word_models_know_are_compared() -> None:
    small = uniform(["go", "now"])  # 4 tokens, 2 bits each; knows no home
    found = compare({"two": TWO, "small": small}, ["go home", "– go"])
    assert (found.sentences, found.words, found.shared) == (2, 4, 2)
    two, other = found.rows
    assert two.shared_words == other.shared_words == 2
    assert two.shared_bits == pytest.approx(2)
    assert other.shared_perplexity == pytest.approx(4)
    assert other.unknown == 1
    assert other.perplexity == pytest.approx(4)


def test_characters_have_both_units_and_are_measured_on_the_same_words() -> None:
    letters = uniform(["g", "o", "h", "m", "e", " ", "\n"], "char")  # 8 tokens, 3 bits each
    found = compare({"small": uniform(["go", "now"]), "letters": letters}, ["go home"])
    row = found.rows[1]
    assert row.bits_per_character == pytest.approx(3)
    assert row.bits == pytest.approx(8 * 3)  # go home and the line end
    assert row.words == 3
    assert row.perplexity == pytest.approx(2 ** (24 / 3))
    assert row.shared_words == found.shared == 1
    assert row.shared_bits == pytest.approx(9)  # g, o and the space


MARKS = Toy(
    {"": {"go": 0.5}, "go": {"home": 0.25, ",": 0.125}, ",": {"home": 0.5}, "home": {".": 0.125}, ".": {END: 0.5}},
    ["go", "home", ",", "."],
)


def test_a_mark_is_guessed_but_not_counted_for_the_word_before_it() -> None:
    found = surprisal(MARKS, "Go, home.")
    assert found.bits.tolist() == pytest.approx([1 + 3, 1 + 3, 1])
    assert found.word_bits.tolist() == pytest.approx([1, 1, 1])
    assert found.tokens.tolist() == [2, 2, 1] and found.word_tokens.tolist() == [1, 1, 1]
    row, other = compare({"marks": MARKS, "two": TWO}, ["Go, home."]).rows
    assert row.shared_perplexity == pytest.approx(2)
    assert row.perplexity == pytest.approx(2)  # go, home and the end
    assert (row.tokens, row.words, row.marks) == (5, 3, 2) and (other.words, other.marks) == (3, 0)


def test_a_mark_that_a_model_lacks_does_not_take_its_word_out_of_the_comparison() -> None:
    assert surprisal(MARKS, "Go! home").unknown.tolist() == [1, 0, 0]
    assert compare({"marks": MARKS}, ["Go! home"]).shared == 2
    assert compare({"marks": MARKS}, ["Go ! home"]).shared == 2


def test_characters_are_counted_to_the_one_that_ends_the_word() -> None:
    letters = uniform(["g", "o", "h", "m", "e", ",", ".", " ", "("], "char")  # 10 tokens
    bit = math.log2(10)
    assert surprisal(letters, "(go, home.").word_bits.tolist() == pytest.approx([3 * bit, 6 * bit])  # go, home. and end
    row = compare({"letters": letters, "two": TWO}, ["(go, home."]).rows[0]
    assert row.shared_bits == pytest.approx(8 * bit)
    assert row.words == 3 and row.bits_per_character == pytest.approx(bit)


def test_what_is_held_for_impossible_is_infinite() -> None:
    row = compare({"m": TWO}, ["home go"]).rows[0]
    assert math.isinf(row.perplexity)


def test_no_word_in_common_is_not_a_number() -> None:
    row = compare({"m": TWO}, ["zzz"]).rows[0]
    assert np.isnan(row.shared_perplexity)
    with pytest.raises(BadInput):
        compare({"m": TWO}, ["…"])
