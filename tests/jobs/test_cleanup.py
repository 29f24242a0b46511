"""What goes by itself, and what stays: set clocks, no waiting."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from embedlab import registry
from embedlab.base import paths
from embedlab.base.limits import variable
from embedlab.jobs import api as jobs
from embedlab.jobs import cleanup
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.jobs.run import RunState
from embedlab.store import library, results, share_links, uploads
from embedlab.store.results import ResultCache

NOW = 2_000_000_000.0
DAY = cleanup.DAY
ANNA = paths.workspace_name("a" * 64)


@pytest.fixture(autouse=True)
def quiet(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is worked off; a run is kept for 30 days, a place for 90."""
    monkeypatch.setattr(jobs, "_launch", lambda run: None)
    monkeypatch.setenv(variable("run_days"), "30")
    monkeypatch.setenv(variable("place_days"), "90")


def run(days_ago: float, status: str = "done", visitor: str = "", size: int = 0) -> jobs.Run:
    """A run that ended so long before ``NOW``."""
    made = jobs.start("train", TrainSettings("lsa"), visitor=visitor)
    (made.folder / "log.txt").write_bytes(b"x" * size)
    end = NOW - days_ago * DAY
    host = "elsewhere" if status == "running" else ""
    made.write_state(RunState(status, created=end - 5, started=end - 4, finished=end, host=host))  # type: ignore[arg-type]
    return made


def rounds_until(now: float = NOW) -> None:
    """Two rounds at that time, with a day in which the lab has run between them."""
    cleanup.clear(now)
    cleanup.clear(now, passed=DAY)


def aged(path: Path, days: float) -> Path:
    os.utime(path, (NOW - days * DAY, NOW - days * DAY))
    return path


@pytest.mark.parametrize("status", ["done", "failed", "cancelled", "interrupted"])
def test_a_run_goes_so_many_days_after_its_end(status: str) -> None:
    old, young = run(30.01, status), run(29.9, status)
    rounds_until()
    assert not old.folder.exists() and young.folder.exists()


def test_a_run_at_work_or_waiting_never_goes() -> None:
    working, waiting = run(500, "running"), run(500, "queued")
    rounds_until()
    assert working.folder.exists() and waiting.folder.exists()


def test_nothing_goes_to_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [run(days, visitor=whose, size=10_000) for days, whose in ((3, ""), (9, ANNA), (1, ""))]
    for name in ("runs_bytes", "visitor_runs_bytes"):
        monkeypatch.setenv(variable(name), "1")
    rounds_until()
    assert all(one.folder.exists() for one in runs)


def test_a_clock_that_jumps_and_is_put_right_clears_nothing(lab: Path, lab_home: Path) -> None:
    library.keep(lab / "starters" / "lsa", "Mine", workspace=ANNA)
    made, given, ahead = run(1, visitor=ANNA), uploads.lay_down(b"Anna B-PER\n", visitor=ANNA), NOW + 91 * DAY
    draft = jobs.draft(ANNA)
    for path in (paths.workspace(ANNA), *lab_home.glob("tagged/*/*")):
        aged(path, 1)
    draft.write_state(RunState("draft", created=NOW))
    for hour in range(5):  # not as long as the shortest notice
        cleanup.clear(ahead, passed=3600.0 if hour else 0.0)
    draft.write_state(RunState("draft", created=NOW + 60))  # it was in use
    cleanup.clear(ahead, passed=4 * 3600.0)
    assert draft.folder.exists()
    cleanup.clear(NOW, passed=3600.0)
    cleanup.clear(ahead, passed=5 * DAY)  # what had been noted has been forgotten since
    assert paths.all_workspaces() == [ANNA] and made.folder.exists() and uploads.laid_down(given)


def test_nothing_goes_at_the_first_round_and_what_is_due_long_enough_goes() -> None:
    old = run(500)
    cleanup.clear(NOW)
    cleanup.clear(NOW, passed=DAY - 1)
    assert old.folder.exists()
    cleanup.clear(NOW, passed=2)
    assert not old.folder.exists()


def test_what_a_lab_has_watched_for_a_day_goes_when_it_is_due() -> None:
    one = run(29.5)
    for hour in range(12):
        cleanup.clear(NOW + hour * 3600, passed=8000.0)
    assert one.folder.exists()
    cleanup.clear(NOW + 0.51 * DAY, passed=3600.0)
    assert not one.folder.exists()


@pytest.mark.parametrize("damaged", ["", "[]", "{}", '{"counted": 9e99, "since": 3}', '{"counted": "x", "since": {}}'])
def test_damaged_notes_clear_nothing(lab_home: Path, damaged: str) -> None:
    old = run(500)
    (lab_home / cleanup.NOTES).write_text(damaged)
    cleanup.clear(NOW, passed=DAY)
    assert old.folder.exists()


def test_texts_laid_down_and_never_used_go_soon() -> None:
    old, young = jobs.draft(), jobs.draft()
    old.write_state(RunState("draft", created=NOW - cleanup.DRAFT_SECONDS - 60))
    young.write_state(RunState("draft", created=NOW - cleanup.DRAFT_SECONDS + 60))
    rounds_until()
    assert not old.folder.exists() and young.folder.exists()


def test_a_run_that_cannot_be_read_goes_by_the_age_of_its_folder() -> None:
    damaged = [run(0), run(0)]
    for one, days in zip(damaged, (31, 29), strict=True):
        (one.folder / "state.json").write_text("{")
        aged(one.folder, days)
    rounds_until()
    assert [one.folder.exists() for one in damaged] == [False, True]


def test_a_place_that_nobody_uses_goes_and_its_runs_by_their_own_age(lab: Path) -> None:
    bert = paths.workspace_name("b" * 64)
    for workspace, days in ((ANNA, 90.1), (bert, 89.9)):
        key = library.keep(lab / "starters" / "lsa", "Mine", workspace=workspace)
        share_links.share(key)
        run(1, visitor=workspace), run(31, visitor=workspace)
        aged(paths.workspace(workspace), days)
    mine = run(1)
    rounds_until()
    assert paths.all_workspaces() == [bert]
    left = [one.visitor for one in jobs.all_runs()]  # a run was said to be kept for 30 days after its end
    assert sorted(left) == sorted([ANNA, bert, ""]) and mine.folder.exists()
    assert share_links.shared_as(f"place/{ANNA}/mine") == "" != share_links.shared_as(f"place/{bert}/mine")
    assert registry.list_models(workspace=ANNA) == registry.list_models()


def test_a_place_stays_while_its_visitor_s_run_works() -> None:
    run(0, "running", visitor=ANNA)
    aged(paths.workspace(ANNA), 500)
    rounds_until()
    assert paths.all_workspaces() == [ANNA]


def test_a_visit_keeps_a_place_and_makes_none() -> None:
    paths.visit_workspace(ANNA)
    assert paths.all_workspaces() == [] and paths.workspace_used(ANNA) == 0
    paths.use_workspace(ANNA)
    aged(paths.workspace(ANNA), 1)
    os.utime(paths.workspace(ANNA), (1.0, 1.0))
    paths.visit_workspace(ANNA)
    assert paths.workspace_used(ANNA) == pytest.approx(time.time(), abs=60)


def test_models_that_the_owner_has_kept_stay_whatever_their_age(lab: Path, lab_home: Path) -> None:
    library.keep(lab / "starters" / "lsa", "Mine")
    library.keep(lab / "starters" / "lsa", "Loaded", source="published")
    for path in (lab_home / "models").rglob("*"):
        aged(path, 5000)
    rounds_until()
    assert [spec.key for spec in registry.list_models()][2:] == ["published/loaded", "yours/mine"]


def test_results_and_given_files_go_when_nobody_asks_for_them(lab_home: Path) -> None:
    kept = ResultCache("elmo_layers", results.read_json)
    kept.put("a" * 32, {"x": 1})
    kept.put("b" * 32, {"x": 2})
    first, second = uploads.lay_down(b"Anna B-PER\n"), uploads.lay_down(b"Bert B-PER\n")
    (lab_home / "results" / "word2vec.json").write_text("a measurement of the owner")
    for path in lab_home.rglob("*.*"):
        aged(path, 31)
    before = time.time()
    assert kept.get("a" * 32) == {"x": 1} and uploads.laid_down(first)  # used just now
    rounds_until(max(NOW, before))
    assert not kept.has("b" * 32) and uploads.laid_down(second) is None
    assert (lab_home / "results" / "word2vec.json").exists()


def test_rounds_are_made_and_end(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def clear(passed: float) -> None:
        seen.append(1)
        if len(seen) == 1:
            raise OSError("the disk is gone")  # the next round tries again
        rounds._stop.set()

    monkeypatch.setattr(cleanup, "clear", clear)
    rounds = cleanup.Rounds(first=0.0, every=0.01)
    rounds.begin()
    rounds._thread.join(30)
    assert seen == [1, 1] and not rounds._thread.is_alive()


def test_rounds_leave_another_home_alone(lab_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cleared: list[int] = []
    monkeypatch.setattr(cleanup, "clear", lambda passed: cleared.append(1))
    rounds = cleanup.Rounds(first=0.05, every=0.01)
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "another"))
    rounds.begin()
    time.sleep(0.2)
    rounds.stop()
    assert cleared == []
