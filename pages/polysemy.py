"""Polysemy: one word in many sentences, through every family of model, from one-hot to BERT."""

import streamlit as st

from embedlab.ui import contextual, polysemy_said, polysemy_sentences, polysemy_views, widgets

widgets.opening(
    "Polysemy",
    "A word with several senses, through every family of model in one row: do its vectors differ when it means "
    "something else? **Look for** the step from one vector a word, where all squares are one color, to contextual "
    "models, where blocks of one sense appear along the diagonal and the score leaves the dashed line of chance.",
)
asked = polysemy_sentences.ask()
if asked is None:
    widgets.explain("polysemy")
    st.stop()
if glosses := polysemy_sentences.glosses(asked):
    st.markdown(glosses)
specs = contextual.choose(polysemy_views.FAMILIES)
if specs:
    above = st.container()
    found = polysemy_views.read_all(specs, asked)
    if found:
        with above:
            layers = polysemy_views.choose_layers(found)
        with widgets.guard():
            polysemy_views.show_row(found, layers)
        st.markdown("\n".join(f"- {line}" for line in polysemy_said.lines(found, layers)))
        with widgets.guard():
            polysemy_views.closer(found, layers)
        widgets.table(polysemy_said.table(found), "polysemy", title="All layers as a table")
polysemy_sentences.show(asked)
widgets.code(polysemy_said.source(asked, specs))
widgets.explain("polysemy")
