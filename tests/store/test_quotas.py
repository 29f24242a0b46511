"""Room and turns of visitors: whoever asks for too much is refused, and nothing of anybody else goes for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embedlab.analysis.projection import project
from embedlab.base import BadInput, paths
from embedlab.base.limits import variable
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds.measure import MeasureSettings
from embedlab.jobs.queue import Entry, next_up
from embedlab.jobs.run import RunState
from embedlab.store import library, maps, results, uploads
from embedlab.store.maps import MapSettings
from embedlab.store.results import ResultCache

ANNA, BERT, CARL = (paths.workspace_name(letter * 64) for letter in "abc")


@pytest.fixture(autouse=True)
def quiet(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is worked off."""
    monkeypatch.setattr(jobs, "_launch", lambda run: None)


def laid_down(visitor: str, size: int, address: str = "") -> jobs.Run:
    """A draft with a text of that size."""
    run = jobs.draft(visitor, address, size)
    (run.folder / "text.txt").write_bytes(b"x" * size)
    return run


def asked(visitor: str, address: str = "", kind: str = "measure") -> jobs.Run:
    return jobs.start(kind, MeasureSettings("lsa"), visitor=visitor, address=address)


def test_drafts_that_never_start_fill_their_visitor_s_room_and_push_nothing_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable("visitor_runs_bytes"), "50000")
    done = asked(BERT)
    done.write_state(RunState("done", created=1.0, finished=2.0))
    hers = [laid_down(ANNA, 20_000), laid_down(ANNA, 20_000)]
    with pytest.raises(BadInput, match="Your texts and runs"):
        laid_down(ANNA, 20_000)
    with pytest.raises(BadInput, match="Your texts and runs"):
        uploads.lay_down(b"x" * 20_000, visitor=ANNA)
    assert laid_down(BERT, 20_000).folder.exists()  # another has room of their own
    assert all(run.folder.exists() for run in (done, *hers))
    hers[0].delete()
    assert laid_down(ANNA, 20_000).folder.exists()


def test_a_full_lab_refuses_whoever_comes_and_deletes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("runs_bytes"), "50000")
    others = [laid_down(ANNA, 20_000), laid_down(BERT, 20_000)]
    with pytest.raises(BadInput, match="no room"):
        laid_down(CARL, 20_000)
    with pytest.raises(BadInput, match="no room"):
        uploads.lay_down(b"x" * 20_000, visitor=CARL)
    monkeypatch.setenv(variable("runs_bytes"), "1")
    with pytest.raises(BadInput, match="no room"):
        asked(CARL)
    assert all(run.folder.exists() for run in others)
    assert laid_down(paths.OWNER, 20_000).folder.exists()  # whoever runs the lab has no such bound


def test_made_up_visitors_of_one_address_leave_room_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("runs_bytes"), "100000")
    for number in range(2):
        laid_down(f"{number:024x}", 20_000, "here")
    with pytest.raises(BadInput, match="no room"):
        laid_down(CARL, 20_000, "here")
    assert laid_down(CARL, 20_000, "elsewhere").folder.exists()


def test_many_empty_drafts_are_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST", 2)
    monkeypatch.setattr(uploads, "CROWD", 2)
    for visitor in (ANNA, ANNA, BERT, BERT):
        jobs.draft(visitor, "here")
    with pytest.raises(BadInput, match="as many as are possible"):
        jobs.draft(ANNA, "elsewhere")
    with pytest.raises(BadInput, match="no room"):
        jobs.draft(CARL, "here")
    assert jobs.draft(CARL, "elsewhere") and jobs.draft(paths.OWNER)


def test_many_small_files_of_one_visitor_remove_nobody_else_s() -> None:
    hers = uploads.lay_down(b"Anna B-PER\n", visitor=ANNA)
    his = [uploads.lay_down(f"Bert{n} B-PER\n".encode(), visitor=BERT) for n in range(uploads.KEPT + 1)]
    assert uploads.laid_down(hers) is not None
    assert [uploads.laid_down(name) is None for name in his] == [True] + [False] * uploads.KEPT


def test_a_file_that_two_have_given_stays_while_one_of_them_has_it() -> None:
    name = uploads.lay_down(b"Anna B-PER\n", visitor=ANNA)
    assert uploads.lay_down(b"Anna B-PER\n", visitor=BERT) == name
    for file in uploads.tagged(ANNA).iterdir():
        file.unlink()
    assert uploads.laid_down(name) is not None


def test_made_up_cookies_of_one_address_start_no_more_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("new_runs"), "5")
    begun = 0
    for number in range(36):
        try:
            asked(f"{number:024x}", "here")
            begun += 1
        except BadInput:
            pass
    assert begun == 5
    assert asked(ANNA, "elsewhere") and asked(paths.OWNER)
    assert asked("f" * 24, "here", "map")  # another queue


def test_who_keeps_a_model_is_not_counted_among_the_new(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("new_runs"), "1")
    monkeypatch.setenv(variable("address_runs"), "3")
    library.keep(lab / "starters" / "lsa", "Mine", workspace=ANNA)
    assert asked(BERT, "here")
    assert asked(ANNA, "here") and asked(ANNA, "here")
    with pytest.raises(BadInput, match="network address have 3 runs"):
        asked(ANNA, "here")


def test_a_refused_run_leaves_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("new_runs"), "1")
    first = asked(ANNA, "here")
    with pytest.raises(BadInput):
        asked(BERT, "here")
    assert [path.name for path in jobs.home().iterdir() if path.is_dir()] == [first.id]


def test_an_address_with_runs_at_work_lets_the_others_go_first() -> None:
    waiting = [Entry(str(at), f"v{at}", "train", at, address="a") for at in range(6)]
    waiting.append(Entry("other", "w", "train", 9, address="b"))
    first = next_up(waiting, [Entry("x", "v", "train", 0, address="a")], 3)
    assert [one.id for one in first] == ["other", "0"]


def test_results_of_one_visitor_s_runs_push_no_other_s_out(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, how = project(np.eye(4, dtype=np.float32), "pca"), MapSettings("pca")
    monkeypatch.setattr(results, "MOST", 2)
    kept = ResultCache("kind", results.read_json)
    kept.put("hers", 1, ANNA)
    kept.put("the lab's", 2)
    maps.keep("hers", drawn, how, ANNA)
    for number in range(5):
        kept.put(f"his {number}", number, BERT)
        maps.keep(f"his{number}", drawn, how, BERT)
    assert [kept.get(name) for name in ("hers", "the lab's", "his 2", "his 4")] == [1, 2, None, 4]
    assert maps.computed("hers") and maps.computed("his4") and not maps.computed("his2")
    kept.forget("hers")
    assert not kept.has("hers") and kept.has("his 4")
