"""A background run that works: how far it is, a button that cancels it, and a moment's wait for it to end.

Results that a background run brings one by one: started when a page needs them, watched while it works.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from typing import Any

import streamlit as st

from embedlab.base import BadInput, BadModel
from embedlab.jobs import api as jobs
from embedlab.jobs.api import Run
from embedlab.jobs.run import lines
from embedlab.plots.text import md
from embedlab.store import library
from embedlab.ui import cache
from embedlab.ui.visitor import address, mine, told, visitor
from embedlab.workflows import text_choice

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
    place = jobs.queue_position(run)
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


KEPT = 12
"""Runs of a kind that stay, of each visitor; their results are kept apart from them."""
DONE = "done.jsonl"
"""Where a run writes a line for every result."""


def bring(kind: str, settings: Any, *, ask: str = "", draft: str = "") -> bool:
    """See to results that are missing: start a run for them, or show the one that works on them.

    A run that failed or was cancelled is not started again by itself; the run may be another visitor's who asked the
    very same before, to be watched and not to be changed.

    Args:
        kind: a kind of work.
        settings: a dataclass that says what is missing.
        ask: label of a button that must be pressed before a run is started; without it one is started at once.
        draft: the run whose folder holds the text that is needed; empty if none is.

    Returns:
        Whether results are on their way.
    """
    run = _find(kind, settings)
    if run is None:
        if ask and not st.button(ask, key=f"ask-{kind}", type="primary", icon=":material/play_arrow:"):
            return False
        run = _start(kind, settings, draft)
    state = run.state()
    if state.active:
        _working(run.id, len(lines(run.folder / DONE)))
        return True
    if state.status == "done":
        if st.session_state.get("_done") != run.id:  # it ended just now
            st.session_state["_done"] = run.id
            st.rerun()
        st.info("The results were cleared away since.")
    elif state.status == "cancelled":
        st.info("This was cancelled; what had been found until then is shown.")
    else:
        st.error(told(state.error))
        go_on(run)
    if st.button("Start again", key=f"again-{kind}", icon=":material/refresh:"):
        if mine(run):
            run.delete()
        else:  # another visitor's, whose results are no longer kept
            _start(kind, settings, draft)
        st.rerun()
    return False


def _find(kind: str, settings: Any) -> Run | None:
    """The newest run that was asked for the same."""
    asked = dataclasses.asdict(settings)
    return jobs.like(kind, lambda run: run.asked()[1] == asked, visitor())


def _start(kind: str, settings: Any, draft: str) -> Run:
    jobs.only_newest(kind, KEPT - 1, visitor())
    text = jobs.find(draft).folder if draft else None
    run = jobs.draft(visitor(), address(), library.size(text / text_choice.FOLDER) if text else 0)
    if text:
        text_choice.copy(text, run.folder)
    return jobs.start(kind, settings, run, visitor(), address())


@st.fragment(run_every=1)
def _working(identifier: str, before: int) -> None:
    """How far a run is, read anew every second; the page follows when there is a new result, or when it ends."""
    run = Run(jobs.home() / identifier)
    if ended(run) or len(lines(run.folder / DONE)) > before:
        st.rerun()
    show(run, *latest(run))
    if any(other.state().active for other in jobs.all_runs("train")):
        st.caption("A training is running on this machine, too: this will take longer.")


def kept_as(run: Run) -> str:
    """Key of the model that a run was kept as; empty if it was not, or is deleted."""
    try:
        key = library.kept_as(run.folder)
        cache.find(key)
    except BadModel:
        return ""
    return key
