"""The words whose vectors depend most and least on their sentence, at one layer of one model."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from embedlab.analysis.contextuality import Contextuality
from embedlab.plots.text import md
from embedlab.ui import contextual, state, widgets
from embedlab.ui.contextuality_views import Asked

SHOWN = 12
"""Words in each of the two lists."""


def words(asked: Asked, results: Mapping[str, Contextuality]) -> None:
    """The most and the least contextual words of one layer, and all of them as a table."""
    several = {spec.key: spec for spec in asked.specs if spec.key in results and len(results[spec.key].layers) > 1}
    if not several:
        return
    st.header("Words")
    titles = widgets.unique_titles(list(several.values()))
    first = "elmo" if "elmo" in several else next(iter(several))
    key = state.choice("words_of", list(several), first, "Model", titles=titles)
    result = results[key]
    layer = contextual.choose_layer("words_layer", result.layers, default=result.layers[-1])
    at = result.layers.index(layer)
    frame = pd.DataFrame(
        {"word": result.words, "self-similarity": result.by_word[at].round(3), "sentences": result.seen}
    ).sort_values("self-similarity", kind="stable")
    left, right = st.columns(2, gap="large")
    count = min(SHOWN, len(frame) // 2 or 1)
    for column, title, part in (
        (left, "Most contextual", frame.head(count)), (right, "Least contextual", frame.iloc[::-1].head(count)),
    ):  # fmt: skip
        with column:
            st.markdown(f"**{title}**")
            st.dataframe(part, hide_index=True, key=f"words-{title}", height="content")
    low, high = frame.iloc[0], frame.iloc[-1]
    st.caption(
        f"At {md(contextual.layer_title(layer))} of {md(titles[key])}, “{md(str(low['word']))}” is least like itself "
        f"elsewhere ({low['self-similarity']:.2f} less the baseline), “{md(str(high['word']))}” most "
        f"({high['self-similarity']:.2f}). A word in few sentences is measured roughly."
    )
    widgets.table(frame, "contextual-words", title="All words of this layer as a table")
