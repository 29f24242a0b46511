"""Property tests that run for a fixed number of examples with all tests, and by hand for as long as one likes."""

from __future__ import annotations

import contextlib
import functools
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from embedlab.base import EmbedLabError

SECONDS = float(os.environ.get("EMBEDLAB_FUZZ_SECONDS") or 0)
"""How long each property and each reader is tried; 0 for the fixed number of cases."""
TEXTS = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(
    [
        *("", " ", "\0", "\n", "\r\n", "\u2028", "\ud800", "\ufeff", "İ", "ß", "🙂", "e\u0301"),
        *("nan", "-1", "1e999", "/", "a\tb", "a b"),
    ]
)
"""Any text: halves of surrogate pairs, marks, controls, what looks like a number."""


Check = Callable[..., None]


def fuzzed(examples: int = 100, **arguments: st.SearchStrategy[Any]) -> Callable[[Check], Callable[[], None]]:
    """A test whose arguments are drawn, in the place of ``hypothesis.given``."""
    quiet = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}

    def decorate(check: Check) -> Callable[[], None]:
        def test() -> None:
            if not SECONDS:
                settings(max_examples=examples, derandomize=True, **quiet)(given(**arguments)(check))()
                return
            until = time.monotonic() + SECONDS
            while time.monotonic() < until:
                # a fresh function each time: hypothesis keeps its settings on it
                again = seed(random.SystemRandom().randrange(2**32))(given(**arguments)(_copy(check)))
                settings(max_examples=examples, **quiet)(again)()

        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        return test

    return decorate


def _copy(check: Check) -> Check:
    @functools.wraps(check)
    def copy(**values: Any) -> None:
        check(**values)

    return copy


@contextlib.contextmanager
def ours() -> Iterator[None]:
    """Errors of ours may come out, if they say something; everything else is a defect."""
    try:
        yield
    except EmbedLabError as error:
        assert 10 <= len(str(error)) <= 3000, f"no sentence: {str(error)[:200]!r}"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="embedlab-fuzz-") as name:
        yield Path(name)
