"""Texts in which sentences are looked up: samples, and what own models were trained on."""

import dataclasses
from pathlib import Path

import pytest

from embedlab.base import BadInput, Card
from embedlab.data.datasets import samples
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.jobs.run import RunState
from embedlab.registry import list_models
from embedlab.ui import inputs
from embedlab.workflows.text_choice import TextChoice, lay_down


@pytest.fixture
def run(lab: Path, monkeypatch: pytest.MonkeyPatch) -> jobs.Run:
    """A training run with a text of its own, whose worker is not started."""
    monkeypatch.setattr(jobs, "_launch", lambda run: None)
    run = jobs.draft()
    name = lay_down(run.folder, "rivers.txt", b"The river runs. The bank of the river is green.")
    jobs.start("train", TrainSettings("lsa", text=TextChoice(file=name)), run)
    run.write_state(RunState("done"))
    return run


def test_an_uploaded_text_is_at_hand_after_the_samples(run: jobs.Run) -> None:
    assert list(inputs.titles()) == [*(sample.key for sample in samples()), run.folder.name]
    assert next(s for s in inputs.sentences(run.folder.name) if "bank" in s).count("the") == 2


@pytest.mark.usefixtures("run")
def test_a_model_finds_the_text_behind_it(run: jobs.Run) -> None:
    spec = list_models()[0]
    assert inputs.behind(spec) == ""
    assert inputs.behind(dataclasses.replace(spec, card=Card(text="rivers.txt"))) == run.folder.name
    kingdom = inputs.titles()["kingdom"]
    assert inputs.behind(dataclasses.replace(spec, card=Card(text=f"{kingdom}: generated"))) == "kingdom"


@pytest.mark.usefixtures("lab")
def test_a_text_that_is_gone_is_said() -> None:
    with pytest.raises(BadInput):
        inputs.sentences("0" * 24)
