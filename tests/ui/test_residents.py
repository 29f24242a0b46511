"""Models in the server's memory: bounded by bytes; who was not used for the longest time makes room, and comes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embedlab.base import BadModel, Card, model_folder
from embedlab.base.limits import variable
from embedlab.base.model_folder import StoredModel
from embedlab.ui import cache, server
from embedlab.ui.residents import Residents

A, B, C, D = (("a", 1), ("b", 1), ("c", 1), ("d", 1))


def test_the_least_recently_used_make_room() -> None:
    residents, models = Residents(), [object() for _ in range(3)]
    for key, model in zip((A, B, C), models, strict=True):
        assert residents.make_room(key, 3, 10) == []
        residents.loaded(key, model)
    residents.use(A)
    assert residents.make_room(D, 5, 10) == [B, C]
    assert [residents.has(name) for name in "abc"] == [True, False, False]
    residents.released(models[1])  # as it is told by who unloads them
    assert residents.make_room(C, 2, 10) == []


def test_what_is_being_loaded_counts_and_stays_and_a_failure_gives_its_room_back() -> None:
    residents = Residents()
    assert residents.make_room(A, 8, 10) == []
    assert residents.make_room(B, 8, 10) == []  # A cannot be unloaded while it is being loaded
    model = object()
    residents.loaded(B, model)
    residents.failed(A)
    assert residents.make_room(C, 2, 10) == []
    residents.released(model)
    assert residents.make_room(D, 8, 10) == []


def folder_of(path: Path, name: str, rows: int = 1_000) -> Path:
    words = [f"w{i}" for i in range(rows)]
    matrix = np.ones((rows, 100), np.float32)
    model_folder.write(
        path / name, StoredModel("lsa", {}, {"matrix": matrix}, words, np.ones(rows, np.int64), Card(title=name))
    )
    return path / name


def test_pages_unload_a_model_for_another_and_load_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "settle", lambda: None)  # it collects garbage, of all tests before, at each release
    one, two, three = (folder_of(tmp_path, name) for name in ("one", "two", "three"))  # 0.8 MB and their words each
    monkeypatch.setenv(variable("models_mb"), "2")
    first, second = cache.at(one), cache.at(two)
    assert (cache.at(one), cache.at(two), cache.at(one)) == (first, second, first)
    third = cache.at(three)
    assert cache.at(one) is first and cache.at(three) is third
    again = cache.at(two)
    assert again is not second and again.words == second.words
    assert cache.at(two) is again


def test_a_model_that_does_not_fit_alone_is_refused_and_unloads_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = folder_of(tmp_path, "small", 100)
    large = folder_of(tmp_path, "large", 3_000)
    monkeypatch.setenv(variable("models_mb"), "2")
    kept = cache.at(small)
    with pytest.raises(BadModel, match=r"large would take about 3 MB of memory; models may take 2 MB together"):
        cache.at(large)
    assert cache.at(small) is kept
    monkeypatch.setenv(variable("models_mb"), "20")
    assert len(cache.at(large).words) == 3_000


def test_a_damaged_model_takes_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, damaged = (folder_of(tmp_path, name) for name in ("one", "two", "damaged"))
    (damaged / model_folder.CARD).unlink()
    monkeypatch.setenv(variable("models_mb"), "3")
    first = cache.at(one)
    for _ in range(3):
        with pytest.raises(BadModel):
            cache.at(damaged)
    cache.at(two)
    assert cache.at(one) is first
