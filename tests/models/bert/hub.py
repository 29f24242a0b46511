"""A hub on this machine that has one model, in the layout of huggingface.co's answers."""

from __future__ import annotations

import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Hub(http.server.BaseHTTPRequestHandler):
    """A hub with one model, in the layout of huggingface.co's answers."""

    folder: Path
    asked: list[str]
    commit = "c" * 40

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("/api/models/lab/bert/tree/"):
            files = [
                {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": "0" * 40}
                for file in sorted(self.folder.iterdir())
            ]
            self.answer(json.dumps(files).encode())
            return
        path = self.folder / self.path.rsplit("/", 1)[-1]
        if self.path.startswith("/lab/bert/resolve/") and path.is_file():
            self.answer(path.read_bytes())
        else:
            self.answer(b"Not found", 404)

    def answer(self, content: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Repo-Commit", self.commit)
        self.send_header("ETag", f'"{hash(content):x}"')
        if status == 404:
            self.send_header("X-Error-Code", "RepoNotFound")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def running(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[http.server.ThreadingHTTPServer]:
    """A running hub with a copy of a model's folder as "lab/bert", and an empty cache."""
    copy = shutil.copytree(folder, tmp_path / "hub")
    (copy / "modeling.py").write_text("raise SystemExit")
    (copy / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    Hub.folder, Hub.asked = copy, []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    yield server
    server.shutdown()
    server.server_close()
