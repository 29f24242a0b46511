"""Stability: the same model trained several times; which neighbors stay, and which are noise."""

import streamlit as st

from embedlab.plots import bars
from embedlab.plots.layout import NAMES
from embedlab.ui import widgets
from embedlab.ui.views import stability

widgets.opening(
    "Stability",
    "Training draws lots (where vectors begin, which words are left out), so here the same model is trained several "
    "times. **Look for** the neighbors that every training names, for those that only one does, and for which models "
    "and which words hold still.",
)
with widgets.guard():
    choices = stability.controls()
    if choices:
        retrained = stability.bring(choices)
        results = {title: one.stability for title, one in retrained.items()}
        word = ""
        if results:
            word = stability.choose_word(results)
            if word:
                figures = stability.word_figures(results, word, choices.colors)
                widgets.figures(figures, "stability-word")
                st.markdown(stability.word_summary(results, word))
                hatched = f"A {NAMES[bars.SPECIAL]}, hatched bar"
                st.caption(f"{hatched} is a neighbor that a single training names: do not build on it.")
                frame = stability.word_table(results, word)
                widgets.table(frame, "stability-word", title="All neighbors of the word as a table")
            st.header("All words", anchor=False)
            widgets.figures(stability.all_figures(results, choices.colors, word), "stability")
            st.markdown(stability.summary(results))
            st.caption(stability.sizes(results, choices.settings.drawn))
            widgets.table(stability.all_table(results), "stability", title="All words as a table")
        widgets.code(stability.source(choices, retrained, word))
widgets.explain("stability")
