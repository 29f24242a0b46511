"""ELMo layers: how much each layer counts for a task, learned and set by hand."""

import streamlit as st

from embedlab.ui import elmo_layer_asked, elmo_layer_hand, elmo_layer_views, widgets

widgets.opening(
    "ELMo layers",
    "ELMo gives a task all its layers, and the task learns how much each counts: s₀, s₁, s₂, which add up to 1, and a "
    "factor γ. **Look for** tasks that want different layers, for weights that only move when the penalty is weak, and "
    "for whether the learned mix really beats equal weights.",
)
with widgets.guard():
    spec = elmo_layer_asked.model()
    if spec:
        asked = elmo_layer_asked.settings(spec)
        l2 = elmo_layer_asked.penalty()
        results = elmo_layer_asked.found(asked) if asked else {}
        reader = None
        if asked and len(results) < len(asked.each):
            reader = elmo_layer_asked.reader(spec)
            if reader and elmo_layer_asked.bring(asked):
                st.caption("Weights are being learned, a task at a time; below, layers can be mixed by hand meanwhile.")
        if results:
            figure, summary = elmo_layer_views.bars(results, l2)
            widgets.figure(figure, "weights", summary)
            st.markdown("\n".join(f"- {line}" for line in elmo_layer_views.said(results, l2)))
            st.caption(elmo_layer_views.factor(results, l2))
            st.header("How the weights move")
            widgets.figures(elmo_layer_views.paths(results, l2), "paths", per_row=2)
            st.header("What each way scores")
            widgets.figures(elmo_layer_views.scores(results, l2), "scores", per_row=2)
            st.caption(elmo_layer_views.sizes(results))
            widgets.table(elmo_layer_views.table(results), "elmo-layers", title="All weights and scores as a table")
        if results or reader or not asked:
            reader = reader or elmo_layer_asked.reader(spec)
        if reader:
            elmo_layer_hand.show(spec, reader, results, l2, asked.layer_norm if asked else True)
        if asked:
            widgets.code(elmo_layer_views.source(asked, l2))
widgets.explain("elmo_layers")
