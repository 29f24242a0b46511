"""Stability: the same model trained several times; which neighbors stay, and which are noise."""

import streamlit as st

from embedlab.plots import bars
from embedlab.plots.palette import NAMES
from embedlab.ui import stability_asked, stability_views, widgets

widgets.opening(
    "Stability",
    "Training draws lots (where vectors begin, which words are left out), so here the same model is trained several "
    "times. **Look for** the neighbors that every training names, for those that only one does, and for which models "
    "and which words hold still.",
)
with widgets.guard():
    asked = stability_asked.ask()
    if asked:
        found = stability_asked.bring(asked)
        results = {title: one.stability for title, one in found.items()}
        word = ""
        if results:
            word = stability_views.ask(results)
            if word:
                figures = stability_views.word_figures(results, word, asked.colors)
                widgets.figures(figures, "stability-word")
                st.markdown(stability_views.word_said(results, word))
                hatched = f"A {NAMES[bars.SPECIAL]}, hatched bar"
                st.caption(f"{hatched} is a neighbor that a single training names: do not build on it.")
                frame = stability_views.word_table(results, word)
                widgets.table(frame, "stability-word", title="All neighbors of the word as a table")
            st.header("All words", anchor=False)
            widgets.figures(stability_views.all_figures(results, asked.colors, word), "stability")
            st.markdown(stability_views.all_said(results))
            st.caption(stability_views.sizes(results, asked.settings.drawn))
            widgets.table(stability_views.all_table(results), "stability", title="All words as a table")
        widgets.code(stability_asked.source(asked, found, word))
widgets.explain("stability")
