"""Training page: a run that works, its loss curve, and the list of runs."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from embedlab import families
from embedlab.analysis.training_snapshots import Moment
from embedlab.base import BadInput
from embedlab.jobs import api as jobs
from embedlab.jobs.api import Run, RunEvent, RunState
from embedlab.jobs.kinds import train
from embedlab.plots import training as plots_training
from embedlab.plots import training_live
from embedlab.plots.text import duration, md
from embedlab.ui import run_bar, widgets
from embedlab.ui.views.training import losses as training_losses
from embedlab.ui.visitor import told, visitor

SIGNS = {
    "running": ":material/autorenew:", "done": ":material/check_circle:",
    "failed": ":material/error:", "cancelled": ":material/cancel:", "interrupted": ":material/warning:",
}  # fmt: skip
OPEN, LISTED = 3, 30
"""Runs that the list shows at once, and with its fold-out."""


def current() -> Run | None:
    """The run that the address names, or the last one shown in this session."""
    identifier = st.query_params.get("run") or st.session_state.get("_run", "")
    if not identifier:
        return None
    try:
        run = jobs.find(identifier)
    except BadInput as error:
        look_at(None)
        st.warning(told(error))
        return None
    st.query_params["run"] = st.session_state["_run"] = run.id
    return run


def look_at(run: Run | None) -> None:
    """Make this the run that the page shows; ``None`` for the form."""
    if run is None:
        st.session_state.pop("_run", None)
        st.query_params.pop("run", None)
    else:
        st.session_state["_run"] = st.query_params["run"] = run.id


def watch(run: Run) -> None:
    """A run that works, with its losses and the neighbors of the watched words."""
    run_bar.watch(run, _progress, below=_live)


def _live(run: Run, events: Sequence[RunEvent]) -> None:
    seen, total = train.moments(run), epochs(run)
    _numbers(run.state(), events, total)
    static = "static" in families.family(train.of(run).kind).capabilities
    columns = iter(st.columns(static + bool(total)) if static or total else ())
    if total:
        with next(columns):
            st.markdown(f"**{training_losses.measure(events).name}**")
            _live_losses(events, total)
    if static:
        with next(columns):
            st.markdown("**Neighbors as they move**")
            if seen:
                st.echarts_chart(
                    training_live.neighborhoods(seen, len(seen) - 1), key="live-map", height=330,
                    alt=f"The watched words and their neighbors after epoch {seen[-1].epoch}.",
                )  # fmt: skip
            else:
                st.caption(f"They appear at the end{' of the first epoch' if total else ''}.")
    if seen:
        neighbor_lists(seen[-1])


def _progress(run: Run, events: Sequence[RunEvent]) -> tuple[float, str]:
    if not events:
        return 0.0, "starting" if run.state().status == "queued" else "opening the text"
    last = events[-1]
    parts = [last.phase]
    if last.phase == "reading":
        parts.append(f"{last.step:,} words")
    elif last.phase == "training" and (total := epochs(run)):
        parts.append(f"epoch {min(last.epoch + 1, total)} of {total}")
    # a text of unknown length reports as many words as it has read: no share to show
    unknown = last.phase == "reading" and last.step == last.total
    return 0.0 if unknown else last.fraction, md(" · ".join(parts))


def epochs(run: Run) -> int:
    """Epochs in the settings, or iterations; 0 for models that have none."""
    config = train.of(run).config
    count = config.get("epochs") or config.get("iterations")
    return count if isinstance(count, int) else 0


def _numbers(state: RunState, events: Sequence[RunEvent], total: int) -> None:
    last = events[-1] if events else None
    speed = next((e.tokens_per_second for e in reversed(events) if e.tokens_per_second), None)
    with_loss = [event for event in events if event.loss is not None]
    cells = st.columns(4)  # the last stays empty for a model that only counts
    cells[0].metric(f"{counted(events)} a second", f"{speed:,.0f}" if speed else "–")
    cells[1].metric("Time left", duration(last.eta) if last and last.eta is not None else "–")
    cells[2].metric("Time so far", duration(state.seconds))
    shown = training_losses.measure(events)
    if total or with_loss:
        cells[3].metric(shown.name, shown.text(with_loss[-1].loss if with_loss else None), help=shown.help)
    training_losses.line(events)


def _pairs(events: Sequence[RunEvent], total: int) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Epochs and losses, on the text that is trained on and on the text kept apart; one pair an epoch's end.

    Language models are looked at within long epochs, too: there every look at the text kept apart gives a pair.
    Before there are a few of them, the loss on the training text is given as often as it was reported.
    """
    shown = training_losses.measure(events)
    if shown.units_per_word is not None:
        looks = [(total * event.fraction, event) for event in events if event.held_out is not None]
    else:
        ends: dict[int, RunEvent] = {}
        for event in events:
            if event.loss is not None and event.epoch:
                ends.setdefault(event.epoch, event)  # what comes later with this number is said within the next epoch
        looks = [(float(event.epoch), event) for event in ends.values()]
    training = [(at, shown.of(event.loss)) for at, event in looks if event.loss is not None]
    if total and training_losses.few(looks):
        training = max(training, training_losses.steps(events, total), key=len)
    return training, [(at, shown.of(event.held_out)) for at, event in looks if event.held_out is not None]


def _live_losses(events: Sequence[RunEvent], total: int) -> None:
    training, held_out = _pairs(events, total)
    name = training_losses.measure(events).name.lower()
    if training:
        st.echarts_chart(
            training_live.loss(training, held_out, total, name), key="live-loss", height=330,
            alt=f"The {name} on the training text is {training[-1][1]:.3g} after epoch {training[-1][0]:.3g}.",
        )  # fmt: skip
    else:
        st.caption("The curve begins in a moment, or at the end of the first epoch.")


def losses(events: Sequence[RunEvent], total: int) -> None:
    """The loss curve of a run of so many epochs that has ended."""
    training, held_out = _pairs(events, total)
    name = training_losses.measure(events).name.lower()
    if not training:
        st.caption(
            "It ended before the first look at its loss: there is no curve."
            if total
            else "This model has no loss to follow."
        )
        return
    fig = plots_training.loss(training, held_out, "epoch", name).update_layout(height=330)
    summary = f"The {name} on the training text goes from {training[0][1]:.3g} to {training[-1][1]:.3g}."
    widgets.figure(fig, "loss", summary)


def neighbor_lists(seen: Moment) -> None:
    """The nearest words of every watched word, side by side."""
    if not seen.watched:
        st.caption("None of the watched words is in the vocabulary.")
        return
    values = [value for row in seen.neighbors for _, value in row]
    if values and not any(values):
        st.caption("All similarities are 0: to this model no word is nearer than another, as with one-hot vectors.")
    for start in range(0, len(seen.watched), 4):
        watched = seen.watched[start : start + 4]
        for column, word, row in zip(st.columns(4), watched, seen.neighbors[start : start + 4], strict=False):
            with column:
                st.markdown(f"**{md(word, 30)}**")
                st.markdown("  \n".join(f"{md(near, 30)} :gray[{value:.2f}]" for near, value in row))


def your_runs(shown: Run | None) -> None:
    """This visitor's training runs, the newest first, to look at or delete; more than ``OPEN`` wait in a fold-out."""
    own = jobs.all_runs("train", visitor())
    if not own:
        return
    st.header("Your runs", anchor=False)
    for run in own[:OPEN]:
        _row(run, shown)
    if older := own[OPEN:LISTED]:
        with st.expander(f"{len(older)} older", icon=":material/history:"):
            for run in older:
                _row(run, shown)


def _row(run: Run, shown: Run | None) -> None:
    """One run: how it stands, and what can be done with it; nothing if its files cannot be read."""
    try:
        settings, state = train.of(run), run.state()
    except (BadInput, KeyError, TypeError):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        when = time.strftime("%d %b %H:%M", time.localtime(state.created))
        status = "running" if state.active else state.status
        text = f"{SIGNS[status]} **{md(settings.name, 60)}** :gray[{when}, {status}]"
        st.markdown(text, width="stretch")
        here = shown is not None and shown.id == run.id
        with st.container(horizontal=True, width="content"):  # on a phone both go below the name
            st.button("Open", key=f"open-{run.id}", on_click=look_at, args=(run,), disabled=here)
            with st.popover("Delete", icon=":material/delete:"):
                st.markdown("Delete this run, its text and its result? A kept model stays.")
                st.button("Delete the run", key=f"delete-{run.id}", on_click=_delete, args=(run,), type="primary")


def _delete(run: Run) -> None:
    if st.session_state.get("_run") == run.id:
        look_at(None)
    run.delete()


def counted(events: Sequence[RunEvent]) -> str:
    """What the last known speed counts, for a label: "Words", or "Co-occurrences" for GloVe."""
    return next((event.unit for event in reversed(events) if event.tokens_per_second), "words").capitalize()
