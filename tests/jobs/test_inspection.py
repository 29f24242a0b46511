"""Looks at files in other processes: what they find, what ends them, and that the next look goes on."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from embedlab.base import BadInput
from embedlab.jobs import inspection
from embedlab.jobs.inspection import Look
from embedlab.jobs.kinds import inspect
from embedlab.parallel import processes
from embedlab.ui import inputs as ui_inspection
from embedlab.workflows.text_choice import FOLDER, TextChoice

LONG = "The king sat on his throne. " * 2_000_000


def begun(folder: Path, text: str, call: str = "beginning", **values: Any) -> Look:
    (folder / FOLDER).mkdir(exist_ok=True)
    (folder / FOLDER / "a.txt").write_text(text)
    choice = {"sample": "", "file": "a.txt", "column": "", "options": {}}
    return inspection.begin(call, text=choice, folder=str(folder), **values)


def answered(asked: Look) -> Any:
    with asked:
        while not asked.done(1):
            pass
        return asked.answer()


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while processes.born(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return processes.born(pid) is None


def test_a_look_finds_what_reading_here_finds(lab_home: Path, tmp_path: Path) -> None:
    found = answered(begun(tmp_path, "The king sat. The queen ran.\n" * 20, words=30))
    here = inspect.beginning(TextChoice(file="a.txt"), tmp_path, 30)
    assert inspect.begun(found) == here
    assert here.sentences[:2] == [["the", "king", "sat"], ["the", "queen", "ran"]]
    assert (here.tokens, here.complete) == (30, False)
    assert answered(begun(tmp_path, "One.\nTwo.", "paragraphs")) == ["One.", "Two."]


def test_a_bad_file_is_said_as_here(lab_home: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a\.txt holds no text"):
        answered(begun(tmp_path, "  \n", "usable"))


def test_who_leaves_ends_the_look_and_the_next_one_begins_anew(lab_home: Path, tmp_path: Path) -> None:
    with begun(tmp_path, LONG, words=10**9) as asked:
        assert not asked.done(0.1)
        while asked._process is None:
            asked.done(0.1)
        pid = asked._process.pid
    assert gone(pid)
    assert answered(begun(tmp_path, "One.", "paragraphs")) == ["One."]
    assert [path for path in (lab_home / "looks").rglob("*") if path.is_file()] == []


def test_a_process_that_dies_in_a_look_is_replaced(lab_home: Path, tmp_path: Path) -> None:
    with begun(tmp_path, LONG, words=10**9) as asked:
        while asked._process is None:
            asked.done(0.1)
        processes.kill(asked._process.pid)
        while not asked.done(1):
            pass
        with pytest.raises(BadInput, match="takes more than"):
            asked.answer()
    assert answered(begun(tmp_path, "One.", "paragraphs")) == ["One."]


def test_looks_that_find_no_room_wait(lab_home: Path, tmp_path: Path) -> None:
    slots = inspection._slots()
    taken = 0
    while slots.acquire(blocking=False):
        taken += 1
    try:
        with begun(tmp_path, "One.", "paragraphs") as asked:
            assert not asked.done(0.05) and asked._process is None
    finally:
        for _ in range(taken):
            slots.release()
    assert answered(begun(tmp_path, "One.", "paragraphs")) == ["One."]


def test_a_beginning_is_bounded_by_its_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect, "CHARS", 1000)
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "a.txt").write_text("\n".join("k" * 400 for _ in range(50)))
    found = inspect.beginning(TextChoice(file="a.txt"), tmp_path, 10**6)
    assert (len(found.sentences), found.complete) == (3, False)


def test_what_a_killed_server_left_goes(lab_home: Path, tmp_path: Path) -> None:
    left = lab_home / "looks" / "999999999"
    left.mkdir(parents=True)
    assert answered(begun(tmp_path, "One.", "paragraphs")) == ["One."]
    assert not left.exists()


def test_a_page_that_is_run_anew_ends_its_look(lab_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Rerun(BaseException):
        """As Streamlit raises it where an element is drawn."""

    begun_ones: list[Look] = []

    def caption(_: str) -> None:
        if begun_ones[0]._process is not None:
            raise Rerun

    monkeypatch.setattr(ui_inspection.st, "empty", lambda: SimpleNamespace(caption=caption))
    begun_ones.append(begun(tmp_path, LONG, words=10**9))
    with monkeypatch.context() as patch, pytest.raises(Rerun):
        patch.setattr(inspection, "begin", lambda call, **values: begun_ones[0])
        ui_inspection.look("beginning", "Reading")
    assert begun_ones[0]._process is None
    assert answered(begun(tmp_path, "One.", "paragraphs")) == ["One."]
