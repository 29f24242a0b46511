"""Models that all visitors share cannot be changed by any of them, whatever a page does with them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from embedlab import families, registry
from embedlab.analysis.neighbors import nearest
from embedlab.base import ContextualModel, LanguageModel, Model, StaticModel, read_only
from embedlab.ui import cache

STARTERS = [family.key for family in families.families() if registry.model_folder("starter", family.key).is_dir()]


def used(model: Model) -> None:
    """Ask a model what pages ask."""
    if isinstance(model, StaticModel):
        nearest(model, model.words[5])
    if isinstance(model, ContextualModel):
        model.encode([["the", "bank"], ["a", "river", "xqzzy"]])
    if isinstance(model, LanguageModel):
        model.next(["t", "h"] if model.unit == "char" else ["the"])
        model.score(["t", "h"] if model.unit == "char" else ["the", "bank"])


def weights(model: Model) -> str:
    found = hashlib.sha256()
    for name, array in sorted(model.tensors().items()):
        found.update(name.encode() + np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


@pytest.mark.parametrize("key", STARTERS)
def test_a_starter_as_the_pages_have_it_is_read_only_before_and_after_its_use(key: str) -> None:
    model = cache.at(registry.model_folder("starter", key))
    assert read_only.writable(model) == [] and not read_only.learning(model)
    before = weights(model)
    used(model)
    assert read_only.writable(model) == [] and not read_only.learning(model)
    assert weights(model) == before
    assert cache.at(registry.model_folder("starter", key)) is model  # the very one that all others have


def test_all_families_are_among_the_starters() -> None:
    assert len(STARTERS) == 14


def test_a_write_is_refused(lab: Path) -> None:
    model = cache.at(lab / "starters" / "lsa")
    assert isinstance(model, StaticModel)
    for array in (model.matrix, model.counts, model.unit_matrix, model.vector("king")):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_what_is_writable_is_found_wherever_it_lies(lab: Path) -> None:
    model = registry.load_model(lab / "starters" / "lsa")
    model.beside = [{"deep": (np.zeros(3), registry.load_model(lab / "starters" / "word2vec"))}]  # type: ignore[attr-defined]
    assert len(read_only.writable(model)) == 3  # the counts of both, and the array
    read_only.make_read_only(model)
    assert read_only.writable(model) == []


def test_a_network_in_training_is_seen(lstm_folder: Path) -> None:
    model = registry.load_model(lstm_folder)
    network = model.network  # type: ignore[attr-defined]
    network.train().requires_grad_(True)
    assert read_only.learning(model)
    read_only.make_read_only(model)
    assert not read_only.learning(model)
