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

import psutil
import pytest
from test_jobs import drafted, tiny

from embedlab import dispatch, jobs, registry, storage
from embedlab.jobs import Run
from embedlab.training_runs import TrainSettings
from embedlab.training_text import TextChoice


def until(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers, each in a process of its own."""
    folder = tmp_path_factory.mktemp("dask")
    address = folder / "scheduler.json"
    common = ["--scheduler-file", str(address), "--no-dashboard"]
    environment = os.environ | {"PYTHONPATH": str(storage.assets().parent), "EMBEDLAB_SAVE_EVERY": "0.2"}
    main = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *common]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", *common]
    with (folder / "log.txt").open("wb") as log:
        started = [subprocess.Popen(line, env=environment, stdout=log, stderr=log) for line in (main, worker, worker)]
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
    dispatch.dispatcher.cache_clear()
    return scheduler


def parent(run: Run) -> psutil.Process:
    return psutil.Process(psutil.Process(run.state().pid).ppid())


def test_a_training_is_done_on_a_worker(there: str) -> None:
    run = jobs.start("train", tiny(), drafted())
    until(lambda: run.state().status == "running")
    assert "dask_worker" in " ".join(parent(run).cmdline())
    until(lambda: not run.state().active)
    assert run.state().status == "done", (run.folder / "log.txt").read_text()
    assert "king" in registry.load_model(run.result).words  # type: ignore[attr-defined]


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
    monkeypatch.setattr("embedlab.executors.PATIENCE", "1s")
    dispatch.dispatcher.cache_clear()
    run = jobs.start("train", tiny(), drafted())
    until(lambda: run.state().status == "interrupted")
    assert "tcp://127.0.0.1:9 does not answer" in run.state().error
