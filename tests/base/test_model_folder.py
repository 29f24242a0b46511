"""The model folder: what is written comes back, writing is atomic, damage is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from embedlab.base import BadModel, Card, files, model_folder, paths
from embedlab.base.model_folder import StoredModel

WORDS = ["the", "naïve", "東京", "a b", 'quo"te']


def stored(kind: str = "word2vec") -> StoredModel:
    matrix = np.linspace(-2, 2, 20, dtype=np.float32).reshape(5, 4)
    card = Card(title="T", tokens=7, loss=0.5, versions=(("numpy", "2"),))
    return StoredModel(kind, {"dim": 4}, {"matrix": matrix, "ids": np.arange(3)}, WORDS, np.arange(5), card)


def test_everything_comes_back(tmp_path: Path) -> None:
    model_folder.write(tmp_path / "m", stored())
    back = model_folder.read(tmp_path / "m", "word2vec")
    np.testing.assert_array_equal(back.tensors["matrix"], stored().tensors["matrix"])
    np.testing.assert_array_equal(back.tensors["ids"], np.arange(3))
    assert (back.words, back.counts.tolist(), back.card, back.config) == (
        WORDS,
        [0, 1, 2, 3, 4],
        stored().card,
        {"dim": 4},
    )


def test_memory_is_estimated_as_the_numbers_will_be_there(tmp_path: Path) -> None:
    for half in (False, True):
        model_folder.write(tmp_path / "m", stored(), half=half, overwrite=half)
        lists = 10 * (tmp_path / "m" / model_folder.VOCABULARY).stat().st_size
        assert model_folder.memory(tmp_path / "m") == 2 * 20 * 4 + 3 * 8 + lists  # vectors are kept normalized, too
    assert model_folder.memory(tmp_path / "nothing") == 0


def test_half_precision_halves_the_floats_only(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    model_folder.write(tmp_path / "m", stored(), half=True)
    raw = load_file(tmp_path / "m" / model_folder.TENSORS)
    assert (raw["matrix"].dtype, raw["ids"].dtype) == (np.float16, np.int64)
    back = model_folder.read(tmp_path / "m").tensors["matrix"]
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, stored().tensors["matrix"], rtol=1e-3)


def test_a_write_that_fails_leaves_the_old_model_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model_folder.write(tmp_path / "m", stored())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(model_folder, "_json", full)
    with pytest.raises(BadModel, match="No space left"):
        model_folder.write(tmp_path / "m", stored("glove"), overwrite=True)
    assert model_folder.read(tmp_path / "m").kind == "word2vec"
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_writing_again_replaces_the_whole_folder(tmp_path: Path) -> None:
    model_folder.write(tmp_path / "m", stored())
    (tmp_path / "m" / model_folder.MAP).write_text("of the old vectors")
    model_folder.write(tmp_path / "m", stored("glove"), overwrite=True)
    assert model_folder.read_kind(tmp_path / "m") == "glove"
    assert not (tmp_path / "m" / model_folder.MAP).exists()
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


@pytest.mark.parametrize(
    "name", [model_folder.CONFIG, model_folder.TENSORS, model_folder.VOCABULARY, model_folder.CARD]
)
def test_a_missing_or_cut_file_is_named(tmp_path: Path, name: str) -> None:
    model_folder.write(tmp_path / "m", stored())
    path = tmp_path / "m" / name
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"\x00\xff" * 20):
        path.write_bytes(damaged)
        with pytest.raises(BadModel, match=name.replace(".", r"\.")):
            model_folder.read(tmp_path / "m")
    path.unlink()
    with pytest.raises(BadModel, match=name.replace(".", r"\.")):
        model_folder.read(tmp_path / "m")


@pytest.mark.parametrize(
    "config", [{}, {"format": 99, "kind": "a", "config": {}}, {"format": 1, "config": {}}, [1], "text"]
)
def test_a_config_of_another_shape_is_refused(tmp_path: Path, config: object) -> None:
    model_folder.write(tmp_path / "m", stored())
    (tmp_path / "m" / model_folder.CONFIG).write_text(json.dumps(config))
    with pytest.raises(BadModel):
        model_folder.read(tmp_path / "m")


def test_another_kind_is_refused(tmp_path: Path) -> None:
    model_folder.write(tmp_path / "m", stored())
    with pytest.raises(BadModel, match="of kind 'word2vec', not 'glove'"):
        model_folder.read(tmp_path / "m", "glove")


def test_write_text_replaces_atomically(tmp_path: Path) -> None:
    files.write_text(tmp_path / "a" / "b.json", "1")
    files.write_text(tmp_path / "a" / "b.json", "2")
    assert [(path.name, path.read_text()) for path in (tmp_path / "a").iterdir()] == [("b.json", "2")]


def test_the_home_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "h"))
    assert paths.home() == tmp_path / "h"
