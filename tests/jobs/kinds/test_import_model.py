"""Importing a model in a process of its own: bounded, ended with the visit, and nothing is left behind."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from embedlab import registry
from embedlab.base import BadInput, BadModel, Card, model_folder, paths
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds import import_model
from embedlab.models.one_hot import OneHot
from embedlab.models.vectors import WordVectors
from embedlab.parallel import processes
from embedlab.store import archive, library
from embedlab.ui.views.models import cards
from tests.fuzz import hostile_models

ANNA = paths.workspace_name("a" * 64)


def until(reached: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def good(lab: Path) -> bytes:
    return archive.pack(lab / "starters" / "lsa")


def test_a_model_is_imported_by_a_process_of_its_own_into_the_visitor_s_place(good: bytes, lab_home: Path) -> None:
    run = import_model.start(io.BytesIO(good), "From afar", visitor=ANNA)
    until(lambda: not run.state().active)
    key = import_model.key(run)
    assert key == f"place/{ANNA}/from-afar" and registry.find(key).title == "From afar"
    assert library.size(run.folder) < 10_000  # neither the zip nor a second copy stays
    run.delete()
    assert list(jobs.home().glob("[!.]*")) == []


@pytest.mark.usefixtures("at_once")
def test_what_is_no_model_is_said_in_the_words_of_the_check() -> None:
    run = import_model.start(hostile_models.bert(pre_tokenizer=hostile_models.SPACY))
    with pytest.raises(BadInput, match="'Split', which is not taken"):
        import_model.key(run)


@pytest.mark.usefixtures("at_once")
def test_a_model_that_asks_for_more_memory_than_there_is_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(_: Path) -> None:
        raise MemoryError

    monkeypatch.setattr(archive, "check", greedy)
    run = import_model.start(hostile_models.bert())
    with pytest.raises(BadInput, match="more memory than its size"):
        import_model.key(run)


def test_a_process_that_ends_without_a_word_is_told_as_a_refusal(lab_home: Path) -> None:
    run = jobs.draft()
    run.write_state(jobs.RunState("interrupted", error="It ended."))
    with pytest.raises(BadInput, match="It is refused"):
        import_model.key(run)


def test_memory_is_bounded_inside_and_free_again_outside() -> None:
    with processes.bounded_memory(50_000_000), pytest.raises(MemoryError):
        np.ones(200_000_000, np.uint8)
    assert np.ones(200_000_000, np.uint8).size


def test_an_import_that_takes_too_long_is_ended(good: bytes, lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_MAX_IMPORT_SECONDS", "1")
    run = import_model.start(hostile_models.bert())  # its libraries alone take longer
    until(lambda: not run.state().active)
    assert "EMBEDLAB_MAX_IMPORT_SECONDS" in run.state().error


def test_an_import_that_is_left_ends_its_process_and_leaves_nothing(lab_home: Path) -> None:
    run = import_model.start(hostile_models.bert())
    until(lambda: bool(run.written().pid))
    state = run.written()
    run.delete()
    until(lambda: not processes.alive(state.pid, state.born), 10)
    until(lambda: not run.folder.exists(), 10)
    assert registry.list_models() == [spec for spec in registry.list_models() if spec.source != "yours"]


def test_the_page_ends_the_import_when_its_visitor_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(BaseException):
        """What Streamlit raises at the next line of a page that nobody sees any more."""

    deleted: list[str] = []

    def leave(_: Any) -> None:
        raise Gone

    run = SimpleNamespace(state=lambda: SimpleNamespace(active=True), delete=lambda: deleted.append("run"))
    monkeypatch.setattr(import_model, "start", lambda *_, **__: run)
    monkeypatch.setattr(jobs, "queue_position", leave)
    monkeypatch.setattr(cards, "visitor", lambda: ANNA)
    with pytest.raises(Gone):
        cards._imported(io.BytesIO(b""), "", 0, replace=False)
    assert deleted == ["run"]


def test_the_quota_is_looked_at_before_anything_is_unpacked_or_loaded(
    good: bytes, lab_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []
    monkeypatch.setattr(archive, "_extract", lambda *given: looked.append(given))
    monkeypatch.setattr(archive, "check", looked.append)
    monkeypatch.setenv("EMBEDLAB_MAX_PLACE_BYTES", "1000")
    with pytest.raises(BadInput, match="EMBEDLAB_MAX_PLACE_BYTES"):
        archive.take(io.BytesIO(good), "x", workspace=ANNA)
    assert looked == []


def test_a_model_that_is_replaced_makes_room_for_the_new_one(
    good: bytes, lab: Path, lab_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = library.size(lab / "starters" / "lsa")
    monkeypatch.setenv("EMBEDLAB_MAX_PLACE_BYTES", str(size + 500))
    key = archive.take(io.BytesIO(good), "x", workspace=ANNA)
    with pytest.raises(BadInput, match="EMBEDLAB_MAX_PLACE_BYTES"):
        archive.take(io.BytesIO(good), "y", workspace=ANNA)
    assert archive.take(io.BytesIO(good), "x", workspace=ANNA, replace=True) == key


def test_a_model_that_cannot_answer_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = WordVectors(["a", "b"], np.ones((2, 2), np.float32), card=Card(title="x"))
    model.save(tmp_path / "m")
    monkeypatch.setattr(WordVectors, "vector", lambda *_: np.full(2, np.nan))
    with pytest.raises(BadModel, match="finite"):
        archive.check(tmp_path / "m")


def test_a_refusal_does_not_tell_where_the_server_unpacked_it(lab_home: Path) -> None:
    with pytest.raises((BadInput, BadModel)) as refused:
        archive.take(io.BytesIO(hostile_models.HOSTILE["long_word"]()))
    assert "The model is damaged" in str(refused.value) and "embedlab-" not in str(refused.value)


def test_a_model_without_tensors_keeps_its_vocabulary(tmp_path: Path) -> None:
    words = [f"w,{i}" for i in range(10_000)]
    OneHot(words, np.zeros((10_000, 1), np.float32)).save(tmp_path / "m")
    assert model_folder.read(tmp_path / "m").words == words


def test_a_stamp_changes_with_a_file_of_the_same_time(tmp_path: Path) -> None:
    import os

    (tmp_path / "a").write_bytes(b"one")
    os.utime(tmp_path / "a", ns=(1, 1))
    before = model_folder.stamp(tmp_path)
    (tmp_path / "b").write_bytes(b"two")
    (tmp_path / "b").replace(tmp_path / "a")
    os.utime(tmp_path / "a", ns=(1, 1))
    assert model_folder.stamp(tmp_path) != before
