"""Which pages offer a model, by what it can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedlab.base import Card
from embedlab.families import family
from embedlab.registry import ModelSpec
from embedlab.ui import navigation, page_links

ROOT = Path(__file__).resolve().parents[2]


def spec(key: str) -> ModelSpec:
    found = family(key)
    return ModelSpec(key, found.title, found.year, "yours", found.capabilities, found, Path(), Card())


@pytest.mark.parametrize(
    ("key", "pages"),
    [
        ("word2vec", "Neighbors, Analogies, Axes, Map, Polysemy and Layer probes"),
        ("nnlm", "Neighbors, Analogies, Axes, Map, Next word, Polysemy and Layer probes"),
        ("ngram", "Next word"),
        ("char_lstm", "Next word and Flair characters"),
        ("elmo", "Next word, Polysemy, Context cloud, ELMo layers, Layer probes and How contextual"),
        (
            "flair",
            "Next word, Polysemy, Context cloud, ELMo layers, Flair characters, Layer probes and How contextual",
        ),
        ("bert", "Polysemy, Context cloud, ELMo layers, BERT, Layer probes and How contextual"),
    ],
)
def test_a_kept_model_is_said_to_be_where_it_is_offered(key: str, pages: str) -> None:
    assert page_links.page_names(spec(key)) == pages


def test_pages_are_called_as_in_the_sidebar_and_are_there() -> None:
    for page in page_links.PAGES:
        assert (page.name, page.title) in navigation.PAGES
        assert (ROOT / "pages" / f"{page.name}.py").is_file()
