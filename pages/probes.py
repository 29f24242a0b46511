"""Layer probes: which layers of a model know names, found with small probes on its frozen vectors."""

import streamlit as st

from embedlab.plots.text import md
from embedlab.ui import run_bar, widgets
from embedlab.ui.views import probes, sentence_tags

widgets.opening(
    "Layer probes",
    "A small probe learns to find people, places, organisations and other names from a model's vectors, which stay as "
    "they are; each layer gets its own, and so does every way of putting layers together. **Look for** the layer at "
    "which names are found best, for whether a mix beats it, and for the selectivity beside it: what is left when the "
    "mere knowledge of which word it is has been taken off. At the end of the page a sentence of yours is tagged by "
    "every layer.",
)
with widgets.guard():
    choices = probes.controls()
    if choices:
        kept = probes.kept(choices.job)
        if kept is None:
            if probes.begun(choices.job):
                run_bar.bring(probes.KIND, choices.job)
            else:
                st.info(
                    f"There is no result yet for {md(choices.title)} as it is now, with these sentences and settings. "
                    "It is computed in the background, a minute or two for the linear probe; other pages stay usable."
                )
                st.button(
                    "Run the probes", key="run", type="primary", icon=":material/play_arrow:",
                    on_click=probes.begin, args=(choices.job,),
                )  # fmt: skip
        else:
            probes.figures(kept, choices)
            probes.look(kept, choices)
            widgets.table(probes.table(kept.probe), "probes", title="All strategies as a table")
        widgets.code(probes.source(choices))
        sentence_tags.section(probes.tagger_job(choices))
widgets.explain("probes")
