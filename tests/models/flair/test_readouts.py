"""Where Flair's states are read out: by hand, and equal to what the networks say at these places."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from embedlab.base import BadInput, CharacterReader
from embedlab.models.flair.model import Flair
from tests.character_toys import char_lstm

LETTERS = "acdehortw \n"
half = partial(char_lstm, LETTERS)


def pair(*, with_whitespace: bool) -> Flair:
    return Flair.of(half("forward"), half("backward"), with_whitespace=with_whitespace)


def test_places_by_hand() -> None:
    # "a cat": a at 0, a space at 1, cat at 2, 3, 4
    found = pair(with_whitespace=False).readouts(["a", "cat"])
    assert (found.text, found.begins) == ("a cat", (0, 2))
    assert found.forward == (0, 4) and found.backward == (0, 2)
    assert found.read(1) == ("a cat", "cat") and found.read(0) == ("a", "a cat")
    found = pair(with_whitespace=True).readouts(["a", "cat"])
    assert found.forward == (1, 5) and found.backward == (-1, 1)
    assert found.read(0) == ("a ", "a cat") and found.read(1) == ("a cat", " cat")


@pytest.mark.parametrize("with_whitespace", [True, False])
def test_the_vectors_are_the_states_at_these_places(with_whitespace: bool) -> None:
    model = pair(with_whitespace=with_whitespace)
    assert isinstance(model, CharacterReader)
    words = ["the", "red", "cat", "o"]
    found = model.readouts(words)
    shown = f" {found.text} "  # place -1 and place N
    vectors = model.encode([words])[0][-1]  # (T, 2H)
    for i in range(len(words)):
        before, after = shown[1 : found.forward[i] + 2], shown[found.backward[i] + 1 : -1]
        with torch.no_grad():
            forward = model.forward.network(torch.tensor([model.forward.numbers(before)]))[0][-1][0, -1]
            backward = model.backward.network(torch.tensor([model.backward.numbers(after)]))[0][-1][0, -1]
        np.testing.assert_allclose(vectors[i], np.concatenate([forward.numpy(), backward.numpy()]), atol=1e-5)


def test_a_sentence_without_words_is_refused() -> None:
    with pytest.raises(BadInput, match="at least one word"):
        pair(with_whitespace=True).readouts([])
