"""The app in a process of its own with an empty home, and what it and its workers take of the machine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from urllib.error import URLError
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).resolve().parents[2]
MB = 1 << 20
EVERY = 0.5
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Use:
    """Memory in megabytes and processor time in seconds, of the server and of its workers.

    Attributes:
        server_rss: resident, pages shared with other processes counted whole.
        server_pss: resident, pages shared with other processes counted by their share (Linux; elsewhere as rss).
        workers_pss: all runs in the background together.
        server_cpu: since the beginning.
    """

    server_rss: float = 0.0
    server_pss: float = 0.0
    workers_pss: float = 0.0
    server_cpu: float = 0.0


class Server:
    """A running app.

    Attributes:
        address: where it answers.
        peak: the most of everything so far.
    """

    def __init__(self, process: subprocess.Popen[bytes], address: str, home: Path) -> None:
        self.address, self.home, self.peak = address, home, Use()
        self._process, self._over = psutil.Process(process.pid), Event()
        Thread(target=self._watch, name="watch", daemon=True).start()

    def now(self) -> Use:
        """What it takes at this moment."""
        workers = 0.0
        for child in self._process.children(recursive=True):
            with suppress(psutil.Error):
                workers += _pss(child)
        rss = self._process.memory_info().rss / MB
        return Use(rss, _pss(self._process), workers, self.cpu())

    def cpu(self) -> float:
        """Seconds of processor that it has used, without its workers."""
        times = self._process.cpu_times()
        return times.user + times.system

    def ends_of_runs(self) -> list[str]:
        """How each of the runs in the background stands."""
        files = sorted(self.home.glob("**/runs/**/state.json"))
        return [str(json.loads(file.read_text(encoding="utf-8"))["status"]) for file in files]

    def stop_watching(self) -> None:
        """The peak stays as it is."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            with suppress(psutil.Error):
                use = self.now()
                both = zip(vars(self.peak).items(), vars(use).values(), strict=True)
                self.peak = Use(**{name: max(most, value) for (name, most), value in both})


def _pss(process: psutil.Process) -> float:
    memory = process.memory_full_info()
    return float(getattr(memory, "pss", memory.rss)) / MB


@contextmanager
def started(home: Path, port: int = 0, *, apart: bool = False) -> Iterator[Server]:
    """Start the app as the README does, with a home of its own; end it and its workers afterwards.

    Args:
        home: its home folder.
        port: where it listens; 0 chooses a free one.
        apart: whether everybody is a visitor, also those who come from this machine.
    """
    port = port or _free_port()
    options = {"port": port, "address": "127.0.0.1", "headless": "true"}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *(f"--server.{k}={v}" for k, v in options.items())]
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    environment |= {"EMBEDLAB_HOME": str(home), "EMBEDLAB_APART": "1" if apart else "0"}
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/_stcore/health", process)
        server = Server(process, address, home)
        yield server
        server.stop_watching()
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """The app, and the runs that would go on without it."""
    workers = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(5)
    process.kill()
    process.wait()
    for worker in workers:
        with suppress(psutil.Error):
            worker.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        assert process.poll() is None, "the app's server ended"
        with suppress(URLError, OSError), urlopen(url, timeout=2):
            return
        time.sleep(0.25)
    raise AssertionError("the app's server did not answer within a minute")
