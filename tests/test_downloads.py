"""Downloads from a server on this machine: whole or not at all, checked, limited, never from where they must not."""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from embedlab import downloads
from embedlab.base import BadInput, BadModel, Cancelled, Progress, Unreachable
from embedlab.models import published

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


@pytest.mark.parametrize(("a_second", "whole"), [(4_000, False), (6_000, True)])
def test_a_download_that_only_trickles_is_given_up(a_second: int, whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(downloads, "monotonic", lambda: now[0])

    def blocks() -> Iterator[bytes]:
        for second in range(3600):
            now[0] = second
            yield bytes(a_second if second >= 60 else 100_000)  # quick at first

    came = 0
    try:
        for block in downloads._fast_enough(blocks(), "https://example.org/v"):
            came += len(block)
    except Unreachable as error:
        assert "https://example.org/v" in str(error) and not whole
        assert came < 62 * 100_000 + 122 * a_second  # within two minutes of the trickle
    else:
        assert whole


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
        downloads.check_address(url)


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
