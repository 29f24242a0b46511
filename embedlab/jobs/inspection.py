"""Inspect uploaded files in separate processes with limited memory and time; stop when the visitor leaves.

``python -m embedlab.jobs.inspection`` reads JSON objects from standard input, one a line, each naming what to inspect,
and writes each answer into the file that the line names. The process is used again for the next inspection; one that
met a limit is replaced.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from functools import cache
from importlib import import_module
from io import FileIO
from pathlib import Path
from subprocess import Popen
from threading import BoundedSemaphore
from types import TracebackType
from typing import Any, Self

from embedlab.base import paths
from embedlab.base.errors import BadInput, EmbedLabError
from embedlab.base.limits import MB, Limits, met
from embedlab.jobs import worker_pool
from embedlab.parallel import processes

ANSWER = "answer.json"
FIRST, EVERY = 0.005, 0.05
"""Seconds between two looks for the answer, at first and later."""
SLOW = 4
"""Times the processor time that a look may take by the clock: a full disk and a busy machine are slow."""
REST = 900.0
"""Seconds without a look after which a process ends."""
GROWN = 400 * MB
"""Bytes that a process may hold between two looks."""
ELSE = "Give a part of it, or plain text."


class Look:
    """Something that is being looked at; leave the context to end it, finished or not."""

    def __init__(self, call: str, values: dict[str, Any]) -> None:
        self._limits = Limits.from_environment()
        self._asked = {"call": call, "values": values}
        self._folder: Path | None = None
        self._process: Popen[bytes] | None = None
        self._began = 0.0
        self._finished = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._process is not None:
            if self._finished and self._process.poll() is None:
                _workers().give_back(self._process)
            else:
                processes.kill(self._process.pid)
            self._process = None
            _slots().release()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def done(self, seconds: float) -> bool:
        """Wait for the answer, at most so long; whether it has come, or never will.

        Raises:
            BadInput: a process cannot be started.
        """
        until = time.monotonic() + seconds
        if self._process is None:
            if not _slots().acquire(timeout=seconds):
                return False
            self._begin()
        pause = FIRST
        while not self._over():
            if time.monotonic() >= until:
                return False
            time.sleep(pause)
            pause = min(2 * pause, EVERY)
        return True

    def answer(self) -> Any:
        """What was found, once it is done.

        Raises:
            EmbedLabError: the look found that the file cannot be used, or met a limit.
        """
        assert self._process is not None and self._folder is not None
        try:
            found = json.loads((self._folder / ANSWER).read_bytes())
        except (OSError, ValueError):
            raise self._without_answer(self._process.poll()) from None
        self._finished = True
        if "error" in found:
            raise BadInput(found["error"])
        if "memory" in found:
            raise self._too_much()
        if "defect" in found:
            raise RuntimeError(f"A look at a file went wrong in another process.\n{found['defect']}")
        return found["value"]

    def _begin(self) -> None:
        try:
            self._process = _workers().take(1)
            self._folder = _new_folder()
            line = json.dumps(self._asked | {"answer": str(self._folder / ANSWER), "settings": worker_pool.settings()})
            assert self._process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(line.encode() + b"\n")
                self._process.stdin.flush()
        except OSError as error:
            if self._process is None:
                _slots().release()
            raise BadInput(f"The file could not be looked at: {error.strerror}. Try it again.") from error
        self._began = time.monotonic()

    def _over(self) -> bool:
        assert self._process is not None and self._folder is not None
        if (self._folder / ANSWER).exists() or self._process.poll() is not None:
            return True
        if time.monotonic() - self._began > SLOW * self._limits.look_seconds:
            processes.kill(self._process.pid)
            self._process.wait(1)
            return True
        return False

    def _without_answer(self, code: int | None) -> BadInput:
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            most = self._limits.look_seconds
            message = (
                f"To look at this file takes more than the {most:,} seconds of processor time that a look may take."
            )
            return BadInput(met("look_seconds", f"{message} {ELSE}"))
        return self._too_much()

    def _too_much(self) -> BadInput:
        message = (
            f"To look at this file takes more than the {self._limits.look_mb:,} MB of memory that a look may take."
        )
        return BadInput(met("look_mb", f"{message} {ELSE}"))


def begin(call: str, **values: Any) -> Look:
    """Look at something, see ``kinds.inspect.answer``.

    Args:
        call: what is done.
        values: the arguments, as plain values.
    """
    return Look(call, values)


def prepare() -> None:
    """See that a process waits for the next look."""
    _workers().prepare(1)


def _new_folder() -> Path:
    """Takes the answer; those that a server left which was killed go."""
    home = paths.home().absolute() / "looks"
    own = home / str(os.getpid())
    if not own.is_dir():
        for other in home.iterdir() if home.is_dir() else ():
            if not (other.name.isdecimal() and processes.born(int(other.name))):
                shutil.rmtree(other, ignore_errors=True)
        own.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=own))


@cache
def _workers() -> worker_pool.Workers:
    """The processes that wait for a look."""
    return worker_pool.Workers("embedlab.jobs.inspection", told=True, politeness=processes.EAGER)


@cache
def _slots() -> BoundedSemaphore:
    """How many looks are at work at once; further ones wait."""
    return BoundedSemaphore(max(2, (os.cpu_count() or 1) // 2))


# ---------------------------------------------------------------- in the process itself


def main() -> None:
    """Look at what is handed over, until there is no more."""
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # the others reserve more than they use
    inspect = import_module("embedlab.jobs.kinds.inspect")  # kinds of work are named by strings here

    with open(0, "rb", buffering=0) as orders:
        if not _comes(orders, worker_pool.AT_ONCE):
            _load(orders)
        while _comes(orders, REST) and (line := orders.readline()):
            request = json.loads(line)
            for name in worker_pool.settings().keys() - request["settings"].keys():
                del os.environ[name]
            os.environ.update(request["settings"])
            target = Path(request["answer"])
            scratch = target.with_suffix(".part")
            with contextlib.suppress(OSError):  # whoever waited has gone
                scratch.write_text(_answer(inspect, request), encoding="utf-8", errors="replace")
                scratch.rename(target)
            if processes.memory(os.getpid()) > GROWN:
                break


def _answer(look: Any, request: dict[str, Any]) -> str:
    try:
        with _limited(Limits.from_environment()):
            return json.dumps({"value": look.answer(request["call"], request["values"])})
    except MemoryError:
        return json.dumps({"memory": True})
    except EmbedLabError as error:
        return json.dumps({"memory": True} if _for_memory(error) else {"error": str(error)})
    except Exception as error:
        return json.dumps({"memory": True} if _for_memory(error) else {"defect": traceback.format_exc()})


def _for_memory(error: BaseException) -> bool:
    """Whether a reader took a lack of memory for damage of the file."""
    behind: BaseException | None = error
    while behind is not None:
        if isinstance(behind, MemoryError):
            return True
        behind = behind.__cause__ or behind.__context__
    return False


@contextlib.contextmanager
def _limited(limits: Limits) -> Any:
    """The memory and the processor time of one look; where the system has no such limits, only time by the clock."""
    free = resource.RLIM_INFINITY
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if _linux() else 0
    try:
        with contextlib.suppress(ValueError, OSError):
            until = int(time.process_time()) + 1 + limits.look_seconds
            resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
            if _linux():
                most = held + limits.look_mb * MB
                resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
        yield
    finally:
        for which in (resource.RLIMIT_CPU, resource.RLIMIT_AS):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(which, (free, resource.getrlimit(which)[1]))


def _linux() -> bool:
    return sys.platform == "linux"


def _comes(orders: FileIO, seconds: float) -> bool:
    """Whether there is something to read within so many seconds; an end counts, too."""
    return bool(select.select([orders], [], [], seconds)[0])


def _load(orders: FileIO) -> None:
    """What readers need, as long as nobody waits."""
    for name in ("sentencex", "icu4py.breakers", "chardet", "lxml.etree", "pypdf", "pyarrow.parquet"):
        if _comes(orders, 0):
            return
        with contextlib.suppress(ImportError):
            import_module(name)


if __name__ == "__main__":
    main()
