"""What every layer would guess, on a model whose answers are written down."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.analysis.attention import attention
from embedlab.analysis.layer_predictions import layer_predictions
from embedlab.analysis.masked import next_sentences
from embedlab.base import BadInput, MaskedModel
from tests.analysis.masked_toys import Written


def test_guesses_ranks_and_bits_by_hand() -> None:
    model = Written()
    assert isinstance(model, MaskedModel)
    found = layer_predictions(model, ["the", "dog", "barks"], 1, k=2)
    assert found.sentence == ("the", "[MASK]", "barks")
    assert found.tokens == (("the", "dog"), ("dog", "cat"), ("cat", "dog"), ("cat", "dog"))
    np.testing.assert_allclose(found.probabilities[-1], [0.75, 0.25])
    assert (found.answer, found.piece, found.size) == ("cat", "dog", 4)
    np.testing.assert_allclose(found.answer_probabilities, [0.25, 0.4, 0.7, 0.75])
    assert found.answer_ranks.tolist() == [2, 2, 1, 1]
    assert found.word_ranks is not None and found.word_ranks.tolist() == [2, 1, 2, 2]
    assert found.settled == 2
    assert found.entropies[0] == pytest.approx(1.5)
    assert found.told == pytest.approx(0.75 * np.log2(3) + 0.25 * np.log2(1))


def test_further_words_can_be_hidden_and_no_context_tells_nothing() -> None:
    model = Written()
    found = layer_predictions(model, ["the", "dog", "barks"], 2, hidden=[0, 2])
    assert found.sentence == ("[MASK]", "dog", "[MASK]")
    assert model.seen == [("[MASK]", "dog", "[MASK]"), ("[MASK]",) * 3]


def test_a_word_of_several_pieces_cannot_be_the_answer() -> None:
    found = layer_predictions(Written(), ["cats", "sleep"], 0)
    assert found.piece == "" and found.word_ranks is None and found.word_probabilities is None


def test_no_such_place_is_said() -> None:
    with pytest.raises(BadInput, match="no position 2"):
        layer_predictions(Written(), ["the", "dog"], 2)
    with pytest.raises(BadInput, match="whole number"):
        layer_predictions(Written(), ["the", "dog"], 1, k=0)


def test_next_sentences_are_judged_one_by_one_and_in_both_orders() -> None:
    found = next_sentences(Written(), ["a", "b"], [["c"], ["d", "e", "f"]])
    np.testing.assert_allclose(found.probabilities, [2 / 3, 2 / 5])
    np.testing.assert_allclose(found.reversed, [1 / 3, 3 / 5])
    assert found.told_apart
    assert not next_sentences(Written(), ["a"], [["c"], ["d"]]).told_apart


def test_an_empty_sentence_has_no_attention() -> None:
    with pytest.raises(BadInput, match="at least one word"):
        attention(Written(), [])
    assert attention(Written(), ["cats"]).words == (None, 0, 0, None)
