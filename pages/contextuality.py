"""How contextual: how much a word's vector depends on its sentence, layer by layer, for all contextual models."""

import streamlit as st

from embedlab.ui import contextuality_views, contextuality_words, widgets

widgets.opening(
    "How contextual",
    "A static model gives a word one vector; a contextual one gives it another in every sentence, more so the higher "
    "the layer. **Look for** the self-similarity that falls from the input to the top, and for whether the words of a "
    "sentence move towards each other while it does.",
)
st.caption(contextuality_views.JARGON)
with widgets.guard():
    asked = contextuality_views.ask()
    if asked:
        results = contextuality_views.bring(asked)
        if results:
            widgets.figures(contextuality_views.diagrams(asked, results), "contextuality")
            st.markdown("\n".join(f"- {line}" for line in contextuality_views.said(asked, results)))
            st.caption(contextuality_views.sizes(results))
            widgets.table(contextuality_views.table(asked, results), "contextuality", title="All layers as a table")
            contextuality_words.words(asked, results)
        widgets.code(contextuality_views.source(asked, [spec.key for spec in asked.specs]))
widgets.explain("contextuality")
