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
        settings = elmo_layers.controls(spec)
        l2 = elmo_layers.penalty()
        results = elmo_layers.stored(settings) if settings else {}
        contextual = None
        if settings and len(results) < len(settings.each):
            contextual = elmo_layers.contextual_model(spec)
            if contextual and elmo_layers.bring(settings):
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
        if results or contextual or not settings:
            contextual = contextual or elmo_layers.contextual_model(spec)
        if contextual:
            elmo_layers.show(spec, contextual, results, l2, settings.layer_norm if settings else True)
        if settings:
            widgets.code(elmo_layers.source(settings, l2))
widgets.explain("elmo_layers")
