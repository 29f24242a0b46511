"""The link that shows somebody a training, to look at and not to change."""

from __future__ import annotations

import streamlit as st

from embedlab.jobs import Run
from embedlab.ui import place_link

SHARED = (
    ":material/visibility: Somebody shares this training with you: you can look at it and download what came out. "
    "Only its owner can cancel, keep or delete it."
)


def share(run: Run) -> None:
    """The link to copy, and what it shows."""
    with st.popover("Share", icon=":material/share:", width="stretch"):
        st.markdown(
            "Whoever has this link sees this training: its settings, its curve, the words that were watched and their "
            "neighbors, and can download the model, with its vocabulary. They do not get the text itself nor anything "
            "else of yours, and can change nothing. It ends when the training is deleted."
        )
        st.code(f"{place_link.base()}/training?run={run.id}", language=None, wrap_lines=True)
