"""Downloads from a server on this machine: whole or not at all, checked, limited, never from where they must not."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import hashlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import time
from typing import Any, ClassVar

import pytest

from embedlab.base import BadInput, BadModel, Cancelled, Progress, Unreachable, addresses
from embedlab.jobs import api as jobs
from embedlab.jobs import cleanup
from embedlab.jobs.kinds import fetch
from embedlab.store import unfinished
from embedlab.workflows import connection, downloads, published

CONTENT = bytes(range(256)) * 8000
VECTORS = b"".join(b"w%d %d 1 2\n" % (i, i) for i in range(500))
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        files = {"/file": CONTENT, "/glove.txt.gz": gzip.compress(VECTORS), "/short": CONTENT}
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/file")
            self.end_headers()
        elif self.path == "/circle":
            self.send_response(302)
            self.send_header("Location", "/circle")
            self.end_headers()
        elif self.path in files:
            self.send_response(200)
            self.send_header("Content-Length", str(len(files[self.path])))
            self.end_headers()
            self.wfile.write(files[self.path][: 5000 if self.path == "/short" else None])
        else:
            self.send_error(404)

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
        httpd.shutdown()


@pytest.mark.parametrize("way", ["/file", "/moved"])
def test_a_file_arrives_whole_with_progress_and_a_checksum(server: str, tmp_path: Path, way: str) -> None:
    events: list[Progress] = []
    path = tmp_path / "new" / "file.bin"
    downloads.fetch(server + way, path, checksum=f"md5:{MD5}", on_progress=events.append, allow_local=True)
    assert path.read_bytes() == CONTENT
    assert (events[-1].step, events[-1].total, events[-1].phase) == (len(CONTENT), len(CONTENT), "downloading")
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("way", "options", "error", "message"),
    [
        ("/absent", {}, Unreachable, "404"),
        ("/circle", {}, Unreachable, "never to a file"),
        ("/short", {}, Unreachable, "starters"),
        ("/file", {"checksum": "md5:" + "0" * 32}, BadModel, "checksum"),
        ("/file", {"checksum": "sha256:" + "0" * 64}, BadModel, "checksum"),
        ("/file", {"largest": 1000}, BadInput, "larger"),
    ],
)
def test_what_fails_says_why_and_leaves_the_old_file_alone(
    server: str, tmp_path: Path, way: str, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")
    with pytest.raises(error, match=message):
        downloads.fetch(server + way, path, allow_local=True, **options)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_cancelled_download_leaves_nothing(server: str, tmp_path: Path) -> None:
    def stop(_: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        downloads.fetch(server + "/file", tmp_path / "x", on_progress=stop, allow_local=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/vectors.txt",
        "ftp://example.org/vectors.txt",
        "file:///etc/passwd",
        "https://user:secret@example.org/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://10.1.2.3/x",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        "https://0.0.0.0/x",
        "https:///x",
        "nonsense",
    ],
)
def test_addresses_that_are_not_public_https_are_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(BadInput, match=r"not taken|not an address"):
        addresses.check(url)


def test_no_network_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise socket.gaierror("no name service")

    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path))
    monkeypatch.setattr(socket, "getaddrinfo", away)
    with pytest.raises(Unreachable, match=r"raw\.githubusercontent\.com could not be reached.*starters"):
        published.load("glove-wiki-gigaword-100")
    with pytest.raises(Unreachable, match=r"example\.org could not be reached"):
        published.load("https://example.org/vectors.txt")


def test_nobody_at_the_address(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match="could not be reached"):
        downloads.fetch(f"http://127.0.0.1:{port}/x", tmp_path / "x", allow_local=True)


def test_vectors_load_from_an_address(server: str) -> None:
    model = published.load(server + "/glove.txt.gz", allow_local=True)
    assert len(model) == 500  # type: ignore[arg-type]
    assert model.vector("w7").tolist() == [7, 1, 2]
    assert (model.card.title, model.card.source) == ("glove", "published")


# ---------------------------------------------------------------- going on with what broke off


class Halting(BaseHTTPRequestHandler):
    """A server that breaks off, or stops sending, after some bytes; it can be asked to go on."""

    version, whole, ranges, halt = '"1"', CONTENT, True, 700_000
    asked: list[tuple[str | None, str | None]]
    stalls = threading.Event()

    def do_GET(self) -> None:
        wanted, known = self.headers["Range"], self.headers["If-Range"]
        self.asked.append((wanted, known))
        start = int(wanted[6:-1]) if wanted and self.ranges and known == self.version else 0
        self.send_response(206 if start else 200)
        if self.version:
            self.send_header("ETag", self.version)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.whole) - 1}/{len(self.whole)}")
        self.send_header("Content-Length", str(len(self.whole) - start))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(self.whole[start : start + self.halt])
            self.wfile.flush()
            self.stalls.wait(10)

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def halting(lab_home: Path) -> Iterator[tuple[str, type[Halting]]]:
    """A server of one's own, its address and what can be changed of it; it breaks off unless ``stalls`` is cleared."""

    class Own(Halting):
        asked: ClassVar[list[tuple[str | None, str | None]]] = []
        stalls = threading.Event()

    Own.stalls.set()
    with ThreadingHTTPServer(("127.0.0.1", 0), Own) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}/file", Own
        Own.stalls.set()
        httpd.shutdown()


def kept() -> list[Path]:
    return list(unfinished._folder().glob("*"))


def test_a_download_that_broke_off_goes_on_where_it_ended(
    halting: tuple[str, type[Halting]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, server = halting
    path, events = tmp_path / "new" / "x", list[Progress]()
    for _ in range(2):
        with pytest.raises(Unreachable, match=r"broke off|closed"):
            downloads.fetch(url, path, allow_local=True)
        assert list(path.parent.iterdir()) == [] and len(kept()) == 1
    downloads.fetch(url, path, checksum=f"md5:{MD5}", on_progress=events.append, allow_local=True)
    assert path.read_bytes() == CONTENT and kept() == []
    assert server.asked == [(None, None), ("bytes=700000-", '"1"'), ("bytes=1400000-", '"1"')]
    assert events[-1].step == events[-1].total == len(CONTENT) and min(event.step for event in events) > 1_400_000


@pytest.mark.parametrize("change", ["another file", "no ranges", "shorter"])
def test_what_changed_or_cannot_go_on_is_fetched_from_the_beginning(
    halting: tuple[str, type[Halting]], tmp_path: Path, change: str
) -> None:
    url, server = halting
    with pytest.raises(Unreachable):
        downloads.fetch(url, tmp_path / "x", allow_local=True)
    server.whole = {"another file": CONTENT[::-1], "no ranges": CONTENT, "shorter": b"short"}[change]
    server.version, server.ranges, server.halt = '"2"', change != "no ranges", len(CONTENT)
    assert downloads.fetch(url, tmp_path / "x", allow_local=True).read_bytes() == server.whole
    assert server.asked[1] == ("bytes=700000-", '"1"') and kept() == []


@pytest.mark.parametrize("status", [206, 416])
def test_a_part_that_was_not_asked_for_is_not_taken(
    halting: tuple[str, type[Halting]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    url, server = halting
    with pytest.raises(Unreachable):
        downloads.fetch(url, tmp_path / "x", allow_local=True)
    server.halt = len(CONTENT)
    serve = server.do_GET

    def another_part(self: Halting) -> None:
        if not self.headers["Range"]:
            return serve(self)
        self.send_response(status)
        self.send_header("Content-Range", "bytes 5-9/10" if status == 206 else "bytes */10")
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"wrong")
        return None

    monkeypatch.setattr(server, "do_GET", another_part)
    assert downloads.fetch(url, tmp_path / "x", allow_local=True).read_bytes() == CONTENT


@pytest.mark.parametrize("version", ["", 'W/"1"', '"' + "1" * 200 + '"'])
def test_a_file_that_cannot_be_told_from_another_is_not_kept(
    halting: tuple[str, type[Halting]], tmp_path: Path, version: str
) -> None:
    url, server = halting
    server.version = version
    with pytest.raises(Unreachable) as caught:
        downloads.fetch(url, tmp_path / "x", allow_local=True)
    assert kept() == [] and "is kept" not in str(caught.value)


def test_what_is_cancelled_wrong_or_too_large_is_not_kept(halting: tuple[str, type[Halting]], tmp_path: Path) -> None:
    url, server = halting

    def stop(_: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        downloads.fetch(url, tmp_path / "x", on_progress=stop, allow_local=True)
    with pytest.raises(BadInput):
        downloads.fetch(url, tmp_path / "x", largest=800_000, allow_local=True)
    server.halt = len(CONTENT)
    with pytest.raises(BadModel):
        downloads.fetch(url, tmp_path / "x", checksum="md5:" + "0" * 32, allow_local=True)
    assert kept() == [] and not (tmp_path / "x").exists()


def test_a_server_that_is_too_slow_is_left_and_the_download_goes_on_afterwards(
    halting: tuple[str, type[Halting]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, server = halting
    server.stalls.clear()
    monkeypatch.setattr(connection, "WINDOW", 0.3)
    monkeypatch.setattr(connection, "SLOWEST", 10**12)
    with pytest.raises(Unreachable, match=r"too slow.* the download goes on"):
        downloads.fetch(url, tmp_path / "x", allow_local=True)
    monkeypatch.undo()
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "home"))
    server.stalls.set()
    server.halt = len(CONTENT)
    assert downloads.fetch(url, tmp_path / "x", allow_local=True).read_bytes() == CONTENT
    assert server.asked[1] == ("bytes=700000-", '"1"')


def test_what_is_kept_goes_after_a_day_and_takes_no_more_room_than_one_download(
    lab_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        (tmp_path / "part").write_bytes(b"x" * 100)
        assert unfinished.keep(f"https://example.org/{number}", '"1"', tmp_path / "part")
        for file in kept():
            os.utime(file, (file.stat().st_atime, file.stat().st_mtime - 1))  # each is older than the next
    monkeypatch.setenv("EMBEDLAB_MAX_DOWNLOAD_BYTES", "350")
    unfinished.tidy()
    assert [bool(unfinished.take(f"https://example.org/{number}", tmp_path / "y")) for number in range(5)] == [
        False, False, True, True, True,
    ]  # fmt: skip
    (tmp_path / "part").write_bytes(b"x" * 100)
    unfinished.keep("https://example.org/0", '"1"', tmp_path / "part")
    (kept()[0].parent / ".left-by-one-that-was-killed").write_bytes(b"x")
    cleanup.clear(time() + unfinished.KEPT_SECONDS + 1)
    assert kept() == []


def test_where_nothing_can_be_kept_the_reason_is_told_all_the_same(
    halting: tuple[str, type[Halting]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(Unreachable) as caught:
        downloads.fetch(halting[0], tmp_path / "x", allow_local=True)
    assert "is kept" not in str(caught.value) and list(tmp_path.glob(".*")) == []


# ---------------------------------------------------------------- of this machine, for tests alone


@pytest.mark.parametrize("setting", ["EMBEDLAB_ALLOW_LOCAL", "ALLOW_LOCAL", "NO_PROXY", "HTTPS_PROXY"])
def test_only_a_caller_in_python_can_allow_addresses_of_this_machine(
    server: str, lab_home: Path, at_once: None, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    """Neither the environment nor what a visitor can set: a run's settings have no such field."""
    monkeypatch.setenv(setting, "1" if "ALLOW" in setting else "http://127.0.0.1:9")
    assert "local" not in " ".join(field.name for field in dataclasses.fields(fetch.FetchSettings))
    for url in (server + "/glove.txt.gz", server.replace("http:", "https:") + "/glove.txt.gz"):
        with pytest.raises(BadInput, match="is not taken"):
            published.load(url)
        state = jobs.start("fetch", fetch.FetchSettings(url)).state()
        assert state.status == "failed" and "is not taken" in state.error
    run = jobs.start("fetch", fetch.FetchSettings(server + "/glove.txt.gz"))
    with pytest.raises(BadInput, match="allow_local"):
        fetch.work(run, {"source": server + "/glove.txt.gz", "allow_local": True}, lambda _: None)


LISTED = {
    "models": {
        "tiny": {"parts": 1, "checksum": "aa", "license": "MIT", "num_records": 3, "file_size": 9, "description": "d"},
        "large": {"parts": 2, "checksum-0": "aa", "checksum-1": "bb"},
        "old": {"parts": 1, "checksum": "aa", "latest": False},
        "__testing": {"parts": 1, "checksum": "aa"},
    }
}


def test_the_catalogue_is_read_and_kept_for_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path))
    kept = tmp_path / "downloads" / "gensim-data.json"
    kept.parent.mkdir()
    kept.write_text(json.dumps(LISTED))

    def away(*_: Any, **__: Any) -> None:
        raise Unreachable("no network")

    monkeypatch.setattr(downloads, "fetch", away)
    found = downloads.catalogue()
    assert list(found) == ["tiny", "large"]
    assert found["tiny"].urls == (f"{downloads.GENSIM_FILES}/tiny/tiny.gz",)
    assert (found["tiny"].licence, found["tiny"].words, found["tiny"].size) == ("MIT", 3, 9)
    assert [url.rsplit("/", 1)[1] for url in found["large"].urls] == ["large.gz_00", "large.gz_01"]
    kept.write_text('{"models": {"../x": {"parts": 1, "checksum": "aa"}}}')
    with pytest.raises(BadModel, match="damaged"):
        downloads.catalogue()


def test_an_entry_in_parts_is_joined_and_each_part_checked(server: str, tmp_path: Path) -> None:
    entry = downloads.Entry("x", "", "", 0, 0, (server + "/file", server + "/moved"), (MD5, MD5))
    path = downloads.fetch_entry(entry, tmp_path / "x.gz", allow_local=True)
    assert path.read_bytes() == CONTENT * 2
    wrong = downloads.Entry("x", "", "", 0, 0, (server + "/file", server + "/moved"), (MD5, "0" * 32))
    with pytest.raises(BadModel, match="checksum"):
        downloads.fetch_entry(wrong, tmp_path / "y.gz", allow_local=True)
    assert list(tmp_path.iterdir()) == [path]
