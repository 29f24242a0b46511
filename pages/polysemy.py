"""Polysemy: one word in many sentences, through every family of model, from one-hot to BERT."""

import streamlit as st

from embedlab.ui import models, widgets
from embedlab.ui.views.polysemy import controls, figures, summary

widgets.opening(
    "Polysemy",
    "A word with several senses, through every family of model in one row: do its vectors differ when it means "
    "something else? **Look for** the step from one vector a word, where all squares are one color, to contextual "
    "models, where blocks of one sense appear along the diagonal and the score leaves the dashed line of chance.",
)
choices = controls.controls()
if choices is None:
    widgets.explain("polysemy")
    st.stop()
if glosses := controls.glosses(choices):
    st.markdown(glosses)
specs = models.choose(figures.FAMILIES)
if specs:
    above = st.container()
    readings = figures.read_all(specs, choices)
    if readings:
        with above:
            layers = figures.choose_layers(readings)
        with widgets.guard():
            figures.show_row(readings, layers)
        st.markdown("\n".join(f"- {line}" for line in summary.lines(readings, layers)))
        with widgets.guard():
            figures.details(readings, layers)
        widgets.table(summary.table(readings), "polysemy", title="All layers as a table")
controls.show(choices)
widgets.code(summary.source(choices, specs))
widgets.explain("polysemy")
