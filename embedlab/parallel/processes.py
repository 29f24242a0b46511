"""Start a process that outlives its parent, and check later whether it still runs."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENT = {"OMP_WAIT_POLICY": "passive"}
"""Threads that wait for each other sleep: where the cores have other work, too, spinning makes a network's training
forty times slower (measured on BERT, 62 against 2,569 wordpieces a second)."""
PAGES = PATIENT | {"OMP_NUM_THREADS": "1"}
"""For the process that makes pages: many visitors share its cores, and each step of theirs is small."""
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
"""What the libraries take their number of threads from."""
POLITE = 10
"""Niceness of a run: where a page and a training want the same core, the page gets nine tenths of it."""
EAGER = 5
"""Niceness of what a visitor waits for beside the pages: it goes after a page, and before a run."""
PARENT = "EMBEDLAB_PARENT"
"""Holds the number of the process that a tied one follows."""


def start(
    arguments: list[str],
    log: Path,
    threads: int = 0,
    *,
    tied: bool = False,
    listens: bool = False,
    temporary: Path | None = None,
    politeness: int = POLITE,
) -> subprocess.Popen[bytes]:
    """Start Python in a session of its own, with this package importable; it lets other processes go first.

    Args:
        arguments: of Python.
        log: takes what it writes.
        threads: for its mathematics; 0 leaves the choice to the libraries.
        tied: whether it ends when this process does (see ``follow``).
        listens: whether its standard input is a pipe from this process; else there is none.
        temporary: folder for its temporary files; ``None`` for the system's.
        politeness: its niceness.

    Raises:
        OSError: the process cannot be started.
    """
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    own = {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    if threads:
        own |= dict.fromkeys(THREADS, str(threads))
    if temporary:
        own["TMPDIR"] = str(temporary)
    if tied:
        own[PARENT] = str(os.getpid())
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE if listens else subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=PATIENT | os.environ | own,
            start_new_session=True,
        )
    _step_back(process.pid, politeness)
    threading.Thread(target=process.wait, daemon=True).start()  # so that it does not stay behind as a zombie
    return process


def _step_back(pid: int, by: int) -> None:
    """Lower a process that has just begun; Linux may weigh whole sessions against each other, so its session, too."""
    with contextlib.suppress(OSError):
        politeness = min(19, os.getpriority(os.PRIO_PROCESS, 0) + by)
        os.setpriority(os.PRIO_PROCESS, pid, politeness)
        Path(f"/proc/{pid}/autogroup").write_text(str(politeness))


def follow() -> None:
    """End this process as soon as the one that started it is gone, if it was started ``tied``."""
    parent = int(os.environ.get(PARENT) or 0)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    if parent:
        threading.Thread(target=watch, name="follow", daemon=True).start()


def begin_shard_worker(parent: int, threads: int) -> None:
    """What a process that does pieces of a work begins with: it ends with its parent, and leaves Ctrl-C to that.

    Args:
        parent: number of the process that started it.
        threads: for its mathematics.
    """
    os.environ.update(PATIENT | dict.fromkeys(THREADS, str(threads)) | {PARENT: str(parent)})
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    follow()


@contextlib.contextmanager
def bounded_memory(more: int) -> Iterator[None]:
    """Let this process ask for so many bytes more than it has, and no more; where the system can (Linux).

    Raises:
        MemoryError: by whatever asks for more inside.
    """
    try:
        import resource

        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    except (ImportError, OSError):
        yield
        return
    most = taken + more
    resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def host() -> str:
    """Name of this machine."""
    return socket.gethostname()


def memory(pid: int) -> int:
    """Bytes of memory that a process and what it started hold; 0 if it is gone."""
    import psutil

    try:
        process = psutil.Process(pid)
        return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))
    except psutil.Error:
        return 0


def kill(pid: int) -> None:
    """End a process of a session of its own, and what it started, at once."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def born(pid: int) -> float | None:
    """When the process with this number began, in seconds since 1970; ``None`` if it is gone or a zombie."""
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None


def alive(pid: int, since: float) -> bool:
    """Whether that very process still runs: numbers are given out again, beginnings are not."""
    began = born(pid)
    return began is not None and abs(began - since) < 1.0


def end(pid: int, since: float) -> None:
    """End a process and what it started, at once; returns when it is gone, or after a second."""
    if not alive(pid, since):
        return
    try:
        if os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
    deadline = time.monotonic() + 1.0
    while alive(pid, since) and time.monotonic() < deadline:
        time.sleep(0.01)
