"""A process that looks at hostile files, each in a process forked from it, and tells what each took.

``python -m tests.fuzz.hostile_worker made NAME …`` looks at the files of those names, ``drawn FIRST COUNT SECONDS`` at
so many with other measures. A line of JSON each: the file, its processor time, its peak of memory, and how it ended.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from embedlab.base import BadInput
from embedlab.data import tagged
from embedlab.data.readers import columns
from embedlab.jobs.kinds import inspect
from embedlab.workflows import probe_data
from embedlab.workflows.text_choice import FOLDER, TextChoice
from tests.fuzz import hostile

SECONDS = 30
"""Processor time after which a look is killed, so that the test goes on."""


def load() -> None:
    """The libraries of all readers, before anything is measured."""
    import chardet  # noqa: F401
    import icu4py.breakers  # noqa: F401
    import lxml.etree  # noqa: F401
    import pypdf  # noqa: F401
    import sentencex  # noqa: F401


def looked(folder: Path, name: str) -> None:
    """What the pages do with a file."""
    path = folder / FOLDER / name
    if name.startswith(("a.conll", "tags.")):
        tagged.columns(path)
        probe_data.read(path)
        tagged.dealt(tagged.read_tags(path))
        tagged.read_conll(path)
        return
    text = TextChoice(file=name)
    inspect.beginning(text, folder, 300_000)
    inspect.paragraphs(text, folder)
    columns(path)


def one(name: str, content: bytes) -> dict[str, object]:
    """Look at a file in a process of its own."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / FOLDER).mkdir()
        (folder / FOLDER / name).write_bytes(content)
        size = len(content)
        del content
        child = os.fork()
        if not child:
            os._exit(_work(folder, name))
        _, status, used = os.wait4(child, 0)
        said = folder / "said"
        return {
            "file": name, "bytes": size, "seconds": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024,
            "ended": os.waitstatus_to_exitcode(status), "said": said.read_text() if said.exists() else "",
        }  # fmt: skip


def _work(folder: Path, name: str) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (8_000_000_000, resource.RLIM_INFINITY))
    signal.alarm(600)
    try:
        looked(folder, name)
    except BadInput as error:
        (folder / "said").write_text(str(error), encoding="utf-8", errors="replace")
        return 0
    except BaseException:
        (folder / "said").write_text(traceback.format_exc()[-3000:], encoding="utf-8", errors="replace")
        return 1
    return 0


def asked(arguments: list[str]) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """The files that the command line asks for, one after the other."""
    if arguments[0] == "made":
        yield from ((name, hostile.made(name)) for name in arguments[1:])
        return
    first, count, seconds = int(arguments[1]), int(arguments[2]), float(arguments[3])
    until = time.monotonic() + seconds
    for seed in range(first, first + count):
        if time.monotonic() > until:
            break
        yield str(seed), hostile.drawn(random.Random(seed))


def main() -> None:
    """Look, and tell."""
    load()
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    for name, (file, content) in asked(sys.argv[1:]):
        sys.stdout.write(json.dumps({"name": name} | one(file, content)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
