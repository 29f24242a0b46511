"""How contextual: how much a word's vector depends on its sentence, layer by layer, for all contextual models."""

import streamlit as st

from embedlab.ui import widgets
from embedlab.ui.views import contextuality

widgets.opening(
    "How contextual",
    "A static model gives a word one vector; a contextual one gives it another in every sentence, more so the higher "
    "the layer. **Look for** the self-similarity that falls from the input to the top, and for whether the words of a "
    "sentence move towards each other while it does.",
)
st.caption(contextuality.JARGON)
with widgets.guard():
    choices = contextuality.controls()
    if choices:
        results = contextuality.bring(choices)
        if results:
            widgets.figures(contextuality.figures(choices, results), "contextuality")
            st.markdown("\n".join(f"- {line}" for line in contextuality.summary(choices, results)))
            st.caption(contextuality.sizes(results))
            widgets.table(contextuality.table(choices, results), "contextuality", title="All layers as a table")
            contextuality.words(choices, results)
        widgets.code(contextuality.source(choices, [spec.key for spec in choices.specs]))
widgets.explain("contextuality")
