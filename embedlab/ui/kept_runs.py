"""Results that a background run brings one by one: started when a page needs them, watched while it works."""

from __future__ import annotations

import dataclasses
from typing import Any

import streamlit as st

from embedlab import jobs, same_runs, shelf, training_text
from embedlab.jobs import Run
from embedlab.run_folder import lines
from embedlab.ui import run_bar
from embedlab.ui.visitor import address, mine, told, visitor

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
        run_bar.go_on(run)
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
    return same_runs.like(kind, lambda run: run.asked()[1] == asked, visitor())


def _start(kind: str, settings: Any, draft: str) -> Run:
    same_runs.only_newest(kind, KEPT - 1, visitor())
    text = jobs.find(draft).folder if draft else None
    run = jobs.draft(visitor(), address(), shelf.size(text / training_text.FOLDER) if text else 0)
    if text:
        training_text.copy(text, run.folder)
    return jobs.start(kind, settings, run, visitor(), address())


@st.fragment(run_every=1)
def _working(identifier: str, before: int) -> None:
    """How far a run is, read anew every second; the page follows when there is a new result, or when it ends."""
    run = Run(jobs.home() / identifier)
    if run_bar.ended(run) or len(lines(run.folder / DONE)) > before:
        st.rerun()
    run_bar.show(run, *run_bar.latest(run))
    if any(other.state().active for other in jobs.all_runs("train")):
        st.caption("A training is running on this machine, too: this will take longer.")
