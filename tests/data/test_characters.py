"""Text as character numbers."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.base import BadInput
from embedlab.data import characters


def test_characters_are_counted_and_numbered_commonest_first() -> None:
    encoded = characters.encode(["aab é", "ba"])
    assert encoded.characters == ("a", "\n", "b", " ", "é")
    assert encoded.counts.tolist() == [3, 2, 2, 1, 1]
    assert "".join(encoded.characters[i] for i in encoded.ids) == "aab é\nba\n"
    assert encoded.words == 3


def test_rare_characters_become_unknown_but_the_line_end_stays() -> None:
    encoded = characters.encode(["aaabbc𝄞"], min_count=2)
    assert encoded.characters == ("a", "\n")
    assert encoded.ids.tolist() == [0, 0, 0, 2, 2, 2, 2, 1]


def test_many_pieces_give_what_one_piece_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"line {i} of many" for i in range(200)]
    whole = characters.encode(texts)
    monkeypatch.setattr(characters, "BATCH", 100)
    cut = characters.encode(texts)
    assert cut.characters == whole.characters
    assert cut.words == whole.words == 800
    np.testing.assert_array_equal(cut.ids, whole.ids)


def test_a_twentieth_is_held_out_evenly_and_nothing_is_lost() -> None:
    ids = np.arange(100_500, dtype=np.int32)
    encoded = characters.EncodedCharacters(("a", "\n"), np.array([1, 1]), ids, 1)
    training, held_out = characters.split(encoded)
    assert len(held_out) == 5_000
    assert sorted([*training, *held_out]) == ids.tolist()
    starts = held_out[::1000]
    assert (np.diff(starts) > 15_000).all()


def test_a_short_text_is_all_trained_on() -> None:
    training, held_out = characters.split(characters.encode(["too short to spare any"]))
    assert (len(training), len(held_out)) == (23, 0)


def test_a_text_of_one_character_is_refused() -> None:
    with pytest.raises(BadInput, match="different characters"):
        characters.encode([])


def test_of_a_text_of_a_few_stretches_one_is_held_out() -> None:
    encoded = characters.EncodedCharacters(("a", "\n"), np.array([1, 1]), np.arange(6_300, dtype=np.int32), 1)
    training, held_out = characters.split(encoded)
    assert held_out.tolist() == list(range(3_000, 4_000))
    assert len(training) == 5_300
