"""Files that visitors give: on disk and not in memory, bounded, gone with their session."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from embedlab.base import BadInput
from embedlab.base.limits import variable
from embedlab.parallel import processes
from embedlab.ui import server
from embedlab.ui.server import Uploads


@pytest.fixture
def here() -> set[str]:
    """Sessions that have a connection."""
    return {"anna", "bert"}


@pytest.fixture
def manager(tmp_path: Path, here: set[str]) -> Uploads:
    """As the server's, taken over."""
    return server.taken_over(MemoryUploadedFileManager("/upload"), tmp_path / "uploads", here.__contains__)


def give(manager: Uploads, session: str, name: str, content: bytes = b"Once upon a time.") -> UploadedFile:
    """A file comes; what the widget then gives to the page."""
    manager.add_file(session, UploadedFileRec(name, f"{name}.txt", "text/plain", content))
    (record,) = manager.get_files(session, [name])
    return UploadedFile(record, FileURLs())


def on_disk(manager: Uploads) -> list[int]:
    """Sizes of the files that lie there, when all that was asked is done."""
    manager._writer.submit(int).result()
    return sorted(path.stat().st_size for path in manager.folder.rglob("*") if path.is_file())


def in_memory(manager: Uploads) -> int:
    return sum(len(record.data) for files in manager.file_storage.values() for record in files.values())


def test_a_file_that_was_given_is_read_from_disk_and_lies_nowhere_in_memory(manager: Uploads) -> None:
    found = give(manager, "anna", "tale", b"x" * 5000)
    assert in_memory(manager) == 0 and found.getvalue() == b""
    with manager.open("anna", found) as opened:
        assert (opened.name, opened.size, opened.file_id) == ("tale.txt", 5000, "tale")
        assert opened.read() == opened.getvalue() == b"x" * 5000
    assert on_disk(manager) == [5000]


def test_a_zip_that_was_given_can_be_read_in_any_order(manager: Uploads, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("a.txt", "words")
    with manager.open("anna", give(manager, "anna", "a", (tmp_path / "a.zip").read_bytes())) as opened:
        assert zipfile.ZipFile(opened).read("a.txt") == b"words"


def test_eight_files_of_one_visit_are_not_all_taken(manager: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("visitor_uploads_bytes"), "1000")
    monkeypatch.setenv(variable("upload_bytes"), "1000")
    found = [give(manager, "anna", str(number), b"x" * 190) for number in range(8)]
    assert on_disk(manager) == [190] * 5 and in_memory(manager) == 0
    with pytest.raises(BadInput, match="Remove one"):
        manager.open("anna", found[7])
    manager.remove_file("anna", "0")  # the visitor does
    assert manager.open("anna", give(manager, "anna", "again", b"x" * 190)).size == 190
    assert manager.open("bert", give(manager, "bert", "his", b"x" * 190)).size == 190  # has bounds of his own


def test_visitors_together_have_a_bound(manager: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("uploads_bytes"), "1000")
    for number in range(36):
        give(manager, f"made up {number}", "file", b"x" * 190)
    assert on_disk(manager) == [190] * 5


def test_one_file_takes_the_place_of_another_with_its_number(manager: Uploads) -> None:
    give(manager, "anna", "tale", b"x" * 10)
    assert manager.open("anna", give(manager, "anna", "tale", b"y" * 20)).getvalue() == b"y" * 20
    assert on_disk(manager) == [20]


def test_files_go_with_their_session_though_nobody_says_that_it_ended(manager: Uploads, here: set[str]) -> None:
    found = give(manager, "anna", "tale")
    give(manager, "bert", "tale")
    here.remove("anna")
    now = server.time.monotonic()
    manager.end_sessions(now + server.GONE - 1)  # the browser may come back
    assert manager.open("anna", found).size
    manager.end_sessions(now + server.GONE + 1)
    assert len(on_disk(manager)) == 1 and manager.get_files("anna", ["tale"]) == []
    with pytest.raises(BadInput, match="not here any more"):
        manager.open("anna", found)
    manager.remove_session_files("bert")
    assert on_disk(manager) == [] and list(manager.folder.iterdir()) == []


def test_a_file_that_cannot_be_written_says_so(manager: Uploads) -> None:
    manager.folder.write_bytes(b"in the way")
    with pytest.raises(BadInput, match="could not be kept"):
        manager.open("anna", give(manager, "anna", "tale"))


def test_what_a_killed_server_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    host, pid, born = processes.host(), os.getpid(), processes.born(os.getpid()) or 0.0
    left, stays = (
        [f"{host}.{pid}.1", f"{host}.4194999.5"],
        [f"{host}.{pid}.{born:.0f}", f"not-{host}.4194999.5", "other"],
    )
    for name in (*left, *stays):
        (tmp_path / name / "session").mkdir(parents=True)
    server.clear_left(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(stays)
