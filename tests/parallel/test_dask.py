"""Runs on the workers of a real Dask scheduler on this machine: done there, and taken up again when a worker dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import distributed
import numpy as np
import psutil
import pytest

from embedlab import registry
from embedlab.base import paths
from embedlab.data.corpus import Corpus
from embedlab.data.datasets import load_sample
from embedlab.jobs import api as jobs
from embedlab.jobs import dispatcher
from embedlab.jobs.api import Run
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.models.glove import cooccurrence
from embedlab.models.glove.model import Glove, GloveConfig
from embedlab.parallel import shards
from embedlab.parallel.shards import Pool
from embedlab.workflows import encode
from embedlab.workflows.encode import encode_file
from embedlab.workflows.text_choice import TextChoice
from tests.jobs.test_api import drafted, tiny
from tests.piece_toys import Killing


def until(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()


ENVIRONMENT = os.environ | {"PYTHONPATH": str(paths.assets().parent), "EMBEDLAB_SAVE_EVERY": "0.2"}
WORKER = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard"]


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers, each in a process of its own."""
    folder = tmp_path_factory.mktemp("dask")
    address = folder / "scheduler.json"
    file = ["--scheduler-file", str(address)]
    main = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *file]
    lines = ([*main, "--no-dashboard"], [*WORKER, *file], [*WORKER, *file])
    with (folder / "log.txt").open("wb") as log:
        started = [subprocess.Popen(line, env=ENVIRONMENT, stdout=log, stderr=log) for line in lines]
        try:
            until(address.exists)
            yield json.loads(address.read_text())["address"]
        finally:
            for process in started:
                process.kill()
                process.wait()


@pytest.fixture
def there(scheduler: str, lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("EMBEDLAB_SCHEDULER", scheduler)
    dispatcher.dispatcher.cache_clear()
    return scheduler


@pytest.fixture
def pool(there: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """The workers of the scheduler, for the pieces of a work; also small texts are cut."""
    monkeypatch.setattr(cooccurrence, "FEWEST", 500)
    monkeypatch.setattr(encode, "FEWEST", 40)
    until(lambda: workers(there) >= 2)
    with shards.pool(1) as found:
        assert found is not None and found.workers >= 2
        yield found


@pytest.fixture(scope="module")
def third(scheduler: str) -> Iterator[None]:
    """One worker more, since one is killed."""
    process = subprocess.Popen([*WORKER, scheduler], env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    try:
        until(lambda: workers(scheduler) == 3)
        yield
    finally:
        process.kill()
        process.wait()


def workers(scheduler: str) -> int:
    """How many the scheduler has."""
    with distributed.Client(scheduler, set_as_default=False) as client:
        return len(client.nthreads())


def parent(run: Run) -> psutil.Process:
    return psutil.Process(psutil.Process(run.state().pid).ppid())


def test_a_training_is_done_on_a_worker(there: str) -> None:
    run = jobs.start("train", tiny(), drafted())
    until(lambda: run.state().status == "running")
    assert "dask_worker" in " ".join(parent(run).cmdline())
    until(lambda: not run.state().active)
    assert run.state().status == "done", (run.folder / "log.txt").read_text()
    assert "king" in registry.load_model(run.result).words  # type: ignore[attr-defined]


def text() -> Corpus:
    return Corpus.from_sentences([words for _, words in zip(range(400), load_sample("kingdom"), strict=False)])


def test_pairs_are_counted_in_shards_on_the_workers(pool: Pool) -> None:
    config = GloveConfig(dim=8, min_count=2, window=6, epochs=2, workers=1)
    np.testing.assert_array_equal(Glove.train(text(), config, pool=pool).matrix, Glove.train(text(), config).matrix)


def encoded(folder: Path, out: Path, pool: Pool | None) -> bytes:
    (out.parent / "text.txt").write_text("the cat sat\n\na cat sat on the river\nthe bank\n" * 50)
    encode_file(str(folder), out.parent / "text.txt", out, tokenized=True, pool=pool)
    return out.read_bytes()


def test_a_corpus_is_encoded_on_the_workers(pool: Pool, lstm_folder: Path, tmp_path: Path) -> None:
    here = encoded(lstm_folder, tmp_path / "one.jsonl", None)
    assert encoded(lstm_folder, tmp_path / "many.jsonl", pool) == here


@pytest.mark.usefixtures("third")
def test_a_piece_whose_worker_is_killed_is_done_by_another(
    pool: Pool, scheduler: str, lstm_folder: Path, tmp_path: Path
) -> None:
    here = encoded(lstm_folder, tmp_path / "one.jsonl", None)
    deadly: Any = Killing(pool, tmp_path / "marker")
    assert encoded(lstm_folder, tmp_path / "many.jsonl", deadly) == here
    assert (tmp_path / "marker").exists()
    until(lambda: workers(scheduler) == 2)


def test_a_worker_that_is_killed_costs_a_new_try_from_the_checkpoint_not_the_run(there: str) -> None:
    run = drafted()
    config = {"dim": 8, "layers": 1, "epochs": 400, "patience": 0, "min_count": 1, "batch_size": 2}
    run = jobs.start("train", TrainSettings("lstm", config, TextChoice(file="tale.txt"), (), "Long"), run)
    until(lambda: any(event.epoch > 3 for event in run.events()))
    first = run.state().pid
    worker = parent(run)
    worker.send_signal(signal.SIGKILL)
    until(lambda: run.state().status == "running" and run.state().pid != first)
    assert parent(run).pid != worker.pid
    until(lambda: not psutil.pid_exists(first))  # it did not go on beside the new one
    before = len(run.events())
    until(lambda: any(event.phase == "training" for event in run.events()[before:]))
    again = next(event for event in run.events()[before:] if event.phase == "training")
    assert again.epoch >= 1  # from the latest checkpoint, not from the beginning
    run.cancel()
    until(lambda: run.state().status == "cancelled")


def test_a_scheduler_that_is_not_there_is_told_in_a_sentence(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_SCHEDULER", "tcp://127.0.0.1:9")
    monkeypatch.setattr("embedlab.parallel.executors.PATIENCE", "1s")
    dispatcher.dispatcher.cache_clear()
    run = jobs.start("train", tiny(), drafted())
    until(lambda: run.state().status == "interrupted")
    assert "tcp://127.0.0.1:9 does not answer" in run.state().error
