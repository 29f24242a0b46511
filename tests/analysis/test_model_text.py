"""Texts are cut as the model was taught and put together as people write."""

import pytest

from embedlab.analysis import model_text
from embedlab.base import END
from tests.analysis.toys import uniform

LOWER = uniform(["the", "king", "'s", "crown"])


def test_a_beginning_is_cut_like_the_training_text() -> None:
    assert model_text.beginning(LOWER, "The King's") == ["the", "king", "'s"]
    assert model_text.beginning(LOWER, "It rains. The king") == ["it", "rains", END, "the", "king"]
    assert model_text.beginning(LOWER, " ") == []


def test_capitals_marks_and_digits_are_kept_where_the_vocabulary_has_them() -> None:
    model = uniform(["The", ",", ".", "King", "1984", "king's"])
    assert model_text.beginning(model, "The King's, 1984.") == ["The", "King's", ",", "1984", "."]
    assert model_text.beginning(uniform(["in", "0000"]), "In 1984") == ["in", "0000"]


def test_words_that_are_read_otherwise_than_written_are_told() -> None:
    found = model_text.lookups(LOWER, "The king's Zebra")
    assert [(one.typed, one.word) for one in found if one.changed] == [("The", "the"), ("Zebra", "zebra")]
    assert not any(one.changed for one in model_text.lookups(uniform(["The", "king"]), "The King"))
    assert not model_text.lookups(uniform(["a", "\n"], "char"), "A")


def test_characters_are_taken_as_they_are() -> None:
    model = uniform(["a", " ", "\n"], "char")
    assert model_text.beginning(model, "A b ") == ["A", " ", "b", " "]
    assert list(model_text.pieces(model, "A  bc")) == [("A", ["A"]), ("bc", ["b", "c"])]
    assert model_text.written(model, ["a", " ", "b"]) == "a b"
    assert model_text.visible(model, ["a", " ", "\n"]) == "a␣⏎"


def test_written_words_and_their_tokens() -> None:
    assert list(model_text.pieces(LOWER, "The king's – crown!")) == [
        ("The", ["the"]), ("king's", ["king", "'s"]), ("–", []), ("crown!", ["crown"]),
    ]  # fmt: skip


def test_a_text_grows_as_people_write() -> None:
    assert model_text.written(LOWER, ["the", "king", "'s", "crown", END]) == "the king's crown"
    assert model_text.extended(LOWER, "The king", ["'s", "crown"]) == "The king's crown"
    assert model_text.extended(LOWER, "The king ", ["crown"]) == "The king crown"
    assert model_text.extended(LOWER, "", ["the"]) == "the"
    assert model_text.extended(uniform(["a", "\n"], "char"), "The ", ["a"]) == "The a"


def test_a_taken_word_is_read_back_as_it_was() -> None:
    text = model_text.extended(LOWER, "The king", ["'s"])
    assert model_text.beginning(LOWER, text) == ["the", "king", "'s"]


@pytest.mark.parametrize(("token", "said"), [(END, "end of sentence"), (" ", "␣ space"), ("king", "king")])
def test_tokens_that_cannot_be_seen_have_names(token: str, said: str) -> None:
    assert model_text.name(token) == said


def test_what_is_unknown() -> None:
    assert model_text.unknown(LOWER, ["the", "zzz", END, "zzz"]) == ["zzz"]
