"""Maps as background runs: by a process that stays for the next, beside all other runs, cancelled and killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from embedlab.jobs import api as jobs
from embedlab.jobs import dispatcher
from embedlab.jobs.api import Run
from embedlab.jobs.kinds import map as map_runs
from embedlab.parallel import executors
from embedlab.parallel.executors import LocalExecutor, Workers
from embedlab.store import maps
from embedlab.store.maps import MapSettings
from tests.jobs.test_queue import until

PCA = MapSettings("pca")
SLOW = MapSettings("tsne")


@pytest.fixture(autouse=True)
def fresh(lab_home: Path) -> None:
    dispatcher.dispatcher.cache_clear()


def vectors(rows: int = 40) -> np.ndarray:
    return np.random.default_rng(rows).normal(size=(rows, 10)).astype(np.float32)


def asked(rows: int = 40, how: MapSettings = PCA, visitor: str = "") -> tuple[str, Run]:
    key = maps.key(vectors(rows), how)
    return key, map_runs.start(key, vectors(rows), how, visitor)


def done(run: Run) -> int:
    """The process that did it."""
    until(lambda: not run.state().active)
    assert run.state().status == "done", run.state().error
    return run.state().pid


def test_a_map_is_made_and_kept_and_the_next_by_the_same_process() -> None:
    key, run = asked()
    pid = done(run)
    found, expected = maps.computed(key), PCA.compute(vectors())
    assert found is not None and np.array_equal(found.points, expected.points)
    assert found.trustworthiness == expected.trustworthiness
    assert run.events()[0].phase == "starting" and not (run.folder / map_runs.VECTORS).exists()
    assert done(asked(41)[1]) == pid != os.getpid()


def test_a_map_that_is_cancelled_tells_its_rounds_and_leaves_the_process_to_the_next() -> None:
    key, run = asked(2500, SLOW)
    until(lambda: any(event.phase == "layout" and event.step > 3 for event in run.events()))
    assert all(event.total == 1000 for event in run.events() if event.phase == "layout")
    run.cancel()
    until(lambda: run.state().status == "cancelled")
    assert maps.computed(key) is None
    done(asked()[1])


def test_a_map_whose_process_is_killed_is_made_by_another() -> None:
    _, run = asked(1500, SLOW)
    until(lambda: any(event.phase == "layout" for event in run.events()))
    pid = run.state().pid
    os.kill(pid, signal.SIGKILL)
    until(lambda: run.state().status == "running" and run.state().pid != pid)
    run.cancel()
    until(lambda: run.state().status == "cancelled")


def test_a_map_does_not_wait_for_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "chosen", lambda: Workers(LocalExecutor(1), lambda: 0, 1, tied=False))  # no room
    waiting = jobs.start("train", PCA, visitor="me")
    done(asked(visitor="me")[1])
    assert waiting.state().status == "queued" and (place := jobs.queue_position(waiting)) and place.position == 1
    waiting.delete()
