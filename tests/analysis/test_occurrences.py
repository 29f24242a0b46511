"""A word found in sentences and texts, and its vectors there."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.analysis.occurrences import gather, vectors, written
from embedlab.base import BadInput
from tests.contextual_toys import Made


class Counting(Made):
    """A word's vector is its length and its place, at the second layer ten times as long."""

    def __init__(self) -> None:
        super().__init__(["low", "high"], 2, "counting")

    def read(self, sentence):
        rows = np.array([[len(word), i] for i, word in enumerate(sentence)])
        return np.stack([rows, 10 * rows])


def test_typed_sentences_with_and_without_the_word_and_with_a_sense() -> None:
    text = """river | We sat on the banks of the river.
        I banked the money.

        money | The Bank, a bank like others, closed.
        I banked the money.
        There is no such word here."""
    found = written("bank", text)
    assert [(o.form, o.position, o.sense) for o in found.occurrences] == [
        ("banks", 4, "river"), ("banked", 1, ""), ("Bank", 1, "money"),
    ]  # fmt: skip
    assert found.occurrences[0].sentence == "We sat on the banks of the river."
    assert found.without == ("There is no such word here.",)
    assert found.twice == ("I banked the money.",)
    assert written("bank", " \n ").occurrences == ()
    assert written("bank", "lonely |").without == ("lonely",)


def test_all_places_of_a_text_are_gathered() -> None:
    text = [["he", "ran"], ["none"], ["Running", "he", "RAN", "off"]]
    found = gather(text, "ran")
    assert [(o.words, o.position) for o in found.occurrences] == [
        (("he", "ran"), 1), (("Running", "he", "RAN", "off"), 0), (("Running", "he", "RAN", "off"), 2),
    ]  # fmt: skip
    assert (found.found, found.sentences) == (3, 3)
    assert [o.form for o in gather(text, "ran", inflected=False).occurrences] == ["ran", "RAN"]


def test_long_sentences_are_cut_around_the_word() -> None:
    sentence = [f"a{i}" for i in range(100)]
    (one,) = gather([[*sentence, "bank", *sentence]], "bank").occurrences
    assert one.form == "bank" and len(one.words) == 61 and one.position == 30
    (first,) = gather([["bank", *sentence]], "bank").occurrences
    assert (first.position, len(first.words)) == (0, 31)


def test_too_many_places_are_drawn_evenly_and_the_same_with_the_same_seed() -> None:
    text = [["bank", str(i)] for i in range(400)]
    one, same, other = (gather(text, "bank", most=40, seed=seed) for seed in (1, 1, 2))
    assert one == same and one != other and one.found == 400
    drawn = [int(o.words[1]) for o in one.occurrences]
    assert drawn == sorted(set(drawn)) and len(drawn) == 40
    often = np.zeros(400)
    for seed in range(300):
        often[[int(o.words[1]) for o in gather(text, "bank", most=40, seed=seed).occurrences]] += 1
    quarters = often.reshape(4, 100).mean(axis=1)  # 30 expected, spread of a mean of 100: half a draw
    assert quarters == pytest.approx([30] * 4, abs=2)


def test_the_vectors_are_those_of_the_marked_words(monkeypatch) -> None:
    found = gather([["a", "bank"], ["the", "long", "banks"], ["bank"]], "bank").occurrences
    expected = np.float32([[4, 1], [5, 2], [4, 0]])
    np.testing.assert_array_equal(vectors(Counting(), found), [expected, 10 * expected])
    np.testing.assert_array_equal(vectors(Counting(), found, ["high"]), [10 * expected])
    monkeypatch.setattr(Counting, "at_once", 2)  # more than that: in pieces
    told = []
    np.testing.assert_array_equal(vectors(Counting(), found, None, told.append), [expected, 10 * expected])
    assert [(event.step, event.total) for event in told] == [(5, 6), (6, 6)]


def test_a_static_model_has_its_one_vector(make_model) -> None:
    model = make_model({"bank": [1, 2], "banks": [3, 4]})
    found = gather([["the", "bank"], ["Banks"], ["banking"]], "bank").occurrences
    made = vectors(model, found)
    np.testing.assert_array_equal(made, [[[1, 2], [3, 4], [0, 0]]])


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(BadInput, match="does not have the word 'bank' \\(2 sentences"):
        gather([["a"], ["b"]], "bank")
    with pytest.raises(BadInput, match="Give a word"):
        gather([["a"]], " ")
    with pytest.raises(BadInput, match="no sentence with the word"):
        vectors(Counting(), ())
