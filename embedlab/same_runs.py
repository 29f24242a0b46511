"""Runs that were asked the same question: the answer is one, whoever asked first."""

from __future__ import annotations

from collections.abc import Callable

from embedlab import jobs, places
from embedlab.base import BadInput
from embedlab.run_folder import Run


def like(kind: str, fits: Callable[[Run], bool], visitor: str = "") -> Run | None:
    """A run that was asked the same, the newest: one that works or is done, else one of the visitor's own.

    Questions about a text or a model of one's own name a draft or a place, and so are never like another visitor's.

    Args:
        kind: of the work.
        fits: whether a run was asked the same; where it raises ``BadInput`` it was not.
        visitor: who asks.
    """
    whose, ended = visitor or places.OWNER, None
    for run in jobs.all_runs(kind):
        try:
            if not fits(run):
                continue
            if run.state().active or run.state().status == "done":
                return run
            if ended is None and (run.visitor or places.OWNER) == whose:
                ended = run
        except BadInput:
            continue
    return ended


def only_newest(kind: str, most: int, visitor: str = "") -> None:
    """Delete the visitor's oldest runs of a kind that have ended, so that at most so many stay."""
    for old in jobs.all_runs(kind, visitor or places.OWNER)[most:]:
        if not old.state().active:
            old.delete()
