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
"""Waiting threads sleep instead of spinning. On busy cores spinning makes the training of a network forty times slower
(measured on BERT: 62 instead of 2,569 wordpieces a second)."""
PAGES = PATIENT | {"OMP_NUM_THREADS": "1"}
"""Environment of the server process, in which many visitors share the cores and each step is small."""
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
"""Environment variables from which the libraries take their number of threads."""
POLITE = 10
"""Niceness of a run: when a page and a training need the same core, the page gets 90 % of it."""
EAGER = 5
"""Niceness of work that a visitor waits for: below a page, above a run."""
PARENT = "EMBEDLAB_PARENT"
"""Environment variable with the number of the process with which a tied process ends."""


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
    """Start Python in its own session, with this package importable and a low priority.

    Args:
        arguments: the command line after ``python``.
        log: file for its output.
        threads: number of threads for mathematics; 0 leaves the choice to the libraries.
        tied: whether it ends when this process does (see ``follow``).
        listens: whether its standard input is a pipe from this process; otherwise it has none.
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
    """Lower the priority of a new process, and of its session, as Linux may schedule whole sessions (autogroup)."""
    with contextlib.suppress(OSError):
        politeness = min(19, os.getpriority(os.PRIO_PROCESS, 0) + by)
        os.setpriority(os.PRIO_PROCESS, pid, politeness)
        Path(f"/proc/{pid}/autogroup").write_text(str(politeness))


def follow() -> None:
    """If this process was started ``tied``, end it as soon as the process that started it is gone."""
    parent = int(os.environ.get(PARENT) or 0)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    if parent:
        threading.Thread(target=watch, name="follow", daemon=True).start()


def begin_shard_worker(parent: int, threads: int) -> None:
    """Prepare a process that works on shards: it ends with its parent and leaves Ctrl-C to the parent.

    Args:
        parent: number of the process that started it.
        threads: number of threads for mathematics.
    """
    os.environ.update(PATIENT | dict.fromkeys(THREADS, str(threads)) | {PARENT: str(parent)})
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    follow()


@contextlib.contextmanager
def bounded_memory(more: int) -> Iterator[None]:
    """Limit the address space of this process to ``more`` bytes beyond today's in the block, where possible (Linux).

    Raises:
        MemoryError: raised in the block by whatever asks for more.
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
    """Bytes of memory of a process and its children; 0 if it is gone."""
    import psutil

    try:
        process = psutil.Process(pid)
        return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))
    except psutil.Error:
        return 0


def kill(pid: int) -> None:
    """Kill a process that leads its own session, with everything that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def born(pid: int) -> float | None:
    """Start time of the process with this number, in seconds since 1970; ``None`` if it is gone or a zombie."""
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None


def alive(pid: int, since: float) -> bool:
    """Whether this very process still runs: process numbers are used again, but not with the same start time."""
    began = born(pid)
    return began is not None and abs(began - since) < 1.0


def end(pid: int, since: float) -> None:
    """Kill a process with everything that it started; return when it is gone, or after a second."""
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
