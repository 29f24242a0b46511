"""Layer probes: which layers of a model know names, found with small probes on its frozen vectors."""

import streamlit as st

from embedlab import probe_store
from embedlab.plots.text import md
from embedlab.ui import kept_runs, probe_choice, probe_closer, probe_run, probe_views, widgets

widgets.opening(
    "Layer probes",
    "A small probe learns to find people, places, organisations and other names from a model's vectors, which stay as "
    "they are; each layer gets its own, and so does every way of putting layers together. **Look for** the layer at "
    "which names are found best, for whether a mix beats it, and for the selectivity beside it: what is left when the "
    "mere knowledge of which word it is has been taken off.",
)
with widgets.guard():
    asked = probe_choice.ask()
    if asked:
        kept = probe_store.find(asked.job.key)
        if kept is None:
            if probe_run.begun(asked.job):
                kept_runs.bring(probe_run.KIND, asked.job)
            else:
                st.info(
                    f"There is no result yet for {md(asked.title)} as it is now, with these sentences and settings. It "
                    "is computed in the background, a minute or two for the linear probe; other pages stay usable."
                )
                st.button(
                    "Run the probes", key="run", type="primary", icon=":material/play_arrow:",
                    on_click=probe_run.begin, args=(asked.job,),
                )  # fmt: skip
        else:
            probe_views.figures(kept, asked)
            probe_closer.look(kept, asked)
            widgets.table(probe_views.table(kept.probe), "probes", title="All strategies as a table")
        widgets.code(probe_views.source(asked))
widgets.explain("probes")
