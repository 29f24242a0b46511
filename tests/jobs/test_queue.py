"""Whose turn it is, and what stands by a run: fairness, places, limits, going on after a kill."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from embedlab.base import BadInput, Unreachable
from embedlab.jobs import api as jobs
from embedlab.jobs import dispatcher, worker
from embedlab.jobs.api import Run
from embedlab.jobs.kinds.fetch import FetchSettings
from embedlab.jobs.queue import Entry, QueuePosition, next_up, positions
from embedlab.parallel import executors, processes
from embedlab.parallel.executors import LocalExecutor, Workers
from embedlab.ui import run_bar


def entry(name: str, visitor: str, created: float = 0.0, left: float | None = None) -> Entry:
    return Entry(name, visitor, "train", created, left)


def names(entries: list[Entry]) -> list[str]:
    return [one.id for one in entries]


def test_the_oldest_goes_first_and_no_more_than_there_is_room_for() -> None:
    waiting = [entry("late", "a", 3), entry("early", "b", 1), entry("middle", "c", 2)]
    assert names(next_up(waiting, [], 2)) == ["early", "middle"]
    assert next_up(waiting, [entry("x", "d"), entry("y", "e")], 2) == []


def test_a_visitor_with_a_run_at_work_lets_the_others_go_first() -> None:
    waiting = [entry("a2", "a", 1), entry("a3", "a", 2), entry("b1", "b", 3), entry("b2", "b", 4)]
    assert names(next_up(waiting, [entry("a1", "a")], 4)) == ["b1"]


def test_runs_of_nobody_in_particular_do_not_wait_for_each_other() -> None:
    assert names(next_up([entry("one", "", 1), entry("two", "", 2)], [entry("x", "")], 3)) == ["one", "two"]


def test_places_are_played_through_with_the_times_that_are_expected() -> None:
    running = [entry("a1", "a", left=30), entry("b1", "b")]  # b1's kind takes 100 seconds
    waiting = [entry("a2", "a", 1, 50), entry("c1", "c", 2), entry("c2", "c", 3)]
    found = positions(waiting, running, 2, {"train": 100})
    # at 30 a1 ends: a2 begins, until 80; then c1, until 180; b1 ends at 100, but c2 waits for c1
    assert found == {"a2": QueuePosition(1, 30), "c1": QueuePosition(2, 80), "c2": QueuePosition(3, 180)}


def test_a_queue_without_room_still_tells_a_place() -> None:
    assert positions([entry("one", "a")], [], 0, {}) == {"one": QueuePosition(1, 0)}


def test_the_local_executor_does_so_many_calls_at_once_and_passes_results_and_errors() -> None:
    at_work, most = [0], [0]

    def call(number: int) -> int:
        at_work[0] += 1
        most[0] = max(most[0], at_work[0])
        time.sleep(0.05)
        at_work[0] -= 1
        return 10 // number

    with LocalExecutor(2) as executor:
        futures = [executor.submit(call, number) for number in (1, 2, 5, 0)]
        assert [future.result(10) for future in futures[:3]] == [10, 5, 2]
        with pytest.raises(ZeroDivisionError):
            futures[3].result(10)
    assert most[0] == 2


@dataclasses.dataclass(frozen=True)
class Slow:
    way: str = "finish"
    steps: int = 1


class Still(Executor):
    """Takes everything and does nothing; what it was given."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.taken.append(Path(args[0]).name)
        return Future()


@pytest.fixture
def still(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> Still:
    """An executor with two places on which nothing moves; made-up works."""
    executor = Still()
    monkeypatch.setitem(worker.WORKERS, "slow", "slow_work:work")
    monkeypatch.setattr(executors, "chosen", lambda: Workers(executor, lambda: 2, 1, tied=False))
    monkeypatch.setattr(dispatcher, "PATIENCE", 0.0)  # nothing that is handed out ever begins
    dispatcher.dispatcher.cache_clear()
    return executor


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()


def test_a_visitor_has_one_run_at_work_and_three_waiting(still: Still) -> None:
    mine = [jobs.start("slow", Slow(), visitor="me")]
    until(lambda: len(still.taken) == 1)
    mine += [jobs.start("slow", Slow(), visitor="me") for _ in range(3)]
    with pytest.raises(BadInput, match="3 of your runs are waiting"):
        jobs.start("slow", Slow(), visitor="me")
    other = jobs.start("slow", Slow(), visitor="you")
    until(lambda: len(still.taken) == 2)
    assert still.taken == [mine[0].id, other.id]  # before the second of mine, though that was asked for earlier
    assert [jobs.queue_position(run) is None for run in mine] == [True, False, False, False]
    assert [place.position for run in mine[1:] if (place := jobs.queue_position(run))] == [1, 2, 3]


def test_downloads_take_no_slot_of_trainings(still: Still, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = Still()
    monkeypatch.setattr(executors, "beside", lambda: Workers(loads, lambda: 2, 1, tied=False))
    dispatcher.dispatcher.cache_clear()
    asked = FetchSettings("https://example.org/v")
    fetching = [jobs.start("fetch", asked, visitor=name) for name in ("a", "b", "c")]
    until(lambda: len(loads.taken) == 2)
    training = jobs.start("slow", Slow(), visitor="a")  # beside this visitor's own download
    until(lambda: still.taken == [training.id])
    assert loads.taken == [run.id for run in fetching[:2]]
    assert (place := jobs.queue_position(fetching[2])) is not None and place.position == 1


def test_a_waiting_run_that_is_cancelled_leaves_the_queue(still: Still) -> None:
    runs = [jobs.start("slow", Slow(), visitor="me") for _ in range(3)]
    until(lambda: still.taken == [runs[0].id])
    runs[1].cancel()
    assert runs[1].state().status == "cancelled" and jobs.queue_position(runs[1]) is None
    assert (place := jobs.queue_position(runs[2])) is not None and place.position == 1


def test_a_scheduler_that_does_not_answer_is_told_with_the_run(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> Workers:
        raise Unreachable("The scheduler tcp://nowhere:1 does not answer.")

    monkeypatch.setitem(worker.WORKERS, "slow", "slow_work:work")
    monkeypatch.setattr(executors, "chosen", unreachable)
    dispatcher.dispatcher.cache_clear()
    run = jobs.start("slow", Slow())
    until(lambda: run.state().status == "interrupted")
    assert "tcp://nowhere:1 does not answer" in run.state().error


def test_a_run_lets_pages_go_first(tmp_path: Path) -> None:
    process = processes.start(["-c", "import time; time.sleep(60)"], tmp_path / "log.txt")
    try:
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(19, own + processes.POLITE) > own
    finally:
        processes.kill(process.pid)


WORK = """
import pathlib, tempfile, time
def work(run, settings, on_progress):
    if settings["way"] == "greedy":
        hoard = bytearray(400_000_000)
        for at in range(0, len(hoard), 4096):
            hoard[at] = 1
        time.sleep(60)
    before = (run.folder / "half").exists()
    (pathlib.Path(tempfile.mkdtemp()) / ("second" if before else "first")).touch()
    (run.folder / "half").touch()
    if settings["way"] == "twice" and not before:
        time.sleep(60)
    run.result.mkdir()
    (run.result / "answer.txt").write_text("again" if before else "once")
"""


@pytest.fixture
def real(lab_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up work that is done in processes of its own; the folder that makes it known to them."""
    folder = tmp_path / "workers"
    folder.mkdir()
    (folder / "slow_work.py").write_text(WORK)
    (folder / "sitecustomize.py").write_text(
        "from embedlab.jobs import worker\nworker.WORKERS['slow'] = 'slow_work:work'\n"
    )
    monkeypatch.setitem(worker.WORKERS, "slow", "slow_work:work")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
    dispatcher.dispatcher.cache_clear()
    return folder


def answer(run: Run) -> str:
    return (run.result / "answer.txt").read_text()


def test_a_killed_run_is_interrupted_at_once_and_goes_on_when_asked(real: Path) -> None:
    run = jobs.start("slow", Slow("twice"))
    until(lambda: run.state().status == "running" and (run.folder / "half").exists())
    assert list(run.folder.rglob("first"))  # temporary files lie with the run
    os.kill(run.state().pid, signal.SIGKILL)
    until(lambda: run.state().status == "interrupted")
    jobs.resume(run)
    until(lambda: run.state().status == "done")
    assert answer(run) == "again"
    until(lambda: not list(run.folder.rglob("first")) + list(run.folder.rglob("second")))
    with pytest.raises(BadInput, match="interrupted"):
        jobs.resume(run)


def test_runs_left_waiting_by_a_server_that_died_are_taken_up_by_the_next(
    real: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_launch", lambda run: None)  # it died before it could
    run = jobs.start("slow", Slow())
    monkeypatch.undo()
    monkeypatch.setenv("EMBEDLAB_HOME", str(run.folder.parents[1]))
    monkeypatch.setitem(worker.WORKERS, "slow", "slow_work:work")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(real), os.environ.get("PYTHONPATH", "")]))
    jobs.look_after()
    until(lambda: run.state().status == "done")
    assert answer(run) == "once"


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.jobs.test_queue import Slow
from embedlab.jobs import api as jobs
print(jobs.start("slow", Slow(*sys.argv[2:])).folder)
"""


def test_a_run_that_a_script_asked_for_goes_on_when_the_script_has_ended(real: Path) -> None:
    here = str(Path(__file__).resolve().parents[2])
    script = subprocess.run([sys.executable, "-c", SCRIPT, here], capture_output=True, text=True, check=True)
    run = Run(Path(script.stdout.strip()))
    until(lambda: run.state().status == "done")  # nobody hands out runs here
    assert answer(run) == "once"


@pytest.mark.parametrize(
    ("way", "variable", "value", "said"),
    [
        ("greedy", "EMBEDLAB_MAX_MEMORY_MB", "200", "more than the 200 MB"),
        ("twice", "EMBEDLAB_MAX_SECONDS", "1", "more than the 1 seconds"),
    ],
)
def test_a_run_beyond_its_limits_is_stopped_and_says_why(
    way: str, variable: str, value: str, said: str, real: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    run = jobs.start("slow", Slow(way))
    until(lambda: run.state().status == "failed")
    assert said in run.state().error and variable in run.state().error


def test_a_run_on_another_machine_lives_as_long_as_it_gives_a_sign(lab_home: Path) -> None:
    run = jobs.draft()
    run.write_state(jobs.RunState("running", created=1, pid=1, born=1.0, host="elsewhere"))
    assert run.state().status == "running"
    long_ago = time.time() - 3600
    os.utime(run.folder / "state.json", (long_ago, long_ago))
    assert run.state().status == "interrupted"
    (run.folder / "alive").touch()
    assert run.state().status == "running"


def test_the_bar_tells_the_place_of_a_run_that_waits(still: Still) -> None:
    first, second = (jobs.start("slow", Slow(), visitor="me") for _ in range(2))
    until(lambda: still.taken == [first.id])
    assert "number 1" in run_bar._waiting(second) and "about 1 min" in run_bar._waiting(second)
    assert run_bar._waiting(first) == ""
