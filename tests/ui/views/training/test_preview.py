"""What the look at a text says of its length."""

from __future__ import annotations

import pytest

from embedlab.data.corpus import Corpus
from embedlab.ui.views.training.preview import Head, running


@pytest.mark.parametrize(
    ("whole", "complete", "said"),
    [(203_214, True, "203,214"), (349_600, False, "≈ 350,000"), (8_196_721, False, "≈ 8.2 M")],
)
def test_a_text_that_is_only_estimated_is_said_in_round_numbers(whole: int, complete: bool, said: str) -> None:
    assert running(Head(Corpus.from_sentences([["a"]], name=""), 1, 1, whole, complete)) == said
