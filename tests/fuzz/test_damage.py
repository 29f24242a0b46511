"""Damaged files of every sort: whatever reads them loads them or says one of our own errors, in bounded time and space.

All tests together try a few thousand files, always the same ones. By hand, each reader gets as long as one likes, and
other files every time::

    EMBEDLAB_FUZZ_SECONDS=60 python -m pytest tests/fuzz

A defect is told with its reader and its number; ``EMBEDLAB_FUZZ_CASE="json 123" python -m pytest tests/fuzz`` tries
that one file again.
"""

from __future__ import annotations

import json
import os
import random
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz import properties, targets

PATIENCE = 300
"""Seconds without a sign of the worker after which it counts as hung in C."""


class Worker:
    """The process that loads damaged files (see ``worker``); a new one takes its place when it dies."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, **request: Any) -> Iterator[dict[str, Any]]:
        """What it tells until it is done; a defect of its own when it falls silent."""
        if self.process is None:
            root = Path(__file__).resolve().parents[2]
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.fuzz.worker"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)},
            )  # fmt: skip
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        case = None
        for line in self._lines(self.process):
            said = json.loads(line)
            case = said.get("case", case)
            yield said
            if "done" in said:
                return
        self.stop()
        code = self.process.returncode
        self.process = None
        yield {"defect": case, "what": f"the process died ({code}) or fell silent for {PATIENCE} seconds"}

    def _lines(self, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
        assert process.stdout is not None
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            rest, heard = b"", time.monotonic()
            while time.monotonic() - heard < PATIENCE:
                if not ready.select(timeout=1):
                    continue
                block, heard = os.read(process.stdout.fileno(), 1 << 16), time.monotonic()
                if not block:
                    return
                *lines, rest = (rest + block).split(b"\n")
                yield from lines

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.stop()


@pytest.mark.parametrize("name", targets.TARGETS)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(name: str, worker: Worker) -> None:
    target, first, cases, seconds = targets.TARGETS[name], 0, targets.TARGETS[name].cases, 60.0
    if properties.SECONDS:
        first, cases, seconds = random.SystemRandom().randrange(10**9), 10**9, properties.SECONDS
    if case := os.environ.get("EMBEDLAB_FUZZ_CASE"):
        asked, _, number = case.rpartition(" ")
        if asked != name:
            pytest.skip("another reader's case was asked for")
        first, cases = int(number), 1
    defects, done, loaded = [], 0, 0
    for said in worker.ask(target=name, first=first, cases=cases, seconds=seconds):
        if "defect" in said:
            defects.append(f"EMBEDLAB_FUZZ_CASE='{name} {said['defect']}' ({said.get('file', '')}): {said['what']}")
        done, loaded = said.get("done", done), said.get("loaded", loaded)
    print(f"{name}: {done} damaged files, {loaded} of them loaded")  # noqa: T201
    assert not defects, f"{len(defects)} defects\n" + "\n".join(defects[:20])
    assert done or case
    assert target.cases
