"""Softmax: what it costs to learn the next word as the vocabulary grows, counted and measured on this machine."""

import streamlit as st

from embedlab import softmax_runs
from embedlab.analysis.softmax_cost import Costs, CostSettings
from embedlab.plots import softmax
from embedlab.ui import forms, softmax_views, widgets

widgets.opening(
    "Softmax",
    "A softmax gives every word of the vocabulary a score at every token it learns from; four other losses were "
    "invented to get by with few. **Look for** the one line that rises with the vocabulary, and for how closely "
    "the seconds of this machine follow the multiply-adds.",
)
st.caption(softmax_views.LOSSES)
with widgets.guard():
    values = forms.settings_form(CostSettings, "softmax_", first=("largest", "hidden", "noise"))
    settings = CostSettings(**values)
    run = softmax_views.current()
    how = run.state() if run else None
    costs = softmax_runs.found(run) if run and how and not how.active else Costs(settings)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Measure on this machine", key="measure-now", type="primary", icon=":material/timer:",
            disabled=bool(how and how.active),
        ):  # fmt: skip
            softmax_views.start(settings)
            st.rerun()
        if run is None:
            st.caption("Takes a minute or two, in the background: other pages stay usable.")
    if run and how:
        if how.active:
            softmax_views.working(run.id)
        else:
            softmax_views.ended(how)
    left, right = st.columns(2, gap="medium") if run else (st.container(), st.container())
    with left:
        st.markdown("**Counted**")
        widgets.figure(softmax.counted(settings), "softmax-counted", softmax_views.counted(settings))
    with right:
        if run and how:
            st.markdown("**Measured**")
            if how.active:
                softmax_views.live(run.id)
            else:
                softmax_views.result(how, costs)
    st.markdown(softmax_views.said(costs) or softmax_views.counted(settings))
    if costs.points:
        st.markdown(softmax_views.slopes(costs))
        if costs.settings != settings:
            st.caption("The settings above are not those of this measurement; measure again to see what they change.")
    widgets.table(softmax_views.table(costs), "softmax", title="All points as a table")
    widgets.code(softmax_views.source(settings))
widgets.explain("softmax")
