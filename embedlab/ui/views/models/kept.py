"""How long models, runs and files are kept, and which of the visitor's runs go next."""

from __future__ import annotations

import contextlib
import time

import streamlit as st

from embedlab.base import BadInput, paths
from embedlab.base.limits import Limits, size
from embedlab.jobs import api as jobs
from embedlab.jobs import cleanup
from embedlab.jobs.api import Run
from embedlab.jobs.kinds import train
from embedlab.plots.text import md
from embedlab.store import library
from embedlab.ui import run_bar
from embedlab.ui.visitor import visitor, workspace

NEXT = 3
"""Runs that are named as the next to be deleted."""
KINDS = {
    "train": "a training", "fetch": "vectors that were loaded", "softmax": "a measurement of the softmax",
    "cloud": "a context cloud", "probes": "layer probes", "tagger": "probes that tag",
    "measure": "a measurement for the leaderboard", "elmo_layers": "weights of layers",
    "stability": "models trained several times", "import": "a model that was looked at", "map": "a map",
    "analogies": "the benchmark of analogies", "contextuality": "a measurement of how contextual models are",
}  # fmt: skip


def show_kept() -> None:
    """The rules as they are set here, and this visitor's runs that go next."""
    limits = Limits.from_environment()
    st.markdown("\n".join(f"- {line}" for line in [_runs(limits), _own(limits), _files(limits)]))
    if going := cleanup.ended(jobs.all_runs(visitor=visitor()))[:NEXT]:
        kept = [bool(run_bar.kept_as(one.run)) for one in going]
        listed = [
            f"{_named(one.run)} ({_day(cleanup.goes(one, limits))}{'; its model is kept and stays' if stays else ''})"
            for one, stays in zip(going, kept, strict=True)
        ]
        can = any(_keepable(one.run) and not stays for one, stays in zip(going, kept, strict=True))
        st.markdown(f"Next to go: {', '.join(listed)}.{' Keep a model to have it longer.' if can else ''}")


def _keepable(run: Run) -> bool:
    """Whether a run has made a model that its visitor could keep."""
    with contextlib.suppress(BadInput):
        return run.request()[0] == "train" and run.state().status == "done"
    return False


def _runs(limits: Limits) -> str:
    return (
        f"**A training or another run** is kept for {_days(limits.run_days)} after its end, with its text and its "
        "result. What is at work or waiting is never cleared away, and nothing is to make room: whoever has "
        f"{size(limits.visitor_runs_bytes)} of texts and runs deletes some before starting more. A text that was given "
        f"and never used goes after {cleanup.DRAFT_SECONDS / 3600:.0f} hours."
    )


def _own(limits: Limits) -> str:
    if here := workspace():
        taken = size(library.size(paths.workspace(here)))
        return (
            f"**Your models** are kept for {_days(limits.place_days)} after your last visit, and may take "
            f"{size(limits.place_bytes)} together (now {taken}). Export what you want for good."
        )
    visitors = len(paths.all_workspaces())
    text = f"**Your models** stay until you delete them. What visitors keep goes {_days(limits.place_days)} after their"
    return f"{text} last visit; there {'is 1 place' if visitors == 1 else f'are {visitors} places'} of visitors now."


def _files(limits: Limits) -> str:
    return f"**Small results and tagged files** go {_days(limits.run_days)} after they were last looked at."


def _days(count: int) -> str:
    return f"{count:,} day{'s' * (count != 1)}"


def _named(run: Run) -> str:
    try:
        kind = run.request()[0]
        if kind == "train":
            return f"**{md(train.of(run).name, 60)}**"
    except BadInput:
        return "a run that cannot be read"
    return KINDS.get(kind, "a run")


def _day(when: float) -> str:
    """A date for people; overdue runs are deleted once the lab has run for a day (see ``jobs.cleanup``)."""
    return time.strftime("%d %B", time.localtime(when)).lstrip("0") if when > time.time() else "within a day"
