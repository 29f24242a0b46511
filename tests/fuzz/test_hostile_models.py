"""Models made to take a machine down are refused by a sentence, within little memory and time."""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab import registry
from embedlab.base import BadInput, BadModel
from embedlab.models.elmo.model import Elmo
from embedlab.models.flair import published as flair_published
from embedlab.store import archive
from embedlab.workflows import published
from tests.fuzz import damage, hostile_models, targets
from tests.fuzz.hostile_models import HDF5, HOSTILE, ODD, TAMED, VECTORS
from tests.models.elmo import elmo_reference

ROOT = Path(__file__).resolve().parents[2]
MEMORY, SECONDS = 500_000_000, 10
"""What a file may take: bytes above what the libraries take, and processor seconds."""
CASES = 12
"""Damaged zips of each kind."""
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="memory is measured by /proc")


@pytest.fixture(scope="module")
def importer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """A process that imports files, one after the other."""
    home = tmp_path_factory.mktemp("home")
    environment = {"EMBEDLAB_HOME": str(home), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.hostile_models"],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    yield process
    process.kill()
    process.wait()


def taken(content: bytes, importer: subprocess.Popen[str], path: Path) -> dict[str, Any]:
    """What the import of a file took, and what was said."""
    path.write_bytes(content)
    assert importer.stdin and importer.stdout
    importer.stdin.write(f"{path}\n")
    importer.stdin.flush()
    answer = importer.stdout.readline()
    assert answer, "the process has ended"
    found: dict[str, Any] = json.loads(answer)
    assert found["growth"] < MEMORY and found["seconds"] < SECONDS, found
    return found


@LINUX
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_model_is_refused_and_takes_little(
    name: str, importer: subprocess.Popen[str], tmp_path: Path
) -> None:
    found = taken(HOSTILE[name](), importer, tmp_path / "model.zip")
    assert found["said"].startswith(("BadModel: ", "BadInput: ")), found


@LINUX
@pytest.mark.parametrize("name", TAMED)
def test_what_would_do_harm_in_a_model_is_left_out(name: str, importer: subprocess.Popen[str], tmp_path: Path) -> None:
    assert taken(TAMED[name](), importer, tmp_path / "model.zip")["said"] == ""


def vectors() -> tuple[bytes, int]:
    """A good model of vectors, and its bytes."""
    matrix = np.random.default_rng(1).normal(size=(2_000, 10_000)).astype(np.float32)
    words = [str(i) for i in range(len(matrix))]
    return hostile_models.model("vectors", {}, {"matrix": matrix}, words), matrix.nbytes


def lstm() -> tuple[bytes, int]:
    """A good LSTM, and its bytes."""
    draw, shapes = np.random.default_rng(1), hostile_models.lstm_shapes(1600)
    weights = {f"lstm.0.{name}_l0": draw.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    ones = {"embedding.weight": np.ones((4, 1600), np.float32), "softmax.bias": np.ones(4, np.float32)}
    size = sum(array.nbytes for array in weights.values())
    return hostile_models.model("lstm", {"dim": 1600, "layers": 1}, weights | ones), size


@LINUX
@pytest.mark.parametrize(("make", "most"), [(vectors, 1.4), (lstm, 2.3)])  # a layer is packed anew while it computes
def test_a_good_model_takes_little_more_than_its_size(
    make: Callable[[], tuple[bytes, int]], most: float, importer: subprocess.Popen[str], tmp_path: Path
) -> None:
    content, size = make()
    found = taken(content, importer, tmp_path / "model.zip")
    assert found["said"] == "" and size >= 80_000_000
    assert found["growth"] < most * size


@LINUX
@pytest.mark.parametrize("kind", targets.KINDS)
def test_damaged_zips_of_every_kind_are_taken_or_refused_within_bounds(
    kind: str, importer: subprocess.Popen[str], tmp_path: Path
) -> None:
    targets.own(kind, tmp_path)
    content = archive.pack(tmp_path / "model")
    assert taken(content, importer, tmp_path / "model.zip")["said"] == ""
    for seed in range(CASES):
        changed = damage.damaged("model.zip", content, [content], random.Random(f"{kind} {seed}"))
        said = taken(changed, importer, tmp_path / "model.zip")["said"]
        assert said == "" or said.startswith(("BadModel: ", "BadInput: ")), (seed, said)


@pytest.mark.parametrize("name", ODD)
def test_what_pages_would_fall_over_is_refused_at_import(name: str, tmp_path: Path) -> None:
    make, said = ODD[name]
    with pytest.raises((BadInput, BadModel), match=said):
        archive.unpack(io.BytesIO(make()), tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_the_sound_ones_they_are_made_from_are_taken(tmp_path: Path) -> None:
    archive.unpack(io.BytesIO(hostile_models.bert()), tmp_path / "bert")
    archive.unpack(io.BytesIO(hostile_models.model("lsa", {}, {"matrix": hostile_models.SOUND})), tmp_path / "lsa")
    assert {registry.load_model(folder).kind for folder in tmp_path.iterdir()} == {"bert", "lsa"}


@pytest.mark.parametrize("way", HDF5)
def test_hdf5_weights_that_are_not_there_as_numbers_are_refused(way: str, tmp_path: Path) -> None:
    elmo_reference.write(tmp_path, elmo_reference.OPTIONS)
    hostile_models.hdf5(tmp_path / "weights.hdf5", way)
    with pytest.raises(BadModel, match="W_proj"):
        Elmo.from_published(tmp_path / "options.json", tmp_path / "weights.hdf5")


def test_options_that_ask_for_more_than_the_weights_hold_are_refused_before_reading(tmp_path: Path) -> None:
    elmo_reference.write(tmp_path, elmo_reference.OPTIONS)
    options = json.loads((tmp_path / "options.json").read_text())
    options["lstm"] |= {"dim": 16_384, "projection_dim": 4096, "n_layers": 8}
    (tmp_path / "options.json").write_text(json.dumps(options))
    with pytest.raises(BadModel, match=r"ask for .* numbers"):
        Elmo.from_published(tmp_path / "options.json", tmp_path / "weights.hdf5")


def test_a_checkpoint_that_shows_one_number_again_and_again_is_refused(tmp_path: Path) -> None:
    hostile_models.expanded(tmp_path)
    with pytest.raises(BadModel, match="more numbers than fit"):
        flair_published.load(tmp_path / "forward.pt", "forward")


def test_a_checkpoint_whose_entries_lie_over_each_other_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for i in range(9):
            archive.writestr(f"m/{i}", bytes(1000))
    data = bytearray(out.getvalue())
    for entry in (m.start() for m in re.finditer(b"PK\x01\x02", bytes(data))):
        data[entry + 20 : entry + 28] = struct.pack("<II", 2**30, 2**30)
    with pytest.raises(BadModel, match="says to hold more"):
        flair_published.readable("m.pt", bytes(data))


@pytest.mark.parametrize("way", VECTORS)
def test_vectors_that_would_take_more_than_their_bytes_are_refused(way: str, tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_bytes(hostile_models.word2vec_text(way))
    with pytest.raises(BadModel):
        published.load(tmp_path / "v.txt", layout="word2vec-text")


@pytest.mark.parametrize("ending", ["gz", "zip"])
def test_packed_vectors_that_unpack_to_far_more_than_their_size_are_refused(ending: str, tmp_path: Path) -> None:
    content, path = b"0 " * 20_000_000, tmp_path / f"v.txt.{ending}"
    if ending == "gz":
        path.write_bytes(gzip.compress(content, 9))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("v.txt", content)
    with pytest.raises(BadInput, match="EMBEDLAB_MAX_RATIO"):
        published.load(path)
