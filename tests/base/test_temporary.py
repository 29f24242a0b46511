"""Temporary folders and files: what killed processes left goes when it is old, and nothing else does."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest

from embedlab.base import files as base_temporary
from embedlab.jobs import cleanup
from embedlab.models.vectors import WordVectors
from embedlab.parallel import shards
from tests.full_disks import content

OLD = time.time() - base_temporary.LEFT_SECONDS - 100
MODEL = WordVectors(["king"], [[1.0, 2.0]])


def left(parent: Path, name: str = "mine", *, file: bool = False, when: float = OLD) -> Path:
    """What a killed process leaves of its writing, by the names that are given to it."""
    parent.mkdir(parents=True, exist_ok=True)
    prefix = base_temporary.temporary_prefix(Path(name))
    if file:
        handle, made = tempfile.mkstemp(prefix=prefix, dir=parent)
        os.close(handle)
    else:
        made = tempfile.mkdtemp(prefix=prefix, dir=parent)
        (Path(made) / "half").write_text("half a model")
        os.utime(Path(made) / "half", (when, when))
    os.utime(made, (when, when))
    return Path(made)


@pytest.fixture(autouse=True)
def own_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary folder, for this test alone."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_the_next_to_write_there_clears_what_is_old(tmp_path: Path, own_temporary: Path) -> None:
    place = tmp_path / "models"
    gone = [left(place), left(place, "file.json", file=True)]
    busy, other = left(place, when=time.time()), left(place, "another")
    theirs = place / ".mine.settings"  # a name as mkdtemp makes it, but not of this lab
    theirs.mkdir()
    os.utime(theirs, (OLD, OLD))
    MODEL.save(place / "mine")
    base_temporary.write_text(place / "file.json", "{}")
    with base_temporary.temporary_folder() as temporary:
        assert temporary.parent == own_temporary
    assert not any(one.exists() for one in gone)
    assert busy.exists() and other.exists() and theirs.exists()


def test_a_folder_in_which_something_is_still_written_is_not_old(tmp_path: Path) -> None:
    folder = left(tmp_path)
    (folder / "half").write_text("more")
    os.utime(folder, (OLD, OLD))
    base_temporary.clear(tmp_path)
    assert folder.exists()


def test_the_name_of_one_is_no_pattern_for_another(tmp_path: Path) -> None:
    folder = left(tmp_path, "abc")
    MODEL.save(tmp_path / "[a-z]*")
    assert folder.exists()


@pytest.mark.parametrize("name", ["x" * 255, "ж" * 127, "𝒜" * 60])
def test_long_names_leave_room_for_the_temporary_one(tmp_path: Path, name: str) -> None:
    MODEL.save(tmp_path / name)
    base_temporary.write_text(tmp_path / "files" / name, "text")
    assert set(content(tmp_path)) >= {f"{name}/config.json", f"files/{name}"}


PLACES = (
    "models/yours", "models/published", "places/{p}/models/yours", "places/{p}/results", "runs/{r}", "runs/{r}/text",
    "results", "results/elmo_layers", "encodings", "maps", "tagged", "shares", "probes/results", "downloads",
    "models/yours/kept",
)  # fmt: skip


def test_a_round_of_expiry_clears_every_folder_of_the_home(lab_home: Path, own_temporary: Path) -> None:
    parents = [lab_home / place.format(p="a" * 24, r="b" * 24) for place in PLACES]
    gone = [left(parent, file=file) for parent in parents for file in (False, True)]
    gone.append(left(own_temporary, "scratch"))
    busy = [left(parent, when=time.time()) for parent in parents]
    (lab_home / "models" / "yours" / "notes").mkdir()
    cleanup.clear()
    assert all(one.exists() for one in gone)  # a clock that jumped would have made them old at once
    cleanup.clear(passed=cleanup.NOTICE)
    assert not any(one.exists() for one in gone)
    assert all(one.exists() for one in busy) and (lab_home / "models" / "yours" / "notes").exists()


def test_pieces_of_works_that_were_killed_go_too(lab_home: Path) -> None:
    old, young = lab_home / "pieces" / "old", lab_home / "pieces" / "young"
    for folder in (old, young):
        folder.mkdir(parents=True)
    when = time.time() - shards.LEFT_DAYS * 86_400 - 100
    os.utime(old, (when, when))
    cleanup.clear()
    cleanup.clear(passed=cleanup.NOTICE)
    assert not old.exists() and young.exists()
