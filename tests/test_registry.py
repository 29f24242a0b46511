"""Finding and loading models: starters, one's own, folders by path."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import embedlab
from embedlab import families, registry
from embedlab.base import BadModel, Card, model_folder
from embedlab.base.model_folder import StoredModel


def folder(path: Path, kind: str, title: str = "", **config: object) -> Path:
    tensors = {"matrix": np.eye(3, dtype=np.float32)}
    model_folder.write(
        path, StoredModel(kind, dict(config), tensors, ["a", "b", "c"], np.array([3, 2, 1]), Card(title=title))
    )
    return path


@pytest.fixture
def shelves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EMBEDLAB_ASSETS", str(tmp_path / "assets"))
    folder(tmp_path / "assets/starters/word2vec", "word2vec", "Skip-gram")
    folder(tmp_path / "assets/starters/cbow", "word2vec", "CBOW", algorithm="cbow")
    folder(tmp_path / "assets/starters/glove", "glove", "GloVe")
    folder(tmp_path / "home/models/yours/zoo", "glove", "My zoo")
    folder(tmp_path / "home/models/yours/bag", "word2vec", "A bag", algorithm="cbow")
    return tmp_path


def test_models_are_listed_in_the_order_of_the_road_then_ones_own(shelves: Path) -> None:
    specs = registry.list_models("static")
    assert [spec.key for spec in specs] == ["cbow", "word2vec", "glove", "yours/bag", "yours/zoo"]
    assert [spec.source for spec in specs] == ["starter"] * 3 + ["yours"] * 2
    assert [spec.family.key for spec in specs] == ["cbow", "word2vec", "glove", "cbow", "glove"]
    assert registry.list_models("contextual") == []


def test_load_by_key_and_by_path(shelves: Path) -> None:
    for key in ("glove", "yours/zoo", shelves / "home/models/yours/zoo"):
        np.testing.assert_array_equal(embedlab.load_model(key).vector("b"), [0, 1, 0])


def test_a_key_that_is_not_there_is_answered_with_those_that_are(shelves: Path) -> None:
    with pytest.raises(BadModel, match=r"no model 'bert'.*word2vec.*yours/zoo"):
        embedlab.load_model("bert")


def test_a_damaged_or_foreign_folder_is_not_listed(shelves: Path) -> None:
    folder(shelves / "home/models/yours/alien", "alien")
    (shelves / "home/models/yours/zoo/card.json").write_text("{")
    shutil.rmtree(shelves / "assets/starters/glove")
    (shelves / "home/models/yours/note.txt").write_text("not a folder")
    assert [spec.key for spec in registry.list_models()] == ["cbow", "word2vec", "yours/bag"]


def test_every_family_that_is_here_has_a_class_with_its_kind() -> None:
    here = [family for family in families.families() if family.here]
    assert {family.key for family in here} >= {"one_hot", "lsa", "cbow", "word2vec", "glove", "fasttext"}
    for family in here:
        assert registry.model_class(family.key).kind == family.kind


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(BadModel, match="no model of kind 'alien'"):
        registry.model_class("alien")
