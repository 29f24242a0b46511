"""Taggers on disk: back as they were, and refused where something is not as it should be."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from embedlab.analysis.probing.tagger import Tagger
from embedlab.base import BadModel
from embedlab.store import taggers


@pytest.fixture
def tagger() -> Tagger:
    rng = np.random.default_rng(1)
    weights, biases, means = (rng.normal(size=size).astype(np.float32) for size in ((2, 4, 3), (2, 3), (2, 4)))
    return Tagger(
        "a <b>", ("0" * 64,), ("embeddings", "1"), ("O", "B-X", "I-X"), weights, biases, means, np.exp(means),
        (0.25, 0.5), (0.125, 0.75), ("Ünal", "#"), (1, 2), 0.3, 7,
    )  # fmt: skip


def test_a_tagger_comes_back_as_it_was(tagger: Tagger, tmp_path: Path) -> None:
    taggers.save(tmp_path / "new" / "a.safetensors", tagger)
    back = taggers.load(tmp_path / "new" / "a.safetensors")
    for name, value in vars(tagger).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(getattr(back, name), value)
        else:
            assert getattr(back, name) == value


def test_it_is_kept_by_its_key(tagger: Tagger, lab_home: Path) -> None:
    file = taggers.TAGGERS.put("k" * 32, tagger)
    found = taggers.TAGGERS.get("k" * 32)
    assert found is not None and found.best == 1
    assert file.is_relative_to(lab_home / "probes" / "taggers")
    file.write_bytes(file.read_bytes()[:-8])
    assert taggers.TAGGERS.get("k" * 32) is None and not file.exists()


def changed(path: Path, name: str, value: object) -> None:
    """Write a tagger's file anew with another array or another part of its description."""
    with safe_open(path, framework="numpy") as file:
        meta = dict(file.metadata())
        arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118, it is no dictionary
    if isinstance(value, np.ndarray):
        arrays[name] = value
    elif name == "format":
        meta[name] = str(value)
    else:
        meta["tagger"] = json.dumps(json.loads(meta["tagger"]) | {name: value})
    save_file(arrays, path, meta)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "2"),
        ("labels", ["O", "B-X"]),
        ("labels", ["B-X", "I-X", "O"]),
        ("labels", ["O", "no tag", "I-X"]),
        ("layers", []),
        ("usual", [1, 3]),
        ("usual", [0, 1]),
        ("listed", ["one"]),
        ("f1", [0.5]),
        ("model", 3),
        ("more", 3),
        ("weights", np.full((2, 4, 3), np.nan, np.float32)),
        ("weights", np.zeros((4, 3), np.float32)),
        ("biases", np.zeros((2, 3), np.int64)),
        ("scales", np.zeros((2, 4), np.float32)),
    ],
)
def test_a_damaged_one_is_refused(tagger: Tagger, tmp_path: Path, name: str, value: object) -> None:
    file = tmp_path / "a.safetensors"
    taggers.save(file, tagger)
    changed(file, name, value)
    with pytest.raises(BadModel):
        taggers.load(file)
