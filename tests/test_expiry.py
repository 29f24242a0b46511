"""What goes by itself, and what stays: set clocks, no waiting."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from embedlab import expiry, jobs, kept, places, registry, shares, shelf, tagged_files
from embedlab.limits import variable
from embedlab.run_folder import RunState
from embedlab.training_runs import TrainSettings

NOW = 2_000_000_000.0
DAY = expiry.DAY
ANNA = places.name_of("a" * 64)


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


def aged(path: Path, days: float) -> Path:
    os.utime(path, (NOW - days * DAY, NOW - days * DAY))
    return path


@pytest.mark.parametrize("status", ["done", "failed", "cancelled", "interrupted"])
def test_a_run_goes_so_many_days_after_its_end(status: str) -> None:
    old, young = run(30.01, status), run(29.9, status)
    expiry.clear(NOW)
    assert not old.folder.exists() and young.folder.exists()


def test_a_run_at_work_or_waiting_never_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("runs_bytes"), "1")
    working, waiting = run(500, "running", size=5000), run(500, "queued")
    ended = run(1)
    expiry.clear(NOW)
    assert working.folder.exists() and waiting.folder.exists() and not ended.folder.exists()


def test_beyond_the_room_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [run(days, size=10_000) for days in (3, 9, 6, 1)]  # each a little more than 10,000 bytes
    monkeypatch.setenv(variable("runs_bytes"), "25000")
    expiry.clear(NOW)
    assert [one.folder.exists() for one in runs] == [True, False, False, True]


def test_texts_laid_down_and_never_used_go_after_two_days() -> None:
    old, young = jobs.draft(), jobs.draft()
    old.write_state(RunState("draft", created=NOW - 2.1 * DAY))
    young.write_state(RunState("draft", created=NOW - 1.9 * DAY))
    expiry.clear(NOW)
    assert not old.folder.exists() and young.folder.exists()


def test_a_run_that_cannot_be_read_goes_by_the_age_of_its_folder() -> None:
    damaged = [run(0), run(0)]
    for one, days in zip(damaged, (31, 29), strict=True):
        (one.folder / "state.json").write_text("{")
        aged(one.folder, days)
    expiry.clear(NOW)
    assert [one.folder.exists() for one in damaged] == [False, True]


def test_a_place_that_nobody_uses_goes_with_all_that_is_in_it(lab: Path) -> None:
    bert = places.name_of("b" * 64)
    for place, days in ((ANNA, 90.1), (bert, 89.9)):
        key = shelf.keep(lab / "starters" / "lsa", "Mine", place=place)
        shares.share(key)
        run(1, visitor=place)
        aged(places.folder(place), days)
    mine = run(1)
    expiry.clear(NOW)
    assert places.everybody() == [bert]
    assert {one.visitor for one in jobs.all_runs()} == {bert, ""} and mine.folder.exists()
    assert shares.shared_as(f"place/{ANNA}/mine") == "" != shares.shared_as(f"place/{bert}/mine")
    assert registry.list_models(place=ANNA) == registry.list_models()


def test_a_place_stays_while_its_visitor_s_run_works() -> None:
    run(0, "running", visitor=ANNA)
    aged(places.folder(ANNA), 500)
    expiry.clear(NOW)
    assert places.everybody() == [ANNA]


def test_a_visit_keeps_a_place_and_makes_none() -> None:
    places.visit(ANNA)
    assert places.everybody() == [] and places.used(ANNA) == 0
    places.use(ANNA)
    aged(places.folder(ANNA), 1)
    os.utime(places.folder(ANNA), (1.0, 1.0))
    places.visit(ANNA)
    assert places.used(ANNA) == pytest.approx(time.time(), abs=60)


def test_models_that_the_owner_has_kept_stay_whatever_their_age(lab: Path, lab_home: Path) -> None:
    shelf.keep(lab / "starters" / "lsa", "Mine")
    shelf.keep(lab / "starters" / "lsa", "Loaded", source="published")
    for path in (lab_home / "models").rglob("*"):
        aged(path, 5000)
    expiry.clear(NOW)
    assert [spec.key for spec in registry.list_models()][2:] == ["published/loaded", "yours/mine"]


def test_results_and_given_files_go_when_nobody_asks_for_them(lab_home: Path) -> None:
    kept.write("elmo_layers", "a" * 32, {"x": 1})
    kept.write("elmo_layers", "b" * 32, {"x": 2})
    first, second = tagged_files.lay_down(b"Anna B-PER\n"), tagged_files.lay_down(b"Bert B-PER\n")
    (lab_home / "results" / "word2vec.json").write_text("a measurement of the owner")
    for path in lab_home.rglob("*.*"):
        aged(path, 31)
    before = time.time()
    assert kept.read("elmo_layers", "a" * 32) == {"x": 1} and tagged_files.laid_down(first)  # used just now
    expiry.clear(max(NOW, before))
    assert not kept.has("elmo_layers", "b" * 32) and tagged_files.laid_down(second) is None
    assert (lab_home / "results" / "word2vec.json").exists()


def test_rounds_are_made_and_end(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def clear() -> None:
        seen.append(1)
        if len(seen) == 1:
            raise OSError("the disk is gone")  # the next round tries again
        rounds._stop.set()

    monkeypatch.setattr(expiry, "clear", clear)
    rounds = expiry.Rounds(first=0.0, every=0.01)
    rounds.begin()
    rounds._thread.join(30)
    assert seen == [1, 1] and not rounds._thread.is_alive()


def test_rounds_leave_another_home_alone(lab_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cleared: list[int] = []
    monkeypatch.setattr(expiry, "clear", lambda: cleared.append(1))
    rounds = expiry.Rounds(first=0.05, every=0.01)
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "another"))
    rounds.begin()
    time.sleep(0.2)
    rounds.stop()
    assert cleared == []
