"""Softmax: what it costs to learn the next word as the vocabulary grows, counted and measured on this machine."""

import streamlit as st

from embedlab.analysis.softmax.cost import Costs, CostSettings
from embedlab.plots import softmax
from embedlab.ui import forms, run_bar, widgets
from embedlab.ui.views import softmax as views_softmax

widgets.opening(
    "Softmax",
    "A softmax gives every word of the vocabulary a score at every token it learns from; four other losses were "
    "invented to get by with few. **Look for** the one line that rises with the vocabulary, and for how closely "
    "the seconds of this machine follow the multiply-adds.",
)
st.caption(views_softmax.LOSSES)
with widgets.guard():
    values = forms.settings_form(CostSettings, "softmax_", first=("largest", "hidden", "noise"))
    settings = CostSettings(**values)
    run = views_softmax.current()
    how = run.state() if run else None
    costs = views_softmax.measured(run) if run and how and not how.active else Costs(settings)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Measure on this machine", key="measure-now", type="primary", icon=":material/timer:",
            disabled=bool(how and how.active),
        ):  # fmt: skip
            views_softmax.start(settings)
            st.rerun()
        if run is None:
            st.caption("Takes a minute or two, in the background: other pages stay usable.")
    if run and how:
        if how.active:
            run_bar.watch(run, busy="the times will come out too long")
        else:
            run_bar.outcome(run, "This measurement was cancelled; below is what it had found.")
    left, right = st.columns(2, gap="medium") if run else (st.container(), st.container())
    with left:
        st.markdown("**Counted**")
        widgets.figure(softmax.counted(settings), "softmax-counted", views_softmax.counted(settings))
    with right:
        if run and how:
            st.markdown("**Measured**")
            if how.active:
                views_softmax.live(run.id)
            else:
                views_softmax.result(how, costs)
    st.markdown(views_softmax.summary(costs) or views_softmax.counted(settings))
    if costs.points:
        st.markdown(views_softmax.slopes(costs))
        if costs.settings != settings:
            st.caption("The settings above are not those of this measurement; measure again to see what they change.")
    widgets.table(views_softmax.table(costs), "softmax", title="All points as a table")
    widgets.code(views_softmax.source(settings))
widgets.explain("softmax")
