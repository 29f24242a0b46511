"""The shared fixtures are what they say."""

from pathlib import Path

import pytest

from embedlab import list_models, load_model
from embedlab.analysis.analogies import solve
from embedlab.base import StaticModel


def test_the_tiny_geometry_knows_its_queen(tiny_model: StaticModel) -> None:
    answer = solve(tiny_model, ["king", "woman"], ["man"])
    assert answer.words[0] == "queen"
    assert answer.scores[0] == pytest.approx(1)


@pytest.mark.usefixtures("lab")
def test_the_lab_has_two_starters() -> None:
    assert [spec.key for spec in list_models()] == ["lsa", "word2vec"]


def test_a_fasttext_starter_composes_words(fasttext_starter: Path) -> None:
    assert load_model(fasttext_starter).vector("jumpsing").any()
    assert "fasttext" in [spec.key for spec in list_models()]
