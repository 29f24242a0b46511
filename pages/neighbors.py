"""Neighbors page: the words nearest to one word, in several models side by side."""

import streamlit as st

from embedlab.plots import bars
from embedlab.ui import links, state, widgets
from embedlab.ui.views import neighbors
from embedlab.ui.views.neighbors import VIEWS

EXAMPLES = ("bank", "queen", "paris", "guitar", "walking", "democracy", "blue")

widgets.opening(
    "Neighbors",
    "A model puts words with similar surroundings close together; here are the words closest to yours. "
    "**Look for** neighbors that are related in different ways (same meaning, opposite, same topic, same ending) and "
    "for what one model sees and another does not.",
)
left, right = st.columns([2, 1], gap="large")
with left:
    word = state.text("word", "bank", "Word")
with right:
    k = state.number("k", 10, 3, 30, "How many neighbors")
widgets.chips("Try", links.offered(EXAMPLES), "word")
specs = widgets.model_picker("static", default=("word2vec", "glove", "fasttext"))
if not word:
    st.info("Write a word above, or click one.")
if word and specs:
    choices = neighbors.controls(word, k, specs)
    if choices.results:
        figures = [
            (
                bars.neighbors(result, title, choices.colors[title]),
                f"{title}: nearest to {word} is {result.words[0]} with {result.similarities[0]:.2f}.",
            )
            for title, result in choices.results.items()
            if result.words
        ]
        widgets.figures(figures, "neighbors")
        widgets.table(neighbors.table(choices), "neighbors", title="All neighbors as a table")
        titles = {key: title for key, (title, _) in VIEWS.items()}
        view = state.choice("view", list(VIEWS), "overlap", "Look closer", titles=titles)
        VIEWS[view][1](choices)
    else:
        st.header("Letter groups")
        neighbors.letter_groups(choices)
    widgets.code(neighbors.source(choices, k))
widgets.explain("neighbors")
