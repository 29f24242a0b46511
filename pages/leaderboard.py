"""Leaderboard: every model against every measure, each figure with its interval, its date and its versions."""

import streamlit as st

from embedlab.plots import leaderboard as plots_leaderboard
from embedlab.plots.text import md
from embedlab.ui import state, widgets
from embedlab.ui.views import leaderboard
from embedlab.ui.views.leaderboard import MEASURES

widgets.opening(
    "Leaderboard",
    "No model is best at everything: one vector a word is quick and good at analogies, and blind to senses. "
    "**Look for** a measure at which the order turns round.",
)
with widgets.guard():
    if run := leaderboard.under_way():
        leaderboard.watch(run)
    measured, without = leaderboard.standing()
    titles = {name: measure.title for name, measure in MEASURES.items()}
    name = state.choice("measure", list(MEASURES), "senses", "Measure", titles=titles)
    measure = MEASURES[name]
    st.caption(measure.means)
    if rows := leaderboard.rows(measured, name):
        fig = plots_leaderboard.standings(rows, measure.title, measure.form, chance=measure.chance)
        first = f"{rows[0].title} stands first with {measure.form.format(rows[0].value)}"
        text = f"{measure.title}: {first}, of {len(rows)} models."
        widgets.figure(fig, f"leaderboard-{name}", text)
        st.markdown(md(text))
        if blind := leaderboard.blind(rows, measure.chance):
            st.caption(f"Not different from chance (the interval holds {measure.chance}): {md(', '.join(blind))}.")
    else:
        st.info("No model at hand has been measured so yet.")
    if measured:
        widgets.table(leaderboard.frame(measured), "leaderboard", title="Every model against every measure")
    if without:
        st.header("Not measured yet")
        for spec in without:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{md(spec.title)}** ({md(spec.source)})", width="stretch")
                if st.button("Measure", key=f"measure-{spec.key}", icon=":material/speed:", disabled=run is not None):
                    leaderboard.start(spec)
                    st.rerun()
    leaderboard.failed()
widgets.code(
    """
from embedlab.workflows import measurements as results
from embedlab.registry import list_models

for spec in list_models():
    if spec.key in ("word2vec", "lstm"):
        found = results.measured(spec)
        print(spec.title, found.top("senses"))
"""
)
widgets.explain("leaderboard")
