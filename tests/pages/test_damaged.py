"""Small files of runs and workspaces that are damaged: no page stops, and what can be shown is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from embedlab.base import BadInput
from embedlab.jobs import api as jobs
from embedlab.jobs.api import Run, RunState
from embedlab.jobs.kinds import measure, train
from embedlab.jobs.kinds.fetch import FetchSettings
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.store import library
from embedlab.store import results as store_results
from embedlab.store.results import ResultCache
from embedlab.training import checkpoints
from embedlab.ui import run_bar
from embedlab.workflows import measurements, text_choice
from embedlab.workflows.text_choice import TextChoice
from tests.pages_opened import opened, said, sound

TALE = b"The king rules the old land. A cat chased a mouse. The queen sleeps in the palace at night.\n" * 20
DAMAGED = (
    b"", b"\xff\xfe\x00", b"yours/tale\xff", b"7\n", b"null\n", b"[1]\n", b'{"a": 1}\n', b"[" * 100_000,
    b"yours/\0",
)  # fmt: skip
"""Cut, no text, of another shape, too deep."""


@pytest.fixture
def done(lab: Path, at_once: None) -> Run:
    """A finished training, kept as a model."""
    run = jobs.draft()
    text_choice.lay_down(run.folder, "pasted.txt", TALE)
    config = {"dim": 8, "min_count": 1, "epochs": 2, "workers": 1}
    jobs.start("train", TrainSettings("word2vec", config, TextChoice(file="pasted.txt"), ("king",), "Tale"), run)
    (run.folder / library.KEPT).write_text(library.keep(run.result, "Tale"))
    return run


def changed(file: Path, **values: Any) -> None:
    """One line of JSON with other values in it."""
    first = file.read_text(encoding="utf-8").split("\n")[0] if file.suffix == ".jsonl" else file.read_text()
    file.write_text(json.dumps(json.loads(first) | values) + "\n")


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: repr(content[:10]))
def test_a_damaged_note_of_what_was_kept_stops_no_page(done: Run, content: bytes) -> None:
    assert run_bar.kept_as(done) == "yours/tale"
    fetched = jobs.start("fetch", FetchSettings("nowhere", "Nowhere"))
    fetched.write_state(RunState("done", 1.0, 2.0, 3.0))
    for run in (done, fetched):
        (run.folder / library.KEPT).write_bytes(content)
    assert run_bar.kept_as(done) == ""
    assert "Tale" in said(opened("training", run=done.id)) and "Kept as" not in said(opened("training", run=done.id))
    assert "been deleted since" in said(opened("models"))


@pytest.mark.parametrize("name", ["settings.json", "state.json", "events.jsonl", "moments.jsonl"])
def test_damaged_files_of_a_run_stop_no_page(done: Run, name: str) -> None:
    whole = (done.folder / name).read_bytes()
    for content in (*DAMAGED[:-1], whole[: len(whole) // 2]):
        (done.folder / name).write_bytes(content)
        for page, query in (("training", {"run": done.id}), ("training", {}), ("models", {})):
            sound(opened(page, **query))


def test_a_damaged_file_may_be_a_folder(done: Run) -> None:
    for name in ("events.jsonl", "moments.jsonl", "kept.txt"):
        (done.folder / name).unlink()
        (done.folder / name).mkdir()
    assert "Tale" in said(opened("training", run=done.id))


@pytest.mark.parametrize("when", [1e300, float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize("name", ["created", "started", "finished", "given"])
def test_a_time_that_is_none_makes_a_state_that_cannot_be_read(done: Run, name: str, when: float) -> None:
    changed(done.folder / "state.json", **{name: when})
    with pytest.raises(BadInput):
        done.state()
    assert jobs.all_runs() == []


def test_a_time_that_is_none_stops_no_page(done: Run) -> None:
    changed(done.folder / "state.json", finished=1e300)
    opened("models")
    opened("training", run=done.id)


@pytest.mark.parametrize(
    "values",
    [
        {"epoch": 1e300}, {"epoch": -1}, {"watched": []}, {"watched": "king"}, {"watched": ["\ud800"]},
        {"neighbors": []}, {"neighbors": [[["old", "near"]]]}, {"neighbors": [[["nobody", 0.5]]]}, {"words": []},
        {"words": ["king"] * 7}, {"points": []}, {"points": [[0.0]]}, {"points": [[float("nan"), 0.0]] * 7},
    ],
    ids=repr,
)  # fmt: skip
def test_a_moment_whose_parts_do_not_fit_is_left_out(done: Run, values: dict[str, Any]) -> None:
    assert train.moments(done)
    changed(done.folder / train.MOMENTS, **values)
    assert train.moments(done) == []


def test_settings_of_another_kind_of_value_are_shown_all_the_same(done: Run) -> None:
    config = {"dim": "many", "epochs": "x", "iterations": None}
    settings = json.loads((done.folder / "settings.json").read_text())["settings"]
    changed(done.folder / "settings.json", settings=settings | {"config": config})
    page = opened("training", run=done.id)
    assert not page.error and page.button(key="keep")
    page.button(key="again").click().run()
    assert not sound(page).error and page.button(key="start")
    changed(done.folder / "settings.json", kind="\ud800")
    opened("models")


def test_another_run_that_is_damaged_does_not_stop_the_comparison(done: Run, lab: Path) -> None:
    other = jobs.start("train", TrainSettings("lsa", {}, TextChoice(sample="kingdom"), (), "Other"))
    other.write_state(RunState("done", 1.0, 2.0, 3.0))
    changed(other.folder / "settings.json", settings={"kind": 7})
    page = opened("training", run=done.id)
    assert not page.error and "Side by side" not in [item.value for item in page.header]


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: repr(content[:10]))
def test_damaged_results_count_as_not_measured(lab: Path, lab_home: Path, content: bytes) -> None:
    folder = measure.folder()
    folder.mkdir(parents=True)
    (folder / "lsa.json").write_bytes(content)
    assert measure.all_results() == {} == measurements.readable(folder)
    assert not opened("leaderboard").error


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: repr(content[:10]))
def test_damaged_results_of_pages_are_as_none_and_other_files_among_them_stay(
    tmp_path: Path, lab_home: Path, content: bytes
) -> None:
    kept = ResultCache("kind", store_results.read_json)
    kept.put("key", 1)
    (lab_home / "results" / "kind" / "key.json").write_bytes(content)
    found = kept.get("key")
    assert found is None or json.loads(content) == found
    folder = tmp_path / "figures"
    folder.mkdir()
    for name in ("mine.json", "0" * 32 + ".json"):
        (folder / name).write_bytes(content)
    kept.ship([], lambda values: values["model"] == "lsa", folder)
    assert len(list(folder.iterdir())) == 2
    assert store_results.PROBES.read(folder / "mine.json") is None


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: repr(content[:10]))
def test_a_damaged_checkpoint_is_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / checkpoints.STATE).write_bytes(content)
    assert checkpoints.CheckpointFolder(tmp_path / "c", "mark", 1.0).resume(None, None) is None
