"""Watching a background run: its progress, its place in the queue, a Cancel button, and how it ended.

``watch`` draws a run that works, ``outcome`` one that has ended without a result, and ``bring`` sees to results that a
run writes one by one: it starts the run when a page needs them.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from embedlab.base import BadInput, BadModel, typed_json
from embedlab.jobs import api as jobs
from embedlab.jobs.api import Run, RunEvent
from embedlab.jobs.run import DONE, lines
from embedlab.plots.text import md
from embedlab.store import library
from embedlab.ui import cache
from embedlab.ui.visitor import address, mine, told, visitor
from embedlab.workflows import text_choice

PATIENCE = 3.0
"""Seconds that the page waits for a cancelled run to end; it takes two at most."""
KEPT = 12
"""Runs of a kind that stay, of each visitor; their results are kept apart from them."""

Tell = Callable[[Run, Sequence[RunEvent]], tuple[float, str]]
"""From a run and its reports: how far it is, 0 to 1, and what it does (Markdown)."""


def latest(_: Run, events: Sequence[RunEvent]) -> tuple[float, str]:
    """How far a run is, and what it does, by its latest report."""
    return (events[-1].fraction, md(events[-1].phase)) if events else (0.0, "starting")


def watch(
    run: Run,
    tell: Tell = latest,
    *,
    below: Callable[[Run, Sequence[RunEvent]], None] | None = None,
    busy: str = "",
    cancel: str = "cancel",
) -> None:
    """Show a run that works, read again every second; the page is drawn again at a new result and at the end.

    Args:
        run: to watch; only its owner gets the Cancel button.
        tell: makes the share and the text of the bar.
        below: draws what else is to be followed, under the bar.
        busy: what it means for this run that a training works on this machine, too; empty to say nothing.
        cancel: key of the Cancel button, for pages that show several runs.
    """
    _watch(run.id, len(lines(run.folder / DONE)), tell, below, busy, cancel)


@st.fragment(run_every=1)
def _watch(
    identifier: str,
    results: int,
    tell: Tell,
    below: Callable[[Run, Sequence[RunEvent]], None] | None,
    busy: str,
    cancel: str,
) -> None:
    run = Run(jobs.home() / identifier)
    if _ended(run) or len(lines(run.folder / DONE)) > results:
        st.rerun()
    events = run.events()
    share, doing = tell(run, events)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.progress(share, _waiting(run) or doing)
        if mine(run):
            st.button(
                "Cancel", key=cancel, icon=":material/stop:", on_click=run.cancel, disabled=run.cancelling, width=120
            )
    if busy and any(other.state().active for other in jobs.all_runs("train")):
        st.caption(f"A training is running on this machine, too: {busy}.")
    if below:
        below(run, events)


def _ended(run: Run) -> bool:
    """Whether a run is over or gone; one that was cancelled gets a moment to end, so that the page says so at once."""
    deadline = time.monotonic() + PATIENCE
    try:
        while run.cancelling and run.state().active and time.monotonic() < deadline:
            time.sleep(0.05)
        return not run.state().active
    except BadInput:
        return True


def _waiting(run: Run) -> str:
    """Where a run stands in the queue, or that it is slow to start, in words; empty if neither."""
    queued = jobs.queue_position(run)
    if queued is None:
        return "still starting: this machine has much to do" if run.state().still_starting else ""
    minutes = round(queued.seconds / 60)
    when = "in a moment" if queued.seconds < 10 else f"in about {minutes} min" if minutes else "in less than a minute"
    return f"waiting: number {queued.position} in the queue, begins {when}"


def outcome(run: Run, cancelled: str = "This was cancelled.", *, what: str = "", hint: str = "") -> bool:
    """Say that a run was cancelled or failed; its owner can let one that was interrupted go on.

    Args:
        run: that is over.
        cancelled: the whole sentence for a run that was cancelled.
        what: put before the reason of a failure.
        hint: put behind it.

    Returns:
        Whether the run is done; nothing is drawn then.
    """
    state = run.state()
    if state.status == "cancelled":
        st.info(cancelled)
    elif state.status != "done":
        st.error(f"{what}{told(state.error)} {hint}".strip())
        if state.status == "interrupted" and mine(run):
            st.button("Go on", key=f"resume-{run.id}", icon=":material/play_arrow:", on_click=_resume, args=(run,))
    return state.status == "done"


def _resume(run: Run) -> None:
    with contextlib.suppress(BadInput):  # another click was quicker: the page shows the run's new state
        jobs.resume(run)


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
        watch(run, busy="this will take longer")
        return True
    if outcome(run, "This was cancelled; what had been found until then is shown."):
        if st.session_state.get("_done") != run.id:  # it ended just now
            st.session_state["_done"] = run.id
            st.rerun()
        st.info("The results were cleared away since.")
    if st.button("Start again", key=f"again-{kind}", icon=":material/refresh:"):
        if mine(run):
            run.delete()
        else:  # another visitor's, whose results are no longer kept
            _start(kind, settings, draft)
        st.rerun()
    return False


def _find(kind: str, settings: Any) -> Run | None:
    """The newest run that was asked for the same."""
    values = typed_json.plain(settings)  # lists for tuples, as the run has it from JSON
    return jobs.like(kind, lambda run: run.request()[1] == values, visitor())


def _start(kind: str, settings: Any, draft: str) -> Run:
    jobs.only_newest(kind, KEPT - 1, visitor())
    text = jobs.find(draft).folder if draft else None
    run = jobs.draft(visitor(), address(), library.size(text / text_choice.FOLDER) if text else 0)
    if text:
        text_choice.copy(text, run.folder)
    return jobs.start(kind, settings, run, visitor(), address())


def kept_as(run: Run) -> str:
    """Key of the model that a run was kept as; empty if it was not, or is deleted."""
    try:
        key = library.kept_as(run.folder)
        cache.find(key)
    except BadModel:
        return ""
    return key
