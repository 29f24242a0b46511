"""A model as a zip file: there and back, and every file that is no model."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest

from embedlab import registry
from embedlab.base import BadInput, BadModel, EmbedLabError, model_folder
from embedlab.store import archive

NAMES = ("config.json", "model.safetensors", "vocab.json", "card.json")


@pytest.fixture
def model(lab: Path) -> Path:
    return lab / "starters" / "lsa"


def contents(model: Path, **changes: bytes | None) -> dict[str, bytes]:
    files = {f"lsa/{name}": (model / name).read_bytes() for name in NAMES}
    for name, value in changes.items():
        files.pop(name) if value is None else files.update({name: value})
    return files


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    out.seek(0)
    return out


def test_a_model_comes_back_as_it_was(model: Path, tmp_path: Path) -> None:
    archive.unpack(io.BytesIO(archive.pack(model)), tmp_path / "back")
    before, after = registry.load_model(model), registry.load_model(tmp_path / "back")
    assert after.words == before.words  # type: ignore[attr-defined]
    np.testing.assert_array_equal(after.matrix, before.matrix)  # type: ignore[attr-defined]
    assert after.card == before.card
    assert sorted(file.name for file in (tmp_path / "back").iterdir()) == sorted(NAMES)


def test_files_at_the_top_of_the_zip_are_taken_too(model: Path, tmp_path: Path) -> None:
    archive.unpack(zipped({name: (model / name).read_bytes() for name in NAMES}), tmp_path / "back")
    assert model_folder.read_kind(tmp_path / "back") == "lsa"


def test_the_zip_holds_one_folder_with_the_known_files_only(model: Path) -> None:
    (model / "notes.txt").write_text("private")
    (model / "map.safetensors").write_bytes((model / "model.safetensors").read_bytes())
    with zipfile.ZipFile(io.BytesIO(archive.pack(model))) as made:
        assert sorted(made.namelist()) == sorted(f"lsa/{name}" for name in (*NAMES, "map.safetensors"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lsa/model.pkl": b"\x80\x04."}, "which no model has"),
        ({"lsa/run.py": b"import os"}, "which no model has"),
        ({"../config.json": b"{}"}, "leads out"),
        ({"/etc/card.json": b"{}"}, "leads out"),
        ({"lsa\\..\\..\\card.json": b"{}"}, "leads out"),
        ({"C:card.json": b"{}"}, "leads out"),
        ({"lsa/vocab.json": None}, "vocab.json is missing"),
        ({"lsa/card.json": None, "other/card.json": b"{}"}, "different folders"),
        ({"other/card.json": b"{}"}, "which no model has"),
        ({"lsa/deep/map.safetensors": b""}, "which no model has"),
        ({f"lsa/{i}": b"" for i in range(20)}, "A model has"),
        ({"lsa/config.json": b"not json"}, "damaged"),
        ({"lsa/config.json": b"[1]"}, "does not hold"),
        ({"lsa/config.json": b"{" * 100_000}, "damaged"),
        ({"lsa/config.json": b'{"format": 1, "kind": "dance", "config": {}}'}, "no model of kind 'dance'"),
        ({"lsa/config.json": b'{"format": 9, "kind": "lsa", "config": {}}'}, "format"),
        ({"lsa/model.safetensors": b"\x80\x04pickle"}, "cannot be read"),
        ({"lsa/vocab.json": b'{"words": ["a"], "counts": [1]}'}, "do not fit together"),
        ({"lsa/vocab.json": b"[" * 200_000}, "nested|cannot be read"),
        ({"lsa/card.json": b'"' + b"x" * 2_000_000 + b'"'}, "far too large"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_no_model_is_refused_and_leaves_nothing(
    model: Path, tmp_path: Path, changes: dict[str, bytes | None], sentence: str
) -> None:
    home = tmp_path / "shelf"
    with pytest.raises(EmbedLabError, match=sentence):
        archive.unpack(zipped(contents(model, **changes)), home / "new")
    assert not home.exists() or list(home.iterdir()) == []
    assert not (tmp_path / "card.json").exists()


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 and then nothing"])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput, match="readable zip"):
        archive.unpack(io.BytesIO(content), tmp_path / "new")


def test_a_damaged_zip_is_refused(model: Path, tmp_path: Path) -> None:
    data = bytearray(zipped(contents(model), zipfile.ZIP_STORED).getvalue())
    at = data.find((model / "model.safetensors").read_bytes()[-64:])
    data[at + 20] ^= 0xFF
    with pytest.raises(BadInput, match="readable zip"):
        archive.unpack(io.BytesIO(bytes(data)), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(model: Path, tmp_path: Path) -> None:
    bomb = contents(model) | {"lsa/model.safetensors": bytes(50_000_000)}
    with pytest.raises(BadInput, match="200 times"):
        archive.unpack(zipped(bomb), tmp_path / "new")


def test_a_zip_that_says_it_is_huge_is_refused(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_MAX_MODEL_BYTES", "1000")
    with pytest.raises(BadInput, match=r"unpack to .* bytes; 1,000 bytes are possible\. EMBEDLAB_MAX_MODEL_BYTES"):
        archive.unpack(zipped(contents(model)), tmp_path / "new")


def test_a_link_in_the_zip_is_refused(model: Path, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in contents(model, **{"lsa/card.json": None}).items():
            made.writestr(name, content)
        link = zipfile.ZipInfo("lsa/card.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    with pytest.raises(BadInput, match="link"):
        archive.unpack(out, tmp_path / "new")


def test_a_model_that_is_replaced_stays_when_the_new_one_is_bad(model: Path, tmp_path: Path) -> None:
    target = tmp_path / "kept"
    archive.unpack(io.BytesIO(archive.pack(model)), target)
    with pytest.raises(BadModel):
        archive.unpack(zipped(contents(model, **{"lsa/model.safetensors": b"x"})), target, overwrite=True)
    assert registry.load_model(target).card.title == json.loads((model / "card.json").read_text())["title"]
