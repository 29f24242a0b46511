"""A background run that works: how far it is, a button that cancels it, and a moment's wait for it to end."""

from __future__ import annotations

import contextlib
import time

import streamlit as st

from embedlab import jobs
from embedlab.base import BadInput
from embedlab.jobs import Run
from embedlab.plots.text import md
from embedlab.ui.visitor import mine

PATIENCE = 3.0
"""Seconds that the page stands still for a cancelled run to end; it takes two at most."""


def ended(run: Run) -> bool:
    """Whether a run is over; one that was cancelled gets a moment to end, so that the page says so at once."""
    deadline = time.monotonic() + PATIENCE
    while run.cancelling and run.state().active and time.monotonic() < deadline:
        time.sleep(0.05)
    return not run.state().active


def show(run: Run, share: float, said: str) -> None:
    """A bar with a sentence above it (Markdown; of a run that waits, its place), and for its owner a Cancel button."""
    said = waiting(run) or starting(run) or said
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.progress(share, said)
        if mine(run):
            st.button(
                "Cancel", key="cancel", icon=":material/stop:", on_click=run.cancel, disabled=run.cancelling, width=120
            )


def latest(run: Run) -> tuple[float, str]:
    """How far a run is, 0 to 1, and what it does (Markdown), by its latest report."""
    events = run.events()
    return (events[-1].fraction, md(events[-1].phase)) if events else (0.0, "starting")


def waiting(run: Run) -> str:
    """Where a run stands in the queue, in words; empty if it does not wait."""
    place = jobs.place(run)
    if place is None:
        return ""
    minutes = round(place.seconds / 60)
    when = "in a moment" if place.seconds < 10 else f"in about {minutes} min" if minutes else "in less than a minute"
    return f"waiting: number {place.position} in the queue, begins {when}"


def starting(run: Run) -> str:
    """That a run was handed to a worker a while ago and is loading its libraries; empty if not."""
    return "still starting: this machine has much to do" if run.state().still_starting else ""


def go_on(run: Run) -> None:
    """For a run that was interrupted, a button with which its owner lets it go on from where it was last kept."""
    if run.state().status == "interrupted" and mine(run):
        st.button("Go on", key=f"resume-{run.id}", icon=":material/play_arrow:", on_click=_resume, args=(run,))


def _resume(run: Run) -> None:
    with contextlib.suppress(BadInput):  # somebody else was quicker: the page shows how it stands now
        jobs.resume(run)
