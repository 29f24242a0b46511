"""How long runs, results and places are kept, and what goes next, in words."""

from __future__ import annotations

import contextlib
import time

import streamlit as st

from embedlab import expiry, jobs, places, shelf, training_runs
from embedlab.base import BadInput
from embedlab.jobs import Run
from embedlab.limits import Limits, size
from embedlab.plots.text import md
from embedlab.ui import compared
from embedlab.ui.visitor import place, visitor

NEXT = 3
"""Runs that are told as the next to go."""
KINDS = {
    "train": "a training", "fetch": "vectors that were loaded", "softmax": "a measurement of the softmax",
    "cloud": "a context cloud", "probes": "layer probes", "measure": "a measurement for the leaderboard",
    "elmo_layers": "weights of layers", "stability": "models trained several times",
    "import": "a model that was looked at", "map": "a map", "analogies": "the benchmark of analogies",
    "contextuality": "a measurement of how contextual models are",
}  # fmt: skip


def show() -> None:
    """The rules as they are set here, and this visitor's runs that go next."""
    limits = Limits.from_environment()
    st.markdown("\n".join(f"- {line}" for line in [_runs(limits), _own(limits), _files(limits)]))
    if going := expiry.ended(jobs.all_runs(visitor=visitor()))[:NEXT]:
        kept = [bool(compared.kept_as(one.run)) for one in going]
        said = [
            f"{_named(one.run)} ({_day(expiry.goes(one, limits))}{'; its model is kept and stays' if stays else ''})"
            for one, stays in zip(going, kept, strict=True)
        ]
        can = any(_keepable(one.run) and not stays for one, stays in zip(going, kept, strict=True))
        st.markdown(f"Next to go: {', '.join(said)}.{' Keep a model to have it longer.' if can else ''}")


def _keepable(run: Run) -> bool:
    """Whether a run has made a model that its visitor could keep."""
    with contextlib.suppress(BadInput):
        return run.asked()[0] == "train" and run.state().status == "done"
    return False


def _runs(limits: Limits) -> str:
    return (
        f"**A training or another run** is kept for {_days(limits.run_days)} after its end, with its text and its "
        "result. What is at work or waiting is never cleared away, and nothing is to make room: whoever has "
        f"{size(limits.visitor_runs_bytes)} of texts and runs deletes some before starting more. A text that was given "
        f"and never used goes after {expiry.DRAFT_SECONDS / 3600:.0f} hours."
    )


def _own(limits: Limits) -> str:
    if here := place():
        taken = size(shelf.size(places.folder(here)))
        return (
            f"**Your models** are kept for {_days(limits.place_days)} after your last visit, and may take "
            f"{size(limits.place_bytes)} together (now {taken}). Export what you want for good."
        )
    visitors = len(places.everybody())
    text = f"**Your models** stay until you delete them. What visitors keep goes {_days(limits.place_days)} after their"
    return f"{text} last visit; there {'is 1 place' if visitors == 1 else f'are {visitors} places'} of visitors now."


def _files(limits: Limits) -> str:
    return f"**Small results and tagged files** go {_days(limits.run_days)} after they were last looked at."


def _days(count: int) -> str:
    return f"{count:,} day{'s' * (count != 1)}"


def _named(run: Run) -> str:
    try:
        kind = run.asked()[0]
        if kind == "train":
            return f"**{md(training_runs.of(run).name, 60)}**"
    except BadInput:
        return "a run that cannot be read"
    return KINDS.get(kind, "a run")


def _day(when: float) -> str:
    """A day for people; what is overdue goes once the lab has run for a day since it was noted (see ``expiry``)."""
    return time.strftime("%d %B", time.localtime(when)).lstrip("0") if when > time.time() else "within a day"
