"""Disks that are full or read-only: a sentence, nothing half written, and what was there stays whole."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab import registry
from embedlab.__main__ import main
from embedlab.analysis.projection import project
from embedlab.base import BadModel, EmbedLabError, files, paths
from embedlab.data import characters, vocab
from embedlab.jobs import api as jobs
from embedlab.jobs import worker
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.models import vectors
from embedlab.store import library, maps, results
from embedlab.store import vectors as store_vectors
from embedlab.store.results import ResultCache
from embedlab.workflows import text_choice
from embedlab.workflows.encode import encode_file
from embedlab.workflows.text_choice import TextChoice
from tests.conftest import TinyModel, tiny_vectors
from tests.full_disks import content, full_after
from tests.jobs.test_api import SENTENCES, drafted, tiny


def model() -> TinyModel:
    words, matrix, counts = tiny_vectors()
    return TinyModel(words, matrix, counts)


def keep_a_map(home: Path) -> None:
    settings = maps.MapSettings("pca")
    maps.keep("abc", project(model().matrix, "pca"), settings)


def lay_down(home: Path) -> None:
    text_choice.lay_down(home / "draft", "a.txt", BytesIO(b"some words of a text\n" * 500))


def encode(home: Path) -> None:
    encode_file("lsa", home / "in.txt", home / "out.safetensors", overwrite=True)


def train(where: str) -> Callable[[Path], object]:
    """As a person does in the terminal; its sentence comes back as the error that it was made of."""

    def write(home: Path) -> None:
        target, heard = str(home / "trained") if where == "--out" else "trained", StringIO()
        line = ["train", "lsa", "--corpus", str(home / "in.txt"), where, target, "--force"]
        with contextlib.redirect_stderr(heard):
            status = main([*line, "--set", "min_count=1", "--set", "dim=2"])
        if status:
            raise EmbedLabError(heard.getvalue())

    return write


WRITERS: dict[str, Callable[[Path], object]] = {
    "model": lambda home: model().save(home / "model", overwrite=True),
    "shelf": lambda home: library.keep(registry.find("lsa").folder, "mine", replace=True),
    "map": keep_a_map,
    "text": lay_down,
    "vectors": encode,
    "train --out": train("--out"),
    "train --name": train("--name"),
    "export": lambda home: vectors.write(model(), home / "vectors.txt", "glove", overwrite=True),
}


@pytest.mark.parametrize("share", [0.0, 0.1, 0.7, 0.999])
@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_on_a_full_disk_is_refused_in_a_sentence_and_leaves_what_was_there(
    lab: Path, lab_home: Path, name: str, share: float
) -> None:
    (lab_home / "draft").mkdir()
    (lab_home / "in.txt").write_text("the king and the queen sat by the fire\n" * 20)
    WRITERS[name](lab_home)
    before = content(lab_home)
    largest = max(len(one) for path, one in before.items() if path != "in.txt")
    with full_after(int(share * largest)), pytest.raises(EmbedLabError, match=r"File too large.*Is the disk full"):
        WRITERS[name](lab_home)
    assert content(lab_home) == before


def test_kept_results_are_whole_or_not_there(lab_home: Path) -> None:
    kept = ResultCache("kind", results.read_json)
    kept.put("key", {"old": 1})
    before = content(lab_home)
    with full_after(100), pytest.raises(OSError, match="File too large"):
        kept.put("key", {"new": "x" * 1000})
    assert content(lab_home) == before and kept.get("key") == {"old": 1}


def test_vectors_that_cannot_be_kept_only_cost_the_keeping(lab_home: Path) -> None:
    with full_after(100):
        store_vectors.Store.at_home().write("key", [np.zeros((1, 50, 8), np.float32)])
    assert content(lab_home) == {} and store_vectors.Store.at_home().read("key") is None


def test_a_run_cannot_be_asked_for_and_its_draft_can_later(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_launch", lambda run: None)
    with full_after(10), pytest.raises(BadModel, match="Is the disk full"):
        jobs.draft()
    assert jobs.all_runs() == []
    run = drafted()
    before = content(run.folder)
    with full_after(10), pytest.raises(BadModel, match="Is the disk full"):
        jobs.start("train", tiny(), run)
    assert content(run.folder) == before and run.state().status == "draft"
    assert jobs.start("train", tiny(), run).state().status == "queued"


def spool_words() -> object:
    return vocab.encode([f"w{i}" for i in range(40)] for _ in range(3))


def spool_characters() -> object:
    return characters.encode(["the king and the queen sat by the fire"])


def lay_down_numbers() -> object:
    with tempfile.TemporaryFile(buffering=0) as file:
        files.append(file, np.zeros(100, [("first", np.int32), ("second", np.float32)]))
        file.seek(0)
        return file.read()


@pytest.mark.parametrize("work", [spool_words, spool_characters, lay_down_numbers])
def test_numbers_on_their_way_through_the_disk_are_never_cut_in_silence(work: Callable[[], object]) -> None:
    assert work()
    with full_after(100), pytest.raises(OSError, match="File too large"):
        work()


def test_all_numbers_are_laid_down() -> None:
    assert lay_down_numbers() == bytes(800)
    with tempfile.TemporaryFile(buffering=0) as file:
        files.append(file, np.zeros(0, np.int32))
        files.append(file, np.arange(6, dtype=np.int64)[::2])
        file.seek(0)
        assert np.frombuffer(file.read(), np.int64).tolist() == [0, 2, 4]


CONFIG = {"dim": 64, "layers": 1, "epochs": 4, "patience": 0, "min_count": 1, "batch_size": 4, "stretch": 10}


def test_a_training_on_a_full_disk_stops_with_a_sentence_and_goes_on_when_there_is_room(
    lab_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDLAB_SAVE_EVERY", "0.01")
    monkeypatch.setattr(jobs, "_launch", lambda run: None)
    settings = TrainSettings("lstm", CONFIG, TextChoice(file="tale.txt"), (), "Tale")
    run = jobs.start("train", settings, drafted())
    with full_after(20_000):  # enough for what the run says of itself, too little for its weights
        assert worker.main(run.folder) == 1
    state = run.state()
    assert state.status == "interrupted"
    assert "File too large" in state.error and "When there is room again" in state.error
    assert not run.result.exists()
    jobs.resume(run)
    assert worker.main(run.folder) == 0
    assert run.state().status == "done" and registry.load_model(run.result).words
    assert not list(run.folder.glob(".*"))


def test_a_run_whose_state_cannot_be_written_does_not_count_as_running(
    lab_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_launch", lambda run: None)
    run = jobs.start("train", tiny(), drafted())
    run.write_state(dataclasses.replace(run.written(), given=1.0))  # to a worker, long ago
    with full_after(10), pytest.raises(OSError, match="File too large"):
        worker.main(run.folder)
    assert run.state().status == "interrupted"


FILLED = """
import sys
from pathlib import Path
from embedlab.__main__ import main
home = Path(sys.argv[1])
(home / "hog").write_bytes(b"x" * (700 * 1024))
line = ["train", "word2vec", "--corpus", sys.argv[2], "--name", "mine", "--set", "min_count=1", "--set", "dim=300"]
line += ["--set", "epochs=1", "--set", "workers=1"]
print(main(line), sorted(str(path.relative_to(home)) for path in home.rglob("*")))
(home / "hog").unlink()
print(main([*line, "--set", "dim=20"]))
"""


def test_a_small_disk_that_is_really_full(tmp_path: Path) -> None:
    mounted, text = tmp_path / "small", tmp_path / "text.txt"
    mounted.mkdir()
    words = np.random.default_rng(0).integers(0, 2000, 20_000)
    text.write_text(" ".join(f"w{i}" for i in words) + ".\n" + ".\n".join(SENTENCES))
    mount = f'mount -t tmpfs -o size=1m none "{mounted}"'
    if subprocess.run(["unshare", "-m", "sh", "-c", mount], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    environment = os.environ | {"EMBEDLAB_HOME": str(mounted), "PYTHONPATH": str(paths.assets().parent)}
    line = f'{mount} && "$0" -c "$1" "$2" "$3"'
    found = subprocess.run(
        ["unshare", "-m", "sh", "-c", line, sys.executable, FILLED, str(mounted), str(text)],
        capture_output=True, text=True, env=environment, check=True,
    )  # fmt: skip
    first, last = [line for line in found.stdout.splitlines() if line[0] in "01"]
    assert first == "1 ['hog', 'models', 'models/yours']"
    assert last == "0"
    assert "No space left on device. Is the disk full" in found.stderr and "Traceback" not in found.stderr


@pytest.mark.parametrize("place", ["a file", "proc"])
def test_a_home_that_cannot_be_made_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "file").write_text("")
    home = tmp_path / "file" / "home" if place == "a file" else Path("/proc/nothing/home")
    monkeypatch.setenv("EMBEDLAB_HOME", str(home))
    with pytest.raises(BadModel, match=r"Cannot write .*runs.*read-only"):
        jobs.draft()
    with pytest.raises(BadModel, match="Cannot write"):
        model().save(registry.model_folder("yours", "mine"))
    assert jobs.all_runs() == [] and {spec.source for spec in registry.list_models()} <= {"starter", "published"}


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (OSError(28, "No space left on device"), 28),
        (OSError("4000 requested and 100 written"), 28),
        (PermissionError(13, "Permission denied"), 0),
        (ValueError("No space left"), 0),
    ],
)
def test_a_refusal_is_known_from_other_errors(error: Exception, found: int) -> None:
    assert files.refusal(error) == found
    outer: Any = BadModel("Cannot write x.")
    outer.__cause__ = error
    assert files.refusal(outer) == found
