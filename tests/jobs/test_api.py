"""Background runs: to the end, cancelled, killed, found again; each in a real process."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from embedlab import registry
from embedlab.base import BadInput, LossPart, Progress
from embedlab.jobs import api as jobs
from embedlab.jobs import worker
from embedlab.jobs.api import Run, RunState
from embedlab.jobs.kinds import train
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.parallel import processes
from embedlab.store import library
from embedlab.ui import run_bar
from embedlab.workflows import text_choice
from embedlab.workflows.text_choice import TextChoice

SENTENCES = (
    "the king rules the land and the queen rules the land",
    "the old king sat on the throne beside the old queen",
    "a cat chased a mouse and a dog chased the cat",
    "the dog and the cat sleep in the house at night",
)
SLOW_WORK = """
import time
from embedlab.base import BadInput, Progress
def work(run, settings, on_progress):
    if settings["way"] == "stuck":
        on_progress(Progress(0, 10))
        time.sleep(600)
    for step in range(settings["steps"]):
        on_progress(Progress(step + 1, settings["steps"], loss=1.0 / (step + 1), phase="working"))
        time.sleep(0.05)
    if settings["way"] == "refuse":
        raise BadInput("The text is about nothing.")
    if settings["way"] == "crash":
        raise ZeroDivisionError("secret detail")
    run.result.mkdir()
    (run.result / "answer.txt").write_text("42")
"""


@dataclasses.dataclass(frozen=True)
class Slow:
    way: str = "finish"
    steps: int = 3


@pytest.fixture
def slow(lab_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Starts a made-up work whose behaviour is known, through a worker process like any other."""
    folder = tmp_path / "workers"
    folder.mkdir()
    (folder / "slow_work.py").write_text(SLOW_WORK)
    hook = "from embedlab.jobs import worker\nworker.WORKERS['slow'] = 'slow_work:work'\nimport sys\n"
    (folder / "run_worker.py").write_text(hook + "from pathlib import Path\nsys.exit(worker.main(Path(sys.argv[1])))\n")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setitem(worker.WORKERS, "slow", "slow_work:work")

    def launch(run: Run) -> None:
        processes.start(["-m", "run_worker", str(run.folder)], run.folder / "log.txt")

    monkeypatch.setattr(jobs, "_launch", launch)
    return lambda way="finish", steps=3: jobs.start("slow", Slow(way, steps))


def wait(run: Run, until: Callable[[RunState], bool], seconds: float = 60) -> RunState:
    deadline = time.monotonic() + seconds
    while not until(state := run.state()):
        assert time.monotonic() < deadline, f"still {state}: {(run.folder / 'log.txt').read_text()}"
        time.sleep(0.02)
    return state


def ended(state: RunState) -> bool:
    return not state.active


def reporting(run: Run) -> Callable[[RunState], bool]:
    return lambda state: state.status == "running" and bool(run.events())


def test_a_run_reports_and_leaves_its_result(slow: Callable[..., Run]) -> None:
    run = slow(steps=4)
    state = wait(run, ended)
    assert state.status == "done"
    assert state.finished >= state.started >= state.created
    assert (run.result / "answer.txt").read_text() == "42"
    events = run.events()
    assert (events[0].step, events[-1].step, events[-1].fraction) == (1, 4, 1.0)
    assert events[-1].loss == 0.25


def test_a_run_is_found_again_by_its_id_and_in_the_list(slow: Callable[..., Run]) -> None:
    first, second = slow(), slow()
    wait(first, ended), wait(second, ended)
    assert jobs.find(first.id) == first
    assert set(jobs.all_runs("slow")) == {first, second}
    assert jobs.all_runs("train") == []
    assert first.request() == ("slow", {"way": "finish", "steps": 3})
    assert len(first.id) == 24 and first.id != second.id


@pytest.mark.parametrize("identifier", ["", "..", "../runs", "a" * 24, "A" * 24, "0" * 23 + "/"])
def test_an_unknown_id_is_refused_in_a_sentence(lab_home: Path, identifier: str) -> None:
    with pytest.raises(BadInput, match="no such run"):
        jobs.find(identifier)


def test_cancelling_stops_a_worker_that_reports(slow: Callable[..., Run]) -> None:
    run = slow(steps=10_000)
    pid = wait(run, reporting(run)).pid
    run.cancel()
    assert wait(run, ended, 10).status == "cancelled"
    deadline = time.monotonic() + 10
    while processes.born(pid) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert processes.born(pid) is None


def test_cancelling_ends_a_worker_that_does_not_react(slow: Callable[..., Run]) -> None:
    run = slow("stuck")
    state = wait(run, reporting(run))
    run.cancel()
    assert wait(run, ended, 10).status == "cancelled"
    assert not processes.alive(state.pid, state.born)


def test_a_killed_worker_is_interrupted_not_running(slow: Callable[..., Run]) -> None:
    run = slow("stuck")
    state = wait(run, reporting(run))
    os.kill(state.pid, signal.SIGKILL)
    state = wait(run, ended, 10)
    assert state.status == "interrupted"
    assert "ended without finishing" in state.error
    assert jobs.find(run.id).state().status == "interrupted"


def test_another_process_with_the_same_number_does_not_count(lab_home: Path) -> None:
    run = jobs.draft()
    began = processes.born(os.getpid())
    assert began is not None
    run.write_state(RunState("running", started=1.0, pid=os.getpid(), born=began))
    assert run.state().status == "running"
    run.write_state(RunState("running", started=1.0, pid=os.getpid(), born=began - 3600))
    assert run.state().status == "interrupted"


@pytest.mark.skipif(sys.platform == "win32", reason="zombies are a matter of Unix")
def test_a_zombie_counts_as_dead() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    try:
        deadline = time.monotonic() + 10
        while processes.born(pid) is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert processes.born(pid) is None  # not waited for, so it is still in the table
        os.kill(pid, 0)
    finally:
        os.waitpid(pid, 0)


def test_a_worker_that_never_began_counts_as_dead_after_a_while(lab_home: Path) -> None:
    run = jobs.draft()
    long_ago = time.time() - 3600
    run.write_state(RunState("queued", created=long_ago))
    assert run.state().status == "queued"  # it waits for its turn
    run.write_state(RunState("queued", created=long_ago, given=time.time()))
    assert run.state().status == "queued"
    run.write_state(RunState("queued", created=long_ago, given=long_ago))
    assert run.state().status == "interrupted"


def handed_out(run: Run, giver: int, born: float, seconds_ago: float) -> Run:
    run.write_state(
        RunState("queued", given=time.time() - seconds_ago, host=processes.host(), giver=giver, giver_born=born)
    )
    return run


def test_a_run_whose_libraries_load_for_long_is_still_starting_while_who_handed_it_out_lives(lab_home: Path) -> None:
    own = processes.born(os.getpid())
    assert own is not None
    state = handed_out(jobs.draft(), os.getpid(), own, 3600).state()
    assert state.status == "queued" and state.still_starting
    assert not handed_out(jobs.draft(), os.getpid(), own, 1).state().still_starting
    gone = handed_out(jobs.draft(), os.getpid(), own - 3600, 1)  # another process had this number: no clock is asked
    assert gone.state().status == "interrupted"


def test_a_run_whose_server_has_ended_is_starting_as_long_as_its_own_process_lives(lab_home: Path) -> None:
    run = handed_out(jobs.draft(), os.getpid(), 1.0, 3600)
    process = processes.start(["-c", "import time; time.sleep(60)"], run.folder / "log.txt")
    run.note_process(process.pid)
    assert run.state().status == "queued" and run.state().still_starting
    processes.kill(process.pid)
    process.wait(30)
    assert run.state().status == "interrupted"


def test_the_bar_says_that_a_run_is_still_starting(lab_home: Path) -> None:
    own = processes.born(os.getpid()) or 0.0
    assert "still starting" in run_bar._waiting(handed_out(jobs.draft(), os.getpid(), own, 3600))
    assert run_bar._waiting(handed_out(jobs.draft(), os.getpid(), own, 1)) == ""


def test_a_known_error_keeps_its_sentence(slow: Callable[..., Run]) -> None:
    state = wait(slow("refuse", 1), ended)
    assert (state.status, state.error) == ("failed", "The text is about nothing.")


def test_an_unexpected_error_goes_to_the_log_only(slow: Callable[..., Run]) -> None:
    run = slow("crash", 1)
    state = wait(run, ended)
    assert state.status == "failed"
    assert "unexpected" in state.error and "secret" not in state.error and "Zero" not in state.error
    assert "secret detail" in (run.folder / "log.txt").read_text()


def test_a_half_written_line_is_left_for_the_next_look(lab_home: Path) -> None:
    run = jobs.draft()
    line = json.dumps({"time": 1.0, "step": 1, "total": 2})
    (run.folder / "events.jsonl").write_text(line + "\n" + line[:10])
    assert [event.step for event in run.events()] == [1]


def test_deleting_a_run_ends_it_and_removes_its_text(slow: Callable[..., Run]) -> None:
    run = slow("stuck")
    text_choice.lay_down(run.folder, "a.txt", b"words")
    state = wait(run, reporting(run))
    run.delete()
    assert not run.folder.exists()
    assert not processes.alive(state.pid, state.born)


def test_a_draft_is_no_run_until_it_is_started(lab_home: Path) -> None:
    fresh = jobs.draft()
    assert fresh.state().status == "draft"
    assert jobs.all_runs() == []
    with pytest.raises(BadInput, match="no kind of work"):
        jobs.start("dance", Slow())


# ---------------------------------------------------------------- training, for real


def tiny(kind: str = "word2vec", **config: object) -> TrainSettings:
    values = {"dim": 8, "min_count": 1, "epochs": 3, "workers": 1, **config}
    return TrainSettings(kind, values, TextChoice(file="tale.txt"), ("king", "cat", "unheardof"), "Tale")


def drafted() -> Run:
    run = jobs.draft()
    text_choice.lay_down(run.folder, "tale.txt", ".\n".join(SENTENCES * 60).encode())
    return run


def test_a_training_run_leaves_a_model_moments_and_its_text(lab_home: Path) -> None:
    run = jobs.start("train", tiny(), drafted())
    state = wait(run, ended, 120)
    assert state.status == "done", state.error
    model = registry.load_model(run.result)
    assert model.card.title == "Tale" and model.card.source == "yours" and "king" in model  # type: ignore[operator]
    assert [event.epoch for event in run.events() if event.loss is not None] == [1, 2, 3]
    seen = train.moments(run)
    assert [item.epoch for item in seen] == [1, 2, 3]
    assert seen[-1].watched == ("king", "cat")
    assert {word for row in seen[-1].neighbors for word, _ in row} <= set(model.words)  # type: ignore[attr-defined]
    assert train.of(run) == tiny()
    assert text_choice.laid_down(run.folder) == "tale.txt"


def test_a_training_run_with_bad_settings_fails_with_the_settings_sentence(lab_home: Path) -> None:
    run = jobs.start("train", tiny(negative=0, hs=False), drafted())
    state = wait(run, ended, 120)
    assert state.status == "failed"
    assert "negative must be 1 or more" in state.error


def test_a_result_is_kept_under_a_checked_name_and_not_overwritten(lab: Path, lab_home: Path) -> None:
    result = lab / "starters" / "lsa"
    assert library.keep(result, "  My  Tale! ") == "yours/my-tale"
    spec = registry.find("yours/my-tale")
    assert (spec.title, spec.source) == ("My Tale!", "yours")
    with pytest.raises(BadInput, match="already"):
        library.keep(result, "my tale")
    assert library.keep(result, "my tale", replace=True) == "yours/my-tale"
    assert library.disk([spec], []).models["yours/my-tale"] == library.size(spec.folder) > 0
    with pytest.raises(BadInput, match="starter"):
        library.delete(registry.find("lsa"))
    library.delete(registry.find("yours/my-tale"))
    assert "yours/my-tale" not in {item.key for item in registry.list_models()}


@pytest.mark.parametrize("name", ["", "   ", "...", "../..", "/", "x" * 61])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        library.folder_name(name)


def test_a_name_never_leads_out_of_the_shelf() -> None:
    assert library.folder_name("../../etc/passwd") == "etc-passwd"
    assert text_choice.safe_name("../../x/.bashrc") == "bashrc"
    assert text_choice.safe_name("C:\\texts\\Märchen (1).csv.gz") == "Märchen (1).csv.gz"


def test_an_event_holds_what_a_progress_holds() -> None:
    parts = (LossPart("masked words", 1.5, 2.0), LossPart("next sentence", 0.5))
    event = jobs.RunEvent.of(Progress(1, 4, 2.0, 2.5, 10.0, 3.0, "training", 1, "pairs", 6.0, parts), 0.5)
    assert dataclasses.astuple(event) == (1, 4, 2.0, 2.5, 10.0, 3.0, "training", 1, "pairs", 6.0, parts, 0.5)
    assert event.fraction == 0.25
    assert jobs.RunEvent(**json.loads(json.dumps(dataclasses.asdict(event)))) == event
