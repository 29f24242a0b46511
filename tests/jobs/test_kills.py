"""Ended without a word at random moments: no model is half written or lost, every run goes on or says what happened."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from embedlab import registry
from embedlab.base import files as base_temporary
from embedlab.base import model_folder, paths
from embedlab.jobs import api as jobs
from embedlab.jobs import cleanup
from embedlab.jobs.api import Run
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.models.vectors import WordVectors
from embedlab.parallel import processes
from embedlab.store import archive
from embedlab.workflows import downloads
from embedlab.workflows.text_choice import TextChoice
from tests.jobs.test_api import drafted

CONFIG = {"dim": 16, "layers": 1, "epochs": 30, "patience": 0, "min_count": 1, "batch_size": 4, "stretch": 10}
COUNTS = (4, pytest.param(50, marks=pytest.mark.slow))
"""Kills: a few each time, fifty by hand (``pytest -m slow tests/jobs/test_kills.py``)."""


@pytest.fixture(autouse=True)
def kept_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints are written all the time; runs begin at once, without a queue."""
    monkeypatch.setenv("EMBEDLAB_SAVE_EVERY", "0.01")
    monkeypatch.setattr(
        jobs,
        "_launch",
        lambda run: processes.start(["-m", "embedlab.jobs.worker", str(run.folder)], run.folder / "log.txt", 1),
    )


def training() -> Run:
    return jobs.start("train", TrainSettings("lstm", CONFIG, TextChoice(file="tale.txt"), (), "Tale"), drafted())


def finished(run: Run) -> dict[str, np.ndarray]:
    while run.state().active:
        time.sleep(0.05)
    assert run.state().status == "done", run.state().error
    tensors: dict[str, np.ndarray] = registry.load_model(run.result).tensors()
    return tensors


def readable(run: Run) -> None:
    """A model folder that is there is whole."""
    if run.result.exists():
        registry.load_model(run.result)


def begun(run: Run) -> None:
    deadline = time.monotonic() + 60
    while run.state().active and not run.state().pid and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.parametrize("kills", (2, *COUNTS[1:]))
def test_a_training_killed_again_and_again_ends_with_the_weights_of_an_unbroken_one(lab_home: Path, kills: int) -> None:
    whole, draw = training(), random.Random(kills)
    unbroken = finished(whole)
    starts = 1.2 * whole.events()[0].time  # seconds until it reports: a checkpoint is read within them
    killed = 0
    while killed < kills:
        run = training()
        while killed < kills:
            begun(run)
            time.sleep(draw.random() * (starts if killed % 2 else 3))
            if not run.state().active:
                break
            os.kill(run.state().pid, signal.SIGKILL)
            killed += 1
            while run.state().active:
                time.sleep(0.01)
            assert run.state().status in ("interrupted", "done")
            readable(run)
            if run.state().status == "done":
                break
            jobs.resume(run)
        for name, weights in finished(run).items():
            np.testing.assert_array_equal(weights, unbroken[name])
        run.delete()


FETCHER = """
import sys
from pathlib import Path
from embedlab.workflows import downloads
print("ready", flush=True)
downloads.fetch(sys.argv[1], Path(sys.argv[2]), checksum=sys.argv[3], allow_local=True)
"""
CONTENT = bytes(range(256)) * 4000


class Slow(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        with contextlib.suppress(OSError):  # nobody listens any more
            for start in range(0, len(CONTENT), 50_000):
                self.wfile.write(CONTENT[start : start + 50_000])
                time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.mark.parametrize("kills", COUNTS)
def test_a_download_that_is_killed_leaves_no_half_file_and_the_next_one_is_whole(
    tmp_path: Path, kills: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, draw, halves = tmp_path / "vectors.bin", random.Random(kills), 0
    checksum = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
    environment = os.environ | {"PYTHONPATH": str(paths.assets().parent)}
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/vectors.bin"
        for number in range(kills):
            if number % 3 == 2:
                path.write_bytes(b"the old file")
            line = [sys.executable, "-c", FETCHER, url, str(path), checksum]
            fetcher = subprocess.Popen(line, stdout=subprocess.PIPE, env=environment)
            assert fetcher.stdout is not None and fetcher.stdout.readline()
            time.sleep(draw.random() * 0.8)
            fetcher.kill()
            fetcher.wait()
            halves += len(list(tmp_path.glob(".vectors.bin.*")))
            assert not path.exists() or path.read_bytes() in (b"the old file", CONTENT)
        monkeypatch.setattr(downloads, "LEFT_SECONDS", 0.0)  # what was killed just now is old already
        downloads.fetch(url, path, checksum=checksum, allow_local=True)
        server.shutdown()
    assert halves  # some were killed in the middle
    assert path.read_bytes() == CONTENT and list(tmp_path.iterdir()) == [path]


WRITER = """
import sys, numpy as np
from pathlib import Path
from embedlab.base import model_folder as storage
from embedlab.base import Card
folder, number = Path(sys.argv[1]), 0
while True:
    number += 1
    matrix = np.full((2000, 50), number, np.float32)
    words = [f"w{i}" for i in range(2000)]
    card = Card(title=str(number))
    model = storage.StoredModel("word2vec", {}, {"matrix": matrix}, words, np.arange(2000) + 1, card)
    storage.write(folder, model, overwrite=True)
    print(number, flush=True)
"""


@pytest.mark.parametrize("kills", COUNTS)
def test_a_model_that_is_being_replaced_is_the_old_one_or_the_new_one(tmp_path: Path, kills: int) -> None:
    folder, draw = tmp_path / "model", random.Random(kills)
    environment = os.environ | {"PYTHONPATH": str(paths.assets().parent)}
    for _ in range(kills):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, env=environment, text=True
        )
        assert writer.stdout is not None and writer.stdout.readline()  # one is written
        time.sleep(draw.random() * 0.3)
        writer.kill()
        writer.wait()
        said = writer.stdout.read().split()
        stored = model_folder.read(folder)
        number = int(stored.card.title)
        assert (stored.tensors["matrix"] == number).all()
        assert number >= int(said[-1] if said else 1)  # nothing that was finished is lost


TRAINER = """
import sys
from embedlab.__main__ import main
print("ready", flush=True)
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("kills", COUNTS)
@pytest.mark.parametrize("where", ["--out", "--name"])
def test_a_training_in_the_terminal_that_is_killed_loses_nothing_and_leaves_nothing(
    lab_home: Path, tmp_path: Path, where: str, kills: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, target = random.Random(kills), tmp_path / "out" / "mine" if where == "--out" else Path("mine")
    folder = target if where == "--out" else registry.model_folder("yours", "mine")
    (tmp_path / "text.txt").write_text("the king and the queen sat by the fire\n" * 400)
    line = ["train", "word2vec", "--corpus", str(tmp_path / "text.txt"), where, str(target), "--set", "dim=100"]
    line += ["--set", "min_count=1", "--set", "epochs=1", "--set", "workers=1"]
    environment = os.environ | {"PYTHONPATH": str(paths.assets().parent)}
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("somebody's own")
    begun = time.monotonic()
    assert subprocess.run([sys.executable, "-c", TRAINER, *line], env=environment, check=False).returncode == 0
    takes = time.monotonic() - begun
    for _ in range(kills):
        begun = time.monotonic()
        trainer = subprocess.Popen(
            [sys.executable, "-c", TRAINER, *line, "--force"], stdout=subprocess.PIPE, env=environment
        )
        assert trainer.stdout is not None and trainer.stdout.readline()
        time.sleep(draw.random() * max(0.0, takes - (time.monotonic() - begun)))
        trainer.kill()
        trainer.wait()
        assert registry.load_model(folder).words  # the old one or the new one
    cleared(lab_home, monkeypatch)
    base_temporary.clear(folder.parent, "mine")
    assert [one.name for one in folder.parent.iterdir() if base_temporary.MARK in one.name] == []
    assert (tmp_path / "out" / "notes.txt").read_text() == "somebody's own"


IMPORTER = """
import sys
from pathlib import Path
from embedlab.store import archive
print("ready", flush=True)
with Path(sys.argv[1]).open("rb") as file:
    archive.take(file, "Mine", replace=True)
"""


@pytest.mark.parametrize("kills", COUNTS)
def test_an_import_that_is_killed_loses_nothing_and_leaves_nothing(
    lab_home: Path, tmp_path: Path, kills: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, temporary, left = random.Random(kills), tmp_path / "tmp", 0
    temporary.mkdir()
    environment = os.environ | {"PYTHONPATH": str(paths.assets().parent), "TMPDIR": str(temporary)}
    folder = registry.model_folder("yours", "mine")
    matrix = np.random.default_rng(0).normal(size=(20_000, 100)).astype(np.float32)
    WordVectors([f"w{i}" for i in range(20_000)], matrix).save(tmp_path / "model")
    (tmp_path / "model.zip").write_bytes(archive.pack(tmp_path / "model"))
    line = [sys.executable, "-c", IMPORTER, str(tmp_path / "model.zip")]
    assert subprocess.run(line, env=environment, check=False).returncode == 0
    for number in range(kills):
        importer = subprocess.Popen(line, stdout=subprocess.PIPE, env=environment)
        assert importer.stdout is not None and importer.stdout.readline()
        deadline = time.monotonic() + 60
        while number % 2 and not any(temporary.iterdir()) and importer.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)  # it has begun to unpack
        time.sleep(draw.random() * 0.3)
        importer.kill()
        importer.wait()
        left += len(list(temporary.iterdir()))
        assert len(registry.load_model(folder).words) == 20_000  # type: ignore[attr-defined]
    assert left  # some were killed in the middle
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    cleared(lab_home, monkeypatch)
    assert list(temporary.iterdir()) == [] and [one.name for one in folder.parent.iterdir()] == ["mine"]


def cleared(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rounds of cleanup, a day of running apart, to which what was killed just now is old already."""
    monkeypatch.setattr(base_temporary, "LEFT_SECONDS", -1.0)
    cleanup.clear()
    cleanup.clear(passed=cleanup.NOTICE)
