"""Draw progress as a bar, and print plain lines, in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from embedlab.base import OnProgress, Progress


def say(text: str, *, error: bool = False) -> None:
    """Write a line to standard output, or to standard error."""
    stream = sys.stderr if error else sys.stdout
    stream.write(text + "\n")
    stream.flush()


@contextmanager
def bar() -> Iterator[OnProgress]:
    """A callback that draws Progress events; each phase gets a bar of its own."""
    from tqdm import tqdm

    current: tqdm[None] | None = None
    phase = ""

    def draw(event: Progress) -> None:
        nonlocal current, phase
        if current is None or event.phase != phase:
            if current is not None:
                current.close()
            current, phase = tqdm(total=event.total, desc=event.phase, unit_scale=True, dynamic_ncols=True), event.phase
        current.total = event.total
        current.n = event.step
        shown = {"epoch": event.epoch or None, "loss": event.loss, "held out": event.held_out}
        current.set_postfix({name: value for name, value in shown.items() if value is not None}, refresh=False)
        current.refresh()

    try:
        yield draw
    finally:
        if current is not None:
            current.close()
