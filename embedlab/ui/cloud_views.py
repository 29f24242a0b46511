"""What the Context cloud page shows: the run under way, the cloud, a selection and what it shares, the groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from embedlab import cloud_runs, jobs
from embedlab.analysis.clouds import Cloud, cloud
from embedlab.analysis.shared_words import shared
from embedlab.jobs import Run, RunEvent, RunState
from embedlab.plots import clouds
from embedlab.plots.sense_cells import Named
from embedlab.plots.text import md
from embedlab.ui import cloud_said, contextual, map_parts, remembered, run_bar, state, widgets
from embedlab.ui.cloud_choice import Question
from embedlab.ui.visitor import address, mine, told, visitor

LISTED = 30


def ready(question: Question) -> Cloud | None:
    """The cloud: shipped sentences at once, a text by a background run; ``None`` while there is none."""
    if question.occurrences:
        return _at_once(question)
    run = cloud_runs.known(question.settings, visitor())
    how = run.state() if run else None
    with st.container(horizontal=True, vertical_alignment="center"):
        active = bool(how and how.active)
        done = bool(how and how.status == "done")
        if st.button("Look through the text", key="gather", type="primary", icon=":material/search:",
                     disabled=active or done):  # fmt: skip
            with widgets.guard():
                cloud_runs.start(question.settings, visitor(), address())
                st.rerun()
        if run is None:
            st.caption("In the background; other pages stay usable. A thousand occurrences take about a minute.")
    if run is None or how is None:
        return None
    if how.active:
        _working(run.id)
        return None
    return _ended(run, how)


def _at_once(question: Question) -> Cloud:
    asked = question.settings

    def make() -> Cloud:
        with contextual.progress(f"{question.spec.title} reads {len(question.occurrences)} sentences") as tell:
            return cloud(
                contextual.reader(question.spec), question.occurrences, method=asked.method, sorter=asked.sorter,
                k=asked.k, seed=asked.seed, on_progress=tell,
            )  # fmt: skip

    return remembered.remembered(("cloud", asked), make)


def _ended(run: Run, how: RunState) -> Cloud | None:
    if how.status == "cancelled":
        st.info("This was cancelled.")
    elif how.status != "done":
        st.error(told(how.error))
    else:
        return remembered.remembered(("cloud", run.id), lambda: cloud_runs.found(run))
    if mine(run):
        st.button("Forget it", key="forget", on_click=run.delete)
    return None


@st.fragment(run_every=1)
def _working(identifier: str) -> None:
    """How far the run is, read anew every second; the page follows when it ends."""
    run = Run(jobs.home() / identifier)
    if run_bar.ended(run):
        st.rerun()
    events = run.events()
    run_bar.show(run, *_far(events[-1] if events else None))


def _far(last: RunEvent | None) -> tuple[float, str]:
    """How far a run is, 0 to 1, and what it does, by its latest report; reading takes the longest but for UMAP."""
    if last is None:
        return 0.0, "starting"
    if last.phase == "reading":
        return 0.0, f"looking through the text, {last.step:,} sentences"
    if last.phase == "encoding":
        return 0.8 * last.fraction, f"the model reads, {last.step:,} of {last.total:,} words"
    if last.phase == "sorting":
        return 0.8 + 0.1 * last.fraction, f"sorting into groups, {last.step} of {last.total} layers"
    if last.phase == "drawing":
        return 0.9, "drawing; UMAP takes a few minutes for thousands of points" if last.fraction < 1 else "drawing"
    return 0.0, md(last.phase)


def show(question: Question, made: Cloud) -> None:
    """The cloud with its slider, what is selected, the groups, the table."""
    titles = {name: contextual.layer_title(name) for name in made.layers}
    labelled = all(one.sense for one in made.occurrences)
    usual = contextual.usual_layer(made.layers)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        layer = state.choice("cloud_layer", list(made.layers), usual, "Groups found at", titles=titles)
        options = {"sense": "Sense", "group": "Groups found"}
        color = state.choice("cloud_color", list(options), "sense", "Color by", titles=options) if labelled else "group"
    at = made.layers.index(layer)
    groups = _found(made, at)
    named = _senses(made) if color == "sense" else groups
    texts = [one.sentence + (f" ({one.sense})" if one.sense else "") for one in made.occurrences]
    fig = clouds.cloud(made.points, [titles[name] for name in made.layers], named, texts, at)
    size = len(made.occurrences)
    summary = (
        f"{size:,} occurrences of {made.word} in {question.spec.title}, {len(made.layers)} layers to move through."
    )
    by_hand = not map_parts.on_phone()  # a finger on the figure scrolls the page
    event = widgets.figure(fig, "cloud", summary, select=by_hand)
    how = "Move the slider below the figure: the points glide to their places in another layer."
    st.caption(f"{cloud_said.counted(made)} {how}" + (" Draw around some to list them." if by_hand else ""))
    st.markdown(cloud_said.apart(made, groups, labelled, titles[layer]))
    _selection(made, event, groups)
    _typical(made, at, groups)
    widgets.table(cloud_said.frame(made, groups), "cloud", title="All occurrences as a table")


def _found(made: Cloud, at: int) -> Named:
    labels = made.groups[at]
    return Named(labels, [f"group {i}" for i in range(1, int(labels.max(initial=0)) + 2)])


def _senses(made: Cloud) -> Named:
    names = list(dict.fromkeys(one.sense for one in made.occurrences))
    return Named(np.array([names.index(one.sense) for one in made.occurrences]), names)


def _selection(made: Cloud, event: Any, groups: Named) -> None:
    """The chosen occurrences: by lasso, or a whole group; what they share, and their sentences."""
    rows = selected(event)
    names = {str(number): f"{groups.name(number)}" for number in range(len(groups.names))}
    st.header("What some of them share", anchor=False)
    if rows:
        st.markdown(f"**{len(rows):,} occurrences** that you drew around:")
    else:
        number = state.choice("cloud_group", list(names), "0", "Draw around points, or take a group", titles=names)
        rows = np.flatnonzero(groups.labels == int(number)).tolist()
    if len(rows) == len(made.occurrences):
        st.caption("These are all occurrences; there is no rest to compare them with.")
    else:
        with widgets.guard():
            found = shared(made.occurrences, rows)
            st.markdown(cloud_said.told(found))
            frame = pd.DataFrame([vars(item) for item in found.words], columns=["word", "inside", "outside", "z", "p"])
            frame.columns = ["word", f"of {found.chosen} chosen", f"of {found.others} others", "z", "p"]
            widgets.table(frame, "cloud-shared", title="Words that stand out, with their counts")
    with st.container(height=260):
        st.markdown(cloud_said.lines(made, rows[:LISTED], groups))
        if len(rows) > LISTED:
            st.caption(f"… and {len(rows) - LISTED:,} more; the table below has all.")


def selected(event: Any) -> list[int]:
    """Numbers of the points in a lasso."""
    points = event.get("selection", {}).get("points", []) if isinstance(event, Mapping) else []
    rows = [point.get("customdata") for point in points if point.get("curve_number", 0) == 0]
    return sorted({int(row[0]) for row in rows if row})


def _typical(made: Cloud, at: int, groups: Named) -> None:
    st.header("Typical sentences of each group", anchor=False)
    st.caption("Those nearest to the group's center.")
    for number in range(min(10, len(groups.names))):
        if rows := made.typical(at, number):
            st.markdown(f"**{groups.name(number)}**  \n" + cloud_said.lines(made, rows, groups))
