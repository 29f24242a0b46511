"""Small files that ask for very much are read or refused within 500 MB and 10 seconds of processor time.

All tests together try each of them at its worst, and a dozen with other measures. By hand, other ones every time,
for as long as one likes::

    EMBEDLAB_FUZZ_SECONDS=600 python -m pytest tests/fuzz/test_hostile.py
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Made
from tests.fuzz import hostile, properties

ROOT = Path(__file__).resolve().parents[2]
MEGABYTES, SECONDS = 500, 10.0
REFUSED = {
    "rows without a value": "hold no text", "tables in tables": "holds no text", "nodes": "hold no text",
    "entities": "declares a document type", "lists": "like a zip bomb", "lists in lists": "nested too deeply",
    "lines of lists": "values of JSON", "columns": "cells", "an open quote": "quotation mark left open",
    "cells in quotes": "cells", "operators": "operators", "pages": "operators", "blanks": "hold no text",
    "tagged words": "lines", "tagged columns": "columns", "tagged bad lines": "1,399,999 more",
    "tagged lists": "more than 1,500,000 words",
}  # fmt: skip
"""What is said of those that cannot be read; the others can."""


def looked(*arguments: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.fuzz.hostile_worker", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield from map(json.loads, process.stdout)
    assert process.returncode == 0


def defects(took: dict[str, Any]) -> list[str]:
    bounds = (("seconds", SECONDS), ("megabytes", MEGABYTES))
    found = [f"{took['name']}: {took[what]:.0f} {what}" for what, most in bounds if took[what] > most]
    if took["ended"]:
        found.append(f"{took['name']} ({took['file']}) ended by {took['ended']}: {took['said']}")
    return found


LONG = ("tagged words", "tagged bad lines", "tagged lists", "lines of names")
"""Those that are a minute's work together on a busy machine: by hand, ``pytest -m slow tests/fuzz/test_hostile.py``."""


@pytest.fixture(scope="module")
def worst() -> Made:
    """What each file took by its name; those that are not long are looked at together."""
    taken: dict[str, Any] = {}

    def take(name: str) -> Any:
        if name not in taken:
            names = LONG if name in LONG else [other for other in hostile.FILES if other not in LONG]
            taken.update({took["name"]: took for took in looked("made", *names)})
        return taken[name]

    return Made(take)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in LONG else ()) for name in hostile.FILES]
)
def test_the_worst_files_are_read_or_refused_within_bounds(name: str, worst: Made) -> None:
    assert defects(worst[name]) == []
    if name in REFUSED:
        assert REFUSED[name] in worst[name]["said"]


def test_files_of_other_measures_are_read_or_refused_within_bounds() -> None:
    first, count, seconds = 0, 12, 120.0
    if properties.SECONDS:
        first, count, seconds = random.SystemRandom().randrange(10**9), 10**9, properties.SECONDS
    took = list(looked("drawn", str(first), str(count), str(seconds)))
    print(f"{len(took)} hostile files, {sum(not one['said'] for one in took)} of them read")  # noqa: T201
    assert [said for one in took for said in defects(one)] == []
    assert took
