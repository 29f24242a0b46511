"""A process of its own in which damaged files are loaded, with bounds on its memory and on the time of a case.

It reads requests from its input, a JSON object a line, and tells on its output, in the same way, every case before it
begins and every defect: an exception that is none of ours, more memory than the files could justify, or a case that
does not end. What kills the process itself (a crash in C) is seen by the one who started it.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

MEMORY = 1_500_000_000
"""Bytes that a case may ask for above what the libraries take."""
SECONDS = 10
"""Processor time that a case may take."""
OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "unable to allocate", "cannot allocate memory")


class Endless(BaseException):
    """A case took too long; no reader catches it."""


def main() -> None:
    """Answer requests until the input ends."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not come between the answers

    def tell(**values: Any) -> None:
        out.write(json.dumps(values) + "\n")
        out.flush()

    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(prefix="embedlab-fuzz-") as place:
        os.environ["EMBEDLAB_HOME"] = str(Path(place) / "home")
        os.environ["TMPDIR"] = tempfile.tempdir = place
        from tests.fuzz import targets

        signal.signal(signal.SIGPROF, _end)
        for line in sys.stdin:
            asked = json.loads(line)
            _work(Path(place), targets.TARGETS[asked["target"]], asked, tell)


def _work(place: Path, target: Any, asked: dict[str, Any], tell: Any) -> None:
    from embedlab.base import EmbedLabError
    from tests.fuzz.damage import damaged

    whole = place / asked["target"]
    if not whole.is_dir():
        whole.mkdir()
        target.make(whole)
    files = {str(path.relative_to(whole)): path.read_bytes() for path in sorted(whole.rglob("*")) if path.is_file()}
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
    target.load(whole)  # undamaged files load; libraries are in memory now
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY, resource.RLIM_INFINITY))
    began, cases, loaded = time.monotonic(), 0, 0
    for seed in range(asked["first"], asked["first"] + asked["cases"]):
        if time.monotonic() - began > asked["seconds"]:
            break
        tell(case=seed)
        rng = random.Random(f"{asked['target']} {seed}")
        name = rng.choices(list(files), [target.weight(name) for name in files])[0]
        changed = damaged(name, files[name], list(files.values()), rng)
        folder = place / "case"
        shutil.rmtree(folder, ignore_errors=True)
        for other, content in files.items():
            path = folder / other
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(changed if other == name else content)
        cases += 1
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            target.load(folder)
            loaded += 1
        except EmbedLabError as error:
            signal.setitimer(signal.ITIMER_PROF, 0)
            if said := _defect_behind(error):
                tell(defect=seed, file=name, what=said)
        except (Exception, Endless) as error:
            signal.setitimer(signal.ITIMER_PROF, 0)
            tell(defect=seed, file=name, what="".join(traceback.format_exception(error)))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    tell(done=cases, loaded=loaded)


def _defect_behind(error: BaseException) -> str:
    """What is wrong with an error of ours: an empty or endless text, or one that only hides a lack of memory."""
    if not 10 <= len(str(error)) <= 3000:
        return f"the message is no sentence: {str(error)[:200]!r}"
    behind: BaseException | None = error
    while behind is not None:
        if isinstance(behind, MemoryError) or any(part in str(behind).lower() for part in OUT_OF_MEMORY):
            return "".join(traceback.format_exception(error))
        behind = behind.__cause__ or behind.__context__
    return ""


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _end(*_: Any) -> None:
    raise Endless


if __name__ == "__main__":
    main()
