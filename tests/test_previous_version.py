"""What the version before the sources were moved left on disk opens in this one.

The home folder was made by version 0.1.0: a model of the owner's, a visitor's workspace with a model, the training that
made it, a training of an LSTM whose process was killed, and a stored result.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

import embedlab
from embedlab.base import StaticModel, paths
from embedlab.jobs import api as jobs
from embedlab.jobs import worker
from embedlab.jobs.kinds import train
from embedlab.jobs.run import CANCEL, Run
from embedlab.store import results
from embedlab.workflows.text_choice import TextChoice
from tests.pages_opened import opened

BEFORE = Path(__file__).resolve().parent / "fixtures" / "home_0_1_0"
SECRET = "ab" * 32
VISITOR = "b62e0041dd7e421f290be7e3"
DONE, INTERRUPTED = "eb000416d6d6f44c80e22440", "87d20b7365cf919170b674f2"
KEY = "2657442bb4a48d62f780ea60395ef2d2"


@pytest.fixture(autouse=True)
def home(lab: Path, lab_home: Path) -> Path:
    """A copy of that home folder."""
    return shutil.copytree(BEFORE, lab_home, dirs_exist_ok=True)


def test_the_owner_s_model_is_listed_and_gives_vectors() -> None:
    (spec,) = [spec for spec in embedlab.list_models() if spec.source == "yours"]
    assert (spec.key, spec.title) == ("yours/mine", "mine")
    model = embedlab.load_model("yours/mine")
    assert isinstance(model, StaticModel) and len(model) == 14
    assert model.vector("king").shape == (4,) and np.linalg.norm(model.vector("king")) > 0
    assert (model.card.text, model.card.tokens) == ("tale.txt", 702)


def test_a_visitor_s_workspace_is_found_by_its_secret_and_its_model_loads() -> None:
    assert paths.workspace_name(SECRET) == VISITOR and paths.all_workspaces() == [VISITOR]
    (spec,) = [spec for spec in embedlab.list_models(workspace=VISITOR) if spec.source == "yours"]
    assert (spec.title, spec.workspace, spec.family.key) == ("Tale", VISITOR, "word2vec")
    model = embedlab.load_model(spec.key)
    assert isinstance(model, StaticModel)
    made = embedlab.load_model(jobs.find(DONE).result)
    assert isinstance(made, StaticModel)
    np.testing.assert_array_equal(model.matrix, made.matrix)


def test_a_finished_run_is_read_whole_and_its_page_opens() -> None:
    (run,) = jobs.all_runs("train", VISITOR)
    assert (run.id, run.state().status) == (DONE, "done")
    config = {"dim": 4, "epochs": 2, "min_count": 1}
    assert train.of(run) == train.TrainSettings("cbow", config, TextChoice(file="tale.txt"), ("king",), "Tale")
    assert [(event.step, event.total, event.epoch) for event in run.events()] == [(702, 1404, 1), (1404, 1404, 2)]
    first, second = train.moments(run)
    assert (first.epoch, second.epoch, first.watched) == (1, 2, ("king",))
    assert first.neighbors[0][0] == ("sold", 0.7376) and len(second.points) == len(second.words) == 7
    page = opened("training", run=DONE)
    shown = {item.label: item.value for item in page.metric}
    assert shown["Final loss"] == "3.8359" and not page.error


def test_an_interrupted_run_goes_on_from_its_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[Thread] = []

    def launch(run: Run) -> None:
        threads.append(Thread(target=worker.main, args=(run.folder,)))
        threads[-1].start()

    monkeypatch.setattr(jobs, "_launch", launch)
    run = jobs.find(INTERRUPTED)
    before = run.events()
    assert run.state().status == "interrupted" and before[-1].epoch == 1
    jobs.resume(run)
    deadline = time.monotonic() + 60
    while len(run.events()) < len(before) + 2 and threads[0].is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    (run.folder / CANCEL).touch()
    threads[0].join(60)
    assert run.state().status == "cancelled", run.state().error
    steps = [event.step for event in run.events()[len(before) :]]
    assert len(steps) >= 2 and steps == sorted(steps)
    assert steps[0] > 760  # an epoch has 760 words: from the beginning it would be less


def test_a_stored_result_is_read() -> None:
    assert results.key_of("a", 1) == KEY
    assert results.ResultCache("test", results.from_json(lambda values: values)).get(KEY) == {"answer": 42}
