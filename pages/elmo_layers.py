"""ELMo layers: how much each layer counts for a task, learned and set by hand."""

import streamlit as st

from embedlab.ui import widgets
from embedlab.ui.views import elmo_layers

widgets.opening(
    "ELMo layers",
    "ELMo gives a task all its layers, and the task learns how much each counts: s₀, s₁, s₂, which add up to 1, and a "
    "factor γ. **Look for** tasks that want different layers, for weights that only move when the penalty is weak, and "
    "for whether the learned mix really beats equal weights.",
)
with widgets.guard():
    spec = elmo_layers.model()
    if spec:
        asked = elmo_layers.settings(spec)
        l2 = elmo_layers.penalty()
        results = elmo_layers.stored(asked) if asked else {}
        reader = None
        if asked and len(results) < len(asked.each):
            reader = elmo_layers.reader(spec)
            if reader and elmo_layers.bring(asked):
                st.caption("Weights are being learned, a task at a time; below, layers can be mixed by hand meanwhile.")
        if results:
            figure, summary = elmo_layers.bars(results, l2)
            widgets.figure(figure, "weights", summary)
            st.markdown("\n".join(f"- {line}" for line in elmo_layers.summary(results, l2)))
            st.caption(elmo_layers.factor(results, l2))
            st.header("How the weights move")
            widgets.figures(elmo_layers.paths(results, l2), "paths", per_row=2)
            st.header("What each way scores")
            widgets.figures(elmo_layers.scores(results, l2), "scores", per_row=2)
            st.caption(elmo_layers.sizes(results))
            widgets.table(elmo_layers.table(results), "elmo-layers", title="All weights and scores as a table")
        if results or reader or not asked:
            reader = reader or elmo_layers.reader(spec)
        if reader:
            elmo_layers.show(spec, reader, results, l2, asked.layer_norm if asked else True)
        if asked:
            widgets.code(elmo_layers.source(asked, l2))
widgets.explain("elmo_layers")
