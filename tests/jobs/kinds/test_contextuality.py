"""Figures of how contextual models are that come with the lab."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from embedlab import registry
from embedlab.analysis import contextuality
from embedlab.jobs.kinds import contextuality as kinds_contextuality
from embedlab.jobs.kinds.contextuality import CACHE, ContextualitySettings, sentences
from tests.conftest import few_sentences


@pytest.mark.parametrize("key", ["lstm", "elmo", "flair", "bert", "word2vec"])
@pytest.mark.usefixtures("lab_home")
def test_every_starter_has_its_figures_of_the_weights_and_sentences_as_they_are(key: str) -> None:
    spec, settings = registry.find(key), ContextualitySettings()
    assert CACHE.file(CACHE.shipped, kinds_contextuality.key_of(spec, settings)).is_file()
    found = kinds_contextuality.stored(spec, settings)
    assert found is not None
    model = registry.load_model(key)
    assert list(found.layers) == (model.layers if key != "word2vec" else ["vector"])
    assert len({file.stem for file in CACHE.shipped.glob("*.json")}) == 5


@pytest.mark.usefixtures("lab_with_lstm")
def test_what_is_shipped_is_what_is_measured_and_other_weights_go(lab: Path, tmp_path: Path) -> None:
    few_sentences(lab, "bank")
    spec, settings = registry.find("lstm"), ContextualitySettings()
    old = tmp_path / "old.json"
    old.write_text('{"model": "lstm"}', encoding="utf-8")
    other = tmp_path / "other.json"
    other.write_text('{"model": "elmo"}', encoding="utf-8")
    file = kinds_contextuality.ship(spec, tmp_path)
    assert file.is_file() and other.is_file() and not old.exists()
    CACHE.put(kinds_contextuality.key_of(spec, settings), json.loads(file.read_text(encoding="utf-8")))
    found = kinds_contextuality.stored(spec, settings)
    wanted = contextuality.measure(registry.load_model("lstm"), sentences(settings), seed=settings.seed)
    assert found is not None and found.layers == wanted.layers
    np.testing.assert_allclose(found.self_similarity.value, wanted.self_similarity.value)
